/* issuable.manifest: YAML and JSON manifests as plain Lua tables, with spans on the side.
 * SPDX-License-Identifier: MIT
 * Source: design.md section 3 (the border); csrc/manifest/manifest.h (the engine). */
#include "compat.h"

#include "manifest/manifest.h"

#include <string.h>

#define STREAM     "issuable.manifest.stream"
#define ERRORS_MAX 1000U

/* The handle. Its user value is a table: bytes (anchors what the engine reads), path, documents,
 * errors, warnings, and ids: every container table to the id of its packed spans. */
typedef struct {
    manifest *engine;
    bool closed;
    bool wide;
    uint32_t errors, warnings;
} stream;

static stream *check_stream(lua_State *L) {
    stream *s = iss_testudata(L, 1, STREAM);
    if (s == NULL) {
        luaL_argerror(L, 1, "a manifest stream expected");
        return NULL;
    }
    if (s->closed) {
        luaL_error(L, "the manifest stream is closed");
    }
    return s;
}

/* ---- values ---- */

/* Where the building of one document stands: a container and the entry that comes next. */
typedef struct {
    uint32_t node, next, position;
} frame;

/* Stack slots while building (see read_documents). */
typedef struct {
    lua_State *L;
    manifest *m;
    const manifest_node *nodes;
    const manifest_entry *entries;
    int ids, shared; /* shared: node to table, made when the first shared container appears */
} builder;

static void push_scalar(const builder *b, const manifest_node *n) {
    lua_State *L = b->L;
    size_t length;
    const char *text;
    switch ((manifest_type)n->type) {
    case MANIFEST_STRING:
        text = manifest_text(b->m, n, &length);
        lua_pushlstring(L, text, length);
        break;
    case MANIFEST_NULL:
        lua_pushlightuserdata(L, NULL);
        break;
    case MANIFEST_FALSE:
    case MANIFEST_TRUE:
        lua_pushboolean(L, n->type == MANIFEST_TRUE);
        break;
    case MANIFEST_INTEGER:
        lua_pushinteger(L, (lua_Integer)n->value.integer);
        break;
    case MANIFEST_NUMBER:
        lua_pushnumber(L, n->value.number);
        break;
    }
}

static int size_hint(uint32_t count) {
    return count < 65536 ? (int)count : 65536;
}

/* Pushes the table of a container. True when it is new and has to be filled. */
static bool push_container(const builder *b, uint32_t node) {
    lua_State *L = b->L;
    const manifest_node *n = &b->nodes[node];
    bool shared = (n->flags & MANIFEST_SHARED) != 0;
    uint32_t id;
    if (shared && !lua_isnil(L, b->shared)) {
        lua_rawgeti(L, b->shared, (int)node + 1);
        if (!lua_isnil(L, -1)) {
            return false;
        }
        lua_pop(L, 1);
    }
    if (n->kind == MANIFEST_SEQUENCE) {
        lua_createtable(L, size_hint(n->value.entries.count), 0);
    } else {
        lua_createtable(L, 0, size_hint(n->value.entries.count));
    }
    id = manifest_keep(b->m, node);
    if (id == 0) {
        luaL_error(L, "not enough memory");
    }
    lua_pushvalue(L, -1);
    iss_pushsize(L, id);
    lua_rawset(L, b->ids);
    if (shared) {
        if (lua_isnil(L, b->shared)) {
            lua_newtable(L);
            lua_replace(L, b->shared);
        }
        lua_pushvalue(L, -1);
        lua_rawseti(L, b->shared, (int)node + 1);
    }
    return true;
}

/* Pushes the value of `root`. No recursion: the frames lie in a userdata (so nothing is lost when
 * Lua runs out of memory), the tables under construction on the Lua stack. */
