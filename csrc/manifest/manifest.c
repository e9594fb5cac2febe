/* One stream from its first to its last document: splitting, reading, problems.
 * SPDX-License-Identifier: MIT
 * Source: kubectl 1.32 (cli-runtime's document decoder), libyaml 0.2.5. */
#include "manifest.h"

#include "filter.h"
#include "readers.h"
#include "spans.h"
#include "splitter.h"
#include "tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH          128U
#define BYTES_MAX      0x7FFFFFFFU /* offsets are 32 bits wide, with room for sums */
#define DIRECTIVES_MAX 32          /* libyaml compares every %TAG with every other */

typedef enum { AT_SPLIT, AT_PIECE, AT_JSON, AT_WIDE, AT_END } state;

struct manifest {
    const char *bytes;
    size_t length;
    state state;
    size_t at;   /* where the next piece, or the next JSON value, begins */
    size_t next; /* where the piece after this one begins */
    mf_piece piece;
    size_t carried_first, carried_end; /* `# Source:` of a piece without content */
    uint32_t documents;
    mf_tree tree;
    mf_yaml yaml;
    mf_array blocks; /* plain_reader.c */
    bool reference;  /* manifest_limits */
    bool filtered;
    mf_filter filter;
    size_t passed_over;
    mf_lines lines;
    mf_spans spans;
    manifest_problem problem;
    manifest_document document;
};

const char *manifest_refusal(size_t length, const manifest_limits *limits) {
    size_t most = limits != NULL && limits->max_bytes != 0 && limits->max_bytes < BYTES_MAX
                      ? limits->max_bytes
                      : BYTES_MAX;
    return length > most ? "the input is too large" : NULL;
}

manifest *manifest_new(const char *bytes, size_t length, const manifest_limits *limits) {
    manifest *m;
    uint32_t depth = limits != NULL && limits->max_depth != 0 ? limits->max_depth : DEPTH;
    if (manifest_refusal(length, limits) != NULL) {
        return NULL;
    }
    m = calloc(1, sizeof *m);
    if (m == NULL) {
        return NULL;
    }
    if (!mf_tree_new(&m->tree, bytes, depth > MANIFEST_DEPTH_MAX ? MANIFEST_DEPTH_MAX : depth)) {
        free(m);
        return NULL;
    }
    m->tree.first_wins = limits != NULL && limits->first_wins;
    m->reference = limits != NULL && limits->reference;
    m->bytes = bytes;
    m->length = length;
    m->state = AT_SPLIT;
    if (length >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0)) {
        m->state = AT_WIDE;
    } else if (limits != NULL && limits->filter && !limits->reference) {
        m->filtered = true;
        mf_filter_start(&m->filter, bytes, length);
    }
    return m;
}

void manifest_forget(manifest *m) {
    uint32_t depth = m->tree.max_depth;
    mf_tree_free(&m->tree);
    memset(&m->tree, 0, sizeof m->tree);
    m->tree.max_depth = depth;
    mf_yaml_release(&m->yaml);
    mf_plain_release(&m->blocks);
    m->state = AT_END;
}

void manifest_free(manifest *m) {
    if (m != NULL) {
        mf_tree_free(&m->tree);
        mf_yaml_release(&m->yaml);
        mf_plain_release(&m->blocks);
        mf_lines_release(&m->lines);
        mf_spans_release(&m->spans);
        free(m);
    }
}

/* ---- problems ---- */

/* secretName, privateKeySecretRef, secretKeyRef: fields that hold a Secret's name, not bytes. */
static bool names_secret(const char *text, size_t length) {
    static const char *const fields[] = {"Name", "Ref", "KeyRef"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        size_t n = strlen(fields[i]);
        if (length >= n && memcmp(text, fields[i], n) == 0) {
            return true;
        }
    }
    return false;
}

static bool mentions_secret(const char *text, size_t length) {
    for (size_t i = 0; i + 6 <= length; i++) {
        if ((text[i] | 0x20) == 's' && (text[i + 1] | 0x20) == 'e' && (text[i + 2] | 0x20) == 'c' &&
            (text[i + 3] | 0x20) == 'r' && (text[i + 4] | 0x20) == 'e' &&
            (text[i + 5] | 0x20) == 't' && !names_secret(text + i + 6, length - i - 6)) {
            return true;
        }
    }
    return false;
}

