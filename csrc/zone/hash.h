/* A keyed hash and an open-addressing index of ids: what hostile names cannot make quadratic.
 * SPDX-License-Identifier: MIT
 * SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012). */
#ifndef ISSUABLE_ZONE_HASH_H
#define ISSUABLE_ZONE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t k0;
    uint64_t k1;
} zone_hash_key;

/* Hash of `head` followed by bytes[0, len). */
uint64_t zone_hash(const zone_hash_key *key, uint64_t head, const void *bytes, size_t len);

#define ZONE_NIL UINT32_MAX /* no id */

typedef struct {
    uint32_t hash;
    uint32_t id; /* ZONE_NIL: free */
} zone_slot;

/* Ids by hash; several ids may have the same hash, the caller compares what they stand for. */
typedef struct {
    zone_slot *slots;
    size_t capacity; /* 0 or a power of two */
    size_t used;
} zone_index;

/* Walks the ids with this hash: for (id = zone_index_first(…, &probe); id != ZONE_NIL;
 * id = zone_index_next(…, &probe)). */
uint32_t zone_index_first(const zone_index *index, uint64_t hash, size_t *probe);
uint32_t zone_index_next(const zone_index *index, uint64_t hash, size_t *probe);

/* False: no memory, nothing has changed. */
bool zone_index_add(zone_index *index, uint64_t hash, uint32_t id);

void zone_index_free(zone_index *index);

/* Room for one more item of `size` bytes in a growing array: returns the array, moved or not; NULL:
 * no memory, the old array is still there. */
void *zone_reserve(void *items, size_t *capacity, size_t count, size_t size);

#endif
