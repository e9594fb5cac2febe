/* Domain names: text to lower-cased wire form and back, and the few relations that CAA needs.
 * SPDX-License-Identifier: MIT
 * RFC 1035 sections 2.3.4, 3.1 and 5.1; RFC 4343 (case). Text is read as BIND 9.18 reads it. */
#include "name.h"

#include <string.h>

static uint8_t lower(uint8_t c) {
    return (uint8_t)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

/* Decodes one possibly escaped octet at text[*at]; *at moves behind it. False: bad escape, *at is
 * left at the backslash. */
static bool read_octet(const uint8_t *text, size_t len, size_t *at, uint8_t *octet) {
    size_t i = *at;
    if (text[i] != '\\') {
        *octet = text[i];
        *at = i + 1;
        return true;
    }
    if (i + 1 >= len) {
        return false;
    }
    if (!is_digit(text[i + 1])) {
        *octet = text[i + 1];
        *at = i + 2;
        return true;
    }
    if (i + 3 >= len || !is_digit(text[i + 2]) || !is_digit(text[i + 3])) {
        return false;
    }
    unsigned value = (unsigned)(text[i + 1] - '0') * 100u + (unsigned)(text[i + 2] - '0') * 10u +
                     (unsigned)(text[i + 3] - '0');
    if (value > 255) {
        return false;
    }
    *octet = (uint8_t)value;
    *at = i + 4;
    return true;
}

static dns_name_error fail(dns_name_error error, size_t at, size_t *error_at) {
    if (error_at != NULL) {
        *error_at = at;
    }
    return error;
}

dns_name_error dns_name_parse(dns_name *out, const char *text, size_t len, const dns_name *origin,
                              size_t *error_at) {
    const uint8_t *s = (const uint8_t *)text;
    if (len == 0) {
        return fail(DNS_NAME_EMPTY, 0, error_at);
    }
    if (len == 1 && s[0] == '@') {
        if (origin == NULL) {
            return fail(DNS_NAME_NO_ORIGIN, 0, error_at);
        }
        *out = *origin;
        return DNS_NAME_OK;
    }
    if (len == 1 && s[0] == '.') {
        out->len = 1;
        out->octets[0] = 0;
        return DNS_NAME_OK;
    }
    size_t used = 0; /* octets written; one is always kept free for the root */
    size_t at = 0;
    while (at < len) {
        size_t label = used;
        if (used + 2 >= DNS_NAME_MAX) {
            return fail(DNS_NAME_TOO_LONG, at, error_at);
        }
        used++;
        /* BIND still refuses "\[" at the start of a label, where bit labels (RFC 2673) began. */
        if (s[at] == '\\' && at + 1 < len && s[at + 1] == '[') {
            return fail(DNS_NAME_BAD_ESCAPE, at, error_at);
        }
        bool dotted = false;
        while (at < len) {
            if (s[at] == '.') {
                dotted = true;
                break;
            }
            size_t start = at;
            uint8_t octet;
            if (!read_octet(s, len, &at, &octet)) {
                return fail(DNS_NAME_BAD_ESCAPE, start, error_at);
            }
            if (used - label > DNS_LABEL_MAX) {
                return fail(DNS_NAME_LABEL_TOO_LONG, start, error_at);
            }
            if (used + 1 >= DNS_NAME_MAX) {
                return fail(DNS_NAME_TOO_LONG, start, error_at);
            }
            out->octets[used++] = lower(octet);
        }
        if (used - label == 1) {
            return fail(DNS_NAME_EMPTY_LABEL, at, error_at);
        }
        out->octets[label] = (uint8_t)(used - label - 1);
        if (dotted && ++at == len) {
            origin = NULL; /* absolute: the final dot ends it */
        }
    }
    if (origin != NULL) {
        if (used + origin->len > DNS_NAME_MAX) {
            return fail(DNS_NAME_TOO_LONG, len, error_at);
        }
        memcpy(out->octets + used, origin->octets, origin->len);
        out->len = (uint8_t)(used + origin->len);
        return DNS_NAME_OK;
    }
    out->octets[used++] = 0;
    out->len = (uint8_t)used;
    return DNS_NAME_OK;
}

bool dns_name_text_is_absolute(const char *text, size_t len) {
    if (len == 0 || text[len - 1] != '.') {
        return false;
    }
    size_t slashes = 0;
    while (slashes + 1 < len && text[len - 2 - slashes] == '\\') {
        slashes++;
    }
    return slashes % 2 == 0;
}

bool dns_name_from_wire(dns_name *out, const uint8_t *wire, size_t len, size_t *used) {
    size_t at = 0;
    for (;;) {
        if (at >= len || wire[at] > DNS_LABEL_MAX) {
            return false;
        }
        size_t label = wire[at];
        if (at + 1 + label > len || at + 1 + label > DNS_NAME_MAX) {
            return false;
        }
        out->octets[at] = (uint8_t)label;
        for (size_t i = 1; i <= label; i++) {
            out->octets[at + i] = lower(wire[at + i]);
        }
        at += 1 + label;
        if (label == 0) {
            out->len = (uint8_t)at;
            if (used != NULL) {
                *used = at;
            }
            return true;
        }
    }
}

size_t dns_name_print(const dns_name *n, char *out) {
    if (n->len <= 1) {
        out[0] = '.';
        return 1;
    }
    size_t used = 0;
    size_t at = 0;
    while (n->octets[at] != 0) {
        size_t label = n->octets[at++];
        if (used != 0) {
            out[used++] = '.';
        }
        for (size_t end = at + label; at < end; at++) {
            uint8_t c = n->octets[at];
            if (c <= 0x20 || c >= 0x7f) {
                out[used++] = '\\';
                out[used++] = (char)('0' + c / 100);
                out[used++] = (char)('0' + c / 10 % 10);
                out[used++] = (char)('0' + c % 10);
                continue;
            }
            if (strchr("\".;\\()@$", c) != NULL) {
                out[used++] = '\\';
            }
            out[used++] = (char)c;
        }
    }
    return used;
}

bool dns_name_equal(const dns_name *a, const dns_name *b) {
    return a->len == b->len && memcmp(a->octets, b->octets, a->len) == 0;
}

bool dns_name_is_below(const dns_name *name, const dns_name *ancestor) {
    /* Walk whole labels: the tail octets alone could start inside a label. */
    size_t at = 0;
    while ((size_t)name->len - at > ancestor->len) {
        at += 1u + name->octets[at];
    }
    return (size_t)name->len - at == ancestor->len &&
           memcmp(name->octets + at, ancestor->octets, ancestor->len) == 0;
}

bool dns_name_parent(dns_name *n) {
    if (n->len <= 1) {
        return false;
    }
    size_t first = 1u + n->octets[0];
    memmove(n->octets, n->octets + first, n->len - first);
    n->len = (uint8_t)(n->len - first);
    return true;
}

unsigned dns_name_labels(const dns_name *n) {
    unsigned labels = 0;
    for (size_t at = 0; at < n->len && n->octets[at] != 0; at += 1u + n->octets[at]) {
        labels++;
    }
    return labels;
}

bool dns_name_join(dns_name *out, const uint8_t *prefix, size_t prefix_len,
                   const dns_name *suffix) {
    if (prefix_len + suffix->len > DNS_NAME_MAX) {
        return false;
    }
    dns_name joined;
    if (prefix_len != 0) {
        memcpy(joined.octets, prefix, prefix_len);
    }
    memcpy(joined.octets + prefix_len, suffix->octets, suffix->len);
    joined.len = (uint8_t)(prefix_len + suffix->len);
    *out = joined;
    return true;
}

bool dns_name_is_wildcard(const dns_name *n) {
    return n->len >= 3 && n->octets[0] == 1 && n->octets[1] == '*';
}

const char *dns_name_strerror(dns_name_error error) {
    switch (error) {
    case DNS_NAME_OK:
        return "no error";
    case DNS_NAME_EMPTY:
        return "the name is empty";
    case DNS_NAME_EMPTY_LABEL:
        return "the name has an empty label (two dots in a row, or a dot at its start)";
    case DNS_NAME_LABEL_TOO_LONG:
        return "a label of the name is longer than 63 octets";
    case DNS_NAME_TOO_LONG:
        return "the name is longer than 255 octets";
    case DNS_NAME_BAD_ESCAPE:
        return "the name has a bad escape: a backslash takes three digits up to 255, or one "
               "other character";
    case DNS_NAME_NO_ORIGIN:
        return "there is no origin that @ could stand for";
    }
    return "unknown error";
}
