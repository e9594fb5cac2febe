/* caa.resolver: the resolver as a handle, with or without the engine that carries its packets.
 * SPDX-License-Identifier: MIT
 * Source: csrc/caa/resolver.h, csrc/caa/engine.h. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/random.h>

#include <arpa/inet.h>

#include "caa/engine.h"
#include "caa/resolver.h"
#include "lua_caa_answer.h"
#include "lua_caa_message.h"

#define HANDLE "issuable.caa.resolver"

/* The user value: [0] the texts of the servers by number + 1, [n + 1] what a caller told the lookup
 * n. */
typedef struct {
    caa_resolver *resolver; /* NULL: closed */
    caa_engine *engine;     /* NULL until something is to be carried */
    uint16_t window;
    uint8_t family[CAA_SERVERS_MAX];
    uint16_t port[CAA_SERVERS_MAX];
    uint8_t address[CAA_SERVERS_MAX][16];
    unsigned servers;
} handle;

/* nil, message of errno */
static int push_errno(lua_State *L) {
    char text[128];
    const char *message = strerror_r(errno, text, sizeof text);
    lua_pushnil(L);
    lua_pushstring(L, message);
    return 2;
}

static handle *check_handle(lua_State *L) {
    handle *h = luaL_checkudata(L, 1, HANDLE);
    if (h->resolver == NULL) {
        luaL_error(L, "the resolver is closed");
    }
    return h;
}

/* Field `key` of the options at 1 as a number from 0 to most; absent when nil. */
static int64_t option(lua_State *L, const char *key, int64_t absent, int64_t most) {
    lua_getfield(L, 1, key);
    int64_t value = absent;
    if (!lua_isnil(L, -1)) {
        lua_Number n = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : -1;
        if (!(n >= 0 && n <= (lua_Number)most) || (lua_Number)(int64_t)n != n) {
            luaL_error(L, "%s is a whole number from 0 to %d", key, (int)most);
        }
        value = (int64_t)n;
    }
    lua_pop(L, 1);
    return value;
}

static bool flag(lua_State *L, const char *key, bool absent) {
    lua_getfield(L, 1, key);
    bool set = lua_isnil(L, -1) ? absent : lua_toboolean(L, -1);
    lua_pop(L, 1);
    return set;
}

static void read_options(lua_State *L, caa_resolver_config *c) {
    c->window = (uint16_t)option(L, "window", c->window, 16384);
    c->ports = (uint16_t)option(L, "ports", c->ports, CAA_PORTS_MAX);
    c->memo = (uint32_t)option(L, "memo", 4096 + 8 * c->window, 1 << 24);
    c->attempts = (uint8_t)option(L, "attempts", c->attempts, 3);
    c->timeout = option(L, "timeout", c->timeout, 60000);
    c->max_aliases = (uint16_t)option(L, "max_aliases", c->max_aliases, 255);
    c->max_queries = (uint16_t)option(L, "max_queries", c->max_queries, 144);
    c->max_octets = (uint32_t)option(L, "max_octets", c->max_octets, 1 << 30);
    c->max_time = option(L, "max_time", c->max_time, 1 << 30);
    c->keep = option(L, "keep", c->keep, 86400000);
    c->keep_failure = option(L, "keep_failure", c->keep_failure, 86400000);
    c->max_spoofed = (uint32_t)option(L, "max_spoofed", c->max_spoofed, 1 << 30);
    c->rotate = flag(L, "rotate", false);
    c->trust_ad = flag(L, "trust_ad", false);
    c->recursion = flag(L, "recursion", true);
    lua_getfield(L, 1, "entropy");
    if (lua_isnil(L, -1)) {
        if (getrandom(c->entropy, sizeof c->entropy, 0) != (ssize_t)sizeof c->entropy) {
            luaL_error(L, "the system has no random numbers");
        }
    } else {
        size_t len = 0;
        const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &len) : NULL;
        if (text != NULL && len == sizeof c->entropy) {
            memcpy(c->entropy, text, len);
        } else {
            luaL_error(L, "entropy is a string of %d octets", (int)sizeof c->entropy);
        }
    }
    lua_pop(L, 1);
}

