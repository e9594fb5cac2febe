/* The resolver: names in the window, fed from what is known, asked for what is not.
 * SPDX-License-Identifier: MIT
 * RFC 8659 section 3; the climb itself is lookup.c's. */
#include "resolver.h"

#include <stdlib.h>
#include <string.h>

#include "resolver_state.h"

enum { WINDOW_MAX = 16384 };

void caa_resolver_defaults(caa_resolver_config *config) {
    memset(config, 0, sizeof *config);
    config->window = 256;
    config->ports = 64;
    config->max_aliases = 16;
    config->max_queries = 144;
    config->max_octets = 1u << 20;
    config->max_time = 30000;
    config->memo = 4096;
    config->attempts = 2;
    config->recursion = true;
    config->timeout = 2000;
    config->keep = 300000;
    config->keep_failure = 5000;
    config->max_spoofed = 1000;
}

static void put_in_range(caa_resolver_config *c) {
    c->window = c->window < 1 ? 1 : c->window > WINDOW_MAX ? WINDOW_MAX : c->window;
    c->ports = c->ports < 1 ? 1 : c->ports > CAA_PORTS_MAX ? CAA_PORTS_MAX : c->ports;
    c->attempts = c->attempts < 1 ? 1 : c->attempts > 3 ? 3 : c->attempts;
    c->max_aliases = c->max_aliases > 255 ? 255 : c->max_aliases;
    c->memo = c->memo < 64 ? 64 : c->memo > 1u << 24 ? 1u << 24 : c->memo;
    c->timeout = c->timeout < 1 ? 1 : c->timeout > 60000 ? 60000 : c->timeout;
}

caa_resolver *caa_resolver_open(const caa_resolver_config *config) {
    caa_resolver *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return NULL;
    }
    r->config = *config;
    put_in_range(&r->config);
    dns_random_start(&r->random, config->entropy);
    r->slots = malloc(r->config.window * sizeof *r->slots);
    if (r->slots == NULL || !caa_flights_open(r) ||
        !caa_memo_open(&r->memo, r->config.memo, dns_random_64(&r->random))) {
        caa_resolver_close(r);
        return NULL;
    }
    r->free_slot = r->first_event = r->last_event = CAA_NONE;
    r->first_answer = r->last_answer = CAA_NONE;
    for (uint32_t i = r->config.window; i > 0; i--) {
        r->slots[i - 1].state = CAA_SLOT_FREE;
        r->slots[i - 1].next = r->free_slot;
        r->free_slot = i - 1;
    }
    return r;
}

void caa_resolver_close(caa_resolver *r) {
    if (r != NULL) {
        caa_flights_close(r);
        caa_memo_close(&r->memo);
        free(r->slots);
        free(r);
    }
}

int caa_resolver_add_server(caa_resolver *r, bool shared) {
    if (r->server_count == CAA_SERVERS_MAX) {
        return -1;
    }
    unsigned server = r->server_count++;
    r->servers[server].shared = shared;
    if (shared) {
        r->server[r->shared_count++] = (uint8_t)server;
    }
    return (int)server;
}

static void say(caa_resolver *r, uint32_t index) {
    caa_slot *s = &r->slots[index];
    s->has_event = true;
    s->next_event = CAA_NONE;
    if (r->last_event == CAA_NONE) {
        r->first_event = index;
    } else {
        r->slots[r->last_event].next_event = index;
    }
    r->last_event = index;
}

static void add_step(caa_slot *s, uint32_t step) {
    s->step[s->steps] = step;
    s->climb[s->steps] = s->lookup.climb;
    s->steps++;
}

/* The lookup ends here by the resolver's own will. */
static void stop(caa_slot *s, caa_cause cause) {
    s->stop = (uint8_t)cause;
    if (s->steps < CAA_STEPS_MAX) {
        add_step(s, CAA_STEP_OF_STOP);
    }
    caa_lookup_stop(&s->lookup, &s->lookup.asked, CAA_LOOKUP_FAILED);
}

