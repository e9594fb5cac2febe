/* issuable.file: reading, digests, and replacing files all or none.
 * SPDX-License-Identifier: MIT
 * Source: csrc/file/file.h says what each call does; trouble with the world comes back as nil,
 * message, code. */
#include "lua_file.h"

#include <inttypes.h>
#include <limits.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unistd.h>

#include "file/file.h"

#define BYTES       "issuable.file.bytes"
#define NAMES       "issuable.file.names"
#define TEXT        "issuable.file.text"
#define CHANGES_MAX 1000000

/* What a path looks like in a message: control characters (C0, DEL, and C1 in UTF-8) as \DDD, so
 * that a hostile name cannot drive the terminal. */
static void add_path(luaL_Buffer *b, const char *path, size_t length) {
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)path[i];
        unsigned char next = (unsigned char)(i + 1 < length ? path[i + 1] : 0);
        if (c < 0x20 || c == 0x7f || (c == 0xc2 && next >= 0x80 && next < 0xa0)) {
            char text[5];
            snprintf(text, sizeof text, "\\%03u", (unsigned)c);
            luaL_addlstring(b, text, 4);
        } else {
            luaL_addchar(b, path[i]);
        }
    }
}

static void push_message(lua_State *L, const char *path, size_t length, int status) {
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    add_path(&b, path, length);
    luaL_addstring(&b, ": ");
    luaL_addstring(&b, file_message(status));
    luaL_pushresult(&b);
}

static int failure(lua_State *L, const char *path, size_t length, const char *message,
                   const char *code) {
    luaL_Buffer b;
    lua_pushnil(L);
    luaL_buffinit(L, &b);
    add_path(&b, path, length);
    luaL_addstring(&b, ": ");
    luaL_addstring(&b, message);
    luaL_pushresult(&b);
    lua_pushstring(L, code);
    return 3;
}

/* The path argument as a C string; NULL when it holds a NUL and so names nothing (the results are
 * pushed). */
static const char *check_path(lua_State *L, int arg, size_t *length) {
    const char *path = luaL_checklstring(L, arg, length);
    return memchr(path, '\0', *length) == NULL ? path : NULL;
}

static int path_failure(lua_State *L, int arg, int status) {
    size_t length;
    const char *path = lua_tolstring(L, arg, &length);
    if (status == FILE_OK) {
        return failure(L, path, length, "the path holds a NUL byte", "EINVAL");
    }
    return failure(L, path, length, file_message(status), file_code(status));
}

static int bytes_gc(lua_State *L) {
    file_bytes *bytes = iss_testudata(L, 1, BYTES);
    if (bytes != NULL) {
        file_bytes_free(bytes);
    }
    return 0;
}

static int names_gc(lua_State *L) {
    file_names *names = iss_testudata(L, 1, NAMES);
    if (names != NULL) {
        file_names_free(names);
    }
    return 0;
}

static int text_gc(lua_State *L) {
    char **text = iss_testudata(L, 1, TEXT);
    if (text != NULL) {
        free(*text);
        *text = NULL;
    }
    return 0;
}

/*--- Reads a regular file. Never waits: a FIFO, device or socket is refused without being opened.
 * ---@param path string
 * ---@param max_bytes integer? at most so many bytes, else "too-large"
 * ---@return string? bytes
 * ---@return string? message
 * ---@return string? code "ENOENT", "EACCES", "EISDIR", "ELOOP", "not-regular", "too-large", … */
static int l_read(lua_State *L) {
    size_t length;
    const char *path = check_path(L, 1, &length);
    size_t max = iss_optsize(L, 2, SIZE_MAX / 4);
    file_bytes *bytes;
    int status;
    if (path == NULL) {
        return path_failure(L, 1, FILE_OK);
    }
    bytes = iss_newuserdata(L, sizeof *bytes, BYTES);
    if ((status = file_read(path, max, bytes)) != FILE_OK) {
        return path_failure(L, 1, status);
    }
    lua_pushlstring(L, bytes->data, bytes->length);
    file_bytes_free(bytes);
    return 1;
}

