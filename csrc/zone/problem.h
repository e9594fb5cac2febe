/* What can be wrong with a zone file: stable codes, a place and a message for people.
 * SPDX-License-Identifier: MIT
 * The codes are part of the Lua API (z:errors()); their order is not. */
#ifndef ISSUABLE_ZONE_PROBLEM_H
#define ISSUABLE_ZONE_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/name.h"

/* X(symbol, code) */
#define ZONE_CODES(X)                                                                              \
    X(OK, "ok")                                                                                    \
    /* bytes and tokens */                                                                         \
    X(NUL_BYTE, "nul-byte")                                                                        \
    X(BOM, "byte-order-mark")                                                                      \
    X(UNCLOSED_QUOTE, "unclosed-quote")                                                            \
    X(UNCLOSED_PARENTHESIS, "unclosed-parenthesis")                                                \
    X(UNOPENED_PARENTHESIS, "unopened-parenthesis")                                                \
    X(UNEXPECTED_QUOTE, "unexpected-quote")                                                        \
    X(UNEXPECTED_END, "unexpected-end")                                                            \
    X(EXTRA_TOKEN, "extra-token")                                                                  \
    X(BAD_ESCAPE, "bad-escape")                                                                    \
    /* the head of a record */                                                                     \
    X(BAD_NAME, "bad-name")                                                                        \
    X(RELATIVE_WITHOUT_ORIGIN, "relative-without-origin")                                          \
    X(NO_OWNER, "no-owner")                                                                        \
    X(BAD_CLASS, "bad-class")                                                                      \
    X(UNKNOWN_TYPE, "unknown-type")                                                                \
    X(META_TYPE, "meta-type")                                                                      \
    X(OBSOLETE_TYPE, "obsolete-type")                                                              \
    X(MISSING_TTL, "missing-ttl")                                                                  \
    X(TTL_FROM_SOA, "ttl-from-soa")                                                                \
    X(TTL_TOO_LARGE, "ttl-too-large")                                                              \
    /* directives */                                                                               \
    X(BAD_TTL, "bad-ttl")                                                                          \
    X(BAD_DATE, "bad-date")                                                                        \
    X(NO_FINAL_NEWLINE, "no-final-newline")                                                        \
    X(UNKNOWN_DIRECTIVE, "unknown-directive")                                                      \
    X(BAD_GENERATE, "bad-generate")                                                                \
    X(GENERATE_DATA, "generate-data")                                                              \
    X(TOO_MANY_GENERATED, "too-many-generated")                                                    \
    X(INCLUDE_FAILED, "include-failed")                                                            \
    X(INCLUDE_CYCLE, "include-cycle")                                                              \
    X(INCLUDE_TOO_DEEP, "include-too-deep")                                                        \
    X(INCLUDE_AFTER_DATE, "include-after-date")                                                    \
    X(TOO_MANY_INCLUDES, "too-many-includes")                                                      \
    /* rdata */                                                                                    \
    X(BAD_NUMBER, "bad-number")                                                                    \
    X(NUMBER_TOO_LARGE, "number-too-large")                                                        \
    X(BAD_HEX, "bad-hex")                                                                          \
    X(BAD_BASE64, "bad-base64")                                                                    \
    X(BAD_ADDRESS, "bad-address")                                                                  \
    X(BAD_CAA_TAG, "bad-caa-tag")                                                                  \
    X(STRING_TOO_LONG, "string-too-long")                                                          \
    X(RDATA_TOO_LONG, "rdata-too-long")                                                            \
    X(BAD_RDATA, "bad-rdata")                                                                      \
    /* the zone as a whole */                                                                      \
    X(OUT_OF_ZONE, "out-of-zone")                                                                  \
    X(NO_NS, "no-ns")                                                                              \
    X(MULTIPLE_SOA, "multiple-soa")                                                                \
    X(SOA_NOT_AT_APEX, "soa-not-at-apex")                                                          \
    X(DS_AT_APEX, "ds-at-apex")                                                                    \
    X(CNAME_AND_OTHER_DATA, "cname-and-other-data")                                                \
    X(MULTIPLE_CNAME, "multiple-cname")                                                            \
    X(MULTIPLE_DNAME, "multiple-dname")                                                            \
    X(WILDCARD_NS, "wildcard-ns")                                                                  \
    X(NS_WITHOUT_ADDRESS, "ns-without-address")                                                    \
    X(NS_IS_ALIAS, "ns-is-alias")                                                                  \
    X(BAD_DNSSEC, "bad-dnssec")                                                                    \
    /* lints: what loads and is likely not meant (lint.c) */                                       \
    X(CAA_PARAMETERS_IN_COMMENT, "caa-parameters-in-comment")                                      \
    X(CAA_OCCLUDED, "caa-occluded")                                                                \
    X(CAA_BESIDE_CNAME, "caa-beside-cname")                                                        \
    X(CAA_FLAGS, "caa-flags")                                                                      \
    X(CAA_EMPTY_BESIDE_ISSUER, "caa-empty-beside-issuer")                                          \
    X(CAA_IODEF_NOT_URL, "caa-iodef-not-url")                                                      \
    X(CAA_WILDCARD_GAP, "caa-wildcard-gap")                                                        \
    X(CAA_DUPLICATE, "caa-duplicate")                                                              \
    X(BLANK_OWNER_AFTER_ORIGIN, "blank-owner-after-origin")                                        \
    X(RRSET_TTLS, "rrset-ttls")                                                                    \
    X(SIGNED_ZONE, "signed-zone")                                                                  \
    /* lints: where other software decides otherwise than BIND 9.18 (portability.c) */             \
    X(PORT_CRLF, "portability-crlf")                                                               \
    X(PORT_CR, "portability-cr")                                                                   \
    X(PORT_NESTED, "portability-nested-parentheses")                                               \
    X(PORT_NO_BLANK, "portability-no-blank")                                                       \
    X(PORT_QUOTED_OWNER, "portability-quoted-owner")                                               \
    X(PORT_RAW_NAME, "portability-raw-name")                                                       \
    X(PORT_TTL_UNITS, "portability-ttl-units")                                                     \
    X(PORT_TTL_LAST_UNIT, "portability-ttl-last-unit")                                             \
    X(PORT_TTL_RANGE, "portability-ttl-range")                                                     \
    X(PORT_NO_TTL, "portability-no-ttl")                                                           \
    X(PORT_CLASS_FIRST, "portability-class-first")                                                 \
    X(PORT_CLASS_NUMBER, "portability-class-number")                                               \
    X(PORT_RELATIVE_ORIGIN, "portability-relative-origin")                                         \
    X(PORT_DIRECTIVE_CASE, "portability-directive-case")                                           \
    X(PORT_UNKNOWN_DIRECTIVE, "portability-unknown-directive")                                     \
    X(PORT_GENERATE, "portability-generate")                                                       \
    X(PORT_INCLUDE_BASE, "portability-include-base")                                               \
    X(PORT_CAA_UNQUOTED, "portability-caa-unquoted")                                               \
    X(PORT_CAA_FLAGS_ZERO, "portability-caa-flags-zero")                                           \
    X(PORT_CAA_FLAGS_RANGE, "portability-caa-flags-range")                                         \
    X(PORT_CAA_TAG, "portability-caa-tag")                                                         \
    X(PORT_CAA_TAG_CASE, "portability-caa-tag-case")                                               \
    X(PORT_CAA_TAG_QUOTED, "portability-caa-tag-quoted")                                           \
    X(PORT_CAA_TAG_EMPTY, "portability-caa-tag-empty")                                             \
    X(PORT_CAA_LONG_VALUE, "portability-caa-long-value")                                           \
    X(PORT_CAA_RAW_VALUE, "portability-caa-raw-value")                                             \
    X(PORT_OPEN_QUOTE, "portability-open-quote")                                                   \
    X(PORT_ESCAPE, "portability-escape")                                                           \
    X(PORT_NUL, "portability-nul")                                                                 \
    X(PORT_OUT_OF_ZONE, "portability-out-of-zone")                                                 \
    X(PORT_BELOW_DNAME, "portability-below-dname")                                                 \
    X(PORT_CNAME_AND_OTHER, "portability-cname-and-other")                                         \
    X(PORT_OWNER_PARENTHESIS, "portability-owner-parenthesis")                                     \
    X(PORT_OPEN_PARENTHESIS, "portability-open-parenthesis")                                       \
    X(PORT_GENERIC_LENGTH, "portability-generic-length")                                           \
    X(PORT_LONG_STRING, "portability-long-string")                                                 \
    X(PORT_FINAL_DIRECTIVE, "portability-final-directive")                                         \
    X(PORT_NO_NS, "portability-no-ns")                                                             \
    X(PORT_TWO_SOA, "portability-two-soa")                                                         \
    /* limits of this reader */                                                                    \
    X(FILE_TOO_LARGE, "file-too-large")                                                            \
    X(ENTRY_TOO_LONG, "entry-too-long")                                                            \
    X(TOO_MANY_RECORDS, "too-many-records")                                                        \
    X(TOO_MANY_NAMES, "too-many-names")                                                            \
    X(TOO_MANY_ERRORS, "too-many-errors")

