/* The base functions and `table` inside the box: what is pure, with every loop counted.
 * SPDX-License-Identifier: MIT
 * Source: the Lua 5.4 reference manual, sections 6.1 and 6.6, on plain tables (no metamethods). */
#include "lua_sandbox.h"

#include <stdint.h>

/*--- setmetatable without finalisers: hooks are off while one runs, so it could run for ever. */
static int l_setmetatable(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argcheck(L, lua_isnil(L, 2) || lua_istable(L, 2), 2, "nil or table expected");
    if (luaL_getmetafield(L, 1, "__metatable")) {
        return luaL_error(L, "cannot change a protected metatable");
    }
    lua_settop(L, 2);
    if (lua_istable(L, 2)) {
        lua_pushliteral(L, "__gc");
        lua_rawget(L, 2);
        if (!lua_isnil(L, -1)) {
            return luaL_error(L, "a policy has no finalisers (__gc)");
        }
        lua_settop(L, 2);
    }
    lua_setmetatable(L, 1);
    return 1;
}

/*--- getmetatable of tables only: the one of strings is everybody's. */
static int l_getmetatable(lua_State *L) {
    luaL_checkany(L, 1);
    if (!lua_istable(L, 1) || !lua_getmetatable(L, 1)) {
        lua_pushnil(L);
        return 1;
    }
    if (luaL_getmetafield(L, 1, "__metatable")) {
        return 1;
    }
    return 1;
}

static lua_Integer length_of(lua_State *L, int index) {
    luaL_checktype(L, index, LUA_TTABLE);
    return (lua_Integer)iss_rawlen(L, index);
}

static void get(lua_State *L, int index, lua_Integer i) {
    lua_pushinteger(L, i);
    lua_rawget(L, index);
}

/* Pops a value. */
static void set(lua_State *L, int index, lua_Integer i) {
    lua_pushinteger(L, i);
    lua_insert(L, -2);
    lua_rawset(L, index);
}

static size_t span(lua_Integer first, lua_Integer last) {
    return last < first ? 0 : (size_t)((uint64_t)last - (uint64_t)first) + 1;
}

static int l_concat(lua_State *L) {
    lua_Integer last = length_of(L, 1);
    size_t length;
    const char *separator = luaL_optlstring(L, 2, "", &length);
    lua_Integer i = luaL_optinteger(L, 3, 1);
    last = luaL_optinteger(L, 4, last);
    box_charge(L, span(i, last));
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    for (; i <= last; i++) {
        get(L, 1, i);
        if (lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER) {
            return luaL_error(L, "a %s cannot be put together with text", luaL_typename(L, -1));
        }
        luaL_addvalue(&b);
        if (i < last) {
            luaL_addlstring(&b, separator, length);
        }
        if (i == INT64_MAX) {
            break;
        }
    }
    luaL_pushresult(&b);
    return 1;
}

static int l_insert(lua_State *L) {
    lua_Integer end = length_of(L, 1) + 1;
    lua_Integer at = end;
    int arguments = lua_gettop(L);
    if (arguments == 3) {
        at = luaL_checkinteger(L, 2);
        luaL_argcheck(L, at >= 1 && at <= end, 2, "position out of bounds");
        box_charge(L, span(at, end));
        for (lua_Integer i = end; i > at; i--) {
            get(L, 1, i - 1);
            set(L, 1, i);
        }
    } else if (arguments != 2) {
        return luaL_error(L, "wrong number of arguments to 'insert'");
    }
    set(L, 1, at); /* the last argument is on top */
    return 0;
}

static int l_remove(lua_State *L) {
    lua_Integer end = length_of(L, 1);
    lua_Integer at = luaL_optinteger(L, 2, end);
    if (!lua_isnoneornil(L, 2)) {
        luaL_argcheck(L, (at >= 1 && at <= end + 1) || (end == 0 && at == 0), 2,
                      "position out of bounds");
    }
    get(L, 1, at);
    box_charge(L, span(at, end));
    for (; at < end; at++) {
        get(L, 1, at + 1);
        set(L, 1, at);
    }
    lua_pushnil(L);
    set(L, 1, at);
    return 1;
}

static int l_move(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Integer first = luaL_checkinteger(L, 2);
    lua_Integer last = luaL_checkinteger(L, 3);
    lua_Integer to = luaL_checkinteger(L, 4);
    int target = lua_isnoneornil(L, 5) ? 1 : 5;
    luaL_checktype(L, target, LUA_TTABLE);
    if (last >= first) {
        box_charge(L, span(first, last));
        lua_Integer n = last - first;
        luaL_argcheck(L, first > 0 || last < INT64_MAX + first, 3, "too many elements to move");
        luaL_argcheck(L, to <= INT64_MAX - n, 4, "destination wraps around");
        int up = to > last || to <= first || target != 1;
        for (lua_Integer i = 0; i <= n; i++) {
            lua_Integer step = up ? i : n - i;
            get(L, 1, first + step);
            set(L, target, to + step);
        }
    }
    lua_pushvalue(L, target);
    return 1;
}

