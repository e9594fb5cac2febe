/* The checks on a zone as a whole: what BIND 9.18 refuses after every line was read.
 * SPDX-License-Identifier: MIT
 * RFC 1034 section 3.6.2 and RFC 2181 section 10.1 (CNAME), RFC 1035 section 5.2, RFC 4592, RFC
 * 6672. */
#include "state.h"

#include <stdlib.h>
#include <string.h>

#include "mnemonic.h"
#include "where.h"

/* Fills z->problem's place with a record; the message is the caller's. */
static bool report_record(zone *z, uint32_t record, zone_severity severity) {
    const zone_record *r = &z->store.records[record];
    z->problem.first = r->first;
    z->problem.end = r->end;
    return zone_report_at(z, z->store.contexts[r->context].file, record, severity, &z->problem);
}

static bool say_portability(zone *z, zone_code code, uint32_t record) {
    const zone_record *r = &z->store.records[record];
    return zone_say_portability_at(z, z->store.contexts[r->context].file, record, code, r->first,
                                   r->end);
}

static zone_name_text node_text(const zone *z, uint32_t node) {
    dns_name name;
    zone_store_print(&z->store, node, &name);
    return zone_print_name(&name);
}

/* " (line 12)" or " (line 3 of a/b.zone)" of a record; false: no memory. */
typedef struct {
    char text[120];
} place_text;

static bool print_place(zone *z, uint32_t record, uint32_t from, place_text *out) {
    const zone_record *r = &z->store.records[record];
    size_t first = r->first;
    size_t end = r->end;
    uint32_t line;
    uint32_t column;
    uint32_t file = zone_store_place(&z->store, z->store.contexts[r->context].file, &first, &end);
    if (!zone_where(&z->store, file, first, &line, &column)) {
        return false;
    }
    const zone_file *f = &z->store.files[file];
    zone_problem text;
    if (file == z->store.contexts[z->store.records[from].context].file) {
        zone_fail(&text, ZONE_OK, 0, 0, "line %lu", (unsigned long)line);
    } else {
        zone_fail(&text, ZONE_OK, 0, 0, "line %lu of %s", (unsigned long)line,
                  zone_quote(z->store.text, f->path, f->path + f->path_len).text);
    }
    size_t len = strlen(text.message);
    len = len < sizeof out->text ? len : sizeof out->text - 1;
    memcpy(out->text, text.message, len);
    out->text[len] = '\0';
    return true;
}

/* Parents have smaller ids than their children, so one pass is enough. */
static void mark_zone(zone *z) {
    zone_node *nodes = z->store.nodes;
    uint32_t apex = z->apex == ZONE_NIL ? 0 : z->apex;
    for (size_t i = apex; i < z->store.node_count; i++) {
        if (i == apex || (nodes[i].parent != ZONE_NIL &&
                          (nodes[nodes[i].parent].flags & ZONE_NODE_IN_ZONE) != 0)) {
            nodes[i].flags |= ZONE_NODE_IN_ZONE;
        }
    }
}

/* A name exists when it or something below it has a record. Each node is marked once. */
static void mark_existing(zone *z, uint32_t node) {
    zone_node *nodes = z->store.nodes;
    while (node != ZONE_NIL && (nodes[node].flags & ZONE_NODE_IN_ZONE) != 0 &&
           (nodes[node].flags & ZONE_NODE_EXISTS) == 0) {
        nodes[node].flags |= ZONE_NODE_EXISTS;
        node = nodes[node].parent;
    }
}

