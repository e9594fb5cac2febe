/* libFuzzer target: loader, lints and answerer of the zone engine on any bytes, with the promises
 * of their headers checked. SPDX-License-Identifier: MIT Usage: clang -g -O1
 * -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Icsrc spec/fuzz/zone.c csrc/zone/(all).c
 * csrc/dns/(all).c -o /tmp/fuzz; the corpus comes from zone_corpus.lua; /tmp/fuzz
 * -max_total_time=60 /tmp/corpus
 *
 * The first byte of the input says how the rest is used: whether an origin is known, and where the
 * file is cut in two, the second part being what every $INCLUDE gives. */
#include "zone/mnemonic.h"
#include "zone/where.h"
#include "zone/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "broken promise, line %d: %s\n", __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static void check_text(const uint8_t *text, size_t len) {
    MUST(len != 0);
    for (size_t i = 0; i < len; i++) {
        MUST(text[i] >= 0x20 && text[i] < 0x7f);
    }
}

static void check_reports(zone *z) {
    zone_store *store = zone_get_store(z);
    bool error = false;
    for (size_t i = 0; i < store->report_count; i++) {
        const zone_report *r = &store->reports[i];
        uint32_t line;
        uint32_t column;
        MUST(r->file < store->file_count && store->files[r->file].generated == NULL);
        MUST(r->first <= r->end && r->end <= store->files[r->file].len);
        MUST(zone_where(store, r->file, r->first, &line, &column));
        MUST(line >= 1 && column >= 1 && line <= r->first + 1);
        MUST(r->message + r->message_len <= store->text_len);
        check_text(store->text + r->message, r->message_len);
        MUST(strcmp(zone_code_name(r->code), "unknown") != 0);
        MUST(i == 0 || store->reports[i - 1].order <= r->order);
        error = error || r->severity == ZONE_ERROR;
    }
    MUST(error == (zone_get_status(z) == ZONE_BROKEN));
    MUST((zone_get_soa(z) == ZONE_NIL) == (zone_get_apex(z) == ZONE_NIL));
}

static void check_token(const zone_scan *scan, const zone_token *token) {
    MUST(token->first <= token->end && token->end <= scan->len);
}

/* Every record reads again as what it was kept as. */
static void check_record(zone *z, uint32_t id) {
    zone_store *store = zone_get_store(z);
    const zone_record *r = &store->records[id];
    zone_view view;
    MUST(zone_read_record(z, id, &view));
    MUST(view.head.type_value == r->type && view.rdata.type == r->type);
    MUST(view.scan.first == r->first && view.scan.last_end == r->end && r->first < r->end);
    MUST(view.scan.eol_first >= r->end && view.scan.eol_end <= view.scan.len);
    MUST(view.scan.comment_first <= view.scan.comment_end);
    check_token(&view.scan, &view.head.type);
    if (view.head.owner.kind != ZONE_TOKEN_BLANK) {
        dns_name name;
        dns_name node;
        size_t len;
        const char *text = zone_token_text(&view.scan, &view.head.owner, &len);
        MUST(dns_name_parse(&name, text, len, view.has_origin ? &view.origin : NULL, NULL) ==
             DNS_NAME_OK);
        zone_store_print(store, r->node, &node);
        MUST(dns_name_equal(&name, &node));
    }
    if (r->type == ZONE_TYPE_CAA) {
        MUST(view.rdata.len >= 3 && view.rdata.wire[1] != 0 &&
             view.rdata.len >= 2u + view.rdata.wire[1]);
        MUST(zone_rdata_check_wire(r->type, view.rdata.wire, view.rdata.len));
    }
    if (r->type == ZONE_TYPE_CNAME || r->type == ZONE_TYPE_NS || r->type == ZONE_TYPE_DNAME) {
        dns_name target;
        MUST(zone_read_target(z, id, &target));
    }
    (void)zone_is_occluded(z, id);
}

/* An answer is what its kind says, and asking for where it leads gives the same end. */
static void check_answer(zone *z, const dns_name *name) {
    zone_store *store = zone_get_store(z);
    zone_answer a;
    zone_answer again;
    zone_ask(z, name, ZONE_TYPE_CAA, &a);
    if (zone_get_status(z) != ZONE_LOADABLE) {
        MUST(a.kind == ZONE_ANSWER_BROKEN);
        return;
    }
    MUST(a.kind != ZONE_ANSWER_BROKEN && a.alias_count <= ZONE_ALIASES_MAX);
    const dns_name *at = name;
    for (size_t i = 0; i < a.alias_count; i++) {
        MUST(dns_name_equal(at, &a.aliases[i].owner));
        at = &a.aliases[i].target;
    }
    MUST(dns_name_equal(at, &a.name));
    if (a.kind == ZONE_ANSWER_RRSET) {
        const zone_rrset *set = &store->rrsets[a.rrset];
        MUST(set->type == ZONE_TYPE_CAA && a.ttl == set->ttl && a.ttl <= ZONE_TTL_MAX);
        for (uint32_t i = set->first; i != ZONE_NIL; i = store->records[i].next) {
            MUST(!zone_is_occluded(z, i) && a.ttl <= store->records[i].ttl);
        }
    }
    if (a.kind != ZONE_ANSWER_LOOP && a.kind != ZONE_ANSWER_ALIAS) {
        zone_ask(z, &a.name, ZONE_TYPE_CAA, &again);
        MUST(again.kind == a.kind && again.alias_count == 0 && again.rrset == a.rrset);
    }
}

static void check_answers(zone *z) {
    zone_store *store = zone_get_store(z);
    for (uint32_t node = 0; node < store->node_count && node < 200; node++) {
        dns_name name;
        dns_name below;
        static const uint8_t label[] = {2, 'q', '*'};
        zone_store_print(store, node, &name);
        check_answer(z, &name);
        MUST(zone_store_find(store, &name) == node);
        if (dns_name_join(&below, label, sizeof label, &name)) {
            check_answer(z, &below);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const zone_hash_key key = {1, 2};
    zone_limits limits = {.max_includes = 20, .max_generated = 300, .max_errors = 50};
    dns_name origin;
    size_t cut;
    uint8_t how = size == 0 ? 0 : data[0];
    if (size != 0) {
        data++;
        size--;
    }
    cut = (how & 0x3f) == 0x3f ? size : size * (how & 0x3f) / 64;
    cut = (how & 0x40) != 0 ? size : cut;
    MUST(dns_name_parse(&origin, "example.com", 11, NULL, NULL) == DNS_NAME_OK);
    zone *z = zone_new(data, cut, "a/z", 3, (how & 0x80) != 0 ? NULL : &origin, &limits, key);
    MUST(z != NULL);
    zone_step step = zone_load(z);
    for (unsigned n = 0; step == ZONE_STEP_INCLUDE; n++) {
        zone_want want = zone_wanted(z);
        MUST(want.first < want.end);
        if (n % 4 == 3) {
            step = zone_include_failed(z, "no\n", 3);
        } else {
            char path = (char)('0' + n % 3);
            step = zone_include(z, data + cut, size - cut, &path, 1);
        }
    }
    MUST(step == ZONE_STEP_DONE);
    check_reports(z);
    zone_store *store = zone_get_store(z);
    for (size_t i = 0; i < store->record_count; i++) {
        check_record(z, (uint32_t)i);
    }
    check_answers(z);
    zone_free(z);
    return 0;
}
