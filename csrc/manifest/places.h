/* Where a byte is: libyaml's character marks to bytes, bytes to lines and columns.
 * SPDX-License-Identifier: MIT
 * Source: libyaml 0.2.5 (marks count characters); RFC 3629. */
#ifndef ISSUABLE_MANIFEST_PLACES_H
#define ISSUABLE_MANIFEST_PLACES_H

#include "memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Character index to byte offset, of one document. */
typedef struct {
    const char *bytes;
    size_t first, end;
    bool ascii;
    mf_array marks; /* uint32_t: the byte of every 16th character */
} mf_characters;

bool mf_characters_read(mf_characters *c, const char *bytes, size_t first, size_t end);
size_t mf_characters_byte(const mf_characters *c, size_t index);
void mf_characters_release(mf_characters *c);

/* Byte offset to line and column, of the whole input. Who asks from top to bottom is answered by
 * going on from the last answer; the index for all others is made on first use. */
typedef struct {
    mf_array blocks;
    uint32_t at, line, column; /* the last answer; line 0: none yet */
} mf_lines;

bool mf_lines_place(mf_lines *l, const char *bytes, size_t length, size_t byte, uint32_t *line,
                    uint32_t *column);
void mf_lines_release(mf_lines *l);

/* Where in [at, end) the next byte is that may belong to a deceiving character; `end`: nowhere. */
size_t mf_next_deceiving(const char *bytes, size_t at, size_t end);

/* Bytes of the deceiving character at `at`, 0 when there is none. *is_break: YAML ends a line there
 * (NEL, LS, PS, a CR without LF); else it is invisible or turns the direction of writing. */
size_t mf_deceiving_at(const char *bytes, size_t at, size_t end, bool *is_break);

#endif
