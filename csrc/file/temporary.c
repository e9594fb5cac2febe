/* Temporary files beside the ones they will replace, and the signals that must wait meanwhile.
 * SPDX-License-Identifier: MIT
 * Source: POSIX.1-2017 openat, write, pthread_sigmask. */
#include "temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/random.h>

#include "file.h"

int temporary_write(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t put = write(fd, bytes, length);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return put < 0 ? errno : EIO;
        }
        bytes += put;
        length -= (size_t)put;
    }
    return FILE_OK;
}

int temporary_create(int folder, const char *base, mode_t mode, char **temporary, int *created) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567"; /* 32: no bias */
    static const char mark[] = ".issuable-";
    enum { RANDOM = 6, EXTRA = 1 + sizeof mark - 1 + RANDOM };
    size_t keep = strlen(base);
    char *name;
    if (keep > 255 - EXTRA) {
        keep = 255 - EXTRA;
    }
    if ((name = malloc(keep + EXTRA + 1)) == NULL) {
        return ENOMEM;
    }
    name[0] = '.';
    memcpy(name + 1, base, keep);
    memcpy(name + 1 + keep, mark, sizeof mark - 1);
    for (int attempt = 0; attempt < 100; attempt++) {
        unsigned char octets[RANDOM];
        int fd;
        if (getrandom(octets, sizeof octets, 0) != (ssize_t)sizeof octets) {
            free(name);
            return EIO;
        }
        for (size_t i = 0; i < RANDOM; i++) {
            name[keep + EXTRA - RANDOM + i] = letters[octets[i] & 31];
        }
        name[keep + EXTRA] = '\0';
        fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (fd >= 0) {
            *temporary = name;
            *created = fd;
            return FILE_OK;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    int status = errno;
    free(name);
    return status;
}

void temporary_hold_signals(sigset_t *before) {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGHUP);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGQUIT);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &held, before);
}

void temporary_release_signals(const sigset_t *before) {
    if (!sigismember(before, SIGXFSZ)) {
        const struct timespec at_once = {0, 0};
        sigset_t limit;
        sigemptyset(&limit);
        sigaddset(&limit, SIGXFSZ);
        while (sigtimedwait(&limit, NULL, &at_once) < 0 && errno == EINTR) {
        }
    }
    pthread_sigmask(SIG_SETMASK, before, NULL);
}
