/* The types that are only looked over: a table of their fields, read from text and from wire.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 3.3 and the RFC of each type; refuses what lib/dns/rdata of BIND 9.18 refuses.
 */
#include "rdata_types.h"

#include <arpa/inet.h>
#include <string.h>

#include "mnemonic.h"

/* Fields of a type, in order:
 *   1 2 4  numbers of that many octets          n  name
 *   s  one string of up to 255 octets
 *   S  one or more strings                      U  one string without limit (URI)
 *   a  IPv4 address      A  IPv6 address        x  hexadecimal to the end, at least one octet
 *   b  base64 to the end, at least one octet    B  the same, may be missing
 *   y  bitmap of types to the end               g  DNSSEC algorithm
 *   d  digest: type octet and hexadecimal       v  type covered by a signature
 *   T  signature time    f  key flags           p  key protocol
 *   c  certificate type  o  NSEC3 salt          h  NSEC3 hash in base32
 *   l  ILNP locator      e  EUI-48              E  EUI-64
 *   w  64 Kbit/s address of X25: digits         r  NAPTR regular expression
 *   i  perhaps one more string                  !  no text form: only \#
 *   and those of rdata_more.c: D fingerprint, H HIP, K IPSECKEY, L LOC, M ATM address, N NSAP, O
 * data of DOA, P APL, R AMTRELAY, V service parameters, W ports, X types of NXT, Y scheme of DSYNC,
 * Z digest of ZONEMD, 6 A6 */
typedef struct {
    uint16_t type;
    char fields[10];
} layout;

static const layout layouts[] = {
    {1, "a"},           {7, "n"},     {8, "n"},       {9, "n"},          {10, "!"},
    {11, "aW"},         {12, "n"},    {13, "ss"},     {14, "nn"},        {15, "2n"},
    {16, "S"},          {17, "nn"},   {18, "2n"},     {19, "w"},         {20, "si"},
    {21, "2n"},         {22, "N"},    {23, "n"},      {24, "vg14TT2nb"}, {25, "fpgB"},
    {26, "2nn"},        {27, "sss"},  {28, "A"},      {29, "L"},         {30, "nX"},
    {31, "x"},          {32, "x"},    {33, "222n"},   {34, "M"},         {35, "22ssrn"},
    {36, "2n"},         {37, "c2gb"}, {38, "6"},      {40, "111B"},      {42, "P"},
    {43, "2gd"},        {44, "1D"},   {45, "K"},      {46, "vg14TT2nb"}, {47, "ny"},
    {48, "fpgb"},       {49, "b"},    {50, "112ohy"}, {51, "112o"},      {52, "111x"},
    {53, "111x"},       {55, "H"},    {56, "S"},      {57, "fpgb"},      {58, "nn"},
    {59, "2gd"},        {60, "fpgb"}, {61, "b"},      {62, "42y"},       {63, "41Z"},
    {64, "2nV"},        {65, "2nV"},  {66, "vY2n"},   {67, "b"},         {68, "b"},
    {99, "S"},          {104, "2l"},  {105, "2a"},    {106, "2l"},       {107, "2n"},
    {108, "e"},         {109, "E"},   {256, "22U"},   {258, "S"},        {259, "441sO"},
    {260, "R"},         {261, "S"},   {262, "S"},     {32768, "2gd"},    {32769, "2gd"},
    {65533, "TTTfpgB"},
};

const char *zone_type_fields(uint16_t type) {
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        if (layouts[i].type == type) {
            return layouts[i].fields;
        }
    }
    return "!";
}

bool zone_rdata_bad(zone_rdata *rdata, const zone_token *token, const char *expected) {
    return zone_fail(rdata->problem, ZONE_BAD_RDATA, token->first, token->end,
                     "%s is expected here, not %s", expected,
                     zone_quote(rdata->scan->bytes, token->first, token->end).text);
}

