// SPDX-License-Identifier: Apache-2.0
/* Helpers and kfuncs of the firmware's own, with their contracts: a file in which each is one line that programs, the
 * firmware's C and this tool read alike (helpers-template/include/barebpf/own.h). What the functions do is trusted. */
#ifndef BAREBPF_PROGRAM_OWN_H
#define BAREBPF_PROGRAM_OWN_H

#include "../base/arena.h"
#include "../base/diag.h"
#include "helper.h"

enum own_kind {
    OWN_HELPER, /* called by its number */
    OWN_KFUNC,  /* called by its name, with this contract */
    OWN_COST    /* the cost of a kfunc whose contract is its BTF prototype */
};

struct own {
    enum own_kind kind;
    struct helper contract; /* OWN_COST: name and cost only */
};

struct owns {
    struct own *items; /* owned by the arena */
    uint32_t count;
};

/* Appends what `text`, the contents of file `path`, declares. Reports `contract` (3): an unknown kind, a size without
 * its memory, a number that is taken, the same name twice. */
bool own_read(struct owns *owns, const char *path, const char *text, struct arena *arena, struct diag *d);

/* The helper with this number, or the line for the function `name`; NULL: none. */
const struct helper *own_helper(const struct owns *owns, uint32_t id);
const struct own *own_function(const struct owns *owns, const char *name);

#endif
