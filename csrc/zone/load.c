/* Loading: entries and directives in file order, files suspended at $INCLUDE.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 5.1, RFC 2308 section 4 ($TTL); the dialect is BIND 9.18's. */
#include "state.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "mnemonic.h"

static size_t limit(size_t wanted, size_t otherwise, size_t most) {
    size_t value = wanted == 0 ? otherwise : wanted;
    return value > most ? most : value;
}

zone *zone_new(const uint8_t *bytes, size_t len, const char *path, size_t path_len,
               const dns_name *origin, const zone_limits *limits, zone_hash_key key) {
    zone *z = malloc(sizeof *z);
    if (z == NULL) {
        return NULL;
    }
    memset(z, 0, offsetof(zone, problem));
    if (!zone_make_scratch(z)) {
        free(z);
        return NULL;
    }
    z->limits.max_bytes = limit(limits->max_bytes, (size_t)1 << 30, UINT32_MAX - 1);
    z->limits.max_entry = limit(limits->max_entry, (size_t)1 << 20, UINT32_MAX - 1);
    z->limits.max_records = limit(limits->max_records, 10000000, UINT32_MAX - 1);
    z->limits.max_names = limit(limits->max_names, 20000000, UINT32_MAX - 1);
    z->limits.max_includes = limit(limits->max_includes, 10000, UINT32_MAX - 1);
    z->limits.max_depth = limit(limits->max_depth, ZONE_DEPTH_MAX, ZONE_DEPTH_MAX);
    z->limits.max_generated = limit(limits->max_generated, 100000, UINT32_MAX - 1);
    z->limits.max_errors = limit(limits->max_errors, 1000, 1000000);
    z->limits.careful = limits->careful;
    z->context = z->soa = z->apex = ZONE_NIL;
    zone_walker_init(z, ZONE_CLASSIFY_BEST);
    if (!zone_store_init(&z->store, key) ||
        !zone_push_file(z, bytes, len, path, path_len, ZONE_NIL, 0)) {
        zone_free(z);
        return NULL;
    }
    if (origin != NULL) {
        z->frames[0].origin = *origin;
        z->frames[0].has_origin = true;
    }
    return z;
}

void zone_free(zone *z) {
    if (z != NULL) {
        zone_hits_free(z->hits);
        zone_store_free(&z->store);
        zone_free_scratch(z);
        free(z);
    }
}

/* ---- problems ---- */

static bool add_report(zone *z, uint32_t file, uint32_t order, zone_severity severity,
                       const zone_problem *problem) {
    zone_store *store = &z->store;
    zone_report *reports =
        zone_reserve(store->reports, &store->report_capacity, store->report_count, sizeof *reports);
    if (reports == NULL) {
        return false;
    }
    store->reports = reports;
    size_t first = problem->first;
    size_t end = problem->end;
    file = zone_store_place(store, file, &first, &end);
    zone_report report = {.code = problem->code,
                          .severity = severity,
                          .file = file,
                          .first = (uint32_t)first,
                          .end = (uint32_t)end,
                          .order = order,
                          .message_len = (uint32_t)strlen(problem->message)};
    if (!zone_store_text(store, problem->message, report.message_len, &report.message)) {
        return false;
    }
    report.serial = (uint32_t)store->report_count;
    reports[store->report_count++] = report;
    return true;
}

bool zone_report_at(zone *z, uint32_t file, uint32_t order, zone_severity severity,
                    const zone_problem *problem) {
    z->failed = z->failed || severity == ZONE_ERROR;
    if (z->reported[severity]++ >= z->limits.max_errors) {
        return true; /* more of them help nobody; of errors the last one said so */
    }
    if (!add_report(z, file, order, severity, problem)) {
        return false;
    }
    if (severity == ZONE_ERROR && z->reported[ZONE_ERROR] == z->limits.max_errors) {
        z->stopped = true;
        zone_problem last;
        zone_fail(&last, ZONE_TOO_MANY_ERRORS, problem->first, problem->end,
                  "reading stops here: %lu errors are enough; is this a zone file?",
                  (unsigned long)z->limits.max_errors);
        return add_report(z, file, order, ZONE_WARNING, &last);
    }
    return true;
}

