/* Records as numbers: what two states of a zone have in common without looking at each record.
 * SPDX-License-Identifier: MIT
 * A record is its owner (without case), type, TTL and data in wire form (RFC 1035 section 3.2.1).
 */
#include "fingerprint.h"

#include <stdlib.h>

static int compare(const void *left, const void *right) {
    const zone_fingerprint *a = left;
    const zone_fingerprint *b = right;
    if (a->hash != b->hash) {
        return a->hash < b->hash ? -1 : 1;
    }
    return a->record < b->record ? -1 : a->record > b->record;
}

static uint64_t hash_of(zone *z, uint32_t id, const zone_hash_key *key) {
    zone_store *store = zone_get_store(z);
    const zone_record *record = &store->records[id];
    dns_name owner;
    zone_view view;
    zone_store_print(store, record->node, &owner);
    uint64_t head = (uint64_t)record->ttl << 17 | (uint64_t)record->type << 1 |
                    (record->flags & ZONE_RECORD_NO_TTL);
    uint64_t hash = zone_hash(key, head, owner.octets, owner.len);
    if (!zone_read_record(z, id, &view)) {
        return hash;
    }
    if (view.rdata.complete) {
        return zone_hash(key, hash, view.rdata.wire, view.rdata.len);
    }
    /* Data that is only looked over: its text and what completes the names in it. */
    if (view.has_origin) {
        hash = zone_hash(key, hash, view.origin.octets, view.origin.len);
    }
    return zone_hash(key, hash, view.data.bytes + view.data.at, record->end - view.data.at);
}

void zone_fingerprints(zone *z, const zone_hash_key *key, zone_fingerprint *out) {
    size_t count = zone_get_store(z)->record_count;
    for (uint32_t id = 0; id < count; id++) {
        out[id] = (zone_fingerprint){hash_of(z, id, key), id};
    }
    qsort(out, count, sizeof *out, compare);
}
