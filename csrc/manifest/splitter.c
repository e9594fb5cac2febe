/* Cuts a YAML stream into documents at its `---` lines, before any parser sees it.
 * SPDX-License-Identifier: MIT
 * Source: YAML 1.1 section 4.3 (no `---` line inside any scalar); kubectl cuts the same way. */
#include "splitter.h"

#include "search.h"

#include <string.h>

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static size_t line_end(const char *bytes, size_t length, size_t at) {
    const char *newline = at < length ? memchr(bytes + at, '\n', length - at) : NULL;
    return newline == NULL ? length : (size_t)(newline - bytes);
}

static bool starts_with(const char *bytes, size_t length, size_t at, const char *prefix, size_t n) {
    return length - at >= n && memcmp(bytes + at, prefix, n) == 0;
}

/* The next line from `at` (the start of a line) on that begins with `---`; `length`: none. */
static size_t find_dashes(const char *bytes, size_t length, size_t at) {
    if (starts_with(bytes, length, at, "---", 3)) {
        return at;
    }
    at = mf_search(bytes, at, length, "\n---", "\n---");
    return at < length ? at + 1 : length;
}

typedef enum { LINE_BARE, LINE_DOCUMENT, LINE_TEXT } dashes;

/* kubectl takes `---` with nothing or a comment after it; YAML takes `---` and a blank. */
static dashes dashes_kind(const char *bytes, size_t end, size_t at) {
    size_t i = at + 3;
    while (i < end && is_blank(bytes[i])) {
        i++;
    }
    if (i == end || bytes[i] == '#') {
        return LINE_BARE;
    }
    return i > at + 3 ? LINE_DOCUMENT : LINE_TEXT;
}

typedef struct {
    size_t content;    /* first byte of content, directives included */
    bool directives;   /* the content begins with a `%` line … */
    bool only_prelude; /* … and nothing but such lines, blanks and comments was seen */
    size_t source_first, source_end;
} prelude;

/* Looks through the blank lines, comments and directives at the head of [at, end). */
static prelude read_prelude(const char *bytes, size_t at, size_t end) {
    static const char source[] = "# Source: ";
    prelude p = {end, false, true, 0, 0};
    if (starts_with(bytes, end, at, "\xEF\xBB\xBF", 3)) {
        at += 3;
    }
    while (at < end) {
        size_t stop = line_end(bytes, end, at), i = at;
        while (i < stop && is_blank(bytes[i])) {
            i++;
        }
        if (i < stop && bytes[i] == '#') {
            if (starts_with(bytes, stop, i, source, sizeof source - 1)) {
                p.source_first = i + sizeof source - 1;
                p.source_end = stop;
                while (p.source_end > p.source_first && is_blank(bytes[p.source_end - 1])) {
                    p.source_end--;
                }
            }
        } else if (i < stop) {
            if (p.content == end) {
                p.content = i;
            }
            if (bytes[at] != '%') {
                p.only_prelude = false;
                break;
            }
            p.directives = true;
        }
        at = stop + 1;
    }
    return p;
}

bool mf_split(const char *bytes, size_t length, size_t at, mf_piece *out) {
    size_t search = at;
    bool opened = false; /* the piece has its own `---` line inside it */
    prelude head;
    memset(out, 0, sizeof *out);
    if (at >= length) {
        return false;
    }
    out->first = at;
    for (;;) {
        size_t found = find_dashes(bytes, length, search);
        size_t stop = line_end(bytes, length, found);
        dashes kind;
        out->end = out->next = found;
        if (found == length) {
            break;
        }
        kind = dashes_kind(bytes, stop, found);
        if (kind == LINE_TEXT) {
            if (out->refusal == MF_ACCEPTED) {
                out->refusal = MF_REFUSED_SEPARATOR;
                out->refused_at = found;
            }
        } else {
            head = read_prelude(bytes, at, found);
            if (opened || !head.only_prelude || (kind == LINE_BARE && !head.directives)) {
                if (kind == LINE_BARE) {
                    out->next = stop < length ? stop + 1 : length;
                }
                break;
            }
            opened = true;
            if (kind == LINE_DOCUMENT && out->refusal == MF_ACCEPTED) {
                out->refusal = MF_REFUSED_SEPARATOR;
                out->refused_at = found;
            }
        }
        search = stop < length ? stop + 1 : length;
    }
    head = read_prelude(bytes, at, out->end);
    if (head.directives) {
        out->refusal = MF_REFUSED_DIRECTIVE;
        out->refused_at = head.content;
    }
    out->content = head.content;
    out->source_first = head.source_first;
    out->source_end = head.source_end;
    return true;
}
