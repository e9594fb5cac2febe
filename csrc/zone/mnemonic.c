/* Words of the record head: types, classes, TTLs.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1, RFC 3597 section 5, the IANA registry of RR types; read as BIND 9.18 does.
 */
#include "mnemonic.h"

#include <string.h>

typedef struct {
    char name[11];
    uint16_t value;
} mnemonic;

/* Sorted by name: looked up by bisection. */
static const mnemonic types[] = {
    {"A", 1},       {"A6", 38},         {"AAAA", 28},       {"AFSDB", 18},    {"AMTRELAY", 260},
    {"ANY", 255},   {"APL", 42},        {"ATMA", 34},       {"AVC", 258},     {"AXFR", 252},
    {"BRID", 68},   {"CAA", 257},       {"CDNSKEY", 60},    {"CDS", 59},      {"CERT", 37},
    {"CNAME", 5},   {"CSYNC", 62},      {"DHCID", 49},      {"DLV", 32769},   {"DNAME", 39},
    {"DNSKEY", 48}, {"DOA", 259},       {"DS", 43},         {"DSYNC", 66},    {"EID", 31},
    {"EUI48", 108}, {"EUI64", 109},     {"GID", 102},       {"GPOS", 27},     {"HHIT", 67},
    {"HINFO", 13},  {"HIP", 55},        {"HTTPS", 65},      {"IPSECKEY", 45}, {"ISDN", 20},
    {"IXFR", 251},  {"KEY", 25},        {"KEYDATA", 65533}, {"KX", 36},       {"L32", 105},
    {"L64", 106},   {"LOC", 29},        {"LP", 107},        {"MAILA", 254},   {"MAILB", 253},
    {"MB", 7},      {"MD", 3},          {"MF", 4},          {"MG", 8},        {"MINFO", 14},
    {"MR", 9},      {"MX", 15},         {"NAPTR", 35},      {"NID", 104},     {"NIMLOC", 32},
    {"NINFO", 56},  {"NS", 2},          {"NSAP", 22},       {"NSAP-PTR", 23}, {"NSEC", 47},
    {"NSEC3", 50},  {"NSEC3PARAM", 51}, {"NULL", 10},       {"NXT", 30},      {"OPENPGPKEY", 61},
    {"OPT", 41},    {"PTR", 12},        {"PX", 26},         {"RESINFO", 261}, {"RKEY", 57},
    {"RP", 17},     {"RRSIG", 46},      {"RT", 21},         {"SIG", 24},      {"SINK", 40},
    {"SMIMEA", 53}, {"SOA", 6},         {"SPF", 99},        {"SRV", 33},      {"SSHFP", 44},
    {"SVCB", 64},   {"TA", 32768},      {"TALINK", 58},     {"TKEY", 249},    {"TLSA", 52},
    {"TSIG", 250},  {"TXT", 16},        {"UID", 101},       {"UINFO", 100},   {"UNSPEC", 103},
    {"URI", 256},   {"WALLET", 262},    {"WKS", 11},        {"X25", 19},      {"ZONEMD", 63},
};

static const mnemonic classes[] = {
    {"ANY", 255}, {"CH", 3}, {"CHAOS", 3},  {"HESIOD", 4},
    {"HS", 4},    {"IN", 1}, {"NONE", 254}, {"RESERVED0", 0},
};

