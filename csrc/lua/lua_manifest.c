/* issuable.manifest: YAML and JSON manifests as plain Lua tables, with spans on the side.
 * SPDX-License-Identifier: MIT
 * Source: design.md section 3 (the border); csrc/manifest/manifest.h (the engine). */
#include "lua_manifest.h"

#include <string.h>

#define ERRORS_MAX  1000U
#define LARGE_INPUT 262144U /* bytes */

manifest_stream *manifest_check(lua_State *L) {
    manifest_stream *s = iss_testudata(L, 1, MANIFEST_STREAM);
    if (s == NULL) {
        luaL_argerror(L, 1, "a manifest stream expected");
        return NULL;
    }
    if (s->closed) {
        luaL_error(L, "the manifest stream is closed");
    }
    return s;
}

static const char *const hints[] = {
    NULL, "quote-wildcard", "helm-template", "tab-indent", "separator", "directive", "limit",
};

static void add_error(lua_State *L, manifest_stream *s, int errors) {
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
            manifest_set_range(L, p->first, p->end);
            lua_pop(L, 1);
        }
    }
    lua_setfield(L, -2, "message");
    lua_rawseti(L, errors, (int)++s->errors);
}

static void add_warnings(lua_State *L, manifest_stream *s, int warnings, uint32_t document) {
    static const struct {
        const char *code, *message;
    } texts[] = {
        {"duplicate-key", "a key that was there before in the same mapping: the last one counts"},
        {"merge-order", "<< after a key that it brings as well: kubectl lets the merged one win"},
        {"ignored-text", "text behind the end of the document: kubectl does not read it"},
        {"deceiving-bytes", "a line break for YAML that few editors show as one"},
        {"deceiving-bytes", "a character that is not seen, or changes what is seen around it"},
    };
    size_t count;
    const manifest_warning *w = manifest_warnings(s->engine, &count);
    for (size_t i = 0; i < count && s->warnings < ERRORS_MAX; i++) {
        manifest_push_range(L, s->engine, w[i].first, w[i].end);
        lua_pushstring(L, texts[w[i].code].code);
        lua_setfield(L, -2, "code");
        lua_pushstring(L, texts[w[i].code].message);
        lua_setfield(L, -2, "message");
        iss_setsize(L, -1, "byte", (size_t)w[i].first + 1);
        iss_setsize(L, -1, "document", (size_t)document + 1);
        if (w[i].other_end > w[i].other_first) {
            manifest_push_range(L, s->engine, w[i].other_first, w[i].other_end);
            lua_setfield(L, -2, "other");
        }
        lua_rawseti(L, warnings, (int)++s->warnings);
    }
}

static void add_document(lua_State *L, manifest_stream *s, manifest_builder *b, int documents,
                         int position) {
    const manifest_document *d = manifest_last_document(s->engine);
    size_t count;
    b->nodes = manifest_nodes(s->engine, &count);
    b->entries = manifest_entries(s->engine);
    lua_pushnil(L);
    lua_replace(L, b->shared);
    lua_createtable(L, 0, 5);
    if (!manifest_keep_root(s->engine, manifest_push_value(b, d->root))) {
        luaL_error(L, "not enough memory");
    }
    lua_setfield(L, -2, "value");
    iss_setsize(L, -1, "index", (size_t)d->index + 1);
    if (d->anchored) {
        lua_pushboolean(L, true);
        lua_setfield(L, -2, "anchored");
    }
    if (d->withheld) {
        lua_pushboolean(L, true);
        lua_setfield(L, -2, "withheld");
    }
    lua_pushstring(L, d->json ? "json" : "yaml");
    lua_setfield(L, -2, "kind");
    if (d->spans) {
        manifest_set_range(L, d->first, d->end);
        if (d->source_end > d->source_first) {
            lua_pushlstring(L, lua_tostring(L, 1) + d->source_first,
                            d->source_end - d->source_first);
            lua_setfield(L, -2, "comments_source");
        }
    } else {
        s->wide = true;
    }
    lua_rawseti(L, documents, position);
}

/* What building needs, when there is something to build: a file without documents costs little. The
 * cache of strings pays from some documents on. */
static void make_ready(manifest_builder *b, uint32_t max_depth, int position) {
    lua_State *L = b->L;
    if (position == 0) {
        b->frames = lua_newuserdata(L, (max_depth + 1) * sizeof *b->frames);
        luaL_checkstack(L, (int)max_depth * 2 + 20, "manifest too deep");
    } else if (position == 8) {
        lua_createtable(L, MANIFEST_STRINGS, 0);
        b->strings = lua_gettop(L);
        for (int i = 1; i <= MANIFEST_STRINGS; i++) { /* so that the list part takes them all */
            lua_pushboolean(L, 0);
            lua_rawseti(L, b->strings, i);
        }
    }
}

/* Stack: 1 bytes, 2 options, 3 the handle, 4 its user value, 5 ids, 6 documents, 7 errors,
 * 8 warnings, 9 shared, 10 frames. Returns false when the engine has no memory. */
