/* What the files of issuable.sandbox share. The state of a script is called the box; the state that
 * uses the module is the host. SPDX-License-Identifier: MIT
 * Source: design section 2; csrc/sandbox/budget.h counts what a script uses. */
#ifndef ISSUABLE_LUA_SANDBOX_H
#define ISSUABLE_LUA_SANDBOX_H

#include "compat.h"
#include "sandbox/budget.h"

/* Instructions between two looks at the budget: one uninterruptible operation on a block of the
 * greatest size costs well below a millisecond, so this many of them stay within a call's time. */
#define BOX_TICK 200
/* Plain data is copied no deeper: what nests further is no data that anybody reads. */
#define BOX_DEPTH 32

typedef struct box {
    sandbox_budget budget;
    lua_State *L;  /* NULL: closed */
    int64_t steps; /* of each call */
    int busy;      /* a call is going on */
    int line;      /* where a budget ran out; 0: not known */
    char chunk[64];
} box;

/* The box of a state inside; never NULL there. */
box *box_of(lua_State *L);

/* Takes steps off for work that no instruction shows; does not return when a budget is overrun. */
void box_charge(lua_State *L, size_t steps);

/* Throws inside when a budget is overrun. */
void box_overrun(lua_State *L, box *b);

/* Remembers the innermost line of a script that is running. Allocates nothing. */
void box_remember(box *b, lua_State *L);

/* Pushes the value at `index` of the host into the box as a plain copy. Runs protected in the box;
 * allocates nothing in the host and cannot throw there. `name_index`: host index of the string
 * "__name"; a host table whose metatable has that field gets the class of that name in the box. */
void box_copy_in(lua_State *host, int index, int name_index, lua_State *L, int classes, int depth);

/* Host stack slots that box_copy_in may take. */
#define BOX_COPY_SLOTS (4 * BOX_DEPTH + 16)

typedef struct box_out {
    size_t values, bytes; /* still allowed */
} box_out;

/* Pushes the value at `index` of the box into the host as a plain copy. Returns NULL, or why it
 * cannot be copied (then something is left on both stacks). Throws only in the host. */
const char *box_copy_out(lua_State *L, int index, lua_State *host, box_out *left, int depth);

/* Pushes a deep copy, metatables shared, of the table at index 1: clone(table) inside the box. */
int box_clone(lua_State *L);

/* Puts a function in place of the one on top that first takes steps for the length of its text. */
void box_paid(lua_State *L);

/* Each pushes a table of safe functions, some of them taken from the globals, which the engine's
 * own libraries filled before. */
void box_open_base(lua_State *L);
void box_open_string(lua_State *L);
void box_open_table(lua_State *L);

#endif
