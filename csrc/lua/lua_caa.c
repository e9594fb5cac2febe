/* The module issuable.caa: properties, presentation, wire form and names; lua_caa_lookup.c has the
 * lookup machine. SPDX-License-Identifier: MIT
 * RFC 8659 sections 3 and 4, RFC 8657, RFC 9495. */
#include "lua_caa.h"

#include <string.h>

#include "caa/characters.h"
#include "caa/presentation.h"
#include "caa/property.h"
#include "caa/rdata.h"
#include "lua_caa_message.h"

/* Room on the C stack for the usual record; what is larger gets memory that the collector owns. */
#define SCRATCH 1024

static void *scratch(lua_State *L, size_t size, char *on_stack) {
    return size <= SCRATCH ? on_stack : lua_newuserdata(L, size);
}

/* A number is no tag, though luaL_checklstring would make it one. */
static const uint8_t *check_octets(lua_State *L, int arg, size_t *len) {
    luaL_checktype(L, arg, LUA_TSTRING);
    return (const uint8_t *)lua_tolstring(L, arg, len);
}

static uint8_t check_flags(lua_State *L, int arg) {
    luaL_checktype(L, arg, LUA_TNUMBER);
    lua_Number flags = lua_tonumber(L, arg);
    if (!(flags >= 0 && flags <= 255) || (lua_Number)(uint8_t)flags != flags) {
        luaL_argerror(L, arg, "flags are a whole number from 0 to 255");
        return 0;
    }
    return (uint8_t)flags;
}

static void push_slice(lua_State *L, const uint8_t *value, caa_slice slice) {
    lua_pushlstring(L, (const char *)value + slice.at, slice.len);
}

static void set_string(lua_State *L, const char *key, const char *text) {
    lua_pushstring(L, text);
    lua_setfield(L, -2, key);
}

static void push_presentation(lua_State *L, uint8_t flags, const uint8_t *tag, size_t tag_len,
                              const uint8_t *value, size_t value_len) {
    char on_stack[SCRATCH];
    size_t size;
    if (!caa_format_size(flags, tag, tag_len, value, value_len, &size)) {
        luaL_error(L, "a CAA record of this size cannot be written");
        return;
    }
    int top = lua_gettop(L);
    char *text = scratch(L, size, on_stack);
    caa_format(flags, tag, tag_len, value, value_len, text);
    lua_pushlstring(L, text, size);
    if (lua_gettop(L) > top + 1) {
        lua_remove(L, top + 1);
    }
}

/* "…: '_' at byte 12", with nothing that could steer a terminal. */
static void set_fault(lua_State *L, caa_fault fault, const uint8_t *value, size_t len, size_t at) {
    const char *text = caa_fault_text(fault);
    if (at >= len) {
        lua_pushfstring(L, "%s: the value ends too early", text);
    } else if (value[at] > 0x20 && value[at] < 0x7f) {
        lua_pushfstring(L, "%s: '%c' at byte %d", text, value[at], (int)(at + 1));
    } else {
        char octet[] = {'\\', (char)('0' + value[at] / 100), (char)('0' + value[at] / 10 % 10),
                        (char)('0' + value[at] % 10), '\0'};
        lua_pushfstring(L, "%s: %s at byte %d", text, octet, (int)(at + 1));
    }
    lua_setfield(L, -2, "malformed");
    set_string(L, "malformed_kind", caa_fault_kind(fault));
    iss_setsize(L, -1, "malformed_at", at + 1);
}

static void set_parameters(lua_State *L, const uint8_t *value, size_t len,
                           const caa_issue_value *issue) {
    size_t at = issue->parameters_at;
    caa_parameter parameter;
    for (int i = 1; caa_parameter_next(value, len, &at, &parameter); i++) {
        lua_createtable(L, 0, 2);
        push_slice(L, value, parameter.tag);
        lua_setfield(L, -2, "tag");
        push_slice(L, value, parameter.value);
        lua_setfield(L, -2, "value");
        lua_rawseti(L, -2, i);
    }
}

/* issuer, parameters, hyphen or malformed… of an issue-like value; the property is on top. */
static void set_issue(lua_State *L, const uint8_t *value, size_t len) {
    caa_issue_value issue;
    caa_fault fault = caa_issue_read(&issue, value, len);
    if (fault != CAA_OK) {
        set_fault(L, fault, value, len, issue.fault_at);
        caa_slice guess = caa_issuer_guess(value, len);
        if (guess.len != 0) {
            push_slice(L, value, guess);
            lua_setfield(L, -2, "issuer_guess");
        }
        return;
    }
    push_slice(L, value, issue.issuer);
    lua_setfield(L, -2, "issuer");
    lua_getfield(L, -1, "parameters");
    set_parameters(L, value, len, &issue);
    lua_pop(L, 1);
    lua_pushboolean(L, issue.hyphen);
    lua_setfield(L, -2, "hyphen");
}

