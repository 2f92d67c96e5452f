// SPDX-License-Identifier: Apache-2.0
/* The command line. Every option is one row: its names, the field of struct options it fills, the commands that take it
 * and its help line; parsing and all help texts come from these rows. */
#include "options.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define LIST_MAX 64 /* strings that one option or the arguments can collect */

static const struct command commands[] = {
    {"build", "OBJ... --board B", "verify a BPF object and build it into a firmware image", 1, LIST_MAX, command_build},
    {"verify", "OBJ...", "say whether each program is safe, and what was proved", 1, LIST_MAX, command_verify},
    {"run", "OBJ...|IMAGE.elf [--board B]", "build, run in QEMU, show results and maps", 1, LIST_MAX, command_run},
    {"stat", "OBJ...|-C BASE.csv NEW.csv", "a table of verdicts and costs, or what changed between two", 1, LIST_MAX,
     command_stat},
    {"inspect", "OBJ...|IMAGE.elf", "programs, maps, variables, helpers, relocations; manifest", 1, LIST_MAX,
     command_inspect},
    {"map", "dump IMAGE.elf [MAP...]", "what the maps hold in a target's memory", 2, LIST_MAX, command_map},
    {"log", "IMAGE.elf [FILE]", "the text of what a target logged (--deferred-printk)", 1, 2, command_log},
    {"boards", "[NAME]", "list the boards, or describe one", 0, 1, command_boards},
    {"new-board", "DIRECTORY --from B", "begin a board of your own", 1, 1, command_new_board},
    {"flash", "IMAGE.elf --board B", "write an image to the board", 1, 1, command_flash},
    {"debug", "IMAGE.elf --board B", "start the image under a debugger", 1, 1, command_debug},
    {"size", "IMAGE.elf", "flash and RAM that an image uses", 1, 1, command_size},
    {"explain", "[ID]", "explain a message, or list them all", 0, 1, command_explain},
    {"doctor", "", "say which tools are missing for which board", 0, 0, command_doctor},
    {"conformance-plugin", "[MEMORY-HEX] <PROGRAM-HEX", NULL, 0, 1, command_conformance_plugin},
    {"docs", "diagnostics|boards|man|bash|zsh|fish", NULL, 1, 1, command_docs},
    {NULL, NULL, NULL, 0, 0, NULL},
};

#define FIELD(name)  offsetof(struct options, name)
#define BUILDS       " build run "
#define VERIFIES     " build run verify stat "
#define LOADS        " build run verify stat inspect "
#define PLUGIN       " conformance-plugin "
#define ON_THE_BOARD " build run stat flash debug size doctor "

