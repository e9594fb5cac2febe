/* libFuzzer target: the scan finds what the loader keeps, however bytes are classified and cut, and
 * the loader keeps the same with and without the fast walker.
 * SPDX-License-Identifier: MIT
 * Usage: clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -DZONE_STRIDE=128
 * -DZONE_SLACK=64 -Icsrc spec/fuzz/zone_scan.c csrc/zone/(all).c csrc/dns/(all).c
 * csrc/input/(all).c -o /tmp/fuzz && /tmp/fuzz -max_total_time=60 CORPUS (zone_scan_corpus.lua
 * makes one). The short stride makes every entry cross one. The first byte of the input says which
 * options the run has. */
#include "zone/hits.h"
#include "zone/mnemonic.h"

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

static const uint16_t usual[] = {ZONE_TYPE_CAA, ZONE_TYPE_CNAME, ZONE_TYPE_DNAME, ZONE_TYPE_NS,
                                 ZONE_TYPE_SOA};
static const uint16_t all[] = {ZONE_TYPE_ANY};
static const zone_hash_key key = {1, 2};

/* What $INCLUDE can name. */
static const char part[] = "in CAA 0 issue \"part.test\" ; in an included file\n\tNS ns\n$TTL 7\n"
                           "$ORIGIN deep\n@ 5 CNAME (\n\tx )\n";
static const char binary[] = "in CAA 0 issue \"a\"\n$TTL 9\n\0";

static zone_limits limits_of(uint8_t options) {
    zone_limits limits = {.max_errors = 20, .max_includes = 8, .max_generated = 40};
    if ((options & 1) != 0) {
        limits.max_entry = 150;
    }
    return limits;
}

static void origin_of(dns_name *origin) {
    MUST(dns_name_parse(origin, "example.com", 11, NULL, NULL) == DNS_NAME_OK);
}

static bool is_named(zone *z, const char *name) {
    zone_want want = zone_wanted(z);
    return want.name_len == strlen(name) && memcmp(want.name, name, want.name_len) == 0;
}

static zone *load(const uint8_t *bytes, size_t len, uint8_t options, bool careful) {
    zone_limits limits = limits_of(options);
    limits.careful = careful;
    dns_name origin;
    origin_of(&origin);
    zone *z = zone_new(bytes, len, "zone", 4, (options & 2) != 0 ? NULL : &origin, &limits, key);
    MUST(z != NULL);
    zone_step step = zone_load(z);
    while (step == ZONE_STEP_INCLUDE) {
        if (is_named(z, "p")) {
            step = zone_include(z, (const uint8_t *)part, sizeof part - 1, "p", 1);
        } else if (is_named(z, "b")) {
            step = zone_include(z, (const uint8_t *)binary, sizeof binary - 1, "b", 1);
        } else {
            step = zone_include_failed(z, "no", 2);
        }
    }
    MUST(step == ZONE_STEP_DONE);
    return z;
}

/* The files of a scan. */
typedef struct {
    const uint8_t *bytes[64];
    size_t len[64];
} files;

static zone *scan(const uint8_t *bytes, size_t len, uint8_t options, bool everything,
                  zone_classifier how, size_t window, files *list) {
    zone_limits limits = limits_of(options);
    dns_name origin;
    origin_of(&origin);
    zone *z = zone_hits_new("zone", 4, (options & 2) != 0 ? NULL : &origin, &limits, key,
                            everything ? all : usual, everything ? 1 : 5, how);
    MUST(z != NULL);
    list->bytes[0] = bytes;
    list->len[0] = len;
    size_t room = window;
    size_t last_at = SIZE_MAX;
    uint32_t last_file = 0;
    zone_step step = ZONE_STEP_MORE;
    while (step == ZONE_STEP_MORE) {
        uint32_t file;
        size_t at = zone_hits_position(z, &file);
        MUST(file < 64 && at <= list->len[file]);
        room = at == last_at && file == last_file ? 2 * room + 1 : window;
        last_at = at;
        last_file = file;
        size_t rest = list->len[file] - at;
        bool final = window == 0 || rest < room;
        size_t give = final ? rest : room;
        MUST(give <= zone_hits_room(z) || window == 0 || final || room <= 4 * zone_hits_room(z));
        /* A copy of exactly these bytes: reading behind them is found. */
        uint8_t *copy = malloc(give + 1);
        MUST(copy != NULL);
        uint8_t *exact = copy + 1; /* not aligned either */
        memcpy(exact, list->bytes[file] + at, give);
        step = zone_hits_feed(z, exact, give, final);
        if (step == ZONE_STEP_INCLUDE) {
            uint32_t next = (uint32_t)zone_get_store(z)->file_count;
            MUST(next < 64);
            if (is_named(z, "p") || is_named(z, "b")) {
                bool is_part = is_named(z, "p");
                list->bytes[next] = (const uint8_t *)(is_part ? part : binary);
                list->len[next] = (is_part ? sizeof part : sizeof binary) - 1;
                step = zone_include(z, NULL, 0, is_part ? "p" : "b", 1);
            } else {
                step = zone_include_failed(z, "no", 2);
            }
        }
        free(copy);
    }
    MUST(step == ZONE_STEP_DONE);
    return z;
}

