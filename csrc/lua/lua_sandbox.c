/* issuable.sandbox: a Lua state of its own for an organisation's scripts, with a budget and no way
 * out. SPDX-License-Identifier: MIT Source: design section 2. What is inside: pure base functions,
 * string, table, math, and the prelude (Lua text that the host gives). Not inside: io, os, debug,
 * package, coroutines (hooks are per coroutine), load, xpcall (handlers run with hooks off),
 * finalisers, bytecode, the host. */
#include "lua_sandbox.h"

#include <string.h>

#include <lualib.h>
#if LUA_VERSION_NUM < 502
#include <luajit.h>
#endif

#define BOX        "issuable.sandbox"
#define PRELUDE    "issuable.prelude"
#define MOST_ARGS  16
#define MOST_BYTES ((size_t)8 << 20) /* of text in the results of one call */
#define MOST_DATA  ((size_t)500000)  /* values in the results of one call */

#define STEPS  1000000
#define MEMORY ((size_t)32 << 20)
#define BLOCK  ((size_t)4 << 20)
#define MILLIS 60
/* Every call leaves copies behind: the collector starts a round when there is four times what was
 * left after the last one, far below the memory budget. */
#define GC_PAUSE 400
/* A bare state takes less. LuaJIT 2.1 crashes when memory ends while it makes one. */
#define FIRST ((size_t)128 << 10)

typedef struct call {
    box *box;
    lua_State *host;
    const char *name;
    int first, last; /* host indexes of the arguments */
    int name_index;  /* host index of "__name" */
    int results;
    const char *prelude;
    size_t prelude_length;
} call;

box *box_of(lua_State *L) {
    void *budget;
    lua_getallocf(L, &budget);
    return ((sandbox_budget *)budget)->owner;
}

void box_remember(box *b, lua_State *L) {
    lua_Debug ar;
    for (int level = 0; level < 40 && lua_getstack(L, level, &ar); level++) {
        if (lua_getinfo(L, "Sl", &ar) && ar.currentline > 0 && ar.source[0] == '@') {
            b->line = ar.currentline;
            memcpy(b->chunk, ar.short_src, sizeof b->chunk - 1);
            return;
        }
    }
}

static void hook(lua_State *L, lua_Debug *ar);

void box_overrun(lua_State *L, box *b) {
    if (b->line == 0) {
        box_remember(b, L);
    }
    lua_sethook(L, hook, LUA_MASKCOUNT, 1); /* a pcall of the script gets no further either */
    lua_pushliteral(L, "the budget is used up");
    lua_error(L);
}

void box_charge(lua_State *L, size_t steps) {
    box *b = box_of(L);
    int64_t cost = steps > INT32_MAX ? INT32_MAX : (int64_t)steps;
    if (sandbox_budget_tick(&b->budget, cost) != SANDBOX_WITHIN) {
        box_overrun(L, b);
    }
}

static void hook(lua_State *L, lua_Debug *ar) {
    box *b = box_of(L);
    (void)ar;
    if (b->busy && sandbox_budget_tick(&b->budget, BOX_TICK) != SANDBOX_WITHIN) {
        box_overrun(L, b);
    }
}

/* Called by the allocator for a block that is refused. Looking at the stack allocates nothing. */
static void refused(void *owner) {
    box *b = owner;
    if (b->L != NULL && b->busy) {
        box_remember(b, b->L);
    }
}

/*--- line(level): the line of a caller, counted from the function that asks. Prelude only. */
static int native_line(lua_State *L) {
    lua_Debug ar;
    int level = (int)luaL_checkinteger(L, 1);
    if (!lua_getstack(L, level, &ar) || !lua_getinfo(L, "l", &ar)) {
        return 0;
    }
    lua_pushinteger(L, ar.currentline);
    return 1;
}

/*--- linedefined(function) */
static int native_linedefined(lua_State *L) {
    lua_Debug ar;
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    lua_getinfo(L, ">S", &ar);
    lua_pushinteger(L, ar.linedefined);
    return 1;
}

/*--- load(text, chunkname, environment): text only, never bytecode. Returns function or nil,
 * message */
