/* One file that is going to be replaced: checks before, temporary file, rename.
 * SPDX-License-Identifier: MIT
 * Source: POSIX.1-2017 openat, renameat, fsync; Linux statx(2) for what would refuse a rename. */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/xattr.h>
#endif

#include "temporary.h"

#define ACCESS_LIST     "system.posix_acl_access"
#define ACCESS_LIST_MAX 65536 /* the kernel's own bound on an attribute's value */

/* A name server that updates a zone by itself keeps a journal beside it; an edit would be lost or
 * break the zone. */
static int check_journal(int folder, const char *path) {
    struct stat st;
    size_t length = strlen(path);
    char *journal = malloc(length + sizeof ".jnl");
    int found;
    if (journal == NULL) {
        return ENOMEM;
    }
    memcpy(journal, path, length);
    memcpy(journal + length, ".jnl", sizeof ".jnl");
    found = fstatat(folder, journal, &st, AT_SYMLINK_NOFOLLOW) == 0 ? FILE_JOURNAL
            : errno == ENOENT || errno == ENAMETOOLONG              ? FILE_OK
                                                                    : errno;
    free(journal);
    return found;
}

/* What would make the rename itself fail, when other files of the changeset may already be in
 * place. */
static int check_replaceable(const target *t) {
#ifdef STATX_ATTR_MOUNT_ROOT
    struct statx sx;
    if (statx(t->folder->fd, t->name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &sx) == 0) {
        uint64_t attributes = sx.stx_attributes & sx.stx_attributes_mask;
        if (attributes & STATX_ATTR_MOUNT_ROOT) {
            return FILE_MOUNT_POINT;
        }
        if (attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) {
            return EPERM;
        }
    }
#endif
    /* A rename needs no right to write the file; who may not write it in place shall not replace it
     * either. */
    return faccessat(t->folder->fd, t->name, W_OK, AT_EACCESS) != 0 ? errno : FILE_OK;
}

