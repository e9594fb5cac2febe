/* Answers as Lua tables: what a lookup may be fed, the trace, and the result.
 * SPDX-License-Identifier: MIT
 * RFC 8659 section 3; the contract is told at m:feed and m:result in lua_caa_lookup.c. */
#include "lua_caa_answer.h"

#include <string.h>

typedef enum {
    KIND_RRSET,
    KIND_NODATA,
    KIND_NXDOMAIN,
    KIND_ASSUMED,
    KIND_ALIAS,
    KIND_REFERRAL,
    KIND_OUTSIDE,
    KIND_BROKEN,
    KIND_UNKNOWN,
    KIND_LOOP,
    KIND_YXDOMAIN,
    KIND_FAILED,
    KINDS
} kind;

/* What each kind means. With a wanted rcode any other is refused: a SERVFAIL that is fed as
 * "nodata" by a wrong driver would become "no CAA". */
static const struct {
    const char *name;
    const char *rcode;
    bool rcode_must; /* an rcode that is given must be this one */
    caa_lookup_status stop;
    const char *reason;
} MEANING[KINDS] = {
    [KIND_RRSET] = {"rrset", "NOERROR", true, CAA_LOOKUP_ASKING, NULL},
    [KIND_NODATA] = {"nodata", "NOERROR", true, CAA_LOOKUP_ASKING, NULL},
    [KIND_NXDOMAIN] = {"nxdomain", "NXDOMAIN", true, CAA_LOOKUP_ASKING, NULL},
    [KIND_ASSUMED] = {"assumed", NULL, false, CAA_LOOKUP_ASKING, NULL},
    [KIND_ALIAS] = {"alias", "NOERROR", true, CAA_LOOKUP_ASKING, NULL},
    [KIND_REFERRAL] = {"referral", NULL, false, CAA_LOOKUP_UNKNOWN, "outside-zones"},
    [KIND_OUTSIDE] = {"outside", NULL, false, CAA_LOOKUP_UNKNOWN, "outside-zones"},
    [KIND_BROKEN] = {"broken", NULL, false, CAA_LOOKUP_UNKNOWN, "zone-broken"},
    [KIND_UNKNOWN] = {"unknown", NULL, false, CAA_LOOKUP_UNKNOWN, NULL},
    [KIND_LOOP] = {"loop", "SERVFAIL", false, CAA_LOOKUP_FAILED, "alias-loop"},
    [KIND_YXDOMAIN] = {"yxdomain", "YXDOMAIN", false, CAA_LOOKUP_FAILED, "yxdomain"},
    [KIND_FAILED] = {"failed", NULL, false, CAA_LOOKUP_FAILED, "lookup-failed"},
};

static const char *const STATUS[] = {
    [CAA_LOOKUP_ASKING] = "asking", [CAA_LOOKUP_FOUND] = "found",     [CAA_LOOKUP_NONE] = "none",
    [CAA_LOOKUP_FAILED] = "failed", [CAA_LOOKUP_UNKNOWN] = "unknown",
};

static void push_climb(lua_State *L, const caa_lookup *m) {
    dns_name climb;
    caa_lookup_climb(m, &climb);
    iss_pushname(L, &climb);
}

/* Raw reads only: a metamethod could feed or close this very handle meanwhile. */
static int push_raw(lua_State *L, int table, const char *key) {
    int index = iss_absindex(L, table);
    lua_pushstring(L, key);
    lua_rawget(L, index);
    return lua_type(L, -1);
}

/* Copies field `key` of the table `from` into the table `to`; nil or the type, else an error. The
 * copies are private to C until the trace is asked for, so their strings stay where they are. */
static void copy_field(lua_State *L, int from, int to, const char *key, int type) {
    int found = push_raw(L, from, key);
    if (found != LUA_TNIL && found != type) {
        luaL_error(L, "answer: %s is a %s, not a %s", key, lua_typename(L, found),
                   lua_typename(L, type));
    }
    lua_setfield(L, to, key);
}

/* Field `key` of the table: seconds, or CAA_TTL_UNKNOWN. */
static int64_t ttl_of(lua_State *L, int table, const char *key) {
    int found = push_raw(L, table, key);
    lua_Number ttl = found == LUA_TNIL ? CAA_TTL_UNKNOWN : lua_tonumber(L, -1);
    lua_pop(L, 1);
    if (found == LUA_TNIL) {
        return CAA_TTL_UNKNOWN;
    }
    if (found != LUA_TNUMBER || !(ttl >= 0 && ttl <= UINT32_MAX) ||
        (lua_Number)(uint32_t)ttl != ttl) {
        luaL_error(L, "answer: %s is a whole number of seconds", key);
    }
    return (int64_t)ttl;
}

