/* Temporary files beside the ones they will replace, and the signals that must wait meanwhile.
 * SPDX-License-Identifier: MIT
 * Source: csrc/file/target.c and csrc/file/store.c drive these. */
#ifndef ISSUABLE_FILE_TEMPORARY_H
#define ISSUABLE_FILE_TEMPORARY_H

#include <signal.h>
#include <stddef.h>

#include <sys/types.h>

/* `.NAME.issuable-XXXXXX`, NAME cut where the whole would be too long. Hidden, so that no tool
 * picks it up. On FILE_OK *temporary is its malloc'ed name in the folder, *created its descriptor.
 */
int temporary_create(int folder, const char *base, mode_t mode, char **temporary, int *created);
/* All of the bytes, or a status. */
int temporary_write(int fd, const char *bytes, size_t length);

/* An impatient Ctrl-C or a file size limit must not leave temporary files or half a changeset:
 * these signals wait. SIGXFSZ is ours when a write went over the limit: it is taken, the write's
 * EFBIG tells the story. */
void temporary_hold_signals(sigset_t *before);
void temporary_release_signals(const sigset_t *before);

#endif
