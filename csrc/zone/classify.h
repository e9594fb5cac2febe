/* Where the bytes that matter are: 64 bytes of a zone file to four words of bits.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1. The method is simdjson's (Langdale and Lemire, 2019): look at every byte once,
 * without a branch, and let whoever reads on jump from bit to bit. */
#ifndef ISSUABLE_ZONE_CLASSIFY_H
#define ISSUABLE_ZONE_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bit i stands for byte i of the block. */
typedef struct {
    uint64_t end;  /* a word ends here: a blank, or one of the next line */
    uint64_t stop; /* line feed, carriage return, " ( ) ; \ and NUL */
    uint64_t line; /* line feed */
    uint64_t dot;  /* . */
} zone_masks;

typedef enum {
    ZONE_CLASSIFY_BEST, /* what this processor does best */
    ZONE_CLASSIFY_AVX2,
    ZONE_CLASSIFY_SSE2,
    ZONE_CLASSIFY_PORTABLE
} zone_classifier;

/* Can it run here? BEST and PORTABLE always can. */
bool zone_classifier_is_there(zone_classifier how);

/* BEST as one of the others, and the others as themselves. */
zone_classifier zone_classifier_choose(zone_classifier how);

/* Blocks that zone_classify writes for `len` bytes. */
#define ZONE_BLOCKS(len) ((len) / 64 + 2)

/* Writes ZONE_BLOCKS(len) blocks; every bit from `len` on is set in end, stop and line, so that a
 * search always finds something. `how` must be there, and not BEST. All ways have the same result.
 * Returns the offset of the first NUL, `len` when there is none. */
size_t zone_classify(zone_classifier how, const uint8_t *bytes, size_t len, zone_masks *masks);

/* The 64 bits from bit `at` on, of one of the four words. */
#define ZONE_BITS(masks, field, at)                                                                \
    (((masks)[(at) >> 6].field >> ((at) & 63)) |                                                   \
     ((masks)[((at) >> 6) + 1].field << 1 << (63 - ((at) & 63))))

/* Offset of the next byte of a class, from `at` <= len on; `len` or more: there is none. */
#define ZONE_NEXT(name, field)                                                                     \
    static inline size_t name(const zone_masks *masks, size_t at) {                                \
        uint64_t bits = ZONE_BITS(masks, field, at);                                               \
        if (bits != 0) {                                                                           \
            return at + (size_t)__builtin_ctzll(bits);                                             \
        }                                                                                          \
        size_t block = (at >> 6) + 1;                                                              \
        while (masks[block].field == 0) {                                                          \
            block++;                                                                               \
        }                                                                                          \
        return 64 * block + (size_t)__builtin_ctzll(masks[block].field);                           \
    }
ZONE_NEXT(zone_next_end, end)
ZONE_NEXT(zone_next_stop, stop)
ZONE_NEXT(zone_next_line, line)
#undef ZONE_NEXT

#endif
