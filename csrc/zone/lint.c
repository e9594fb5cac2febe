/* Lints on the zone as a whole: what loads and is likely not what was meant.
 * SPDX-License-Identifier: MIT
 * RFC 8659 (CAA), RFC 2181 section 5.2 (TTLs of an RRset), RFC 4592 (wildcards), RFC 4035
 * section 2. */
#include "state.h"

#include <stdlib.h>
#include <string.h>

#include "mnemonic.h"
#include "where.h"

static zone_name_text node_text(const zone *z, uint32_t node) {
    dns_name name;
    zone_store_print(&z->store, node, &name);
    return zone_print_name(&name);
}

static bool has(const zone *z, uint32_t node, uint32_t flag) {
    return (z->store.nodes[node].flags & flag) != 0;
}

/* z->problem, at a place inside of a record or at all of it (first == end == 0). */
static bool say(zone *z, uint32_t record, zone_severity severity) {
    const zone_record *r = &z->store.records[record];
    if (z->problem.end == 0) {
        z->problem.first = r->first;
        z->problem.end = r->end;
    }
    return zone_report_at(z, z->store.contexts[r->context].file, record, severity, &z->problem);
}

/* The line of a record, for messages; 0: no memory. */
static unsigned long line_of(zone *z, uint32_t record) {
    uint32_t line;
    uint32_t column;
    const zone_record *r = &z->store.records[record];
    size_t first = r->first;
    size_t end = r->end;
    uint32_t file = zone_store_place(&z->store, z->store.contexts[r->context].file, &first, &end);
    return zone_where(&z->store, file, first, &line, &column) ? line : 0;
}

/* ---- TTLs ---- */

static bool lint_ttls(zone *z, const zone_rrset *set) {
    const zone_record *records = z->store.records;
    for (uint32_t i = records[set->first].next; i != ZONE_NIL; i = records[i].next) {
        if (records[i].ttl == records[set->first].ttl ||
            ((records[i].flags | records[set->first].flags) & ZONE_RECORD_NO_TTL) != 0) {
            continue;
        }
        unsigned long line = line_of(z, set->first);
        zone_fail(&z->problem, ZONE_RRSET_TTLS, 0, 0,
                  "the %s records of %s have different TTLs (%lu here, %lu on line %lu): an RRset "
                  "has one, so servers choose, and NSD from 4.10 refuses the zone",
                  zone_type_print(set->type).text, node_text(z, set->node).text,
                  (unsigned long)records[i].ttl, (unsigned long)records[set->first].ttl, line);
        return line != 0 && say(z, i, ZONE_WARNING);
    }
    return true;
}

/* ---- CAA ---- */

typedef enum { TAG_OTHER, TAG_ISSUE, TAG_ISSUEWILD, TAG_IODEF } caa_tag;

static bool is_word(const uint8_t *text, size_t len, const char *word) {
    size_t i = 0;
    for (; i < len && word[i] != '\0'; i++) {
        uint8_t c = text[i] >= 'A' && text[i] <= 'Z' ? (uint8_t)(text[i] | 0x20) : text[i];
        if (c != (uint8_t)word[i]) {
            return false;
        }
    }
    return i == len && word[i] == '\0';
}

static caa_tag tag_of(const zone_rdata *rdata) {
    const uint8_t *tag = rdata->wire + 2;
    size_t len = rdata->wire[1];
    return is_word(tag, len, "issue")       ? TAG_ISSUE
           : is_word(tag, len, "issuewild") ? TAG_ISSUEWILD
           : is_word(tag, len, "iodef")     ? TAG_IODEF
                                            : TAG_OTHER;
}

/* Places of the parts of a record in its file; the whole record when it is in \# form. */
static void place(zone *z, const zone_token *token) {
    if (token->kind != ZONE_TOKEN_NONE) {
        z->problem.first = token->first;
        z->problem.end = token->end;
    }
}

