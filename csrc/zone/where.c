/* Byte offsets to lines and columns.
 * SPDX-License-Identifier: MIT
 * Columns count code points (RFC 3629); a byte that is not part of one is a column of its own. */
#include "where.h"

#include <stdlib.h>
#include <string.h>

#define MARK_EVERY 4096u

static bool is_tail(const uint8_t *s, size_t len, size_t at, uint8_t low, uint8_t high) {
    return at < len && s[at] >= low && s[at] <= high;
}

/* Length of the code point at s[at]; 1 for an invalid byte. */
static size_t code_point(const uint8_t *s, size_t len, size_t at) {
    uint8_t c = s[at];
    if (c < 0xc2 || c > 0xf4) {
        return 1;
    }
    if (c < 0xe0) {
        return is_tail(s, len, at + 1, 0x80, 0xbf) ? 2 : 1;
    }
    if (c < 0xf0) {
        uint8_t low = c == 0xe0 ? 0xa0 : 0x80;  /* no overlong forms */
        uint8_t high = c == 0xed ? 0x9f : 0xbf; /* no surrogates */
        return is_tail(s, len, at + 1, low, high) && is_tail(s, len, at + 2, 0x80, 0xbf) ? 3 : 1;
    }
    uint8_t low = c == 0xf0 ? 0x90 : 0x80;
    uint8_t high = c == 0xf4 ? 0x8f : 0xbf; /* not beyond U+10FFFF */
    return is_tail(s, len, at + 1, low, high) && is_tail(s, len, at + 2, 0x80, 0xbf) &&
                   is_tail(s, len, at + 3, 0x80, 0xbf)
               ? 4
               : 1;
}

static void step(const zone_file *file, zone_mark *mark) {
    if (file->bytes[mark->at] == '\n') {
        mark->at++;
        mark->line++;
        mark->column = 1;
    } else {
        mark->at += (uint32_t)code_point(file->bytes, file->len, mark->at);
        mark->column++;
    }
}

static bool make_marks(zone_file *file) {
    size_t capacity = file->len / MARK_EVERY + 1;
    zone_mark *marks = malloc(capacity * sizeof *marks);
    if (marks == NULL) {
        return false;
    }
    zone_mark at = {.at = 0, .line = 1, .column = 1};
    size_t count = 0;
    while (count < capacity) {
        marks[count++] = at;
        uint64_t stop = (uint64_t)count * MARK_EVERY;
        while (at.at < file->len && at.at < stop) {
            step(file, &at);
        }
    }
    file->marks = marks;
    file->mark_count = count;
    return true;
}

bool zone_where(zone_store *store, uint32_t file_id, size_t at, uint32_t *line, uint32_t *column) {
    zone_file *file = &store->files[file_id];
    if (file->marks == NULL && !make_marks(file)) {
        return false;
    }
    size_t nearest = at / MARK_EVERY;
    if (nearest >= file->mark_count) {
        nearest = file->mark_count - 1;
    }
    /* A mark may lie up to three bytes behind its place, when a code point lies across it. */
    if (nearest != 0 && file->marks[nearest].at > at) {
        nearest--;
    }
    zone_mark mark = file->marks[nearest];
    while (mark.at < at && mark.at < file->len) {
        zone_mark before = mark;
        step(file, &mark);
        if (mark.at > at) { /* inside a code point */
            mark = before;
            break;
        }
    }
    *line = mark.line;
    *column = mark.column;
    return true;
}
