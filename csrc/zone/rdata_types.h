/* What the files that read the types share.
 * SPDX-License-Identifier: MIT
 * Nothing outside csrc/zone includes this. */
#ifndef ISSUABLE_ZONE_RDATA_TYPES_H
#define ISSUABLE_ZONE_RDATA_TYPES_H

#include "rdata.h"

/* The next token, or *ended with the line end left to be read. False: problem is filled. */
bool zone_rdata_more(zone_rdata *rdata, zone_token *token, bool quoted, bool *ended);

/* The fields of a type as a string of letters (rdata_types.c). */
const char *zone_type_fields(uint16_t type);

/* An address as text, read as inet_pton reads it; 4 or 16 octets. */
bool zone_address_parse(const uint8_t *bytes, size_t len, bool is_v6, uint8_t address[16]);

/* Readers of fields that more than one file needs; false: problem is filled. */
bool zone_rdata_bad(zone_rdata *rdata, const zone_token *token, const char *expected);
bool zone_rdata_address(zone_rdata *rdata, int family, size_t octets);
bool zone_rdata_hex(zone_rdata *rdata);                   /* to the end of the line */
bool zone_rdata_base64(zone_rdata *rdata, bool optional); /* the same */
bool zone_rdata_read_more(zone_rdata *rdata, char field); /* rdata_more.c */
bool zone_rdata_service_parameters(zone_rdata *rdata);    /* rdata_svcb.c */

bool zone_is_base64(const uint8_t *text, size_t len); /* in one word */
int zone_hex_value(uint8_t c);                        /* -1: not a hexadecimal digit */

#endif
