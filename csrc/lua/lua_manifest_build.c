/* Node trees as plain Lua tables.
 * SPDX-License-Identifier: MIT
 * Source: design.md section 3 (the border): no recursion, nothing foreign held while Lua may throw.
 */
#include "lua_manifest.h"

#include <string.h>

/* Pushes a text, from the cache if it was there lately. What the cache points at lies in the input,
 * which stays. */
static void push_text(manifest_builder *b, const char *text, size_t length) {
    uint32_t head = 0, slot;
    if (b->strings == 0 || length < 4 || length > 40) {
        lua_pushlstring(b->L, text, length);
        return;
    }
    memcpy(&head, text, 4);
    slot = (head ^ (uint32_t)length * 0x9E3779B1U) * 0x85EBCA6BU;
    memcpy(&head, text + length - 4, 4);
    slot = ((slot ^ head) * 0xC2B2AE35U) >> 24;
    if (b->cache[slot].length == length && memcmp(b->cache[slot].text, text, length) == 0) {
        lua_rawgeti(b->L, b->strings, (int)slot + 1);
        return;
    }
    lua_pushlstring(b->L, text, length);
    lua_pushvalue(b->L, -1);
    lua_rawseti(b->L, b->strings, (int)slot + 1);
    b->cache[slot].text = text;
    b->cache[slot].length = length;
}

static void push_scalar(manifest_builder *b, const manifest_node *n) {
    lua_State *L = b->L;
    size_t length;
    const char *text;
    switch ((manifest_type)n->type) {
    case MANIFEST_STRING:
        text = manifest_text(b->m, n, &length);
        if ((n->flags & MANIFEST_IN_ARENA) == 0) {
            push_text(b, text, length);
        } else {
            lua_pushlstring(L, text, length);
        }
        break;
    case MANIFEST_NULL:
        lua_pushlightuserdata(L, NULL);
        break;
    case MANIFEST_FALSE:
    case MANIFEST_TRUE:
        lua_pushboolean(L, n->type == MANIFEST_TRUE);
        break;
    case MANIFEST_INTEGER:
        lua_pushinteger(L, (lua_Integer)n->value.integer);
        break;
    case MANIFEST_NUMBER:
        lua_pushnumber(L, n->value.number);
        break;
    }
}

static int size_hint(uint32_t count) {
    return count < 65536 ? (int)count : 65536;
}

/* Pushes the table of a container. Returns the id of its spans when it is new and has to be filled,
 * else 0. */
static uint32_t push_container(manifest_builder *b, uint32_t node) {
    lua_State *L = b->L;
    const manifest_node *n = &b->nodes[node];
    bool shared = (n->flags & MANIFEST_SHARED) != 0;
    uint32_t id;
    if (shared && !lua_isnil(L, b->shared)) {
        lua_rawgeti(L, b->shared, (int)node + 1);
        if (!lua_isnil(L, -1)) {
            return 0;
        }
        lua_pop(L, 1);
    }
    if (n->kind == MANIFEST_SEQUENCE) {
        lua_createtable(L, size_hint(n->value.entries.count), 0);
    } else {
        lua_createtable(L, 0, size_hint(n->value.entries.count));
    }
    id = manifest_keep(b->m, node);
    if (id == 0) {
        luaL_error(L, "not enough memory");
    }
    if (shared) {
        if (lua_isnil(L, b->shared)) {
            lua_newtable(L);
            lua_replace(L, b->shared);
        }
        lua_pushvalue(L, -1);
        lua_rawseti(L, b->shared, (int)node + 1);
    }
    return id;
}

/* No recursion: the tables under construction lie on the Lua stack. */
uint32_t manifest_push_value(manifest_builder *b, uint32_t root) {
    lua_State *L = b->L;
    manifest_frame *frames = b->frames;
    uint32_t depth = 0, id, root_id;
    if (b->nodes[root].kind == MANIFEST_SCALAR) {
        push_scalar(b, &b->nodes[root]);
        return 0;
    }
    root_id = push_container(b, root);
    frames[depth++] = (manifest_frame){root, 0, 0, root_id, 0};
    while (depth > 0) {
        manifest_frame *f = &frames[depth - 1];
        const manifest_node *n = &b->nodes[f->node];
        bool mapping = n->kind == MANIFEST_MAPPING;
        const manifest_entry *e;
        const manifest_node *value;
        if (f->next == n->value.entries.count) {
            if (--depth > 0) { /* the finished table goes into the one below it */
                f = &frames[depth - 1];
                if (b->nodes[f->node].kind == MANIFEST_MAPPING) {
                    lua_rawset(L, -3);
                } else {
                    lua_rawseti(L, -2, (int)f->position);
                }
            }
            continue;
        }
        e = &b->entries[n->value.entries.first + f->next++];
        value = &b->nodes[e->value];
        if (mapping) {
            if (((value->flags | b->nodes[e->key].flags) & MANIFEST_WITHHELD) != 0) {
                continue;
            }
            push_scalar(b, &b->nodes[e->key]);
        } else {
            f->position++;
        }
        f->kept++;
        if ((value->flags & MANIFEST_WITHHELD) != 0) {
            lua_pushlightuserdata(L, NULL); /* in a list, so that the others keep their places */
        } else if (value->kind == MANIFEST_SCALAR) {
            push_scalar(b, value);
        } else if ((id = push_container(b, e->value)) != 0) {
            manifest_adopt(b->m, f->id, f->kept - 1, id);
            frames[depth++] = (manifest_frame){e->value, 0, 0, id, 0};
            continue;
        }
        if (mapping) {
            lua_rawset(L, -3);
        } else {
            lua_rawseti(L, -2, (int)f->position);
        }
    }
    return root_id;
}
