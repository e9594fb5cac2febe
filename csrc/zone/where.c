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

/* A part of a file: s[0, len) stands at offset `start`. */
typedef struct {
    const uint8_t *s;
    size_t start;
    size_t len;
} part;

static bool holds(const part *p, size_t at) {
    return at >= p->start && at - p->start < p->len;
}

static void step(const part *p, zone_mark *mark) {
    size_t at = mark->at - p->start;
    if (p->s[at] == '\n') {
        mark->at++;
        mark->line++;
        mark->column = 1;
    } else {
        mark->at += (uint32_t)code_point(p->s, p->len, at);
        mark->column++;
    }
}

/* What is read at once of a file that is not in memory, and what a code point may reach beyond. */
#define PART 65536u
#define BEYOND 4u

/* The part of a file from `at` on: all of it, or as much as fits into the buffer. */
static bool get_part(const zone_store *store, uint32_t id, size_t at, uint8_t *buffer, part *p) {
    const zone_file *file = &store->files[id];
    if (file->bytes != NULL || store->reader.read == NULL) {
        *p = (part){.s = file->bytes, .start = 0, .len = file->bytes == NULL ? 0 : file->len};
        return true;
    }
    p->s = buffer;
    p->start = at;
    return store->reader.read(store->reader.context, id, at, buffer, PART + BEYOND, &p->len);
}

static bool make_marks(zone_store *store, uint32_t id, uint8_t *buffer) {
    zone_file *file = &store->files[id];
    size_t capacity = file->len / MARK_EVERY + 1;
    zone_mark *marks = malloc(capacity * sizeof *marks);
    if (marks == NULL) {
        return false;
    }
    zone_mark at = {.at = 0, .line = 1, .column = 1};
    size_t count = 0;
    part p = {0};
    while (count < capacity) {
        marks[count++] = at;
        uint64_t stop = (uint64_t)count * MARK_EVERY;
        while (at.at < file->len && at.at < stop) {
            /* A code point is read whole, unless the file ends in it. */
            if ((!holds(&p, at.at) || p.start + p.len - at.at < BEYOND) &&
                (p.s == NULL || p.start + p.len < file->len)) {
                if (!get_part(store, id, at.at, buffer, &p)) {
                    free(marks);
                    return false;
                }
            }
            if (!holds(&p, at.at)) { /* the file has become shorter */
                break;
            }
            step(&p, &at);
        }
    }
    file->marks = marks;
    file->mark_count = count;
    return true;
}

static bool find(zone_store *store, uint32_t id, size_t at, uint8_t *buffer, zone_mark *mark) {
    const zone_file *file = &store->files[id];
    if (file->marks == NULL && !make_marks(store, id, buffer)) {
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
    *mark = file->marks[nearest];
    part p;
    if (!get_part(store, id, mark->at, buffer, &p)) {
        return false;
    }
    while (mark->at < at && holds(&p, mark->at)) {
        zone_mark before = *mark;
        step(&p, mark);
        if (mark->at > at) { /* inside a code point */
            *mark = before;
            break;
        }
    }
    return true;
}

bool zone_where(zone_store *store, uint32_t id, size_t at, uint32_t *line, uint32_t *column) {
    uint8_t *buffer = NULL;
    zone_mark mark;
    if (store->files[id].bytes == NULL && store->reader.read != NULL) {
        buffer = malloc(PART + BEYOND);
        if (buffer == NULL) {
            return false;
        }
    }
    bool ok = find(store, id, at, buffer, &mark);
    free(buffer);
    if (ok) {
        *line = mark.line;
        *column = mark.column;
    }
    return ok;
}
