/* The node tree of one document: nodes in the order of the text, closed containers get their
 * entries. SPDX-License-Identifier: MIT Source: goyaml.v2 (anchors are known from their start on,
 * the last definition before a use counts). */
#include "tree.h"

#include <stdlib.h>
#include <string.h>

/* Nodes that exist by aliases and merges only. No manifest that somebody wrote comes near it, and
 * it trips within a few milliseconds. */
#define EXTRA_MAX 50000

bool mf_tree_new(mf_tree *t, const char *bytes, uint32_t max_depth) {
    memset(t, 0, sizeof *t);
    t->bytes = bytes;
    t->max_depth = max_depth;
    t->frames = calloc(max_depth, sizeof *t->frames);
    if (t->frames == NULL || !mf_reserve(&t->children, 0, sizeof(mf_child))) {
        mf_tree_free(t);
        return false;
    }
    return true;
}

/* All arrays, so that new, reset and free cannot differ. */
#define EACH_ARRAY(DO, t)                                                                          \
    DO(&(t)->nodes, sizeof(manifest_node))                                                         \
    DO(&(t)->entries, sizeof(manifest_entry))                                                      \
    DO(&(t)->text, 1)                                                                              \
    DO(&(t)->uses, sizeof(mf_range))                                                               \
    DO(&(t)->warnings, sizeof(manifest_warning))                                                   \
    DO(&(t)->children, sizeof(mf_child))                                                           \
    DO(&(t)->candidates, sizeof(mf_candidate))                                                     \
    DO(&(t)->order, sizeof(uint32_t))                                                              \
    DO(&(t)->marks, sizeof(uint32_t))                                                              \
    DO(&(t)->anchors, sizeof(mf_anchor))                                                           \
    DO(&(t)->names, 1)

void mf_tree_free(mf_tree *t) {
#define RELEASE(array, size) mf_release(array, size);
    EACH_ARRAY(RELEASE, t)
#undef RELEASE
    free(t->frames);
    t->frames = NULL;
}

void mf_tree_reset(mf_tree *t, size_t document_bytes) {
    mf_wipe(t->text.items, t->text.count);
#define EMPTY(array, size) (array)->count = 0;
    EACH_ARRAY(EMPTY, t)
#undef EMPTY
    t->depth = 0;
    t->root = MANIFEST_NONE;
    t->extra = 0;
    t->extra_max = (uint64_t)document_bytes * 16 + 10000;
    if (t->extra_max > EXTRA_MAX) {
        t->extra_max = EXTRA_MAX;
    }
    t->anchored = t->withheld = false;
    t->failure = MF_FAIL_NONE;
}

mf_result mf_tree_fail(mf_tree *t, mf_failure failure, size_t first, size_t end) {
    t->failure = failure;
    t->where.first = (uint32_t)first;
    t->where.end = (uint32_t)end;
    return MF_FAILED;
}

const char *mf_tree_text(const mf_tree *t, const manifest_node *n) {
    return ((n->flags & MANIFEST_IN_ARENA) != 0 ? (const char *)t->text.items : t->bytes) +
           n->value.text.offset;
}

/* ---- anchors: sorted by name; few, so that an insertion may move the rest ---- */

