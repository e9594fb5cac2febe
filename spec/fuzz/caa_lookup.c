/* libFuzzer: the lookup machine, fed by a driver that does anything; its promises must hold.
 * SPDX-License-Identifier: MIT
 * Source: RFC 8659 section 3, the promises in csrc/caa/lookup.h.
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Icsrc \
 *       spec/fuzz/caa_lookup.c csrc/caa/lookup.c csrc/dns/name.c -o .build/fuzz-caa-lookup
 *   .build/fuzz-caa-lookup -max_len=400 -max_total_time=300 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "caa/lookup.h"

#define LAW(holds)                                                                                 \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #holds);                    \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

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

/* A name from the input: often a short one of few letters, so that names meet again. */
static dns_name some_name(input *in) {
    dns_name name;
    uint8_t kind = octet(in);
    size_t used = 0;
    if (kind >= 0xf0 && dns_name_from_wire(&name, in->data, in->len, &used)) {
        in->data += used;
        in->len -= used;
        return name;
    }
    if (kind >= 0xe0) { /* long labels: four of them fill a name, and the trail */
        name.len = 0;
        for (size_t label = 1 + kind % 4; label > 0 && name.len + 62 < DNS_NAME_MAX; label--) {
            name.octets[name.len] = 60;
            memset(name.octets + name.len + 1, 'a' + (int)(octet(in) % 3), 60);
            name.len = (uint8_t)(name.len + 61);
        }
    } else {
        name.len = 0;
        for (size_t label = kind % 5; label > 0; label--) {
            name.octets[name.len++] = 1;
            name.octets[name.len++] = (uint8_t)('a' + octet(in) % 3);
        }
    }
    name.octets[name.len++] = 0;
    return name;
}

/* The model: which names of the climb were answered as empty. */
typedef struct {
    unsigned climbed;
    unsigned aliases;
    int64_t ttl;
} model;

static void note(model *mo, int64_t ttl) {
    if (ttl != CAA_TTL_UNKNOWN) {
        ttl = ttl < 0 || ttl > INT32_MAX ? 0 : ttl;
        mo->ttl = mo->ttl == CAA_TTL_UNKNOWN || ttl < mo->ttl ? ttl : mo->ttl;
    }
}

static int64_t some_ttl(input *in) {
    uint8_t c = octet(in);
    return c < 200 ? c : c < 230 ? CAA_TTL_UNKNOWN : (int64_t)c << (c - 225);
}

static void check_still(const caa_lookup *m, const caa_lookup *before) {
    LAW(m->status == before->status && m->climb == before->climb && m->ttl == before->ttl);
    LAW(m->aliases == before->aliases && m->trail_used == before->trail_used);
    LAW(dns_name_equal(&m->asked, &before->asked));
}

static void step(caa_lookup *m, model *mo, input *in) {
    uint8_t what = octet(in);
    const caa_lookup before = *m;
    bool asking = m->status == CAA_LOOKUP_ASKING;
    dns_name owner = what & 0x80 ? some_name(in) : m->asked;
    caa_feed wanted = !asking                                  ? CAA_FEED_DECIDED
                      : !dns_name_equal(&owner, &before.asked) ? CAA_FEED_OTHER_NAME
                                                               : CAA_FEED_OK;
    int64_t ttl = some_ttl(in);
    caa_feed fed;
    dns_name climb;
    caa_lookup_climb(m, &climb);
    switch (what & 7) {
    case 0:
    case 1:
    case 2: {
        dns_name target = some_name(in);
        fed = caa_lookup_alias(m, &owner, &target, ttl);
        if (fed == CAA_FEED_OK && m->status == CAA_LOOKUP_ASKING) {
            mo->aliases++;
            LAW(dns_name_equal(&m->asked, &target) && !dns_name_equal(&target, &climb));
        }
        LAW(m->climb == before.climb);
        break;
    }
    case 3:
        fed = caa_lookup_rrset(m, &owner, ttl);
        LAW(fed != CAA_FEED_OK || m->status == CAA_LOOKUP_FOUND);
        break;
    case 4:
        fed = caa_lookup_stop(m, &owner, what & 8 ? CAA_LOOKUP_FAILED : (caa_lookup_status)ttl);
        ttl = CAA_TTL_UNKNOWN;
        LAW(fed != CAA_FEED_OK || m->status == CAA_LOOKUP_FAILED ||
            m->status == CAA_LOOKUP_UNKNOWN);
        break;
    default:
        fed = caa_lookup_empty(m, &owner, (caa_empty)((what & 7) - 5), ttl);
        if (fed == CAA_FEED_OK) {
            LAW(m->status == CAA_LOOKUP_ASKING || m->status == CAA_LOOKUP_NONE ||
                m->cause == CAA_LOOKUP_TLD_NXDOMAIN);
            mo->climbed += m->status != CAA_LOOKUP_FAILED;
            if (m->status == CAA_LOOKUP_ASKING) { /* the parent of the climb, not of the alias */
                LAW(dns_name_parent(&climb) && climb.len > 1);
                LAW(dns_name_equal(&climb, &m->asked));
            }
        }
        break;
    }
    LAW(fed == wanted);
    if (fed != CAA_FEED_OK) {
        check_still(m, &before);
        return;
    }
    note(mo, ttl);
    LAW(m->ttl == mo->ttl);
    LAW(m->aliases == mo->aliases && m->aliases <= m->max_aliases);
    LAW(m->status != CAA_LOOKUP_NONE || mo->climbed == dns_name_labels(&m->name));
    LAW(m->trail_used <= m->trail_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    input in = {data, len};
    uint16_t max_aliases = octet(&in) % 20;
    size_t trail_size = CAA_LOOKUP_TRAIL(max_aliases);
    uint8_t cut = octet(&in);
    if (cut < 64) {
        trail_size = trail_size * cut / 64; /* a driver with little room */
    }
    uint8_t *trail = malloc(trail_size);
    LAW(trail != NULL || trail_size == 0);
    dns_name name = some_name(&in);
    caa_lookup m;
    model mo = {0, 0, CAA_TTL_UNKNOWN};
    bool started = caa_lookup_start(&m, &name, max_aliases, trail, trail_size);
    LAW(started == (name.len > 1 && !dns_name_is_wildcard(&name)));
    unsigned accepted = 0;
    while (in.len > 0) {
        bool asking = caa_lookup_want(&m) != NULL;
        LAW(asking == (m.status == CAA_LOOKUP_ASKING));
        uint8_t status = m.status;
        size_t climbed = m.climb, aliases = m.aliases;
        step(&m, &mo, &in);
        accepted += m.status != status || m.climb != climbed || m.aliases != aliases;
        dns_name climb;
        caa_lookup_climb(&m, &climb);
        LAW(climb.len > 1 ? dns_name_is_below(&m.name, &climb) : !started);
    }
    LAW(accepted <= 127u + max_aliases);
    free(trail);
    return 0;
}
