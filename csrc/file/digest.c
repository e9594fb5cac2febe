/* SHA-256 of bytes in memory and of an open file.
 * SPDX-License-Identifier: MIT
 * Source: FIPS 180-4, through libldns; in steps, because ldns_sha256 takes an unsigned int as
 * length. */
#include "file.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include <ldns/sha2.h>

static void print(ldns_sha256_CTX *context, char hex[FILE_DIGEST_SIZE]) {
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[LDNS_SHA256_DIGEST_LENGTH];
    ldns_sha256_final(digest, context);
    for (size_t i = 0; i < sizeof digest; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[FILE_DIGEST_SIZE - 1] = '\0';
}

void file_sha256(const void *bytes, size_t length, char hex[FILE_DIGEST_SIZE]) {
    ldns_sha256_CTX context;
    ldns_sha256_init(&context);
    ldns_sha256_update(&context, bytes, length);
    print(&context, hex);
}

int file_sha256_fd(int fd, char hex[FILE_DIGEST_SIZE]) {
    ldns_sha256_CTX context;
    uint8_t block[16384];
    ldns_sha256_init(&context);
    for (;;) {
        ssize_t got = read(fd, block, sizeof block);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return errno;
        }
        if (got == 0) {
            break;
        }
        ldns_sha256_update(&context, block, (size_t)got);
    }
    print(&context, hex);
    return FILE_OK;
}
