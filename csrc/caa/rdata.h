/* The wire form of a CAA record's data.
 * SPDX-License-Identifier: MIT
 * RFC 8659 section 4.1. */
#ifndef ISSUABLE_CAA_RDATA_H
#define ISSUABLE_CAA_RDATA_H

#include <stddef.h>
#include <stdint.h>

#define CAA_TAG_MAX   255
#define CAA_RDATA_MAX 65535

typedef enum {
    CAA_RDATA_OK,
    CAA_RDATA_SHORT,    /* no room for flags and tag length */
    CAA_RDATA_NO_TAG,   /* tag length 0 */
    CAA_RDATA_TAG_PAST, /* the tag reaches past the end of the data */
    CAA_RDATA_TAG_LONG, /* encoding: a tag of more than 255 octets */
    CAA_RDATA_LONG      /* encoding: more than 65535 octets in all */
} caa_rdata_error;

typedef struct {
    uint8_t flags;
    const uint8_t *tag; /* points into the data; may hold any octet, NUL too */
    size_t tag_len;     /* 1 to 255 */
    const uint8_t *value;
    size_t value_len;
} caa_rdata;

/* Reads data[0, len); on error *error_at is the offset of the octet that is wrong. */
caa_rdata_error caa_rdata_decode(caa_rdata *out, const uint8_t *data, size_t len, size_t *error_at);

/* The size of the wire form, for the caller's buffer. */
caa_rdata_error caa_rdata_size(size_t tag_len, size_t value_len, size_t *size);

/* Writes the wire form into out, which has the room that caa_rdata_size found. */
void caa_rdata_encode(uint8_t *out, const caa_rdata *in);

/* A sentence fragment for people. Never NULL. */
const char *caa_rdata_strerror(caa_rdata_error error);

#endif
