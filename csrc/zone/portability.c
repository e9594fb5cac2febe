/* Lints on what other software reads otherwise than BIND 9.18, each said once, at its first place.
 * SPDX-License-Identifier: MIT
 * Measured: one zone a row through BIND 9.18, Knot DNS 3.2 and later, NSD 4.6, simdzone (NSD from
 * 4.10), ldns 1.8.3, miekg/dns 1.1.50 (CoreDNS) and dnspython 2.3;
 * spec/zone/cases/10-differential.txt. */
#include "state.h"

#include <string.h>

#include "mnemonic.h"

static const char *message_of(zone_code code) {
    switch (code) {
    case ZONE_PORT_CRLF:
        return "lines end in CR LF: Knot DNS refuses the file";
    case ZONE_PORT_CR:
        return "a lone CR ends a line here, as BIND and dnspython read it; Knot DNS, NSD, ldns and "
               "miekg/dns (CoreDNS) do not";
    case ZONE_PORT_NESTED:
        return "parentheses inside parentheses: Knot DNS and simdzone (NSD from 4.10) refuse them";
    case ZONE_PORT_NO_BLANK:
        return "no blank in front of this quote: Knot DNS, ldns and miekg/dns (CoreDNS) refuse it";
    case ZONE_PORT_QUOTED_OWNER:
        return "an owner in quotes: ldns takes the quotes as part of the name; Knot DNS, simdzone "
               "(NSD from 4.10), miekg/dns (CoreDNS) and dnspython refuse it";
    case ZONE_PORT_RAW_NAME:
        return "bytes beyond ASCII in a name: Knot DNS refuses them, dnspython makes an A-label of "
               "them; write \\DDD, or the A-label (xn--...)";
    case ZONE_PORT_TTL_UNITS:
        return "simdzone (NSD from 4.10) refuses a time whose units go from large to small, like "
               "1h30m; write seconds";
    case ZONE_PORT_TTL_LAST_UNIT:
        return "simdzone (NSD from 4.10), ldns and miekg/dns (CoreDNS) read a time without its "
               "last unit; BIND, Knot DNS and dnspython refuse it";
    case ZONE_PORT_TTL_RANGE:
        return "Knot DNS, ldns, miekg/dns (CoreDNS) and dnspython keep a TTL above 2147483647, "
               "simdzone (NSD from 4.10) refuses it, BIND takes 0";
    case ZONE_PORT_NO_TTL:
        return "no TTL here and no $TTL before: BIND takes the last TTL that was said, then the "
               "SOA minimum; simdzone (NSD from 4.10) and miekg/dns (CoreDNS) the last one said; "
               "Knot DNS, NSD 4.6 and ldns a default of their own (3600)";
    case ZONE_PORT_CLASS_FIRST:
        return "a class in front of the TTL: ldns 1.8 and dnspython 2.3 refuse it";
    case ZONE_PORT_CLASS_NUMBER:
        return "a class as a number: Knot DNS refuses it; write IN";
    case ZONE_PORT_RELATIVE_ORIGIN:
        return "a relative $ORIGIN: Knot DNS and simdzone (NSD from 4.10) refuse it, ldns takes it "
               "as absolute, dnspython loses what follows";
    case ZONE_PORT_DIRECTIVE_CASE:
        return "a directive in small letters: simdzone (NSD from 4.10) refuses it, ldns makes a "
               "record of it";
    case ZONE_PORT_UNKNOWN_DIRECTIVE:
        return "ldns makes an owner of such a line and goes on; all others refuse the file";
    case ZONE_PORT_GENERATE:
        return "Knot DNS, NSD, simdzone and ldns refuse $GENERATE";
    case ZONE_PORT_INCLUDE_BASE:
        return "a relative $INCLUDE starts at the server's working directory with BIND, simdzone "
               "(NSD from 4.10) and dnspython, but beside this file with Knot DNS and miekg/dns "
               "(CoreDNS)";
    case ZONE_PORT_CAA_UNQUOTED:
        return "a CAA value without quotes: ldns 1.8.3 refuses it";
    case ZONE_PORT_CAA_FLAGS_ZERO:
        return "CAA flags with a leading zero: simdzone (NSD from 4.10) refuses them";
    case ZONE_PORT_CAA_FLAGS_RANGE:
        return "ldns takes the low eight bits of such flags; all others refuse the record";
    case ZONE_PORT_CAA_TAG:
        return "Knot DNS and miekg/dns (CoreDNS) take a tag with a hyphen; BIND, simdzone (NSD "
               "from 4.10), ldns and dnspython refuse it";
    case ZONE_PORT_CAA_TAG_CASE:
        return "capital letters in a CAA tag: NSD 4.6 refuses them, and simdzone (NSD from 4.10) a "
               "capital X";
    case ZONE_PORT_CAA_TAG_QUOTED:
        return "Knot DNS, NSD 4.6 and dnspython take a CAA tag in quotes; all others refuse it";
    case ZONE_PORT_CAA_TAG_EMPTY:
        return "BIND and dnspython refuse an empty CAA tag; Knot DNS, simdzone (NSD from 4.10), "
               "ldns and miekg/dns (CoreDNS) take it";
    case ZONE_PORT_CAA_LONG_VALUE:
        return "a CAA value of more than 255 octets: miekg/dns 1.1.50 (CoreDNS) refuses it";
    case ZONE_PORT_CAA_RAW_VALUE:
        return "bytes beyond ASCII in a CAA value: Knot DNS refuses them; write \\DDD";
    case ZONE_PORT_OPEN_QUOTE:
        return "simdzone (NSD from 4.10) and miekg/dns (CoreDNS) read a quoted string over the end "
               "of the line, and ldns closes it there; BIND, Knot DNS and dnspython refuse it";
    case ZONE_PORT_ESCAPE:
        return "miekg/dns (CoreDNS) wraps or drops such an escape; all others refuse it";
    case ZONE_PORT_NUL:
        return "simdzone (NSD from 4.10) stops silently at a NUL byte and ldns reads over it; all "
               "others refuse the file";
    case ZONE_PORT_OUT_OF_ZONE:
        return "BIND and dnspython leave out what is out of zone; NSD refuses the whole zone";
    case ZONE_PORT_BELOW_DNAME:
        return "there is data below this DNAME: BIND hides it, NSD and Knot DNS refuse the zone";
    case ZONE_PORT_CNAME_AND_OTHER:
        return "BIND, NSD and dnspython refuse the zone; tools that only read it (simdzone, ldns, "
               "miekg/dns) do not notice";
    default:
        return NULL; /* not of this file */
    }
}

