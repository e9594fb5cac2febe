/* Spans of the containers that were handed on, packed: 16 bytes a container, 20 an entry.
 * SPDX-License-Identifier: MIT
 * Source: design.md section 2 (bulk spans are packed integers; Span tables are made on demand). */
#ifndef ISSUABLE_MANIFEST_SPANS_H
#define ISSUABLE_MANIFEST_SPANS_H

#include "manifest.h"
#include "memory.h"
#include "tree.h"

typedef struct {
    mf_array containers, entries, extras, text, order;
} mf_spans;

uint32_t mf_spans_keep(mf_spans *s, const mf_tree *t, uint32_t node);
void mf_spans_release(mf_spans *s);

bool mf_spans_container(const mf_spans *s, uint32_t id, manifest_span *out);
bool mf_spans_entry(mf_spans *s, const char *bytes, uint32_t id, const char *key, size_t length,
                    bool of_key, manifest_span *out);
bool mf_spans_item(const mf_spans *s, uint32_t id, uint32_t position, manifest_span *out);
bool mf_spans_is_sequence(const mf_spans *s, uint32_t id);

#endif
