/* DNS messages: a query out, and a bounded reader for what comes back.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 4, RFC 6891 (EDNS), RFC 8914 (extended errors). */
#include "message.h"

#include <string.h>

#define POINTER 0xc0

static uint16_t u16(const uint8_t *at) {
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t u32(const uint8_t *at) {
    return (uint32_t)u16(at) << 16 | u16(at + 2);
}

static void put16(uint8_t *at, unsigned value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* One bit for each letter, drawn from `mix` as the query's writer draws them. */
static uint64_t next_mix(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u); /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* The owner's wire form as it is sent. */
static void mix_case(uint8_t *out, const dns_name *owner, uint64_t mix) {
    memcpy(out, owner->octets, owner->len);
    if (mix == 0) {
        return;
    }
    uint64_t bits = 0;
    unsigned left = 0;
    for (size_t at = 0; owner->octets[at] != 0;) {
        size_t end = at + 1u + owner->octets[at];
        for (at++; at < end; at++) {
            if (out[at] >= 'a' && out[at] <= 'z') {
                if (left == 0) {
                    bits = next_mix(&mix);
                    left = 64;
                }
                out[at] ^= (uint8_t)((bits & 1) << 5);
                bits >>= 1;
                left--;
            }
        }
    }
}

size_t dns_query_write(uint8_t out[DNS_QUERY_MAX], const dns_query *query, const dns_name *owner) {
    unsigned flags =
        (query->recursion ? DNS_FLAG_RD : 0u) | (query->checking_disabled ? DNS_FLAG_CD : 0u);
    put16(out, query->id);
    put16(out + 2, flags);
    put16(out + 4, 1);
    put16(out + 6, 0);
    put16(out + 8, 0);
    put16(out + 10, query->edns ? 1 : 0);
    size_t at = DNS_HEADER;
    mix_case(out + at, owner, query->mix);
    at += owner->len;
    put16(out + at, query->type);
    put16(out + at + 2, DNS_CLASS_IN);
    at += 4;
    if (query->edns) {
        static const uint8_t OPT[11] = {
            0, 0, DNS_TYPE_OPT, DNS_EDNS_SIZE >> 8, DNS_EDNS_SIZE & 0xff, 0, 0, 0x80, 0, 0, 0};
        memcpy(out + at, OPT, sizeof OPT);
        at += sizeof OPT;
    }
    return at;
}

static uint8_t lower(uint8_t c) {
    return (uint8_t)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

dns_match dns_response_match(const uint8_t *message, size_t len, const dns_query *query,
                             const dns_name *owner) {
    if (len < DNS_HEADER || u16(message) != query->id) {
        return DNS_MATCH_NOT;
    }
    unsigned flags = u16(message + 2);
    if ((flags & DNS_FLAG_QR) == 0 || (flags & DNS_FLAG_OPCODE) != 0) {
        return DNS_MATCH_NOT;
    }
    unsigned questions = u16(message + 4), rcode = flags & DNS_FLAG_RCODE;
    if (questions == 0 && u16(message + 6) == 0 && (rcode == DNS_FORMERR || rcode == DNS_NOTIMP)) {
        return DNS_MATCH_BARE;
    }
    const uint8_t *asked = message + DNS_HEADER;
    if (questions != 1 || len < DNS_HEADER + (size_t)owner->len + 4 ||
        u16(asked + owner->len) != query->type || u16(asked + owner->len + 2) != DNS_CLASS_IN) {
        return DNS_MATCH_NOT;
    }
    uint8_t sent[DNS_NAME_MAX];
    mix_case(sent, owner, query->mix);
    if (memcmp(sent, asked, owner->len) == 0) {
        return DNS_MATCH;
    }
    /* A length octet is at most 63 and so never a letter. */
    for (size_t i = 0; i < owner->len; i++) {
        if (lower(asked[i]) != owner->octets[i]) {
            return DNS_MATCH_NOT;
        }
    }
    return DNS_MATCH_CASE;
}

bool dns_reader_open(dns_reader *in, const uint8_t *message, size_t len) {
    if (len < DNS_HEADER) {
        return false;
    }
    in->message = message;
    in->len = len;
    in->at = DNS_HEADER;
    in->id = u16(message);
    in->flags = u16(message + 2);
    for (size_t i = 0; i < 4; i++) {
        in->counts[i] = u16(message + 4 + 2 * i);
    }
    return true;
}

dns_read_error dns_reader_name(const dns_reader *in, size_t *at, dns_name *out) {
    const uint8_t *m = in->message;
    size_t from = *at;
    size_t before = from; /* every pointer leads to something earlier than this */
    size_t used = 0;
    bool jumped = false;
    for (;;) {
        if (from >= in->len) {
            return DNS_READ_SHORT;
        }
        size_t label = m[from];
        if (label >= POINTER) {
            if (from + 1 >= in->len) {
                return DNS_READ_SHORT;
            }
            size_t target = u16(m + from) & 0x3fffu;
            if (target >= before || target < DNS_HEADER) {
                return DNS_READ_BAD_POINTER;
            }
            if (!jumped) {
                *at = from + 2;
                jumped = true;
            }
            from = before = target;
            continue;
        }
        if (label > DNS_LABEL_MAX) {
            return DNS_READ_BAD_LABEL;
        }
        if (label >= in->len - from) {
            return DNS_READ_SHORT;
        }
        if (used + 1 + label > DNS_NAME_MAX) {
            return DNS_READ_LONG_NAME;
        }
        out->octets[used] = (uint8_t)label;
        for (size_t i = 1; i <= label; i++) {
            out->octets[used + i] = lower(m[from + i]);
        }
        used += 1 + label;
        from += 1 + label;
        if (label == 0) {
            out->len = (uint8_t)used;
            if (!jumped) {
                *at = from;
            }
            return DNS_READ_OK;
        }
    }
}

dns_read_error dns_reader_question(dns_reader *in, dns_name *out, uint16_t *type, uint16_t *class) {
    dns_name name;
    dns_read_error error = dns_reader_name(in, &in->at, out != NULL ? out : &name);
    if (error != DNS_READ_OK) {
        return error;
    }
    if (in->len - in->at < 4) {
        return DNS_READ_SHORT;
    }
    if (out != NULL) {
        *type = u16(in->message + in->at);
        *class = u16(in->message + in->at + 2);
    }
    in->at += 4;
    return DNS_READ_OK;
}

dns_read_error dns_reader_record(dns_reader *in, dns_record *out) {
    dns_read_error error = dns_reader_name(in, &in->at, &out->owner);
    if (error != DNS_READ_OK) {
        return error;
    }
    if (in->len - in->at < 10) {
        return DNS_READ_SHORT;
    }
    const uint8_t *fixed = in->message + in->at;
    out->type = u16(fixed);
    out->class = u16(fixed + 2);
    out->ttl = u32(fixed + 4);
    out->rdlength = u16(fixed + 8);
    in->at += 10;
    if (out->rdlength > in->len - in->at) {
        return DNS_READ_SHORT;
    }
    out->rdata = in->at;
    in->at += out->rdlength;
    return DNS_READ_OK;
}

dns_read_error dns_opt_read(const dns_reader *in, const dns_record *record, dns_opt *out) {
    out->present = true;
    out->rcode_high = (uint8_t)(record->ttl >> 24);
    out->version = (uint8_t)(record->ttl >> 16);
    out->error = DNS_NO_ERROR_CODE;
    out->text = 0;
    out->text_len = 0;
    if (record->owner.len != 1) {
        return DNS_READ_BAD_OPT; /* RFC 6891 section 6.1.2 */
    }
    size_t at = record->rdata, end = at + record->rdlength;
    while (at < end) {
        if (end - at < 4) {
            return DNS_READ_BAD_OPT;
        }
        unsigned code = u16(in->message + at);
        size_t len = u16(in->message + at + 2);
        at += 4;
        if (len > end - at) {
            return DNS_READ_BAD_OPT;
        }
        enum { EXTENDED_ERROR = 15 };
        if (code == EXTENDED_ERROR && len < 2) {
            return DNS_READ_BAD_OPT;
        }
        /* A server may send several; one that means bogus counts before the others. */
        if (code == EXTENDED_ERROR) {
            int32_t error = u16(in->message + at);
            if (out->error == DNS_NO_ERROR_CODE ||
                (dns_error_is_bogus(error) && !dns_error_is_bogus(out->error))) {
                out->error = error;
                out->text = at + 2;
                out->text_len = (uint16_t)(len - 2);
            }
        }
        at += len;
    }
    return DNS_READ_OK;
}

dns_read_error dns_soa_negative_ttl(const dns_reader *in, const dns_record *record, uint32_t *ttl) {
    size_t at = record->rdata, end = at + record->rdlength;
    for (int i = 0; i < 2; i++) { /* MNAME and RNAME */
        dns_name name;
        dns_read_error error = dns_reader_name(in, &at, &name);
        if (error != DNS_READ_OK) {
            return error;
        }
        if (at > end) {
            return DNS_READ_BAD_RDATA;
        }
    }
    if (end - at != 20) {
        return DNS_READ_BAD_RDATA;
    }
    uint32_t minimum = u32(in->message + at + 16);
    *ttl = minimum < record->ttl ? minimum : record->ttl;
    return DNS_READ_OK;
}

const char *dns_rcode_name(unsigned rcode) {
    static const char *const NAMES[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                        "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
                                        "NXRRSET", "NOTAUTH", "NOTZONE"};
    if (rcode < sizeof NAMES / sizeof *NAMES) {
        return NAMES[rcode];
    }
    return rcode == DNS_BADVERS ? "BADVERS" : NULL;
}

const char *dns_error_name(int32_t code) {
    static const char *const NAMES[] = {"Other Error",
                                        "Unsupported DNSKEY Algorithm",
                                        "Unsupported DS Digest Type",
                                        "Stale Answer",
                                        "Forged Answer",
                                        "DNSSEC Indeterminate",
                                        "DNSSEC Bogus",
                                        "Signature Expired",
                                        "Signature Not Yet Valid",
                                        "DNSKEY Missing",
                                        "RRSIGs Missing",
                                        "No Zone Key Bit Set",
                                        "NSEC Missing",
                                        "Cached Error",
                                        "Not Ready",
                                        "Blocked",
                                        "Censored",
                                        "Filtered",
                                        "Prohibited",
                                        "Stale NXDOMAIN Answer",
                                        "Not Authoritative",
                                        "Not Supported",
                                        "No Reachable Authority",
                                        "Network Error",
                                        "Invalid Data"};
    return code >= 0 && code < (int32_t)(sizeof NAMES / sizeof *NAMES) ? NAMES[code] : NULL;
}

bool dns_error_is_bogus(int32_t code) {
    return code >= 6 && code <= 12;
}

const char *dns_read_strerror(dns_read_error error) {
    switch (error) {
    case DNS_READ_OK:
        return "no error";
    case DNS_READ_SHORT:
        return "the message ends inside of a record";
    case DNS_READ_BAD_LABEL:
        return "a label of a type that does not exist";
    case DNS_READ_BAD_POINTER:
        return "a compression pointer that does not point backwards";
    case DNS_READ_LONG_NAME:
        return "a name longer than 255 octets";
    case DNS_READ_BAD_RDATA:
        return "a record whose data does not fill it";
    case DNS_READ_BAD_OPT:
        return "an OPT record that breaks RFC 6891";
    }
    return "unknown error";
}
