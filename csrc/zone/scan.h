/* The scanner: bytes of a zone file to tokens, with BIND's rules for quotes, escapes, parentheses.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1, read as the lexer of BIND 9.18 reads it. */
#ifndef ISSUABLE_ZONE_SCAN_H
#define ISSUABLE_ZONE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "problem.h"

typedef enum {
    ZONE_TOKEN_NONE,  /* not there (used by those who keep tokens) */
    ZONE_TOKEN_END,   /* end of the file */
    ZONE_TOKEN_EOL,   /* end of a logical line: LF, CRLF or a lone CR outside parentheses */
    ZONE_TOKEN_BLANK, /* blanks at the start of an entry: the owner is inherited */
    ZONE_TOKEN_WORD,
    ZONE_TOKEN_QUOTED, /* first and end include the quotes */
    ZONE_TOKEN_ERROR   /* error says what; first and end where; reading goes on behind it */
} zone_token_kind;

typedef struct {
    zone_token_kind kind;
    zone_code error;
    size_t first; /* offset of the first byte */
    size_t end;   /* offset behind the last byte */
    bool escaped; /* a backslash is inside */
} zone_token;

/* What other software reads otherwise; seen on the way, kept with its first place. */
enum {
    ZONE_QUIRK_CRLF,
    ZONE_QUIRK_CR,       /* a lone CR that ends a line */
    ZONE_QUIRK_NESTED,   /* a parenthesis inside parentheses */
    ZONE_QUIRK_NO_BLANK, /* a quote right behind a word */
    ZONE_QUIRKS
};

/* A scanner is a plain value: copying it is a bookmark. */
typedef struct {
    const uint8_t *bytes; /* holds no NUL: the loader refuses such files before */
    size_t len;
    size_t base; /* offset of bytes[0] in its file: for those who read it in parts; 0 otherwise */
    bool cut;    /* the line goes on behind len, with a comment */
    size_t at;
    uint32_t parens;      /* open now */
    size_t paren_at;      /* the outermost one that is open now */
    bool line_start;      /* nothing but blanks and comments since the last line end */
    bool used_parens;     /* since zone_scan_entry */
    size_t paren_first;   /* the first of them */
    size_t first;         /* first byte of the entry since zone_scan_entry */
    size_t last_end;      /* behind the last token or parenthesis of the entry */
    size_t comment_first; /* the last comment of the entry; first == end: none */
    size_t comment_end;
    bool line_done;   /* the line end (or the end of the file) was read */
    size_t eol_first; /* that line end */
    size_t eol_end;
    uint32_t quirks; /* bits 1 << ZONE_QUIRK_…, since zone_scan_init */
    size_t quirk_at[ZONE_QUIRKS];
} zone_scan;

/* Starts at offset `at` of bytes[0, len), which must be the start of a line. */
void zone_scan_init(zone_scan *scan, const uint8_t *bytes, size_t len, size_t at);

/* First token of the next logical line: skips empty lines, and is the only place where
 * ZONE_TOKEN_BLANK comes from. */
void zone_scan_entry(zone_scan *scan, zone_token *token);

/* Next token. */
void zone_scan_next(zone_scan *scan, zone_token *token);

/* Reads up to and including the end of the logical line, if that was not read yet. Errors on the
 * way are dropped, except that false means: a parenthesis was never closed (token says where it was
 * opened). */
bool zone_scan_skip_line(zone_scan *scan, zone_token *token);

#endif
