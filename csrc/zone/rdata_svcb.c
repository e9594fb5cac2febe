/* The parameters of SVCB and HTTPS records.
 * SPDX-License-Identifier: MIT
 * RFC 9460 sections 2.1, 7 and 8, RFC 9461 (dohpath); refuses what BIND 9.18 refuses. */
#include "rdata_types.h"

#include <arpa/inet.h>
#include <string.h>

enum {
    KEY_MANDATORY,
    KEY_ALPN,
    KEY_NO_DEFAULT_ALPN,
    KEY_PORT,
    KEY_IPV4,
    KEY_ECH,
    KEY_IPV6,
    KEY_DOH
};

static const char *const names[] = {"mandatory", "alpn", "no-default-alpn", "port",
                                    "ipv4hint",  "ech",  "ipv6hint",        "dohpath"};

#define NAMED (sizeof names / sizeof names[0])

/* A name, or keyN without leading zeros; *named tells which. */
static bool parse_key(const uint8_t *text, size_t len, uint32_t *key, bool *named) {
    for (uint32_t i = 0; i < NAMED; i++) {
        if (len == strlen(names[i]) && memcmp(text, names[i], len) == 0) {
            *key = i;
            *named = true;
            return true;
        }
    }
    *named = false;
    if (len < 4 || len > 8 || memcmp(text, "key", 3) != 0 || (text[3] == '0' && len > 4)) {
        return false;
    }
    *key = 0;
    for (size_t i = 3; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        *key = *key * 10 + (uint32_t)(text[i] - '0');
    }
    return *key <= 65535;
}

typedef struct {
    const uint8_t *text; /* escapes decoded */
    size_t len;
} octets;

/* The next piece of a list with commas; false: there is none left. */
static bool next_piece(octets *list, octets *piece, bool *more) {
    if (!*more) {
        return false;
    }
    const uint8_t *comma = list->len == 0 ? NULL : memchr(list->text, ',', list->len);
    piece->text = list->text;
    piece->len = comma == NULL ? list->len : (size_t)(comma - list->text);
    *more = comma != NULL;
    list->text += piece->len + (comma == NULL ? 0 : 1);
    list->len -= piece->len + (comma == NULL ? 0 : 1);
    return true;
}

typedef struct {
    uint8_t seen[8192];      /* keys of the record, a bit each */
    uint8_t mandatory[8192]; /* keys that must be there */
} key_sets;

static bool has_bit(const uint8_t *set, uint32_t key) {
    return (set[key / 8] & 1u << key % 8) != 0;
}

static void set_bit(uint8_t *set, uint32_t key) {
    set[key / 8] |= (uint8_t)(1u << key % 8);
}

static bool check_mandatory(octets value, key_sets *sets) {
    octets piece;
    bool more = true;
    while (next_piece(&value, &piece, &more)) {
        uint32_t key;
        bool named;
        if (!parse_key(piece.text, piece.len, &key, &named) || key == KEY_MANDATORY ||
            has_bit(sets->mandatory, key)) {
            return false;
        }
        set_bit(sets->mandatory, key);
    }
    return true;
}

/* Ids of 1 to 255 octets; a comma inside of one is escaped a second time. */
static bool check_alpn(octets value) {
    size_t len = 0;
    for (size_t i = 0; i <= value.len; i++) {
        if (i == value.len || value.text[i] == ',') {
            if (len < 1 || len > 255) {
                return false;
            }
            len = 0;
            continue;
        }
        if (value.text[i] == '\\' && ++i == value.len) {
            return false;
        }
        len++;
    }
    return true;
}

static bool check_port(octets value) {
    uint32_t port = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (value.text[i] < '0' || value.text[i] > '9' || port > 65535) {
            return false;
        }
        port = port * 10 + (uint32_t)(value.text[i] - '0');
    }
    return value.len != 0 && port <= 65535;
}

static bool check_addresses(octets value, int family) {
    octets piece;
    bool more = true;
    while (next_piece(&value, &piece, &more)) {
        char text[64];
        uint8_t address[16];
        if (piece.len >= sizeof text || memchr(piece.text, 0, piece.len) != NULL) {
            return false;
        }
        memcpy(text, piece.text, piece.len);
        text[piece.len] = '\0';
        if (inet_pton(family, text, address) != 1) {
            return false;
        }
    }
    return true;
}

/* A relative URI template with the variable dns (RFC 9461 section 5). */
static bool check_dohpath(octets value) {
    if (value.len == 0 || value.text[0] != '/') {
        return false;
    }
    for (size_t i = 0; i + 6 <= value.len; i++) {
        if (memcmp(value.text + i, "{?dns", 5) == 0 &&
            (value.text[i + 5] == '}' || value.text[i + 5] == ',')) {
            return true;
        }
    }
    return false;
}

