/* Internationalised domain names: U-labels to A-labels.
 * SPDX-License-Identifier: MIT
 * Source: RFC 5891, UTS #46 (non-transitional), as libidn2 does it. */
#ifndef ISSUABLE_IDN_H
#define ISSUABLE_IDN_H

#include <stddef.h>

#define IDN_MAX 2048 /* bytes of a name in UTF-8; no name of 253 A-label bytes is longer */

typedef enum { IDN_OK, IDN_NO_MEMORY, IDN_INVALID } idn_status;

/* The name in A-labels, in memory for idn_release. On IDN_INVALID *message says why (static). */
idn_status idn_a_labels(const char *text, size_t length, char **out, const char **message);
void idn_release(char *text); /* NULL is fine */

#endif
