/* The scan: every record of a few types in files of any size, in one pass over windows.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1. Plain entries are taken by a fast walker (walk.c) that jumps from one byte
 * that matters to the next; whatever is not plain is read by the loader's own code (load.c), so both
 * always agree. Of a record of another type only the head is looked at, and that its quotes and
 * parentheses close: a scan finds records, it does not say that a server would load the zone. */
#ifndef ISSUABLE_ZONE_HITS_H
#define ISSUABLE_ZONE_HITS_H

#include "classify.h"
#include "zone.h"

/* One record. Where it stands and what was in force there; the rest is read again from the file when
 * somebody asks. */
typedef struct {
    uint32_t first;         /* offset of the entry in its file */
    uint32_t owner;         /* offset of the word that names its owner … */
    uint32_t owner_context; /* … in the file of this context */
    uint32_t context;       /* origin, file and $TTL at the entry */
    uint32_t ttl;
    uint16_t type;
    uint16_t flags; /* ZONE_RECORD_NO_TTL */
} zone_hit;

/* Starts a scan of one file and what it includes; as zone_new, without the bytes.
 *   types  the types that are wanted, `count` of them; ANY: all
 *   how    how bytes are classified; must be there (zone_classifier_is_there)
 * limits.max_records is that of the hits. NULL: no memory. Freed with zone_free. */
zone *zone_hits_new(const char *path, size_t path_len, const dns_name *origin,
                    const zone_limits *limits, zone_hash_key key, const uint16_t *types,
                    size_t count, zone_classifier how);

/* The place that zone_hits_feed wants to read on from: a file (as in zone_store.files) and an offset
 * in it. */
size_t zone_hits_position(const zone *z, uint32_t *file);

/* Bytes from one place on that are always enough to go on. */
size_t zone_hits_room(const zone *z);

/* Reads bytes[0, len), which begin at zone_hits_position; `final`: they reach the end of that file.
 *   MORE        go on with the bytes at zone_hits_position, which may be in another file. When it has
 *               not moved, more of them are needed (zone_hits_room is enough)
 *   INCLUDE     zone_wanted() says which file; zone_include (with no bytes: NULL, 0) pushes it,
 *               zone_include_failed goes on without. Until then `bytes` must stay
 *   DONE        all is read
 *   NO_MEMORY   free the zone */
zone_step zone_hits_feed(zone *z, const uint8_t *bytes, size_t len, bool final);

size_t zone_hits_count(const zone *z);
const zone_hit *zone_hits_at(const zone *z, size_t index);

/* Reads a hit again.
 *   bytes[0, len)   begin at hit->first; `final`: they reach the end of the file
 * Offsets in *view count from there (view->scan.base). False: the bytes do not hold that record (the file was changed),
 * or, not final, not all of it. */
bool zone_hits_read(zone *z, const zone_hit *hit, const uint8_t *bytes, size_t len, bool final,
                    zone_view *view);

/* The owner of a hit, from the bytes that begin at hit->owner. False as above. */
#define ZONE_OWNER_TEXT_MAX 1024
bool zone_hits_owner(const zone *z, const zone_hit *hit, const uint8_t *bytes, size_t len,
                     bool final, dns_name *owner);

#endif
