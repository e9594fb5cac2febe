/* Lints on what other software reads otherwise than BIND 9.18, each said once, at its first place.
 * SPDX-License-Identifier: MIT
 * Measured: one zone a row through BIND 9.18, Knot DNS 3.2 and later, NSD 4.6, simdzone (NSD from
 * 4.10), ldns 1.8.3, miekg/dns 1.1.50 (CoreDNS) and dnspython 2.3;
 * spec/zone/cases/10-differential.txt. */
#include "state.h"

#include <string.h>

#include "mnemonic.h"

/* By code; every code from ZONE_PORT_CRLF to ZONE_PORT_TWO_SOA has one. */
static const char *const messages[] = {
    [0] = /* ZONE_PORT_CRLF */ "lines end in CR LF: Knot DNS refuses the file",
    [ZONE_PORT_CR - ZONE_PORT_CRLF] =
        "a lone CR ends a line here, as BIND and dnspython read it; Knot DNS, simdzone "
        "(NSD from 4.10), ldns and miekg/dns (CoreDNS) do not",
    [ZONE_PORT_NESTED - ZONE_PORT_CRLF] =
        "parentheses inside parentheses: Knot DNS and NSD refuse them",
    [ZONE_PORT_NO_BLANK - ZONE_PORT_CRLF] =
        "no blank in front of this quote: Knot DNS, NSD 4.6, ldns and miekg/dns "
        "(CoreDNS) refuse it",
    [ZONE_PORT_QUOTED_OWNER - ZONE_PORT_CRLF] =
        "an owner in quotes: ldns takes the quotes as part of the name; Knot DNS, "
        "simdzone (NSD from 4.10), miekg/dns (CoreDNS) and dnspython refuse it",
    [ZONE_PORT_RAW_NAME - ZONE_PORT_CRLF] =
        "bytes beyond ASCII in a name: Knot DNS refuses them, dnspython makes an "
        "A-label of them; write \\DDD, or the A-label (xn--...)",
    [ZONE_PORT_TTL_UNITS - ZONE_PORT_CRLF] =
        "simdzone (NSD from 4.10) refuses a time whose units go from large to small, "
        "like 1h30m; write seconds",
    [ZONE_PORT_TTL_LAST_UNIT - ZONE_PORT_CRLF] =
        "NSD, ldns and miekg/dns (CoreDNS) read a time without its last unit; BIND, "
        "Knot DNS and dnspython refuse it",
    [ZONE_PORT_TTL_RANGE - ZONE_PORT_CRLF] =
        "Knot DNS, ldns, miekg/dns (CoreDNS) and dnspython keep a TTL above 2147483647, "
        "simdzone (NSD from 4.10) refuses it, BIND takes 0",
    [ZONE_PORT_NO_TTL - ZONE_PORT_CRLF] =
        "no TTL here and no $TTL before: BIND takes the last TTL that was said, then "
        "the SOA minimum; simdzone (NSD from 4.10) and miekg/dns (CoreDNS) the last one "
        "said; Knot DNS, NSD 4.6 and ldns a default of their own (3600)",
    [ZONE_PORT_CLASS_FIRST - ZONE_PORT_CRLF] =
        "a class in front of the TTL: ldns 1.8 and dnspython 2.3 refuse it",
    [ZONE_PORT_CLASS_NUMBER - ZONE_PORT_CRLF] =
        "a class as a number: Knot DNS refuses it; write IN",
    [ZONE_PORT_RELATIVE_ORIGIN - ZONE_PORT_CRLF] =
        "a relative $ORIGIN: Knot DNS and NSD refuse it, ldns takes it as absolute, "
        "dnspython loses what follows",
    [ZONE_PORT_DIRECTIVE_CASE - ZONE_PORT_CRLF] =
        "a directive in small letters: simdzone (NSD from 4.10) refuses it, ldns makes "
        "a record of it",
    [ZONE_PORT_UNKNOWN_DIRECTIVE - ZONE_PORT_CRLF] =
        "ldns makes an owner of such a line and goes on; all others refuse the file",
    [ZONE_PORT_GENERATE - ZONE_PORT_CRLF] = "Knot DNS, NSD, simdzone and ldns refuse $GENERATE",
    [ZONE_PORT_INCLUDE_BASE - ZONE_PORT_CRLF] =
        "a relative $INCLUDE starts at the server's working directory with BIND, NSD "
        "and dnspython, but beside this file with Knot DNS and miekg/dns (CoreDNS)",
    [ZONE_PORT_CAA_UNQUOTED - ZONE_PORT_CRLF] = "a CAA value without quotes: ldns 1.8.3 refuses it",
    [ZONE_PORT_CAA_FLAGS_ZERO - ZONE_PORT_CRLF] =
        "CAA flags with a leading zero: simdzone (NSD from 4.10) refuses them",
    [ZONE_PORT_CAA_FLAGS_RANGE - ZONE_PORT_CRLF] =
        "NSD 4.6 and ldns take the low eight bits of such flags; all others refuse them",
    [ZONE_PORT_CAA_TAG - ZONE_PORT_CRLF] =
        "Knot DNS and miekg/dns (CoreDNS) take a tag with a hyphen; BIND, NSD, ldns and "
        "dnspython refuse it",
    [ZONE_PORT_CAA_TAG_CASE - ZONE_PORT_CRLF] =
        "capital letters in a CAA tag: NSD 4.6 refuses them, and simdzone (NSD from "
        "4.10) a capital X",
    [ZONE_PORT_CAA_TAG_QUOTED - ZONE_PORT_CRLF] =
        "Knot DNS, NSD 4.6 and dnspython take a CAA tag in quotes; all others refuse it",
    [ZONE_PORT_CAA_TAG_EMPTY - ZONE_PORT_CRLF] =
        "BIND and dnspython refuse an empty CAA tag; Knot DNS, NSD, ldns and miekg/dns "
        "(CoreDNS) take it",
    [ZONE_PORT_CAA_LONG_VALUE - ZONE_PORT_CRLF] =
        "a CAA value of more than 255 octets: miekg/dns 1.1.50 (CoreDNS) refuses it",
    [ZONE_PORT_CAA_RAW_VALUE - ZONE_PORT_CRLF] =
        "bytes beyond ASCII in a CAA value: Knot DNS refuses them; write \\DDD",
    [ZONE_PORT_OPEN_QUOTE - ZONE_PORT_CRLF] =
        "NSD and miekg/dns (CoreDNS) read a quoted string over the end of the line, and "
        "ldns closes it there; BIND, Knot DNS and dnspython refuse it",
    [ZONE_PORT_ESCAPE - ZONE_PORT_CRLF] =
        "NSD 4.6 and miekg/dns (CoreDNS) wrap or drop such an escape; all others refuse "
        "it",
    [ZONE_PORT_NUL - ZONE_PORT_CRLF] =
        "simdzone (NSD from 4.10) stops silently at a NUL byte and ldns reads over it; "
        "all others refuse the file",
    [ZONE_PORT_OUT_OF_ZONE - ZONE_PORT_CRLF] =
        "BIND and dnspython leave out what is out of zone; NSD refuses the whole zone",
    [ZONE_PORT_BELOW_DNAME - ZONE_PORT_CRLF] =
        "there is data below this DNAME: BIND hides it, NSD and Knot DNS refuse the "
        "zone",
    [ZONE_PORT_CNAME_AND_OTHER - ZONE_PORT_CRLF] =
        "BIND, NSD and dnspython refuse the zone; tools that only read it (simdzone, "
        "ldns, miekg/dns) do not notice",
    [ZONE_PORT_OWNER_PARENTHESIS - ZONE_PORT_CRLF] =
        "a parenthesis in front of the type: Knot DNS and NSD 4.6 refuse it",
    [ZONE_PORT_OPEN_PARENTHESIS - ZONE_PORT_CRLF] =
        "NSD 4.6 closes such a parenthesis at the end of the file; BIND and Knot DNS refuse it",
    [ZONE_PORT_GENERIC_LENGTH - ZONE_PORT_CRLF] =
        "NSD 4.6 does not compare the length behind \\# with the data; BIND and Knot DNS "
        "refuse it",
    [ZONE_PORT_LONG_STRING - ZONE_PORT_CRLF] =
        "Knot DNS splits such a string; BIND and NSD refuse it",
    [ZONE_PORT_FINAL_DIRECTIVE - ZONE_PORT_CRLF] =
        "Knot DNS and NSD 4.6 read such a file; BIND refuses it",
    [ZONE_PORT_NO_NS - ZONE_PORT_CRLF] =
        "Knot DNS and NSD load a zone without NS records at its top; BIND refuses it",
    [ZONE_PORT_TWO_SOA - ZONE_PORT_CRLF] =
        "Knot DNS loads a zone with two SOA records; BIND and NSD refuse it",
};