/* caa.resolver(options) → a resolver | nil, message
 *   window       names at once (256);   ports  source ports at once (64);   memo  owners remembered
 *   attempts     rounds over the servers (2);   timeout  milliseconds for an answer (2000); rotate
 *   recursion    true: the servers are resolvers;   trust_ad  their AD bit counts
 *   max_aliases, max_queries, max_octets, max_time   the budget of one name
 *   keep, keep_failure   milliseconds that an answer and a failure are remembered at least
 *   max_spoofed  datagrams that answer nothing before a port's questions move to TCP
 *   entropy      32 octets; for tests. Default: the system's */
int iss_caa_resolver(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    caa_resolver_config config;
    caa_resolver_defaults(&config);
    read_options(L, &config);
    handle *h = iss_newuserdata(L, sizeof *h, HANDLE);
    lua_newtable(L);
    lua_newtable(L);
    lua_rawseti(L, -2, 0);
    iss_setuservalue(L, -2);
    h->window = config.window < 1 ? 1 : config.window;
    h->resolver = caa_resolver_open(&config);
    if (h->resolver == NULL) {
        lua_pushnil(L);
        lua_pushliteral(L, "not enough memory");
        return 2;
    }
    return 1;
}

static int resolver_close(lua_State *L) {
    handle *h = luaL_checkudata(L, 1, HANDLE);
    caa_engine_close(h->engine);
    caa_resolver_close(h->resolver);
    h->engine = NULL;
    h->resolver = NULL;
    return 0;
}

static void give_address(handle *h, unsigned server) {
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(h->port[server])};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(h->port[server])};
    if (h->family[server] == AF_INET6) {
        memcpy(&six.sin6_addr, h->address[server], 16);
        caa_engine_server(h->engine, server, (const struct sockaddr *)&six, sizeof six);
    } else {
        memcpy(&four.sin_addr, h->address[server], 4);
        caa_engine_server(h->engine, server, (const struct sockaddr *)&four, sizeof four);
    }
}

/* The engine, made when it is first needed. */
static caa_engine *engine_of(lua_State *L, handle *h) {
    if (h->engine == NULL) {
        h->engine = caa_engine_open(h->resolver);
        if (h->engine == NULL) {
            char text[128];
            luaL_error(L, "no epoll: %s", strerror_r(errno, text, sizeof text));
        }
        for (unsigned i = 0; i < h->servers; i++) {
            give_address(h, i);
        }
    }
    return h->engine;
}

/* Argument `arg` as a time: milliseconds; absent: the engine's clock. */
static int64_t opt_now(lua_State *L, int arg) {
    return lua_isnoneornil(L, arg) ? caa_engine_now() : (int64_t)luaL_checknumber(L, arg);
}

/* r:server(address [, port = 53 [, shared = true]]) → its number (0, 1, …) | nil, message
 *   address  IPv4 or IPv6;   shared  false: only r:query asks it */
static int resolver_server(lua_State *L) {
    handle *h = check_handle(L);
    const char *text = luaL_checkstring(L, 2);
    size_t port = iss_optsize(L, 3, DNS_PORT);
    luaL_argcheck(L, port >= 1 && port <= 65535, 3, "a port is a number from 1 to 65535");
    bool shared = lua_isnoneornil(L, 4) || lua_toboolean(L, 4);
    uint8_t address[16] = {0};
    int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
    if (inet_pton(family, text, address) != 1) {
        lua_pushnil(L);
        lua_pushfstring(L, "%s is no IPv4 or IPv6 address", text);
        return 2;
    }
    lua_pushfstring(L, family == AF_INET6 ? "[%s]:%d" : "%s:%d", text, (int)port);
    int name = lua_gettop(L);
    int server = caa_resolver_add_server(h->resolver, shared);
    if (server < 0) {
        lua_pushnil(L);
        lua_pushliteral(L, "too many servers");
        return 2;
    }
    h->family[server] = (uint8_t)family;
    h->port[server] = (uint16_t)port;
    memcpy(h->address[server], address, sizeof address);
    h->servers = (unsigned)server + 1;
    if (h->engine != NULL) {
        give_address(h, (unsigned)server);
    }
    iss_getuservalue(L, 1);
    lua_rawgeti(L, -1, 0);
    lua_pushvalue(L, name);
    lua_rawseti(L, -2, server + 1);
    lua_pushinteger(L, server);
    return 1;
}

/* r:start(name [, ask_caller = false [, now]]) → the lookup's number | nil when the window is full
 */
