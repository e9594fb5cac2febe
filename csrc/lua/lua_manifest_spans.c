/* Questions to a stream: where a value stands, and which objects there are.
 * SPDX-License-Identifier: MIT
 * Source: design.md section 2 (Span); kubectl flattens whatever has `items`. */
#include "lua_manifest.h"

#include <string.h>

/* Fields of the table on top: first and last as Lua counts them. */
void manifest_set_range(lua_State *L, uint32_t first, uint32_t end) {
    iss_setsize(L, -1, "first", (size_t)first + 1);
    iss_setsize(L, -1, "last", end);
}

void manifest_set_place(lua_State *L, manifest *m, uint32_t byte) {
    uint32_t line, column;
    if (!manifest_place(m, byte, &line, &column)) {
        luaL_error(L, "not enough memory");
    }
    iss_setsize(L, -1, "line", line);
    iss_setsize(L, -1, "column", column);
}

void manifest_push_range(lua_State *L, manifest *m, uint32_t first, uint32_t end) {
    lua_createtable(L, 0, 4);
    manifest_set_range(L, first, end);
    manifest_set_place(L, m, first);
}

/* Pushes the Span table. */
static int push_span(lua_State *L, manifest_stream *s, const manifest_span *span) {
    manifest_push_range(L, s->engine, span->first, span->end);
    iss_getuservalue(L, 1);
    lua_getfield(L, -1, "path");
    lua_remove(L, -2);
    lua_setfield(L, -2, "path");
    if (span->aliased) {
        manifest_push_range(L, s->engine, span->alias_first, span->alias_end);
        lua_setfield(L, -2, "alias");
    }
    return 1;
}

/* Enters the tables of a document into ids, as they were built. Its entries, not the tables, say
 * what is looked at: whatever the owner of the tables has made of them since cannot lead astray. */
static void resolve(lua_State *L, manifest_stream *s, int ids, int documents, uint32_t position) {
    struct {
        uint32_t id, next;
    } frames[MANIFEST_DEPTH_MAX + 1];
    uint32_t depth = 0;
    uint32_t id = manifest_kept_root(s->engine, position);
    int base = lua_gettop(L);
    luaL_checkstack(L, MANIFEST_DEPTH_MAX + 8, "manifest too deep");
    lua_rawgeti(L, documents, (int)position + 1);
    if (lua_istable(L, -1)) {
        lua_getfield(L, -1, "value");
    }
    for (;;) {
        const char *key = NULL;
        size_t length = 0;
        bool entered = false;
        if (id != 0 && lua_istable(L, -1) && depth <= MANIFEST_DEPTH_MAX) {
            lua_pushvalue(L, -1);
            lua_rawget(L, ids);
            entered = lua_isnil(L, -1);
            lua_pop(L, 1);
        }
        if (entered) {
            lua_pushvalue(L, -1);
            iss_pushsize(L, id);
            lua_rawset(L, ids);
            frames[depth].id = id;
            frames[depth++].next = 0;
        } else {
            lua_pop(L, 1);
        }
        /* The next container of the innermost one that has one. */
        for (id = 0; depth > 0 && id == 0;) {
            uint32_t next = frames[depth - 1].next++;
            if (next >= manifest_kept_count(s->engine, frames[depth - 1].id)) {
                lua_pop(L, 1);
                depth--;
                continue;
            }
            id = manifest_kept_child(s->engine, frames[depth - 1].id, next, &key, &length);
            if (id != 0 && manifest_kept_is_sequence(s->engine, frames[depth - 1].id)) {
                lua_rawgeti(L, -1, (int)next + 1);
            } else if (id != 0) {
                lua_pushlstring(L, key, length);
                lua_rawget(L, -2);
            }
        }
        if (depth == 0) {
            break;
        }
    }
    lua_settop(L, base);
}

/* The id of the table at `table`; 0: not of this stream. Documents are entered until it is found:
 * who asks for places goes through them in their order. */
static uint32_t id_at(lua_State *L, manifest_stream *s, int table, int ids, int documents) {
    for (;;) {
        uint32_t id;
        lua_pushvalue(L, table);
        lua_rawget(L, ids);
        id = (uint32_t)lua_tonumber(L, -1);
        lua_pop(L, 1);
        if (id != 0 || s->resolved >= iss_rawlen(L, documents)) {
            return id;
        }
        resolve(L, s, ids, documents, s->resolved++);
    }
}

/* The id of the table at index 2. */
static uint32_t id_of(lua_State *L, manifest_stream *s) {
    int top = lua_gettop(L);
    uint32_t id;
    luaL_checktype(L, 2, LUA_TTABLE);
    iss_getuservalue(L, 1);
    lua_getfield(L, top + 1, "ids");
    lua_getfield(L, top + 1, "documents");
    id = id_at(L, s, 2, top + 2, top + 3);
    lua_settop(L, top);
    return id;
}

static bool find_span(lua_State *L, manifest_stream *s, uint32_t id, bool of_key,
                      manifest_span *out) {
    if (lua_type(L, 3) == LUA_TSTRING) {
        size_t length;
        const char *key = lua_tolstring(L, 3, &length);
        return manifest_entry_span(s->engine, id, key, length, of_key, out);
    }
    if (lua_type(L, 3) == LUA_TNUMBER) {
        lua_Number position = lua_tonumber(L, 3);
        return !of_key && position >= 1 && position <= 4294967295.0 &&
               position == (lua_Number)(uint32_t)position &&
               manifest_item_span(s->engine, id, (uint32_t)position, out);
    }
    luaL_argerror(L, 3, "a key or a position expected");
    return false;
}