static const struct option_row rows[] = {
    {"board", 'b', OPTION_STRING, FIELD(board), "B", ON_THE_BOARD PLUGIN,
     "the board (see `barebpf boards`), or DIRECTORY/ of an own one"},
    {"from", 0, OPTION_STRING, FIELD(from), "B", " new-board ", "the board that it begins as a copy of"},
    {"output", 'o', OPTION_STRING, FIELD(output), "OUT.elf", BUILDS, "name of the image (default: STEM.elf)"},
    {"output-format", 'o', OPTION_STRING, FIELD(format), "FORMAT", " stat ", "table (default), csv or json"},
    {"compare", 'C', OPTION_FLAG, FIELD(compare), NULL, " stat ", "compare two tables: BASE.csv NEW.csv"},
    {"prog", 'p', OPTION_STRING, FIELD(prog), "NAME,...", VERIFIES,
     "programs of the image, bpf_main's first; '*': all"},
    {"stubs", 0, OPTION_LIST, FIELD(stubs), "FILE.c", BUILDS, "use these stubs instead of the generated ones"},
    {"main", 0, OPTION_STRING, FIELD(main_file), "FILE.c", BUILDS, "use this main instead of the default one"},
    {"with", 0, OPTION_LIST, FIELD(with), "FILE.c", BUILDS,
     "more C of the firmware, beside main: its helpers, its handlers"},
    {"optimize", 'O', OPTION_LETTER, FIELD(optimize), "s|z|2|3|0", BUILDS PLUGIN, "optimisation (default: s)"},
    {"emit", 0, OPTION_COMMAS, FIELD(emit), "KIND,...", " build ",
     "elf,bin,hex,uf2,map,dis,ll,bc,s,obj,stubs,skel (default: elf)"},
    {"set", 0, OPTION_LIST, FIELD(sets), "VAR=VALUE", VERIFIES, "value of a variable or of a kconfig setting"},
    {"map", 0, OPTION_LIST, FIELD(map_sizes), "NAME=ENTRIES", VERIFIES, "resize a map"},
    {"helpers", 0, OPTION_LIST, FIELD(helper_files), "FILE.h", LOADS,
     "contracts of the firmware's own helpers, kfuncs"},
    {"ksym", 0, OPTION_COMMAS, FIELD(ksyms), "NAME,...", LOADS, "weak externs (__ksym) that the firmware has"},
    {"btf", 0, OPTION_STRING, FIELD(btf), "FILE", LOADS, "the firmware's types, for CO-RE: ELF with .BTF, or BTF"},
    {"priority", 0, OPTION_LIST, FIELD(priorities), "PROG=LEVEL", BUILDS,
     "level of a program that interrupts start: 1 (default) to 3"},
    {"map-init", 0, OPTION_LIST, FIELD(map_inits), "MAP[SLOT]=PROGRAM", VERIFIES, "put a program into a prog array"},
    {"max-flash", 0, OPTION_U64, FIELD(max_flash_bytes), "N", BUILDS,
     "budget of flash in bytes (K, M allowed; 0: all that is there)"},
    {"max-ram", 0, OPTION_U64, FIELD(max_ram_bytes), "N", BUILDS, "budget of RAM in bytes (0: all that is there)"},
    {"max-stack", 0, OPTION_U64, FIELD(max_stack_bytes), "N", BUILDS, "budget of machine stack in bytes (0: none)"},
    {"max-insns", 0, OPTION_U64, FIELD(max_insns), "N", BUILDS,
     "budget of executed BPF instructions of one run (0: none)"},
    {"max-machine-insns", 0, OPTION_U64, FIELD(max_machine_insns), "N", BUILDS,
     "budget of executed machine instructions of one run of each program (0: none)"},
    {"ctx-size", 0, OPTION_U32, FIELD(ctx_bytes), "N", VERIFIES, "bytes of a raw context"},
    {"stack-limit", 0, OPTION_U32, FIELD(stack_limit), "N", VERIFIES,
     "bytes of BPF stack (default: 512, at most 4096)"},
    {"native", 0, OPTION_FLAG, FIELD(native), NULL, BUILDS,
     "compile the C source natively; the proof is of its BPF build"},
    {"include", 'I', OPTION_LIST, FIELD(includes), "DIR", LOADS, "for clang, where the input is a .bpf.c; repeatable"},
    {"define", 'D', OPTION_LIST, FIELD(defines), "NAME[=VALUE]", LOADS, "the same: a macro; repeatable"},
    {"net-ip-align", 0, OPTION_FLAG, FIELD(net_ip_align), NULL, VERIFIES,
     "packets begin at 2 mod 4, the firmware promises"},
    {"unverified", 0, OPTION_FLAG, FIELD(unverified), NULL, BUILDS, "build without a proof; stamped in the image"},
    {"check-facts", 0, OPTION_FLAG, FIELD(check_facts), NULL, BUILDS, "trap where a proved fact does not hold"},
    {"deferred-printk", 0, OPTION_FLAG, FIELD(deferred_printk), NULL, BUILDS,
     "bpf_printk sends numbers; `run` and `log` format them"},
    {"link", 0, OPTION_FLAG, FIELD(link), NULL, " verify ", "link the objects into one first, as build and run do"},
    {"log", 0, OPTION_LEVEL, FIELD(log_level), "0|1|2", VERIFIES, "the verifier's log in the kernel's format"},
    {"invariant", 0, OPTION_STRING, FIELD(invariant_file), "FILE", " verify ", "write the invariant found"},
    {"check", 0, OPTION_STRING, FIELD(check_file), "FILE", " verify ", "check an invariant instead of exploring"},
    {"ctx", 0, OPTION_LIST, FIELD(contexts), "FILE|hex:BYTES", " run ", "context or packet of a run; repeatable"},
    {"for", 0, OPTION_STRING, FIELD(run_for), "TIME|N", " run ",
     "let events start programs for 500ms (default: 1s), or N times"},
    {"input", 0, OPTION_STRING, FIELD(input), "FILE|hex:BYTES", " run ", "what the console receives"},
    {"nic", 0, OPTION_STRING, FIELD(nic), "QEMU-NETDEV", " run ", "where the network interface is plugged in"},
    {"repeat", 0, OPTION_U32, FIELD(repeat), "N", " run ", "run each context N times"},
    {"timeout", 0, OPTION_U32, FIELD(timeout_s), "S", " run " PLUGIN, "give up after S seconds (default: 60)"},
    {"dump-maps", 0, OPTION_FLAG, FIELD(dump_maps), NULL, " run ", "show the maps after the runs"},
    {"memory", 0, OPTION_STRING, FIELD(memory_file), "FILE[@ADDR]", " map ",
     "memory of the target (from its RAM's start)"},
    {"gdb", 0, OPTION_STRING, FIELD(gdb_server), "HOST:PORT", " map ", "ask the gdb server of the target"},
    {"json", 'j', OPTION_FLAG, FIELD(json), NULL, " build verify stat run inspect map boards doctor size ",
     "results as JSON"},
    {"verbose", 'v', OPTION_FLAG, FIELD(verbose), NULL, ON_THE_BOARD, "show the commands that are run"},
    {"help", 'h', OPTION_HELP, 0, NULL, NULL, "this text"},
    {"version", 'V', OPTION_VERSION, 0, NULL, NULL, "the version"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL, NULL},
};