/* The first `{{` that is not in quotes (of its own line) nor in a comment; `length`: none. */
static size_t find_template(const char *text, size_t length) {
    char quote = '\0';
    bool comment = false;
    for (size_t i = 0; i + 1 < length; i++) {
        char c = text[i];
        if (c == '\n') {
            comment = false;
        } else if (c == '#' && quote == '\0' &&
                   (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t' || text[i - 1] == '\n')) {
            comment = true;
        }
        if (comment) {
            continue;
        }
        if (c == '\n') {
            quote = '\0';
        } else if (quote != '\0') {
            if (c == '\\' && quote == '"') {
                i++;
            } else if (c == quote) {
                quote = '\0';
            }
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '{' && text[i + 1] == '{') {
            return i;
        }
    }
    return length;
}

/* A document that fails and holds `{{`: a template for sure when that is what it fails at. */
static void explain_template(manifest *m, size_t first, size_t end) {
    manifest_problem *p = &m->problem;
    const char *text = m->bytes;
    size_t from = p->byte < end ? p->byte : end, to = from, at, length;
    while (from > first && text[from - 1] != '\n') {
        from--;
    }
    while (to < end && text[to] != '\n') {
        to++;
    }
    p->hint = MANIFEST_HINT_HELM_TEMPLATE;
    length = strlen(p->message);
    at = find_template(text + from, to - from);
    if (at < to - from || text[m->piece.content] == '{') {
        if (at < to - from && p->line == 0) { /* the parser gives up at the second brace */
            p->byte = p->first = p->end = (uint32_t)(from + at);
        }
        snprintf(p->message, sizeof p->message,
                 "a Helm template, not YAML: render it first (helm template)");
    } else {
        snprintf(p->message + length, sizeof p->message - length,
                 " (the document holds {{ }}: a Helm template has to be rendered first)");
    }
}

static manifest_status place_problem(manifest *m, size_t first, size_t end) {
    manifest_problem *p = &m->problem;
    p->document = m->documents;
    p->mentions_secret = mentions_secret(m->bytes + first, end - first);
    return p->line != 0 || manifest_place(m, p->byte, &p->line, &p->column) ? MANIFEST_PROBLEM
                                                                            : MANIFEST_NO_MEMORY;
}

/* The problem of the document that lies in [first, end). */
static manifest_status report(manifest *m, const mf_syntax *s, size_t first, size_t end) {
    manifest_problem *p = &m->problem;
    memset(p, 0, sizeof *p);
    memcpy(p->message, s->message, sizeof p->message);
    p->byte = (uint32_t)s->byte;
    p->first = (uint32_t)s->first;
    p->end = (uint32_t)s->end;
    p->hint = s->hint;
    p->line = s->line;
    p->column = s->column;
    if (p->hint != MANIFEST_HINT_QUOTE_WILDCARD && p->hint != MANIFEST_HINT_LIMIT &&
        find_template(m->bytes + first, end - first) < end - first) {
        explain_template(m, first, end);
    } else if (s->opened != SIZE_MAX) {
        uint32_t line, column;
        size_t length = strlen(p->message);
        if (!manifest_place(m, s->opened, &line, &column)) {
            return MANIFEST_NO_MEMORY;
        }
        snprintf(p->message + length, sizeof p->message - length, "; it begins at %u:%u",
                 (unsigned)line, (unsigned)column);
    }
    return place_problem(m, first, end);
}

static manifest_status report_refusal(manifest *m) {
    manifest_problem *p = &m->problem;
    memset(p, 0, sizeof *p);
    p->byte = p->first = p->end = (uint32_t)m->piece.refused_at;
    if (m->piece.refusal == MF_REFUSED_DIRECTIVE) {
        p->hint = MANIFEST_HINT_DIRECTIVE;
        snprintf(p->message, sizeof p->message,
                 "a %% directive: kubectl refuses this document; remove the line");
    } else {
        p->hint = MANIFEST_HINT_SEPARATOR;
        snprintf(p->message, sizeof p->message,
                 "text after ---: kubectl refuses this separator; put the text on its own line");
    }
    return place_problem(m, m->piece.first, m->piece.end);
}

/* ---- documents ---- */

/* What the last warnings point at may be a Secret's content. */
static void drop_withheld_warnings(mf_tree *t) {
    manifest_warning *w = t->warnings.items;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < t->warnings.count; i++) {
        if (w[i].node == MANIFEST_NONE || (mf_node(t, w[i].node)->flags & MANIFEST_WITHHELD) == 0) {
            w[kept++] = w[i];
        }
    }
    t->warnings.count = kept;
}

/* Mappings end from the inside out, a reader goes from top to bottom. There are few: compose.c
 * stops at a hundred. */
