/* The lookup machine: the climb for one name, without I/O, clock or memory of its own.
 * SPDX-License-Identifier: MIT
 * RFC 8659 section 3; resolve.md rows 1-5, 22 and 23 of the known implementations' semantics.
 *
 *     caa_lookup_start(&m, &name, 16, trail, sizeof trail);
 *     while ((owner = caa_lookup_want(&m)) != NULL)
 *         ask anybody for the CAA of *owner and feed what was said: zero or more
 *         caa_lookup_alias, then (unless the alias leaves for another question) one of
 *         caa_lookup_rrset, caa_lookup_empty, caa_lookup_stop
 *     m.status says FOUND, NONE, FAILED or UNKNOWN
 *
 * The same machine is fed from zone files, from DNS answers and from recordings; a driver keeps the
 * records and the trace, which is just the sequence of what it fed. What the machine promises
 * whatever it is fed: FOUND only by an rrset fed for the name that it wanted; NONE only when every
 * label from the name up to the one below the root was answered as empty; an end after at most
 * 127 + max_aliases answers. */
#ifndef ISSUABLE_CAA_LOOKUP_H
#define ISSUABLE_CAA_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/name.h"

typedef enum {
    CAA_LOOKUP_ASKING,
    CAA_LOOKUP_FOUND,  /* the relevant RRset is at caa_lookup_climb, owned by m.asked */
    CAA_LOOKUP_NONE,   /* every label was answered and none has CAA */
    CAA_LOOKUP_FAILED, /* a lookup failed: a CA would refuse */
    CAA_LOOKUP_UNKNOWN /* nobody could be asked */
} caa_lookup_status;

/* Why it failed, when the machine itself found out. */
typedef enum {
    CAA_LOOKUP_FED,         /* it did not: the status is what was fed */
    CAA_LOOKUP_ALIAS_LOOP,  /* an alias leads to a name already visited in this step */
    CAA_LOOKUP_ALIAS_LIMIT, /* more aliases than max_aliases in all */
    CAA_LOOKUP_TLD_NXDOMAIN /* the top-level domain itself does not exist */
} caa_lookup_cause;

/* What feeding may answer; anything but OK has changed nothing. */
typedef enum {
    CAA_FEED_OK,
    CAA_FEED_DECIDED,   /* nothing more is wanted */
    CAA_FEED_OTHER_NAME /* this is not about the name that is wanted */
} caa_feed;

typedef enum {
    CAA_EMPTY_NODATA,
    CAA_EMPTY_NXDOMAIN,
    CAA_EMPTY_ASSUMED /* taken as empty without asking; the driver says so in its result */
} caa_empty;

#define CAA_TTL_UNKNOWN (-1)

/* Plain memory: copy it to take a snapshot (the trail's octets up to trail_used are never changed
 * before a step ends). All fields are for reading only. */
typedef struct {
    dns_name name;  /* the original name */
    dns_name asked; /* the name wanted now, or the last one; the end of the aliases so far */
    uint8_t climb;  /* the climb is at name.octets + climb: always a tail of the original name */
    uint8_t status; /* caa_lookup_status */
    uint8_t cause;  /* caa_lookup_cause */
    uint16_t aliases;
    uint16_t max_aliases;
    int64_t ttl;    /* smallest TTL along the way, in seconds; CAA_TTL_UNKNOWN until one is known */
    uint8_t *trail; /* alias targets of this step, in wire form, one behind the other */
    size_t trail_size;
    size_t trail_used;
} caa_lookup;

/* The trail that notices every loop at once. With a smaller one (0 and NULL will do) a loop is
 * noticed when max_aliases is exceeded: the verdict is the same, later. */
#define CAA_LOOKUP_TRAIL(max_aliases) ((size_t)(max_aliases)*DNS_NAME_MAX)

/* False, and nothing to want: name is the root, or a wildcard. RFC 8659 section 3 climbs from "X"
 * when "*.X" is requested; the caller remembers that it was. */
bool caa_lookup_start(caa_lookup *m, const dns_name *name, uint16_t max_aliases, uint8_t *trail,
                      size_t trail_size);

/* The owner whose CAA is wanted now; NULL when all is decided. */
const dns_name *caa_lookup_want(const caa_lookup *m);

/* The name of the present step, the original one or an ancestor of it; after the end the name where
 * it was found or where it stopped (after NONE: the topmost label). */
void caa_lookup_climb(const caa_lookup *m, dns_name *out);

/* owner is an alias (a CNAME, or a name below a DNAME) and target what it stands for. The step goes
 * on at the target, the climb later at the original name's parent. ttl in seconds. */
caa_feed caa_lookup_alias(caa_lookup *m, const dns_name *owner, const dns_name *target,
                          int64_t ttl);

/* owner has CAA records, whatever is in them. */
caa_feed caa_lookup_rrset(caa_lookup *m, const dns_name *owner, int64_t ttl);

/* owner has none. ttl is the negative one (RFC 2308 section 5). */
caa_feed caa_lookup_empty(caa_lookup *m, const dns_name *owner, caa_empty how, int64_t ttl);

/* owner could not be answered; status is CAA_LOOKUP_FAILED or CAA_LOOKUP_UNKNOWN. */
caa_feed caa_lookup_stop(caa_lookup *m, const dns_name *owner, caa_lookup_status status);

#endif
