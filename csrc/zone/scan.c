/* The scanner: bytes of a zone file to tokens, with BIND's rules for quotes, escapes, parentheses.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1, read as the lexer of BIND 9.18 reads it. */
#include "scan.h"

#include <string.h>

void zone_scan_init(zone_scan *scan, const uint8_t *bytes, size_t len, size_t at) {
    memset(scan, 0, sizeof *scan);
    scan->bytes = bytes;
    scan->len = len;
    scan->at = at;
    scan->line_start = true;
}

static void set(zone_token *token, zone_token_kind kind, size_t first, size_t end) {
    token->kind = kind;
    token->error = ZONE_OK;
    token->first = first;
    token->end = end;
    token->escaped = false;
}

/* The end of the logical line, empty at the end of the file. */
static void set_end(zone_scan *scan, zone_token *token, zone_token_kind kind, size_t first) {
    set(token, kind, first, scan->at);
    scan->line_start = true;
    scan->line_done = true;
    scan->eol_first = first;
    scan->eol_end = scan->at;
}

static void set_error(zone_token *token, zone_code error, size_t first, size_t end) {
    set(token, ZONE_TOKEN_ERROR, first, end);
    token->error = error;
}

/* What a word goes on with, whatever was before it; everything else is looked at. */
static const uint8_t goes_on[256] = {
#define FOUR(first)  [first] = 1, [(first) + 1] = 1, [(first) + 2] = 1, [(first) + 3] = 1
#define SIXTEEN(first) FOUR(first), FOUR((first) + 4), FOUR((first) + 8), FOUR((first) + 12)
    ['*'] = 1, ['+'] = 1, [','] = 1, ['-'] = 1, ['.'] = 1, ['/'] = 1, ['_'] = 1, ['='] = 1,
    ['@'] = 1, [':'] = 1, FOUR('0'), FOUR('4'), ['8'] = 1, ['9'] = 1,
    FOUR('A'), FOUR('E'), FOUR('I'), FOUR('M'), FOUR('Q'), FOUR('U'), ['Y'] = 1, ['Z'] = 1,
    FOUR('a'), FOUR('e'), FOUR('i'), FOUR('m'), FOUR('q'), FOUR('u'), ['y'] = 1, ['z'] = 1,
    SIXTEEN(0x80), SIXTEEN(0x90), SIXTEEN(0xa0), SIXTEEN(0xb0), SIXTEEN(0xc0), SIXTEEN(0xd0),
    SIXTEEN(0xe0), SIXTEEN(0xf0)};

/* A word ends at an unescaped blank, quote, parenthesis or semicolon, and at a line end even when
 * that is escaped. */
static void read_word(zone_scan *scan, zone_token *token) {
    const uint8_t *s = scan->bytes;
    const size_t len = scan->len;
    size_t at = scan->at;
    bool any = false;
    for (; at < len; at++) {
        uint8_t c = s[at];
        if (goes_on[c] != 0) { /* most characters of most words */
            continue;
        }
        if (c == '\\') {
            any = true;
            if (at + 1 < len && s[at + 1] != '\n' && s[at + 1] != '\r') {
                at++;
            }
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '"' || c == '(' ||
                   c == ')' || c == ';') {
            break;
        }
    }
    set(token, ZONE_TOKEN_WORD, scan->at, at);
    token->escaped = any;
    scan->at = scan->last_end = at;
}

/* A quoted string ends at an unescaped quote; an unescaped line end is an error, as in BIND. */
static void read_quoted(zone_scan *scan, zone_token *token) {
    const uint8_t *s = scan->bytes;
    size_t first = scan->at;
    size_t at = first + 1;
    bool escaped = false;
    bool any = false;
    for (; at < scan->len; at++) {
        uint8_t c = s[at];
        if (escaped) {
            escaped = false;
        } else if (c == '"') {
            set(token, ZONE_TOKEN_QUOTED, first, at + 1);
            token->escaped = any;
            scan->at = scan->last_end = at + 1;
            return;
        } else if (c == '\n') {
            break;
        } else if (c == '\\') {
            escaped = any = true;
        }
    }
    size_t end = at;
    if (end > first + 1 && end < scan->len && s[end - 1] == '\r') {
        end--;
    }
    set_error(token, ZONE_UNCLOSED_QUOTE, first, end);
    scan->at = at;
    scan->last_end = end;
}

