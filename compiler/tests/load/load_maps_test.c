// SPDX-License-Identifier: Apache-2.0
/* Maps in every spelling that objects in the field have: BTF definitions with inner maps and initial values, legacy
 * definitions of 4, 5, 7 and 9 words and longer ones, with and without BTF, by clang and by gcc. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "object_maker.h"

#define LOOKUP  "static void *(*const lookup)(void *, const void *) = (void *)1;\n"
#define DEF5    "struct bpf_map_def { u32 type, key_size, value_size, max_entries, map_flags; };\n"
#define IN_MAPS " SEC(\".maps\")"

static const struct map *map_of(const struct program *p, const char *name)
{
    for (uint32_t i = 0; i < p->map_count; i++) {
        if (strcmp(p->maps[i].name, name) == 0) {
            return &p->maps[i];
        }
    }
    fail_msg("no map '%s'", name);
    return NULL;
}

static void expect_shape(const struct program *p, const char *name, enum map_type type, const uint32_t shape[4])
{
    const struct map *map = map_of(p, name);
    assert_int_equal(map->type, type);
    assert_int_equal(map->key_bytes, shape[0]);
    assert_int_equal(map->value_bytes, shape[1]);
    assert_int_equal(map->entries, shape[2]);
    assert_int_equal(map->flags, shape[3]);
}

/* The map that the `nth` lddw of the object refers to. */
static const char *referred(const struct program *p, uint32_t nth)
{
    for (uint32_t i = 0; i < p->insn_count; i++) {
        if (p->insns[i].op == OP_LDDW && p->insns[i].ref == REF_MAP && nth-- == 0) {
            return p->maps[p->insns[i].index].name;
        }
    }
    return "";
}

static void legacy_definitions_of_five_words(void **state)
{
    (void)state;
    static const char *const flags[] = {"", "-g0"};
    for (size_t i = 0; i < 2; i++) {
        struct made made;
        const struct program *p = make_program(
            &made,
            DEF5 LOOKUP
            "struct bpf_map_def hits SEC(\"maps\") = {1, 8, 16, 100, 1}, plain SEC(\"maps\") = {2, 4, 4, 7};\n"
            "struct bpf_map_def SEC(\"maps/mine\") own = {6, 4, 8, 2};\n"
            "SEC(\"kprobe/x\") int prog(void *c) { lookup(&plain, c); lookup(&own, c); lookup(&hits, c); "
            "return 0; }\n",
            flags[i]);
        expect_shape(p, "hits", MAP_HASH, (const uint32_t[]){8, 16, 100, 1});
        expect_shape(p, "plain", MAP_ARRAY, (const uint32_t[]){4, 4, 7, 0});
        expect_shape(p, "own", MAP_PERCPU_ARRAY, (const uint32_t[]){4, 8, 2, 0});
        assert_string_equal(referred(p, 0), "plain");
        assert_string_equal(referred(p, 1), "own");
        assert_string_equal(referred(p, 2), "hits");
        assert_int_equal(p->has_btf, i == 0);
        made_free(&made);
    }
}

/* Aya writes 7 words, ending in id and pinning; the kernel's samples end in inner_map_idx and numa_node; iproute2 has 9
 * words with ids; gobpf a name space; the oldest have 4. */
static void legacy_definitions_of_other_lengths(void **state)
{
    (void)state;
    struct made made;
    const struct program *p = make_program(&made,
                                           "struct { u32 w[7]; } aya SEC(\"maps\") = {{27, 0, 0, 4096, 0, 5, 1}};\n"
                                           "struct { u32 w[4]; } old SEC(\"maps/old\") = {{5, 4, 8, 3}};\n"
                                           "struct { u32 w[70]; } gobpf SEC(\"maps/gobpf\") = {{9, 4, 8, 3, 0, 2}};\n"
                                           "SEC(\"xdp\") int prog(void *c) { return 2; }\n",
                                           "-g0");
    expect_shape(p, "aya", MAP_RINGBUF, (const uint32_t[]){0, 0, 4096, 0});
    expect_shape(p, "old", MAP_PERCPU_HASH, (const uint32_t[]){4, 8, 3, 0});
    expect_shape(p, "gobpf", MAP_LRU_HASH, (const uint32_t[]){4, 8, 3, 0});
    assert_int_equal(map_of(p, "aya")->inner_map, NONE);
    made_free(&made);

    p = make_program(&made,
                     "struct { u32 w[7]; } like SEC(\"maps\") = {{2, 4, 4, 9}}, outer SEC(\"maps\") = "
                     "{{13, 4, 4, 2, 0, 0, 0}};\n"
                     "SEC(\"xdp\") int prog(void *c) { return 2; }\n",
                     "-g0");
    assert_string_equal(p->maps[map_of(p, "outer")->inner_map].name, "like");
    made_free(&made);

    p = make_program(&made,
                     "struct { u32 w[9]; } outer SEC(\"maps\") = {{12, 4, 4, 2, 0, 3, 2, 77, 0}},\n"
                     "                     like SEC(\"maps\") = {{2, 4, 8, 9, 0, 77, 0, 0, 0}};\n"
                     "SEC(\"xdp\") int prog(void *c) { return 2; }\n",
                     "-g0");
    assert_string_equal(p->maps[map_of(p, "outer")->inner_map].name, "like");
    made_free(&made);
}

