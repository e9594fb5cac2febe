/* What a scalar means: text to null, boolean, number or string as kubectl types it.
 * SPDX-License-Identifier: MIT
 * Source: sigs.k8s.io/yaml over goyaml.v2 (YAML 1.1), checked against kubectl 1.32. */
#ifndef ISSUABLE_MANIFEST_SCALARS_H
#define ISSUABLE_MANIFEST_SCALARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/octets.h"

typedef enum {
    MF_TAG_PLAIN,  /* no tag, plain style: resolved */
    MF_TAG_STRING, /* quoted, block, !!str or an unknown tag */
    MF_TAG_INTEGER,
    MF_TAG_FLOAT,
    MF_TAG_BOOLEAN,
    MF_TAG_NULL,
    MF_TAG_TIMESTAMP,
    MF_TAG_BINARY
} mf_tag;

typedef enum {
    MF_OK,
    MF_CANNOT_DECODE, /* `!!int abc` */
    MF_NOT_FINITE     /* .inf, .nan: JSON has no such number, kubectl refuses */
} mf_scalar_error;

typedef struct {
    uint8_t type; /* manifest_type */
    int64_t integer;
    double number;
    bool as_float; /* the integer was written as a float: matters for its text as a key */
} mf_value;

/* The tag of a libyaml event (NULL: none). */
mf_tag mf_tag_of(const char *tag, bool plain);

/* Types a text; not for MF_TAG_BINARY. */
mf_scalar_error mf_resolve(const char *text, size_t length, mf_tag tag, mf_value *out);

/* A JSON number (its grammar was checked). false: it does not fit a double. */
bool mf_json_number(const char *text, size_t length, mf_value *out);

/* The text of a key that is not a string, as kubectl turns it into JSON; returns its length (at
 * most 31), 0 for null, which kubectl refuses. */
size_t mf_key_text(const mf_value *value, char out[32]);

#endif
