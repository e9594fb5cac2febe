/* `string` inside the box: the engine's own functions where one call is bounded, ours where not.
 * SPDX-License-Identifier: MIT
 * Source: the Lua 5.4 reference manual, section 6.4; csrc/sandbox/pattern.h does the matching. */
#include "lua_sandbox.h"

#include <stdint.h>
#include <string.h>

#include "sandbox/pattern.h"

#define SPECIALS "^$*+?.([%-"

static void check_match(lua_State *L, const pattern_match *m) {
    if (m->out_of_steps) {
        box_charge(L, 0); /* tells which budget it was; does not return */
    }
    if (m->error != NULL) {
        luaL_error(L, "%s", m->error);
    }
}

static size_t push_capture(lua_State *L, const pattern_match *m, unsigned i) {
    if (m->captures[i].length == PATTERN_POSITION) {
        iss_pushsize(L, m->captures[i].first + 1);
        return 0;
    }
    size_t length = (size_t)m->captures[i].length;
    lua_pushlstring(L, m->subject + m->captures[i].first, length);
    return length;
}

/* Pushes the captures, or the whole match when there are none. */
static int push_captures(lua_State *L, const pattern_match *m, size_t first, size_t end) {
    if (m->count == 0) {
        lua_pushlstring(L, m->subject + first, end - first);
        return 1;
    }
    luaL_checkstack(L, (int)m->count, "too many captures");
    for (unsigned i = 0; i < m->count; i++) {
        push_capture(L, m, i);
    }
    return (int)m->count;
}

/* Argument `arg` as an offset into a text of `length` bytes: 1-based, negative from the end. */
static size_t start_of(lua_State *L, int arg, size_t length) {
    lua_Integer at = luaL_optinteger(L, arg, 1);
    if (at > 0) {
        return (size_t)at - 1;
    }
    return at == 0 || (uint64_t)0 - (uint64_t)at > length
               ? 0
               : length - (size_t)((uint64_t)0 - (uint64_t)at);
}

static int find_plain(lua_State *L, const char *subject, size_t length, size_t at,
                      const char *wanted, size_t wanted_length) {
    box_charge(L, (length - at) / 16 + wanted_length / 16);
    const char *found = wanted_length == 0
                            ? subject + at
                            : memmem(subject + at, length - at, wanted, wanted_length);
    if (found == NULL) {
        lua_pushnil(L);
        return 1;
    }
    iss_pushsize(L, (size_t)(found - subject) + 1);
    iss_pushsize(L, (size_t)(found - subject) + wanted_length);
    return 2;
}

static int has_specials(const char *pattern, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (pattern[i] != '\0' && strchr(SPECIALS, pattern[i]) != NULL) {
            return 1;
        }
    }
    return 0;
}

static int find_or_match(lua_State *L, int find) {
    size_t length, pattern_length, end = 0;
    const char *subject = luaL_checklstring(L, 1, &length);
    const char *pattern = luaL_checklstring(L, 2, &pattern_length);
    size_t at = start_of(L, 3, length);
    if (at > length) {
        lua_pushnil(L);
        return 1;
    }
    if (find && (lua_toboolean(L, 4) || !has_specials(pattern, pattern_length))) {
        return find_plain(L, subject, length, at, pattern, pattern_length);
    }
    int anchored = pattern_length > 0 && pattern[0] == '^';
    pattern_match m;
    pattern_start(&m, subject, length, pattern + anchored, pattern_length - (size_t)anchored,
                  &box_of(L)->budget.steps);
    do {
        if (pattern_at(&m, at, &end)) {
            if (!find) {
                return push_captures(L, &m, at, end);
            }
            iss_pushsize(L, at + 1);
            iss_pushsize(L, end);
            return 2 + (m.count == 0 ? 0 : push_captures(L, &m, at, end));
        }
        check_match(L, &m);
    } while (at++ < length && !anchored);
    lua_pushnil(L);
    return 1;
}

static int l_find(lua_State *L) {
    return find_or_match(L, 1);
}

static int l_match(lua_State *L) {
    return find_or_match(L, 0);
}

/* Upvalues: subject, pattern, next offset, end of the last match (-1: none). */
static int next_match(lua_State *L) {
    size_t length, pattern_length, end = 0;
    const char *subject = lua_tolstring(L, lua_upvalueindex(1), &length);
    const char *pattern = lua_tolstring(L, lua_upvalueindex(2), &pattern_length);
    size_t at = (size_t)lua_tonumber(L, lua_upvalueindex(3));
    lua_Number last = lua_tonumber(L, lua_upvalueindex(4));
    pattern_match m;
    pattern_start(&m, subject, length, pattern, pattern_length, &box_of(L)->budget.steps);
    for (; at <= length; at++) {
        if (pattern_at(&m, at, &end) && (lua_Number)end != last) {
            iss_pushsize(L, end);
            lua_pushvalue(L, -1);
            lua_replace(L, lua_upvalueindex(3));
            lua_replace(L, lua_upvalueindex(4));
            return push_captures(L, &m, at, end);
        }
        check_match(L, &m);
    }
    iss_pushsize(L, length + 1);
    lua_replace(L, lua_upvalueindex(3));
    return 0;
}

