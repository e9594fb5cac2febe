/* What the files of issuable.zone's border share.
 * SPDX-License-Identifier: MIT
 * Source: csrc/lua/lua_zone.c, lua_zone_edit.c. */
#ifndef ISSUABLE_LUA_ZONE_H
#define ISSUABLE_LUA_ZONE_H

#include "compat.h"

#include "zone/zone.h"

/* The open zone of the handle at `arg`; anything else is an argument error. */
zone *iss_zone_check(lua_State *L, int arg);

/* A key that no file can know; `salt` is any address. */
zone_hash_key iss_zone_key(const void *salt);

/* Adds layout and compare to the module's table on top of the stack (lua_zone_edit.c). */
void iss_zone_edit_open(lua_State *L);

#endif
