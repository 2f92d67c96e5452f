// SPDX-License-Identifier: Apache-2.0
/* The command line: one table of commands and one of options drive parsing, --help and the help of each command. */
#ifndef BAREBPF_OPTIONS_H
#define BAREBPF_OPTIONS_H

#include "commands/commands.h"

/* A command of the table. */
struct command {
    const char *name;
    const char *arguments; /* what follows the name in its usage line: "OBJ --board B" */
    const char *summary;
    uint32_t least, most; /* arguments without an option that it takes */
    int (*run)(const struct options *o, struct diag *d);
};

/* Fills the zeroed `o` from argv[1..]. True: run `command`. False: nothing is to be run, because help or the version
 * was asked for and printed (no error in `d`), or because of an error reported in `d` (status 3, with the nearest
 * name). */
bool options_parse(struct options *o, const struct command **command, char *const argv[], struct diag *d);

void options_free(struct options *o);

#endif
