/* Lua's patterns with a bound on the work: the same result on both engines, and no pattern runs for
 * hours. SPDX-License-Identifier: MIT Source: the Lua 5.4 reference manual, section 6.4.1. */
#ifndef ISSUABLE_SANDBOX_PATTERN_H
#define ISSUABLE_SANDBOX_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#define PATTERN_CAPTURES 32
/* Lengths of captures that are no text: still open, or a position. */
#define PATTERN_OPEN     (-1)
#define PATTERN_POSITION (-2)

typedef struct pattern_capture {
    size_t first;     /* offset into the subject */
    ptrdiff_t length; /* bytes, or PATTERN_POSITION */
} pattern_capture;

typedef struct pattern_match {
    const char *subject, *subject_end;
    const char *pattern, *pattern_end; /* without a leading ^ */
    int64_t *steps;                    /* every step of the matcher costs one */
    const char *error;                 /* NULL, or what is wrong with the pattern */
    int out_of_steps;
    unsigned depth, count; /* count: captures of the last match */
    pattern_capture captures[PATTERN_CAPTURES];
} pattern_match;

/* Prepares matching. `pattern` must not include the anchor. Costs are taken off *steps. */
void pattern_start(pattern_match *match, const char *subject, size_t subject_length,
                   const char *pattern, size_t pattern_length, int64_t *steps);

/* Does the pattern match at this offset? The end of the match goes to *end. 0 also when `error` or
 * `out_of_steps` is set: then nothing was found out. */
int pattern_at(pattern_match *match, size_t offset, size_t *end);

#endif
