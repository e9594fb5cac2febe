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

zone_snippet zone_quote(const uint8_t *bytes, size_t first, size_t end) {
    zone_snippet out;
    size_t used = 0;
    size_t room = sizeof out.text - 8; /* one escape, three dots, NUL */
    for (size_t at = first; at < end; at++) {
        uint8_t c = bytes[at];
        if (used >= room) {
            memcpy(out.text + used, "...", 3);
            used += 3;
            break;
        }
        if (c >= 0x20 && c < 0x7f) {
            out.text[used++] = (char)c;
        } else {
            out.text[used++] = '\\';
            out.text[used++] = (char)('0' + c / 100);
            out.text[used++] = (char)('0' + c / 10 % 10);
            out.text[used++] = (char)('0' + c % 10);
        }
    }
    out.text[used] = '\0';
    return out;
}

zone_name_text zone_print_name(const dns_name *name) {
    zone_name_text out;
    out.text[dns_name_print(name, out.text)] = '\0';
    return out;
}
