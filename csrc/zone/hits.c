/* The scan: windows in, hits out; what the walker leaves is read by the loader.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1. */
#include "hits.h"

#include <stdlib.h>
#include <string.h>

#include "mnemonic.h"
#include "state.h"
#include "walk.h"

zone *zone_hits_new(const char *path, size_t path_len, const dns_name *origin,
                    const zone_limits *limits, zone_hash_key key, const uint16_t *types,
                    size_t count, zone_classifier how) {
    zone *z = zone_new(NULL, 0, path, path_len, origin, limits, key);
    if (z == NULL) {
        return NULL;
    }
    z->hits = calloc(1, sizeof *z->hits);
    if (z->hits == NULL) {
        zone_free(z);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        z->hits->asked[types[i] / 64] |= (uint64_t)1 << types[i] % 64;
        if (types[i] == ZONE_TYPE_ANY) {
            memset(z->hits->asked, 0xff, sizeof z->hits->asked);
        }
    }
    zone_walker_init(z, how);
    return z;
}

/* ---- the arena ---- */

void zone_hits_free(zone_hits *hits) {
    if (hits != NULL) {
        for (size_t i = 0; i < hits->piece_count; i++) {
            free(hits->pieces[i]);
        }
        free(hits->pieces);
        free(hits);
    }
}

static bool add_piece(zone_hits *hits) {
    zone_hit **pieces =
        zone_reserve(hits->pieces, &hits->piece_capacity, hits->piece_count, sizeof *pieces);
    if (pieces == NULL) {
        return false;
    }
    hits->pieces = pieces;
    pieces[hits->piece_count] = malloc(ZONE_PIECE * sizeof **pieces);
    if (pieces[hits->piece_count] == NULL) {
        return false;
    }
    hits->piece_count++;
    return true;
}

bool zone_hits_push(zone_hits *hits, const zone_hit *hit) {
    if (hits->count == hits->piece_count * ZONE_PIECE && !add_piece(hits)) {
        return false;
    }
    hits->pieces[hits->count / ZONE_PIECE][hits->count % ZONE_PIECE] = *hit;
    hits->count++;
    return true;
}

size_t zone_hits_count(const zone *z) {
    return z->hits->count;
}

const zone_hit *zone_hits_at(const zone *z, size_t index) {
    return index < z->hits->count ? &z->hits->pieces[index / ZONE_PIECE][index % ZONE_PIECE] : NULL;
}

/* ---- what the loader calls ---- */

bool zone_hits_take_owner(zone *z, const zone_token *owner) {
    zone_frame *frame = &z->frames[z->depth - 1];
    if (!zone_need_context(z)) {
        return false;
    }
    frame->owner = (uint32_t)(frame->scan.base + owner->first);
    frame->owner_context = z->context;
    return true;
}

bool zone_hits_wants(const zone *z, uint16_t type) {
    return type == ZONE_TYPE_SOA || zone_hits_asked(z->hits, type); /* its minimum may be the TTL */
}

bool zone_hits_take(zone *z, const zone_record *record) {
    zone_frame *frame = &z->frames[z->depth - 1];
    zone_hits *hits = z->hits;
    if (!zone_hits_asked(hits, record->type)) {
        return true;
    }
    if (hits->count >= z->limits.max_records) {
        z->stopped = true;
        zone_fail(&z->problem, ZONE_TOO_MANY_RECORDS, record->first + frame->scan.base,
                  record->end + frame->scan.base, "a scan keeps at most %lu records; reading stops",
                  (unsigned long)z->limits.max_records);
        return zone_report_at(z, frame->file, 0, ZONE_ERROR, &z->problem);
    }
    zone_hit hit = {.first = (uint32_t)(frame->scan.base + record->first),
                    .owner = frame->owner,
                    .owner_context = frame->owner_context,
                    .context = record->context,
                    .ttl = record->ttl,
                    .type = record->type,
                    .flags = record->flags & ZONE_RECORD_NO_TTL};
    return zone_hits_push(hits, &hit);
}

/* ---- files ---- */

size_t zone_hits_position(const zone *z, uint32_t *file) {
    if (z->depth == 0) {
        *file = 0;
        return 0;
    }
    *file = z->frames[z->depth - 1].file;
    return z->hits->offsets[z->depth - 1];
}

size_t zone_hits_room(const zone *z) {
    return z->limits.max_entry + ZONE_SLACK + ZONE_STRIDE;
}