/* Tells the lookup what an entry holds. */
static void feed(caa_resolver *r, caa_slot *s, uint32_t index) {
    const caa_entry *e = &r->memo.entries[index];
    caa_memo_hold(&r->memo, index);
    add_step(s, index);
    caa_lookup *m = &s->lookup;
    caa_block in = caa_entry_block(e);
    for (unsigned i = 0; i < e->reply.aliases && m->status == CAA_LOOKUP_ASKING; i++) {
        dns_name owner = m->asked, target;
        uint8_t type;
        int64_t ttl;
        caa_block_alias(&in, &target, &type, &ttl);
        caa_lookup_alias(m, &owner, &target, ttl);
    }
    dns_name owner = m->asked;
    switch (e->reply.kind) {
    case CAA_REPLY_RRSET:
        caa_lookup_rrset(m, &owner, e->reply.ttl);
        break;
    case CAA_REPLY_NODATA:
        caa_lookup_empty(m, &owner, CAA_EMPTY_NODATA, e->reply.ttl);
        break;
    case CAA_REPLY_NXDOMAIN:
        caa_lookup_empty(m, &owner, CAA_EMPTY_NXDOMAIN, e->reply.ttl);
        break;
    case CAA_REPLY_ALIAS:
        break;
    default:
        caa_lookup_stop(m, &owner, CAA_LOOKUP_FAILED);
        break;
    }
}

static void wait_for(caa_resolver *r, uint32_t index, uint32_t entry) {
    caa_entry *e = &r->memo.entries[entry];
    caa_slot *s = &r->slots[index];
    s->state = CAA_SLOT_WAITING;
    s->waits_for = entry;
    s->next = CAA_NONE;
    if (e->last_waiting == CAA_NONE) {
        e->first_waiting = index;
    } else {
        r->slots[e->last_waiting].next = index;
    }
    e->last_waiting = index;
}

/* Asks the servers for an owner that nobody knows; false when it may not or cannot. */
static bool ask_servers(caa_resolver *r, uint32_t index, const dns_name *owner, int64_t now) {
    caa_slot *s = &r->slots[index];
    if (s->queries >= r->config.max_queries || s->octets > r->config.max_octets ||
        now - s->started > r->config.max_time) {
        stop(s, CAA_CAUSE_BUDGET);
        return false;
    }
    if (r->shared_count == 0) {
        stop(s, CAA_CAUSE_UNREACHABLE);
        return false;
    }
    uint32_t entry = caa_memo_add(&r->memo, owner, false);
    dns_query query = {.type = DNS_TYPE_CAA, .recursion = r->config.recursion};
    if (entry == CAA_NONE || !caa_flight_start(r, entry, index, &query, -1, now)) {
        if (entry != CAA_NONE) {
            caa_memo_drop(&r->memo, entry);
        }
        stop(s, CAA_CAUSE_MEMORY);
        return false;
    }
    s->queries++;
    r->counts.owners++;
    wait_for(r, index, entry);
    return true;
}

/* Moves a name on until it has to wait, asks its caller, or is decided.
 *   asked_caller  the caller has already been asked about the owner that is wanted */
static void advance(caa_resolver *r, uint32_t index, bool asked_caller, int64_t now) {
    caa_slot *s = &r->slots[index];
    const dns_name *owner;
    while ((owner = caa_lookup_want(&s->lookup)) != NULL) {
        if (s->steps >= CAA_STEPS_MAX - 1) {
            stop(s, CAA_CAUSE_BUDGET);
            continue;
        }
        if (s->ask_caller && !asked_caller) {
            s->state = CAA_SLOT_ASKED_CALLER;
            say(r, index);
            return;
        }
        asked_caller = false;
        uint32_t entry = caa_memo_find(&r->memo, owner, now);
        if (entry == CAA_NONE) {
            if (ask_servers(r, index, owner, now)) {
                return;
            }
            continue;
        }
        if (r->memo.entries[entry].state == CAA_ENTRY_ASKING) {
            wait_for(r, index, entry);
            return;
        }
        feed(r, s, entry);
    }
    s->state = CAA_SLOT_DECIDED;
    say(r, index);
}

uint32_t caa_resolver_start(caa_resolver *r, const dns_name *name, bool ask_caller, int64_t now) {
    uint32_t index = r->free_slot;
    if (index == CAA_NONE) {
        return CAA_NONE;
    }
    caa_slot *s = &r->slots[index];
    r->free_slot = s->next;
    r->active++;
    s->waits_for = CAA_NONE;
    s->octets = 0;
    s->queries = 0;
    s->started = now;
    s->stop = CAA_CAUSE_NONE;
    s->ask_caller = ask_caller;
    s->has_event = false;
    s->steps = 0;
    caa_lookup_start(&s->lookup, name, r->config.max_aliases, s->trail, sizeof s->trail);
    advance(r, index, false, now);
    return index;
}

int64_t caa_resolver_expiry(const caa_resolver *r, const caa_reply *reply, int64_t now) {
    if (reply->kind == CAA_REPLY_FAILED) {
        return now + r->config.keep_failure;
    }
    int64_t ttl = reply->ttl < 0 ? 0 : reply->ttl * 1000;
    int64_t day = 86400000;
    ttl = ttl > day ? day : ttl;
    return now + (ttl > r->config.keep ? ttl : r->config.keep);
}

