/* libFuzzer: the resolver as a whole, carried by a driver that does anything.
 * SPDX-License-Identifier: MIT
 * Source: the promises in csrc/caa/resolver.h.
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Icsrc \
 *       spec/fuzz/caa_resolver.c csrc/caa/resolver.c csrc/caa/flight.c csrc/caa/flight_list.c \
 *       csrc/caa/packets.c csrc/caa/memo.c csrc/caa/reply.c csrc/caa/rdata.c csrc/caa/lookup.c \
 *       csrc/dns/message.c csrc/dns/name.c csrc/dns/random.c -o .build/fuzz-caa-resolver
 *   .build/fuzz-caa-resolver -max_len=2000 -max_total_time=300
 *
 * With -DALONE there is a main: alone SEED COUNT [FAIL] makes inputs by itself; with FAIL the n-th
 * allocation fails, for n from 1 to FAIL. spec/caa/machine_spec.lua runs that. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "caa/resolver.h"

#define LAW(holds)                                                                                 \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #holds);                    \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { SENT = 64, NAMES = 8 };

typedef struct {
    const uint8_t *data;
    size_t len;
} input;

static uint8_t octet(input *in) {
    if (in->len == 0) {
        return 0;
    }
    in->len--;
    return *in->data++;
}

/* What was sent and may be answered. */
typedef struct {
    caa_action action;
    bool open;
} packet;

typedef struct {
    caa_resolver *r;
    int64_t now;
    packet sent[SENT];
    unsigned count, streams;
    unsigned asked, started, decided;
    bool forged; /* something that really matches was fed: then an answer may be true */
    uint32_t plain[4];
    unsigned plains;
} world;

static dns_name some_name(input *in) {
    dns_name name = {.len = 0};
    for (unsigned labels = 1 + octet(in) % 4; labels > 0; labels--) {
        name.octets[name.len++] = 1;
        name.octets[name.len++] = (uint8_t)('a' + octet(in) % 3);
    }
    name.octets[name.len++] = 0;
    return name;
}

static void carry_out(world *w, unsigned most) {
    caa_action action;
    while (most-- > 0 && caa_resolver_action(w->r, w->now, &action) != CAA_ACTION_WAIT) {
        if (action.kind == CAA_ACTION_STREAM) {
            LAW(++w->streams <= CAA_STREAMS_MAX);
            LAW(action.len == 2u + (unsigned)(action.octets[0] << 8 | action.octets[1]));
        } else if (action.kind == CAA_ACTION_CLOSE) {
            LAW(w->streams-- > 0);
            continue;
        }
        if (action.kind == CAA_ACTION_UDP || action.kind == CAA_ACTION_STREAM) {
            LAW(action.len >= DNS_HEADER + 5 && action.len <= sizeof action.octets);
            LAW(action.server < 3);
            w->sent[w->count++ % SENT] = (packet){action, true};
        }
    }
}

/* An answer to a packet that was sent: its question, then records of a few kinds. */
static size_t answer(input *in, const packet *p, uint8_t *out) {
    const uint8_t *query = p->action.octets + (p->action.kind == CAA_ACTION_STREAM ? 2 : 0);
    size_t len = DNS_HEADER;
    while (query[len] != 0) {
        len += 1u + query[len];
    }
    len += 5;
    memcpy(out, query, len);
    uint8_t what = octet(in), rcode = octet(in);
    out[2] = (uint8_t)(0x80 | (what & 2) | (octet(in) % 32 == 0 ? 0 : 0x04));
    out[3] = (uint8_t)(0x80 | (rcode < 200 ? (rcode % 4 == 3 ? 3 : 0) : rcode & 15));
    memset(out + 6, 0, 6);
    unsigned records = what >> 5;
    out[7] = (uint8_t)records;
    for (unsigned i = 0; i < records; i++) {
        uint8_t kind = octet(in);
        static const uint8_t CAA[] = {0xc0, 12, 1, 1, 0,   1,   0,   0,   0,   9,
                                      0,    8,  0, 5, 'i', 's', 's', 'u', 'e', ';'};
        if (kind & 1) {
            memcpy(out + len, CAA, sizeof CAA);
            len += sizeof CAA;
        } else {
            dns_name target = some_name(in);
            uint8_t head[12] = {0xc0, 12, 0, kind & 2 ? 39 : 5, 0, 1, 0, 0, 0, 5, 0, target.len};
            memcpy(out + len, head, sizeof head);
            memcpy(out + len + sizeof head, target.octets, target.len);
            len += sizeof head + target.len;
        }
    }
    if (what & 1) {
        out[octet(in) % len] ^= octet(in);
    }
    return len;
}