/* `issue ca.test; account=1` without quotes: what looks like parameters is a comment. */
static bool lint_comment(zone *z, uint32_t record, const zone_view *view) {
    const zone_scan *scan = &view->scan;
    const uint8_t *s = scan->bytes;
    const uint8_t *tag = view->rdata.wire + 2;
    if (view->rdata.value.kind != ZONE_TOKEN_WORD || view->rdata.wire[1] < 5 ||
        !is_word(tag, 5, "issue") || scan->comment_end == scan->comment_first) {
        return true;
    }
    size_t at = view->rdata.value.end;
    while (at < scan->comment_first && (s[at] == ' ' || s[at] == '\t')) {
        at++;
    }
    if (at != scan->comment_first) {
        return true;
    }
    at++;
    while (at < scan->comment_end && (s[at] == ' ' || s[at] == '\t')) {
        at++;
    }
    size_t word = at;
    while (at < scan->comment_end && ((s[at] >= '0' && s[at] <= '9') || s[at] == '-' ||
                                      ((s[at] | 0x20) >= 'a' && (s[at] | 0x20) <= 'z'))) {
        at++;
    }
    size_t behind = at;
    while (at < scan->comment_end && (s[at] == ' ' || s[at] == '\t')) {
        at++;
    }
    if (behind == word || at == scan->comment_end || s[at] != '=') {
        return true;
    }
    zone_fail(&z->problem, ZONE_CAA_PARAMETERS_IN_COMMENT, scan->comment_first, scan->comment_end,
              "this is a comment, not parameters: without quotes the value ends in front of the ; "
              "and any account may issue; quote the value");
    return say(z, record, ZONE_WARNING);
}

static bool lint_flags(zone *z, uint32_t record, const zone_rdata *rdata) {
    unsigned flags = rdata->wire[0];
    if (flags == 0 || flags == 128) {
        return true;
    }
    zone_fail(&z->problem, ZONE_CAA_FLAGS, 0, 0,
              "CAA flags are 0 or 128 (critical); %u %s, its other bits mean nothing (RFC 8659 "
              "section 4.1)",
              flags, flags > 128 ? "is critical" : "is not critical");
    place(z, &rdata->flags);
    return say(z, record, ZONE_WARNING);
}

/* RFC 8659 section 4.4: mailto, http, https. */
static bool is_url(const uint8_t *value, size_t len) {
    if (len > 7 && is_word(value, 7, "mailto:")) {
        return memchr(value + 7, '@', len - 7) != NULL;
    }
    return (len > 7 && is_word(value, 7, "http://")) || (len > 8 && is_word(value, 8, "https://"));
}

static bool lint_iodef(zone *z, uint32_t record, const zone_rdata *rdata) {
    const uint8_t *value = rdata->wire + 2 + rdata->wire[1];
    size_t len = rdata->len - 2 - rdata->wire[1];
    if (is_url(value, len)) {
        return true;
    }
    bool address = memchr(value, '@', len) != NULL && memchr(value, ':', len) == NULL;
    zone_fail(&z->problem, ZONE_CAA_IODEF_NOT_URL, 0, 0,
              "iodef takes a mailto:, http: or https: URL, so CAs will not report to this; write "
              "%s%s",
              address ? "mailto:" : "\"mailto:security@example.com\"",
              address ? zone_quote(value, 0, len).text : " or the like");
    place(z, &rdata->value);
    return say(z, record, ZONE_WARNING);
}

/* Does an issue or issuewild value name an issuer (RFC 8659 section 4.2)? */
static bool has_issuer(const zone_rdata *rdata) {
    for (size_t at = 2u + rdata->wire[1]; at < rdata->len; at++) {
        if (rdata->wire[at] != ' ' && rdata->wire[at] != '\t') {
            return rdata->wire[at] != ';';
        }
    }
    return false;
}

typedef struct {
    uint32_t empty;  /* first record of the tag without an issuer, ZONE_NIL: none */
    uint32_t issuer; /* first one with an issuer */
    zone_token value;
} tag_use;

static bool lint_empty(zone *z, const tag_use *use, const char *tag) {
    if (use->empty == ZONE_NIL || use->issuer == ZONE_NIL) {
        return true;
    }
    unsigned long line = line_of(z, use->issuer);
    zone_fail(&z->problem, ZONE_CAA_EMPTY_BESIDE_ISSUER, 0, 0,
              "an empty issuer forbids nothing here: it authorises nobody, and line %lu authorises "
              "a CA with the same %s; remove one of the two",
              line, tag);
    place(z, &use->value);
    return line != 0 && say(z, use->empty, ZONE_WARNING);
}

static bool lint_duplicate(zone *z, uint32_t record) {
    zone_fail(&z->problem, ZONE_CAA_DUPLICATE, 0, 0,
              "the same CAA record stands before; servers answer with it once");
    return say(z, record, ZONE_INFO);
}

/* Why a record is never answered; false: it is. */
static uint32_t hidden_by(const zone *z, const zone_record *r) {
    const zone_node *nodes = z->store.nodes;
    uint32_t found = ZONE_NIL;
    for (uint32_t node = r->node; node != z->apex && node != ZONE_NIL; node = nodes[node].parent) {
        if (has(z, node, ZONE_NODE_NS) || (node != r->node && has(z, node, ZONE_NODE_DNAME))) {
            found = node;
        }
    }
    if (found == ZONE_NIL && r->node != z->apex && has(z, z->apex, ZONE_NODE_DNAME)) {
        found = z->apex;
    }
    return found;
}

