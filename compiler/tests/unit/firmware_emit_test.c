// SPDX-License-Identifier: Apache-2.0
/* From a hand-made module to images on every board: stubs, one optimised module, linking, budgets, and refusals that
 * leave nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <llvm-c/IRReader.h>

#include "base/file.h"
#include "base/text.h"
#include "firmware/binary.h"
#include "firmware/ctype.h"
#include "firmware/firmware.h"
#include "firmware/skel.h"
#include "firmware/stubs.h"
#include "firmware/target.h"

/* What the lifter makes of `n = lookup(&counts, &key); if (n) ++*n; return 0`. */
static const char tick[] = "define i64 @bpf_prog_tick(ptr %ctx, i32 %size) nounwind {\n"
                           "  %key = alloca i32, align 4\n"
                           "  store i32 1, ptr %key\n"
                           "  %map = call ptr @__lddw_helper_map_by_idx(i64 0)\n"
                           "  %v = call ptr @_bpf_helper_ext_0001(ptr %map, ptr %key)\n"
                           "  %is = icmp eq ptr %v, null\n"
                           "  br i1 %is, label %end, label %add\n"
                           "add:\n"
                           "  %n = load i64, ptr %v\n"
                           "  %m = add i64 %n, 1\n"
                           "  store i64 %m, ptr %v\n"
                           "  br label %end\n"
                           "end:\n"
                           "  ret i64 0\n"
                           "}\n"
                           "declare ptr @__lddw_helper_map_by_idx(i64)\n"
                           "declare ptr @_bpf_helper_ext_0001(ptr, ptr)\n";

/* A build of `tick` and all that it needs. */
struct build {
    struct program program;
    struct verified *verified;
    struct board board;
    struct build_options options;
    struct object object;
    struct image image;
    LLVMContextRef llvm;
    struct diag *d;
    struct hook hook;
    struct map maps[2];
    struct insn insns[4];
    struct func func;
    char *dir;
    struct arena arena;
};

static int set_up(void **state)
{
    struct build *b = calloc(1, sizeof *b);
    static const uint8_t init[4] = {1, 2, 3, 4};
    b->d = diag_new("tick.bpf.o");
    b->dir = file_work_dir(&b->arena, b->d);
    b->insns[0] = (struct insn){.op = OP_LDDW, .ref = REF_MAP, .dst = 1, .bits = 64};
    b->insns[1] = (struct insn){.op = OP_HELPER, .imm = 1, .bits = 64};
    b->insns[2] = (struct insn){.op = OP_LDDW, .ref = REF_MAP_VALUE, .index = 1, .dst = 0, .bits = 64};
    b->insns[3] = (struct insn){.op = OP_EXIT, .bits = 64};
    b->func = (struct func){
        .name = "tick", .section = "raw", .count = 4, .is_program = true, .is_global = true, .hook = hook_named("raw")};
    b->maps[0] = (struct map){
        .name = "counts", .symbol = "counts", .type = MAP_ARRAY, .key_bytes = 4, .value_bytes = 8, .entries = 16};
    b->maps[1] = (struct map){.name = ".rodata",
                              .symbol = "rodata",
                              .type = MAP_ARRAY,
                              .role = MAP_SECTION_RODATA,
                              .key_bytes = 4,
                              .value_bytes = 4,
                              .entries = 1,
                              .init = init};
    b->program = (struct program){.path = "tick.bpf.o",
                                  .stem = "tick",
                                  .insns = b->insns,
                                  .funcs = &b->func,
                                  .maps = b->maps,
                                  .insn_count = 4,
                                  .func_count = 1,
                                  .map_count = 2,
                                  .license = "GPL"};
    b->options.output = arena_printf(&b->arena, "%s/out.elf", b->dir);
    b->llvm = LLVMContextCreate();
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct build *b = *state;
    image_free(&b->image);
    object_free(&b->object);
    verified_free(b->verified);
    board_free(&b->board);
    diag_free(b->d);
    LLVMContextDispose(b->llvm);
    arena_free(&b->arena);
    free(b);
    return 0;
}

static LLVMModuleRef parse(struct build *b, const char *text)
{
    LLVMModuleRef module = NULL;
    char *message = NULL;
    LLVMMemoryBufferRef buffer = LLVMCreateMemoryBufferWithMemoryRangeCopy(text, strlen(text), "tick");
    assert_false(LLVMParseIRInContext(b->llvm, buffer, &module, &message));
    return module;
}