static int native_load(lua_State *L) {
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    const char *name = luaL_checkstring(L, 2);
    luaL_checktype(L, 3, LUA_TTABLE);
    if (luaL_loadbufferx(L, text, length, name, "t") != 0) {
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    lua_pushvalue(L, 3);
#if LUA_VERSION_NUM >= 502
    if (lua_setupvalue(L, -2, 1) == NULL) {
        lua_pop(L, 1);
    }
#else
    lua_setfenv(L, -2);
#endif
    return 1;
}

/* The libraries of the engine, from which the safe functions are taken; then the globals are
 * emptied. */
static void open_engine(lua_State *L) {
    static const lua_CFunction open[] = {luaopen_base, luaopen_string, luaopen_math};
    static const char *const names[] = {"", "string", "math"};
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        lua_pushcfunction(L, open[i]);
        lua_pushstring(L, names[i]);
        lua_call(L, 1, 1);
        if (names[i][0] != '\0') { /* 5.4 leaves the naming to us */
            lua_pushvalue(L, -1);
            lua_setglobal(L, names[i]);
        }
        lua_pop(L, 1);
    }
}

static void push_globals(lua_State *L) {
#if LUA_VERSION_NUM >= 502
    lua_pushglobaltable(L);
#else
    lua_pushvalue(L, LUA_GLOBALSINDEX);
#endif
}

static void empty_globals(lua_State *L) {
    push_globals(L);
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, -4); /* clearing while walking is allowed */
    }
    lua_pop(L, 1);
}

static void open_math(lua_State *L) {
    lua_getglobal(L, "math");
    static const char *const impure[] = {"random", "randomseed"};
    for (int i = 0; i < 2; i++) {
        lua_pushnil(L);
        lua_setfield(L, -2, impure[i]);
    }
}

/* Globals of the prelude: the base functions, string, table, math, native. The metatable of strings
 * leads to our `string`, and nothing leads to that metatable. */
static void fill_globals(lua_State *L) {
    static const luaL_Reg native[] = {{"clone", box_clone},
                                      {"line", native_line},
                                      {"linedefined", native_linedefined},
                                      {"load", native_load},
                                      {NULL, NULL}};
    open_engine(L);
    int top = lua_gettop(L);
    box_open_base(L);
    box_open_string(L);
    box_open_table(L);
    open_math(L);
    iss_newlib(L, native);
    empty_globals(L);
    lua_setglobal(L, "native");
    lua_setglobal(L, "math");
    lua_setglobal(L, "table");
    lua_pushliteral(L, "");
    lua_newtable(L);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
    lua_setglobal(L, "string");
    lua_pushnil(L);
    while (lua_next(L, top + 1)) {
        lua_setglobal(L, lua_tostring(L, -2));
    }
    lua_pop(L, 1);
}

/* Runs inside. Calls the function `name` of the prelude with copies of the host's arguments. */
static int run_call(lua_State *L) {
    call *c = lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_getfield(L, LUA_REGISTRYINDEX, PRELUDE);
    lua_getfield(L, 1, "classes");
    lua_getfield(L, 1, c->name);
    if (!lua_isfunction(L, 3)) {
        return luaL_error(L, "the prelude has no function %s", c->name);
    }
    for (int i = c->first; i <= c->last; i++) {
        box_copy_in(c->host, i, c->name_index, L, 2, 0);
    }
    lua_call(L, c->last - c->first + 1, LUA_MULTRET);
    c->results = lua_gettop(L) - 2;
    if (c->results == 0) {
        return 0;
    }
    lua_createtable(L, c->results, 0);
    lua_insert(L, 3);
    for (int i = c->results; i > 0; i--) {
        lua_rawseti(L, 3, i);
    }
    return 1;
}

