// SPDX-License-Identifier: Apache-2.0
/* The command line: one table of commands and one of options drive parsing, --help, the manual
 * page and the completions of shells. */
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

/* What an option's value is and so what its field in struct options is. */
enum option_kind {
    OPTION_FLAG,    /* bool */
    OPTION_STRING,  /* const char * */
    OPTION_LETTER,  /* char, one of `value` split at '|' */
    OPTION_LIST,    /* string_list, one more each time */
    OPTION_COMMAS,  /* string_list, split at commas */
    OPTION_LEVEL,   /* int */
    OPTION_U32,     /* uint32_t */
    OPTION_U64,     /* uint64_t, with K or M */
    OPTION_HELP,    /* no field */
    OPTION_VERSION, /* no field */
};

struct option_row {
    const char *name; /* without the dashes */
    char letter;      /* 0: none */
    enum option_kind kind;
    size_t offset;        /* of its field in struct options */
    const char *value;    /* name of the value in help; NULL for flags */
    const char *commands; /* names, each with a space before and after; NULL: all */
    const char *help;     /* NULL: not listed */
};

#define BAREBPF_SUMMARY "verified eBPF objects as firmware without an operating system"

/* The two tables; an entry without a name ends each. Commands without a summary are not for users. */
const struct command *command_list(void);
const struct option_row *option_list(void);

/* Does the command take the option? */
bool row_serves(const struct option_row *row, const struct command *command);

/* Fills the zeroed `o` from argv[1..]. True: run `command`. False: nothing is to be run, because help or the version
 * was asked for and printed (no error in `d`), or because of an error reported in `d` (status 3, with the nearest
 * name). */
bool options_parse(struct options *o, const struct command **command, char *const argv[], struct diag *d);

void options_free(struct options *o);

#endif
