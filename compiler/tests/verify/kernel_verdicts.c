// SPDX-License-Identifier: Apache-2.0
/* What Linux says: loads each program of each object by itself and prints a line for it,
 *     OBJECT <tab> PROGRAM <tab> accept|reject <tab> the last words of the kernel's log
 *     kernel_verdicts OBJ...
 *     kernel_verdicts --log OBJ PROGRAM...      the kernel's whole log instead, behind a line "program NAME VERDICT"
 *     kernel_verdicts --stats OBJ PROGRAM...    the same with the kernel's statistics only
 * SEC("raw") and SEC("hook/…") become BPF_PROG_TYPE_SYSCALL, whose context is plain memory. Exit 77: no bpf() here. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../fuzz/kernel_answers.h"

#define LOG_BYTES (1 << 20)

/* The last line that is not a statistic: the reason. */
static void print_reason(char *log)
{
    char *reason = NULL;
    for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
        if (strncmp(line, "processed ", 10) != 0 && !strstr(line, " peak_states ") && strncmp(line, "stack depth ", 12))
            reason = line;
    puts(reason ? reason : "");
}

static void choose(struct bpf_program *program, bool wanted)
{
    const char *section = bpf_program__section_name(program);
    bpf_program__set_autoload(program, wanted);
    if (strcmp(section, "raw") != 0 && strncmp(section, "hook/", 5) != 0)
        return;
    bpf_program__set_type(program, BPF_PROG_TYPE_SYSCALL);
    bpf_program__set_flags(program, BPF_F_SLEEPABLE);
}

/* Loads one program of the object in a fresh copy of it; false when the object cannot be read. */
static bool load(const char *path, const char *name, int level, char *log, bool *accepted)
{
    LIBBPF_OPTS(bpf_object_open_opts, options, .kernel_log_buf = log, .kernel_log_size = LOG_BYTES,
                .kernel_log_level = (unsigned)level);
    struct bpf_object *object = bpf_object__open_file(path, &options);
    struct bpf_program *program;
    if (!object)
        return false;
    bpf_object__for_each_program(program, object) choose(program, strcmp(bpf_program__name(program), name) == 0);
    log[0] = '\0';
    *accepted = bpf_object__load(object) == 0;
    bpf_object__close(object);
    return true;
}

static bool judge(const char *path, const char *name, char *log)
{
    bool accepted;
    if (!load(path, name, 1, log, &accepted))
        return false;
    printf("%s\t%s\t%s\t", path, name, accepted ? "accept" : "reject");
    print_reason(accepted ? (char[]){""} : log);
    return true;
}

static bool print_log(const char *path, const char *name, int level, char *log)
{
    bool accepted;
    if (!load(path, name, level, log, &accepted))
        return false;
    printf("program %s %s\n%s", name, accepted ? "accept" : "reject", log);
    return true;
}

int main(int argc, char **argv)
{
    char *log = malloc(LOG_BYTES);
    bool ok = log;
    libbpf_set_print(NULL);
    if (!kernel_answers()) {
        puts("skipped: this kernel does not take BPF programs from us");
        return 77;
    }
    bool stats = argc > 2 && strcmp(argv[1], "--stats") == 0,
         logs = stats || (argc > 2 && strcmp(argv[1], "--log") == 0);
    for (int i = 3; ok && logs && i < argc; i++)
        ok = print_log(argv[2], argv[i], stats ? 4 : 2, log);
    for (int i = 1; ok && !logs && i < argc; i++) {
        struct bpf_object *object = bpf_object__open(argv[i]);
        struct bpf_program *program;
        ok = object;
        if (!object) {
            fprintf(stderr, "%s: libbpf cannot open it\n", argv[i]);
            break;
        }
        bpf_object__for_each_program(program, object) ok = ok && judge(argv[i], bpf_program__name(program), log);
        bpf_object__close(object);
    }
    free(log);
    return ok ? 0 : 1;
}