static void note_start(zone *z) {
    z->hits->restore[z->depth - 1] = (zone_restore){.started = true,
                                                    .hits = z->hits->count,
                                                    .reports = z->store.report_count,
                                                    .included = z->included,
                                                    .generated = z->generated,
                                                    .failed = z->failed,
                                                    .said_relative = z->said_relative,
                                                    .last_ttl = z->last_ttl,
                                                    .default_ttl = z->default_ttl,
                                                    .has_last_ttl = z->has_last_ttl,
                                                    .has_default_ttl = z->has_default_ttl,
                                                    .dated = z->dated,
                                                    .soa = z->soa};
    memcpy(z->hits->restore[z->depth - 1].reported, z->reported, sizeof z->reported);
}

static void leave_file(zone *z) {
    z->depth--;
    z->hits->restore[z->depth].started = false;
    z->hits->offsets[z->depth] = 0;
    z->context = ZONE_NIL;
}

/* The file is no zone file after all: as if it had been empty, but for the error. False: no memory. */
static bool refuse_file(zone *z, zone_code code, size_t at) {
    const zone_restore *was = &z->hits->restore[z->depth - 1];
    z->hits->count = was->hits;
    z->store.report_count = was->reports;
    memcpy(z->reported, was->reported, sizeof z->reported);
    z->included = was->included;
    z->generated = was->generated;
    z->failed = was->failed;
    z->said_relative = was->said_relative;
    z->last_ttl = was->last_ttl;
    z->default_ttl = was->default_ttl;
    z->has_last_ttl = was->has_last_ttl;
    z->has_default_ttl = was->has_default_ttl;
    z->dated = was->dated;
    z->soa = was->soa;
    if (code == ZONE_NUL_BYTE) {
        zone_fail(&z->problem, code, at, at + 1,
                  "there is a NUL byte here: this is no zone file (binary or UTF-16?); it was not "
                  "read");
    } else {
        zone_fail(&z->problem, code, 0, 0,
                  "the files of this zone are larger than %lu bytes together; nothing was read from "
                  "this one",
                  (unsigned long)z->limits.max_bytes);
        z->stopped = true;
    }
    bool ok = zone_report_at(z, z->frames[z->depth - 1].file, 0, ZONE_ERROR, &z->problem);
    leave_file(z);
    return ok;
}

/* ---- entries that the walker left ---- */

/* What a call of zone_hits_feed works on. */
typedef struct {
    zone *z;
    const uint8_t *bytes;
    size_t at; /* all before is read */
    size_t len;
    size_t base; /* the file's offset of bytes[0] */
    bool final;
} feed;

typedef enum { FED, FED_INCLUDE, FED_REFUSED, FED_SHORT, FED_NO_MEMORY } fed;

/* The loader reads the entry bytes[first, end). `cut`: its line goes on with a comment. */
static fed read_carefully(feed *f, size_t first, size_t end, bool cut) {
    zone *z = f->z;
    zone_frame *frame = &z->frames[z->depth - 1];
    zone_token token;
    zone_scan_init(&frame->scan, f->bytes + first, end - first, 0);
    frame->scan.base = f->base + first;
    frame->scan.cut = cut;
    zone_scan_entry(&frame->scan, &token);
    if (token.kind == ZONE_TOKEN_END) {
        return FED;
    }
    switch (zone_read_entry(z, &token)) {
    case ZONE_ENTRY_INCLUDE:
        return FED_INCLUDE;
    case ZONE_ENTRY_NO_MEMORY:
        return FED_NO_MEMORY;
    case ZONE_ENTRY_OK:
        break;
    }
    return FED;
}

/* Classifies the next stride from bytes[from] on; *last: nothing comes behind it. A NUL ends it, and
 * refuses the file when it is reached: what comes first in the file counts, an error too many or the
 * NUL. */
static fed classify(feed *f, size_t from, size_t *len, bool *last) {
    size_t wanted = f->len - from < ZONE_STRIDE ? f->len - from : ZONE_STRIDE;
    *len = zone_classify(f->z->walker->how, f->bytes + from, wanted, f->z->walker->masks);
    *last = *len < wanted || (f->final && from + *len == f->len);
    if (*len != 0) {
        return FED;
    }
    return refuse_file(f->z, ZONE_NUL_BYTE, f->base + from) ? FED_REFUSED : FED_NO_MEMORY;
}

static bool report_here(zone *z, zone_code code, size_t first, size_t end, const char *message) {
    zone_fail(&z->problem, code, first, end, "%s", message);
    return zone_report_at(z, z->frames[z->depth - 1].file, 0, ZONE_ERROR, &z->problem);
}

