/* caa.query, caa.read, caa.message: the wire codec for Lua.
 * SPDX-License-Identifier: MIT
 * RFC 1035 section 4, RFC 8659 section 4.1, RFC 8914. */
#include "lua_caa_message.h"

#include <arpa/inet.h>
#include <string.h>

#include "caa/chain.h"
#include "caa/rdata.h"

static void set_name(lua_State *L, const char *key, const dns_name *name) {
    iss_pushname(L, name);
    lua_setfield(L, -2, key);
}

static void set_text(lua_State *L, const char *key, const char *text) {
    lua_pushstring(L, text);
    lua_setfield(L, -2, key);
}

static void push_rcode(lua_State *L, unsigned rcode) {
    const char *name = dns_rcode_name(rcode);
    if (name != NULL) {
        lua_pushstring(L, name);
    } else {
        lua_pushfstring(L, "RCODE%d", (int)rcode);
    }
}

static void set_ttl(lua_State *L, const char *key, int64_t ttl) {
    if (ttl >= 0) {
        iss_setsize(L, -1, key, (size_t)ttl);
    }
}

static const char *kind_of(const caa_reply *reply) {
    switch (reply->kind) {
    case CAA_REPLY_RRSET:
        return "rrset";
    case CAA_REPLY_NODATA:
        return "nodata";
    case CAA_REPLY_NXDOMAIN:
        return "nxdomain";
    case CAA_REPLY_ALIAS:
        return "alias";
    case CAA_REPLY_TRUNCATED:
        return "truncated";
    default:
        return reply->cause == CAA_CAUSE_YXDOMAIN ? "yxdomain" : "failed";
    }
}

static void set_failure(lua_State *L, const caa_reply *reply) {
    if (reply->cause == CAA_CAUSE_NONE) {
        return;
    }
    set_text(L, "cause", caa_cause_name((caa_cause)reply->cause));
    set_text(L, "reason",
             reply->cause == CAA_CAUSE_BOGUS      ? "dnssec-bogus"
             : reply->cause == CAA_CAUSE_YXDOMAIN ? "yxdomain"
                                                  : "lookup-failed");
    if (reply->cause == CAA_CAUSE_RECORD) {
        set_text(L, "fault", caa_rdata_strerror((caa_rdata_error)reply->detail));
    } else if (reply->cause == CAA_CAUSE_MALFORMED) {
        set_text(L, "fault",
                 reply->detail != 0 ? dns_read_strerror((dns_read_error)reply->detail)
                                    : "its records contradict each other");
    }
}

static void set_extended_error(lua_State *L, const caa_reply *reply, const caa_block *text) {
    if (reply->error == DNS_NO_ERROR_CODE) {
        return;
    }
    lua_createtable(L, 0, 3);
    iss_setsize(L, -1, "code", (size_t)reply->error);
    const char *name = dns_error_name(reply->error);
    if (name != NULL) {
        set_text(L, "name", name);
    }
    lua_pushlstring(L, (const char *)text->at, (size_t)(text->end - text->at));
    lua_setfield(L, -2, "text");
    lua_setfield(L, -2, "extended_error");
}