static bool lint_occluded(zone *z, uint32_t record) {
    const zone_record *r = &z->store.records[record];
    uint32_t by = hidden_by(z, r);
    if (by == ZONE_NIL) {
        return true;
    }
    bool cut = has(z, by, ZONE_NODE_NS) && by != z->apex;
    zone_fail(&z->problem, ZONE_CAA_OCCLUDED, 0, 0,
              cut ? "no server answers with this CAA: %s is delegated here, and only the zone of "
                    "its own servers counts; write it into that zone"
                  : "no server answers with this CAA: what is below %s is redirected by its DNAME; "
                    "write it below the target",
              node_text(z, by).text);
    return say(z, record, ZONE_WARNING);
}

/* All lints of the records of one CAA RRset. */
static bool lint_caa_set(zone *z, const zone_rrset *set) {
    tag_use uses[2] = {{ZONE_NIL, ZONE_NIL, {.kind = ZONE_TOKEN_NONE}},
                       {ZONE_NIL, ZONE_NIL, {.kind = ZONE_TOKEN_NONE}}};
    bool hidden = z->apex != ZONE_NIL && zone_is_occluded(z, set->first);
    if (has(z, set->node, ZONE_NODE_CNAME)) {
        zone_fail(&z->problem, ZONE_CAA_BESIDE_CNAME, 0, 0,
                  "a CAA beside a CNAME is never seen: CAs follow the alias; write it at the "
                  "alias's target or at a name above %s",
                  node_text(z, set->node).text);
        if (!say(z, set->first, ZONE_WARNING)) {
            return false;
        }
    }
    for (uint32_t i = set->first; i != ZONE_NIL; i = z->store.records[i].next) {
        zone_view view;
        if (!zone_read_record(z, i, &view)) {
            continue;
        }
        const zone_rdata *rdata = &view.rdata;
        caa_tag tag = tag_of(rdata);
        if ((tag == TAG_ISSUE || tag == TAG_ISSUEWILD) &&
            (z->store.records[i].flags & ZONE_RECORD_DUPLICATE) == 0) {
            tag_use *use = &uses[tag == TAG_ISSUEWILD];
            uint32_t *first = has_issuer(rdata) ? &use->issuer : &use->empty;
            if (*first == ZONE_NIL) {
                *first = i;
                use->value = first == &use->empty ? rdata->value : use->value;
            }
        }
        if (!lint_flags(z, i, rdata) || (tag == TAG_IODEF && !lint_iodef(z, i, rdata)) ||
            !lint_comment(z, i, &view) || (hidden && !lint_occluded(z, i))) {
            return false;
        }
        if ((z->store.records[i].flags & ZONE_RECORD_DUPLICATE) != 0 && !lint_duplicate(z, i)) {
            return false;
        }
    }
    return lint_empty(z, &uses[0], "issue") && lint_empty(z, &uses[1], "issuewild");
}

/* ---- wildcards that do not cover what exists ---- */

