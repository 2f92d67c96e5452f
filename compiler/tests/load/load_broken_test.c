// SPDX-License-Identifier: Apache-2.0
/* Broken objects: every truncation, and some thousand deterministic changes of bytes, must be loaded or refused
 * cleanly. The sanitizers say when not. What is accepted is walked, so that every index in it is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "object_maker.h"

#define FLIPS 3000

static const char rich[] =
    "struct key { u32 a; char b[4]; };\n"
    "struct { __uint(type, 1); __uint(max_entries, 10); __type(key, struct key); __type(value, u64); } m "
    "SEC(\".maps\");\n"
    "const volatile int limit = 3; int g = 5; u64 zeroed; int mine SEC(\".data.mine\") = 9;\n"
    "extern int board(int) __attribute__((section(\".ksyms\")));\n"
    "extern int CONFIG_HZ __attribute__((section(\".kconfig\")));\n"
    "static void *(*lookup)(void *, void *) = (void *)1; static long (*print)(const char *, u32, ...) = (void *)6;\n"
    "static long (*loop)(u32, void *, void *, u64) = (void *)181;\n"
    "static int callback(u32 i, void *c) { return g + i; }\n"
    "static noinline int leaf(int x) { return x * limit + mine; }\n"
    "noinline int shared(int x) { return leaf(x) - g; }\n"
    "SEC(\"xdp\") int one(void *c) { struct key k = {1}; u64 *v = lookup(&m, &k); if (v) ++*v;\n"
    "  loop(3, callback, 0, 0); print(\"hi %d\\n\", 7, g); return shared(board(CONFIG_HZ)); }\n"
    "SEC(\"xdp\") int two(void *c) { for (int i = 0; i < limit; i++) zeroed += leaf(i); return 0; }\n"
    "char _license[] SEC(\"license\") = \"GPL\";\n";

static const char plain[] =
    "unsigned f(unsigned *c) { return c[0] / c[1]; } unsigned h(unsigned *c) { return f(c) + f(c + 1); }\n";

/* Reads what other rooms would read; returns a sum so that nothing is optimised away. */
static uint64_t walk(const struct program *p)
{
    uint64_t sum = 0;
    char text[200];
    for (uint32_t i = 0; i < p->insn_count; i++) {
        sum += (uint64_t)insn_print(text, sizeof text, p, i);
        const struct line *line = program_line(p, i);
        sum += line != NULL ? strlen(line->text) + strlen(line->file) : 0;
        assert_true(!insn_has_target(&p->insns[i]) || p->insns[i].target < p->insn_count);
        assert_true(p->insns[i].op != OP_GOTOX ||
                    p->insns[i].target + (uint64_t)p->insns[i].index <= p->jump_target_count);
    }
    for (uint32_t i = 0; i < p->map_count; i++) {
        const struct map *map = &p->maps[i];
        for (uint32_t k = 0; map->init != NULL && k < map->value_bytes; k++) {
            sum += map->init[k];
        }
        sum += type_size(p, map->key_type) + strlen(map->symbol);
        for (uint32_t k = 0; k < map->variable_count; k++) {
            assert_true(map->variables[k].offset_bytes + map->variables[k].size_bytes <= map->value_bytes);
            sum += type_size(p, map->variables[k].type);
        }
    }
    for (uint32_t i = 0; i < p->type_count; i++) {
        sum += type_size(p, i) + strlen(p->types[i].name);
        for (uint32_t k = 0; k < p->types[i].member_count; k++) {
            sum += strlen(p->types[i].members[k].name) + type_size(p, p->types[i].members[k].type);
        }
    }
    return sum;
}

static void load_and_walk(struct made *made)
{
    volatile uint64_t sink = 0;
    (void)sink;
    if (made_load(made)) {
        sink = walk(&made->program);
        assert_int_equal(diag_status(made->d), STATUS_OK);
    } else {
        assert_string_not_equal(made_error(made), "");
    }
}

static void truncate_everywhere(const char *source, const char *flags)
{
    struct made made;
    make_object(&made, source, flags);
    while (made.size > 0) {
        made.size--;
        assert_false(made_load(&made));
        assert_int_equal(diag_status(made.d), STATUS_INPUT);
    }
    made_free(&made);
}

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static void flip_bytes(const char *source, const char *flags, uint32_t most)
{
    struct made made;
    make_object(&made, source, flags);
    uint8_t *original = malloc(made.size);
    memcpy(original, made.bytes, made.size);
    uint64_t random = 1;
    for (uint32_t round = 0; round < FLIPS; round++) {
        uint32_t count = 1 + next_random(&random) % most;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t kind = next_random(&random) % 3;
            uint8_t *byte = &made.bytes[next_random(&random) % made.size];
            *byte = (uint8_t)(kind == 0 ? *byte ^ 1u << next_random(&random) % 8 : kind == 1 ? 0xff : 0);
        }
        load_and_walk(&made);
        memcpy(made.bytes, original, made.size);
    }
    free(original);
    assert_true(made_load(&made));
    made_free(&made);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    truncate_everywhere(rich, "");
    truncate_everywhere(plain, "-g0");
}

static void single_changes_do_no_harm(void **state)
{
    (void)state;
    flip_bytes(rich, "", 1);
    flip_bytes(plain, "-mcpu=v3", 1);
    flip_bytes(plain, "-g0", 1);
}

static void several_changes_do_no_harm(void **state)
{
    (void)state;
    flip_bytes(rich, "", 8);
    flip_bytes(plain, "-g0", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(single_changes_do_no_harm),
        cmocka_unit_test(several_changes_do_no_harm),
    };
    return cmocka_run_group_tests_name("broken objects", tests, NULL, NULL);
}
