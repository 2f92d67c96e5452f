// SPDX-License-Identifier: Apache-2.0
/* clang as a process; see the header. */
#include "object_maker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/process.h"

#define MAX_ARGS 24

static void run(struct made *made, const char *const argv[], struct process_result *result)
{
    if (!process_run(&made->arena, argv, 60, result, made->d)) {
        diag_print(made->d, stderr, false);
        fail_msg("%s could not be started", argv[0]);
    }
    if (result->exit_status != 0) {
        fail_msg("%s: status %d: %s", argv[0], result->exit_status, result->errors);
    }
}

void make_object(struct made *made, const char *source, const char *flags)
{
    *made = (struct made){.d = diag_new("test.bpf.o")};
    const char *dir = file_work_dir(&made->arena, made->d);
    char *input = arena_printf(&made->arena, "%s/test.bpf.c", dir);
    made->path = arena_printf(&made->arena, "%s/test.bpf.o", dir);
    char *prelude = arena_printf(&made->arena, "%s/prelude.h", dir);
    assert_true(file_write(input, source, strlen(source), made->d));
    assert_true(file_write(prelude, PRELUDE, strlen(PRELUDE), made->d));

    const char *argv[MAX_ARGS] = {TEST_CLANG, "-O2",      "-g",       "-c",    input,
                                  "-o",       made->path, "-include", prelude, "-Wno-everything",
                                  "-target",  "bpf"};
    uint32_t count = 12;
    if (strncmp(flags, "bpf-gcc", 7) == 0) {
        argv[0] = TEST_BPF_GCC;
        argv[9] = argv[10] = argv[11] = NULL;
        count = 9;
        flags += 7;
    }
    char *rest = NULL;
    for (char *flag = strtok_r(arena_strdup(&made->arena, flags), " ", &rest); flag != NULL;
         flag = strtok_r(NULL, " ", &rest)) {
        assert_true(count < MAX_ARGS - 1);
        argv[count++] = flag;
    }
    struct process_result result;
    run(made, argv, &result);
    char *bytes = NULL;
    assert_true(file_read(&made->arena, made->path, &bytes, &made->size, made->d));
    made->bytes = (uint8_t *)bytes;
}

bool made_load(struct made *made)
{
    program_free(&made->program);
    made->program = (struct program){0};
    diag_clear(made->d);
    uint8_t *exact = malloc(made->size + (made->size == 0)); /* so that ASan sees a read past the end */
    memcpy(exact, made->bytes, made->size);
    bool ok = load_bytes(&made->program, "test.bpf.o", exact, made->size, made->d);
    free(exact);
    return ok;
}

const struct program *make_program(struct made *made, const char *source, const char *flags)
{
    make_object(made, source, flags);
    if (!made_load(made)) {
        fail_msg("%s: %s", made_error(made), made_message(made));
    }
    return &made->program;
}

const char *made_error(const struct made *made)
{
    const char *id = "";
    const char *message = NULL;
    struct place where;
    return diag_root(made->d, &id, &message, &where) ? id : "";
}

const char *made_message(const struct made *made)
{
    const char *id = NULL;
    const char *message = "";
    struct place where;
    return diag_root(made->d, &id, &message, &where) ? message : "";
}

const char *made_command(struct made *made, const char *const argv[])
{
    struct process_result result;
    run(made, argv, &result);
    return result.output;
}

void made_free(struct made *made)
{
    program_free(&made->program);
    diag_free(made->d);
    arena_free(&made->arena);
}
