/* The matcher: see pattern.h.
 * SPDX-License-Identifier: MIT
 * Source: the Lua 5.4 reference manual, section 6.4.1 (items, quantifiers, captures, %b, %f). */
#include "pattern.h"

#include <ctype.h>
#include <string.h>

/* Nested captures and quantified items recurse; a pattern that needs more is refused. */
#define MOST_DEPTH 200

static const char *match_here(pattern_match *m, const char *s, const char *p);

static const char *fail(pattern_match *m, const char *why) {
    if (m->error == NULL) {
        m->error = why;
    }
    return NULL;
}

static int stopped(pattern_match *m) {
    if (--*m->steps < 0) {
        m->out_of_steps = 1;
    }
    return m->out_of_steps || m->error != NULL;
}

void pattern_start(pattern_match *m, const char *subject, size_t subject_length,
                   const char *pattern, size_t pattern_length, int64_t *steps) {
    memset(m, 0, sizeof *m);
    m->subject = subject;
    m->subject_end = subject + subject_length;
    m->pattern = pattern;
    m->pattern_end = pattern + pattern_length;
    m->steps = steps;
}

/* The C locale's classes: what a policy says must not depend on who runs it. */
static int is_class(int c, int class) {
    int yes;
    int ascii = c < 128;
    switch (class | 0x20) {
    case 'a':
        yes = ascii && isalpha(c);
        break;
    case 'c':
        yes = ascii && iscntrl(c);
        break;
    case 'd':
        yes = ascii && isdigit(c);
        break;
    case 'g':
        yes = ascii && isgraph(c);
        break;
    case 'l':
        yes = ascii && islower(c);
        break;
    case 'p':
        yes = ascii && ispunct(c);
        break;
    case 's':
        yes = ascii && isspace(c);
        break;
    case 'u':
        yes = ascii && isupper(c);
        break;
    case 'w':
        yes = ascii && isalnum(c);
        break;
    case 'x':
        yes = ascii && isxdigit(c);
        break;
    default:
        return class == c;
    }
    return (class & 0x20) != 0 ? yes : !yes;
}

/* The end of the single-character item at p, or NULL. */
static const char *item_end(pattern_match *m, const char *p) {
    if (*p == '%') {
        return p + 1 < m->pattern_end ? p + 2 : fail(m, "malformed pattern (ends with '%')");
    }
    if (*p != '[') {
        return p + 1;
    }
    p++;
    if (p < m->pattern_end && *p == '^') {
        p++;
    }
    do { /* a ] that comes first stands for itself */
        if (p >= m->pattern_end) {
            return fail(m, "malformed pattern (missing ']')");
        }
        if (*p++ == '%') {
            p++;
        }
    } while (p >= m->pattern_end || *p != ']');
    return p + 1;
}

/* Is c in the set [p .. end]? `end` points at its ]. The item has been checked by item_end. */
static int in_set(pattern_match *m, int c, const char *p, const char *end) {
    int found = 1;
    p++;
    if (*p == '^') {
        found = 0;
        p++;
    }
    for (; p < end; p++) {
        (*m->steps)--;
        if (*p == '%') {
            p++;
            if (is_class(c, (unsigned char)*p)) {
                return found;
            }
        } else if (p + 2 < end && p[1] == '-') {
            if ((unsigned char)p[0] <= c && c <= (unsigned char)p[2]) {
                return found;
            }
            p += 2;
        } else if ((unsigned char)*p == c) {
            return found;
        }
    }
    return !found;
}

static int single(pattern_match *m, const char *s, const char *p, const char *end) {
    if (s >= m->subject_end) {
        return 0;
    }
    int c = (unsigned char)*s;
    switch (*p) {
    case '.':
        return 1;
    case '%':
        return is_class(c, (unsigned char)p[1]);
    case '[':
        return in_set(m, c, p, end - 1);
    default:
        return (unsigned char)*p == c;
    }
}

static const char *balance(pattern_match *m, const char *s, const char *p) {
    if (m->pattern_end - p < 2) {
        return fail(m, "malformed pattern (missing arguments to '%b')");
    }
    if (s >= m->subject_end || *s != p[0]) {
        return NULL;
    }
    size_t open = 1;
    for (s++; s < m->subject_end; s++) {
        if (stopped(m)) {
            return NULL;
        }
        if (*s == p[1]) {
            if (--open == 0) {
                return s + 1;
            }
        } else if (*s == p[0]) {
            open++;
        }
    }
    return NULL;
}

static const char *most(pattern_match *m, const char *s, const char *p, const char *end) {
    ptrdiff_t i = 0;
    while (single(m, s + i, p, end)) {
        if (stopped(m)) {
            return NULL;
        }
        i++;
    }
    for (; i >= 0; i--) {
        const char *result = match_here(m, s + i, end + 1);
        if (result != NULL || stopped(m)) {
            return result;
        }
    }
    return NULL;
}

static const char *fewest(pattern_match *m, const char *s, const char *p, const char *end) {
    for (;;) {
        const char *result = match_here(m, s, end + 1);
        if (result != NULL || stopped(m) || !single(m, s, p, end)) {
            return result;
        }
        s++;
    }
}

static const char *open_capture(pattern_match *m, const char *s, const char *p, ptrdiff_t kind) {
    if (m->count >= PATTERN_CAPTURES) {
        return fail(m, "too many captures");
    }
    m->captures[m->count].first = (size_t)(s - m->subject);
    m->captures[m->count].length = kind;
    m->count++;
    const char *result = match_here(m, s, p);
    if (result == NULL) {
        m->count--;
    }
    return result;
}

