/* Cuts a YAML stream into documents at its `---` lines, before any parser sees it.
 * SPDX-License-Identifier: MIT
 * Source: YAML 1.1 section 4.3 (no `---` line inside any scalar); kubectl cuts the same way. */
#ifndef ISSUABLE_MANIFEST_SPLITTER_H
#define ISSUABLE_MANIFEST_SPLITTER_H

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    MF_ACCEPTED,
    MF_REFUSED_SEPARATOR, /* a line that starts with `---` and goes on with text */
    MF_REFUSED_DIRECTIVE  /* a `%` line before the content */
} mf_refusal;

typedef struct {
    size_t first, end; /* bytes of the document; without its `---` line, if that is bare */
    size_t next;       /* where the following one is looked for */
    size_t content;    /* first byte that is neither blank nor comment; `end`: none */
    size_t source_first, source_end; /* text after a leading `# Source: `; empty: none */
    mf_refusal refusal;              /* kubectl refuses it, though YAML does not */
    size_t refused_at;
} mf_piece;

/* The piece at `at` (0, then `next`); false: no more. Linear over all calls. */
bool mf_split(const char *bytes, size_t length, size_t at, mf_piece *out);

#endif
