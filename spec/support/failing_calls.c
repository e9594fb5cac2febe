/* Preloaded: between the first two calls of pthread_sigmask, the FAIL_AT-th system call or
 * allocation fails. SPDX-License-Identifier: MIT Source: jq's inject_errors; csrc/file/replace.c
 * holds signals exactly around its work. Says which it was on stdout. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

static int armed;
static long calls;
static long fail_at;

static void edit(const char *path);

static int fails(const char *name) {
    if (!armed || ++calls != fail_at) {
        return 0;
    }
    dprintf(1, "@%s\t", name);
    if (getenv("EDIT_FILE") != NULL) {
        edit(getenv("EDIT_FILE"));
        return 0;
    }
    errno = EIO;
    return 1;
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *before) {
    if (!armed) {
        fail_at++;
        calls = 0;
    }
    armed = !armed;
    return sigprocmask(how, set, before);
}

/* The real function, found anew each time: this is a test, and dlsym at load time may allocate. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define WRAP(type, name, bad, parameters, arguments)                                               \
    type name parameters {                                                                         \
        return fails(#name) ? (bad) : REAL(name) arguments;                                        \
    }

WRAP(char *, realpath, NULL, (const char *path, char *out), (path, out))
WRAP(int, lstat, -1, (const char *path, struct stat *st), (path, st))
WRAP(int, fstat, -1, (int fd, struct stat *st), (fd, st))
WRAP(int, fstatat, -1, (int fd, const char *path, struct stat *st, int flags),
     (fd, path, st, flags))
WRAP(int, faccessat, -1, (int fd, const char *path, int mode, int flags), (fd, path, mode, flags))
WRAP(ssize_t, read, -1, (int fd, void *to, size_t n), (fd, to, n))
WRAP(int, fchown, -1, (int fd, uid_t uid, gid_t gid), (fd, uid, gid))
WRAP(int, fchmod, -1, (int fd, mode_t mode), (fd, mode))
WRAP(int, fsync, -1, (int fd), (fd))
WRAP(int, renameat, -1, (int a, const char *from, int b, const char *to), (a, from, b, to))
WRAP(ssize_t, getrandom, -1, (void *to, size_t n, unsigned flags), (to, n, flags))
WRAP(ssize_t, fgetxattr, -1, (int fd, const char *name, void *to, size_t n), (fd, name, to, n))

/* Half is written before it fails, as on a full disk. */
ssize_t write(int fd, const void *from, size_t n) {
    if (fd != 1 && fails("write")) {
        REAL(write)(fd, from, n / 2);
        errno = ENOSPC;
        return -1;
    }
    return REAL(write)(fd, from, n);
}

/* Closed all the same. */
int close(int fd) {
    int failed = fails("close");
    int result = REAL(close)(fd);
    if (failed) {
        errno = EIO;
        return -1;
    }
    return result;
}

#define WRAP_OPEN(name, parameters, arguments)                                                     \
    int name parameters {                                                                          \
        va_list rest;                                                                              \
        mode_t mode;                                                                               \
        va_start(rest, flags);                                                                     \
        mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;                                         \
        va_end(rest);                                                                              \
        return fails(#name) ? -1 : REAL(name) arguments;                                           \
    }

WRAP_OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN(openat, (int fd, const char *path, int flags, ...), (fd, path, flags, mode))

static void edit(const char *path) {
    int fd = REAL(open)(path, O_WRONLY | O_APPEND);
    REAL(write)(fd, "!", 1);
    REAL(close)(fd);
}

/* dlsym itself allocates, so these go to the C library by its own names. */
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);

void *malloc(size_t n) {
    return fails("malloc") ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size) {
    return fails("calloc") ? NULL : __libc_calloc(n, size);
}
