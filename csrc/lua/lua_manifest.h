/* What the files of the border of issuable.manifest share.
 * SPDX-License-Identifier: MIT
 * Source: design.md section 3 (the border). */
#ifndef ISSUABLE_LUA_MANIFEST_H
#define ISSUABLE_LUA_MANIFEST_H

#include "compat.h"

#include "manifest/manifest.h"

#define MANIFEST_STREAM "issuable.manifest.stream"

/* The handle. Its user value is a table: bytes (anchors what the engine reads), path, documents,
 * errors, warnings, and ids: container tables to the ids of their packed spans, filled a document
 * at a time when somebody asks for a place. */
typedef struct {
    manifest *engine;
    bool closed;
    bool wide;         /* UTF-16: no spans */
    uint32_t resolved; /* so many documents have their tables in ids */
    uint32_t errors, warnings;
    size_t passed_over; /* documents, by the filter */
} manifest_stream;

/* Argument 1 as an open stream, else an error. */
manifest_stream *manifest_check(lua_State *L);

/* lua_manifest_build.c: stack slots that the building of values needs, and the frames (one more
 * than the greatest depth), which lie in a userdata so that nothing is lost when Lua throws. */
typedef struct {
    uint32_t node, next;
    uint32_t position; /* in the Lua list */
    uint32_t id, kept; /* of its spans, and which of their entries comes next */
} manifest_frame;

/* Short strings that come again and again (keys, kinds) are made once: positions by their bytes. */
#define MANIFEST_STRINGS 256

typedef struct {
    lua_State *L;
    manifest *m;
    const manifest_node *nodes;
    const manifest_entry *entries;
    manifest_frame *frames;
    int strings; /* stack slot: the strings of the cache, by position; 0: no cache yet */
    struct {
        const char *text;
        size_t length;
    } cache[MANIFEST_STRINGS];
    int shared; /* stack slot: nil, or a table of node to table, for the present document */
} manifest_builder;

/* Pushes the value of a node; returns the id of its spans, 0 for a scalar. */
uint32_t manifest_push_value(manifest_builder *b, uint32_t root);

/* lua_manifest_spans.c: the methods span, key_span and flatten; and a table { first, last, line,
 * column } of the bytes [first, end). */
int manifest_method_span(lua_State *L);
int manifest_method_key_span(lua_State *L);
int manifest_method_flatten(lua_State *L);
void manifest_set_range(lua_State *L, uint32_t first, uint32_t end);
void manifest_set_place(lua_State *L, manifest *m, uint32_t byte);
void manifest_push_range(lua_State *L, manifest *m, uint32_t first, uint32_t end);

#endif
