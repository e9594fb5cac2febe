/* Regular files opened without ever waiting, and read in windows that are copies.
 * SPDX-License-Identifier: MIT
 * Source: POSIX.1-2017 open, fstat, pread. */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int regular(mode_t mode) {
    if (S_ISREG(mode)) {
        return FILE_OK;
    }
    return S_ISDIR(mode) ? EISDIR : FILE_NOT_REGULAR;
}

int input_open(const char *path, int *fd, struct stat *st) {
    int status;
    *fd = -1;
    /* Looked at before it is opened: opening a device can do things, opening a FIFO wakes its
     * writer. What is opened in the end is looked at again, and O_NONBLOCK keeps a race from
     * waiting. */
    if (stat(path, st) != 0) {
        return errno;
    }
    if ((status = regular(st->st_mode)) != FILE_OK) {
        return status;
    }
    if ((*fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) < 0) {
        return errno;
    }
    status = fstat(*fd, st) != 0 ? errno : regular(st->st_mode);
    if (status != FILE_OK) {
        close(*fd);
        *fd = -1;
    }
    return status;
}

int input_read_at(int fd, uint8_t *to, size_t len, size_t at, size_t *got) {
    *got = 0;
    while (*got < len) {
        ssize_t n = pread(fd, to + *got, len - *got, (off_t)(at + *got));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? errno : FILE_OK;
        }
        *got += (size_t)n;
    }
    return FILE_OK;
}

int input_window_fill(input_window *window, int fd, size_t at, size_t room, bool *end) {
    size_t got;
    int status;
    if (window->len != 0 && window->fd == fd && at >= window->start &&
        at - window->start <= window->len) {
        window->len -= at - window->start;
        memmove(window->bytes, window->bytes + (at - window->start), window->len);
    } else {
        window->len = 0;
    }
    window->start = at;
    window->fd = fd;
    if (window->capacity < room) {
        uint8_t *bytes = realloc(window->bytes, room);
        if (bytes == NULL) {
            return ENOMEM;
        }
        window->bytes = bytes;
        window->capacity = room;
    }
    status = input_read_at(fd, window->bytes + window->len, window->capacity - window->len,
                           at + window->len, &got);
    window->len += got;
    *end = window->len < window->capacity;
    return status;
}
