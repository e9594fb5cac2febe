/* Spans of the containers that were handed on, packed: 20 bytes a container, 24 an entry.
 * SPDX-License-Identifier: MIT
 * Source: design.md section 2 (bulk spans are packed integers; Span tables are made on demand). */
#include "spans.h"

#include <stdlib.h>
#include <string.h>

#define LINEAR 24 /* up to so many keys are simply looked through */

typedef struct {
    struct entry *entries;
    uint32_t first, end, count;
    uint32_t order; /* 0, or 1 + start of the sorted order of the entries (made when first asked) */
} container;

/* What is out of the ordinary with an entry. */
typedef struct {
    uint32_t alias_first, alias_end;
    uint32_t text, length; /* the key, when it is not the source text inside its quotes */
    bool own_text, aliased;
} extra;

typedef struct entry {
    uint32_t key_first, key_end, first, end;
    uint32_t extra; /* 0, or 1 + index */
    uint32_t child; /* id of the container that is the value; 0: a scalar, or kept elsewhere */
} entry;

#define SEQUENCE 0x80000000U /* in container.count */

#define CONTAINERS 2048U /* in a chunk */
#define ENTRIES    4096U /* in a chunk, unless one container has more */

static bool is_quote(char c) {
    return c == '"' || c == '\'';
}

/* Can the key be read off its span? */
static bool stands_for_itself(const mf_tree *t, const manifest_node *key) {
    uint32_t quote = key->first < key->end && is_quote(t->bytes[key->first]) ? 1 : 0;
    return (key->flags & MANIFEST_IN_ARENA) == 0 && key->value.text.offset == key->first + quote &&
           key->value.text.length + 2 * quote == key->end - key->first;
}

static bool keep_extra(mf_spans *s, const mf_tree *t, const manifest_entry *e, entry *out) {
    const manifest_node *key = e->key != MANIFEST_NONE ? mf_node(t, e->key) : NULL;
    extra x = {0, 0, 0, 0, false, false};
    if (e->alias == 0 && (key == NULL || stands_for_itself(t, key))) {
        return true;
    }
    if (e->alias != 0) {
        mf_range use = ((const mf_range *)t->uses.items)[e->alias - 1];
        x.alias_first = use.first;
        x.alias_end = use.end;
        x.aliased = true;
    }
    if (key != NULL && !stands_for_itself(t, key)) {
        if (!mf_reserve(&s->text, key->value.text.length, 1)) {
            return false;
        }
        x.own_text = true;
        x.text = s->text.count;
        x.length = key->value.text.length;
        if (x.length != 0) {
            memcpy((char *)s->text.items + x.text, mf_tree_text(t, key), x.length);
        }
        s->text.count += x.length;
    }
    if (!mf_extend(&s->extras, 1, sizeof x)) {
        return false;
    }
    ((extra *)s->extras.items)[s->extras.count++] = x;
    out->extra = s->extras.count;
    return true;
}

static void *add_chunk(mf_array *chunks, size_t count, size_t size) {
    void *chunk;
    if (!mf_extend(chunks, 1, sizeof chunk) || count > SIZE_MAX / size) {
        return NULL;
    }
    chunk = malloc(count * size);
    if (chunk != NULL) {
        ((void **)chunks->items)[chunks->count++] = chunk;
    }
    return chunk;
}

/* Room for so many entries side by side. */
static entry *new_entries(mf_spans *s, uint32_t count) {
    entry *chunk;
    if (s->entries.count == 0 || count > s->room - s->used) {
        uint32_t room = count > ENTRIES ? count : ENTRIES;
        if (add_chunk(&s->entries, room, sizeof(entry)) == NULL) {
            return NULL;
        }
        s->used = 0;
        s->room = room;
    }
    chunk = ((entry **)s->entries.items)[s->entries.count - 1] + s->used;
    s->used += count;
    return chunk;
}

