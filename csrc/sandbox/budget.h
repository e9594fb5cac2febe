/* What a script may use: memory, steps and, as a backstop, processor time. Counted, never guessed.
 * SPDX-License-Identifier: MIT
 * Design section 2 (issuable.sandbox): a counting allocator works on both engines; this file knows
 * nothing of Lua but the shape of its allocator. */
#ifndef ISSUABLE_SANDBOX_BUDGET_H
#define ISSUABLE_SANDBOX_BUDGET_H

#include <stddef.h>
#include <stdint.h>

enum sandbox_over {
    SANDBOX_WITHIN = 0,
    SANDBOX_STEPS,  /* the step budget is used up */
    SANDBOX_MEMORY, /* the memory budget does not hold what is wanted, not even after collecting */
    SANDBOX_TIME,   /* the processor worked too long: on work that steps do not show */
};

/* Blocks of up to this size come from slabs: scripts make and drop small tables all the time. */
#define SANDBOX_SMALL   512
#define SANDBOX_CLASSES (SANDBOX_SMALL / 16)

typedef struct sandbox_budget {
    size_t used;  /* bytes held now, slabs as a whole */
    size_t peak;  /* the most bytes ever held */
    size_t limit; /* most bytes that may be held */
    size_t block; /* most bytes in one piece: bounds what one uninterruptible operation can touch */
    int64_t steps;                     /* left of this call; below zero: used up */
    uint64_t started_wall;             /* nanoseconds, monotonic: cheap to read at every tick */
    uint64_t started_work;             /* nanoseconds of processor time of this thread */
    uint64_t most_work;                /* nanoseconds of processor time that a call may take */
    unsigned refusals;                 /* blocks refused in this call */
    enum sandbox_over over;            /* the first budget that was overrun in this call */
    void *free_lists[SANDBOX_CLASSES]; /* small blocks that were given back, by 16 bytes of size */
    void *slabs;                       /* all slabs, each pointing to the one before */
    char *fresh, *fresh_end;           /* what is left of the newest slab */
    void (*refused)(void *owner);      /* told of every refused block; must not allocate */
    void *owner;
} sandbox_budget;

/* Starts a call: `steps` to use, and the clock at zero. */
void sandbox_budget_start(sandbox_budget *budget, int64_t steps);

/* Takes `steps` off and looks at the clock. Returns what is overrun; once something is, always. */
enum sandbox_over sandbox_budget_tick(sandbox_budget *budget, int64_t steps);

/* Gives all slabs back; nothing that was allocated may be used afterwards. */
void sandbox_budget_release(sandbox_budget *budget);

/* A lua_Alloc: `data` is the budget. Each 64 bytes that are wanted cost a step, so that work on
 * large strings, which no instruction count shows, is paid for. Shrinking never fails. */
void *sandbox_budget_alloc(void *data, void *block, size_t old_size, size_t new_size);

#endif
