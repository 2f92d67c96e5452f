// SPDX-License-Identifier: Apache-2.0
/* Loading, and going through the functions. */
#include "each_program.h"

#include <stdio.h>

#include "load/load.h"

bool each_program(const char *path, void (*judge)(void *owner, const struct program *p, uint32_t entry, struct diag *d),
                  void *owner)
{
    struct program p = {0};
    struct diag *d = diag_new(path);
    bool ok = load_program(&p, path, &(struct load_options){0}, d);
    if (!ok)
        diag_print(d, stdout, false);
    for (uint32_t i = 0; ok && i < p.func_count; i++) {
        if (p.funcs[i].is_program)
            judge(owner, &p, i, d);
        diag_clear(d);
    }
    program_free(&p);
    diag_free(d);
    return ok;
}
