/* The peer of the manifest benchmark: libyaml's bare event loop over whole files, nothing kept.
 * SPDX-License-Identifier: MIT
 * Source: libyaml 0.2.5's own run-parser test. Prints the number of events. */
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

static long parse(const char *path) {
    yaml_parser_t parser;
    yaml_event_t event;
    long count = 0;
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
    free(bytes);
    return count;
}

int main(int argc, char **argv) {
    long count = 0;
    for (int i = 1; i < argc; i++) {
        count += parse(argv[i]);
    }
    printf("%ld\n", count);
    return 0;
}
