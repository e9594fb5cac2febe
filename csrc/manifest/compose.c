/* A mapping's children become its entries: merge keys, duplicates, expansion limits.
 * SPDX-License-Identifier: MIT
 * Source: goyaml.v2 decode.go (mapping, merge): everything in its order, what comes later wins. */
#include "tree.h"

#include <string.h>

#define SMALL        16
#define WARNINGS_MAX 100 /* of one document */

static int compare_keys(const mf_tree *t, const mf_candidate *a, const mf_candidate *b) {
    const manifest_node *x = mf_node(t, a->key), *y = mf_node(t, b->key);
    uint32_t n = x->value.text.length, m = y->value.text.length;
    int order =
        n == 0 || m == 0 ? 0 : memcmp(mf_tree_text(t, x), mf_tree_text(t, y), n < m ? n : m);
    return order != 0 ? order : n < m ? -1 : n > m;
}

static bool same_key(const mf_tree *t, const mf_candidate *a, const mf_candidate *b) {
    return mf_node(t, a->key)->value.text.length == mf_node(t, b->key)->value.text.length &&
           compare_keys(t, a, b) == 0;
}

/* One of two equal keys goes: for kubectl the earlier one. */
static mf_result replace(mf_tree *t, mf_candidate *earlier, mf_candidate *later) {
    manifest_warning w;
    if (t->first_wins && !earlier->merged) {
        later->dead = true;
    } else {
        earlier->dead = true;
    }
    if (earlier->merged || t->warnings.count >= WARNINGS_MAX) {
        return MF_DONE; /* an explicit key after `<<` is what merge keys are for */
    }
    w.code = later->merged ? MANIFEST_MERGE_WINS : MANIFEST_DUPLICATE_KEY;
    w.first = mf_node(t, later->key)->first;
    w.end = mf_node(t, later->key)->end;
    if (later->merged && later->alias != 0) {
        mf_range use = ((const mf_range *)t->uses.items)[later->alias - 1];
        w.first = use.first;
        w.end = use.end;
    }
    w.node = later->key;
    w.other_first = mf_node(t, earlier->key)->first;
    w.other_end = mf_node(t, earlier->key)->end;
    if (!mf_reserve(&t->warnings, 1, sizeof w)) {
        return MF_NO_MEMORY;
    }
    ((manifest_warning *)t->warnings.items)[t->warnings.count++] = w;
    return MF_DONE;
}

/* Bottom-up merge sort by key; stable, so equal keys stay in their order. No input makes it slow.
 */
static uint32_t *sort(mf_tree *t, size_t count) {
    const mf_candidate *c = t->candidates.items;
    uint32_t *from, *to;
    t->order.count = 0;
    if (!mf_reserve(&t->order, count * 2, sizeof(uint32_t))) {
        return NULL;
    }
    from = t->order.items;
    to = from + count;
    for (size_t i = 0; i < count; i++) {
        from[i] = (uint32_t)i;
    }
    for (size_t width = 1; width < count; width *= 2) {
        uint32_t *swap;
        for (size_t low = 0; low < count; low += 2 * width) {
            size_t middle = low + width < count ? low + width : count;
            size_t high = low + 2 * width < count ? low + 2 * width : count;
            size_t i = low, j = middle;
            for (size_t k = low; k < high; k++) {
                bool left =
                    i < middle && (j >= high || compare_keys(t, &c[from[i]], &c[from[j]]) <= 0);
                to[k] = left ? from[i++] : from[j++];
            }
        }
        swap = from;
        from = to;
        to = swap;
    }
    return from;
}

static mf_result drop_duplicates(mf_tree *t) {
    mf_candidate *c = t->candidates.items;
    size_t count = t->candidates.count;
    const uint32_t *order;
    if (count <= SMALL) {
        for (size_t i = 1; i < count; i++) {
            for (size_t j = 0; j < i && !c[i].dead; j++) {
                if (!c[j].dead && same_key(t, &c[j], &c[i]) &&
                    replace(t, &c[j], &c[i]) != MF_DONE) {
                    return MF_NO_MEMORY;
                }
            }
        }
        return MF_DONE;
    }
    order = sort(t, count);
    if (order == NULL) {
        return MF_NO_MEMORY;
    }
    for (size_t i = 1, winner = 0; i < count; i++) {
        if (same_key(t, &c[order[winner]], &c[order[i]]) &&
            replace(t, &c[order[winner]], &c[order[i]]) != MF_DONE) {
            return MF_NO_MEMORY;
        }
        if (!c[order[i]].dead) {
            winner = i;
        }
    }
    return MF_DONE;
}