static bool check_records(zone *z) {
    zone_record *records = z->store.records;
    uint32_t said = ZONE_NIL; /* node of the last out-of-zone warning */
    for (uint32_t i = 0; i < z->store.record_count; i++) {
        zone_record *r = &records[i];
        if ((z->store.nodes[r->node].flags & ZONE_NODE_IN_ZONE) == 0) {
            r->flags |= ZONE_RECORD_OUT_OF_ZONE;
            if (said == r->node || r->type == ZONE_TYPE_SOA) {
                continue;
            }
            said = r->node;
            zone_fail(&z->problem, ZONE_OUT_OF_ZONE, 0, 0,
                      "%s is not below %s: servers ignore this record; is a final dot or a "
                      "$ORIGIN wrong?",
                      node_text(z, r->node).text, node_text(z, z->apex).text);
            if (!report_record(z, i, ZONE_WARNING) ||
                !say_portability(z, ZONE_PORT_OUT_OF_ZONE, i)) {
                return false;
            }
            continue;
        }
        if ((r->flags & ZONE_RECORD_HIDDEN) == 0) {
            mark_existing(z, r->node);
        }
        if ((r->flags & ZONE_RECORD_NO_TTL) != 0 && z->apex != ZONE_NIL) {
            zone_fail(&z->problem, ZONE_MISSING_TTL, 0, 0,
                      "this record has no TTL and nothing before it says one; write a $TTL line "
                      "at the top");
            if (!report_record(z, i, ZONE_ERROR)) {
                return false;
            }
        }
    }
    return true;
}

/* Reads a record into z->other; false cannot happen for kept records. */
static bool read_into_other(zone *z, uint32_t record, size_t *len) {
    zone_view view;
    if (!zone_read_record(z, record, &view)) {
        return false;
    }
    *len = view.rdata.len;
    memcpy(z->other, z->wire, *len);
    return true;
}

static bool same_as_other(zone *z, uint32_t record, size_t len) {
    zone_view view;
    return zone_read_record(z, record, &view) && view.rdata.len == len &&
           memcmp(z->wire, z->other, len) == 0;
}

/* At most one distinct record: SOA, CNAME, DNAME. */
static bool check_singleton(zone *z, const zone_rrset *set, zone_code code) {
    size_t len;
    if (set->count < 2 || !read_into_other(z, set->first, &len)) {
        return true;
    }
    for (uint32_t i = z->store.records[set->first].next; i != ZONE_NIL;
         i = z->store.records[i].next) {
        if (same_as_other(z, i, len)) {
            z->store.records[i].flags |= ZONE_RECORD_DUPLICATE;
            continue;
        }
        place_text place;
        if (!print_place(z, set->first, i, &place)) {
            return false;
        }
        zone_fail(&z->problem, code, 0, 0,
                  "%s has more than one %s record (the first is on %s); there can be only one",
                  node_text(z, set->node).text, zone_type_print(set->type).text, place.text);
        if (!report_record(z, i, ZONE_ERROR) ||
            (code == ZONE_MULTIPLE_SOA && !say_portability(z, ZONE_PORT_TWO_SOA, i))) {
            return false;
        }
    }
    return true;
}

/* Marks CAA records that repeat an earlier one of their RRset. */
static bool mark_duplicates(zone *z, const zone_rrset *set) {
    zone_index seen = {0};
    bool ok = true;
    for (uint32_t i = set->first; ok && i != ZONE_NIL; i = z->store.records[i].next) {
        size_t len;
        size_t probe;
        if (!read_into_other(z, i, &len)) {
            continue;
        }
        uint64_t hash = zone_hash(&z->store.key, 0, z->other, len);
        uint32_t twin = zone_index_first(&seen, hash, &probe);
        while (twin != ZONE_NIL && !same_as_other(z, twin, len)) {
            twin = zone_index_next(&seen, hash, &probe);
        }
        if (twin != ZONE_NIL) {
            z->store.records[i].flags |= ZONE_RECORD_DUPLICATE;
        } else {
            ok = zone_index_add(&seen, hash, i);
        }
    }
    zone_index_free(&seen);
    return ok;
}

static bool is_wildcard(const zone *z, uint32_t node) {
    const uint8_t *label = z->store.text + z->store.nodes[node].label;
    return label[0] == 1 && label[1] == '*';
}