static size_t find_anchor(const mf_tree *t, const char *name, size_t length, bool *found) {
    const mf_anchor *anchors = t->anchors.items;
    size_t low = 0, high = t->anchors.count;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const mf_anchor *a = &anchors[middle];
        size_t common = a->length < length ? a->length : length;
        int order = memcmp((const char *)t->names.items + a->name, name, common);
        if (order == 0) {
            order = a->length < length ? -1 : a->length > length;
        }
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static mf_result define_anchor(mf_tree *t, const char *name, uint32_t node, size_t first,
                               size_t end) {
    size_t length = strlen(name), at;
    mf_anchor *anchors;
    bool found = false;
    /* find_anchor compares against t->names.items, which is NULL only when there are no anchors. */
    at = find_anchor(t, name, length, &found);
    if (found) {
        ((mf_anchor *)t->anchors.items)[at].node = node;
        return MF_DONE;
    }
    if (t->anchors.count >= MF_ANCHORS_MAX) {
        return mf_tree_fail(t, MF_FAIL_ANCHORS, first, end);
    }
    if (!mf_reserve(&t->anchors, 1, sizeof(mf_anchor)) || !mf_reserve(&t->names, length + 1, 1)) {
        return MF_NO_MEMORY;
    }
    anchors = t->anchors.items;
    memmove(anchors + at + 1, anchors + at, (t->anchors.count - at) * sizeof(mf_anchor));
    anchors[at] = (mf_anchor){t->names.count, (uint32_t)length, node};
    t->anchors.count++;
    memcpy((char *)t->names.items + t->names.count, name, length);
    t->names.count += (uint32_t)length;
    return MF_DONE;
}

/* ---- nodes ---- */

static uint32_t new_node(mf_tree *t, manifest_kind kind, size_t first, size_t end) {
    manifest_node *n;
    if (!mf_reserve(&t->nodes, 1, sizeof(manifest_node))) {
        return MANIFEST_NONE;
    }
    n = mf_node(t, t->nodes.count);
    memset(n, 0, sizeof *n);
    n->first = (uint32_t)first;
    n->end = (uint32_t)end;
    n->kind = (uint8_t)kind;
    n->expanded = 1;
    return t->nodes.count++;
}

/* Hands a finished value (or an alias of one) to the open container. */
static mf_result add_child(mf_tree *t, uint32_t node, uint32_t alias, size_t end) {
    mf_frame *frame;
    if (t->depth == 0) {
        t->root = node;
        return MF_DONE;
    }
    if (!mf_reserve(&t->children, 1, sizeof(mf_child))) {
        return MF_NO_MEMORY;
    }
    ((mf_child *)t->children.items)[t->children.count++] = (mf_child){node, alias};
    frame = &t->frames[t->depth - 1];
    if (end > frame->tail) {
        frame->tail = (uint32_t)end;
    }
    return MF_DONE;
}

/* Is a key of a mapping awaited? */
static bool at_key(const mf_tree *t) {
    const mf_frame *frame;
    if (t->depth == 0) {
        return false;
    }
    frame = &t->frames[t->depth - 1];
    return mf_node(t, frame->node)->kind == MANIFEST_MAPPING &&
           (t->children.count - frame->children) % 2 == 0;
}

static mf_result put_text(mf_tree *t, manifest_node *n, const char *text, size_t length) {
    if (!mf_reserve(&t->text, length, 1)) {
        return MF_NO_MEMORY;
    }
    n->value.text.offset = t->text.count;
    n->value.text.length = (uint32_t)length;
    n->flags |= MANIFEST_IN_ARENA;
    if (length != 0) {
        memcpy((char *)t->text.items + t->text.count, text, length);
    }
    t->text.count += (uint32_t)length;
    return MF_DONE;
}

/* Keys are strings for Kubernetes: a typed one gets the text that kubectl makes of it. */
static mf_result key_to_text(mf_tree *t, manifest_node *n, const mf_value *value) {
    char text[32];
    size_t length = mf_key_text(value, text);
    if (length == 0) {
        return mf_tree_fail(t, MF_FAIL_NULL_KEY, n->first, n->end);
    }
    n->type = MANIFEST_STRING;
    return put_text(t, n, text, length);
}

static mf_result scalar_value(mf_tree *t, manifest_node *n, const mf_scalar *s, bool key) {
    mf_value value;
    if (s->json_number) {
        if (!mf_json_number(s->text, s->length, &value)) {
            return mf_tree_fail(t, MF_FAIL_CANNOT_DECODE, s->first, s->end);
        }
    } else {
        switch (mf_resolve(s->text, s->length, s->tag, &value)) {
        case MF_OK:
            break;
        case MF_CANNOT_DECODE:
            return mf_tree_fail(t, MF_FAIL_CANNOT_DECODE, s->first, s->end);
        case MF_NOT_FINITE:
            if (!key) {
                return mf_tree_fail(t, MF_FAIL_NOT_FINITE, s->first, s->end);
            }
            value.type = MANIFEST_STRING; /* as a key it is its text */
            break;
        }
    }
    n->type = value.type;
    if (value.type != MANIFEST_STRING) {
        if (key) {
            return key_to_text(t, n, &value);
        }
        if (value.type == MANIFEST_INTEGER) {
            n->value.integer = value.integer;
        } else if (value.type == MANIFEST_NUMBER) {
            n->value.number = value.number;
        }
        return MF_DONE;
    }
    if (s->tag == MF_TAG_BINARY) {
        size_t length;
        if (!mf_reserve(&t->text, s->length, 1)) {
            return MF_NO_MEMORY;
        }
        length = octets_base64(s->text, s->length, (char *)t->text.items + t->text.count);
        if (length == SIZE_MAX) {
            return mf_tree_fail(t, MF_FAIL_BASE64, s->first, s->end);
        }
        n->value.text.offset = t->text.count;
        n->value.text.length = (uint32_t)length;
        n->flags |= MANIFEST_IN_ARENA;
        t->text.count += (uint32_t)length;
        return MF_DONE;
    }
    if (s->verbatim == SIZE_MAX) {
        return put_text(t, n, s->text, s->length);
    }
    n->value.text.offset = (uint32_t)s->verbatim;
    n->value.text.length = (uint32_t)s->length;
    return MF_DONE;
}

mf_result mf_tree_scalar(mf_tree *t, const mf_scalar *s) {
    bool key = at_key(t);
    uint32_t id = new_node(t, MANIFEST_SCALAR, s->first, s->end);
    mf_result result;
    if (id == MANIFEST_NONE) {
        return MF_NO_MEMORY;
    }
    mf_node(t, id)->last = id + 1;
    /* An anchored key may be used as a value later: it keeps its type, the key is a copy. */
    result = scalar_value(t, mf_node(t, id), s, key && s->anchor == NULL);
    if (result != MF_DONE) {
        return result;
    }
    if (s->merge && key) {
        mf_node(t, id)->flags |= MF_MERGE_KEY;
    }
    if (s->anchor != NULL) {
        result = define_anchor(t, s->anchor, id, s->first, s->end);
        if (result != MF_DONE) {
            return result;
        }
        if (key) {
            uint32_t copy = new_node(t, MANIFEST_SCALAR, s->first, s->end);
            if (copy == MANIFEST_NONE) {
                return MF_NO_MEMORY;
            }
            mf_node(t, copy)->last = copy + 1;
            mf_node(t, copy)->flags |= mf_node(t, id)->flags & MF_MERGE_KEY;
            result = scalar_value(t, mf_node(t, copy), s, true);
            if (result != MF_DONE) {
                return result;
            }
            id = copy;
        }
    }
    return add_child(t, id, 0, s->end);
}

mf_result mf_tree_open(mf_tree *t, manifest_kind kind, size_t first, size_t token_end,
                       const char *anchor) {
    uint32_t id;
    if (t->depth >= t->max_depth) {
        return mf_tree_fail(t, MF_FAIL_DEPTH, first, token_end);
    }
    if (at_key(t)) {
        return mf_tree_fail(t, MF_FAIL_COMPLEX_KEY, first, token_end);
    }
    id = new_node(t, kind, first, token_end);
    if (id == MANIFEST_NONE) {
        return MF_NO_MEMORY;
    }
    if (anchor != NULL) {
        mf_result result = define_anchor(t, anchor, id, first, token_end);
        if (result != MF_DONE) {
            return result;
        }
    }
    t->frames[t->depth++] = (mf_frame){id, t->children.count, (uint32_t)token_end};
    return MF_DONE;
}

static mf_result close_sequence(mf_tree *t, uint32_t id, const mf_child *children, size_t count) {
    uint64_t expanded = 1;
    manifest_node *n = mf_node(t, id);
    if (!mf_reserve(&t->entries, count, sizeof(manifest_entry))) {
        return MF_NO_MEMORY;
    }
    n->value.entries.first = t->entries.count;
    n->value.entries.count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        *mf_entry(t, t->entries.count++) =
            (manifest_entry){MANIFEST_NONE, children[i].node, children[i].alias};
        expanded += mf_node(t, children[i].node)->expanded;
    }
    n->expanded = expanded < UINT32_MAX ? (uint32_t)expanded : UINT32_MAX;
    return MF_DONE;
}

