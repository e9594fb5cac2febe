/* Where the bytes that matter are: 64 bytes of a zone file to four words of bits.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1. AVX2 is chosen at run time; SSE2 is part of every x86-64. */
#include "classify.h"

#include <string.h>

#if defined(__x86_64__) || (defined(__i386__) && defined(__SSE2__))
#define HAS_X86 1
#include <immintrin.h>
#endif

/* ---- portable: a table of classes, eight bytes at a time ---- */

enum { END = 1, STOP = 2, LINE = 4, DOT = 8, NUL = 16 };

static const uint8_t classes[256] = {
    [0] = END | STOP | NUL,     ['\t'] = END,        [' '] = END,        ['.'] = DOT,
    ['\n'] = END | STOP | LINE, ['\r'] = END | STOP, ['"'] = END | STOP, ['('] = END | STOP,
    [')'] = END | STOP,         [';'] = END | STOP,  ['\\'] = END | STOP};

/* Bit 0 of each of eight octets to eight bits. */
static uint64_t gather(uint64_t octets) {
    return (octets & 0x0101010101010101u) * 0x0102040810204080u >> 56;
}

static bool block_portable(const uint8_t *s, zone_masks *out) {
    zone_masks m = {0, 0, 0, 0};
    uint64_t nul = 0;
    for (unsigned at = 0; at < 64; at += 8) {
        uint64_t c = 0;
        for (unsigned i = 0; i < 8; i++) {
            c |= (uint64_t)classes[s[at + i]] << 8 * i;
        }
        m.end |= gather(c) << at;
        m.stop |= gather(c >> 1) << at;
        m.line |= gather(c >> 2) << at;
        m.dot |= gather(c >> 3) << at;
        nul |= c;
    }
    *out = m;
    return (nul & NUL * 0x0101010101010101u) != 0;
}

static bool blocks_portable(const uint8_t *s, size_t count, zone_masks *out) {
    bool nul = false;
    for (size_t i = 0; i < count; i++) {
        nul |= block_portable(s + 64 * i, out + i);
    }
    return nul;
}

#ifdef HAS_X86

/* ---- SSE2: one comparison a character ---- */

static inline uint64_t bits16(__m128i v, unsigned at) {
    return (uint64_t)(uint32_t)_mm_movemask_epi8(v) << at;
}

static bool blocks_sse2(const uint8_t *s, size_t count, zone_masks *out) {
    __m128i nul = _mm_setzero_si128();
    for (size_t i = 0; i < count; i++) {
        zone_masks m = {0, 0, 0, 0};
        for (unsigned at = 0; at < 64; at += 16) {
            __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s + 64 * i + at));
#define IS(c) _mm_cmpeq_epi8(v, _mm_set1_epi8(c))
            __m128i line = IS('\n');
            __m128i zero = IS(0);
            __m128i stop = _mm_or_si128(_mm_or_si128(line, zero), _mm_or_si128(IS('\r'), IS('"')));
            /* ( and ) differ in the lowest bit only */
            __m128i parens = _mm_cmpeq_epi8(_mm_or_si128(v, _mm_set1_epi8(1)), _mm_set1_epi8(')'));
            stop = _mm_or_si128(stop, _mm_or_si128(parens, _mm_or_si128(IS(';'), IS('\\'))));
            __m128i end = _mm_or_si128(stop, _mm_or_si128(IS(' '), IS('\t')));
            m.end |= bits16(end, at);
            m.stop |= bits16(stop, at);
            m.line |= bits16(line, at);
            m.dot |= bits16(IS('.'), at);
            nul = _mm_or_si128(nul, zero);
#undef IS
        }
        out[i] = m;
    }
    return _mm_movemask_epi8(nul) != 0;
}

/* ---- AVX2: two look-ups by half an octet each give the class of 32 octets ---- */

/* A class has a bit for each pair of high half and class: what both tables agree on is set. */
#define LOW(...)                                                                                   \
    _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__) /* NOLINT: the same 16 octets for both lanes */
enum {
    STOP_0 = 1,    /* NUL, line feed, carriage return */
    STOP_2 = 2,    /* " ( ) */
    STOP_3 = 4,    /* ; */
    STOP_5 = 8,    /* \ */
    BLANK_0 = 16,  /* tab */
    BLANK_2 = 32,  /* space */
    DOT_2 = 64,    /* . */
    LINE_0 = -128, /* line feed: the bit that movemask takes */
    STOPS = STOP_0 | STOP_2 | STOP_3 | STOP_5,
    BLANKS = BLANK_0 | BLANK_2
};

