/* Kubernetes manifests: a stream of YAML or JSON documents as node trees with byte spans.
 * SPDX-License-Identifier: MIT
 * Source: YAML 1.1 as libyaml reads it, typed and merged as kubectl (sigs.k8s.io/yaml) does. */
#ifndef ISSUABLE_MANIFEST_H
#define ISSUABLE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No lua_State here. The input is (pointer, length) and must stay alive and unchanged until
 * manifest_free. All offsets are 0-based bytes from the start of the input, `end` is one past the
 * last byte. Nothing aborts; memory that cannot be had is MANIFEST_NO_MEMORY.
 *
 *     manifest *m = manifest_new(bytes, length, NULL);
 *     for (;;) switch (manifest_next(m)) {
 *         case MANIFEST_DOCUMENT: … manifest_root(m), manifest_keep(m, …) …
 *         case MANIFEST_PROBLEM:  … manifest_last_problem(m) …
 *         case MANIFEST_END: case MANIFEST_NO_MEMORY: stop
 *     }
 *
 * The nodes of a document live until the next call of manifest_next; what manifest_keep was asked
 * to keep (spans of containers, packed) lives until manifest_free. What a Secret holds is taken out
 * of the tree before the document is handed over (see secrets.c). */

#define MANIFEST_NONE      UINT32_MAX /* no node, no document */
#define MANIFEST_DEPTH_MAX 1024U      /* whatever manifest_limits says */

typedef struct manifest manifest;

typedef enum {
    MANIFEST_DOCUMENT,
    MANIFEST_PROBLEM,
    MANIFEST_END,
    MANIFEST_NO_MEMORY
} manifest_status;

typedef struct {
    uint32_t max_depth; /* containers inside each other, 1..1024; 0: 128 */
    size_t max_bytes;   /* of the whole input; 0, or more than 2 GiB: 2 GiB */
    /* The reading of a tool that is not kubectl: of equal keys the first one counts, and a key that
     * is written beats one that `<<` brings, wherever they stand. */
    bool first_wins;
    bool filter;    /* pass over documents that cannot ask for a certificate: see filter.h */
    bool reference; /* read all of it, and all YAML with libyaml: what tests compare with */
} manifest_limits;

typedef enum { MANIFEST_SCALAR, MANIFEST_MAPPING, MANIFEST_SEQUENCE } manifest_kind;

typedef enum {
    MANIFEST_STRING, /* also integers beyond 2^53, as they are written */
    MANIFEST_NULL,
    MANIFEST_FALSE,
    MANIFEST_TRUE,
    MANIFEST_INTEGER, /* value.integer */
    MANIFEST_NUMBER   /* value.number, finite and not integral */
} manifest_type;

/* Flags of a node. */
#define MANIFEST_IN_ARENA 1U /* text lies in the arena (escapes, folding), not in the input */
#define MANIFEST_SHARED   2U /* reached from several places: alias or merge */
#define MANIFEST_WITHHELD 4U /* content of a Secret: must not be handed on */

typedef struct {
    uint32_t first, end; /* source bytes; scalars with their quotes, without anchor and tag */
    union {
        struct {
            uint32_t offset, length;
        } text; /* MANIFEST_STRING: see manifest_text */
        struct {
            uint32_t first, count;
        } entries; /* containers: a slice of manifest_entries */
        int64_t integer;
        double number;
    } value;
    uint32_t last;     /* one past the last node of the subtree; 0 while a container is open */
    uint32_t expanded; /* nodes below and with this one when every alias is written out */
    uint8_t kind, type, flags;
} manifest_node;

typedef struct {
    uint32_t key;   /* node of the key (always MANIFEST_STRING); MANIFEST_NONE in sequences */
    uint32_t value; /* node; of an alias: the node that carries the anchor */
    uint32_t alias; /* 0, or 1 + index: the use (`*name`) through which the value came */
} manifest_entry;

typedef enum {
    MANIFEST_HINT_NONE,
    MANIFEST_HINT_QUOTE_WILDCARD, /* quote-wildcard: an unquoted `*.example.com` */
    MANIFEST_HINT_HELM_TEMPLATE,  /* helm-template: render it first */
    MANIFEST_HINT_TAB,            /* tab-indent */
    MANIFEST_HINT_SEPARATOR,      /* separator: text after `---` */
    MANIFEST_HINT_DIRECTIVE,      /* directive: a `%` line */
    MANIFEST_HINT_LIMIT           /* limit: depth, aliases, anchors, bytes */
} manifest_hint;

