// SPDX-License-Identifier: Apache-2.0
/* The verdicts of `barebpf verify --json` on an object, without the compiler around it, so that a changed verifier is
 * linked in a moment (bugs.py). `verdicts OBJECT STACK-LIMIT`; 0: the default. */
#include <stdio.h>
#include <stdlib.h>

#include "load/load.h"
#include "verify/verify.h"

#define CONTEXT_BYTES 64

/* Text as a JSON string. */
static void print_text(const char *text)
{
    putchar('"');
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if (*text >= ' ')
            putchar(*text);
    putchar('"');
}

static void print_error(const struct diag *d)
{
    const char *id, *message;
    struct place where;
    if (!diag_root(d, &id, &message, &where)) {
        printf("null");
        return;
    }
    printf("{\"id\":\"%s\",\"line\":%ld,\"message\":", id, (long)where.line);
    print_text(message);
    putchar('}');
}

static void print_verdict(const struct program *p, uint32_t entry, const struct verified *v, const struct diag *d)
{
    const char *refused = diag_status(d) == STATUS_REJECTED ? "reject" : "unsupported";
    printf("{\"program\":\"%s\",\"verdict\":\"%s\",\"error\":", p->funcs[entry].name, v ? "accept" : refused);
    print_error(d);
    printf(",\"stats\":{\"max_insns\":%llu}}\n", v ? (unsigned long long)verified_bounds(v)->max_insns : 0);
}

/* True when BTF names the parameter of a function, and so its context. */
static bool has_parameter(const struct program *p, const struct func *func)
{
    const struct type *proto = func->proto ? type_resolve(p, func->proto) : NULL;
    return proto && proto->kind == TYPE_FUNC && proto->member_count > 0;
}

int main(int argc, char **argv)
{
    bool ok = argc == 3;
    struct limits limits = {.explored_insns = 1000000, .stack_bytes = ok ? (uint32_t)strtoul(argv[2], NULL, 10) : 0};
    struct program p = {0};
    struct diag *d = diag_new(argv[1]);
    ok = ok && load_program(&p, argv[1], &(struct load_options){0}, d);
    for (uint32_t i = 0; ok && i < p.func_count; i++) {
        if (!p.funcs[i].is_program)
            continue;
        limits.context_bytes = has_parameter(&p, &p.funcs[i]) ? NONE : CONTEXT_BYTES;
        struct verified *v = verify_program(&p, i, &limits, NULL, d);
        print_verdict(&p, i, v, d);
        fflush(stdout);
        verified_free(v);
        diag_clear(d);
    }
    program_free(&p);
    diag_free(d);
    return ok ? 0 : 1;
}
