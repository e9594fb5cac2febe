/* Preloaded into an interpreter, and then a Lua module of its own: the n-th allocation fails.
 * SPDX-License-Identifier: MIT
 * Source: lua_newstate's contract (an allocator may return NULL); used by failing_memory.lua.
 *
 *   memory.arm(n, on) from now on the n-th allocation fails (0: none, all are only counted); with
 *                     `on` every later one too: Lua frees garbage and tries a second time
 *   memory.disarm()   → allocations since arm, blocks that modules of issuable hold now
 *
 * Counts malloc, calloc and realloc of everybody: Lua's own on 5.4 (on LuaJIT it has its own
 * allocator), and the engines'. Blocks are told apart by who asked: the address range of
 * issuable's shared objects. */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
extern void __libc_free(void *p);

static int armed; /* 0 or 1 */
static size_t calls;
static size_t fail_at;
static int go_on;

/* Code of issuable's modules; everything in them is compiled with -fvisibility=hidden. */
#define RANGES_MAX 16
static struct {
    uintptr_t first;
    uintptr_t end;
} ranges[RANGES_MAX];
static size_t range_count;

/* Blocks of theirs: open addressing, in memory that is not counted. */
#define BLOCKS_MAX (1u << 16)
static uintptr_t blocks[BLOCKS_MAX];
static size_t held;

static int is_ours(const void *caller) {
    for (size_t i = 0; i < range_count; i++) {
        if ((uintptr_t)caller >= ranges[i].first && (uintptr_t)caller < ranges[i].end) {
            return 1;
        }
    }
    return 0;
}

static size_t slot_of(uintptr_t p) {
    return (size_t)(p / 16 * 2654435761u) % BLOCKS_MAX;
}

static void keep(void *p, const void *caller) {
    if (p == NULL || !is_ours(caller) || held > BLOCKS_MAX / 2) {
        return;
    }
    size_t at = slot_of((uintptr_t)p);
    while (blocks[at] > 1) {
        at = (at + 1) % BLOCKS_MAX;
    }
    blocks[at] = (uintptr_t)p;
    held++;
}

static void forget(void *p) {
    if (p == NULL || held == 0) {
        return;
    }
    for (size_t at = slot_of((uintptr_t)p); blocks[at] != 0; at = (at + 1) % BLOCKS_MAX) {
        if (blocks[at] == (uintptr_t)p) {
            blocks[at] = 1; /* was used */
            held--;
            return;
        }
    }
}

static int fails(void) {
    if (!armed || fail_at == 0) {
        calls += (size_t)armed;
        return 0;
    }
    calls++;
    if (calls != fail_at && !(go_on && calls > fail_at)) {
        return 0;
    }
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t n) {
    void *p = fails() ? NULL : __libc_malloc(n);
    keep(p, __builtin_return_address(0));
    return p;
}

void *calloc(size_t n, size_t size) {
    void *p = fails() ? NULL : __libc_calloc(n, size);
    keep(p, __builtin_return_address(0));
    return p;
}

void *realloc(void *old, size_t n) {
    if (n != 0 && fails()) {
        return NULL;
    }
    void *p = __libc_realloc(old, n);
    if (p != NULL || n == 0) {
        forget(old);
        keep(p, __builtin_return_address(0));
    }
    return p;
}

void free(void *p) {
    forget(p);
    __libc_free(p);
}

static int find_code(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size;
    (void)data;
    if (strstr(info->dlpi_name, "/issuable/") == NULL) {
        return 0;
    }
    for (size_t i = 0; i < info->dlpi_phnum && range_count < RANGES_MAX; i++) {
        if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X) != 0) {
            ranges[range_count].first = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            ranges[range_count].end = ranges[range_count].first + info->dlpi_phdr[i].p_memsz;
            range_count++;
        }
    }
    return 0;
}

static int arm(lua_State *L) {
    fail_at = (size_t)luaL_checknumber(L, 1);
    go_on = lua_toboolean(L, 2);
    range_count = 0;
    dl_iterate_phdr(find_code, NULL);
    calls = 0;
    armed = 1;
    return 0;
}

static int disarm(lua_State *L) {
    armed = 0;
    lua_pushnumber(L, (lua_Number)calls);
    lua_pushnumber(L, (lua_Number)held);
    return 2;
}

int luaopen_failing_memory(lua_State *L);

int luaopen_failing_memory(lua_State *L) {
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, arm);
    lua_setfield(L, -2, "arm");
    lua_pushcfunction(L, disarm);
    lua_setfield(L, -2, "disarm");
    return 1;
}