static int resolver_start(lua_State *L) {
    handle *h = check_handle(L);
    dns_name name;
    iss_checkname(L, 2, &name);
    luaL_argcheck(L, name.len > 1 && !dns_name_is_wildcard(&name), 2,
                  "no name to look up: the root, or a wildcard");
    uint32_t index = caa_resolver_start(h->resolver, &name, lua_toboolean(L, 3), opt_now(L, 4));
    if (index == CAA_NONE) {
        lua_pushnil(L);
    } else {
        iss_pushsize(L, index);
    }
    return 1;
}

/* r:query(name, type, server [, { rd = true, cd = false, now = }]) → the query's number | nil: too
 * many */
static int resolver_query(lua_State *L) {
    handle *h = check_handle(L);
    dns_name name;
    iss_checkname(L, 2, &name);
    size_t type = iss_checksize(L, 3), server = iss_checksize(L, 4);
    luaL_argcheck(L, type <= 65535, 3, "a type is a number up to 65535");
    luaL_argcheck(L, server < h->servers, 4, "there is no such server");
    bool rd = true, cd = false;
    int64_t now = caa_engine_now();
    if (!lua_isnoneornil(L, 5)) {
        luaL_checktype(L, 5, LUA_TTABLE);
        lua_getfield(L, 5, "rd");
        lua_getfield(L, 5, "cd");
        lua_getfield(L, 5, "now");
        rd = lua_isnil(L, -3) || lua_toboolean(L, -3);
        cd = lua_toboolean(L, -2);
        now = opt_now(L, -1);
    }
    uint32_t entry =
        caa_resolver_query(h->resolver, &name, (uint16_t)type, (unsigned)server, rd, cd, now);
    if (entry == CAA_NONE) {
        lua_pushnil(L);
    } else {
        iss_pushsize(L, entry);
    }
    return 1;
}

/* r:event() → "decided", number | "want", number, owner, name of the climb's step | "answer",
 * number | nil */
static int resolver_event(lua_State *L) {
    handle *h = check_handle(L);
    uint32_t index;
    caa_event_kind kind = caa_resolver_event(h->resolver, &index);
    static const char *const KINDS[] = {
        [CAA_EVENT_WANT] = "want", [CAA_EVENT_DECIDED] = "decided", [CAA_EVENT_ANSWER] = "answer"};
    if (kind == CAA_EVENT_NONE) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushstring(L, KINDS[kind]);
    iss_pushsize(L, index);
    if (kind != CAA_EVENT_WANT) {
        return 2;
    }
    const caa_lookup *m = caa_resolver_lookup(h->resolver, index);
    iss_pushname(L, &m->asked);
    iss_pushclimb(L, m);
    return 4;
}

static uint32_t check_index(lua_State *L, const handle *h) {
    size_t index = iss_checksize(L, 2);
    luaL_argcheck(L, index < h->window, 2, "there is no such lookup");
    return (uint32_t)index;
}

/* r:tell(number, answer [, now]): after "want", what the caller knows about the owner; see m:feed
 */
static int resolver_tell(lua_State *L) {
    handle *h = check_handle(L);
    uint32_t index = check_index(L, h);
    luaL_checktype(L, 3, LUA_TTABLE);
    int64_t now = opt_now(L, 4);
    lua_settop(L, 3);
    if (!caa_resolver_wants(h->resolver, index)) {
        return luaL_error(L, "this lookup asks its caller nothing");
    }
    const caa_lookup *m = caa_resolver_lookup(h->resolver, index);
    int kind = iss_answer_kind(L, 3);
    iss_answer_entry(L, m, 3, kind);
    caa_lookup moved = *m;
    iss_answer_feed(L, &moved, 3, 4, kind);
    size_t step = caa_resolver_steps(h->resolver, index);
    iss_getuservalue(L, 1);
    lua_rawgeti(L, 5, (int)index + 1);
    if (step == 0 ||
        !lua_istable(L, 6)) { /* the first of this lookup: nothing of an older one stays */
        lua_settop(L, 5);
        lua_newtable(L);
        lua_pushvalue(L, 6);
        lua_rawseti(L, 5, (int)index + 1);
    }
    lua_pushvalue(L, 4);
    lua_rawseti(L, 6, (int)step + 1);
    h = check_handle(L); /* a finalizer may have closed or used it meanwhile */
    if (!caa_resolver_wants(h->resolver, index)) {
        return luaL_error(L, "the resolver was used while it was told something");
    }
    caa_resolver_tell(h->resolver, index, &moved, now);
    return 0;
}

