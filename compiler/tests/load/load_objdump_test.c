// SPDX-License-Identifier: Apache-2.0
/* An independent reading: llvm-objdump's listing of the same object has the same functions with the same instruction
 * slots, and DWARF's source lines are those that load took from .BTF.ext. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "object_maker.h"

/* Where a function begins without a place of its own, DWARF names the line of its brace and BTF that of its name: they
 * stand on one line here. */
static const char source[] =
    "volatile int v; unsigned long long total;\n"
    "struct { __uint(type, 2); __uint(max_entries, 4); __type(key, u32); __type(value, u64); }\n"
    "counts SEC(\".maps\");\n"
    "static void *(*lookup)(void *, const void *) = (void *)1;\n"
    "static noinline int leaf(int x) {\n"
    "    int y = x * v;\n"
    "    return y + 0x12345678;\n"
    "}\n"
    "noinline int shared(int x) {\n"
    "    return leaf(x) - v;\n"
    "}\n"
    "SEC(\"xdp\") int one(unsigned *c) {\n"
    "    u32 key = 3;\n"
    "    u64 *value = lookup(&counts, &key);\n"
    "    if (value)\n"
    "        __sync_fetch_and_add(value, 1);\n"
    "    for (u32 i = 0; i < *c; i++)\n"
    "        total += c[i] / 0x123456789abULL;\n"
    "    return shared(1);\n"
    "}\n"
    "SEC(\"xdp\") int two(unsigned *c) {\n"
    "    return leaf(*c) + shared(2);\n"
    "}\n";

/* How far the comparison of a listing has come. */
struct reader {
    const struct program *p;
    uint32_t func; /* being listed */
    uint32_t next; /* instruction that must come next */
    uint32_t line; /* last "; file:line" */
    uint32_t slot_base, seen, lines_seen;
};

static void end_func(const struct reader *r)
{
    if (r->func != NONE) {
        assert_int_equal(r->next, r->p->funcs[r->func].first + r->p->funcs[r->func].count);
    }
}

/* "0000000000000048 <leaf>:" */
static void begin_func(struct reader *r, char *text)
{
    end_func(r);
    char *name = strchr(text, '<') + 1;
    *strchr(name, '>') = '\0';
    r->func = program_find_func(r->p, name);
    assert_int_not_equal(r->func, NONE);
    r->next = r->p->funcs[r->func].first;
    r->slot_base = (uint32_t)strtoul(text, NULL, 16) / 8;
    r->seen++;
}

/* "      25:\tcall -0x1" */
static void take_insn(struct reader *r, const char *text)
{
    const struct insn *insn = &r->p->insns[r->next];
    assert_int_equal(insn->slot, strtoul(text, NULL, 10) - r->slot_base);
    if (r->line != 0) {
        const struct line *line = program_line(r->p, r->next);
        assert_non_null(line);
        assert_int_equal(line->line, r->line);
        r->lines_seen++;
        r->line = 0;
    }
    r->next++;
}

static void compare_listing(const char *flags)
{
    struct made made;
    struct reader r = {.p = make_program(&made, source, flags), .func = NONE};
    const char *const argv[] = {TEST_OBJDUMP, "-d", "-l", "--no-show-raw-insn", made.path, NULL};
    char *listing = arena_strdup(&made.arena, made_command(&made, argv));
    char *rest = NULL;
    for (char *text = strtok_r(listing, "\n", &rest); text != NULL; text = strtok_r(NULL, "\n", &rest)) {
        char *colon = strrchr(text, ':');
        if (text[0] == ';' && colon != NULL && strspn(colon + 1, "0123456789") > 0) {
            r.line = (uint32_t)strtoul(colon + 1, NULL, 10);
        } else if (text[0] == '0' && strchr(text, '<') != NULL) {
            begin_func(&r, text);
        } else if (text[0] == ' ' && strstr(text, ":\t") != NULL) {
            take_insn(&r, text);
        }
    }
    end_func(&r);
    assert_int_equal(r.seen, r.p->func_count);
    assert_true(r.lines_seen > 8);
    made_free(&made);
}

static void functions_slots_and_lines_agree(void **state)
{
    (void)state;
    compare_listing("-mcpu=v1");
    compare_listing("-mcpu=v2");
    compare_listing("-mcpu=v3");
    compare_listing("-mcpu=v4");
}

static void other_optimisation_levels_agree(void **state)
{
    (void)state;
    compare_listing("-Os");
    compare_listing("-O1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_slots_and_lines_agree),
        cmocka_unit_test(other_optimisation_levels_agree),
    };
    return cmocka_run_group_tests_name("load against llvm-objdump", tests, NULL, NULL);
}