/*--- SHA-256 as 64 lower-case hexadecimal digits.
 * ---@param bytes string
 * ---@return string */
static int l_sha256(lua_State *L) {
    char hex[FILE_DIGEST_SIZE];
    size_t length;
    const char *bytes = luaL_checklstring(L, 1, &length);
    file_sha256(bytes, length, hex);
    lua_pushlstring(L, hex, FILE_DIGEST_SIZE - 1);
    return 1;
}

/*--- The absolute path without links, "." and "..".
 * ---@param path string
 * ---@return string? path
 * ---@return string? message
 * ---@return string? code */
static int l_realpath(lua_State *L) {
    size_t length;
    const char *path = check_path(L, 1, &length);
    char **text;
    int status;
    if (path == NULL) {
        return path_failure(L, 1, FILE_OK);
    }
    text = iss_newuserdata(L, sizeof *text, TEXT);
    if ((status = file_realpath(path, text)) != FILE_OK) {
        return path_failure(L, 1, status);
    }
    lua_pushstring(L, *text);
    free(*text);
    *text = NULL;
    return 1;
}

/* Device and inode numbers use all 64 bits on some file systems: text is exact on both engines and
 * compares as well. */
static void set_text(lua_State *L, const char *key, uintmax_t n) {
    char text[24];
    snprintf(text, sizeof text, "%" PRIuMAX, n);
    lua_pushstring(L, text);
    lua_setfield(L, -2, key);
}

static int stat_with(lua_State *L, bool follow) {
    size_t length;
    const char *path = check_path(L, 1, &length);
    struct stat st;
    int status;
    if (path == NULL) {
        return path_failure(L, 1, FILE_OK);
    }
    if ((status = file_stat(path, follow, &st)) != FILE_OK) {
        return path_failure(L, 1, status);
    }
    lua_createtable(L, 0, 8);
    lua_pushstring(L, file_type(st.st_mode));
    lua_setfield(L, -2, "type");
    iss_setsize(L, -1, "size", st.st_size > 0 ? (size_t)st.st_size : 0);
    iss_setsize(L, -1, "mode", st.st_mode & 07777);
    iss_setsize(L, -1, "uid", st.st_uid);
    iss_setsize(L, -1, "gid", st.st_gid);
    set_text(L, "dev", st.st_dev);
    set_text(L, "ino", st.st_ino);
    lua_pushnumber(L, (lua_Number)st.st_mtim.tv_sec + (lua_Number)st.st_mtim.tv_nsec / 1e9);
    lua_setfield(L, -2, "mtime");
    return 1;
}

/*--- What a path means, links followed.
 * ---@param path string
 * ---@return { type: string, size: integer, mode: integer, uid: integer, gid: integer, dev: string,
 * ino: string, mtime: number }? type: "file", "directory", "fifo", "socket", "char", "block",
 * "other"; mode: permission bits; mtime: seconds
 * ---@return string? message
 * ---@return string? code */
static int l_stat(lua_State *L) {
    return stat_with(L, true);
}

/*--- The same of the link itself (type "link"). */
static int l_lstat(lua_State *L) {
    return stat_with(L, false);
}

/*--- The names in a folder, sorted by bytes, without "." and "..".
 * ---@param path string
 * ---@return string[]? names
 * ---@return string? message
 * ---@return string? code */
static int l_list(lua_State *L) {
    size_t length;
    const char *path = check_path(L, 1, &length);
    file_names *names;
    int status;
    if (path == NULL) {
        return path_failure(L, 1, FILE_OK);
    }
    names = iss_newuserdata(L, sizeof *names, NAMES);
    if ((status = file_list(path, names)) != FILE_OK) {
        return path_failure(L, 1, status);
    }
    lua_createtable(L, names->count < INT32_MAX ? (int)names->count : 0, 0);
    for (size_t i = 0; i < names->count; i++) {
        lua_pushstring(L, names->names[i]);
        lua_rawseti(L, -2, (int)(i + 1));
    }
    file_names_free(names);
    return 1;
}