static uint8_t upper(uint8_t c) {
    return (uint8_t)(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
}

/* As strcmp(text in upper case, name). */
static int compare(const uint8_t *text, size_t len, const char *name) {
    for (size_t i = 0; i < len; i++) {
        uint8_t c = upper(text[i]);
        uint8_t n = (uint8_t)name[i];
        if (c != n || n == 0) {
            return c < n ? -1 : 1;
        }
    }
    return name[len] == '\0' ? 0 : -1;
}

static bool look_up(const mnemonic *table, size_t count, const uint8_t *text, size_t len,
                    uint16_t *value) {
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(text, len, table[middle].name);
        if (order == 0) {
            *value = table[middle].value;
            return true;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return false;
}

/* "TYPE257": BIND takes at most five characters and, through strtoul, a sign. */
static bool numbered(const char *prefix, const uint8_t *text, size_t len, uint16_t *value) {
    size_t skip = strlen(prefix);
    if (len <= skip || len > skip + 5) {
        return false;
    }
    for (size_t i = 0; i < skip; i++) {
        if (upper(text[i]) != (uint8_t)prefix[i]) {
            return false;
        }
    }
    if (text[skip] == '+' && len > skip + 1) {
        skip++;
    }
    uint32_t number = 0;
    for (size_t i = skip; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        number = number * 10 + (uint32_t)(text[i] - '0');
    }
    if (number > 0xffff) {
        return false;
    }
    *value = (uint16_t)number;
    return true;
}

bool zone_type_parse(const uint8_t *text, size_t len, uint16_t *type) {
    return look_up(types, sizeof types / sizeof types[0], text, len, type) ||
           numbered("TYPE", text, len, type);
}

zone_type_text zone_type_print(uint16_t type) {
    zone_type_text out;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (types[i].value == type) {
            memcpy(out.text, types[i].name, sizeof types[i].name);
            return out;
        }
    }
    char digits[5];
    size_t count = 0;
    uint32_t rest = type;
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    memcpy(out.text, "TYPE", 4);
    size_t used = 4;
    while (count != 0) {
        out.text[used++] = digits[--count];
    }
    out.text[used] = '\0';
    return out;
}

bool zone_type_is_meta(uint16_t type) {
    return type == 0 || type == 41 || (type >= 128 && type <= 255);
}

/* The words that this is asked about are mostly TTLs and types. */
static bool may_be_class(const uint8_t *text, size_t len) {
    return len >= 2 && memchr("ACHINR", upper(text[0]), 6) != NULL;
}

bool zone_class_parse(const uint8_t *text, size_t len, uint16_t *class_) {
    if (!may_be_class(text, len)) {
        return false;
    }
    return look_up(classes, sizeof classes / sizeof classes[0], text, len, class_) ||
           numbered("CLASS", text, len, class_);
}

static uint32_t unit_seconds(uint8_t c) {
    switch (upper(c)) {
    case 'W':
        return 604800;
    case 'D':
        return 86400;
    case 'H':
        return 3600;
    case 'M':
        return 60;
    case 'S':
        return 1;
    default:
        return 0;
    }
}

bool zone_ttl_parse(const uint8_t *text, size_t len, uint32_t *ttl) {
    if (len == 0 || len > 63) { /* BIND: no legal TTL is longer than 63 characters */
        return false;
    }
    uint64_t sum = 0; /* at most 31 terms below 2^52 */
    size_t at = 0;
    while (at < len) {
        uint64_t number = 0;
        size_t start = at;
        for (; at < len && text[at] >= '0' && text[at] <= '9'; at++) {
            number = number * 10 + (uint64_t)(text[at] - '0');
            if (number > 0xffffffffu) {
                return false;
            }
        }
        if (at == start) {
            return false;
        }
        if (at == len) {
            if (sum != 0) { /* "1h30": BIND refuses, but it takes "0h30" */
                return false;
            }
            sum = number;
            break;
        }
        uint32_t seconds = unit_seconds(text[at++]);
        if (seconds == 0) {
            return false;
        }
        sum += number * seconds;
    }
    if (sum > 0xffffffffu) {
        return false;
    }
    *ttl = (uint32_t)sum;
    return true;
}

static bool two_digits_within(const uint8_t *s, unsigned low, unsigned high) {
    unsigned value = (unsigned)(s[0] - '0') * 10u + (unsigned)(s[1] - '0');
    return value >= low && value <= high;
}

bool zone_date_is_valid(const uint8_t *text, size_t len) {
    if (len != 14) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
    }
    unsigned month = (unsigned)(text[4] - '0') * 10u + (unsigned)(text[5] - '0');
    unsigned year = (unsigned)(text[0] - '0') * 1000u + (unsigned)(text[1] - '0') * 100u +
                    (unsigned)(text[2] - '0') * 10u + (unsigned)(text[3] - '0');
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    unsigned days = month == 2                                              ? (leap ? 29 : 28)
                    : month == 4 || month == 6 || month == 9 || month == 11 ? 30
                                                                            : 31;
    return year >= 1970 && month >= 1 && month <= 12 && two_digits_within(text + 6, 1, days) &&
           two_digits_within(text + 8, 0, 23) && two_digits_within(text + 10, 0, 59) &&
           two_digits_within(text + 12, 0, 60);
}
