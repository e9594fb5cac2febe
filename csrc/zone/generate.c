/* $GENERATE: many records from one line, expanded as BIND 9.18 expands it, with a limit.
 * SPDX-License-Identifier: MIT
 * BIND 9.18 ARM, "BIND Primary File Extension: the $GENERATE Directive":
 *   $GENERATE START-STOP[/STEP] OWNER [TTL] [CLASS] TYPE DATA
 * $ in OWNER and DATA is the number, ${OFFSET[,WIDTH[,BASE]]} the number otherwise; $$ and \$ are a
 * dollar. DATA is one word or one quoted string, whose inside is read as data of the type. */
#include "state.h"

#include <stdlib.h>
#include <string.h>

#include "mnemonic.h"

#define LINE_MAX_OCTETS 2048 /* BIND's room for the owner, and for the data */
#define NUMBER_MAX      127  /* and for one number */

typedef struct {
    uint32_t start;
    uint32_t stop;
    uint32_t step;
} range;

typedef struct {
    char *text;
    size_t len;
    size_t capacity;
    bool no_memory;
} buffer;

static void put(buffer *out, const char *text, size_t len) {
    if (out->no_memory || len == 0) {
        return;
    }
    if (len > out->capacity - out->len) {
        size_t wanted = out->capacity * 2 + len + 256;
        char *moved = realloc(out->text, wanted);
        if (moved == NULL) {
            out->no_memory = true;
            return;
        }
        out->text = moved;
        out->capacity = wanted;
    }
    memcpy(out->text + out->len, text, len);
    out->len += len;
}

static bool bad(zone *z, const zone_token *token, const char *why) {
    return zone_fail(&z->problem, ZONE_BAD_GENERATE, token->first, token->end, "$GENERATE: %s",
                     why);
}

/* As scanf's %u: an optional plus and digits; a number above 2^32 - 1 is cut off there. */
static bool read_number(const char **at, const char *end, uint32_t *value) {
    uint64_t number = 0;
    const char *s = *at;
    if (s < end && *s == '+') {
        s++;
    }
    const char *first = s;
    for (; s < end && *s >= '0' && *s <= '9'; s++) {
        number = number > UINT32_MAX ? number : number * 10 + (uint64_t)(*s - '0');
    }
    *value = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
    *at = s;
    return s != first;
}

/* START-STOP or START-STOP/STEP; what stands behind that is not looked at, as in BIND. */
static bool read_range(zone *z, const zone_scan *scan, const zone_token *token, range *out) {
    size_t len;
    const char *at = zone_token_text(scan, token, &len);
    const char *end = at + len;
    bool ok = read_number(&at, end, &out->start) && at < end && *at == '-';
    at++;
    ok = ok && read_number(&at, end, &out->stop);
    out->step = 1;
    if (ok && at < end && *at == '/') {
        at++;
        ok = read_number(&at, end, &out->step);
    }
    ok = ok && out->start <= out->stop && out->stop <= INT32_MAX && out->step != 0 &&
         out->step <= INT32_MAX;
    return ok || bad(z, token,
                     "a range is written START-STOP or START-STOP/STEP, with numbers up "
                     "to 2147483647 and START not above STOP");
}

/* ---- one template with one number ---- */

/* ${OFFSET[,WIDTH[,BASE]]} behind the brace; *end gets the closing one. */
static bool read_modifier(const char *at, const char *text_end, int64_t *offset, uint32_t *width,
                          char *base, const char **end) {
    uint32_t number;
    bool negative = at < text_end && *at == '-';
    at += negative ? 1 : 0;
    if (!read_number(&at, text_end, &number) || number > INT32_MAX) {
        return false;
    }
    *offset = negative ? -(int64_t)number : (int64_t)number;
    if (at < text_end && *at == ',') {
        at++;
        if (!read_number(&at, text_end, width)) {
            return false;
        }
        if (at + 1 < text_end && *at == ',' && strchr("doxXnN", at[1]) != NULL) {
            *base = at[1];
            at += 2;
        }
    }
    *end = at;
    return at < text_end && *at == '}';
}

/* Digits of a number from the right, each a label: 0x1f with width 4 is "f.1". */
static bool put_nibbles(buffer *out, uint32_t value, uint32_t width, bool upper) {
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    size_t count = 0;
    do {
        put(out, &digits[value & 15], 1);
        value >>= 4;
        width -= width > 0 ? 1 : 0;
        count++;
        if (width > 0 || value != 0) {
            put(out, ".", 1);
            width -= width > 0 ? 1 : 0;
            count++;
        }
    } while ((width > 0 || value != 0) && count <= NUMBER_MAX);
    return count <= NUMBER_MAX;
}

