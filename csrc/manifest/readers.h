/* The front ends that turn text into events for the tree: libyaml, a line reader for plain block
 * style, and an own JSON reader.
 * SPDX-License-Identifier: MIT
 * Source: libyaml 0.2.5 event API; RFC 8259. */
#ifndef ISSUABLE_MANIFEST_READERS_H
#define ISSUABLE_MANIFEST_READERS_H

#include "places.h"
#include "tree.h"

#include <yaml.h>

typedef enum {
    MF_READ_DOCUMENT,
    MF_READ_NOTHING, /* no (further) document */
    MF_READ_SYNTAX,  /* the parser refused: see where/message of the reader */
    MF_READ_TREE,    /* the tree refused: tree.failure */
    MF_READ_NO_MEMORY
} mf_read;

/* What a parser says of a text that it refuses. */
typedef struct {
    char message[256];
    size_t byte, first, end;
    size_t opened; /* what began there is still open; SIZE_MAX: nothing */
    manifest_hint hint;
    uint32_t line, column; /* only for UTF-16, where bytes cannot tell; else 0 */
} mf_syntax;

typedef struct {
    const char *bytes;
    mf_characters characters;
    size_t first, end;
    yaml_parser_t parser;
    bool live, wide; /* wide: UTF-16, many documents from one parser, no offsets */
    size_t after;    /* byte after the document (its `...` included) */
    mf_syntax syntax;
} mf_yaml;

mf_read mf_yaml_start(mf_yaml *y, const mf_tree *t, const char *bytes, size_t first, size_t end,
                      bool wide);
mf_read mf_yaml_document(mf_yaml *y, mf_tree *t);
void mf_yaml_stop(mf_yaml *y);
void mf_yaml_release(mf_yaml *y);

/* The byte of a mark of libyaml's; 0 in UTF-16. */
size_t mf_yaml_byte(const mf_yaml *y, const yaml_mark_t *mark);

/* messages.c: the parser's error in plain words. */
void mf_yaml_explain(mf_yaml *y, const mf_tree *t);
void mf_tree_explain(const mf_tree *t, mf_syntax *out);

/* plain_reader.c: a document of the plain block subset. MF_READ_NOTHING: it is not of the subset,
 * or would be refused; the tree holds remains then. `blocks`: kept between documents. */
mf_read mf_plain_document(mf_tree *t, mf_array *blocks, const char *bytes, size_t first,
                          size_t end);
void mf_plain_release(mf_array *blocks);

/* One JSON value at *at (blanks before it are skipped); *at moves behind it. */
mf_read mf_json_document(const char *bytes, size_t end, size_t *at, mf_tree *t, mf_syntax *out);

/* Skips JSON blanks. */
size_t mf_json_blanks(const char *bytes, size_t end, size_t at);

#endif
