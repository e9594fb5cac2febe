/* Drives a scan: gives it the bytes it asks for, from memory or from files in windows.
 * SPDX-License-Identifier: MIT
 * Source: csrc/zone/hits.h, csrc/input/input.h. */
#include "drive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Small enough for the second cache. It grows when an entry does not fit. */
#define WINDOW ((size_t)128 * 1024)

/* What one record usually takes. */
#define RECORD ((size_t)4096)

static void close_file(zone_drive *d) {
    if (d->is_open) {
        close(d->fd);
        d->is_open = false;
    }
    d->window.len = 0;
}

static bool is_same(const zone_source *source, const struct stat *st) {
    return source->device == st->st_dev && source->inode == st->st_ino &&
           source->size == st->st_size && source->changed.tv_sec == st->st_mtim.tv_sec &&
           source->changed.tv_nsec == st->st_mtim.tv_nsec;
}

/* The source of the next file of the scan; those between are the lines of a $GENERATE each, which are
 * in memory and the store's. */
static zone_source *add_source(zone_drive *d) {
    size_t id = d->source_count == 0 ? 0 : zone_get_store(d->z)->file_count;
    for (;;) {
        zone_source *sources =
            zone_reserve(d->sources, &d->source_capacity, d->source_count, sizeof *sources);
        if (sources == NULL) {
            return NULL;
        }
        d->sources = sources;
        memset(&sources[d->source_count], 0, sizeof *sources);
        if (d->source_count == id) {
            return &sources[id];
        }
        d->source_count++;
    }
}

/* The next file of the scan is on disk, and open now. */
static int add_disk(zone_drive *d, const char *path, struct stat *st) {
    zone_source *source = add_source(d);
    if (source == NULL) {
        return ENOMEM;
    }
    close_file(d);
    int status = input_open(path, &d->fd, st);
    if (status != FILE_OK) {
        return status;
    }
    d->is_open = true;
    d->open_file = (uint32_t)d->source_count;
    source->on_disk = true;
    source->device = st->st_dev;
    source->inode = st->st_ino;
    source->size = st->st_size;
    source->changed = st->st_mtim;
    d->source_count++;
    return FILE_OK;
}

/* Has the scan really got that file (and not refused it)? Its length is needed for lines. */
static void settle(zone_drive *d, const uint8_t *bytes, size_t len) {
    zone_store *store = zone_get_store(d->z);
    if (store->file_count < d->source_count) {
        d->source_count--;
        if (d->sources[d->source_count].on_disk) {
            close_file(d);
        }
        return;
    }
    zone_file *file = &store->files[store->file_count - 1];
    file->bytes = bytes;
    file->len = len;
}

/* The path of a file with a NUL behind it, in malloc'ed memory. */
static char *path_of(const zone_drive *d, uint32_t id) {
    const zone_store *store = zone_get_store(d->z);
    const zone_file *file = &store->files[id];
    char *path = malloc((size_t)file->path_len + 1);
    if (path != NULL) {
        memcpy(path, store->text + file->path, file->path_len);
        path[file->path_len] = '\0';
    }
    return path;
}

static int open_file(zone_drive *d, uint32_t id) {
    struct stat st;
    if (d->is_open && d->open_file == id) {
        return FILE_OK;
    }
    close_file(d);
    char *path = path_of(d, id);
    if (path == NULL) {
        return ENOMEM;
    }
    int status = input_open(path, &d->fd, &st);
    free(path);
    if (status == FILE_OK) {
        d->is_open = true;
        d->open_file = id;
        if (!is_same(&d->sources[id], &st)) {
            close_file(d);
            status = FILE_CHANGED;
        }
    }
    return status;
}

static int check_same(const zone_drive *d) {
    struct stat st;
    if (fstat(d->fd, &st) != 0) {
        return errno;
    }
    return is_same(&d->sources[d->open_file], &st) ? FILE_OK : FILE_CHANGED;
}

static bool read_for_lines(void *context, uint32_t file, size_t at, uint8_t *to, size_t len,
                           size_t *got) {
    zone_drive *d = context;
    return open_file(d, file) == FILE_OK && input_read_at(d->fd, to, len, at, got) == FILE_OK;
}

int zone_drive_start(zone_drive *d, zone *z, const uint8_t *bytes, size_t len) {
    struct stat st;
    d->z = z;
    d->last_at = SIZE_MAX;
    zone_get_store(z)->reader = (zone_reader){.read = read_for_lines, .context = d};
    if (bytes != NULL) {
        zone_source *source = add_source(d);
        if (source == NULL) {
            return ENOMEM;
        }
        source->bytes = bytes;
        d->source_count++;
        settle(d, bytes, len);
        return FILE_OK;
    }
    char *path = path_of(d, 0);
    if (path == NULL) {
        return ENOMEM;
    }
    int status = add_disk(d, path, &st);
    free(path);
    if (status == FILE_OK) {
        settle(d, NULL, (size_t)st.st_size);
    }
    return status;
}

void zone_drive_rest(zone_drive *d) {
    close_file(d);
    free(d->window.bytes);
    memset(&d->window, 0, sizeof d->window);
}

void zone_drive_free(zone_drive *d) {
    zone_drive_rest(d);
    free(d->sources);
    zone_free(d->z);
    memset(d, 0, sizeof *d);
}

