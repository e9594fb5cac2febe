/* The budget of a script: see budget.h.
 * SPDX-License-Identifier: MIT
 * Source: the Lua 5.1 and 5.4 reference manuals, lua_Alloc. */
#include "budget.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BYTES_PER_STEP 64
/* A block of this size is refused as soon as the steps are used up; smaller ones wait for a tick.
 */
#define LARGE_BLOCK ((size_t)65536)
/* Lua answers a refused block by collecting everything and asking once more; more than a few such
 * rounds in one call are an attack. */
#define MOST_REFUSALS 4
#define SLAB          ((size_t)16384)
/* The processor clock is a system call: it is asked only when the cheap clock gives a reason. */
#define CLOCK_SHARE 4

static uint64_t now(clockid_t clock) {
    struct timespec time;
    if (clock_gettime(clock, &time) != 0) {
        return 0;
    }
    return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

void sandbox_budget_start(sandbox_budget *budget, int64_t steps) {
    budget->steps = steps;
    budget->refusals = 0;
    budget->over = SANDBOX_WITHIN;
    budget->started_wall = now(CLOCK_MONOTONIC);
    budget->started_work = 0; /* not asked yet */
}

/* Wall time passes while others use the processor, so it only says when to ask for work done. The
 * first asking starts that clock: up to a quarter of the time may have gone by then. */
static int works_too_long(sandbox_budget *budget) {
    uint64_t wall = now(CLOCK_MONOTONIC) - budget->started_wall;
    if (wall < budget->most_work / CLOCK_SHARE) {
        return 0;
    }
    uint64_t work = now(CLOCK_THREAD_CPUTIME_ID);
    if (budget->started_work == 0) {
        budget->started_work = work;
        return 0;
    }
    return work - budget->started_work > budget->most_work - budget->most_work / CLOCK_SHARE;
}

enum sandbox_over sandbox_budget_tick(sandbox_budget *budget, int64_t steps) {
    budget->steps -= steps;
    if (budget->over != SANDBOX_WITHIN) {
        return budget->over;
    }
    if (budget->steps < 0) {
        budget->over = SANDBOX_STEPS;
    } else if (budget->refusals > MOST_REFUSALS) {
        budget->over = SANDBOX_MEMORY;
    } else if (works_too_long(budget)) {
        budget->over = SANDBOX_TIME;
    }
    return budget->over;
}

/* Takes bytes from the system into the account. */
static int may_hold(sandbox_budget *budget, size_t bytes) {
    size_t left = budget->limit > budget->used ? budget->limit - budget->used : 0;
    if (bytes > left) {
        budget->refusals++;
        return 0;
    }
    budget->used += bytes;
    if (budget->used > budget->peak) {
        budget->peak = budget->used;
    }
    return 1;
}

static int is_small(size_t size) {
#if defined(__SANITIZE_ADDRESS__)
    (void)size; /* so that every block keeps its own guards */
    return 0;
#else
    return size <= SANDBOX_SMALL;
#endif
}

static size_t class_of(size_t size) {
    return (size + 15) / 16 - 1;
}

/* A small block: one that was given back, else a piece of the newest slab. */
static void *small_block(sandbox_budget *budget, size_t size) {
    size_t class = class_of(size);
    void *block = budget->free_lists[class];
    if (block != NULL) {
        memcpy(&budget->free_lists[class], block, sizeof(void *));
        return block;
    }
    size_t bytes = (class + 1) * 16;
    if ((size_t)(budget->fresh_end - budget->fresh) < bytes) {
        if (!may_hold(budget, SLAB)) {
            return NULL;
        }
        char *slab = malloc(SLAB);
        if (slab == NULL) {
            budget->used -= SLAB;
            return NULL;
        }
        memcpy(slab, &budget->slabs, sizeof budget->slabs);
        budget->slabs = slab;
        budget->fresh = slab + 16; /* keeps the alignment */
        budget->fresh_end = slab + SLAB;
    }
    block = budget->fresh;
    budget->fresh += bytes;
    return block;
}

static void *large_block(sandbox_budget *budget, size_t size) {
    if (!may_hold(budget, size)) {
        return NULL;
    }
    void *block = malloc(size);
    if (block == NULL) {
        budget->used -= size;
    }
    return block;
}

static void give_back(sandbox_budget *budget, void *block, size_t size) {
    if (block == NULL) {
        return;
    }
    if (is_small(size)) {
        size_t class = class_of(size);
        memcpy(block, &budget->free_lists[class], sizeof(void *));
        budget->free_lists[class] = block;
    } else {
        free(block);
        budget->used -= size;
    }
}

void sandbox_budget_release(sandbox_budget *budget) {
    while (budget->slabs != NULL) {
        void *slab = budget->slabs;
        memcpy(&budget->slabs, slab, sizeof(void *));
        free(slab);
        budget->used -= SLAB;
    }
    memset(budget->free_lists, 0, sizeof budget->free_lists);
    budget->fresh = budget->fresh_end = NULL;
}

/* What a new size costs in steps, and whether one piece may be so large. Large ones are refused as
 * soon as the steps are used up. */
static int may_ask(sandbox_budget *budget, size_t size) {
    budget->steps -= (int64_t)(size / BYTES_PER_STEP);
    if (size > budget->block) {
        budget->refusals++;
        return 0;
    }
    return size < LARGE_BLOCK || budget->steps >= 0;
}

static void *moved(sandbox_budget *budget, void *block, size_t old_size, size_t new_size) {
    if (block != NULL && is_small(old_size) && is_small(new_size) &&
        class_of(old_size) == class_of(new_size)) {
        return block;
    }
    if (block != NULL && !is_small(old_size) && !is_small(new_size)) {
        if (new_size > old_size && !may_hold(budget, new_size - old_size)) {
            return NULL;
        }
        void *fresh = realloc(block, new_size);
        if (fresh == NULL) {
            if (new_size <= old_size) {
                return block;
            }
            budget->used -= new_size - old_size;
            return NULL;
        }
        if (new_size < old_size) {
            budget->used -= old_size - new_size;
        }
        return fresh;
    }
    void *fresh =
        is_small(new_size) ? small_block(budget, new_size) : large_block(budget, new_size);
    if (fresh != NULL && block != NULL) {
        memcpy(fresh, block, old_size < new_size ? old_size : new_size);
        give_back(budget, block, old_size);
    }
    return fresh;
}

void *sandbox_budget_alloc(void *data, void *block, size_t old_size, size_t new_size) {
    sandbox_budget *budget = data;
    size_t old = block == NULL ? 0 : old_size; /* without a block it is a hint about the type */
    if (new_size == 0) {
        give_back(budget, block, old);
        return NULL;
    }
    void *fresh = NULL;
    if (new_size <= old) { /* must not fail: it may move into a slab above the limit */
        size_t limit = budget->limit;
        budget->limit = SIZE_MAX;
        fresh = moved(budget, block, old, new_size);
        budget->limit = limit;
        return fresh != NULL ? fresh : block;
    }
    if (may_ask(budget, new_size)) {
        fresh = moved(budget, block, old, new_size);
    }
    if (fresh == NULL && budget->refused != NULL) {
        budget->refused(budget->owner);
    }
    return fresh;
}