static uint64_t bit_of(zone_code code) {
    return (uint64_t)1 << (unsigned)(code - ZONE_PORT_CRLF);
}

bool zone_say_portability_at(zone *z, uint32_t file, uint32_t order, zone_code code, size_t first,
                             size_t end) {
    const char *message = message_of(code);
    if (message == NULL || (z->said & bit_of(code)) != 0) {
        return true;
    }
    z->said |= bit_of(code);
    zone_problem problem;
    zone_fail(&problem, code, first, end, "%s", message);
    return zone_report_at(z, file, order, ZONE_INFO, &problem);
}

bool zone_say_portability(zone *z, zone_code code, size_t first, size_t end) {
    return zone_say_portability_at(z, z->frames[z->depth - 1].file, (uint32_t)z->store.record_count,
                                   code, first, end);
}

static bool say_token(zone *z, zone_code code, const zone_token *token) {
    return zone_say_portability(z, code, token->first, token->end);
}

static bool is_said(const zone *z, zone_code code) {
    return (z->said & bit_of(code)) != 0;
}

static bool has_raw_byte(const uint8_t *bytes, const zone_token *token) {
    for (size_t at = token->first; at < token->end; at++) {
        if (bytes[at] >= 0x80) {
            return true;
        }
    }
    return false;
}