_Static_assert(sizeof messages / sizeof messages[0] == ZONE_PORT_TWO_SOA - ZONE_PORT_CRLF + 1,
               "a message for each portability lint");
_Static_assert(ZONE_PORT_TWO_SOA - ZONE_PORT_CRLF < 64, "bits of zone.said");

static uint64_t bit_of(zone_code code) {
    return (uint64_t)1 << (unsigned)(code - ZONE_PORT_CRLF);
}

bool zone_say_portability_at(zone *z, uint32_t file, uint32_t order, zone_code code, size_t first,
                             size_t end) {
    if ((z->said & bit_of(code)) != 0 || z->hits != NULL) { /* scans do not lint */
        return true;
    }
    z->said |= bit_of(code);
    zone_problem problem;
    zone_fail(&problem, code, first, end, "%s", messages[code - ZONE_PORT_CRLF]);
    return zone_report_at(z, file, order, ZONE_INFO, &problem);
}

bool zone_say_portability(zone *z, zone_code code, size_t first, size_t end) {
    return zone_say_portability_at(z, z->frames[z->depth - 1].file, (uint32_t)z->store.record_count,
                                   code, first, end);
}

static bool say_token(zone *z, zone_code code, const zone_token *token) {
    return zone_say_portability(z, code, token->first, token->end);
}