static void sort_warnings(mf_tree *t) {
    manifest_warning *w = t->warnings.items;
    for (uint32_t i = 1; i < t->warnings.count; i++) {
        manifest_warning moved = w[i];
        uint32_t k = i;
        for (; k > 0 && w[k - 1].first > moved.first; k--) {
            w[k] = w[k - 1];
        }
        w[k] = moved;
    }
}

static manifest_status finish(manifest *m, bool json) {
    manifest_document *d = &m->document;
    const manifest_node *root = mf_node(&m->tree, m->tree.root);
    drop_withheld_warnings(&m->tree);
    sort_warnings(&m->tree);
    memset(d, 0, sizeof *d);
    d->index = m->documents++;
    d->root = m->tree.root;
    d->anchored = m->tree.anchored;
    d->json = json;
    d->withheld = m->tree.withheld;
    d->spans = m->state != AT_WIDE;
    d->first = root->first;
    d->end = root->end;
    if (m->state != AT_WIDE) {
        d->source_first = (uint32_t)m->piece.source_first;
        d->source_end = (uint32_t)m->piece.source_end;
    }
    return MANIFEST_DOCUMENT;
}

static bool add_warning(mf_tree *t, manifest_warning_code code, size_t first, size_t end) {
    manifest_warning w = {code, (uint32_t)first, (uint32_t)end, 0, 0, MANIFEST_NONE};
    if (!mf_reserve(&t->warnings, 1, sizeof w)) {
        return false;
    }
    ((manifest_warning *)t->warnings.items)[t->warnings.count++] = w;
    return true;
}

/* What follows the document inside its piece is never read, by kubectl as well: say so. */
static bool warn_ignored(manifest *m, size_t at) {
    size_t end = m->piece.end, line = at;
    while (line < end) {
        const char *newline = memchr(m->bytes + line, '\n', end - line);
        size_t stop = newline == NULL ? end : (size_t)(newline - m->bytes), i = line;
        while (i < stop && (m->bytes[i] == ' ' || m->bytes[i] == '\t' || m->bytes[i] == '\r')) {
            i++;
        }
        if (i < stop && m->bytes[i] != '#' &&
            !(stop - i >= 3 && memcmp(m->bytes + i, "...", 3) == 0)) {
            return add_warning(&m->tree, MANIFEST_IGNORED_TEXT, i, end);
        }
        line = stop + 1;
    }
    return true;
}

/* What a person does not see, or sees in another place: the first of each kind in [first, end). */
static bool warn_deceiving(manifest *m, size_t first, size_t end) {
    bool seen[2] = {false, false};
    if (end - first >= 3 && memcmp(m->bytes + first, "\xEF\xBB\xBF", 3) == 0) {
        first += 3; /* a byte-order mark where it belongs */
    }
    for (size_t at = first; (at = mf_next_deceiving(m->bytes, at, end)) < end;) {
        bool is_break;
        size_t width = mf_deceiving_at(m->bytes, at, end, &is_break);
        if (width != 0 && !seen[is_break]) {
            seen[is_break] = true;
            if (!add_warning(&m->tree, is_break ? MANIFEST_HIDDEN_BREAK : MANIFEST_HIDDEN_BYTES, at,
                             at + width)) {
                return false;
            }
        }
        at += width == 0 ? 1 : width;
        if (seen[0] && seen[1]) {
            break;
        }
    }
    return true;
}

static bool too_many_directives(const manifest *m) {
    size_t at = m->piece.content, count = 0;
    if (m->piece.refusal != MF_REFUSED_DIRECTIVE) {
        return false;
    }
    while (at < m->piece.end) {
        const char *newline = memchr(m->bytes + at, '\n', m->piece.end - at);
        count += m->bytes[at] == '%';
        at = newline == NULL ? m->piece.end : (size_t)(newline - m->bytes) + 1;
    }
    return count > DIRECTIVES_MAX;
}