static bool put_number(buffer *out, int64_t number, uint32_t width, char base) {
    char digits[32];
    size_t count = 0;
    bool minus = base == 'd' && number < 0;
    uint32_t radix = base == 'o' ? 8 : base == 'd' ? 10 : 16;
    uint32_t value = (uint32_t)(minus ? -number : number);
    if (base == 'n' || base == 'N') {
        return put_nibbles(out, value, width, base == 'N');
    }
    do {
        digits[count++] = (base == 'X' ? "0123456789ABCDEF" : "0123456789abcdef")[value % radix];
        value /= radix;
    } while (value != 0);
    if (width > NUMBER_MAX) {
        return false;
    }
    if (minus) {
        put(out, "-", 1);
    }
    for (size_t i = count + (minus ? 1 : 0); i < width; i++) {
        put(out, "0", 1);
    }
    while (count != 0) {
        put(out, &digits[--count], 1);
    }
    return true;
}

/* Puts a template with the number in place of each $; NULL, or what is wrong with it. */
static const char *expand(buffer *out, const char *text, size_t len, uint32_t number) {
    const char *end = text + len;
    size_t before = out->len;
    for (const char *at = text; at < end; at++) {
        if (*at == '\\' && at + 1 < end) {
            put(out, at++, 2);
        } else if (*at != '$') {
            put(out, at, 1);
        } else if (at + 1 < end && at[1] == '$') {
            put(out, ++at, 1);
        } else {
            int64_t offset = 0;
            uint32_t width = 0;
            char base = 'd';
            if (at + 1 < end && at[1] == '{' &&
                !read_modifier(at + 2, end, &offset, &width, &base, &at)) {
                return "a number is written $ or ${OFFSET,WIDTH,BASE}, BASE being one of d, o, x, "
                       "X, n, N";
            }
            if (!put_number(out, (int64_t)number + offset, width, base)) {
                return "a number is longer than 127 digits";
            }
        }
        if (out->len - before > LINE_MAX_OCTETS) {
            return "an owner or its data becomes longer than 2048 characters";
        }
    }
    return NULL;
}

/* ---- the directive ---- */

typedef struct {
    zone_token range;
    zone_token owner;
    zone_head head; /* from the TTL on */
    zone_token data;
    size_t data_end;
    bool several; /* data of several words: BIND refuses, others read them */
} directive;

/* The data: one word or string; for CAA all words, which is an error that is told. */
static bool read_data(zone *z, zone_scan *scan, directive *d) {
    if (!zone_need(scan, &d->data, true, "the data of $GENERATE", &z->problem)) {
        return false;
    }
    d->data_end = d->data.end;
    if (d->head.type_value != ZONE_TYPE_CAA || d->data.kind == ZONE_TOKEN_QUOTED) {
        return zone_need_line_end(scan, &z->problem);
    }
    for (;;) {
        zone_token token;
        if (!zone_may(scan, &token, true, &z->problem)) {
            return false;
        }
        if (token.kind == ZONE_TOKEN_EOL || token.kind == ZONE_TOKEN_END) {
            return zone_check_line_end(scan, &z->problem);
        }
        d->data_end = token.end;
        d->several = true;
    }
}

static bool read_directive(zone *z, zone_scan *scan, directive *d) {
    memset(d, 0, sizeof *d);
    if (!zone_need(scan, &d->range, false, "the range of $GENERATE", &z->problem) ||
        !zone_need(scan, &d->owner, false, "the owner of $GENERATE", &z->problem) ||
        zone_read_head(scan, &d->owner, &d->head, &z->problem) != ZONE_HEAD_OK ||
        !read_data(z, scan, d)) {
        return false;
    }
    if (scan->used_parens) {
        return bad(z, &d->data, "BIND takes no parentheses here");
    }
    return true;
}

/* The data as the reader of the type shall see it: without the quotes, \" in them being ". */
static void put_data(buffer *out, const zone_scan *scan, const directive *d) {
    size_t len;
    const char *text = zone_token_text(scan, &d->data, &len);
    if (d->data.kind != ZONE_TOKEN_QUOTED) {
        put(out, text, d->data_end - d->data.first);
        return;
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '\\' || i + 1 == len) {
            put(out, text + i, 1);
        } else if (text[++i] == '"') {
            put(out, "\"", 1);
        } else {
            put(out, text + i - 1, 2);
        }
    }
}

