/* What a malformed issue-value visibly meant, so that a message can name the CA.
 * SPDX-License-Identifier: MIT
 * Source: what people type instead of RFC 8659 section 4.2 (URLs, quotes, blanks, final dots). */
#include "characters.h"
#include "property.h"

/* The length of a mark that editors and web pages put around or between words, at octets[0, len):
 * ASCII punctuation and blanks, and in UTF-8 the no-break space (C2 A0), the byte order mark (EF BB
 * BF) and the block of curly quotes, dashes and thin blanks (E2 80 xx). 0: part of a word. */
static size_t separator(const uint8_t *octets, size_t len) {
    uint8_t c = octets[0];
    if (c < 0x80) {
        return caa_is_alnum(c) || c == '-' || c == '.' || c == '_' ? 0 : 1;
    }
    if (len >= 2 && c == 0xc2 && octets[1] == 0xa0) {
        return 2;
    }
    if (len >= 3 && ((c == 0xe2 && octets[1] == 0x80) ||
                     (c == 0xef && octets[1] == 0xbb && octets[2] == 0xbf))) {
        return 3;
    }
    return 0;
}

/* Trims dots and hyphens at both ends; true when two labels or more are left, each of letters,
 * digits and inner hyphens, the last one not a number (1.2.3.4 names no CA). */
static bool is_domain(const uint8_t *value, caa_slice *word) {
    size_t at = word->at, end = word->at + word->len;
    while (at < end && (value[at] == '.' || value[at] == '-')) {
        at++;
    }
    while (end > at && (value[end - 1] == '.' || value[end - 1] == '-')) {
        end--;
    }
    *word = (caa_slice){at, end - at};
    size_t labels = 0, label = at;
    bool letters = false;
    for (size_t i = at; i <= end; i++) {
        if (i == end || value[i] == '.') {
            if (i == label || value[label] == '-' || value[i - 1] == '-') {
                return false;
            }
            labels++;
            label = i + 1;
            letters = letters && i == end;
        } else if (caa_is_alpha(value[i]) || value[i] == '-') {
            letters = true;
        } else if (!caa_is_digit(value[i])) {
            return false; /* "_", or an octet of a name that is not ASCII */
        }
    }
    return labels >= 2 && letters;
}

/* The first domain in value[at, end). */
static caa_slice first_domain(const uint8_t *value, size_t at, size_t end) {
    while (at < end) {
        size_t skip = separator(value + at, end - at);
        if (skip != 0) {
            at += skip;
            continue;
        }
        size_t start = at;
        while (at < end && separator(value + at, end - at) == 0) {
            at++;
        }
        caa_slice word = {start, at - start};
        if (is_domain(value, &word)) {
            return word;
        }
    }
    return (caa_slice){0, 0};
}

caa_slice caa_issuer_guess(const uint8_t *value, size_t len) {
    size_t at = 0;
    while (at < len && caa_is_wsp(value[at])) {
        at++;
    }
    bool leading = at < len && value[at] == ';';
    at = leading ? at + 1 : at;
    size_t end = at;
    bool equals = false;
    while (end < len && value[end] != ';') {
        equals = equals || value[end] == '=';
        end++;
    }
    /* "; accounturi=https://ca.example/1;" says that nobody may issue: its URL is no issuer. */
    return leading && equals ? (caa_slice){0, 0} : first_domain(value, at, end);
}