static int l_gmatch(lua_State *L) {
    luaL_checkstring(L, 1);
    luaL_checkstring(L, 2);
    lua_settop(L, 2);
    lua_pushinteger(L, 0);
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, next_match, 4);
    return 1;
}

/* The replacement text of one match: %0 … %9 and %%. */
static void add_text(lua_State *L, luaL_Buffer *b, const pattern_match *m, size_t first,
                     size_t end) {
    size_t length;
    const char *text = lua_tolstring(L, 3, &length);
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '%') {
            luaL_addchar(b, text[i]);
            continue;
        }
        i++;
        char digit = '\0';
        if (i < length) {
            digit = text[i];
        }
        if (digit == '%') {
            luaL_addchar(b, '%');
        } else if (digit == '0' || (digit == '1' && m->count == 0)) {
            luaL_addlstring(b, m->subject + first, end - first);
        } else if (digit >= '1' && digit <= '9' && (unsigned)(digit - '1') < m->count) {
            push_capture(L, m, (unsigned)(digit - '1'));
            luaL_addvalue(b);
        } else {
            luaL_error(L, "invalid use of '%%' in replacement string");
        }
    }
}

static void add_value(lua_State *L, luaL_Buffer *b, const pattern_match *m, size_t first,
                      size_t end) {
    if (lua_type(L, 3) == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        lua_call(L, push_captures(L, m, first, end), 1);
    } else if (lua_istable(L, 3)) {
        if (m->count == 0) {
            lua_pushlstring(L, m->subject + first, end - first);
        } else {
            push_capture(L, m, 0);
        }
        lua_gettable(L, 3);
    } else {
        add_text(L, b, m, first, end);
        return;
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        lua_pushlstring(L, m->subject + first, end - first);
    } else if (lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER) {
        luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    }
    luaL_addvalue(b);
}

static int l_gsub(lua_State *L) {
    size_t length, pattern_length, end = 0, at = 0;
    const char *subject = luaL_checklstring(L, 1, &length);
    const char *pattern = luaL_checklstring(L, 2, &pattern_length);
    int kind = lua_type(L, 3);
    luaL_argcheck(L,
                  kind == LUA_TSTRING || kind == LUA_TNUMBER || kind == LUA_TTABLE ||
                      kind == LUA_TFUNCTION,
                  3, "string, table or function expected");
    if (kind == LUA_TNUMBER) {
        lua_tolstring(L, 3, NULL); /* in place: the text is read again for every match */
    }
    lua_Integer most = luaL_optinteger(L, 4, INT64_MAX), count = 0;
    int anchored = pattern_length > 0 && pattern[0] == '^';
    size_t last = SIZE_MAX;
    pattern_match m;
    luaL_Buffer b;
    pattern_start(&m, subject, length, pattern + anchored, pattern_length - (size_t)anchored,
                  &box_of(L)->budget.steps);
    luaL_buffinit(L, &b);
    while (count < most) {
        if (pattern_at(&m, at, &end) && end != last) {
            count++;
            add_value(L, &b, &m, at, end);
            at = last = end;
        } else if (m.error != NULL || m.out_of_steps) {
            check_match(L, &m);
        } else if (at < length) {
            luaL_addchar(&b, subject[at]);
            at++;
        } else {
            break;
        }
        if (anchored) {
            break;
        }
    }
    luaL_addlstring(&b, subject + at, length - at);
    luaL_pushresult(&b);
    lua_pushinteger(L, count);
    return 2;
}

static int l_rep(lua_State *L) {
    size_t length, separator_length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer n = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &separator_length);
    if (n <= 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    size_t each = length + separator_length;
    if (each > 0 && (size_t)n > box_of(L)->budget.block / each) {
        return luaL_error(L, "the text would be longer than a policy may hold");
    }
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    box_charge(L, each == 0 ? 0 : (size_t)n / 4 + (size_t)n * each / 64);
    for (lua_Integer i = 0; each > 0 && i < n; i++) {
        luaL_addlstring(&b, text, length);
        if (i + 1 < n) {
            luaL_addlstring(&b, separator, separator_length);
        }
    }
    luaL_pushresult(&b);
    return 1;
}

/* The engine's own function (the upvalue) reads the whole first argument, and may then refuse it
 * without having allocated anything: reading is paid for too. */
static int l_paid(lua_State *L) {
    if (lua_type(L, 1) == LUA_TSTRING) {
        box_charge(L, iss_rawlen(L, 1) / 16);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

void box_paid(lua_State *L) {
    lua_pushcclosure(L, l_paid, 1);
}

void box_open_string(lua_State *L) {
    static const char *const kept[] = {"byte",    "char", "len",   "lower",
                                       "reverse", "sub",  "upper", NULL};
    static const luaL_Reg functions[] = {
        {"find", l_find},   {"gmatch", l_gmatch}, {"gsub", l_gsub},
        {"match", l_match}, {"rep", l_rep},       {NULL, NULL},
    };
    iss_newlib(L, functions);
    lua_getglobal(L, "string");
    for (int i = 0; kept[i] != NULL; i++) {
        lua_getfield(L, -1, kept[i]);
        lua_setfield(L, -3, kept[i]);
    }
    lua_getfield(L, -1, "format");
    box_paid(L);
    lua_setfield(L, -3, "format");
    lua_pop(L, 1);
}
