/* issuable.idn: internationalised names as DNS and certificates write them.
 * SPDX-License-Identifier: MIT
 * Source: csrc/idn/idn.h (the engine); design.md section 3 (the border). */
#include "compat.h"

#include "idn/idn.h"

#define TEXT "issuable.idn.text"

static int text_gc(lua_State *L) {
    char **text = iss_testudata(L, 1, TEXT);
    if (text != NULL) {
        idn_release(*text);
        *text = NULL;
    }
    return 0;
}

/* --- A name with U-labels in A-labels (`bücher.example` → `xn--bcher-kva.example`).
 * ---@param name string UTF-8, without "*."
 * ---@return string? ascii
 * ---@return string? message
 * ---@return string? code "punycode": a label xn--… is no Punycode at all */
static int l_to_ascii(lua_State *L) {
    size_t length;
    const char *name = luaL_checklstring(L, 1, &length), *message;
    char **text = iss_newuserdata(L, sizeof *text, TEXT);
    idn_status status = idn_a_labels(name, length, text, &message);
    if (status != IDN_OK) {
        lua_pushnil(L);
        lua_pushstring(L, status == IDN_NO_MEMORY ? "not enough memory" : message);
        if (status == IDN_BAD_PUNYCODE) {
            lua_pushliteral(L, "punycode");
            return 3;
        }
        return 2;
    }
    lua_pushstring(L, *text);
    idn_release(*text);
    *text = NULL;
    return 1;
}

static const luaL_Reg metamethods[] = {
    {"__gc", text_gc},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"to_ascii", l_to_ascii},
    {NULL, NULL},
};

ISS_OPEN(idn) {
    iss_newmetatable(L, TEXT, NULL, metamethods);
    iss_newlib(L, functions);
    return 1;
}
