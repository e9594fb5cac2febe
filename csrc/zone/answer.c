/* Answers as an authoritative server gives them: cuts, wildcards, aliases, empty non-terminals.
 * SPDX-License-Identifier: MIT
 * RFC 1034 section 4.3.2, RFC 4592 (wildcards), RFC 6672 (DNAME), RFC 2308 (negative answers). */
#include "state.h"

#include <string.h>

#include "mnemonic.h"

static bool exists(const zone *z, uint32_t node) {
    return node != ZONE_NIL && (z->store.nodes[node].flags & ZONE_NODE_EXISTS) != 0;
}

static bool has(const zone *z, uint32_t node, uint32_t flag) {
    return (z->store.nodes[node].flags & flag) != 0;
}

static bool is_cut(const zone *z, uint32_t node) {
    return node != z->apex && has(z, node, ZONE_NODE_NS);
}

typedef enum { MATCH_EXACT, MATCH_WILDCARD, MATCH_NOTHING, MATCH_CUT, MATCH_DNAME } match_kind;

typedef struct {
    match_kind kind;
    uint32_t node; /* exact: the name; wildcard: *.x; cut and DNAME: their owner */
    size_t below;  /* DNAME: octets of the name in front of the owner */
} match;

/* Goes down from the apex, label by label, to the name. */
static match find(const zone *z, const dns_name *name, const dns_name *apex, uint16_t type) {
    static const uint8_t star[] = {1, '*'};
    uint8_t offsets[DNS_NAME_MAX / 2 + 1];
    size_t labels = 0;
    size_t top = (size_t)name->len - apex->len;
    for (size_t at = 0; at < top; at += 1u + name->octets[at]) {
        offsets[labels++] = (uint8_t)at;
    }
    uint32_t node = z->apex;
    for (;;) {
        /* A DS question is answered on the parent's side of the cut (RFC 4035 section 3.1.4.1). */
        if (is_cut(z, node) && !(labels == 0 && type == ZONE_TYPE_DS)) {
            return (match){MATCH_CUT, node, 0};
        }
        if (labels == 0) {
            return (match){MATCH_EXACT, node, 0};
        }
        if (has(z, node, ZONE_NODE_DNAME)) {
            size_t below = offsets[labels - 1];
            return (match){MATCH_DNAME, node, below + 1u + name->octets[below]};
        }
        uint32_t child = zone_store_child(&z->store, node, name->octets + offsets[labels - 1]);
        if (!exists(z, child)) {
            break;
        }
        node = child;
        labels--;
    }
    uint32_t wildcard = zone_store_child(&z->store, node, star);
    if (exists(z, wildcard)) {
        return (match){MATCH_WILDCARD, wildcard, 0};
    }
    return (match){MATCH_NOTHING, node, 0};
}

static bool add_alias(zone *z, zone_answer *answer, const zone_rrset *set, const dns_name *target,
                      uint32_t wildcard) {
    if (answer->alias_count == ZONE_ALIASES_MAX) {
        answer->kind = ZONE_ANSWER_LOOP;
        return false;
    }
    zone_alias *alias = &answer->aliases[answer->alias_count++];
    alias->owner = answer->name;
    alias->target = *target;
    alias->record = set->first;
    alias->ttl = set->ttl;
    alias->type = set->type;
    alias->wildcard = wildcard;
    answer->name = *target;
    (void)z;
    return true;
}

/* Follows the DNAME at `node`; true: answer->name is the next name to look for. */
static bool follow_dname(zone *z, zone_answer *answer, uint32_t node, size_t below) {
    const zone_rrset *set = &z->store.rrsets[zone_store_rrset(&z->store, node, ZONE_TYPE_DNAME)];
    dns_name target;
    dns_name next;
    if (!zone_read_target(z, set->first, &target)) {
        answer->kind = ZONE_ANSWER_BROKEN;
        return false;
    }
    if (!dns_name_join(&next, answer->name.octets, below, &target)) {
        answer->kind = ZONE_ANSWER_YXDOMAIN;
        return false;
    }
    return add_alias(z, answer, set, &next, ZONE_NIL);
}

