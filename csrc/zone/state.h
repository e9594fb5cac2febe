/* The inside of a zone, shared by load.c, check.c and answer.c.
 * SPDX-License-Identifier: MIT
 * Nothing outside csrc/zone includes this. */
#ifndef ISSUABLE_ZONE_STATE_H
#define ISSUABLE_ZONE_STATE_H

#include "zone.h"

#define ZONE_DEPTH_MAX 16

/* One file that is being read. */
typedef struct {
    uint32_t file;
    zone_scan scan;
    bool has_origin;
    bool has_owner;
    bool lost_owner; /* the last owner could not be read: blank ones belong to no name */
    dns_name origin;
    uint32_t owner; /* node of the last owner, for blank ones */
} zone_frame;

struct zone {
    zone_store store;
    zone_limits limits;
    size_t bytes; /* of all files so far */
    zone_frame frames[ZONE_DEPTH_MAX + 1];
    size_t depth;     /* frames in use */
    uint32_t context; /* ZONE_NIL: origin, file or default TTL have changed since the last one */
    uint32_t last_ttl;
    bool has_last_ttl;
    uint32_t default_ttl;
    bool has_default_ttl;
    bool dated;         /* a $DATE in the past was seen: BIND takes no $INCLUDE after it */
    bool said_relative; /* relative-without-origin is reported once */
    bool stopped;       /* a limit or the error cap was reached */
    bool failed;        /* at least one error that is not a warning */
    size_t errors;
    size_t warnings;
    zone_token wanted; /* the file name of the $INCLUDE */
    dns_name include_origin;
    bool has_include_origin;
    size_t include_first; /* the directive */
    size_t include_end;
    uint32_t soa;  /* record */
    uint32_t apex; /* node */
    uint32_t soa_minimum;
    zone_problem problem; /* large: not on the stack */
    uint8_t wire[ZONE_RDATA_MAX + 1];
    uint8_t other[ZONE_RDATA_MAX + 1]; /* to compare with */
};

/* Keeps z->problem (or the given one); false: no memory. */
bool zone_report_at(zone *z, uint32_t file, uint32_t order, bool warning,
                    const zone_problem *problem);

/* The answer to a question, whatever the status of the zone. */
void zone_look_up(zone *z, const dns_name *name, uint16_t type, zone_answer *answer);

/* The checks on the zone as a whole, once everything is read; false: no memory. */
bool zone_check(zone *z);

#endif