bool zone_is_said(const zone *z, zone_code code) {
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

static const zone_code quirk_codes[ZONE_QUIRKS] = {ZONE_PORT_CRLF, ZONE_PORT_CR, ZONE_PORT_NESTED,
                                                   ZONE_PORT_NO_BLANK};

bool zone_quirks_are_said(const zone *z, const zone_scan *scan) {
    for (unsigned i = 0; i < ZONE_QUIRKS; i++) {
        if ((scan->quirks & 1u << i) != 0 && !zone_is_said(z, quirk_codes[i])) {
            return false;
        }
    }
    return true;
}

static bool lint_quirks(zone *z, const zone_scan *scan) {
    for (unsigned i = 0; i < ZONE_QUIRKS; i++) {
        if ((scan->quirks & 1u << i) != 0 &&
            !zone_say_portability(z, quirk_codes[i], scan->quirk_at[i], scan->quirk_at[i] + 1)) {
            return false;
        }
    }
    return true;
}

static bool lint_head(zone *z, const zone_scan *scan, const zone_head *head) {
    bool ok = true;
    if (scan->used_parens && scan->paren_first < head->type.first) {
        ok = zone_say_portability(z, ZONE_PORT_OWNER_PARENTHESIS, scan->paren_first,
                                  scan->paren_first + 1);
    }
    if (ok && head->owner.kind == ZONE_TOKEN_QUOTED) {
        ok = say_token(z, ZONE_PORT_QUOTED_OWNER, &head->owner);
    }
    if (ok && head->owner.kind != ZONE_TOKEN_BLANK && !zone_is_said(z, ZONE_PORT_RAW_NAME) &&
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
    if (ok && !zone_is_said(z, ZONE_PORT_CAA_RAW_VALUE) && has_raw_byte(bytes, &rdata->value)) {
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
    if (rdata->generic && (problem->code == ZONE_BAD_HEX || problem->code == ZONE_UNEXPECTED_END) &&
        rdata->wrong_length) {
        return zone_say_portability(z, ZONE_PORT_GENERIC_LENGTH, problem->first, problem->end);
    }
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
    case ZONE_UNCLOSED_PARENTHESIS:
        return zone_say_portability(z, ZONE_PORT_OPEN_PARENTHESIS, first, end);
    case ZONE_STRING_TOO_LONG:
        return zone_say_portability(z, ZONE_PORT_LONG_STRING, first, end);
    case ZONE_NO_FINAL_NEWLINE:
        return zone_say_portability(z, ZONE_PORT_FINAL_DIRECTIVE, first, end);
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
