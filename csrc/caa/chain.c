/* One link of a DNSSEC chain, looked at with ldns.
 * SPDX-License-Identifier: MIT
 * RFC 4034 section 3 and 5, RFC 4035 section 5. */
#include "chain.h"

#include <string.h>

#include <ldns/ldns.h>

static const char *const NAMES[] = {
    [CAA_LINK_GOOD] = "good",
    [CAA_LINK_NO_DS] = "no-ds",
    [CAA_LINK_NO_KEYS] = "no-keys",
    [CAA_LINK_WRONG_KEY] = "wrong-key",
    [CAA_LINK_UNSIGNED] = "unsigned",
    [CAA_LINK_EXPIRED] = "expired",
    [CAA_LINK_NOT_YET] = "not-yet",
    [CAA_LINK_BAD_SIGNATURE] = "bad-signature",
    [CAA_LINK_UNREADABLE] = "unreadable",
    [CAA_LINK_UNSUPPORTED] = "unsupported",
};

const char *caa_link_name(caa_link_state state) {
    return (size_t)state < sizeof NAMES / sizeof *NAMES ? NAMES[state] : "unreadable";
}

enum { MOST = 32 }; /* keys and signatures that are tried: no KeyTrap (CVE-2023-50387) */

static ldns_pkt *read_message(caa_message message) {
    ldns_pkt *packet = NULL;
    if (message.octets == NULL ||
        ldns_wire2pkt(&packet, message.octets, message.len) != LDNS_STATUS_OK) {
        return NULL;
    }
    return packet;
}

static ldns_rdf *name_rdf(const dns_name *name) {
    return ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, name->len, name->octets);
}

/* The records of a type at an owner in the answer section, or NULL when there is none; letters'
 * case does not count. */
static ldns_rr_list *records(const ldns_pkt *packet, const dns_name *owner, ldns_rr_type type) {
    ldns_rdf *name = name_rdf(owner);
    ldns_rr_list *found = NULL;
    const ldns_rr_list *answer = packet == NULL ? NULL : ldns_pkt_answer(packet);
    size_t count = answer == NULL || name == NULL ? 0 : ldns_rr_list_rr_count(answer);
    for (size_t i = 0; i < count; i++) {
        const ldns_rr *rr = ldns_rr_list_rr(answer, i);
        if (ldns_rr_get_type(rr) != type || ldns_dname_compare(ldns_rr_owner(rr), name) != 0) {
            continue;
        }
        ldns_rr *copy = ldns_rr_clone(rr);
        found = found == NULL ? ldns_rr_list_new() : found;
        if (copy == NULL || found == NULL || !ldns_rr_list_push_rr(found, copy)) {
            ldns_rr_free(copy);
        }
    }
    ldns_rdf_deep_free(name);
    return found;
}

/* Without any signature of the owner's own name a wildcard's or an alias's may stand there; those
 * are not looked at. */
static bool covers(const ldns_rr *signature, ldns_rr_type type) {
    return ldns_rr_rrsig_typecovered(signature) != NULL &&
           ldns_rdf2rr_type(ldns_rr_rrsig_typecovered(signature)) == type;
}

static void take_signature(caa_link *out, const ldns_rr *signature) {
    const ldns_rdf *from = ldns_rr_rrsig_inception(signature);
    const ldns_rdf *until = ldns_rr_rrsig_expiration(signature);
    const ldns_rdf *tag = ldns_rr_rrsig_keytag(signature);
    const ldns_rdf *algorithm = ldns_rr_rrsig_algorithm(signature);
    if (from == NULL || until == NULL || tag == NULL || algorithm == NULL) {
        return;
    }
    out->inception = (int64_t)ldns_rdf2native_int32(from);
    out->expiration = (int64_t)ldns_rdf2native_int32(until);
    out->tag = ldns_rdf2native_int16(tag);
    out->algorithm = ldns_rdf2native_int8(algorithm);
}

/* How good one signature by one key is. */
static caa_link_state try_signature(const ldns_rr_list *set, const ldns_rr *signature,
                                    const ldns_rr *key, int64_t now) {
    switch (ldns_verify_rrsig_time((ldns_rr_list *)set, (ldns_rr *)signature, (ldns_rr *)key,
                                   (time_t)now)) {
    case LDNS_STATUS_OK:
        return CAA_LINK_GOOD;
    case LDNS_STATUS_CRYPTO_SIG_EXPIRED:
        return CAA_LINK_EXPIRED;
    case LDNS_STATUS_CRYPTO_SIG_NOT_INCEPTED:
        return CAA_LINK_NOT_YET;
    case LDNS_STATUS_CRYPTO_UNKNOWN_ALGO:
    case LDNS_STATUS_CRYPTO_ALGO_NOT_IMPL:
        return CAA_LINK_UNSUPPORTED;
    default:
        return CAA_LINK_BAD_SIGNATURE;
    }
}