/* The value of a key that is written by its name. */
static bool check_named(uint32_t key, octets value, bool given, key_sets *sets) {
    switch (key) {
    case KEY_MANDATORY:
        return given && value.len != 0 && check_mandatory(value, sets);
    case KEY_ALPN:
        return given && check_alpn(value);
    case KEY_NO_DEFAULT_ALPN:
        return value.len == 0;
    case KEY_PORT:
        return given && check_port(value);
    case KEY_IPV4:
        return given && check_addresses(value, AF_INET);
    case KEY_IPV6:
        return given && check_addresses(value, AF_INET6);
    case KEY_ECH:
        return value.len == 0 || zone_is_base64(value.text, value.len);
    default:
        return given && check_dohpath(value);
    }
}

/* The value of a key that is written by its number: octets as on the wire. */
static bool check_numbered(uint32_t key, octets value, key_sets *sets) {
    switch (key) {
    case KEY_MANDATORY: {
        uint32_t last = 0;
        for (size_t i = 0; i + 1 < value.len; i += 2) {
            uint32_t wanted = (uint32_t)value.text[i] << 8 | value.text[i + 1];
            if (wanted <= last) {
                return false;
            }
            set_bit(sets->mandatory, last = wanted);
        }
        return value.len != 0 && value.len % 2 == 0;
    }
    case KEY_ALPN: {
        size_t at = 0;
        while (at < value.len && value.text[at] != 0 && value.text[at] < value.len - at) {
            at += 1u + value.text[at];
        }
        return value.len != 0 && at == value.len;
    }
    case KEY_NO_DEFAULT_ALPN:
        return value.len == 0;
    case KEY_PORT:
        return value.len == 2;
    case KEY_IPV4:
        return value.len != 0 && value.len % 4 == 0;
    case KEY_IPV6:
        return value.len != 0 && value.len % 16 == 0;
    case KEY_DOH:
        return check_dohpath(value);
    default:
        return true;
    }
}

/* KEY, KEY=VALUE or KEY="VALUE". */
static bool read_parameter(zone_rdata *rdata, const zone_token *token, key_sets *sets) {
    static const char what[] = "a service parameter (alpn=h2)";
    zone_scan *scan = rdata->scan;
    const uint8_t *text = scan->bytes + token->first;
    size_t len = token->end - token->first;
    const uint8_t *equals = memchr(text, '=', len);
    size_t key_len = equals == NULL ? len : (size_t)(equals - text);
    zone_token value = {.kind = ZONE_TOKEN_WORD,
                        .first = equals == NULL ? token->end : token->first + key_len + 1,
                        .end = token->end};
    uint32_t key;
    bool named;
    if (!parse_key(text, key_len, &key, &named)) {
        return zone_rdata_bad(rdata, token, what);
    }
    if (equals != NULL && value.first == value.end && scan->at < scan->len &&
        scan->bytes[scan->at] == '"' && scan->at == token->end) {
        zone_scan_next(scan, &value);
        if (value.kind == ZONE_TOKEN_ERROR) {
            return zone_token_error(scan, &value, rdata->problem);
        }
    }
    size_t start = rdata->len;
    if (!zone_rdata_string(rdata, &value, ZONE_RDATA_MAX)) {
        return false;
    }
    octets decoded = {rdata->wire + start, rdata->len - start};
    if (has_bit(sets->seen, key)) {
        return zone_fail(rdata->problem, ZONE_BAD_RDATA, token->first, token->end,
                         "the parameter %s is given twice",
                         zone_quote(scan->bytes, token->first, token->first + key_len).text);
    }
    set_bit(sets->seen, key);
    if (named ? !check_named(key, decoded, equals != NULL, sets)
              : !check_numbered(key, decoded, sets)) {
        return zone_fail(rdata->problem, ZONE_BAD_RDATA, token->first, token->end,
                         "the value of %s is not valid for it",
                         zone_quote(scan->bytes, token->first, token->first + key_len).text);
    }
    return true;
}

bool zone_rdata_service_parameters(zone_rdata *rdata) {
    key_sets sets;
    bool ended = false;
    memset(&sets, 0, sizeof sets);
    for (;;) {
        zone_token token;
        if (!zone_rdata_more(rdata, &token, false, &ended)) {
            return false;
        }
        if (ended) {
            break;
        }
        if (!read_parameter(rdata, &token, &sets)) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof sets.seen; i++) {
        if ((sets.mandatory[i] & ~sets.seen[i]) != 0) {
            return zone_fail(rdata->problem, ZONE_BAD_RDATA, rdata->scan->first,
                             rdata->scan->last_end,
                             "a parameter that is mandatory here is not there");
        }
    }
    if (has_bit(sets.seen, KEY_NO_DEFAULT_ALPN) && !has_bit(sets.seen, KEY_ALPN)) {
        return zone_fail(rdata->problem, ZONE_BAD_RDATA, rdata->scan->first, rdata->scan->last_end,
                         "no-default-alpn needs alpn beside it");
    }
    return true;
}
