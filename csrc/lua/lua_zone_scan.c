/* The border of issuable.zone for scans: every record of a few types in files of any size.
 * SPDX-License-Identifier: MIT
 * Source: csrc/zone/hits.h, csrc/zone/drive.h. No table is made but for what is asked for. */
#include "lua_zone.h"

#include <errno.h>
#include <string.h>

#include "zone/drive.h"
#include "zone/mnemonic.h"
#include "zone/where.h"

#define SCAN "issuable.zone.scan"

/* Strings whose bytes are scanned are anchored in the user value. */
typedef struct {
    zone_drive drive; /* drive.z NULL: closed */
} scan_handle;

static scan_handle *check_scan(lua_State *L, int arg) {
    scan_handle *s = luaL_checkudata(L, arg, SCAN);
    if (s->drive.z == NULL) {
        luaL_argerror(L, arg, "this scan is closed");
    }
    return s;
}

static int failure(lua_State *L, int status) {
    lua_pushnil(L);
    lua_pushstring(L, file_message(status));
    lua_pushstring(L, file_code(status));
    return 3;
}

/* ---- scanning ---- */

static uint16_t to_type(lua_State *L, int index) {
    size_t len = 0;
    uint16_t type = 0;
    const char *text = lua_type(L, index) == LUA_TSTRING ? lua_tolstring(L, index, &len) : NULL;
    if (text == NULL || !zone_type_parse((const uint8_t *)text, len, &type)) {
        luaL_error(L, "a record type expected, such as \"CAA\"");
    }
    return type;
}

/* options.types: pushes a userdata with them. */
static const uint16_t *option_types(lua_State *L, size_t *count) {
    static const uint16_t usual[] = {ZONE_TYPE_CAA, ZONE_TYPE_CNAME, ZONE_TYPE_DNAME, ZONE_TYPE_NS,
                                     ZONE_TYPE_SOA};
    uint16_t *types;
    lua_getfield(L, 2, "types");
    if (lua_isnil(L, -1)) {
        *count = sizeof usual / sizeof usual[0];
        return usual;
    }
    if (!lua_istable(L, -1)) {
        luaL_error(L, "option types must be a list of record types");
    }
    *count = iss_rawlen(L, -1);
    if (*count > 65536) {
        luaL_error(L, "option types is too long");
    }
    types = lua_newuserdata(L, (*count + 1) * sizeof *types);
    for (size_t i = 0; i < *count; i++) {
        lua_rawgeti(L, -2, (int)i + 1);
        types[i] = to_type(L, -1);
        lua_pop(L, 1);
    }
    return types;
}

static zone_classifier option_classifier(lua_State *L) {
    static const char *const names[] = {"best", "avx2", "sse2", "portable"};
    size_t len;
    const char *text = iss_zone_option_string(L, "classifier", &len);
    for (int i = 0; text != NULL && i < 4; i++) {
        if (strcmp(text, names[i]) == 0) {
            if (!zone_classifier_is_there((zone_classifier)i)) {
                luaL_error(L, "the classifier %s does not run on this processor", text);
            }
            return (zone_classifier)i;
        }
    }
    if (text != NULL) {
        luaL_error(L, "option classifier must be best, avx2, sse2 or portable");
    }
    return ZONE_CLASSIFY_BEST;
}

