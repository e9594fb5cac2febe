/* What one DNS message says about the CAA of one owner, packed into one block of octets.
 * SPDX-License-Identifier: MIT
 * RFC 8659 section 3, RFC 1034 section 4.3.2 (aliases), RFC 2308 (negative answers), RFC 6672
 * (DNAME).
 *
 * Everything in doubt is a failure: a message that breaks the format anywhere, a negative answer
 * whose SOA has nothing to do with the name, CAA beside a CNAME, a referral. "No CAA" is only said
 * when the server said it. */
#ifndef ISSUABLE_CAA_REPLY_H
#define ISSUABLE_CAA_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/message.h"
#include "dns/name.h"

typedef enum {
    CAA_REPLY_NOTHING,   /* not answered yet */
    CAA_REPLY_RRSET,     /* CAA records at the end of the aliases */
    CAA_REPLY_NODATA,    /* the end of the aliases has none */
    CAA_REPLY_NXDOMAIN,  /* the end of the aliases does not exist */
    CAA_REPLY_ALIAS,     /* aliases only: their end has to be asked by itself */
    CAA_REPLY_TRUNCATED, /* TC: to be asked again over TCP */
    CAA_REPLY_FAILED     /* see the cause */
} caa_reply_kind;

/* Why there is no answer; the larger one tells more when several servers failed in different ways.
 */
typedef enum {
    CAA_CAUSE_NONE,
    CAA_CAUSE_BUDGET,      /* the name's budget of queries, bytes or time is used up */
    CAA_CAUSE_MEMORY,      /* no memory */
    CAA_CAUSE_UNREACHABLE, /* the packet could not be sent, or its port is closed */
    CAA_CAUSE_TIMEOUT,     /* no answer */
    CAA_CAUSE_TCP_FAILED,  /* the answer is truncated and TCP does not work */
    CAA_CAUSE_TCP_BROKEN,  /* the TCP stream is not DNS, or ended too early */
    CAA_CAUSE_MISMATCH,    /* only answers that answer something else came */
    CAA_CAUSE_LAME, /* neither an authority for the name nor a resolver: a referral, or no AA and no
                       RA */
    CAA_CAUSE_FORMERR,
    CAA_CAUSE_NOTIMP,
    CAA_CAUSE_REFUSED,
    CAA_CAUSE_RCODE,     /* another rcode */
    CAA_CAUSE_TOO_LARGE, /* truncated over TCP as well: the answer is larger than DNS can carry */
    CAA_CAUSE_MALFORMED, /* the message breaks the format, or contradicts itself */
    CAA_CAUSE_RECORD,    /* a CAA record breaks RFC 8659 section 4.1 */
    CAA_CAUSE_SERVFAIL,
    CAA_CAUSE_YXDOMAIN, /* a DNAME makes the name too long */
    CAA_CAUSE_BOGUS     /* SERVFAIL, and an extended error says that DNSSEC validation failed */
} caa_cause;

/* A stable word: "timeout", "tcp-failed", … Never NULL. */
const char *caa_cause_name(caa_cause cause);

#define CAA_REPLY_ALIASES 17 /* one more than a lookup follows */

typedef struct {
    uint8_t kind;   /* caa_reply_kind */
    uint8_t cause;  /* caa_cause, when it failed */
    uint16_t rcode; /* 12 bits */
    uint16_t flags; /* of the header */
    uint8_t detail; /* dns_read_error, or caa_rdata_error for CAA_CAUSE_RECORD */
    uint8_t aliases;
    uint16_t records;
    int32_t error; /* extended DNS error, or DNS_NO_ERROR_CODE */
    int64_t ttl;   /* of the RRset or of the negative answer, without the aliases; -1: unknown */
    uint32_t used; /* octets of the block */
} caa_reply;

/* The block: for each alias its type (5 or 39), TTL (4 octets) and target in wire form; the SOA's
 * owner of a negative answer (one zero octet: none); for each record its length (2 octets) and its
 * data; the text of the extended error up to the end. */
#define CAA_REPLY_EXTRA                                                                            \
    (CAA_REPLY_ALIASES * (5 + DNS_NAME_MAX) + DNS_NAME_MAX) /* beside the message's size */
#define CAA_REPLY_BLOCK (DNS_MESSAGE_MAX + CAA_REPLY_EXTRA)

/* Reads message[0, len), which is known to answer the query for owner (dns_response_match).
 *   bare           it has no question
 *   authoritative  asked without RD: the server has to be an authority (AA)
 * block has room for len + CAA_REPLY_EXTRA octets. */
void caa_reply_read(caa_reply *out, uint8_t *block, const uint8_t *message, size_t len,
                    const dns_name *owner, bool bare, bool authoritative);

/* Walks through a block; start with {block, block + used}. */
typedef struct {
    const uint8_t *at;
    const uint8_t *end;
} caa_block;

/* The next alias: its target, type and TTL. Call as often as reply.aliases says. */
void caa_block_alias(caa_block *in, dns_name *target, uint8_t *type, int64_t *ttl);

/* The zone of a negative answer; *zone is the root when unknown. Call once, after the aliases. */
void caa_block_zone(caa_block *in, dns_name *zone);

/* The next record's data. Call as often as reply.records says, after the zone; what is left
 * afterwards is the extended error's text. */
const uint8_t *caa_block_record(caa_block *in, size_t *len);

#endif
