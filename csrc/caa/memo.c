/* The memory of a run: a hash table of owners over recycled entries.
 * SPDX-License-Identifier: MIT
 * Source: RFC 2308 sections 5 and 7.2; the clock algorithm for what is forgotten first. */
#include "memo.h"

#include <stdlib.h>
#include <string.h>

/* Multiply and fold, eight octets at a time, keyed. */
static uint32_t hash_of(const caa_memo *memo, const uint8_t *octets, size_t len) {
    uint64_t h = memo->key ^ len * 0x9e3779b97f4a7c15u;
    while (len > 0) {
        uint64_t piece = 0;
        size_t some = len < 8 ? len : 8;
        memcpy(&piece, octets, some);
        h ^= piece;
        h *= 0xd6e8feb86659fd93u;
        h ^= h >> 32;
        h += memo->key;
        octets += some;
        len -= some;
    }
    h *= 0xd6e8feb86659fd93u;
    return (uint32_t)(h >> 32);
}

static void add_free(caa_memo *memo, uint32_t from) {
    for (uint32_t i = memo->size; i > from; i--) {
        memo->entries[i - 1].state = CAA_ENTRY_FREE;
        memo->entries[i - 1].large = NULL;
        memo->entries[i - 1].next = memo->free;
        memo->free = i - 1;
    }
}

static bool make_chains(caa_memo *memo) {
    uint32_t chains = 16;
    while (chains < memo->size) {
        chains *= 2;
    }
    uint32_t *fresh = malloc(chains * sizeof *fresh);
    if (fresh == NULL) {
        return false;
    }
    memset(fresh, 0xff, chains * sizeof *fresh);
    free(memo->chains);
    memo->chains = fresh;
    memo->chain_mask = chains - 1;
    for (uint32_t i = 0; i < memo->size; i++) {
        caa_entry *e = &memo->entries[i];
        bool found = e->state == CAA_ENTRY_ASKING || e->state == CAA_ENTRY_ANSWERED;
        if (found && !e->plain) {
            e->next = fresh[e->hash & memo->chain_mask];
            fresh[e->hash & memo->chain_mask] = i;
        }
    }
    return true;
}

bool caa_memo_open(caa_memo *memo, uint32_t size, uint64_t key) {
    memset(memo, 0, sizeof *memo);
    memo->key = key;
    memo->free = CAA_NONE;
    memo->entries = malloc(size * sizeof *memo->entries);
    if (memo->entries == NULL) {
        return false;
    }
    memo->size = size;
    add_free(memo, 0);
    if (!make_chains(memo)) {
        caa_memo_close(memo);
        return false;
    }
    return true;
}

void caa_memo_close(caa_memo *memo) {
    for (uint32_t i = 0; i < memo->size; i++) {
        free(memo->entries[i].large);
    }
    free(memo->entries);
    free(memo->chains);
    memset(memo, 0, sizeof *memo);
}

static void unlink_entry(caa_memo *memo, uint32_t index) {
    caa_entry *e = &memo->entries[index];
    if (e->plain || e->state == CAA_ENTRY_STALE) {
        return;
    }
    uint32_t *at = &memo->chains[e->hash & memo->chain_mask];
    while (*at != index) {
        at = &memo->entries[*at].next;
    }
    *at = e->next;
}

void caa_memo_drop(caa_memo *memo, uint32_t index) {
    caa_entry *e = &memo->entries[index];
    unlink_entry(memo, index);
    free(e->large);
    e->large = NULL;
    e->state = CAA_ENTRY_FREE;
    e->next = memo->free;
    memo->free = index;
    memo->used--;
}

uint32_t caa_memo_find(caa_memo *memo, const dns_name *owner, int64_t now) {
    uint32_t hash = hash_of(memo, owner->octets, owner->len);
    uint32_t index = memo->chains[hash & memo->chain_mask];
    while (index != CAA_NONE) {
        caa_entry *e = &memo->entries[index];
        if (e->hash == hash && e->name_len == owner->len &&
            memcmp(e->inside, owner->octets, owner->len) == 0) {
            break;
        }
        index = e->next;
    }
    if (index == CAA_NONE) {
        return CAA_NONE;
    }
    caa_entry *e = &memo->entries[index];
    if (e->state == CAA_ENTRY_ANSWERED && e->expires <= now) {
        if (e->refs == 0) {
            caa_memo_drop(memo, index);
        } else {
            unlink_entry(memo, index);
            e->state = CAA_ENTRY_STALE;
        }
        return CAA_NONE;
    }
    e->hits = (uint8_t)(e->hits < 255 ? e->hits + 1 : 255);
    return index;
}

