/* What one DNS message says about the CAA of one owner.
 * SPDX-License-Identifier: MIT
 * RFC 8659 section 3, RFC 1034 section 4.3.2, RFC 2308, RFC 6672. */
#include "reply.h"

#include <string.h>

#include "rdata.h"

#define TTL_UNKNOWN (-1)

static const char *const CAUSES[] = {
    [CAA_CAUSE_NONE] = "none",
    [CAA_CAUSE_BUDGET] = "budget",
    [CAA_CAUSE_MEMORY] = "no-memory",
    [CAA_CAUSE_UNREACHABLE] = "unreachable",
    [CAA_CAUSE_TIMEOUT] = "timeout",
    [CAA_CAUSE_TCP_FAILED] = "tcp-failed",
    [CAA_CAUSE_TCP_BROKEN] = "tcp-broken",
    [CAA_CAUSE_MISMATCH] = "mismatch",
    [CAA_CAUSE_LAME] = "lame",
    [CAA_CAUSE_FORMERR] = "formerr",
    [CAA_CAUSE_NOTIMP] = "notimp",
    [CAA_CAUSE_REFUSED] = "refused",
    [CAA_CAUSE_RCODE] = "rcode",
    [CAA_CAUSE_TOO_LARGE] = "too-large",
    [CAA_CAUSE_MALFORMED] = "malformed-answer",
    [CAA_CAUSE_RECORD] = "malformed-record",
    [CAA_CAUSE_SERVFAIL] = "servfail",
    [CAA_CAUSE_YXDOMAIN] = "yxdomain",
    [CAA_CAUSE_BOGUS] = "bogus",
};

const char *caa_cause_name(caa_cause cause) {
    return (size_t)cause < sizeof CAUSES / sizeof *CAUSES ? CAUSES[cause] : "none";
}

static int64_t plain_ttl(uint32_t ttl) {
    return ttl > INT32_MAX ? 0 : (int64_t)ttl; /* RFC 2181 section 8 */
}

/* What the first pass over all records noted. */
typedef struct {
    dns_reader answers; /* where the answer section starts */
    dns_opt opt;
    bool aliases;  /* a CNAME or DNAME stands in the answer section */
    bool referral; /* NS records in the authority section */
    bool soa;
    dns_name zone; /* the SOA's owner */
    uint32_t negative_ttl;
} survey;

static dns_read_error survey_record(survey *s, const dns_reader *in, unsigned section,
                                    const dns_record *record) {
    if (record->type == DNS_TYPE_OPT) {
        if (section != 3 || s->opt.present) {
            return DNS_READ_BAD_OPT;
        }
        return dns_opt_read(in, record, &s->opt);
    }
    if (record->class != DNS_CLASS_IN) {
        return DNS_READ_OK;
    }
    if (section == 1) {
        s->aliases |= record->type == DNS_TYPE_CNAME || record->type == DNS_TYPE_DNAME;
    } else if (section == 2 && record->type == DNS_TYPE_NS) {
        s->referral = true;
    } else if (section == 2 && record->type == DNS_TYPE_SOA && !s->soa) {
        s->soa = true;
        s->zone = record->owner;
        return dns_soa_negative_ttl(in, record, &s->negative_ttl);
    }
    return DNS_READ_OK;
}

/* Reads every record once, so that nothing behind it meets a message that breaks off. */
static dns_read_error look_over(survey *s, const uint8_t *message, size_t len) {
    memset(s, 0, sizeof *s);
    s->opt.error = DNS_NO_ERROR_CODE;
    dns_reader in;
    if (!dns_reader_open(&in, message, len)) {
        return DNS_READ_SHORT;
    }
    for (unsigned i = 0; i < in.counts[0]; i++) {
        dns_read_error error = dns_reader_question(&in, NULL, NULL, NULL);
        if (error != DNS_READ_OK) {
            return error;
        }
    }
    s->answers = in;
    for (unsigned section = 1; section <= 3; section++) {
        for (unsigned i = 0; i < in.counts[section]; i++) {
            dns_record record;
            dns_read_error error = dns_reader_record(&in, &record);
            if (error == DNS_READ_OK) {
                error = survey_record(s, &in, section, &record);
            }
            if (error != DNS_READ_OK) {
                return error;
            }
        }
    }
    return DNS_READ_OK;
}

static void put_alias(caa_reply *out, uint8_t *block, uint8_t type, int64_t ttl,
                      const dns_name *target) {
    uint8_t *at = block + out->used;
    at[0] = type;
    at[1] = (uint8_t)(ttl >> 24);
    at[2] = (uint8_t)(ttl >> 16);
    at[3] = (uint8_t)(ttl >> 8);
    at[4] = (uint8_t)ttl;
    memcpy(at + 5, target->octets, target->len);
    out->used += 5u + target->len;
    out->aliases++;
}

typedef enum { LINK_NONE, LINK_FOUND, LINK_MALFORMED, LINK_TOO_LONG } link_kind;

