/* Domain names: text to lower-cased wire form and back, and the few relations that CAA needs.
 * SPDX-License-Identifier: MIT
 * RFC 1035 sections 2.3.4, 3.1 and 5.1; RFC 4343 (case). Text is read as BIND 9.18 reads it. */
#ifndef ISSUABLE_DNS_NAME_H
#define ISSUABLE_DNS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_NAME_MAX      255
#define DNS_LABEL_MAX     63
#define DNS_NAME_TEXT_MAX 1016 /* enough for any name with every octet written as \DDD */

/* Uncompressed wire form, ASCII letters in lower case, the root's zero octet included: a valid
 * name has len >= 1 and octets[len - 1] == 0. */
typedef struct {
    uint8_t len;
    uint8_t octets[DNS_NAME_MAX];
} dns_name;

typedef enum {
    DNS_NAME_OK,
    DNS_NAME_EMPTY,          /* no text at all */
    DNS_NAME_EMPTY_LABEL,    /* "a..b", ".a" */
    DNS_NAME_LABEL_TOO_LONG, /* more than 63 octets */
    DNS_NAME_TOO_LONG,       /* more than 255 octets on the wire, origin included */
    DNS_NAME_BAD_ESCAPE,     /* "\04", "\256", a backslash at the end, "\[" (old bit labels) */
    DNS_NAME_NO_ORIGIN       /* "@" where there is no origin */
} dns_name_error;

/* Reads a name from text[0, len). Escapes \DDD and \X are decoded; A-Z become a-z.
 *   origin  appended to a name without a final dot, and the value of "@"; NULL: the text is
 *           absolute, with or without its final dot
 *   error_at  may be NULL; on error the offset of the octet that is wrong (<= len)
 * *out is only valid after DNS_NAME_OK. */
dns_name_error dns_name_parse(dns_name *out, const char *text, size_t len, const dns_name *origin,
                              size_t *error_at);

/* True when the text ends in a dot that is not escaped: no origin is needed to read it. */
bool dns_name_text_is_absolute(const char *text, size_t len);

/* Reads an uncompressed name from wire[0, len); *used gets its length. False when it is cut off,
 * too long or holds a compression pointer. */
bool dns_name_from_wire(dns_name *out, const uint8_t *wire, size_t len, size_t *used);

/* Writes presentation form without the final dot ("." for the root) and without a NUL; special
 * characters as \X, other octets outside 0x21..0x7e as \DDD. Returns the length. */
size_t dns_name_print(const dns_name *n, char *out /* DNS_NAME_TEXT_MAX */);

bool dns_name_equal(const dns_name *a, const dns_name *b);

/* True when name is ancestor or lies below it. */
bool dns_name_is_below(const dns_name *name, const dns_name *ancestor);

/* Drops the first label in place; false (and unchanged) at the root. */
bool dns_name_parent(dns_name *n);

/* Number of labels, the root's empty one not counted: 0 for ".". */
unsigned dns_name_labels(const dns_name *n);

/* prefix[0, prefix_len) are complete wire labels without the root octet; out = prefix + suffix.
 * False when that is longer than 255 octets. */
bool dns_name_join(dns_name *out, const uint8_t *prefix, size_t prefix_len, const dns_name *suffix);

/* True when the first label is a lone asterisk (RFC 4592). */
bool dns_name_is_wildcard(const dns_name *n);

/* A sentence fragment for people: "a label is longer than 63 octets". Never NULL. */
const char *dns_name_strerror(dns_name_error error);

#endif
