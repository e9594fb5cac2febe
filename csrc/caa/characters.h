/* The character classes of CAA values, each a predicate: no table can have a hole in it.
 * SPDX-License-Identifier: MIT
 * RFC 5234 appendix B.1 (ALPHA, DIGIT, WSP), RFC 8659 section 4.2, RFC 3986 section 2. */
#ifndef ISSUABLE_CAA_CHARACTERS_H
#define ISSUABLE_CAA_CHARACTERS_H

#include <stdbool.h>
#include <stdint.h>

static inline bool caa_is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

static inline bool caa_is_alpha(uint8_t c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static inline bool caa_is_alnum(uint8_t c) {
    return caa_is_alpha(c) || caa_is_digit(c);
}

/* WSP is a blank or a tab; a newline or a no-break space is not. */
static inline bool caa_is_wsp(uint8_t c) {
    return c == ' ' || c == '\t';
}

/* One octet of a parameter's value: %x21-3A / %x3C-7E, so everything printable but ";". */
static inline bool caa_is_value(uint8_t c) {
    return c >= 0x21 && c <= 0x7e && c != ';';
}

static inline bool caa_is_hex(uint8_t c) {
    return caa_is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* What a URI may hold as it is: unreserved, gen-delims and sub-delims; "%" only before two hex
 * digits, which the reader checks. Of the printable ASCII only these nine are out. */
static inline bool caa_is_uri(uint8_t c) {
    return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\' && c != '^' &&
           c != '`' && c != '{' && c != '|' && c != '}' && c != '%';
}

static inline uint8_t caa_lower(uint8_t c) {
    return (uint8_t)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

#endif
