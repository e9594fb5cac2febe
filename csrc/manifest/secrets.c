/* What a Secret holds is taken out of the tree, before anybody else can see the document.
 * SPDX-License-Identifier: MIT
 * Source: Kubernetes core/v1 Secret (data, stringData) and SecretList; kubectl apply's annotation.
 */
#include "tree.h"

#include <string.h>

static bool is_text(const mf_tree *t, const manifest_node *n, const char *text) {
    size_t length = strlen(text);
    return n->kind == MANIFEST_SCALAR && n->type == MANIFEST_STRING &&
           n->value.text.length == length && memcmp(mf_tree_text(t, n), text, length) == 0;
}

/* Whatever case: what Kubernetes would refuse may still be a secret. */
static bool is_kind(const mf_tree *t, const manifest_node *n, const char *lower) {
    size_t length = strlen(lower);
    const char *text;
    if (n->kind != MANIFEST_SCALAR || n->type != MANIFEST_STRING ||
        n->value.text.length != length) {
        return false;
    }
    text = mf_tree_text(t, n);
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c + 32) : c) != lower[i]) {
            return false;
        }
    }
    return true;
}

/* A copy of the whole object, in the annotations of any kind. */
static bool is_copy(const mf_tree *t, const manifest_node *key) {
    return is_text(t, key, "kubectl.kubernetes.io/last-applied-configuration") ||
           is_text(t, key, "kapp.k14s.io/original");
}

/* A list of what may stay, not of what must go: a misspelt `Data` is a secret too. The second row
 * is there for what only refers to a Secret (`certificateRefs: [{kind: Secret, name: tls}]`). */
static bool may_stay(const mf_tree *t, const manifest_node *key) {
    static const char *const keys[] = {"apiVersion", "kind",  "metadata",  "type",    "immutable",
                                       "name",       "group", "namespace", "apiGroup"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (is_text(t, key, keys[i])) {
            return true;
        }
    }
    return false;
}

/* Marks the subtree, and what it takes from elsewhere by alias, wherever that is used again. A
 * marked node's subtree is marked as a whole, so that every node is looked at once. */
static mf_result withhold(mf_tree *t, uint32_t id) {
    t->marks.count = 0;
    t->withheld = true;
    for (;;) {
        uint32_t last = mf_node(t, id)->last;
        for (uint32_t i = id; i < last;) {
            manifest_node *n = mf_node(t, i);
            if ((n->flags & MANIFEST_WITHHELD) != 0) {
                i = n->last;
                continue;
            }
            n->flags |= MANIFEST_WITHHELD;
            for (uint32_t k = 0; n->kind != MANIFEST_SCALAR && k < n->value.entries.count; k++) {
                uint32_t value = mf_entry(t, n->value.entries.first + k)->value;
                if ((value < id || value >= last) &&
                    (mf_node(t, value)->flags & MANIFEST_WITHHELD) == 0) {
                    if (!mf_reserve(&t->marks, 1, sizeof(uint32_t))) {
                        return MF_NO_MEMORY;
                    }
                    ((uint32_t *)t->marks.items)[t->marks.count++] = value;
                }
            }
            i++;
        }
        if (t->marks.count == 0) {
            return MF_DONE;
        }
        id = ((const uint32_t *)t->marks.items)[--t->marks.count];
    }
}

/* The token and the key authorisation of an ACME challenge, in a dump of a cluster. */
static bool is_proof(const mf_tree *t, const manifest_node *key) {
    return is_text(t, key, "token") || is_text(t, key, "key");
}

/* Takes token and key out of the closed mapping `spec` (or `status`) of a Challenge. */
static mf_result filter_challenge(mf_tree *t, manifest_node *spec) {
    uint32_t kept = 0;
    if (spec->kind != MANIFEST_MAPPING) {
        return MF_DONE;
    }
    for (uint32_t k = 0; k < spec->value.entries.count; k++) {
        manifest_entry e = *mf_entry(t, spec->value.entries.first + k);
        if (!is_proof(t, mf_node(t, e.key))) {
            *mf_entry(t, spec->value.entries.first + kept++) = e;
        } else if (withhold(t, e.value) != MF_DONE || withhold(t, e.key) != MF_DONE) {
            return MF_NO_MEMORY;
        }
    }
    spec->value.entries.count = kept;
    return MF_DONE;
}

/* The elements of a SecretList's items need not say their kind. */
static mf_result filter_items(mf_tree *t, const manifest_node *items) {
    if (items->kind != MANIFEST_SEQUENCE) {
        return MF_DONE;
    }
    for (uint32_t i = 0; i < items->value.entries.count; i++) {
        manifest_node *item = mf_node(t, mf_entry(t, items->value.entries.first + i)->value);
        uint32_t kept = 0;
        if (item->kind != MANIFEST_MAPPING) {
            continue;
        }
        for (uint32_t k = 0; k < item->value.entries.count; k++) {
            manifest_entry e = *mf_entry(t, item->value.entries.first + k);
            if (may_stay(t, mf_node(t, e.key))) {
                *mf_entry(t, item->value.entries.first + kept++) = e;
            } else if (withhold(t, e.value) != MF_DONE || withhold(t, e.key) != MF_DONE) {
                return MF_NO_MEMORY;
            }
        }
        item->value.entries.count = kept;
    }
    return MF_DONE;
}

mf_result mf_secrets(mf_tree *t) {
    mf_candidate *c = t->candidates.items;
    bool secret = false, list = false, challenge = false;
    for (uint32_t i = 0; i < t->candidates.count; i++) {
        const manifest_node *key = mf_node(t, c[i].key), *value = mf_node(t, c[i].value);
        if (is_text(t, key, "kind")) { /* an overridden one counts as well: others may read it */
            secret = secret || is_kind(t, value, "secret");
            list = list || is_kind(t, value, "secretlist");
            challenge = challenge || is_kind(t, value, "challenge");
        }
    }
    for (uint32_t i = 0; i < t->candidates.count; i++) {
        const manifest_node *key = mf_node(t, c[i].key);
        if ((secret && !may_stay(t, key)) || is_copy(t, key)) {
            c[i].dead = true; /* the key is marked for the sake of warnings that point at it */
            if (withhold(t, c[i].value) != MF_DONE || withhold(t, c[i].key) != MF_DONE) {
                return MF_NO_MEMORY;
            }
        }
        if (challenge && is_text(t, key, "spec") &&
            filter_challenge(t, mf_node(t, c[i].value)) != MF_DONE) {
            return MF_NO_MEMORY;
        }
        if (list && is_text(t, key, "items") &&
            filter_items(t, mf_node(t, c[i].value)) != MF_DONE) {
            return MF_NO_MEMORY;
        }
    }
    return MF_DONE;
}
