/* Writes one file that nobody had to read before: a report. Whole or not at all.
 * SPDX-License-Identifier: MIT
 * Source: POSIX.1-2017 rename: whoever opens the path finds the old file or the new one, whole. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "temporary.h"

/* In an open folder: `was` is what stands there now, or NULL. */
static int store_in(int folder, const char *name, const struct stat *was, const char *bytes,
                    size_t length) {
    /* A new file gets what the umask leaves; the other one's mode is never wider than it was. */
    const mode_t mode = was == NULL ? 0666 : S_IRUSR | S_IWUSR;
    char *temporary;
    int fd;
    int status = temporary_create(folder, name, mode, &temporary, &fd);
    if (status != FILE_OK) {
        return status;
    }
    status = temporary_write(fd, bytes, length);
    if (status == FILE_OK && was != NULL && fchmod(fd, was->st_mode & 0777) != 0) {
        status = errno;
    }
    if (status == FILE_OK && fsync(fd) != 0) {
        status = errno;
    }
    if (close(fd) != 0 && status == FILE_OK) {
        status = errno;
    }
    if (status == FILE_OK && renameat(folder, temporary, folder, name) != 0) {
        status = errno;
    }
    if (status != FILE_OK) {
        unlinkat(folder, temporary, 0);
    } else if (fsync(folder) != 0 && errno != EINVAL) {
        status = errno;
    }
    free(temporary);
    return status;
}

/* The path to write: of a link its target; of nothing the path itself. */
static int resolve(const char *path, char **out, struct stat *st, bool *exists) {
    struct stat link;
    int status = file_stat(path, true, st);
    *exists = status == FILE_OK;
    if (*exists) {
        if (!S_ISREG(st->st_mode)) {
            return S_ISDIR(st->st_mode) ? EISDIR : FILE_NOT_REGULAR;
        }
        return file_realpath(path, out);
    }
    if (status != ENOENT || file_stat(path, false, &link) == FILE_OK) { /* or a link to nowhere */
        return status;
    }
    *out = strdup(path);
    return *out == NULL ? ENOMEM : FILE_OK;
}

int file_store(const char *path, const char *bytes, size_t length) {
    struct stat st;
    sigset_t before;
    bool exists;
    char *resolved = NULL, *slash;
    const char *name, *folder = ".";
    int fd;
    int status = resolve(path, &resolved, &st, &exists);
    if (status != FILE_OK) {
        return status;
    }
    slash = strrchr(resolved, '/');
    name = slash == NULL ? resolved : slash + 1;
    if (*name == '\0') {
        free(resolved);
        return ENOENT;
    }
    if (slash != NULL) {
        *slash = '\0';
        folder = slash == resolved ? "/" : resolved;
    }
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        status = errno;
    } else {
        /* Who may not write the file in place shall not replace it either. */
        if (exists && faccessat(fd, name, W_OK, AT_EACCESS) != 0) {
            status = errno;
        } else {
            temporary_hold_signals(&before);
            status = store_in(fd, name, exists ? &st : NULL, bytes, length);
            temporary_release_signals(&before);
        }
        close(fd);
    }
    free(resolved);
    return status;
}