/* Field `key` of the table as a name; false when there is none. */
static bool name_of(lua_State *L, int table, const char *key, dns_name *name) {
    int found = push_raw(L, table, key);
    bool given = found != LUA_TNIL;
    if (given) {
        size_t len = 0;
        const char *text = found == LUA_TSTRING ? lua_tolstring(L, -1, &len) : NULL;
        dns_name_error error =
            text == NULL ? DNS_NAME_EMPTY : dns_name_parse(name, text, len, NULL, NULL);
        if (error != DNS_NAME_OK) {
            luaL_error(L, "answer: %s: %s", key, dns_name_strerror(error));
        }
    }
    lua_pop(L, 1);
    return given;
}

/* The answer's aliases as a new array in field "aliases" of the entry. */
static void copy_aliases(lua_State *L, int answer, int entry) {
    lua_newtable(L);
    int list = lua_gettop(L);
    int given = push_raw(L, answer, "aliases");
    if (given != LUA_TNIL) {
        int from = lua_gettop(L);
        if (given != LUA_TTABLE) {
            luaL_error(L, "answer: aliases is no table");
        }
        for (int i = 1;; i++) {
            lua_rawgeti(L, from, i);
            if (lua_isnil(L, -1)) {
                break;
            }
            if (!lua_istable(L, -1)) {
                luaL_error(L, "answer: alias %d is no table", i);
            }
            lua_createtable(L, 0, 4);
            copy_field(L, from + 1, from + 2, "owner", LUA_TSTRING);
            copy_field(L, from + 1, from + 2, "target", LUA_TSTRING);
            copy_field(L, from + 1, from + 2, "type", LUA_TSTRING);
            copy_field(L, from + 1, from + 2, "dname", LUA_TSTRING);
            copy_field(L, from + 1, from + 2, "wildcard", LUA_TSTRING);
            copy_field(L, from + 1, from + 2, "ttl", LUA_TNUMBER);
            ttl_of(L, from + 2, "ttl");
            lua_rawseti(L, list, i);
            lua_settop(L, from);
        }
    }
    lua_settop(L, list);
    lua_setfield(L, entry, "aliases");
}

/* An alias without a list of its own: `{ kind = "alias", target = … }` is one CNAME. */
static void complete_alias(lua_State *L, int answer, int entry) {
    if (push_raw(L, entry, "target") != LUA_TSTRING) {
        luaL_error(L, "answer: an alias needs its aliases or a target");
    }
    push_raw(L, entry, "aliases");
    lua_createtable(L, 0, 4);
    push_raw(L, entry, "asked");
    lua_setfield(L, -2, "owner");
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "target");
    lua_pushliteral(L, "CNAME");
    lua_setfield(L, -2, "type");
    copy_field(L, answer, lua_gettop(L), "ttl", LUA_TNUMBER);
    lua_rawseti(L, -2, 1);
    lua_pop(L, 2);
}

int iss_answer_kind(lua_State *L, int answer) {
    if (push_raw(L, answer, "kind") != LUA_TSTRING) {
        luaL_error(L, "answer: kind is missing");
    }
    const char *name = lua_tostring(L, -1);
    for (int k = 0; k < KINDS; k++) {
        if (strcmp(name, MEANING[k].name) == 0) {
            lua_pop(L, 1);
            return k;
        }
    }
    luaL_error(L, "answer: there is no such kind");
    return KIND_UNKNOWN;
}

static void check_rcode(lua_State *L, kind k, int entry) {
    if (push_raw(L, entry, "rcode") == LUA_TNIL) {
        if (MEANING[k].rcode != NULL) {
            lua_pushstring(L, MEANING[k].rcode);
            lua_setfield(L, entry, "rcode");
        }
    } else if (MEANING[k].rcode_must && strcmp(lua_tostring(L, -1), MEANING[k].rcode) != 0) {
        luaL_error(L, "answer: %s goes with rcode %s only", MEANING[k].name, MEANING[k].rcode);
    }
    lua_pop(L, 1);
}

/* The trace's entry for this answer, pushed: all that can fail for want of memory or because of the
 * answer's form happens before the machine moves. */