static void annotated_legacy_maps_have_types(void **state)
{
    (void)state;
    struct made made;
    const struct program *p = make_program(
        &made,
        DEF5 "struct value { u64 a, b; };\n"
             "struct bpf_map_def hits SEC(\"maps\") = {1, 4, 16, 100};\n"
             "struct ____btf_map_hits { u32 key; struct value value; } ____btf_map_hits SEC(\".maps.hits\") = {};\n"
             "SEC(\"xdp\") int prog(void *c) { return 2; }\n",
        "");
    assert_string_equal(p->types[map_of(p, "hits")->value_type].name, "value");
    assert_string_equal(p->types[map_of(p, "hits")->key_type].name, "u32");
    made_free(&made);
}

static void maps_of_maps_have_a_template_and_values(void **state)
{
    (void)state;
    struct made made;
    const struct program *p = make_program(
        &made,
        "struct in { __uint(type, 2); __uint(max_entries, 3); __type(key, u32); __type(value, u64); } a" IN_MAPS
        ", b" IN_MAPS ";\n"
        "struct { __uint(type, 12); __uint(max_entries, 4); __uint(key_size, 4); __array(values, struct in); } "
        "named" IN_MAPS " = {.values = {&a, 0, [3] = &b}};\n"
        "struct { __uint(type, 13); __uint(max_entries, 4); __type(key, u64); __uint(map_flags, 1);\n"
        "  __array(values, struct { __uint(type, 1); __uint(max_entries, 8); __type(key, u32); __type(value, u32); "
        "}); } unnamed" IN_MAPS ";\n"
        "SEC(\"xdp\") int prog(void *c) { return 2; }\n",
        "");
    const struct map *named = map_of(p, "named");
    expect_shape(p, "named", MAP_ARRAY_OF_MAPS, (const uint32_t[]){4, 4, 4, 0});
    assert_true(p->maps[named->inner_map].is_template);
    expect_shape(p, "named.inner", MAP_ARRAY, (const uint32_t[]){4, 8, 3, 0});
    assert_int_equal(named->value_count, 4);
    assert_ptr_equal(&p->maps[named->values[0]], map_of(p, "a"));
    assert_int_equal(named->values[1], NONE);
    assert_int_equal(named->values[2], NONE);
    assert_ptr_equal(&p->maps[named->values[3]], map_of(p, "b"));
    expect_shape(p, "unnamed", MAP_HASH_OF_MAPS, (const uint32_t[]){8, 4, 4, 1});
    expect_shape(p, "unnamed.inner", MAP_HASH, (const uint32_t[]){4, 4, 8, 0});
    assert_null(map_of(p, "unnamed")->values);
    made_free(&made);
}

static void prog_arrays_hold_programs(void **state)
{
    (void)state;
    struct made made;
    const struct program *p =
        make_program(&made,
                     "int one(void *c); int two(void *c);\n"
                     "struct { __uint(type, 3); __uint(max_entries, 5); __uint(key_size, 4); __array(values, int (void "
                     "*)); } jumps" IN_MAPS " = {.values = {[1] = (void *)&two, [4] = (void *)&one}};\n"
                     "SEC(\"xdp\") int one(void *c) { return 1; }\nSEC(\"xdp/more\") int two(void *c) { return 2; }\n",
                     "");
    const struct map *jumps = map_of(p, "jumps");
    assert_int_equal(jumps->value_count, 5);
    assert_int_equal(jumps->progs[0], NONE);
    assert_string_equal(p->funcs[jumps->progs[1]].name, "two");
    assert_string_equal(p->funcs[jumps->progs[4]].name, "one");
    made_free(&made);
}