bool zone_report_here(zone *z, zone_severity severity) {
    const zone_frame *frame = &z->frames[z->depth - 1];
    z->problem.first += frame->scan.base;
    z->problem.end += frame->scan.base;
    return zone_report_at(z, frame->file, (uint32_t)z->store.record_count, severity, &z->problem);
}

/* An error after which nothing more is read. */
static bool stop(zone *z) {
    z->stopped = true;
    return zone_report_here(z, ZONE_ERROR);
}

/* Reports the entry's error and goes to the next line. */
static bool give_up_entry(zone *z) {
    zone_scan *scan = &z->frames[z->depth - 1].scan;
    zone_token token;
    if (!zone_lint_error(z)) {
        return false;
    }
    if (z->problem.code == ZONE_RELATIVE_WITHOUT_ORIGIN) {
        z->failed = true;
        if (!z->said_relative && !zone_report_here(z, ZONE_ERROR)) {
            return false;
        }
        z->said_relative = true;
    } else if (!zone_report_here(z, ZONE_ERROR)) {
        return false;
    }
    if (!zone_scan_skip_line(scan, &token)) {
        zone_fail(&z->problem, ZONE_UNCLOSED_PARENTHESIS, token.first, token.end,
                  "this parenthesis is never closed: everything up to the end of the file belongs "
                  "to this record; add the missing )");
        return zone_report_here(z, ZONE_ERROR);
    }
    scan->quirks &= 1u << ZONE_QUIRK_CRLF | 1u << ZONE_QUIRK_CR; /* the others were part of it */
    return true;
}

/* ---- files ---- */

/* Files with a NUL are no zone files; those with a byte order mark are read behind it. */
static bool check_bytes(zone *z, const uint8_t *bytes, size_t len, size_t *start) {
    *start = 0;
    const uint8_t *nul = len == 0 ? NULL : memchr(bytes, 0, len);
    if (nul != NULL) {
        size_t at = (size_t)(nul - bytes);
        zone_fail(&z->problem, ZONE_NUL_BYTE, at, at + 1,
                  "there is a NUL byte here: this is no zone file (binary or UTF-16?); it was not "
                  "read");
        *start = len;
        return zone_lint_error(z) && zone_report_here(z, ZONE_ERROR);
    }
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        zone_fail(&z->problem, ZONE_BOM, 0, 3,
                  "the file begins with a byte order mark, which DNS servers read as part of the "
                  "first name; save it as UTF-8 without one");
        *start = 3;
        return zone_report_here(z, ZONE_ERROR);
    }
    return true;
}

bool zone_push_file(zone *z, const uint8_t *bytes, size_t len, const char *path, size_t path_len,
                    uint32_t parent, size_t at) {
    zone_store *store = &z->store;
    zone_file *files =
        zone_reserve(store->files, &store->file_capacity, store->file_count, sizeof *files);
    if (files == NULL) {
        return false;
    }
    store->files = files;
    zone_file file = {.bytes = bytes,
                      .len = len,
                      .path_len = (uint32_t)path_len,
                      .parent = parent,
                      .at = (uint32_t)at,
                      .depth = (uint32_t)z->depth,
                      .number = ++store->file_number};
    if (!zone_store_text(store, path, path_len, &file.path)) {
        return false;
    }
    uint32_t id = (uint32_t)store->file_count;
    files[store->file_count++] = file;
    zone_frame *frame = &z->frames[z->depth++];
    memset(frame, 0, sizeof *frame);
    frame->file = id;
    z->context = ZONE_NIL;
    size_t start = 0;
    if (len > z->limits.max_bytes - z->bytes) {
        zone_fail(&z->problem, ZONE_FILE_TOO_LARGE, 0, 0,
                  "the files of this zone are larger than %lu bytes together; nothing was read "
                  "from this one",
                  (unsigned long)z->limits.max_bytes);
        files[id].len = len = 0;
        if (!stop(z)) {
            return false;
        }
    } else {
        z->bytes += len;
        if (!check_bytes(z, bytes, len, &start)) {
            return false;
        }
    }
    zone_scan_init(&frame->scan, bytes, len, start);
    return true;
}