static const char *close_capture(pattern_match *m, const char *s, const char *p) {
    unsigned i = m->count;
    while (i > 0 && m->captures[i - 1].length != PATTERN_OPEN) {
        i--;
    }
    if (i == 0) {
        return fail(m, "invalid pattern capture");
    }
    pattern_capture *capture = &m->captures[i - 1];
    capture->length = (s - m->subject) - (ptrdiff_t)capture->first;
    const char *result = match_here(m, s, p);
    if (result == NULL) {
        capture->length = PATTERN_OPEN;
    }
    return result;
}

/* %1 … %9: the same text as an earlier capture. */
static const char *again(pattern_match *m, const char *s, char digit) {
    unsigned i = (unsigned)(digit - '1');
    if (digit < '1' || i >= m->count || m->captures[i].length == PATTERN_OPEN) {
        return fail(m, "invalid capture index");
    }
    if (m->captures[i].length < 0) {
        return NULL;
    }
    size_t length = (size_t)m->captures[i].length;
    *m->steps -= (int64_t)(length / 64);
    if ((size_t)(m->subject_end - s) >= length &&
        memcmp(m->subject + m->captures[i].first, s, length) == 0) {
        return s + length;
    }
    return NULL;
}

static const char *frontier(pattern_match *m, const char *s, const char *p, const char **next) {
    if (p >= m->pattern_end || *p != '[') {
        return fail(m, "missing '[' after '%f' in pattern");
    }
    const char *end = item_end(m, p);
    if (end == NULL) {
        return NULL;
    }
    int before = s == m->subject ? 0 : (unsigned char)s[-1];
    int here = s < m->subject_end ? (unsigned char)*s : 0;
    *next = end;
    return !in_set(m, before, p, end - 1) && in_set(m, here, p, end - 1) ? s : NULL;
}

/* One item with its quantifier. Returns the match of everything from here on, or NULL with *next
 * set when this item was matched by itself and matching goes on at *next with *s. */
static const char *item(pattern_match *m, const char **s, const char *p, const char **next) {
    const char *end = item_end(m, p);
    if (end == NULL) {
        return NULL;
    }
    char quantifier = '\0';
    if (end < m->pattern_end) {
        quantifier = *end;
    }
    int one = single(m, *s, p, end);
    switch (quantifier) {
    case '?': {
        const char *result = one ? match_here(m, *s + 1, end + 1) : NULL;
        if (result != NULL || stopped(m)) {
            return result;
        }
        *next = end + 1;
        return NULL;
    }
    case '+':
        return one ? most(m, *s + 1, p, end) : NULL;
    case '*':
        return most(m, *s, p, end);
    case '-':
        return fewest(m, *s, p, end);
    default:
        if (one) {
            (*s)++;
            *next = end;
        }
        return NULL;
    }
}

/* The items that start with %: 1 when *s and *next say where matching goes on, 0 when it fails, -1
 * when it is an ordinary class. */
static int escaped(pattern_match *m, const char **s, const char *p, const char **next) {
    char kind = '\0';
    if (p + 1 < m->pattern_end) {
        kind = p[1];
    }
    const char *at;
    if (kind == 'b') {
        at = balance(m, *s, p + 2);
        *next = p + 4;
    } else if (kind == 'f') {
        at = frontier(m, *s, p + 2, next);
    } else if (kind >= '0' && kind <= '9') {
        at = again(m, *s, kind);
        *next = p + 2;
    } else {
        return -1;
    }
    *s = at;
    return at != NULL;
}

static const char *walk(pattern_match *m, const char *s, const char *p) {
    while (p < m->pattern_end) {
        const char *next = NULL;
        if (stopped(m)) {
            return NULL;
        }
        if (*p == '(') {
            int position = p + 1 < m->pattern_end && p[1] == ')';
            return open_capture(m, s, p + (position ? 2 : 1),
                                position ? PATTERN_POSITION : PATTERN_OPEN);
        }
        if (*p == ')') {
            return close_capture(m, s, p + 1);
        }
        if (*p == '$' && p + 1 == m->pattern_end) {
            return s == m->subject_end ? s : NULL;
        }
        int special = *p == '%' ? escaped(m, &s, p, &next) : -1;
        if (special == 0 || (special > 0 && next == NULL)) {
            return NULL;
        }
        if (special < 0) {
            const char *result = item(m, &s, p, &next);
            if (next == NULL) {
                return result;
            }
        }
        p = next;
    }
    return s;
}

static const char *match_here(pattern_match *m, const char *s, const char *p) {
    if (m->depth >= MOST_DEPTH) {
        return fail(m, "pattern too complex");
    }
    m->depth++;
    const char *result = walk(m, s, p);
    m->depth--;
    return m->error == NULL && !m->out_of_steps ? result : NULL;
}

int pattern_at(pattern_match *m, size_t offset, size_t *end) {
    m->count = 0;
    m->depth = 0;
    const char *result = match_here(m, m->subject + offset, m->pattern);
    for (unsigned i = 0; result != NULL && i < m->count; i++) {
        if (m->captures[i].length == PATTERN_OPEN) {
            fail(m, "unfinished capture");
            return 0;
        }
    }
    if (result == NULL) {
        return 0;
    }
    *end = (size_t)(result - m->subject);
    return 1;
}