/* String field `key` of the entry on top, anchored at anchors[++*anchored]: whoever keeps the
 * pointer is safe even if a finaliser edits the caller's tables. */
static const char *entry_field(lua_State *L, int anchors, int *anchored, size_t entry,
                               const char *key, size_t *length) {
    lua_pushstring(L, key);
    lua_rawget(L, -2);
    if (lua_type(L, -1) != LUA_TSTRING) {
        luaL_error(L, "entry %d of the changeset: %s is not a string", (int)entry, key);
        return NULL;
    }
    const char *text = lua_tolstring(L, -1, length);
    lua_rawseti(L, anchors, ++*anchored);
    return text;
}

/* Fills one change from the entry on top of the stack; false: its path holds a NUL. */
static bool read_change(lua_State *L, file_change *change, int anchors, int *anchored,
                        size_t entry) {
    size_t path_length = 0, digest_length = 0;
    change->path = entry_field(L, anchors, anchored, entry, "path", &path_length);
    change->digest = entry_field(L, anchors, anchored, entry, "digest", &digest_length);
    change->bytes = entry_field(L, anchors, anchored, entry, "bytes", &change->length);
    if (digest_length != FILE_DIGEST_SIZE - 1 ||
        strspn(change->digest, "0123456789abcdef") != FILE_DIGEST_SIZE - 1) {
        luaL_error(L, "entry %d of the changeset: digest is not a SHA-256", (int)entry);
        return false;
    }
    return memchr(change->path, '\0', path_length) == NULL;
}

static void push_list(lua_State *L, const file_change *changes, size_t count, bool written) {
    luaL_Buffer b;
    const char *comma = "";
    luaL_buffinit(L, &b);
    for (size_t i = 0; i < count; i++) {
        if (changes[i].written == written) {
            luaL_addstring(&b, comma);
            add_path(&b, changes[i].path, strlen(changes[i].path));
            comma = ", ";
        }
    }
    luaL_pushresult(&b);
}

/* nil, message, code, path and, when some files were written before it went wrong, the array of
 * these. */
static int replace_failure(lua_State *L, const file_change *changes, size_t count, size_t at,
                           int status) {
    size_t written = 0;
    for (size_t i = 0; i < count; i++) {
        written += changes[i].written;
    }
    const char *path = changes[at < count ? at : 0].path;
    lua_pushnil(L);
    push_message(L, path, strlen(path), status);
    if (written == count) {
        lua_pushliteral(L, " (all files are written, but a power cut could undo it)");
        lua_concat(L, 2);
    } else if (written > 0) {
        lua_pushliteral(L, " (written: ");
        push_list(L, changes, count, true);
        lua_pushliteral(L, "; not written: ");
        push_list(L, changes, count, false);
        lua_pushliteral(L, ")");
        lua_concat(L, 6);
    }
    lua_pushstring(L, file_code(status));
    lua_pushstring(L, path);
    if (written == 0) {
        return 4;
    }
    lua_newtable(L);
    for (size_t i = 0, n = 0; i < count; i++) {
        if (changes[i].written) {
            lua_pushstring(L, changes[i].path);
            lua_rawseti(L, -2, (int)++n);
        }
    }
    return 5;
}

/*--- Replaces all files or none: see file_replace in csrc/file/file.h.
 * ---@param changes { path: string, digest: string, bytes: string }[] digest: SHA-256 of the bytes
 * that were read
 * ---@return true?
 * ---@return string? message
 * ---@return string? code "changed-on-disk", "journal", "not-regular", "owner", "mount-point",
 * "duplicate", "ENOSPC", …
 * ---@return string? path the entry it is about
 * ---@return string[]? written only when some files had been replaced already; the message names
 * both kinds */
