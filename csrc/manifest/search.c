/* Short words in long texts.
 * SPDX-License-Identifier: MIT
 * Source: the vector extensions that gcc and clang share. */
#include "search.h"

#include <stdint.h>
#include <string.h>

typedef unsigned char vector __attribute__((vector_size(16)));

static vector load(const char *at) {
    vector v;
    memcpy(&v, at, sizeof v);
    return v;
}

static vector spread(char c) {
    return (vector){0} + (unsigned char)c;
}

static int any(vector v) {
    uint64_t halves[2];
    memcpy(halves, &v, sizeof v);
    return (halves[0] | halves[1]) != 0;
}

size_t mf_search(const char *bytes, size_t at, size_t end, const char a[4], const char b[4]) {
    const vector a0 = spread(a[0]), a1 = spread(a[1]), a2 = spread(a[2]), a3 = spread(a[3]);
    const vector b0 = spread(b[0]), b1 = spread(b[1]), b2 = spread(b[2]), b3 = spread(b[3]);
    while (end - at >= 16 + 3) {
        const char *p = bytes + at;
        const vector v0 = load(p), v1 = load(p + 1), v2 = load(p + 2), v3 = load(p + 3);
        const vector hits = (vector)(((v0 == a0) & (v1 == a1) & (v2 == a2) & (v3 == a3)) |
                                     ((v0 == b0) & (v1 == b1) & (v2 == b2) & (v3 == b3)));
        if (any(hits)) {
            break;
        }
        at += 16;
    }
    for (; end - at >= 4; at++) {
        if (memcmp(bytes + at, a, 4) == 0 || memcmp(bytes + at, b, 4) == 0) {
            return at;
        }
    }
    return end;
}