bool zone_add_lines(zone *z, uint8_t *bytes, size_t len, size_t first, size_t end, uint32_t *file) {
    zone_store *store = &z->store;
    zone_file *files =
        zone_reserve(store->files, &store->file_capacity, store->file_count, sizeof *files);
    if (files == NULL) {
        return false;
    }
    store->files = files;
    const zone_frame *frame = &z->frames[z->depth - 1];
    uint32_t parent = frame->file;
    files[store->file_count] = (zone_file){.bytes = bytes,
                                           .len = len,
                                           .path = files[parent].path,
                                           .path_len = files[parent].path_len,
                                           .parent = parent,
                                           .at = (uint32_t)(frame->scan.base + first),
                                           .at_end = (uint32_t)(frame->scan.base + end),
                                           .depth = files[parent].depth,
                                           .generated = bytes};
    *file = (uint32_t)store->file_count++;
    return true;
}

/* ---- directives ---- */

static bool is_word(const char *text, size_t len, const char *word) {
    size_t i = 0;
    for (; i < len && word[i] != '\0'; i++) {
        char c = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - ('a' - 'A')) : text[i];
        if (c != word[i]) {
            return false;
        }
    }
    return i == len && word[i] == '\0';
}

/* Reads a name against the origin of the frame; false: problem is filled. */
static bool read_name(zone *z, const zone_token *token, dns_name *name) {
    zone_frame *frame = &z->frames[z->depth - 1];
    size_t len;
    const char *text = zone_token_text(&frame->scan, token, &len);
    if (!frame->has_origin && !dns_name_text_is_absolute(text, len)) {
        return zone_fail(&z->problem, ZONE_RELATIVE_WITHOUT_ORIGIN, token->first, token->end,
                         "%s is relative and no origin is known here; write --zone FILE=ORIGIN, a "
                         "$ORIGIN line, or the full name with its final dot",
                         zone_quote(frame->scan.bytes, token->first, token->end).text);
    }
    dns_name_error error =
        dns_name_parse(name, text, len, frame->has_origin ? &frame->origin : NULL, NULL);
    if (error != DNS_NAME_OK) {
        return zone_fail(&z->problem, ZONE_BAD_NAME, token->first, token->end, "%s: %s",
                         zone_quote(frame->scan.bytes, token->first, token->end).text,
                         dns_name_strerror(error));
    }
    return true;
}

/* The readers of directives return false with the problem filled. */

static bool read_origin(zone *z, bool *relative) {
    zone_frame *frame = &z->frames[z->depth - 1];
    zone_token token;
    dns_name name;
    if (!zone_need(&frame->scan, &token, false, "the name for $ORIGIN", &z->problem) ||
        !read_name(z, &token, &name) || !zone_need_line_end(&frame->scan, &z->problem)) {
        return false;
    }
    if (!frame->has_origin || !dns_name_equal(&frame->origin, &name)) {
        frame->origin = name;
        frame->has_origin = true;
        frame->origin_changed = true;
        z->context = ZONE_NIL;
    }
    size_t len;
    const char *text = zone_token_text(&frame->scan, &token, &len);
    *relative = !dns_name_text_is_absolute(text, len);
    return true;
}

