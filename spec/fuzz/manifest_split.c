/* libFuzzer target: the splitter leaves no byte out, and the filter says what a naive search says.
 * SPDX-License-Identifier: MIT
 * Usage: clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Icsrc
 * spec/fuzz/manifest_split.c csrc/manifest/splitter.c csrc/manifest/filter.c
 * csrc/manifest/search.c -o /tmp/fuzz */
#include "manifest/filter.h"
#include "manifest/search.h"
#include "manifest/splitter.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "broken promise, line %d: %s\n", __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static bool holds(const char *bytes, size_t first, size_t end, const char *word, size_t length) {
    return memmem(bytes + first, end - first, word, length) != NULL;
}

/* A `%` at the start of a line, wherever it is. */
static bool directive(const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        bool start = i == 0 || bytes[i - 1] == '\n' || bytes[i - 1] == '\r' ||
                     (i == 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0);
        if (bytes[i] == '%' && start) {
            return true;
        }
    }
    return false;
}

/* A word that goes over the end of a document is in none: a naive search of the piece tells. */
static bool matters(const char *bytes, size_t first, size_t end) {
    static const char *const words[] = {"cert-manager", "certmanager", "certificates.k8s.io",
                                        "tls-acme",     "\\",          "!"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (holds(bytes, first, end, words[i], strlen(words[i]))) {
            return true;
        }
    }
    return holds(bytes, first, end, "", 1);
}

static void check_search(const char *bytes, size_t length) {
    size_t found = mf_search(bytes, 0, length, "cert", "\n---");
    for (size_t i = 0; i + 4 <= length; i++) {
        if (memcmp(bytes + i, "cert", 4) == 0 || memcmp(bytes + i, "\n---", 4) == 0) {
            MUST(found == i);
            return;
        }
    }
    MUST(found == length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    /* A copy without a byte behind it, so that a look too far is seen. */
    char *bytes = malloc(size == 0 ? 1 : size);
    size_t at = 0;
    mf_piece piece;
    mf_filter filter;
    bool all;
    if (bytes == NULL) {
        return 0;
    }
    if (size != 0) {
        memcpy(bytes, data, size);
    }
    check_search(bytes, size);
    all = directive(bytes, size);
    mf_filter_start(&filter, bytes, size);
    while (mf_split(bytes, size, at, &piece)) {
        MUST(piece.first == at);
        MUST(piece.first <= piece.content && piece.content <= piece.end);
        MUST(piece.end <= piece.next && piece.next <= size && piece.next > at);
        MUST(piece.source_first <= piece.source_end && piece.source_end <= piece.end);
        /* Between two pieces there is nothing but a bare line of dashes. */
        if (piece.next > piece.end) {
            MUST(piece.next - piece.end >= 3 && memcmp(bytes + piece.end, "---", 3) == 0);
            MUST(memchr(bytes + piece.end, '\n', piece.next - piece.end - 1) == NULL);
        }
        MUST(mf_filter_matters(&filter, bytes, size, piece.first, piece.end) >=
             (all || matters(bytes, piece.first, piece.end)));
        at = piece.next;
    }
    MUST(at == size);
    free(bytes);
    return 0;
}
