/* The node tree of one document: built from events, composed as kubectl composes.
 * SPDX-License-Identifier: MIT
 * Source: sigs.k8s.io/yaml over goyaml.v2: last duplicate wins, merges in their order. */
#ifndef ISSUABLE_MANIFEST_TREE_H
#define ISSUABLE_MANIFEST_TREE_H

#include "manifest.h"
#include "memory.h"
#include "scalars.h"

/* Private flag of a node: an unquoted `<<`. */
#define MF_MERGE_KEY 8U

#define MF_ANCHORS_MAX 10000U

typedef enum { MF_DONE, MF_FAILED, MF_NO_MEMORY } mf_result;

typedef enum {
    MF_FAIL_NONE,
    MF_FAIL_DEPTH,
    MF_FAIL_EXPANSION,
    MF_FAIL_ANCHORS,
    MF_FAIL_UNDEFINED_ALIAS,
    MF_FAIL_RECURSIVE_ALIAS,
    MF_FAIL_COMPLEX_KEY,
    MF_FAIL_NULL_KEY,
    MF_FAIL_MERGE_VALUE,
    MF_FAIL_CANNOT_DECODE,
    MF_FAIL_NOT_FINITE,
    MF_FAIL_BASE64
} mf_failure;

typedef struct {
    uint32_t node, alias;
} mf_child;

typedef struct {
    uint32_t first, end;
} mf_range;

typedef struct {
    uint32_t node, children, tail;
} mf_frame;

typedef struct {
    uint32_t key, value, alias;
    bool merged, dead;
} mf_candidate;

typedef struct {
    uint32_t name, length, node; /* name: offset in `names` */
} mf_anchor;

typedef struct {
    const char *bytes; /* of the whole input */
    mf_array nodes, entries, text;
    mf_array uses;     /* mf_range: `*name` */
    mf_array warnings; /* manifest_warning */
    mf_array children, candidates, order, marks;
    mf_array anchors, names;
    mf_frame *frames;
    uint32_t depth, max_depth, root;
    uint64_t extra, extra_max; /* nodes that exist by aliases and merges only */
    bool anchored, withheld;
    bool first_wins; /* manifest_limits */
    mf_failure failure;
    mf_range where;
} mf_tree;

typedef struct {
    uint32_t first, end; /* source */
    const char *text;    /* its value */
    size_t length;
    size_t verbatim; /* the value as it lies in the input, SIZE_MAX: it does not */
    mf_tag tag;
    bool json_number, merge;
    const char *anchor; /* NULL: none */
} mf_scalar;

bool mf_tree_new(mf_tree *t, const char *bytes, uint32_t max_depth);
void mf_tree_free(mf_tree *t);
void mf_tree_reset(mf_tree *t, size_t document_bytes);

mf_result mf_tree_scalar(mf_tree *t, const mf_scalar *s);
mf_result mf_tree_open(mf_tree *t, manifest_kind kind, size_t first, size_t token_end,
                       const char *anchor);
/* `end` SIZE_MAX: after the last child (block style). */
mf_result mf_tree_close(mf_tree *t, size_t end);
mf_result mf_tree_alias(mf_tree *t, const char *name, size_t first, size_t end);

mf_result mf_tree_fail(mf_tree *t, mf_failure failure, size_t first, size_t end);
const char *mf_tree_text(const mf_tree *t, const manifest_node *n);

/* compose.c: the children of the mapping `id` become its entries. */
mf_result mf_compose(mf_tree *t, uint32_t id, const mf_child *children, size_t count);

/* secrets.c: takes what must not be seen out of the candidates of a mapping. */
mf_result mf_secrets(mf_tree *t);

static inline manifest_node *mf_node(const mf_tree *t, uint32_t id) {
    return (manifest_node *)t->nodes.items + id;
}

static inline manifest_entry *mf_entry(const mf_tree *t, uint32_t index) {
    return (manifest_entry *)t->entries.items + index;
}

#endif
