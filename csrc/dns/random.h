/* Random numbers for ids, ports and letters' case: a ChaCha20 key stream from entropy that is
 * handed in. SPDX-License-Identifier: MIT RFC 8439 section 2.3 (the block function), RFC 5452
 * section 9.2 (why ids must not be guessed). */
#ifndef ISSUABLE_DNS_RANDOM_H
#define ISSUABLE_DNS_RANDOM_H

#include <stdint.h>

#define DNS_ENTROPY 32 /* octets */

typedef struct {
    uint32_t key[8];
    uint64_t counter;
    uint32_t words[16];
    unsigned used; /* words already given away */
} dns_random;

/* The same entropy gives the same numbers: that is how tests repeat. */
void dns_random_start(dns_random *random, const uint8_t entropy[DNS_ENTROPY]);

uint32_t dns_random_32(dns_random *random);
uint64_t dns_random_64(dns_random *random);

/* 0 to n - 1; n >= 1. */
uint32_t dns_random_below(dns_random *random, uint32_t n);

#endif
