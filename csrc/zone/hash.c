/* A keyed hash and an open-addressing index of ids: what hostile names cannot make quadratic.
 * SPDX-License-Identifier: MIT
 * SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012). */
#include "hash.h"

#include <stdlib.h>
#include <string.h>

static inline uint64_t rotate(uint64_t x, unsigned bits) {
    return (x << bits) | (x >> (64 - bits));
}

/* Four words that may live in registers. */
typedef struct {
    uint64_t a, b, c, d;
} sip_state;

static inline sip_state sip_round(sip_state v) {
    v.a += v.b;
    v.b = rotate(v.b, 13) ^ v.a;
    v.a = rotate(v.a, 32);
    v.c += v.d;
    v.d = rotate(v.d, 16) ^ v.c;
    v.a += v.d;
    v.d = rotate(v.d, 21) ^ v.a;
    v.c += v.b;
    v.b = rotate(v.b, 17) ^ v.c;
    v.c = rotate(v.c, 32);
    return v;
}

static inline sip_state sip_word(sip_state v, uint64_t word) {
    v.d ^= word;
    v = sip_round(v);
    v.a ^= word;
    return v;
}

uint64_t zone_hash(const zone_hash_key *key, uint64_t head, const void *bytes, size_t len) {
    sip_state v = {key->k0 ^ 0x736f6d6570736575u, key->k1 ^ 0x646f72616e646f6du,
                   key->k0 ^ 0x6c7967656e657261u, key->k1 ^ 0x7465646279746573u};
    v = sip_word(v, head);
    const uint8_t *at = bytes;
    size_t rest = len;
    for (; rest >= 8; rest -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        v = sip_word(v, word);
    }
    uint64_t last = (uint64_t)(len & 0xff) << 56;
    for (size_t i = 0; i < rest; i++) {
        last |= (uint64_t)at[i] << (8 * i);
    }
    v = sip_word(v, last);
    v.c ^= 0xff;
    v = sip_round(sip_round(sip_round(v)));
    return v.a ^ v.b ^ v.c ^ v.d;
}

static uint32_t tag(uint64_t hash) {
    return (uint32_t)hash;
}

static uint32_t walk(const zone_index *index, uint64_t hash, size_t *probe) {
    size_t mask = index->capacity - 1;
    for (;; *probe = (*probe + 1) & mask) {
        const zone_slot *slot = &index->slots[*probe];
        if (slot->id == ZONE_NIL || slot->hash == tag(hash)) {
            return slot->id;
        }
    }
}

uint32_t zone_index_first(const zone_index *index, uint64_t hash, size_t *probe) {
    if (index->capacity == 0) {
        return ZONE_NIL;
    }
    *probe = tag(hash) & (index->capacity - 1);
    return walk(index, hash, probe);
}

uint32_t zone_index_next(const zone_index *index, uint64_t hash, size_t *probe) {
    *probe = (*probe + 1) & (index->capacity - 1);
    return walk(index, hash, probe);
}

static bool grow(zone_index *index) {
    size_t capacity = index->capacity == 0 ? 256 : index->capacity * 2;
    if (capacity > SIZE_MAX / sizeof(zone_slot) / 2) {
        return false;
    }
    zone_slot *slots = malloc(capacity * sizeof(zone_slot));
    if (slots == NULL) {
        return false;
    }
    memset(slots, 0xff, capacity * sizeof(zone_slot)); /* every id is ZONE_NIL */
    for (size_t i = 0; i < index->capacity; i++) {
        if (index->slots[i].id != ZONE_NIL) {
            size_t at = index->slots[i].hash & (capacity - 1);
            while (slots[at].id != ZONE_NIL) {
                at = (at + 1) & (capacity - 1);
            }
            slots[at] = index->slots[i];
        }
    }
    free(index->slots);
    index->slots = slots;
    index->capacity = capacity;
    return true;
}

bool zone_index_add(zone_index *index, uint64_t hash, uint32_t id) {
    if (index->used + 1 > index->capacity / 2 && !grow(index)) {
        return false;
    }
    size_t at = tag(hash) & (index->capacity - 1);
    while (index->slots[at].id != ZONE_NIL) {
        at = (at + 1) & (index->capacity - 1);
    }
    index->slots[at].hash = tag(hash);
    index->slots[at].id = id;
    index->used++;
    return true;
}

void zone_index_free(zone_index *index) {
    free(index->slots);
    memset(index, 0, sizeof *index);
}

void *zone_reserve(void *items, size_t *capacity, size_t count, size_t size) {
    if (count < *capacity) {
        return items;
    }
    size_t wanted = *capacity < 64 ? 64 : *capacity * 2;
    if (wanted > SIZE_MAX / size / 2) {
        return NULL;
    }
    void *moved = realloc(items, wanted * size);
    if (moved != NULL) {
        *capacity = wanted;
    }
    return moved;
}
