/* libFuzzer target: certificate signing requests of any bytes, as base64 text and as DER in it.
 * SPDX-License-Identifier: MIT
 * Usage: clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Icsrc spec/fuzz/request.c
 * \ csrc/request/request.c csrc/text/octets.c -lcrypto -o /tmp/fuzz && /tmp/fuzz CORPUS */
#include "request/request.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t encode(const uint8_t *data, size_t size, char *out) {
    size_t n = 0;
    for (size_t i = 0; i < size; i += 3) {
        uint32_t bits = (uint32_t)data[i] << 16;
        size_t left = size - i;
        bits |= left > 1 ? (uint32_t)data[i + 1] << 8 : 0;
        bits |= left > 2 ? data[i + 2] : 0;
        out[n++] = alphabet[bits >> 18];
        out[n++] = alphabet[bits >> 12 & 63];
        out[n++] = left > 1 ? alphabet[bits >> 6 & 63] : '=';
        out[n++] = left > 2 ? alphabet[bits & 63] : '=';
    }
    return n;
}

static void read_names(const char *text, size_t length) {
    request_names names;
    request_status status = request_read(text, length, &names);
    if (status != REQUEST_OK) {
        if (request_message(status) == NULL || names.count != 0) {
            abort();
        }
        return;
    }
    for (size_t i = 0; i < names.count; i++) {
        for (size_t k = 0; k < names.names[i].length; k++) {
            volatile char c = names.text[names.names[i].at + k];
            (void)c;
        }
    }
    request_names_free(&names);
    request_names_free(&names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char begin[] = "-----BEGIN CERTIFICATE REQUEST-----\n";
    static const char end[] = "\n-----END CERTIFICATE REQUEST-----\n";
    size_t n, most = size * 2 + sizeof begin + sizeof end + 8;
    char *pem = malloc(most), *text = malloc(most * 2);
    if (pem != NULL && text != NULL) {
        read_names((const char *)data, size);
        memcpy(pem, begin, sizeof begin - 1);
        n = sizeof begin - 1 + encode(data, size, pem + sizeof begin - 1);
        memcpy(pem + n, end, sizeof end - 1);
        n = encode((const uint8_t *)pem, n + sizeof end - 1, text);
        read_names(text, n);
    }
    free(pem);
    free(text);
    return 0;
}
