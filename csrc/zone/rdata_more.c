/* Types whose text is more than a row of fields: LOC, APL, IPSECKEY, HIP, AMTRELAY and others.
 * SPDX-License-Identifier: MIT
 * RFC 1876, 3123, 4025, 8005, 8777 and others; refuses what lib/dns/rdata of BIND 9.18 refuses. Of
 * these types nobody asks for data, so only their syntax is checked. */
#include "rdata_types.h"

#include <arpa/inet.h>
#include <string.h>

#include "mnemonic.h"

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

/* The text of a token; ended tells that the line ends there. */
typedef struct {
    zone_token token;
    const uint8_t *text;
    size_t len;
} word;

static bool need_word(zone_rdata *rdata, const char *what, word *out) {
    if (!zone_need(rdata->scan, &out->token, false, what, rdata->problem)) {
        return false;
    }
    out->text = (const uint8_t *)zone_token_text(rdata->scan, &out->token, &out->len);
    return true;
}

static bool may_word(zone_rdata *rdata, word *out, bool *ended) {
    if (!zone_rdata_more(rdata, &out->token, false, ended)) {
        return false;
    }
    out->text = (const uint8_t *)zone_token_text(rdata->scan, &out->token, &out->len);
    return true;
}

static bool is_text(const word *w, const char *text) {
    return w->len == strlen(text) && memcmp(w->text, text, w->len) == 0;
}

/* Digits only, up to `most`. */
static bool parse_digits(const uint8_t *text, size_t len, uint32_t most, uint32_t *value) {
    uint64_t number = 0;
    for (size_t i = 0; i < len; i++) {
        if (!is_digit(text[i])) {
            return false;
        }
        number = number > UINT32_MAX ? number : number * 10 + (uint64_t)(text[i] - '0');
    }
    *value = (uint32_t)number;
    return len != 0 && number <= most;
}