static void push_value(const builder *b, frame *frames, uint32_t root) {
    lua_State *L = b->L;
    uint32_t depth = 0;
    if (b->nodes[root].kind == MANIFEST_SCALAR) {
        push_scalar(b, &b->nodes[root]);
        return;
    }
    push_container(b, root);
    frames[depth++] = (frame){root, 0, 0};
    while (depth > 0) {
        frame *f = &frames[depth - 1];
        const manifest_node *n = &b->nodes[f->node];
        bool mapping = n->kind == MANIFEST_MAPPING;
        const manifest_entry *e;
        const manifest_node *value;
        if (f->next == n->value.entries.count) {
            if (--depth > 0) { /* the finished table goes into the one below it */
                f = &frames[depth - 1];
                if (b->nodes[f->node].kind == MANIFEST_MAPPING) {
                    lua_rawset(L, -3);
                } else {
                    lua_rawseti(L, -2, (int)f->position);
                }
            }
            continue;
        }
        e = &b->entries[n->value.entries.first + f->next++];
        value = &b->nodes[e->value];
        if (mapping) {
            if (((value->flags | b->nodes[e->key].flags) & MANIFEST_WITHHELD) != 0) {
                continue;
            }
            push_scalar(b, &b->nodes[e->key]);
        } else {
            f->position++;
        }
        if ((value->flags & MANIFEST_WITHHELD) != 0) {
            lua_pushlightuserdata(L, NULL); /* in a list, so that the others keep their places */
        } else if (value->kind == MANIFEST_SCALAR) {
            push_scalar(b, value);
        } else if (push_container(b, e->value)) {
            frames[depth++] = (frame){e->value, 0, 0};
            continue;
        }
        if (mapping) {
            lua_rawset(L, -3);
        } else {
            lua_rawseti(L, -2, (int)f->position);
        }
    }
}

/* ---- documents, errors, warnings ---- */

/* Field `name` of the table on top: first and last as Lua counts them. */
static void set_range(lua_State *L, uint32_t first, uint32_t end) {
    iss_setsize(L, -1, "first", (size_t)first + 1);
    iss_setsize(L, -1, "last", end);
}

static void set_place(lua_State *L, manifest *m, uint32_t byte) {
    uint32_t line, column;
    if (!manifest_place(m, byte, &line, &column)) {
        luaL_error(L, "not enough memory");
    }
    iss_setsize(L, -1, "line", line);
    iss_setsize(L, -1, "column", column);
}

static void push_range(lua_State *L, manifest *m, uint32_t first, uint32_t end) {
    lua_createtable(L, 0, 4);
    set_range(L, first, end);
    set_place(L, m, first);
}

static const char *const hints[] = {
    NULL, "quote-wildcard", "helm-template", "tab-indent", "separator", "directive", "limit",
};

static void add_error(lua_State *L, stream *s, int errors) {
    const manifest_problem *p = manifest_last_problem(s->engine);
    if (s->errors > ERRORS_MAX) {
        return;
    }
    lua_createtable(L, 0, 9);
    iss_setsize(L, -1, "line", p->line);
    iss_setsize(L, -1, "column", p->column);
    iss_setsize(L, -1, "byte", (size_t)p->byte + 1);
    iss_setsize(L, -1, "document", (size_t)p->document + 1);
    lua_pushboolean(L, p->mentions_secret);
    lua_setfield(L, -2, "mentions_secret");
    if (s->errors == ERRORS_MAX) {
        lua_pushliteral(L, "too many errors: the rest is not listed");
    } else {
        lua_pushstring(L, p->message);
        if (hints[p->hint] != NULL) {
            lua_pushstring(L, hints[p->hint]);
            lua_setfield(L, -3, "hint");
        }
        if (p->end > p->first) {
            lua_pushvalue(L, -2);
            set_range(L, p->first, p->end);
            lua_pop(L, 1);
        }
    }
    lua_setfield(L, -2, "message");
    lua_rawseti(L, errors, (int)++s->errors);
}

