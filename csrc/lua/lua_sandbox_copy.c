/* Plain copies into the box, out of it, and inside it.
 * SPDX-License-Identifier: MIT
 * Source: design section 2 (never proxies: ipairs, # and pairs ignore metamethods on LuaJIT). */
#include "lua_sandbox.h"

#include <stdint.h>

/* Pushes a new table of `to` that is as large as the one at `index` of `from`: counting first is
 * cheaper than growing. */
static void push_table_like(lua_State *from, int index, lua_State *to) {
    size_t all = 0, list = iss_rawlen(from, index);
    lua_pushnil(from);
    while (lua_next(from, index)) {
        lua_pop(from, 1);
        all++;
    }
    if (list > all) { /* a border of a list with holes is anywhere */
        list = all;
    }
    lua_createtable(to, list < INT32_MAX ? (int)list : 0,
                    all - list < INT32_MAX ? (int)(all - list) : 0);
}

static void push_number(lua_State *from, int index, lua_State *to) {
#if LUA_VERSION_NUM >= 503
    if (lua_isinteger(from, index)) {
        lua_pushinteger(to, lua_tointeger(from, index));
        return;
    }
#endif
    lua_pushnumber(to, lua_tonumber(from, index));
}

/* Gives the new table on top of the box the class that the host's metatable names. */
static void take_class(lua_State *host, int index, int name_index, lua_State *L, int classes) {
    size_t length;
    if (!lua_getmetatable(host, index)) {
        return;
    }
    lua_pushvalue(host, name_index);
    lua_rawget(host, -2);
    if (lua_type(host, -1) == LUA_TSTRING) {
        const char *name = lua_tolstring(host, -1, &length);
        lua_pushlstring(L, name, length);
        lua_rawget(L, classes);
        if (lua_istable(L, -1)) {
            lua_setmetatable(L, -2);
        } else {
            lua_pop(L, 1);
        }
    }
    lua_pop(host, 2);
}

void box_copy_in(lua_State *host, int index, int name_index, lua_State *L, int classes, int depth) {
    size_t length;
    const char *text;
    if (depth > BOX_DEPTH) {
        luaL_error(L, "data that nests deeper than %d levels cannot enter", BOX_DEPTH);
    }
    luaL_checkstack(L, 6, "too much data");
    switch (lua_type(host, index)) {
    case LUA_TNIL:
        lua_pushnil(L);
        return;
    case LUA_TBOOLEAN:
        lua_pushboolean(L, lua_toboolean(host, index));
        return;
    case LUA_TNUMBER:
        push_number(host, index, L);
        return;
    case LUA_TSTRING:
        text = lua_tolstring(host, index, &length);
        lua_pushlstring(L, text, length);
        return;
    case LUA_TTABLE:
        break;
    default:
        luaL_error(L, "a %s cannot enter", lua_typename(host, lua_type(host, index)));
    }
    push_table_like(host, index, L);
    lua_pushnil(host);
    while (lua_next(host, index)) {
        int top = lua_gettop(host);
        if (lua_type(host, top - 1) == LUA_TTABLE) {
            luaL_error(L, "a table as a key cannot enter");
        }
        box_copy_in(host, top - 1, name_index, L, classes, depth + 1);
        box_copy_in(host, top, name_index, L, classes, depth + 1);
        lua_rawset(L, -3);
        lua_settop(host, top - 1);
    }
    take_class(host, index, name_index, L, classes);
}

const char *box_copy_out(lua_State *L, int index, lua_State *host, box_out *left, int depth) {
    size_t length;
    const char *text;
    if (depth > BOX_DEPTH) {
        return "it nests too deeply";
    }
    if (left->values == 0) {
        return "it holds too many values";
    }
    left->values--;
    if (!lua_checkstack(L, 6)) {
        return "there is no memory left for it";
    }
    luaL_checkstack(host, 6, "too much data");
    switch (lua_type(L, index)) {
    case LUA_TNIL:
        lua_pushnil(host);
        return NULL;
    case LUA_TBOOLEAN:
        lua_pushboolean(host, lua_toboolean(L, index));
        return NULL;
    case LUA_TNUMBER:
        push_number(L, index, host);
        return NULL;
    case LUA_TSTRING:
        text = lua_tolstring(L, index, &length);
        if (length > left->bytes) {
            return "it holds too much text";
        }
        left->bytes -= length;
        lua_pushlstring(host, text, length);
        return NULL;
    case LUA_TTABLE:
        break;
    case LUA_TFUNCTION:
        return "it holds a function";
    default:
        return "it holds something that is no data";
    }
    lua_newtable(host);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        int top = lua_gettop(L);
        if (lua_type(L, top - 1) == LUA_TTABLE) {
            return "it holds a table as a key";
        }
        const char *why = box_copy_out(L, top - 1, host, left, depth + 1);
        if (why == NULL) {
            why = box_copy_out(L, top, host, left, depth + 1);
        }
        if (why != NULL) {
            return why;
        }
        lua_rawset(host, -3);
        lua_settop(L, top - 1);
    }
    return NULL;
}

static void clone(lua_State *L, int index, int depth) {
    if (depth > BOX_DEPTH) {
        luaL_error(L, "data nests deeper than %d levels", BOX_DEPTH);
    }
    luaL_checkstack(L, 6, "too much data");
    push_table_like(L, index, L);
    int copy = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pushvalue(L, -2);
        if (lua_istable(L, -2)) {
            clone(L, copy + 2, depth + 1);
        } else {
            lua_pushvalue(L, -2);
        }
        lua_rawset(L, copy);
        lua_pop(L, 1);
    }
    if (lua_getmetatable(L, index)) {
        lua_setmetatable(L, copy);
    }
}

int box_clone(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    clone(L, 1, 0);
    return 1;
}
