/* libFuzzer: everything that issuable.caa reads of one record, held to its own laws and to ldns.
 * SPDX-License-Identifier: MIT
 * Source: RFC 8659 section 4; ldns reads wire only (its text parser overflows).
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Icsrc \
 *       spec/fuzz/caa_property.c csrc/caa/?*.c csrc/dns/name.c -lldns -o .build/fuzz-caa-property
 *   .build/fuzz-caa-property -max_len=300 -max_total_time=300
 * Without ldns: -DNO_LDNS and no -lldns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef NO_LDNS
#include <ldns/ldns.h>
#endif

#include "caa/characters.h"
#include "caa/presentation.h"
#include "caa/property.h"
#include "caa/rdata.h"

#define LAW(holds)                                                                                 \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #holds);                    \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Exactly as long as it is, so that one octet too far is noticed. */
static uint8_t *copy(const uint8_t *octets, size_t len) {
    uint8_t *out = malloc(len);
    LAW(out != NULL || len == 0);
    if (len != 0) {
        memcpy(out, octets, len);
    }
    return out;
}

static void check_guess(const uint8_t *value, size_t len) {
    caa_slice guess = caa_issuer_guess(value, len);
    LAW(guess.at <= len && guess.len <= len - guess.at);
    if (guess.len != 0) {
        caa_issue_value issue;
        LAW(caa_issue_read(&issue, value + guess.at, guess.len) == CAA_OK);
        LAW(issue.issuer.len == guess.len && issue.parameters == 0);
    }
}

/* An accepted value, put together again from its parts without blanks, reads the same. */
static void check_parts(const uint8_t *value, size_t len, const caa_issue_value *issue) {
    uint8_t *again = malloc(len + 1);
    LAW(again != NULL);
    size_t used = issue->issuer.len, at = issue->parameters_at, count = 0;
    LAW(issue->issuer.at <= len && issue->issuer.len <= len - issue->issuer.at);
    memcpy(again, value + issue->issuer.at, issue->issuer.len);
    caa_parameter parameter;
    while (caa_parameter_next(value, len, &at, &parameter)) {
        LAW(parameter.tag.len > 0 && parameter.tag.len <= len - parameter.tag.at);
        LAW(parameter.value.at <= len && parameter.value.len <= len - parameter.value.at);
        again[used++] = ';';
        memcpy(again + used, value + parameter.tag.at, parameter.tag.len);
        used += parameter.tag.len;
        again[used++] = '=';
        memcpy(again + used, value + parameter.value.at, parameter.value.len);
        used += parameter.value.len;
        count++;
    }
    LAW(count == issue->parameters && used <= len);
    caa_issue_value other;
    LAW(caa_issue_read(&other, again, used) == CAA_OK);
    LAW(other.parameters == count && other.issuer.len == issue->issuer.len);
    LAW(other.hyphen == issue->hyphen);
    /* One semicolon more is one too many, unless there was none. */
    again[used++] = ';';
    bool bare = count == 0;
    LAW(caa_issue_read(&other, again, used) == (bare ? CAA_OK : CAA_TRAILING_SEMICOLON));
    free(again);
}

static void check_value(const uint8_t *octets, size_t len) {
    uint8_t *value = copy(octets, len);
    caa_issue_value issue;
    caa_fault fault = caa_issue_read(&issue, value, len);
    if (fault == CAA_OK) {
        check_parts(value, len, &issue);
    } else {
        LAW(issue.fault_at <= len);
    }
    check_guess(value, len);
    size_t at = 0;
    fault = caa_iodef_read(value, len, &at);
    LAW(fault == CAA_OK || (fault == CAA_BAD_URL && at <= len));
    free(value);
}