/* Is text an address of this family? */
static bool is_address(int family, const uint8_t *text, size_t len) {
    char copy[64];
    uint8_t address[16];
    if (len >= sizeof copy || memchr(text, 0, len) != NULL) {
        return false;
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    return inet_pton(family, copy, address) == 1;
}

/* ---- LOC (RFC 1876 section 3) ---- */

/* Digits with up to `places` decimals and, when `unit` is set, perhaps an m; in units of the last
 * decimal. */
static bool parse_decimal(const uint8_t *text, size_t len, unsigned places, bool unit,
                          uint64_t *value) {
    size_t at = 0;
    uint64_t number = 0;
    size_t digits = 0;
    for (; at < len && is_digit(text[at]); at++, digits++) {
        number = number > UINT32_MAX ? number : number * 10 + (uint64_t)(text[at] - '0');
    }
    unsigned done = 0;
    if (at < len && text[at] == '.') {
        for (at++; at < len && is_digit(text[at]) && done < places; at++, done++) {
            number = number * 10 + (uint64_t)(text[at] - '0');
        }
        digits += done; /* ".5" and "5." are fine */
    }
    for (; done < places; done++) {
        number *= 10;
    }
    if (unit && at < len && text[at] == 'm') {
        at++;
    }
    *value = number;
    return digits != 0 && at == len;
}

/* Degrees, perhaps minutes, perhaps seconds, and the direction. */
static bool read_coordinate(zone_rdata *rdata, uint32_t most, const char *directions) {
    static const char what[] = "a LOC coordinate (52 22 23.000 N)";
    word w = {0};
    uint32_t degrees;
    uint32_t minutes;
    uint64_t seconds;
    if (!need_word(rdata, what, &w)) {
        return false;
    }
    if (!parse_digits(w.text, w.len, most, &degrees)) {
        return zone_rdata_bad(rdata, &w.token, what);
    }
    for (unsigned part = 0; part < 3; part++) {
        if (!need_word(rdata, what, &w)) {
            return false;
        }
        if (w.len == 1 && strchr(directions, w.text[0]) != NULL) {
            return true;
        }
        bool valid = part == 0   ? parse_digits(w.text, w.len, degrees == most ? 0 : 59, &minutes)
                     : part == 1 ? parse_decimal(w.text, w.len, 3, false, &seconds) &&
                                       seconds < (degrees == most ? 1u : 60000u)
                                 : false;
        if (!valid) {
            return zone_rdata_bad(rdata, &w.token, what);
        }
    }
    return zone_rdata_bad(rdata, &w.token, what);
}

static bool read_loc(zone_rdata *rdata) {
    static const char what[] = "a LOC altitude in metres";
    word w = {0};
    uint64_t centimetres;
    if (!read_coordinate(rdata, 90, "NS") || !read_coordinate(rdata, 180, "EW") ||
        !need_word(rdata, what, &w)) {
        return false;
    }
    size_t sign = w.text[0] == '-' || w.text[0] == '+' ? 1 : 0;
    if (!parse_decimal(w.text + sign, w.len - sign, 2, true, &centimetres) ||
        centimetres > (w.text[0] == '-' ? 10000000u : 4284967295u)) {
        return zone_rdata_bad(rdata, &w.token, what);
    }
    for (unsigned i = 0; i < 3; i++) { /* size, horizontal and vertical precision */
        bool ended = false;
        if (!may_word(rdata, &w, &ended)) {
            return false;
        }
        if (ended) {
            return true;
        }
        if (!parse_decimal(w.text, w.len, 2, true, &centimetres) || centimetres / 100 > 90000000u) {
            return zone_rdata_bad(rdata, &w.token, "a LOC precision in metres");
        }
    }
    return true;
}

/* ---- APL (RFC 3123 section 5) ---- */

static bool is_apl_item(const word *w) {
    const uint8_t *text = w->text;
    size_t len = w->len;
    uint32_t family;
    uint32_t prefix;
    if (len != 0 && text[0] == '!') {
        text++;
        len--;
    }
    if (len != 0 && text[0] == '+') {
        text++;
        len--;
    }
    const uint8_t *colon = len == 0 ? NULL : memchr(text, ':', len);
    const uint8_t *slash = len == 0 ? NULL : memchr(text, '/', len);
    if (colon == NULL || slash == NULL || slash < colon ||
        !parse_digits(text, (size_t)(colon - text), 2, &family) || family == 0) {
        return false;
    }
    return is_address(family == 1 ? AF_INET : AF_INET6, colon + 1, (size_t)(slash - colon - 1)) &&
           parse_digits(slash + 1, (size_t)(text + len - slash - 1), family == 1 ? 32 : 128,
                        &prefix);
}

static bool read_apl(zone_rdata *rdata) {
    for (;;) {
        word w = {0};
        bool ended = false;
        if (!may_word(rdata, &w, &ended)) {
            return false;
        }
        if (ended) {
            return true;
        }
        if (!is_apl_item(&w)) {
            return zone_rdata_bad(rdata, &w.token, "an address prefix (1:192.0.2.0/24)");
        }
    }
}

/* ---- gateways ---- */

static bool read_dot(zone_rdata *rdata) {
    word w = {0};
    if (!need_word(rdata, "a dot (no gateway)", &w)) {
        return false;
    }
    return is_text(&w, ".") || zone_rdata_bad(rdata, &w.token, "a dot (no gateway)");
}

/* By its type: nothing, IPv4, IPv6, a name. */
static bool read_gateway(zone_rdata *rdata, uint8_t type) {
    switch (type) {
    case 0:
        return read_dot(rdata);
    case 1:
        return zone_rdata_address(rdata, AF_INET, 4);
    case 2:
        return zone_rdata_address(rdata, AF_INET6, 16);
    default:
        return zone_rdata_name(rdata);
    }
}

static bool read_small(zone_rdata *rdata, const char *what, uint32_t most, uint8_t *value) {
    word w = {0};
    uint32_t number;
    if (!need_word(rdata, what, &w)) {
        return false;
    }
    if (!parse_digits(w.text, w.len, most, &number)) {
        return zone_rdata_bad(rdata, &w.token, what);
    }
    *value = (uint8_t)number;
    return true;
}

static bool read_ipseckey(zone_rdata *rdata) {
    uint8_t precedence = 0;
    uint8_t type = 0;
    uint8_t algorithm = 0;
    return read_small(rdata, "a precedence", 255, &precedence) &&
           read_small(rdata, "a gateway type (0 to 3)", 3, &type) &&
           read_small(rdata, "an algorithm", 255, &algorithm) && read_gateway(rdata, type) &&
           zone_rdata_base64(rdata, false);
}

static bool read_amtrelay(zone_rdata *rdata) {
    uint8_t precedence = 0;
    uint8_t optional = 0;
    uint8_t type = 0;
    return read_small(rdata, "a precedence", 255, &precedence) &&
           read_small(rdata, "the discovery bit (0 or 1)", 1, &optional) &&
           read_small(rdata, "a relay type (0 to 3)", 3, &type) && read_gateway(rdata, type);
}

/* Even hexadecimal digits or whole groups of base64 in one word. */
static bool is_hex(const word *w) {
    for (size_t i = 0; i < w->len; i++) {
        if (zone_hex_value(w->text[i]) < 0) {
            return false;
        }
    }
    return w->len != 0 && w->len % 2 == 0;
}

bool zone_is_base64(const uint8_t *text, size_t len) {
    size_t padding = 0;
    for (size_t i = 0; i < len; i++) {
        uint8_t c = text[i];
        bool digit =
            is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/';
        if (c == '=' && i + 2 >= len) {
            padding++;
        } else if (!digit || padding != 0) {
            return false;
        }
    }
    return len != 0 && len % 4 == 0;
}

static bool read_hip(zone_rdata *rdata) {
    uint8_t algorithm = 0;
    word w = {0};
    bool ended = false;
    if (!read_small(rdata, "an algorithm", 255, &algorithm) ||
        !need_word(rdata, "a host identity tag in hexadecimal", &w)) {
        return false;
    }
    if (!is_hex(&w) || w.len > 510) {
        return zone_rdata_bad(rdata, &w.token, "a host identity tag in hexadecimal");
    }
    if (!need_word(rdata, "a public key in base64", &w)) {
        return false;
    }
    if (!zone_is_base64(w.text, w.len)) {
        return zone_rdata_bad(rdata, &w.token, "a public key in base64");
    }
    for (;;) { /* rendezvous servers */
        zone_scan bookmark = *rdata->scan;
        if (!may_word(rdata, &w, &ended) || ended) {
            return ended;
        }
        *rdata->scan = bookmark;
        if (!zone_rdata_name(rdata)) {
            return false;
        }
    }
}

/* ---- rare ones ---- */

/* A6 (RFC 2874): prefix length, the rest of an address unless it is 128, a name unless it is 0. */
static bool read_a6(zone_rdata *rdata) {
    uint8_t prefix = 0;
    return read_small(rdata, "a prefix length (0 to 128)", 128, &prefix) &&
           (prefix == 128 || zone_rdata_address(rdata, AF_INET6, 16)) &&
           (prefix == 0 || zone_rdata_name(rdata));
}

/* Protocol and ports; the names are those of the system that loads the zone. */
static bool read_services(zone_rdata *rdata) {
    word w = {0};
    uint32_t number;
    bool ended = false;
    if (!need_word(rdata, "a protocol (tcp, udp or a number)", &w)) {
        return false;
    }
    if (is_digit(w.text[0]) ? !parse_digits(w.text, w.len, 255, &number)
                            : !(is_text(&w, "tcp") || is_text(&w, "udp"))) {
        return zone_rdata_bad(rdata, &w.token, "a protocol (tcp, udp or a number)");
    }
    for (;;) {
        if (!may_word(rdata, &w, &ended) || ended) {
            return ended;
        }
        if (is_digit(w.text[0]) && !parse_digits(w.text, w.len, 65535, &number)) {
            return zone_rdata_bad(rdata, &w.token, "a port or the name of a service");
        }
    }
}

/* NXT (RFC 2535): types 1 to 127. */
static bool read_nxt_types(zone_rdata *rdata) {
    for (;;) {
        word w = {0};
        bool ended = false;
        uint16_t type = 0;
        uint32_t number;
        if (!may_word(rdata, &w, &ended) || ended) {
            return ended;
        }
        if (parse_digits(w.text, w.len, 65535, &number)) {
            type = (uint16_t)number;
        } else if (!zone_type_parse(w.text, w.len, &type)) {
            type = 0;
        }
        if (type < 1 || type > 127) {
            return zone_rdata_bad(rdata, &w.token, "a record type below 128");
        }
    }
}

/* NSAP (RFC 1706): 0x and hexadecimal with dots. ATMA: +digits, or hexadecimal with dots. */
static bool is_dotted_hex(const uint8_t *text, size_t len) {
    size_t digits = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '.' && zone_hex_value(text[i]) < 0) {
            return false;
        }
        digits += text[i] != '.';
    }
    return digits != 0 && digits % 2 == 0;
}