__attribute__((target("avx2"))) static inline __m256i class_of(__m256i v) {
    const __m256i low = LOW(STOP_0 | BLANK_2, 0, STOP_2, 0, 0, 0, 0, 0, STOP_2, STOP_2 | BLANK_0,
                            STOP_0 | LINE_0, STOP_3, STOP_5, STOP_0, DOT_2, 0);
    const __m256i high = LOW(STOP_0 | BLANK_0 | LINE_0, 0, STOP_2 | BLANK_2 | DOT_2, STOP_3, 0,
                             STOP_5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i half = _mm256_set1_epi8(15);
    /* pshufb gives 0 for an octet from 128 on, and no octet from 128 on has a class */
    return _mm256_and_si256(
        _mm256_shuffle_epi8(low, v),
        _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(v, 4), half)));
}

__attribute__((target("avx2"))) static inline uint64_t bits32(__m256i low, __m256i high) {
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(low) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

__attribute__((target("avx2"))) static bool blocks_avx2(const uint8_t *s, size_t count,
                                                        zone_masks *out) {
    const __m256i zero = _mm256_setzero_si256();
    const __m256i stops = _mm256_set1_epi8(STOPS);
    const __m256i ends = _mm256_set1_epi8(STOPS | BLANKS);
    __m256i least = _mm256_set1_epi8(-1);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = s + 64 * i;
        __m256i v0 = _mm256_loadu_si256((const __m256i *)(const void *)at);
        __m256i v1 = _mm256_loadu_si256((const __m256i *)(const void *)(at + 32));
        __m256i c0 = class_of(v0);
        __m256i c1 = class_of(v1);
        out[i].end = ~bits32(_mm256_cmpeq_epi8(_mm256_and_si256(c0, ends), zero),
                             _mm256_cmpeq_epi8(_mm256_and_si256(c1, ends), zero));
        out[i].stop = ~bits32(_mm256_cmpeq_epi8(_mm256_and_si256(c0, stops), zero),
                              _mm256_cmpeq_epi8(_mm256_and_si256(c1, stops), zero));
        out[i].line = bits32(c0, c1);
        out[i].dot = bits32(_mm256_slli_epi16(c0, 1), _mm256_slli_epi16(c1, 1));
        least = _mm256_min_epu8(least, _mm256_min_epu8(v0, v1));
    }
    return _mm256_movemask_epi8(_mm256_cmpeq_epi8(least, zero)) != 0;
}

#endif /* HAS_X86 */

bool zone_classifier_is_there(zone_classifier how) {
    switch (how) {
    case ZONE_CLASSIFY_AVX2:
#ifdef HAS_X86
        return __builtin_cpu_supports("avx2") != 0;
#else
        return false;
#endif
    case ZONE_CLASSIFY_SSE2:
#ifdef HAS_X86
        return true;
#else
        return false;
#endif
    case ZONE_CLASSIFY_BEST:
    case ZONE_CLASSIFY_PORTABLE:
        break;
    }
    return true;
}

zone_classifier zone_classifier_choose(zone_classifier how) {
    if (how != ZONE_CLASSIFY_BEST) {
        return how;
    }
    if (zone_classifier_is_there(ZONE_CLASSIFY_AVX2)) {
        return ZONE_CLASSIFY_AVX2;
    }
    return zone_classifier_is_there(ZONE_CLASSIFY_SSE2) ? ZONE_CLASSIFY_SSE2
                                                        : ZONE_CLASSIFY_PORTABLE;
}

static bool blocks(zone_classifier how, const uint8_t *s, size_t count, zone_masks *out) {
    switch (how) {
#ifdef HAS_X86
    case ZONE_CLASSIFY_AVX2:
        return blocks_avx2(s, count, out);
    case ZONE_CLASSIFY_SSE2:
        return blocks_sse2(s, count, out);
#else
    case ZONE_CLASSIFY_AVX2:
    case ZONE_CLASSIFY_SSE2:
#endif
    case ZONE_CLASSIFY_BEST:
    case ZONE_CLASSIFY_PORTABLE:
        break;
    }
    return blocks_portable(s, count, out);
}

size_t zone_classify(zone_classifier how, const uint8_t *bytes, size_t len, zone_masks *masks) {
    size_t full = len / 64;
    size_t rest = len % 64;
    uint8_t tail[64];
    memset(tail, 'x', sizeof tail);
    if (rest != 0) {
        memcpy(tail, bytes + 64 * full, rest);
    }
    bool nul = blocks(how, bytes, full, masks);
    nul |= blocks(how, tail, 1, masks + full);
    uint64_t beyond = ~(uint64_t)0 << rest;
    masks[full].end |= beyond;
    masks[full].stop |= beyond;
    masks[full].line |= beyond;
    memset(masks + full + 1, 0xff, sizeof masks[0]);
    if (!nul) {
        return len;
    }
    const uint8_t *found = memchr(bytes, 0, len);
    return found == NULL ? len : (size_t)(found - bytes);
}