/* One line for each number: OWNER TTL TYPE DATA. */
static bool put_lines(zone *z, const zone_scan *scan, const directive *d, const range *r,
                      buffer *out) {
    size_t owner_len;
    const char *owner = zone_token_text(scan, &d->owner, &owner_len);
    const char *bytes = (const char *)scan->bytes;
    buffer data = {NULL, 0, 0, false};
    put_data(&data, scan, d);
    const char *wrong = NULL;
    const zone_token *at = &d->data;
    if (data.len != 0 &&
        (memchr(data.text, '\n', data.len) != NULL || memchr(data.text, '\r', data.len) != NULL)) {
        wrong = "the data goes over the end of the line";
    }
    for (uint64_t i = r->start; i <= r->stop && wrong == NULL && !out->no_memory && !data.no_memory;
         i += r->step) {
        wrong = expand(out, owner, owner_len, (uint32_t)i);
        at = wrong == NULL ? &d->data : &d->owner;
        put(out, " ", 1);
        if (d->head.ttl.kind != ZONE_TOKEN_NONE) {
            put(out, bytes + d->head.ttl.first, d->head.ttl.end - d->head.ttl.first);
            put(out, " ", 1);
        }
        put(out, bytes + d->head.type.first, d->head.type.end - d->head.type.first);
        put(out, " ", 1);
        if (wrong == NULL && data.len != 0) { /* without text there is no address either */
            wrong = expand(out, data.text, data.len, (uint32_t)i);
        }
        put(out, "\n", 1);
        if (out->len > z->limits.max_bytes) {
            wrong = "its records take more bytes than all files together may have";
        }
    }
    out->no_memory = out->no_memory || data.no_memory;
    free(data.text);
    return wrong == NULL || bad(z, at, wrong);
}

/* Reads the lines as records of the file that the directive stands in; stops at the first error. */
static bool read_lines(zone *z, uint32_t file, const buffer *lines) {
    zone_frame *parent = &z->frames[z->depth - 1];
    zone_frame *frame = &z->frames[z->depth++];
    size_t errors = z->reported[ZONE_ERROR];
    bool ok = true;
    *frame = *parent;
    frame->file = file;
    frame->origin_changed = false;
    z->context = ZONE_NIL;
    for (size_t at = 0;
         ok && at < lines->len && z->reported[ZONE_ERROR] == errors && !z->stopped;) {
        const char *eol = memchr(lines->text + at, '\n', lines->len - at);
        size_t end = (size_t)(eol - lines->text);
        zone_token owner;
        zone_scan_init(&frame->scan, (const uint8_t *)lines->text, end, at);
        zone_scan_entry(&frame->scan, &owner);
        ok = owner.kind == ZONE_TOKEN_END || zone_read_line(z, &owner);
        at = end + 1;
    }
    z->depth--;
    z->context = ZONE_NIL;
    return ok;
}

static bool count_is_fine(zone *z, const range *r, const directive *d) {
    uint64_t count = ((uint64_t)r->stop - r->start) / r->step + 1;
    if (count > z->limits.max_generated - z->generated) {
        return zone_fail(&z->problem, ZONE_TOO_MANY_GENERATED, d->range.first, d->range.end,
                         "the $GENERATE lines of a zone make at most %lu records here; this one "
                         "was not read",
                         (unsigned long)z->limits.max_generated);
    }
    z->generated += (size_t)count;
    return true;
}

bool zone_read_generate(zone *z, bool *no_memory) {
    zone_scan *scan = &z->frames[z->depth - 1].scan;
    size_t first = scan->first;
    directive d;
    range r = {0, 0, 1};
    buffer lines = {NULL, 0, 0, false};
    uint32_t file;
    if (!read_directive(z, scan, &d) || !read_range(z, scan, &d.range, &r) ||
        !count_is_fine(z, &r, &d)) {
        return false;
    }
    size_t end = d.data_end;
    if (!put_lines(z, scan, &d, &r, &lines)) {
        free(lines.text);
        *no_memory = lines.no_memory;
        return false;
    }
    *no_memory = lines.no_memory || lines.text == NULL ||
                 !zone_add_lines(z, (uint8_t *)lines.text, lines.len, first, end, &file);
    if (*no_memory) {
        free(lines.text);
        return false;
    }
    if (!zone_say_portability(z, ZONE_PORT_GENERATE, first, end) || !read_lines(z, file, &lines)) {
        *no_memory = true;
        return false;
    }
    if (d.several) {
        return zone_fail(&z->problem, ZONE_GENERATE_DATA, d.data.first, d.data_end,
                         "BIND takes one word or one quoted string after the type and refuses the "
                         "zone; miekg/dns (CoreDNS) reads all of it; write the data in quotes, "
                         "those inside as \\\"");
    }
    return true;
}
