/* The wire form of a CAA record's data: flags, tag length, tag, value.
 * SPDX-License-Identifier: MIT
 * RFC 8659 section 4.1. */
#include "rdata.h"

#include <string.h>

caa_rdata_error caa_rdata_decode(caa_rdata *out, const uint8_t *data, size_t len,
                                 size_t *error_at) {
    if (len < 2) {
        *error_at = len;
        return CAA_RDATA_SHORT;
    }
    *error_at = 1;
    size_t tag_len = data[1];
    if (tag_len == 0) {
        return CAA_RDATA_NO_TAG;
    }
    if (tag_len > len - 2) {
        return CAA_RDATA_TAG_PAST;
    }
    out->flags = data[0];
    out->tag = data + 2;
    out->tag_len = tag_len;
    out->value = data + 2 + tag_len;
    out->value_len = len - 2 - tag_len;
    return CAA_RDATA_OK;
}

caa_rdata_error caa_rdata_size(size_t tag_len, size_t value_len, size_t *size) {
    if (tag_len == 0) {
        return CAA_RDATA_NO_TAG;
    }
    if (tag_len > CAA_TAG_MAX) {
        return CAA_RDATA_TAG_LONG;
    }
    if (value_len > CAA_RDATA_MAX - 2 - tag_len) {
        return CAA_RDATA_LONG;
    }
    *size = 2 + tag_len + value_len;
    return CAA_RDATA_OK;
}

void caa_rdata_encode(uint8_t *out, const caa_rdata *in) {
    out[0] = in->flags;
    out[1] = (uint8_t)in->tag_len;
    memcpy(out + 2, in->tag, in->tag_len);
    if (in->value_len != 0) {
        memcpy(out + 2 + in->tag_len, in->value, in->value_len);
    }
}

const char *caa_rdata_strerror(caa_rdata_error error) {
    switch (error) {
    case CAA_RDATA_OK:
        return "no error";
    case CAA_RDATA_SHORT:
        return "CAA data ends before the tag's length";
    case CAA_RDATA_NO_TAG:
        return "a CAA tag has at least one octet";
    case CAA_RDATA_TAG_PAST:
        return "the CAA tag reaches past the end of the data";
    case CAA_RDATA_TAG_LONG:
        return "a CAA tag has at most 255 octets";
    case CAA_RDATA_LONG:
        return "CAA data has at most 65535 octets";
    }
    return "unknown error";
}
