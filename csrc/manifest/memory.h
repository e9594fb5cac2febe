/* Growable arrays with checked sizes; nothing here ever aborts.
 * SPDX-License-Identifier: MIT
 * Source: C11 7.22.3. */
#ifndef ISSUABLE_MANIFEST_MEMORY_H
#define ISSUABLE_MANIFEST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    void *items;
    uint32_t count, capacity;
} mf_array;

/* Room for `more` further items of `size` bytes (and for none of them a pointer that is not NULL).
 * false: no memory; the array is unchanged. */
bool mf_reserve(mf_array *a, size_t more, size_t size);

/* The same for arrays of offsets and numbers, which tell no secret: nothing is wiped, and large
 * ones move without being copied. */
bool mf_extend(mf_array *a, size_t more, size_t size);

/* Frees; first overwrites what was in it, as it may have been a secret. */
void mf_release(mf_array *a, size_t size);

/* Overwrites in a way that the compiler cannot leave out. */
void mf_wipe(void *memory, size_t length);

#endif