/* Builds for `board`; prints an unexpected error. */
static bool build(struct build *b, const char *board)
{
    struct limits limits = {.context_bytes = 4};
    if (!read_board(&b->board, board, b->d))
        return false;
    b->verified = verify_skip(&b->program, 0, &limits, b->d);
    assert_non_null(b->verified);
    return emit_object(&b->object, parse(b, tick), b->verified, &b->board, &b->options, b->d) &&
           link_firmware(&b->image, &b->object, &b->board, &b->options, b->d);
}

static void assert_built(struct build *b, const char *board)
{
    bool ok = build(b, board);
    if (!ok)
        diag_print(b->d, stderr, false);
    assert_true(ok);
    assert_true(file_exists(b->options.output));
}

static void assert_refused(struct build *b, const char *board, const char *id, enum status status)
{
    const char *name, *message;
    struct place place;
    assert_false(build(b, board));
    assert_true(diag_root(b->d, &name, &message, &place));
    assert_string_equal(name, id);
    assert_int_equal(diag_status(b->d), status);
    assert_false(file_exists(b->options.output));
}

static uint64_t item(const struct build *b, const char *kind, const char *name)
{
    for (uint32_t i = 0; i < b->image.item_count; i++) {
        if (strcmp(b->image.items[i].kind, kind) == 0 && strcmp(b->image.items[i].name, name) == 0)
            return b->image.items[i].used_bytes;
    }
    return UINT64_MAX;
}

static void check_board(struct build *b, const char *board, uint64_t largest)
{
    struct binary binary = {0};
    assert_built(b, board);
    assert_true(binary_read(&binary, b->options.output, &b->arena, b->d));
    const struct binary_symbol *main = binary_find(&binary, "bpf_main"),
                               *tick_symbol = binary_find(&binary, "bpf_prog_tick");
    assert_non_null(main);
    assert_non_null(tick_symbol);
    assert_int_equal(main->address, tick_symbol->address);
    assert_null(binary_find(&binary, "_bpf_helper_ext_0001"));
    assert_non_null(binary_find(&binary, "bpf_map_counts"));
    assert_non_null(binary.note);
    assert_int_equal(item(b, "map", "counts"), 128);
    assert_in_range(item(b, "program", "tick"), 8, largest);
}

static void cortex_m4_inlines_the_lookup(void **state)
{
    check_board(*state, "cortex-m4", 32);
}

static void stm32f4_builds(void **state)
{
    check_board(*state, "stm32f4", 32);
}

static void microbit_builds(void **state)
{
    check_board(*state, "microbit", 40);
}

static void riscv32_builds(void **state)
{
    check_board(*state, "riscv32", 48);
}

static void same_input_gives_the_same_bytes(void **state)
{
    struct build *b = *state;
    char *first, *second;
    size_t first_size, second_size;
    assert_built(b, "microbit");
    assert_true(file_read(&b->arena, b->options.output, &first, &first_size, b->d));
    image_free(&b->image);
    object_free(&b->object);
    verified_free(b->verified);
    board_free(&b->board);
    assert_built(b, "microbit");
    assert_true(file_read(&b->arena, b->options.output, &second, &second_size, b->d));
    assert_int_equal(first_size, second_size);
    assert_memory_equal(first, second, first_size);
}

static void all_outputs_are_written(void **state)
{
    static const char *const all[] = {"elf", "bin", "hex", "map", "dis", "ll", "bc", "s", "obj", "stubs", "skel", NULL};
    static const char *const endings[] = {"elf", "bin", "hex", "map", "dis", "ll", "bc", "s", "o", "stubs.c", "skel.h"};
    struct build *b = *state;
    b->options.emit = all;
    assert_built(b, "riscv32");
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        assert_true(file_exists(arena_printf(&b->arena, "%s/out.%s", b->dir, endings[i])));
}

static void an_unknown_output_is_refused(void **state)
{
    static const char *const emit[] = {"elf", "exe", NULL};
    struct build *b = *state;
    b->options.emit = emit;
    assert_refused(b, "microbit", "option", STATUS_INPUT);
}

static void maps_above_the_ram_are_refused_before_compiling(void **state)
{
    struct build *b = *state;
    b->maps[0].entries = 500000000;
    assert_refused(b, "microbit", "does-not-fit", STATUS_UNSUPPORTED);
}

