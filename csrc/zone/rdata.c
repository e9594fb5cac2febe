/* Record data: text to wire form, checked as BIND 9.18 checks it when it loads a zone.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 3.3, RFC 3597 section 5 (\# forms), RFC 6672 (DNAME), RFC 8659 section 4 (CAA).
 */
#include "rdata.h"

#include <string.h>

#include "mnemonic.h"
#include "rdata_types.h"

bool zone_rdata_octet(zone_rdata *rdata, uint8_t octet) {
    if (rdata->len >= rdata->room) {
        return zone_fail(rdata->problem, ZONE_RDATA_TOO_LONG, rdata->scan->first,
                         rdata->scan->last_end,
                         "the data of this record is longer than 65535 octets");
    }
    rdata->wire[rdata->len++] = octet;
    return true;
}

bool zone_rdata_put(zone_rdata *rdata, uint32_t value, unsigned octets) {
    while (octets-- != 0) {
        if (!zone_rdata_octet(rdata, (uint8_t)(value >> (8 * octets)))) {
            return false;
        }
    }
    return true;
}

bool zone_rdata_number(zone_rdata *rdata, unsigned octets, const char *what, zone_token *token) {
    zone_token local;
    if (token == NULL) {
        token = &local;
    }
    if (!zone_need(rdata->scan, token, false, what, rdata->problem)) {
        return false;
    }
    const uint8_t *s = rdata->scan->bytes;
    uint64_t limit = octets == 4 ? 0xffffffffu : (1u << (8 * octets)) - 1;
    uint64_t value = 0;
    for (size_t at = token->first; at < token->end; at++) {
        if (s[at] < '0' || s[at] > '9') {
            return zone_fail(rdata->problem, ZONE_BAD_NUMBER, token->first, token->end,
                             "%s is expected here, a number in decimal digits, not %s", what,
                             zone_quote(s, token->first, token->end).text);
        }
        if (value <= limit) {
            value = value * 10 + (uint64_t)(s[at] - '0');
        }
    }
    if (value > limit) {
        return zone_fail(rdata->problem, ZONE_NUMBER_TOO_LARGE, token->first, token->end,
                         "%s is at most %llu", what, (unsigned long long)limit);
    }
    return zone_rdata_put(rdata, (uint32_t)value, octets);
}

bool zone_rdata_name(zone_rdata *rdata) {
    zone_token token;
    dns_name name;
    size_t error_at = 0;
    size_t len;
    if (!zone_need(rdata->scan, &token, false, "a domain name", rdata->problem)) {
        return false;
    }
    const char *text = zone_token_text(rdata->scan, &token, &len);
    if (rdata->origin == NULL && !dns_name_text_is_absolute(text, len)) {
        return zone_fail(rdata->problem, ZONE_RELATIVE_WITHOUT_ORIGIN, token.first, token.end,
                         "%s is relative and no origin is known here; write --zone FILE=ORIGIN, a "
                         "$ORIGIN line, or the full name with its final dot",
                         zone_quote(rdata->scan->bytes, token.first, token.end).text);
    }
    dns_name_error error = dns_name_parse(&name, text, len, rdata->origin, &error_at);
    if (error != DNS_NAME_OK) {
        return zone_fail(rdata->problem, ZONE_BAD_NAME, token.first, token.end, "%s: %s",
                         zone_quote(rdata->scan->bytes, token.first, token.end).text,
                         dns_name_strerror(error));
    }
    for (size_t i = 0; i < name.len; i++) {
        if (!zone_rdata_octet(rdata, name.octets[i])) {
            return false;
        }
    }
    return true;
}

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

bool zone_rdata_string(zone_rdata *rdata, const zone_token *token, size_t limit) {
    size_t len;
    const uint8_t *s = (const uint8_t *)zone_token_text(rdata->scan, token, &len);
    size_t start = rdata->len;
    size_t base = (size_t)(s - rdata->scan->bytes);
    for (size_t at = 0; at < len; at++) {
        uint8_t octet = s[at];
        if (octet == '\\') {
            size_t from = base + at;
            if (++at < len && !is_digit(s[at])) {
                octet = s[at];
            } else if (at + 2 < len && is_digit(s[at + 1]) && is_digit(s[at + 2])) {
                unsigned value = (unsigned)(s[at] - '0') * 100u +
                                 (unsigned)(s[at + 1] - '0') * 10u + (unsigned)(s[at + 2] - '0');
                if (value > 255) {
                    return zone_fail(rdata->problem, ZONE_BAD_ESCAPE, from, from + 4,
                                     "the escape %s is larger than \\255",
                                     zone_quote(s, at - 1, at + 3).text);
                }
                octet = (uint8_t)value;
                at += 2;
            } else {
                size_t end = at + 3 < len ? at + 3 : len;
                return zone_fail(rdata->problem, ZONE_BAD_ESCAPE, from, base + end,
                                 "a backslash takes three digits or one other character; a "
                                 "backslash itself is written \\\\");
            }
        }
        if (rdata->len - start >= limit) {
            return zone_fail(rdata->problem, ZONE_STRING_TOO_LONG, token->first, token->end,
                             "this string is longer than %lu octets; split it into several "
                             "strings",
                             (unsigned long)limit);
        }
        if (!zone_rdata_octet(rdata, octet)) {
            return false;
        }
    }
    return true;
}

