/* The inside of a zone, shared by load.c, check.c and answer.c.
 * SPDX-License-Identifier: MIT
 * Nothing outside csrc/zone includes this. */
#ifndef ISSUABLE_ZONE_STATE_H
#define ISSUABLE_ZONE_STATE_H

#include "classify.h"
#include "zone.h"

#define ZONE_DEPTH_MAX 16

/* Bytes that are classified at once: they and their bits stay in the nearest cache. */
#ifndef ZONE_STRIDE /* a fuzzer has shorter ones */
#define ZONE_STRIDE ((size_t)32 * 1024)
#endif

/* One file that is being read. */
typedef struct {
    uint32_t file;
    zone_scan scan;
    bool has_origin;
    bool has_owner;
    bool lost_owner;     /* the last owner could not be read: blank ones belong to no name */
    bool origin_changed; /* an $ORIGIN stands between the last owner and here */
    dns_name origin;
    uint32_t owner; /* node of the last owner, for blank ones; in a scan: where its word is … */
    uint32_t owner_context; /* … and its context */
} zone_frame;

typedef struct zone_hits zone_hits;

/* What the fast walker (walk.c) does with a type. */
typedef enum {
    ZONE_KIND_PASS, /* nobody asked for it (scans only) */
    ZONE_KIND_NAME, /* its data is one domain name */
    ZONE_KIND_CAA,
    ZONE_KIND_A,
    ZONE_KIND_AAAA,
    ZONE_KIND_MX,
    ZONE_KIND_TXT,
    ZONE_KIND_CAREFUL /* leaves it to load.c */
} zone_kind;

#define ZONE_KINDS 320 /* types that have their kind looked up */

/* The part of a file that is classified. */
typedef struct {
    zone_classifier how;
    uint32_t file; /* when loading: masks are those of [first, first + len) of that file */
    size_t first;
    size_t len;
    uint8_t kinds[ZONE_KINDS];
    zone_masks masks[ZONE_BLOCKS(ZONE_STRIDE)];
} zone_walker;

/* What only loading takes. */
typedef struct {
    zone_frame frames[ZONE_DEPTH_MAX + 2]; /* files, and a $GENERATE in the deepest one */
    zone_walker walker;
    uint8_t wire[ZONE_RDATA_MAX + 1];
    uint8_t other[ZONE_RDATA_MAX + 1]; /* to compare with */
} zone_scratch;

struct zone {
    zone_store store;
    zone_hits *hits; /* a scan: records go there (walk.h); NULL: they go to the store */
    zone_limits limits;
    size_t bytes;     /* of all files so far */
    size_t depth;     /* frames in use */
    uint32_t context; /* ZONE_NIL: origin, file or default TTL have changed since the last one */
    uint32_t last_ttl;
    bool has_last_ttl;
    uint32_t default_ttl;
    bool has_default_ttl;
    bool dated;         /* a $DATE in the past was seen: BIND takes no $INCLUDE after it */
    bool said_relative; /* relative-without-origin is reported once */
    bool stopped;       /* a limit or the error cap was reached */
    bool failed;        /* at least one error that is not a warning */
    size_t reported[3]; /* by severity */
    uint64_t said;      /* portability lints: each is said once, at its first place */
    size_t generated;   /* records of all $GENERATEs so far */
    size_t included;    /* files so far, repeats counted */
    zone_token wanted;  /* the file name of the $INCLUDE */
    dns_name include_origin;
    bool has_include_origin;
    size_t include_first; /* the directive */
    size_t include_end;
    uint32_t soa;  /* record */
    uint32_t apex; /* node */
    uint32_t soa_minimum;
    zone_scratch *scratch; /* NULL: all is loaded */
    zone_frame *frames;    /* these are in the scratch */
    zone_walker *walker;
    uint8_t *other;
    uint8_t *wire; /* so is this, until all is loaded; then it has room for the longest record */
    size_t wire_room;
    size_t wire_need;
    zone_problem problem; /* large: not on the stack, and not zeroed */
};

/* Keeps z->problem (or the given one); false: no memory. */
bool zone_report_at(zone *z, uint32_t file, uint32_t order, zone_severity severity,
                    const zone_problem *problem);

/* The same for the entry that is being read, from z->problem. */
bool zone_report_here(zone *z, zone_severity severity);

/* A portability lint at bytes [first, end) of the file that is being read; false: no memory. */
bool zone_say_portability(zone *z, zone_code code, size_t first, size_t end);
bool zone_say_portability_at(zone *z, uint32_t file, uint32_t order, zone_code code, size_t first,
                             size_t end);

/* What other software makes of an entry that was read, of a time ($TTL), of an error in rdata and
 * of any other error (z->problem). False: no memory. */
bool zone_lint_entry(zone *z, const zone_head *head, const zone_rdata *rdata);
bool zone_lint_time(zone *z, const zone_token *token);
bool zone_lint_bad_rdata(zone *z, const zone_rdata *rdata);
bool zone_lint_error(zone *z);

/* The lints on the zone as a whole (lint.c); false: no memory. */
bool zone_lint(zone *z);

/* Expands the $GENERATE directive whose token was just read (generate.c). False: z->problem says
 * what is wrong. */
bool zone_read_generate(zone *z, bool *no_memory);

/* Takes over the lines that a $GENERATE at bytes [first, end) of the file being read makes
 * (load.c); false: no memory, the bytes stay the caller's. */
bool zone_add_lines(zone *z, uint8_t *bytes, size_t len, size_t first, size_t end, uint32_t *file);

/* Reads one record (load.c); used for the lines of a $GENERATE. False: no memory. */
bool zone_read_line(zone *z, const zone_token *owner);

/* The context for the next record; false: no memory. */
bool zone_need_context(zone *z);

/* Reads one entry whose first token was read; the frame's scan is in front of the second one. */
typedef enum { ZONE_ENTRY_OK, ZONE_ENTRY_INCLUDE, ZONE_ENTRY_NO_MEMORY } zone_entry_result;
zone_entry_result zone_read_entry(zone *z, zone_token *token);

/* Was this portability lint said? (portability.c) And all that the quirks of a scanner would say? */
bool zone_is_said(const zone *z, zone_code code);
bool zone_quirks_are_said(const zone *z, const zone_scan *scan);

/* Sets walker up, once it is known whether this is a scan. */
void zone_walker_init(zone *z, zone_classifier how);

/* Takes the plain entries from where the innermost file stands; false: no memory. */
bool zone_walk_file(zone *z);

/* What a scan does with an owner, with data that nobody asked for, and with a record (hits.c). The
 * first and the last return false when there is no memory. */
bool zone_hits_take_owner(zone *z, const zone_token *owner);
bool zone_hits_wants(const zone *z, uint16_t type);
bool zone_hits_take(zone *z, const zone_record *record);
void zone_hits_free(zone_hits *hits);

/* The answer to a question, whatever the status of the zone. */
void zone_look_up(zone *z, const dns_name *name, uint16_t type, zone_answer *answer);

/* The checks on the zone as a whole, once everything is read; false: no memory. */
bool zone_check(zone *z);

#endif