uint32_t mf_spans_keep(mf_spans *s, const mf_tree *t, uint32_t node) {
    const manifest_node *n = mf_node(t, node);
    container c = {NULL, n->first, n->end, 0, 0};
    if (s->count == UINT32_MAX - 1 ||
        (s->count % CONTAINERS == 0 && add_chunk(&s->containers, CONTAINERS, sizeof c) == NULL)) {
        return 0;
    }
    c.entries = new_entries(s, n->value.entries.count);
    if (c.entries == NULL) {
        if (s->count % CONTAINERS == 0) {
            free(((void **)s->containers.items)[--s->containers.count]);
        }
        return 0;
    }
    for (uint32_t i = 0; i < n->value.entries.count; i++) {
        const manifest_entry *e = mf_entry(t, n->value.entries.first + i);
        const manifest_node *value = mf_node(t, e->value);
        entry packed = {0, 0, value->first, value->end, 0, 0};
        if (e->key != MANIFEST_NONE) {
            const manifest_node *key = mf_node(t, e->key);
            if (((value->flags | key->flags) & MANIFEST_WITHHELD) != 0) {
                continue;
            }
            packed.key_first = key->first;
            packed.key_end = key->end;
        }
        if (!keep_extra(s, t, e, &packed)) {
            if (s->count % CONTAINERS == 0) {
                free(((void **)s->containers.items)[--s->containers.count]);
            }
            return 0;
        }
        c.entries[c.count++] = packed;
    }
    if (n->kind == MANIFEST_SEQUENCE) {
        c.count |= SEQUENCE;
    }
    ((container **)s->containers.items)[s->count / CONTAINERS][s->count % CONTAINERS] = c;
    return ++s->count;
}

static void release_chunks(mf_array *chunks) {
    for (uint32_t i = 0; i < chunks->count; i++) {
        free(((void **)chunks->items)[i]);
    }
    mf_release(chunks, sizeof(void *));
}

void mf_spans_release(mf_spans *s) {
    release_chunks(&s->containers);
    release_chunks(&s->entries);
    s->count = s->used = s->room = 0;
    mf_release(&s->roots, sizeof(uint32_t));
    mf_release(&s->extras, sizeof(extra));
    mf_release(&s->text, 1);
    mf_release(&s->order, sizeof(uint32_t));
}

static container *get(const mf_spans *s, uint32_t id) {
    return id == 0 || id > s->count
               ? NULL
               : &((container **)s->containers.items)[(id - 1) / CONTAINERS][(id - 1) % CONTAINERS];
}

void mf_spans_adopt(const mf_spans *s, uint32_t parent, uint32_t index, uint32_t child) {
    const container *c = get(s, parent);
    if (c != NULL && index < (c->count & ~SEQUENCE)) {
        c->entries[index].child = child;
    }
}

bool mf_spans_root(mf_spans *s, uint32_t id) {
    if (!mf_extend(&s->roots, 1, sizeof id)) {
        return false;
    }
    ((uint32_t *)s->roots.items)[s->roots.count++] = id;
    return true;
}

uint32_t mf_spans_count(const mf_spans *s, uint32_t id) {
    const container *c = get(s, id);
    return c == NULL ? 0 : c->count & ~SEQUENCE;
}

static const extra *extra_of(const mf_spans *s, const entry *e) {
    return e->extra == 0 ? NULL : (const extra *)s->extras.items + (e->extra - 1);
}

static const char *key_of(const mf_spans *s, const char *bytes, const entry *e, size_t *length) {
    const extra *x = extra_of(s, e);
    if (x != NULL && x->own_text) {
        *length = x->length;
        return x->length == 0 ? "" : (const char *)s->text.items + x->text;
    }
    if (e->key_first < e->key_end && is_quote(bytes[e->key_first])) {
        *length = e->key_end - e->key_first - 2;
        return bytes + e->key_first + 1;
    }
    *length = e->key_end - e->key_first;
    return bytes + e->key_first;
}

static int compare(const char *a, size_t n, const char *b, size_t m) {
    int order = memcmp(a, b, n < m ? n : m);
    return order != 0 ? order : n < m ? -1 : n > m;
}

uint32_t mf_spans_child(const mf_spans *s, const char *bytes, uint32_t id, uint32_t index,
                        const char **key, size_t *length) {
    const container *c = get(s, id);
    const entry *e;
    if (c == NULL || index >= (c->count & ~SEQUENCE)) {
        return 0;
    }
    e = &c->entries[index];
    if (e->child != 0 && (c->count & SEQUENCE) == 0) {
        *key = key_of(s, bytes, e, length);
    }
    return e->child;
}

