/* JSON into the tree: one value at a time, as Go's encoding/json reads streams of objects.
 * SPDX-License-Identifier: MIT
 * Source: RFC 8259; Go replaces bad UTF-8 and lone surrogates by U+FFFD, so do we. */
#include "readers.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const char *bytes;
    size_t end, at;
    mf_tree *tree;
    mf_array text; /* a string with escapes, decoded */
    mf_syntax *syntax;
} reader;

size_t mf_json_blanks(const char *bytes, size_t end, size_t at) {
    while (at < end &&
           (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\r' || bytes[at] == '\n')) {
        at++;
    }
    return at;
}

static mf_read refuse(reader *r, size_t at, const char *message) {
    snprintf(r->syntax->message, sizeof r->syntax->message, "JSON: %s", message);
    r->syntax->byte = r->syntax->first = r->syntax->end = at;
    r->syntax->opened = SIZE_MAX;
    r->syntax->hint = MANIFEST_HINT_NONE;
    return MF_READ_SYNTAX;
}

static mf_read done(reader *r, mf_result result) {
    if (result == MF_FAILED) {
        mf_tree_explain(r->tree, r->syntax);
        return MF_READ_TREE;
    }
    return result == MF_DONE ? MF_READ_DOCUMENT : MF_READ_NO_MEMORY;
}

/* ---- strings ---- */

static int hex4(const reader *r, size_t at, uint32_t *out) {
    uint32_t value = 0;
    if (r->end - at < 4) {
        return 0;
    }
    for (size_t i = at; i < at + 4; i++) {
        char c = r->bytes[i];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 99;
        if (digit == 99) {
            return 0;
        }
        value = value << 4 | digit;
    }
    *out = value;
    return 1;
}

static void put_byte(reader *r, uint32_t byte) {
    ((unsigned char *)r->text.items)[r->text.count++] = (unsigned char)byte;
}

static void put_character(reader *r, uint32_t c) {
    if (c < 0x80) {
        put_byte(r, c);
    } else if (c < 0x800) {
        put_byte(r, 0xC0 | c >> 6);
        put_byte(r, 0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put_byte(r, 0xE0 | c >> 12);
        put_byte(r, 0x80 | (c >> 6 & 0x3F));
        put_byte(r, 0x80 | (c & 0x3F));
    } else {
        put_byte(r, 0xF0 | c >> 18);
        put_byte(r, 0x80 | (c >> 12 & 0x3F));
        put_byte(r, 0x80 | (c >> 6 & 0x3F));
        put_byte(r, 0x80 | (c & 0x3F));
    }
}

/* An escape at r->at (the backslash). */
static mf_read read_escape(reader *r) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    size_t start = r->at;
    uint32_t c, low;
    const char *known;
    if (r->end - r->at < 2) {
        return refuse(r, start, "a string that is never closed");
    }
    if (r->bytes[r->at + 1] != 'u') {
        known = r->bytes[r->at + 1] == '\0' ? NULL : strchr(from, r->bytes[r->at + 1]);
        if (known == NULL) {
            return refuse(r, start, "an unknown escape in a string");
        }
        put_byte(r, (unsigned char)to[known - from]);
        r->at += 2;
        return MF_READ_DOCUMENT;
    }
    if (!hex4(r, r->at + 2, &c)) {
        return refuse(r, start, "\\u needs four hexadecimal digits");
    }
    r->at += 6;
    if (c >= 0xD800 && c <= 0xDFFF) {
        if (c <= 0xDBFF && r->end - r->at >= 6 && r->bytes[r->at] == '\\' &&
            r->bytes[r->at + 1] == 'u' && hex4(r, r->at + 2, &low) && low >= 0xDC00 &&
            low <= 0xDFFF) {
            c = 0x10000 + ((c - 0xD800) << 10 | (low - 0xDC00));
            r->at += 6;
        } else {
            c = 0xFFFD;
        }
    }
    put_character(r, c);
    return MF_READ_DOCUMENT;
}

/* Does the string that starts after the quote at `at` stand for itself? Then *end is its quote. */
static bool read_plain_string(const reader *r, size_t at, size_t *end) {
    while (at < r->end) {
        unsigned char c = (unsigned char)r->bytes[at];
        if (c == '"') {
            *end = at;
            return true;
        }
        if (c == '\\' || c < 0x20) {
            return false;
        }
        if (c < 0x80) {
            at++;
        } else {
            unsigned width = octets_utf8((const unsigned char *)r->bytes + at, r->end - at);
            if (width == 0) {
                return false;
            }
            at += width;
        }
    }
    return false;
}

static mf_read read_string(reader *r) {
    mf_scalar s;
    size_t first = r->at, end;
    memset(&s, 0, sizeof s);
    s.tag = MF_TAG_STRING;
    s.first = (uint32_t)first;
    if (read_plain_string(r, first + 1, &end)) {
        s.text = r->bytes + first + 1;
        s.length = end - first - 1;
        s.verbatim = first + 1;
        r->at = end + 1;
        s.end = (uint32_t)r->at;
        return done(r, mf_tree_scalar(r->tree, &s));
    }
    mf_wipe(r->text.items, r->text.count);
    r->text.count = 0;
    for (r->at = first + 1; r->at < r->end && r->bytes[r->at] != '"';) {
        unsigned char c = (unsigned char)r->bytes[r->at];
        if (!mf_reserve(&r->text, 4, 1)) {
            return MF_READ_NO_MEMORY;
        }
        if (c == '\\') {
            mf_read result = read_escape(r);
            if (result != MF_READ_DOCUMENT) {
                return result;
            }
        } else if (c < 0x20) {
            return refuse(r, r->at, "a control character in a string");
        } else {
            unsigned width = octets_utf8((const unsigned char *)r->bytes + r->at, r->end - r->at);
            if (width == 0) {
                put_character(r, 0xFFFD);
                r->at++;
            }
            for (; width > 0; width--) {
                put_byte(r, (unsigned char)r->bytes[r->at++]);
            }
        }
    }
    if (r->at >= r->end) {
        return refuse(r, first, "a string that is never closed");
    }
    r->at++;
    s.text = r->text.items == NULL ? "" : r->text.items;
    s.length = r->text.count;
    s.verbatim = SIZE_MAX;
    s.end = (uint32_t)r->at;
    return done(r, mf_tree_scalar(r->tree, &s));
}

/* ---- numbers and words ---- */

static size_t skip_digits(const reader *r, size_t at) {
    while (at < r->end && r->bytes[at] >= '0' && r->bytes[at] <= '9') {
        at++;
    }
    return at;
}

/* The end of the number at `at`, or `at` when there is none. */
static size_t number_end(const reader *r, size_t at) {
    size_t start = at, digits;
    if (at < r->end && r->bytes[at] == '-') {
        at++;
    }
    digits = at;
    at = skip_digits(r, at);
    if (at == digits || (r->bytes[digits] == '0' && at != digits + 1)) {
        return start;
    }
    if (at < r->end && r->bytes[at] == '.') {
        digits = at + 1;
        at = skip_digits(r, digits);
        if (at == digits) {
            return start;
        }
    }
    if (at < r->end && (r->bytes[at] == 'e' || r->bytes[at] == 'E')) {
        at++;
        if (at < r->end && (r->bytes[at] == '+' || r->bytes[at] == '-')) {
            at++;
        }
        digits = at;
        at = skip_digits(r, digits);
        if (at == digits) {
            return start;
        }
    }
    return at;
}

static mf_read read_word(reader *r) {
    static const char *const words[] = {"true", "false", "null"};
    mf_scalar s;
    size_t first = r->at;
    memset(&s, 0, sizeof s);
    s.text = r->bytes + first;
    s.first = (uint32_t)first;
    s.verbatim = first;
    for (size_t i = 0; i < 3; i++) {
        size_t length = strlen(words[i]);
        if (r->end - first >= length && memcmp(s.text, words[i], length) == 0) {
            s.length = length;
            s.tag = MF_TAG_PLAIN;
        }
    }
    if (s.length == 0) {
        s.length = number_end(r, first) - first;
        s.json_number = true;
    }
    if (s.length == 0) {
        return refuse(r, first, "a value was expected here");
    }
    r->at = first + s.length;
    s.end = (uint32_t)r->at;
    return done(r, mf_tree_scalar(r->tree, &s));
}

/* ---- structure: no recursion, the tree's stack says where we are ---- */

typedef enum { WANT_VALUE, WANT_FIRST, WANT_KEY, WANT_NEXT } want;

static bool in_mapping(const mf_tree *t) {
    return mf_node(t, t->frames[t->depth - 1].node)->kind == MANIFEST_MAPPING;
}

static mf_read read_key(reader *r) {
    mf_read result;
    if (r->bytes[r->at] != '"') {
        return refuse(r, r->at, "a key in double quotes was expected here");
    }
    result = read_string(r);
    if (result != MF_READ_DOCUMENT) {
        return result;
    }
    r->at = mf_json_blanks(r->bytes, r->end, r->at);
    if (r->at >= r->end || r->bytes[r->at] != ':') {
        return refuse(r, r->at, "a colon was expected after the key");
    }
    r->at++;
    return MF_READ_DOCUMENT;
}

static mf_read step(reader *r, want *w) {
    mf_tree *t = r->tree;
    mf_read result;
    char c;
    r->at = mf_json_blanks(r->bytes, r->end, r->at);
    if (r->at >= r->end) {
        return refuse(r, r->at, "the text ends inside a value");
    }
    c = r->bytes[r->at];
    if ((*w == WANT_FIRST || *w == WANT_NEXT) && c == (in_mapping(t) ? '}' : ']')) {
        r->at++;
        *w = WANT_NEXT;
        return done(r, mf_tree_close(t, r->at));
    }
    if (*w == WANT_NEXT) {
        if (c != ',') {
            return refuse(r, r->at,
                          in_mapping(t) ? "a comma or } was expected here"
                                        : "a comma or ] was expected here");
        }
        r->at++;
        *w = in_mapping(t) ? WANT_KEY : WANT_VALUE;
        return MF_READ_DOCUMENT;
    }
    if (*w == WANT_FIRST) {
        *w = in_mapping(t) ? WANT_KEY : WANT_VALUE;
    }
    if (*w == WANT_KEY) {
        result = read_key(r);
        *w = WANT_VALUE;
        return result;
    }
    if (c == '{' || c == '[') {
        r->at++;
        *w = WANT_FIRST;
        return done(r, mf_tree_open(t, c == '{' ? MANIFEST_MAPPING : MANIFEST_SEQUENCE, r->at - 1,
                                    r->at, NULL));
    }
    *w = WANT_NEXT;
    return c == '"' ? read_string(r) : read_word(r);
}

mf_read mf_json_document(const char *bytes, size_t end, size_t *at, mf_tree *t, mf_syntax *out) {
    reader r = {bytes, end, *at, t, {NULL, 0, 0}, out};
    want w = WANT_VALUE;
    mf_read result;
    do {
        result = step(&r, &w);
    } while (result == MF_READ_DOCUMENT && (w != WANT_NEXT || t->depth > 0));
    mf_release(&r.text, 1);
    *at = r.at;
    return result;
}