void iss_answer_entry(lua_State *L, const caa_lookup *m, int answer, int which) {
    kind k = (kind)which;
    lua_createtable(L, 0, 14);
    int entry = lua_gettop(L);
    push_climb(L, m);
    lua_setfield(L, entry, "name");
    iss_pushname(L, &m->asked);
    lua_setfield(L, entry, "asked");
    lua_pushstring(L, MEANING[k].name);
    lua_setfield(L, entry, "kind");
    static const char *const TEXTS[] = {"rcode",    "target", "owner",  "cut",
                                        "wildcard", "source", "detail", "reason"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        copy_field(L, answer, entry, TEXTS[i], LUA_TSTRING);
    }
    check_rcode(L, k, entry);
    if (k == KIND_UNKNOWN) {
        if (push_raw(L, entry, "reason") == LUA_TNIL) {
            luaL_error(L, "answer: unknown needs a reason");
        }
        lua_pop(L, 1);
    } else if (MEANING[k].reason != NULL) {
        if (push_raw(L, entry, "reason") == LUA_TNIL) {
            lua_pushstring(L, MEANING[k].reason);
            lua_setfield(L, entry, "reason");
        }
        lua_pop(L, 1);
    }
    copy_aliases(L, answer, entry);
    push_raw(L, entry, "aliases");
    bool no_aliases = iss_rawlen(L, -1) == 0;
    lua_pop(L, 1);
    if (k == KIND_ALIAS && no_aliases) {
        complete_alias(L, answer, entry);
    }
}

/* The TTL of the answer itself, without its aliases. */
static int64_t own_ttl(lua_State *L, int answer, kind k) {
    switch (k) {
    case KIND_RRSET:
        return ttl_of(L, answer, "ttl");
    case KIND_NODATA:
    case KIND_NXDOMAIN:
        return ttl_of(L, answer, "negative_ttl");
    default:
        return CAA_TTL_UNKNOWN;
    }
}

/* Feeds the entry's aliases; on a false return *refused says why. */
static caa_feed feed_aliases(lua_State *L, caa_lookup *machine, int entry, int64_t *smallest) {
    caa_feed fed = CAA_FEED_OK;
    push_raw(L, entry, "aliases");
    int list = lua_gettop(L);
    int count = (int)iss_rawlen(L, list);
    for (int i = 1; i <= count && fed == CAA_FEED_OK; i++) {
        lua_rawgeti(L, list, i);
        dns_name owner, target;
        if (!name_of(L, -1, "owner", &owner) || !name_of(L, -1, "target", &target)) {
            luaL_error(L, "answer: alias %d needs owner and target", i);
        }
        int64_t ttl = ttl_of(L, -1, "ttl");
        if (ttl != CAA_TTL_UNKNOWN && (*smallest == CAA_TTL_UNKNOWN || ttl < *smallest)) {
            *smallest = ttl;
        }
        fed = caa_lookup_alias(machine, &owner, &target, ttl);
        lua_pop(L, 1);
        if (machine->status != CAA_LOOKUP_ASKING) {
            break; /* a loop: what is behind it does not matter */
        }
    }
    lua_pop(L, 1);
    return fed;
}

/* Moves a copy of the machine by one answer. Errors throw: the handle's own machine is untouched.
 */
void iss_answer_feed(lua_State *L, caa_lookup *machine, int answer, int entry, int which) {
    kind k = (kind)which;
    int64_t ttl = own_ttl(L, answer, k);
    int64_t smallest = ttl;
    dns_name name;
    if (name_of(L, answer, "name", &name) && !dns_name_equal(&name, &machine->asked)) {
        luaL_error(L, "answer: its name is not the one that is wanted");
    }
    if (MEANING[k].stop != CAA_LOOKUP_ASKING) {
        caa_lookup_stop(machine, &machine->asked, MEANING[k].stop);
        return;
    }
    if (feed_aliases(L, machine, entry, &smallest) != CAA_FEED_OK) {
        luaL_error(L, "answer: its aliases are no chain from the name that is wanted");
    }
    if (smallest != CAA_TTL_UNKNOWN) {
        iss_setsize(L, entry, "ttl", (size_t)smallest);
    }
    if (machine->status != CAA_LOOKUP_ASKING) {
        return;
    }
    const char *end = k == KIND_ALIAS ? "target" : "owner";
    dns_name owner = machine->asked;
    name_of(L, entry, end, &owner);
    caa_feed fed = CAA_FEED_OK;
    switch (k) {
    case KIND_RRSET:
        fed = caa_lookup_rrset(machine, &owner, ttl);
        break;
    case KIND_NODATA:
        fed = caa_lookup_empty(machine, &owner, CAA_EMPTY_NODATA, ttl);
        break;
    case KIND_NXDOMAIN:
        fed = caa_lookup_empty(machine, &owner, CAA_EMPTY_NXDOMAIN, ttl);
        break;
    case KIND_ASSUMED:
        fed = caa_lookup_empty(machine, &owner, CAA_EMPTY_ASSUMED, ttl);
        break;
    default: /* an alias: its target is wanted now */
        fed = dns_name_equal(&owner, &machine->asked) ? CAA_FEED_OK : CAA_FEED_OTHER_NAME;
        break;
    }
    if (fed != CAA_FEED_OK) {
        luaL_error(L, "answer: its %s is not where its aliases lead", end);
    }
}