static void an_overflow_is_measured_and_refused(void **state)
{
    struct build *b = *state;
    b->maps[0].entries = 2040; /* 16320 of 16384 bytes: no room for the stack */
    assert_refused(b, "microbit", "does-not-fit", STATUS_UNSUPPORTED);
    assert_int_equal(item(b, "map", "counts"), 16320);
}

static void budgets_are_checked(void **state)
{
    struct build *b = *state;
    b->options.max_flash = 100;
    assert_refused(b, "microbit", "does-not-fit", STATUS_UNSUPPORTED);
}

static void ram_budget_counts_the_stack(void **state)
{
    struct build *b = *state;
    b->options.max_ram = 200;
    assert_refused(b, "microbit", "does-not-fit", STATUS_UNSUPPORTED);
}

static void stack_budget_is_checked(void **state)
{
    struct build *b = *state;
    b->options.max_stack = 8;
    assert_refused(b, "microbit", "does-not-fit", STATUS_UNSUPPORTED);
}

static void an_unproved_program_has_no_instruction_budget(void **state)
{
    struct build *b = *state;
    b->options.max_insns = 1000;
    assert_refused(b, "microbit", "does-not-fit", STATUS_UNSUPPORTED);
}

static void a_hook_the_board_lacks_is_refused(void **state)
{
    struct build *b = *state;
    b->hook = *hook_named("raw");
    b->hook.name = "lever";
    b->func.hook = &b->hook;
    assert_refused(b, "microbit", "hook-not-served", STATUS_UNSUPPORTED);
}

static void a_hook_that_no_board_starts_is_refused(void **state)
{
    struct build *b = *state;
    b->func.hook = hook_named("kprobe");
    assert_refused(b, "microbit", "hook-not-served", STATUS_UNSUPPORTED);
}

static void user_stubs(struct build *b, const char *text)
{
    const char **list = arena_array(&b->arena, 2, sizeof *list);
    list[0] = arena_printf(&b->arena, "%s/user.c", b->dir);
    assert_true(file_write(list[0], text, strlen(text), b->d));
    b->options.stubs = list;
}

static void a_missing_stub_names_the_helper(void **state)
{
    struct build *b = *state;
    user_stubs(b, "void *__lddw_helper_map_by_idx(unsigned long long i) { return (void *)(unsigned)i; }\n");
    assert_refused(b, "microbit", "stub", STATUS_INPUT);
}

static void a_stub_of_another_type_is_refused(void **state)
{
    struct build *b = *state;
    user_stubs(b, "void *__lddw_helper_map_by_idx(unsigned long long i) { return (void *)(unsigned)i; }\n"
                  "long long _bpf_helper_ext_0001(void *m, void *k) { return m == k; }\n");
    assert_refused(b, "microbit", "stub", STATUS_INPUT);
}

static void stubs_that_do_not_compile_are_told(void **state)
{
    struct build *b = *state;
    user_stubs(b, "nonsense\n");
    assert_refused(b, "microbit", "tool-failed", STATUS_INPUT);
}

static const char good_stubs[] = "#include \"map_array.h\"\n"
                                 "BAREBPF_ARRAY_MAP(counts, uint64_t, 16);\n"
                                 "_Alignas(8) const uint8_t bpf_map_rodata[4] = {1, 2, 3, 4};\n"
                                 "void *__lddw_helper_map_by_idx(uint64_t i) { return i ? NULL : &bpf_map_counts; }\n"
                                 "void *__lddw_helper_map_val(uint64_t i) { return (void *)&bpf_map_rodata[i - 1]; }\n"
                                 "void *_bpf_helper_ext_0001(void *m, const void *k) { (void)k; return m; }\n";

static void a_users_stubs_are_linked(void **state)
{
    user_stubs(*state, good_stubs);
    assert_built(*state, "microbit");
}

static void stubs_with_other_constants_are_refused(void **state)
{
    struct build *b = *state;
    static const uint8_t other[4] = {1, 2, 3, 5};
    b->maps[1].init = other;
    user_stubs(b, good_stubs);
    assert_refused(b, "microbit", "stub", STATUS_INPUT);
}

static void stubs_with_values_of_another_size_are_refused(void **state)
{
    struct build *b = *state;
    b->maps[0].value_bytes = 16;
    b->maps[0].entries = 8;
    user_stubs(b, good_stubs);
    assert_refused(b, "microbit", "stub", STATUS_INPUT);
}

