/* What only loading takes, and what is left of it: thousands of loaded zones may stay in memory.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 3.3 (data has at most 65535 octets). */
#include "state.h"

#include <stdlib.h>

bool zone_make_scratch(zone *z) {
    zone_scratch *scratch = malloc(sizeof *scratch); /* not zeroed: most zones need little of it */
    if (scratch == NULL) {
        return false;
    }
    z->scratch = scratch;
    z->frames = scratch->frames;
    z->walker = &scratch->walker;
    z->other = scratch->other;
    z->wire = scratch->wire;
    z->wire_room = ZONE_RDATA_MAX;
    z->wire_need = 1024; /* more than an SOA, and what is written before it is taken back */
    return true;
}

void zone_free_scratch(zone *z) {
    if (z->scratch == NULL) {
        free(z->wire);
    }
    free(z->scratch);
    z->scratch = NULL;
    z->frames = NULL;
    z->walker = NULL;
    z->other = NULL;
    z->wire = NULL;
    z->wire_room = 0;
}

void zone_shrink_scratch(zone *z) {
    uint8_t *wire = malloc(z->wire_need);
    if (wire != NULL) { /* else all stays as it is */
        zone_free_scratch(z);
        z->wire = wire;
        z->wire_room = z->wire_need;
    }
    zone_store_trim(&z->store);
}