/* --- Where a value, or a container, stands in the bytes.
 * ---@param container table a table of this stream
 * ---@param key? string|integer nil: the container itself
 * ---@return issuable.Span? span  with `alias`, the use, when the value came through one */
int manifest_method_span(lua_State *L) {
    manifest_stream *s = manifest_check(L);
    uint32_t id = id_of(L, s);
    manifest_span span;
    bool found;
    if (lua_isnoneornil(L, 3)) {
        found = manifest_container_span(s->engine, id, &span);
    } else {
        found = find_span(L, s, id, false, &span);
    }
    if (!found || s->wide) {
        lua_pushnil(L);
        return 1;
    }
    return push_span(L, s, &span);
}

/* --- Where a key stands in the bytes.
 * ---@param container table a mapping of this stream
 * ---@param key string
 * ---@return issuable.Span? span */
int manifest_method_key_span(lua_State *L) {
    manifest_stream *s = manifest_check(L);
    uint32_t id = id_of(L, s);
    manifest_span span;
    if (!find_span(L, s, id, true, &span) || s->wide) {
        lua_pushnil(L);
        return 1;
    }
    return push_span(L, s, &span);
}

/* Is the table at the top a mapping with a list `items`? Then the list is pushed. */
static bool push_items(lua_State *L, manifest_stream *s, int ids, int documents) {
    lua_pushliteral(L, "items");
    lua_rawget(L, -2);
    if (lua_istable(L, -1) &&
        manifest_kept_is_sequence(s->engine, id_at(L, s, lua_gettop(L), ids, documents))) {
        return true;
    }
    lua_pop(L, 1);
    return false;
}

static bool is_mapping(lua_State *L, manifest_stream *s, int ids, int documents) {
    uint32_t id = lua_istable(L, -1) ? id_at(L, s, lua_gettop(L), ids, documents) : 0;
    return id != 0 && !manifest_kept_is_sequence(s->engine, id);
}

/* A document that is one mapping without `items`: no ids are needed for it. */
static bool is_lone_object(lua_State *L, const manifest_stream *s, uint32_t position) {
    uint32_t root = manifest_kept_root(s->engine, position);
    bool lone = false;
    if (root != 0 && !manifest_kept_is_sequence(s->engine, root) && lua_istable(L, -1)) {
        lua_pushliteral(L, "items");
        lua_rawget(L, -2);
        lone = !lua_istable(L, -1);
        lua_pop(L, 1);
    }
    return lone;
}

/* Does the kind of the mapping at the top end in "List"? */
static bool is_list(lua_State *L) {
    size_t length;
    const char *kind;
    bool list;
    lua_pushliteral(L, "kind");
    lua_rawget(L, -2);
    kind = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
    list = kind != NULL && length >= 4 && memcmp(kind + length - 4, "List", 4) == 0;
    lua_pop(L, 1);
    return list;
}

/* result[++count] = { object = the table on top, document = …}; pops it. */
static void add_object(lua_State *L, int document, int result, int count) {
    lua_createtable(L, 0, 2);
    lua_insert(L, -2);
    lua_setfield(L, -2, "object");
    lua_pushvalue(L, document);
    lua_setfield(L, -2, "document");
    lua_rawseti(L, result, count);
}

/* --- The objects of the stream: any mapping with a list `items` stands for what is in it, as for
 * kubectl; what is not a mapping is left out. One whose kind does not end in
 * --- "List" stands for itself as well: other tools than kubectl submit it as it is.
 * ---@return { object: table, document: table }[] */
int manifest_method_flatten(lua_State *L) {
    manifest_stream *s = manifest_check(L);
    int ids, documents, result, document, count = 0;
    lua_settop(L, 1);
    iss_getuservalue(L, 1);
    lua_getfield(L, 2, "ids");
    ids = 3;
    lua_getfield(L, 2, "documents");
    documents = 4;
    lua_newtable(L);
    result = 5;
    document = 6;
    for (int d = 1;; d++) {
        int base;
        lua_rawgeti(L, documents, d);
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            break;
        }
        lua_getfield(L, document, "value");
        base = lua_gettop(L);
        /* From here on the stack holds pairs (list, position); the value on top is looked at. */
        for (;;) {
            if (lua_gettop(L) == base && is_lone_object(L, s, (uint32_t)d - 1)) {
                add_object(L, document, result, ++count);
            } else if (is_mapping(L, s, ids, documents)) {
                luaL_checkstack(L, 10, "lists too deep");
                if (push_items(L, s, ids, documents)) {
                    lua_insert(L, -2);
                    if (is_list(L)) {
                        lua_pop(L, 1);
                    } else {
                        add_object(L, document, result, ++count);
                    }
                    lua_pushinteger(L, 0);
                } else {
                    add_object(L, document, result, ++count);
                }
            } else {
                lua_pop(L, 1);
            }
            /* The next element of the innermost list that has one. */
            while (lua_gettop(L) > base) {
                int position = (int)lua_tointeger(L, -1) + 1;
                lua_pop(L, 1);
                lua_rawgeti(L, -1, position);
                if (!lua_isnil(L, -1)) {
                    lua_pushinteger(L, position);
                    lua_insert(L, -2);
                    break;
                }
                lua_pop(L, 2);
            }
            if (lua_gettop(L) < base) {
                break;
            }
        }
        lua_settop(L, result);
    }
    return 1;
}