/* Runs inside, once: libraries, prelude, and run_call kept where fetching it allocates nothing. */
static int start_inside(lua_State *L) {
    call *c = lua_touserdata(L, 1);
#if LUA_VERSION_NUM < 502
    luaJIT_setmode(L, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF); /* compiled loops see no hook */
#endif
    fill_globals(L);
    if (luaL_loadbuffer(L, c->prelude, c->prelude_length, "=issuable") != 0) {
        return lua_error(L);
    }
    lua_call(L, 0, 1);
    if (!lua_istable(L, -1)) {
        return luaL_error(L, "the prelude must return a table");
    }
    lua_setfield(L, LUA_REGISTRYINDEX, PRELUDE);
    lua_gc(L, LUA_GCSETPAUSE, GC_PAUSE);
    lua_pushcfunction(L, run_call);
    c->results = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

static int start(lua_State *L, call *c) {
#if LUA_VERSION_NUM >= 502
    lua_pushcfunction(L, start_inside); /* a light function: nothing is allocated unprotected */
    lua_pushlightuserdata(L, c);
    return lua_pcall(L, 1, 0, 0);
#else
    return lua_cpcall(L, start_inside, c);
#endif
}

static void close_box(box *b) {
    lua_State *L = b->L;
    b->L = NULL;
    b->busy = 0;
    if (L != NULL) {
        lua_sethook(L, NULL, 0, 0);
        lua_close(L);
    }
    sandbox_budget_release(&b->budget);
}

static int l_gc(lua_State *L) {
    box *b = iss_testudata(L, 1, BOX);
    if (b != NULL) {
        close_box(b);
    }
    return 0;
}

static int l_close(lua_State *L) {
    close_box(luaL_checkudata(L, 1, BOX));
    return 0;
}

static int l_tostring(lua_State *L) {
    box *b = luaL_checkudata(L, 1, BOX);
    if (b->L == NULL) {
        lua_pushliteral(L, BOX " (closed)");
    } else {
        lua_pushfstring(L, BOX " (%d bytes)", (int)b->budget.used);
    }
    return 1;
}

static size_t option(lua_State *L, int index, const char *name, size_t absent, size_t most) {
    if (lua_isnoneornil(L, index)) {
        return absent;
    }
    lua_getfield(L, index, name);
    size_t value = lua_isnil(L, -1) ? absent : iss_checksize(L, -1);
    lua_pop(L, 1);
    luaL_argcheck(L, value > 0 && value <= most, index, "a budget is out of range");
    return value;
}

static void push_problem(lua_State *host, lua_State *L, const char *otherwise) {
    size_t length;
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
    if (text == NULL) {
        lua_pushfstring(host, "%s (a %s)", otherwise, lua_typename(L, lua_type(L, -1)));
    } else {
        lua_pushlstring(host, text, length > 1000 ? 1000 : length);
    }
}

/*--- A new box.
 * ---@param prelude string Lua text, trusted: its globals are the safe libraries and `native`; it
 * returns a table of functions for `call`, and `classes`: metatables by the `__name` of the host's
 * ---@param options { steps?: integer, memory?: integer, block?: integer, milliseconds?: integer }?
 * steps: instructions of one call; memory, block: bytes in all and in one piece; milliseconds of
 * processor time of one call, for work that steps do not show
 * ---@return issuable.Sandbox? box
 * ---@return string? message the prelude does not run, or memory is too small for it */
static int l_new(lua_State *L) {
    call c = {0};
    c.prelude = luaL_checklstring(L, 1, &c.prelude_length);
    if (!lua_isnoneornil(L, 2)) {
        luaL_checktype(L, 2, LUA_TTABLE);
    }
    lua_settop(L, 2);
    size_t steps = option(L, 2, "steps", STEPS, (size_t)1 << 40);
    size_t memory = option(L, 2, "memory", MEMORY, (size_t)1 << 40);
    size_t block = option(L, 2, "block", BLOCK, (size_t)1 << 40);
    size_t millis = option(L, 2, "milliseconds", MILLIS, 3600000);
    box *b = iss_newuserdata(L, sizeof *b, BOX);
    b->steps = (int64_t)steps;
    b->budget.limit = memory < FIRST ? FIRST : memory;
    b->budget.block = block;
    b->budget.most_work = (uint64_t)millis * 1000000U;
    b->budget.owner = b;
    b->budget.refused = refused;
    sandbox_budget_start(&b->budget, b->steps);
    b->L = lua_newstate(sandbox_budget_alloc, &b->budget);
    b->budget.limit = memory;
    if (b->L == NULL) {
        sandbox_budget_release(&b->budget);
        lua_pushnil(L);
        lua_pushliteral(L, "not enough memory for a state");
        return 2;
    }
    c.box = b;
    if (start(b->L, &c) != 0) {
        lua_pushnil(L);
        push_problem(L, b->L, "the prelude failed");
        close_box(b);
        return 2;
    }
    lua_rawgeti(b->L, LUA_REGISTRYINDEX, c.results); /* stays at index 1 */
    lua_sethook(b->L, hook, LUA_MASKCOUNT, BOX_TICK);
    return 1;
}

static int failed(lua_State *L, box *b, int status) {
    static const char *const kinds[] = {"error", "steps", "memory", "time"};
    int kind = (int)b->budget.over;
    const char *text = lua_type(b->L, -1) == LUA_TSTRING ? lua_tolstring(b->L, -1, NULL) : NULL;
    int no_memory = status == LUA_ERRMEM || (b->budget.refusals > 0 && text != NULL &&
                                             strstr(text, "not enough memory") != NULL);
    if (kind == SANDBOX_WITHIN && no_memory) {
        kind = b->budget.steps < 0 ? SANDBOX_STEPS : SANDBOX_MEMORY;
    }
    lua_pushnil(L);
    if (status == 0) {
        lua_pushliteral(L, "the budget is used up");
    } else {
        push_problem(L, b->L, "an error without a text");
    }
    lua_pushstring(L, kinds[kind]);
    if (kind == SANDBOX_WITHIN || b->line == 0) {
        return 3;
    }
    lua_pushinteger(L, b->line);
    lua_pushstring(L, b->chunk);
    return 5;
}

/*--- Calls a function of the prelude with plain copies, and brings plain copies back.
 * ---@param name string
 * ---@param ... any nil, booleans, numbers, strings, tables of these
 * ---@return true? ok then the results
 * ---@return string? message
 * ---@return "error"|"steps"|"memory"|"time"|nil kind a budget by its name
 * ---@return integer? line where a budget ran out
 * ---@return string? chunk */
static int l_call(lua_State *L) {
    box *b = luaL_checkudata(L, 1, BOX);
    call c = {0};
    box_out left = {MOST_DATA, MOST_BYTES};
    c.name = luaL_checkstring(L, 2);
    c.box = b;
    c.host = L;
    c.first = 3;
    c.last = lua_gettop(L);
    luaL_argcheck(L, b->L != NULL, 1, "the sandbox is closed");
    luaL_argcheck(L, c.last - c.first < MOST_ARGS, c.last, "too many arguments");
    luaL_checkstack(L, BOX_COPY_SLOTS, "too many arguments");
    lua_pushliteral(L, "__name");
    c.name_index = lua_gettop(L);
    lua_settop(b->L, 1);
    b->line = 0;
    sandbox_budget_start(&b->budget, b->steps);
    lua_pushvalue(b->L, 1);
    lua_pushlightuserdata(b->L, &c);
    b->busy = 1;
    int status = lua_pcall(b->L, 1, 1, 0);
    b->busy = 0;
    lua_settop(L, c.name_index);
    if (status != 0 || b->budget.over != SANDBOX_WITHIN) {
        lua_sethook(b->L, hook, LUA_MASKCOUNT, BOX_TICK);
        return failed(L, b, status);
    }
    luaL_checkstack(L, c.results + 2, "too many results");
    lua_pushboolean(L, 1);
    int results = lua_gettop(b->L);
    for (int i = 1; i <= c.results; i++) {
        lua_rawgeti(b->L, results, i);
        const char *why = box_copy_out(b->L, results + 1, L, &left, 0);
        if (why != NULL) {
            lua_settop(L, c.name_index);
            lua_pushnil(L);
            lua_pushfstring(L, "a result cannot leave the policy: %s", why);
            lua_pushliteral(L, "error");
            return 3;
        }
        lua_settop(b->L, results);
    }
    return 1 + c.results;
}

/*--- ---@return integer steps that the last call left */
static int l_left(lua_State *L) {
    box *b = luaL_checkudata(L, 1, BOX);
    iss_pushsize(L, b->budget.steps < 0 ? 0 : (size_t)b->budget.steps);
    return 1;
}

/*--- ---@return { used: integer, peak: integer, steps: integer } bytes held, most bytes ever held,
 * steps that the last call left */
static int l_usage(lua_State *L) {
    box *b = luaL_checkudata(L, 1, BOX);
    lua_newtable(L);
    iss_setsize(L, -1, "used", b->budget.used);
    iss_setsize(L, -1, "peak", b->budget.peak);
    iss_setsize(L, -1, "steps", b->budget.steps < 0 ? 0 : (size_t)b->budget.steps);
    return 1;
}

static const luaL_Reg functions[] = {{"new", l_new}, {NULL, NULL}};
static const luaL_Reg methods[] = {
    {"call", l_call}, {"close", l_close}, {"left", l_left}, {"usage", l_usage}, {NULL, NULL}};
static const luaL_Reg meta[] = {
    {"__gc", l_gc}, {"__close", l_close}, {"__tostring", l_tostring}, {NULL, NULL}};

ISS_OPEN(sandbox) {
    iss_newmetatable(L, BOX, methods, meta);
    iss_newlib(L, functions);
    return 1;
}