static bool read_nsap(zone_rdata *rdata) {
    static const char what[] = "an NSAP address (0x47.0005...)";
    word w = {0};
    if (!need_word(rdata, what, &w)) {
        return false;
    }
    bool valid = w.len > 2 && w.text[0] == '0' && (w.text[1] | 0x20) == 'x' &&
                 is_dotted_hex(w.text + 2, w.len - 2);
    return valid || zone_rdata_bad(rdata, &w.token, what);
}

static bool read_atma(zone_rdata *rdata) {
    static const char what[] = "an ATM address (+digits, or hexadecimal)";
    word w = {0};
    uint32_t number;
    bool valid;
    if (!need_word(rdata, what, &w)) {
        return false;
    }
    if (w.text[0] == '+') {
        valid = w.len > 1;
        for (size_t i = 1; i < w.len; i++) {
            valid = valid && parse_digits(w.text + i, 1, 9, &number);
        }
    } else {
        valid = is_dotted_hex(w.text, w.len);
        for (size_t i = 0; i < w.len; i++) { /* dots stand between digits only */
            valid =
                valid && (w.text[i] != '.' || (i != 0 && i + 1 < w.len && w.text[i + 1] != '.'));
        }
    }
    return valid || zone_rdata_bad(rdata, &w.token, what);
}

