/* Replaces the files of a changeset: all of them, or none.
 * SPDX-License-Identifier: MIT
 * Source: POSIX.1-2017 rename: whoever opens the path finds the old file or the new one, whole. */
#include "file.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "target.h"
#include "temporary.h"

typedef struct {
    dev_t dev;
    ino_t ino;
    size_t index;
} identity;

static int by_identity(const void *a, const void *b) {
    const identity *x = a, *y = b;
    if (x->dev != y->dev) {
        return x->dev < y->dev ? -1 : 1;
    }
    if (x->ino != y->ino) {
        return x->ino < y->ino ? -1 : 1;
    }
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Two paths of one file (links, hard links): the second rename would undo the first. */
static int check_distinct(const target *targets, size_t count, size_t *at) {
    identity *all = count > 0 ? calloc(count, sizeof *all) : NULL;
    int status = FILE_OK;
    if (all == NULL) {
        return ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        all[i] = (identity){targets[i].st.st_dev, targets[i].st.st_ino, i};
    }
    qsort(all, count, sizeof *all, by_identity);
    for (size_t i = 1; i < count && status == FILE_OK; i++) {
        if (all[i].dev == all[i - 1].dev && all[i].ino == all[i - 1].ino) {
            *at = all[i].index;
            status = FILE_DUPLICATE;
        }
    }
    free(all);
    return status;
}

static int replace(file_change *changes, size_t count, size_t *at, target *targets,
                   target_folder *folders, size_t *opened) {
    int status;
    for (*at = 0; *at < count; (*at)++) {
        if ((status = target_open(&targets[*at], &changes[*at], folders, opened)) != FILE_OK) {
            return status;
        }
    }
    *at = 0;
    if ((status = check_distinct(targets, count, at)) != FILE_OK) {
        return status;
    }
    for (*at = 0; *at < count; (*at)++) {
        if ((status = target_prepare(&targets[*at], &changes[*at])) != FILE_OK) {
            return status;
        }
    }
    for (*at = 0; *at < count; (*at)++) {
        if ((status = target_verify(&targets[*at], &changes[*at])) != FILE_OK) {
            return status;
        }
    }
    for (*at = 0; *at < count; (*at)++) { /* reading all of them again took its time */
        if ((status = target_untouched(&targets[*at])) != FILE_OK) {
            return status;
        }
    }
    for (*at = 0; *at < count; (*at)++) { /* and the renames take theirs */
        if ((*at > 0 && (status = target_untouched(&targets[*at])) != FILE_OK) ||
            (status = target_rename(&targets[*at])) != FILE_OK) {
            return status;
        }
        changes[*at].written = true;
    }
    return FILE_OK;
}

/* The names are in place; the sync makes the renames outlive a power cut. Some file systems know no
 * such sync. */
static int sync_folders(const target_folder *folders, size_t count) {
    int status = FILE_OK;
    for (size_t i = 0; i < count; i++) {
        if (fsync(folders[i].fd) != 0 && errno != EINVAL && status == FILE_OK) {
            status = errno;
        }
    }
    return status;
}

int file_replace(file_change *changes, size_t count, size_t *at) {
    target *targets;
    target_folder *folders;
    size_t opened = 0;
    int status = ENOMEM;
    sigset_t before;
    *at = 0;
    if (count == 0) {
        return FILE_OK;
    }
    targets = calloc(count, sizeof *targets);
    folders = calloc(count, sizeof *folders);
    for (size_t i = 0; i < count; i++) {
        changes[i].written = false;
    }
    if (targets != NULL && folders != NULL) {
        temporary_hold_signals(&before);
        status = replace(changes, count, at, targets, folders, &opened);
        if (changes[0].written) {
            int synced = sync_folders(folders, opened);
            status = status == FILE_OK ? synced : status;
        }
        for (size_t i = 0; i < count; i++) {
            target_release(&targets[i]);
        }
        for (size_t i = 0; i < opened; i++) {
            close(folders[i].fd);
        }
        temporary_release_signals(&before);
    }
    free(folders);
    free(targets);
    return status;
}