bool zone_rdata_more(zone_rdata *rdata, zone_token *token, bool quoted, bool *ended) {
    zone_scan bookmark = *rdata->scan;
    if (!zone_may(rdata->scan, token, quoted, rdata->problem)) {
        return false;
    }
    *ended = token->kind == ZONE_TOKEN_EOL || token->kind == ZONE_TOKEN_END;
    if (*ended) {
        *rdata->scan = bookmark;
    }
    return true;
}

/* ---- numbers and words ---- */

typedef struct {
    char name[16];
    uint16_t value;
} word;

static const word algorithms[] = {
    {"RSAMD5", 1},
    {"DH", 2},
    {"DSA", 3},
    {"RSASHA1", 5},
    {"NSEC3DSA", 6},
    {"NSEC3RSASHA1", 7},
    {"RSASHA256", 8},
    {"RSASHA512", 10},
    {"ECCGOST", 12},
    {"ECDSAP256SHA256", 13},
    {"ECDSAP384SHA384", 14},
    {"ED25519", 15},
    {"ED448", 16},
    {"INDIRECT", 252},
    {"PRIVATEDNS", 253},
    {"PRIVATEOID", 254},
};
static const word certificates[] = {{"PKIX", 1},  {"SPKI", 2}, {"PGP", 3},    {"IPKIX", 4},
                                    {"ISPKI", 5}, {"IPGP", 6}, {"ACPKIX", 7}, {"IACPKIX", 8},
                                    {"URI", 253}, {"OID", 254}};
static const word protocols[] = {{"NONE", 0},   {"TLS", 1},   {"EMAIL", 2},
                                 {"DNSSEC", 3}, {"IPSEC", 4}, {"ALL", 255}};
static const word digests[] = {{"SHA-1", 1}, {"SHA1", 1},    {"SHA-256", 2}, {"SHA256", 2},
                               {"GOST", 3},  {"SHA-384", 4}, {"SHA384", 4}};
static const word key_flags[] = {
    {"NOCONF", 0x4000}, {"NOAUTH", 0x8000}, {"NOKEY", 0xc000},  {"FLAG2", 0x2000},
    {"EXTEND", 0x1000}, {"FLAG4", 0x0800},  {"FLAG5", 0x0400},  {"USER", 0},
    {"ZONE", 0x0100},   {"HOST", 0x0200},   {"NTYP3", 0x0300},  {"FLAG8", 0x0080},
    {"FLAG9", 0x0040},  {"FLAG10", 0x0020}, {"FLAG11", 0x0010}, {"SIG0", 0},
    {"SIG1", 1},        {"SIG2", 2},        {"SIG3", 3},        {"SIG4", 4},
    {"SIG5", 5},        {"SIG6", 6},        {"SIG7", 7},        {"SIG8", 8},
    {"SIG9", 9},        {"SIG10", 10},      {"SIG11", 11},      {"SIG12", 12},
    {"SIG13", 13},      {"SIG14", 14},      {"SIG15", 15},      {"KSK", 1},
    {"REVOKE", 0x0080},
};

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

static bool same_word(const uint8_t *text, size_t len, const char *name) {
    for (size_t i = 0; i < len; i++) {
        uint8_t c = text[i] >= 'a' && text[i] <= 'z' ? (uint8_t)(text[i] - 32) : text[i];
        if (name[i] == '\0' || c != (uint8_t)name[i]) {
            return false;
        }
    }
    return name[len] == '\0';
}

/* A decimal number up to `most`, or one of the words. */
static bool parse_word(const uint8_t *text, size_t len, const word *words, size_t count,
                       uint32_t most, uint32_t *value) {
    uint64_t number = 0;
    size_t digits = 0;
    while (digits < len && digits < 11 && is_digit(text[digits])) {
        number = number * 10 + (uint64_t)(text[digits++] - '0');
    }
    if (len != 0 && digits == len) {
        *value = (uint32_t)number;
        return number <= most;
    }
    for (size_t i = 0; i < count; i++) {
        if (same_word(text, len, words[i].name)) {
            *value = words[i].value;
            return true;
        }
    }
    return false;
}

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool read_word(zone_rdata *rdata, const word *words, size_t count, unsigned octets,
                      const char *what) {
    zone_token token;
    uint32_t value;
    if (!zone_need(rdata->scan, &token, false, what, rdata->problem)) {
        return false;
    }
    if (!parse_word(rdata->scan->bytes + token.first, token.end - token.first, words, count,
                    octets == 1 ? 255 : 65535, &value)) {
        return zone_rdata_bad(rdata, &token, what);
    }
    return zone_rdata_put(rdata, value, octets);
}