static bool has_capital(const uint8_t *bytes, const zone_token *token) {
    for (size_t at = token->first; at < token->end; at++) {
        if (bytes[at] >= 'A' && bytes[at] <= 'Z') {
            return true;
        }
    }
    return false;
}

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

/* Seconds of a unit; 0: none. */
static uint32_t unit_of(uint8_t c) {
    switch (c | 0x20) {
    case 'w':
        return 604800;
    case 'd':
        return 86400;
    case 'h':
        return 3600;
    case 'm':
        return 60;
    case 's':
        return 1;
    default:
        return 0;
    }
}

/* Does a time that BIND can read have a smaller unit behind a larger one? */
static bool has_falling_units(const uint8_t *bytes, const zone_token *token) {
    uint32_t last = 0;
    for (size_t at = token->first; at < token->end; at++) {
        uint32_t unit = is_digit(bytes[at]) ? 0 : unit_of(bytes[at]);
        if (unit != 0 && last > unit) {
            return true;
        }
        last = unit != 0 ? unit : last;
    }
    return false;
}

/* "1h30": a time whose last number has no unit. */
static bool lacks_last_unit(const uint8_t *bytes, size_t first, size_t end) {
    bool unit = false;
    for (size_t at = first; at < end; at++) {
        if (!is_digit(bytes[at]) && (at == first || unit_of(bytes[at]) == 0)) {
            return false;
        }
        unit = unit || !is_digit(bytes[at]);
    }
    return unit && end > first && is_digit(bytes[end - 1]);
}

bool zone_lint_time(zone *z, const zone_token *token) {
    return !has_falling_units(z->frames[z->depth - 1].scan.bytes, token) ||
           say_token(z, ZONE_PORT_TTL_UNITS, token);
}

static bool lint_quirks(zone *z, const zone_scan *scan) {
    static const zone_code codes[ZONE_QUIRKS] = {ZONE_PORT_CRLF, ZONE_PORT_CR, ZONE_PORT_NESTED,
                                                 ZONE_PORT_NO_BLANK};
    for (unsigned i = 0; i < ZONE_QUIRKS; i++) {
        if ((scan->quirks & 1u << i) != 0 &&
            !zone_say_portability(z, codes[i], scan->quirk_at[i], scan->quirk_at[i] + 1)) {
            return false;
        }
    }
    return true;
}

static bool lint_head(zone *z, const zone_scan *scan, const zone_head *head) {
    bool ok = true;
    if (head->owner.kind == ZONE_TOKEN_QUOTED) {
        ok = say_token(z, ZONE_PORT_QUOTED_OWNER, &head->owner);
    }
    if (ok && head->owner.kind != ZONE_TOKEN_BLANK && !is_said(z, ZONE_PORT_RAW_NAME) &&
        has_raw_byte(scan->bytes, &head->owner)) {
        ok = say_token(z, ZONE_PORT_RAW_NAME, &head->owner);
    }
    if (ok && head->class_.kind != ZONE_TOKEN_NONE) {
        if (head->ttl.kind != ZONE_TOKEN_NONE && head->class_.first < head->ttl.first) {
            ok = say_token(z, ZONE_PORT_CLASS_FIRST, &head->class_);
        }
        if (ok && head->class_.end - head->class_.first > 5) { /* CLASS1 */
            ok = say_token(z, ZONE_PORT_CLASS_NUMBER, &head->class_);
        }
    }
    return ok && (head->ttl.kind == ZONE_TOKEN_NONE || zone_lint_time(z, &head->ttl));
}