/* The target that a DNAME at record->owner gives for name; RFC 6672 section 2.2. */
static link_kind through_dname(const dns_name *name, const dns_name *owner, const dns_name *target,
                               dns_name *out) {
    if (name->len == owner->len || !dns_name_is_below(name, owner)) {
        return LINK_NONE;
    }
    return dns_name_join(out, name->octets, (size_t)name->len - owner->len, target) ? LINK_FOUND
                                                                                    : LINK_TOO_LONG;
}

/* The alias at name in the answer section. A CNAME counts before a DNAME, which is then only where
 * it came from; two different ones contradict each other. */
static link_kind next_link(const survey *s, const dns_name *name, dns_name *target, uint8_t *type,
                           int64_t *ttl) {
    dns_reader in = s->answers;
    link_kind found = LINK_NONE;
    *type = 0;
    for (unsigned i = 0; i < in.counts[1]; i++) {
        dns_record record;
        (void)dns_reader_record(&in, &record); /* read once already */
        bool cname = record.type == DNS_TYPE_CNAME && dns_name_equal(&record.owner, name);
        bool dname = record.type == DNS_TYPE_DNAME && *type != DNS_TYPE_CNAME;
        if (record.class != DNS_CLASS_IN || (!cname && !dname)) {
            continue;
        }
        dns_name to;
        size_t at = record.rdata;
        if (dns_reader_name(&in, &at, &to) != DNS_READ_OK || at != record.rdata + record.rdlength) {
            return LINK_MALFORMED;
        }
        if (cname) {
            if (*type == DNS_TYPE_CNAME && !dns_name_equal(&to, target)) {
                return LINK_MALFORMED;
            }
            found = LINK_FOUND;
            *target = to;
        } else {
            dns_name synthesised;
            link_kind link = through_dname(name, &record.owner, &to, &synthesised);
            if (link == LINK_NONE) {
                continue;
            }
            if (*type == DNS_TYPE_DNAME &&
                (link != found || !dns_name_equal(target, &synthesised))) {
                return LINK_MALFORMED;
            }
            found = link;
            if (link == LINK_FOUND) {
                *target = synthesised;
            } else {
                target->len = 0;
            }
        }
        *type = (uint8_t)record.type;
        *ttl = plain_ttl(record.ttl);
    }
    return found;
}

static void fail(caa_reply *out, caa_cause cause, unsigned detail) {
    out->kind = CAA_REPLY_FAILED;
    out->cause = (uint8_t)cause;
    out->detail = (uint8_t)detail;
    out->aliases = 0;
    out->records = 0;
    out->used = 0;
    out->ttl = TTL_UNKNOWN;
}

/* Follows the aliases of the answer section from *name, which ends at the last target. */
static bool follow(caa_reply *out, uint8_t *block, const survey *s, dns_name *name) {
    while (out->aliases < CAA_REPLY_ALIASES) {
        dns_name target;
        uint8_t type;
        int64_t ttl = 0;
        switch (next_link(s, name, &target, &type, &ttl)) {
        case LINK_NONE:
            return true;
        case LINK_MALFORMED:
            fail(out, CAA_CAUSE_MALFORMED, 0);
            return false;
        case LINK_TOO_LONG:
            fail(out, CAA_CAUSE_YXDOMAIN, 0);
            return false;
        case LINK_FOUND:
            break;
        }
        put_alias(out, block, type, ttl, &target);
        *name = target;
    }
    return true;
}

/* True when name is one that an alias of this reply leads away from. */
static bool leads_away(const caa_reply *out, const uint8_t *block, const dns_name *owner,
                       const dns_name *name) {
    if (out->aliases == 0) {
        return false;
    }
    caa_block in = {block, block + out->used};
    dns_name from = *owner;
    for (unsigned i = 0; i < out->aliases; i++) {
        if (dns_name_equal(&from, name)) {
            return true;
        }
        uint8_t type;
        int64_t ttl;
        caa_block_alias(&in, &from, &type, &ttl);
    }
    return false;
}

/* Collects the CAA records at `end`; false when something is wrong with them. */
static bool collect(caa_reply *out, uint8_t *block, const survey *s, const dns_name *owner,
                    const dns_name *end) {
    dns_reader in = s->answers;
    uint32_t aliases_end = out->used;
    block[out->used++] = 0; /* no zone: an RRset's is not told */
    for (unsigned i = 0; i < in.counts[1]; i++) {
        dns_record record;
        (void)dns_reader_record(&in, &record); /* read once already */
        if (record.type != DNS_TYPE_CAA || record.class != DNS_CLASS_IN) {
            continue;
        }
        if (!dns_name_equal(&record.owner, end)) {
            caa_reply aliases = *out;
            aliases.used = aliases_end;
            if (leads_away(&aliases, block, owner, &record.owner)) {
                fail(out, CAA_CAUSE_MALFORMED,
                     0); /* RFC 1034 section 3.6.2: CNAME and no other data */
                return false;
            }
            continue; /* somebody else's */
        }
        caa_rdata rdata;
        size_t at;
        caa_rdata_error error =
            caa_rdata_decode(&rdata, in.message + record.rdata, record.rdlength, &at);
        if (error != CAA_RDATA_OK) {
            fail(out, CAA_CAUSE_RECORD, error);
            return false;
        }
        int64_t ttl = plain_ttl(record.ttl);
        if (out->records == 0 || ttl < out->ttl) {
            out->ttl = ttl;
        }
        uint8_t *to = block + out->used;
        to[0] = (uint8_t)(record.rdlength >> 8);
        to[1] = (uint8_t)record.rdlength;
        memcpy(to + 2, in.message + record.rdata, record.rdlength);
        out->used += 2u + record.rdlength;
        out->records++;
    }
    return true;
}

