/* The inside of a scan, shared by hits.c, walk.c and (three calls) load.c.
 * SPDX-License-Identifier: MIT
 * Nothing outside csrc/zone includes this. */
#ifndef ISSUABLE_ZONE_WALK_H
#define ISSUABLE_ZONE_WALK_H

#include "hits.h"
#include "state.h"

/* Blanks and comments that may follow an entry of the greatest length, and still its line is read as
 * usual. */
#ifndef ZONE_SLACK
#define ZONE_SLACK ((size_t)64 * 1024)
#endif

/* Hits in one piece of the arena: a piece is never moved. */
#define ZONE_PIECE ((size_t)2048)

/* How far a line that is longer than the window was read. */
typedef struct {
    uint32_t parens;
    bool quoted;
    bool comment;
    bool escaped;      /* the last byte was a backslash */
    bool is_complete;  /* a comment outside of parentheses began: the entry ends before it … */
    bool any;          /* something else than blanks and comments was there */
    size_t paren_at; /* the outermost one that is open, counted as the positions given */
    size_t complete; /* … here */
} zone_pass;

/* What a file that turns out to hold a NUL has to take back. */
typedef struct {
    bool started;
    size_t hits;
    size_t reports, included, generated;
    size_t reported[3];
    bool failed, stopped, said_relative;
    uint32_t last_ttl, default_ttl;
    bool has_last_ttl, has_default_ttl, dated;
    uint32_t soa;
} zone_restore;

struct zone_hits {
    zone_hit **pieces;
    size_t piece_count, piece_capacity;
    size_t count;
    bool passing;      /* the rest of a line that is too long */
    size_t pass_first; /* offset of that line */
    bool too_long;     /* … which is reported as soon as it holds anything */
    zone_pass pass;
    zone_restore restore[ZONE_DEPTH_MAX + 1];
    size_t offsets[ZONE_DEPTH_MAX + 1]; /* per frame: what is read of the file */
    uint64_t asked[65536 / 64];           /* a bit a type */
};

/* False: no memory. */
bool zone_hits_push(zone_hits *hits, const zone_hit *hit);

static inline bool zone_hits_asked(const zone_hits *hits, uint16_t type) {
    return (hits->asked[type / 64] >> (type % 64) & 1) != 0;
}

/* Takes plain entries from s[at, len), which walker.masks describe, until it meets one that is not
 * plain, not complete, or one hit too many. `room` >= len: octets that can be read from s on; `base`:
 * the file's offset of s[0]. Returns the offset of the entry that it stopped at; `len`: all were taken.
 * *no_memory tells why it stopped. */
size_t zone_walk(zone *z, const uint8_t *s, size_t at, size_t len, size_t room, size_t base,
                 bool *no_memory);

/* Goes on to the end of an entry in s[*at, len), read as the scanner reads tokens; true: *at is behind
 * it. False: *at is where to go on with more bytes. `base` is added to the offsets in *pass; `last`:
 * nothing comes behind len. */
bool zone_pass_entry(zone_pass *pass, const uint8_t *s, const zone_masks *masks, size_t *at,
                     size_t len, bool last, size_t base);

#endif
