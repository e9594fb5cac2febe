/* The whole difference between Lua 5.1 (LuaJIT) and Lua 5.2..5.5, for the border files
 * csrc/lua/lua_*.c. SPDX-License-Identifier: MIT Source: the Lua 5.1 and 5.4 reference manuals,
 * section 5 / "The Auxiliary Library". */
#ifndef ISSUABLE_LUA_COMPAT_H
#define ISSUABLE_LUA_COMPAT_H

#include <stddef.h>

#include <lauxlib.h>
#include <lua.h>

/* Everything is built with -fvisibility=hidden; only luaopen_* is marked with this. */
#define ISS_EXPORT __attribute__((visibility("default")))

/* The head of a module's open function, prototype included (-Wmissing-prototypes):
 *     ISS_OPEN(zone) { iss_newlib(L, functions); return 1; }                                    */
#define ISS_OPEN(module)                                                                           \
    ISS_EXPORT int luaopen_issuable_##module(lua_State *L);                                        \
    int luaopen_issuable_##module(lua_State *L)

/* Pushes a new table with the functions. Private, because LuaJIT's headers define luaL_newlib and
 * luaL_setfuncs by themselves while a plain 5.1 interpreter lacks the symbols at run time. */
void iss_newlib(lua_State *L, const luaL_Reg *functions);

/* Adds the functions (NULL: none) to the table on top of the stack. */
void iss_setfuncs(lua_State *L, const luaL_Reg *functions);

/* Registers the metatable `name` in the registry, with __name = name, __index = a table of
 * `methods` (NULL: no __index) and the `metamethods` (__gc, __close, __tostring, …). Pushes
 * nothing. */
void iss_newmetatable(lua_State *L, const char *name, const luaL_Reg *methods,
                      const luaL_Reg *metamethods);

/* Pushes a zeroed userdata of `size` bytes that already has the metatable `name`, and one user
 * value slot. So nothing that is acquired afterwards can be lost when a later Lua call throws. */
void *iss_newuserdata(lua_State *L, size_t size, const char *name);

/* The userdata at `index` if its metatable is `name`, else NULL. Never throws an argument error. */
void *iss_testudata(lua_State *L, int index, const char *name);

/* `#` without metamethods: bytes of a string or userdata, border of a table. */
size_t iss_rawlen(lua_State *L, int index);

/* A relative stack index as an absolute one; pseudo-indices stay. */
int iss_absindex(lua_State *L, int index);

/* Pops a TABLE (5.1 takes nothing else) and ties it to the userdata at `index`: there a handle
 * anchors the Lua strings whose pointers it keeps. */
void iss_setuservalue(lua_State *L, int index);

/* Pushes the table tied to the userdata at `index`, or nil when there is none. */
void iss_getuservalue(lua_State *L, int index);

/* Pushes a size or offset as a Lua integer (5.3+) or number (exact up to 2^53). */
void iss_pushsize(lua_State *L, size_t n);

/* Field `key` of the table at `index` = size. */
void iss_setsize(lua_State *L, int index, const char *key, size_t n);

/* Argument `arg` as a size: an integral number from 0 to 2^53; anything else is an argument error.
 */
size_t iss_checksize(lua_State *L, int arg);

/* The same, `absent` when the argument is nil or missing. */
size_t iss_optsize(lua_State *L, int arg, size_t absent);

#endif