static bool same_hit(const zone_hit *a, const zone_hit *b) {
    return a->first == b->first && a->owner == b->owner && a->ttl == b->ttl && a->type == b->type &&
           a->flags == b->flags;
}

/* Two scans of the same bytes. */
static void compare_scans(zone *a, zone *b) {
    zone_store *sa = zone_get_store(a);
    zone_store *sb = zone_get_store(b);
    MUST(zone_hits_count(a) == zone_hits_count(b));
    for (size_t i = 0; i < zone_hits_count(a); i++) {
        MUST(same_hit(zone_hits_at(a, i), zone_hits_at(b, i)));
    }
    MUST(sa->report_count == sb->report_count);
    for (size_t i = 0; i < sa->report_count; i++) {
        const zone_report *ra = &sa->reports[i];
        const zone_report *rb = &sb->reports[i];
        MUST(ra->code == rb->code && ra->first == rb->first && ra->end == rb->end &&
             ra->severity == rb->severity);
    }
    MUST(zone_get_status(a) == zone_get_status(b));
}

/* Problems of the zone as a whole and lints, which a scan does not look for. */
static bool is_whole(zone_code code) {
    return (code >= ZONE_OUT_OF_ZONE && code <= ZONE_PORT_TWO_SOA) || code == ZONE_MISSING_TTL;
}

static bool is_asked(uint16_t type, bool everything) {
    for (size_t i = 0; !everything && i < 5; i++) {
        if (usual[i] == type) {
            return true;
        }
    }
    return everything;
}

/* The bytes of a file of a scan from `at` on: of the lines of a $GENERATE only the line. */
static const uint8_t *bytes_at(zone *scanned, const files *list, uint32_t file, size_t at,
                               size_t *len) {
    const zone_file *f = &zone_get_store(scanned)->files[file];
    if (f->generated == NULL) {
        *len = list->len[file] - at;
        return list->bytes[file] + at;
    }
    const uint8_t *eol = memchr(f->bytes + at, '\n', f->len - at);
    MUST(eol != NULL);
    *len = (size_t)(eol - f->bytes) - at;
    return f->bytes + at;
}

/* Hit and record are the same, byte for byte of what they say. */
static void compare_record(zone *scanned, const files *list, const zone_hit *hit, zone *loaded,
                           uint32_t id, bool ttls) {
    static uint8_t wire[65536];
    const zone_store *store = zone_get_store(loaded);
    const zone_record *record = &store->records[id];
    zone_view a, b;
    dns_name owner, expected;
    MUST(hit->first == record->first && hit->type == record->type);
    if (ttls) {
        MUST(hit->ttl == record->ttl);
        MUST(hit->flags == (record->flags & ZONE_RECORD_NO_TTL));
    }
    const zone_context *context = &zone_get_store(scanned)->contexts[hit->context];
    const zone_context *named = &zone_get_store(scanned)->contexts[hit->owner_context];
    MUST(context->file == store->contexts[record->context].file);
    size_t len;
    const uint8_t *bytes = bytes_at(scanned, list, named->file, hit->owner, &len);
    MUST(zone_hits_owner(scanned, hit, bytes, len, true, &owner));
    zone_store_print(store, record->node, &expected);
    MUST(dns_name_equal(&owner, &expected));
    MUST(zone_read_record(loaded, id, &b));
    memcpy(wire, b.rdata.wire, b.rdata.len);
    bytes = bytes_at(scanned, list, context->file, hit->first, &len);
    MUST(zone_hits_read(scanned, hit, bytes, len, true, &a));
    MUST(a.rdata.len == b.rdata.len && memcmp(a.rdata.wire, wire, b.rdata.len) == 0);
    MUST(a.scan.base + a.scan.last_end == record->end);
    MUST(a.scan.base + a.head.type.first == b.head.type.first);
    MUST(a.head.ttl.kind == b.head.ttl.kind && a.head.class_.kind == b.head.class_.kind);
    MUST(a.scan.base + a.scan.eol_end == b.scan.eol_end);
}

