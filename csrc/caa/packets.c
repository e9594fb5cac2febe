/* What goes out of the resolver and what comes in: datagrams, streams, time.
 * SPDX-License-Identifier: MIT
 * RFC 5452 (matching answers, many ports), RFC 7766 section 8 (two octets of length before a
 * message). */
#include <stdlib.h>
#include <string.h>

#include "resolver_state.h"

enum {
    PACKETS_A_TURN = 64,  /* packets in a row from one port: a driver sends them with one call */
    PACKETS_A_PORT = 256, /* then the port gets a new number */
    TIMEOUTS_OF_A_DEAD_SERVER = 10
};

static unsigned pick_port(caa_resolver *r) {
    if (r->port_left > 0 && r->ports[r->port].sent < PACKETS_A_PORT &&
        !r->ports[r->port].to_renew) {
        r->port_left--;
        return r->port;
    }
    unsigned port = 0;
    for (int tries = 0; tries < 8; tries++) {
        port = dns_random_below(&r->random, r->config.ports);
        if (r->ports[port].sent < PACKETS_A_PORT && !r->ports[port].to_renew) {
            break;
        }
    }
    r->port = (uint16_t)port;
    r->port_left = PACKETS_A_TURN - 1;
    return port;
}

/* A server that never answers is not waited for as long as one that did. */
static int64_t patience(const caa_resolver *r, unsigned server) {
    bool dead = r->servers[server].timeouts >= TIMEOUTS_OF_A_DEAD_SERVER;
    return dead && r->config.timeout > 500 ? 500 : r->config.timeout;
}

static size_t write_query(const caa_resolver *r, const caa_flight *f, uint8_t *out) {
    dns_name owner;
    caa_entry_owner(&r->memo.entries[f->entry], &owner);
    return dns_query_write(out, &f->query, &owner);
}

static void send_datagram(caa_resolver *r, uint32_t flight, int64_t now, caa_action *out) {
    caa_flight *f = &r->flights[flight];
    f->port = (uint16_t)pick_port(r);
    f->query.mix = dns_random_64(&r->random) | 1;
    caa_flight_take_id(r, flight);
    r->ports[f->port].sent++;
    r->ports[f->port].in_flight++;
    f->state = CAA_FLIGHT_SENT;
    caa_flight_until(r, flight, now + patience(r, f->server));
    r->counts.queries++;
    out->kind = CAA_ACTION_UDP;
    out->server = f->server;
    out->port = f->port;
    out->len = write_query(r, f, out->octets);
}

static void open_stream(caa_resolver *r, uint32_t flight, int64_t now, caa_action *out) {
    caa_flight *f = &r->flights[flight];
    f->query.id = (uint16_t)dns_random_32(&r->random);
    f->query.mix = dns_random_64(&r->random) | 1;
    f->generation++;
    f->state = CAA_FLIGHT_STREAM;
    r->streams++;
    caa_flight_until(r, flight, now + 2 * r->config.timeout);
    r->counts.queries++;
    r->counts.streams++;
    out->kind = CAA_ACTION_STREAM;
    out->server = f->server;
    out->stream = flight | (uint32_t)f->generation << 16;
    out->len = write_query(r, f, out->octets + 2);
    out->octets[0] = (uint8_t)(out->len >> 8);
    out->octets[1] = (uint8_t)out->len;
    out->len += 2;
}

caa_action_kind caa_resolver_action(caa_resolver *r, int64_t now, caa_action *out) {
    if (r->closing > 0) {
        out->kind = CAA_ACTION_CLOSE;
        out->stream = r->close[--r->closing];
        r->streams--;
    } else if (r->renewing > 0) {
        out->kind = CAA_ACTION_NEW_PORT;
        out->port = r->renew[--r->renewing];
        memset(&r->ports[out->port], 0, sizeof r->ports[out->port]);
    } else if (r->first_send != CAA_NONE) {
        send_datagram(r, caa_flight_unqueue(r, &r->first_send, &r->last_send), now, out);
    } else if (r->first_open != CAA_NONE && r->streams < CAA_STREAMS_MAX) {
        open_stream(r, caa_flight_unqueue(r, &r->first_open, &r->last_open), now, out);
    } else {
        uint32_t due = caa_flight_first_due(r);
        out->kind = CAA_ACTION_WAIT;
        out->until = due == CAA_NONE ? INT64_MAX : r->flights[due].deadline;
    }
    return out->kind;
}

/* Somebody guesses: what waits on this port asks by TCP from now on. */
static void leave_port(caa_resolver *r, unsigned port) {
    r->ports[port].spoofed = 0;
    for (uint32_t i = 0; i < r->flight_count; i++) {
        caa_flight *f = &r->flights[i];
        if (f->state == CAA_FLIGHT_SENT && f->port == port) {
            caa_flight_until(r, i, INT64_MIN); /* the next tick moves it */
        }
    }
}

static void ignore(caa_resolver *r, unsigned port) {
    r->counts.ignored++;
    if (++r->ports[port].spoofed >= r->config.max_spoofed) {
        leave_port(r, port);
    }
}

