/* The border of issuable.zone: handles, tables made on demand, the $INCLUDE callback.
 * SPDX-License-Identifier: MIT
 * Source: csrc/zone/zone.h; shapes as in the design (1-based inclusive byte offsets). */
#include "lua_zone.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "zone/mnemonic.h"
#include "zone/where.h"

#define HANDLE "issuable.zone"

/* The Lua strings that the engine borrows are anchored in the handle's user value. */
typedef struct {
    zone *z; /* NULL: closed */
} handle;

static handle *check_handle(lua_State *L) {
    handle *h = luaL_checkudata(L, 1, HANDLE);
    if (h->z == NULL) {
        luaL_error(L, "this zone is closed");
    }
    return h;
}

zone *iss_zone_check(lua_State *L, int arg) {
    handle *h = luaL_checkudata(L, arg, HANDLE);
    if (h->z == NULL) {
        luaL_argerror(L, arg, "this zone is closed");
    }
    return h->z;
}

static int no_memory(lua_State *L) {
    return luaL_error(L, "not enough memory");
}

/* ---- small pushers ---- */

static void push_text(lua_State *L, const zone_store *store, uint32_t at, size_t len) {
    lua_pushlstring(L, (const char *)store->text + at, len);
}

void iss_zone_push_name(lua_State *L, const dns_name *name) {
    char text[DNS_NAME_TEXT_MAX];
    lua_pushlstring(L, text, dns_name_print(name, text));
}

static void push_node(lua_State *L, const zone_store *store, uint32_t node) {
    dns_name name;
    zone_store_print(store, node, &name);
    iss_zone_push_name(L, &name);
}

static void push_type(lua_State *L, uint16_t type) {
    lua_pushstring(L, zone_type_print(type).text);
}

static void set_string(lua_State *L, const char *key, const char *value) {
    lua_pushstring(L, value);
    lua_setfield(L, -2, key);
}

static void set_flag(lua_State *L, const char *key, bool value) {
    lua_pushboolean(L, value);
    lua_setfield(L, -2, key);
}

static void set_size(lua_State *L, const char *key, size_t value) {
    iss_setsize(L, -1, key, value);
}

/* { first, last, first = , last = } */
static void push_span(lua_State *L, size_t first, size_t end) {
    lua_createtable(L, 2, 2);
    iss_pushsize(L, first + 1);
    lua_rawseti(L, -2, 1);
    iss_pushsize(L, end);
    lua_rawseti(L, -2, 2);
    set_size(L, "first", first + 1);
    set_size(L, "last", end);
}

static void set_span(lua_State *L, const char *key, const zone_scan *scan,
                     const zone_token *token) {
    if (token->kind != ZONE_TOKEN_NONE) {
        push_span(L, scan->base + token->first, scan->base + token->end);
        lua_setfield(L, -2, key);
    }
}

void iss_zone_set_place(lua_State *L, zone_store *store, uint32_t file, size_t at) {
    uint32_t line;
    uint32_t column;
    if (!zone_where(store, file, at, &line, &column)) {
        if (store->reader.read == NULL) {
            no_memory(L);
        }
        return; /* or the file cannot be read any more: without a place then */
    }
    set_size(L, "line", line);
    set_size(L, "column", column);
}

/* ---- loading ---- */

/* A key that no file can know. Without the system's random numbers: at least not a constant. */
zone_hash_key iss_zone_key(const void *salt) {
    zone_hash_key key;
    if (getrandom(&key, sizeof key, GRND_NONBLOCK) != (ssize_t)sizeof key) {
        struct timespec now = {0, 0};
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        key.k0 = (uint64_t)(uintptr_t)salt * 0x9e3779b97f4a7c15u;
        key.k1 = (uint64_t)now.tv_nsec * 0xbf58476d1ce4e5b9u ^ (uint64_t)now.tv_sec;
    }
    return key;
}

static size_t option_size(lua_State *L, const char *key) {
    lua_getfield(L, 2, key);
    if (!lua_isnil(L, -1) && lua_type(L, -1) != LUA_TNUMBER) {
        luaL_error(L, "option %s must be a number", key);
    }
    size_t value = 0;
    if (!lua_isnil(L, -1)) {
        lua_Number number = lua_tonumber(L, -1);
        if (!(number >= 1 && number <= 4294967295.0)) {
            luaL_error(L, "option %s must be a number from 1 to 4294967295", key);
        }
        value = (size_t)number;
    }
    lua_pop(L, 1);
    return value;
}

