/* The plain block subset of YAML, read line by line: what people write by hand and kubectl prints.
 * SPDX-License-Identifier: MIT
 * Source: YAML 1.1 block style as libyaml 0.2.5 reads it; spec/fuzz/manifest.c holds both equal. */
#include "readers.h"

#include <string.h>

/* Mappings and sequences in block style, plain and quoted scalars of one line without escapes,
 * comments; ASCII without tabs. At the first byte of anything else the reader gives up and libyaml
 * reads the document from its start: so nothing here ever refuses, or even explains, anything. */

#define KEY_MAX 1000U /* libyaml takes 1024 characters */

typedef struct {
    uint32_t indent;
    bool sequence;
    bool awaiting; /* a key or a dash without its value yet … */
    uint32_t mark; /* … whose value, if there is none, stands here */
} block;

typedef struct {
    const char *bytes;
    size_t end;
    mf_tree *tree;
    block *blocks; /* max_depth of them */
    uint32_t depth;
} reader;

typedef enum { GO_ON, GIVE_UP, NO_MEMORY } outcome;

static outcome from_tree(mf_result result) {
    return result == MF_DONE ? GO_ON : result == MF_NO_MEMORY ? NO_MEMORY : GIVE_UP;
}

/* Printable ASCII and line feeds only? */
static bool is_simple(const char *bytes, size_t at, size_t end) {
    unsigned char bad = 0;
    for (; at < end; at++) { /* without a branch, so that compilers make vectors of it */
        unsigned char c = (unsigned char)bytes[at];
        bad |= (unsigned char)((unsigned char)(c - 0x20) > 0x5E && c != '\n');
    }
    return bad == 0;
}

static outcome put_scalar(reader *r, size_t first, size_t end, size_t quotes, mf_tag tag) {
    mf_scalar s;
    s.first = (uint32_t)first;
    s.end = (uint32_t)end;
    s.text = r->bytes + first + quotes;
    s.length = end - first - 2 * quotes;
    s.verbatim = first + quotes;
    s.tag = tag;
    s.json_number = s.merge = false;
    s.anchor = NULL;
    return from_tree(mf_tree_scalar(r->tree, &s));
}

static outcome put_null(reader *r, block *b) {
    b->awaiting = false;
    return put_scalar(r, b->mark, b->mark, 0, MF_TAG_PLAIN);
}

static outcome close_block(reader *r) {
    block *b = &r->blocks[r->depth - 1];
    outcome result = b->awaiting ? put_null(r, b) : GO_ON;
    r->depth--;
    return result != GO_ON ? result : from_tree(mf_tree_close(r->tree, SIZE_MAX));
}

static outcome open_block(reader *r, bool sequence, size_t at, size_t token_end, uint32_t indent) {
    outcome result;
    if (r->depth >= r->tree->max_depth) {
        return GIVE_UP;
    }
    if (r->depth > 0) {
        r->blocks[r->depth - 1].awaiting = false;
    }
    result = from_tree(mf_tree_open(r->tree, sequence ? MANIFEST_SEQUENCE : MANIFEST_MAPPING, at,
                                    token_end, NULL));
    r->blocks[r->depth++] = (block){indent, sequence, false, 0};
    return result;
}

/* Makes the block that takes a key (or a dash) at this column the innermost one. */
static outcome enter(reader *r, bool sequence, size_t at, uint32_t column) {
    block *top;
    outcome result = GO_ON;
    while (r->depth > 0 && result == GO_ON) {
        top = &r->blocks[r->depth - 1];
        if (top->indent < column || (top->indent == column && (!top->sequence || sequence))) {
            break;
        }
        result = close_block(r);
        if (result == GO_ON && r->depth == 0) {
            return GIVE_UP;
        }
    }
    if (result != GO_ON) {
        return result;
    }
    if (r->depth == 0) {
        return r->tree->nodes.count == 0 ? open_block(r, sequence, at, at, column) : GIVE_UP;
    }
    top = &r->blocks[r->depth - 1];
    if (top->indent == column && top->sequence == sequence) {
        return top->awaiting ? put_null(r, top) : GO_ON;
    }
    if (!top->awaiting) {
        return GIVE_UP;
    }
    /* A sequence may stand as far left as the key that it belongs to. */
    if (top->indent == column) {
        return sequence ? open_block(r, true, at, at + 1, column) : GIVE_UP;
    }
    return open_block(r, sequence, at, at, column);
}

/* The token at `at`: its end, its quotes, and whether a colon that makes it a key follows. */
typedef struct {
    size_t end, colon; /* colon: of a key; 0: a value */
    size_t quotes;
    mf_tag tag;
} token;

static bool is_indicator(char c) {
    switch (c) {
    case '?':
    case ':':
    case ',':
    case '[':
    case ']':
    case '{':
    case '}':
    case '#':
    case '&':
    case '*':
    case '!':
    case '|':
    case '>':
    case '%':
    case '@':
    case '`':
    case '<': /* a merge key */
        return true;
    default:
        return false;
    }
}

static bool at_blank(const reader *r, size_t at, size_t stop) {
    return at >= stop || r->bytes[at] == ' ';
}

static size_t skip_spaces(const reader *r, size_t at, size_t stop) {
    while (at < stop && r->bytes[at] == ' ') {
        at++;
    }
    return at;
}

