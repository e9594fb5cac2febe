/* Drives a scan: gives it the bytes it asks for, from memory or from files in windows.
 * SPDX-License-Identifier: MIT
 * The only file of this room that reads files; a build without files leaves it out and calls
 * zone_hits_feed itself. */
#ifndef ISSUABLE_ZONE_DRIVE_H
#define ISSUABLE_ZONE_DRIVE_H

#include <sys/types.h>
#include <time.h>

#include "hits.h"
#include "input/input.h"

/* Where the bytes of one file of the scan are. */
typedef struct {
    const uint8_t *bytes; /* in memory (borrowed) … */
    bool on_disk;         /* … or in the file of that path, which must stay as it was */
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
} zone_source;

/* Zeroed, it holds nothing. */
typedef struct {
    zone *z;
    zone_source *sources; /* by file id */
    size_t source_count, source_capacity;
    input_window window;
    bool is_open;
    int fd;
    uint32_t open_file; /* whose bytes fd and the window hold */
    size_t room;
    uint32_t last_file; /* the position before: to see that a window is too small */
    size_t last_at;
} zone_drive;

/* Takes over the scan z (zone_hits_new), whose first file is bytes[0, len), or (NULL) is on disk under
 * the path that the scan was given. Returns FILE_OK or why it cannot be read (csrc/input/input.h);
 * zone_drive_free frees z in any case. */
int zone_drive_start(zone_drive *d, zone *z, const uint8_t *bytes, size_t len);
void zone_drive_free(zone_drive *d);

/* Reads on until DONE, INCLUDE (answer it with one of the three functions below) or NO_MEMORY.
 * Anything but FILE_OK: a file could not be read, or was changed meanwhile (FILE_CHANGED); the scan
 * is worth nothing then. */
int zone_drive_run(zone_drive *d, zone_step *step);

zone_step zone_drive_include_bytes(zone_drive *d, const uint8_t *bytes, size_t len,
                                   const char *path, size_t path_len);
/* `path` ends in NUL. A file that cannot be opened is an error of the zone. */
zone_step zone_drive_include_path(zone_drive *d, const char *path);
/* And zone_include_failed. */

/* Bytes of a file from `at` on, at least `need` of them unless the file ends before (*end). They stay
 * until the next call. FILE_CHANGED: they are not those that were scanned. */
int zone_drive_fetch(zone_drive *d, uint32_t file, size_t at, size_t need, const uint8_t **bytes,
                     size_t *len, bool *end);

/* Reads a hit again; *view as in zone_hits_read. */
int zone_drive_read(zone_drive *d, const zone_hit *hit, zone_view *view);
int zone_drive_owner(zone_drive *d, const zone_hit *hit, dns_name *owner);

/* Gives back what only the scan itself needs. */
void zone_drive_rest(zone_drive *d);

#endif