/* DNSKEY flags: a number, or words joined by |. */
static bool read_key_flags(zone_rdata *rdata) {
    static const char what[] = "a number of key flags";
    zone_token token;
    uint32_t value;
    uint32_t all = 0;
    if (!zone_need(rdata->scan, &token, false, what, rdata->problem)) {
        return false;
    }
    const uint8_t *s = rdata->scan->bytes;
    for (size_t at = token.first; at <= token.end;) {
        const uint8_t *bar = at == token.end ? NULL : memchr(s + at, '|', token.end - at);
        size_t end = bar == NULL ? token.end : (size_t)(bar - s);
        if (!parse_word(s + at, end - at, key_flags, COUNT(key_flags), 65535, &value)) {
            return zone_rdata_bad(rdata, &token, what);
        }
        all |= value;
        at = end + 1;
    }
    return zone_rdata_put(rdata, all, 2);
}

static bool read_covered(zone_rdata *rdata) {
    zone_token token;
    uint16_t type;
    uint32_t number;
    if (!zone_need(rdata->scan, &token, false, "a record type", rdata->problem)) {
        return false;
    }
    const uint8_t *s = rdata->scan->bytes + token.first;
    size_t len = token.end - token.first;
    if (!zone_type_parse(s, len, &type)) {
        if (!parse_word(s, len, NULL, 0, 65535, &number)) {
            return zone_rdata_bad(rdata, &token, "a record type");
        }
        type = (uint16_t)number;
    }
    return zone_rdata_put(rdata, type, 2);
}

/* Seconds since 1970, or YYYYMMDDHHMMSS; the value itself is not needed. */
static bool read_time(zone_rdata *rdata) {
    zone_token token;
    uint32_t seconds = 0;
    if (!zone_need(rdata->scan, &token, false, "a time", rdata->problem)) {
        return false;
    }
    const uint8_t *s = rdata->scan->bytes + token.first;
    size_t len = token.end - token.first;
    if (len <= 10) {
        if (!parse_word(s, len, NULL, 0, UINT32_MAX, &seconds)) {
            return zone_rdata_bad(rdata, &token, "a time (20260131235959)");
        }
    } else if (!zone_date_is_valid(s, len)) {
        return zone_rdata_bad(rdata, &token, "a time (20260131235959)");
    } else {
        for (size_t i = 0; i < len; i++) { /* distinct times stay distinct enough */
            seconds = seconds * 10 + (uint32_t)(s[i] - '0');
        }
    }
    return zone_rdata_put(rdata, seconds, 4);
}

/* ---- addresses ---- */

bool zone_address_parse(const uint8_t *bytes, size_t len, bool is_v6, uint8_t address[16]) {
    char text[64];
    if (len >= sizeof text) {
        return false;
    }
    memcpy(text, bytes, len);
    text[len] = '\0';
    return inet_pton(is_v6 ? AF_INET6 : AF_INET, text, address) == 1;
}

bool zone_rdata_address(zone_rdata *rdata, int family, size_t octets) {
    zone_token token;
    uint8_t address[16];
    const char *what = family == AF_INET ? "an IPv4 address (192.0.2.1)" : "an IPv6 address";
    if (!zone_need(rdata->scan, &token, false, what, rdata->problem)) {
        return false;
    }
    if (!zone_address_parse(rdata->scan->bytes + token.first, token.end - token.first,
                            family == AF_INET6, address)) {
        return zone_fail(rdata->problem, ZONE_BAD_ADDRESS, token.first, token.end,
                         "%s is expected here, not %s", what,
                         zone_quote(rdata->scan->bytes, token.first, token.end).text);
    }
    for (size_t i = 0; i < octets; i++) {
        if (!zone_rdata_octet(rdata, address[i])) {
            return false;
        }
    }
    return true;
}

