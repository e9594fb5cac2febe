/* issuable.request: the names that a certificate signing request asks for.
 * SPDX-License-Identifier: MIT
 * Source: csrc/request/request.h (the engine); design.md section 3 (the border). */
#include "compat.h"

#include "request/request.h"

#define NAMES "issuable.request.names"

static int names_gc(lua_State *L) {
    request_names *names = iss_testudata(L, 1, NAMES);
    if (names != NULL) {
        request_names_free(names);
    }
    return 0;
}

static const char *const kinds[] = {"dns", "ip", "email", "uri", "other", "common_name"};

/* --- Reads the `request` field of a CertificateRequest, Order or CertificateSigningRequest.
 * ---@param text string base64 of a PEM block
 * ---@return { is_ca: boolean, [integer]: { type: string, text: string } }? names
 * ---    type: dns, ip, email, uri, other (no text), common_name
 * ---@return string? message why nothing can be told of it */
static int l_names(lua_State *L) {
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    request_names *names = iss_newuserdata(L, sizeof *names, NAMES);
    request_status status = request_read(text, length, names);
    if (status != REQUEST_OK) {
        lua_pushnil(L);
        lua_pushstring(L, request_message(status));
        return 2;
    }
    lua_createtable(L, names->count < 65536 ? (int)names->count : 65536, 1);
    for (size_t i = 0; i < names->count; i++) {
        const request_name *name = &names->names[i];
        lua_createtable(L, 0, 2);
        lua_pushstring(L, kinds[name->kind]);
        lua_setfield(L, -2, "type");
        lua_pushlstring(L, name->length == 0 ? "" : names->text + name->at, name->length);
        lua_setfield(L, -2, "text");
        lua_rawseti(L, -2, (int)i + 1);
    }
    lua_pushboolean(L, names->is_ca);
    lua_setfield(L, -2, "is_ca");
    request_names_free(names);
    return 1;
}

static const luaL_Reg metamethods[] = {
    {"__gc", names_gc},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"names", l_names},
    {NULL, NULL},
};

ISS_OPEN(request) {
    iss_newmetatable(L, NAMES, NULL, metamethods);
    iss_newlib(L, functions);
    return 1;
}
