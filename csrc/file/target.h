/* One file that is going to be replaced: where it really is, what it must still be, and what comes
 * in its place. SPDX-License-Identifier: MIT Source: csrc/file/replace.c drives these in order:
 * target_open, target_prepare, target_verify,
 * target_untouched, target_rename. */
#ifndef ISSUABLE_FILE_TARGET_H
#define ISSUABLE_FILE_TARGET_H

#include "file.h"

/* A folder that holds targets, open from the first look to the last sync: whatever happens to its
 * path in between, temporary files are made, renamed and removed in one and the same folder. */
typedef struct {
    int fd;
    dev_t dev;
    ino_t ino;
} target_folder;

typedef struct {
    char *path; /* resolved, absolute */
    const char *name;
    target_folder *folder;
    struct stat st;       /* when it was opened */
    struct stat verified; /* when its bytes were last compared */
    char *temporary;      /* name in the folder while it exists */
} target;

/* Resolves the link, finds or opens the folder among the first *count of `folders` (room for one
 * more), checks that the file may be replaced at all and that its bytes are the ones that were
 * read. */
int target_open(target *t, const file_change *change, target_folder *folders, size_t *count);
/* Writes the temporary file beside it, complete and synced. */
int target_prepare(target *t, const file_change *change);
/* Is it still the file that was opened, with the same bytes? */
int target_verify(target *t, const file_change *change);
/* Has nobody touched it since target_verify? By its status only, so that it can be asked at the
 * last moment. */
int target_untouched(const target *t);
/* Puts the temporary file in its place. */
int target_rename(target *t);
/* Removes what is left over. */
void target_release(target *t);

#endif
