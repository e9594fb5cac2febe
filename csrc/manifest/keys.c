/* Keys that are not strings: the text that kubectl makes of them.
 * SPDX-License-Identifier: MIT
 * Source: sigs.k8s.io/yaml convertToJSONableObject; Go's strconv.FormatFloat. */
#include "scalars.h"

#include "manifest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* strconv.FormatFloat(x, 'g', -1, 32): the shortest text that is the same float32; the exponent
 * form from 21 digits is not Go's: it switches at 10^-4 and 10^6 here, unlike encoding/json. */
static size_t float_key(double number, char out[32]) {
    char digits[32];
    float single = (float)number;
    int precision, exponent, count, n = 0;
    if (!isfinite(single)) {
        return (size_t)snprintf(out, 32, single < 0 ? "-.inf" : ".inf");
    }
    if (number == 0) {
        return (size_t)snprintf(out, 32, signbit(number) ? "-0" : "0");
    }
    for (precision = 0; precision < 8; precision++) {
        snprintf(digits, sizeof digits, "%.*e", precision, (double)single);
        if (strtof(digits, NULL) == single) {
            break;
        }
    }
    snprintf(digits, sizeof digits, "%.*e", precision, (double)single);
    exponent = (int)strtol(strchr(digits, 'e') + 1, NULL, 10);
    if (digits[0] == '-') {
        out[n++] = '-';
        memmove(digits, digits + 1, strlen(digits));
    }
    count = 1;
    for (char *p = digits + 2; precision > 0 && is_digit(*p); p++) {
        digits[count++] = *p; /* drops the point, whatever the locale makes of it */
    }
    while (count > 1 && digits[count - 1] == '0') {
        count--;
    }
    if (exponent < -4 || exponent >= 6) {
        out[n++] = digits[0];
        if (count > 1) {
            out[n++] = '.';
            memcpy(out + n, digits + 1, (size_t)count - 1);
            n += count - 1;
        }
        return (size_t)n + (size_t)snprintf(out + n, 32 - (size_t)n, "e%c%02d",
                                            exponent < 0 ? '-' : '+', abs(exponent));
    }
    if (exponent < 0) {
        out[n++] = '0';
        out[n++] = '.';
        for (int i = -1; i > exponent; i--) {
            out[n++] = '0';
        }
        memcpy(out + n, digits, (size_t)count);
        return (size_t)n + (size_t)count;
    }
    for (int i = 0; i <= exponent || i < count; i++) {
        if (i == exponent + 1) {
            out[n++] = '.';
        }
        out[n++] = i < count ? digits[i] : '0';
    }
    return (size_t)n;
}

size_t mf_key_text(const mf_value *value, char out[32]) {
    switch (value->type) {
    case MANIFEST_TRUE:
        return (size_t)snprintf(out, 32, "true");
    case MANIFEST_FALSE:
        return (size_t)snprintf(out, 32, "false");
    case MANIFEST_INTEGER:
        if (!value->as_float) {
            return (size_t)snprintf(out, 32, "%lld", (long long)value->integer);
        }
        return float_key(value->number, out);
    case MANIFEST_NUMBER:
        return float_key(value->number, out);
    default:
        return 0;
    }
}
