// SPDX-License-Identifier: Apache-2.0
/* libbpf as the judge: its relocated instructions, program by program, are ours. libbpf prepares a light skeleton
 * (gen_loader), which needs no kernel, and puts the functions that a program calls behind it; so both are walked from
 * the program along the calls. Arguments: objects to compare instead (target load-libbpf-long). */
#include <bpf/libbpf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "object_maker.h"
#include "program/decode.h"

#define MAP_BY_INDEX   5 /* src of a lddw (RFC 9669 §5.4) */
#define VALUE_BY_INDEX 6
#define LDDW           0x18

/* libbpf's reading of one program, cut into functions. */
struct reading {
    const struct program *ours;
    struct bpf_object *object;
    struct code *parts;
    uint32_t part_count;
    struct insn **insns; /* per part */
    uint32_t *counts;
    uint32_t *func_of; /* per part: our function, or NONE while it has not been met */
};

static const char *map_name_of(const struct reading *r, uint32_t index)
{
    struct bpf_map *map = NULL;
    bpf_object__for_each_map(map, r->object)
    {
        if (index-- == 0) {
            return bpf_map__name(map);
        }
    }
    return "";
}

/* libbpf calls data sections "OBJECT.rodata". */
static bool same_map(const char *ours, const char *theirs)
{
    size_t a = strlen(ours);
    size_t b = strlen(theirs);
    return strcmp(ours, theirs) == 0 || (ours[0] == '.' && b > a && strcmp(theirs + b - a, ours) == 0);
}

/* What libbpf's instructions say of maps, as relocations for our decoder. */
static struct slot_reloc *relocs_of(struct arena *arena, const uint8_t *bytes, uint32_t slots)
{
    struct slot_reloc *relocs = arena_array(arena, slots, sizeof *relocs);
    for (uint32_t i = 0; i + 1 < slots; i++) {
        const uint8_t *insn = bytes + (size_t)i * SLOT_BYTES;
        uint32_t src = insn[1] >> 4;
        int32_t index = 0;
        int32_t offset = 0;
        memcpy(&index, insn + 4, 4);
        memcpy(&offset, insn + 12, 4);
        if (insn[0] == LDDW && (src == MAP_BY_INDEX || src == VALUE_BY_INDEX)) {
            relocs[i] = (struct slot_reloc){.kind = RELOC_LDDW,
                                            .ref = src == MAP_BY_INDEX ? REF_MAP : REF_MAP_VALUE,
                                            .index = (uint32_t)index,
                                            .addend = src == MAP_BY_INDEX ? 0 : offset};
        }
        i += insn[0] == LDDW;
    }
    return relocs;
}

static void pair(struct reading *r, uint32_t func, uint32_t part)
{
    assert_true(part < r->part_count);
    if (r->func_of[part] != NONE) {
        assert_int_equal(r->func_of[part], func);
    }
    r->func_of[part] = func;
}

static void compare_insn(struct reading *r, const struct func *func, const struct insn *a, const struct insn *b)
{
    assert_int_equal(a->op, b->op);
    assert_int_equal(a->ref, b->ref);
    assert_int_equal(a->bits, b->bits);
    assert_int_equal(a->from_bits, b->from_bits);
    assert_int_equal(a->dst, b->dst);
    assert_int_equal(a->src, b->src);
    assert_int_equal(a->use_imm, b->use_imm);
    assert_int_equal(a->fetch, b->fetch);
    assert_int_equal(a->off, b->off);
    assert_int_equal(a->slot, b->slot);
    if (op_class(a->op) == CLASS_JUMP) {
        assert_int_equal(a->target - func->first, b->target);
    }
    bool is_func = a->op == OP_CALL || (a->op == OP_LDDW && a->ref == REF_FUNC);
    if (is_func) {
        pair(r, a->index, b->index);
    } else {
        assert_int_equal(a->imm, b->imm);
    }
    if (a->op == OP_LDDW && (a->ref == REF_MAP || a->ref == REF_MAP_VALUE)) {
        if (!same_map(r->ours->maps[a->index].name, map_name_of(r, b->index))) {
            fail_msg("%s refers to %s, libbpf says %s", func->name, r->ours->maps[a->index].name,
                     map_name_of(r, b->index));
        }
    }
}

