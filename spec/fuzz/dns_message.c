/* libFuzzer and a test of its own: the message reader against ldns, and what a reply may say.
 * SPDX-License-Identifier: MIT
 * Source: RFC 1035 section 4; ldns 1.8 (wire format only: its text parser is not used).
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Icsrc \
 *       spec/fuzz/dns_message.c csrc/dns/message.c csrc/dns/name.c csrc/caa/reply.c \
 *       csrc/caa/rdata.c -lldns -o .build/fuzz-dns-message
 *   .build/fuzz-dns-message -max_len=1500 -max_total_time=300 -detect_leaks=0
 *
 * ldns 1.8.3 leaks. With -DALONE there is a main: alone SEED COUNT makes messages by itself;
 * spec/caa/ldns_spec.lua runs that. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ldns/ldns.h>

#include "caa/rdata.h"
#include "caa/reply.h"
#include "dns/message.h"

#define LAW(holds)                                                                                 \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #holds);                    \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { RECORDS = 512 };

typedef struct {
    size_t count;
    size_t sound; /* records before the first whose data may not fill its length */
    dns_record records[RECORDS];
} list;

/* Does the data fill its length? Where it does not, ldns goes on reading in the middle of it
 * (1.8.3). */
static bool fills(const dns_reader *in, const dns_record *record) {
    size_t at = record->rdata, end = at + record->rdlength;
    dns_name name;
    uint32_t ttl;
    switch (record->type) {
    case DNS_TYPE_CNAME:
    case DNS_TYPE_NS:
    case DNS_TYPE_DNAME:
        return dns_reader_name(in, &at, &name) == DNS_READ_OK && at == end;
    case DNS_TYPE_SOA:
        return dns_soa_negative_ttl(in, record, &ttl) == DNS_READ_OK;
    case DNS_TYPE_A:
        return record->rdlength == 4;
    case DNS_TYPE_CAA:
        return record->rdlength >= 2 && in->message[at + 1] <= record->rdlength - 2;
    default:
        return record->type >= 60000;
    }
}

/* Every record but OPT, as our reader sees them. */
static dns_read_error ours(list *out, const uint8_t *data, size_t len) {
    dns_reader in;
    out->count = 0;
    out->sound = RECORDS;
    if (!dns_reader_open(&in, data, len)) {
        return DNS_READ_SHORT;
    }
    for (unsigned i = 0; i < in.counts[0]; i++) {
        dns_read_error error = dns_reader_question(&in, NULL, NULL, NULL);
        if (error != DNS_READ_OK) {
            return error;
        }
    }
    bool opt_seen = false;
    for (int section = 1; section <= 3; section++) {
        for (unsigned i = 0; i < in.counts[section]; i++) {
            dns_record record;
            dns_read_error error = dns_reader_record(&in, &record);
            if (error != DNS_READ_OK) {
                return error;
            }
            if (record.type == DNS_TYPE_OPT) {
                dns_opt opt;
                error =
                    section == 3 && !opt_seen ? dns_opt_read(&in, &record, &opt) : DNS_READ_BAD_OPT;
                if (error != DNS_READ_OK) {
                    return error;
                }
                opt_seen = true;
            } else if (out->count < RECORDS) {
                if (out->sound == RECORDS && !fills(&in, &record)) {
                    out->sound = out->count;
                }
                out->records[out->count++] = record;
            }
        }
    }
    return DNS_READ_OK;
}

static void check_owner(const dns_name *name, const ldns_rdf *owner) {
    LAW(ldns_rdf_size(owner) == name->len);
    const uint8_t *octets = ldns_rdf_data(owner);
    for (size_t i = 0; i < name->len; i++) {
        uint8_t c = octets[i];
        LAW((c >= 'A' && c <= 'Z' ? c + 32 : c) == name->octets[i]);
    }
}

static void check_caa(const uint8_t *message, const dns_record *record, const ldns_rr *rr) {
    size_t at = record->rdata;
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
        const ldns_rdf *part = ldns_rr_rdf(rr, i);
        LAW(at + ldns_rdf_size(part) <= record->rdata + record->rdlength);
        LAW(memcmp(message + at, ldns_rdf_data(part), ldns_rdf_size(part)) == 0);
        at += ldns_rdf_size(part);
    }
    LAW(at == record->rdata + record->rdlength);
}

