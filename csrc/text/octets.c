/* Bytes behind texts: base64 for !!binary, UTF-8.
 * SPDX-License-Identifier: MIT
 * Source: RFC 4648 section 4 as Go's StdEncoding reads it; RFC 3629. */
#include "octets.h"

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static int base64_value(char c) {
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (is_digit(c)) {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

size_t octets_base64(const char *text, size_t length, char *out) {
    uint32_t bits = 0;
    unsigned have = 0, padding = 0;
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        int value;
        if (text[i] == '\n' || text[i] == '\r') {
            continue;
        }
        if (text[i] == '=') {
            padding++;
            continue;
        }
        value = base64_value(text[i]);
        if (value < 0 || padding != 0) {
            return SIZE_MAX;
        }
        bits = (bits << 6 | (uint32_t)value) & 0xFFFFFF;
        if (++have == 4) {
            out[n++] = (char)(unsigned char)(bits >> 16);
            out[n++] = (char)(unsigned char)(bits >> 8 & 0xFF);
            out[n++] = (char)(unsigned char)(bits & 0xFF);
            have = 0;
        }
    }
    if (have == 1 || (have == 0 ? padding != 0 : have + padding != 4)) {
        return SIZE_MAX;
    }
    if (have >= 2) {
        bits <<= 6 * (4 - have);
        out[n++] = (char)(unsigned char)(bits >> 16 & 0xFF);
        if (have == 3) {
            out[n++] = (char)(unsigned char)(bits >> 8 & 0xFF);
        }
    }
    return n;
}

unsigned octets_utf8(const unsigned char *text, size_t length) {
    unsigned width;
    uint32_t code;
    if (length == 0) {
        return 0;
    }
    if (text[0] < 0x80) {
        return 1;
    }
    if (text[0] >= 0xC2 && text[0] <= 0xDF) {
        width = 2;
        code = text[0] & 0x1FU;
    } else if (text[0] >= 0xE0 && text[0] <= 0xEF) {
        width = 3;
        code = text[0] & 0x0FU;
    } else if (text[0] >= 0xF0 && text[0] <= 0xF4) {
        width = 4;
        code = text[0] & 0x07U;
    } else {
        return 0;
    }
    if (length < width) {
        return 0;
    }
    for (unsigned i = 1; i < width; i++) {
        if ((text[i] & 0xC0) != 0x80) {
            return 0;
        }
        code = code << 6 | (text[i] & 0x3FU);
    }
    if ((width == 3 && (code < 0x800 || (code >= 0xD800 && code <= 0xDFFF))) ||
        (width == 4 && (code < 0x10000 || code > 0x10FFFF))) {
        return 0;
    }
    return width;
}
