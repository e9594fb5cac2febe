/* Looking at a loaded zone: what it is, and its records read again from their bytes.
 * SPDX-License-Identifier: MIT
 * The store keeps where a record stands and what was in force there, not what it says. */
#include "state.h"

#include <string.h>

zone_store *zone_get_store(zone *z) {
    return &z->store;
}

uint32_t zone_get_apex(const zone *z) {
    return z->apex;
}

uint32_t zone_get_soa(const zone *z) {
    return z->soa;
}

zone_status zone_get_status(const zone *z) {
    if (z->failed) {
        return ZONE_BROKEN;
    }
    return z->soa == ZONE_NIL ? ZONE_FRAGMENT : ZONE_LOADABLE;
}

bool zone_is_generated(const zone *z, uint32_t record) {
    const zone_context *context = &z->store.contexts[z->store.records[record].context];
    return z->store.files[context->file].generated != NULL;
}

bool zone_read_record(zone *z, uint32_t id, zone_view *view) {
    const zone_record *record = &z->store.records[id];
    const zone_context *context = &z->store.contexts[record->context];
    const zone_file *file = &z->store.files[context->file];
    zone_token owner;
    size_t len = file->len;
    if (file->generated != NULL) { /* each line of a $GENERATE is read by itself */
        const uint8_t *eol = memchr(file->bytes + record->first, '\n', len - record->first);
        len = eol == NULL ? len : (size_t)(eol - file->bytes);
    }
    zone_scan_init(&view->scan, file->bytes, len, record->first);
    view->has_origin = context->origin != ZONE_NIL &&
                       dns_name_from_wire(&view->origin, z->store.text + context->origin,
                                          z->store.text_len - context->origin, NULL);
    zone_scan_entry(&view->scan, &owner);
    if (owner.kind == ZONE_TOKEN_ERROR || owner.kind == ZONE_TOKEN_END ||
        zone_read_head(&view->scan, &owner, &view->head, &z->problem) != ZONE_HEAD_OK) {
        return false;
    }
    view->data = view->scan;
    view->rdata.scan = &view->scan;
    view->rdata.origin = view->has_origin ? &view->origin : NULL;
    view->rdata.problem = &z->problem;
    view->rdata.type = view->head.type_value;
    view->rdata.wire = z->wire;
    view->rdata.room = z->wire_room;
    return zone_rdata_read(&view->rdata);
}

bool zone_read_target(zone *z, uint32_t record, dns_name *target) {
    zone_view view;
    return zone_read_record(z, record, &view) && zone_rdata_target(&view.rdata, target);
}
