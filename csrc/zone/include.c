/* $INCLUDE: the file that is waited for, given or not, and files that include themselves.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1; owner and origin are restored behind it, as by BIND. */
#include "state.h"

#include <string.h>

zone_want zone_wanted(const zone *z) {
    const zone_frame *frame = &z->frames[z->depth - 1];
    zone_want want = {.file = frame->file,
                      .first = z->wanted.first + frame->scan.base,
                      .end = z->wanted.end + frame->scan.base};
    want.name = zone_token_text(&frame->scan, &z->wanted, &want.name_len);
    return want;
}

/* A scan is given bytes by whoever drives it. */
static zone_step go_on(zone *z) {
    return z->hits != NULL ? ZONE_STEP_MORE : zone_load(z);
}

zone_step zone_include_failed(zone *z, const char *reason, size_t reason_len) {
    zone_frame *frame = &z->frames[z->depth - 1];
    zone_fail(&z->problem, ZONE_INCLUDE_FAILED, z->include_first, z->include_end,
              "%s cannot be included: %s",
              zone_quote(frame->scan.bytes, z->wanted.first, z->wanted.end).text,
              zone_quote_sentence(reason, reason_len).text);
    return zone_report_here(z, ZONE_ERROR) ? go_on(z) : ZONE_STEP_NO_MEMORY;
}

/* Is a file with this path being read? Then z->problem names the circle. */
static bool is_cycle(zone *z, const char *path, size_t path_len) {
    zone_store *store = &z->store;
    for (size_t i = 0; i < z->depth; i++) {
        const zone_file *file = &store->files[z->frames[i].file];
        if (file->path_len != path_len || memcmp(store->text + file->path, path, path_len) != 0) {
            continue;
        }
        char circle[ZONE_MESSAGE_MAX];
        size_t used = 0;
        for (size_t j = i; j <= z->depth; j++) {
            const zone_file *link = &store->files[z->frames[j < z->depth ? j : i].file];
            zone_snippet text = zone_quote(store->text, link->path, link->path + link->path_len);
            size_t len = strlen(text.text);
            if (used + len + 5 > sizeof circle) {
                break;
            }
            memcpy(circle + used, j == i ? "" : " -> ", j == i ? 0 : 4);
            used += j == i ? 0 : 4;
            memcpy(circle + used, text.text, len);
            used += len;
        }
        circle[used] = '\0';
        zone_fail(&z->problem, ZONE_INCLUDE_CYCLE, z->include_first, z->include_end,
                  "a file includes itself: %s", circle);
        return true;
    }
    return false;
}

zone_step zone_include(zone *z, const uint8_t *bytes, size_t len, const char *path,
                       size_t path_len) {
    if (is_cycle(z, path, path_len)) {
        return zone_report_here(z, ZONE_ERROR) ? go_on(z) : ZONE_STEP_NO_MEMORY;
    }
    z->included++;
    zone_frame *parent = &z->frames[z->depth - 1];
    bool has_owner = parent->has_owner;
    bool lost_owner = parent->lost_owner;
    uint32_t owner = parent->owner;
    if (!zone_push_file(z, bytes, len, path, path_len, parent->file,
                        z->include_first + parent->scan.base)) {
        return ZONE_STEP_NO_MEMORY;
    }
    zone_frame *frame = &z->frames[z->depth - 1];
    frame->has_owner = has_owner;
    frame->lost_owner = lost_owner;
    frame->owner = owner;
    frame->has_origin = z->has_include_origin;
    frame->origin = z->include_origin;
    frame->owner_context = parent->owner_context;
    return go_on(z);
}