static void compare(const uint8_t *data, const list *mine, const ldns_pkt *packet) {
    size_t at = 0;
    LAW(ldns_pkt_id(packet) == (uint16_t)(data[0] << 8 | data[1]));
    for (int section = 0; section < 3; section++) {
        const ldns_rr_list *theirs = section == 0   ? ldns_pkt_answer(packet)
                                     : section == 1 ? ldns_pkt_authority(packet)
                                                    : ldns_pkt_additional(packet);
        for (size_t i = 0; i < ldns_rr_list_rr_count(theirs); i++) {
            const ldns_rr *rr = ldns_rr_list_rr(theirs, i);
            if (at == RECORDS || at > mine->sound) {
                return;
            }
            LAW(at < mine->count);
            const dns_record *record = &mine->records[at++];
            check_owner(&record->owner, ldns_rr_owner(rr));
            LAW(record->type == (uint16_t)ldns_rr_get_type(rr));
            LAW(record->class == (uint16_t)ldns_rr_get_class(rr));
            LAW(record->ttl == ldns_rr_ttl(rr));
            if (record->type == DNS_TYPE_CAA && at <= mine->sound) {
                check_caa(data, record, rr);
            }
        }
    }
    LAW(at == mine->count || mine->sound != RECORDS);
}

/* What ldns says about the CAA records of a name in the answer section. */
static size_t caa_at(const ldns_pkt *packet, const dns_name *owner) {
    size_t count = 0;
    const ldns_rr_list *answer = ldns_pkt_answer(packet);
    for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++) {
        const ldns_rr *rr = ldns_rr_list_rr(answer, i);
        dns_name name;
        size_t used;
        LAW(dns_name_from_wire(&name, ldns_rdf_data(ldns_rr_owner(rr)),
                               ldns_rdf_size(ldns_rr_owner(rr)), &used));
        count += ldns_rr_get_type(rr) == LDNS_RR_TYPE_CAA &&
                 ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN && dns_name_equal(&name, owner);
    }
    return count;
}

/* The promises of reply.h for whatever a message holds. */
static void check_reply(const uint8_t *data, size_t len, const ldns_pkt *packet) {
    dns_reader in;
    dns_name owner;
    uint16_t type, class;
    static uint8_t block[CAA_REPLY_BLOCK];
    if (!dns_reader_open(&in, data, len) || in.counts[0] != 1 ||
        dns_reader_question(&in, &owner, &type, &class) != DNS_READ_OK) {
        return;
    }
    caa_reply reply;
    caa_reply_read(&reply, block, data, len, &owner, false, false);
    LAW(reply.used <= CAA_REPLY_BLOCK);
    if (reply.kind == CAA_REPLY_TRUNCATED) {
        return;
    }
    caa_block walk = {block, block + reply.used};
    dns_name end = owner;
    for (unsigned i = 0; i < reply.aliases; i++) {
        uint8_t alias;
        int64_t ttl;
        caa_block_alias(&walk, &end, &alias, &ttl);
        LAW(alias == DNS_TYPE_CNAME || alias == DNS_TYPE_DNAME);
        LAW(ttl >= 0 && ttl <= INT32_MAX);
    }
    dns_name zone;
    caa_block_zone(&walk, &zone);
    for (unsigned i = 0; i < reply.records; i++) {
        size_t size, at;
        const uint8_t *rdata = caa_block_record(&walk, &size);
        caa_rdata parts;
        LAW(caa_rdata_decode(&parts, rdata, size, &at) == CAA_RDATA_OK);
    }
    LAW(walk.at <= walk.end);
    bool answered = reply.kind != CAA_REPLY_FAILED;
    LAW(answered == (reply.cause == CAA_CAUSE_NONE));
    LAW(!answered || (data[3] & 0xf) == DNS_NOERROR || (data[3] & 0xf) == DNS_NXDOMAIN);
    LAW((reply.kind == CAA_REPLY_RRSET) == (reply.records != 0));
    if (packet != NULL && answered && reply.kind != CAA_REPLY_ALIAS &&
        reply.aliases < CAA_REPLY_ALIASES) {
        LAW(caa_at(packet, &end) == reply.records); /* no record is lost or made up */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static list mine;
    if (len > DNS_MESSAGE_MAX) {
        return 0;
    }
    dns_read_error error = ours(&mine, data, len);
    ldns_pkt *packet = NULL;
    bool theirs = ldns_wire2pkt(&packet, data, len) == LDNS_STATUS_OK;
    /* Stricter than ldns in two things only: pointers and OPT. */
    bool sound = mine.sound == RECORDS;
    LAW(!theirs || !sound || error == DNS_READ_OK || error == DNS_READ_BAD_POINTER ||
        error == DNS_READ_BAD_OPT);
    if (theirs && error == DNS_READ_OK) {
        compare(data, &mine, packet);
    }
    if (len >= DNS_HEADER) {
        check_reply(data, len, theirs && sound && error == DNS_READ_OK ? packet : NULL);
    }
    if (theirs) {
        ldns_pkt_free(packet);
    }
    return 0;
}

#ifdef ALONE
static uint64_t state;

static uint32_t below(uint32_t n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % n);
}

