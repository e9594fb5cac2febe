/* The head of a record: owner, TTL, class and type, as tokens and values.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1: [<TTL>] [<class>] <type> or [<class>] [<TTL>] <type>. */
#ifndef ISSUABLE_ZONE_ENTRY_H
#define ISSUABLE_ZONE_ENTRY_H

#include "scan.h"

typedef struct {
    zone_token owner; /* ZONE_TOKEN_BLANK: inherited */
    zone_token ttl;   /* ZONE_TOKEN_NONE: not given; so class_ */
    zone_token class_;
    zone_token type;
    uint32_t ttl_value;
    uint16_t class_value; /* 0: not given */
    uint16_t type_value;
} zone_head;

typedef enum {
    ZONE_HEAD_OK,
    ZONE_HEAD_EMPTY, /* blanks and nothing else: not a record; the line end was read */
    ZONE_HEAD_BAD    /* *problem says what */
} zone_head_result;

/* Reads what follows the owner token, which zone_scan_entry gave. */
zone_head_result zone_read_head(zone_scan *scan, const zone_token *owner, zone_head *head,
                                zone_problem *problem);

/* The characters of a token without the quotes. */
const char *zone_token_text(const zone_scan *scan, const zone_token *token, size_t *len);

/* Words the error of a ZONE_TOKEN_ERROR; returns false. */
bool zone_token_error(const zone_scan *scan, const zone_token *token, zone_problem *problem);

/* Next token, which must be a word (or, with quoted, a quoted string). False: *problem says why;
 * `what` is what was expected, for the message ("a TTL"). */
bool zone_need(zone_scan *scan, zone_token *token, bool quoted, const char *what,
               zone_problem *problem);

/* The same, but the end of the line is fine too. */
bool zone_may(zone_scan *scan, zone_token *token, bool quoted, zone_problem *problem);

/* The line must end here. */
bool zone_need_end(zone_scan *scan, zone_problem *problem);

/* The same for a directive: BIND refuses one that the end of the file ends. */
bool zone_need_line_end(zone_scan *scan, zone_problem *problem);
bool zone_check_line_end(const zone_scan *scan, zone_problem *problem); /* its end was read */

#endif
