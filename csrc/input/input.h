/* Regular files opened without ever waiting, and read in windows that are copies: nothing here can
 * fault when somebody shortens the file. And what can go wrong with a file.
 * SPDX-License-Identifier: MIT
 * Source: POSIX.1-2017 open, fstat, pread. No lua_State here. */
#ifndef ISSUABLE_INPUT_H
#define ISSUABLE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/stat.h>

/* 0, an errno value, or one of these. */
enum {
    FILE_OK = 0,
    FILE_NOT_REGULAR = -1, /* FIFO, device, socket: never opened */
    FILE_TOO_LARGE = -2,   /* more bytes than the caller allows */
    FILE_CHANGED = -3,     /* its bytes are not those that were read */
    FILE_JOURNAL = -4,     /* a journal lies beside it: a name server owns this file */
    FILE_MOUNT_POINT = -5, /* something is mounted on the file itself: no rename can replace it */
    FILE_OWNER = -6,       /* owner, group or access list could not be kept */
    FILE_DUPLICATE = -7,   /* two changes of one changeset mean the same file */
};

/* "ENOENT", "not-regular", …; stable, for programs. */
const char *file_code(int status);
/* "no such file or directory", …; for people. */
const char *file_message(int status);

/* Opens a regular file for reading; *st says what was opened. A FIFO or device is refused, not opened.
 * Returns 0, an errno value (EISDIR for a folder) or FILE_NOT_REGULAR. */
int input_open(const char *path, int *fd, struct stat *st);

/* Reads up to `len` bytes at an offset; fewer only at the end of the file. */
int input_read_at(int fd, uint8_t *to, size_t len, size_t at, size_t *got);

/* A part of one file. Zeroed, it is empty; the caller frees `bytes`. */
typedef struct {
    uint8_t *bytes;
    size_t capacity;
    size_t start; /* offset of bytes[0] in the file */
    size_t len;
    int fd; /* whose bytes these are; only meaningful when len != 0 */
} input_window;

/* Makes the window begin at `at` of fd: what it already holds is kept, the rest is read. `room`: the
 * capacity that is wanted (the window never shrinks). *end: the window reaches the end of the file.
 * Returns 0 or an errno value. */
int input_window_fill(input_window *window, int fd, size_t at, size_t room, bool *end);

#endif