static bool report_too_long(zone *z) {
    size_t first = z->hits->pass_first;
    z->hits->too_long = false;
    zone_fail(&z->problem, ZONE_ENTRY_TOO_LONG, first, first,
              "this entry takes more than %lu bytes; it was not read",
              (unsigned long)z->limits.max_entry);
    return zone_report_at(z, z->frames[z->depth - 1].file, 0, ZONE_ERROR, &z->problem);
}

/* Such a line ended, or (`open`) the file did. */
static bool end_pass(zone *z, bool open) {
    zone_hits *hits = z->hits;
    hits->passing = hits->too_long = false;
    return !open || hits->pass.parens == 0 ||
           report_here(z, ZONE_UNCLOSED_PARENTHESIS, hits->pass.paren_at, hits->pass.paren_at + 1,
                       "this parenthesis is never closed: everything up to the end of the file "
                       "belongs to this record; add the missing )");
}

/* On to the end of a line of which no more is kept. */
static fed pass_on(feed *f) {
    zone *z = f->z;
    zone_hits *hits = z->hits;
    size_t len;
    bool last;
    fed result = classify(f, f->at, &len, &last);
    if (result != FED) {
        return result;
    }
    size_t from = 0;
    bool done = zone_pass_entry(&hits->pass, f->bytes + f->at, z->walker->masks, &from, len, last,
                                f->base + f->at);
    f->at += from;
    if (hits->too_long && hits->pass.any && !report_too_long(z)) {
        return FED_NO_MEMORY;
    }
    if ((done || last) && !end_pass(z, !done)) {
        return FED_NO_MEMORY;
    }
    return from == 0 && !done && !last ? FED_SHORT : FED;
}

/* An entry that begins at f->at and does not end within a stride. Whether it is too long must not
 * depend on how the bytes are cut into windows. */
static fed read_long(feed *f) {
    zone *z = f->z;
    zone_hits *hits = z->hits;
    const size_t most = z->limits.max_entry + ZONE_SLACK;
    const size_t first = f->at;
    zone_pass pass = {0};
    size_t at = first;
    bool done = false;
    while (!done && at < f->len && at - first <= most) {
        size_t len;
        size_t from = 0;
        bool last;
        fed result = classify(f, at, &len, &last);
        if (result != FED) {
            return result;
        }
        done = zone_pass_entry(&pass, f->bytes + at, z->walker->masks, &from, len, last, f->base + at) ||
               last;
        at += from;
        if (from == 0) {
            break;
        }
    }
    if (!done && at - first <= most) {
        return FED_SHORT;
    }
    f->at = at;
    if (at - first <= most) {
        return read_carefully(f, first, at, false);
    }
    hits->passing = !done;
    hits->pass = pass;
    hits->pass_first = f->base + first;
    if (pass.is_complete && pass.complete - f->base - first <= most) {
        return read_carefully(f, first, pass.complete - f->base, true);
    }
    if (!done || pass.any) {
        zone_frame *frame = &z->frames[z->depth - 1];
        if (f->bytes[first] != ' ' && f->bytes[first] != '\t') {
            frame->lost_owner = true; /* whose name blank owners would inherit was not read */
        }
        hits->too_long = true;
        if (pass.any && !report_too_long(z)) {
            return FED_NO_MEMORY;
        }
    }
    return !done || !f->final || at < f->len || end_pass(z, true) ? FED : FED_NO_MEMORY;
}

/* A stride from f->at on: as many entries as end in it. */
static fed read_stride(feed *f) {
    zone *z = f->z;
    size_t len;
    bool last;
    fed result = classify(f, f->at, &len, &last);
    if (result != FED) {
        return result;
    }
    const uint8_t *s = f->bytes + f->at;
    const size_t start = f->at;
    size_t at = 0;
    while (at < len && !z->stopped) {
        bool no_memory;
        at = zone_walk(z, s, at, len, f->len - start, f->base + start, &no_memory);
        f->at = start + at;
        if (no_memory) {
            return FED_NO_MEMORY;
        }
        if (at == len) {
            return FED;
        }
        zone_pass pass = {0};
        size_t end = at;
        if (!zone_pass_entry(&pass, s, z->walker->masks, &end, len, last, 0) && !last) {
            return at != 0 ? FED : read_long(f);
        }
        result = read_carefully(f, start + at, start + end, false);
        at = end;
        f->at = start + at;
        if (result != FED) {
            return result;
        }
    }
    return FED;
}

