/* CAA records as people write them: printing and reading one record's data.
 * SPDX-License-Identifier: MIT
 * RFC 8659 section 4.1.1; RFC 1035 section 5.1 (quotes and escapes). */
#include "presentation.h"

#include <string.h>

#include "characters.h"
#include "rdata.h"

/* How one octet is printed inside quotes: 1 as it is, 2 as \X, 4 as \DDD. */
static size_t printed(uint8_t c) {
    if (c == '"' || c == '\\') {
        return 2;
    }
    return c >= 0x20 && c <= 0x7e ? 1 : 4;
}

/* A tag is not quoted, so of it only letters and digits are printed as they are. */
static size_t printed_in_tag(uint8_t c) {
    return caa_is_alnum(c) ? 1 : 4;
}

static char *print(char *out, uint8_t c, size_t width) {
    if (width == 4) {
        out[0] = '\\';
        out[1] = (char)('0' + c / 100);
        out[2] = (char)('0' + c / 10 % 10);
        out[3] = (char)('0' + c % 10);
        return out + 4;
    }
    if (width == 2) {
        *out++ = '\\';
    }
    *out++ = (char)c;
    return out;
}

static size_t digits(uint8_t flags) {
    return flags >= 100 ? 3 : flags >= 10 ? 2 : 1;
}

bool caa_format_size(uint8_t flags, const uint8_t *tag, size_t tag_len, const uint8_t *value,
                     size_t value_len, size_t *size) {
    if (tag_len > SIZE_MAX / 16 || value_len > SIZE_MAX / 16) {
        return false;
    }
    size_t sum = digits(flags) + 4 + (tag_len == 0 ? 2 : 0);
    for (size_t i = 0; i < tag_len; i++) {
        sum += printed_in_tag(tag[i]);
    }
    for (size_t i = 0; i < value_len; i++) {
        sum += printed(value[i]);
    }
    *size = sum;
    return true;
}

void caa_format(uint8_t flags, const uint8_t *tag, size_t tag_len, const uint8_t *value,
                size_t value_len, char *out) {
    if (flags >= 100) {
        *out++ = (char)('0' + flags / 100);
    }
    if (flags >= 10) {
        *out++ = (char)('0' + flags / 10 % 10);
    }
    *out++ = (char)('0' + flags % 10);
    *out++ = ' ';
    if (tag_len == 0) {
        *out++ = '"';
        *out++ = '"';
    }
    for (size_t i = 0; i < tag_len; i++) {
        out = print(out, tag[i], printed_in_tag(tag[i]));
    }
    *out++ = ' ';
    *out++ = '"';
    for (size_t i = 0; i < value_len; i++) {
        out = print(out, value[i], printed(value[i]));
    }
    *out = '"';
}

static size_t skip_blanks(const uint8_t *text, size_t len, size_t at) {
    while (at < len && caa_is_wsp(text[at])) {
        at++;
    }
    return at;
}

static caa_text_error fail(caa_text *out, caa_text_error error, size_t at) {
    out->error_at = at;
    return error;
}

static caa_text_error read_flags(caa_text *out, const uint8_t *text, size_t len, size_t *at) {
    size_t start = *at;
    unsigned flags = 0;
    for (; *at < len && caa_is_digit(text[*at]); ++*at) {
        flags = flags * 10 + (unsigned)(text[*at] - '0');
        if (flags > 255) {
            return fail(out, CAA_TEXT_BAD_FLAGS, start);
        }
    }
    if (*at == start || (*at < len && !caa_is_wsp(text[*at]))) {
        return fail(out, CAA_TEXT_BAD_FLAGS, *at);
    }
    out->flags = (uint8_t)flags;
    return CAA_TEXT_OK;
}

static caa_text_error read_tag(caa_text *out, const uint8_t *text, size_t len, size_t *at) {
    size_t start = *at;
    while (*at < len && caa_is_alnum(text[*at])) {
        ++*at;
    }
    if (*at == start || (*at < len && !caa_is_wsp(text[*at]))) {
        return fail(out, CAA_TEXT_BAD_TAG, *at);
    }
    out->tag = text + start;
    out->tag_len = *at - start;
    return out->tag_len > CAA_TAG_MAX ? fail(out, CAA_TEXT_BAD_TAG, start) : CAA_TEXT_OK;
}

