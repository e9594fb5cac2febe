/* The few system calls that luafilesystem lacks: bounded reading, digests, and replacing files all
 * or none. SPDX-License-Identifier: MIT Source: POSIX.1-2017; Linux open(2), rename(2), statx(2).
 * No lua_State here; nothing is kept between calls. */
#ifndef ISSUABLE_FILE_H
#define ISSUABLE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include <sys/stat.h>

#include "input/input.h"

/* Bytes owned by the caller, released with file_bytes_free (which may be called on zeroed ones). */
typedef struct {
    char *data;
    size_t length;
} file_bytes;

void file_bytes_free(file_bytes *bytes);

/* Reads a regular file, at most `max` bytes. Never waits: a FIFO or device is refused, not opened.
 */
int file_read(const char *path, size_t max, file_bytes *out);

/* The path without links, "." and ".."; malloc'ed. */
int file_realpath(const char *path, char **out);

/* stat or, not following a last link, lstat. */
int file_stat(const char *path, bool follow, struct stat *out);

/* "file", "directory", "link", "fifo", "socket", "char", "block" or "other". */
const char *file_type(mode_t mode);

/* Names in a folder, sorted by bytes, without "." and "..". */
typedef struct {
    char *arena;
    const char **names;
    size_t count;
} file_names;

int file_list(const char *path, file_names *out);
void file_names_free(file_names *names);

/* Lower-case hexadecimal SHA-256 and a NUL. */
#define FILE_DIGEST_SIZE 65

void file_sha256(const void *bytes, size_t length, char hex[FILE_DIGEST_SIZE]);
/* Of everything from the descriptor's position to its end. */
int file_sha256_fd(int fd, char hex[FILE_DIGEST_SIZE]);

/* One file of a changeset: the bytes that were read (by digest) and those that are wanted. */
typedef struct {
    const char *path;
    const char *digest;
    const char *bytes;
    size_t length;
    bool written; /* out: the file now has the wanted bytes */
} file_change;

/* Replaces all of them or none. Links are followed, so that the target is written; every temporary
 * file is complete, synced and in the target's own folder before the first rename; mode, owner and
 * access list are kept. A hard link's other names keep the old bytes. Returns a status and, in *at,
 * the change it is about. Only when the world changes under the renames themselves can some be
 * `written` and others not. */
int file_replace(file_change *changes, size_t count, size_t *at);

/* Writes a file whole or not at all, whether it is there or not; a link's target is written, a mode
 * kept. For what nobody has to read before it is replaced: reports. */
int file_store(const char *path, const char *bytes, size_t length);

/* How many cells a terminal is wide; 0: the descriptor is none, or it does not tell. */
unsigned file_columns(int descriptor);

#endif