/* The data of DOA: base64 in one word, or - for none. */
static bool read_doa_data(zone_rdata *rdata) {
    word w = {0};
    if (!need_word(rdata, "base64 data, or - for none", &w)) {
        return false;
    }
    if (is_text(&w, "-")) {
        return true;
    }
    bool ended = false;
    bool valid = true;
    uint32_t digits = 0;
    while (valid && !ended) { /* spread over any number of words */
        for (size_t i = 0; i < w.len; i++) {
            uint8_t c = w.text[i];
            valid = valid && (is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              c == '+' || c == '/' || c == '=');
        }
        digits += (uint32_t)w.len;
        if (valid && !may_word(rdata, &w, &ended)) {
            return false;
        }
    }
    return (valid && digits % 4 == 0) ||
           zone_rdata_bad(rdata, &w.token, "base64 data, or - for none");
}

/* DSYNC (RFC 9859): scheme by name or number. */
static bool read_scheme(zone_rdata *rdata) {
    word w = {0};
    uint32_t number;
    if (!need_word(rdata, "a scheme (NOTIFY or a number)", &w)) {
        return false;
    }
    bool notify = w.len == 6;
    for (size_t i = 0; i < w.len && notify; i++) {
        notify = (w.text[i] & ~0x20) == "NOTIFY"[i];
    }
    return notify || parse_digits(w.text, w.len, 255, &number) ||
           zone_rdata_bad(rdata, &w.token, "a scheme (NOTIFY or a number)");
}

/* The length of a bracket expression from its [ on; 0: it is not in order. */
static size_t bracket_len(const uint8_t *text, size_t len) {
    static const char *const classes[] = {"alnum", "alpha", "blank", "cntrl", "digit", "graph",
                                          "lower", "print", "punct", "space", "upper", "xdigit"};
    size_t at = 1;
    at += at < len && text[at] == '^' ? 1 : 0;
    for (size_t first = at; at < len && (text[at] != ']' || at == first); at++) {
        if (text[at] == '[' && at + 1 < len && text[at + 1] == ':') {
            const uint8_t *name = text + at + 2;
            const uint8_t *end = memchr(name, ':', len - at - 2);
            bool known = false;
            for (size_t i = 0; end != NULL && i < sizeof classes / sizeof classes[0]; i++) {
                known = known || ((size_t)(end - name) == strlen(classes[i]) &&
                                  memcmp(name, classes[i], (size_t)(end - name)) == 0);
            }
            if (!known || (size_t)(end - text) + 1 >= len || end[1] != ']') {
                return 0;
            }
            at = (size_t)(end - text) + 1;
        } else if (at + 2 < len && text[at + 1] == '-' && text[at + 2] != ']') {
            if (text[at + 2] < text[at]) {
                return 0;
            }
            at += 2;
        }
    }
    return at < len ? at + 1 : 0;
}

/* The length of {N}, {N,} or {N,M}; 0: it is none. */
static size_t bound_len(const uint8_t *text, size_t len) {
    size_t at = 1;
    size_t digits = 0;
    for (; at < len && is_digit(text[at]); at++) {
        digits++;
    }
    if (at < len && text[at] == ',') {
        for (at++; at < len && is_digit(text[at]); at++) {
        }
    }
    return digits != 0 && at < len && text[at] == '}' ? at + 1 : 0;
}

/* Groups of an extended regular expression; -1: it is none, as far as this looks. */
static int count_groups(const uint8_t *text, size_t len) {
    int groups = 0;
    int open = 0;
    bool atom = false;   /* something that may be repeated stands before */
    bool branch = false; /* the alternative is not empty */
    bool bar = false;    /* it began with a | */
    for (size_t i = 0; i < len; i++) {
        size_t more = 1;
        uint8_t c = text[i];
        if (c == '*' || c == '+' || c == '?' || c == '{') {
            more = c == '{' ? bound_len(text + i, len - i) : 1;
            if (!atom || more == 0) {
                return -1;
            }
            atom = false;
        } else if (c == '|') {
            if (!branch) {
                return -1;
            }
            branch = atom = false;
            bar = true;
        } else if (c == '(') {
            groups++;
            open++;
            branch = atom = bar = false;
        } else if (c == ')' && open > 0) {
            if (bar && !branch) {
                return -1;
            }
            open--;
            branch = atom = true;
            bar = false;
        } else {
            more = c == '\\' ? 2 : c == '[' ? bracket_len(text + i, len - i) : 1;
            if (more == 0 || i + more > len) {
                return -1;
            }
            atom = c != '^';
            branch = true;
        }
        i += more - 1;
    }
    return open == 0 && !(bar && !branch) ? groups : -1;
}