/* A heap sort, so that no keys make it slow; the keys of a container are all different. */
static bool sort_entries(mf_spans *s, const char *bytes, container *c) {
    const entry *entries = c->entries;
    uint32_t *order, count = c->count;
    if (!mf_extend(&s->order, count, sizeof(uint32_t))) {
        return false;
    }
    order = (uint32_t *)s->order.items + s->order.count;
    for (uint32_t i = 0; i < count; i++) {
        order[i] = i;
    }
    for (uint32_t start = count / 2, end = count; end > 1;) {
        uint32_t root, child, moved;
        size_t n, m;
        const char *a, *b;
        if (start > 0) {
            start--;
        } else {
            end--;
            moved = order[end];
            order[end] = order[0];
            order[0] = moved;
        }
        for (root = start; (child = 2 * root + 1) < end; root = child) {
            a = key_of(s, bytes, &entries[order[child]], &n);
            if (child + 1 < end) {
                b = key_of(s, bytes, &entries[order[child + 1]], &m);
                if (compare(a, n, b, m) < 0) {
                    child++;
                    a = b;
                    n = m;
                }
            }
            b = key_of(s, bytes, &entries[order[root]], &m);
            if (compare(b, m, a, n) >= 0) {
                break;
            }
            moved = order[root];
            order[root] = order[child];
            order[child] = moved;
        }
    }
    c->order = s->order.count + 1;
    s->order.count += count;
    return true;
}

static const entry *find(mf_spans *s, const char *bytes, container *c, const char *key,
                         size_t length) {
    const entry *entries = c->entries;
    const uint32_t *order;
    size_t n, low = 0, high = c->count;
    if (c->count <= LINEAR || (c->order == 0 && !sort_entries(s, bytes, c))) {
        for (uint32_t i = 0; i < c->count; i++) {
            const char *text = key_of(s, bytes, &entries[i], &n);
            if (n == length && memcmp(text, key, n) == 0) {
                return &entries[i];
            }
        }
        return NULL;
    }
    order = (const uint32_t *)s->order.items + (c->order - 1);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *text = key_of(s, bytes, &entries[order[middle]], &n);
        int way = compare(text, n, key, length);
        if (way == 0) {
            return &entries[order[middle]];
        }
        if (way < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

static void fill(const mf_spans *s, const entry *e, bool of_key, manifest_span *out) {
    const extra *x = extra_of(s, e);
    out->first = of_key ? e->key_first : e->first;
    out->end = of_key ? e->key_end : e->end;
    out->aliased = x != NULL && x->aliased;
    out->alias_first = out->aliased ? x->alias_first : 0;
    out->alias_end = out->aliased ? x->alias_end : 0;
}

bool mf_spans_container(const mf_spans *s, uint32_t id, manifest_span *out) {
    const container *c = get(s, id);
    if (c == NULL) {
        return false;
    }
    *out = (manifest_span){c->first, c->end, 0, 0, false};
    return true;
}

bool mf_spans_entry(mf_spans *s, const char *bytes, uint32_t id, const char *key, size_t length,
                    bool of_key, manifest_span *out) {
    container *c = get(s, id);
    const entry *e;
    if (c == NULL || (c->count & SEQUENCE) != 0) {
        return false;
    }
    e = find(s, bytes, c, key, length);
    if (e == NULL) {
        return false;
    }
    fill(s, e, of_key, out);
    return true;
}

bool mf_spans_item(const mf_spans *s, uint32_t id, uint32_t position, manifest_span *out) {
    const container *c = get(s, id);
    if (c == NULL || (c->count & SEQUENCE) == 0 || position == 0 ||
        position > (c->count & ~SEQUENCE)) {
        return false;
    }
    fill(s, &c->entries[position - 1], false, out);
    return true;
}

bool mf_spans_is_sequence(const mf_spans *s, uint32_t id) {
    const container *c = get(s, id);
    return c != NULL && (c->count & SEQUENCE) != 0;
}