/* The first bytes of a file. */
static fed read_start(feed *f) {
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    size_t have = f->len < sizeof mark ? f->len : sizeof mark;
    if (have == sizeof mark || f->final || memcmp(f->bytes, mark, have) != 0) {
        note_start(f->z);
        if (have == sizeof mark && memcmp(f->bytes, mark, have) == 0) {
            f->at = sizeof mark;
            return report_here(f->z, ZONE_BOM, 0, sizeof mark,
                               "the file begins with a byte order mark, which DNS servers read as "
                               "part of the first name; save it as UTF-8 without one")
                       ? FED
                       : FED_NO_MEMORY;
        }
        return FED;
    }
    return FED_SHORT;
}

zone_step zone_hits_feed(zone *z, const uint8_t *bytes, size_t len, bool final) {
    if (z->stopped || z->depth == 0) {
        z->depth = 0;
        return ZONE_STEP_DONE;
    }
    size_t depth = z->depth;
    size_t *offset = &z->hits->offsets[depth - 1];
    feed f = {.z = z, .bytes = bytes, .len = len, .base = *offset, .final = final};
    fed result = z->hits->restore[depth - 1].started ? FED : read_start(&f);
    while (result == FED && f.at < f.len && !z->stopped) {
        result = z->hits->passing ? pass_on(&f) : read_stride(&f);
    }
    if (result == FED && final && f.at == f.len && z->hits->passing && !end_pass(z, true)) {
        result = FED_NO_MEMORY;
    }
    z->bytes += f.at;
    if (result == FED_NO_MEMORY) {
        return ZONE_STEP_NO_MEMORY;
    }
    if (result == FED_REFUSED) {
        return z->depth == 0 || z->stopped ? ZONE_STEP_DONE : ZONE_STEP_MORE;
    }
    *offset += f.at;
    if (z->bytes > z->limits.max_bytes && !z->stopped) {
        return refuse_file(z, ZONE_FILE_TOO_LARGE, 0) ? ZONE_STEP_DONE : ZONE_STEP_NO_MEMORY;
    }
    if (result == FED_INCLUDE) {
        return ZONE_STEP_INCLUDE;
    }
    if (z->stopped) {
        z->depth = 0;
        return ZONE_STEP_DONE;
    }
    if (final && f.at == f.len) {
        leave_file(z);
    }
    return z->depth == 0 ? ZONE_STEP_DONE : ZONE_STEP_MORE;
}

/* ---- looking at hits ---- */

bool zone_hits_read(zone *z, const zone_hit *hit, const uint8_t *bytes, size_t len, bool final,
                    zone_view *view) {
    const zone_context *context = &z->store.contexts[hit->context];
    zone_token owner;
    zone_scan_init(&view->scan, bytes, len, 0);
    view->scan.base = hit->first;
    view->has_origin = context->origin != ZONE_NIL &&
                       dns_name_from_wire(&view->origin, z->store.text + context->origin,
                                          z->store.text_len - context->origin, NULL);
    zone_scan_entry(&view->scan, &owner);
    if (owner.kind == ZONE_TOKEN_ERROR || owner.kind == ZONE_TOKEN_END || view->scan.first != 0 ||
        zone_read_head(&view->scan, &owner, &view->head, &z->problem) != ZONE_HEAD_OK ||
        view->head.type_value != hit->type) {
        return false;
    }
    view->data = view->scan;
    view->rdata.scan = &view->scan;
    view->rdata.origin = view->has_origin ? &view->origin : NULL;
    view->rdata.problem = &z->problem;
    view->rdata.type = view->head.type_value;
    view->rdata.wire = z->wire;
    view->rdata.room = z->wire_room;
    return zone_rdata_read(&view->rdata) && (final || view->scan.at < len);
}

bool zone_hits_owner(const zone *z, const zone_hit *hit, const uint8_t *bytes, size_t len,
                     bool final, dns_name *owner) {
    const zone_context *context = &z->store.contexts[hit->owner_context];
    dns_name origin;
    bool has_origin = context->origin != ZONE_NIL &&
                      dns_name_from_wire(&origin, z->store.text + context->origin,
                                         z->store.text_len - context->origin, NULL);
    zone_scan scan;
    zone_token token;
    size_t text_len;
    zone_scan_init(&scan, bytes, len, 0);
    zone_scan_next(&scan, &token);
    if ((token.kind != ZONE_TOKEN_WORD && token.kind != ZONE_TOKEN_QUOTED) || token.first != 0 ||
        (token.end == len && !final)) {
        return false;
    }
    const char *text = zone_token_text(&scan, &token, &text_len);
    return dns_name_parse(owner, text, text_len, has_origin ? &origin : NULL, NULL) == DNS_NAME_OK;
}
