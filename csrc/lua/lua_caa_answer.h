/* Answers as Lua tables, for both handles that hold lookups: caa.lookup and caa.resolver.
 * SPDX-License-Identifier: MIT
 * RFC 8659 section 3. */
#ifndef ISSUABLE_LUA_CAA_ANSWER_H
#define ISSUABLE_LUA_CAA_ANSWER_H

#include <stdbool.h>

#include "caa/lookup.h"
#include "lua_caa.h"

/* The kind of the answer (a table), or an error. */
int iss_answer_kind(lua_State *L, int answer);

/* Pushes the trace's entry for an answer to what m wants. All that can fail for want of memory or
 * because of the answer's form fails here or in iss_answer_feed, before a handle's own lookup
 * moves. */
void iss_answer_entry(lua_State *L, const caa_lookup *m, int answer, int kind);

/* Moves a copy of the lookup by one answer and its entry. Errors throw. */
void iss_answer_feed(lua_State *L, caa_lookup *machine, int answer, int entry, int kind);

/* Pushes the result of a decided lookup from its trace, an array of `count` entries.
 *   copy  the trace stays the handle's own: callers add to what they get */
void iss_answer_result(lua_State *L, const caa_lookup *m, int trace, int count, bool copy);

/* "asking", "found", "none", "failed", "unknown". */
const char *iss_answer_status(const caa_lookup *m);

/* Pushes the name of the climb's step. */
void iss_pushclimb(lua_State *L, const caa_lookup *m);

#endif