/* A string option; NULL: absent. The string stays in the options table, so it stays alive. */
const char *iss_zone_option_string(lua_State *L, const char *key, size_t *len) {
    lua_getfield(L, 2, key);
    if (!lua_isnil(L, -1) && lua_type(L, -1) != LUA_TSTRING) {
        luaL_error(L, "option %s must be a string", key);
    }
    const char *text = lua_tolstring(L, -1, len);
    lua_pop(L, 1);
    return text;
}

zone_limits iss_zone_option_limits(lua_State *L) {
    zone_limits limits = {.max_bytes = option_size(L, "max_bytes"),
                          .max_entry = option_size(L, "max_entry"),
                          .max_records = option_size(L, "max_records"),
                          .max_names = option_size(L, "max_names"),
                          .max_includes = option_size(L, "max_includes"),
                          .max_depth = option_size(L, "max_depth"),
                          .max_generated = option_size(L, "max_generated"),
                          .max_errors = option_size(L, "max_errors")};
    return limits;
}

bool iss_zone_option_origin(lua_State *L, dns_name *origin) {
    size_t len;
    const char *text = iss_zone_option_string(L, "origin", &len);
    dns_name_error error =
        text == NULL ? DNS_NAME_OK : dns_name_parse(origin, text, len, NULL, NULL);
    if (error != DNS_NAME_OK) {
        luaL_error(L, "option origin: %s", dns_name_strerror(error));
    }
    return text != NULL;
}

/* Calls options.include for the $INCLUDE that is wanted. The handle is at index 3, the table of
 * anchored strings at 4, the function (or nil) at 5. */
static zone_step include(lua_State *L, zone *z) {
    zone_store *store = zone_get_store(z);
    zone_want want = zone_wanted(z);
    const zone_file *from = &store->files[want.file];
    uint32_t line;
    uint32_t column;
    if (lua_isnil(L, 5)) {
        static const char reason[] = "no way to read included files was given";
        return zone_include_failed(z, reason, sizeof reason - 1);
    }
    if (!zone_where(store, want.file, want.first, &line, &column)) {
        return ZONE_STEP_NO_MEMORY;
    }
    lua_pushvalue(L, 5);
    lua_pushlstring(L, want.name, want.name_len);
    push_text(L, store, from->path, from->path_len);
    iss_pushsize(L, line);
    iss_pushsize(L, column);
    lua_call(L, 4, 2);
    /* The callback may have closed nothing: the handle has not been given to anyone yet. */
    size_t len;
    zone_step step;
    if (lua_type(L, -2) == LUA_TSTRING) {
        const char *bytes = lua_tolstring(L, -2, &len);
        size_t path_len = want.name_len;
        const char *path = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &path_len) : NULL;
        lua_pushvalue(L, -2);
        lua_rawseti(L, 4, (int)iss_rawlen(L, 4) + 1);
        step =
            zone_include(z, (const uint8_t *)bytes, len, path == NULL ? want.name : path, path_len);
    } else {
        const char *reason = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &len) : NULL;
        step = reason != NULL ? zone_include_failed(z, reason, len)
                              : zone_include_failed(z, "it was not found", 16);
    }
    lua_pop(L, 2);
    return step;
}

/* zone.load(bytes [, options]) → handle | nil, message */
static int load(lua_State *L) {
    size_t len;
    size_t path_len = 1;
    luaL_checktype(L, 1, LUA_TSTRING);
    const char *bytes = lua_tolstring(L, 1, &len);
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) {
        lua_newtable(L);
        lua_replace(L, 2);
    }
    luaL_checktype(L, 2, LUA_TTABLE);
    const char *path = iss_zone_option_string(L, "path", &path_len);
    dns_name origin;
    bool has_origin = iss_zone_option_origin(L, &origin);
    zone_limits limits = iss_zone_option_limits(L);
    handle *h = iss_newuserdata(L, sizeof *h, HANDLE); /* index 3 */
    lua_newtable(L);                                   /* index 4 */
    lua_pushvalue(L, 1);
    lua_rawseti(L, 4, 1);
    lua_pushvalue(L, 4);
    iss_setuservalue(L, 3);
    lua_getfield(L, 2, "include"); /* index 5 */
    if (!lua_isnil(L, 5)) {
        luaL_checktype(L, 5, LUA_TFUNCTION);
    }
    h->z = zone_new((const uint8_t *)bytes, len, path == NULL ? "-" : path, path_len,
                    has_origin ? &origin : NULL, &limits, iss_zone_key(h));
    zone_step step = h->z == NULL ? ZONE_STEP_NO_MEMORY : zone_load(h->z);
    while (step == ZONE_STEP_INCLUDE) {
        step = include(L, h->z);
    }
    if (step == ZONE_STEP_NO_MEMORY) {
        zone_free(h->z);
        h->z = NULL;
        lua_pushnil(L);
        lua_pushliteral(L, "not enough memory for this zone");
        return 2;
    }
    lua_settop(L, 3);
    return 1;
}

