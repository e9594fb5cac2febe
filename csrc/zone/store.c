/* The store: names, RRsets, records, contexts, files and problems of one zone, by small ids.
 * SPDX-License-Identifier: MIT
 * RFC 1034 section 3.1 (the tree of names; empty non-terminals exist), RFC 2181 section 5 (RRsets).
 */
#include "store.h"

#include <stdlib.h>
#include <string.h>

bool zone_store_init(zone_store *store, zone_hash_key key) {
    memset(store, 0, sizeof *store);
    store->key = key;
    zone_node *nodes = zone_reserve(NULL, &store->node_capacity, 0, sizeof *nodes);
    static const uint8_t root_label = 0;
    uint32_t label;
    if (nodes == NULL) {
        return false;
    }
    store->nodes = nodes;
    if (!zone_store_text(store, &root_label, 1, &label)) {
        return false;
    }
    nodes[0] = (zone_node){.parent = ZONE_NIL, .label = label, .rrset = ZONE_NIL, .flags = 0};
    store->node_count = 1;
    return true;
}

void zone_store_free(zone_store *store) {
    for (size_t i = 0; i < store->file_count; i++) {
        free(store->files[i].marks);
        free(store->files[i].generated);
    }
    free(store->nodes);
    free(store->rrsets);
    free(store->records);
    free(store->contexts);
    free(store->files);
    free(store->reports);
    free(store->text);
    zone_index_free(&store->node_index);
    zone_index_free(&store->rrset_index);
    zone_index_free(&store->context_index);
    memset(store, 0, sizeof *store);
}

bool zone_store_text(zone_store *store, const void *bytes, size_t len, uint32_t *offset) {
    if (len >= UINT32_MAX - store->text_len) {
        return false;
    }
    if (store->text_len + len > store->text_capacity) {
        size_t wanted = store->text_capacity < 256 ? 256 : store->text_capacity;
        while (wanted < store->text_len + len) {
            wanted = wanted > SIZE_MAX / 2 ? store->text_len + len : wanted * 2;
        }
        uint8_t *moved = realloc(store->text, wanted);
        if (moved == NULL) {
            return false;
        }
        store->text = moved;
        store->text_capacity = wanted;
    }
    *offset = (uint32_t)store->text_len;
    if (len != 0) {
        memcpy(store->text + store->text_len, bytes, len);
    }
    store->text_len += len;
    return true;
}

static uint64_t node_hash(const zone_store *store, uint32_t parent, const uint8_t *label) {
    return zone_hash(&store->key, parent, label, 1u + label[0]);
}

static uint32_t find_child(const zone_store *store, uint32_t parent, const uint8_t *label,
                           uint64_t hash) {
    size_t probe;
    for (uint32_t id = zone_index_first(&store->node_index, hash, &probe); id != ZONE_NIL;
         id = zone_index_next(&store->node_index, hash, &probe)) {
        if (store->nodes[id].parent == parent &&
            memcmp(store->text + store->nodes[id].label, label, 1u + label[0]) == 0) {
            return id;
        }
    }
    return ZONE_NIL;
}

uint32_t zone_store_child(const zone_store *store, uint32_t node, const uint8_t *label) {
    return find_child(store, node, label, node_hash(store, node, label));
}

/* Offsets of the labels of a name, first label first; returns their number. */
static size_t split(const dns_name *name, uint8_t offsets[DNS_NAME_MAX / 2 + 1]) {
    size_t count = 0;
    for (size_t at = 0; name->octets[at] != 0; at += 1u + name->octets[at]) {
        offsets[count++] = (uint8_t)at;
    }
    return count;
}

static bool add_child(zone_store *store, uint32_t parent, const uint8_t *label, uint64_t hash,
                      uint32_t *node) {
    if (store->node_count >= ZONE_NIL) {
        return false;
    }
    zone_node *nodes =
        zone_reserve(store->nodes, &store->node_capacity, store->node_count, sizeof *nodes);
    uint32_t text;
    if (nodes == NULL) {
        return false;
    }
    store->nodes = nodes;
    *node = (uint32_t)store->node_count;
    if (!zone_store_text(store, label, 1u + label[0], &text) ||
        !zone_index_add(&store->node_index, hash, *node)) {
        return false;
    }
    nodes[*node] = (zone_node){.parent = parent, .label = text, .rrset = ZONE_NIL, .flags = 0};
    store->node_count++;
    return true;
}

/* Makes what is missing of the first `labels` labels of a name below the node *at. */
static bool descend(zone_store *store, const dns_name *name,
                    const uint8_t *offsets, size_t labels, uint32_t *at) {
    while (labels-- != 0) {
        const uint8_t *label = name->octets + offsets[labels];
        uint64_t hash = node_hash(store, *at, label);
        uint32_t child = find_child(store, *at, label, hash);
        if (child == ZONE_NIL && !add_child(store, *at, label, hash, &child)) {
            return false;
        }
        *at = child;
    }
    return true;
}