static int check_digest(const target *t, const file_change *change, struct stat *st) {
    char hex[FILE_DIGEST_SIZE];
    int status = FILE_OK;
    int fd = openat(t->folder->fd, t->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    if (fstat(fd, st) != 0) {
        status = errno;
    } else if (!S_ISREG(st->st_mode)) {
        status = S_ISDIR(st->st_mode) ? EISDIR : FILE_NOT_REGULAR;
    } else if ((status = file_sha256_fd(fd, hex)) == FILE_OK &&
               memcmp(hex, change->digest, FILE_DIGEST_SIZE - 1) != 0) {
        status = FILE_CHANGED;
    }
    close(fd);
    return status;
}

static int open_folder(target *t, target_folder *folders, size_t *count) {
    struct stat st;
    size_t length = (size_t)(t->name - t->path);
    char *path = strndup(t->path, length > 1 ? length - 1 : length); /* "/" stays */
    int fd, status;
    if (path == NULL) {
        return ENOMEM;
    }
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    status = errno;
    free(path);
    if (fd < 0) {
        return status;
    }
    if (fstat(fd, &st) != 0) {
        status = errno;
        close(fd);
        return status;
    }
    /* Neighbours share folders: the last is looked at first. */
    for (size_t i = *count; i > 0; i--) {
        if (folders[i - 1].dev == st.st_dev && folders[i - 1].ino == st.st_ino) {
            close(fd);
            t->folder = &folders[i - 1];
            return FILE_OK;
        }
    }
    t->folder = &folders[(*count)++];
    t->folder->fd = fd;
    t->folder->dev = st.st_dev;
    t->folder->ino = st.st_ino;
    return FILE_OK;
}

int target_open(target *t, const file_change *change, target_folder *folders, size_t *count) {
    struct stat st;
    const char *slash;
    int status;
    if ((status = file_realpath(change->path, &t->path)) != FILE_OK ||
        (status = file_stat(t->path, false, &st)) != FILE_OK) {
        return status;
    }
    if (!S_ISREG(st.st_mode)) {
        return S_ISDIR(st.st_mode) ? EISDIR : FILE_NOT_REGULAR;
    }
    slash = strrchr(t->path, '/');
    t->name = slash == NULL ? t->path : slash + 1;
    if ((status = open_folder(t, folders, count)) != FILE_OK ||
        (status = check_journal(t->folder->fd, t->name)) != FILE_OK ||
        (status = check_journal(AT_FDCWD, change->path)) != FILE_OK ||
        (status = check_replaceable(t)) != FILE_OK) {
        return status;
    }
    return check_digest(t, change, &t->st);
}

/* The mode's group bits are the mask when there is an access list: without the list they would say
 * something else. */
static int keep_access_list(const target *t, int to) {
#ifdef __linux__
    ssize_t length;
    int status = FILE_OK;
    char *list;
    int from = openat(t->folder->fd, t->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (from < 0) {
        return errno;
    }
    if ((list = malloc(ACCESS_LIST_MAX)) == NULL) {
        close(from);
        return ENOMEM;
    }
    length = fgetxattr(from, ACCESS_LIST, list, ACCESS_LIST_MAX);
    if (length < 0) {
        status = errno == ENODATA || errno == ENOTSUP || errno == ENOSYS ? FILE_OK : FILE_OWNER;
    } else if (fsetxattr(to, ACCESS_LIST, list, (size_t)length, 0) != 0) {
        status = FILE_OWNER;
    }
    free(list);
    close(from);
    return status;
#else
    (void)t;
    (void)to;
    return FILE_OK;
#endif
}

int target_prepare(target *t, const file_change *change) {
    struct stat st;
    int fd;
    int status = temporary_create(t->folder->fd, t->name, S_IRUSR | S_IWUSR, &t->temporary, &fd);
    if (status != FILE_OK) {
        return status;
    }
    status = temporary_write(fd, change->bytes, change->length);
    if (status == FILE_OK && fstat(fd, &st) != 0) {
        status = errno;
    }
    /* Owner first: changing it clears set-id bits, and a mode must never be wider for the wrong
     * owner. */
    if (status == FILE_OK && (st.st_uid != t->st.st_uid || st.st_gid != t->st.st_gid) &&
        fchown(fd, t->st.st_uid, t->st.st_gid) != 0) {
        status = FILE_OWNER;
    }
    if (status == FILE_OK && fchmod(fd, t->st.st_mode & 07777) != 0) {
        status = errno;
    }
    if (status == FILE_OK) {
        status = keep_access_list(t, fd);
    }
    if (status == FILE_OK && fsync(fd) != 0) {
        status = errno;
    }
    if (close(fd) != 0 && status == FILE_OK) {
        status = errno;
    }
    return status;
}

int target_verify(target *t, const file_change *change) {
    struct stat st, here;
    int status = check_digest(t, change, &t->verified);
    if (status != FILE_OK) {
        return status == ENOENT || status == ELOOP || status == FILE_NOT_REGULAR ? FILE_CHANGED
                                                                                 : status;
    }
    st = t->verified;
    if (st.st_dev != t->st.st_dev || st.st_ino != t->st.st_ino || st.st_mode != t->st.st_mode ||
        st.st_uid != t->st.st_uid || st.st_gid != t->st.st_gid) {
        return FILE_CHANGED;
    }
    /* The folder may have been moved away: then this is no longer the file that the path means. */
    if (lstat(t->path, &here) != 0 || here.st_dev != st.st_dev || here.st_ino != st.st_ino) {
        return FILE_CHANGED;
    }
    if ((status = check_journal(t->folder->fd, t->name)) != FILE_OK) {
        return status;
    }
    return check_replaceable(t);
}

int target_untouched(const target *t) {
    const struct stat *was = &t->verified;
    struct stat st;
    if (fstatat(t->folder->fd, t->name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? FILE_CHANGED : errno;
    }
    return st.st_dev == was->st_dev && st.st_ino == was->st_ino && st.st_size == was->st_size &&
                   st.st_mtim.tv_sec == was->st_mtim.tv_sec &&
                   st.st_mtim.tv_nsec == was->st_mtim.tv_nsec &&
                   st.st_ctim.tv_sec == was->st_ctim.tv_sec &&
                   st.st_ctim.tv_nsec == was->st_ctim.tv_nsec
               ? FILE_OK
               : FILE_CHANGED;
}

int target_rename(target *t) {
    if (renameat(t->folder->fd, t->temporary, t->folder->fd, t->name) != 0) {
        return errno;
    }
    free(t->temporary);
    t->temporary = NULL;
    return FILE_OK;
}

void target_release(target *t) {
    if (t->temporary != NULL) {
        unlinkat(t->folder->fd, t->temporary, 0);
        free(t->temporary);
        t->temporary = NULL;
    }
    free(t->path);
    t->path = NULL;
}