static void feed(world *w, input *in) {
    if (w->count == 0) {
        return;
    }
    const packet *p = &w->sent[octet(in) % (w->count < SENT ? w->count : SENT)];
    uint8_t message[2048], how = octet(in);
    size_t len = answer(in, p, message + 2);
    message[0] = (uint8_t)(len >> 8);
    message[1] = (uint8_t)len;
    if (p->action.kind == CAA_ACTION_STREAM) {
        if (how < 32) {
            if (w->streams > 0) {
                caa_resolver_stream_closed(w->r, p->action.stream, w->now);
            }
            return;
        }
        for (size_t at = 0; at < len + 2;) {
            size_t some = 1 + octet(in);
            some = some < len + 2 - at ? some : len + 2 - at;
            uint8_t *exact = malloc(some);
            if (exact != NULL) {
                memcpy(exact, message + at, some);
                caa_resolver_stream(w->r, p->action.stream, exact, some, w->now);
            }
            free(exact);
            at += some;
        }
        return;
    }
    int server = how % 16 == 0 ? -1 : how % 16 == 1 ? (int)(how / 16) % 3 : (int)p->action.server;
    unsigned port = how % 16 == 2 ? how / 16 : p->action.port;
    if (how % 16 == 3) {
        caa_resolver_undelivered(w->r, port, server, (uint16_t)(message[2] << 8 | message[3]),
                                 w->now);
        return;
    }
    uint8_t *exact = malloc(len);
    if (exact != NULL) {
        memcpy(exact, message + 2, len);
        caa_resolver_datagram(w->r, port, server, exact, how % 16 == 4 ? len / 2 : len, w->now);
    }
    free(exact);
}