/* z:close(), __gc, __close */
static int close_handle(lua_State *L) {
    handle *h = luaL_checkudata(L, 1, HANDLE);
    zone *z = h->z;
    h->z = NULL;
    zone_free(z);
    return 0;
}

static const char *status_text(const zone *z) {
    switch (zone_get_status(z)) {
    case ZONE_LOADABLE:
        return "loadable";
    case ZONE_FRAGMENT:
        return "fragment";
    case ZONE_BROKEN:
        break;
    }
    return "broken";
}

static int to_string(lua_State *L) {
    handle *h = luaL_checkudata(L, 1, HANDLE);
    if (h->z == NULL) {
        lua_pushliteral(L, "issuable.zone (closed)");
        return 1;
    }
    const zone_store *store = zone_get_store(h->z);
    push_text(L, store, store->files[0].path, store->files[0].path_len);
    lua_pushfstring(L, "issuable.zone (%s, %s, %d records)", lua_tostring(L, -1), status_text(h->z),
                    (int)store->record_count);
    return 1;
}

/* ---- the zone as a whole ---- */

static int get_status(lua_State *L) {
    lua_pushstring(L, status_text(check_handle(L)->z));
    return 1;
}

static int get_apex(lua_State *L) {
    handle *h = check_handle(L);
    uint32_t apex = zone_get_apex(h->z);
    if (apex == ZONE_NIL) {
        lua_pushnil(L);
    } else {
        push_node(L, zone_get_store(h->z), apex);
    }
    return 1;
}

static int get_path(lua_State *L) {
    const zone_store *store = zone_get_store(check_handle(L)->z);
    push_text(L, store, store->files[0].path, store->files[0].path_len);
    return 1;
}

static int get_size(lua_State *L) {
    iss_pushsize(L, zone_get_store(check_handle(L)->z)->record_count);
    return 1;
}

static void push_report(lua_State *L, zone_store *store, const zone_report *report) {
    static const char *const severities[] = {"error", "warning", "info"};
    const zone_file *file = &store->files[report->file];
    lua_createtable(L, 0, 9);
    set_string(L, "code", zone_code_name(report->code));
    push_text(L, store, report->message, report->message_len);
    lua_setfield(L, -2, "message");
    set_string(L, "severity", severities[report->severity]);
    push_text(L, store, file->path, file->path_len);
    lua_setfield(L, -2, "path");
    set_size(L, "file", file->number);
    set_size(L, "first", (size_t)report->first + 1);
    set_size(L, "last", report->end);
    iss_zone_set_place(L, store, report->file, report->first);
}

/* z:errors() → errors, warnings and infos; z:lints() → the last two, each also with `id` */
void iss_zone_push_reports(lua_State *L, zone_store *store, bool lints) {
    int count = 0;
    lua_createtable(L, (int)store->report_count, 0);
    for (size_t i = 0; i < store->report_count; i++) {
        const zone_report *report = &store->reports[i];
        if (lints && report->severity == ZONE_ERROR) {
            continue;
        }
        push_report(L, store, report);
        if (lints) {
            set_string(L, "id", zone_code_name(report->code));
        }
        lua_rawseti(L, -2, ++count);
    }
}

static int get_errors(lua_State *L) {
    iss_zone_push_reports(L, zone_get_store(check_handle(L)->z), false);
    return 1;
}

static int get_lints(lua_State *L) {
    iss_zone_push_reports(L, zone_get_store(check_handle(L)->z), true);
    return 1;
}