static void answered_plain(caa_resolver *r, uint32_t entry) {
    r->plain--;
    r->memo.entries[entry].next = CAA_NONE;
    if (r->last_answer == CAA_NONE) {
        r->first_answer = entry;
    } else {
        r->memo.entries[r->last_answer].next = entry;
    }
    r->last_answer = entry;
}

void caa_resolver_answered(caa_resolver *r, uint32_t entry, int64_t now) {
    if (r->memo.entries[entry].plain) {
        answered_plain(r, entry);
        return;
    }
    uint32_t index = r->memo.entries[entry].first_waiting;
    r->memo.entries[entry].first_waiting = r->memo.entries[entry].last_waiting = CAA_NONE;
    caa_memo_hold(&r->memo, entry); /* what the first one asks for must not push it out */
    while (index != CAA_NONE) {
        caa_slot *s = &r->slots[index];
        uint32_t next = s->next;
        s->waits_for = CAA_NONE;
        feed(r, s, entry);
        advance(r, index, false, now);
        index = next;
    }
    caa_memo_release(&r->memo, entry);
}

caa_event_kind caa_resolver_event(caa_resolver *r, uint32_t *index) {
    if (r->first_answer != CAA_NONE) {
        *index = r->first_answer;
        r->first_answer = r->memo.entries[*index].next;
        if (r->first_answer == CAA_NONE) {
            r->last_answer = CAA_NONE;
        }
        return CAA_EVENT_ANSWER;
    }
    if (r->first_event == CAA_NONE) {
        return CAA_EVENT_NONE;
    }
    *index = r->first_event;
    caa_slot *s = &r->slots[*index];
    r->first_event = s->next_event;
    if (r->first_event == CAA_NONE) {
        r->last_event = CAA_NONE;
    }
    s->has_event = false;
    return s->state == CAA_SLOT_DECIDED ? CAA_EVENT_DECIDED : CAA_EVENT_WANT;
}

bool caa_resolver_has_events(const caa_resolver *r) {
    return r->first_event != CAA_NONE || r->first_answer != CAA_NONE;
}

const caa_lookup *caa_resolver_lookup(const caa_resolver *r, uint32_t index) {
    return &r->slots[index].lookup;
}

bool caa_resolver_is_decided(const caa_resolver *r, uint32_t index) {
    return r->slots[index].state == CAA_SLOT_DECIDED;
}

bool caa_resolver_wants(const caa_resolver *r, uint32_t index) {
    return r->slots[index].state == CAA_SLOT_ASKED_CALLER && !r->slots[index].has_event;
}

void caa_resolver_tell(caa_resolver *r, uint32_t index, const caa_lookup *moved, int64_t now) {
    if (!caa_resolver_wants(r, index)) {
        return;
    }
    add_step(&r->slots[index], CAA_STEP_OF_CALLER);
    r->slots[index].lookup = *moved;
    advance(r, index, false, now);
}

void caa_resolver_ask(caa_resolver *r, uint32_t index, int64_t now) {
    if (caa_resolver_wants(r, index)) {
        advance(r, index, true, now);
    }
}

size_t caa_resolver_steps(const caa_resolver *r, uint32_t index) {
    return r->slots[index].steps;
}

void caa_resolver_step(const caa_resolver *r, uint32_t index, size_t step, caa_step *out) {
    const caa_slot *s = &r->slots[index];
    uint32_t what = s->step[step];
    out->kind = what == CAA_STEP_OF_CALLER ? CAA_STEP_TOLD
                : what == CAA_STEP_OF_STOP ? CAA_STEP_STOP
                                           : CAA_STEP_ENTRY;
    out->cause = out->kind == CAA_STEP_STOP ? (caa_cause)s->stop : CAA_CAUSE_NONE;
    out->entry = out->kind == CAA_STEP_ENTRY ? &r->memo.entries[what] : NULL;
    out->entry_index = what;
    const dns_name *name = &s->lookup.name;
    out->climb.len = (uint8_t)(name->len - s->climb[step]);
    memcpy(out->climb.octets, name->octets + s->climb[step], out->climb.len);
}

caa_security caa_resolver_security(const caa_resolver *r, uint32_t index) {
    const caa_slot *s = &r->slots[index];
    caa_security all = CAA_SECURE;
    for (size_t i = 0; i < s->steps; i++) {
        caa_security one = s->step[i] >= CAA_STEP_OF_STOP
                               ? CAA_UNCHECKED
                               : (caa_security)r->memo.entries[s->step[i]].security;
        if (one == CAA_BOGUS) {
            return CAA_BOGUS;
        }
        all = one < all ? one : all;
    }
    return s->steps == 0 ? CAA_UNCHECKED : all;
}

