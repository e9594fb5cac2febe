/* libyaml's events into the tree, with bytes in place of its character marks.
 * SPDX-License-Identifier: MIT
 * Source: libyaml 0.2.5. Its cost per event grows with the flow depth: the tree's limit trips
 * first. */
#include "readers.h"

#include <string.h>

mf_read mf_yaml_start(mf_yaml *y, const mf_tree *t, const char *bytes, size_t first, size_t end,
                      bool wide) {
    yaml_event_t event;
    mf_yaml_stop(y);
    if (!wide && end - first >= 3 && memcmp(bytes + first, "\xEF\xBB\xBF", 3) == 0) {
        first += 3; /* libyaml would give the first key a column that no other key has */
    }
    y->bytes = bytes;
    y->first = first;
    y->end = y->after = end;
    y->wide = wide;
    if (!wide && !mf_characters_read(&y->characters, bytes, first, end)) {
        return MF_READ_NO_MEMORY;
    }
    if (!yaml_parser_initialize(&y->parser)) {
        return MF_READ_NO_MEMORY;
    }
    y->live = true;
    yaml_parser_set_input_string(&y->parser, (const unsigned char *)bytes + first, end - first);
    if (!wide) {
        yaml_parser_set_encoding(&y->parser, YAML_UTF8_ENCODING);
    }
    if (!yaml_parser_parse(&y->parser, &event)) { /* the start of the stream */
        if (y->parser.error == YAML_MEMORY_ERROR) {
            return MF_READ_NO_MEMORY;
        }
        mf_yaml_explain(y, t);
        return MF_READ_SYNTAX;
    }
    yaml_event_delete(&event);
    return MF_READ_DOCUMENT;
}

void mf_yaml_stop(mf_yaml *y) {
    if (y->live) {
        yaml_parser_delete(&y->parser);
        y->live = false;
    }
}

void mf_yaml_release(mf_yaml *y) {
    mf_yaml_stop(y);
    mf_characters_release(&y->characters);
}

size_t mf_yaml_byte(const mf_yaml *y, const yaml_mark_t *mark) {
    return y->wide ? 0 : mf_characters_byte(&y->characters, mark->index);
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The event's mark stands before anchor and tag; the value stands after them. */
static size_t skip_properties(const char *bytes, size_t at, size_t end) {
    while (at < end && (bytes[at] == '&' || bytes[at] == '!')) {
        while (at < end && !is_space(bytes[at])) {
            at++;
        }
        while (at < end && (is_space(bytes[at]) || bytes[at] == '#')) {
            if (bytes[at] == '#') {
                while (at < end && bytes[at] != '\n') {
                    at++;
                }
            } else {
                at++;
            }
        }
    }
    return at;
}

/* libyaml ends a block scalar where the next content begins. Ours ends with its last line, without
 * that line's end; blank lines belong to it only when they are kept (`|+`), or when their blanks go
 * beyond the indentation (`blank_tail`). */
static size_t block_end(const char *bytes, size_t first, size_t end, bool blank_tail) {
    const char *newline = memchr(bytes + first, '\n', end - first);
    bool keep = false;
    for (size_t i = first; i < end && (newline == NULL || bytes + i < newline); i++) {
        if (bytes[i] == '#') {
            break;
        }
        keep = keep || bytes[i] == '+';
    }
    if (keep) {
        if (end > first && bytes[end - 1] == '\n') {
            end--;
        }
        if (end > first && bytes[end - 1] == '\r') {
            end--;
        }
        return end;
    }
    for (;;) { /* back over lines that hold blanks only */
        size_t i = end;
        while (!blank_tail && i > first && (bytes[i - 1] == ' ' || bytes[i - 1] == '\t')) {
            i--;
        }
        if (i == first || (bytes[i - 1] != '\n' && bytes[i - 1] != '\r')) {
            return end;
        }
        end = i - 1;
    }
}

static mf_result on_scalar(mf_yaml *y, mf_tree *t, const yaml_event_t *event) {
    mf_scalar s;
    const char *tag = (const char *)event->data.scalar.tag;
    yaml_scalar_style_t style = event->data.scalar.style;
    bool bang = false;
    memset(&s, 0, sizeof s);
    s.text = (const char *)event->data.scalar.value;
    s.length = event->data.scalar.length;
    s.anchor = (const char *)event->data.scalar.anchor;
    s.verbatim = SIZE_MAX;
    if (s.length > UINT32_MAX / 4) {
        return MF_NO_MEMORY;
    }
    if (!y->wide) {
        size_t first = mf_yaml_byte(y, &event->start_mark), end = mf_yaml_byte(y, &event->end_mark);
        if (first < end && (y->bytes[first] == '&' || y->bytes[first] == '!')) {
            first = skip_properties(y->bytes, first, end);
            /* `! yes`: libyaml drops the tag and says "plain"; kubectl takes it for a string. */
            bang = tag == NULL && event->data.scalar.plain_implicit &&
                   memchr(y->bytes + mf_yaml_byte(y, &event->start_mark), '!',
                          first - mf_yaml_byte(y, &event->start_mark)) != NULL;
        }
        if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE) {
            size_t text = s.length;
            while (text > 0 && s.text[text - 1] == '\n') {
                text--;
            }
            end = block_end(y->bytes, first, end,
                            text > 0 && (s.text[text - 1] == ' ' || s.text[text - 1] == '\t'));
        } else if (style == YAML_PLAIN_SCALAR_STYLE) {
            if (end - first == s.length && memcmp(y->bytes + first, s.text, s.length) == 0) {
                s.verbatim = first;
            }
        } else if (end - first == s.length + 2 &&
                   memcmp(y->bytes + first + 1, s.text, s.length) == 0) {
            s.verbatim = first + 1;
        }
        s.first = (uint32_t)first;
        s.end = (uint32_t)end;
    }
    s.tag = mf_tag_of(tag, event->data.scalar.plain_implicit && !bang &&
                               style == YAML_PLAIN_SCALAR_STYLE);
    s.merge = s.length == 2 && memcmp(s.text, "<<", 2) == 0 &&
              (tag == NULL ? event->data.scalar.plain_implicit != 0
                           : strcmp(tag, "tag:yaml.org,2002:merge") == 0);
    return mf_tree_scalar(t, &s);
}