static bool read_default_ttl(zone *z, zone_token *time, bool *too_large) {
    zone_scan *scan = &z->frames[z->depth - 1].scan;
    zone_token token;
    uint32_t ttl;
    if (!zone_need(scan, &token, false, "the time for $TTL", &z->problem)) {
        return false;
    }
    if (!zone_ttl_parse(scan->bytes + token.first, token.end - token.first, &ttl)) {
        return zone_fail(&z->problem, ZONE_BAD_TTL, token.first, token.end,
                         "%s is not a TTL; write seconds or a time like 1h30m",
                         zone_quote(scan->bytes, token.first, token.end).text);
    }
    if (!zone_need_line_end(scan, &z->problem)) {
        return false;
    }
    *time = token;
    *too_large = ttl > ZONE_TTL_MAX;
    if (*too_large) {
        zone_fail(&z->problem, ZONE_TTL_TOO_LARGE, token.first, token.end,
                  "a TTL is at most 2147483647; BIND takes this one as 0");
        ttl = 0;
    }
    z->default_ttl = z->last_ttl = ttl;
    z->has_default_ttl = true;
    z->context = ZONE_NIL;
    return true;
}

/* $DATE YYYYMMDDHHMMSS, an old extension that BIND still reads. */
static bool read_date(zone *z) {
    zone_scan *scan = &z->frames[z->depth - 1].scan;
    zone_token token;
    if (!zone_need(scan, &token, false, "the time for $DATE", &z->problem)) {
        return false;
    }
    if (!zone_date_is_valid(scan->bytes + token.first, token.end - token.first)) {
        return zone_fail(&z->problem, ZONE_BAD_DATE, token.first, token.end,
                         "$DATE takes a time like 20260131235959");
    }
    z->dated = true;
    return zone_need_line_end(scan, &z->problem);
}

/* On true the engine suspends: z->wanted is the file. */
static bool read_include(zone *z) {
    zone_frame *frame = &z->frames[z->depth - 1];
    zone_token token;
    z->include_first = frame->scan.first;
    if (z->dated) {
        return zone_fail(&z->problem, ZONE_INCLUDE_AFTER_DATE, frame->scan.first,
                         frame->scan.last_end, "BIND takes no $INCLUDE after a $DATE");
    }
    if (!zone_need(&frame->scan, &z->wanted, true, "the file for $INCLUDE", &z->problem) ||
        !zone_may(&frame->scan, &token, false, &z->problem)) {
        return false;
    }
    z->has_include_origin = frame->has_origin;
    z->include_origin = frame->origin;
    if (token.kind != ZONE_TOKEN_EOL && token.kind != ZONE_TOKEN_END) {
        if (!read_name(z, &token, &z->include_origin) ||
            !zone_need_line_end(&frame->scan, &z->problem)) {
            return false;
        }
        z->has_include_origin = true;
    }
    z->include_end = frame->scan.last_end;
    if (z->depth > z->limits.max_depth) {
        return zone_fail(&z->problem, ZONE_INCLUDE_TOO_DEEP, z->include_first, z->include_end,
                         "$INCLUDE inside $INCLUDE goes at most %lu files deep; this one was not "
                         "read",
                         (unsigned long)z->limits.max_depth);
    }
    if (z->included >= z->limits.max_includes) {
        zone_fail(&z->problem, ZONE_TOO_MANY_INCLUDES, z->include_first, z->include_end,
                  "at most %lu files are included (repeats counted); reading stops here",
                  (unsigned long)z->limits.max_includes);
        z->stopped = true;
        return false;
    }
    return true;
}

static zone_entry_result end_directive(zone *z, bool ok) {
    return (ok ? true : give_up_entry(z)) ? ZONE_ENTRY_OK : ZONE_ENTRY_NO_MEMORY;
}

static zone_entry_result read_origin_line(zone *z) {
    const zone_scan *scan = &z->frames[z->depth - 1].scan;
    size_t first = scan->first;
    bool relative = false;
    if (!read_origin(z, &relative)) {
        return end_directive(z, false);
    }
    return !relative || zone_say_portability(z, ZONE_PORT_RELATIVE_ORIGIN, first, scan->last_end)
               ? ZONE_ENTRY_OK
               : ZONE_ENTRY_NO_MEMORY;
}

