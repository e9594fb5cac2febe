/* One question on its way: which server next, by what transport, and what its answers and failures
 * mean. SPDX-License-Identifier: MIT RFC 6891 section 6.2.2 (servers without EDNS), RFC 7766 (TCP),
 * RFC 4035 section 3.2.2 (CD), RFC 8914. */
#include <stdlib.h>
#include <string.h>

#include "resolver_state.h"

bool caa_flights_open(caa_resolver *r) {
    r->flight_count = (uint32_t)r->config.window + CAA_PLAIN_MAX;
    uint32_t ids = 64;
    while (ids < 2 * r->flight_count) {
        ids *= 2;
    }
    r->id_mask = ids - 1;
    r->flights = calloc(r->flight_count, sizeof *r->flights);
    r->heap = malloc(r->flight_count * sizeof *r->heap);
    r->ids = malloc(ids * sizeof *r->ids);
    if (r->flights == NULL || r->heap == NULL || r->ids == NULL) {
        return false;
    }
    memset(r->ids, 0xff, ids * sizeof *r->ids);
    r->first_send = r->last_send = r->first_open = r->last_open = r->free_flight = CAA_NONE;
    for (uint32_t i = r->flight_count; i > 0; i--) {
        r->flights[i - 1].next = r->free_flight;
        r->free_flight = i - 1;
    }
    return true;
}

void caa_flights_close(caa_resolver *r) {
    for (uint32_t i = 0; r->flights != NULL && i < r->flight_count; i++) {
        free(r->flights[i].buffer);
    }
    free(r->flights);
    free(r->heap);
    free(r->ids);
}

/* Whatever it waits for, it does no longer. */
static void stop_waiting(caa_resolver *r, uint32_t flight) {
    caa_flight *f = &r->flights[flight];
    caa_flight_no_deadline(r, flight);
    switch (f->state) {
    case CAA_FLIGHT_TO_SEND:
        caa_flight_remove(r, &r->first_send, &r->last_send, flight);
        break;
    case CAA_FLIGHT_TO_OPEN:
        caa_flight_remove(r, &r->first_open, &r->last_open, flight);
        break;
    case CAA_FLIGHT_SENT: {
        caa_flight_give_id(r, flight);
        caa_port *port = &r->ports[f->port];
        port->in_flight--;
        if (port->in_flight == 0 && port->sent >= 256 && !port->to_renew) {
            port->to_renew = true;
            r->renew[r->renewing++] = f->port;
        }
        break;
    }
    case CAA_FLIGHT_STREAM:
        if (r->closing < CAA_STREAMS_MAX) {
            r->close[r->closing++] = flight | (uint32_t)f->generation << 16;
        }
        break;
    default:
        break;
    }
    free(f->buffer);
    f->buffer = NULL;
    f->have = f->room = 0;
    f->state = CAA_FLIGHT_FREE;
}

static void begin(caa_resolver *r, uint32_t flight, unsigned server, bool stream, bool edns) {
    caa_flight *f = &r->flights[flight];
    f->server = (uint8_t)server;
    f->stream = stream || f->spoofed;
    f->query.edns = edns;
    f->query.mix = 0;
    f->case_seen = false;
    if (f->stream) {
        f->state = CAA_FLIGHT_TO_OPEN;
        caa_flight_queue(r, &r->first_open, &r->last_open, flight);
    } else {
        f->state = CAA_FLIGHT_TO_SEND;
        caa_flight_queue(r, &r->first_send, &r->last_send, flight);
    }
}