/* -- generated C --------------------------------------------------------------------------------------------------- */

/* struct pair { u8 a; u64 b; } natural; struct tight { u8 a; u64 b; } packed; bits; a pointer; text. */
static struct member natural_members[] = {{.name = "a", .type = 2}, {.name = "b", .type = 1, .offset_bits = 64}};
static struct member tight_members[] = {{.name = "a", .type = 2},
                                        {.name = "b", .type = 1, .offset_bits = 8},
                                        {.name = "low", .type = 2, .offset_bits = 72, .bitfield_bits = 3},
                                        {.name = "high", .type = 2, .offset_bits = 76, .bitfield_bits = 4},
                                        {.name = "p", .type = 5, .offset_bits = 96},
                                        {.name = "text", .type = 6, .offset_bits = 160},
                                        {.name = "inner", .type = 3, .offset_bits = 192}};
static struct type types[] = {
    {.kind = TYPE_VOID, .name = ""},
    {.kind = TYPE_INT, .name = "long long", .size_bytes = 8, .encoding = INT_UNSIGNED},
    {.kind = TYPE_INT, .name = "unsigned char", .size_bytes = 1, .encoding = INT_UNSIGNED},
    {.kind = TYPE_STRUCT, .name = "pair", .size_bytes = 16, .members = natural_members, .member_count = 2},
    {.kind = TYPE_STRUCT, .name = "tight", .size_bytes = 41, .members = tight_members, .member_count = 7},
    {.kind = TYPE_POINTER, .name = "", .target = 3},
    {.kind = TYPE_ARRAY, .name = "", .target = 7, .count = 4},
    {.kind = TYPE_INT, .name = "char", .size_bytes = 1, .encoding = INT_CHAR},
};

static void types_keep_the_layout_of_btf(void **state)
{
    struct build *b = *state;
    struct text text = {0};
    struct ctype_set set = {0};
    b->program.types = types;
    b->program.type_count = 8;
    ctype_define(&text, &b->program, 4, &set);
    assert_string_equal(text_chars(&text), "struct pair {\n    uint8_t a;\n    uint64_t b;\n};\n"
                                           "_Static_assert(sizeof(struct pair) == 16, \"layout of pair\");\n\n"
                                           "struct tight {\n    uint8_t a;\n    uint64_t b;\n    uint8_t low : 3;\n"
                                           "    uint8_t : 1;\n    uint8_t high : 4;\n    uint8_t _pad10[2];\n"
                                           "    uint64_t p;\n    char text[4];\n    struct pair inner;\n"
                                           "    uint8_t _pad40[1];\n} __attribute__((packed));\n"
                                           "_Static_assert(sizeof(struct tight) == 41, \"layout of tight\");\n\n");
    text_free(&text);
    ctype_set_free(&set);
}

/* Compiles generated C for a board with every warning an error. */
static void assert_compiles(struct build *b, const char *board_name, const char *name, const char *source)
{
    struct board board = {0};
    struct command command = {0};
    char *path = arena_printf(&b->arena, "%s/%s", b->dir, name);
    assert_true(read_board(&board, board_name, b->d));
    assert_true(file_write(path, source, strlen(source), b->d));
    clang_command(&command, &b->arena, &board, &b->options);
    const char *const rest[] = {"-Werror", "-fsyntax-only", "-x", "c", path, NULL};
    command_add_list(&command, rest);
    bool ok = command_run_tool(&command, &b->arena, name, NULL, b->d);
    if (!ok)
        diag_print(b->d, stderr, false);
    assert_true(ok);
    board_free(&board);
}

static void generated_c_compiles_without_warnings(void **state)
{
    static const char *const boards[] = {"microbit", "riscv32"};
    struct build *b = *state;
    struct text stubs = {0}, skel = {0};
    struct limits limits = {.context_bytes = 4};
    b->program.types = types;
    b->program.type_count = 8;
    b->maps[0].value_bytes = 41;
    b->maps[0].value_type = 4;
    b->maps[0].type = MAP_HASH;
    b->verified = verify_skip(&b->program, 0, &limits, b->d);
    assert_true(read_board(&b->board, "microbit", b->d));
    assert_true(stubs_generate(&stubs, b->verified, &b->board, &(struct build_options){0}, b->d));
    skel_generate(&skel, b->verified, false);
    const char *skel_path = arena_printf(&b->arena, "%s/gen.skel.h", b->dir);
    for (size_t i = 0; i < 2; i++) {
        assert_compiles(b, boards[i], "gen.stubs.c", text_chars(&stubs));
        assert_true(file_write(skel_path, text_chars(&skel), skel.length, b->d));
        assert_compiles(b, boards[i], "user.c", "#include \"gen.skel.h\"\n");
    }
    assert_non_null(strstr(text_chars(&stubs), "const union"));
    assert_null(strstr(text_chars(&stubs), "_bpf_helper_ext_0002"));
    text_free(&stubs);
    text_free(&skel);
}