void iss_pushreply(lua_State *L, const dns_name *owner, const caa_reply *reply, caa_block block) {
    lua_createtable(L, 0, 16);
    set_text(L, "kind", kind_of(reply));
    bool heard = reply->cause == CAA_CAUSE_NONE || reply->cause >= CAA_CAUSE_LAME;
    if (heard) {
        push_rcode(L, reply->rcode);
        lua_setfield(L, -2, "rcode");
    }
    lua_createtable(L, reply->aliases, 0);
    dns_name from = *owner;
    int64_t smallest = reply->ttl;
    for (int i = 1; i <= reply->aliases; i++) {
        dns_name target;
        uint8_t type;
        int64_t ttl;
        caa_block_alias(&block, &target, &type, &ttl);
        lua_createtable(L, 0, 4);
        set_name(L, "owner", &from);
        set_name(L, "target", &target);
        set_text(L, "type", type == DNS_TYPE_CNAME ? "CNAME" : "DNAME");
        set_ttl(L, "ttl", ttl);
        lua_rawseti(L, -2, i);
        smallest = smallest < 0 || ttl < smallest ? ttl : smallest;
        from = target;
    }
    lua_setfield(L, -2, "aliases");
    if (reply->kind == CAA_REPLY_ALIAS) {
        set_name(L, "target", &from);
    } else if (reply->aliases != 0) {
        set_name(L, "owner", &from);
    }
    set_ttl(L, "ttl", smallest);
    if (reply->kind == CAA_REPLY_NODATA || reply->kind == CAA_REPLY_NXDOMAIN) {
        set_ttl(L, "negative_ttl", reply->ttl);
    }
    dns_name zone;
    caa_block_zone(&block, &zone);
    if (zone.len > 1) {
        set_name(L, "soa", &zone);
    }
    if (reply->kind == CAA_REPLY_RRSET) {
        set_ttl(L, "rrset_ttl", reply->ttl);
        lua_createtable(L, reply->records, 0);
        for (int i = 1; i <= reply->records; i++) {
            size_t len;
            const uint8_t *data = caa_block_record(&block, &len);
            lua_pushlstring(L, (const char *)data, len);
            lua_rawseti(L, -2, i);
        }
        lua_setfield(L, -2, "records");
    }
    set_failure(L, reply);
    set_extended_error(L, reply, &block);
}

static lua_Number number_field(lua_State *L, int table, const char *key, lua_Number absent) {
    lua_getfield(L, table, key);
    lua_Number n = lua_isnil(L, -1) ? absent : luaL_checknumber(L, -1);
    lua_pop(L, 1);
    return n;
}

static bool flag_field(lua_State *L, int table, const char *key, bool absent) {
    lua_getfield(L, table, key);
    bool set = lua_isnil(L, -1) ? absent : lua_toboolean(L, -1);
    lua_pop(L, 1);
    return set;
}

/* The query of a table of options; see iss_caa_query. */
static dns_query check_query(lua_State *L, int arg) {
    dns_query query = {.type = DNS_TYPE_CAA, .recursion = true, .edns = true};
    if (lua_isnoneornil(L, arg)) {
        return query;
    }
    luaL_checktype(L, arg, LUA_TTABLE);
    lua_Number id = number_field(L, arg, "id", 0), type = number_field(L, arg, "type", 257);
    luaL_argcheck(L, id >= 0 && id <= 65535 && type >= 0 && type <= 65535, arg,
                  "id and type are numbers from 0 to 65535");
    lua_Number mix = number_field(L, arg, "mix", 0);
    luaL_argcheck(L, mix >= 0 && mix <= 4294967295.0, arg, "mix is a number from 0 to 2^32 - 1");
    query.id = (uint16_t)id;
    query.type = (uint16_t)type;
    query.mix = (uint64_t)mix;
    query.recursion = flag_field(L, arg, "rd", true);
    query.checking_disabled = flag_field(L, arg, "cd", false);
    query.edns = flag_field(L, arg, "edns", true);
    return query;
}

/* caa.query(name [, { id = 0, type = 257, rd = true, cd = false, edns = true, mix = 0 }]) → a query
 * in wire form edns  an OPT record with DO and a size of 1232 octets (RFC 6891) mix   not 0:
 * letters in upper case are drawn from this number */
int iss_caa_query(lua_State *L) {
    dns_name name;
    iss_checkname(L, 1, &name);
    dns_query query = check_query(L, 2);
    uint8_t octets[DNS_QUERY_MAX];
    size_t len = dns_query_write(octets, &query, &name);
    lua_pushlstring(L, (const char *)octets, len);
    return 1;
}

/* caa.read(message, name [, query]) → match [, reply]
 *   query  as in caa.query: what was asked
 *   match  "match", "bare" (an error without a question), "case" (letters came back in another
 * case) or "not" reply  unless "not": see iss_pushreply; plus ad, aa, ra */