mf_result mf_tree_close(mf_tree *t, size_t end) {
    mf_frame *frame = &t->frames[t->depth - 1];
    uint32_t id = frame->node;
    size_t count = t->children.count - frame->children;
    const mf_child *children = (const mf_child *)t->children.items + frame->children;
    manifest_node *n = mf_node(t, id);
    mf_result result;
    n->end = end == SIZE_MAX ? frame->tail : (uint32_t)end;
    result = n->kind == MANIFEST_SEQUENCE ? close_sequence(t, id, children, count)
                                          : mf_compose(t, id, children, count);
    if (result != MF_DONE) {
        return result;
    }
    n = mf_node(t, id);
    n->last = t->nodes.count;
    if ((uint64_t)n->expanded > (uint64_t)(n->last - id) + t->extra_max) {
        return mf_tree_fail(t, MF_FAIL_EXPANSION, n->first, n->end);
    }
    t->children.count = frame->children;
    t->depth--;
    return add_child(t, id, 0, n->end);
}

mf_result mf_tree_alias(mf_tree *t, const char *name, size_t first, size_t end) {
    bool found;
    size_t at = find_anchor(t, name, strlen(name), &found);
    uint32_t id;
    if (!found) {
        return mf_tree_fail(t, MF_FAIL_UNDEFINED_ALIAS, first, end);
    }
    id = ((const mf_anchor *)t->anchors.items)[at].node;
    if (mf_node(t, id)->last == 0) {
        return mf_tree_fail(t, MF_FAIL_RECURSIVE_ALIAS, first, end);
    }
    t->anchored = true;
    if (at_key(t)) { /* the key is a text of its own, at the place of the use */
        manifest_node target = *mf_node(t, id);
        uint32_t copy;
        if (target.kind != MANIFEST_SCALAR) {
            return mf_tree_fail(t, MF_FAIL_COMPLEX_KEY, first, end);
        }
        copy = new_node(t, MANIFEST_SCALAR, first, end);
        if (copy == MANIFEST_NONE) {
            return MF_NO_MEMORY;
        }
        mf_node(t, copy)->last = copy + 1;
        mf_node(t, copy)->type = target.type;
        mf_node(t, copy)->value = target.value;
        mf_node(t, copy)->flags = target.flags & (MANIFEST_IN_ARENA | MANIFEST_WITHHELD);
        if (target.type != MANIFEST_STRING) {
            mf_value value = {target.type, target.value.integer, target.value.number,
                              target.type == MANIFEST_NUMBER};
            mf_result result = key_to_text(t, mf_node(t, copy), &value);
            if (result != MF_DONE) {
                return result;
            }
        }
        return add_child(t, copy, 0, end);
    }
    if (!mf_reserve(&t->uses, 1, sizeof(mf_range))) {
        return MF_NO_MEMORY;
    }
    ((mf_range *)t->uses.items)[t->uses.count++] = (mf_range){(uint32_t)first, (uint32_t)end};
    mf_node(t, id)->flags |= MANIFEST_SHARED;
    return add_child(t, id, t->uses.count, end);
}
