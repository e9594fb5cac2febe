/* Records as numbers: what two states of a zone have in common without looking at each record.
 * SPDX-License-Identifier: MIT
 * A record is its owner (without case), type, TTL and data in wire form (RFC 1035 section 3.2.1).
 */
#ifndef ISSUABLE_ZONE_FINGERPRINT_H
#define ISSUABLE_ZONE_FINGERPRINT_H

#include "zone.h"

typedef struct {
    uint64_t hash; /* keyed: no file can make two records collide */
    uint32_t record;
} zone_fingerprint;

/* Writes one for each record (zone_get_store()->record_count of them), sorted by hash and record.
 * Two zones are compared with one key. */
void zone_fingerprints(zone *z, const zone_hash_key *key, zone_fingerprint *out);

#endif
