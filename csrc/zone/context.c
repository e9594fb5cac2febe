/* Contexts: what is in force where an entry stands, each kept once.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1 ($ORIGIN, $INCLUDE), RFC 2308 section 4 ($TTL). */
#include "state.h"

#include <string.h>

/* Zones switch to and fro between a few origins: each context is kept once. */
static bool same_context(const zone_store *store, uint32_t id, const zone_context *context,
                         const dns_name *origin) {
    const zone_context *other = &store->contexts[id];
    if (other->file != context->file || other->default_ttl != context->default_ttl ||
        other->has_default_ttl != context->has_default_ttl ||
        (other->origin == ZONE_NIL) != (origin == NULL)) {
        return false;
    }
    return origin == NULL ||
           (store->text_len - other->origin >= origin->len &&
            memcmp(store->text + other->origin, origin->octets, origin->len) == 0);
}

/* Most zones have one or two contexts: only those behind the first few are hashed. */
#define CONTEXTS_LISTED 4

static uint64_t context_hash(const zone_store *store, const zone_context *context,
                             const dns_name *origin) {
    return zone_hash(&store->key, (uint64_t)context->file << 32 | context->default_ttl,
                     origin == NULL ? NULL : origin->octets, origin == NULL ? 0 : origin->len);
}

static uint32_t find_context(const zone_store *store, const zone_context *context,
                             const dns_name *origin) {
    size_t listed = store->context_count < CONTEXTS_LISTED ? store->context_count : CONTEXTS_LISTED;
    for (uint32_t id = 0; id < listed; id++) {
        if (same_context(store, id, context, origin)) {
            return id;
        }
    }
    if (store->context_count <= CONTEXTS_LISTED) {
        return ZONE_NIL;
    }
    uint64_t hash = context_hash(store, context, origin);
    size_t probe;
    uint32_t id = zone_index_first(&store->context_index, hash, &probe);
    while (id != ZONE_NIL && !same_context(store, id, context, origin)) {
        id = zone_index_next(&store->context_index, hash, &probe);
    }
    return id;
}

bool zone_need_context(zone *z) {
    if (z->context != ZONE_NIL) {
        return true;
    }
    zone_store *store = &z->store;
    zone_frame *frame = &z->frames[z->depth - 1];
    const dns_name *origin = frame->has_origin ? &frame->origin : NULL;
    zone_context context = {.file = frame->file,
                            .origin = ZONE_NIL,
                            .default_ttl = z->default_ttl,
                            .has_default_ttl = z->has_default_ttl};
    uint32_t id = find_context(store, &context, origin);
    if (id == ZONE_NIL) {
        zone_context *contexts = zone_reserve(store->contexts, &store->context_capacity,
                                              store->context_count, sizeof *contexts);
        if (contexts == NULL) {
            return false;
        }
        store->contexts = contexts;
        id = (uint32_t)store->context_count;
        if ((origin != NULL &&
             !zone_store_text(store, origin->octets, origin->len, &context.origin)) ||
            (id >= CONTEXTS_LISTED &&
             !zone_index_add(&store->context_index, context_hash(store, &context, origin), id))) {
            return false;
        }
        contexts[store->context_count++] = context;
    }
    z->context = id;
    return true;
}
