/* The resolver: names in, decided lookups out; between them packets that somebody else carries.
 * SPDX-License-Identifier: MIT
 * RFC 8659 section 3 (through lookup.h), RFC 5452 (forged answers), RFC 6891, RFC 7766, RFC 9520.
 *
 *     caa_resolver_start(r, &name, false, now)   as many as there is room for
 *     forever
 *         while (caa_resolver_action(r, now, &action) is not WAIT) carry it out
 *         while (caa_resolver_event(r, &event)) use it, caa_resolver_release
 *         wait for packets, for stream data, or until action.until, and feed what there is
 *
 * It does no input or output, knows no clock (times are milliseconds of the caller's) and no source
 * of entropy but what it was given, and allocates nothing for a usual answer once it runs. The
 * climb is caa_lookup's; here are ids, letters' case, source ports, retries, servers, EDNS,
 * truncation and TCP, budgets, and the memory of every owner that was asked, with in-flight
 * questions shared. */
#ifndef ISSUABLE_CAA_RESOLVER_H
#define ISSUABLE_CAA_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/message.h"
#include "dns/random.h"
#include "lookup.h"
#include "memo.h"
#include "reply.h"

#define CAA_SERVERS_MAX 64
#define CAA_STEPS_MAX   160 /* answers for one name: 127 labels and 16 aliases are fewer */
#define CAA_PORTS_MAX   1024
#define CAA_PLAIN_MAX   64 /* plain queries in flight */
#define CAA_STREAMS_MAX 32 /* TCP connections at once */

typedef struct {
    uint16_t window;      /* names at once */
    uint16_t ports;       /* source ports at once: 1 to CAA_PORTS_MAX */
    uint16_t max_aliases; /* for one name */
    uint16_t max_queries; /* for one name; parents that others asked for are not counted */
    uint32_t max_octets;  /* of answers for one name */
    int64_t max_time;     /* for one name, until the last question starts */
    uint32_t memo;        /* owners that are remembered */
    uint8_t attempts;     /* rounds over all servers */
    bool rotate;          /* start each question at the next server */
    bool recursion;       /* RD: the servers are resolvers; false: authorities */
    bool trust_ad;        /* what AD says counts: secure or insecure, else unchecked */
    int64_t timeout;      /* for an answer by UDP; twice that for TCP */
    int64_t keep; /* an answer is remembered this long at least, even when its TTL is smaller */
    int64_t keep_failure;
    uint32_t
        max_spoofed; /* answers to nobody's question on one port before its questions move to TCP */
    uint8_t entropy[DNS_ENTROPY];
} caa_resolver_config;

/* Sensible values for everything but the entropy. */
void caa_resolver_defaults(caa_resolver_config *config);

typedef struct caa_resolver caa_resolver;

/* NULL: no memory. */
caa_resolver *caa_resolver_open(const caa_resolver_config *config);
void caa_resolver_close(caa_resolver *r);

/* Adds a server, which is known by its number from then on (0, 1, …); -1: there are
 * CAA_SERVERS_MAX. `shared`: lookups ask it; else only plain queries that name it do. */
int caa_resolver_add_server(caa_resolver *r, bool shared);

/* Starts the lookup for a name; its number, or CAA_NONE when the window is full.
 *   ask_caller  every owner is offered to the caller first (CAA_EVENT_WANT), who tells or says ask
 */
uint32_t caa_resolver_start(caa_resolver *r, const dns_name *name, bool ask_caller, int64_t now);

/* A single question of any type to one server, outside of any lookup: its answer is the message
 * itself. CAA_NONE: no memory. Ends with CAA_EVENT_ANSWER; then caa_resolver_message and
 * caa_resolver_drop. */
uint32_t caa_resolver_query(caa_resolver *r, const dns_name *owner, uint16_t type, unsigned server,
                            bool recursion, bool checking_disabled, int64_t now);

typedef enum {
    CAA_ACTION_WAIT, /* nothing to do before `until` (INT64_MAX: before something is fed or started)
                      */
    CAA_ACTION_UDP,  /* send octets[0, len) to `server` from the socket of `port` */
    CAA_ACTION_STREAM,  /* connect to `server` and send octets[0, len); what comes back is of
                           `stream` */
    CAA_ACTION_CLOSE,   /* close `stream`: nothing of it is wanted any more */
    CAA_ACTION_NEW_PORT /* give `port` a new socket with another random number before its next
                           packet */
} caa_action_kind;