static zone_entry_result read_ttl_line(zone *z) {
    zone_token time;
    bool too_large = false;
    if (!read_default_ttl(z, &time, &too_large)) {
        return end_directive(z, false);
    }
    bool ok = zone_lint_time(z, &time);
    if (ok && too_large) {
        ok = zone_report_here(z, ZONE_WARNING) &&
             zone_say_portability(z, ZONE_PORT_TTL_RANGE, time.first, time.end);
    }
    return ok ? ZONE_ENTRY_OK : ZONE_ENTRY_NO_MEMORY;
}

/* Beside which folder a relative name starts is not the same everywhere, when this file is in one.
 */
static bool lint_include(zone *z) {
    const zone_frame *frame = &z->frames[z->depth - 1];
    const zone_file *file = &z->store.files[frame->file];
    size_t len;
    const char *name = zone_token_text(&frame->scan, &z->wanted, &len);
    if (len == 0 || name[0] == '/' ||
        memchr(z->store.text + file->path, '/', file->path_len) == NULL) {
        return true;
    }
    return zone_say_portability(z, ZONE_PORT_INCLUDE_BASE, z->wanted.first, z->wanted.end);
}

static zone_entry_result read_generate_line(zone *z) {
    bool no_memory = false;
    bool ok = zone_read_generate(z, &no_memory);
    return no_memory ? ZONE_ENTRY_NO_MEMORY : end_directive(z, ok);
}

static zone_entry_result directive(zone *z, const char *text, size_t len, const zone_token *token) {
    bool small = len > 1 && text[1] >= 'a' && text[1] <= 'z';
    bool known = true;
    zone_entry_result result;
    if (is_word(text, len, "$ORIGIN")) {
        result = read_origin_line(z);
    } else if (is_word(text, len, "$TTL")) {
        result = read_ttl_line(z);
    } else if (is_word(text, len, "$INCLUDE")) {
        if (!read_include(z)) {
            result = end_directive(z, false);
        } else {
            result = lint_include(z) ? ZONE_ENTRY_INCLUDE : ZONE_ENTRY_NO_MEMORY;
        }
    } else if (is_word(text, len, "$DATE")) {
        result = end_directive(z, read_date(z));
    } else if (is_word(text, len, "$GENERATE")) {
        result = read_generate_line(z);
    } else {
        known = false;
        zone_fail(&z->problem, ZONE_UNKNOWN_DIRECTIVE, token->first, token->end,
                  "%s is no directive; there are $ORIGIN, $TTL, $INCLUDE and $GENERATE (a name "
                  "that begins with $ is written \\$)",
                  zone_quote((const uint8_t *)text, 0, len).text);
        result = end_directive(z, false);
    }
    if (known && small && result != ZONE_ENTRY_NO_MEMORY &&
        !zone_say_portability(z, ZONE_PORT_DIRECTIVE_CASE, token->first, token->end)) {
        return ZONE_ENTRY_NO_MEMORY;
    }
    return result;
}

/* ---- records ---- */

/* TTL of a record as BIND finds it: its own, $TTL, the last one said, the SOA's minimum. */
static bool choose_ttl(zone *z, const zone_head *head, const zone_rdata *rdata,
                       zone_record *record) {
    if (head->ttl.kind != ZONE_TOKEN_NONE) {
        record->ttl = head->ttl_value;
        if (record->ttl > ZONE_TTL_MAX) {
            zone_fail(&z->problem, ZONE_TTL_TOO_LARGE, head->ttl.first, head->ttl.end,
                      "a TTL is at most 2147483647; BIND takes this one as 0");
            record->ttl = 0;
            if (!zone_report_here(z, ZONE_WARNING) ||
                !zone_say_portability(z, ZONE_PORT_TTL_RANGE, head->ttl.first, head->ttl.end)) {
                return false;
            }
        }
        z->last_ttl = record->ttl;
        z->has_last_ttl = true;
    } else if (z->has_default_ttl) {
        record->ttl = z->last_ttl = z->default_ttl;
    } else if (z->has_last_ttl) {
        record->ttl = z->last_ttl;
        return zone_say_portability(z, ZONE_PORT_NO_TTL, record->first, record->end);
    } else if (record->type == ZONE_TYPE_SOA) {
        record->ttl = zone_soa_minimum(rdata);
        if (record->ttl > ZONE_TTL_MAX) {
            record->ttl = 0;
        }
        z->default_ttl = z->last_ttl = record->ttl;
        z->has_default_ttl = true;
        z->context = ZONE_NIL;
        zone_fail(&z->problem, ZONE_TTL_FROM_SOA, record->first, record->end,
                  "no TTL is given: BIND takes the SOA minimum; write a $TTL line");
        return zone_report_here(z, ZONE_WARNING) &&
               zone_say_portability(z, ZONE_PORT_NO_TTL, record->first, record->end);
    } else {
        record->flags |= ZONE_RECORD_NO_TTL;
        record->ttl = 0;
    }
    return true;
}

