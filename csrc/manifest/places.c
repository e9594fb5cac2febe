/* Where a byte is: libyaml's character marks to bytes, bytes to lines and columns.
 * SPDX-License-Identifier: MIT
 * Source: libyaml 0.2.5 (marks count characters); RFC 3629. */
#include "places.h"

#include "scalars.h"

#include <string.h>

#define MARK_EVERY 16U
#define BLOCK      4096U

static size_t next_character(const char *bytes, size_t at, size_t end) {
    unsigned width = octets_utf8((const unsigned char *)bytes + at, end - at);
    return at + (width == 0 ? 1 : width);
}

static bool is_ascii(const char *bytes, size_t length) {
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        if ((word & UINT64_C(0x8080808080808080)) != 0) {
            return false;
        }
    }
    for (; i < length; i++) {
        if (((unsigned char)bytes[i] & 0x80) != 0) {
            return false;
        }
    }
    return true;
}

bool mf_characters_read(mf_characters *c, const char *bytes, size_t first, size_t end) {
    size_t index = 0;
    c->bytes = bytes;
    c->first = first;
    c->end = end;
    c->marks.count = 0;
    c->ascii = is_ascii(bytes + first, end - first);
    if (c->ascii) {
        return true;
    }
    if (!mf_reserve(&c->marks, (end - first) / MARK_EVERY + 1, sizeof(uint32_t))) {
        return false;
    }
    for (size_t at = first; at < end; at = next_character(bytes, at, end), index++) {
        if (index % MARK_EVERY == 0) {
            ((uint32_t *)c->marks.items)[c->marks.count++] = (uint32_t)at;
        }
    }
    return true;
}

size_t mf_characters_byte(const mf_characters *c, size_t index) {
    size_t at;
    if (c->ascii) {
        return index < c->end - c->first ? c->first + index : c->end;
    }
    if (index / MARK_EVERY >= c->marks.count) {
        return c->end;
    }
    at = ((const uint32_t *)c->marks.items)[index / MARK_EVERY];
    for (index %= MARK_EVERY; index > 0 && at < c->end; index--) {
        at = next_character(c->bytes, at, c->end);
    }
    return at;
}

void mf_characters_release(mf_characters *c) {
    mf_release(&c->marks, sizeof(uint32_t));
}

/* The state of the count at the first character at or after a multiple of BLOCK. */
typedef struct {
    uint32_t at, line, column;
} block;

static void advance(const char *bytes, size_t length, block *b) {
    if (bytes[b->at] == '\n') {
        b->line++;
        b->column = 1;
        b->at++;
    } else {
        b->column++;
        b->at = (uint32_t)next_character(bytes, b->at, length);
    }
}

static bool read_lines(mf_lines *l, const char *bytes, size_t length) {
    block state = {0, 1, 1};
    if (!mf_reserve(&l->blocks, length / BLOCK + 1, sizeof(block))) {
        return false;
    }
    for (;;) {
        while (state.at < length && state.at < (size_t)l->blocks.count * BLOCK) {
            advance(bytes, length, &state);
        }
        if (l->blocks.count == l->blocks.capacity || l->blocks.count > length / BLOCK) {
            return true;
        }
        ((block *)l->blocks.items)[l->blocks.count++] = state;
    }
}

/* Line feeds in [at, end); *last is one past the last of them. */
static uint32_t count_lines(const char *bytes, size_t at, size_t end, size_t *last) {
    const char *found = at < end ? memrchr(bytes + at, '\n', end - at) : NULL;
    uint32_t count = 0;
    if (found == NULL) {
        *last = at;
        return 0;
    }
    *last = (size_t)(found - bytes) + 1;
    while (at < *last) { /* small sums, so that compilers make vectors of them */
        size_t stop = *last - at > 255 ? at + 255 : *last;
        uint8_t some = 0;
        for (; at < stop; at++) {
            some = (uint8_t)(some + (bytes[at] == '\n'));
        }
        count += some;
    }
    return count;
}

