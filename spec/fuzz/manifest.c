/* libFuzzer target: the manifest engine on any bytes, with every promise of its header checked.
 * SPDX-License-Identifier: MIT
 * Usage: clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Icsrc spec/fuzz/manifest.c
 * \ csrc/manifest/(all).c csrc/text/octets.c -lyaml -o /tmp/fuzz && /tmp/fuzz -max_total_time=60
 * CORPUS */
#include "manifest/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "broken promise, line %d: %s\n", __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static size_t size_of_input;

static void check_range(uint32_t first, uint32_t end) {
    MUST(first <= end);
    MUST(end <= size_of_input);
}

static void check_place(manifest *m, uint32_t byte) {
    uint32_t line = 0, column = 0;
    MUST(manifest_place(m, byte, &line, &column));
    MUST(line >= 1 && column >= 1 && line <= byte + 1 && column <= byte + 1);
}

static void check_span(manifest *m, const manifest_span *span) {
    check_range(span->first, span->end);
    check_place(m, span->first);
    if (span->aliased) {
        check_range(span->alias_first, span->alias_end);
    }
}

/* A container's spans are found again, by key and by position. */
static void check_container(manifest *m, const manifest_node *nodes, const manifest_node *n,
                            uint32_t node) {
    const manifest_entry *entries = manifest_entries(m);
    uint32_t id = manifest_keep(m, node);
    manifest_span span;
    MUST(id != 0);
    MUST(manifest_container_span(m, id, &span));
    check_span(m, &span);
    MUST(manifest_kept_is_sequence(m, id) == (n->kind == MANIFEST_SEQUENCE));
    for (uint32_t i = 0; i < n->value.entries.count; i++) {
        const manifest_entry *e = &entries[n->value.entries.first + i];
        const manifest_node *value = &nodes[e->value];
        if (n->kind == MANIFEST_SEQUENCE) {
            MUST(manifest_item_span(m, id, i + 1, &span));
        } else {
            size_t length;
            const manifest_node *key = &nodes[e->key];
            const char *text = manifest_text(m, key, &length);
            bool withheld = ((value->flags | key->flags) & MANIFEST_WITHHELD) != 0;
            MUST(key->kind == MANIFEST_SCALAR && key->type == MANIFEST_STRING);
            MUST(manifest_entry_span(m, id, text, length, true, &span) == !withheld);
            if (withheld) {
                continue;
            }
            check_span(m, &span);
            MUST(span.first == key->first && span.end == key->end);
            MUST(manifest_entry_span(m, id, text, length, false, &span));
        }
        check_span(m, &span);
        MUST(span.first == value->first && span.end == value->end);
        MUST(span.aliased == (e->alias != 0));
    }
    MUST(!manifest_item_span(m, id, n->value.entries.count + 1, &span));
}

static void check_document(manifest *m) {
    const manifest_document *d = manifest_last_document(m);
    size_t count, warnings;
    const manifest_node *nodes = manifest_nodes(m, &count);
    const manifest_warning *w = manifest_warnings(m, &warnings);
    MUST(d->root < count);
    check_range(d->first, d->end);
    check_range(d->source_first, d->source_end);
    for (size_t i = 0; i < count; i++) {
        const manifest_node *n = &nodes[i];
        MUST(n->last > i && n->last <= count);
        check_range(n->first, n->end);
        if (n->kind != MANIFEST_SCALAR) {
            check_container(m, nodes, n, (uint32_t)i);
        } else if (n->type == MANIFEST_STRING) {
            size_t length;
            const char *text = manifest_text(m, n, &length);
            volatile char last = length > 0 ? text[length - 1] : '\0';
            (void)last;
        }
    }
    for (size_t i = 0; i < warnings; i++) {
        check_range(w[i].first, w[i].end);
        check_range(w[i].other_first, w[i].other_end);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    manifest *m;
    uint32_t documents = 0;
    size_of_input = size;
    m = manifest_new((const char *)data, size, NULL);
    MUST(m != NULL);
    for (;;) {
        manifest_status status = manifest_next(m);
        if (status == MANIFEST_END) {
            break;
        }
        MUST(status != MANIFEST_NO_MEMORY);
        if (status == MANIFEST_DOCUMENT) {
            MUST(manifest_last_document(m)->index >= documents);
            documents = manifest_last_document(m)->index;
            check_document(m);
        } else {
            const manifest_problem *p = manifest_last_problem(m);
            MUST(memchr(p->message, '\0', sizeof p->message) != NULL && p->message[0] != '\0');
            MUST(p->line >= 1 && p->column >= 1);
            check_range(p->first, p->end);
            MUST(p->byte <= size);
            for (const char *c = p->message; *c != '\0'; c++) {
                MUST((unsigned char)*c >= 0x20 && (unsigned char)*c < 0x7F);
            }
        }
    }
    MUST(manifest_next(m) == MANIFEST_END);
    manifest_forget(m);
    manifest_free(m);
    return 0;
}