/* r:ask(number [, now]): after "want", the servers shall say */
static int resolver_ask(lua_State *L) {
    handle *h = check_handle(L);
    caa_resolver_ask(h->resolver, check_index(L, h), opt_now(L, 3));
    return 0;
}

static const char *security_name(caa_security security) {
    static const char *const NAMES[] = {[CAA_UNCHECKED] = "unchecked",
                                        [CAA_INSECURE] = "insecure",
                                        [CAA_SECURE] = "secure",
                                        [CAA_BOGUS] = "bogus"};
    return NAMES[security];
}

static void set_server(lua_State *L, int texts, unsigned server, const char *key) {
    lua_rawgeti(L, texts, (int)server + 1);
    lua_setfield(L, -2, key);
}

/* Pushes the trace's entry for a step that an entry of the memo answered. */
static void push_entry(lua_State *L, const caa_step *step, int texts) {
    const caa_entry *e = step->entry;
    dns_name owner;
    caa_entry_owner(e, &owner);
    iss_pushreply(L, &owner, &e->reply, caa_entry_block(e));
    iss_pushname(L, &owner);
    lua_setfield(L, -2, "asked");
    set_server(L, texts, e->server, "source");
    lua_pushstring(L, security_name((caa_security)e->security));
    lua_setfield(L, -2, "security");
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "live");
    if (e->tcp) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, "tcp");
    }
    if (e->cd_rcode != -1) {
        const char *name = e->cd_rcode < 0 ? "no answer" : dns_rcode_name((unsigned)e->cd_rcode);
        lua_pushstring(L, name != NULL ? name : "another rcode");
        lua_setfield(L, -2, "cd_rcode");
    }
}

static void push_stop(lua_State *L, const caa_lookup *m, const caa_step *step) {
    lua_createtable(L, 0, 6);
    lua_pushliteral(L, "failed");
    lua_setfield(L, -2, "kind");
    lua_pushstring(L, caa_cause_name(step->cause));
    lua_setfield(L, -2, "cause");
    lua_pushliteral(L, "lookup-failed");
    lua_setfield(L, -2, "reason");
    iss_pushname(L, &m->asked);
    lua_setfield(L, -2, "asked");
    lua_newtable(L);
    lua_setfield(L, -2, "aliases");
}

/* r:result(number) → as m:result of caa.lookup, plus security (unchecked, insecure, secure, bogus).
 * Steps that servers answered also have live = true, source (the server), security, cause, fault,
 * extended_error { code, name, text }, cd_rcode, tcp, soa, and records with rrset_ttl. */
static int resolver_result(lua_State *L) {
    handle *h = check_handle(L);
    uint32_t index = check_index(L, h);
    const caa_lookup *m = caa_resolver_lookup(h->resolver, index);
    if (!caa_resolver_is_decided(h->resolver, index)) {
        return luaL_error(L, "the lookup is not decided yet");
    }
    lua_settop(L, 2);
    iss_getuservalue(L, 1);
    lua_rawgeti(L, 3, 0);
    lua_rawgeti(L, 3, (int)index + 1); /* 5: what the caller told */
    size_t count = caa_resolver_steps(h->resolver, index);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        caa_step step;
        caa_resolver_step(h->resolver, index, i, &step);
        if (step.kind == CAA_STEP_TOLD) {
            lua_rawgeti(L, 5, (int)i + 1);
        } else {
            if (step.kind == CAA_STEP_ENTRY) {
                push_entry(L, &step, 4);
            } else {
                push_stop(L, m, &step);
            }
            iss_pushname(L, &step.climb);
            lua_setfield(L, -2, "name");
        }
        lua_rawseti(L, 6, (int)i + 1);
    }
    iss_answer_result(L, m, 6, (int)count, false);
    lua_pushstring(L, security_name(caa_resolver_security(h->resolver, index)));
    lua_setfield(L, -2, "security");
    return 1;
}

/* r:release(number): gives the lookup's place in the window back */
static int resolver_release(lua_State *L) {
    handle *h = check_handle(L);
    uint32_t index = check_index(L, h);
    iss_getuservalue(L, 1);
    lua_pushnil(L);
    lua_rawseti(L, -2, (int)index + 1);
    caa_resolver_release(h->resolver, index);
    return 0;
}

