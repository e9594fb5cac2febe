/* For output that goes on for long: file.hold_interrupts, so that it ends at a line's end, and
 * file.truncate. SPDX-License-Identifier: MIT Source: sigprocmask(2), sigtimedwait(2), truncate(2).
 * No handler, nothing static: a blocked signal stays pending. */
#include "lua_file.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HANDLE "issuable.file.interrupts"

typedef struct {
    int held;
    sigset_t before;
} handle;

static void interrupts(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
}

/* file.hold_interrupts() → a handle: SIGINT and SIGTERM end the process no more until it is closed
 */
int iss_file_hold_interrupts(lua_State *L) {
    handle *h = iss_newuserdata(L, sizeof *h, HANDLE);
    sigset_t set;
    interrupts(&set);
    h->held = pthread_sigmask(SIG_BLOCK, &set, &h->before) == 0;
    return 1;
}

/* h:pending() → true when one came meanwhile; it stays pending and takes effect when the handle is
 * closed */
static int interrupts_pending(lua_State *L) {
    const handle *h = luaL_checkudata(L, 1, HANDLE);
    sigset_t pending;
    int came = h->held && sigpending(&pending) == 0 &&
               (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1);
    lua_pushboolean(L, came);
    return 1;
}

/* h:take() → true when one came, which is forgotten by that: the caller ends by itself */
static int interrupts_take(lua_State *L) {
    const handle *h = luaL_checkudata(L, 1, HANDLE);
    sigset_t set;
    interrupts(&set);
    struct timespec at_once = {0, 0};
    lua_pushboolean(L, h->held && sigtimedwait(&set, NULL, &at_once) > 0);
    return 1;
}

static int interrupts_close(lua_State *L) {
    handle *h = luaL_checkudata(L, 1, HANDLE);
    if (h->held) {
        h->held = 0;
        pthread_sigmask(SIG_SETMASK, &h->before, NULL);
    }
    return 0;
}

/* file.truncate(path, size) → true | nil, message: the file ends after size bytes */
int iss_file_truncate(lua_State *L) {
    size_t len;
    const char *path = luaL_checklstring(L, 1, &len);
    size_t size = iss_checksize(L, 2);
    luaL_argcheck(L, strlen(path) == len, 1, "a path holds no NUL");
    if (truncate(path, (off_t)size) != 0) {
        char text[128];
        const char *message = strerror_r(errno, text, sizeof text);
        lua_pushnil(L);
        lua_pushstring(L, message);
        return 2;
    }
    lua_pushboolean(L, 1);
    return 1;
}

static const luaL_Reg METHODS[] = {{"pending", interrupts_pending},
                                   {"take", interrupts_take},
                                   {"close", interrupts_close},
                                   {NULL, NULL}};
static const luaL_Reg METAMETHODS[] = {
    {"__gc", interrupts_close}, {"__close", interrupts_close}, {NULL, NULL}};

void iss_file_signals_register(lua_State *L) {
    iss_newmetatable(L, HANDLE, METHODS, METAMETHODS);
}