/* NSEC3 owners are hashes, not names of the zone; nor do their signatures make names. */
static bool is_hidden(const zone_rdata *rdata) {
    if (rdata->type != ZONE_TYPE_RRSIG) {
        return rdata->type == ZONE_TYPE_NSEC3;
    }
    return rdata->len >= 2 && (rdata->wire[0] << 8 | rdata->wire[1]) == ZONE_TYPE_NSEC3;
}

static bool keep_record(zone *z, const zone_head *head, const zone_rdata *rdata, uint32_t node) {
    const zone_scan *scan = rdata->scan;
    zone_record record = {.first = (uint32_t)scan->first,
                          .end = (uint32_t)scan->last_end,
                          .node = node,
                          .next = ZONE_NIL,
                          .type = head->type_value,
                          .flags = is_hidden(rdata) ? ZONE_RECORD_HIDDEN : 0};
    if (!zone_need_context(z)) {
        return false;
    }
    record.context = z->context;
    if (!choose_ttl(z, head, rdata, &record)) {
        return false;
    }
    if (record.type == ZONE_TYPE_SOA && z->soa == ZONE_NIL) {
        z->soa = (uint32_t)z->store.record_count;
        z->apex = node;
        z->soa_minimum = zone_soa_minimum(rdata);
    }
    z->wire_need = rdata->len > z->wire_need ? rdata->len : z->wire_need;
    return z->hits != NULL ? zone_hits_take(z, &record) : zone_store_record(&z->store, &record);
}

/* Types that BIND reads and then refuses. */
static bool check_type(zone *z, const zone_head *head) {
    uint16_t type = head->type_value;
    if (type == ZONE_TYPE_MD || type == ZONE_TYPE_MF) {
        return zone_fail(&z->problem, ZONE_OBSOLETE_TYPE, head->type.first, head->type.end,
                         "type %s is obsolete and BIND refuses it; use MX",
                         zone_type_print(type).text);
    }
    if (zone_type_is_meta(type)) {
        return zone_fail(&z->problem, ZONE_META_TYPE, head->type.first, head->type.end,
                         "type %s occurs only in questions and messages, not in a zone file",
                         zone_type_print(type).text);
    }
    return true;
}

/* A blank owner is the last owner, even when an $ORIGIN stands in between. */
static bool lint_inherited(zone *z, const zone_token *owner) {
    zone_frame *frame = &z->frames[z->depth - 1];
    if (owner->kind != ZONE_TOKEN_BLANK || !frame->origin_changed || z->hits != NULL) {
        return true;
    }
    frame->origin_changed = false;
    dns_name name;
    zone_store_print(&z->store, frame->owner, &name);
    zone_fail(&z->problem, ZONE_BLANK_OWNER_AFTER_ORIGIN, frame->scan.first, frame->scan.last_end,
              "this record belongs to %s, the last owner in front of the $ORIGIN line, not to the "
              "new origin; write @ or the name",
              zone_print_name(&name).text);
    return zone_report_here(z, ZONE_WARNING);
}