/* r:message(number) → the octets of the answer to a query | nil, cause; the query is over then */
static int resolver_message(lua_State *L) {
    handle *h = check_handle(L);
    size_t index = iss_checksize(L, 2);
    luaL_argcheck(L, caa_resolver_is_query(h->resolver, index), 2, "there is no such query");
    const caa_entry *e = caa_resolver_entry(h->resolver, (uint32_t)index);
    if (e->state != CAA_ENTRY_ANSWERED) {
        return luaL_error(L, "the query is not answered yet");
    }
    int results = 1;
    if (e->reply.kind == CAA_REPLY_RRSET) {
        caa_block block = caa_entry_block(e);
        lua_pushlstring(L, (const char *)block.at, (size_t)(block.end - block.at));
    } else {
        lua_pushnil(L);
        lua_pushstring(L, caa_cause_name((caa_cause)e->reply.cause));
        results = 2;
    }
    caa_resolver_drop(h->resolver, (uint32_t)index);
    return results;
}

/* r:action(now) → what a driver has to do:
 *   "udp", server, port, octets       send octets to the server from the socket of this port number
 *   "stream", server, stream, octets  connect, send octets; what comes back is r:stream's
 *   "close", stream      "new-port", port: its socket is to be replaced
 *   "wait" [, until]     nothing (before this time) */
static int resolver_action(lua_State *L) {
    handle *h = check_handle(L);
    caa_action action;
    switch (caa_resolver_action(h->resolver, (int64_t)luaL_checknumber(L, 2), &action)) {
    case CAA_ACTION_UDP:
        lua_pushliteral(L, "udp");
        iss_pushsize(L, action.server);
        iss_pushsize(L, action.port);
        lua_pushlstring(L, (const char *)action.octets, action.len);
        return 4;
    case CAA_ACTION_STREAM:
        lua_pushliteral(L, "stream");
        iss_pushsize(L, action.server);
        iss_pushsize(L, action.stream);
        lua_pushlstring(L, (const char *)action.octets, action.len);
        return 4;
    case CAA_ACTION_CLOSE:
        lua_pushliteral(L, "close");
        iss_pushsize(L, action.stream);
        return 2;
    case CAA_ACTION_NEW_PORT:
        lua_pushliteral(L, "new-port");
        iss_pushsize(L, action.port);
        return 2;
    default:
        lua_pushliteral(L, "wait");
        if (action.until == INT64_MAX) {
            return 1;
        }
        lua_pushnumber(L, (lua_Number)action.until);
        return 2;
    }
}

static const uint8_t *check_octets(lua_State *L, int arg, size_t *len) {
    luaL_checktype(L, arg, LUA_TSTRING);
    return (const uint8_t *)lua_tolstring(L, arg, len);
}

/* r:datagram(port, server | nil, octets, now) */
static int resolver_datagram(lua_State *L) {
    handle *h = check_handle(L);
    size_t port = iss_checksize(L, 2), len;
    int server = lua_isnil(L, 3) ? -1 : (int)luaL_checkinteger(L, 3);
    const uint8_t *octets = check_octets(L, 4, &len);
    caa_resolver_datagram(h->resolver, (unsigned)port, server, octets, len,
                          (int64_t)luaL_checknumber(L, 5));
    return 0;
}

/* r:undelivered(port, server, octets, now): a packet could not be sent, or came back */
static int resolver_undelivered(lua_State *L) {
    handle *h = check_handle(L);
    size_t port = iss_checksize(L, 2), server = iss_checksize(L, 3), len;
    const uint8_t *octets = check_octets(L, 4, &len);
    luaL_argcheck(L, len >= 2, 4, "no query");
    caa_resolver_undelivered(h->resolver, (unsigned)port, (int)server,
                             (uint16_t)(octets[0] << 8 | octets[1]),
                             (int64_t)luaL_checknumber(L, 5));
    return 0;
}

/* r:stream(stream, octets, now): some octets of it;   r:closed(stream, now) */
static int resolver_stream(lua_State *L) {
    handle *h = check_handle(L);
    size_t stream = iss_checksize(L, 2), len;
    const uint8_t *octets = check_octets(L, 3, &len);
    caa_resolver_stream(h->resolver, (uint32_t)stream, octets, len,
                        (int64_t)luaL_checknumber(L, 4));
    return 0;
}

