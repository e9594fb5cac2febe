/* What the parts of the resolver share: names in the window, questions in flight, ports and
 * servers. SPDX-License-Identifier: MIT Source: csrc/caa/resolver.h. Everything is told by number;
 * lists are linked by numbers. */
#ifndef ISSUABLE_CAA_RESOLVER_STATE_H
#define ISSUABLE_CAA_RESOLVER_STATE_H

#include "resolver.h"

/* A trail of this size notices every loop of usual names at once; see lookup.h. */
#define CAA_TRAIL 1024

typedef enum {
    CAA_SLOT_FREE,
    CAA_SLOT_ASKED_CALLER, /* the caller was asked about the owner that is wanted */
    CAA_SLOT_WAITING,      /* for an entry */
    CAA_SLOT_DECIDED
} caa_slot_state;

#define CAA_STEP_OF_CALLER 0xfffffffeu
#define CAA_STEP_OF_STOP   0xfffffffdu

/* One name in progress. */
typedef struct {
    uint32_t next; /* in the free list, or among those that wait for one entry */
    uint32_t next_event;
    uint32_t waits_for; /* entry */
    uint32_t octets;
    int64_t started;
    uint16_t queries;
    uint8_t state; /* caa_slot_state */
    uint8_t stop;  /* caa_cause, when the last step is a stop */
    bool ask_caller;
    bool has_event;
    uint16_t steps;
    uint32_t step[CAA_STEPS_MAX]; /* entries, or one of the two above */
    uint8_t climb[CAA_STEPS_MAX]; /* where the climb was */
    caa_lookup lookup;
    uint8_t trail[CAA_TRAIL];
} caa_slot;

typedef enum {
    CAA_FLIGHT_FREE,
    CAA_FLIGHT_TO_SEND,
    CAA_FLIGHT_SENT,
    CAA_FLIGHT_TO_OPEN, /* waits for a stream */
    CAA_FLIGHT_STREAM
} caa_flight_state;

/* What is known about the worst failure so far. */
typedef struct {
    caa_reply reply;
    uint8_t server;
    uint8_t text_len;
    uint8_t text[64]; /* of the extended error */
} caa_failure;

/* One question on its way. */
typedef struct {
    uint32_t entry;
    uint32_t payer; /* the name whose budget it is on */
    uint32_t next;  /* in the queue of what is to be sent, or the free list */
    uint32_t id_next;
    uint32_t heap; /* place among the deadlines, CAA_NONE when it has none */
    int64_t deadline;
    dns_query query;
    uint64_t bad; /* servers that failed for good, a bit each */
    uint16_t port;
    uint16_t generation; /* of the stream */
    uint8_t state;       /* caa_flight_state */
    uint8_t server;
    uint8_t first; /* server of the first attempt */
    uint8_t attempt;
    bool pinned;    /* one server only */
    bool stream;    /* this attempt goes by TCP */
    bool truncated; /* because the answer by UDP was truncated */
    bool spoofed;   /* all attempts go by TCP: too many forged answers */
    bool case_seen; /* an answer came back whose letters were changed */
    bool with_cd;   /* the last question: what would be the answer without DNSSEC? */
    int16_t cd_rcode;
    caa_failure failure;
    uint8_t *buffer; /* of the stream */
    uint32_t have;
    uint32_t room;
} caa_flight;

typedef struct {
    uint32_t sent; /* packets since the port is new */
    uint32_t in_flight;
    uint32_t spoofed;
    bool to_renew; /* waits in the queue of ports */
} caa_port;

typedef struct {
    bool shared;
    bool no_edns;     /* it answers without EDNS only */
    uint8_t timeouts; /* in a row */
} caa_server;

struct caa_resolver {
    caa_resolver_config config;
    caa_memo memo;
    dns_random random;

    caa_slot *slots;
    uint32_t free_slot;
    uint32_t first_event, last_event; /* names that have something to say */
    uint32_t active;

    caa_flight *flights;
    uint32_t flight_count, free_flight;
    uint32_t first_send, last_send; /* flights to send by UDP */
    uint32_t first_open, last_open; /* flights that wait for a stream */
    uint32_t streams;
    uint32_t *heap;
    uint32_t heap_size;
    uint32_t *ids; /* flights by port and id */
    uint32_t id_mask;

    uint32_t close[CAA_STREAMS_MAX]; /* streams to close */
    uint32_t closing;

    caa_port ports[CAA_PORTS_MAX];
    uint16_t renew[CAA_PORTS_MAX]; /* ports that want a new socket */
    uint32_t renewing;
    uint16_t port; /* the present one, and for how many packets more */
    uint16_t port_left;

    caa_server servers[CAA_SERVERS_MAX];
    uint8_t server[CAA_SERVERS_MAX]; /* those that lookups ask */
    unsigned server_count, shared_count, next_server;

    uint32_t plain; /* plain queries in flight */
    uint32_t first_answer,
        last_answer; /* plain queries that are answered, by `next` of their entries */
    caa_resolver_counts counts;
    uint8_t block[CAA_REPLY_BLOCK];
};

/* resolver.c: the entry is answered; who waited for it goes on. */
void caa_resolver_answered(caa_resolver *r, uint32_t entry, int64_t now);
/* How long an answer is remembered. */
int64_t caa_resolver_expiry(const caa_resolver *r, const caa_reply *reply, int64_t now);

/* flight.c */
bool caa_flights_open(caa_resolver *r);
void caa_flights_close(caa_resolver *r);
/* Starts to ask for an entry; false: no memory. */
bool caa_flight_start(caa_resolver *r, uint32_t entry, uint32_t payer, const dns_query *query,
                      int server, int64_t now);
/* Nobody waits any more. */
void caa_flight_cancel(caa_resolver *r, uint32_t flight);
void caa_flight_attempt(caa_resolver *r, uint32_t flight, int64_t now);
/* This attempt failed; on to the next one, or to the end. */
void caa_flight_failed(caa_resolver *r, uint32_t flight, caa_cause cause, int64_t now);
/* Too many forged answers, or ones in another case: the same server by TCP, and only that from now
 * on. */
void caa_flight_by_stream(caa_resolver *r, uint32_t flight);
/* A message that answers the flight's query. */
void caa_flight_message(caa_resolver *r, uint32_t flight, const uint8_t *octets, size_t len,
                        bool bare, int64_t now);

/* flight_list.c: deadlines, ids, queues. */
void caa_flight_until(caa_resolver *r, uint32_t flight, int64_t deadline);
void caa_flight_no_deadline(caa_resolver *r, uint32_t flight);
uint32_t caa_flight_first_due(const caa_resolver *r); /* CAA_NONE: none */
void caa_flight_take_id(caa_resolver *r, uint32_t flight);
void caa_flight_give_id(caa_resolver *r, uint32_t flight);
uint32_t caa_flight_by_id(const caa_resolver *r, unsigned port, uint16_t id);
void caa_flight_queue(caa_resolver *r, uint32_t *first, uint32_t *last, uint32_t flight);
uint32_t caa_flight_unqueue(caa_resolver *r, uint32_t *first, uint32_t *last);
void caa_flight_remove(caa_resolver *r, uint32_t *first, uint32_t *last, uint32_t flight);

#endif