void iss_zone_push_files(lua_State *L, zone_store *store) {
    lua_createtable(L, (int)store->file_number, 0);
    for (size_t i = 0; i < store->file_count; i++) {
        const zone_file *file = &store->files[i];
        if (file->generated != NULL) {
            continue;
        }
        lua_createtable(L, 0, 4);
        push_text(L, store, file->path, file->path_len);
        lua_setfield(L, -2, "path");
        if (file->parent != ZONE_NIL) {
            set_size(L, "included_from", store->files[file->parent].number);
            iss_zone_set_place(L, store, file->parent, file->at);
        }
        lua_rawseti(L, -2, (int)file->number);
    }
}

static int get_files(lua_State *L) {
    iss_zone_push_files(L, zone_get_store(check_handle(L)->z));
    return 1;
}

/* ---- records ---- */

static void set_caa(lua_State *L, const zone_rdata *rdata, bool spans) {
    size_t tag_len = rdata->wire[1];
    set_size(L, "flags", rdata->wire[0]);
    lua_pushlstring(L, (const char *)rdata->wire + 2, tag_len);
    lua_setfield(L, -2, "tag");
    lua_pushlstring(L, (const char *)rdata->wire + 2 + tag_len, rdata->len - 2 - tag_len);
    lua_setfield(L, -2, "value");
    if (spans) {
        set_span(L, "flags_span", rdata->scan, &rdata->flags);
        set_span(L, "tag_span", rdata->scan, &rdata->tag);
        set_span(L, "value_span", rdata->scan, &rdata->value);
    }
}

void iss_zone_set_rdata(lua_State *L, const zone_rdata *rdata, bool spans) {
    dns_name target;
    switch (rdata->type) {
    case ZONE_TYPE_CAA:
        set_caa(L, rdata, spans);
        break;
    case ZONE_TYPE_SOA:
        set_size(L, "serial", zone_soa_serial(rdata));
        set_size(L, "minimum", zone_soa_minimum(rdata));
        if (spans) {
            set_span(L, "serial_span", rdata->scan, &rdata->serial);
        }
        break;
    case ZONE_TYPE_CNAME:
    case ZONE_TYPE_DNAME:
    case ZONE_TYPE_NS:
        if (zone_rdata_target(rdata, &target)) {
            iss_zone_push_name(L, &target);
            lua_setfield(L, -2, "target");
        }
        break;
    default:
        break;
    }
    set_flag(L, "generic", rdata->generic);
}

void iss_zone_set_tokens(lua_State *L, zone_scan scan) {
    int count = 0;
    lua_newtable(L);
    for (;;) {
        zone_token token;
        zone_scan_next(&scan, &token);
        if (token.kind != ZONE_TOKEN_WORD && token.kind != ZONE_TOKEN_QUOTED) {
            break;
        }
        push_span(L, scan.base + token.first, scan.base + token.end);
        lua_rawseti(L, -2, ++count);
    }
    lua_setfield(L, -2, "rdata");
}

void iss_zone_set_layout(lua_State *L, const zone_view *view) {
    const zone_scan *scan = &view->scan;
    if (view->head.owner.kind != ZONE_TOKEN_BLANK) {
        set_span(L, "owner_span", scan, &view->head.owner);
    }
    set_span(L, "ttl_span", scan, &view->head.ttl);
    set_span(L, "class_span", scan, &view->head.class_);
    set_span(L, "type_span", scan, &view->head.type);
    if (scan->comment_first >= scan->last_end && scan->comment_end > scan->comment_first) {
        push_span(L, scan->base + scan->comment_first, scan->base + scan->comment_end);
        lua_setfield(L, -2, "comment_span");
    }
    set_flag(L, "in_parens", scan->used_parens);
    set_size(L, "line_first", scan->base + scan->first + 1);
    set_size(L, "line_last", scan->base + scan->eol_first);
    lua_pushlstring(L, (const char *)scan->bytes + scan->eol_first,
                    scan->eol_end - scan->eol_first);
    lua_setfield(L, -2, "eol");
}