static int l_unpack(lua_State *L) {
    lua_Integer last = length_of(L, 1);
    lua_Integer first = luaL_optinteger(L, 2, 1);
    last = luaL_optinteger(L, 3, last);
    size_t count = span(first, last);
    box_charge(L, count);
    if (count >= 8000 || !lua_checkstack(L, (int)count)) {
        return luaL_error(L, "too many results to unpack");
    }
    for (size_t i = 0; i < count; i++) {
        get(L, 1, first + (lua_Integer)i);
    }
    return (int)count;
}

/* Is the value at index a before the one at index b? (absolute indexes; 2: the comparator or nil)
 */
static int before(lua_State *L, int a, int b) {
    if (!lua_isnil(L, 2)) {
        lua_pushvalue(L, 2);
        lua_pushvalue(L, a);
        lua_pushvalue(L, b);
        lua_call(L, 2, 1);
        int yes = lua_toboolean(L, -1);
        lua_pop(L, 1);
        return yes;
    }
    box_charge(L, 1 + (lua_type(L, a) == LUA_TSTRING ? iss_rawlen(L, a) / 64 : 0));
#if LUA_VERSION_NUM >= 502
    return lua_compare(L, a, b, LUA_OPLT);
#else
    return lua_lessthan(L, a, b);
#endif
}

/* Merges the sorted runs [low, middle) and [middle, high) of table 3 into table 4. */
static void merge(lua_State *L, lua_Integer low, lua_Integer middle, lua_Integer high) {
    lua_Integer left = low, right = middle;
    for (lua_Integer i = low; i < high; i++) {
        int take_left = left < middle;
        if (left < middle && right < high) {
            get(L, 3, left);
            get(L, 3, right);
            int top = lua_gettop(L);
            take_left = !before(L, top, top - 1); /* stable: the left one stays first when equal */
            lua_settop(L, top - 2);
        }
        get(L, 3, take_left ? left++ : right++);
        set(L, 4, i);
    }
}

/*--- Sorts by merging: never quadratic, whatever the comparator says, and the same order on both
 * engines. */
static int l_sort(lua_State *L) {
    lua_Integer n = length_of(L, 1);
    if (!lua_isnoneornil(L, 2)) {
        luaL_checktype(L, 2, LUA_TFUNCTION);
    }
    lua_settop(L, 2);
    box_charge(L, (size_t)n);
    lua_createtable(L, (int)n, 0);
    lua_createtable(L, (int)n, 0);
    for (lua_Integer i = 1; i <= n; i++) {
        get(L, 1, i);
        set(L, 3, i);
    }
    for (lua_Integer width = 1; width < n; width *= 2) {
        for (lua_Integer low = 1; low <= n; low += 2 * width) {
            lua_Integer middle = low + width <= n ? low + width : n + 1;
            lua_Integer high = middle + width <= n ? middle + width : n + 1;
            merge(L, low, middle, high);
        }
        box_charge(L, (size_t)n);
        lua_pushvalue(L, 3);
        lua_pushvalue(L, 4);
        lua_replace(L, 3);
        lua_replace(L, 4);
    }
    for (lua_Integer i = 1; i <= n; i++) {
        get(L, 3, i);
        set(L, 1, i);
    }
    return 0;
}

void box_open_table(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"concat", l_concat}, {"insert", l_insert}, {"move", l_move}, {"remove", l_remove},
        {"sort", l_sort},     {"unpack", l_unpack}, {NULL, NULL},
    };
    iss_newlib(L, functions);
}

void box_open_base(lua_State *L) {
    /* No xpcall: its handler would run while the hook that threw still keeps hooks off. */
    static const char *const kept[] = {"assert",   "error",  "ipairs",   "next",   "pairs",
                                       "pcall",    "rawget", "rawequal", "select", "tonumber",
                                       "tostring", "type",   NULL};
    static const luaL_Reg functions[] = {
        {"getmetatable", l_getmetatable}, {"setmetatable", l_setmetatable}, {NULL, NULL}};
    iss_newlib(L, functions);
    for (int i = 0; kept[i] != NULL; i++) {
        lua_getglobal(L, kept[i]);
        lua_setfield(L, -2, kept[i]);
    }
    lua_getfield(L, -1, "tonumber");
    box_paid(L);
    lua_setfield(L, -2, "tonumber");
}
