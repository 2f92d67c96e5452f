// SPDX-License-Identifier: Apache-2.0
/* barebpf docs man|bash|zsh|fish: the manual page and the completions of shells, from the tables of options.c. */
#include <stdio.h>
#include <string.h>

#include "../firmware/firmware.h"
#include "../options.h"
#include "commands.h"

/* What a shell can offer in the place of an option's value, or of an argument. */
enum offer { OFFER_NONE, OFFER_FILES, OFFER_FOLDERS, OFFER_BOARDS, OFFER_WORDS };

/* The boards' names, for a shell. */
#define BOARDS "barebpf boards 2>/dev/null | cut -d ' ' -f 1"

static bool is_for_users(const struct command *command)
{
    return command->summary != NULL;
}

/* Is there a capital letter in it, as in the names of what the user fills in? */
static bool has_capital(const char *text)
{
    return text[strcspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] != '\0';
}

static enum offer offer_of(const struct option_row *row)
{
    if (!row->value)
        return OFFER_NONE;
    if (strcmp(row->name, "board") == 0)
        return OFFER_BOARDS;
    if (strcmp(row->name, "emit") == 0 || (strchr(row->value, '|') && !has_capital(row->value)))
        return OFFER_WORDS;
    if (strstr(row->value, "FILE") || strstr(row->value, ".elf"))
        return OFFER_FILES;
    return strcmp(row->value, "DIR") == 0 ? OFFER_FOLDERS : OFFER_NONE;
}

/* The words of OFFER_WORDS, each with a space behind it. */
static void print_words(const struct option_row *row)
{
    const char *name;
    for (uint32_t i = 0; strcmp(row->name, "emit") == 0 && (name = build_output_name(i)); i++)
        printf("%s ", name);
    for (const char *at = row->value; strcmp(row->name, "emit") != 0 && *at; at++)
        putchar(*at == '|' ? ' ' : *at);
}

/* -- the manual page ------------------------------------------------------------------------------------------------
 */

/* Text for roff: a minus sign is '\-', a backslash '\e', a dot or an apostrophe begins no line. */
static void roff(const char *text)
{
    if (*text == '.' || *text == '\'')
        printf("\\&");
    for (; *text; text++) {
        if (*text == '-')
            printf("\\-");
        else if (*text == '\\')
            printf("\\e");
        else
            putchar(*text);
    }
}

static void man_option(const struct option_row *row)
{
    printf(".TP\n");
    if (row->letter)
        printf("\\fB\\-%c\\fR, ", row->letter);
    printf("\\fB\\-\\-");
    roff(row->name);
    printf("\\fR");
    if (row->value) {
        printf(" \\fI");
        roff(row->value);
        printf("\\fR");
    }
    printf("\n");
    roff(row->help);
    printf("\n");
}

/* "Taken by build, run." behind an option. */
static void man_takers(const struct option_row *row)
{
    const char *before = "(";
    for (const struct command *command = command_list(); row->commands && command->name; command++) {
        if (!is_for_users(command) || !row_serves(row, command))
            continue;
        printf("%s%s", before, command->name);
        before = ", ";
    }
    if (row->commands)
        printf(")\n");
}