int iss_caa_read(lua_State *L) {
    size_t len;
    luaL_checktype(L, 1, LUA_TSTRING);
    const uint8_t *message = (const uint8_t *)lua_tolstring(L, 1, &len);
    dns_name name;
    iss_checkname(L, 2, &name);
    dns_query query = check_query(L, 3);
    static const char *const MATCHES[] = {[DNS_MATCH] = "match",
                                          [DNS_MATCH_BARE] = "bare",
                                          [DNS_MATCH_CASE] = "case",
                                          [DNS_MATCH_NOT] = "not"};
    dns_match match = dns_response_match(message, len, &query, &name);
    lua_settop(L, 3);
    lua_pushstring(L, MATCHES[match]);
    if (match == DNS_MATCH_NOT) {
        return 1;
    }
    luaL_argcheck(L, len <= DNS_MESSAGE_MAX, 1, "longer than a DNS message can be");
    uint8_t *block = lua_newuserdata(L, len + CAA_REPLY_EXTRA);
    caa_reply reply;
    caa_reply_read(&reply, block, message, len, &name, match == DNS_MATCH_BARE, !query.recursion);
    if (reply.used == 0) {
        block[reply.used++] = 0;
    }
    iss_pushreply(L, &name, &reply, (caa_block){block, block + reply.used});
    lua_pushboolean(L, (reply.flags & DNS_FLAG_AD) != 0);
    lua_setfield(L, -2, "ad");
    lua_pushboolean(L, (reply.flags & DNS_FLAG_AA) != 0);
    lua_setfield(L, -2, "aa");
    lua_remove(L, -2);
    return 2;
}

/* What a record's data says, where this program has a use for it. The record is on top. */
static void set_data(lua_State *L, const dns_reader *in, const dns_record *record) {
    const uint8_t *data = in->message + record->rdata;
    size_t at = record->rdata;
    dns_name name;
    char text[INET6_ADDRSTRLEN];
    if ((record->type == DNS_TYPE_NS || record->type == DNS_TYPE_CNAME ||
         record->type == DNS_TYPE_DNAME || record->type == DNS_TYPE_SOA) &&
        dns_reader_name(in, &at, &name) == DNS_READ_OK) {
        set_name(L, record->type == DNS_TYPE_SOA ? "mname" : "target", &name);
        if (record->type == DNS_TYPE_SOA && record->rdlength >= 20) {
            const uint8_t *serial = data + record->rdlength - 20;
            uint32_t n = (uint32_t)serial[0] << 24 | (uint32_t)serial[1] << 16 |
                         (uint32_t)serial[2] << 8 | serial[3];
            iss_setsize(L, -1, "serial", n);
        }
    } else if (record->type == DNS_TYPE_A && record->rdlength == 4) {
        set_text(L, "address", inet_ntop(AF_INET, data, text, sizeof text));
    } else if (record->type == DNS_TYPE_AAAA && record->rdlength == 16) {
        set_text(L, "address", inet_ntop(AF_INET6, data, text, sizeof text));
    }
}

static void push_record(lua_State *L, const dns_reader *in, const dns_record *record) {
    lua_createtable(L, 0, 7);
    set_name(L, "owner", &record->owner);
    iss_setsize(L, -1, "type", record->type);
    iss_setsize(L, -1, "class", record->class);
    iss_setsize(L, -1, "ttl", record->ttl);
    lua_pushlstring(L, (const char *)in->message + record->rdata, record->rdlength);
    lua_setfield(L, -2, "rdata");
    set_data(L, in, record);
}

static int bad_message(lua_State *L, dns_read_error error) {
    lua_pushnil(L);
    lua_pushstring(L, dns_read_strerror(error));
    return 2;
}

/* caa.message(octets) → a table of any DNS message | nil, message
 *   id, rcode, qr, aa, tc, rd, ra, ad, cd, opcode
 *   questions   { { name =, type =, class = }, … }
 *   answer, authority, additional   { { owner =, type =, class =, ttl =, rdata =, and for NS, CNAME
 * and DNAME target, for SOA mname and serial, for A and AAAA address }, … }, OPT left out */
