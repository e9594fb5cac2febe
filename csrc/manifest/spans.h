/* Spans of the containers that were handed on, packed: 20 bytes a container, 24 an entry.
 * SPDX-License-Identifier: MIT
 * Source: design.md section 2 (bulk spans are packed integers; Span tables are made on demand). */
#ifndef ISSUABLE_MANIFEST_SPANS_H
#define ISSUABLE_MANIFEST_SPANS_H

#include "manifest.h"
#include "memory.h"
#include "tree.h"

typedef struct {
    mf_array containers; /* pointers to chunks: nothing is ever moved */
    mf_array entries;    /* pointers to chunks */
    uint32_t count;      /* of containers */
    uint32_t used, room; /* of the last chunk of entries */
    mf_array extras, text, order, roots;
} mf_spans;

uint32_t mf_spans_keep(mf_spans *s, const mf_tree *t, uint32_t node);
void mf_spans_adopt(const mf_spans *s, uint32_t parent, uint32_t index, uint32_t child);
bool mf_spans_root(mf_spans *s, uint32_t id);
uint32_t mf_spans_child(const mf_spans *s, const char *bytes, uint32_t id, uint32_t index,
                        const char **key, size_t *length);
uint32_t mf_spans_count(const mf_spans *s, uint32_t id);
void mf_spans_release(mf_spans *s);

bool mf_spans_container(const mf_spans *s, uint32_t id, manifest_span *out);
bool mf_spans_entry(mf_spans *s, const char *bytes, uint32_t id, const char *key, size_t length,
                    bool of_key, manifest_span *out);
bool mf_spans_item(const mf_spans *s, uint32_t id, uint32_t position, manifest_span *out);
bool mf_spans_is_sequence(const mf_spans *s, uint32_t id);

#endif
