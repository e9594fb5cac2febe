/* Preloaded into an interpreter that runs modules built with the sanitizers.
 * SPDX-License-Identifier: MIT
 * Source: LeakSanitizer names a leak's place only while its module is loaded, and lua_close unloads
 * modules. */
#include <stdlib.h>

int dlclose(void *handle);
__attribute__((constructor)) void issuable_preload_start(void);

int dlclose(void *handle) {
    (void)handle;
    return 0;
}

/* What the interpreter starts (sh, git, …) is none of our business; its own wrapper preloads again.
 */
void issuable_preload_start(void) {
    unsetenv("LD_PRELOAD");
}
