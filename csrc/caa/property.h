/* CAA properties: which tag it is, and the grammar of its value. Slices in, slices out, no memory.
 * SPDX-License-Identifier: MIT
 * RFC 8659 section 4 (issue, issuewild, iodef), RFC 9495 (issuemail), RFC 8657 (parameters). */
#ifndef ISSUABLE_CAA_PROPERTY_H
#define ISSUABLE_CAA_PROPERTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The tags in the IANA registry that a CA may meet; everything else is CAA_UNKNOWN. */
typedef enum {
    CAA_ISSUE,        /* RFC 8659 section 4.2 */
    CAA_ISSUEWILD,    /* RFC 8659 section 4.3 */
    CAA_IODEF,        /* RFC 8659 section 4.4 */
    CAA_ISSUEMAIL,    /* RFC 9495 section 3 */
    CAA_ISSUEVMC,     /* Verified Mark Certificates: written like issue */
    CAA_CONTACTEMAIL, /* Baseline Requirements, appendix A.1.1 */
    CAA_CONTACTPHONE, /* Baseline Requirements, appendix A.1.2 */
    CAA_UNKNOWN
} caa_kind;

/* The kind of a tag; upper and lower case are the same (RFC 8659 section 4.1). */
caa_kind caa_kind_of(const uint8_t *tag, size_t len);

/* "issue", …, "unknown". */
const char *caa_kind_name(caa_kind kind);

/* True for the kinds whose value is an issue-value: an issuer domain name and parameters. */
bool caa_kind_has_issuer(caa_kind kind);

/* RFC 8659 section 4.1: one to 255 ASCII letters and digits. */
bool caa_tag_is_valid(const uint8_t *tag, size_t len);

typedef enum {
    CAA_OK,
    CAA_BAD_ISSUER,         /* an octet, a hyphen or a dot where the issuer's name has none */
    CAA_MISSING_SEMICOLON,  /* something follows the issuer without a ";" between */
    CAA_EMPTY_PARAMETER,    /* ";;" */
    CAA_TRAILING_SEMICOLON, /* ";" after the last parameter: the grammar has no such thing */
    CAA_BAD_TAG,            /* a parameter's tag is not letters, digits and inner hyphens */
    CAA_MISSING_EQUALS,     /* a parameter without "=" */
    CAA_BAD_VALUE,          /* a blank or another octet that no parameter's value holds */
    CAA_BAD_URL,            /* iodef: not a mailto:, http: or https: URL */
    CAA_BAD_PROPERTY_TAG    /* the property's own tag breaks section 4.1 */
} caa_fault;

/* A stable word for machines ("trailing-semicolon") and a sentence fragment for people. */
const char *caa_fault_kind(caa_fault fault);
const char *caa_fault_text(caa_fault fault);

/* value[at, at + len) */
typedef struct {
    size_t at;
    size_t len;
} caa_slice;

typedef struct {
    caa_slice issuer;     /* len 0: nobody may issue */
    size_t parameters_at; /* where caa_parameter_next starts */
    size_t parameters;    /* how many there are */
    bool hyphen;          /* one of their tags holds a hyphen, which not every CA accepts */
    size_t fault_at;      /* offset of what is wrong, == len when the value ends too early */
} caa_issue_value;

/* Reads an issue-value (RFC 8659 section 4.2), exactly. *out is complete after CAA_OK; after a
 * fault only fault_at is meant to be read. Linear, and any octets are fine. */
caa_fault caa_issue_read(caa_issue_value *out, const uint8_t *value, size_t len);

typedef struct {
    caa_slice tag;
    caa_slice value; /* may be empty */
} caa_parameter;

/* The parameter at *at, which moves on to the next; false when there is none. Only for a value that
 * caa_issue_read accepted, starting at its parameters_at. */
bool caa_parameter_next(const uint8_t *value, size_t len, size_t *at, caa_parameter *out);

/* The domain that a malformed issue-value visibly names, for messages and never for a verdict:
 * `"https://letsencrypt.org/"` names letsencrypt.org. len 0: none. */
caa_slice caa_issuer_guess(const uint8_t *value, size_t len);

/* Reads an iodef value (RFC 8659 section 4.4): CAA_OK or CAA_BAD_URL with the offset. */
caa_fault caa_iodef_read(const uint8_t *value, size_t len, size_t *fault_at);

#endif