static mf_result put(mf_tree *t, mf_candidate c) {
    if (!mf_reserve(&t->candidates, 1, sizeof c)) {
        return MF_NO_MEMORY;
    }
    ((mf_candidate *)t->candidates.items)[t->candidates.count++] = c;
    return MF_DONE;
}

/* All entries of the mapping `id`, which came through `alias`. */
static mf_result pull(mf_tree *t, uint32_t id, uint32_t alias) {
    const manifest_node *n = mf_node(t, id);
    uint32_t first = n->value.entries.first, count = n->value.entries.count;
    t->extra += count;
    if (t->extra > t->extra_max) {
        return mf_tree_fail(t, MF_FAIL_EXPANSION, n->first, n->end);
    }
    for (uint32_t i = 0; i < count; i++) {
        manifest_entry e = *mf_entry(t, first + i);
        mf_result result =
            put(t, (mf_candidate){e.key, e.value, alias != 0 ? alias : e.alias, true, false});
        if (result != MF_DONE) {
            return result;
        }
        mf_node(t, e.value)->flags |= MANIFEST_SHARED;
    }
    return MF_DONE;
}

static mf_result merge(mf_tree *t, mf_child value) {
    const manifest_node *n = mf_node(t, value.node);
    uint32_t first, count;
    t->anchored = true;
    if (n->kind == MANIFEST_MAPPING) {
        return pull(t, value.node, value.alias);
    }
    if (n->kind != MANIFEST_SEQUENCE || value.alias != 0) {
        return mf_tree_fail(t, MF_FAIL_MERGE_VALUE, n->first, n->end);
    }
    first = n->value.entries.first;
    count = n->value.entries.count;
    while (count-- > 0) { /* backwards: the first one wins */
        manifest_entry e = *mf_entry(t, first + count);
        mf_result result;
        n = mf_node(t, e.value);
        if (n->kind != MANIFEST_MAPPING) {
            return mf_tree_fail(t, MF_FAIL_MERGE_VALUE, n->first, n->end);
        }
        result = pull(t, e.value, e.alias);
        if (result != MF_DONE) {
            return result;
        }
    }
    return MF_DONE;
}

mf_result mf_compose(mf_tree *t, uint32_t id, const mf_child *children, size_t count) {
    const mf_candidate *c;
    uint64_t expanded = 1;
    uint32_t alive = 0;
    mf_result result = MF_DONE;
    manifest_node *n;
    t->candidates.count = 0;
    for (size_t i = 0; i + 1 < count && result == MF_DONE; i += 2) {
        if ((mf_node(t, children[i].node)->flags & MF_MERGE_KEY) != 0) {
            result = merge(t, children[i + 1]);
        } else {
            result = put(t, (mf_candidate){children[i].node, children[i + 1].node,
                                           children[i + 1].alias, false, false});
        }
    }
    if (result == MF_DONE) {
        result = drop_duplicates(t);
    }
    if (result == MF_DONE) {
        result = mf_secrets(t);
    }
    if (result != MF_DONE) {
        return result;
    }
    if (!mf_reserve(&t->entries, t->candidates.count, sizeof(manifest_entry))) {
        return MF_NO_MEMORY;
    }
    n = mf_node(t, id);
    n->value.entries.first = t->entries.count;
    c = t->candidates.items;
    for (uint32_t i = 0; i < t->candidates.count; i++) {
        if (!c[i].dead) {
            *mf_entry(t, t->entries.count++) = (manifest_entry){c[i].key, c[i].value, c[i].alias};
            expanded += 1 + (uint64_t)mf_node(t, c[i].value)->expanded;
            alive++;
        }
    }
    n->value.entries.count = alive;
    n->expanded = expanded < UINT32_MAX ? (uint32_t)expanded : UINT32_MAX;
    return MF_DONE;
}