/* All functions that can be met from the program, each once. */
static void compare_walk(struct reading *r)
{
    bool progress = true;
    bool *done = calloc(r->part_count, sizeof *done);
    while (progress) {
        progress = false;
        for (uint32_t part = 0; part < r->part_count; part++) {
            if (done[part] || r->func_of[part] == NONE) {
                continue;
            }
            const struct func *func = &r->ours->funcs[r->func_of[part]];
            assert_int_equal(func->count, r->counts[part]);
            for (uint32_t i = 0; i < func->count; i++) {
                compare_insn(r, func, &r->ours->insns[func->first + i], &r->insns[part][i]);
            }
            done[part] = progress = true;
        }
    }
    for (uint32_t part = 0; part < r->part_count; part++) {
        assert_true(done[part]);
    }
    free(done);
}

static void compare_program(struct reading *r, const struct bpf_program *program, struct made *made)
{
    uint32_t slots = (uint32_t)bpf_program__insn_cnt(program);
    const uint8_t *bytes = (const uint8_t *)bpf_program__insns(program);
    const struct code all = {.bytes = bytes,
                             .slot_count = slots,
                             .relocs = relocs_of(&made->arena, bytes, slots),
                             .function = bpf_program__name(program)};
    if (!decode_split(&r->parts, &r->part_count, &all, 0, &made->arena, made->d)) {
        fail_msg("%s: %s", all.function, made_message(made));
    }
    r->insns = arena_array(&made->arena, r->part_count, sizeof *r->insns);
    r->counts = arena_array(&made->arena, r->part_count, sizeof *r->counts);
    r->func_of = arena_array(&made->arena, r->part_count, sizeof *r->func_of);
    memset(r->func_of, 0xff, r->part_count * sizeof *r->func_of);
    for (uint32_t i = 0; i < r->part_count; i++) {
        uint32_t *slot_insn = NULL;
        if (!decode_func(&r->insns[i], &r->counts[i], &slot_insn, &r->parts[i], &made->arena, made->d)) {
            fail_msg("%s: %s", all.function, made_message(made));
        }
    }
    pair(r, program_find_func(r->ours, all.function), 0);
    compare_walk(r);
}

/* Object NAME as it was made: all programs and maps are compared. NULL, or why nothing could be: what only libbpf or
 * only we refuse is no difference in what both read. */