int iss_caa_message(lua_State *L) {
    size_t len;
    luaL_checktype(L, 1, LUA_TSTRING);
    const uint8_t *octets = (const uint8_t *)lua_tolstring(L, 1, &len);
    dns_reader in;
    if (!dns_reader_open(&in, octets, len)) {
        return bad_message(L, DNS_READ_SHORT);
    }
    lua_settop(L, 1);
    lua_createtable(L, 0, 16);
    static const struct {
        const char *name;
        unsigned flag;
    } FLAGS[] = {{"qr", DNS_FLAG_QR}, {"aa", DNS_FLAG_AA}, {"tc", DNS_FLAG_TC}, {"rd", DNS_FLAG_RD},
                 {"ra", DNS_FLAG_RA}, {"ad", DNS_FLAG_AD}, {"cd", DNS_FLAG_CD}};
    for (size_t i = 0; i < sizeof FLAGS / sizeof *FLAGS; i++) {
        lua_pushboolean(L, (in.flags & FLAGS[i].flag) != 0);
        lua_setfield(L, 2, FLAGS[i].name);
    }
    iss_setsize(L, 2, "id", in.id);
    iss_setsize(L, 2, "opcode", in.flags >> 11 & 15u);
    unsigned rcode = in.flags & DNS_FLAG_RCODE;
    lua_newtable(L);
    for (int i = 1; i <= in.counts[0]; i++) {
        dns_name name;
        uint16_t type, class;
        dns_read_error error = dns_reader_question(&in, &name, &type, &class);
        if (error != DNS_READ_OK) {
            return bad_message(L, error);
        }
        lua_createtable(L, 0, 3);
        set_name(L, "name", &name);
        iss_setsize(L, -1, "type", type);
        iss_setsize(L, -1, "class", class);
        lua_rawseti(L, 3, i);
    }
    lua_setfield(L, 2, "questions");
    static const char *const SECTIONS[] = {"answer", "authority", "additional"};
    for (int section = 1; section <= 3; section++) {
        lua_newtable(L);
        for (int i = 1, at = 0; i <= in.counts[section]; i++) {
            dns_record record;
            dns_read_error error = dns_reader_record(&in, &record);
            dns_opt opt;
            if (error == DNS_READ_OK && record.type == DNS_TYPE_OPT) {
                error = section == 3 ? dns_opt_read(&in, &record, &opt) : DNS_READ_BAD_OPT;
                rcode |= error == DNS_READ_OK ? (unsigned)opt.rcode_high << 4 : 0;
            } else if (error == DNS_READ_OK) {
                push_record(L, &in, &record);
                lua_rawseti(L, 3, ++at);
            }
            if (error != DNS_READ_OK) {
                return bad_message(L, error);
            }
        }
        lua_setfield(L, 2, SECTIONS[section - 1]);
    }
    push_rcode(L, rcode);
    lua_setfield(L, 2, "rcode");
    return 1;
}

static caa_message check_message(lua_State *L, int arg) {
    size_t len;
    luaL_checktype(L, arg, LUA_TSTRING);
    const char *octets = lua_tolstring(L, arg, &len);
    return (caa_message){(const uint8_t *)octets, len};
}

/* caa.link(zone, "DS", answer to "zone DS", answer to "zone DNSKEY", now) and
 * caa.link(owner, type number, answer, answer to "zone DNSKEY", now) → a table: one link of a
 * DNSSEC chain, for explaining state  good, no-ds, no-keys, wrong-key, unsigned, expired, not-yet,
 * bad-signature, unreadable, unsupported tag, algorithm   of the key;   inception, expiration   of
 * the signature, unix time */
int iss_caa_link(lua_State *L) {
    dns_name name;
    iss_checkname(L, 1, &name);
    caa_message first = check_message(L, 3), keys = check_message(L, 4);
    int64_t now = (int64_t)luaL_checknumber(L, 5);
    caa_link link;
    if (lua_type(L, 2) == LUA_TSTRING) {
        caa_link_zone(&link, &name, first, keys, now);
    } else {
        size_t type = iss_checksize(L, 2);
        luaL_argcheck(L, type <= 65535, 2, "a type is a number up to 65535");
        caa_link_rrset(&link, &name, (uint16_t)type, first, keys, now);
    }
    lua_createtable(L, 0, 5);
    set_text(L, "state", caa_link_name(link.state));
    iss_setsize(L, -1, "tag", link.tag);
    iss_setsize(L, -1, "algorithm", link.algorithm);
    if (link.expiration > 0) {
        iss_setsize(L, -1, "inception", (size_t)link.inception);
        iss_setsize(L, -1, "expiration", (size_t)link.expiration);
    }
    return 1;
}