/* What is of no use on a board is kept (type, extra) or ignored with a note (pinning, numa_node), never refused. */
static void every_type_and_attribute_is_kept(void **state)
{
    (void)state;
    struct made made;
    const struct program *p = make_program(
        &made,
        "struct { __uint(type, 30); __uint(max_entries, 8); __uint(value_size, 4); __uint(map_extra, 3); } "
        "bloom" IN_MAPS ";\n"
        "struct { __uint(type, 33); __uint(max_entries, 8); __uint(map_flags, 1 << 10);\n"
        "  enum { arena_start = 0x100000000000 } map_extra; } arena" IN_MAPS ";\n"
        "struct { __uint(type, 999); __uint(max_entries, 8); __uint(numa_node, 1); __uint(pinning, 1); } future" IN_MAPS
        ";\n"
        "SEC(\"fentry/anything\") int prog(void *c) { return 0; }\n",
        "");
    assert_int_equal(map_of(p, "bloom")->extra, 3);
    assert_int_equal(map_of(p, "arena")->extra, 0x100000000000);
    assert_int_equal((int)map_of(p, "future")->type, 999);
    made_free(&made);
}

/* gcc leaves a symbol's value in the instruction as well, and names functions in bytes. */
static void gcc_objects_mean_the_same(void **state)
{
    (void)state;
    if (access(TEST_BPF_GCC, X_OK) != 0) {
        print_message("bpf-gcc is not installed: skipped\n");
        skip();
    }
    struct made made;
    const struct program *p = make_program(
        &made,
        DEF5 "void *lookup(void *, const void *) __attribute__((kernel_helper(1)));\n"
             "struct bpf_map_def first SEC(\"maps\") = {2, 4, 4, 7}, hits SEC(\"maps\") = {1, 8, 16, 100, 1};\n"
             "int a0 = 1, a1[4] = {1, 2, 3, 4}; volatile int s0 = 3;\n"
             "static noinline int f0(int x) { return x + s0; }\n"
             "static noinline int f1(int x) { return x * s0 + f0(x); }\n"
             "noinline int g0(int x) { return f1(x) + a1[2]; }\n"
             "noinline int g1(int x) { return g0(x) + f1(x) + a1[3] + a0; }\n"
             "SEC(\"raw\") int prog(u32 *c) { lookup(&hits, c); return g1(*c) + f1(*c) + g0(1) + f0(3); }\n",
        "bpf-gcc");
    assert_string_equal(referred(p, 0), "hits");
    static const char *const calls[] = {"g1", "f1", "g0", "f0"};
    uint32_t seen = 0;
    const struct func *prog = &p->funcs[program_find_func(p, "prog")];
    for (uint32_t i = prog->first; i < prog->first + prog->count; i++) {
        if (p->insns[i].op == OP_CALL) {
            bool known = false;
            for (size_t k = 0; k < 4; k++) {
                known = known || strcmp(p->funcs[p->insns[i].index].name, calls[k]) == 0;
            }
            assert_true(known);
            seen++;
        }
    }
    assert_int_equal(seen, 4);
    const struct func *g1 = &p->funcs[program_find_func(p, "g1")];
    for (uint32_t i = g1->first; i < g1->first + g1->count; i++) {
        const struct insn *insn = &p->insns[i];
        if (insn->op == OP_LDDW) {
            const struct map *map = &p->maps[insn->index];
            assert_string_equal(map->name, ".data");
            bool known = false;
            for (uint32_t k = 0; k < map->variable_count; k++) {
                known = known || map->variables[k].offset_bytes == insn->imm;
            }
            assert_true(known);
        }
    }
    made_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(legacy_definitions_of_five_words), cmocka_unit_test(legacy_definitions_of_other_lengths),
        cmocka_unit_test(annotated_legacy_maps_have_types), cmocka_unit_test(maps_of_maps_have_a_template_and_values),
        cmocka_unit_test(prog_arrays_hold_programs),        cmocka_unit_test(every_type_and_attribute_is_kept),
        cmocka_unit_test(gcc_objects_mean_the_same),
    };
    return cmocka_run_group_tests_name("load maps", tests, NULL, NULL);
}
