/* DNS messages as Lua tables, for caa.read and for the answers of a resolver.
 * SPDX-License-Identifier: MIT
 * Source: csrc/caa/reply.h. */
#ifndef ISSUABLE_LUA_CAA_MESSAGE_H
#define ISSUABLE_LUA_CAA_MESSAGE_H

#include "caa/reply.h"
#include "lua_caa.h"

/* Pushes a reply as a table in the shape that a lookup may be fed: kind, rcode, aliases, owner or
 * target, ttl or negative_ttl, records (an array of data in wire form), zone, reason, cause,
 * extended_error. */
void iss_pushreply(lua_State *L, const dns_name *owner, const caa_reply *reply, caa_block block);

/* caa.query, caa.read, caa.message, caa.link */
int iss_caa_query(lua_State *L);
int iss_caa_read(lua_State *L);
int iss_caa_message(lua_State *L);
int iss_caa_link(lua_State *L);

#endif