static bool check_soa(zone *z, const zone_rrset *set) {
    if (set->node == z->apex) {
        return check_singleton(z, set, ZONE_MULTIPLE_SOA);
    }
    place_text place;
    if (!print_place(z, z->soa, set->first, &place)) {
        return false;
    }
    if ((z->store.nodes[set->node].flags & ZONE_NODE_IN_ZONE) != 0) {
        zone_fail(&z->problem, ZONE_SOA_NOT_AT_APEX, 0, 0,
                  "this SOA is at %s, not at the top of the zone %s (whose SOA is on %s); a child "
                  "zone has a file of its own",
                  node_text(z, set->node).text, node_text(z, z->apex).text, place.text);
    } else {
        zone_fail(&z->problem, ZONE_MULTIPLE_SOA, 0, 0,
                  "this file holds the SOA of %s too, besides that of %s on %s; one zone a file",
                  node_text(z, set->node).text, node_text(z, z->apex).text, place.text);
    }
    return report_record(z, set->first, ZONE_ERROR);
}

static bool check_set(zone *z, const zone_rrset *set) {
    zone_node *node = &z->store.nodes[set->node];
    bool in_zone = (node->flags & ZONE_NODE_IN_ZONE) != 0;
    if (set->type == ZONE_TYPE_SOA) {
        return check_soa(z, set);
    }
    if (!in_zone) {
        return true;
    }
    switch (set->type) {
    case ZONE_TYPE_CAA:
        return set->count < 2 || mark_duplicates(z, set);
    case ZONE_TYPE_CNAME:
        node->flags |= ZONE_NODE_CNAME;
        return check_singleton(z, set, ZONE_MULTIPLE_CNAME);
    case ZONE_TYPE_DNAME:
        node->flags |= ZONE_NODE_DNAME;
        return check_singleton(z, set, ZONE_MULTIPLE_DNAME);
    case ZONE_TYPE_NS:
        node->flags |= ZONE_NODE_NS;
        if (is_wildcard(z, set->node)) {
            zone_fail(&z->problem, ZONE_WILDCARD_NS, 0, 0,
                      "an NS record cannot be at the wildcard %s", node_text(z, set->node).text);
            return report_record(z, set->first, ZONE_ERROR);
        }
        return true;
    case ZONE_TYPE_DS:
        if (set->node == z->apex) {
            zone_fail(&z->problem, ZONE_DS_AT_APEX, 0, 0,
                      "a DS record belongs into the parent zone, not to the top of the zone %s",
                      node_text(z, set->node).text);
            return report_record(z, set->first, ZONE_ERROR);
        }
        return true;
    default:
        return true;
    }
}

/* What may stand beside a CNAME (RFC 4034 section 2.5 and what came before it). */
static bool goes_with_cname(uint16_t type) {
    return type == ZONE_TYPE_CNAME || type == ZONE_TYPE_RRSIG || type == ZONE_TYPE_NSEC ||
           type == ZONE_TYPE_SIG || type == ZONE_TYPE_KEY || type == ZONE_TYPE_NXT;
}

static bool check_cname(zone *z, uint32_t node) {
    const zone_store *store = &z->store;
    uint32_t cname = zone_store_rrset(store, node, ZONE_TYPE_CNAME);
    uint32_t other = ZONE_NIL; /* the first record beside it */
    for (uint32_t i = store->nodes[node].rrset; i != ZONE_NIL; i = store->rrsets[i].next) {
        if (!goes_with_cname(store->rrsets[i].type) && store->rrsets[i].first < other) {
            other = store->rrsets[i].first;
        }
    }
    uint32_t caa = zone_store_rrset(store, node, ZONE_TYPE_CAA);
    if (caa != ZONE_NIL) {
        other = store->rrsets[caa].first;
    }
    if (cname == ZONE_NIL || other == ZONE_NIL) {
        return true;
    }
    uint32_t first = store->rrsets[cname].first;
    place_text place;
    if (!print_place(z, other, first, &place)) {
        return false;
    }
    zone_fail(&z->problem, ZONE_CNAME_AND_OTHER_DATA, 0, 0,
              "%s has a CNAME and a %s record (on %s); beside a CNAME there can be no other data, "
              "and servers refuse the zone",
              node_text(z, node).text, zone_type_print(store->records[other].type).text,
              place.text);
    return report_record(z, first, ZONE_ERROR) &&
           say_portability(z, ZONE_PORT_CNAME_AND_OTHER, first);
}

