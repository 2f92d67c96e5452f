// SPDX-License-Identifier: Apache-2.0
/* The commands: what the user asked (struct options, filled once by main.c's table) and one function per command.
 * A command prints results on stdout, reports its error in `d` (main.c prints it on stderr) and returns the exit
 * status: `return (int)diag_status(d)` after a failure. Notes go through diag_note(). */
#ifndef BAREBPF_COMMANDS_COMMANDS_H
#define BAREBPF_COMMANDS_COMMANDS_H

#include "../firmware/firmware.h"

/* Everything the command line can say. Lists are never NULL (empty: only the NULL at the end), except emit and stubs,
 * which are NULL when not given, as struct build_options wants them. Strings live as long as the process. */
struct options {
    struct arena arena;
    const char *command; /* "build" */
    string_list inputs;  /* OBJ, IMAGE.elf, board or message id: what stands without an option */
    uint32_t input_count;
    const char *board;        /* --board; NULL = not given */
    const char *output;       /* -o; NULL = not given */
    const char *from;         /* --from: a board; NULL = not given */
    const char *prog;         /* --prog: names with commas between them, "*" = all; NULL = the only one */
    string_list stubs;        /* --stubs FILE.c */
    const char *main_file;    /* --main FILE.c */
    string_list with;         /* --with FILE.c */
    string_list helper_files; /* --helpers FILE.h */
    char optimize;            /* -O: 's', 'z', '2', '3', '0'; 0 = not given */
    string_list emit;         /* --emit a,b, split at the commas */
    string_list sets;         /* --set VAR=VALUE */
    string_list map_sizes;    /* --map NAME=ENTRIES */
    string_list ksyms;        /* --ksym NAME,…: weak externs that the firmware has */
    const char *btf;          /* --btf FILE; NULL = not given */
    string_list map_inits;    /* --map-init MAP[SLOT]=PROGRAM */
    string_list includes;     /* -I DIR */
    string_list defines;      /* -D NAME[=VALUE] */
    uint64_t max_flash_bytes; /* --max-flash …; 0 = not given */
    uint64_t max_ram_bytes, max_stack_bytes, max_insns, max_machine_insns;
    uint32_t stack_limit;   /* --stack-limit; 0 = not given */
    bool net_ip_align;      /* --net-ip-align */
    uint32_t ctx_bytes;     /* --ctx-size; NONE = not given */
    uint32_t ctx_fallback;  /* set by `run`: length of the longest --ctx, for a raw context of no known type; NONE */
    string_list contexts;   /* --ctx FILE or hex:BYTES */
    string_list priorities; /* --priority PROGRAM=LEVEL */
    const char *run_for;    /* --for TIME, or a number of events; NULL = not given */
    const char *input;      /* --input FILE or hex:BYTES; NULL = none */
    const char *nic;        /* --nic: QEMU's -nic without its model; NULL = none */
    uint32_t repeat;        /* --repeat, at least 1 */
    unsigned timeout_s;     /* --timeout; default 60 */
    int log_level;          /* --log */
    const char *invariant_file, *check_file;
    const char *format;                   /* stat: --output-format; NULL = table */
    bool compare;                         /* stat: --compare */
    bool link;                            /* --link: verify the objects as one program */
    const char *memory_file, *gdb_server; /* map dump: --memory, --gdb */
    bool deferred_printk;                 /* --deferred-printk */
    bool dump_maps;                       /* --dump-maps */
    bool json;                            /* -j, --json */
    bool unverified;                      /* --unverified */
    bool native;                          /* --native */
    bool check_facts;                     /* --check-facts */
    bool verbose;                         /* -v, --verbose: show the commands that are run */
    bool colour;                          /* stderr is a terminal and NO_COLOR is not set */
};

int command_build(const struct options *o, struct diag *d);
int command_verify(const struct options *o, struct diag *d);
int command_stat(const struct options *o, struct diag *d);
int command_run(const struct options *o, struct diag *d);
int command_inspect(const struct options *o, struct diag *d);
int command_map(const struct options *o, struct diag *d);
int command_log(const struct options *o, struct diag *d);
int command_boards(const struct options *o, struct diag *d);
int command_new_board(const struct options *o, struct diag *d);
int command_flash(const struct options *o, struct diag *d);
int command_debug(const struct options *o, struct diag *d);
int command_size(const struct options *o, struct diag *d);
int command_explain(const struct options *o, struct diag *d);
int command_doctor(const struct options *o, struct diag *d);
/* Hidden: the plugin protocol of bpf_conformance; see plugin.c. */
int command_conformance_plugin(const struct options *o, struct diag *d);
/* Hidden: writes the generated page "diagnostics" or "boards" of docs/ to stdout, or what manual_write() makes. */
int command_docs(const struct options *o, struct diag *d);

/* Writes the manual page ("man"), or what completes the command line in a shell ("bash", "zsh", "fish"), from the table
 * of options; false when `what` is none of them. */
bool manual_write(const char *what);

#endif
