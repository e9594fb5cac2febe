/* Record data: text to wire form, checked as BIND 9.18 checks it when it loads a zone.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 3.3, RFC 3597 section 5 (\# forms), RFC 6672 (DNAME), RFC 8659 section 4 (CAA).
 */
#ifndef ISSUABLE_ZONE_RDATA_H
#define ISSUABLE_ZONE_RDATA_H

#include "entry.h"

#define ZONE_RDATA_MAX 65535u

/* Reads the rdata tokens of one record. */
typedef struct {
    zone_scan *scan;
    const dns_name *origin; /* NULL: none is known, relative names are an error */
    zone_problem *problem;
    uint16_t type;
    bool generic;      /* \# form */
    bool wrong_length; /* \# form: the length is not that of the data */
    bool complete;     /* wire[0, len) is the whole rdata; false: a type that is only looked over */
    uint8_t *wire; /* the caller's, … */
    size_t room;   /* … so many octets */
    size_t len;
    zone_token flags; /* CAA, not \#: the tokens of its fields */
    zone_token tag;
    zone_token value;
    zone_token serial; /* SOA, not \# */
} zone_rdata;

/* Reads up to and including the end of the line. The caller has set scan, origin, problem, type,
 * wire and room. False: *problem says why (the line end may or may not have been read). */
bool zone_rdata_read(zone_rdata *rdata);

/* Parts, for the readers of single types. All return false after filling *problem. */
bool zone_rdata_name(zone_rdata *rdata); /* a domain name */
bool zone_rdata_number(zone_rdata *rdata, unsigned octets, const char *what, zone_token *token);
bool zone_rdata_octet(zone_rdata *rdata, uint8_t octet);                 /* appends */
bool zone_rdata_put(zone_rdata *rdata, uint32_t value, unsigned octets); /* appends, big-endian */

/* Appends the octets of a quoted or bare string, escapes decoded. `limit`: the most octets. */
bool zone_rdata_string(zone_rdata *rdata, const zone_token *token, size_t limit);

/* The rest of the line for the types that are not read by rdata.c itself (rdata_types.c). */
bool zone_rdata_read_type(zone_rdata *rdata);

/* Checks wire[0, len) of a \# form as BIND checks what arrives in a message; false: it is broken.
 */
bool zone_rdata_check_wire(uint16_t type, const uint8_t *wire, size_t len);

/* Fields of complete rdata of these types. */
bool zone_rdata_target(const zone_rdata *rdata, dns_name *target); /* CNAME, DNAME, NS */
uint32_t zone_soa_serial(const zone_rdata *rdata);
uint32_t zone_soa_minimum(const zone_rdata *rdata);

#endif