/* z:record(i) → table | nil when there is no such record */
static int get_record(lua_State *L) {
    handle *h = check_handle(L);
    size_t index = iss_checksize(L, 2);
    zone_store *store = zone_get_store(h->z);
    zone_view view;
    if (index < 1 || index > store->record_count ||
        !zone_read_record(h->z, (uint32_t)(index - 1), &view)) {
        lua_pushnil(L);
        return 1;
    }
    const zone_record *record = &store->records[index - 1];
    const zone_context *context = &store->contexts[record->context];
    bool generated = zone_is_generated(h->z, (uint32_t)(index - 1));
    size_t first = record->first;
    size_t end = record->end;
    uint32_t file_id = zone_store_place(store, context->file, &first, &end);
    const zone_file *file = &store->files[file_id];
    lua_createtable(L, 0, 36);
    set_size(L, "index", index);
    iss_zone_set_rdata(L, &view.rdata, !generated); /* first: it looks into the zone's scratch */
    push_node(L, store, record->node);
    lua_setfield(L, -2, "owner");
    push_type(L, record->type);
    lua_setfield(L, -2, "type");
    set_string(L, "class", "IN");
    if ((record->flags & ZONE_RECORD_NO_TTL) == 0) {
        set_size(L, "ttl", record->ttl);
    }
    set_size(L, "file", file->number);
    push_text(L, store, file->path, file->path_len);
    lua_setfield(L, -2, "path");
    set_size(L, "include_depth", file->depth);
    set_size(L, "first", first + 1);
    set_size(L, "last", end);
    iss_zone_set_place(L, store, file_id, first);
    if (generated) { /* no bytes of the file are this record's */
        lua_newtable(L);
        lua_setfield(L, -2, "rdata");
        lua_pushlstring(L, (const char *)view.scan.bytes + record->first,
                        record->end - record->first);
        lua_setfield(L, -2, "text");
    } else {
        iss_zone_set_layout(L, &view);
        iss_zone_set_tokens(L, view.data);
    }
    if (view.has_origin) {
        iss_zone_push_name(L, &view.origin);
        lua_setfield(L, -2, "origin");
    }
    if (context->has_default_ttl) {
        set_size(L, "default_ttl", context->default_ttl);
    }
    set_flag(L, "generated", generated);
    set_flag(L, "occluded", zone_is_occluded(h->z, (uint32_t)(index - 1)));
    set_flag(L, "out_of_zone", (record->flags & ZONE_RECORD_OUT_OF_ZONE) != 0);
    set_flag(L, "duplicate", (record->flags & ZONE_RECORD_DUPLICATE) != 0);
    return 1;
}

/* Argument as a name; false: nil and a message are pushed. */
static bool check_name(lua_State *L, int arg, dns_name *name) {
    size_t len;
    luaL_checktype(L, arg, LUA_TSTRING);
    const char *text = lua_tolstring(L, arg, &len);
    dns_name_error error = dns_name_parse(name, text, len, NULL, NULL);
    if (error == DNS_NAME_OK) {
        return true;
    }
    lua_pushnil(L);
    lua_pushstring(L, dns_name_strerror(error));
    return false;
}

static uint16_t check_type(lua_State *L, int arg) {
    size_t len;
    uint16_t type = 0;
    luaL_checktype(L, arg, LUA_TSTRING);
    const char *text = lua_tolstring(L, arg, &len);
    if (!zone_type_parse((const uint8_t *)text, len, &type)) {
        luaL_argerror(L, arg, "a record type expected");
    }
    return type;
}

/* z:find(owner [, type]) → { index, … } in file order */
static int find(lua_State *L) {
    handle *h = check_handle(L);
    const zone_store *store = zone_get_store(h->z);
    dns_name name;
    bool any = lua_isnoneornil(L, 3);
    uint16_t type = any ? 0 : check_type(L, 3);
    if (!check_name(L, 2, &name)) {
        return 2;
    }
    lua_newtable(L);
    uint32_t node = zone_store_find(store, &name);
    if (node == ZONE_NIL) {
        return 1;
    }
    int count = 0;
    if (!any) {
        uint32_t set = zone_store_rrset(store, node, type);
        for (uint32_t i = set == ZONE_NIL ? ZONE_NIL : store->rrsets[set].first; i != ZONE_NIL;
             i = store->records[i].next) {
            iss_pushsize(L, (size_t)i + 1);
            lua_rawseti(L, -2, ++count);
        }
        return 1;
    }
    for (uint32_t set = store->nodes[node].rrset; set != ZONE_NIL; set = store->rrsets[set].next) {
        for (uint32_t i = store->rrsets[set].first; i != ZONE_NIL; i = store->records[i].next) {
            iss_pushsize(L, (size_t)i + 1);
            lua_rawseti(L, -2, ++count);
        }
    }
    /* RRset by RRset is not file order. */
    lua_getglobal(L, "table");
    lua_getfield(L, -1, "sort");
    lua_pushvalue(L, -3);
    lua_call(L, 1, 0);
    lua_pop(L, 1);
    return 1;
}

