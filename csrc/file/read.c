/* Reading what is on disk: bytes, status, names in a folder, the path behind links.
 * SPDX-License-Identifier: MIT
 * Source: POSIX.1-2017 open, fstat, realpath, readdir. */
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>

#define READ_STEP ((size_t)64 * 1024)

void file_bytes_free(file_bytes *bytes) {
    free(bytes->data);
    bytes->data = NULL;
    bytes->length = 0;
}

/* `expect` is a hint (files in /proc say 0): one byte more shows the end without growing. */
static int read_all(int fd, size_t expect, size_t max, file_bytes *out) {
    size_t room = (expect < max ? expect : max) + 1;
    if (room < READ_STEP && expect == 0) {
        room = READ_STEP;
    }
    if ((out->data = malloc(room)) == NULL) {
        return ENOMEM;
    }
    for (;;) {
        ssize_t got = read(fd, out->data + out->length, room - out->length);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got < 0 ? errno : FILE_OK;
        }
        out->length += (size_t)got;
        if (out->length > max) {
            return FILE_TOO_LARGE;
        }
        if (out->length == room) {
            char *more;
            if (room > SIZE_MAX / 2 || (more = realloc(out->data, room * 2)) == NULL) {
                return ENOMEM;
            }
            out->data = more;
            room *= 2;
        }
    }
}

int file_read(const char *path, size_t max, file_bytes *out) {
    struct stat st;
    int status, fd;
    memset(out, 0, sizeof *out);
    if (max > SIZE_MAX / 4) {
        max = SIZE_MAX / 4;
    }
    if ((status = input_open(path, &fd, &st)) != FILE_OK) {
        return status;
    }
    if (st.st_size > 0 && (uintmax_t)st.st_size > max) {
        status = FILE_TOO_LARGE;
    } else {
        status = read_all(fd, st.st_size > 0 ? (size_t)st.st_size : 0, max, out);
    }
    close(fd);
    if (status != FILE_OK) {
        file_bytes_free(out);
    }
    return status;
}

int file_realpath(const char *path, char **out) {
    *out = realpath(path, NULL);
    return *out == NULL ? errno : FILE_OK;
}

int file_stat(const char *path, bool follow, struct stat *out) {
    return (follow ? stat(path, out) : lstat(path, out)) != 0 ? errno : FILE_OK;
}

const char *file_type(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFREG:
        return "file";
    case S_IFDIR:
        return "directory";
    case S_IFLNK:
        return "link";
    case S_IFIFO:
        return "fifo";
    case S_IFSOCK:
        return "socket";
    case S_IFCHR:
        return "char";
    case S_IFBLK:
        return "block";
    default:
        return "other";
    }
}

void file_names_free(file_names *names) {
    free(names->arena);
    free(names->names);
    memset(names, 0, sizeof *names);
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names one after the other, each with its NUL; `used` bytes of them. */
static int collect(DIR *folder, file_names *out, size_t *used) {
    size_t room = 0;
    for (;;) {
        const struct dirent *entry;
        size_t size;
        errno = 0;
        /* Only a shared DIR would be unsafe, and this one is ours alone.
         * NOLINTNEXTLINE(concurrency-mt-unsafe) */
        if ((entry = readdir(folder)) == NULL) {
            return errno;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        size = strlen(entry->d_name) + 1;
        if (size > room - *used) {
            char *more;
            if (room > SIZE_MAX / 4) {
                return ENOMEM;
            }
            room = room * 2 + 4096;
            if ((more = realloc(out->arena, room)) == NULL) {
                return ENOMEM;
            }
            out->arena = more;
        }
        memcpy(out->arena + *used, entry->d_name, size);
        *used += size;
        out->count++;
    }
}

int file_list(const char *path, file_names *out) {
    size_t used = 0;
    int status;
    DIR *folder;
    memset(out, 0, sizeof *out);
    if ((folder = opendir(path)) == NULL) {
        return errno;
    }
    status = collect(folder, out, &used);
    closedir(folder);
    if (status == FILE_OK && out->count > 0) {
        const char *name = out->arena;
        if ((out->names = calloc(out->count, sizeof *out->names)) == NULL) {
            status = ENOMEM;
        } else {
            for (size_t i = 0; i < out->count; i++, name += strlen(name) + 1) {
                out->names[i] = name;
            }
            qsort(out->names, out->count, sizeof *out->names, by_bytes);
        }
    }
    if (status != FILE_OK) {
        file_names_free(out);
    }
    return status;
}

unsigned file_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
