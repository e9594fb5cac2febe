/* Wire form of \# records, checked as BIND 9.18 checks data that arrives in a message.
 * SPDX-License-Identifier: MIT
 * RFC 3597 section 5: \# may be used for known types too, and must then be valid for them. */
#include "rdata_types.h"

#include "mnemonic.h"

typedef struct {
    const uint8_t *at;
    size_t rest;
} cursor;

static bool skip(cursor *c, size_t octets) {
    if (c->rest < octets) {
        return false;
    }
    c->at += octets;
    c->rest -= octets;
    return true;
}

static bool skip_name(cursor *c) {
    dns_name name;
    size_t used;
    return dns_name_from_wire(&name, c->at, c->rest, &used) && skip(c, used);
}

static bool skip_string(cursor *c) {
    return c->rest != 0 && skip(c, 1u + c->at[0]);
}

static bool skip_strings(cursor *c) {
    do {
        if (!skip_string(c)) {
            return false;
        }
    } while (c->rest != 0);
    return true;
}

static bool check_caa(const uint8_t *wire, size_t len) {
    if (len < 2 || wire[1] == 0 || len - 2 < wire[1]) {
        return false;
    }
    for (size_t i = 2; i < 2u + wire[1]; i++) {
        uint8_t c = wire[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
            return false;
        }
    }
    return true;
}

/* Windows in rising order, 1 to 32 octets each, the last not 0 (RFC 4034 section 4.1.2). */
static bool check_bitmap(cursor *c, bool empty) {
    int last = -1;
    if (c->rest == 0) {
        return empty;
    }
    while (c->rest != 0) {
        if (c->rest < 3) {
            return false;
        }
        int window = c->at[0];
        size_t octets = c->at[1];
        if (window <= last || octets < 1 || octets > 32 || c->rest < 2 + octets ||
            c->at[1 + octets] == 0) {
            return false;
        }
        last = window;
        (void)skip(c, 2 + octets);
    }
    return true;
}

static bool check_field(cursor *c, char field, uint16_t type) {
    switch (field) {
    case '1':
    case 'g':
    case 'p':
    case 'Y':
        return skip(c, 1);
    case '2':
    case 'v':
    case 'f':
    case 'c':
        return skip(c, 2);
    case '4':
    case 'T':
    case 'a':
        return skip(c, 4);
    case 'A':
        return skip(c, 16);
    case 'e':
        return skip(c, 6);
    case 'E':
    case 'l':
        return skip(c, 8);
    case 'n':
        return skip_name(c);
    case 's':
    case 'r':
    case 'w':
    case 'o':
    case 'h':
        return skip_string(c);
    case 'S':
        return skip_strings(c);
    case 'x':
    case 'b':
        return c->rest != 0 && skip(c, c->rest);
    case 'y':
        /* NSEC always has a bit; NSEC3 and CSYNC may have none. */
        return check_bitmap(c, type != ZONE_TYPE_NSEC);
    case 'd':
        return c->rest >= 2 && skip(c, c->rest);
    default: /* U, B, i, !, and those of rdata_more.c */
        return skip(c, c->rest);
    }
}

bool zone_rdata_check_wire(uint16_t type, const uint8_t *wire, size_t len) {
    cursor c = {wire, len};
    const char *fields;
    switch (type) {
    case ZONE_TYPE_CAA:
        return check_caa(wire, len);
    case ZONE_TYPE_NS:
    case ZONE_TYPE_CNAME:
    case ZONE_TYPE_DNAME:
        fields = "n";
        break;
    case ZONE_TYPE_SOA:
        fields = "nn44444";
        break;
    default:
        fields = zone_type_fields(type);
        break;
    }
    for (; *fields != '\0'; fields++) {
        if (!check_field(&c, *fields, type)) {
            return false;
        }
    }
    return c.rest == 0;
}
