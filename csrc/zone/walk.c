/* The fast walker: plain entries of a zone file, from one byte that matters to the next.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1. "Plain" is what can be judged without reading a byte twice and is judged as
 * scan.c, entry.c, rdata.c and load.c judge it; everything else is left to them. So a doubt costs time,
 * never a record. */
#include "walk.h"

#include <string.h>

#include "mnemonic.h"
#include "rdata_types.h"

/* ---- the names of types ---- */

/* Eight octets, the first one lowest. */
static inline uint64_t load8(const uint8_t *s) {
    uint64_t v;
    memcpy(&v, s, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static inline uint64_t first_octets(uint64_t v, size_t n) {
    return n >= 8 ? v : v & (((uint64_t)1 << 8 * n) - 1);
}

/* A type's name as eight octets in upper case. */
typedef struct {
    uint64_t name;
    uint64_t letters; /* 0x20 where it has a letter: the bit of its case */
    uint16_t type;
} type_word;

#define OCTETS(a, b, c, d, e, f, g, h)                                                             \
    ((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 |              \
     (uint64_t)(e) << 32 | (uint64_t)(f) << 40 | (uint64_t)(g) << 48 | (uint64_t)(h) << 56)
#define SLOT(name)    (((name) & 0xdfdfdfdfdfdfdfdfu) * 0x91b7584a2265b1f5u >> 56)
#define LETTERS(name) (((name) & 0x4040404040404040u) >> 1)
#define WORD(type, ...)                                                                            \
    [SLOT(OCTETS(__VA_ARGS__))] = {OCTETS(__VA_ARGS__), LETTERS(OCTETS(__VA_ARGS__)), type}

/* What zone files are full of; other types are looked up as usual. The factor of SLOT was searched for:
 * two names that share a slot are an error when this is compiled. */
static const type_word type_words[256] = {
    WORD(ZONE_TYPE_A, 'A', 0, 0, 0, 0, 0, 0, 0),
    WORD(ZONE_TYPE_NS, 'N', 'S', 0, 0, 0, 0, 0, 0),
    WORD(ZONE_TYPE_CNAME, 'C', 'N', 'A', 'M', 'E', 0, 0, 0),
    WORD(ZONE_TYPE_SOA, 'S', 'O', 'A', 0, 0, 0, 0, 0),
    WORD(ZONE_TYPE_PTR, 'P', 'T', 'R', 0, 0, 0, 0, 0),
    WORD(ZONE_TYPE_MX, 'M', 'X', 0, 0, 0, 0, 0, 0),
    WORD(ZONE_TYPE_TXT, 'T', 'X', 'T', 0, 0, 0, 0, 0),
    WORD(ZONE_TYPE_AAAA, 'A', 'A', 'A', 'A', 0, 0, 0, 0),
    WORD(ZONE_TYPE_SRV, 'S', 'R', 'V', 0, 0, 0, 0, 0),
    WORD(ZONE_TYPE_DNAME, 'D', 'N', 'A', 'M', 'E', 0, 0, 0),
    WORD(ZONE_TYPE_DS, 'D', 'S', 0, 0, 0, 0, 0, 0),
    WORD(ZONE_TYPE_RRSIG, 'R', 'R', 'S', 'I', 'G', 0, 0, 0),
    WORD(ZONE_TYPE_NSEC, 'N', 'S', 'E', 'C', 0, 0, 0, 0),
    WORD(ZONE_TYPE_NSEC3, 'N', 'S', 'E', 'C', '3', 0, 0, 0),
    WORD(ZONE_TYPE_CAA, 'C', 'A', 'A', 0, 0, 0, 0, 0),
    WORD(ZONE_TYPE_DNSKEY, 'D', 'N', 'S', 'K', 'E', 'Y', 0, 0),
};

static inline bool is_asked(const zone *z, uint16_t type) {
    return z->hits == NULL || zone_hits_asked(z->hits, type);
}

static zone_kind kind_of(const zone *z, uint16_t type) {
    if (type == ZONE_TYPE_SOA || type == ZONE_TYPE_MD || type == ZONE_TYPE_MF ||
        zone_type_is_meta(type)) {
        return ZONE_KIND_CAREFUL;
    }
    if (!is_asked(z, type)) {
        return ZONE_KIND_PASS;
    }
    switch (type) {
    case ZONE_TYPE_NS:
    case ZONE_TYPE_CNAME:
    case ZONE_TYPE_DNAME:
    case ZONE_TYPE_PTR:
        return ZONE_KIND_NAME;
    case ZONE_TYPE_CAA:
        return ZONE_KIND_CAA;
    case ZONE_TYPE_A:
        return ZONE_KIND_A;
    case ZONE_TYPE_AAAA:
        return ZONE_KIND_AAAA;
    case ZONE_TYPE_MX:
        return ZONE_KIND_MX;
    case ZONE_TYPE_TXT:
        return ZONE_KIND_TXT;
    default:
        return ZONE_KIND_CAREFUL;
    }
}

void zone_walker_init(zone *z, zone_classifier how) {
    static const uint16_t plain[] = {ZONE_TYPE_A,    ZONE_TYPE_NS,  ZONE_TYPE_CNAME,
                                     ZONE_TYPE_PTR,  ZONE_TYPE_MX,  ZONE_TYPE_TXT,
                                     ZONE_TYPE_AAAA, ZONE_TYPE_CAA, ZONE_TYPE_DNAME};
    uint8_t *kinds = z->walker->kinds;
    z->walker->how = zone_classifier_choose(how);
    z->walker->len = 0;
    if (z->hits == NULL) { /* each zone does this: only what differs */
        memset(kinds, ZONE_KIND_CAREFUL, ZONE_KINDS);
        for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
            kinds[plain[i]] = (uint8_t)kind_of(z, plain[i]);
        }
        return;
    }
    for (uint16_t type = 0; type < ZONE_KINDS; type++) {
        kinds[type] = (uint8_t)kind_of(z, type);
    }
}

/* ---- to the end of an entry ---- */

static bool is_blank(uint8_t c) {
    return c == ' ' || c == '\t';
}

/* zone_next_stop where stops may be dense: a branch that is foreseen is faster than a search whose
 * result is waited for. */
static inline size_t next_stop_near(const zone_masks *m, size_t at) {
    for (size_t i = 0; i < 3; i++, at++) {
        if ((m[at >> 6].stop >> (at & 63) & 1) != 0) {
            return at;
        }
    }
    return zone_next_stop(m, at);
}

/* Is there anything but blanks in s[at, stop)? */
static bool holds_word(const uint8_t *s, size_t at, size_t stop) {
    while (at < stop && is_blank(s[at])) {
        at++;
    }
    return at < stop;
}

/* A line end ends a word even when it is escaped. */
static bool is_line_end(uint8_t c) {
    return c == '\n' || c == '\r';
}

/* Behind s[at] and all pairs of a backslash and another byte that follow; each may be the last one. */
static inline size_t pass_escapes(const uint8_t *s, size_t at, size_t len) {
    while (at + 2 < len && s[at + 1] == '\\' && !is_line_end(s[at + 2])) {
        at += 2;
    }
    return at + 1;
}

bool zone_pass_entry(zone_pass *pass, const uint8_t *s, const zone_masks *masks, size_t *at_,
                     size_t len, bool last, size_t base) {
    zone_pass k = *pass; /* may live in registers */
    size_t at = *at_;
    bool done = false;
    if (k.escaped && at < len) {
        k.escaped = false;
        at += k.quoted || !is_line_end(s[at]) ? 1 : 0;
    }
    while (at < len && !done) {
        if (k.comment) {
            at = zone_next_line(masks, at);
            if (at >= len) {
                at = len;
                break;
            }
            k.comment = false;
        }
        size_t stop = next_stop_near(masks, at);
        stop = stop < len ? stop : len;
        k.any = k.any || holds_word(s, at, stop);
        at = stop;
        if (at == len) {
            break;
        }
        uint8_t c = s[at++];
        if (c == '\\') {
            k.any = true;
            if (at == len) {
                k.escaped = true;
            } else if (k.quoted || !is_line_end(s[at])) {
                at = pass_escapes(s, at, len);
            }
            continue;
        }
        if (k.quoted) {
            k.quoted = c != '"' && c != '\n'; /* not closed: the line ends all the same */
            at -= c == '\n' ? 1 : 0;
            continue;
        }
        k.any = k.any || (c != ';' && !is_line_end(c));
        switch (c) {
        case '\n':
            done = k.parens == 0;
            break;
        case '\r':
            if (k.parens == 0 && at == len && !last) {
                *at_ = at - 1; /* a line feed may follow */
                *pass = k;
                return false;
            }
            done = k.parens == 0;
            at += done && at < len && s[at] == '\n' ? 1 : 0;
            break;
        case ';':
            k.comment = true;
            if (k.parens == 0) {
                k.is_complete = true;
                k.complete = base + at - 1;
            }
            break;
        case '"':
            k.quoted = true;
            break;
        case '(':
            k.paren_at = k.parens++ == 0 ? base + at - 1 : k.paren_at;
            break;
        case ')':
            k.parens -= k.parens != 0 ? 1 : 0;
            break;
        default:
            break;
        }
    }
    *at_ = at;
    *pass = k;
    return done;
}

#define NOT_PLAIN SIZE_MAX

/* Behind the end of the entry whose data goes on at s[at]; NOT_PLAIN also when it is not complete. As
 * zone_pass_entry, but an error is not plain. */
static size_t pass_data(const uint8_t *s, const zone_masks *m, size_t at, size_t len) {
    uint32_t parens = 0;
    bool quoted = false;
    for (;;) {
        at = zone_next_stop(m, at);
        if (at + 1 >= len) {
            return at < len && s[at] == '\n' && parens == 0 && !quoted ? len : NOT_PLAIN;
        }
        uint8_t c = s[at++];
        if (quoted) {
            if (c == '\n') {
                return NOT_PLAIN;
            }
            quoted = c != '"';
            at += c == '\\' ? 1 : 0;
            continue;
        }
        switch (c) {
        case '\n':
            if (parens == 0) {
                return at;
            }
            break;
        case '\r':
            if (parens == 0) {
                return s[at] == '\n' ? at + 1 : at;
            }
            break;
        case ';':
            at = zone_next_line(m, at);
            if (at >= len) {
                return NOT_PLAIN;
            }
            break;
        case '"':
            quoted = true;
            break;
        case '(':
            parens++;
            break;
        case ')':
            if (parens-- == 0) {
                return NOT_PLAIN;
            }
            break;
        case '\\':
            at += s[at] != '\n' && s[at] != '\r' ? 1 : 0;
            break;
        default:
            return NOT_PLAIN;
        }
    }
}

/* The entry's last token ended at s[at]: behind its line end, when nothing but blanks and a comment
 * stand before that. */
static inline size_t pass_end(const uint8_t *s, const zone_masks *m, size_t at, size_t len) {
    while (at < len && is_blank(s[at])) {
        at++;
    }
    if (at < len && s[at] == ';') {
        at = zone_next_line(m, at);
    }
    if (at < len && s[at] == '\n') {
        return at + 1;
    }
    return at + 1 < len && s[at] == '\r' && s[at + 1] == '\n' ? at + 2 : NOT_PLAIN;
}

/* ---- data ---- */

/* Is s[at, at + n) a name that dns_name_parse takes, to be completed by an origin of origin_len octets
 * (0: there is none)? It holds no byte of `end`. False: not known. */
static inline bool plain_name(const zone_masks *m, size_t at, size_t n, size_t origin_len) {
    if (n - 1 >= 63) { /* none, or a label might be too long */
        return false;
    }
    uint64_t dots = ZONE_BITS(m, dot, at) & (((uint64_t)1 << n) - 1);
    if ((dots & (dots >> 1 | 1)) != 0) { /* an empty label, or the root */
        return false;
    }
    return (dots >> (n - 1) & 1) != 0 || (origin_len != 0 && n + 1 + origin_len <= DNS_NAME_MAX);
}

/* The functions for data begin behind the type, at a blank, and return the end of the last token. */

static inline size_t skip_blanks(const uint8_t *s, size_t at, size_t len) {
    while (at < len && is_blank(s[at])) {
        at++;
    }
    return at;
}

/* One domain name. */
static inline size_t pass_name(const uint8_t *s, const zone_masks *m, size_t at, size_t len,
                               size_t origin_len) {
    at = skip_blanks(s, at, len);
    size_t end = zone_next_end(m, at);
    return end < len && plain_name(m, at, end - at, origin_len) ? end : NOT_PLAIN;
}

static inline bool is_digit(uint8_t c) {
    return (uint8_t)(c - '0') <= 9;
}

static inline bool is_alphanumeric(uint8_t c) {
    return is_digit(c) || (uint8_t)((c | 0x20) - 'a') < 26;
}

/* Behind the closing quote of the string that begins at s[at]. */
static inline size_t pass_string(const uint8_t *s, const zone_masks *m, size_t at, size_t len) {
    for (at++;;) {
        at = zone_next_stop(m, at);
        if (at + 1 >= len || s[at] == '\n') {
            return NOT_PLAIN;
        }
        if (s[at] == '"') {
            return at + 1;
        }
        at++;
        if (s[at - 1] == '\\') {
            if (is_digit(s[at])) { /* perhaps more than 255, or not three of them */
                return NOT_PLAIN;
            }
            at++;
        }
    }
}

/* A quoted string or a word without a backslash. */
static inline size_t pass_text(const uint8_t *s, const zone_masks *m, size_t at, size_t len) {
    if (at >= len) {
        return NOT_PLAIN;
    }
    if (s[at] == '"') {
        return pass_string(s, m, at, len);
    }
    size_t end = zone_next_end(m, at);
    return end < len && end != at && s[end] != '\\' ? end : NOT_PLAIN;
}

/* A number of up to `digits` digits and `most`, and a blank behind it. */
static inline size_t pass_number(const uint8_t *s, const zone_masks *m, size_t at, size_t len,
                                 size_t digits, unsigned most) {
    at = skip_blanks(s, at, len);
    size_t end = zone_next_end(m, at);
    unsigned value = 0;
    if (end >= len || end == at || end - at > digits || !is_blank(s[end])) {
        return NOT_PLAIN;
    }
    for (; at < end; at++) {
        if (!is_digit(s[at])) {
            return NOT_PLAIN;
        }
        value = value * 10 + (unsigned)(s[at] - '0');
    }
    return value <= most ? end : NOT_PLAIN;
}

/* Would lint_caa (portability.c) say nothing of this value? */
static inline bool is_usual_value(const uint8_t *s, size_t at, size_t end) {
    uint8_t all = 0;
    if (s[at] != '"' || end - at > 255) {
        return false;
    }
    for (; at < end; at++) {
        all |= s[at];
    }
    return all < 0x80;
}

/* Flags, tag, value (RFC 8659 section 4.1.1). A stride is shorter than the longest value. `usual`:
 * what a lint has something to say of is not plain. */
static inline size_t pass_caa(const uint8_t *s, const zone_masks *m, size_t at, size_t len,
                              bool usual) {
    size_t first = skip_blanks(s, at, len);
    at = pass_number(s, m, first, len, 3, 255);
    if (at == NOT_PLAIN || (usual && s[first] == '0' && at != first + 1)) {
        return NOT_PLAIN;
    }
    at = skip_blanks(s, at, len);
    size_t end = zone_next_end(m, at);
    if (end >= len || end == at || end - at > 255 || !is_blank(s[end])) {
        return NOT_PLAIN;
    }
    for (; at < end; at++) {
        if (!is_alphanumeric(s[at]) || (usual && s[at] >= 'A' && s[at] <= 'Z')) {
            return NOT_PLAIN;
        }
    }
    at = skip_blanks(s, at, len);
    end = pass_text(s, m, at, len);
    return end == NOT_PLAIN || (usual && !is_usual_value(s, at, end)) ? NOT_PLAIN : end;
}

static inline size_t pass_mx(const uint8_t *s, const zone_masks *m, size_t at, size_t len,
                             size_t origin_len) {
    at = pass_number(s, m, at, len, 5, 65535);
    return at == NOT_PLAIN ? NOT_PLAIN : pass_name(s, m, at, len, origin_len);
}

/* Four numbers up to 255 without leading zeros. */
static inline size_t pass_a(const uint8_t *s, const zone_masks *m, size_t at, size_t len) {
    at = skip_blanks(s, at, len);
    size_t end = zone_next_end(m, at);
    if (end >= len || end - at > 15) {
        return NOT_PLAIN;
    }
    unsigned numbers = 0;
    for (;; at++) {
        size_t first = at;
        unsigned value = 0;
        for (; at < end && at - first < 3 && is_digit(s[at]); at++) {
            value = value * 10 + (unsigned)(s[at] - '0');
        }
        if (at == first || value > 255 || (s[first] == '0' && at != first + 1)) {
            return NOT_PLAIN;
        }
        if (++numbers == 4 || at == end || s[at] != '.') {
            return numbers == 4 && at == end ? end : NOT_PLAIN;
        }
    }
}

static size_t pass_aaaa(const uint8_t *s, const zone_masks *m, size_t at, size_t len) {
    at = skip_blanks(s, at, len);
    size_t end = zone_next_end(m, at);
    uint8_t address[16];
    return end < len && zone_address_parse(s + at, end - at, true, address) ? end : NOT_PLAIN;
}

/* Strings of up to 255 octets; with escapes it is even less. */
static size_t pass_txt(const uint8_t *s, const zone_masks *m, size_t at, size_t len) {
    size_t end = NOT_PLAIN;
    for (;;) {
        at = skip_blanks(s, at, len);
        if (at < len && end != NOT_PLAIN && s[at] != '"' &&
            (m[at >> 6].stop >> (at & 63) & 1) != 0) {
            return end;
        }
        size_t next = pass_text(s, m, at, len);
        if (next == NOT_PLAIN || next - at > 255 || s[next] == '"') {
            return NOT_PLAIN;
        }
        at = end = next;
    }
}

/* The end of the data of a type behind which s[at] stands. `usual`: see pass_caa. */
static inline size_t pass_kind(zone_kind kind, const uint8_t *s, const zone_masks *m, size_t at,
                               size_t len, size_t origin_len, bool usual) {
    if (!is_blank(s[at])) {
        return NOT_PLAIN;
    }
    switch (kind) {
    case ZONE_KIND_NAME:
        return pass_name(s, m, at, len, origin_len);
    case ZONE_KIND_CAA:
        return pass_caa(s, m, at, len, usual);
    case ZONE_KIND_A:
        return pass_a(s, m, at, len);
    case ZONE_KIND_AAAA:
        return pass_aaaa(s, m, at, len);
    case ZONE_KIND_MX:
        return pass_mx(s, m, at, len, origin_len);
    case ZONE_KIND_TXT:
        return pass_txt(s, m, at, len);
    case ZONE_KIND_PASS:
    case ZONE_KIND_CAREFUL:
        break;
    }
    return NOT_PLAIN;
}

/* ---- heads ---- */

/* "3600": up to eight digits at s; false: something else. */
static inline bool plain_number(const uint8_t *s, size_t n, uint32_t *value) {
    const uint64_t ones = 0x0101010101010101u;
    if (n > 8) {
        return false;
    }
    /* Right-aligned, with zeros before; then pairs, fours, eight. */
    uint64_t v = load8(s) << (64 - 8 * n) | ('0' * ones >> 4 >> (8 * n - 4));
    if (((v & 0xf0 * ones) | ((v + 6 * ones) & 0xf0 * ones) >> 4) != 0x33 * ones) {
        return false;
    }
    v = (v & 0x0f * ones) * (1 + (10u << 8)) >> 8;
    v = (v & 0x00ff00ff00ff00ffu) * (1 + (100u << 16)) >> 16;
    v = (v & 0x0000ffff0000ffffu) * (1 + ((uint64_t)10000 << 32)) >> 32;
    *value = (uint32_t)v;
    return true;
}

typedef struct {
    bool has_ttl;
    bool is_odd; /* a time with units, or a class in front of the TTL: other software … */
    uint32_t ttl;
    uint16_t type;
    zone_kind kind;
} walked_head;

/* TTL, class and type, from the first of them at s[at]. Returns the offset behind the type. */
static inline size_t pass_head(const zone *z, const uint8_t *s, size_t at, size_t len, size_t room,
                               walked_head *head) {
    const zone_masks *m = z->walker->masks;
    bool has_class = false;
    head->has_ttl = head->is_odd = false;
    for (;;) {
        size_t end = zone_next_end(m, at);
        if (end >= len || at + 8 > room) {
            return NOT_PLAIN;
        }
        size_t n = end - at;
        uint64_t text = first_octets(load8(s + at), n);
        if (is_digit(s[at])) {
            bool plain = plain_number(s + at, n, &head->ttl);
            if (head->has_ttl || !is_blank(s[end]) ||
                (!plain && !zone_ttl_parse(s + at, n, &head->ttl)) || head->ttl > ZONE_TTL_MAX) {
                return NOT_PLAIN;
            }
            head->has_ttl = true;
            head->is_odd = !plain || has_class;
        } else if (n == 2 && (text | 0x2020) == ('i' | 'n' << 8)) {
            if (has_class || !is_blank(s[end])) {
                return NOT_PLAIN;
            }
            has_class = true;
        } else {
            const type_word *word = &type_words[SLOT(text)];
            if (n <= 8 && n != 0 && ((text ^ word->name) & ~word->letters) == 0) {
                head->type = word->type;
            } else if (!zone_type_parse(s + at, n, &head->type)) {
                return NOT_PLAIN;
            }
            head->kind = head->type < ZONE_KINDS ? (zone_kind)z->walker->kinds[head->type]
                                                 : kind_of(z, head->type);
            return end;
        }
        for (at = end + 1; at < len && is_blank(s[at]); at++) {
        }
    }
}

/* ---- entries ---- */

/* Behind the line that begins with blanks at s[at] and holds no record; 0: it does hold one, at
 * *token. */
static inline size_t pass_empty(const uint8_t *s, const zone_masks *m, size_t at, size_t len,
                                size_t *token) {
    while (at < len && is_blank(s[at])) {
        at++;
    }
    *token = at;
    return at >= len || s[at] == '\n' || s[at] == ';' || s[at] == '\r' ? pass_end(s, m, at, len) : 0;
}

/* The wire form of s[at, at + n), which plain_name took. False: it has bytes beyond ASCII. */
static bool plain_wire(const uint8_t *s, const zone_masks *m, size_t at, size_t n,
                       const dns_name *origin, dns_name *out) {
    if (n == 1 && s[at] == '@') {
        *out = *origin;
        return true;
    }
    uint8_t all = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = s[at + i];
        all |= c;
        out->octets[i + 1] = (uint8_t)((uint8_t)(c - 'A') < 26 ? c + ('a' - 'A') : c);
    }
    size_t label = 0; /* its length octet */
    for (uint64_t dots = ZONE_BITS(m, dot, at) & (((uint64_t)1 << n) - 1); dots != 0;
         dots &= dots - 1) {
        size_t next = (size_t)__builtin_ctzll(dots) + 1;
        out->octets[label] = (uint8_t)(next - label - 1);
        label = next;
    }
    out->octets[label] = (uint8_t)(n - label);
    out->len = (uint8_t)(n + 1);
    if (label != n) { /* no dot at the end */
        memcpy(out->octets + n + 1, origin->octets, origin->len);
        out->len = (uint8_t)(out->len + origin->len);
    }
    return all < 0x80;
}

/* The TTL of a record that is taken, as choose_ttl in load.c has it (but for an SOA). */
static inline uint32_t take_ttl(zone *z, const walked_head *head, uint16_t *flags) {
    if (head->has_ttl) {
        z->last_ttl = head->ttl;
        z->has_last_ttl = true;
        return head->ttl;
    }
    if (z->has_default_ttl) {
        z->last_ttl = z->default_ttl;
        return z->default_ttl;
    }
    if (z->has_last_ttl) {
        return z->last_ttl;
    }
    *flags |= ZONE_RECORD_NO_TTL;
    return 0;
}

/* An entry that is about to be taken. */
typedef struct {
    const uint8_t *s;
    size_t at;
    size_t owner_len; /* 0: inherited */
    size_t data_end;
    size_t base;
    walked_head head;
    dns_name owner; /* when loading, and it is not inherited */
} walked;

/* What a scan does with it. False: no memory. */
static inline bool take_hit(zone *z, zone_frame *frame, const walked *w) {
    if (w->owner_len != 0) {
        frame->has_owner = true;
        frame->lost_owner = false;
        frame->owner = (uint32_t)(w->base + w->at);
        frame->owner_context = z->context;
    }
    zone_hit hit = {.first = (uint32_t)(w->base + w->at),
                    .owner = frame->owner,
                    .owner_context = frame->owner_context,
                    .context = z->context,
                    .type = w->head.type};
    hit.ttl = take_ttl(z, &w->head, &hit.flags);
    return w->head.kind == ZONE_KIND_PASS || zone_hits_push(z->hits, &hit);
}

/* What a zone does with it. */
static inline bool take_record(zone *z, zone_frame *frame, const walked *w) {
    if (w->owner_len != 0) {
        if (!zone_store_name(&z->store, &w->owner, &frame->owner)) {
            return false;
        }
        frame->has_owner = true;
        frame->lost_owner = frame->origin_changed = false;
    }
    zone_record record = {.first = (uint32_t)(w->base + w->at),
                          .end = (uint32_t)(w->base + w->data_end),
                          .node = frame->owner,
                          .next = ZONE_NIL,
                          .context = z->context,
                          .type = w->head.type};
    record.ttl = take_ttl(z, &w->head, &record.flags);
    /* Names take 255 octets at most, anything else less than its text. */
    size_t need = w->data_end - w->at + 2 * (size_t)DNS_NAME_MAX;
    z->wire_need = need > z->wire_need ? need : z->wire_need;
    return zone_store_record(&z->store, &record);
}

/* Would one more be too many? Then load.c says so. */
static inline bool is_full(const zone *z, bool loading) {
    if (!loading) {
        return z->hits->count >= z->limits.max_records;
    }
    return z->store.record_count >= z->limits.max_records ||
           z->store.node_count + DNS_NAME_MAX / 2 >= z->limits.max_names;
}

/* Has a lint something to say of a record that is about to be kept? (portability.c, load.c) Then it is
 * read there. */
static inline bool is_linted(const zone *z, const zone_frame *frame, walked *w, size_t end) {
    if (w->s[end - 1] == '\n' && end - w->at > 1 && w->s[end - 2] == '\r' &&
        !zone_is_said(z, ZONE_PORT_CRLF)) {
        return true;
    }
    if (w->head.is_odd || (!w->head.has_ttl && !z->has_default_ttl)) {
        return true;
    }
    if (w->owner_len == 0) {
        return frame->origin_changed;
    }
    return !plain_wire(w->s, z->walker->masks, w->at, w->owner_len, &frame->origin, &w->owner) &&
           !zone_is_said(z, ZONE_PORT_RAW_NAME);
}

/* Behind lines without a record the only thing to say is how they end. */
static inline bool is_linted_line(const zone *z, const uint8_t *s, size_t at, size_t end) {
    return end - at > 1 && s[end - 2] == '\r' && !zone_is_said(z, ZONE_PORT_CRLF);
}

static inline __attribute__((always_inline)) size_t walk(zone *z, const uint8_t *s, size_t at,
                                                         size_t len, size_t room, size_t base,
                                                         const bool loading, bool *no_memory) {
    const zone_masks *m = z->walker->masks;
    zone_frame *frame = &z->frames[z->depth - 1];
    const size_t origin_len = frame->has_origin ? frame->origin.len : 0;
    *no_memory = false;
    while (at < len) {
        walked w;
        w.s = s;
        w.at = at;
        w.base = base;
        w.owner_len = 0;
        size_t token = at;
        size_t end;
        uint8_t c = s[at];
        if ((m[at >> 6].end >> (at & 63) & 1) == 0) {
            end = zone_next_end(m, at);
            if (c == '$' || end >= len || !is_blank(s[end]) ||
                !plain_name(m, at, end - at, origin_len)) {
                return at;
            }
            w.owner_len = end - at;
            token = skip_blanks(s, end + 1, len);
        } else if (is_blank(c)) {
            end = pass_empty(s, m, at, len, &token);
            if (end != 0) {
                if (end == NOT_PLAIN || (loading && is_linted_line(z, s, at, end))) {
                    return at;
                }
                at = end;
                continue;
            }
            if (!frame->has_owner || frame->lost_owner) {
                return at;
            }
        } else {
            end = c == '\n' || c == ';' || c == '\r' ? pass_end(s, m, at, len) : NOT_PLAIN;
            if (end == NOT_PLAIN || (loading && is_linted_line(z, s, at, end))) {
                return at;
            }
            at = end;
            continue;
        }
        end = pass_head(z, s, token, len, room, &w.head);
        if (end == NOT_PLAIN || w.head.kind == ZONE_KIND_CAREFUL) {
            return at;
        }
        if (!loading && w.head.kind == ZONE_KIND_PASS) {
            end = pass_data(s, m, end, len);
        } else {
            w.data_end = pass_kind(w.head.kind, s, m, end, len, origin_len, loading);
            end = w.data_end == NOT_PLAIN || is_full(z, loading) ? NOT_PLAIN
                                                                  : pass_end(s, m, w.data_end, len);
        }
        if (end == NOT_PLAIN || end - at > z->limits.max_entry ||
            (loading && is_linted(z, frame, &w, end))) {
            return at;
        }
        /* From here on the entry is taken: what load.c does with a record. */
        if ((z->context == ZONE_NIL && !zone_need_context(z)) ||
            !(loading ? take_record(z, frame, &w) : take_hit(z, frame, &w))) {
            *no_memory = true;
            return at;
        }
        at = end;
    }
    return len;
}

size_t zone_walk(zone *z, const uint8_t *s, size_t at, size_t len, size_t room, size_t base,
                 bool *no_memory) {
    return walk(z, s, at, len, room, base, false, no_memory);
}

bool zone_walk_file(zone *z) {
    zone_walker *walker = z->walker;
    zone_frame *frame = &z->frames[z->depth - 1];
    zone_scan *scan = &frame->scan;
    bool no_memory = false;
    if (z->limits.careful || (scan->quirks != 0 && !zone_quirks_are_said(z, scan))) {
        return true; /* the next record read by load.c says them */
    }
    while (scan->at < scan->len && !no_memory) {
        size_t at = scan->at;
        if (walker->len == 0 || walker->file != frame->file || at < walker->first ||
            at - walker->first >= walker->len) {
            walker->file = frame->file;
            walker->first = at;
            walker->len = scan->len - at < ZONE_STRIDE ? scan->len - at : ZONE_STRIDE;
            (void)zone_classify(walker->how, scan->bytes + at, walker->len, walker->masks);
        }
        size_t from = at - walker->first;
        size_t to = walk(z, scan->bytes + walker->first, from, walker->len,
                         scan->len - walker->first, walker->first, true, &no_memory);
        scan->at = walker->first + to;
        if (to != walker->len) {
            break;
        }
    }
    return !no_memory;
}