/* Calls options.include, which is at index 5; the handle is at 3, the anchors are at 4. */
static zone_step include(lua_State *L, zone_drive *d) {
    zone_store *store = zone_get_store(d->z);
    zone_want want = zone_wanted(d->z);
    const zone_file *from = &store->files[want.file];
    uint32_t line = 1;
    uint32_t column = 1;
    if (lua_isnil(L, 5)) {
        static const char reason[] = "no way to read included files was given";
        return zone_include_failed(d->z, reason, sizeof reason - 1);
    }
    lua_settop(L, 5);
    lua_pushvalue(L, 5);
    lua_pushlstring(L, want.name, want.name_len);
    lua_pushlstring(L, (const char *)store->text + from->path, from->path_len);
    (void)zone_where(store, want.file, want.first, &line, &column);
    iss_pushsize(L, line);
    iss_pushsize(L, column);
    lua_call(L, 4, 2);
    size_t len = 0;
    size_t path_len = 0;
    const char *text = lua_type(L, 7) == LUA_TSTRING ? lua_tolstring(L, 7, &path_len) : NULL;
    if (lua_type(L, 6) == LUA_TSTRING) {
        const char *bytes = lua_tolstring(L, 6, &len);
        lua_pushvalue(L, 6);
        lua_rawseti(L, 4, (int)iss_rawlen(L, 4) + 1);
        return zone_drive_include_bytes(d, (const uint8_t *)bytes, len,
                                        text == NULL ? want.name : text,
                                        text == NULL ? want.name_len : path_len);
    }
    if (lua_toboolean(L, 6) && text != NULL && memchr(text, '\0', path_len) == NULL) {
        return zone_drive_include_path(d, text);
    }
    return text != NULL ? zone_include_failed(d->z, text, path_len)
                        : zone_include_failed(d->z, "it was not found", 16);
}

/* bytes NULL: the file of that path. The source is at index 1, the options are at 2. */
static int scan(lua_State *L, const char *path, size_t path_len, const char *bytes, size_t len) {
    dns_name origin;
    size_t count;
    bool has_origin = iss_zone_option_origin(L, &origin);
    zone_limits limits = iss_zone_option_limits(L);
    zone_classifier how = option_classifier(L);
    scan_handle *s = iss_newuserdata(L, sizeof *s, SCAN); /* index 3 */
    lua_newtable(L);                                      /* index 4 */
    lua_pushvalue(L, 1);
    lua_rawseti(L, 4, 1);
    lua_pushvalue(L, 4);
    iss_setuservalue(L, 3);
    lua_getfield(L, 2, "include"); /* index 5 */
    if (!lua_isnil(L, 5)) {
        luaL_checktype(L, 5, LUA_TFUNCTION);
    }
    const uint16_t *types = option_types(L, &count);
    zone *z = zone_hits_new(path, path_len, has_origin ? &origin : NULL, &limits, iss_zone_key(s),
                            types, count, how);
    int status = z == NULL ? ENOMEM : zone_drive_start(&s->drive, z, (const uint8_t *)bytes, len);
    zone_step step = ZONE_STEP_MORE;
    while (status == FILE_OK && step != ZONE_STEP_DONE) {
        status = zone_drive_run(&s->drive, &step);
        if (status == FILE_OK && step == ZONE_STEP_INCLUDE) {
            step = include(L, &s->drive);
        }
        if (status == FILE_OK && step == ZONE_STEP_NO_MEMORY) {
            status = ENOMEM;
        }
    }
    if (status != FILE_OK) {
        zone_drive_free(&s->drive);
        return failure(L, status);
    }
    zone_drive_rest(&s->drive);
    lua_settop(L, 3);
    return 1;
}

static void get_options(lua_State *L) {
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) {
        lua_newtable(L);
        lua_replace(L, 2);
    }
    luaL_checktype(L, 2, LUA_TTABLE);
}

/*---@class issuable.ScanOptions
 * ---@field types? string[] record types, "ANY": all; default { "CAA", "CNAME", "DNAME", "NS",
 * "SOA" }
 * ---@field origin? string completes relative names before the first $ORIGIN
 * ---@field include? fun(name: string, path: string, line: integer, column: integer):
 * string|true|nil, string? answers an $INCLUDE: its bytes and its path; or true and the path of a
 * file, which is then read in windows as well; or nil and a reason
 * ---@field path? string of the bytes (zone.scan), for messages
 * ---@field classifier? "best"|"avx2"|"sse2"|"portable" how bytes are classified; all find the same
 * ---@field max_bytes? integer and the other limits of zone.load; max_records is that of the
 * records found
 */

