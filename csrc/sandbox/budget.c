/* The budget of a script: see budget.h.
 * SPDX-License-Identifier: MIT
 * Source: the Lua 5.1 and 5.4 reference manuals, lua_Alloc. */
#include "budget.h"

#include <stdlib.h>
#include <time.h>

#define BYTES_PER_STEP 64
/* A block of this size is refused as soon as the steps are used up; smaller ones wait for a tick.
 */
#define LARGE_BLOCK ((size_t)65536)
/* Lua answers a refused block by collecting everything and asking once more; more than a few such
 * rounds in one call are an attack. */
#define MOST_REFUSALS 4
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

static int may_have(sandbox_budget *budget, size_t size, size_t growth) {
    budget->steps -= (int64_t)(size / BYTES_PER_STEP);
    size_t left = budget->limit > budget->used ? budget->limit - budget->used : 0;
    if (size > budget->block || growth > left) {
        budget->refusals++;
        return 0;
    }
    return size < LARGE_BLOCK || budget->steps >= 0;
}

void *sandbox_budget_alloc(void *data, void *block, size_t old_size, size_t new_size) {
    sandbox_budget *budget = data;
    size_t old = block == NULL ? 0 : old_size; /* without a block it is a hint about the type */
    if (new_size == 0) {
        free(block);
        budget->used -= old;
        return NULL;
    }
    if (new_size > old && !may_have(budget, new_size, new_size - old)) {
        if (budget->refused != NULL) {
            budget->refused(budget->owner);
        }
        return NULL;
    }
    void *fresh = realloc(block, new_size);
    if (fresh == NULL) {
        return new_size <= old ? block : NULL;
    }
    budget->used = budget->used - old + new_size;
    if (budget->used > budget->peak) {
        budget->peak = budget->used;
    }
    return fresh;
}