/* Goes on from the last answer, which lies at or before `byte`. */
static void go_on(mf_lines *l, const char *bytes, size_t length, size_t byte) {
    size_t start;
    uint32_t lines;
    if (l->line == 0) {
        l->at = 0;
        l->line = l->column = 1;
    }
    lines = count_lines(bytes, l->at, byte, &start);
    if (lines != 0) {
        l->line += lines;
        l->column = 1;
        l->at = (uint32_t)start;
    }
    while (l->at < byte) {
        size_t next = next_character(bytes, l->at, length);
        if (next > byte) {
            break; /* inside a character */
        }
        l->at = (uint32_t)next;
        l->column++;
    }
}

bool mf_lines_place(mf_lines *l, const char *bytes, size_t length, size_t byte, uint32_t *line,
                    uint32_t *column) {
    block state;
    size_t index;
    if (byte > length) {
        byte = length;
    }
    if (l->line == 0 || byte >= l->at) {
        go_on(l, bytes, length, byte);
        *line = l->line;
        *column = l->column;
        return true;
    }
    if (l->blocks.count == 0 && !read_lines(l, bytes, length)) {
        return false;
    }
    index = byte / BLOCK;
    if (index >= l->blocks.count) {
        index = l->blocks.count - 1;
    }
    /* A block's first character may lie behind its first byte: then the one before counts. */
    while (index > 0 && ((const block *)l->blocks.items)[index].at > byte) {
        index--;
    }
    state = ((const block *)l->blocks.items)[index];
    while (state.at < byte) {
        block before = state;
        advance(bytes, length, &state);
        if (state.at > byte) { /* inside a character */
            state = before;
            break;
        }
    }
    *line = state.line;
    *column = state.column;
    return true;
}

void mf_lines_release(mf_lines *l) {
    mf_release(&l->blocks, sizeof(block));
}

/* ---- what deceives a reader ---- */

#define ONES  UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

size_t mf_next_deceiving(const char *bytes, size_t at, size_t end) {
    for (; at + 8 <= end; at += 8) {
        uint64_t word, cr;
        memcpy(&word, bytes + at, 8);
        cr = word ^ (ONES * '\r'); /* a zero byte where the CR was */
        if (((word | ((cr - ONES) & ~cr)) & HIGHS) != 0) {
            break;
        }
    }
    while (at < end && bytes[at] != '\r' && ((unsigned char)bytes[at] & 0x80) == 0) {
        at++;
    }
    return at;
}

static uint32_t decode(const unsigned char *text, unsigned width) {
    uint32_t code = width == 2 ? text[0] & 0x1FU : text[0] & 0x0FU;
    for (unsigned i = 1; i < width; i++) {
        code = code << 6 | (text[i] & 0x3FU);
    }
    return code;
}

size_t mf_deceiving_at(const char *bytes, size_t at, size_t end, bool *is_break) {
    const unsigned char *text = (const unsigned char *)bytes + at;
    unsigned width;
    uint32_t code;
    *is_break = false;
    if (text[0] == '\r') {
        *is_break = at + 1 >= end || text[1] != '\n';
        return *is_break && at + 1 < end ? 1 : 0;
    }
    width = octets_utf8(text, end - at);
    if (width != 2 && width != 3) {
        return 0;
    }
    code = decode(text, width);
    *is_break = code == 0x85 || code == 0x2028 || code == 0x2029;
    if (*is_break || (code >= 0x80 && code < 0xA0) || code == 0xAD || /* C1, soft hyphen */
        (code >= 0x200B && code <= 0x200F) || /* zero width, marks of direction */
        (code >= 0x202A && code <= 0x202E) || (code >= 0x2060 && code <= 0x2069) ||
        code == 0xFEFF) {
        return width;
    }
    return 0;
}
