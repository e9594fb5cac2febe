/* Bytes behind texts: base64 and UTF-8, for every room that reads what Kubernetes hands on.
 * SPDX-License-Identifier: MIT
 * Source: RFC 4648 section 4 as Go's StdEncoding reads it; RFC 3629. */
#ifndef ISSUABLE_OCTETS_H
#define ISSUABLE_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* base64 as Go's StdEncoding reads it (padding needed, CR and LF skipped). `out` holds `length`
 * bytes or more. Returns the length, SIZE_MAX when it is not base64. */
size_t octets_base64(const char *text, size_t length, char *out);

/* Bytes of the UTF-8 character at `text` (1..4), 0 when invalid (overlong, surrogate, too large).
 */
unsigned octets_utf8(const unsigned char *text, size_t length);

#endif
