// SPDX-License-Identifier: Apache-2.0
/* Finds the files that barebpf needs at run time: boards/, linker-scripts/, helpers-template/. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/file.h"
#include "board.h"

static bool is_home(struct arena *arena, const char *path)
{
    return file_exists(arena_printf(arena, "%s/boards/board.h", path)) &&
           access(arena_printf(arena, "%s/helpers-template", path), R_OK) == 0 &&
           access(arena_printf(arena, "%s/linker-scripts", path), R_OK) == 0;
}

/* The directory of the running executable; NULL when the system does not say. */
static char *executable_dir(struct arena *arena)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    return arena_strdup(arena, path);
}

const char *barebpf_home(struct arena *arena, struct diag *d)
{
    const char *asked = getenv("BAREBPF_HOME");
    if (asked && *asked) {
        if (is_home(arena, asked))
            return arena_strdup(arena, asked);
        diag_error(d, &NO_PLACE, D_FILE_MISSING,
                   "BAREBPF_HOME is '%s', which does not hold boards/, linker-scripts/ and helpers-template/", asked);
        return NULL;
    }
    const char *beside = executable_dir(arena);
    if (beside) {
        const char *installed = arena_printf(arena, "%s/../share/barebpf", beside);
        if (is_home(arena, installed))
            return installed;
        if (is_home(arena, beside))
            return beside;
    }
    if (is_home(arena, BAREBPF_SOURCE_ROOT))
        return BAREBPF_SOURCE_ROOT;
    diag_error(d, &NO_PLACE, D_FILE_MISSING, "cannot find boards/, linker-scripts/ and helpers-template/");
    diag_suggest(d, "set BAREBPF_HOME to the directory that holds them");
    return NULL;
}