static bool is_alphanumeric(uint8_t c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 8659 section 4.1.1; BIND takes letters and digits only in the tag. */
static bool read_caa(zone_rdata *rdata) {
    zone_scan *scan = rdata->scan;
    zone_problem *problem = rdata->problem;
    if (!zone_rdata_number(rdata, 1, "the CAA flags field", &rdata->flags) ||
        !zone_need(scan, &rdata->tag, false, "a CAA tag (issue, issuewild, iodef, ...)", problem)) {
        return false;
    }
    const zone_token *tag = &rdata->tag;
    size_t tag_len = tag->end - tag->first;
    if (tag_len > 255) {
        return zone_fail(problem, ZONE_BAD_CAA_TAG, tag->first, tag->end,
                         "a CAA tag has at most 255 characters");
    }
    if (!zone_rdata_octet(rdata, (uint8_t)tag_len)) {
        return false;
    }
    for (size_t at = tag->first; at < tag->end; at++) {
        if (!is_alphanumeric(scan->bytes[at])) {
            return zone_fail(problem, ZONE_BAD_CAA_TAG, tag->first, tag->end,
                             "a CAA tag consists of letters and digits, %s does not; BIND refuses "
                             "the zone",
                             zone_quote(scan->bytes, tag->first, tag->end).text);
        }
        if (!zone_rdata_octet(rdata, scan->bytes[at])) {
            return false;
        }
    }
    size_t comment = scan->comment_first;
    if (!zone_may(scan, &rdata->value, true, problem)) {
        return false;
    }
    if (rdata->value.kind == ZONE_TOKEN_EOL || rdata->value.kind == ZONE_TOKEN_END) {
        if (scan->comment_first > comment) {
            return zone_fail(problem, ZONE_UNEXPECTED_END, scan->comment_first,
                             scan->comment_first + 1,
                             "the CAA value is missing: this ; begins a comment; write it in "
                             "quotes (\";\")");
        }
        return zone_fail(problem, ZONE_UNEXPECTED_END, scan->last_end, scan->last_end,
                         "the line ends where the CAA value is expected");
    }
    return zone_rdata_string(rdata, &rdata->value, ZONE_RDATA_MAX);
}

/* RFC 1035 section 3.3.13; the four times take units in BIND. */
static bool read_soa(zone_rdata *rdata) {
    static const char *const times[] = {"the SOA refresh time", "the SOA retry time",
                                        "the SOA expire time", "the SOA minimum"};
    bool names = zone_rdata_name(rdata);     /* MNAME */
    names = names && zone_rdata_name(rdata); /* RNAME */
    if (!names || !zone_rdata_number(rdata, 4, "the SOA serial", &rdata->serial)) {
        return false;
    }
    for (size_t i = 0; i < 4; i++) {
        zone_token token;
        uint32_t seconds;
        if (!zone_need(rdata->scan, &token, false, times[i], rdata->problem)) {
            return false;
        }
        const uint8_t *s = rdata->scan->bytes;
        if (!zone_ttl_parse(s + token.first, token.end - token.first, &seconds)) {
            return zone_fail(rdata->problem, ZONE_BAD_NUMBER, token.first, token.end,
                             "%s is expected here, seconds or a time like 1h30m, not %s", times[i],
                             zone_quote(s, token.first, token.end).text);
        }
        if (!zone_rdata_put(rdata, seconds, 4)) {
            return false;
        }
    }
    return true;
}

/* RFC 3597 section 5: \# LENGTH HEX..., where digits may be spread over words. */
static bool read_generic(zone_rdata *rdata) {
    zone_scan *scan = rdata->scan;
    zone_problem *problem = rdata->problem;
    zone_token length;
    if (zone_type_is_meta(rdata->type)) {
        return zone_fail(problem, ZONE_META_TYPE, scan->first, scan->last_end,
                         "this type occurs only in questions and messages, not in a zone file");
    }
    if (!zone_rdata_number(rdata, 2, "the length after \\#", &length)) {
        return false;
    }
    size_t wanted = (size_t)rdata->wire[0] << 8 | rdata->wire[1];
    rdata->len = 0;
    int high = -1;
    while (rdata->len < wanted) {
        zone_token token;
        if (!zone_need(scan, &token, false, "more hexadecimal digits (the length says so)",
                       problem)) {
            rdata->wrong_length = true;
            return false;
        }
        for (size_t at = token.first; at < token.end; at++) {
            int digit = zone_hex_value(scan->bytes[at]);
            if (digit < 0) {
                return zone_fail(problem, ZONE_BAD_HEX, at, at + 1,
                                 "only hexadecimal digits may follow \\# and the length");
            }
            if (rdata->len >= wanted) {
                rdata->wrong_length = true;
                return zone_fail(problem, ZONE_BAD_HEX, token.first, token.end,
                                 "there are more hexadecimal digits than the length %lu says",
                                 (unsigned long)wanted);
            }
            if (high < 0) {
                high = digit;
            } else if (zone_rdata_octet(rdata, (uint8_t)(high << 4 | digit))) {
                high = -1;
            } else {
                return false;
            }
        }
    }
    rdata->complete = true;
    if (!zone_rdata_check_wire(rdata->type, rdata->wire, rdata->len)) {
        return zone_fail(problem, ZONE_BAD_RDATA, length.first, scan->last_end,
                         "these octets are not valid data of type %s",
                         zone_type_print(rdata->type).text);
    }
    return true;
}

static bool read_known(zone_rdata *rdata) {
    rdata->complete = true;
    switch (rdata->type) {
    case ZONE_TYPE_CAA:
        return read_caa(rdata);
    case ZONE_TYPE_NS:
    case ZONE_TYPE_CNAME:
    case ZONE_TYPE_DNAME:
        return zone_rdata_name(rdata);
    case ZONE_TYPE_SOA:
        return read_soa(rdata);
    default:
        return zone_rdata_read_type(rdata);
    }
}

/* Is the next token \#, and a \# form at all? For TXT, "\# foo" is the text "#". */
static bool starts_generic(zone_rdata *rdata) {
    const uint8_t *s = rdata->scan->bytes;
    size_t first = rdata->scan->at;
    while (first < rdata->scan->len && (s[first] == ' ' || s[first] == '\t')) {
        first++;
    }
    if (first < rdata->scan->len && (is_alphanumeric(s[first]) || s[first] == '"')) {
        return false; /* nearly always */
    }
    zone_scan bookmark = *rdata->scan;
    zone_token token;
    size_t len;
    zone_scan_next(rdata->scan, &token);
    bool found = false;
    if (token.kind == ZONE_TOKEN_WORD) {
        const char *text = zone_token_text(rdata->scan, &token, &len);
        found = len == 2 && text[0] == '\\' && text[1] == '#';
    }
    if (found && rdata->type == ZONE_TYPE_TXT) {
        zone_scan behind = *rdata->scan;
        zone_scan_next(&behind, &token);
        found = token.kind == ZONE_TOKEN_WORD;
        for (size_t at = token.first; found && at < token.end; at++) {
            found = is_digit(behind.bytes[at]);
        }
    }
    if (!found) {
        *rdata->scan = bookmark;
    }
    return found;
}

bool zone_rdata_read(zone_rdata *rdata) {
    static const zone_token none = {.kind = ZONE_TOKEN_NONE};
    rdata->len = 0;
    rdata->complete = rdata->wrong_length = false;
    rdata->flags = rdata->tag = rdata->value = rdata->serial = none;
    rdata->generic = starts_generic(rdata);
    if (rdata->generic ? !read_generic(rdata) : !read_known(rdata)) {
        return false;
    }
    return zone_need_end(rdata->scan, rdata->problem);
}

bool zone_rdata_target(const zone_rdata *rdata, dns_name *target) {
    return dns_name_from_wire(target, rdata->wire, rdata->len, NULL);
}

static uint32_t number_from_end(const zone_rdata *rdata, size_t back) {
    const uint8_t *at = rdata->wire + rdata->len - back;
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

uint32_t zone_soa_serial(const zone_rdata *rdata) {
    return number_from_end(rdata, 20);
}

uint32_t zone_soa_minimum(const zone_rdata *rdata) {
    return number_from_end(rdata, 4);
}
