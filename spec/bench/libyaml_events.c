/* The peer of the manifest benchmark: libyaml's bare event loop over whole files, nothing kept.
 * SPDX-License-Identifier: MIT
 * Source: libyaml 0.2.5's own run-parser test. Prints the number
 * of events, the CPU seconds of parsing and of the process, and its peak in KiB. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <yaml.h>

static double parsing;

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long parse(const char *path) {
    yaml_parser_t parser;
    yaml_event_t event;
    long count = 0;
    double start;
    size_t length, capacity = 1 << 16;
    unsigned char *bytes = malloc(capacity);
    FILE *file = fopen(path, "rb");
    if (file == NULL || bytes == NULL) {
        exit(2);
    }
    for (length = 0;;) {
        size_t n = fread(bytes + length, 1, capacity - length, file);
        if (n == 0) {
            break;
        }
        length += n;
        if (length == capacity) {
            capacity *= 2;
            bytes = realloc(bytes, capacity);
            if (bytes == NULL) {
                exit(2);
            }
        }
    }
    fclose(file);
    start = seconds();
    if (!yaml_parser_initialize(&parser)) {
        exit(2);
    }
    yaml_parser_set_input_string(&parser, bytes, length);
    for (;;) {
        yaml_event_type_t type;
        if (!yaml_parser_parse(&parser, &event)) {
            exit(1);
        }
        type = event.type;
        yaml_event_delete(&event);
        count++;
        if (type == YAML_STREAM_END_EVENT) {
            break;
        }
    }
    yaml_parser_delete(&parser);
    parsing += seconds() - start;
    free(bytes);
    return count;
}

int main(int argc, char **argv) {
    long count = 0;
    struct rusage usage;
    for (int i = 1; i < argc; i++) {
        count += parse(argv[i]);
    }
    getrusage(RUSAGE_SELF, &usage);
    printf("%ld %.4f %.4f %ld\n", count, parsing, seconds(), usage.ru_maxrss);
    return 0;
}