static void read_events(world *w, input *in, bool release) {
    uint32_t index;
    caa_event_kind kind;
    while ((kind = caa_resolver_event(w->r, &index)) != CAA_EVENT_NONE) {
        if (kind == CAA_EVENT_ANSWER) {
            const caa_entry *e = caa_resolver_entry(w->r, index);
            LAW(e->state == CAA_ENTRY_ANSWERED && caa_resolver_is_query(w->r, index));
            caa_resolver_drop(w->r, index);
            w->plains--;
            for (unsigned i = 0; i <= w->plains; i++) {
                if (w->plain[i] == index) {
                    w->plain[i] = w->plain[w->plains];
                    break;
                }
            }
        } else if (kind == CAA_EVENT_WANT) {
            LAW(caa_resolver_wants(w->r, index));
            caa_lookup moved = *caa_resolver_lookup(w->r, index);
            if (octet(in) % 2 == 0) {
                caa_resolver_ask(w->r, index, w->now);
            } else {
                dns_name owner = moved.asked;
                LAW(caa_lookup_empty(&moved, &owner, CAA_EMPTY_NODATA, 5) == CAA_FEED_OK);
                caa_resolver_tell(w->r, index, &moved, w->now);
            }
        } else {
            LAW(caa_resolver_is_decided(w->r, index));
            const caa_lookup *m = caa_resolver_lookup(w->r, index);
            LAW(m->status != CAA_LOOKUP_ASKING);
            size_t steps = caa_resolver_steps(w->r, index);
            LAW(steps >= 1 && steps <= CAA_STEPS_MAX);
            for (size_t i = 0; i < steps; i++) {
                caa_step step;
                caa_resolver_step(w->r, index, i, &step);
                LAW(dns_name_is_below(&m->name, &step.climb) && step.climb.len > 1);
                LAW(step.kind != CAA_STEP_ENTRY || step.entry->state == CAA_ENTRY_ANSWERED ||
                    step.entry->state == CAA_ENTRY_STALE);
                bool last = i + 1 == steps;
                if (step.kind == CAA_STEP_ENTRY && step.entry->reply.kind == CAA_REPLY_FAILED) {
                    LAW(last &&
                        m->status == CAA_LOOKUP_FAILED); /* a failure is never passed over */
                }
                if (last && m->status == CAA_LOOKUP_FOUND) {
                    LAW(step.kind == CAA_STEP_ENTRY && step.entry->reply.records > 0);
                }
            }
            w->decided++;
            if (release || octet(in) % 4 != 0) {
                caa_resolver_release(w->r, index);
            }
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    input in = {data, len};
    caa_resolver_config config;
    caa_resolver_defaults(&config);
    config.window = NAMES;
    config.ports = 1 + octet(&in) % 8;
    config.memo = 64;
    config.timeout = 100;
    config.keep = octet(&in) % 2 == 0 ? 0 : 300000;
    config.max_spoofed = 1 + octet(&in);
    config.max_queries = 20;
    config.rotate = octet(&in) % 2 == 0;
    static world w;
    memset(&w, 0, sizeof w);
    w.r = caa_resolver_open(&config);
    if (w.r == NULL) {
        return 0;
    }
    LAW(caa_resolver_add_server(w.r, true) == 0);
    LAW(caa_resolver_add_server(w.r, true) == 1);
    LAW(caa_resolver_add_server(w.r, false) == 2);
    while (in.len > 0) {
        uint8_t what = octet(&in);
        dns_name name;
        switch (what % 8) {
        case 0:
        case 1:
            name = some_name(&in);
            w.started += caa_resolver_start(w.r, &name, what % 16 == 1, w.now) != CAA_NONE;
            break;
        case 2:
            w.now += octet(&in);
            caa_resolver_tick(w.r, w.now);
            break;
        case 3:
            name = some_name(&in);
            if (w.plains < 4) {
                uint32_t plain = caa_resolver_query(w.r, &name, what, what / 8 % 4, what & 64,
                                                    what & 128, w.now);
                if (plain != CAA_NONE) {
                    w.plain[w.plains++] = plain;
                }
            } else {
                caa_resolver_drop(w.r, w.plain[--w.plains]);
            }
            break;
        case 4:
            caa_resolver_release(w.r, octet(&in) % NAMES);
            break;
        case 5:
            read_events(&w, &in, false);
            break;
        default:
            feed(&w, &in);
            break;
        }
        carry_out(&w, 1 + what / 8);
        LAW(caa_resolver_active(w.r) <= NAMES);
    }
    /* Whatever happened: left alone, everything ends. */
    for (unsigned i = 0; i < NAMES; i++) {
        caa_resolver_release(w.r, i);
    }
    while (w.plains > 0) {
        caa_resolver_drop(w.r, w.plain[--w.plains]);
    }
    LAW(caa_resolver_active(w.r) == 0);
    dns_name name = {.len = 5, .octets = {1, 'x', 1, 'y', 0}};
    uint32_t last = caa_resolver_start(w.r, &name, false, w.now);
    LAW(last != CAA_NONE);
    for (unsigned turns = 0; turns < 200 && !caa_resolver_is_decided(w.r, last); turns++) {
        carry_out(&w, 1000);
        w.now += 1000;
        caa_resolver_tick(w.r, w.now);
    }
    LAW(caa_resolver_is_decided(w.r, last));
    read_events(&w, &in, true);
    caa_resolver_close(w.r);
    return 0;
}

#ifdef ALONE
static uint64_t state;
static long allocations, fail_at;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

static bool fails(void) {
    return ++allocations == fail_at;
}

void *__wrap_malloc(size_t size) {
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size) {
    return fails() ? NULL : __real_realloc(block, size);
}

int main(int argc, char **argv) {
    state = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
    long most = argc > 3 ? strtol(argv[3], NULL, 10) : 0;
    static uint8_t octets[4000];
    for (unsigned long n = 0; n < count; n++) {
        for (size_t i = 0; i < sizeof octets; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            octets[i] = (uint8_t)(state >> 56);
        }
        size_t len = 200 + n * 37 % 3800;
        fail_at = 0;
        LLVMFuzzerTestOneInput(octets, len);
        for (long at = 1; at <= most; at++) {
            fail_at = at;
            allocations = 0;
            LLVMFuzzerTestOneInput(octets, len);
            if (allocations < at) {
                break;
            }
        }
    }
    printf("%lu inputs\n", count);
    return 0;
}
#endif