/* text[*at] is a backslash; *octet gets what it stands for and *at moves behind it. */
static caa_text_error read_escape(caa_text *out, const uint8_t *text, size_t len, size_t *at,
                                  uint8_t *octet) {
    size_t i = *at;
    if (len - i < 2) {
        return fail(out, CAA_TEXT_BAD_ESCAPE, i);
    }
    if (text[i + 1] == '\n' || text[i + 1] == '\r') {
        return fail(out, CAA_TEXT_NEWLINE, i + 1);
    }
    if (!caa_is_digit(text[i + 1])) {
        *octet = text[i + 1];
        *at = i + 2;
        return CAA_TEXT_OK;
    }
    if (len - i < 4 || !caa_is_digit(text[i + 2]) || !caa_is_digit(text[i + 3])) {
        return fail(out, CAA_TEXT_BAD_ESCAPE, i);
    }
    unsigned number = (unsigned)(text[i + 1] - '0') * 100 + (unsigned)(text[i + 2] - '0') * 10 +
                      (unsigned)(text[i + 3] - '0');
    if (number > 255) {
        return fail(out, CAA_TEXT_BAD_ESCAPE, i);
    }
    *octet = (uint8_t)number;
    *at = i + 4;
    return CAA_TEXT_OK;
}

/* The value at *at up to its closing quote, or up to a blank when it has no quotes. */
static caa_text_error read_value(caa_text *out, uint8_t *value, const uint8_t *text, size_t len,
                                 size_t *at, bool quoted) {
    size_t i = *at;
    out->value_len = 0;
    while (i < len) {
        uint8_t c = text[i];
        if (quoted ? c == '"' : caa_is_wsp(c)) {
            break;
        }
        if (c == '\n' || c == '\r') {
            return fail(out, CAA_TEXT_NEWLINE, i);
        }
        if (!quoted && (c == ';' || c == '(' || c == ')' || c == '"')) {
            return fail(out, CAA_TEXT_SPECIAL, i);
        }
        if (c == '\\') {
            caa_text_error error = read_escape(out, text, len, &i, &c);
            if (error != CAA_TEXT_OK) {
                return error;
            }
        } else {
            i++;
        }
        value[out->value_len++] = c;
    }
    if (quoted && i++ == len) {
        return fail(out, CAA_TEXT_OPEN_QUOTE, *at - 1);
    }
    *at = i;
    return CAA_TEXT_OK;
}

caa_text_error caa_text_read(caa_text *out, uint8_t *value, const uint8_t *text, size_t len) {
    memset(out, 0, sizeof *out);
    size_t at = skip_blanks(text, len, 0);
    caa_text_error error = read_flags(out, text, len, &at);
    if (error != CAA_TEXT_OK) {
        return error;
    }
    at = skip_blanks(text, len, at);
    error = read_tag(out, text, len, &at);
    if (error != CAA_TEXT_OK) {
        return error;
    }
    at = skip_blanks(text, len, at);
    if (at == len) {
        return fail(out, CAA_TEXT_NO_VALUE, at);
    }
    bool quoted = text[at] == '"';
    size_t start = at;
    at += quoted ? 1 : 0;
    error = read_value(out, value, text, len, &at, quoted);
    if (error != CAA_TEXT_OK) {
        return error;
    }
    size_t size;
    if (caa_rdata_size(out->tag_len, out->value_len, &size) != CAA_RDATA_OK) {
        return fail(out, CAA_TEXT_TOO_LONG, start);
    }
    size_t end = at;
    at = skip_blanks(text, len, at);
    if (at < len) {
        return fail(out, quoted || at == end ? CAA_TEXT_TRAILING : CAA_TEXT_NEEDS_QUOTES, at);
    }
    return CAA_TEXT_OK;
}

const char *caa_text_strerror(caa_text_error error) {
    switch (error) {
    case CAA_TEXT_OK:
        return "no error";
    case CAA_TEXT_BAD_FLAGS:
        return "CAA flags are a number from 0 to 255";
    case CAA_TEXT_BAD_TAG:
        return "a CAA tag is made of one to 255 letters and digits, without quotes";
    case CAA_TEXT_NO_VALUE:
        return "the CAA value is missing (an empty one is written \"\")";
    case CAA_TEXT_OPEN_QUOTE:
        return "the quote is never closed";
    case CAA_TEXT_BAD_ESCAPE:
        return "bad escape: a backslash takes three digits up to 255, or one other character";
    case CAA_TEXT_SPECIAL:
        return "this character needs quotes around the value (an unquoted semicolon starts a "
               "comment)";
    case CAA_TEXT_NEWLINE:
        return "a record's data ends with its line";
    case CAA_TEXT_NEEDS_QUOTES:
        return "a value with blanks needs quotes";
    case CAA_TEXT_TRAILING:
        return "nothing may follow the closing quote";
    case CAA_TEXT_TOO_LONG:
        return "tag and value do not fit into a record (65535 octets)";
    }
    return "unknown error";
}