typedef struct {
    caa_action_kind kind;
    unsigned server;
    unsigned port;
    uint32_t stream;
    int64_t until;
    size_t len;
    uint8_t octets[2 + DNS_QUERY_MAX]; /* for a stream with the two octets of its length */
} caa_action;

caa_action_kind caa_resolver_action(caa_resolver *r, int64_t now, caa_action *out);

/* A datagram came to `port` from `server`, -1 when it is from an address of none. */
void caa_resolver_datagram(caa_resolver *r, unsigned port, int server, const uint8_t *octets,
                           size_t len, int64_t now);

/* A packet with this id could not be sent, or came back as undeliverable. */
void caa_resolver_undelivered(caa_resolver *r, unsigned port, int server, uint16_t id, int64_t now);

/* Some octets of a stream, cut anywhere; and its end, for whatever reason. */
void caa_resolver_stream(caa_resolver *r, uint32_t stream, const uint8_t *octets, size_t len,
                         int64_t now);
void caa_resolver_stream_closed(caa_resolver *r, uint32_t stream, int64_t now);

/* Time went by. */
void caa_resolver_tick(caa_resolver *r, int64_t now);

typedef enum {
    CAA_EVENT_NONE,
    CAA_EVENT_WANT,    /* the lookup wants `owner`: caa_resolver_tell or caa_resolver_ask */
    CAA_EVENT_DECIDED, /* the lookup is decided: caa_resolver_release when it was read */
    CAA_EVENT_ANSWER   /* a plain query is answered, or failed */
} caa_event_kind;

/* The next event: its kind and the number of the lookup or query. */
caa_event_kind caa_resolver_event(caa_resolver *r, uint32_t *index);

bool caa_resolver_has_events(const caa_resolver *r);

/* The lookup of a started name. */
const caa_lookup *caa_resolver_lookup(const caa_resolver *r, uint32_t index);

/* After CAA_EVENT_WANT: `moved` is the lookup after the caller fed it one answer | the servers
 * shall say. */
void caa_resolver_tell(caa_resolver *r, uint32_t index, const caa_lookup *moved, int64_t now);
void caa_resolver_ask(caa_resolver *r, uint32_t index, int64_t now);

/* The answers of a lookup in the order in which they were fed. */
typedef enum {
    CAA_STEP_ENTRY, /* `entry` */
    CAA_STEP_TOLD,  /* the caller's */
    CAA_STEP_STOP   /* the lookup was stopped by `cause` (budget, memory) */
} caa_step_kind;

typedef struct {
    caa_step_kind kind;
    const caa_entry *entry; /* valid until the next call that may ask */
    uint32_t entry_index;
    caa_cause cause;
    dns_name climb; /* the climb's name at this step */
} caa_step;

size_t caa_resolver_steps(const caa_resolver *r, uint32_t index);
void caa_resolver_step(const caa_resolver *r, uint32_t index, size_t step, caa_step *out);

/* Secure when every answer on the way is, bogus when one is, insecure when all were checked, else
 * unchecked. */
caa_security caa_resolver_security(const caa_resolver *r, uint32_t index);

bool caa_resolver_is_decided(const caa_resolver *r, uint32_t index);
bool caa_resolver_wants(const caa_resolver *r, uint32_t index); /* after CAA_EVENT_WANT */

/* Gives a lookup's place in the window back, decided or not. */
void caa_resolver_release(caa_resolver *r, uint32_t index);

/* The entry of a plain query; its block is the message when reply.kind is CAA_REPLY_RRSET, else
 * empty. */
const caa_entry *caa_resolver_entry(const caa_resolver *r, uint32_t entry);
bool caa_resolver_is_query(const caa_resolver *r, size_t entry);
void caa_resolver_drop(caa_resolver *r, uint32_t entry);

/* Names in progress. */
unsigned caa_resolver_active(const caa_resolver *r);

typedef struct {
    uint64_t queries;
    uint64_t streams;
    uint64_t octets;  /* of answers that matched */
    uint64_t ignored; /* datagrams that answered nothing */
    uint64_t timeouts;
    uint64_t owners; /* owners that were asked */
} caa_resolver_counts;

const caa_resolver_counts *caa_resolver_count(const caa_resolver *r);

#endif
