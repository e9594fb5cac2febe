/* What a scalar means: text to null, boolean, number or string as kubectl types it.
 * SPDX-License-Identifier: MIT
 * Source: sigs.k8s.io/yaml over goyaml.v2 (YAML 1.1), checked against kubectl 1.32. */
#include "scalars.h"

#include "manifest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_MAX  INT64_C(9007199254740992) /* 2^53 */
#define NUMBER_MAX 400                       /* a longer text is never taken for a number */

mf_tag mf_tag_of(const char *tag, bool plain) {
    static const struct {
        const char *name;
        mf_tag tag;
    } known[] = {
        {"int", MF_TAG_INTEGER}, {"float", MF_TAG_FLOAT},         {"bool", MF_TAG_BOOLEAN},
        {"null", MF_TAG_NULL},   {"timestamp", MF_TAG_TIMESTAMP}, {"binary", MF_TAG_BINARY},
    };
    static const char prefix[] = "tag:yaml.org,2002:";
    if (tag == NULL) {
        return plain ? MF_TAG_PLAIN : MF_TAG_STRING;
    }
    if (strncmp(tag, prefix, sizeof prefix - 1) == 0) {
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
            if (strcmp(tag + sizeof prefix - 1, known[i].name) == 0) {
                return known[i].tag;
            }
        }
    }
    return MF_TAG_STRING;
}

/* ---- words ---- */

static bool is_word(const char *text, size_t length, const char *const words[], size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strlen(words[i]) == length && memcmp(words[i], text, length) == 0) {
            return true;
        }
    }
    return false;
}

#define IS_WORD(text, length, ...)                                                                 \
    is_word(text, length, (const char *const[]){__VA_ARGS__},                                      \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

typedef enum { WORD_NOT, WORD_NULL, WORD_TRUE, WORD_FALSE, WORD_NOT_FINITE } word;

static word word_of(const char *text, size_t length) {
    if (length > 5) {
        return WORD_NOT;
    }
    if (length != 0 && (text[0] == '\0' || strchr("~nNyYtToOfF.+-", text[0]) == NULL)) {
        return WORD_NOT; /* nearly all texts */
    }
    if (length == 0 || IS_WORD(text, length, "~", "null", "Null", "NULL")) {
        return WORD_NULL;
    }
    if (IS_WORD(text, length, "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On",
                "ON")) {
        return WORD_TRUE;
    }
    if (IS_WORD(text, length, "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off",
                "OFF")) {
        return WORD_FALSE;
    }
    if (IS_WORD(text, length, ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf",
                "+.INF", "-.inf", "-.Inf", "-.INF")) {
        return WORD_NOT_FINITE;
    }
    return WORD_NOT;
}

/* ---- numbers ---- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static int digit_value(char c) {
    if (is_digit(c)) {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return 99;
}

typedef enum { INT_NOT, INT_SMALL, INT_BIG } int_kind;

/* Go's strconv.ParseInt/ParseUint with base 0: sign, 0x 0o 0b or a leading 0 for octal. */
static int_kind parse_integer(const char *text, size_t length, int64_t *out) {
    size_t i = 0;
    bool negative = false, big = false;
    int base = 10;
    uint64_t value = 0;
    if (length > 0 && (text[0] == '+' || text[0] == '-')) {
        negative = text[0] == '-';
        i = 1;
    }
    if (length - i >= 2 && text[i] == '0') {
        char c = text[i + 1];
        if (c == 'x' || c == 'X') {
            base = 16;
        } else if (c == 'o' || c == 'O') {
            base = 8;
        } else if (c == 'b' || c == 'B') {
            base = 2;
        }
        if (base != 10) {
            i += 2;
        } else {
            base = 8;
            i += 1;
        }
    }
    if (i >= length) {
        return INT_NOT;
    }
    for (; i < length; i++) {
        int digit = digit_value(text[i]);
        if (digit >= base) {
            return INT_NOT;
        }
        if (value > (uint64_t)EXACT_MAX) {
            big = true;
        } else {
            value = value * (uint64_t)base + (uint64_t)digit;
        }
    }
    if (big || value > (uint64_t)EXACT_MAX) {
        return INT_BIG;
    }
    *out = negative ? -(int64_t)value : (int64_t)value;
    return INT_SMALL;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?  Finds digits and exponent; the text is
 * rebuilt without the point, because strtod obeys the locale's. false: not a float, or overflow. */
static bool parse_float(const char *text, size_t length, double *out) {
    char plain[NUMBER_MAX + 32];
    size_t i = 0, n = 0, digits = 0;
    long scale = 0, exponent = 0;
    if (length == 0 || length > NUMBER_MAX) {
        return false;
    }
    if (text[0] == '+' || text[0] == '-') {
        plain[n++] = text[i++];
    }
    for (; i < length && is_digit(text[i]); i++, digits++) {
        plain[n++] = text[i];
    }
    if (i < length && text[i] == '.') {
        bool bare = digits == 0;
        size_t before = digits;
        for (i++; i < length && is_digit(text[i]); i++, digits++) {
            plain[n++] = text[i];
            scale--;
        }
        if (bare && digits == before) {
            return false;
        }
    }
    if (digits == 0) {
        return false;
    }
    if (i < length && (text[i] == 'e' || text[i] == 'E')) {
        bool negative = false;
        size_t start;
        i++;
        if (i < length && (text[i] == '+' || text[i] == '-')) {
            negative = text[i] == '-';
            i++;
        }
        for (start = i; i < length && is_digit(text[i]); i++) {
            if (exponent < 100000) {
                exponent = exponent * 10 + (text[i] - '0');
            }
        }
        if (i == start) {
            return false;
        }
        if (negative) {
            exponent = -exponent;
        }
    }
    if (i != length) {
        return false;
    }
    snprintf(plain + n, sizeof plain - n, "e%ld", exponent + scale);
    *out = strtod(plain, NULL);
    return isfinite(*out);
}

static void set_number(double number, mf_value *out) {
    out->as_float = true;
    out->number = number;
    if (number == floor(number) && fabs(number) <= (double)EXACT_MAX) {
        out->type = MANIFEST_INTEGER;
        out->integer = (int64_t)number;
    } else {
        out->type = MANIFEST_NUMBER;
    }
}

static size_t without_underscores(const char *text, size_t length, char *out) {
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '_') {
            out[n++] = text[i];
        }
    }
    return n;
}