/* EUI-48 and EUI-64: hexadecimal octets joined by hyphens (RFC 7043). BIND reads them with sscanf's
 * %2x, so one digit is enough, a sign is taken, and what stands behind the last one too. */
static bool read_eui(zone_rdata *rdata, size_t octets) {
    static const char what[] = "octets joined by hyphens (00-00-5e-00-53-2a)";
    zone_token token;
    if (!zone_need(rdata->scan, &token, false, what, rdata->problem)) {
        return false;
    }
    const uint8_t *s = rdata->scan->bytes;
    size_t at = token.first;
    for (size_t i = 0; i < octets; i++) {
        uint32_t value = 0;
        size_t start = at;
        size_t digits = 0;
        if (at < token.end && (s[at] == '+' || s[at] == '-')) {
            at++;
        }
        for (; at < token.end && at - start < 2 && zone_hex_value(s[at]) >= 0; at++, digits++) {
            value = value << 4 | (uint32_t)zone_hex_value(s[at]);
        }
        bool last = i + 1 == octets;
        if (digits == 0 || (!last && (at == token.end || s[at] != '-'))) {
            return zone_rdata_bad(rdata, &token, what);
        }
        at++;
        if (!zone_rdata_put(rdata, value & 0xff, 1)) {
            return false;
        }
    }
    return true;
}

/* Four groups of up to four hexadecimal digits (RFC 6742 section 2.1.2). */
static bool read_locator(zone_rdata *rdata) {
    static const char what[] = "four groups of hexadecimal digits (2001:db8:1140:1000)";
    zone_token token;
    if (!zone_need(rdata->scan, &token, false, what, rdata->problem)) {
        return false;
    }
    const uint8_t *s = rdata->scan->bytes;
    size_t at = token.first;
    for (unsigned group = 0; group < 4; group++) {
        uint32_t value = 0;
        size_t start = at;
        for (; at < token.end && zone_hex_value(s[at]) >= 0; at++) {
            value = (value << 4 | (uint32_t)zone_hex_value(s[at])) & 0xffff;
        }
        bool last = group == 3;
        if (at == start || at - start > 4 || (last ? at != token.end : at == token.end) ||
            (!last && s[at] != ':')) {
            return zone_rdata_bad(rdata, &token, what);
        }
        at++;
        if (!zone_rdata_put(rdata, value, 2)) {
            return false;
        }
    }
    return true;
}

/* ---- strings ---- */

/* One <character-string>: a length octet and up to 255 octets. */
static bool put_string(zone_rdata *rdata, const zone_token *token) {
    size_t start = rdata->len;
    if (!zone_rdata_octet(rdata, 0) || !zone_rdata_string(rdata, token, 255)) {
        return false;
    }
    rdata->wire[start] = (uint8_t)(rdata->len - start - 1);
    return true;
}

static bool read_string(zone_rdata *rdata) {
    zone_token token;
    return zone_need(rdata->scan, &token, true, "a string", rdata->problem) &&
           put_string(rdata, &token);
}

static bool read_optional_string(zone_rdata *rdata) {
    zone_token token;
    bool ended = false;
    return zone_rdata_more(rdata, &token, true, &ended) && (ended || put_string(rdata, &token));
}

static bool read_strings(zone_rdata *rdata) {
    zone_token token;
    bool ended = false;
    if (!read_string(rdata)) {
        return false;
    }
    for (;;) {
        if (!zone_rdata_more(rdata, &token, true, &ended)) {
            return false;
        }
        if (ended) {
            return true;
        }
        if (!put_string(rdata, &token)) {
            return false;
        }
    }
}