/* The best that signatures of a type in `packet` by `keys` say about `set`. */
static void verify(caa_link *out, const ldns_pkt *packet, const dns_name *owner, ldns_rr_type type,
                   const ldns_rr_list *set, const ldns_rr_list *keys, int64_t now) {
    ldns_rr_list *signatures = records(packet, owner, LDNS_RR_TYPE_RRSIG);
    size_t tried = 0;
    static const uint8_t RANK[] = {
        [CAA_LINK_GOOD] = 5,          [CAA_LINK_EXPIRED] = 4,     [CAA_LINK_NOT_YET] = 4,
        [CAA_LINK_BAD_SIGNATURE] = 3, [CAA_LINK_UNSUPPORTED] = 2, [CAA_LINK_UNSIGNED] = 1};
    out->state = CAA_LINK_UNSIGNED;
    size_t count = signatures == NULL ? 0 : ldns_rr_list_rr_count(signatures);
    for (size_t i = 0; i < count && out->state != CAA_LINK_GOOD; i++) {
        const ldns_rr *signature = ldns_rr_list_rr(signatures, i);
        if (!covers(signature, type) || ldns_rr_rrsig_keytag(signature) == NULL) {
            continue;
        }
        caa_link this_one = *out;
        take_signature(&this_one, signature);
        for (size_t k = 0; k < ldns_rr_list_rr_count(keys) && tried < MOST; k++) {
            const ldns_rr *key = ldns_rr_list_rr(keys, k);
            if (ldns_calc_keytag(key) != this_one.tag) {
                continue;
            }
            tried++;
            this_one.state = try_signature(set, signature, key, now);
            if (RANK[this_one.state] > RANK[out->state]) {
                *out = this_one;
            }
        }
    }
    ldns_rr_list_deep_free(signatures);
}

/* The keys that a DS of the set names, as a list that does not own them. */
static void match_keys(caa_link *out, ldns_rr_list *named, const ldns_rr_list *set,
                       const ldns_rr_list *keys) {
    size_t compared = 0;
    for (size_t i = 0; i < ldns_rr_list_rr_count(set); i++) {
        const ldns_rr *ds = ldns_rr_list_rr(set, i);
        if (ldns_rr_rd_count(ds) < 4) {
            continue;
        }
        out->tag = ldns_rdf2native_int16(ldns_rr_rdf(ds, 0));
        out->algorithm = ldns_rdf2native_int8(ldns_rr_rdf(ds, 1));
        for (size_t k = 0; k < ldns_rr_list_rr_count(keys) && compared < MOST; k++) {
            const ldns_rr *key = ldns_rr_list_rr(keys, k);
            if (ldns_calc_keytag(key) != out->tag) {
                continue;
            }
            compared++;
            if (ldns_rr_compare_ds(key, ds)) {
                ldns_rr_list_push_rr(named, (ldns_rr *)key);
            }
        }
    }
}

void caa_link_zone(caa_link *out, const dns_name *zone, caa_message ds, caa_message keys,
                   int64_t now) {
    memset(out, 0, sizeof *out);
    out->state = CAA_LINK_UNREADABLE;
    ldns_pkt *ds_packet = read_message(ds), *key_packet = read_message(keys);
    ldns_rr_list *named = ldns_rr_list_new();
    ldns_rr_list *ds_set = records(ds_packet, zone, LDNS_RR_TYPE_DS);
    ldns_rr_list *key_set = records(key_packet, zone, LDNS_RR_TYPE_DNSKEY);
    if (ds_packet == NULL || key_packet == NULL || named == NULL) {
        out->state = CAA_LINK_UNREADABLE;
    } else if (ds_set == NULL) {
        out->state = CAA_LINK_NO_DS;
    } else {
        if (key_set != NULL) {
            match_keys(out, named, ds_set, key_set);
        } else {
            out->tag = ldns_rdf2native_int16(ldns_rr_rdf(ldns_rr_list_rr(ds_set, 0), 0));
        }
        if (key_set == NULL) {
            out->state = CAA_LINK_NO_KEYS;
        } else if (ldns_rr_list_rr_count(named) == 0) {
            out->state = CAA_LINK_WRONG_KEY;
        } else {
            verify(out, key_packet, zone, LDNS_RR_TYPE_DNSKEY, key_set, named, now);
        }
    }
    ldns_rr_list_free(named);
    ldns_rr_list_deep_free(ds_set);
    ldns_rr_list_deep_free(key_set);
    ldns_pkt_free(ds_packet);
    ldns_pkt_free(key_packet);
}

void caa_link_rrset(caa_link *out, const dns_name *owner, uint16_t type, caa_message answer,
                    caa_message keys, int64_t now) {
    memset(out, 0, sizeof *out);
    out->state = CAA_LINK_UNREADABLE;
    ldns_pkt *packet = read_message(answer), *key_packet = read_message(keys);
    ldns_rr_list *set = records(packet, owner, (ldns_rr_type)type);
    /* the keys stand in the answer to a question of their own */
    ldns_rr_list *key_set =
        key_packet == NULL
            ? NULL
            : ldns_pkt_rr_list_by_type(key_packet, LDNS_RR_TYPE_DNSKEY, LDNS_SECTION_ANSWER);
    if (set != NULL && key_set != NULL) {
        verify(out, packet, owner, (ldns_rr_type)type, set, key_set, now);
    } else if (packet != NULL && key_packet != NULL) {
        out->state = key_set == NULL ? CAA_LINK_NO_KEYS : CAA_LINK_UNSIGNED;
    }
    ldns_rr_list_deep_free(set);
    ldns_rr_list_deep_free(key_set);
    ldns_pkt_free(packet);
    ldns_pkt_free(key_packet);
}