/* Nothing at `end`: what does the rest of the message say about that? */
static void negative(caa_reply *out, uint8_t *block, const survey *s, const dns_name *end) {
    bool missing = out->rcode == DNS_NXDOMAIN;
    bool fits = s->soa && dns_name_is_below(end, &s->zone);
    if (fits) {
        out->ttl = plain_ttl(s->negative_ttl);
        memcpy(block + out->used - 1, s->zone.octets, s->zone.len);
        out->used += s->zone.len - 1u;
    } else if (out->aliases != 0) {
        out->kind =
            CAA_REPLY_ALIAS; /* the rcode may be about anything: the target is asked itself */
        return;
    } else if (s->soa) {
        fail(out, CAA_CAUSE_MALFORMED, 0);
        return;
    } else if (s->referral && !missing) {
        fail(out, CAA_CAUSE_LAME, 0);
        return;
    }
    out->kind = missing ? CAA_REPLY_NXDOMAIN : CAA_REPLY_NODATA;
}

static caa_cause cause_of(const caa_reply *reply) {
    switch (reply->rcode) {
    case DNS_FORMERR:
    case DNS_BADVERS:
        return CAA_CAUSE_FORMERR;
    case DNS_SERVFAIL:
        return dns_error_is_bogus(reply->error) ? CAA_CAUSE_BOGUS : CAA_CAUSE_SERVFAIL;
    case DNS_NOTIMP:
        return CAA_CAUSE_NOTIMP;
    case DNS_REFUSED:
        return CAA_CAUSE_REFUSED;
    case DNS_YXDOMAIN:
        return CAA_CAUSE_YXDOMAIN;
    default:
        return CAA_CAUSE_RCODE;
    }
}

void caa_reply_read(caa_reply *out, uint8_t *block, const uint8_t *message, size_t len,
                    const dns_name *owner, bool bare, bool authoritative) {
    memset(out, 0, sizeof *out);
    out->ttl = TTL_UNKNOWN;
    out->error = DNS_NO_ERROR_CODE;
    survey s;
    dns_read_error error = look_over(&s, message, len);
    out->flags = (uint16_t)(message[2] << 8 | message[3]);
    out->rcode = out->flags & DNS_FLAG_RCODE;
    if ((out->flags & DNS_FLAG_TC) != 0 && !bare) {
        out->kind = CAA_REPLY_TRUNCATED; /* where it was cut is anybody's guess */
        return;
    }
    if (error != DNS_READ_OK) {
        fail(out, CAA_CAUSE_MALFORMED, error);
        return;
    }
    out->rcode = (uint16_t)(out->rcode | s.opt.rcode_high << 4);
    out->error = s.opt.error;
    if (out->rcode != DNS_NOERROR && out->rcode != DNS_NXDOMAIN) {
        fail(out, cause_of(out), 0);
    } else if ((out->flags & (authoritative ? DNS_FLAG_AA : DNS_FLAG_AA | DNS_FLAG_RA)) == 0) {
        fail(out, CAA_CAUSE_LAME, 0);
    } else {
        dns_name end = *owner;
        if ((!s.aliases || follow(out, block, &s, &end)) && collect(out, block, &s, owner, &end)) {
            if (out->records == 0) {
                negative(out, block, &s, &end);
            } else if (out->rcode == DNS_NXDOMAIN) {
                fail(out, CAA_CAUSE_MALFORMED, 0);
            } else {
                out->kind = CAA_REPLY_RRSET;
            }
        }
    }
    if (out->used == 0) {
        block[out->used++] = 0;
    }
    memcpy(block + out->used, message + s.opt.text, s.opt.text_len);
    out->used += s.opt.text_len;
}

void caa_block_alias(caa_block *in, dns_name *target, uint8_t *type, int64_t *ttl) {
    size_t used = 0;
    *type = in->at[0];
    *ttl = (int64_t)((uint32_t)in->at[1] << 24 | (uint32_t)in->at[2] << 16 |
                     (uint32_t)in->at[3] << 8 | in->at[4]);
    in->at += 5;
    (void)dns_name_from_wire(target, in->at, (size_t)(in->end - in->at), &used); /* as written */
    in->at += used;
}

void caa_block_zone(caa_block *in, dns_name *zone) {
    size_t used = 0;
    (void)dns_name_from_wire(zone, in->at, (size_t)(in->end - in->at), &used);
    in->at += used;
}

const uint8_t *caa_block_record(caa_block *in, size_t *len) {
    const uint8_t *data = in->at + 2;
    *len = (size_t)(in->at[0] << 8 | in->at[1]);
    in->at = data + *len;
    return data;
}