/* z:types_at(owner) → { "A", … } sorted, nil when the name does not exist */
static int types_at(lua_State *L) {
    handle *h = check_handle(L);
    const zone_store *store = zone_get_store(h->z);
    dns_name name;
    if (!check_name(L, 2, &name)) {
        return 2;
    }
    uint32_t node = zone_store_find(store, &name);
    if (node == ZONE_NIL || (store->nodes[node].flags & ZONE_NODE_EXISTS) == 0) {
        lua_pushnil(L);
        return 1;
    }
    lua_newtable(L);
    int count = 0;
    for (uint32_t set = store->nodes[node].rrset; set != ZONE_NIL; set = store->rrsets[set].next) {
        push_type(L, store->rrsets[set].type);
        lua_rawseti(L, -2, ++count);
    }
    lua_getglobal(L, "table");
    lua_getfield(L, -1, "sort");
    lua_pushvalue(L, -3);
    lua_call(L, 1, 0);
    lua_pop(L, 1);
    return 1;
}

/* ---- iterators: for owner in z:owners(); for type, count in z:types() ---- */

static int next_owner(lua_State *L) {
    handle *h = luaL_checkudata(L, lua_upvalueindex(1), HANDLE);
    if (h->z == NULL) {
        return luaL_error(L, "this zone is closed");
    }
    const zone_store *store = zone_get_store(h->z);
    size_t node = (size_t)lua_tonumber(L, lua_upvalueindex(2));
    for (; node < store->node_count; node++) {
        if (store->nodes[node].rrset != ZONE_NIL) {
            iss_pushsize(L, node + 1);
            lua_replace(L, lua_upvalueindex(2));
            push_node(L, store, (uint32_t)node);
            return 1;
        }
    }
    return 0;
}

static int owners(lua_State *L) {
    check_handle(L);
    lua_pushvalue(L, 1);
    iss_pushsize(L, 0);
    lua_pushcclosure(L, next_owner, 2);
    return 1;
}

static int next_type(lua_State *L) {
    size_t index = (size_t)lua_tonumber(L, lua_upvalueindex(2)) + 1;
    iss_pushsize(L, index);
    lua_replace(L, lua_upvalueindex(2));
    lua_rawgeti(L, lua_upvalueindex(1), (int)(2 * index - 1));
    lua_rawgeti(L, lua_upvalueindex(1), (int)(2 * index));
    return 2;
}

static int types(lua_State *L) {
    const zone_store *store = zone_get_store(check_handle(L)->z);
    size_t *counts = lua_newuserdata(L, 65536 * sizeof *counts);
    memset(counts, 0, 65536 * sizeof *counts);
    for (size_t i = 0; i < store->rrset_count; i++) {
        counts[store->rrsets[i].type] += store->rrsets[i].count;
    }
    int used = 0;
    lua_newtable(L);
    for (size_t type = 0; type < 65536; type++) {
        if (counts[type] != 0) {
            push_type(L, (uint16_t)type);
            lua_rawseti(L, -2, ++used);
            iss_pushsize(L, counts[type]);
            lua_rawseti(L, -2, ++used);
        }
    }
    iss_pushsize(L, 0);
    lua_pushcclosure(L, next_type, 2);
    return 1;
}

/* ---- answers ---- */

static const char *const kinds[] = {"rrset",   "nodata", "nxdomain", "alias", "referral",
                                    "outside", "loop",   "yxdomain", "broken"};
static const char *const rcodes[] = {"NOERROR", "NOERROR",  "NXDOMAIN", "NOERROR", "NOERROR",
                                     "REFUSED", "SERVFAIL", "YXDOMAIN", "SERVFAIL"};

static void set_node(lua_State *L, const zone_store *store, const char *key, uint32_t node) {
    if (node != ZONE_NIL) {
        push_node(L, store, node);
        lua_setfield(L, -2, key);
    }
}