/* caa.property(flags, tag, value) → a table of the property's parts; see RFC 8659 section 4.
 *   flags    0..255
 *   critical true when bit 128 is set (section 4.1)
 *   tag, tag_text  in lower case, and as given
 *   value    the octets as given
 *   kind     issue, issuewild, iodef, issuemail, issuevmc, contactemail, contactphone or unknown
 *   issuer   as written; "" authorises nobody; nil when malformed or not an issue-like tag
 *   parameters  { { tag =, value = }, … } in order, empty when malformed
 *   hyphen   true when a parameter's tag holds a hyphen
 *   malformed, malformed_kind, malformed_at   what breaks the grammar: a sentence, a stable word
 *            (bad-issuer, missing-semicolon, empty-parameter, trailing-semicolon, bad-parameter,
 *            bad-value; bad-url for iodef; bad-tag), the byte in value (1-based; one behind the
 *            last when the value ends too early; nil for bad-tag)
 *   issuer_guess  the domain that a malformed value visibly names; for messages only
 *   text     presentation form */
static int caa_property(lua_State *L) {
    size_t tag_len, len;
    uint8_t flags = check_flags(L, 1);
    const uint8_t *tag = check_octets(L, 2, &tag_len);
    const uint8_t *value = check_octets(L, 3, &len);
    caa_kind kind = caa_kind_of(tag, tag_len);
    lua_settop(L, 3);
    lua_createtable(L, 0, 12);
    iss_setsize(L, -1, "flags", flags);
    lua_pushboolean(L, flags >= 128);
    lua_setfield(L, -2, "critical");
    char on_stack[SCRATCH];
    char *lower = scratch(L, tag_len, on_stack);
    for (size_t i = 0; i < tag_len; i++) {
        lower[i] = (char)caa_lower(tag[i]);
    }
    lua_pushlstring(L, lower, tag_len);
    lua_setfield(L, 4, "tag");
    lua_settop(L, 4);
    lua_pushvalue(L, 2);
    lua_setfield(L, -2, "tag_text");
    lua_pushvalue(L, 3);
    lua_setfield(L, -2, "value");
    set_string(L, "kind", caa_kind_name(kind));
    lua_newtable(L);
    lua_setfield(L, -2, "parameters");
    push_presentation(L, flags, tag, tag_len, value, len);
    lua_setfield(L, -2, "text");
    if (caa_kind_has_issuer(kind)) {
        set_issue(L, value, len);
    } else if (kind == CAA_IODEF) {
        size_t at;
        caa_fault fault = caa_iodef_read(value, len, &at);
        if (fault != CAA_OK) {
            set_fault(L, fault, value, len, at);
        }
    } else if (!caa_tag_is_valid(tag, tag_len)) {
        set_string(L, "malformed", caa_fault_text(CAA_BAD_PROPERTY_TAG));
        set_string(L, "malformed_kind", caa_fault_kind(CAA_BAD_PROPERTY_TAG));
    }
    return 1;
}

/* caa.format(flags, tag, value) → `0 issue "letsencrypt.org"`: always quoted, `"` and `\` escaped,
 * what is not printable as \DDD (RFC 8659 section 4.1.1). */
static int caa_format_record(lua_State *L) {
    size_t tag_len, len;
    uint8_t flags = check_flags(L, 1);
    const uint8_t *tag = check_octets(L, 2, &tag_len);
    const uint8_t *value = check_octets(L, 3, &len);
    push_presentation(L, flags, tag, tag_len, value, len);
    return 1;
}

/* The octets of the code point that starts at text[at]; 1 for what is no UTF-8. */
static size_t code_point(const uint8_t *text, size_t len, size_t at) {
    uint8_t c = text[at];
    size_t more = c >= 0xc2 && c <= 0xdf   ? 1
                  : (c & 0xf0) == 0xe0     ? 2
                  : c >= 0xf0 && c <= 0xf4 ? 3
                                           : 0;
    if (more > len - at - 1) {
        return 1;
    }
    for (size_t i = 1; i <= more; i++) {
        if ((text[at + i] & 0xc0) != 0x80) {
            return 1;
        }
    }
    bool overlong = (c == 0xe0 && text[at + 1] < 0xa0) || (c == 0xf0 && text[at + 1] < 0x90);
    bool outside = (c == 0xed && text[at + 1] > 0x9f) || (c == 0xf4 && text[at + 1] > 0x8f);
    return overlong || outside ? 1 : 1 + more;
}

/* caa.parse(text) → flags, tag, value | nil, message, line, column, byte
 * One record's data in presentation form, the value quoted or one word (RFC 8659 section 4.1.1,
 * escapes of RFC 1035 section 5.1). No comments, parentheses, newlines: those are a zone file's. */