/* Pushes a copy of a table of the trace: callers add to what they get. An entry holds its aliases,
 * they hold strings and numbers: copy_field sees to it that this is never deeper. */
static void push_copy(lua_State *L, int table) {
    int from = iss_absindex(L, table);
    luaL_checkstack(L, 8, "a trace");
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, from)) {
        lua_pushvalue(L, -2);
        if (lua_istable(L, -2)) {
            push_copy(L, -2);
        } else {
            lua_pushvalue(L, -2);
        }
        lua_rawset(L, -5);
        lua_pop(L, 1);
    }
}

static void push_cause(lua_State *L, const caa_lookup *m) {
    push_climb(L, m);
    iss_pushname(L, &m->asked);
    const char *climb = lua_tostring(L, -2), *asked = lua_tostring(L, -1);
    switch (m->cause) {
    case CAA_LOOKUP_ALIAS_LOOP:
        lua_pushfstring(L, "the aliases of %s go round in a circle, through %s", climb, asked);
        break;
    case CAA_LOOKUP_ALIAS_LIMIT:
        lua_pushfstring(L, "more than %d aliases on the way; the last one followed led to %s",
                        (int)m->max_aliases, asked);
        break;
    default:
        lua_pushfstring(L, "the top-level domain %s does not exist", climb);
        break;
    }
    lua_replace(L, -3);
    lua_pop(L, 1);
}

/* Sets status, reason, detail, rcode, found_at, owner, at and ttl of the result on top. */
static void set_verdict(lua_State *L, const caa_lookup *m, int trace, int count) {
    int result = lua_gettop(L);
    lua_pushstring(L, STATUS[m->status]);
    lua_setfield(L, result, "status");
    lua_rawgeti(L, trace, count);
    int last = lua_gettop(L);
    push_raw(L, last, "rcode");
    lua_setfield(L, result, "rcode");
    if (m->ttl != CAA_TTL_UNKNOWN) {
        iss_setsize(L, result, "ttl", (size_t)m->ttl);
    }
    if (m->status == CAA_LOOKUP_FOUND) {
        push_climb(L, m);
        lua_setfield(L, result, "found_at");
        iss_pushname(L, &m->asked);
        lua_setfield(L, result, "owner");
    } else if (m->status != CAA_LOOKUP_NONE) {
        push_climb(L, m);
        lua_setfield(L, result, "at");
        if (m->cause == CAA_LOOKUP_FED) {
            push_raw(L, last, "reason");
            push_raw(L, last, "detail");
        } else {
            lua_pushstring(L, m->cause == CAA_LOOKUP_TLD_NXDOMAIN ? "tld-nxdomain" : "alias-loop");
            push_cause(L, m);
        }
        lua_setfield(L, result, "detail");
        lua_setfield(L, result, "reason");
    }
    lua_settop(L, result);
}

/* Sets trace, aliases and assumed of the result on top. */
static void set_trace(lua_State *L, int trace, int count, bool copy) {
    int result = lua_gettop(L);
    lua_createtable(L, count, 0); /* result + 1 */
    lua_newtable(L);              /* result + 2: aliases */
    lua_newtable(L);              /* result + 3: assumed */
    int aliases = 0, assumed = 0;
    for (int i = 1; i <= count; i++) {
        lua_rawgeti(L, trace, i);
        if (copy) {
            push_copy(L, -1);
        }
        int entry = lua_gettop(L);
        push_raw(L, entry, "aliases");
        for (int j = 1; j <= (int)iss_rawlen(L, entry + 1); j++) {
            lua_rawgeti(L, entry + 1, j);
            push_copy(L, -1);
            lua_rawseti(L, result + 2, ++aliases);
            lua_pop(L, 1);
        }
        push_raw(L, entry, "kind");
        if (strcmp(lua_tostring(L, -1), MEANING[KIND_ASSUMED].name) == 0) {
            push_raw(L, entry, "asked");
            lua_rawseti(L, result + 3, ++assumed);
        }
        lua_settop(L, entry);
        lua_rawseti(L, result + 1, i);
        lua_settop(L, result + 3);
    }
    lua_setfield(L, result, "assumed");
    lua_setfield(L, result, "aliases");
    lua_setfield(L, result, "trace");
}

void iss_answer_result(lua_State *L, const caa_lookup *m, int trace, int count, bool copy) {
    trace = iss_absindex(L, trace);
    lua_createtable(L, 0, 12);
    set_verdict(L, m, trace, count);
    set_trace(L, trace, count, copy);
}

const char *iss_answer_status(const caa_lookup *m) {
    return STATUS[m->status];
}

void iss_pushclimb(lua_State *L, const caa_lookup *m) {
    push_climb(L, m);
}