static bool read_long_string(zone_rdata *rdata) {
    zone_token token;
    return zone_need(rdata->scan, &token, true, "a string", rdata->problem) &&
           zone_rdata_string(rdata, &token, ZONE_RDATA_MAX);
}

/* RFC 1183 section 3.1: at least four digits. */
static bool read_x25(zone_rdata *rdata) {
    zone_token token;
    size_t start = rdata->len;
    if (!zone_need(rdata->scan, &token, true, "an X.25 address", rdata->problem) ||
        !put_string(rdata, &token)) {
        return false;
    }
    bool valid = rdata->len - start > 4;
    for (size_t i = start + 1; i < rdata->len; i++) {
        valid = valid && is_digit(rdata->wire[i]);
    }
    return valid || zone_rdata_bad(rdata, &token, "an X.25 address of at least four digits");
}

/* ---- hexadecimal, base64, base32 ---- */

int zone_hex_value(uint8_t c) {
    if (is_digit(c)) {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Digits up to the end of the line, spread over any number of words. */
bool zone_rdata_hex(zone_rdata *rdata) {
    zone_token token;
    bool ended = false;
    int high = -1;
    if (!zone_need(rdata->scan, &token, false, "hexadecimal digits", rdata->problem)) {
        return false;
    }
    do {
        for (size_t at = token.first; at < token.end; at++) {
            int digit = zone_hex_value(rdata->scan->bytes[at]);
            if (digit < 0) {
                return zone_fail(rdata->problem, ZONE_BAD_HEX, at, at + 1,
                                 "only hexadecimal digits are allowed here");
            }
            if (high < 0) {
                high = digit;
            } else if (!zone_rdata_octet(rdata, (uint8_t)(high << 4 | digit))) {
                return false;
            } else {
                high = -1;
            }
        }
        if (!zone_rdata_more(rdata, &token, false, &ended)) {
            return false;
        }
    } while (!ended);
    if (high >= 0) {
        return zone_fail(rdata->problem, ZONE_BAD_HEX, rdata->scan->last_end, rdata->scan->last_end,
                         "the number of hexadecimal digits is odd");
    }
    return true;
}

static int base64_value(uint8_t c) {
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (is_digit(c)) {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : c == '=' ? 64 : -1;
}

/* One group of four digits, 64 being the padding. */
static bool put_group(zone_rdata *rdata, const int group[4], bool *padded, bool *valid) {
    *valid = !(group[0] == 64 || group[1] == 64 || (group[2] == 64 && group[3] != 64) ||
               (group[2] == 64 && (group[1] & 0xf) != 0) ||
               (group[3] == 64 && group[2] != 64 && (group[2] & 3) != 0));
    *padded = group[3] == 64;
    uint32_t bits = (uint32_t)(group[0] & 63) << 18 | (uint32_t)(group[1] & 63) << 12 |
                    (uint32_t)(group[2] & 63) << 6 | (uint32_t)(group[3] & 63);
    unsigned octets = group[2] == 64 ? 1 : group[3] == 64 ? 2 : 3;
    return !*valid || zone_rdata_put(rdata, bits >> (8 * (3 - octets)), octets);
}

bool zone_rdata_base64(zone_rdata *rdata, bool optional) {
    zone_token token;
    bool ended = false;
    bool padded = false;
    int group[4];
    size_t digits = 0;
    if (!zone_rdata_more(rdata, &token, false, &ended)) {
        return false;
    }
    if (ended && !optional) {
        return zone_need(rdata->scan, &token, false, "base64 data", rdata->problem);
    }
    while (!ended) {
        for (size_t at = token.first; at < token.end; at++) {
            bool valid = true;
            group[digits] = base64_value(rdata->scan->bytes[at]);
            if (group[digits] >= 0 && !padded && ++digits == 4) {
                digits = 0;
                if (!put_group(rdata, group, &padded, &valid)) {
                    return false;
                }
            } else if (padded || group[digits == 0 ? 0 : digits - 1] < 0 ||
                       base64_value(rdata->scan->bytes[at]) < 0) {
                valid = false;
            }
            if (!valid) {
                return zone_fail(rdata->problem, ZONE_BAD_BASE64, at, at + 1,
                                 "this is not valid base64");
            }
        }
        if (!zone_rdata_more(rdata, &token, false, &ended)) {
            return false;
        }
    }
    if (digits != 0) {
        return zone_fail(rdata->problem, ZONE_BAD_BASE64, rdata->scan->last_end,
                         rdata->scan->last_end, "the base64 data is cut off");
    }
    return true;
}

/* NSEC3 salt: "-" or hexadecimal in one word (RFC 5155 section 3.3). */
static bool read_salt(zone_rdata *rdata) {
    static const char what[] = "a salt in hexadecimal, or - for none";
    zone_token token;
    if (!zone_need(rdata->scan, &token, false, what, rdata->problem)) {
        return false;
    }
    const uint8_t *s = rdata->scan->bytes + token.first;
    size_t len = token.end - token.first;
    if (len == 1 && s[0] == '-') {
        return zone_rdata_octet(rdata, 0);
    }
    if (len > 510 || len % 2 != 0 || !zone_rdata_octet(rdata, (uint8_t)(len / 2))) {
        return zone_rdata_bad(rdata, &token, what);
    }
    for (size_t i = 0; i < len; i += 2) {
        int high = zone_hex_value(s[i]);
        int low = zone_hex_value(s[i + 1]);
        if (high < 0 || low < 0) {
            return zone_rdata_bad(rdata, &token, what);
        }
        if (!zone_rdata_octet(rdata, (uint8_t)(high << 4 | low))) {
            return false;
        }
    }
    return true;
}

/* NSEC3 next hashed owner: base32 with extended hex alphabet, no padding, in one word. */
static bool read_hash(zone_rdata *rdata) {
    static const char what[] = "a hash in base32";
    zone_token token;
    if (!zone_need(rdata->scan, &token, false, what, rdata->problem)) {
        return false;
    }
    size_t start = rdata->len;
    uint32_t bits = 0;
    unsigned held = 0;
    if (!zone_rdata_octet(rdata, 0)) {
        return false;
    }
    for (size_t at = token.first; at < token.end; at++) {
        uint8_t c = rdata->scan->bytes[at];
        uint32_t value = is_digit(c)              ? (uint32_t)(c - '0')
                         : (c >= 'A' && c <= 'V') ? (uint32_t)(c - 'A' + 10)
                         : (c >= 'a' && c <= 'v') ? (uint32_t)(c - 'a' + 10)
                                                  : 32;
        if (value == 32) {
            return zone_rdata_bad(rdata, &token, what);
        }
        bits = bits << 5 | value;
        held += 5;
        if (held >= 8) {
            held -= 8;
            if (rdata->len - start > 255 || !zone_rdata_octet(rdata, (uint8_t)(bits >> held))) {
                return zone_rdata_bad(rdata, &token, what);
            }
        }
    }
    rdata->wire[start] = (uint8_t)(rdata->len - start - 1);
    if (held >= 5 || (bits & ((1u << held) - 1)) != 0 || rdata->len == start + 1) {
        return zone_rdata_bad(rdata, &token, what);
    }
    return true;
}

/* ---- type bitmaps ---- */

/* Types up to the end of the line as a bitmap (RFC 4034 section 4.1.2). */
static bool read_bitmap(zone_rdata *rdata) {
    uint8_t map[8192] = {0};
    zone_token token;
    bool ended = false;
    bool empty = true;
    for (;;) {
        uint16_t type;
        if (!zone_rdata_more(rdata, &token, false, &ended)) {
            return false;
        }
        if (ended) {
            break;
        }
        if (!zone_type_parse(rdata->scan->bytes + token.first, token.end - token.first, &type)) {
            return zone_rdata_bad(rdata, &token, "a record type");
        }
        map[type / 8] |= (uint8_t)(0x80 >> (type % 8));
    }
    for (unsigned window = 0; window < 256; window++) {
        unsigned octets = 32;
        while (octets != 0 && map[window * 32 + octets - 1] == 0) {
            octets--;
        }
        if (octets == 0) {
            continue;
        }
        empty = false;
        if (!zone_rdata_put(rdata, window, 1) || !zone_rdata_put(rdata, octets, 1)) {
            return false;
        }
        for (unsigned i = 0; i < octets; i++) {
            if (!zone_rdata_octet(rdata, map[window * 32 + i])) {
                return false;
            }
        }
    }
    if (empty && rdata->type == ZONE_TYPE_NSEC) {
        return zone_need(rdata->scan, &token, false, "a record type", rdata->problem);
    }
    return true;
}

/* Digest type and digest; the length of known digests is fixed. */
static bool read_digest(zone_rdata *rdata) {
    if (!read_word(rdata, digests, COUNT(digests), 1, "a digest type")) {
        return false;
    }
    uint8_t type = rdata->wire[rdata->len - 1];
    size_t start = rdata->len;
    if (!zone_rdata_hex(rdata)) {
        return false;
    }
    size_t len = rdata->len - start;
    size_t wanted = type == 1 ? 20 : type == 2 || type == 3 ? 32 : type == 4 ? 48 : len;
    if (len != wanted) {
        return zone_fail(rdata->problem, ZONE_BAD_RDATA, rdata->scan->first, rdata->scan->last_end,
                         "a digest of type %u has %lu octets, not %lu", type, (unsigned long)wanted,
                         (unsigned long)len);
    }
    return true;
}

static bool read_field(zone_rdata *rdata, char field) {
    switch (field) {
    case '1':
    case '2':
    case '4':
        return zone_rdata_number(rdata, (unsigned)(field - '0'), "this number", NULL);
    case 'n':
        return zone_rdata_name(rdata);
    case 's':
        return read_string(rdata);
    case 'S':
        return read_strings(rdata);
    case 'U':
        return read_long_string(rdata);
    case 'a':
        return zone_rdata_address(rdata, AF_INET, 4);
    case 'A':
        return zone_rdata_address(rdata, AF_INET6, 16);
    case 'x':
        return zone_rdata_hex(rdata);
    case 'b':
        return zone_rdata_base64(rdata, false);
    case 'B':
        return zone_rdata_base64(rdata, true);
    case 'y':
        return read_bitmap(rdata);
    case 'g':
        return read_word(rdata, algorithms, COUNT(algorithms), 1, "a DNSSEC algorithm");
    case 'd':
        return read_digest(rdata);
    case 'v':
        return read_covered(rdata);
    case 'T':
        return read_time(rdata);
    case 'f':
        return read_key_flags(rdata);
    case 'p':
        return read_word(rdata, protocols, COUNT(protocols), 1, "a key protocol (3)");
    case 'c':
        return read_word(rdata, certificates, COUNT(certificates), 2, "a certificate type");
    case 'o':
        return read_salt(rdata);
    case 'h':
        return read_hash(rdata);
    case 'l':
        return read_locator(rdata);
    case 'e':
        return read_eui(rdata, 6);
    case 'E':
        return read_eui(rdata, 8);
    case 'w':
        return read_x25(rdata);
    case 'i':
        return read_optional_string(rdata);
    default:
        return zone_rdata_read_more(rdata, field);
    }
}

bool zone_rdata_read_type(zone_rdata *rdata) {
    const char *fields = zone_type_fields(rdata->type);
    if (fields[0] == '!') {
        zone_token token;
        if (!zone_need(rdata->scan, &token, true, "the data of the record", rdata->problem)) {
            return false;
        }
        return zone_fail(rdata->problem, ZONE_BAD_RDATA, token.first, token.end,
                         "data of type %s has no text form; write it as \\# LENGTH HEXADECIMAL",
                         zone_type_print(rdata->type).text);
    }
    for (; *fields != '\0'; fields++) {
        if (!read_field(rdata, *fields)) {
            return false;
        }
    }
    return true;
}