static void set_aliases(lua_State *L, const zone_store *store, const zone_answer *answer) {
    lua_createtable(L, (int)answer->alias_count, 0);
    for (size_t i = 0; i < answer->alias_count; i++) {
        const zone_alias *alias = &answer->aliases[i];
        lua_createtable(L, 0, 7);
        iss_zone_push_name(L, &alias->owner);
        lua_setfield(L, -2, "owner");
        iss_zone_push_name(L, &alias->target);
        lua_setfield(L, -2, "target");
        push_type(L, alias->type);
        lua_setfield(L, -2, "type");
        set_size(L, "ttl", alias->ttl);
        set_size(L, "record", (size_t)alias->record + 1);
        if (alias->type == ZONE_TYPE_DNAME) {
            set_node(L, store, "dname", store->records[alias->record].node);
        }
        set_node(L, store, "wildcard", alias->wildcard);
        lua_rawseti(L, -2, (int)i + 1);
    }
    lua_setfield(L, -2, "aliases");
}

static void set_rrset(lua_State *L, const zone_store *store, const zone_rrset *set) {
    int count = 0;
    lua_createtable(L, 0, 3);
    set_node(L, store, "owner", set->node);
    set_size(L, "ttl", set->ttl);
    lua_createtable(L, (int)set->count, 0);
    for (uint32_t i = set->first; i != ZONE_NIL; i = store->records[i].next) {
        if ((store->records[i].flags & ZONE_RECORD_DUPLICATE) == 0) {
            iss_pushsize(L, (size_t)i + 1);
            lua_rawseti(L, -2, ++count);
        }
    }
    lua_setfield(L, -2, "records");
    lua_setfield(L, -2, "rrset");
}

/* z:answer(name [, type = "CAA"]) → table | nil, message when it is no name */
static int answer(lua_State *L) {
    handle *h = check_handle(L);
    const zone_store *store = zone_get_store(h->z);
    dns_name name;
    zone_answer found;
    uint16_t type = lua_isnoneornil(L, 3) ? ZONE_TYPE_CAA : check_type(L, 3);
    if (!check_name(L, 2, &name)) {
        return 2;
    }
    zone_ask(h->z, &name, type, &found);
    lua_createtable(L, 0, 12);
    set_string(L, "kind", kinds[found.kind]);
    set_string(L, "rcode", rcodes[found.kind]);
    iss_zone_push_name(L, &name);
    lua_setfield(L, -2, "name");
    iss_zone_push_name(L, &found.name);
    lua_setfield(L, -2, "owner");
    set_aliases(L, store, &found);
    set_node(L, store, "wildcard", found.wildcard);
    switch (found.kind) {
    case ZONE_ANSWER_RRSET:
        set_size(L, "ttl", found.ttl);
        set_rrset(L, store, &store->rrsets[found.rrset]);
        break;
    case ZONE_ANSWER_NODATA:
    case ZONE_ANSWER_NXDOMAIN:
        set_size(L, "negative_ttl", found.negative_ttl);
        break;
    case ZONE_ANSWER_ALIAS:
        iss_zone_push_name(L, &found.name);
        lua_setfield(L, -2, "target");
        break;
    case ZONE_ANSWER_REFERRAL:
        set_node(L, store, "cut", found.cut);
        break;
    case ZONE_ANSWER_OUTSIDE:
    case ZONE_ANSWER_LOOP:
    case ZONE_ANSWER_YXDOMAIN:
    case ZONE_ANSWER_BROKEN:
        break;
    }
    return 1;
}

static const luaL_Reg methods[] = {
    {"status", get_status}, {"apex", get_apex},      {"path", get_path},   {"size", get_size},
    {"errors", get_errors}, {"lints", get_lints},    {"files", get_files}, {"record", get_record},
    {"find", find},         {"types_at", types_at},  {"types", types},     {"owners", owners},
    {"answer", answer},     {"close", close_handle}, {NULL, NULL}};

static const luaL_Reg metamethods[] = {
    {"__gc", close_handle}, {"__close", close_handle}, {"__tostring", to_string}, {NULL, NULL}};

static const luaL_Reg functions[] = {{"load", load}, {NULL, NULL}};

ISS_OPEN(zone) {
    iss_newmetatable(L, HANDLE, methods, metamethods);
    iss_newlib(L, functions);
    iss_zone_edit_open(L);
    iss_zone_scan_open(L);
    return 1;
}