static bool fail_apex_ns(zone *z, uint32_t record, zone_code code, const dns_name *target,
                         const char *why) {
    zone_fail(&z->problem, code, 0, 0, "the name server %s of this zone %s",
              zone_print_name(target).text, why);
    return report_record(z, record, ZONE_ERROR);
}

/* BIND looks up the name servers of the apex that lie in the zone. */
static bool check_server(zone *z, uint32_t record) {
    dns_name apex;
    dns_name target;
    zone_answer answer;
    zone_store_print(&z->store, z->apex, &apex);
    if (!zone_read_target(z, record, &target) || !dns_name_is_below(&target, &apex)) {
        return true;
    }
    zone_look_up(z, &target, ZONE_TYPE_A, &answer);
    if (answer.alias_count != 0) {
        return fail_apex_ns(z, record, ZONE_NS_IS_ALIAS, &target,
                            answer.aliases[0].type == ZONE_TYPE_CNAME
                                ? "is a CNAME, which is not allowed; name the target itself"
                                : "is below a DNAME, which is not allowed; name the target itself");
    }
    if (answer.kind == ZONE_ANSWER_NODATA) {
        zone_look_up(z, &target, ZONE_TYPE_AAAA, &answer);
    }
    if (answer.kind == ZONE_ANSWER_NODATA || answer.kind == ZONE_ANSWER_NXDOMAIN) {
        return fail_apex_ns(z, record, ZONE_NS_WITHOUT_ADDRESS, &target,
                            "has no address: add an A or AAAA record for it");
    }
    return true;
}

static bool check_apex(zone *z) {
    uint32_t set = zone_store_rrset(&z->store, z->apex, ZONE_TYPE_NS);
    if (set == ZONE_NIL) {
        zone_fail(&z->problem, ZONE_NO_NS, 0, 0,
                  "the zone %s has no NS record at its top; servers refuse to load it",
                  node_text(z, z->apex).text);
        return report_record(z, z->soa, ZONE_ERROR) && say_portability(z, ZONE_PORT_NO_NS, z->soa);
    }
    for (uint32_t i = z->store.rrsets[set].first; i != ZONE_NIL; i = z->store.records[i].next) {
        if (!check_server(z, i)) {
            return false;
        }
    }
    return true;
}

static int compare_reports(const void *left, const void *right) {
    const zone_report *a = left;
    const zone_report *b = right;
    if (a->order != b->order) {
        return a->order < b->order ? -1 : 1;
    }
    return a->serial < b->serial ? -1 : a->serial > b->serial;
}

bool zone_check(zone *z) {
    mark_zone(z);
    if (!check_records(z)) {
        return false;
    }
    for (size_t i = 0; i < z->store.rrset_count; i++) {
        if (!check_set(z, &z->store.rrsets[i])) {
            return false;
        }
    }
    for (uint32_t i = 0; i < z->store.node_count; i++) {
        if ((z->store.nodes[i].flags & ZONE_NODE_CNAME) != 0 && !check_cname(z, i)) {
            return false;
        }
    }
    /* Names that could not be completed may be just the ones that this looks for. */
    if (z->apex != ZONE_NIL && !z->said_relative && !check_apex(z)) {
        return false;
    }
    if (!zone_lint(z)) {
        return false;
    }
    if (z->store.report_count > 1) {
        qsort(z->store.reports, z->store.report_count, sizeof(zone_report), compare_reports);
    }
    return true;
}