static int l_replace(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    size_t count = iss_rawlen(L, 1);
    size_t at;
    int anchored = 0;
    luaL_argcheck(L, count <= CHANGES_MAX, 1, "too many files");
    lua_createtable(L, (int)count * 3, 0); /* 2: anchors */
#if LUA_VERSION_NUM >= 504
    file_change *changes = lua_newuserdatauv(L, (count + 1) * sizeof *changes, 0);
#else
    file_change *changes = lua_newuserdata(L, (count + 1) * sizeof *changes);
#endif
    memset(changes, 0, (count + 1) * sizeof *changes);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, 1, (int)(i + 1));
        if (!lua_istable(L, -1)) {
            return luaL_error(L, "entry %d of the changeset is not a table", (int)(i + 1));
        }
        if (!read_change(L, &changes[i], 2, &anchored, i + 1)) {
            lua_getfield(L, -1, "path");
            lua_replace(L, 1);
            return path_failure(L, 1, FILE_OK);
        }
        lua_pop(L, 1);
    }
    int status = file_replace(changes, count, &at);
    if (status != FILE_OK) {
        return replace_failure(L, changes, count, at, status);
    }
    lua_pushboolean(L, 1);
    return 1;
}

/*--- Writes a file whole or not at all, whether it is there or not: see file_store in
 * csrc/file/file.h.
 * ---@param path string
 * ---@param bytes string
 * ---@return true?
 * ---@return string? message
 * ---@return string? code "EACCES", "ENOENT" (no such folder), "not-regular", "ENOSPC", … */
static int l_write(lua_State *L) {
    size_t length, path_length;
    const char *path = luaL_checklstring(L, 1, &path_length);
    const char *bytes = luaL_checklstring(L, 2, &length);
    if (memchr(path, '\0', path_length) != NULL) {
        return path_failure(L, 1, FILE_OK);
    }
    int status = file_store(path, bytes, length);
    if (status != FILE_OK) {
        return path_failure(L, 1, status);
    }
    lua_pushboolean(L, 1);
    return 1;
}

/*--- How many cells a terminal is wide.
 * ---@param descriptor integer
 * ---@return integer? columns nil: no terminal, or it does not tell */
static int l_columns(lua_State *L) {
    size_t descriptor = iss_checksize(L, 1);
    unsigned columns = descriptor <= INT_MAX ? file_columns((int)descriptor) : 0;
    if (columns == 0) {
        lua_pushnil(L);
    } else {
        lua_pushinteger(L, (lua_Integer)columns);
    }
    return 1;
}

/*--- Is a file descriptor a terminal? 0, 1 and 2 are standard input, output and error.
 * ---@param descriptor integer
 * ---@return boolean */
static int l_isatty(lua_State *L) {
    size_t descriptor = iss_checksize(L, 1);
    lua_pushboolean(L, descriptor <= INT_MAX && isatty((int)descriptor));
    return 1;
}

static const luaL_Reg functions[] = {
    {"read", l_read},
    {"sha256", l_sha256},
    {"realpath", l_realpath},
    {"stat", l_stat},
    {"lstat", l_lstat},
    {"list", l_list},
    {"isatty", l_isatty},
    {"columns", l_columns},
    {"replace", l_replace},
    {"write", l_write},
    {"hold_interrupts", iss_file_hold_interrupts},
    {"truncate", iss_file_truncate},
    {NULL, NULL},
};

static const luaL_Reg bytes_meta[] = {{"__gc", bytes_gc}, {NULL, NULL}};
static const luaL_Reg names_meta[] = {{"__gc", names_gc}, {NULL, NULL}};
static const luaL_Reg text_meta[] = {{"__gc", text_gc}, {NULL, NULL}};

ISS_OPEN(file) {
    /* Boxes that never leave a call: they own what is allocated while a Lua call may still throw.
     */
    iss_newmetatable(L, BYTES, NULL, bytes_meta);
    iss_newmetatable(L, NAMES, NULL, names_meta);
    iss_newmetatable(L, TEXT, NULL, text_meta);
    iss_file_signals_register(L);
    iss_newlib(L, functions);
    return 1;
}