void caa_resolver_datagram(caa_resolver *r, unsigned port, int server, const uint8_t *octets,
                           size_t len, int64_t now) {
    if (port >= r->config.ports) {
        return;
    }
    uint32_t flight = CAA_NONE;
    if (len >= DNS_HEADER) {
        flight = caa_flight_by_id(r, port, (uint16_t)(octets[0] << 8 | octets[1]));
    }
    if (flight == CAA_NONE || server != r->flights[flight].server || len > DNS_MESSAGE_MAX) {
        ignore(r, port);
        return;
    }
    caa_flight *f = &r->flights[flight];
    dns_name owner;
    caa_entry_owner(&r->memo.entries[f->entry], &owner);
    switch (dns_response_match(octets, len, &f->query, &owner)) {
    case DNS_MATCH:
        caa_flight_message(r, flight, octets, len, false, now);
        break;
    case DNS_MATCH_BARE:
        caa_flight_message(r, flight, octets, len, true, now);
        break;
    case DNS_MATCH_CASE: /* the server's fault, or a guess: TCP tells when nothing better comes */
        f->case_seen = true;
        ignore(r, port);
        break;
    case DNS_MATCH_NOT:
        ignore(r, port);
        break;
    }
}

void caa_resolver_undelivered(caa_resolver *r, unsigned port, int server, uint16_t id,
                              int64_t now) {
    uint32_t flight = caa_flight_by_id(r, port, id);
    if (flight != CAA_NONE && server == r->flights[flight].server) {
        caa_flight_failed(r, flight, CAA_CAUSE_UNREACHABLE, now);
    }
}

/* The flight of a stream, or CAA_NONE when it is over. */
static uint32_t of_stream(const caa_resolver *r, uint32_t stream) {
    uint32_t flight = stream & 0xffff;
    if (flight >= r->flight_count || r->flights[flight].state != CAA_FLIGHT_STREAM ||
        r->flights[flight].generation != stream >> 16) {
        return CAA_NONE;
    }
    return flight;
}

static void stream_failed(caa_resolver *r, uint32_t flight, int64_t now) {
    const caa_flight *f = &r->flights[flight];
    caa_cause cause = f->have != 0   ? CAA_CAUSE_TCP_BROKEN
                      : f->truncated ? CAA_CAUSE_TCP_FAILED
                                     : CAA_CAUSE_MISMATCH;
    caa_flight_failed(r, flight, cause, now);
}

/* Room for the message once its length is known. */
static bool make_room(caa_flight *f, size_t room) {
    if (f->room < room) {
        uint8_t *larger = realloc(f->buffer, room);
        if (larger == NULL) {
            return false;
        }
        f->buffer = larger;
        f->room = (uint32_t)room;
    }
    return true;
}

static void stream_message(caa_resolver *r, uint32_t flight, int64_t now) {
    const caa_flight *f = &r->flights[flight];
    dns_name owner;
    caa_entry_owner(&r->memo.entries[f->entry], &owner);
    const uint8_t *octets = f->buffer + 2;
    size_t len = f->have - 2;
    dns_match match = dns_response_match(octets, len, &f->query, &owner);
    if (match == DNS_MATCH_NOT) {
        caa_flight_failed(r, flight, CAA_CAUSE_TCP_BROKEN, now);
    } else {
        caa_flight_message(r, flight, octets, len, match == DNS_MATCH_BARE, now);
    }
}

void caa_resolver_stream(caa_resolver *r, uint32_t stream, const uint8_t *octets, size_t len,
                         int64_t now) {
    uint32_t flight = of_stream(r, stream);
    if (flight == CAA_NONE) {
        return;
    }
    caa_flight *f = &r->flights[flight];
    while (len > 0) {
        size_t whole = 2;
        if (f->have >= 2) {
            whole += (size_t)(f->buffer[0] << 8 | f->buffer[1]);
        }
        if (!make_room(f, whole)) {
            caa_flight_failed(r, flight, CAA_CAUSE_MEMORY, now);
            return;
        }
        size_t some = whole - f->have < len ? whole - f->have : len;
        memcpy(f->buffer + f->have, octets, some);
        f->have += (uint32_t)some;
        octets += some;
        len -= some;
        if (f->have < 2) {
            continue;
        }
        whole = 2 + (size_t)(f->buffer[0] << 8 | f->buffer[1]);
        if (whole < 2 + DNS_HEADER) {
            caa_flight_failed(r, flight, CAA_CAUSE_TCP_BROKEN, now);
            return;
        }
        if (f->have == whole) {
            stream_message(r, flight, now); /* what may follow is nobody's answer */
            return;
        }
    }
}

void caa_resolver_stream_closed(caa_resolver *r, uint32_t stream, int64_t now) {
    uint32_t flight = of_stream(r, stream);
    if (flight == CAA_NONE) {
        return;
    }
    stream_failed(r, flight, now); /* asks for the stream to be closed, which never hurts */
}

void caa_resolver_tick(caa_resolver *r, int64_t now) {
    for (;;) {
        uint32_t flight = caa_flight_first_due(r);
        if (flight == CAA_NONE || r->flights[flight].deadline > now) {
            return;
        }
        caa_flight *f = &r->flights[flight];
        if (f->state == CAA_FLIGHT_STREAM) {
            r->counts.timeouts++;
            stream_failed(r, flight, now);
        } else if (f->deadline == INT64_MIN || f->case_seen) {
            caa_flight_by_stream(r, flight);
        } else {
            r->counts.timeouts++;
            caa_server *server = &r->servers[f->server];
            server->timeouts = (uint8_t)(server->timeouts < 255 ? server->timeouts + 1 : 255);
            caa_flight_failed(r, flight, CAA_CAUSE_TIMEOUT, now);
        }
    }
}