/* Moves the clock's hand until it meets something that can go; twice around halves all hits at
 * least once. */
static bool make_room(caa_memo *memo) {
    for (uint64_t steps = 0; steps < (uint64_t)memo->size * 2; steps++) {
        uint32_t index = memo->hand;
        memo->hand = memo->hand + 1 == memo->size ? 0 : memo->hand + 1;
        caa_entry *e = &memo->entries[index];
        if (e->state != CAA_ENTRY_ANSWERED || e->refs != 0) {
            continue;
        }
        if (e->hits == 0) {
            caa_memo_drop(memo, index);
            return true;
        }
        e->hits /= 2;
    }
    return false;
}

static bool grow(caa_memo *memo) {
    if (memo->size > UINT32_MAX / 4) {
        return false;
    }
    uint32_t size = memo->size + memo->size / 2 + 64;
    caa_entry *larger = realloc(memo->entries, size * sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    uint32_t before = memo->size;
    memo->entries = larger;
    memo->size = size;
    add_free(memo, before);
    (void)make_chains(memo); /* without memory the old, shorter table goes on */
    return true;
}

uint32_t caa_memo_add(caa_memo *memo, const dns_name *owner, bool plain) {
    if (memo->free == CAA_NONE && !make_room(memo) && !grow(memo)) {
        return CAA_NONE;
    }
    uint32_t index = memo->free;
    caa_entry *e = &memo->entries[index];
    memo->free = e->next;
    memo->used++;
    memset(e, 0, offsetof(caa_entry, inside));
    e->state = CAA_ENTRY_ASKING;
    e->first_waiting = e->last_waiting = e->flight = CAA_NONE;
    e->cd_rcode = -1;
    e->plain = plain;
    e->name_len = owner->len;
    memcpy(e->inside, owner->octets, owner->len);
    if (!plain) {
        e->hash = hash_of(memo, owner->octets, owner->len);
        e->next = memo->chains[e->hash & memo->chain_mask];
        memo->chains[e->hash & memo->chain_mask] = index;
    }
    return index;
}

bool caa_memo_answer(caa_memo *memo, uint32_t index, const caa_reply *reply, const uint8_t *block,
                     int64_t expires) {
    caa_entry *e = &memo->entries[index];
    e->state = CAA_ENTRY_ANSWERED;
    e->expires = expires;
    e->reply = *reply;
    if (reply->used <= (size_t)CAA_ENTRY_INLINE - e->name_len) {
        memcpy(e->inside + e->name_len, block, reply->used);
        return true;
    }
    e->large = malloc(reply->used);
    if (e->large != NULL) {
        memcpy(e->large, block, reply->used);
        return true;
    }
    memset(&e->reply, 0, sizeof e->reply);
    e->reply.kind = CAA_REPLY_FAILED;
    e->reply.cause = CAA_CAUSE_MEMORY;
    e->reply.error = DNS_NO_ERROR_CODE;
    e->reply.ttl = -1;
    e->inside[e->name_len] = 0; /* a name has at most 255 octets */
    e->reply.used = 1;
    return false;
}

void caa_memo_hold(caa_memo *memo, uint32_t index) {
    memo->entries[index].refs++;
}

void caa_memo_release(caa_memo *memo, uint32_t index) {
    caa_entry *e = &memo->entries[index];
    e->refs--;
    if (e->refs == 0 && e->state == CAA_ENTRY_STALE) {
        caa_memo_drop(memo, index);
    }
}

void caa_entry_owner(const caa_entry *entry, dns_name *out) {
    out->len = entry->name_len;
    memcpy(out->octets, entry->inside, entry->name_len);
}

caa_block caa_entry_block(const caa_entry *entry) {
    const uint8_t *at = entry->large != NULL ? entry->large : entry->inside + entry->name_len;
    return (caa_block){at, at + entry->reply.used};
}
