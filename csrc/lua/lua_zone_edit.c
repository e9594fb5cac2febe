/* The border of issuable.zone for editing: a file as pieces, and what two zones do not share.
 * SPDX-License-Identifier: MIT
 * Source: csrc/zone/layout.h, csrc/zone/fingerprint.h. */
#include "lua_zone.h"

#include "zone/fingerprint.h"
#include "zone/layout.h"

static const char *const kinds[] = {NULL, "gap", "record", "directive", "error"};

/* Upvalues: the bytes, the state. → kind, first, last (1-based, inclusive) */
static int next_piece(lua_State *L) {
    zone_piece piece = zone_layout_next(lua_touserdata(L, lua_upvalueindex(2)));
    if (piece.kind == ZONE_PIECE_END) {
        return 0;
    }
    lua_pushstring(L, kinds[piece.kind]);
    iss_pushsize(L, piece.first + 1);
    iss_pushsize(L, piece.end);
    return 3;
}

/* for kind, first, last in zone.layout(bytes) */
static int layout(lua_State *L) {
    size_t len;
    luaL_checktype(L, 1, LUA_TSTRING);
    const char *bytes = lua_tolstring(L, 1, &len);
    lua_settop(L, 1);
    zone_layout_init(lua_newuserdata(L, sizeof(zone_layout)), (const uint8_t *)bytes, len);
    lua_pushcclosure(L, next_piece, 2);
    return 1;
}

/* Pushes an empty array and gives its stack index. */
static int new_list(lua_State *L) {
    lua_newtable(L);
    return lua_gettop(L);
}

static void append(lua_State *L, int list, uint32_t record) {
    iss_pushsize(L, (size_t)record + 1);
    lua_rawseti(L, list, (int)iss_rawlen(L, list) + 1);
}

/* Collected by Lua, so nothing is lost when a later call throws. */
static zone_fingerprint *prints(lua_State *L, zone *z, const zone_hash_key *key) {
    size_t count = zone_get_store(z)->record_count;
    zone_fingerprint *list = lua_newuserdata(L, (count + 1) * sizeof *list);
    zone_fingerprints(z, key, list);
    return list;
}

/* zone.compare(before, after) → { index, … } only before, { index, … } only after */
static int compare(lua_State *L) {
    zone *before = iss_zone_check(L, 1);
    zone *after = iss_zone_check(L, 2);
    zone_hash_key key = iss_zone_key(before);
    lua_settop(L, 2);
    const zone_fingerprint *a = prints(L, before, &key);
    const zone_fingerprint *b = prints(L, after, &key);
    size_t a_count = zone_get_store(before)->record_count;
    size_t b_count = zone_get_store(after)->record_count;
    int only_before = new_list(L);
    int only_after = new_list(L);
    size_t i = 0;
    size_t j = 0;
    while (i < a_count || j < b_count) {
        if (j == b_count || (i < a_count && a[i].hash < b[j].hash)) {
            append(L, only_before, a[i++].record);
        } else if (i == a_count || b[j].hash < a[i].hash) {
            append(L, only_after, b[j++].record);
        } else {
            i++;
            j++;
        }
    }
    return 2;
}

void iss_zone_edit_open(lua_State *L) {
    static const luaL_Reg functions[] = {{"layout", layout}, {"compare", compare}, {NULL, NULL}};
    iss_setfuncs(L, functions);
}