static mf_result on_open(mf_yaml *y, mf_tree *t, const yaml_event_t *event) {
    bool mapping = event->type == YAML_MAPPING_START_EVENT;
    const char *anchor = (const char *)(mapping ? event->data.mapping_start.anchor
                                                : event->data.sequence_start.anchor);
    const char *tag =
        (const char *)(mapping ? event->data.mapping_start.tag : event->data.sequence_start.tag);
    size_t first = mf_yaml_byte(y, &event->start_mark), end = mf_yaml_byte(y, &event->end_mark);
    if (!y->wide && (anchor != NULL || tag != NULL || y->bytes[first] == '!')) {
        bool block = mapping ? event->data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE
                             : event->data.sequence_start.style == YAML_BLOCK_SEQUENCE_STYLE;
        /* A block collection's first key may have an anchor of its own: not the collection's. */
        if (anchor != NULL || tag != NULL || !block) {
            first = skip_properties(y->bytes, first, y->end);
        }
        if (end < first) {
            end = first;
        }
    }
    return mf_tree_open(t, mapping ? MANIFEST_MAPPING : MANIFEST_SEQUENCE, first, end, anchor);
}

static mf_result on_close(mf_yaml *y, mf_tree *t, const yaml_event_t *event) {
    /* A flow collection ends with its bracket; a block one has a mark without width. */
    size_t first = mf_yaml_byte(y, &event->start_mark), end = mf_yaml_byte(y, &event->end_mark);
    return mf_tree_close(t, first < end ? end : SIZE_MAX);
}

mf_read mf_yaml_document(mf_yaml *y, mf_tree *t) {
    for (;;) {
        yaml_event_t event;
        mf_result result = MF_DONE;
        yaml_event_type_t type;
        if (!yaml_parser_parse(&y->parser, &event)) {
            if (y->parser.error == YAML_MEMORY_ERROR) {
                return MF_READ_NO_MEMORY;
            }
            mf_yaml_explain(y, t);
            return MF_READ_SYNTAX;
        }
        type = event.type;
        switch (type) {
        case YAML_SCALAR_EVENT:
            result = on_scalar(y, t, &event);
            break;
        case YAML_ALIAS_EVENT:
            result =
                mf_tree_alias(t, (const char *)event.data.alias.anchor,
                              mf_yaml_byte(y, &event.start_mark), mf_yaml_byte(y, &event.end_mark));
            break;
        case YAML_MAPPING_START_EVENT:
        case YAML_SEQUENCE_START_EVENT:
            result = on_open(y, t, &event);
            break;
        case YAML_MAPPING_END_EVENT:
        case YAML_SEQUENCE_END_EVENT:
            result = on_close(y, t, &event);
            break;
        case YAML_DOCUMENT_END_EVENT:
            y->after = mf_yaml_byte(y, &event.end_mark);
            break;
        default:
            break;
        }
        if (result == MF_FAILED) {
            mf_tree_explain(t, &y->syntax);
            if (y->wide) {
                y->syntax.line = (uint32_t)event.start_mark.line + 1;
                y->syntax.column = (uint32_t)event.start_mark.column + 1;
            }
        }
        yaml_event_delete(&event);
        if (result != MF_DONE) {
            return result == MF_FAILED ? MF_READ_TREE : MF_READ_NO_MEMORY;
        }
        if (type == YAML_DOCUMENT_END_EVENT) {
            return MF_READ_DOCUMENT;
        }
        if (type == YAML_STREAM_END_EVENT || type == YAML_NO_EVENT) {
            return MF_READ_NOTHING;
        }
    }
}