static bool lint_caa(zone *z, const zone_rdata *rdata) {
    const uint8_t *bytes = rdata->scan->bytes;
    bool ok = true;
    if (rdata->generic) {
        return true;
    }
    if (rdata->flags.end - rdata->flags.first > 1 && bytes[rdata->flags.first] == '0') {
        ok = say_token(z, ZONE_PORT_CAA_FLAGS_ZERO, &rdata->flags);
    }
    if (ok && has_capital(bytes, &rdata->tag)) {
        ok = say_token(z, ZONE_PORT_CAA_TAG_CASE, &rdata->tag);
    }
    if (ok && rdata->value.kind != ZONE_TOKEN_QUOTED) {
        ok = say_token(z, ZONE_PORT_CAA_UNQUOTED, &rdata->value);
    }
    if (ok && rdata->len > 2u + rdata->wire[1] + 255u) {
        ok = say_token(z, ZONE_PORT_CAA_LONG_VALUE, &rdata->value);
    }
    if (ok && !is_said(z, ZONE_PORT_CAA_RAW_VALUE) && has_raw_byte(bytes, &rdata->value)) {
        ok = say_token(z, ZONE_PORT_CAA_RAW_VALUE, &rdata->value);
    }
    return ok;
}

bool zone_lint_entry(zone *z, const zone_head *head, const zone_rdata *rdata) {
    const zone_scan *scan = rdata->scan;
    return (scan->quirks == 0 || lint_quirks(z, scan)) && lint_head(z, scan, head) &&
           (rdata->type != ZONE_TYPE_CAA || lint_caa(z, rdata));
}

/* ---- errors that others do not see as errors ---- */

bool zone_lint_bad_rdata(zone *z, const zone_rdata *rdata) {
    const zone_problem *problem = &z->problem;
    const uint8_t *bytes = rdata->scan->bytes;
    if (rdata->type != ZONE_TYPE_CAA) {
        return true;
    }
    if (rdata->generic) {
        return problem->code != ZONE_BAD_RDATA || rdata->len < 2 || rdata->wire[1] != 0 ||
               zone_say_portability(z, ZONE_PORT_CAA_TAG_EMPTY, problem->first, problem->end);
    }
    if (rdata->tag.kind == ZONE_TOKEN_QUOTED) {
        return say_token(z, ZONE_PORT_CAA_TAG_QUOTED, &rdata->tag);
    }
    if (problem->code == ZONE_BAD_CAA_TAG) {
        bool hyphens = rdata->tag.end - rdata->tag.first <= 255;
        for (size_t at = rdata->tag.first; at < rdata->tag.end; at++) {
            uint8_t c = bytes[at] | 0x20;
            hyphens =
                hyphens && (is_digit(bytes[at]) || bytes[at] == '-' || (c >= 'a' && c <= 'z'));
        }
        return !hyphens || say_token(z, ZONE_PORT_CAA_TAG, &rdata->tag);
    }
    if (rdata->tag.kind == ZONE_TOKEN_NONE && rdata->flags.kind == ZONE_TOKEN_WORD) {
        size_t at = rdata->flags.first;
        at += bytes[at] == '-' || bytes[at] == '+';
        bool number = at < rdata->flags.end;
        for (; at < rdata->flags.end; at++) {
            number = number && is_digit(bytes[at]);
        }
        return !number || say_token(z, ZONE_PORT_CAA_FLAGS_RANGE, &rdata->flags);
    }
    return true;
}

bool zone_lint_error(zone *z) {
    const zone_scan *scan = &z->frames[z->depth - 1].scan;
    size_t first = z->problem.first;
    size_t end = z->problem.end;
    switch (z->problem.code) {
    case ZONE_UNCLOSED_QUOTE:
        return zone_say_portability(z, ZONE_PORT_OPEN_QUOTE, first, end);
    case ZONE_BAD_ESCAPE:
        return zone_say_portability(z, ZONE_PORT_ESCAPE, first, end);
    case ZONE_NUL_BYTE:
        return zone_say_portability(z, ZONE_PORT_NUL, first, end);
    case ZONE_UNKNOWN_DIRECTIVE:
        return zone_say_portability(z, ZONE_PORT_UNKNOWN_DIRECTIVE, first, end);
    case ZONE_UNKNOWN_TYPE:
    case ZONE_BAD_TTL:
        return !lacks_last_unit(scan->bytes, first, end) ||
               zone_say_portability(z, ZONE_PORT_TTL_LAST_UNIT, first, end);
    default:
        return true;
    }
}
