/* One link of a DNSSEC chain, looked at with ldns: which key, which signature, until when. For
 * explaining, never for a verdict. SPDX-License-Identifier: MIT RFC 4033 to 4035, RFC 6840; ldns
 * reads wire format only. */
#ifndef ISSUABLE_CAA_CHAIN_H
#define ISSUABLE_CAA_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include "dns/name.h"

typedef enum {
    CAA_LINK_GOOD,
    CAA_LINK_NO_DS,         /* the parent has no DS: from here on nothing is signed for anybody */
    CAA_LINK_NO_KEYS,       /* a DS, but the zone has no DNSKEY */
    CAA_LINK_WRONG_KEY,     /* no DNSKEY is the one that the DS names */
    CAA_LINK_UNSIGNED,      /* no signature, or none by a key of the zone */
    CAA_LINK_EXPIRED,       /* every signature that could count has ended */
    CAA_LINK_NOT_YET,       /* … has not begun */
    CAA_LINK_BAD_SIGNATURE, /* the signature is of something else */
    CAA_LINK_UNREADABLE,    /* not a message, or no memory */
    CAA_LINK_UNSUPPORTED    /* only algorithms that this machine does not know */
} caa_link_state;

typedef struct {
    caa_link_state state;
    uint16_t tag; /* of the key concerned, or of the DS */
    uint8_t algorithm;
    int64_t inception; /* of the signature concerned, 0: none */
    int64_t expiration;
} caa_link;

/* "expired", … Never NULL. */
const char *caa_link_name(caa_link_state state);

typedef struct {
    const uint8_t *octets;
    size_t len;
} caa_message;

/* Does the parent's answer to "zone DS" lead to the keys in the answer to "zone DNSKEY"? `now` in
 * seconds. */
void caa_link_zone(caa_link *out, const dns_name *zone, caa_message ds, caa_message keys,
                   int64_t now);

/* Is the RRset of this type at owner signed by the zone's keys? */
void caa_link_rrset(caa_link *out, const dns_name *owner, uint16_t type, caa_message answer,
                    caa_message keys, int64_t now);

#endif
