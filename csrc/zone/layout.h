/* A zone file as it stands: every byte belongs to an entry or to a gap between entries.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1; the entries are those that the loader reads, whatever the bytes are. */
#ifndef ISSUABLE_ZONE_LAYOUT_H
#define ISSUABLE_ZONE_LAYOUT_H

#include "scan.h"

typedef enum {
    ZONE_PIECE_END,
    ZONE_PIECE_GAP,       /* empty lines and comments */
    ZONE_PIECE_RECORD,    /* owner, TTL, class and type can be read (its data may still be wrong) */
    ZONE_PIECE_DIRECTIVE, /* $ORIGIN, $TTL, … and whatever else begins with $ */
    ZONE_PIECE_ERROR      /* bytes that no zone file may hold, or a line that is no entry */
} zone_piece_kind;

/* A piece ends behind its line end. */
typedef struct {
    zone_piece_kind kind;
    size_t first;
    size_t end;
} zone_piece;

typedef struct {
    zone_scan scan;
    size_t at;        /* behind the last piece that was given */
    zone_piece ahead; /* an entry whose gap was given first; kind ZONE_PIECE_END: none */
} zone_layout;

/* The bytes are borrowed. */
void zone_layout_init(zone_layout *layout, const uint8_t *bytes, size_t len);

/* The next piece: they follow each other without a hole, from the first byte to the last one. */
zone_piece zone_layout_next(zone_layout *layout);

#endif
