/* DNS messages: a query out, and a bounded reader for what comes back.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 4, RFC 6891 (EDNS), RFC 8914 (extended errors), RFC 2181 (TTLs).
 *
 * The reader takes (pointer, length), never allocates and never reads outside; a compression
 * pointer has to point strictly backwards from where its name began, so that every name ends. It is
 * held equal to ldns by spec/fuzz/dns_message.c. */
#ifndef ISSUABLE_DNS_MESSAGE_H
#define ISSUABLE_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "name.h"

#define DNS_HEADER      12
#define DNS_QUERY_MAX   (DNS_HEADER + DNS_NAME_MAX + 4 + 11)
#define DNS_MESSAGE_MAX 65535
#define DNS_EDNS_SIZE   1232 /* what fits everywhere without fragments: DNS flag day 2020 */
#define DNS_PORT        53

enum { DNS_CLASS_IN = 1 };

enum {
    DNS_TYPE_A = 1,
    DNS_TYPE_NS = 2,
    DNS_TYPE_CNAME = 5,
    DNS_TYPE_SOA = 6,
    DNS_TYPE_AAAA = 28,
    DNS_TYPE_DNAME = 39,
    DNS_TYPE_OPT = 41,
    DNS_TYPE_CAA = 257
};

enum {
    DNS_FLAG_QR = 0x8000,
    DNS_FLAG_OPCODE = 0x7800,
    DNS_FLAG_AA = 0x0400,
    DNS_FLAG_TC = 0x0200,
    DNS_FLAG_RD = 0x0100,
    DNS_FLAG_RA = 0x0080,
    DNS_FLAG_AD = 0x0020,
    DNS_FLAG_CD = 0x0010,
    DNS_FLAG_RCODE = 0x000f
};

enum {
    DNS_NOERROR = 0,
    DNS_FORMERR = 1,
    DNS_SERVFAIL = 2,
    DNS_NXDOMAIN = 3,
    DNS_NOTIMP = 4,
    DNS_REFUSED = 5,
    DNS_YXDOMAIN = 6,
    DNS_BADVERS = 16
};

/* "SERVFAIL"; for a number without a name "RCODE" and NULL are never returned: see dns_rcode_print.
 */
const char *dns_rcode_name(unsigned rcode); /* NULL when it has no name here */

typedef struct {
    uint16_t id;
    uint16_t type;
    bool recursion;         /* RD */
    bool checking_disabled; /* CD; RFC 4035 section 3.2.2 */
    bool edns;              /* an OPT record with DO and DNS_EDNS_SIZE */
    uint64_t
        mix; /* 0: the name as it is; else the case of its letters is drawn from this ("0x20") */
} dns_query;

/* Writes the query for owner; returns its length. */
size_t dns_query_write(uint8_t out[DNS_QUERY_MAX], const dns_query *query, const dns_name *owner);

typedef enum {
    DNS_MATCH,
    DNS_MATCH_BARE, /* no question, but an error that old servers send without one (FORMERR, NOTIMP)
                     */
    DNS_MATCH_CASE, /* the question's letters came back in another case */
    DNS_MATCH_NOT   /* not an answer to this query */
} dns_match;

/* Does the message answer the query that was sent? Id, QR, opcode, the one question with its class,
 * and its letters' case. Where it came from is the caller's to check. */
dns_match dns_response_match(const uint8_t *message, size_t len, const dns_query *query,
                             const dns_name *owner);

/* Where reading goes on. */
typedef struct {
    const uint8_t *message;
    size_t len;
    size_t at;
    uint16_t id;
    uint16_t flags;
    uint16_t counts[4]; /* questions, answers, authority, additional: as the header says */
} dns_reader;

typedef enum {
    DNS_READ_OK,
    DNS_READ_SHORT,       /* the message ends inside of something */
    DNS_READ_BAD_LABEL,   /* label type 01 or 10 */
    DNS_READ_BAD_POINTER, /* not strictly backwards, or into the header */
    DNS_READ_LONG_NAME,   /* more than 255 octets */
    DNS_READ_BAD_RDATA,   /* what a record holds does not fill it */
    DNS_READ_BAD_OPT /* two OPT records, one outside the additional section, options that do not fit
                      */
} dns_read_error;

/* A sentence fragment for people. Never NULL. */
const char *dns_read_strerror(dns_read_error error);

/* Reads the header; false when there is none. */
bool dns_reader_open(dns_reader *in, const uint8_t *message, size_t len);

/* Reads a name at *at, which moves behind it; the name comes out in lower case. */
dns_read_error dns_reader_name(const dns_reader *in, size_t *at, dns_name *out);

/* Skips one question, or reads it when out is not NULL. */
dns_read_error dns_reader_question(dns_reader *in, dns_name *out, uint16_t *type, uint16_t *class);

typedef struct {
    dns_name owner;
    uint16_t type;
    uint16_t class;
    uint32_t ttl; /* as it stands; RFC 2181 section 8 is the caller's */
    size_t rdata; /* offset in the message */
    uint16_t rdlength;
} dns_record;

/* Reads the next record; its data is inside of the message. */
dns_read_error dns_reader_record(dns_reader *in, dns_record *out);

/* What an OPT record says. */
typedef struct {
    bool present;
    uint8_t version;
    uint8_t rcode_high; /* the upper 8 bits of the 12-bit rcode */
    int32_t error;      /* the first extended DNS error, RFC 8914; -1: none */
    size_t text;        /* offset and length of its text */
    uint16_t text_len;
} dns_opt;

#define DNS_NO_ERROR_CODE (-1)

/* Reads an OPT record. */
dns_read_error dns_opt_read(const dns_reader *in, const dns_record *record, dns_opt *out);

/* "DNSSEC Bogus" for 6; NULL for a code without a name here. RFC 8914 section 4. */
const char *dns_error_name(int32_t code);

/* Codes that say that the answer failed DNSSEC validation: 6 to 12. */
bool dns_error_is_bogus(int32_t code);

/* The TTL of a negative answer from an SOA record: the smaller of its own and its MINIMUM field
 * (RFC 2308 section 5). */
dns_read_error dns_soa_negative_ttl(const dns_reader *in, const dns_record *record, uint32_t *ttl);

#endif