static void add_warnings(lua_State *L, stream *s, int warnings, uint32_t document) {
    static const struct {
        const char *code, *message;
    } texts[] = {
        {"duplicate-key", "a key that was there before in the same mapping: the last one counts"},
        {"merge-order", "<< after a key that it brings as well: kubectl lets the merged one win"},
        {"ignored-text", "text behind the end of the document: kubectl does not read it"},
    };
    size_t count;
    const manifest_warning *w = manifest_warnings(s->engine, &count);
    for (size_t i = 0; i < count && s->warnings < ERRORS_MAX; i++) {
        push_range(L, s->engine, w[i].first, w[i].end);
        lua_pushstring(L, texts[w[i].code].code);
        lua_setfield(L, -2, "code");
        lua_pushstring(L, texts[w[i].code].message);
        lua_setfield(L, -2, "message");
        iss_setsize(L, -1, "byte", (size_t)w[i].first + 1);
        iss_setsize(L, -1, "document", (size_t)document + 1);
        if (w[i].other_end > w[i].other_first) {
            push_range(L, s->engine, w[i].other_first, w[i].other_end);
            lua_setfield(L, -2, "other");
        }
        lua_rawseti(L, warnings, (int)++s->warnings);
    }
}

static void add_document(lua_State *L, stream *s, builder *b, frame *frames, int documents,
                         int position) {
    const manifest_document *d = manifest_last_document(s->engine);
    size_t count;
    b->nodes = manifest_nodes(s->engine, &count);
    b->entries = manifest_entries(s->engine);
    lua_pushnil(L);
    lua_replace(L, b->shared);
    lua_createtable(L, 0, 8);
    push_value(b, frames, d->root);
    lua_setfield(L, -2, "value");
    iss_setsize(L, -1, "index", (size_t)d->index + 1);
    lua_pushboolean(L, d->anchored);
    lua_setfield(L, -2, "anchored");
    lua_pushstring(L, d->json ? "json" : "yaml");
    lua_setfield(L, -2, "kind");
    if (d->spans) {
        set_range(L, d->first, d->end);
        set_place(L, s->engine, d->first);
        if (d->source_end > d->source_first) {
            lua_getfield(L, b->ids - 1, "bytes");
            lua_pushlstring(L, lua_tostring(L, -1) + d->source_first,
                            d->source_end - d->source_first);
            lua_remove(L, -2);
            lua_setfield(L, -2, "comments_source");
        }
    } else {
        s->wide = true;
    }
    lua_rawseti(L, documents, position);
}

/* Stack: 1 bytes, 2 options, 3 the handle, 4 its user value, 5 ids, 6 documents, 7 errors,
 * 8 warnings, 9 shared, 10 frames. Returns false when the engine has no memory. */
static bool read_documents(lua_State *L, stream *s, uint32_t max_depth) {
    builder b = {L, s->engine, NULL, NULL, 5, 9};
    frame *frames = lua_newuserdata(L, (max_depth + 1) * sizeof(frame));
    int position = 0;
    luaL_checkstack(L, (int)max_depth * 2 + 20, "manifest too deep");
    for (;;) {
        switch (manifest_next(s->engine)) {
        case MANIFEST_DOCUMENT:
            add_warnings(L, s, 8, manifest_last_document(s->engine)->index);
            add_document(L, s, &b, frames, 6, ++position);
            break;
        case MANIFEST_PROBLEM:
            add_error(L, s, 7);
            break;
        case MANIFEST_END:
            manifest_forget(s->engine);
            return true;
        case MANIFEST_NO_MEMORY:
            return false;
        }
    }
}

static size_t option_size(lua_State *L, const char *name, size_t absent) {
    size_t value = absent;
    if (lua_istable(L, 2)) {
        lua_getfield(L, 2, name);
        if (!lua_isnil(L, -1)) {
            lua_Number number = lua_tonumber(L, -1);
            if (lua_type(L, -1) != LUA_TNUMBER || !(number >= 1 && number <= 4294967295.0)) {
                luaL_error(L, "bad option '%s' (a number from 1 to 2^32-1 expected)", name);
            }
            value = (size_t)number;
        }
        lua_pop(L, 1);
    }
    return value;
}

/* --- Reads a stream of YAML or JSON manifests as kubectl would.
 * ---@param bytes string
 * ---@param options? { path?: string, max_depth?: integer, max_bytes?: integer }
 * ---    max_depth: containers inside each other, 1..1024, 128 when absent
 * ---@return issuable.manifest.Stream? stream  nil: no memory, or the input is too large
 * ---@return string? message */