static int caa_parse_record(lua_State *L) {
    size_t len;
    const uint8_t *text = check_octets(L, 1, &len);
    char on_stack[SCRATCH];
    uint8_t *value = scratch(L, len, on_stack);
    caa_text record;
    caa_text_error error = caa_text_read(&record, value, text, len);
    if (error != CAA_TEXT_OK) {
        size_t column = 1;
        for (size_t at = 0; at < record.error_at;) {
            at += code_point(text, len, at);
            column += at <= record.error_at ? 1 : 0;
        }
        lua_pushnil(L);
        lua_pushstring(L, caa_text_strerror(error));
        lua_pushinteger(L, 1); /* a newline before the error would have been the error */
        iss_pushsize(L, column);
        iss_pushsize(L, record.error_at + 1);
        return 5;
    }
    iss_pushsize(L, record.flags);
    lua_pushlstring(L, (const char *)record.tag, record.tag_len);
    lua_pushlstring(L, (const char *)value, record.value_len);
    return 3;
}

static int rdata_failure(lua_State *L, caa_rdata_error error) {
    lua_pushnil(L);
    lua_pushstring(L, caa_rdata_strerror(error));
    return 2;
}

/* caa.encode(flags, tag, value) → rdata | nil, message   (RFC 8659 section 4.1; any octets) */
static int caa_encode(lua_State *L) {
    caa_rdata rdata;
    rdata.flags = check_flags(L, 1);
    rdata.tag = check_octets(L, 2, &rdata.tag_len);
    rdata.value = check_octets(L, 3, &rdata.value_len);
    size_t size;
    caa_rdata_error error = caa_rdata_size(rdata.tag_len, rdata.value_len, &size);
    if (error != CAA_RDATA_OK) {
        return rdata_failure(L, error);
    }
    char on_stack[SCRATCH];
    uint8_t *octets = scratch(L, size, on_stack);
    caa_rdata_encode(octets, &rdata);
    lua_pushlstring(L, (const char *)octets, size);
    return 1;
}

/* caa.decode(rdata) → flags, tag, value | nil, message, nil, nil, byte   (RFC 8659 section 4.1) */
static int caa_decode(lua_State *L) {
    size_t len, at;
    const uint8_t *octets = check_octets(L, 1, &len);
    caa_rdata rdata;
    caa_rdata_error error = caa_rdata_decode(&rdata, octets, len, &at);
    if (error != CAA_RDATA_OK) {
        rdata_failure(L, error);
        lua_pushnil(L);
        lua_pushnil(L);
        iss_pushsize(L, at + 1);
        return 5;
    }
    iss_pushsize(L, rdata.flags);
    lua_pushlstring(L, (const char *)rdata.tag, rdata.tag_len);
    lua_pushlstring(L, (const char *)rdata.value, rdata.value_len);
    return 3;
}

void iss_pushname(lua_State *L, const dns_name *name) {
    char text[DNS_NAME_TEXT_MAX];
    lua_pushlstring(L, text, dns_name_print(name, text));
}

void iss_checkname(lua_State *L, int arg, dns_name *name) {
    size_t len;
    const uint8_t *text = check_octets(L, arg, &len);
    dns_name_error error = dns_name_parse(name, (const char *)text, len, NULL, NULL);
    if (error != DNS_NAME_OK) {
        luaL_argerror(L, arg, dns_name_strerror(error));
    }
}

/* caa.name(text) → the canonical name (lower case, no final dot, "." for the root) | nil, message,
 * nil, nil, byte.   text is absolute with or without its final dot (RFC 1035 section 5.1). */
static int caa_name(lua_State *L) {
    size_t len, at;
    const uint8_t *text = check_octets(L, 1, &len);
    dns_name name;
    dns_name_error error = dns_name_parse(&name, (const char *)text, len, NULL, &at);
    if (error != DNS_NAME_OK) {
        lua_pushnil(L);
        lua_pushstring(L, dns_name_strerror(error));
        lua_pushnil(L);
        lua_pushnil(L);
        iss_pushsize(L, at + 1);
        return 5;
    }
    iss_pushname(L, &name);
    return 1;
}

/* caa.parent(name) → the name without its first label; "." above a top-level domain; nil for "." */
static int caa_parent(lua_State *L) {
    dns_name name;
    iss_checkname(L, 1, &name);
    if (!dns_name_parent(&name)) {
        return 0;
    }
    iss_pushname(L, &name);
    return 1;
}

/* caa.is_below(name, ancestor) → true when name is ancestor or lies below it */
static int caa_is_below(lua_State *L) {
    dns_name name, ancestor;
    iss_checkname(L, 1, &name);
    iss_checkname(L, 2, &ancestor);
    lua_pushboolean(L, dns_name_is_below(&name, &ancestor));
    return 1;
}

static const luaL_Reg FUNCTIONS[] = {
    {"property", caa_property}, {"format", caa_format_record},  {"parse", caa_parse_record},
    {"encode", caa_encode},     {"decode", caa_decode},         {"name", caa_name},
    {"parent", caa_parent},     {"is_below", caa_is_below},     {"lookup", iss_caa_lookup},
    {"query", iss_caa_query},   {"read", iss_caa_read},         {"message", iss_caa_message},
    {"link", iss_caa_link},     {"resolver", iss_caa_resolver}, {NULL, NULL},
};

ISS_OPEN(caa) {
    iss_caa_lookup_register(L);
    iss_caa_resolver_register(L);
    iss_newlib(L, FUNCTIONS);
    return 1;
}