/* Head and rdata of one record whose owner is known or inherited. */
static zone_entry_result read_record(zone *z, const zone_token *owner) {
    zone_frame *frame = &z->frames[z->depth - 1];
    zone_head head;
    zone_rdata rdata;
    switch (zone_read_head(&frame->scan, owner, &head, &z->problem)) {
    case ZONE_HEAD_EMPTY:
        return ZONE_ENTRY_OK;
    case ZONE_HEAD_BAD:
        return give_up_entry(z) ? ZONE_ENTRY_OK : ZONE_ENTRY_NO_MEMORY;
    case ZONE_HEAD_OK:
        break;
    }
    if (!frame->has_owner && !frame->lost_owner) {
        zone_fail(&z->problem, ZONE_NO_OWNER, frame->scan.first, head.type.end,
                  "this record has no owner: the line begins with blanks and no record comes "
                  "before it; write the name in the first column, @ for the origin");
        return give_up_entry(z) ? ZONE_ENTRY_OK : ZONE_ENTRY_NO_MEMORY;
    }
    rdata.scan = &frame->scan;
    rdata.origin = frame->has_origin ? &frame->origin : NULL;
    rdata.problem = &z->problem;
    rdata.type = head.type_value;
    rdata.wire = z->wire;
    rdata.room = z->wire_room;
    if (!check_type(z, &head)) {
        return give_up_entry(z) ? ZONE_ENTRY_OK : ZONE_ENTRY_NO_MEMORY;
    }
    if (z->hits != NULL && !zone_hits_wants(z, head.type_value)) {
        if (!zone_rdata_look_over(&rdata)) {
            return give_up_entry(z) ? ZONE_ENTRY_OK : ZONE_ENTRY_NO_MEMORY;
        }
    } else if (!zone_rdata_read(&rdata)) {
        return zone_lint_bad_rdata(z, &rdata) && give_up_entry(z) ? ZONE_ENTRY_OK
                                                                  : ZONE_ENTRY_NO_MEMORY;
    }
    if (frame->scan.last_end - frame->scan.first > z->limits.max_entry) {
        zone_fail(&z->problem, ZONE_ENTRY_TOO_LONG, frame->scan.first, frame->scan.last_end,
                  "this record takes more than %lu bytes", (unsigned long)z->limits.max_entry);
        return give_up_entry(z) ? ZONE_ENTRY_OK : ZONE_ENTRY_NO_MEMORY;
    }
    if (frame->lost_owner) {
        return ZONE_ENTRY_OK;
    }
    if (z->store.record_count >= z->limits.max_records) {
        zone_fail(&z->problem, ZONE_TOO_MANY_RECORDS, frame->scan.first, frame->scan.last_end,
                  "a zone has at most %lu records here; reading stops",
                  (unsigned long)z->limits.max_records);
        return stop(z) ? ZONE_ENTRY_OK : ZONE_ENTRY_NO_MEMORY;
    }
    if (!lint_inherited(z, owner)) {
        return ZONE_ENTRY_NO_MEMORY;
    }
    uint32_t id = frame->owner;
    return (z->hits != NULL || zone_lint_entry(z, &head, &rdata)) &&
                   keep_record(z, &head, &rdata, id)
               ? ZONE_ENTRY_OK
               : ZONE_ENTRY_NO_MEMORY;
}

/* Reads the owner into the frame; false: problem is filled, or (no_memory) none is left. */
static bool read_owner(zone *z, const zone_token *token, bool *no_memory) {
    zone_frame *frame = &z->frames[z->depth - 1];
    dns_name name;
    frame->lost_owner = true;
    if (!read_name(z, token, &name)) {
        return false;
    }
    if (!(z->hits != NULL ? zone_hits_take_owner(z, token)
                          : zone_store_name(&z->store, &name, &frame->owner))) {
        *no_memory = true;
        return false;
    }
    frame->has_owner = true;
    frame->lost_owner = false;
    frame->origin_changed = false;
    if (z->store.node_count > z->limits.max_names) {
        z->stopped = true;
        return zone_fail(&z->problem, ZONE_TOO_MANY_NAMES, token->first, token->end,
                         "a zone has at most %lu names here; reading stops",
                         (unsigned long)z->limits.max_names);
    }
    return true;
}