typedef struct {
    char message[256];   /* plain words; of the input at most one character */
    uint32_t byte;       /* where */
    uint32_t first, end; /* the text to replace, when the hint names an edit; else both `byte` */
    uint32_t line, column;
    uint32_t document; /* 0-based */
    manifest_hint hint;
    bool mentions_secret; /* the text of the document holds the word "secret", in any case, but in
                             names of fields that refer to one */
} manifest_problem;

typedef enum {
    MANIFEST_DUPLICATE_KEY, /* duplicate-key: the last one wins (kubectl); `other` is the earlier */
    MANIFEST_MERGE_WINS,    /* merge-order: `<<` after a key; kubectl lets the merge win */
    MANIFEST_IGNORED_TEXT,  /* ignored-text: what follows `...` is not read */
    MANIFEST_HIDDEN_BREAK,  /* deceiving-bytes: NEL, LS, PS or a lone CR, a line break for YAML */
    MANIFEST_HIDDEN_BYTES   /* deceiving-bytes: invisible, or changes the direction of writing */
} manifest_warning_code;

typedef struct {
    manifest_warning_code code;
    uint32_t first, end;             /* the later key, the `<<`'s source, the ignored text */
    uint32_t other_first, other_end; /* the key that loses; empty when there is none */
    uint32_t node;                   /* of the key; MANIFEST_NONE: not of a key */
} manifest_warning;

typedef struct {
    uint32_t index;                    /* 0-based, counts unreadable documents as well */
    uint32_t root;                     /* node */
    uint32_t first, end;               /* of the root */
    uint32_t source_first, source_end; /* text after `# Source: `; empty: none */
    bool anchored;                     /* aliases or merge keys were used */
    bool withheld;                     /* something of it is not handed on: do not show its text */
    bool json;
    bool spans; /* false for UTF-16: offsets mean nothing */
} manifest_document;

manifest *manifest_new(const char *bytes, size_t length, const manifest_limits *limits);
void manifest_free(manifest *m); /* NULL is fine; wipes what was copied from the input */

/* Why manifest_new refused although there is memory: NULL, or a message (input too large). */
const char *manifest_refusal(size_t length, const manifest_limits *limits);

manifest_status manifest_next(manifest *m);
const manifest_problem *manifest_last_problem(const manifest *m);
const manifest_document *manifest_last_document(const manifest *m);
const manifest_warning *manifest_warnings(const manifest *m, size_t *count);

const manifest_node *manifest_nodes(const manifest *m, size_t *count);
const manifest_entry *manifest_entries(const manifest *m);
const char *manifest_text(const manifest *m, const manifest_node *scalar, size_t *length);

/* Documents that the filter passed over so far. */
size_t manifest_passed_over(const manifest *m);

/* Frees the nodes of the last document (after the last one they are not needed any more). */
void manifest_forget(manifest *m);

/* Packs the spans of a container and of its entries; returns its id (from 1), 0 on no memory. */
uint32_t manifest_keep(manifest *m, uint32_t node);

/* What was kept as a tree: the container of a document (0: it is a scalar), to be told once for
 * each document in their order, and the containers in containers. `index` counts the entries that
 * were kept, from 0. false: no memory. */
bool manifest_keep_root(manifest *m, uint32_t id);
void manifest_adopt(manifest *m, uint32_t parent, uint32_t index, uint32_t child);
uint32_t manifest_kept_root(const manifest *m, uint32_t document); /* from 0; 0: none, or no such */
uint32_t manifest_kept_count(const manifest *m, uint32_t id);

/* The container at an entry, 0 when there is none; of a mapping *key is set then. */
uint32_t manifest_kept_child(const manifest *m, uint32_t id, uint32_t index, const char **key,
                             size_t *length);

typedef struct {
    uint32_t first, end;
    uint32_t alias_first, alias_end; /* the use; empty when not through an alias */
    bool aliased;
} manifest_span;

/* Spans of what was kept. `which`: the container itself, the value or the key at a key/position.
 * false: there is no such thing. */
bool manifest_container_span(const manifest *m, uint32_t id, manifest_span *out);
bool manifest_entry_span(manifest *m, uint32_t id, const char *key, size_t length, bool of_key,
                         manifest_span *out);
bool manifest_item_span(const manifest *m, uint32_t id, uint32_t position, manifest_span *out);
bool manifest_kept_is_sequence(const manifest *m, uint32_t id);

/* Line (1-based, ended by LF) and column (1-based, code points, an invalid byte is one) of a byte.
 * false: no memory for the index. */
bool manifest_place(manifest *m, size_t byte, uint32_t *line, uint32_t *column);

#endif
