/* Random numbers: a ChaCha20 key stream.
 * SPDX-License-Identifier: MIT
 * RFC 8439 section 2.3. */
#include "random.h"

#include <stddef.h>
#include <string.h>

static uint32_t rotate(uint32_t x, unsigned by) {
    return x << by | x >> (32 - by);
}

static void quarter(uint32_t *s, unsigned a, unsigned b, unsigned c, unsigned d) {
    s[a] += s[b];
    s[d] = rotate(s[d] ^ s[a], 16);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 12);
    s[a] += s[b];
    s[d] = rotate(s[d] ^ s[a], 8);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 7);
}

static void refill(dns_random *random) {
    uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    memcpy(start + 4, random->key, sizeof random->key);
    start[12] = (uint32_t)random->counter;
    start[13] = (uint32_t)(random->counter >> 32);
    random->counter++;
    memcpy(random->words, start, sizeof start);
    for (int round = 0; round < 10; round++) {
        quarter(random->words, 0, 4, 8, 12);
        quarter(random->words, 1, 5, 9, 13);
        quarter(random->words, 2, 6, 10, 14);
        quarter(random->words, 3, 7, 11, 15);
        quarter(random->words, 0, 5, 10, 15);
        quarter(random->words, 1, 6, 11, 12);
        quarter(random->words, 2, 7, 8, 13);
        quarter(random->words, 3, 4, 9, 14);
    }
    for (int i = 0; i < 16; i++) {
        random->words[i] += start[i];
    }
    random->used = 0;
}

void dns_random_start(dns_random *random, const uint8_t entropy[DNS_ENTROPY]) {
    memset(random, 0, sizeof *random);
    for (size_t i = 0; i < 8; i++) {
        const uint8_t *at = entropy + 4 * i;
        random->key[i] =
            (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    }
    random->used = 16;
}

uint32_t dns_random_32(dns_random *random) {
    if (random->used == 16) {
        refill(random);
    }
    return random->words[random->used++];
}

uint64_t dns_random_64(dns_random *random) {
    uint64_t high = dns_random_32(random);
    return high << 32 | dns_random_32(random);
}

uint32_t dns_random_below(dns_random *random, uint32_t n) {
    return (uint32_t)((uint64_t)dns_random_32(random) * n >> 32);
}