/* Is the owner that was just read out of zone, as far as that can be told? */
static bool is_out_of_zone(const zone *z) {
    dns_name apex;
    dns_name name;
    if (z->apex == ZONE_NIL || z->hits != NULL) { /* a scan keeps no names */
        return false;
    }
    zone_store_print(&z->store, z->apex, &apex);
    zone_store_print(&z->store, z->frames[z->depth - 1].owner, &name);
    return !dns_name_is_below(&name, &apex);
}

/* Would the line that stands here be read as a record? */
static bool is_record(zone *z, const zone_token *owner) {
    const zone_frame *frame = &z->frames[z->depth - 1];
    zone_scan scan = frame->scan;
    zone_head head;
    zone_rdata rdata = {.scan = &scan,
                        .origin = frame->has_origin ? &frame->origin : NULL,
                        .problem = &z->problem,
                        .wire = z->wire,
                        .room = z->wire_room};
    if (zone_read_head(&scan, owner, &head, &z->problem) != ZONE_HEAD_OK) {
        return false;
    }
    rdata.type = head.type_value;
    return zone_rdata_read(&rdata);
}

bool zone_read_line(zone *z, const zone_token *owner) {
    bool no_memory = false;
    if (owner->kind == ZONE_TOKEN_ERROR || owner->kind == ZONE_TOKEN_BLANK) {
        zone_fail(&z->problem, ZONE_BAD_GENERATE, owner->first, owner->end,
                  "$GENERATE makes lines that are no records");
        return give_up_entry(z);
    }
    if (!read_owner(z, owner, &no_memory)) {
        return !no_memory && give_up_entry(z);
    }
    if (is_out_of_zone(z) && !is_record(z, owner)) { /* BIND looks at the owner first */
        zone_fail(&z->problem, ZONE_OUT_OF_ZONE, owner->first, owner->end,
                  "$GENERATE makes a name out of zone here, and data that is wrong; servers "
                  "ignore it");
        return zone_report_here(z, ZONE_WARNING);
    }
    return read_record(z, owner) != ZONE_ENTRY_NO_MEMORY;
}

zone_entry_result zone_read_entry(zone *z, zone_token *token) {
    zone_frame *frame = &z->frames[z->depth - 1];
    if (token->kind == ZONE_TOKEN_ERROR) {
        zone_token_error(&frame->scan, token, &z->problem);
        return give_up_entry(z) ? ZONE_ENTRY_OK : ZONE_ENTRY_NO_MEMORY;
    }
    if (token->kind != ZONE_TOKEN_BLANK) {
        size_t len;
        const char *text = zone_token_text(&frame->scan, token, &len);
        if (len != 0 && text[0] == '$') {
            return directive(z, text, len, token);
        }
        bool no_memory = false;
        if (!read_owner(z, token, &no_memory)) {
            return !no_memory && give_up_entry(z) ? ZONE_ENTRY_OK : ZONE_ENTRY_NO_MEMORY;
        }
    }
    return read_record(z, token);
}

zone_step zone_load(zone *z) {
    while (z->depth != 0) {
        zone_frame *frame = &z->frames[z->depth - 1];
        zone_token token;
        if (z->stopped) {
            z->depth = 0;
            break;
        }
        if (!zone_walk_file(z)) {
            return ZONE_STEP_NO_MEMORY;
        }
        zone_scan_entry(&frame->scan, &token);
        if (token.kind == ZONE_TOKEN_END) {
            z->depth--;
            z->context = ZONE_NIL;
            continue;
        }
        switch (zone_read_entry(z, &token)) {
        case ZONE_ENTRY_OK:
            break;
        case ZONE_ENTRY_INCLUDE:
            return ZONE_STEP_INCLUDE;
        case ZONE_ENTRY_NO_MEMORY:
            return ZONE_STEP_NO_MEMORY;
        }
    }
    if (!zone_check(z)) {
        return ZONE_STEP_NO_MEMORY;
    }
    zone_shrink_scratch(z);
    return ZONE_STEP_DONE;
}
