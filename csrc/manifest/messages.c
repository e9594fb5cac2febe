/* What a parser refuses, in words that say what to do about it.
 * SPDX-License-Identifier: MIT
 * Source: libyaml 0.2.5's texts. Of the input one character is shown at most: it may be a secret.
 */
#include "readers.h"

#include <stdio.h>
#include <string.h>

#define QUOTE_WILDCARD "a name that starts with \"*\" must be quoted: an unquoted * is a YAML alias"

/* libyaml's problem (and the start of its context, "" for any) to plain words. */
static const struct {
    const char *problem, *context, *words;
    bool at_context; /* say where it began, not where the parser gave up */
} phrases[] = {
    {"mapping values are not allowed in this context", "",
     "a \": \" that does not belong here: wrong indentation, or a value that needs quotes", false},
    {"could not find expected ':'", "", "a line without \": \" where \"key: value\" was expected",
     true},
    {"did not find expected alphabetic or numeric character", "while scanning an anchor",
     "a value that starts with \"&\" must be quoted: an unquoted & is a YAML anchor", true},
    {"did not find expected comment or line break", "while scanning a block scalar",
     "text behind | or >: the text begins on the next line", false},
    {"did not find expected key", "while parsing a block mapping",
     "a key was expected here: check the indentation of this line and of those above", false},
    {"did not find expected '-' indicator", "",
     "a \"- \" was expected here: check the indentation of this line", false},
    {"block sequence entries are not allowed in this context", "",
     "a \"- \" does not belong here: check the indentation", false},
    {"block mapping entries are not allowed in this context", "",
     "a key does not belong here: check the indentation", false},
    {"mapping keys are not allowed in this context", "",
     "a key does not belong here: check the indentation", false},
    {"did not find expected ',' or '}'", "", "a { } mapping lacks a comma or its }", false},
    {"did not find expected ',' or ']'", "", "a [ ] list lacks a comma or its ]", false},
    {"did not find expected node content", "", "a value was expected here", false},
    {"found unexpected end of stream", "while scanning a quoted scalar",
     "a quoted text that is never closed", true},
    {"found unexpected document indicator", "while scanning a quoted scalar",
     "a quoted text that is never closed", true},
    {"found unknown escape character", "",
     "an unknown escape in a double-quoted text (single quotes take it literally)", false},
    {"found a tab character where an indentation space is expected", "",
     "a tab in the indentation: YAML takes only spaces there", false},
    {"found a tab character that violates indentation", "",
     "a tab in the indentation: YAML takes only spaces there", false},
    {"did not find expected <document start>", "",
     "text after the end of the document: is its indentation right, or is a --- line missing?",
     false},
    {"found undefined tag handle", "", "a tag whose handle is not declared", false},
    {"control characters are not allowed", "", "a control character, which YAML does not allow",
     false},
    {"invalid leading UTF-8 octet", "", "a byte that is not UTF-8", false},
    {"invalid trailing UTF-8 octet", "", "a byte that is not UTF-8", false},
    {"incomplete UTF-8 octet sequence", "", "a byte that is not UTF-8", false},
    {"invalid Unicode character", "", "a character that Unicode does not have", false},
    {"invalid length of a UTF-8 sequence", "", "a byte that is not UTF-8", false},
};

static void say(mf_syntax *out, const char *words) {
    snprintf(out->message, sizeof out->message, "%s", words);
}

/* From `first` to where the unquoted text ends: what has to be quoted. */
static size_t token_end(const mf_yaml *y, size_t first) {
    size_t at = first;
    while (at < y->end && y->bytes[at] != '\n' && y->bytes[at] != '\r' && y->bytes[at] != ',' &&
           y->bytes[at] != ']' && y->bytes[at] != '}' && y->bytes[at] != ' ' &&
           y->bytes[at] != '\t' &&
           !(y->bytes[at] == ':' && at + 1 < y->end &&
             (y->bytes[at + 1] == ' ' || y->bytes[at + 1] == '\n'))) {
        at++;
    }
    return at;
}

/* Nothing but blanks and comments from here to the end? */
static bool at_end(const mf_yaml *y, size_t at) {
    for (; at < y->end; at++) {
        char c = y->bytes[at];
        if (c == '#') {
            const char *newline = memchr(y->bytes + at, '\n', y->end - at);
            if (newline == NULL) {
                return true;
            }
            at = (size_t)(newline - y->bytes);
        } else if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
            return false;
        }
    }
    return true;
}

/* The innermost [ or { that is still open. */
static void explain_open(mf_yaml *y, const mf_tree *t, size_t byte) {
    mf_syntax *out = &y->syntax;
    size_t open;
    if (y->wide || t->depth == 0) {
        return;
    }
    open = mf_node(t, t->frames[t->depth - 1].node)->first;
    if (open >= y->end || (y->bytes[open] != '[' && y->bytes[open] != '{')) {
        return;
    }
    if (at_end(y, byte)) {
        snprintf(out->message, sizeof out->message, "a %c that is never closed", y->bytes[open]);
        out->byte = open;
    } else {
        out->opened = open;
    }
}

