/* The lookup machine: climbing, aliases, the smallest TTL.
 * SPDX-License-Identifier: MIT
 * RFC 8659 section 3; RFC 2181 section 8 (TTLs). */
#include "lookup.h"

#include <string.h>

bool caa_lookup_start(caa_lookup *m, const dns_name *name, uint16_t max_aliases, uint8_t *trail,
                      size_t trail_size) {
    memset(m, 0, sizeof *m);
    m->name = *name;
    m->asked = *name;
    m->max_aliases = max_aliases;
    m->ttl = CAA_TTL_UNKNOWN;
    m->trail = trail;
    m->trail_size = trail_size;
    if (name->len <= 1 || dns_name_is_wildcard(name)) {
        m->status = CAA_LOOKUP_UNKNOWN;
        return false;
    }
    return true;
}

const dns_name *caa_lookup_want(const caa_lookup *m) {
    return m->status == CAA_LOOKUP_ASKING ? &m->asked : NULL;
}

void caa_lookup_climb(const caa_lookup *m, dns_name *out) {
    out->len = (uint8_t)(m->name.len - m->climb);
    memcpy(out->octets, m->name.octets + m->climb, out->len);
}

/* Everything that is fed comes through here first. */
static caa_feed admit(const caa_lookup *m, const dns_name *owner) {
    if (m->status != CAA_LOOKUP_ASKING) {
        return CAA_FEED_DECIDED;
    }
    return dns_name_equal(owner, &m->asked) ? CAA_FEED_OK : CAA_FEED_OTHER_NAME;
}

static void note_ttl(caa_lookup *m, int64_t ttl) {
    if (ttl == CAA_TTL_UNKNOWN) {
        return;
    }
    if (ttl < 0 || ttl > INT32_MAX) {
        ttl = 0; /* RFC 2181 section 8: the top bit is never meant */
    }
    if (m->ttl == CAA_TTL_UNKNOWN || ttl < m->ttl) {
        m->ttl = ttl;
    }
}

static void decide(caa_lookup *m, caa_lookup_status status, caa_lookup_cause cause) {
    m->status = (uint8_t)status;
    m->cause = (uint8_t)cause;
}

static bool is_climb(const caa_lookup *m, const dns_name *name) {
    return name->len == m->name.len - m->climb &&
           memcmp(name->octets, m->name.octets + m->climb, name->len) == 0;
}

/* True when the name was asked before in this step: as its climb name or behind an alias. */
static bool visited(const caa_lookup *m, const dns_name *name) {
    if (is_climb(m, name)) {
        return true;
    }
    for (size_t at = 0; at < m->trail_used;) {
        size_t end = at;
        while (m->trail[end] != 0) {
            end += 1u + m->trail[end];
        }
        end++;
        if (name->len == end - at && memcmp(name->octets, m->trail + at, name->len) == 0) {
            return true;
        }
        at = end;
    }
    return false;
}

caa_feed caa_lookup_alias(caa_lookup *m, const dns_name *owner, const dns_name *target,
                          int64_t ttl) {
    caa_feed feed = admit(m, owner);
    if (feed != CAA_FEED_OK) {
        return feed;
    }
    note_ttl(m, ttl);
    if (visited(m, target)) {
        decide(m, CAA_LOOKUP_FAILED, CAA_LOOKUP_ALIAS_LOOP);
        return CAA_FEED_OK;
    }
    if (m->aliases >= m->max_aliases) {
        decide(m, CAA_LOOKUP_FAILED, CAA_LOOKUP_ALIAS_LIMIT);
        return CAA_FEED_OK;
    }
    m->aliases++;
    if (target->len <= m->trail_size - m->trail_used) {
        memcpy(m->trail + m->trail_used, target->octets, target->len);
        m->trail_used += target->len;
    }
    m->asked = *target;
    return CAA_FEED_OK;
}

caa_feed caa_lookup_rrset(caa_lookup *m, const dns_name *owner, int64_t ttl) {
    caa_feed feed = admit(m, owner);
    if (feed == CAA_FEED_OK) {
        note_ttl(m, ttl);
        decide(m, CAA_LOOKUP_FOUND, CAA_LOOKUP_FED);
    }
    return feed;
}

caa_feed caa_lookup_empty(caa_lookup *m, const dns_name *owner, caa_empty how, int64_t ttl) {
    caa_feed feed = admit(m, owner);
    if (feed != CAA_FEED_OK) {
        return feed;
    }
    note_ttl(m, ttl);
    const uint8_t *label = m->name.octets + m->climb;
    uint8_t parent = (uint8_t)(m->climb + 1u + label[0]);
    bool topmost = m->name.octets[parent] == 0;
    /* A name under a top-level domain that is not there is nobody's: Let's Encrypt refuses, and the
     * usual cause is a resolver with a private view. With aliases the rcode is the target's. */
    if (how == CAA_EMPTY_NXDOMAIN && topmost && is_climb(m, owner)) {
        decide(m, CAA_LOOKUP_FAILED, CAA_LOOKUP_TLD_NXDOMAIN);
        return CAA_FEED_OK;
    }
    if (topmost) {
        decide(m, CAA_LOOKUP_NONE, CAA_LOOKUP_FED);
        return CAA_FEED_OK;
    }
    /* The parent of the original name's label, never of what an alias led to. */
    m->climb = parent;
    m->trail_used = 0;
    caa_lookup_climb(m, &m->asked);
    return CAA_FEED_OK;
}

caa_feed caa_lookup_stop(caa_lookup *m, const dns_name *owner, caa_lookup_status status) {
    caa_feed feed = admit(m, owner);
    if (feed == CAA_FEED_OK) {
        bool failed = status == CAA_LOOKUP_FAILED;
        decide(m, failed ? CAA_LOOKUP_FAILED : CAA_LOOKUP_UNKNOWN, CAA_LOOKUP_FED);
    }
    return feed;
}