static void write_man(void)
{
    printf(".TH BAREBPF 1 \"\" \"barebpf %s\" \"User Commands\"\n.SH NAME\nbarebpf \\- %s\n", BAREBPF_VERSION,
           BAREBPF_SUMMARY);
    puts(".SH SYNOPSIS\n.B barebpf\n.I COMMAND\n[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]\n.SH DESCRIPTION\n"
         "Takes a BPF object, as\n.B clang \\-O2 \\-g \\-target bpf \\-c\nmakes it, or a .bpf.c file, proves that it "
         "is\n"
         "safe, and makes a firmware image of it for a microcontroller.\n.SH COMMANDS");
    for (const struct command *command = command_list(); command->name; command++) {
        if (!is_for_users(command))
            continue;
        printf(".TP\n\\fB%s\\fR %s", command->name, *command->arguments ? "\\fI" : "");
        roff(command->arguments);
        printf("%s\n", *command->arguments ? "\\fR" : "");
        roff(command->summary);
        printf("\n");
    }
    puts(".SH OPTIONS\nBehind each are the commands that take it; without any, all do.");
    for (const struct option_row *row = option_list(); row->name; row++) {
        man_option(row);
        man_takers(row);
    }
    puts(".SH ENVIRONMENT\n"
         ".TP\n\\fBBAREBPF_HOME\\fR\nwhere boards/, linker\\-scripts/ and helpers\\-template/ are, instead of beside "
         "the "
         "tool\n"
         ".TP\n\\fBBAREBPF_CACHE\\fR\nwhere compiled parts of the runtime are kept; empty: nowhere\n"
         ".TP\n\\fBNO_COLOR\\fR\nmessages without colours");
    puts(".SH EXIT STATUS\n.TP\n0\ndone\n.TP\n1\nrejected by the verifier\n.TP\n2\nnot supported here\n"
         ".TP\n3\nwrong input or missing tool\n.TP\n70\na bug of ours\n.PP\n"
         ".B barebpf run\nhands on the firmware's own status; 124 on time\\-out.");
    puts(".SH EXAMPLES\n.nf\nbarebpf verify filter.bpf.c\nbarebpf run filter.bpf.c \\-\\-board cortex\\-m4 \\-\\-ctx "
         "packet.bin\n"
         "barebpf build filter.bpf.c \\-\\-board stm32f4 \\-\\-emit elf,hex\n.fi\n"
         ".SH SEE ALSO\n.BR clang (1),\n.BR bpftool (8)");
}

/* -- completions ----------------------------------------------------------------------------------------------------
 */

/* The commands, each with a space behind it. */
static void print_commands(void)
{
    for (const struct command *command = command_list(); command->name; command++)
        if (is_for_users(command))
            printf("%s ", command->name);
}

/* In bash: "build:-o | build:--output) …;;" */
static void bash_value(const struct command *command, const struct option_row *row)
{
    if (!row_serves(row, command) || offer_of(row) == OFFER_NONE)
        return;
    printf("    %s:--%s", command->name, row->name);
    if (row->letter)
        printf(" | %s:-%c", command->name, row->letter);
    switch (offer_of(row)) {
    case OFFER_BOARDS: printf(") words=$(" BOARDS ") ;;\n"); break;
    case OFFER_FILES: printf(") kind=files ;;\n"); break;
    case OFFER_FOLDERS: printf(") kind=folders ;;\n"); break;
    case OFFER_NONE:
    case OFFER_WORDS:
        printf(") words='");
        print_words(row);
        printf("' ;;\n");
        break;
    }
}

static void bash_options(const struct command *command)
{
    printf("    %s) echo '", command->name);
    for (const struct option_row *row = option_list(); row->name; row++)
        if (row_serves(row, command))
            printf("--%s ", row->name);
    printf("' ;;\n");
}

/* For lists such as --emit elf,hex only the first word is completed. */
static void write_bash(void)
{
    puts("# bash completion for barebpf. Generated from its options: barebpf docs bash\n"
         "_barebpf_options()\n{\n    case $1 in");
    for (const struct command *command = command_list(); command->name; command++)
        if (is_for_users(command))
            bash_options(command);
    puts("    esac\n}\n\n_barebpf()\n{\n    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - "
         "1]}\n"
         "    local command=${COMP_WORDS[1]} words= kind=\n    COMPREPLY=()\n    if [ \"$COMP_CWORD\" = 1 ]; then");
    printf("        words='");
    print_commands();
    puts("help --help --version'\n    elif [[ $current == -* ]]; then\n        words=$(_barebpf_options \"$command\")\n"
         "    else\n    case $command:$previous in");
    for (const struct command *command = command_list(); command->name; command++)
        for (const struct option_row *row = option_list(); is_for_users(command) && row->name; row++)
            bash_value(command, row);
    puts("    boards:boards) words=$(" BOARDS ") ;;\n"
         "    explain:explain) words=$(barebpf explain 2>/dev/null | cut -d ' ' -f 1) ;;\n"
         "    map:map) words=dump ;;\n"
         "    *) kind=files ;;\n    esac\n    fi\n"
         "    case $kind in\n    files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$current\") ;;\n"
         "    folders) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$current\") ;;\n"
         "    *) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\") ;;\n    esac\n}\n"
         "complete -F _barebpf barebpf");
}

/* Text within single quotes of a shell: an apostrophe ends and begins them. `special`: characters that get a backslash.
 */