static manifest_status read_yaml(manifest *m) {
    mf_read result;
    m->state = AT_SPLIT;
    m->at = m->piece.next;
    mf_tree_reset(&m->tree, m->piece.end - m->piece.first);
    if (!m->reference && m->piece.refusal == MF_ACCEPTED) {
        result = mf_plain_document(&m->tree, &m->blocks, m->bytes, m->piece.first, m->piece.end);
        if (result == MF_READ_DOCUMENT) {
            return finish(m, false);
        }
        if (result == MF_READ_NO_MEMORY) {
            return MANIFEST_NO_MEMORY;
        }
        mf_tree_reset(&m->tree, m->piece.end - m->piece.first);
    }
    if (too_many_directives(m)) {
        mf_syntax s;
        memset(&s, 0, sizeof s);
        snprintf(s.message, sizeof s.message, "more than %d directives", DIRECTIVES_MAX);
        s.byte = s.first = s.end = m->piece.content;
        s.hint = MANIFEST_HINT_LIMIT;
        s.opened = SIZE_MAX;
        (void)report(m, &s, m->piece.first, m->piece.end);
        m->documents++;
        return MANIFEST_PROBLEM;
    }
    result = mf_yaml_start(&m->yaml, &m->tree, m->bytes, m->piece.first, m->piece.end, false);
    if (result == MF_READ_DOCUMENT) {
        result = mf_yaml_document(&m->yaml, &m->tree);
    }
    mf_yaml_stop(&m->yaml);
    switch (result) {
    case MF_READ_DOCUMENT:
        return warn_ignored(m, m->yaml.after) && warn_deceiving(m, m->piece.first, m->piece.end)
                   ? finish(m, false)
                   : MANIFEST_NO_MEMORY;
    case MF_READ_SYNTAX:
    case MF_READ_TREE: {
        manifest_status status = report(m, &m->yaml.syntax, m->piece.first, m->piece.end);
        m->documents++;
        return status;
    }
    case MF_READ_NO_MEMORY:
        return MANIFEST_NO_MEMORY;
    case MF_READ_NOTHING:
        break;
    }
    return MANIFEST_END; /* of this piece: the caller goes on */
}

/* Values one after the other. When the first is not JSON, the piece is YAML in braces. */
static manifest_status read_json(manifest *m, bool first) {
    mf_syntax syntax;
    size_t from = mf_json_blanks(m->bytes, m->piece.end, m->at), at = from;
    mf_read result;
    if (from >= m->piece.end) {
        m->state = AT_SPLIT;
        m->at = m->piece.next;
        return MANIFEST_END;
    }
    mf_tree_reset(&m->tree, m->piece.end - from);
    memset(&syntax, 0, sizeof syntax);
    result = mf_json_document(m->bytes, m->piece.end, &at, &m->tree, &syntax);
    if (result == MF_READ_NO_MEMORY) {
        return MANIFEST_NO_MEMORY;
    }
    if (result == MF_READ_DOCUMENT) {
        m->state = AT_JSON;
        m->at = at;
        return warn_deceiving(m, from, at) ? finish(m, true) : MANIFEST_NO_MEMORY;
    }
    if (first && result == MF_READ_SYNTAX) {
        size_t inside = mf_json_blanks(m->bytes, m->piece.end, from + 1);
        bool quoted = inside < m->piece.end && m->bytes[inside] == '"';
        manifest_status status = read_yaml(m);
        if (status != MANIFEST_PROBLEM || !quoted ||
            m->problem.hint == MANIFEST_HINT_QUOTE_WILDCARD) {
            return status;
        }
        m->documents--; /* it was meant to be JSON: what JSON says about it is clearer */
    }
    m->state = AT_SPLIT;
    m->at = m->piece.next;
    if (report(m, &syntax, from, m->piece.end) == MANIFEST_NO_MEMORY) {
        return MANIFEST_NO_MEMORY;
    }
    m->documents++;
    return MANIFEST_PROBLEM;
}

static manifest_status read_piece(manifest *m) {
    if (m->piece.content >= m->piece.end) { /* nothing, or comments only: no document */
        m->state = AT_SPLIT;
        m->at = m->piece.next;
        m->carried_first = m->piece.source_first;
        m->carried_end = m->piece.source_end;
        return MANIFEST_END;
    }
    if (m->piece.source_first == m->piece.source_end) {
        m->piece.source_first = m->carried_first;
        m->piece.source_end = m->carried_end;
    }
    m->carried_first = m->carried_end = 0;
    if (m->bytes[m->piece.content] == '{' &&
        mf_json_blanks(m->bytes, m->piece.end, m->piece.first) == m->piece.content) {
        m->at = m->piece.content;
        return read_json(m, true);
    }
    return read_yaml(m);
}