bool caa_flight_start(caa_resolver *r, uint32_t entry, uint32_t payer, const dns_query *query,
                      int server, int64_t now) {
    uint32_t flight = r->free_flight;
    if (flight == CAA_NONE || (server < 0 && r->shared_count == 0)) {
        return false;
    }
    caa_flight *f = &r->flights[flight];
    r->free_flight = f->next;
    uint16_t generation = f->generation;
    memset(f, 0, sizeof *f);
    f->generation = generation;
    f->heap = CAA_NONE;
    f->entry = entry;
    f->payer = payer;
    f->query = *query;
    f->cd_rcode = -1;
    f->pinned = server >= 0;
    f->failure.reply.kind = CAA_REPLY_FAILED;
    f->failure.reply.error = DNS_NO_ERROR_CODE;
    f->failure.reply.ttl = -1;
    if (f->pinned) {
        f->first = (uint8_t)server;
    } else if (r->config.rotate) {
        f->first = (uint8_t)(r->next_server++ % r->shared_count);
    }
    r->memo.entries[entry].flight = flight;
    caa_flight_attempt(r, flight, now);
    return true;
}

static void release(caa_resolver *r, uint32_t flight) {
    stop_waiting(r, flight);
    r->flights[flight].next = r->free_flight;
    r->free_flight = flight;
}

void caa_flight_cancel(caa_resolver *r, uint32_t flight) {
    release(r, flight);
}

/* The entry is answered by a reply and its block. */
static void complete(caa_resolver *r, uint32_t flight, const caa_reply *reply, const uint8_t *block,
                     unsigned server, int64_t now) {
    caa_flight *f = &r->flights[flight];
    uint32_t index = f->entry;
    caa_entry *e = &r->memo.entries[index];
    bool failed = reply->kind == CAA_REPLY_FAILED;
    e->flight = CAA_NONE;
    e->server = (uint8_t)server;
    e->tcp = f->stream;
    e->edns = f->query.edns;
    e->cd_rcode = f->cd_rcode;
    if (failed) {
        e->security = reply->cause == CAA_CAUSE_BOGUS ? CAA_BOGUS : CAA_UNCHECKED;
    } else if (!r->config.trust_ad || !f->query.edns) {
        e->security = CAA_UNCHECKED;
    } else {
        e->security = (reply->flags & DNS_FLAG_AD) != 0 ? CAA_SECURE : CAA_INSECURE;
    }
    release(r, flight);
    (void)caa_memo_answer(&r->memo, index, reply, block, caa_resolver_expiry(r, reply, now));
    caa_resolver_answered(r, index, now);
}

/* No attempt is left. */
static void finish(caa_resolver *r, uint32_t flight, int64_t now) {
    caa_flight *f = &r->flights[flight];
    caa_failure *failure = &f->failure;
    unsigned cause = failure->reply.cause;
    bool dnssec = cause == CAA_CAUSE_SERVFAIL || cause == CAA_CAUSE_BOGUS;
    if (dnssec && !f->with_cd && f->query.recursion && !r->memo.entries[f->entry].plain) {
        f->with_cd = true;
        f->query.checking_disabled = true;
        f->pinned = true;
        f->first = failure->server;
        f->attempt = 0;
        f->bad = 0;
        f->cd_rcode = -2;
        caa_flight_attempt(r, flight, now);
        return;
    }
    if (cause == CAA_CAUSE_NONE) {
        failure->reply.cause = CAA_CAUSE_TIMEOUT;
    }
    failure->reply.used = 1u + failure->text_len;
    r->block[0] = 0;
    memcpy(r->block + 1, failure->text, failure->text_len);
    complete(r, flight, &failure->reply, r->block, failure->server, now);
}

void caa_flight_attempt(caa_resolver *r, uint32_t flight, int64_t now) {
    caa_flight *f = &r->flights[flight];
    unsigned servers = f->pinned ? 1 : r->shared_count;
    while (f->attempt < servers * r->config.attempts) {
        unsigned server =
            f->pinned ? f->first : r->server[(f->first + (unsigned)f->attempt) % servers];
        f->attempt++;
        if ((f->bad >> server & 1) == 0) {
            begin(r, flight, server, false, !r->servers[server].no_edns);
            return;
        }
    }
    finish(r, flight, now);
}

/* Keeps the failure that tells most. */
static void note(caa_flight *f, const caa_reply *reply, const uint8_t *text, size_t len) {
    if (f->with_cd || reply->cause <= f->failure.reply.cause) {
        return;
    }
    f->failure.reply = *reply;
    f->failure.server = f->server;
    f->failure.text_len = (uint8_t)(len < sizeof f->failure.text ? len : sizeof f->failure.text);
    if (len != 0) {
        memcpy(f->failure.text, text, f->failure.text_len);
    }
}