/* NAPTR (RFC 3402 section 3.2): DELIMITER ERE DELIMITER REPLACEMENT DELIMITER FLAGS, or nothing. */
static bool is_substitution(const uint8_t *text, size_t len) {
    size_t ends[2] = {0, 0}; /* of the expression and of the replacement */
    unsigned parts = 0;
    int highest = 0;
    bool escaped = false;
    if (len == 0) {
        return true;
    }
    uint8_t delimiter = text[0];
    if (is_digit(delimiter) || delimiter == '\\' || delimiter == 'i' || delimiter == 0) {
        return false;
    }
    for (size_t i = 1; i < len; i++) {
        uint8_t c = text[i];
        if (c == 0 || (parts == 2 && c != 'i')) {
            return false;
        }
        if (c == delimiter && !escaped) {
            ends[parts++] = i;
            continue;
        }
        if (parts == 1 && escaped && is_digit(c)) {
            if (c == '0') {
                return false;
            }
            highest = c - '0' > highest ? c - '0' : highest;
        }
        escaped = c == '\\' && !escaped;
    }
    return parts == 2 && ends[0] > 1 && highest <= count_groups(text + 1, ends[0] - 1);
}

static bool read_substitution(zone_rdata *rdata) {
    static const char what[] = "a substitution (!expression!replacement!)";
    zone_token token;
    size_t start = rdata->len;
    if (!zone_need(rdata->scan, &token, true, what, rdata->problem) ||
        !zone_rdata_octet(rdata, 0) || !zone_rdata_string(rdata, &token, 255)) {
        return false;
    }
    rdata->wire[start] = (uint8_t)(rdata->len - start - 1);
    return is_substitution(rdata->wire + start + 1, rdata->len - start - 1) ||
           zone_rdata_bad(rdata, &token, what);
}

/* A type octet and a digest in hexadecimal, whose length some types fix. */
static bool read_hash_of(zone_rdata *rdata, const size_t *lengths, size_t count, size_t least) {
    uint8_t type = 0;
    bool ended = false;
    word w = {0};
    zone_scan bookmark;
    if (!read_small(rdata, "a digest type", 255, &type)) {
        return false;
    }
    bookmark = *rdata->scan;
    if (!may_word(rdata, &w, &ended)) {
        return false;
    }
    size_t start = rdata->len;
    if (!ended) {
        *rdata->scan = bookmark;
        if (!zone_rdata_hex(rdata)) {
            return false;
        }
    }
    size_t len = rdata->len - start;
    if (type < count && lengths[type] != 0 ? len != lengths[type] : len < least) {
        return zone_fail(rdata->problem, ZONE_BAD_RDATA, rdata->scan->first, rdata->scan->last_end,
                         "a digest of type %u does not have %lu octets", type, (unsigned long)len);
    }
    return true;
}

bool zone_rdata_read_more(zone_rdata *rdata, char field) {
    static const size_t fingerprints[] = {0, 20, 32}; /* SSHFP: SHA-1, SHA-256 */
    static const size_t digests[] = {0, 48, 64};      /* ZONEMD: SHA-384, SHA-512 */
    rdata->complete = false;
    switch (field) {
    case 'L':
        return read_loc(rdata);
    case 'P':
        return read_apl(rdata);
    case 'K':
        return read_ipseckey(rdata);
    case 'R':
        return read_amtrelay(rdata);
    case 'H':
        return read_hip(rdata);
    case '6':
        return read_a6(rdata);
    case 'W':
        return read_services(rdata);
    case 'X':
        return read_nxt_types(rdata);
    case 'N':
        return read_nsap(rdata);
    case 'M':
        return read_atma(rdata);
    case 'O':
        return read_doa_data(rdata);
    case 'Y':
        return read_scheme(rdata);
    case 'r':
        return read_substitution(rdata);
    case 'D':
        return read_hash_of(rdata, fingerprints, 3, 0);
    case 'Z':
        return read_hash_of(rdata, digests, 3, 12);
    default: /* V */
        return zone_rdata_service_parameters(rdata);
    }
}
