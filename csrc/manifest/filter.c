/* Which documents of a stream cannot ask for a certificate.
 * SPDX-License-Identifier: MIT
 * Source: cert-manager's API groups, those before 2019, kubernetes.io/tls-acme,
 * certificates.k8s.io. */
#include "filter.h"

#include "search.h"

#include <string.h>

static bool is_at(const char *bytes, size_t at, size_t end, const char *word) {
    size_t length = strlen(word);
    return end - at >= length && memcmp(bytes + at, word, length) == 0;
}

static size_t next_word(const char *bytes, size_t at, size_t end) {
    for (; (at = mf_search(bytes, at, end, "cert", "tls-")) < end; at++) {
        if (is_at(bytes, at, end, "cert-manager") || is_at(bytes, at, end, "certmanager") ||
            is_at(bytes, at, end, "certificates.k8s.io") || is_at(bytes, at, end, "tls-acme")) {
            return at;
        }
    }
    return end;
}

static size_t next_byte(const char *bytes, size_t at, size_t end, char c) {
    const char *found = at < end ? memchr(bytes + at, c, end - at) : NULL;
    return found == NULL ? end : (size_t)(found - bytes);
}

static bool has_directive(const char *bytes, size_t length) {
    for (size_t at = 0; (at = next_byte(bytes, at, length, '%')) < length; at++) {
        if (at == 0 || bytes[at - 1] == '\n' || bytes[at - 1] == '\r') {
            return true;
        }
    }
    return length >= 4 && memcmp(bytes, "\xEF\xBB\xBF%", 4) == 0;
}

void mf_filter_start(mf_filter *f, const char *bytes, size_t length) {
    f->all = has_directive(bytes, length);
    if (!f->all) {
        f->words = next_word(bytes, 0, length);
        f->escape = next_byte(bytes, 0, length, '\\');
        f->tag = next_byte(bytes, 0, length, '!');
        f->nul = next_byte(bytes, 0, length, '\0');
    }
}

bool mf_filter_matters(mf_filter *f, const char *bytes, size_t length, size_t first, size_t end) {
    if (f->all) {
        return true;
    }
    if (f->words < first) {
        f->words = next_word(bytes, first, length);
    }
    if (f->escape < first) {
        f->escape = next_byte(bytes, first, length, '\\');
    }
    if (f->tag < first) {
        f->tag = next_byte(bytes, first, length, '!');
    }
    if (f->nul < first) {
        f->nul = next_byte(bytes, first, length, '\0');
    }
    return f->words < end || f->escape < end || f->tag < end || f->nul < end;
}
