/* The floor: counts line feeds with memchr over a file that is read in windows.
 * SPDX-License-Identifier: MIT
 * Usage: newlines FILE [KILOBYTES] (of the window; 128, as zone.scan_file has them, by default) */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    size_t window = (size_t)(argc > 2 ? atoi(argv[2]) : 128) * 1024;
    char *bytes = malloc(window);
    int fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    size_t lines = 0;
    ssize_t got;
    if (bytes == NULL || fd < 0) {
        fprintf(stderr, "usage: newlines FILE [KILOBYTES]\n");
        return 2;
    }
    while ((got = read(fd, bytes, window)) > 0) {
        const char *end = bytes + got;
        for (const char *at = bytes;
             (at = memchr(at, '\n', (size_t)(end - at))) != NULL && ++at < end;) {
            lines++;
        }
    }
    printf("%zu\n", lines);
    free(bytes);
    return got < 0;
}