/* `'a' b` and `[a] b`: the parser looks for the next key. */
static void explain_key(mf_yaml *y, size_t byte) {
    size_t before = byte;
    char c;
    while (!y->wide && before > y->first &&
           (y->bytes[before - 1] == ' ' || y->bytes[before - 1] == '\t')) {
        before--;
    }
    c = y->wide || before == y->first ? '\0' : y->bytes[before - 1];
    if (c == '"' || c == '\'') {
        say(&y->syntax, "text behind the closing quote: quote the whole value");
    } else if (c == ']' || c == '}') {
        say(&y->syntax, "text behind the closing bracket");
    }
}

static void explain_start(mf_yaml *y, size_t byte) {
    mf_syntax *out = &y->syntax;
    char c = !y->wide && byte < y->end ? y->bytes[byte] : '\0';
    if (c == '\t') {
        say(out, "a tab in the indentation: YAML takes only spaces there");
        out->hint = MANIFEST_HINT_TAB;
    } else if (c == '%' || c == '@' || c == '`') {
        snprintf(out->message, sizeof out->message,
                 "an unquoted value cannot start with \"%c\": quote it", c);
    } else {
        say(out, "a character that cannot start a value: quote the value");
    }
}

void mf_yaml_explain(mf_yaml *y, const mf_tree *t) {
    const yaml_parser_t *p = &y->parser;
    const char *problem = p->problem != NULL ? p->problem : "not readable";
    const char *context = p->context != NULL ? p->context : "";
    mf_syntax *out = &y->syntax;
    const yaml_mark_t *mark = &p->problem_mark;
    memset(out, 0, sizeof *out);
    out->opened = SIZE_MAX;
    if (p->error == YAML_READER_ERROR) {
        size_t offset = p->problem_offset;
        out->byte = offset < y->end - y->first ? y->first + offset : y->end;
        mark = NULL;
    } else {
        out->byte = mf_yaml_byte(y, mark);
    }
    snprintf(out->message, sizeof out->message, "%s", problem);
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        if (strcmp(problem, phrases[i].problem) == 0 &&
            strncmp(context, phrases[i].context, strlen(phrases[i].context)) == 0) {
            say(out, phrases[i].words);
            if (phrases[i].at_context && p->context != NULL) {
                mark = &p->context_mark;
                out->byte = mf_yaml_byte(y, mark);
            }
            break;
        }
    }
    if (strcmp(problem, "found character that cannot start any token") == 0) {
        explain_start(y, out->byte);
    } else if (strncmp(problem, "found a tab character", 21) == 0) {
        out->hint = MANIFEST_HINT_TAB;
    } else if (strcmp(problem, "did not find expected key") == 0) {
        explain_key(y, out->byte);
    } else if (strncmp(problem, "did not find expected ',' or", 28) == 0 ||
               strcmp(problem, "did not find expected node content") == 0) {
        explain_open(y, t, out->byte);
    }
    out->first = out->end = out->byte;
    if (strcmp(context, "while scanning an alias") == 0) {
        mark = &p->context_mark;
        say(out, QUOTE_WILDCARD);
        out->hint = MANIFEST_HINT_QUOTE_WILDCARD;
        if (!y->wide) {
            out->byte = out->first = mf_yaml_byte(y, mark);
            out->end = token_end(y, out->first);
        }
    }
    if (y->wide && mark != NULL) {
        out->line = (uint32_t)mark->line + 1;
        out->column = (uint32_t)mark->column + 1;
    }
}

void mf_tree_explain(const mf_tree *t, mf_syntax *out) {
    memset(out, 0, sizeof *out);
    out->opened = SIZE_MAX;
    out->byte = out->first = out->end = t->where.first;
    switch (t->failure) {
    case MF_FAIL_DEPTH:
        snprintf(out->message, sizeof out->message, "more than %u levels deep",
                 (unsigned)t->max_depth);
        out->hint = MANIFEST_HINT_LIMIT;
        break;
    case MF_FAIL_EXPANSION:
        say(out, "aliases and merge keys blow the document up beyond all measure");
        out->hint = MANIFEST_HINT_LIMIT;
        break;
    case MF_FAIL_ANCHORS:
        snprintf(out->message, sizeof out->message, "more than %u anchors", MF_ANCHORS_MAX);
        out->hint = MANIFEST_HINT_LIMIT;
        break;
    case MF_FAIL_UNDEFINED_ALIAS:
        say(out, "an alias whose anchor is not before it in this document; a text that starts with "
                 "\"*\" must be quoted");
        out->hint = MANIFEST_HINT_QUOTE_WILDCARD;
        out->end = t->where.end;
        break;
    case MF_FAIL_RECURSIVE_ALIAS:
        say(out, "an alias inside of what its own anchor stands for");
        break;
    case MF_FAIL_COMPLEX_KEY:
        say(out, "a mapping or a list as a key: a key must be a text");
        break;
    case MF_FAIL_NULL_KEY:
        say(out, "an empty key (null): kubectl refuses it; quote it if it is meant");
        break;
    case MF_FAIL_MERGE_VALUE:
        say(out, "the merge key << takes an alias of a mapping, a mapping, or a list of these");
        break;
    case MF_FAIL_CANNOT_DECODE:
        say(out, "a value that is not what its tag says, or no number that JSON has");
        break;
    case MF_FAIL_NOT_FINITE:
        say(out, "a number that JSON does not have (infinity or not-a-number); quote a text");
        break;
    case MF_FAIL_BASE64:
        say(out, "a !!binary value that is not base64");
        break;
    case MF_FAIL_NONE:
        say(out, "not readable");
        break;
    }
}
