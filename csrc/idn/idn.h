/* Internationalised domain names: U-labels to A-labels.
 * SPDX-License-Identifier: MIT
 * Source: RFC 5891, UTS #46 (non-transitional), as libidn2 does it. */
#ifndef ISSUABLE_IDN_H
#define ISSUABLE_IDN_H

#include <stddef.h>

#define IDN_MAX 2048 /* bytes of a name in UTF-8; no name of 253 A-label bytes is longer */

typedef enum {
    IDN_OK,
    IDN_NO_MEMORY,
    IDN_INVALID,     /* IDNA has no such name; some CAs issue for it all the same (emoji) */
    IDN_BAD_PUNYCODE /* a label xn--… that no Punycode decoder reads (RFC 3492 section 6.2) */
} idn_status;

/* The name in A-labels, in memory for idn_release. Where it is refused *message says why (static).
 */
idn_status idn_a_labels(const char *text, size_t length, char **out, const char **message);
void idn_release(char *text); /* NULL is fine */

#endif
