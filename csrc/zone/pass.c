/* Over an entry, whatever is in it, and however its bytes are cut into windows.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1; tokens end where scan.c ends them. */
#include "walk.h"

static bool is_blank(uint8_t c) {
    return c == ' ' || c == '\t';
}

/* zone_next_stop where stops may be dense: a branch that is foreseen is faster than a search whose
 * result is waited for. */
static inline size_t next_stop_near(const zone_masks *m, size_t at) {
    for (size_t i = 0; i < 3; i++, at++) {
        if ((m[at >> 6].stop >> (at & 63) & 1) != 0) {
            return at;
        }
    }
    return zone_next_stop(m, at);
}

/* Is there anything but blanks in s[at, stop)? */
static bool holds_word(const uint8_t *s, size_t at, size_t stop) {
    while (at < stop && is_blank(s[at])) {
        at++;
    }
    return at < stop;
}

/* A line end ends a word even when it is escaped. */
static bool is_line_end(uint8_t c) {
    return c == '\n' || c == '\r';
}

/* Behind s[at] and all pairs of a backslash and another byte that follow; each may be the last one.
 */
static inline size_t pass_escapes(const uint8_t *s, size_t at, size_t len) {
    while (at + 2 < len && s[at + 1] == '\\' && !is_line_end(s[at + 2])) {
        at += 2;
    }
    return at + 1;
}

bool zone_pass_entry(zone_pass *pass, const uint8_t *s, const zone_masks *masks, size_t *at_,
                     size_t len, bool last, size_t base) {
    zone_pass k = *pass; /* may live in registers */
    size_t at = *at_;
    bool done = false;
    if (k.escaped && at < len) {
        k.escaped = false;
        at += k.quoted || !is_line_end(s[at]) ? 1 : 0;
    }
    while (at < len && !done) {
        if (k.comment) {
            at = zone_next_line(masks, at);
            if (at >= len) {
                at = len;
                break;
            }
            k.comment = false;
        }
        size_t stop = next_stop_near(masks, at);
        stop = stop < len ? stop : len;
        k.any = k.any || holds_word(s, at, stop);
        at = stop;
        if (at == len) {
            break;
        }
        uint8_t c = s[at++];
        if (c == '\\') {
            k.any = true;
            if (at == len) {
                k.escaped = true;
            } else if (k.quoted || !is_line_end(s[at])) {
                at = pass_escapes(s, at, len);
            }
            continue;
        }
        if (k.quoted) {
            k.quoted = c != '"' && c != '\n'; /* not closed: the line ends all the same */
            at -= c == '\n' ? 1 : 0;
            continue;
        }
        k.any = k.any || (c != ';' && !is_line_end(c));
        switch (c) {
        case '\n':
            done = k.parens == 0;
            break;
        case '\r':
            if (k.parens == 0 && at == len && !last) {
                *at_ = at - 1; /* a line feed may follow */
                *pass = k;
                return false;
            }
            done = k.parens == 0;
            at += done && at < len && s[at] == '\n' ? 1 : 0;
            break;
        case ';':
            k.comment = true;
            if (k.parens == 0) {
                k.is_complete = true;
                k.complete = base + at - 1;
            }
            break;
        case '"':
            k.quoted = true;
            break;
        case '(':
            k.paren_at = k.parens++ == 0 ? base + at - 1 : k.paren_at;
            for (; at < len && (s[at] == '(' || is_blank(s[at])); at++) {
                k.parens += s[at] == '(' ? 1 : 0;
            }
            break;
        case ')':
            k.parens -= k.parens != 0 ? 1 : 0;
            break;
        default:
            break;
        }
    }
    *at_ = at;
    *pass = k;
    return done;
}
