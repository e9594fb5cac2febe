/* Runs commands in interleaved rounds and prints the median of their CPU seconds.
 * SPDX-License-Identifier: MIT
 * Source: wait4(2). Usage: measure ROUNDS FILE; each line of FILE is NAME, a tab, and the words of
 * a command, which are separated by tabs too. Prints NAME, seconds of user and system time, the
 * largest resident set in KB and the exit status (-1: a signal), separated by tabs. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMANDS_MAX 64
#define WORDS_MAX    32
#define ROUNDS_MAX   101

extern char **environ;

typedef struct {
    char *words[WORDS_MAX + 1]; /* the name, then the command, then NULL */
    double seconds[ROUNDS_MAX];
    long kilobytes;
    int status;
} command;

static command commands[COMMANDS_MAX];

static int compare(const void *left, const void *right) {
    const double *a = left;
    const double *b = right;
    return *a < *b ? -1 : *a > *b;
}

static double seconds(struct timeval t) {
    return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static int run(command *c, int round) {
    posix_spawn_file_actions_t actions;
    struct rusage usage;
    pid_t pid;
    int status;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    int error = posix_spawnp(&pid, c->words[1], &actions, NULL, c->words + 1, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        fprintf(stderr, "measure: %s: %s\n", c->words[1], strerror(error));
        return 0;
    }
    while (wait4(pid, &status, 0, &usage) < 0) {
        if (errno != EINTR) {
            perror("measure: wait4");
            return 0;
        }
    }
    c->seconds[round] = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    c->kilobytes = usage.ru_maxrss > c->kilobytes ? usage.ru_maxrss : c->kilobytes;
    c->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return 1;
}

static int read_commands(FILE *file) {
    char *line = NULL;
    size_t room = 0;
    int count = 0;
    while (count < COMMANDS_MAX && getline(&line, &room, file) > 0) {
        int words = 0;
        line[strcspn(line, "\n")] = '\0';
        for (char *at = strdup(line); at != NULL && words < WORDS_MAX;) {
            commands[count].words[words++] = at;
            at = strchr(at, '\t');
            if (at != NULL) {
                *at++ = '\0';
            }
        }
        count += words > 1 ? 1 : 0;
    }
    free(line);
    return count;
}

int main(int argc, char **argv) {
    int rounds = argc == 3 ? atoi(argv[1]) : 0;
    FILE *file = argc == 3 ? fopen(argv[2], "r") : NULL;
    if (rounds < 1 || rounds > ROUNDS_MAX || file == NULL) {
        fprintf(stderr, "usage: measure ROUNDS FILE\n");
        return 2;
    }
    int count = read_commands(file);
    fclose(file);
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
            if (!run(&commands[i], round)) {
                return 1;
            }
        }
    }
    for (int i = 0; i < count; i++) {
        command *c = &commands[i];
        qsort(c->seconds, (size_t)rounds, sizeof c->seconds[0], compare);
        printf("%s\t%.6f\t%ld\t%d\n", c->words[0], c->seconds[rounds / 2], c->kilobytes, c->status);
    }
    return 0;
}
