/* What the two border files of issuable.caa share.
 * SPDX-License-Identifier: MIT
 * Source: the contract at the border, CONTRIBUTING.md. */
#ifndef ISSUABLE_LUA_CAA_H
#define ISSUABLE_LUA_CAA_H

#include "compat.h"
#include "dns/name.h"

/* Argument `arg` as a domain name; anything that is none is an argument error. */
void iss_checkname(lua_State *L, int arg, dns_name *name);

/* Pushes a name's text: lower case, no final dot, escapes as \X and \DDD. */
void iss_pushname(lua_State *L, const dns_name *name);

/* caa.lookup, and the metatable of what it returns. */
int iss_caa_lookup(lua_State *L);
void iss_caa_lookup_register(lua_State *L);

/* caa.resolver, likewise. */
int iss_caa_resolver(lua_State *L);
void iss_caa_resolver_register(lua_State *L);

#endif
