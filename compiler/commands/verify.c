// SPDX-License-Identifier: Apache-2.0
/* barebpf verify: each program of each object by itself; a line or a JSON element a program. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../compile.h"
#include "../firmware/manifest.h"

/* The run of `barebpf verify` so far. */
struct session {
    const struct options *o;
    json_t *results; /* array; NULL: text */
    int status;      /* of the first program that failed */
    char *check;     /* text of --check; NULL: none */
    FILE *invariant; /* collects what --invariant writes; NULL: nothing */
    char *invariant_text;
    size_t invariant_bytes;
};

static const char *verdict_of(enum status status)
{
    return status == STATUS_OK ? "accept" : status == STATUS_REJECTED ? "reject" : "unsupported";
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *number_or_null(int64_t number, bool known)
{
    return known ? json_integer(number) : json_null();
}

static json_t *error_json(const struct diag *d)
{
    const char *id, *message;
    struct place where;
    if (!diag_root(d, &id, &message, &where))
        return json_null();
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "id", id, "message", message, "insn",
                     number_or_null(where.insn, where.insn >= 0), "file", text_or_null(where.file), "line",
                     number_or_null(where.line, where.line > 0), "column",
                     number_or_null(where.column, where.column > 0));
}

/* The bounds are known only where there is a proof: null otherwise, and the reason is `error`. */
static json_t *stats_json(const struct verify_stats *stats, const struct verified *v)
{
    const struct bounds *bounds = v ? verified_bounds(v) : NULL;
    return json_pack("{s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:I}", "insns", (json_int_t)stats->insns, "explored",
                     (json_int_t)stats->explored, "states", (json_int_t)stats->states, "max_insns",
                     bounds ? json_integer((json_int_t)bounds->max_insns) : json_null(), "stack_bytes",
                     bounds ? json_integer(bounds->stack_bytes) : json_null(), "timer_insns",
                     bounds && bounds->timer_insns ? json_integer((json_int_t)bounds->timer_insns) : json_null(),
                     "loops", v ? manifest_loops(v) : json_null(), "time_us", (json_int_t)stats->time_us);
}

static void print_loops(const struct verified *v)
{
    const struct program *program = verified_program(v);
    for (uint32_t i = 0; i < program->insn_count; i++) {
        const struct line *line = program_line(program, i);
        uint64_t rounds = verified_fact(v, i)->rounds;
        if (rounds)
            printf("  loop at instruction %" PRIu32 ", line %" PRIu32 ": at most %" PRIu64 " rounds\n",
                   program->insns[i].slot, line ? line->line : 0, rounds);
    }
}

static void print_accepted(const char *object, const struct func *func, const struct verify_stats *stats,
                           const struct verified *v)
{
    const struct bounds *bounds = verified_bounds(v);
    printf("%s: %s (%s): accepted, %" PRIu32 " instructions, at most %" PRIu64 " executed, %" PRIu32
           " bytes of BPF stack, %" PRIu64 " us\n",
           object, func->name, func->section, stats->insns, bounds->max_insns, bounds->stack_bytes, stats->time_us);
    if (bounds->timer_insns)
        printf("  timers: at most %" PRIu64 " instructions a call\n", bounds->timer_insns);
    print_loops(v);
}

/* Says how one program (`func`; NULL: the object could not be loaded) fared, and forgets the error. */
static void conclude(struct session *session, const char *object, const struct func *func,
                     const struct verify_stats *stats, const struct verified *v, struct diag *d)
{
    const enum status status = diag_status(d);
    if (session->status == STATUS_OK)
        session->status = (int)status;
    if (session->results) {
        json_array_append_new(session->results,
                              json_pack("{s:s, s:o, s:o, s:s, s:o, s:o}", "object", object, "program",
                                        text_or_null(func ? func->name : NULL), "section",
                                        text_or_null(func ? func->section : NULL), "verdict", verdict_of(status),
                                        "error", error_json(d), "stats", stats_json(stats, v)));
    }
    if (status != STATUS_OK && (!session->results || status == STATUS_INPUT)) {
        diag_print(d, stderr, session->o->colour);
    } else if (func && !session->results) {
        print_accepted(object, func, stats, v);
    }
    diag_clear(d);
}

static void verify_one(struct session *session, const char *object, const struct program *program, uint32_t entry,
                       struct diag *d)
{
    struct verify_stats stats = {0};
    struct limits limits = compile_limits(session->o, program, entry);
    limits.check = session->check;
    limits.invariant = session->invariant;
    struct verified *v = verify_program(program, entry, &limits, &stats, d);
    conclude(session, object, &program->funcs[entry], &stats, v, d);
    verified_free(v);
}

/* Every program of the object that `inputs` make, or those that --prog names. */
static void verify_object(struct session *session, string_list inputs)
{
    const struct options *o = session->o;
    const char *input = inputs[0];
    struct compilation c = {0};
    struct diag *d = diag_new(input);
    bool loaded = compile_program(&c, inputs, o, d);
    bool found = loaded && program_entries(&c.program, o->prog ? o->prog : "*", &c.entries, &c.arena, d);
    for (uint32_t i = 0; found && i < c.entries.count; i++)
        verify_one(session, input, &c.program, c.entries.funcs[i], d);
    if (!found)
        conclude(session, input, NULL, &c.stats, NULL, d);
    compilation_free(&c);
    diag_free(d);
}

int command_verify(const struct options *o, struct diag *d)
{
    struct session session = {.o = o, .results = o->json ? json_array() : NULL};
    struct arena arena = {0};
    size_t size;
    if (o->check_file && !file_read(&arena, o->check_file, &session.check, &size, d))
        return (int)diag_status(d);
    if (o->invariant_file && !file_is_none_of(o->invariant_file, compile_files_read(o, &arena), d)) {
        arena_free(&arena);
        return (int)diag_status(d);
    }
    if (o->invariant_file)
        session.invariant = open_memstream(&session.invariant_text, &session.invariant_bytes);
    for (uint32_t i = 0; !o->link && i < o->input_count; i++)
        verify_object(&session, (const char *const[]){o->inputs[i], NULL});
    if (o->link)
        verify_object(&session, o->inputs);
    if (session.results) {
        json_dumpf(session.results, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(session.results);
    }
    if (session.invariant) {
        fclose(session.invariant);
        /* Programs that were rejected have no invariant; what was proved is worth keeping. */
        if (!file_write(o->invariant_file, session.invariant_text, session.invariant_bytes, d))
            session.status = (int)diag_status(d);
        free(session.invariant_text);
    }
    arena_free(&arena);
    return session.status;
}
