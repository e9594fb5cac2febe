/* The few functions behind compat.h; linked, hidden, into every module.
 * SPDX-License-Identifier: MIT
 * Source: the Lua 5.1 and 5.4 reference manuals, section 5 / "The Auxiliary Library". */
#include "compat.h"

#include <string.h>

/* The largest count up to which every integer is exact in a Lua number. */
#define EXACT_MAX 9007199254740992.0

void iss_setfuncs(lua_State *L, const luaL_Reg *functions) {
    for (; functions != NULL && functions->name != NULL; functions++) {
        lua_pushcfunction(L, functions->func);
        lua_setfield(L, -2, functions->name);
    }
}

void iss_newlib(lua_State *L, const luaL_Reg *functions) {
    lua_newtable(L);
    iss_setfuncs(L, functions);
}

void iss_newmetatable(lua_State *L, const char *name, const luaL_Reg *methods,
                      const luaL_Reg *metamethods) {
    luaL_newmetatable(L, name); /* an existing one is filled again with the same functions */
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__name");
    iss_setfuncs(L, metamethods);
    if (methods != NULL) {
        iss_newlib(L, methods);
        lua_setfield(L, -2, "__index");
    }
    lua_pop(L, 1);
}

void *iss_newuserdata(lua_State *L, size_t size, const char *name) {
#if LUA_VERSION_NUM >= 504
    void *block = lua_newuserdatauv(L, size, 1);
#else
    void *block = lua_newuserdata(L, size);
#endif
    memset(block, 0, size);
    luaL_getmetatable(L, name);
    lua_setmetatable(L, -2);
    return block;
}

void *iss_testudata(lua_State *L, int index, const char *name) {
    void *block = lua_touserdata(L, index);
    int same;
    if (block == NULL || !lua_getmetatable(L, index)) {
        return NULL;
    }
    luaL_getmetatable(L, name);
    same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same ? block : NULL;
}

size_t iss_rawlen(lua_State *L, int index) {
#if LUA_VERSION_NUM >= 502
    return (size_t)lua_rawlen(L, index);
#else
    return lua_objlen(L, index);
#endif
}

int iss_absindex(lua_State *L, int index) {
    return index > 0 || index <= LUA_REGISTRYINDEX ? index : lua_gettop(L) + index + 1;
}

void iss_setuservalue(lua_State *L, int index) {
#if LUA_VERSION_NUM >= 504
    lua_setiuservalue(L, index, 1);
#elif LUA_VERSION_NUM >= 502
    lua_setuservalue(L, index);
#else
    lua_setfenv(L, index);
#endif
}

void iss_getuservalue(lua_State *L, int index) {
#if LUA_VERSION_NUM >= 504
    lua_getiuservalue(L, index, 1);
#elif LUA_VERSION_NUM >= 502
    lua_getuservalue(L, index);
#else
    lua_getfenv(L, index);
    /* A new userdata inherits the environment of the function that made it: that means "none". */
    if (lua_rawequal(L, -1, LUA_ENVIRONINDEX) || lua_rawequal(L, -1, LUA_GLOBALSINDEX)) {
        lua_pop(L, 1);
        lua_pushnil(L);
    }
#endif
}

void iss_pushsize(lua_State *L, size_t n) {
    lua_pushinteger(L, (lua_Integer)n);
}

void iss_setsize(lua_State *L, int index, const char *key, size_t n) {
    int table = iss_absindex(L, index);
    iss_pushsize(L, n);
    lua_setfield(L, table, key);
}

size_t iss_checksize(lua_State *L, int arg) {
    lua_Number n = luaL_checknumber(L, arg);
    if (!(n >= 0 && n <= EXACT_MAX) || (lua_Number)(size_t)n != n) {
        luaL_argerror(L, arg, "a whole number from 0 to 2^53 expected");
        return 0;
    }
    return (size_t)n;
}

size_t iss_optsize(lua_State *L, int arg, size_t absent) {
    return lua_isnoneornil(L, arg) ? absent : iss_checksize(L, arg);
}