static const struct command *command_find(const char *name)
{
    for (const struct command *command = commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

const struct command *command_list(void)
{
    return commands;
}

const struct option_row *option_list(void)
{
    return rows;
}

bool row_serves(const struct option_row *row, const struct command *command)
{
    if (!row->commands || !command)
        return true;
    const size_t length = strlen(command->name);
    for (const char *at = row->commands; (at = strchr(at, ' ')); at++)
        if (strncmp(at + 1, command->name, length) == 0 && at[1 + length] == ' ')
            return true;
    return false;
}

/* -- help ------------------------------------------------------------------------------------------------------- */

static void help_option(const struct option_row *row)
{
    char names[64];
    const char *dash = row->letter ? "" : "    ";
    const char letter[] = {'-', row->letter, ',', ' ', 0};
    snprintf(names, sizeof names, "%s%s--%s%s%s", dash, row->letter ? letter : "", row->name, row->value ? " " : "",
             row->value ? row->value : "");
    printf("  %-30s %s\n", names, row->help);
}

static void help_all(void)
{
    puts("barebpf: " BAREBPF_SUMMARY "\n\nusage: barebpf COMMAND [options]\n");
    for (const struct command *command = commands; command->name; command++)
        if (command->summary)
            printf("  %-8s %-26s %s\n", command->name, command->arguments, command->summary);
    puts("\nOBJ is what `clang -O2 -g -target bpf -c` makes, or a .bpf.c file. `barebpf COMMAND --help` shows the\n"
         "options of a command. Exit status: 0 done, 1 rejected by the verifier, 2 not supported here,\n"
         "3 wrong input or missing tool, 70 a bug of ours.");
}

static void help_command(const struct command *command)
{
    printf("usage: barebpf %s %s [options]\n%s\n\n", command->name, command->arguments,
           command->summary ? command->summary : "");
    for (const struct option_row *row = rows; row->name; row++)
        if (row_serves(row, command))
            help_option(row);
}

/* -- parsing ---------------------------------------------------------------------------------------------------- */

/* Where parsing stands. */
struct parser {
    struct options *o;
    char *const *next; /* argument to be read */
    const struct command *command;
    bool answered; /* help or version was printed */
    struct diag *d;
};

static bool list_add(struct parser *parser, string_list *list, const char *text)
{
    size_t count = 0;
    while (*list && (*list)[count])
        count++;
    if (count == LIST_MAX)
        return diag_error(parser->d, &NO_PLACE, D_OPTION, "more than %d values: '%s'", LIST_MAX, text);
    const char **longer = arena_array(&parser->o->arena, count + 2, sizeof *longer);
    for (size_t i = 0; i < count; i++)
        longer[i] = (*list)[i];
    longer[count] = text;
    *list = longer;
    return true;
}

static bool add_commas(struct parser *parser, string_list *list, const char *text)
{
    for (;;) {
        size_t length = strcspn(text, ",");
        if (length > 0 && !list_add(parser, list, arena_strndup(&parser->o->arena, text, length)))
            return false;
        if (!text[length])
            return true;
        text += length + 1;
    }
}

/* A number with an optional K or M behind it, at most `limit`. */
static bool parse_number(struct parser *parser, const struct option_row *row, const char *text, uint64_t limit,
                         uint64_t *number)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 0);
    unsigned shift = *end == 'K' || *end == 'k' ? 10 : *end == 'M' || *end == 'm' ? 20 : 0;
    end += shift != 0;
    if (text[0] < '0' || text[0] > '9' || *end || errno || value > limit >> shift)
        return diag_error(parser->d, &NO_PLACE, D_OPTION, "--%s: '%s' is not a number from 0 to %llu", row->name, text,
                          (unsigned long long)limit);
    *number = (uint64_t)value << shift;
    return true;
}