static const char *compare_made(struct made *made)
{
    if (!made_load(made)) {
        return made_error(made);
    }
    struct reading r = {.ours = &made->program};
    if (r.ours->core_count != 0) {
        return "CO-RE";
    }
    if (r.ours->extern_count != 0) {
        return "externs, which libbpf binds to a kernel";
    }
    r.object = bpf_object__open_mem(made->bytes, made->size, NULL);
    if (r.object == NULL) {
        return "libbpf does not open it";
    }
    if (bpf_object__next_program(r.object, NULL) == NULL) {
        bpf_object__close(r.object);
        return "libbpf sees no program in it";
    }
    struct bpf_program *program = NULL;
    bpf_object__for_each_program(program, r.object)
    {
        if (bpf_program__type(program) == 0) {
            bpf_program__set_type(program, BPF_PROG_TYPE_SCHED_CLS);
        }
    }
    struct gen_loader_opts options = {.sz = sizeof options};
    assert_int_equal(bpf_object__gen_loader(r.object, &options), 0);
    int error = bpf_object__load(r.object);
    if (error != 0 && error != -EOPNOTSUPP) { /* that is values of prog arrays, which come after the relocations */
        bpf_object__close(r.object);
        return "libbpf does not prepare it";
    }
    uint32_t count = 0;
    bpf_object__for_each_program(program, r.object)
    {
        compare_program(&r, program, made);
        count++;
    }
    for (uint32_t i = 0; i < r.ours->func_count; i++) {
        count -= r.ours->funcs[i].is_program;
    }
    assert_int_equal(count, 0); /* the same programs, not one less */
    struct bpf_map *map = NULL;
    bpf_object__for_each_map(map, r.object)
    {
        bool found = false;
        for (uint32_t i = 0; i < r.ours->map_count; i++) {
            const struct map *ours = &r.ours->maps[i];
            if (!same_map(ours->name, bpf_map__name(map))) {
                continue;
            }
            found = true;
            assert_int_equal(ours->type, bpf_map__type(map));
            assert_int_equal(ours->value_bytes, bpf_map__value_size(map));
            if (ours->role == MAP_USER) {
                assert_int_equal(ours->key_bytes, bpf_map__key_size(map));
                bool by_kernel =
                    ours->type == MAP_RINGBUF || ours->type == MAP_PERF_EVENT_ARRAY; /* pages, processors */
                assert_true(by_kernel || ours->entries == bpf_map__max_entries(map));
                assert_int_equal(ours->flags, bpf_map__map_flags(map));
            }
        }
        assert_true(found);
    }
    bpf_object__close(r.object);
    return NULL;
}

/* The object of the source at `path`. */
static const char *compare_source(struct made *made, const char *path, const char *flags)
{
    char source[600];
    char all_flags[512];
    snprintf(source, sizeof source, "#undef noinline\n#include \"%s\"\n", path);
    snprintf(all_flags, sizeof all_flags, "-I%s %s", TEST_INCLUDE, flags);
    make_object(made, source, all_flags);
    return compare_made(made);
}

static void instructions_are_those_of_libbpf(void **state)
{
    (void)state;
    static const char *const names[] = {"xdp_samples", "tracing_samples", "tc_samples"};
    static const char *const flags[] = {"-mcpu=v2", "-mcpu=v3 -Os", "-mcpu=v4"};
    libbpf_set_print(NULL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (size_t k = 0; k < sizeof flags / sizeof *flags; k++) {
            struct made made;
            char path[512];
            snprintf(path, sizeof path, "%s/%s.bpf.c", TEST_OBJECTS, names[i]);
            assert_null(compare_source(&made, path, flags[k]));
            made_free(&made);
        }
    }
}

/* Objects of the command line; each says what became of it. */
static void objects_are_those_of_libbpf(void **state)
{
    libbpf_set_print(NULL);
    for (char **path = *state; *path != NULL; path++) {
        struct made made = {.d = diag_new(*path), .path = *path};
        char *bytes = NULL;
        assert_true(file_read(&made.arena, *path, &bytes, &made.size, made.d));
        made.bytes = (uint8_t *)bytes;
        const char *why = compare_made(&made);
        printf("%s %s\n", why == NULL ? "equal" : why, *path);
        made_free(&made);
    }
}

/* Hooks that libbpf does not know are sockets' to it. */
static bool name_our_hooks(void)
{
    LIBBPF_OPTS(libbpf_prog_handler_opts, none);
    return libbpf_register_prog_handler(NULL, BPF_PROG_TYPE_SOCKET_FILTER, 0, &none) > 0;
}

int main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(instructions_are_those_of_libbpf)};
    const struct CMUnitTest others[] = {cmocka_unit_test_prestate(objects_are_those_of_libbpf, argv + 1)};
    if (argc < 2) {
        return cmocka_run_group_tests_name("load against libbpf", tests, NULL, NULL);
    }
    if (!name_our_hooks()) {
        return 1;
    }
    return cmocka_run_group_tests_name("load objects against libbpf", others, NULL, NULL);
}