static void stop_waiting(caa_resolver *r, uint32_t index) {
    caa_entry *e = &r->memo.entries[r->slots[index].waits_for];
    uint32_t before = CAA_NONE, at = e->first_waiting;
    while (at != index) {
        before = at;
        at = r->slots[at].next;
    }
    uint32_t next = r->slots[index].next;
    if (before == CAA_NONE) {
        e->first_waiting = next;
    } else {
        r->slots[before].next = next;
    }
    if (e->last_waiting == index) {
        e->last_waiting = before;
    }
    if (e->first_waiting == CAA_NONE) {
        caa_flight_cancel(r, e->flight);
        caa_memo_drop(&r->memo, r->slots[index].waits_for);
    } else if (r->flights[e->flight].payer == index) {
        r->flights[e->flight].payer = CAA_NONE;
    }
}

static void drop_event(caa_resolver *r, uint32_t index) {
    uint32_t before = CAA_NONE;
    for (uint32_t at = r->first_event; at != index; at = r->slots[at].next_event) {
        before = at;
    }
    uint32_t next = r->slots[index].next_event;
    if (before == CAA_NONE) {
        r->first_event = next;
    } else {
        r->slots[before].next_event = next;
    }
    if (r->last_event == index) {
        r->last_event = before;
    }
}

void caa_resolver_release(caa_resolver *r, uint32_t index) {
    caa_slot *s = &r->slots[index];
    if (s->state == CAA_SLOT_FREE) {
        return;
    }
    if (s->state == CAA_SLOT_WAITING) {
        stop_waiting(r, index);
    }
    if (s->has_event) {
        drop_event(r, index);
    }
    for (size_t i = 0; i < s->steps; i++) {
        if (s->step[i] < CAA_STEP_OF_STOP) {
            caa_memo_release(&r->memo, s->step[i]);
        }
    }
    s->state = CAA_SLOT_FREE;
    s->next = r->free_slot;
    r->free_slot = index;
    r->active--;
}

uint32_t caa_resolver_query(caa_resolver *r, const dns_name *owner, uint16_t type, unsigned server,
                            bool recursion, bool checking_disabled, int64_t now) {
    if (server >= r->server_count || r->plain == CAA_PLAIN_MAX) {
        return CAA_NONE;
    }
    uint32_t entry = caa_memo_add(&r->memo, owner, true);
    dns_query query = {
        .type = type, .recursion = recursion, .checking_disabled = checking_disabled};
    if (entry == CAA_NONE) {
        return CAA_NONE;
    }
    caa_memo_hold(&r->memo, entry);
    if (!caa_flight_start(r, entry, CAA_NONE, &query, (int)server, now)) {
        caa_memo_drop(&r->memo, entry);
        return CAA_NONE;
    }
    r->plain++;
    return entry;
}

bool caa_resolver_is_query(const caa_resolver *r, size_t entry) {
    return entry < r->memo.size && r->memo.entries[entry].state != CAA_ENTRY_FREE &&
           r->memo.entries[entry].plain;
}

const caa_entry *caa_resolver_entry(const caa_resolver *r, uint32_t entry) {
    return &r->memo.entries[entry];
}

/* Out of the queue of events, if it is still there. */
static void forget_answer(caa_resolver *r, uint32_t entry) {
    uint32_t before = CAA_NONE;
    for (uint32_t at = r->first_answer; at != CAA_NONE;
         before = at, at = r->memo.entries[at].next) {
        if (at != entry) {
            continue;
        }
        uint32_t next = r->memo.entries[at].next;
        if (before == CAA_NONE) {
            r->first_answer = next;
        } else {
            r->memo.entries[before].next = next;
        }
        if (r->last_answer == entry) {
            r->last_answer = before;
        }
        return;
    }
}

void caa_resolver_drop(caa_resolver *r, uint32_t entry) {
    caa_entry *e = &r->memo.entries[entry];
    if (e->state == CAA_ENTRY_FREE || !e->plain) {
        return;
    }
    if (e->state == CAA_ENTRY_ASKING) {
        caa_flight_cancel(r, e->flight);
        r->plain--;
    } else {
        forget_answer(r, entry);
    }
    caa_memo_drop(&r->memo, entry);
}

unsigned caa_resolver_active(const caa_resolver *r) {
    return r->active;
}

const caa_resolver_counts *caa_resolver_count(const caa_resolver *r) {
    return &r->counts;
}