/* UTF-16: one parser for the whole stream, offsets mean nothing. */
static manifest_status read_wide(manifest *m) {
    mf_read result = MF_READ_DOCUMENT;
    mf_tree_reset(&m->tree, m->length);
    if (!m->yaml.live) {
        result = mf_yaml_start(&m->yaml, &m->tree, m->bytes, 0, m->length, true);
    }
    if (result == MF_READ_DOCUMENT) {
        result = mf_yaml_document(&m->yaml, &m->tree);
    }
    switch (result) {
    case MF_READ_DOCUMENT:
        return finish(m, false);
    case MF_READ_NO_MEMORY:
        return MANIFEST_NO_MEMORY;
    case MF_READ_NOTHING:
        break;
    case MF_READ_SYNTAX:
    case MF_READ_TREE:
        m->state = AT_END;
        if (report(m, &m->yaml.syntax, 0, m->length) == MANIFEST_NO_MEMORY) {
            return MANIFEST_NO_MEMORY;
        }
        m->problem.mentions_secret = true; /* not looked for in this encoding */
        return MANIFEST_PROBLEM;
    }
    m->state = AT_END;
    return MANIFEST_END;
}

manifest_status manifest_next(manifest *m) {
    for (;;) {
        manifest_status status = MANIFEST_END;
        switch (m->state) {
        case AT_SPLIT:
            if (!mf_split(m->bytes, m->length, m->at, &m->piece)) {
                m->state = AT_END;
                break;
            }
            if (m->filtered && m->piece.content < m->piece.end &&
                !mf_filter_matters(&m->filter, m->bytes, m->length, m->piece.first, m->piece.end)) {
                m->at = m->piece.next;
                m->carried_first = m->carried_end = 0;
                m->passed_over++;
                m->documents++;
                break;
            }
            m->state = AT_PIECE;
            if (m->piece.refusal != MF_ACCEPTED && m->piece.content < m->piece.end) {
                return report_refusal(m);
            }
            break;
        case AT_PIECE:
            status = read_piece(m);
            break;
        case AT_JSON:
            status = read_json(m, false);
            break;
        case AT_WIDE:
            status = read_wide(m);
            break;
        case AT_END:
            return MANIFEST_END;
        }
        if (status != MANIFEST_END) {
            return status;
        }
    }
}

/* ---- what the last call found ---- */

const manifest_problem *manifest_last_problem(const manifest *m) {
    return &m->problem;
}

const manifest_document *manifest_last_document(const manifest *m) {
    return &m->document;
}

size_t manifest_passed_over(const manifest *m) {
    return m->passed_over;
}

const manifest_warning *manifest_warnings(const manifest *m, size_t *count) {
    *count = m->tree.warnings.count;
    return m->tree.warnings.items;
}

const manifest_node *manifest_nodes(const manifest *m, size_t *count) {
    *count = m->tree.nodes.count;
    return m->tree.nodes.items;
}

const manifest_entry *manifest_entries(const manifest *m) {
    return m->tree.entries.items;
}

const char *manifest_text(const manifest *m, const manifest_node *scalar, size_t *length) {
    *length = scalar->value.text.length;
    return *length == 0 ? "" : mf_tree_text(&m->tree, scalar);
}

uint32_t manifest_keep(manifest *m, uint32_t node) {
    return mf_spans_keep(&m->spans, &m->tree, node);
}

bool manifest_keep_root(manifest *m, uint32_t id) {
    return mf_spans_root(&m->spans, id);
}

void manifest_adopt(manifest *m, uint32_t parent, uint32_t index, uint32_t child) {
    mf_spans_adopt(&m->spans, parent, index, child);
}

uint32_t manifest_kept_root(const manifest *m, uint32_t document) {
    return document < m->spans.roots.count ? ((const uint32_t *)m->spans.roots.items)[document] : 0;
}

uint32_t manifest_kept_count(const manifest *m, uint32_t id) {
    return mf_spans_count(&m->spans, id);
}

uint32_t manifest_kept_child(const manifest *m, uint32_t id, uint32_t index, const char **key,
                             size_t *length) {
    return mf_spans_child(&m->spans, m->bytes, id, index, key, length);
}

bool manifest_container_span(const manifest *m, uint32_t id, manifest_span *out) {
    return mf_spans_container(&m->spans, id, out);
}

bool manifest_entry_span(manifest *m, uint32_t id, const char *key, size_t length, bool of_key,
                         manifest_span *out) {
    return mf_spans_entry(&m->spans, m->bytes, id, key, length, of_key, out);
}

bool manifest_item_span(const manifest *m, uint32_t id, uint32_t position, manifest_span *out) {
    return mf_spans_item(&m->spans, id, position, out);
}

bool manifest_kept_is_sequence(const manifest *m, uint32_t id) {
    return mf_spans_is_sequence(&m->spans, id);
}

bool manifest_place(manifest *m, size_t byte, uint32_t *line, uint32_t *column) {
    return mf_lines_place(&m->lines, m->bytes, m->length, byte, line, column);
}
