/* Which documents of a stream cannot ask for a certificate, told without parsing them.
 * SPDX-License-Identifier: MIT
 * Source: API groups and annotations of cert-manager; YAML 1.1 escapes, tags and directives. */
#ifndef ISSUABLE_MANIFEST_FILTER_H
#define ISSUABLE_MANIFEST_FILTER_H

#include <stdbool.h>
#include <stddef.h>

/* A document matters when it holds one of the words that name cert-manager, or a byte with which it
 * could say such a word in another way: a backslash (escapes), an exclamation mark (!!binary), NUL.
 * Nothing else in YAML or JSON makes text out of other text, and anchors end with their document. A
 * line that starts with % (directives move the documents' borders) lets everything matter. */

typedef struct {
    size_t words, escape, tag, nul; /* where the next one is, at or after the last question */
    bool all;
} mf_filter;

void mf_filter_start(mf_filter *f, const char *bytes, size_t length);

/* May the document in [first, end) matter? Questions go from the first to the last document: all
 * together look at each byte a few times. */
bool mf_filter_matters(mf_filter *f, const char *bytes, size_t length, size_t first, size_t end);

#endif