static bool parse_letter(struct parser *parser, const struct option_row *row, const char *text, char *field)
{
    const char *found = text[0] && !text[1] && text[0] != '|' ? strchr(row->value, text[0]) : NULL;
    if (!found)
        return diag_error(parser->d, &NO_PLACE, D_OPTION, "-%c: '%s' is not one of %s", row->letter, text, row->value);
    *field = text[0];
    return true;
}

/* Stores `value` ("" for flags) in the row's field. */
static bool store(struct parser *parser, const struct option_row *row, const char *value)
{
    void *field = (char *)parser->o + row->offset;
    uint64_t number = 0;
    switch (row->kind) {
    case OPTION_FLAG: *(bool *)field = true; return true;
    case OPTION_STRING: *(const char **)field = value; return true;
    case OPTION_LETTER: return parse_letter(parser, row, value, field);
    case OPTION_LIST: return list_add(parser, field, value);
    case OPTION_COMMAS: return add_commas(parser, field, value);
    case OPTION_LEVEL:
        if (!parse_number(parser, row, value, 2, &number))
            return false;
        *(int *)field = (int)number;
        return true;
    case OPTION_U32:
        if (!parse_number(parser, row, value, UINT32_MAX - 1, &number))
            return false;
        *(uint32_t *)field = (uint32_t)number;
        return true;
    case OPTION_U64: return parse_number(parser, row, value, UINT64_MAX, field);
    case OPTION_HELP:
        parser->answered = true;
        if (parser->command)
            help_command(parser->command);
        else
            help_all();
        return true;
    case OPTION_VERSION:
        parser->answered = true;
        puts("barebpf " BAREBPF_VERSION);
        return true;
    }
    BUG("option kind %d", (int)row->kind);
}

/* A name that differs in fewer letters is worth a suggestion: in at most a third of them, rounded, so that two letters
 * that changed places count. */
static unsigned nearness(const char *name)
{
    size_t length = strlen(name);
    return (unsigned)((length > 9 ? 9 : length) + 1) / 3 + 1;
}

/* Reports an unknown option, with the nearest one that the command takes. */
static bool unknown_option(const struct parser *parser, const char *name)
{
    diag_error(parser->d, &NO_PLACE, D_OPTION, "unknown option '%s'", name);
    const struct option_row *nearest = NULL;
    while (*name == '-')
        name++;
    unsigned least = nearness(name);
    for (const struct option_row *row = rows; row->name; row++) {
        unsigned distance = text_distance(name, row->name);
        if (row_serves(row, parser->command) && distance < least) {
            least = distance;
            nearest = row;
        }
    }
    if (nearest)
        diag_suggest(parser->d, "--%s: %s", nearest->name, nearest->help);
    diag_suggest(parser->d, "barebpf %s%s--help", parser->command ? parser->command->name : "",
                 parser->command ? " " : "");
    return false;
}

static bool unknown_command(const struct parser *parser, const char *name)
{
    diag_error(parser->d, &NO_PLACE, D_OPTION, "unknown command '%s'", name);
    const struct command *nearest = NULL;
    unsigned least = nearness(name);
    for (const struct command *command = commands; command->name; command++) {
        unsigned distance = text_distance(name, command->name);
        if (distance < least) {
            least = distance;
            nearest = command;
        }
    }
    if (nearest)
        diag_suggest(parser->d, "barebpf %s", nearest->name);
    diag_suggest(parser->d, "barebpf --help");
    return false;
}