static int manifest_read(lua_State *L) {
    size_t length;
    const char *bytes = luaL_checklstring(L, 1, &length);
    manifest_limits limits;
    const char *refusal;
    stream *s;
    luaL_checktype(L, 1, LUA_TSTRING); /* a number would be converted, and not be anchored */
    if (!lua_isnoneornil(L, 2)) {
        luaL_checktype(L, 2, LUA_TTABLE);
    }
    lua_settop(L, 2);
    limits.max_depth = (uint32_t)option_size(L, "max_depth", 128);
    limits.max_bytes = option_size(L, "max_bytes", 0);
    if (limits.max_depth > 1024) {
        return luaL_error(L, "bad option 'max_depth' (at most 1024)");
    }
    refusal = manifest_refusal(length, &limits);
    if (refusal != NULL) {
        lua_pushnil(L);
        lua_pushstring(L, refusal);
        return 2;
    }
    s = iss_newuserdata(L, sizeof *s, STREAM);
    lua_newtable(L); /* user value */
    lua_newtable(L); /* ids */
    lua_newtable(L); /* documents */
    lua_newtable(L); /* errors */
    lua_newtable(L); /* warnings */
    lua_pushnil(L);  /* shared */
    lua_pushvalue(L, 1);
    lua_setfield(L, 4, "bytes");
    if (lua_istable(L, 2)) {
        lua_getfield(L, 2, "path");
        if (lua_type(L, -1) != LUA_TSTRING && !lua_isnil(L, -1)) {
            return luaL_error(L, "bad option 'path' (a string expected)");
        }
        lua_setfield(L, 4, "path");
    }
    lua_pushvalue(L, 5);
    lua_setfield(L, 4, "ids");
    lua_pushvalue(L, 6);
    lua_setfield(L, 4, "documents");
    lua_pushvalue(L, 7);
    lua_setfield(L, 4, "errors");
    lua_pushvalue(L, 8);
    lua_setfield(L, 4, "warnings");
    lua_pushvalue(L, 4);
    iss_setuservalue(L, 3);
    s->engine = manifest_new(bytes, length, &limits);
    if (s->engine == NULL || !read_documents(L, s, limits.max_depth)) {
        manifest_free(s->engine);
        s->engine = NULL;
        s->closed = true;
        lua_pushnil(L);
        lua_pushliteral(L, "not enough memory");
        return 2;
    }
    lua_settop(L, 3);
    return 1;
}

/* ---- spans ---- */

/* Pushes the Span table. */
static int push_span(lua_State *L, stream *s, const manifest_span *span) {
    push_range(L, s->engine, span->first, span->end);
    iss_getuservalue(L, 1);
    lua_getfield(L, -1, "path");
    lua_remove(L, -2);
    lua_setfield(L, -2, "path");
    if (span->aliased) {
        push_range(L, s->engine, span->alias_first, span->alias_end);
        lua_setfield(L, -2, "alias");
    }
    return 1;
}

/* The id of the table at index 2; 0: not of this stream. */
static uint32_t id_of(lua_State *L) {
    uint32_t id;
    luaL_checktype(L, 2, LUA_TTABLE);
    iss_getuservalue(L, 1);
    lua_getfield(L, -1, "ids");
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    id = (uint32_t)lua_tonumber(L, -1);
    lua_pop(L, 3);
    return id;
}

