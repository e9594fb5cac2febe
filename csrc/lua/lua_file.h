/* What the border files of issuable.file share.
 * SPDX-License-Identifier: MIT
 * Source: the contract at the border, CONTRIBUTING.md. */
#ifndef ISSUABLE_LUA_FILE_H
#define ISSUABLE_LUA_FILE_H

#include "compat.h"

/* lua_file_stream.c */
int iss_file_hold_interrupts(lua_State *L);
int iss_file_truncate(lua_State *L);
void iss_file_signals_register(lua_State *L);

#endif