bool zone_store_name(zone_store *store, const dns_name *name, uint32_t *node) {
    uint8_t offsets[DNS_NAME_MAX / 2 + 1];
    dns_name *last = &store->last_name;
    if (last->len != 0 && dns_name_equal(last, name)) {
        *node = store->last_node;
        return true;
    }
    uint32_t at = 0;
    size_t first = name->octets[0] == 0 ? 0 : 1u + name->octets[0];
    size_t last_first = last->len == 0 || last->octets[0] == 0 ? 0 : 1u + last->octets[0];
    if (first != 0 && last_first != 0 && name->len - first == last->len - last_first &&
        memcmp(name->octets + first, last->octets + last_first, name->len - first) == 0) {
        offsets[0] = 0;
        at = store->last_parent;
    } else if (first != 0) {
        size_t labels = split(name, offsets);
        if (!descend(store, name, offsets + 1, labels - 1, &at)) {
            return false;
        }
    }
    store->last_parent = at;
    last->len = 0; /* what is remembered must stay true when memory runs out just now */
    if (first != 0 && !descend(store, name, offsets, 1, &at)) {
        return false;
    }
    *last = *name;
    store->last_node = *node = at;
    return true;
}

uint32_t zone_store_find(const zone_store *store, const dns_name *name) {
    uint8_t offsets[DNS_NAME_MAX / 2 + 1];
    size_t labels = split(name, offsets);
    uint32_t at = 0;
    while (labels-- != 0 && at != ZONE_NIL) {
        at = zone_store_child(store, at, name->octets + offsets[labels]);
    }
    return at;
}

void zone_store_print(const zone_store *store, uint32_t node, dns_name *name) {
    size_t used = 0;
    for (; node != 0; node = store->nodes[node].parent) {
        const uint8_t *label = store->text + store->nodes[node].label;
        memcpy(name->octets + used, label, 1u + label[0]);
        used += 1u + label[0];
    }
    name->octets[used++] = 0;
    name->len = (uint8_t)used;
}

uint32_t zone_store_place(const zone_store *store, uint32_t file, size_t *first, size_t *end) {
    const zone_file *f = &store->files[file];
    if (f->generated == NULL) {
        return file;
    }
    *first = f->at;
    *end = f->at_end;
    return f->parent;
}

static uint64_t rrset_hash(const zone_store *store, uint32_t node, uint16_t type) {
    return zone_hash(&store->key, ((uint64_t)type << 32) | node, "", 0);
}

/* A name has few types: the first ones are looked through, only those behind them are hashed. */
#define RRSETS_LISTED 8

/* *tail: where a new RRset is to be hung in. */
static uint32_t find_rrset(const zone_store *store, uint32_t node, uint16_t type, uint32_t *tail) {
    size_t count = 0;
    uint32_t id = store->nodes[node].rrset;
    *tail = ZONE_NIL;
    for (; id != ZONE_NIL && count < RRSETS_LISTED; id = store->rrsets[id].next, count++) {
        if (store->rrsets[id].type == type) {
            return id;
        }
        *tail = id;
    }
    if (id == ZONE_NIL) {
        return ZONE_NIL;
    }
    uint64_t hash = rrset_hash(store, node, type);
    size_t probe;
    for (id = zone_index_first(&store->rrset_index, hash, &probe); id != ZONE_NIL;
         id = zone_index_next(&store->rrset_index, hash, &probe)) {
        if (store->rrsets[id].node == node && store->rrsets[id].type == type) {
            return id;
        }
    }
    return ZONE_NIL;
}

uint32_t zone_store_rrset(const zone_store *store, uint32_t node, uint16_t type) {
    uint32_t tail;
    return find_rrset(store, node, type, &tail);
}

static bool add_rrset(zone_store *store, uint32_t node, uint16_t type, uint32_t tail,
                      uint32_t *id) {
    zone_rrset *rrsets =
        zone_reserve(store->rrsets, &store->rrset_capacity, store->rrset_count, sizeof *rrsets);
    if (rrsets == NULL) {
        return false;
    }
    store->rrsets = rrsets;
    *id = (uint32_t)store->rrset_count;
    size_t before = 0;
    for (uint32_t i = store->nodes[node].rrset; i != ZONE_NIL && before < RRSETS_LISTED;
         i = rrsets[i].next) {
        before++;
    }
    if (before == RRSETS_LISTED &&
        !zone_index_add(&store->rrset_index, rrset_hash(store, node, type), *id)) {
        return false;
    }
    uint32_t *link = tail == ZONE_NIL ? &store->nodes[node].rrset : &rrsets[tail].next;
    rrsets[*id] = (zone_rrset){.node = node,
                               .next = *link,
                               .first = ZONE_NIL,
                               .last = ZONE_NIL,
                               .count = 0,
                               .ttl = UINT32_MAX,
                               .type = type,
                               .flags = 0};
    *link = *id;
    store->rrset_count++;
    return true;
}

bool zone_store_record(zone_store *store, const zone_record *record) {
    if (store->record_count >= ZONE_NIL) {
        return false;
    }
    zone_record *records =
        zone_reserve(store->records, &store->record_capacity, store->record_count, sizeof *records);
    if (records == NULL) {
        return false;
    }
    store->records = records;
    uint32_t tail;
    uint32_t set = find_rrset(store, record->node, record->type, &tail);
    if (set == ZONE_NIL && !add_rrset(store, record->node, record->type, tail, &set)) {
        return false;
    }
    uint32_t id = (uint32_t)store->record_count++;
    records[id] = *record;
    records[id].next = ZONE_NIL;
    zone_rrset *rrset = &store->rrsets[set];
    if (rrset->first == ZONE_NIL) {
        rrset->first = id;
    } else {
        records[rrset->last].next = id;
    }
    rrset->last = id;
    rrset->count++;
    if ((record->flags & ZONE_RECORD_NO_TTL) == 0 && record->ttl < rrset->ttl) {
        rrset->ttl = record->ttl;
    }
    return true;
}
