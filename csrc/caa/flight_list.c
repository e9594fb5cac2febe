/* Questions in flight by deadline, by port and id, and in queues.
 * SPDX-License-Identifier: MIT
 * RFC 5452 section 9.2: the id is random, and no two questions of one port share one. */
#include "resolver_state.h"

static void put(caa_resolver *r, uint32_t place, uint32_t flight) {
    r->heap[place] = flight;
    r->flights[flight].heap = place;
}

static void rise(caa_resolver *r, uint32_t place) {
    uint32_t flight = r->heap[place];
    while (place > 0) {
        uint32_t parent = (place - 1) / 2;
        if (r->flights[r->heap[parent]].deadline <= r->flights[flight].deadline) {
            break;
        }
        put(r, place, r->heap[parent]);
        place = parent;
    }
    put(r, place, flight);
}

static void sink(caa_resolver *r, uint32_t place) {
    uint32_t flight = r->heap[place];
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child >= r->heap_size) {
            break;
        }
        if (child + 1 < r->heap_size &&
            r->flights[r->heap[child + 1]].deadline < r->flights[r->heap[child]].deadline) {
            child++;
        }
        if (r->flights[flight].deadline <= r->flights[r->heap[child]].deadline) {
            break;
        }
        put(r, place, r->heap[child]);
        place = child;
    }
    put(r, place, flight);
}

void caa_flight_until(caa_resolver *r, uint32_t flight, int64_t deadline) {
    caa_flight_no_deadline(r, flight);
    r->flights[flight].deadline = deadline;
    r->heap[r->heap_size] = flight;
    rise(r, r->heap_size++);
}

void caa_flight_no_deadline(caa_resolver *r, uint32_t flight) {
    uint32_t place = r->flights[flight].heap;
    if (place == CAA_NONE) {
        return;
    }
    r->flights[flight].heap = CAA_NONE;
    uint32_t last = r->heap[--r->heap_size];
    if (last == flight) {
        return;
    }
    put(r, place, last);
    rise(r, place);
    sink(r, r->flights[last].heap);
}

uint32_t caa_flight_first_due(const caa_resolver *r) {
    return r->heap_size > 0 ? r->heap[0] : CAA_NONE;
}

static uint32_t *chain_of(const caa_resolver *r, unsigned port, uint16_t id) {
    return &r->ids[(port * 0x9e3779b1u ^ id * 0x85ebca6bu) >> 7 & r->id_mask];
}

uint32_t caa_flight_by_id(const caa_resolver *r, unsigned port, uint16_t id) {
    uint32_t at = *chain_of(r, port, id);
    while (at != CAA_NONE && (r->flights[at].port != port || r->flights[at].query.id != id)) {
        at = r->flights[at].id_next;
    }
    return at;
}

void caa_flight_take_id(caa_resolver *r, uint32_t flight) {
    caa_flight *f = &r->flights[flight];
    do {
        f->query.id = (uint16_t)dns_random_32(&r->random);
    } while (caa_flight_by_id(r, f->port, f->query.id) != CAA_NONE);
    uint32_t *chain = chain_of(r, f->port, f->query.id);
    f->id_next = *chain;
    *chain = flight;
}

void caa_flight_give_id(caa_resolver *r, uint32_t flight) {
    caa_flight *f = &r->flights[flight];
    uint32_t *at = chain_of(r, f->port, f->query.id);
    while (*at != flight) {
        at = &r->flights[*at].id_next;
    }
    *at = f->id_next;
}

void caa_flight_queue(caa_resolver *r, uint32_t *first, uint32_t *last, uint32_t flight) {
    r->flights[flight].next = CAA_NONE;
    if (*last == CAA_NONE) {
        *first = flight;
    } else {
        r->flights[*last].next = flight;
    }
    *last = flight;
}

uint32_t caa_flight_unqueue(caa_resolver *r, uint32_t *first, uint32_t *last) {
    uint32_t flight = *first;
    if (flight != CAA_NONE) {
        *first = r->flights[flight].next;
        if (*first == CAA_NONE) {
            *last = CAA_NONE;
        }
    }
    return flight;
}

void caa_flight_remove(caa_resolver *r, uint32_t *first, uint32_t *last, uint32_t flight) {
    uint32_t before = CAA_NONE;
    for (uint32_t at = *first; at != CAA_NONE; before = at, at = r->flights[at].next) {
        if (at != flight) {
            continue;
        }
        uint32_t next = r->flights[at].next;
        if (before == CAA_NONE) {
            *first = next;
        } else {
            r->flights[before].next = next;
        }
        if (*last == flight) {
            *last = before;
        }
        return;
    }
}
