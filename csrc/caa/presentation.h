/* CAA records as people write them: `0 issue "letsencrypt.org"`.
 * SPDX-License-Identifier: MIT
 * RFC 8659 section 4.1.1; RFC 1035 section 5.1 (quotes and escapes). */
#ifndef ISSUABLE_CAA_PRESENTATION_H
#define ISSUABLE_CAA_PRESENTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length of the text that caa_format writes. False: it does not fit a size_t. */
bool caa_format_size(uint8_t flags, const uint8_t *tag, size_t tag_len, const uint8_t *value,
                     size_t value_len, size_t *size);

/* Writes flags, tag and quoted value; `"` and `\` as \X, octets outside 0x20..0x7e as \DDD. A tag
 * that breaks the rules is still printed, harmlessly: its strange octets become \DDD, and an empty
 * one "". No NUL at the end. */
void caa_format(uint8_t flags, const uint8_t *tag, size_t tag_len, const uint8_t *value,
                size_t value_len, char *out);

typedef enum {
    CAA_TEXT_OK,
    CAA_TEXT_BAD_FLAGS,    /* not a number from 0 to 255 */
    CAA_TEXT_BAD_TAG,      /* not letters and digits, or too long */
    CAA_TEXT_NO_VALUE,     /* the text ends after the tag */
    CAA_TEXT_OPEN_QUOTE,   /* the closing quote is missing */
    CAA_TEXT_BAD_ESCAPE,   /* "\04", "\256", a backslash at the end */
    CAA_TEXT_SPECIAL,      /* an unquoted ; ( ) or " */
    CAA_TEXT_NEWLINE,      /* a line ends inside */
    CAA_TEXT_NEEDS_QUOTES, /* more words follow an unquoted value */
    CAA_TEXT_TRAILING,     /* something follows the closing quote */
    CAA_TEXT_TOO_LONG      /* tag and value do not fit a record */
} caa_text_error;

typedef struct {
    uint8_t flags;
    const uint8_t *tag; /* points into the text */
    size_t tag_len;
    size_t value_len; /* octets written to the caller's buffer */
    size_t error_at;  /* offset of what is wrong, == len when the text ends too early */
} caa_text;

/* Reads one record's data from text[0, len): blanks, flags, tag, value quoted or as one word. No
 * comments, parentheses or newlines: those belong to zone files. The value, without its escapes, is
 * written to value, which has room for len octets (it never grows). */
caa_text_error caa_text_read(caa_text *out, uint8_t *value, const uint8_t *text, size_t len);

/* A sentence fragment for people. Never NULL. */
const char *caa_text_strerror(caa_text_error error);

#endif
