/* Names and words for what can go wrong with a file.
 * SPDX-License-Identifier: MIT
 * Source: POSIX.1-2017 <errno.h>; own table because strerror is neither thread-safe nor free of the
 * locale. */
#include "input.h"

#include <errno.h>

typedef struct {
    int status;
    const char *code;
    const char *message;
} word;

static const word words[] = {
    {FILE_NOT_REGULAR, "not-regular", "not a regular file"},
    {FILE_TOO_LARGE, "too-large", "larger than allowed"},
    {FILE_CHANGED, "changed-on-disk", "changed on disk since it was read"},
    {FILE_JOURNAL, "journal",
     "a journal (.jnl) lies beside it: a name server keeps this zone up to date by itself"},
    {FILE_MOUNT_POINT, "mount-point", "something is mounted on it, so it cannot be replaced"},
    {FILE_OWNER, "owner", "its owner, group or access list cannot be kept"},
    {FILE_DUPLICATE, "duplicate", "the same file as another one of the changeset"},
    {ENOENT, "ENOENT", "no such file or directory"},
    {EACCES, "EACCES", "permission denied"},
    {EPERM, "EPERM", "operation not permitted"},
    {EISDIR, "EISDIR", "is a directory"},
    {ENOTDIR, "ENOTDIR", "not a directory"},
    {ELOOP, "ELOOP", "too many symbolic links"},
    {ENAMETOOLONG, "ENAMETOOLONG", "name too long"},
    {EINVAL, "EINVAL", "invalid argument"},
    {EIO, "EIO", "input/output error"},
    {ENOMEM, "ENOMEM", "not enough memory"},
    {EMFILE, "EMFILE", "too many open files"},
    {ENFILE, "ENFILE", "too many open files in the system"},
    {ENOSPC, "ENOSPC", "no space left on the device"},
    {EDQUOT, "EDQUOT", "disk quota exceeded"},
    {EFBIG, "EFBIG", "file too large"},
    {EROFS, "EROFS", "read-only file system"},
    {EBUSY, "EBUSY", "in use"},
    {EXDEV, "EXDEV", "on another file system"},
    {EEXIST, "EEXIST", "exists already"},
    {ETXTBSY, "ETXTBSY", "a program that is running"},
    {EAGAIN, "EAGAIN", "not available now"},
    {EINTR, "EINTR", "interrupted"},
    {EOVERFLOW, "EOVERFLOW", "value too large"},
    {ENXIO, "ENXIO", "no such device"},
    {ENODEV, "ENODEV", "no such device"},
    {ESTALE, "ESTALE", "stale file handle"},
    {ENOTSUP, "ENOTSUP", "not supported"},
    {ENOTEMPTY, "ENOTEMPTY", "directory not empty"},
    {EMLINK, "EMLINK", "too many links"},
};

static const word *find(int status) {
    static const word unknown = {0, "EUNKNOWN", "the system refused"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].status == status) {
            return &words[i];
        }
    }
    return &unknown;
}

const char *file_code(int status) {
    return find(status)->code;
}

const char *file_message(int status) {
    return find(status)->message;
}