static void note(zone_scan *scan, unsigned quirk, size_t at) {
    if ((scan->quirks & 1u << quirk) == 0) {
        scan->quirks |= 1u << quirk;
        scan->quirk_at[quirk] = at;
    }
}

/* What may stand in front of a quote; = is the key="value" of SVCB and HTTPS. */
static bool is_separator(uint8_t c) {
    return c == '=' || c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '(' || c == ')';
}

static void skip_comment(zone_scan *scan) {
    const uint8_t *eol = memchr(scan->bytes + scan->at, '\n', scan->len - scan->at);
    size_t end = eol == NULL ? scan->len : (size_t)(eol - scan->bytes);
    scan->comment_first = scan->at;
    scan->at = end;
    if (eol != NULL && scan->bytes[end - 1] == '\r') {
        end--;
        note(scan, ZONE_QUIRK_CRLF, end);
    }
    scan->comment_end = end;
}

static void next(zone_scan *scan, zone_token *token, bool entry_start) {
    const uint8_t *s = scan->bytes;
    while (scan->at < scan->len) {
        size_t at = scan->at;
        switch (s[at]) {
        case ' ':
        case '\t':
            do {
                scan->at++;
            } while (scan->at < scan->len && (s[scan->at] == ' ' || s[scan->at] == '\t'));
            if (entry_start && scan->line_start && scan->parens == 0) {
                scan->line_start = false;
                set(token, ZONE_TOKEN_BLANK, at, scan->at);
                return;
            }
            break;
        case '\n':
            scan->at++;
            if (scan->parens == 0) {
                set_end(scan, token, ZONE_TOKEN_EOL, at);
                return;
            }
            scan->line_start = true;
            break;
        case '\r':
            scan->at++;
            note(scan,
                 scan->at < scan->len && s[scan->at] == '\n' ? ZONE_QUIRK_CRLF : ZONE_QUIRK_CR, at);
            if (scan->parens == 0) {
                if (scan->at < scan->len && s[scan->at] == '\n') {
                    scan->at++;
                }
                set_end(scan, token, ZONE_TOKEN_EOL, at);
                return;
            }
            break;
        case ';':
            skip_comment(scan);
            break;
        case '(':
            if (scan->parens == 0) {
                scan->paren_at = at;
            } else {
                note(scan, ZONE_QUIRK_NESTED, at);
            }
            scan->parens++;
            scan->paren_first = scan->used_parens ? scan->paren_first : at;
            scan->used_parens = true;
            scan->line_start = false;
            scan->last_end = ++scan->at;
            break;
        case ')':
            scan->line_start = false;
            scan->last_end = ++scan->at;
            if (scan->parens == 0) {
                set_error(token, ZONE_UNOPENED_PARENTHESIS, at, at + 1);
                return;
            }
            scan->parens--;
            break;
        case '"':
            if (at != 0 && !is_separator(s[at - 1])) {
                note(scan, ZONE_QUIRK_NO_BLANK, at);
            }
            scan->line_start = false;
            read_quoted(scan, token);
            return;
        default:
            scan->line_start = false;
            read_word(scan, token);
            return;
        }
    }
    if (scan->parens != 0) {
        scan->parens = 0;
        set_end(scan, token, ZONE_TOKEN_END, scan->len);
        set_error(token, ZONE_UNCLOSED_PARENTHESIS, scan->paren_at, scan->paren_at + 1);
        return;
    }
    set_end(scan, token, ZONE_TOKEN_END, scan->len);
}

void zone_scan_entry(zone_scan *scan, zone_token *token) {
    do {
        scan->used_parens = false;
        scan->line_done = false;
        scan->first = scan->last_end = scan->at;
        scan->comment_first = scan->comment_end = scan->at;
        next(scan, token, true);
    } while (token->kind == ZONE_TOKEN_EOL);
}

void zone_scan_next(zone_scan *scan, zone_token *token) {
    next(scan, token, false);
}

bool zone_scan_skip_line(zone_scan *scan, zone_token *token) {
    while (!scan->line_done) {
        next(scan, token, false);
        if (token->kind == ZONE_TOKEN_ERROR && token->error == ZONE_UNCLOSED_PARENTHESIS) {
            return false;
        }
    }
    return true;
}