typedef enum {
#define ZONE_CODE_ENUM(symbol, code) ZONE_##symbol,
    ZONE_CODES(ZONE_CODE_ENUM)
#undef ZONE_CODE_ENUM
} zone_code;

typedef enum {
    ZONE_ERROR,   /* BIND 9.18 would not load the zone */
    ZONE_WARNING, /* it loads, and is likely not what was meant */
    ZONE_INFO     /* it loads; worth knowing */
} zone_severity;

#define ZONE_MESSAGE_MAX 640

typedef struct {
    zone_code code;
    size_t first; /* offsets into the file that was being read */
    size_t end;
    char message[ZONE_MESSAGE_MAX]; /* ends in NUL; printable ASCII only */
} zone_problem;

/* "unknown-type"; never NULL. */
const char *zone_code_name(zone_code code);

/* Fills *problem; returns false, so that callers can `return zone_fail(…)`. */
bool zone_fail(zone_problem *problem, zone_code code, size_t first, size_t end, const char *format,
               ...) __attribute__((format(printf, 5, 6)));

/* Input bytes for a message: at most about 60 characters, \DDD for what is not printable. */
typedef struct {
    char text[80];
} zone_snippet;
zone_snippet zone_quote(const uint8_t *bytes, size_t first, size_t end);

/* The same for what the caller says: room for a sentence or two. */
typedef struct {
    char text[480];
} zone_sentence;
zone_sentence zone_quote_sentence(const char *text, size_t len);

/* A whole name for a message. */
typedef struct {
    char text[DNS_NAME_TEXT_MAX + 1];
} zone_name_text;
zone_name_text zone_print_name(const dns_name *name);

#endif