static int resolver_closed(lua_State *L) {
    handle *h = check_handle(L);
    caa_resolver_stream_closed(h->resolver, (uint32_t)iss_checksize(L, 2),
                               (int64_t)luaL_checknumber(L, 3));
    return 0;
}

/* r:tick(now): time went by */
static int resolver_tick(lua_State *L) {
    handle *h = check_handle(L);
    caa_resolver_tick(h->resolver, (int64_t)luaL_checknumber(L, 2));
    return 0;
}

/* r:step([timeout]) → true | nil, message: the engine sends, waits at most timeout milliseconds
 * (absent: while something is under way), receives. For loops of others: r:fd() is readable when a
 * step has something to do, r:timeout() says after how many milliseconds it has in any case (nil:
 * never). */
static int resolver_step(lua_State *L) {
    handle *h = check_handle(L);
    lua_Number timeout = luaL_optnumber(L, 2, -1);
    if (!caa_engine_step(engine_of(L, h), timeout < 0       ? -1
                                          : timeout > 60000 ? 60000
                                                            : (int)timeout)) {
        return push_errno(L);
    }
    lua_pushboolean(L, 1);
    return 1;
}

/* r:record(path [, head]) → true | nil, message: the engine writes every packet to this file; see
 * csrc/caa/engine.h */
static int resolver_record(lua_State *L) {
    handle *h = check_handle(L);
    if (!caa_engine_record(engine_of(L, h), luaL_checkstring(L, 2), luaL_optstring(L, 3, ""))) {
        return push_errno(L);
    }
    lua_pushboolean(L, 1);
    return 1;
}

static int resolver_fd(lua_State *L) {
    lua_pushinteger(L, caa_engine_fd(engine_of(L, check_handle(L))));
    return 1;
}

static int resolver_timeout(lua_State *L) {
    int timeout = caa_engine_timeout(engine_of(L, check_handle(L)));
    if (timeout < 0) {
        lua_pushnil(L);
    } else {
        lua_pushinteger(L, timeout);
    }
    return 1;
}

/* r:counts() → { queries =, streams =, octets =, ignored =, timeouts =, owners =, active = } */
static int resolver_counts(lua_State *L) {
    handle *h = check_handle(L);
    const caa_resolver_counts *c = caa_resolver_count(h->resolver);
    lua_createtable(L, 0, 8);
    iss_setsize(L, -1, "queries", c->queries);
    iss_setsize(L, -1, "streams", c->streams);
    iss_setsize(L, -1, "octets", c->octets);
    iss_setsize(L, -1, "ignored", c->ignored);
    iss_setsize(L, -1, "timeouts", c->timeouts);
    iss_setsize(L, -1, "owners", c->owners);
    iss_setsize(L, -1, "active", caa_resolver_active(h->resolver));
    return 1;
}

static int resolver_tostring(lua_State *L) {
    const handle *h = luaL_checkudata(L, 1, HANDLE);
    if (h->resolver == NULL) {
        lua_pushliteral(L, HANDLE " (closed)");
    } else {
        lua_pushfstring(L, HANDLE " (%d servers)", (int)h->servers);
    }
    return 1;
}

static const luaL_Reg METHODS[] = {
    {"server", resolver_server},     {"start", resolver_start},
    {"query", resolver_query},       {"event", resolver_event},
    {"tell", resolver_tell},         {"ask", resolver_ask},
    {"result", resolver_result},     {"release", resolver_release},
    {"message", resolver_message},   {"action", resolver_action},
    {"datagram", resolver_datagram}, {"undelivered", resolver_undelivered},
    {"stream", resolver_stream},     {"closed", resolver_closed},
    {"tick", resolver_tick},         {"step", resolver_step},
    {"record", resolver_record},     {"fd", resolver_fd},
    {"timeout", resolver_timeout},   {"counts", resolver_counts},
    {"close", resolver_close},       {NULL, NULL},
};

static const luaL_Reg METAMETHODS[] = {
    {"__gc", resolver_close},
    {"__close", resolver_close},
    {"__tostring", resolver_tostring},
    {NULL, NULL},
};

void iss_caa_resolver_register(lua_State *L) {
    iss_newmetatable(L, HANDLE, METHODS, METAMETHODS);
}