static void quoted(const char *text, const char *special)
{
    for (; *text; text++) {
        if (*text == '\'')
            printf("'\\''");
        else
            printf("%s%c", strchr(special, *text) ? "\\" : "", *text);
    }
}

/* "'(-b --board)'{-b,--board}'[the board]:B:…'" */
static void zsh_option(const struct option_row *row)
{
    const bool repeats = row->kind == OPTION_LIST || row->kind == OPTION_COMMAS;
    printf(" \\\n            ");
    if (row->letter)
        printf("%s{-%c,--%s}'[", repeats ? "\\*" : "", row->letter, row->name);
    else
        printf("'%s--%s[", repeats ? "*" : "", row->name);
    quoted(row->help, "[]:\\");
    printf("]");
    if (row->value) {
        printf(":");
        quoted(row->value, ":\\");
        switch (offer_of(row)) {
        case OFFER_NONE: printf(": "); break;
        case OFFER_FILES: printf(":_files"); break;
        case OFFER_FOLDERS: printf(":_files -/"); break;
        case OFFER_BOARDS: printf(":_barebpf_boards"); break;
        case OFFER_WORDS:
            printf(":(");
            print_words(row);
            printf(")");
            break;
        }
    }
    printf("'");
}

static void write_zsh(void)
{
    puts("#compdef barebpf\n# zsh completion for barebpf. Generated from its options: barebpf docs zsh\n"
         "_barebpf_boards()\n{\n    local -a names=(${(f)\"$(" BOARDS ")\"})\n    _describe board names\n}\n\n"
         "_barebpf()\n{\n    local -a commands=(");
    for (const struct command *command = command_list(); command->name; command++) {
        if (!is_for_users(command))
            continue;
        printf("        '%s:", command->name);
        quoted(command->summary, ":\\");
        printf("'\n");
    }
    puts("    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n        return\n    fi\n"
         "    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $command in");
    for (const struct command *command = command_list(); command->name; command++) {
        if (!is_for_users(command))
            continue;
        printf("    %s)\n        _arguments", command->name);
        for (const struct option_row *row = option_list(); row->name; row++)
            if (row_serves(row, command))
                zsh_option(row);
        printf(" \\\n            '*:argument:%s'\n        ;;\n",
               strcmp(command->name, "boards") == 0 ? "_barebpf_boards" : "_files");
    }
    puts("    esac\n}\n\n_barebpf \"$@\"");
}

static void fish_option(const struct option_row *row)
{
    printf("complete -c barebpf -n '__fish_seen_subcommand_from");
    for (const struct command *command = command_list(); command->name; command++)
        if (is_for_users(command) && row_serves(row, command))
            printf(" %s", command->name);
    printf("' -l %s", row->name);
    if (row->letter)
        printf(" -s %c", row->letter);
    switch (offer_of(row)) {
    case OFFER_NONE: printf(row->value ? " -x" : ""); break;
    case OFFER_FILES: printf(" -rF"); break;
    case OFFER_FOLDERS: printf(" -xa '(__fish_complete_directories)'"); break;
    case OFFER_BOARDS: printf(" -xa \"(" BOARDS ")\""); break;
    case OFFER_WORDS:
        printf(" -xa '");
        print_words(row);
        printf("'");
        break;
    }
    printf(" -d '");
    for (const char *at = row->help; *at; at++)
        printf("%s%c", *at == '\'' || *at == '\\' ? "\\" : "", *at);
    printf("'\n");
}

static void write_fish(void)
{
    puts("# fish completion for barebpf. Generated from its options: barebpf docs fish");
    for (const struct command *command = command_list(); command->name; command++) {
        if (!is_for_users(command))
            continue;
        printf("complete -c barebpf -n __fish_use_subcommand -xa %s -d '", command->name);
        for (const char *at = command->summary; *at; at++)
            printf("%s%c", *at == '\'' || *at == '\\' ? "\\" : "", *at);
        printf("'\n");
    }
    puts("complete -c barebpf -n '__fish_seen_subcommand_from boards' -xa \"(" BOARDS ")\"");
    for (const struct option_row *row = option_list(); row->name; row++)
        fish_option(row);
}

bool manual_write(const char *what)
{
    static const struct {
        const char *name;
        void (*write)(void);
    } pages[] = {{"man", write_man}, {"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (strcmp(pages[i].name, what) == 0) {
            pages[i].write();
            return true;
        }
    return false;
}