/* "--name", "--name=value", "-x", "-xvalue": the row it means and the value attached to it (NULL: none). */
static const struct option_row *match(const struct parser *parser, const char *argument, const char **value)
{
    *value = NULL;
    for (const struct option_row *row = rows; row->name; row++) {
        if (argument[1] != '-') {
            if (row->letter != argument[1] || !row_serves(row, parser->command))
                continue;
            *value = argument[2] ? argument + 2 : NULL;
            return row;
        }
        size_t length = strlen(row->name);
        if (strncmp(argument + 2, row->name, length) != 0)
            continue;
        if (argument[2 + length] == '=')
            *value = argument + 2 + length + 1;
        if (*value || !argument[2 + length])
            return row;
    }
    return NULL;
}

static bool parse_option(struct parser *parser)
{
    const char *argument = *parser->next++;
    const char *value;
    const struct option_row *row = match(parser, argument, &value);
    if (!row || !row_serves(row, parser->command) || (value && !row->value))
        return unknown_option(parser, argument);
    if (row->value && !value && !(value = *parser->next))
        return diag_error(parser->d, &NO_PLACE, D_OPTION, "%s needs a value: --%s %s", argument, row->name, row->value);
    if (row->value && value == *parser->next)
        parser->next++;
    return store(parser, row, value ? value : "");
}

static bool parse_argument(struct parser *parser)
{
    const char *argument = *parser->next++;
    if (parser->command)
        return list_add(parser, &parser->o->inputs, argument);
    parser->command = command_find(argument);
    if (!parser->command && strcmp(argument, "help") == 0) {
        parser->answered = true;
        parser->command = *parser->next ? command_find(*parser->next) : NULL;
        parser->command ? help_command(parser->command) : help_all();
        return true;
    }
    return parser->command ? true : unknown_command(parser, argument);
}

static bool check_counts(struct parser *parser)
{
    struct options *o = parser->o;
    const struct command *command = parser->command;
    if (!command) {
        diag_error(parser->d, &NO_PLACE, D_OPTION, "no command given");
        diag_suggest(parser->d, "barebpf --help");
        return false;
    }
    while (o->inputs && o->inputs[o->input_count])
        o->input_count++;
    if (o->input_count >= command->least && o->input_count <= command->most)
        return true;
    const char *what = o->input_count < command->least ? "an argument is missing" : "too many arguments";
    diag_error(parser->d, &NO_PLACE, D_OPTION, "%s", what);
    diag_suggest(parser->d, "barebpf %s %s", command->name, command->arguments);
    return false;
}

static void set_defaults(struct options *o)
{
    static const char *const empty[] = {NULL};
    *o = (struct options){
        .inputs = empty,
        .sets = empty,
        .map_sizes = empty,
        .map_inits = empty,
        .helper_files = empty,
        .with = empty,
        .includes = empty,
        .defines = empty,
        .contexts = empty,
        .ctx_bytes = NONE,
        .ctx_fallback = NONE,
        .repeat = 1,
        .timeout_s = 60,
    };
    const char *no_colour = getenv("NO_COLOR");
    o->colour = isatty(STDERR_FILENO) && !(no_colour && no_colour[0]);
}

bool options_parse(struct options *o, const struct command **command, char *const argv[], struct diag *d)
{
    struct parser parser = {.o = o, .next = argv[0] ? argv + 1 : argv, .d = d};
    bool only_arguments = false; /* after "--" */
    set_defaults(o);
    while (*parser.next && !parser.answered) {
        const char *argument = *parser.next;
        bool is_option = !only_arguments && argument[0] == '-' && argument[1];
        if (is_option && strcmp(argument, "--") == 0) {
            only_arguments = true;
            parser.next++;
        } else if (!(is_option ? parse_option(&parser) : parse_argument(&parser))) {
            return false;
        }
    }
    if (parser.answered || !check_counts(&parser))
        return false;
    if (o->repeat == 0)
        return diag_error(d, &NO_PLACE, D_OPTION, "--repeat: 0 runs nothing; it must be at least 1");
    if (o->stack_limit > STACK_MOST)
        return diag_error(d, &NO_PLACE, D_OPTION, "--stack-limit: %u is too much, it must be at most %u",
                          o->stack_limit, STACK_MOST);
    o->command = parser.command->name;
    *command = parser.command;
    return true;
}

void options_free(struct options *o)
{
    arena_free(&o->arena);
}
