/* What can be wrong with a zone file: stable codes, a place and a message for people.
 * SPDX-License-Identifier: MIT
 * The codes are part of the Lua API (z:errors()); their order is not. */
#include "problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *zone_code_name(zone_code code) {
    switch (code) {
#define ZONE_CODE_NAME(symbol, name)                                                               \
    case ZONE_##symbol:                                                                            \
        return name;
        ZONE_CODES(ZONE_CODE_NAME)
#undef ZONE_CODE_NAME
    }
    return "unknown";
}

bool zone_fail(zone_problem *problem, zone_code code, size_t first, size_t end, const char *format,
               ...) {
    problem->code = code;
    problem->first = first;
    problem->end = end;
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(problem->message, sizeof problem->message, format, arguments);
    va_end(arguments);
    if (written < 0) {
        problem->message[0] = '\0';
    }
    return false;
}

static void quote(char *out, size_t size, const uint8_t *bytes, size_t first, size_t end) {
    size_t used = 0;
    size_t room = size - 8; /* one escape, three dots, NUL */
    for (size_t at = first; at < end; at++) {
        uint8_t c = bytes[at];
        if (used >= room) {
            memcpy(out + used, "...", 3);
            used += 3;
            break;
        }
        if (c >= 0x20 && c < 0x7f) {
            out[used++] = (char)c;
        } else {
            out[used++] = '\\';
            out[used++] = (char)('0' + c / 100);
            out[used++] = (char)('0' + c / 10 % 10);
            out[used++] = (char)('0' + c % 10);
        }
    }
    out[used] = '\0';
}

zone_snippet zone_quote(const uint8_t *bytes, size_t first, size_t end) {
    zone_snippet out = {""};
    quote(out.text, sizeof out.text, bytes, first, end);
    return out;
}

zone_sentence zone_quote_sentence(const char *text, size_t len) {
    zone_sentence out = {""};
    quote(out.text, sizeof out.text, (const uint8_t *)text, 0, len);
    return out;
}

zone_name_text zone_print_name(const dns_name *name) {
    zone_name_text out;
    out.text[dns_name_print(name, out.text)] = '\0';
    return out;
}