void caa_flight_failed(caa_resolver *r, uint32_t flight, caa_cause cause, int64_t now) {
    caa_flight *f = &r->flights[flight];
    caa_reply reply;
    memset(&reply, 0, sizeof reply);
    reply.kind = CAA_REPLY_FAILED;
    reply.cause = (uint8_t)cause;
    reply.error = DNS_NO_ERROR_CODE;
    reply.ttl = -1;
    stop_waiting(r, flight);
    if (cause == CAA_CAUSE_TCP_FAILED || cause == CAA_CAUSE_TCP_BROKEN) {
        f->bad |= (uint64_t)1 << f->server; /* it would truncate again */
    }
    note(f, &reply, NULL, 0);
    caa_flight_attempt(r, flight, now);
}

void caa_flight_by_stream(caa_resolver *r, uint32_t flight) {
    caa_flight *f = &r->flights[flight];
    stop_waiting(r, flight);
    f->spoofed = true;
    begin(r, flight, f->server, true, f->query.edns);
}

/* A plain query takes any message that is whole. */
static void take_plain(caa_reply *reply, uint8_t *block, const uint8_t *octets, size_t len,
                       bool bare) {
    memset(reply, 0, sizeof *reply);
    reply->error = DNS_NO_ERROR_CODE;
    reply->ttl = -1;
    reply->flags = (uint16_t)(octets[2] << 8 | octets[3]);
    reply->rcode = reply->flags & DNS_FLAG_RCODE;
    reply->kind = CAA_REPLY_RRSET;
    if ((reply->flags & DNS_FLAG_TC) != 0 && !bare) {
        reply->kind = CAA_REPLY_TRUNCATED;
    } else if (reply->rcode == DNS_FORMERR) {
        reply->kind = CAA_REPLY_FAILED;
        reply->cause = CAA_CAUSE_FORMERR;
    } else {
        memcpy(block, octets, len);
        reply->used = (uint32_t)len;
    }
}

void caa_flight_message(caa_resolver *r, uint32_t flight, const uint8_t *octets, size_t len,
                        bool bare, int64_t now) {
    caa_flight *f = &r->flights[flight];
    const caa_entry *e = &r->memo.entries[f->entry];
    caa_reply reply;
    r->counts.octets += len;
    r->servers[f->server].timeouts = 0;
    if (f->payer != CAA_NONE) {
        r->slots[f->payer].octets += (uint32_t)len;
    }
    if (e->plain) {
        take_plain(&reply, r->block, octets, len, bare);
    } else {
        dns_name owner;
        caa_entry_owner(e, &owner);
        caa_reply_read(&reply, r->block, octets, len, &owner, bare, !f->query.recursion);
    }
    stop_waiting(r, flight); /* octets may be the flight's own buffer: not used from here on */
    if (reply.kind == CAA_REPLY_TRUNCATED) {
        if (!f->stream) {
            f->truncated = true;
            begin(r, flight, f->server, true, f->query.edns);
            return;
        }
        reply.kind = CAA_REPLY_FAILED;
        reply.cause = CAA_CAUSE_TOO_LARGE;
        reply.used = 0;
    }
    if (reply.cause == CAA_CAUSE_FORMERR && f->query.edns) {
        begin(r, flight, f->server, f->stream, false);
        return;
    }
    if (f->with_cd) {
        f->cd_rcode = (int16_t)reply.rcode;
        finish(r, flight, now);
        return;
    }
    if (reply.kind == CAA_REPLY_FAILED) {
        size_t text = reply.used > 1 ? reply.used - 1 : 0;
        f->bad |= (uint64_t)1 << f->server;
        note(f, &reply, r->block + 1, text);
        caa_flight_attempt(r, flight, now);
        return;
    }
    if (!f->query.edns) {
        r->servers[f->server].no_edns = true;
    }
    complete(r, flight, &reply, r->block, f->server, now);
}