static bool read_documents(lua_State *L, manifest_stream *s, uint32_t max_depth) {
    manifest_builder b;
    int position = 0;
    memset(&b, 0, sizeof b);
    b.L = L;
    b.m = s->engine;
    b.shared = 9;
    for (;;) {
        switch (manifest_next(s->engine)) {
        case MANIFEST_DOCUMENT:
            add_warnings(L, s, 8, manifest_last_document(s->engine)->index);
            make_ready(&b, max_depth, position);
            add_document(L, s, &b, 6, ++position);
            break;
        case MANIFEST_PROBLEM:
            add_error(L, s, 7);
            break;
        case MANIFEST_END:
            s->passed_over = manifest_passed_over(s->engine);
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

static bool option_flag(lua_State *L, const char *name) {
    bool value = false;
    if (lua_istable(L, 2)) {
        lua_getfield(L, 2, name);
        value = lua_toboolean(L, -1) != 0;
        lua_pop(L, 1);
    }
    return value;
}

static int read_stream(lua_State *L) {
    size_t length;
    const char *bytes = luaL_checklstring(L, 1, &length);
    manifest_limits limits;
    const char *refusal;
    manifest_stream *s;
    luaL_checktype(L, 1, LUA_TSTRING); /* a number would be converted, and not be anchored */
    if (!lua_isnoneornil(L, 2)) {
        luaL_checktype(L, 2, LUA_TTABLE);
    }
    lua_settop(L, 2);
    limits.max_depth = (uint32_t)option_size(L, "max_depth", 128);
    limits.max_bytes = option_size(L, "max_bytes", 0);
    limits.first_wins = option_flag(L, "first_wins");
    limits.filter = option_flag(L, "filter");
    limits.reference = option_flag(L, "reference");
    if (limits.max_depth > 1024) {
        return luaL_error(L, "bad option 'max_depth' (at most 1024)");
    }
    refusal = manifest_refusal(length, &limits);
    if (refusal != NULL) {
        lua_pushnil(L);
        lua_pushstring(L, refusal);
        return 2;
    }
    s = iss_newuserdata(L, sizeof *s, MANIFEST_STREAM);
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

/* --- Reads a stream of YAML or JSON manifests as kubectl would.
 * ---@param bytes string
 * ---@param options? { path?: string, max_depth?: integer, max_bytes?: integer, filter?: boolean,
 * ---    first_wins?: boolean, reference?: boolean }
 * ---    max_depth: containers inside each other, 1..1024, 128 when absent
 * ---    filter: pass over documents that cannot ask for a certificate (stream.passed_over counts)
 * ---    reference: leave nothing out and let libyaml read all YAML (for tests)
 * ---    first_wins: of equal keys the first counts, and a written key beats a merged one
 * ---@return issuable.manifest.Stream? stream  nil: no memory, or the input is too large
 * ---@return string? message
 *
 * All that is made here stays: a collector at work meanwhile would walk over it again and again,
 * and find nothing. Whoever stopped it before finds it stopped. Small inputs are not worth it: a
 * collector that goes on begins with a step. */
static int manifest_read(lua_State *L) {
    int status, top = lua_gettop(L);
    bool running = lua_type(L, 1) == LUA_TSTRING && iss_rawlen(L, 1) > LARGE_INPUT;
#ifdef LUA_GCISRUNNING
    running = running && lua_gc(L, LUA_GCISRUNNING, 0) != 0;
#endif
    lua_pushcfunction(L, read_stream);
    lua_insert(L, 1);
    if (running) {
        lua_gc(L, LUA_GCSTOP, 0);
    }
    status = lua_pcall(L, top, LUA_MULTRET, 0);
    if (running) {
        lua_gc(L, LUA_GCRESTART, 0);
    }
    return status == 0 ? lua_gettop(L) : lua_error(L);
}

/* ---- the handle ---- */

static int stream_close(lua_State *L) {
    manifest_stream *s = iss_testudata(L, 1, MANIFEST_STREAM);
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
    manifest_stream *s = iss_testudata(L, 1, MANIFEST_STREAM);
    if (s != NULL) {
        manifest_free(s->engine);
        s->engine = NULL;
        s->closed = true;
    }
    return 0;
}

static int stream_tostring(lua_State *L) {
    manifest_stream *s = iss_testudata(L, 1, MANIFEST_STREAM);
    if (s == NULL || s->closed) {
        lua_pushliteral(L, MANIFEST_STREAM " (closed)");
    } else {
        iss_getuservalue(L, 1);
        lua_getfield(L, -1, "documents");
        lua_pushfstring(L, MANIFEST_STREAM " (%d documents, %d errors)", (int)iss_rawlen(L, -1),
                        (int)s->errors);
    }
    return 1;
}

static const luaL_Reg methods[] = {
    {"span", manifest_method_span},
    {"key_span", manifest_method_key_span},
    {"flatten", manifest_method_flatten},
    {"close", stream_close},
    {NULL, NULL},
};

/* stream.documents, .errors, .warnings, .passed_over, .path; methods; nil for anything else. */
static int stream_index(lua_State *L) {
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    manifest_stream *s;
    for (const luaL_Reg *m = methods; m->name != NULL; m++) {
        if (strcmp(m->name, name) == 0) {
            lua_pushcfunction(L, m->func);
            return 1;
        }
    }
    s = manifest_check(L);
    if (s != NULL && strcmp(name, "passed_over") == 0) {
        iss_pushsize(L, s->passed_over);
        return 1;
    }
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
    iss_newmetatable(L, MANIFEST_STREAM, NULL, metamethods);
    iss_newlib(L, functions);
    lua_pushlightuserdata(L, NULL); /* the same value as cjson.null */
    lua_setfield(L, -2, "null");
    return 1;
}