/*--- Finds every record of a few types in one pass, with constant memory but for 24 bytes a record.
 * Of
 * --- records of other types only the head is looked at, and that quotes and parentheses close:
 * this is
 * --- not the check whether a server would load the zone (zone.load is). What is not well-formed is
 * in
 * --- scan:errors(), and reading goes on behind it.
 * ---@param bytes string a zone file
 * ---@param options? issuable.ScanOptions
 * ---@return issuable.Scan? scan
 * ---@return string? message
 * ---@return string? code "ENOMEM" */
static int l_scan(lua_State *L) {
    size_t len;
    size_t path_len = 1;
    luaL_checktype(L, 1, LUA_TSTRING);
    const char *bytes = lua_tolstring(L, 1, &len);
    get_options(L);
    const char *path = iss_zone_option_string(L, "path", &path_len);
    return scan(L, path == NULL ? "-" : path, path_len, bytes, len);
}

/*--- The same for a file, which is read in windows and never held as a whole. Records are read from
 * it
 * --- again when they are asked for: should it have been changed, that fails with
 * "changed-on-disk".
 * ---@param path string
 * ---@param options? issuable.ScanOptions
 * ---@return issuable.Scan? scan
 * ---@return string? message
 * ---@return string? code "ENOENT", "not-regular", "changed-on-disk", "ENOMEM", … */
static int l_scan_file(lua_State *L) {
    size_t len;
    luaL_checktype(L, 1, LUA_TSTRING);
    const char *path = lua_tolstring(L, 1, &len);
    get_options(L);
    if (memchr(path, '\0', len) != NULL) {
        return failure(L, EINVAL);
    }
    return scan(L, path, len, NULL, 0);
}

/* ---- methods ---- */

/*---@class issuable.Scan
 * ---@field size fun(self): integer how many records were found
 * ---@field each fun(self, type?: string): fun(): integer?, string, integer? in file order: index,
 * type, TTL
 * ---@field find fun(self, owner: string, type?: string): integer[]? indices; nil, message, code
 * ---@field type fun(self, index: integer): string?
 * ---@field ttl fun(self, index: integer): integer? nil when the file says none
 * ---@field owner fun(self, index: integer): string? lower case, without the final dot; nil,
 * message, code
 * ---@field record fun(self, index: integer): table? as zone:record(), but for what only a loaded
 * zone knows
 * ---@field types fun(self): table<string, integer> how many of each type
 * ---@field errors fun(self): table[] as zone:errors(); positions as there
 * ---@field files fun(self): table[] as zone:files()
 * ---@field complete fun(self): boolean no error: every record of the types was found
 * ---@field close fun(self) gives memory back; idempotent */

static int get_size(lua_State *L) {
    iss_pushsize(L, zone_hits_count(check_scan(L, 1)->drive.z));
    return 1;
}

/* Argument 2 as a hit; NULL: there is no such one, and nil is pushed. */
static const zone_hit *check_hit(lua_State *L, const scan_handle *s) {
    size_t index = iss_checksize(L, 2);
    const zone_hit *hit = index == 0 ? NULL : zone_hits_at(s->drive.z, index - 1);
    if (hit == NULL) {
        lua_pushnil(L);
    }
    return hit;
}

static void push_type(lua_State *L, uint16_t type) {
    lua_pushstring(L, zone_type_print(type).text);
}

static int get_type(lua_State *L) {
    const zone_hit *hit = check_hit(L, check_scan(L, 1));
    if (hit != NULL) {
        push_type(L, hit->type);
    }
    return 1;
}

static void push_ttl(lua_State *L, const zone_hit *hit) {
    if ((hit->flags & ZONE_RECORD_NO_TTL) != 0) {
        lua_pushnil(L);
    } else {
        iss_pushsize(L, hit->ttl);
    }
}

static int get_ttl(lua_State *L) {
    const zone_hit *hit = check_hit(L, check_scan(L, 1));
    if (hit != NULL) {
        push_ttl(L, hit);
    }
    return 1;
}