static void check_text(const uint8_t *octets, size_t len) {
    uint8_t *text = copy(octets, len);
    uint8_t *value = malloc(len + 1);
    LAW(value != NULL);
    caa_text read;
    if (caa_text_read(&read, value, text, len) != CAA_TEXT_OK) {
        LAW(read.error_at <= len);
    } else {
        size_t size, size_again;
        LAW(read.value_len <= len && caa_tag_is_valid(read.tag, read.tag_len));
        LAW(caa_format_size(read.flags, read.tag, read.tag_len, value, read.value_len, &size));
        char *printed = malloc(size);
        LAW(printed != NULL);
        caa_format(read.flags, read.tag, read.tag_len, value, read.value_len, printed);
        uint8_t *value_again = malloc(size);
        LAW(value_again != NULL);
        caa_text again;
        LAW(caa_text_read(&again, value_again, (uint8_t *)printed, size) == CAA_TEXT_OK);
        LAW(again.flags == read.flags && again.tag_len == read.tag_len);
        LAW(memcmp(again.tag, read.tag, read.tag_len) == 0);
        LAW(again.value_len == read.value_len && memcmp(value, value_again, read.value_len) == 0);
        LAW(caa_format_size(again.flags, again.tag, again.tag_len, value_again, again.value_len,
                            &size_again));
        LAW(size_again == size);
        free(value_again);
        free(printed);
    }
    free(value);
    free(text);
}

#ifndef NO_LDNS
/* The record `. 0 IN CAA` around the data, read by ldns and printed by it. */
static void check_against_ldns(const uint8_t *rdata, size_t len, const char *printed, size_t size) {
    uint8_t *wire = malloc(len + 11);
    LAW(wire != NULL);
    memcpy(wire, "\0\1\1\0\1\0\0\0\0", 9); /* root, type 257, class IN, TTL 0 */
    wire[9] = (uint8_t)(len >> 8);
    wire[10] = (uint8_t)(len & 255);
    memcpy(wire + 11, rdata, len);
    ldns_rr *rr = NULL;
    size_t pos = 0;
    LAW(ldns_wire2rr(&rr, wire, len + 11, &pos, LDNS_SECTION_ANSWER) == LDNS_STATUS_OK);
    char *text = ldns_rr2str(rr);
    LAW(text != NULL);
    const char *data = strstr(text, "CAA\t");
    LAW(data != NULL);
    data += 4;
    size_t data_len = strcspn(data, "\n");
    bool same = true;
    size_t at = 0;
    for (size_t i = 0; i < data_len && same; i++) {
        if (data[i] == '\t') { /* ldns prints a tab in quotes as it is */
            same = size - at >= 4 && memcmp(printed + at, "\\009", 4) == 0;
            at += 4;
        } else {
            same = at < size && printed[at++] == data[i];
        }
    }
    if (!same || at != size) {
        fprintf(stderr, "ours: %.*s\nldns: %s\n", (int)size, printed, data);
        abort();
    }
    free(text);
    ldns_rr_free(rr);
    free(wire);
}
#endif

static void check_rdata(const uint8_t *octets, size_t len) {
    uint8_t *rdata = copy(octets, len);
    caa_rdata read;
    size_t at = 0;
    if (caa_rdata_decode(&read, rdata, len, &at) != CAA_RDATA_OK) {
        LAW(at <= len);
        free(rdata);
        return;
    }
    size_t size;
    LAW(caa_rdata_size(read.tag_len, read.value_len, &size) == CAA_RDATA_OK && size == len);
    uint8_t *again = malloc(size);
    LAW(again != NULL);
    caa_rdata_encode(again, &read);
    LAW(memcmp(again, rdata, len) == 0);
    LAW(caa_format_size(read.flags, read.tag, read.tag_len, read.value, read.value_len, &size));
    char *printed = malloc(size);
    LAW(printed != NULL);
    caa_format(read.flags, read.tag, read.tag_len, read.value, read.value_len, printed);
    for (size_t i = 0; i < size; i++) {
        LAW(printed[i] >= 0x20 && printed[i] <= 0x7e);
    }
#ifndef NO_LDNS
    /* ldns prints an empty value as nothing at all, and a tag as it is. */
    if (caa_tag_is_valid(read.tag, read.tag_len) && read.value_len != 0) {
        check_against_ldns(rdata, len, printed, size);
    }
#endif
    (void)caa_kind_of(read.tag, read.tag_len);
    check_value(read.value, read.value_len);
    free(printed);
    free(again);
    free(rdata);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    check_value(data, len);
    check_text(data, len);
    check_rdata(data, len);
    return 0;
}
