/* One zone: loading with suspended $INCLUDEs, records with spans, answers. The engine's public
 * face. SPDX-License-Identifier: MIT RFC 1035 section 5, RFC 1034 section 4.3.2; the dialect is
 * BIND 9.18's. No Lua, no input or output. */
#ifndef ISSUABLE_ZONE_ZONE_H
#define ISSUABLE_ZONE_ZONE_H

#include "entry.h"
#include "rdata.h"
#include "store.h"

/* Limits; 0 takes the default. */
typedef struct {
    size_t max_bytes;     /* of all files read together, default 1 GiB, at most 4 GiB - 2 */
    size_t max_entry;     /* bytes of one record, default 1 MiB */
    size_t max_records;   /* default 10,000,000 */
    size_t max_names;     /* names and the names above them, default 20,000,000 */
    size_t max_includes;  /* files included, repeats counted, default 10,000 */
    size_t max_depth;     /* of $INCLUDE in $INCLUDE, default and at most 16 */
    size_t max_generated; /* records that all $GENERATEs make, default 100,000 */
    size_t max_errors;    /* reading stops there, default 1000 */
    bool careful;         /* no entry is taken by the fast walker: for tests, which compare */
} zone_limits;

typedef enum { ZONE_LOADABLE, ZONE_BROKEN, ZONE_FRAGMENT } zone_status;

typedef enum {
    ZONE_STEP_DONE,
    ZONE_STEP_INCLUDE,  /* zone_wanted() says which file; give it or fail it, then step again */
    ZONE_STEP_MORE,     /* scans only: hits.h */
    ZONE_STEP_NO_MEMORY /* free the zone */
} zone_step;

typedef struct zone zone;

/* Starts a zone. `bytes` and those of includes are borrowed until zone_free.
 *   path    for messages and zone_file
 *   origin  resolves relative names before the first $ORIGIN; NULL: none
 *   key     a secret of this process, so that no file can be made to collide
 * NULL: no memory. */
zone *zone_new(const uint8_t *bytes, size_t len, const char *path, size_t path_len,
               const dns_name *origin, const zone_limits *limits, zone_hash_key key);
void zone_free(zone *z);

/* Reads on until the end or the next $INCLUDE. */
zone_step zone_load(zone *z);

/* The $INCLUDE that is waited for: its file name as written (quotes removed), where it stands. */
typedef struct {
    const char *name;
    size_t name_len;
    uint32_t file;
    size_t first, end; /* of the file name */
} zone_want;
zone_want zone_wanted(const zone *z);

/* Answers it: with bytes and the path that tells whether two includes are the same file … */
zone_step zone_include(zone *z, const uint8_t *bytes, size_t len, const char *path,
                       size_t path_len);
/* … or with the reason why there are none. */
zone_step zone_include_failed(zone *z, const char *reason, size_t reason_len);

/* After ZONE_STEP_DONE. */
zone_status zone_get_status(const zone *z);
zone_store *zone_get_store(zone *z);
uint32_t zone_get_apex(const zone *z); /* node, ZONE_NIL: no SOA */
uint32_t zone_get_soa(const zone *z);  /* record, ZONE_NIL: no SOA */

/* True when a $GENERATE made the record: its place is that of the directive. */
bool zone_is_generated(const zone *z, uint32_t record);

/* True when authoritative answers never hold this record: it is at or below a zone cut, below a
 * DNAME, or out of zone. */
bool zone_is_occluded(const zone *z, uint32_t record);

/* A record read again from its bytes. */
typedef struct {
    zone_scan scan; /* as it stands behind the line */
    zone_head head;
    zone_rdata rdata; /* rdata.wire is the zone's scratch: valid until the next call */
    dns_name origin;
    bool has_origin;
    zone_scan data; /* a scanner in front of the first rdata token */
} zone_view;

/* False never happens for a record of the store. */
bool zone_read_record(zone *z, uint32_t record, zone_view *view);

/* The target of a CNAME, DNAME or NS record. */
bool zone_read_target(zone *z, uint32_t record, dns_name *target);

/* ---- answers (answer.c) ---- */

typedef enum {
    ZONE_ANSWER_RRSET,
    ZONE_ANSWER_NODATA,
    ZONE_ANSWER_NXDOMAIN,
    ZONE_ANSWER_ALIAS,    /* the chain leaves the zone */
    ZONE_ANSWER_REFERRAL, /* at or below a cut */
    ZONE_ANSWER_OUTSIDE,  /* not at or below the apex */
    ZONE_ANSWER_LOOP,     /* more than ZONE_ALIASES_MAX aliases */
    ZONE_ANSWER_YXDOMAIN, /* a DNAME makes the name too long (RFC 6672 section 2.2) */
    ZONE_ANSWER_BROKEN    /* the zone is not loadable: it answers nothing */
} zone_answer_kind;

#define ZONE_ALIASES_MAX 16

typedef struct {
    dns_name owner;
    dns_name target;
    uint32_t record;
    uint32_t ttl;
    uint16_t type;     /* CNAME or DNAME */
    uint32_t wildcard; /* node of the wildcard it was made from, ZONE_NIL: none */
} zone_alias;

typedef struct {
    zone_answer_kind kind;
    zone_alias aliases[ZONE_ALIASES_MAX];
    size_t alias_count;
    dns_name name;         /* the last name of the chain */
    uint32_t rrset;        /* kind RRSET */
    uint32_t wildcard;     /* node of the wildcard that matched, ZONE_NIL: none */
    uint32_t cut;          /* kind REFERRAL: node of the delegation */
    uint32_t ttl;          /* of the RRset */
    uint32_t negative_ttl; /* RFC 2308 section 5: the smaller of the SOA's TTL and its minimum */
} zone_answer;

/* What an authoritative server with this zone would answer for a name and type. */
void zone_ask(zone *z, const dns_name *name, uint16_t type, zone_answer *answer);

#endif
