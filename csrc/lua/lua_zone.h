/* What the files of issuable.zone's border share.
 * SPDX-License-Identifier: MIT
 * Source: csrc/lua/lua_zone.c, lua_zone_edit.c, lua_zone_scan.c. */
#ifndef ISSUABLE_LUA_ZONE_H
#define ISSUABLE_LUA_ZONE_H

#include "compat.h"

#include "zone/zone.h"

/* The open zone of the handle at `arg`; anything else is an argument error. */
zone *iss_zone_check(lua_State *L, int arg);

/* A key that no file can know; `salt` is any address. */
zone_hash_key iss_zone_key(const void *salt);

/* The options table at index 2: a string (NULL: absent; it stays alive as long as the table), the
 * limits. Anything else is an error. */
const char *iss_zone_option_string(lua_State *L, const char *key, size_t *len);
zone_limits iss_zone_option_limits(lua_State *L);

/* The origin option; false: absent. */
bool iss_zone_option_origin(lua_State *L, dns_name *origin);

void iss_zone_push_name(lua_State *L, const dns_name *name);

/* The tables of z:errors() or z:lints(), and of z:files(). */
void iss_zone_push_reports(lua_State *L, zone_store *store, bool lints);
void iss_zone_push_files(lua_State *L, zone_store *store);

/* Fields of the table on top of the stack, from a record that was read again: data (looks into the
 * zone's scratch; with or without its spans), spans, the tokens of the data. */
void iss_zone_set_rdata(lua_State *L, const zone_rdata *rdata, bool spans);
void iss_zone_set_layout(lua_State *L, const zone_view *view);
void iss_zone_set_tokens(lua_State *L, zone_scan scan);
void iss_zone_set_place(lua_State *L, zone_store *store, uint32_t file, size_t at);

/* Add to the module's table on top of the stack: layout and compare (lua_zone_edit.c), scan and
 * scan_file (lua_zone_scan.c). */
void iss_zone_edit_open(lua_State *L);
void iss_zone_scan_open(lua_State *L);

#endif
