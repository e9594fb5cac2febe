/* The record types that are only looked over: what BIND 9.18 would refuse is refused here too.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 3.3 and the RFC of each type; read as lib/dns/rdata of BIND 9.18 behaves. */
#include "rdata.h"

#include "mnemonic.h"

/* Only the structure of the tokens. */
static bool read_any(zone_rdata *rdata) {
    zone_token token;
    rdata->complete = false;
    if (!zone_need(rdata->scan, &token, true, "the data of the record", rdata->problem)) {
        return false;
    }
    do {
        zone_scan bookmark = *rdata->scan;
        if (!zone_may(rdata->scan, &token, true, rdata->problem)) {
            return false;
        }
        if (token.kind == ZONE_TOKEN_EOL || token.kind == ZONE_TOKEN_END) {
            *rdata->scan = bookmark;
            return true;
        }
    } while (true);
}

bool zone_rdata_read_type(zone_rdata *rdata) {
    return read_any(rdata);
}

static bool check_names(const uint8_t *wire, size_t len, size_t *used, unsigned count) {
    *used = 0;
    while (count-- != 0) {
        dns_name name;
        size_t octets;
        if (!dns_name_from_wire(&name, wire + *used, len - *used, &octets)) {
            return false;
        }
        *used += octets;
    }
    return true;
}

bool zone_rdata_check_wire(uint16_t type, const uint8_t *wire, size_t len) {
    size_t used;
    switch (type) {
    case ZONE_TYPE_NS:
    case ZONE_TYPE_CNAME:
    case ZONE_TYPE_DNAME:
        return check_names(wire, len, &used, 1) && used == len;
    case ZONE_TYPE_SOA:
        return check_names(wire, len, &used, 2) && len - used == 20;
    case ZONE_TYPE_CAA:
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
    case ZONE_TYPE_A:
        return len == 4;
    case ZONE_TYPE_AAAA:
        return len == 16;
    default:
        return true;
    }
}
