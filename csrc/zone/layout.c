/* A zone file as it stands: every byte belongs to an entry or to a gap between entries.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1; the same scanner as the loader's says where an entry ends. */
#include "layout.h"

#include <string.h>

#include "entry.h"

void zone_layout_init(zone_layout *layout, const uint8_t *bytes, size_t len) {
    memset(layout, 0, sizeof *layout);
    zone_scan_init(&layout->scan, bytes, len, 0);
    layout->ahead.kind = ZONE_PIECE_END;
}

static zone_piece give(zone_layout *layout, zone_piece_kind kind, size_t end) {
    zone_piece piece = {kind, layout->at, end};
    layout->at = end;
    return piece;
}

/* What the loader refuses before it reads: a file with a NUL, a byte order mark. */
static bool refused(zone_layout *layout, zone_piece *piece) {
    const uint8_t *bytes = layout->scan.bytes;
    size_t len = layout->scan.len;
    if (memchr(bytes, 0, len) != NULL) {
        *piece = give(layout, ZONE_PIECE_ERROR, len);
        return true;
    }
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        *piece = give(layout, ZONE_PIECE_ERROR, 3);
        zone_scan_init(&layout->scan, bytes, len, 3);
        return true;
    }
    return false;
}

static zone_piece_kind kind_of(zone_scan *scan, const zone_token *token) {
    zone_head head;
    zone_problem problem;
    size_t len;
    if (token->kind == ZONE_TOKEN_ERROR) {
        return ZONE_PIECE_ERROR;
    }
    if (token->kind != ZONE_TOKEN_BLANK) {
        const char *text = zone_token_text(scan, token, &len);
        if (len != 0 && text[0] == '$') {
            return ZONE_PIECE_DIRECTIVE;
        }
    }
    switch (zone_read_head(scan, token, &head, &problem)) {
    case ZONE_HEAD_OK:
        return ZONE_PIECE_RECORD;
    case ZONE_HEAD_EMPTY:
        return ZONE_PIECE_GAP;
    case ZONE_HEAD_BAD:
        break;
    }
    return ZONE_PIECE_ERROR;
}

zone_piece zone_layout_next(zone_layout *layout) {
    zone_scan *scan = &layout->scan;
    zone_piece piece = layout->ahead;
    zone_token token;
    if (piece.kind != ZONE_PIECE_END) {
        layout->ahead.kind = ZONE_PIECE_END;
        return give(layout, piece.kind, piece.end);
    }
    if (layout->at == scan->len) {
        return give(layout, ZONE_PIECE_END, scan->len);
    }
    if (layout->at == 0 && refused(layout, &piece)) {
        return piece;
    }
    /* Blank lines that the scanner does not skip itself (blanks in parentheses) join the gap. */
    for (;;) {
        zone_scan_entry(scan, &token);
        if (token.kind == ZONE_TOKEN_END) {
            return give(layout, ZONE_PIECE_GAP, scan->len);
        }
        size_t first = scan->first;
        zone_piece_kind kind = kind_of(scan, &token);
        if (kind == ZONE_PIECE_GAP) {
            continue;
        }
        if (!zone_scan_skip_line(scan, &token)) {
            kind = ZONE_PIECE_ERROR; /* a parenthesis takes the rest of the file */
        }
        if (first == layout->at) {
            return give(layout, kind, scan->at);
        }
        layout->ahead = (zone_piece){kind, first, scan->at};
        return give(layout, ZONE_PIECE_GAP, first);
    }
}
