/* libidn2 behind bounds: no NUL, no endless names.
 * SPDX-License-Identifier: MIT
 * Source: libidn2 2.3 (idn2_to_ascii_8z). */
#include "idn.h"

#include <idn2.h>
#include <string.h>

idn_status idn_a_labels(const char *text, size_t length, char **out, const char **message) {
    char name[IDN_MAX + 1];
    int code;
    *out = NULL;
    *message = NULL;
    if (length > IDN_MAX) {
        *message = "the name is too long";
        return IDN_INVALID;
    }
    if (memchr(text, '\0', length) != NULL) {
        *message = "the name holds a NUL byte";
        return IDN_INVALID;
    }
    memcpy(name, text, length);
    name[length] = '\0';
    code = idn2_to_ascii_8z(name, out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (code == IDN2_OK) {
        return IDN_OK;
    }
    *out = NULL;
    if (code == IDN2_MALLOC) {
        return IDN_NO_MEMORY;
    }
    *message = idn2_strerror(code);
    return code == IDN2_PUNYCODE_BAD_INPUT || code == IDN2_PUNYCODE_BIG_OUTPUT ||
                   code == IDN2_PUNYCODE_OVERFLOW
               ? IDN_BAD_PUNYCODE
               : IDN_INVALID;
}

void idn_release(char *text) {
    idn2_free(text);
}