/* Looks at the data of a name; true: it is a CNAME and answer->name is the next name. */
static bool look_at(zone *z, zone_answer *answer, uint32_t node, uint32_t wildcard, uint16_t type) {
    uint32_t set = zone_store_rrset(&z->store, node, type);
    if (set != ZONE_NIL) {
        answer->kind = ZONE_ANSWER_RRSET;
        answer->rrset = set;
        answer->wildcard = wildcard;
        answer->ttl = z->store.rrsets[set].ttl;
        return false;
    }
    if (has(z, node, ZONE_NODE_CNAME)) {
        const zone_rrset *cname =
            &z->store.rrsets[zone_store_rrset(&z->store, node, ZONE_TYPE_CNAME)];
        dns_name target;
        if (!zone_read_target(z, cname->first, &target)) {
            answer->kind = ZONE_ANSWER_BROKEN;
            return false;
        }
        return add_alias(z, answer, cname, &target, wildcard);
    }
    answer->kind = ZONE_ANSWER_NODATA;
    answer->wildcard = wildcard;
    return false;
}

void zone_look_up(zone *z, const dns_name *name, uint16_t type, zone_answer *answer) {
    dns_name apex;
    answer->alias_count = 0;
    answer->name = *name;
    answer->rrset = answer->wildcard = answer->cut = ZONE_NIL;
    answer->ttl = 0;
    uint32_t soa_ttl = z->store.records[z->soa].ttl;
    answer->negative_ttl = soa_ttl < z->soa_minimum ? soa_ttl : z->soa_minimum;
    zone_store_print(&z->store, z->apex, &apex);
    for (;;) {
        if (!dns_name_is_below(&answer->name, &apex)) {
            answer->kind = answer->alias_count == 0 ? ZONE_ANSWER_OUTSIDE : ZONE_ANSWER_ALIAS;
            return;
        }
        match found = find(z, &answer->name, &apex, type);
        switch (found.kind) {
        case MATCH_CUT:
            answer->kind = ZONE_ANSWER_REFERRAL;
            answer->cut = found.node;
            return;
        case MATCH_NOTHING:
            answer->kind = ZONE_ANSWER_NXDOMAIN;
            return;
        case MATCH_DNAME:
            if (!follow_dname(z, answer, found.node, found.below)) {
                return;
            }
            break;
        case MATCH_EXACT:
        case MATCH_WILDCARD:
            if (!look_at(z, answer, found.node,
                         found.kind == MATCH_WILDCARD ? found.node : ZONE_NIL, type)) {
                return;
            }
            break;
        }
    }
}

void zone_ask(zone *z, const dns_name *name, uint16_t type, zone_answer *answer) {
    if (zone_get_status(z) != ZONE_LOADABLE) {
        memset(answer, 0, sizeof *answer);
        answer->kind = ZONE_ANSWER_BROKEN;
        answer->name = *name;
        answer->rrset = answer->wildcard = answer->cut = ZONE_NIL;
        return;
    }
    zone_look_up(z, name, type, answer);
}

bool zone_is_occluded(const zone *z, uint32_t record) {
    const zone_record *r = &z->store.records[record];
    const zone_node *nodes = z->store.nodes;
    if ((r->flags & ZONE_RECORD_OUT_OF_ZONE) != 0) {
        return true;
    }
    if (z->apex == ZONE_NIL) {
        return false; /* a fragment: its cuts may be its apex */
    }
    if (is_cut(z, r->node) && r->type != ZONE_TYPE_NS && r->type != ZONE_TYPE_DS &&
        r->type != ZONE_TYPE_RRSIG && r->type != ZONE_TYPE_NSEC) {
        return true;
    }
    for (uint32_t node = r->node; node != z->apex;) {
        node = nodes[node].parent;
        if (is_cut(z, node) || has(z, node, ZONE_NODE_DNAME)) {
            return true;
        }
    }
    return false;
}