/* `stop` is the end of the line. False: not of the subset. */
static bool read_token(const reader *r, size_t at, size_t stop, token *t) {
    const char *bytes = r->bytes;
    char c = bytes[at];
    size_t next;
    t->colon = 0;
    if (c == '"' || c == '\'') {
        const char *quote = memchr(bytes + at + 1, c, stop - at - 1);
        if (quote == NULL ||
            (c == '"' && memchr(bytes + at, '\\', (size_t)(quote - bytes) - at) != NULL)) {
            return false;
        }
        t->end = (size_t)(quote - bytes) + 1;
        t->quotes = 1;
        t->tag = MF_TAG_STRING;
        next = skip_spaces(r, t->end, stop);
        if (next < stop && bytes[next] == ':' && at_blank(r, next + 1, stop)) {
            t->colon = next;
            return true;
        }
        return next == stop || (bytes[next] == '#' && next > t->end);
    }
    if (is_indicator(c) || (c == '-' && at_blank(r, at + 1, stop))) {
        return false;
    }
    t->quotes = 0;
    t->tag = MF_TAG_PLAIN;
    t->end = at;
    for (next = at; next < stop; next++) {
        c = bytes[next];
        if (c == ' ') {
            continue;
        }
        if (c == ':' && at_blank(r, next + 1, stop)) {
            t->colon = next;
            return true;
        }
        if (c == '#' && bytes[next - 1] == ' ') {
            return true;
        }
        t->end = next + 1;
    }
    return true;
}

/* A value on the line of its key or dash: nothing but a comment may follow. */
static outcome read_value(reader *r, size_t at, size_t stop) {
    token t;
    outcome result;
    if (!read_token(r, at, stop, &t) || t.colon != 0) {
        return GIVE_UP;
    }
    result = put_scalar(r, at, t.end, t.quotes, t.tag);
    r->blocks[r->depth - 1].awaiting = false;
    return result;
}

/* What stands on a line from its first character on. */
static outcome read_line(reader *r, size_t line, size_t at, size_t stop) {
    token t;
    outcome result;
    block *top;
    while (r->bytes[at] == '-' && at_blank(r, at + 1, stop)) {
        result = enter(r, true, at, (uint32_t)(at - line));
        if (result != GO_ON) {
            return result;
        }
        top = &r->blocks[r->depth - 1];
        top->awaiting = true;
        top->mark = (uint32_t)at + 1;
        at = skip_spaces(r, at + 1, stop);
        if (at == stop || r->bytes[at] == '#') {
            return GO_ON;
        }
    }
    if (!read_token(r, at, stop, &t)) {
        return GIVE_UP;
    }
    if (t.colon == 0) {
        if (r->depth == 0) { /* a document that is one text: another line gives up */
            return r->tree->nodes.count == 0 ? put_scalar(r, at, t.end, t.quotes, t.tag) : GIVE_UP;
        }
        top = &r->blocks[r->depth - 1];
        if (!top->awaiting || top->indent >= at - line) {
            return GIVE_UP;
        }
        return read_value(r, at, stop);
    }
    if (t.end - at > KEY_MAX || t.colon - at > KEY_MAX) {
        return GIVE_UP;
    }
    result = enter(r, false, at, (uint32_t)(at - line));
    if (result == GO_ON) {
        result = put_scalar(r, at, t.end, t.quotes, t.tag);
    }
    if (result != GO_ON) {
        return result;
    }
    top = &r->blocks[r->depth - 1];
    top->awaiting = true;
    top->mark = (uint32_t)t.colon + 1;
    at = skip_spaces(r, t.colon + 1, stop);
    return at == stop || r->bytes[at] == '#' ? GO_ON : read_value(r, at, stop);
}

mf_read mf_plain_document(mf_tree *t, mf_array *blocks, const char *bytes, size_t first,
                          size_t end) {
    reader r = {bytes, end, t, NULL, 0};
    outcome result = GO_ON;
    size_t line = first;
    if (!is_simple(bytes, first, end)) {
        return MF_READ_NOTHING;
    }
    if (!mf_reserve(blocks, t->max_depth, sizeof(block))) {
        return MF_READ_NO_MEMORY;
    }
    r.blocks = blocks->items;
    while (line < end && result == GO_ON) {
        const char *newline = memchr(bytes + line, '\n', end - line);
        size_t stop = newline == NULL ? end : (size_t)(newline - bytes);
        size_t at = skip_spaces(&r, line, stop);
        if (at < stop && bytes[at] != '#') {
            if (at == line && stop - at >= 3 &&
                (memcmp(bytes + at, "...", 3) == 0 || memcmp(bytes + at, "---", 3) == 0)) {
                return MF_READ_NOTHING;
            }
            result = read_line(&r, line, at, stop);
        }
        line = stop + 1;
    }
    while (r.depth > 0 && result == GO_ON) {
        result = close_block(&r);
    }
    if (result == NO_MEMORY) {
        return MF_READ_NO_MEMORY;
    }
    return result == GO_ON && t->root != MANIFEST_NONE ? MF_READ_DOCUMENT : MF_READ_NOTHING;
}

void mf_plain_release(mf_array *blocks) {
    mf_release(blocks, sizeof(block));
}