typedef struct {
    uint8_t octets[2048];
    size_t len;
    size_t names[32]; /* where names start */
    size_t count;
} message;

static void put(message *m, const void *octets, size_t len) {
    if (len <= sizeof m->octets - m->len) {
        memcpy(m->octets + m->len, octets, len);
        m->len += len;
    }
}

static void put16(message *m, unsigned n) {
    uint8_t octets[2] = {(uint8_t)(n >> 8), (uint8_t)n};
    put(m, octets, 2);
}

/* A name of few letters, or a pointer to one that is already there. */
static void put_name(message *m) {
    for (uint32_t labels = below(4); labels > 0; labels--) {
        uint8_t label[3] = {1, (uint8_t)("aAbB"[below(4)]), 0};
        if (m->count < 32) {
            m->names[m->count++] = m->len;
        }
        put(m, label, 2);
    }
    if (m->count > 0 && below(2) == 0) {
        put16(m, 0xc000u | (unsigned)m->names[below((uint32_t)m->count)]);
    } else {
        put(m, "", 1);
    }
}

static void put_record(message *m, int section) {
    static const uint16_t TYPES[] = {257, 257, 257, 5, 5, 39, 6, 2, 1, 46, 65000};
    unsigned type = TYPES[below(11)];
    if (section == 3 && below(2) == 0) {
        put(m, "", 1);
        put16(m, DNS_TYPE_OPT);
        put16(m, 1232);
        put16(m, below(4) == 0 ? below(65536) : 0);
        put16(m, 0x8000);
        put16(m, 6);
        put16(m, 15);
        put16(m, 2);
        put16(m, below(25));
        return;
    }
    put_name(m);
    put16(m, type);
    put16(m, below(8) == 0 ? 3 : 1);
    put16(m, below(8) == 0 ? 0x8000 : 0);
    put16(m, below(400));
    size_t at = m->len;
    put16(m, 0);
    if (type == DNS_TYPE_CAA) {
        static const char *const DATA[] = {
            "\0\5issueca.example", "\0\5issue;", "\200\3tbsx", "\0\0", "\0\11issue", "\0\5is\0ue1"};
        static const uint8_t SIZES[] = {17, 8, 6, 2, 7, 8};
        uint32_t which = below(20) < 17 ? below(3) : below(6);
        put(m, DATA[which], SIZES[which]);
    } else if (type == 5 || type == 39 || type == 2) {
        put_name(m);
    } else if (type == 6) {
        put_name(m);
        put_name(m);
        for (int i = 0; i < 5; i++) {
            put16(m, 0);
            put16(m, below(500));
        }
    } else {
        put(m, "abcd", type == 1 ? 4 : below(5));
    }
    if (m->len - at >= 2) {
        m->octets[at] = (uint8_t)((m->len - at - 2) >> 8);
        m->octets[at + 1] = (uint8_t)(m->len - at - 2);
    }
}

int main(int argc, char **argv) {
    state = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 100000;
    for (unsigned long n = 0; n < count; n++) {
        message m = {.len = 0};
        unsigned counts[3] = {below(5), below(3), below(3)};
        put16(&m, below(65536));
        put16(&m, 0x8180u | (below(4) == 0 ? below(16) : 0) | (below(20) == 0 ? 0x200 : 0));
        put16(&m, 1);
        for (int i = 0; i < 3; i++) {
            put16(&m, counts[i]);
        }
        put_name(&m);
        put16(&m, DNS_TYPE_CAA);
        put16(&m, 1);
        for (int section = 1; section <= 3; section++) {
            for (unsigned i = 0; i < counts[section - 1]; i++) {
                put_record(&m, section);
            }
        }
        for (uint32_t changes = below(3) == 0 ? below(4) : 0; changes > 0; changes--) {
            m.octets[below((uint32_t)m.len)] = (uint8_t)below(256);
        }
        uint8_t *exact = malloc(m.len); /* so that a sanitizer sees a step too far */
        LAW(exact != NULL);
        size_t len = below(10) == 0 ? below((uint32_t)m.len) : m.len;
        memcpy(exact, m.octets, len);
        LLVMFuzzerTestOneInput(exact, len);
        free(exact);
    }
    printf("%lu messages\n", count);
    return 0;
}
#endif