static int run_disk(zone_drive *d, uint32_t file, size_t at, zone_step *step) {
    bool end;
    int status = open_file(d, file);
    if (status != FILE_OK) {
        return status;
    }
    size_t size = (size_t)d->sources[file].size;
    if (d->room < WINDOW && d->room <= size) { /* most files are small: the end shows at once */
        d->room = size < WINDOW ? size + 1 : WINDOW;
    } else if (file == d->last_file && at == d->last_at && d->room < zone_hits_room(d->z)) {
        d->room *= 2;
    }
    d->last_file = file;
    d->last_at = at;
    status = input_window_fill(&d->window, d->fd, at, d->room, &end);
    if (status != FILE_OK) {
        return status;
    }
    *step = zone_hits_feed(d->z, d->window.bytes, d->window.len, end);
    return end ? check_same(d) : FILE_OK;
}

int zone_drive_run(zone_drive *d, zone_step *step) {
    int status = FILE_OK;
    do {
        uint32_t file;
        size_t at = zone_hits_position(d->z, &file);
        const zone_source *source = &d->sources[file];
        if (source->on_disk) {
            status = run_disk(d, file, at, step);
        } else {
            size_t len = zone_get_store(d->z)->files[file].len;
            *step = zone_hits_feed(d->z, source->bytes + at, len - at, true);
        }
    } while (status == FILE_OK && *step == ZONE_STEP_MORE);
    return status;
}

zone_step zone_drive_include_bytes(zone_drive *d, const uint8_t *bytes, size_t len,
                                   const char *path, size_t path_len) {
    zone_source *source = add_source(d);
    if (source == NULL) {
        return ZONE_STEP_NO_MEMORY;
    }
    source->bytes = bytes;
    d->source_count++;
    zone_step step = zone_include(d->z, NULL, 0, path, path_len);
    settle(d, bytes, len);
    return step;
}

zone_step zone_drive_include_path(zone_drive *d, const char *path) {
    struct stat st;
    int status = add_disk(d, path, &st);
    if (status == ENOMEM) {
        return ZONE_STEP_NO_MEMORY;
    }
    if (status != FILE_OK) {
        const char *reason = file_message(status);
        return zone_include_failed(d->z, reason, strlen(reason));
    }
    zone_step step = zone_include(d->z, NULL, 0, path, strlen(path));
    settle(d, NULL, (size_t)st.st_size);
    return step;
}

/* ---- looking at hits ---- */

int zone_drive_fetch(zone_drive *d, uint32_t file, size_t at, size_t need, const uint8_t **bytes,
                     size_t *len, bool *end) {
    const zone_file *lines = &zone_get_store(d->z)->files[file];
    if (lines->generated != NULL) { /* each of its lines is read by itself */
        const uint8_t *eol = memchr(lines->bytes + at, '\n', lines->len - at);
        *bytes = lines->bytes + at;
        *len = eol == NULL ? lines->len - at : (size_t)(eol - *bytes);
        *end = true;
        return FILE_OK;
    }
    const zone_source *source = &d->sources[file];
    input_window *window = &d->window;
    if (!source->on_disk) {
        size_t size = zone_get_store(d->z)->files[file].len;
        if (at > size) {
            return FILE_CHANGED;
        }
        *bytes = source->bytes + at;
        *len = size - at;
        *end = true;
        return FILE_OK;
    }
    int status = open_file(d, file);
    if (status != FILE_OK) {
        return status;
    }
    bool inside = window->len != 0 && at >= window->start && at - window->start < window->len;
    size_t have = inside ? window->len - (at - window->start) : 0;
    bool to_end = inside && window->start + window->len == (size_t)source->size;
    if (have < need && !to_end) {
        size_t room = need < WINDOW / 2 ? WINDOW / 2 : need;
        if (window->capacity > 2 * room) { /* a long entry was there: that need not stay */
            free(window->bytes);
            memset(window, 0, sizeof *window);
        }
        status = input_window_fill(window, d->fd, at, room, &to_end);
        if (status == FILE_OK) {
            status = check_same(d);
        }
        if (status != FILE_OK) {
            window->len = 0;
            return status;
        }
        have = window->len;
    }
    *bytes = window->bytes + (at - window->start);
    *len = have;
    *end = to_end;
    return FILE_OK;
}

int zone_drive_read(zone_drive *d, const zone_hit *hit, zone_view *view) {
    uint32_t file = zone_get_store(d->z)->contexts[hit->context].file;
    size_t most = zone_hits_room(d->z);
    for (size_t need = RECORD;; need *= 4) {
        const uint8_t *bytes;
        size_t len;
        bool end;
        int status = zone_drive_fetch(d, file, hit->first, need, &bytes, &len, &end);
        if (status != FILE_OK) {
            return status;
        }
        /* A comment behind it may be longer than all we look at: it is cut there. */
        bool last = end || need >= most;
        if (zone_hits_read(d->z, hit, bytes, len, last, view)) {
            return FILE_OK;
        }
        if (last) {
            return FILE_CHANGED;
        }
    }
}

int zone_drive_owner(zone_drive *d, const zone_hit *hit, dns_name *owner) {
    uint32_t file = zone_get_store(d->z)->contexts[hit->owner_context].file;
    const uint8_t *bytes;
    size_t len;
    bool end;
    int status =
        zone_drive_fetch(d, file, hit->owner, ZONE_OWNER_TEXT_MAX, &bytes, &len, &end);
    if (status != FILE_OK) {
        return status;
    }
    return zone_hits_owner(d->z, hit, bytes, len, end, owner) ? FILE_OK : FILE_CHANGED;
}