/* Keywords and macros as names of map, program, variable and section members: stubs and skeleton compile beside the
 * headers that define the macros, and "int" and "int_" stay two. */
static void names_that_c_reserves_are_mangled(void **state)
{
    static const char user[] =
        "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n#define errno (*e())\n"
        "#define linux 1\n#include \"gen.skel.h\"\n"
        "int main(void)\n{\n    struct struct_ s = struct___open();\n"
        "    return s.maps.int_ == s.maps.int__ && s.rodata->errno_ && s.rodata->register_;\n}\n";
    struct build *b = *state;
    struct text stubs = {0}, skel = {0};
    struct limits limits = {.context_bytes = 4};
    struct variable variables[] = {{.name = "errno", .size_bytes = 1, .offset_bytes = 0, .type = 2},
                                   {.name = "register", .size_bytes = 1, .offset_bytes = 1, .type = 2},
                                   {.name = "linux", .size_bytes = 1, .offset_bytes = 2, .type = 2}};
    struct map maps[4] = {b->maps[0], b->maps[1], b->maps[0], b->maps[0]};
    maps[0].symbol = maps[0].name = "int";
    maps[0].type = MAP_HASH;
    maps[1].variables = variables;
    maps[1].variable_count = 3;
    maps[2].symbol = maps[2].name = "int_";
    maps[3].symbol = maps[3].name = "NULL";
    b->program.maps = maps;
    b->program.map_count = 4;
    b->program.stem = "struct";
    b->program.types = types;
    b->program.type_count = 8;
    b->func.name = "double";
    b->verified = verify_skip(&b->program, 0, &limits, b->d);
    assert_true(read_board(&b->board, "microbit", b->d));
    assert_true(stubs_generate(&stubs, b->verified, &b->board, &(struct build_options){0}, b->d));
    skel_generate(&skel, b->verified, false);
    assert_true(file_write(arena_printf(&b->arena, "%s/gen.skel.h", b->dir), text_chars(&skel), skel.length, b->d));
    assert_compiles(b, "microbit", "gen.stubs.c", text_chars(&stubs));
    assert_compiles(b, "microbit", "user.c", user);
    assert_non_null(strstr(text_chars(&skel), "at least 4 bytes"));
    text_free(&stubs);
    text_free(&skel);
}

static void a_map_type_without_counterpart_is_refused(void **state)
{
    struct build *b = *state;
    b->maps[0].type = MAP_SOCKMAP;
    assert_refused(b, "microbit", "map-type", STATUS_UNSUPPORTED);
}

#define BUILD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUILD(cortex_m4_inlines_the_lookup),
        BUILD(stm32f4_builds),
        BUILD(microbit_builds),
        BUILD(riscv32_builds),
        BUILD(same_input_gives_the_same_bytes),
        BUILD(all_outputs_are_written),
        BUILD(an_unknown_output_is_refused),
        BUILD(maps_above_the_ram_are_refused_before_compiling),
        BUILD(an_overflow_is_measured_and_refused),
        BUILD(budgets_are_checked),
        BUILD(ram_budget_counts_the_stack),
        BUILD(stack_budget_is_checked),
        BUILD(an_unproved_program_has_no_instruction_budget),
        BUILD(a_hook_the_board_lacks_is_refused),
        BUILD(a_hook_that_no_board_starts_is_refused),
        BUILD(a_missing_stub_names_the_helper),
        BUILD(a_stub_of_another_type_is_refused),
        BUILD(stubs_that_do_not_compile_are_told),
        BUILD(a_users_stubs_are_linked),
        BUILD(stubs_with_other_constants_are_refused),
        BUILD(stubs_with_values_of_another_size_are_refused),
        BUILD(types_keep_the_layout_of_btf),
        BUILD(generated_c_compiles_without_warnings),
        BUILD(names_that_c_reserves_are_mangled),
        BUILD(a_map_type_without_counterpart_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
