/* The store: names, RRsets, records, contexts, files and problems of one zone, by small ids.
 * SPDX-License-Identifier: MIT
 * RFC 1034 section 3.1 (the tree of names; empty non-terminals exist), RFC 2181 section 5 (RRsets).
 */
#ifndef ISSUABLE_ZONE_STORE_H
#define ISSUABLE_ZONE_STORE_H

#include "dns/name.h"
#include "hash.h"
#include "problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A name. Parents always exist and have smaller ids; node 0 is the root. */
typedef struct {
    uint32_t parent;
    uint32_t label; /* offset in `text`: a length octet and the label */
    uint32_t rrset; /* first RRset of the name, ZONE_NIL: none */
    uint32_t flags; /* ZONE_NODE_… */
} zone_node;

enum {
    ZONE_NODE_IN_ZONE = 1, /* at or below the apex (every node of a fragment) */
    ZONE_NODE_EXISTS = 2,  /* has records in the zone, or something below it has */
    ZONE_NODE_NS = 4,
    ZONE_NODE_CNAME = 8,
    ZONE_NODE_DNAME = 16,
    ZONE_NODE_WILD_CAA = 32 /* *.NAME has a CAA RRset that can be answered */
};

/* All records of one name and type, in reading order. */
typedef struct {
    uint32_t node;
    uint32_t next; /* next RRset of the name */
    uint32_t first;
    uint32_t last;
    uint32_t count;
    uint32_t ttl; /* the smallest of its records */
    uint16_t type;
    uint16_t flags; /* unused, 0 */
} zone_rrset;

/* One entry of a file; everything else about it is read again from its bytes when asked for. */
typedef struct {
    uint32_t first; /* offset of the entry */
    uint32_t end;   /* offset behind its last rdata byte or parenthesis */
    uint32_t node;  /* owner */
    uint32_t next;  /* next record of the RRset */
    uint32_t ttl;
    uint32_t context;
    uint16_t type;
    uint16_t flags; /* ZONE_RECORD_… */
} zone_record;

enum {
    ZONE_RECORD_NO_TTL = 1, /* neither the entry nor anything before it says a TTL */
    ZONE_RECORD_OUT_OF_ZONE = 2,
    ZONE_RECORD_DUPLICATE = 4, /* the same rdata as an earlier record of its RRset */
    ZONE_RECORD_HIDDEN = 8 /* NSEC3 and its signatures: their owners are not names of the zone */
};

/* What was in force where an entry stands. */
typedef struct {
    uint32_t file;
    uint32_t origin; /* offset in `text` of a wire name, ZONE_NIL: no origin was known */
    uint32_t default_ttl;
    bool has_default_ttl;
} zone_context;

/* A known place in a file: lines and columns are counted from the nearest one. */
typedef struct {
    uint32_t at;
    uint32_t line;
    uint32_t column;
} zone_mark;

/* One reading of a file. */
typedef struct {
    const uint8_t *bytes; /* borrowed: anchored by the caller as long as the zone lives; NULL: the
                             store's reader has them */
    size_t len;
    uint32_t path; /* offset in `text`, path_len bytes */
    uint32_t path_len;
    uint32_t parent;    /* file that included it, ZONE_NIL: none */
    uint32_t at;        /* where, in the parent */
    uint32_t at_end;    /* a $GENERATE: where its line ends in the parent */
    uint32_t depth;     /* 0: not included */
    uint32_t number;    /* 1, 2, … of those that are files */
    uint8_t *generated; /* no file, but the lines that a $GENERATE makes: bytes, owned */
    zone_mark *marks;   /* made on first demand */
    size_t mark_count;
} zone_file;

typedef struct {
    zone_code code;
    zone_severity severity;
    uint32_t file;
    uint32_t first;
    uint32_t end;
    uint32_t order;   /* number of records that were read before it */
    uint32_t serial;  /* order of reporting */
    uint32_t message; /* offset in `text`, message_len bytes */
    uint32_t message_len;
} zone_report;

/* Reads up to `len` bytes of a file from `at` on, fewer only at its end; false: it cannot be read. */
typedef struct {
    bool (*read)(void *context, uint32_t file, size_t at, uint8_t *to, size_t len, size_t *got);
    void *context;
} zone_reader;

typedef struct {
    zone_hash_key key;
    zone_reader reader; /* for files that are not in memory */
    zone_node *nodes;
    size_t node_count, node_capacity;
    zone_rrset *rrsets;
    size_t rrset_count, rrset_capacity;
    zone_record *records;
    size_t record_count, record_capacity;
    zone_context *contexts;
    size_t context_count, context_capacity;
    zone_file *files;
    size_t file_count, file_capacity;
    uint32_t file_number; /* of those that are no lines of a $GENERATE */
    zone_report *reports;
    size_t report_count, report_capacity;
    uint8_t *text; /* labels, origins, paths, messages */
    size_t text_len, text_capacity;
    zone_index node_index;  /* by parent and label */
    zone_index rrset_index; /* by node and type, of those behind the first few of their name */
    dns_name last_name;     /* of last_node, and where its first label ends: the next name often */
    uint32_t last_node;     /* is the same or has the same parent; len 0: none */
    uint32_t last_parent;
    zone_index context_index;
} zone_store;

/* False: no memory (the store can still be freed). */
bool zone_store_init(zone_store *store, zone_hash_key key);
void zone_store_free(zone_store *store);

/* Copies bytes into `text`; false: no memory, or 4 GiB are full. */
bool zone_store_text(zone_store *store, const void *bytes, size_t len, uint32_t *offset);

/* The node of a name, made with its parents when it is not there; false: no memory. */
bool zone_store_name(zone_store *store, const dns_name *name, uint32_t *node);

/* The node of a name, ZONE_NIL when it is not there. */
uint32_t zone_store_find(const zone_store *store, const dns_name *name);

/* The child of a node with this label (a length octet and the label), ZONE_NIL when not there. */
uint32_t zone_store_child(const zone_store *store, uint32_t node, const uint8_t *label);

/* Writes the name of a node. */
void zone_store_print(const zone_store *store, uint32_t node, dns_name *name);

/* The file that bytes [*first, *end) of a file stand in for people: those of a $GENERATE's lines
 * are its directive. */
uint32_t zone_store_place(const zone_store *store, uint32_t file, size_t *first, size_t *end);

/* The RRset of a node and type, ZONE_NIL when not there. */
uint32_t zone_store_rrset(const zone_store *store, uint32_t node, uint16_t type);

/* Appends a record (its `next` is set here) to its RRset; false: no memory. */
bool zone_store_record(zone_store *store, const zone_record *record);

#endif
