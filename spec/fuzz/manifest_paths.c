/* libFuzzer target: the line reader of plain block style against libyaml, node by node.
 * SPDX-License-Identifier: MIT
 * Usage: clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Icsrc
 * spec/fuzz/manifest_paths.c csrc/manifest/(all).c csrc/text/octets.c -lyaml -o /tmp/fuzz */
#include "manifest/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All that can be asked of a stream, as bytes. */
typedef struct {
    char *bytes;
    size_t length, capacity;
} record;

static void put(record *r, const void *bytes, size_t length) {
    if (r->length + length > r->capacity) {
        r->capacity = (r->length + length) * 2 + 64;
        r->bytes = realloc(r->bytes, r->capacity);
        if (r->bytes == NULL) {
            abort();
        }
    }
    if (length != 0) {
        memcpy(r->bytes + r->length, bytes, length);
        r->length += length;
    }
}

static void put_number(record *r, uint64_t n) {
    put(r, &n, sizeof n);
}

static void put_node(record *r, const manifest *m, const manifest_node *n) {
    put_number(r, n->first);
    put_number(r, n->end);
    put_number(r, n->last);
    put_number(r, n->expanded);
    put_number(r, n->kind);
    put_number(r, n->flags);
    if (n->kind != MANIFEST_SCALAR) {
        put_number(r, n->value.entries.first);
        put_number(r, n->value.entries.count);
        return;
    }
    put_number(r, n->type);
    if (n->type == MANIFEST_STRING) {
        size_t length;
        const char *text = manifest_text(m, n, &length);
        put_number(r, length);
        put(r, text, length);
    } else if (n->type == MANIFEST_INTEGER) {
        put(r, &n->value.integer, sizeof n->value.integer);
    } else if (n->type == MANIFEST_NUMBER) {
        put(r, &n->value.number, sizeof n->value.number);
    }
}

static void put_document(record *r, const manifest *m) {
    const manifest_document *d = manifest_last_document(m);
    size_t count, warnings;
    const manifest_node *nodes = manifest_nodes(m, &count);
    const manifest_entry *entries = manifest_entries(m);
    const manifest_warning *w = manifest_warnings(m, &warnings);
    put_number(r, d->index);
    put_number(r, d->root);
    put_number(r, d->first);
    put_number(r, d->end);
    put_number(r, (uint64_t)d->source_first << 32 | d->source_end);
    put_number(r, (uint64_t)d->anchored << 2 | (uint64_t)d->withheld << 1 | d->json);
    put_number(r, count);
    for (size_t i = 0; i < count; i++) {
        put_node(r, m, &nodes[i]);
        for (uint32_t k = 0; nodes[i].kind != MANIFEST_SCALAR && k < nodes[i].value.entries.count;
             k++) {
            const manifest_entry *e = &entries[nodes[i].value.entries.first + k];
            put_number(r, (uint64_t)e->key << 32 | e->value);
            put_number(r, e->alias);
        }
    }
    for (size_t i = 0; i < warnings; i++) {
        put_number(r, w[i].code);
        put_number(r, (uint64_t)w[i].first << 32 | w[i].end);
        put_number(r, (uint64_t)w[i].other_first << 32 | w[i].other_end);
    }
}

static record run(const uint8_t *data, size_t size, bool reference, bool first_wins) {
    manifest_limits limits = {0, 0, first_wins, false, reference};
    manifest *m = manifest_new((const char *)data, size, &limits);
    record r = {NULL, 0, 0};
    if (m == NULL) {
        abort();
    }
    for (;;) {
        manifest_status status = manifest_next(m);
        put_number(&r, status);
        if (status == MANIFEST_END) {
            break;
        }
        if (status == MANIFEST_DOCUMENT) {
            put_document(&r, m);
        } else if (status == MANIFEST_PROBLEM) {
            const manifest_problem *p = manifest_last_problem(m);
            put(&r, p->message, strlen(p->message));
            put_number(&r, (uint64_t)p->first << 32 | p->end);
            put_number(&r, (uint64_t)p->line << 32 | p->column);
            put_number(&r, (uint64_t)p->document << 32 | p->byte);
            put_number(&r, p->hint);
        } else {
            abort();
        }
    }
    manifest_free(m);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    for (int first_wins = 0; first_wins < 2; first_wins++) {
        record a = run(data, size, false, first_wins), b = run(data, size, true, first_wins);
        if (a.length != b.length || memcmp(a.bytes, b.bytes, a.length) != 0) {
            fprintf(stderr, "the readers differ\n");
            abort();
        }
        free(a.bytes);
        free(b.bytes);
    }
    return 0;
}