/* The records of b are those of a; false too when memory is short (then a lint too many). */
static bool same_set(zone *z, const zone_rrset *a, const zone_rrset *b) {
    if (a->count != b->count || a->count > 64) {
        return false;
    }
    for (uint32_t i = a->first; i != ZONE_NIL; i = z->store.records[i].next) {
        zone_view view;
        bool found = false;
        if (!zone_read_record(z, i, &view)) {
            return false;
        }
        size_t len = view.rdata.len;
        memcpy(z->other, z->wire, len);
        for (uint32_t j = b->first; !found && j != ZONE_NIL; j = z->store.records[j].next) {
            found = zone_read_record(z, j, &view) && view.rdata.len == len &&
                    memcmp(z->wire, z->other, len) == 0;
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

/* The CAA RRset that counts at a name which has none of its own and is no alias. */
static uint32_t climb(const zone *z, uint32_t node) {
    for (;;) {
        uint32_t set = zone_store_rrset(&z->store, node, ZONE_TYPE_CAA);
        if (set != ZONE_NIL || node == z->apex) {
            return set;
        }
        node = z->store.nodes[node].parent;
    }
}

typedef struct {
    uint32_t first; /* a name that is not covered, ZONE_NIL: none */
    uint32_t count;
} gap;

static bool report_gap(zone *z, const zone_rrset *wildcard, const gap *found) {
    char more[40] = "";
    if (found->count > 1) {
        zone_problem text;
        zone_fail(&text, ZONE_OK, 0, 0, " (and %lu more)", (unsigned long)found->count - 1);
        size_t len = strlen(text.message);
        memcpy(more, text.message, len < sizeof more ? len + 1 : sizeof more - 1);
        more[sizeof more - 1] = '\0';
    }
    zone_fail(&z->problem, ZONE_CAA_WILDCARD_GAP, 0, 0,
              "this CAA does not count for %s%s: a wildcard covers only names that do not exist; "
              "write it at the name, or at a name above",
              node_text(z, found->first).text, more);
    return say(z, wildcard->first, ZONE_WARNING);
}

static bool lint_wildcards(zone *z) {
    const zone_store *store = &z->store;
    uint32_t wildcards = 0;
    for (size_t i = 0; i < store->rrset_count; i++) {
        const zone_rrset *set = &store->rrsets[i];
        const uint8_t *label = store->text + store->nodes[set->node].label;
        if (set->type == ZONE_TYPE_CAA && label[0] == 1 && label[1] == '*' &&
            set->node != z->apex && has(z, set->node, ZONE_NODE_EXISTS) &&
            !zone_is_occluded(z, set->first)) {
            z->store.nodes[store->nodes[set->node].parent].flags |= ZONE_NODE_WILD_CAA;
            wildcards++;
        }
    }
    if (wildcards == 0) {
        return true;
    }
    gap *gaps = calloc(store->node_count, sizeof *gaps);
    if (gaps == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < store->node_count; i++) {
        const zone_node *node = &store->nodes[i];
        const uint8_t *label = store->text + node->label;
        if (node->parent == ZONE_NIL || !has(z, node->parent, ZONE_NODE_WILD_CAA) ||
            !has(z, i, ZONE_NODE_EXISTS) || has(z, i, ZONE_NODE_CNAME | ZONE_NODE_NS) ||
            (label[0] == 1 && label[1] == '*') ||
            zone_store_rrset(store, i, ZONE_TYPE_CAA) != ZONE_NIL) {
            continue;
        }
        gap *found = &gaps[node->parent];
        found->first = found->count++ == 0 ? i : found->first;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < store->rrset_count; i++) {
        const zone_rrset *set = &store->rrsets[i];
        const uint8_t *label = store->text + store->nodes[set->node].label;
        uint32_t parent = store->nodes[set->node].parent;
        if (set->type != ZONE_TYPE_CAA || parent == ZONE_NIL || label[0] != 1 || label[1] != '*' ||
            !has(z, parent, ZONE_NODE_WILD_CAA) || gaps[parent].count == 0) {
            continue;
        }
        uint32_t above = climb(z, parent);
        if (above == ZONE_NIL || !same_set(z, set, &store->rrsets[above])) {
            ok = report_gap(z, set, &gaps[parent]);
        }
    }
    free(gaps);
    return ok;
}

/* ---- portability of the zone as a whole ---- */

static bool say_at_record(zone *z, zone_code code, uint32_t record) {
    const zone_record *r = &z->store.records[record];
    return zone_say_portability_at(z, z->store.contexts[r->context].file, record, code, r->first,
                                   r->end);
}

static bool lint_below_dname(zone *z) {
    const zone_store *store = &z->store;
    for (uint32_t i = 0; i < store->node_count; i++) {
        uint32_t parent = store->nodes[i].parent;
        if (parent != ZONE_NIL && has(z, parent, ZONE_NODE_DNAME) && has(z, i, ZONE_NODE_EXISTS)) {
            uint32_t set = zone_store_rrset(store, parent, ZONE_TYPE_DNAME);
            return say_at_record(z, ZONE_PORT_BELOW_DNAME, store->rrsets[set].first);
        }
    }
    return true;
}

static bool lint_signed(zone *z, const zone_rrset *set) {
    zone_fail(&z->problem, ZONE_SIGNED_ZONE, 0, 0,
              "this zone is signed: after any edit it has to be signed again");
    return say(z, set->first, ZONE_INFO);
}

bool zone_lint(zone *z) {
    zone_store *store = &z->store;
    bool is_signed = false;
    bool dname = false;
    for (size_t i = 0; i < store->rrset_count; i++) {
        const zone_rrset *set = &store->rrsets[i];
        if (!has(z, set->node, ZONE_NODE_IN_ZONE)) {
            continue;
        }
        dname = dname || set->type == ZONE_TYPE_DNAME;
        if (set->type == ZONE_TYPE_RRSIG) {
            if (!is_signed && !lint_signed(z, set)) {
                return false;
            }
            is_signed = true;
            continue; /* signatures have the TTLs of what they cover */
        }
        if ((set->count > 1 && !lint_ttls(z, set)) ||
            (set->type == ZONE_TYPE_CAA && !lint_caa_set(z, set))) {
            return false;
        }
    }
    return (!dname || lint_below_dname(z)) && (z->apex == ZONE_NIL || lint_wildcards(z));
}
