/* caa.lookup: the lookup machine as a handle; it keeps the trace that the machine itself does not.
 * SPDX-License-Identifier: MIT
 * RFC 8659 section 3. */
#include "lua_caa.h"

#include <string.h>

#include "lua_caa_answer.h"

#define HANDLE      "issuable.caa.lookup"
#define MAX_ALIASES 16

/* The user value is the trace: one table for each answer, in the order in which they were fed. */
typedef struct {
    bool closed;
    int fed; /* length of the trace */
    caa_lookup machine;
    uint8_t trail[]; /* CAA_LOOKUP_TRAIL(max_aliases) */
} handle;

static handle *check_handle(lua_State *L) {
    handle *h = luaL_checkudata(L, 1, HANDLE);
    if (h->closed) {
        luaL_error(L, "the lookup is closed");
    }
    return h;
}

/* caa.lookup(name [, { max_aliases = 16 }]) → a lookup that wants its first answer
 *   name         what a certificate is to be issued for; of "*.X" the X (RFC 8659 section 3)
 *   max_aliases  0..255, in all steps together */
int iss_caa_lookup(lua_State *L) {
    dns_name name;
    iss_checkname(L, 1, &name);
    luaL_argcheck(L, name.len > 1, 1, "the root is no name to issue for");
    luaL_argcheck(L, !dns_name_is_wildcard(&name), 1,
                  "a wildcard: look up the name behind \"*.\" and remember that it was one");
    lua_Number max_aliases = MAX_ALIASES;
    if (!lua_isnoneornil(L, 2)) {
        luaL_checktype(L, 2, LUA_TTABLE);
        lua_pushliteral(L, "max_aliases");
        lua_rawget(L, 2);
        if (!lua_isnil(L, -1)) {
            max_aliases = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : -1;
        }
    }
    if (!(max_aliases >= 0 && max_aliases <= 255) ||
        (lua_Number)(uint8_t)max_aliases != max_aliases) {
        return luaL_argerror(L, 2, "max_aliases is a whole number from 0 to 255");
    }
    uint8_t most = (uint8_t)max_aliases;
    handle *h = iss_newuserdata(L, sizeof *h + CAA_LOOKUP_TRAIL(most), HANDLE);
    lua_newtable(L);
    iss_setuservalue(L, -2);
    caa_lookup_start(&h->machine, &name, most, h->trail, CAA_LOOKUP_TRAIL(most));
    return 1;
}

/* m:want() → owner to ask now, name of the climb's step | nil when decided */
static int lookup_want(lua_State *L) {
    handle *h = check_handle(L);
    const dns_name *owner = caa_lookup_want(&h->machine);
    if (owner == NULL) {
        lua_pushnil(L);
        return 1;
    }
    iss_pushname(L, owner);
    iss_pushclimb(L, &h->machine);
    return 2;
}

/* m:feed(answer): what was learnt about the owner that m:want() named; see csrc/caa/lookup.h
 *   kind     rrset | nodata | nxdomain | assumed | alias | referral | outside | broken | unknown |
 *            loop | yxdomain | failed
 *   rcode    rrset, nodata and alias take NOERROR only, nxdomain takes NXDOMAIN only
 *   name     if given: the owner that was asked, which must be the wanted one
 *   aliases  { { owner =, target =, type =, ttl = }, … } a chain that starts at the wanted owner
 *   owner    if given: where the chain ends;   target (alias): the same, to be asked next
 *   ttl, negative_ttl   seconds, of an rrset and of nodata or nxdomain
 *   reason, detail, source, cut, wildcard   strings that go into the trace and the result
 * Anything that does not fit is an error and changes nothing. */
static int lookup_feed(lua_State *L) {
    handle *h = check_handle(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    if (h->machine.status != CAA_LOOKUP_ASKING) {
        return luaL_error(L, "the lookup is decided and wants nothing more");
    }
    int fed = h->fed;
    int kind = iss_answer_kind(L, 2);
    iss_answer_entry(L, &h->machine, 2, kind);
    caa_lookup machine = h->machine;
    iss_answer_feed(L, &machine, 2, 3, kind);
    iss_getuservalue(L, 1);
    /* A finalizer of somebody else's may have run meanwhile and used this handle. */
    if (h->closed || h->fed != fed) {
        return luaL_error(L, "the lookup was used while it was fed");
    }
    lua_pushvalue(L, 3);
    lua_rawseti(L, -2, fed + 1);
    h->fed = fed + 1;
    h->machine = machine;
    return 0;
}

/* m:result() → a new table
 *   status    found | none | failed | unknown
 *   found_at  found: the climb's name, the original one or its ancestor;   owner: the RRset's, at
 * the end of the aliases at        failed, unknown: the climb's name where it stopped reason,
 * detail, rcode   failed: alias-loop | yxdomain | tld-nxdomain | lookup-failed | what was fed;
 * unknown: outside-zones | zone-broken | what was fed ttl       smallest along the way in seconds,
 * aliases and negative ones too; nil: none is known assumed   names taken as empty without asking;
 * aliases: all of them, in order trace     { { name = climb, asked =, kind =, rcode =, aliases =,
 * target =, owner =, wildcard =, cut =, ttl = smallest of this answer, source =, detail =, reason =
 * }, … } */
static int lookup_result(lua_State *L) {
    handle *h = check_handle(L);
    lua_settop(L, 1);
    if (h->machine.status == CAA_LOOKUP_ASKING) {
        return luaL_error(L, "the lookup is not decided yet");
    }
    iss_getuservalue(L, 1);
    iss_answer_result(L, &h->machine, 2, h->fed, true);
    return 1;
}

static int lookup_close(lua_State *L) {
    handle *h = luaL_checkudata(L, 1, HANDLE);
    if (!h->closed) {
        h->closed = true;
        iss_getuservalue(L, 1);
        for (int i = 1; i <= h->fed && lua_istable(L, -1); i++) {
            lua_pushnil(L);
            lua_rawseti(L, -2, i);
        }
    }
    return 0;
}

/* Nothing outside the collector's memory is held: only mark it, tables may be gone already. */
static int lookup_gc(lua_State *L) {
    handle *h = luaL_checkudata(L, 1, HANDLE);
    h->closed = true;
    return 0;
}

static int lookup_tostring(lua_State *L) {
    const handle *h = luaL_checkudata(L, 1, HANDLE);
    if (h->closed) {
        lua_pushliteral(L, HANDLE " (closed)");
        return 1;
    }
    iss_pushname(L, &h->machine.name);
    lua_pushfstring(L, HANDLE " (%s: %s)", lua_tostring(L, -1), iss_answer_status(&h->machine));
    return 1;
}

static const luaL_Reg METHODS[] = {
    {"want", lookup_want},   {"feed", lookup_feed}, {"result", lookup_result},
    {"close", lookup_close}, {NULL, NULL},
};

static const luaL_Reg METAMETHODS[] = {
    {"__gc", lookup_gc},
    {"__close", lookup_close},
    {"__tostring", lookup_tostring},
    {NULL, NULL},
};

void iss_caa_lookup_register(lua_State *L) {
    iss_newmetatable(L, HANDLE, METHODS, METAMETHODS);
}