/* ParseFloat's rule for `.5_0`: underscores only between digits. */
static bool underscores_fit(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '_' &&
            (i == 0 || i + 1 == length || !is_digit(text[i - 1]) || !is_digit(text[i + 1]))) {
            return false;
        }
    }
    return true;
}

static bool looks_like_timestamp(const char *text, size_t length) {
    return length >= 8 && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]) &&
           is_digit(text[3]) && text[4] == '-';
}

/* Returns what the text is, without regard to a tag. MF_STRING when nothing else. */
static mf_scalar_error resolve_text(const char *text, size_t length, mf_value *out) {
    char plain[NUMBER_MAX + 1];
    size_t n;
    double number;
    out->type = MANIFEST_STRING;
    out->as_float = false;
    switch (word_of(text, length)) {
    case WORD_NULL:
        out->type = MANIFEST_NULL;
        return MF_OK;
    case WORD_TRUE:
        out->type = MANIFEST_TRUE;
        return MF_OK;
    case WORD_FALSE:
        out->type = MANIFEST_FALSE;
        return MF_OK;
    case WORD_NOT_FINITE:
        return MF_NOT_FINITE;
    case WORD_NOT:
        break;
    }
    if (length > NUMBER_MAX) {
        return MF_OK;
    }
    if (text[0] == '.') {
        if (underscores_fit(text, length)) {
            n = without_underscores(text, length, plain);
            if (parse_float(plain, n, &number)) {
                set_number(number, out);
            }
        }
        return MF_OK;
    }
    if (!is_digit(text[0]) && text[0] != '+' && text[0] != '-') {
        return MF_OK;
    }
    n = without_underscores(text, length, plain);
    switch (parse_integer(plain, n, &out->integer)) {
    case INT_SMALL:
        out->type = MANIFEST_INTEGER;
        return MF_OK;
    case INT_BIG: /* stays as it is written: no double holds it */
        return MF_OK;
    case INT_NOT:
        break;
    }
    if (parse_float(plain, n, &number)) {
        set_number(number, out);
    }
    return MF_OK;
}

mf_scalar_error mf_resolve(const char *text, size_t length, mf_tag tag, mf_value *out) {
    mf_scalar_error error;
    out->type = MANIFEST_STRING;
    out->as_float = false;
    if (tag == MF_TAG_STRING || tag == MF_TAG_BINARY) {
        return MF_OK;
    }
    error = resolve_text(text, length, out);
    if (tag == MF_TAG_PLAIN) {
        return error;
    }
    if (error != MF_OK) {
        return tag == MF_TAG_FLOAT ? error : MF_CANNOT_DECODE;
    }
    switch (tag) {
    case MF_TAG_INTEGER:
        if (out->type == MANIFEST_STRING) { /* too large for us is still an integer */
            int64_t ignored;
            char plain[NUMBER_MAX + 1];
            size_t n = length <= NUMBER_MAX ? without_underscores(text, length, plain) : 0;
            return n != 0 && parse_integer(plain, n, &ignored) == INT_BIG ? MF_OK
                                                                          : MF_CANNOT_DECODE;
        }
        return out->type == MANIFEST_INTEGER && !out->as_float ? MF_OK : MF_CANNOT_DECODE;
    case MF_TAG_FLOAT:
        out->as_float = true;
        if (out->type == MANIFEST_INTEGER) {
            out->number = (double)out->integer;
        }
        return out->type == MANIFEST_INTEGER || out->type == MANIFEST_NUMBER ? MF_OK
                                                                             : MF_CANNOT_DECODE;
    case MF_TAG_BOOLEAN:
        return out->type == MANIFEST_TRUE || out->type == MANIFEST_FALSE ? MF_OK : MF_CANNOT_DECODE;
    case MF_TAG_NULL:
        return out->type == MANIFEST_NULL ? MF_OK : MF_CANNOT_DECODE;
    case MF_TAG_TIMESTAMP: /* kubectl sees its text */
        return out->type == MANIFEST_STRING && looks_like_timestamp(text, length)
                   ? MF_OK
                   : MF_CANNOT_DECODE;
    default:
        return MF_OK;
    }
}

bool mf_json_number(const char *text, size_t length, mf_value *out) {
    double number;
    bool integral = true;
    out->type = MANIFEST_STRING;
    out->as_float = false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.' || text[i] == 'e' || text[i] == 'E') {
            integral = false;
        }
    }
    if (integral) {
        /* No leading zero can be here, so that base 0 is base 10. */
        if (parse_integer(text, length, &out->integer) == INT_SMALL) {
            out->type = MANIFEST_INTEGER;
        }
        return true;
    }
    if (length > NUMBER_MAX) {
        return true; /* stays a text; no number of a manifest has 400 digits */
    }
    if (!parse_float(text, length, &number)) {
        return false;
    }
    set_number(number, out);
    return true;
}
