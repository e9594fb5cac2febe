/* Growable arrays with checked sizes; nothing here ever aborts.
 * SPDX-License-Identifier: MIT
 * Source: C11 7.22.3. */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

/* The capacity for `more` items; 0: there is enough, SIZE_MAX: there can be none. */
static size_t new_capacity(const mf_array *a, size_t more, size_t size) {
    size_t need, capacity;
    if (a->items != NULL && more <= (size_t)(a->capacity - a->count)) {
        return 0;
    }
    if (more > UINT32_MAX / 2 - a->count) {
        return SIZE_MAX;
    }
    need = a->count + more;
    capacity = a->capacity < 16 ? 16 : (size_t)a->capacity + a->capacity / 2;
    if (capacity < need) {
        capacity = need;
    }
    return capacity > UINT32_MAX || capacity > SIZE_MAX / size ? SIZE_MAX : capacity;
}

bool mf_reserve(mf_array *a, size_t more, size_t size) {
    size_t capacity = new_capacity(a, more, size);
    void *items;
    if (capacity == 0 || capacity == SIZE_MAX) {
        return capacity == 0;
    }
    /* Not realloc: it would leave a copy of a secret behind in freed memory. */
    items = malloc(capacity * size);
    if (items == NULL) {
        return false;
    }
    if (a->items != NULL) {
        memcpy(items, a->items, a->count * size);
        mf_wipe(a->items, a->count * size);
        free(a->items);
    }
    a->items = items;
    a->capacity = (uint32_t)capacity;
    return true;
}

bool mf_extend(mf_array *a, size_t more, size_t size) {
    size_t capacity = new_capacity(a, more, size);
    void *items;
    if (capacity == 0 || capacity == SIZE_MAX) {
        return capacity == 0;
    }
    items = realloc(a->items, capacity * size);
    if (items == NULL) {
        return false;
    }
    a->items = items;
    a->capacity = (uint32_t)capacity;
    return true;
}

void mf_release(mf_array *a, size_t size) {
    if (a->items != NULL) {
        mf_wipe(a->items, a->count * size);
        free(a->items);
    }
    a->items = NULL;
    a->count = a->capacity = 0;
}

void mf_wipe(void *memory, size_t length) {
    if (length != 0) {
        memset(memory, 0, length);
        __asm__ __volatile__("" : : "r"(memory) : "memory");
    }
}
