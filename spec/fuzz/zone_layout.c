/* libFuzzer: a zone file as pieces loses no byte, and its records are the loader's.
 * SPDX-License-Identifier: MIT
 * Source: csrc/zone/layout.h; RFC 1035 section 5.1.
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Icsrc \
 *       spec/fuzz/zone_layout.c csrc/zone/?*.c csrc/dns/name.c -o .build/fuzz-zone-layout
 *   .build/fuzz-zone-layout -max_len=500 -max_total_time=300 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zone/fingerprint.h"
#include "zone/layout.h"
#include "zone/zone.h"

#define LAW(holds)                                                                                 \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #holds);                    \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Walks the pieces; with a zone, its records of the one file have to be met in their order. */
static void check_pieces(const uint8_t *bytes, size_t len, zone *z) {
    zone_layout layout;
    size_t at = 0;
    uint32_t record = 0;
    zone_store *store = zone_get_store(z);
    zone_layout_init(&layout, bytes, len);
    for (;;) {
        zone_piece piece = zone_layout_next(&layout);
        LAW(piece.first == at);
        if (piece.kind == ZONE_PIECE_END) {
            LAW(at == len && piece.end == len);
            break;
        }
        LAW(piece.end > piece.first && piece.end <= len);
        if (piece.kind == ZONE_PIECE_RECORD && record < store->record_count &&
            store->records[record].first == piece.first) {
            LAW(store->records[record].end <= piece.end);
            record++;
        }
        at = piece.end;
    }
    LAW(record == store->record_count);
}

/* A zone is equal to itself, record by record. */
static void check_fingerprints(zone *z) {
    const zone_hash_key key = {1, 2};
    size_t count = zone_get_store(z)->record_count;
    zone_fingerprint *a = malloc((count + 1) * sizeof *a);
    zone_fingerprint *b = malloc((count + 1) * sizeof *b);
    LAW(a != NULL && b != NULL);
    zone_fingerprints(z, &key, a);
    zone_fingerprints(z, &key, b);
    for (size_t i = 0; i < count; i++) {
        LAW(a[i].hash == b[i].hash && a[i].record == b[i].record && a[i].record < count);
        LAW(i == 0 || a[i - 1].hash <= a[i].hash);
    }
    free(a);
    free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    /* Exactly as long as it is, so that one byte too far is noticed. */
    uint8_t *bytes = malloc(len);
    dns_name origin;
    const zone_limits limits = {.max_errors = 100000};
    const zone_hash_key key = {3, 4};
    LAW(bytes != NULL || len == 0);
    if (len != 0) {
        memcpy(bytes, data, len);
    }
    LAW(dns_name_parse(&origin, "example.com", 11, NULL, NULL) == DNS_NAME_OK);
    zone *z = zone_new(bytes, len, "z", 1, &origin, &limits, key);
    LAW(z != NULL);
    zone_step step = zone_load(z);
    while (step == ZONE_STEP_INCLUDE) {
        step = zone_include_failed(z, "none", 4);
    }
    LAW(step == ZONE_STEP_DONE);
    check_pieces(bytes, len, z);
    check_fingerprints(z);
    zone_free(z);
    free(bytes);
    return 0;
}