static bool find_span(lua_State *L, stream *s, uint32_t id, bool of_key, manifest_span *out) {
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
static int stream_span(lua_State *L) {
    stream *s = check_stream(L);
    uint32_t id = id_of(L);
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
static int stream_key_span(lua_State *L) {
    stream *s = check_stream(L);
    uint32_t id = id_of(L);
    manifest_span span;
    if (!find_span(L, s, id, true, &span) || s->wide) {
        lua_pushnil(L);
        return 1;
    }
    return push_span(L, s, &span);
}

/* ---- flattening ---- */

/* Is the table at the top a mapping with a list `items`? Then the list is pushed. */
static bool push_items(lua_State *L, const stream *s, int ids) {
    uint32_t id;
    lua_pushliteral(L, "items");
    lua_rawget(L, -2);
    if (!lua_istable(L, -1)) {
        lua_pop(L, 1);
        return false;
    }
    lua_pushvalue(L, -1);
    lua_rawget(L, ids);
    id = (uint32_t)lua_tonumber(L, -1);
    lua_pop(L, 1);
    if (!manifest_kept_is_sequence(s->engine, id)) {
        lua_pop(L, 1);
        return false;
    }
    return true;
}

static bool is_mapping(lua_State *L, const stream *s, int ids) {
    uint32_t id;
    if (!lua_istable(L, -1)) {
        return false;
    }
    lua_pushvalue(L, -1);
    lua_rawget(L, ids);
    id = (uint32_t)lua_tonumber(L, -1);
    lua_pop(L, 1);
    return id != 0 && !manifest_kept_is_sequence(s->engine, id);
}

/* --- The objects of the stream: any mapping with a list `items` stands for what is in it, as for
 * kubectl; what is not a mapping is left out.
 * ---@return { object: table, document: table }[] */
static int stream_flatten(lua_State *L) {
    stream *s = check_stream(L);
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
            if (is_mapping(L, s, ids)) {
                luaL_checkstack(L, 10, "lists too deep");
                if (push_items(L, s, ids)) {
                    lua_remove(L, -2);
                    lua_pushinteger(L, 0);
                } else {
                    lua_createtable(L, 0, 2);
                    lua_insert(L, -2);
                    lua_setfield(L, -2, "object");
                    lua_pushvalue(L, document);
                    lua_setfield(L, -2, "document");
                    lua_rawseti(L, result, ++count);
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

/* ---- the handle ---- */

static int stream_close(lua_State *L) {
    stream *s = iss_testudata(L, 1, STREAM);
    if (s == NULL) {
        return luaL_argerror(L, 1, "a manifest stream expected");
    }
    if (s->engine != NULL) {
        manifest_free(s->engine);
        s->engine = NULL;
    }
    if (!s->closed) {
        s->closed = true;
        lua_newtable(L);
        iss_setuservalue(L, 1);
    }
    return 0;
}

/* In the collector nothing is allocated: what the handle anchored goes with it. */
static int stream_gc(lua_State *L) {
    stream *s = iss_testudata(L, 1, STREAM);
    if (s != NULL) {
        manifest_free(s->engine);
        s->engine = NULL;
        s->closed = true;
    }
    return 0;
}

static int stream_tostring(lua_State *L) {
    stream *s = iss_testudata(L, 1, STREAM);
    if (s == NULL || s->closed) {
        lua_pushliteral(L, STREAM " (closed)");
    } else {
        iss_getuservalue(L, 1);
        lua_getfield(L, -1, "documents");
        lua_pushfstring(L, STREAM " (%d documents, %d errors)", (int)iss_rawlen(L, -1),
                        (int)s->errors);
    }
    return 1;
}

static const luaL_Reg methods[] = {
    {"span", stream_span},
    {"key_span", stream_key_span},
    {"flatten", stream_flatten},
    {"close", stream_close},
    {NULL, NULL},
};

/* stream.documents, .errors, .warnings, .path; methods; nil for anything else. */
static int stream_index(lua_State *L) {
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    stream *s;
    for (const luaL_Reg *m = methods; m->name != NULL; m++) {
        if (strcmp(m->name, name) == 0) {
            lua_pushcfunction(L, m->func);
            return 1;
        }
    }
    s = check_stream(L);
    if (s != NULL && (strcmp(name, "documents") == 0 || strcmp(name, "errors") == 0 ||
                      strcmp(name, "warnings") == 0 || strcmp(name, "path") == 0)) {
        iss_getuservalue(L, 1);
        lua_getfield(L, -1, name);
        return 1;
    }
    lua_pushnil(L);
    return 1;
}

static const luaL_Reg metamethods[] = {
    {"__gc", stream_gc},
    {"__close", stream_close},
    {"__tostring", stream_tostring},
    {"__index", stream_index},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"read", manifest_read},
    {NULL, NULL},
};

ISS_OPEN(manifest) {
    iss_newmetatable(L, STREAM, NULL, metamethods);
    iss_newlib(L, functions);
    lua_pushlightuserdata(L, NULL); /* the same value as cjson.null */
    lua_setfield(L, -2, "null");
    return 1;
}