static int get_owner(lua_State *L) {
    scan_handle *s = check_scan(L, 1);
    const zone_hit *hit = check_hit(L, s);
    dns_name owner;
    if (hit == NULL) {
        return 1;
    }
    int status = zone_drive_owner(&s->drive, hit, &owner);
    if (status != FILE_OK) {
        return failure(L, status);
    }
    iss_zone_push_name(L, &owner);
    return 1;
}

static int get_record(lua_State *L) {
    scan_handle *s = check_scan(L, 1);
    zone *z = s->drive.z;
    zone_store *store = zone_get_store(z);
    const zone_hit *hit = check_hit(L, s);
    dns_name owner;
    zone_view view;
    if (hit == NULL) {
        return 1;
    }
    int status = zone_drive_owner(&s->drive, hit, &owner);
    if (status == FILE_OK) {
        status = zone_drive_read(&s->drive, hit, &view); /* last: view looks into the window */
    }
    if (status != FILE_OK) {
        return failure(L, status);
    }
    const zone_context *context = &store->contexts[hit->context];
    bool generated = store->files[context->file].generated != NULL;
    size_t first = hit->first;
    size_t end = view.scan.base + view.scan.last_end;
    uint32_t file_id = zone_store_place(store, context->file, &first, &end);
    const zone_file *file = &store->files[file_id];
    lua_createtable(L, 0, 32);
    iss_zone_set_rdata(L, &view.rdata, !generated);
    if (generated) { /* no bytes of the file are this record's */
        lua_newtable(L);
        lua_setfield(L, -2, "rdata");
        lua_pushlstring(L, (const char *)view.scan.bytes, view.scan.last_end);
        lua_setfield(L, -2, "text");
    } else {
        iss_zone_set_layout(L, &view);
        iss_zone_set_tokens(L, view.data);
    }
    lua_pushboolean(L, generated);
    lua_setfield(L, -2, "generated");
    iss_zone_push_name(L, &owner);
    lua_setfield(L, -2, "owner");
    push_type(L, hit->type);
    lua_setfield(L, -2, "type");
    lua_pushliteral(L, "IN");
    lua_setfield(L, -2, "class");
    push_ttl(L, hit);
    lua_setfield(L, -2, "ttl");
    iss_setsize(L, -1, "first", first + 1);
    iss_setsize(L, -1, "last", end);
    lua_pushvalue(L, 2);
    lua_setfield(L, -2, "index");
    iss_setsize(L, -1, "file", file->number);
    lua_pushlstring(L, (const char *)store->text + file->path, file->path_len);
    lua_setfield(L, -2, "path");
    iss_setsize(L, -1, "include_depth", file->depth);
    if (view.has_origin) {
        iss_zone_push_name(L, &view.origin);
        lua_setfield(L, -2, "origin");
    }
    if (context->has_default_ttl) {
        iss_setsize(L, -1, "default_ttl", context->default_ttl);
    }
    iss_zone_set_place(L, store, file_id, first);
    return 1;
}

/* Upvalues: the handle, the type (0: all), the last index. */
static int next_hit(lua_State *L) {
    scan_handle *s = luaL_checkudata(L, lua_upvalueindex(1), SCAN);
    uint16_t type = (uint16_t)lua_tonumber(L, lua_upvalueindex(2));
    size_t index = (size_t)lua_tonumber(L, lua_upvalueindex(3));
    if (s->drive.z == NULL) {
        return luaL_error(L, "this scan is closed");
    }
    const zone_hit *hit = zone_hits_at(s->drive.z, index);
    while (hit != NULL && type != 0 && hit->type != type) {
        hit = zone_hits_at(s->drive.z, ++index);
    }
    iss_pushsize(L, index + 1);
    lua_pushvalue(L, -1);
    lua_replace(L, lua_upvalueindex(3));
    if (hit == NULL) {
        return 0;
    }
    push_type(L, hit->type);
    push_ttl(L, hit);
    return 3;
}