/* Two readings of the same bytes by the loader. */
static void compare_zones(zone *a, zone *b) {
    zone_store *sa = zone_get_store(a);
    zone_store *sb = zone_get_store(b);
    MUST(sa->record_count == sb->record_count && sa->node_count == sb->node_count &&
         sa->rrset_count == sb->rrset_count && sa->context_count == sb->context_count);
    for (size_t i = 0; i < sa->record_count; i++) {
        const zone_record *ra = &sa->records[i];
        const zone_record *rb = &sb->records[i];
        MUST(ra->first == rb->first && ra->end == rb->end && ra->node == rb->node &&
             ra->next == rb->next && ra->ttl == rb->ttl && ra->context == rb->context &&
             ra->type == rb->type && ra->flags == rb->flags);
    }
    for (uint32_t i = 0; i < sa->node_count; i++) {
        dns_name na, nb;
        zone_store_print(sa, i, &na);
        zone_store_print(sb, i, &nb);
        MUST(dns_name_equal(&na, &nb) && sa->nodes[i].flags == sb->nodes[i].flags);
    }
    MUST(sa->report_count == sb->report_count);
    for (size_t i = 0; i < sa->report_count; i++) {
        const zone_report *ra = &sa->reports[i];
        const zone_report *rb = &sb->reports[i];
        MUST(ra->code == rb->code && ra->severity == rb->severity && ra->file == rb->file &&
             ra->first == rb->first && ra->end == rb->end && ra->message_len == rb->message_len &&
             memcmp(sa->text + ra->message, sb->text + rb->message, ra->message_len) == 0);
    }
    MUST(zone_get_status(a) == zone_get_status(b) && zone_get_apex(a) == zone_get_apex(b) &&
         zone_get_soa(a) == zone_get_soa(b));
}

/* Reading stopped: the loader may have met a NUL before, and a scan sees fewer errors. */
static bool is_stopped(zone *z) {
    const zone_store *store = zone_get_store(z);
    for (size_t i = 0; i < store->report_count; i++) {
        if (store->reports[i].code == ZONE_TOO_MANY_ERRORS ||
            store->reports[i].code == ZONE_TOO_MANY_INCLUDES ||
            store->reports[i].code == ZONE_TOO_MANY_GENERATED) {
            return true;
        }
    }
    return false;
}

static void compare_with_loader(zone *scanned, const files *list, zone *loaded, bool everything) {
    const zone_store *store = zone_get_store(loaded);
    bool broken = false;
    size_t reports = 0;
    if (is_stopped(scanned) || is_stopped(loaded)) {
        return;
    }
    for (size_t i = 0; i < store->report_count; i++) {
        zone_code code = store->reports[i].code;
        reports += is_whole(code) ? 0 : 1;
        broken = broken || (store->reports[i].severity == ZONE_ERROR && !is_whole(code));
    }
    if (everything) {
        MUST(zone_get_store(scanned)->report_count == reports);
        for (size_t i = 0, at = 0; i < store->report_count; i++) {
            const zone_report *a = &store->reports[i];
            if (!is_whole(a->code)) {
                const zone_report *b = &zone_get_store(scanned)->reports[at];
                MUST(a->code == b->code && a->first == b->first && a->end == b->end);
                at++;
            }
        }
    }
    size_t at = 0;
    for (uint32_t i = 0; i < store->record_count; i++) {
        if (!is_asked(store->records[i].type, everything)) {
            continue;
        }
        MUST(at < zone_hits_count(scanned));
        compare_record(scanned, list, zone_hits_at(scanned, at++), loaded, i,
                       everything || !broken);
    }
    MUST(at == zone_hits_count(scanned));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const size_t windows[] = {0, 1, 7, 64, 129, 300, 1000};
    if (size == 0 || size > 8192) {
        return 0;
    }
    uint8_t options = data[0];
    for (int everything = 0; everything < 2; everything++) {
        files list;
        zone *first =
            scan(data + 1, size - 1, options, everything, ZONE_CLASSIFY_PORTABLE, 0, &list);
        for (int how = ZONE_CLASSIFY_AVX2; how <= ZONE_CLASSIFY_PORTABLE; how++) {
            if (zone_classifier_is_there((zone_classifier)how)) {
                files other;
                size_t window = windows[(options >> 2) % (sizeof windows / sizeof windows[0])];
                zone *z = scan(data + 1, size - 1, options, everything, (zone_classifier)how,
                               window, &other);
                compare_scans(first, z);
                zone_free(z);
            }
        }
        zone *loaded = load(data + 1, size - 1, options, everything);
        if ((options & 1) == 0) { /* what is too long is measured differently */
            compare_with_loader(first, &list, loaded, everything);
        }
        if (everything == 0) {
            zone *careful = load(data + 1, size - 1, options, true);
            compare_zones(loaded, careful);
            zone_free(careful);
        }
        zone_free(loaded);
        zone_free(first);
    }
    return 0;
}
