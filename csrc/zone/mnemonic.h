/* Words of the record head: types, classes, TTLs.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1, RFC 3597 section 5, the IANA registry of RR types; read as BIND 9.18 does.
 */
#ifndef ISSUABLE_ZONE_MNEMONIC_H
#define ISSUABLE_ZONE_MNEMONIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ZONE_TYPE_A = 1,
    ZONE_TYPE_NS = 2,
    ZONE_TYPE_MD = 3,
    ZONE_TYPE_MF = 4,
    ZONE_TYPE_CNAME = 5,
    ZONE_TYPE_SOA = 6,
    ZONE_TYPE_PTR = 12,
    ZONE_TYPE_MX = 15,
    ZONE_TYPE_TXT = 16,
    ZONE_TYPE_SIG = 24,
    ZONE_TYPE_KEY = 25,
    ZONE_TYPE_AAAA = 28,
    ZONE_TYPE_NXT = 30,
    ZONE_TYPE_SRV = 33,
    ZONE_TYPE_DNAME = 39,
    ZONE_TYPE_DS = 43,
    ZONE_TYPE_RRSIG = 46,
    ZONE_TYPE_NSEC = 47,
    ZONE_TYPE_DNSKEY = 48,
    ZONE_TYPE_NSEC3 = 50,
    ZONE_TYPE_NSEC3PARAM = 51,
    ZONE_TYPE_CDS = 59,
    ZONE_TYPE_CDNSKEY = 60,
    ZONE_TYPE_ANY = 255,
    ZONE_TYPE_CAA = 257
};

#define ZONE_CLASS_IN 1
#define ZONE_TTL_MAX  0x7fffffffu /* RFC 2181 section 8 */

/* "CAA", "caa", "TYPE257". Words that IANA knows and BIND 9.18 does not (CLA, IPN) are not types.
 */
bool zone_type_parse(const uint8_t *text, size_t len, uint16_t *type);

/* Writes "CAA" or "TYPE65280" with a NUL. */
typedef struct {
    char text[12];
} zone_type_text;
zone_type_text zone_type_print(uint16_t type);

/* Types that are for questions and messages only; BIND refuses them in a zone file. */
bool zone_type_is_meta(uint16_t type);

/* "IN", "CH", "CLASS1", …; *class_ may become 0 (RESERVED0), which counts as not given. */
bool zone_class_parse(const uint8_t *text, size_t len, uint16_t *class_);

/* "3600", "1h30m" (units w d h m s in any order, not mixed with a bare number). */
bool zone_ttl_parse(const uint8_t *text, size_t len, uint32_t *ttl);

/* YYYYMMDDHHMMSS with fields that can be a time. */
bool zone_date_is_valid(const uint8_t *text, size_t len);

#endif