static int each(lua_State *L) {
    uint16_t type = 0;
    check_scan(L, 1);
    if (!lua_isnoneornil(L, 2)) {
        type = to_type(L, 2);
    }
    lua_pushvalue(L, 1);
    iss_pushsize(L, type);
    iss_pushsize(L, 0);
    lua_pushcclosure(L, next_hit, 3);
    return 1;
}

static int find(lua_State *L) {
    scan_handle *s = check_scan(L, 1);
    dns_name wanted;
    size_t len;
    luaL_checktype(L, 2, LUA_TSTRING);
    const char *text = lua_tolstring(L, 2, &len);
    uint16_t type = lua_isnoneornil(L, 3) ? 0 : to_type(L, 3);
    dns_name_error error = dns_name_parse(&wanted, text, len, NULL, NULL);
    if (error != DNS_NAME_OK) {
        lua_pushnil(L);
        lua_pushstring(L, dns_name_strerror(error));
        return 2;
    }
    int count = 0;
    lua_newtable(L);
    const zone_hit *hit;
    for (size_t i = 0; (hit = zone_hits_at(s->drive.z, i)) != NULL; i++) {
        dns_name owner;
        if (type != 0 && hit->type != type) {
            continue;
        }
        int status = zone_drive_owner(&s->drive, hit, &owner);
        if (status != FILE_OK) {
            return failure(L, status);
        }
        if (dns_name_equal(&owner, &wanted)) {
            iss_pushsize(L, i + 1);
            lua_rawseti(L, -2, ++count);
        }
    }
    return 1;
}

static int types(lua_State *L) {
    const zone *z = check_scan(L, 1)->drive.z;
    uint32_t *counts = lua_newuserdata(L, 65536 * sizeof *counts);
    const zone_hit *hit;
    memset(counts, 0, 65536 * sizeof *counts);
    for (size_t i = 0; (hit = zone_hits_at(z, i)) != NULL; i++) {
        counts[hit->type]++;
    }
    lua_newtable(L);
    for (size_t type = 0; type < 65536; type++) {
        if (counts[type] != 0) {
            push_type(L, (uint16_t)type);
            iss_pushsize(L, counts[type]);
            lua_rawset(L, -3);
        }
    }
    return 1;
}

static int get_errors(lua_State *L) {
    iss_zone_push_reports(L, zone_get_store(check_scan(L, 1)->drive.z), false);
    return 1;
}

static int get_files(lua_State *L) {
    iss_zone_push_files(L, zone_get_store(check_scan(L, 1)->drive.z));
    return 1;
}

static int is_complete(lua_State *L) {
    lua_pushboolean(L, zone_get_status(check_scan(L, 1)->drive.z) != ZONE_BROKEN);
    return 1;
}

static int close_scan(lua_State *L) {
    scan_handle *s = luaL_checkudata(L, 1, SCAN);
    zone_drive_free(&s->drive);
    return 0;
}

static int to_string(lua_State *L) {
    scan_handle *s = luaL_checkudata(L, 1, SCAN);
    if (s->drive.z == NULL) {
        lua_pushliteral(L, "issuable.zone.scan (closed)");
    } else {
        lua_pushfstring(L, "issuable.zone.scan (%d records)", (int)zone_hits_count(s->drive.z));
    }
    return 1;
}

static const luaL_Reg methods[] = {{"size", get_size},
                                   {"each", each},
                                   {"find", find},
                                   {"type", get_type},
                                   {"ttl", get_ttl},
                                   {"owner", get_owner},
                                   {"record", get_record},
                                   {"types", types},
                                   {"errors", get_errors},
                                   {"files", get_files},
                                   {"complete", is_complete},
                                   {"close", close_scan},
                                   {NULL, NULL}};

static const luaL_Reg metamethods[] = {
    {"__gc", close_scan}, {"__close", close_scan}, {"__tostring", to_string}, {NULL, NULL}};

static const luaL_Reg functions[] = {{"scan", l_scan}, {"scan_file", l_scan_file}, {NULL, NULL}};

void iss_zone_scan_open(lua_State *L) {
    iss_newmetatable(L, SCAN, methods, metamethods);
    iss_setfuncs(L, functions);
}
