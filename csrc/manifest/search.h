/* Short words in long texts: four bytes at a time, sixteen places at once.
 * SPDX-License-Identifier: MIT
 * Source: the vector extensions that gcc and clang share; plain loops where the ends are. */
#ifndef ISSUABLE_MANIFEST_SEARCH_H
#define ISSUABLE_MANIFEST_SEARCH_H

#include <stddef.h>

/* The first place in [at, end) where one of the two four-byte words begins and is complete; `end`:
 * nowhere. */
size_t mf_search(const char *bytes, size_t at, size_t end, const char a[4], const char b[4]);

#endif
