// SPDX-License-Identifier: Apache-2.0
/* What load makes of whole objects: maps, data, functions, references, source lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/text.h"
#include "object_maker.h"

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

static const struct func *func_of(const struct program *p, const char *name)
{
    uint32_t index = program_find_func(p, name);
    if (index == NONE) {
        fail_msg("no function '%s'", name);
    }
    return &p->funcs[index];
}

/* The `nth` instruction with operation `op` in a function. */
static const struct insn *insn_of(const struct program *p, const char *func, enum op op, uint32_t nth)
{
    const struct func *f = func_of(p, func);
    for (uint32_t i = f->first; i < f->first + f->count; i++) {
        if (p->insns[i].op == op && nth-- == 0) {
            return &p->insns[i];
        }
    }
    fail_msg("%s has no such instruction", func);
    return NULL;
}

static const struct variable *variable_of(const struct map *map, const char *name)
{
    for (uint32_t i = 0; i < map->variable_count; i++) {
        if (strcmp(map->variables[i].name, name) == 0) {
            return &map->variables[i];
        }
    }
    fail_msg("no variable '%s'", name);
    return NULL;
}

static void map_attributes_come_from_btf(void **state)
{
    (void)state;
    struct made made;
    const struct program *p = make_program(
        &made,
        "struct key { u32 a, b; };\n"
        "struct { __uint(type, 1); __uint(max_entries, 10); __type(key, struct key); __type(value, u64);\n"
        "         __uint(map_flags, 1); } typed SEC(\".maps\");\n"
        "static struct { __uint(type, 2); __uint(key_size, 4); __uint(value_size, 12); __uint(max_entries, 3);\n"
        "                __uint(pinning, 0); } sized SEC(\".maps\");\n"
        "static struct { __uint(type, 27); __uint(max_entries, 0x40000000); } ring SEC(\".maps\");\n"
        "static void *(*lookup)(void *, void *) = (void *)1;\n"
        "SEC(\"xdp\") int prog(void *c) { u32 k = 0; lookup(&sized, &k); lookup(&ring, &k); lookup(&typed, c); return "
        "0; }\n",
        "");
    const struct map *typed = map_of(p, "typed");
    assert_int_equal(typed->type, MAP_HASH);
    assert_int_equal(typed->role, MAP_USER);
    assert_int_equal(typed->key_bytes, 8);
    assert_int_equal(typed->value_bytes, 8);
    assert_int_equal(typed->entries, 10);
    assert_int_equal(typed->flags, 1);
    assert_string_equal(p->types[typed->key_type].name, "key");
    assert_string_equal(p->types[typed->value_type].name, "u64");
    const struct map *sized = map_of(p, "sized");
    assert_int_equal(sized->key_bytes, 4);
    assert_int_equal(sized->value_bytes, 12);
    assert_int_equal(sized->key_type, 0);
    assert_int_equal(map_of(p, "ring")->entries, 0x40000000);
    /* a static map is named by the section's symbol and an offset, a global one by its own */
    assert_int_equal(insn_of(p, "prog", OP_LDDW, 0)->ref, REF_MAP);
    assert_ptr_equal(&p->maps[insn_of(p, "prog", OP_LDDW, 0)->index], sized);
    assert_ptr_equal(&p->maps[insn_of(p, "prog", OP_LDDW, 1)->index], map_of(p, "ring"));
    assert_ptr_equal(&p->maps[insn_of(p, "prog", OP_LDDW, 2)->index], typed);
    made_free(&made);
}

static void data_sections_become_maps_with_initial_values(void **state)
{
    (void)state;
    struct made made;
    const struct program *p = make_program(
        &made,
        "const volatile int limit = 0x01020304; int pad = 1; int g = 5; u64 zeroed; int mine SEC(\".data.mine\") = 9;\n"
        "static int hidden SEC(\".bss.hidden\");\n"
        "static long (*print)(const char *, u32, ...) = (void *)6;\n"
        "SEC(\"raw\") int prog(void *c) { print(\"hi %d\\n\", 7, g); print(\"ho\\n\", 4, limit); zeroed = ++hidden; "
        "++pad;\n"
        "  return mine; }\n"
        "char _license[] SEC(\"license\") = \"GPL\";\n",
        "");
    assert_string_equal(p->license, "GPL");
    const struct map *rodata = map_of(p, ".rodata");
    assert_int_equal(rodata->role, MAP_SECTION_RODATA);
    assert_int_equal(rodata->type, MAP_ARRAY);
    assert_int_equal(rodata->key_bytes, 4);
    assert_int_equal(rodata->entries, 1);
    assert_memory_equal(rodata->init, "\x04\x03\x02\x01", 4);
    const struct map *data = map_of(p, ".data");
    assert_int_equal(data->value_bytes, 8);
    assert_int_equal(data->variable_count, 2);
    assert_int_equal(variable_of(data, "g")->offset_bytes, 4);
    assert_int_equal(variable_of(data, "g")->size_bytes, 4);
    assert_string_equal(type_resolve(p, variable_of(data, "g")->type)->name, "int");
    assert_int_equal(data->init[4], 5);
    const struct map *bss = map_of(p, ".bss");
    assert_null(bss->init);
    assert_int_equal(bss->role, MAP_SECTION_BSS);
    assert_int_equal(bss->value_bytes, 8);
    assert_string_equal(map_of(p, ".data.mine")->symbol, "data_mine");
    assert_true(variable_of(map_of(p, ".bss.hidden"), "hidden")->is_static);
    const struct map *strings = map_of(p, ".rodata.str1.1");
    assert_string_equal(strings->symbol, "rodata_str1_1");
    /* both strings, by their bytes: the section's symbol plus an offset */
    const struct insn *hi = insn_of(p, "prog", OP_LDDW, 0);
    uint32_t nth = 0;
    while (hi->index != (uint32_t)(strings - p->maps)) {
        hi = insn_of(p, "prog", OP_LDDW, ++nth);
    }
    assert_int_equal(hi->ref, REF_MAP_VALUE);
    assert_string_equal((const char *)strings->init + hi->imm, "hi %d\n");
    made_free(&made);
}

static void offsets_into_data_are_kept(void **state)
{
    (void)state;
    struct made made;
    const struct program *p =
        make_program(&made,
                     "int a[8] = {1, 2, 3}; int b = 4; static volatile int s[4] = {7, 8}, t = 9;\n"
                     "SEC(\"raw\") int *global(int *c) { a[*c] = 1; return &b; }\n"
                     "SEC(\"raw\") int local(int *c) { s[*c] = *c; return ++t; }\n",
                     "");
    const struct map *data = map_of(p, ".data");
    const struct insn *insn = insn_of(p, "global", OP_LDDW, 1);
    assert_int_equal(insn->ref, REF_MAP_VALUE);
    assert_int_not_equal(insn->imm, 0);
    assert_int_equal(insn->imm, variable_of(data, "b")->offset_bytes);
    insn = insn_of(p, "local", OP_LDDW, 1);
    assert_int_equal(insn->ref, REF_MAP_VALUE);
    assert_int_not_equal(insn->imm, 0);
    assert_int_equal(insn->imm, variable_of(data, "t")->offset_bytes);
    made_free(&made);
}

static void every_function_is_its_own(void **state)
{
    (void)state;
    struct made made;
    const struct program *p =
        make_program(&made,
                     "volatile int v;\n"
                     "static noinline int leaf(int x) { return x * v; }\n"
                     "static noinline int middle(int x) { return leaf(x) + leaf(x + v); }\n"
                     "noinline int shared(int x) { return middle(x) - v; }\n"
                     "__attribute__((visibility(\"hidden\"))) noinline int hidden(int x) { return leaf(x) ^ v; }\n"
                     "SEC(\"xdp\") int one(void *c) { return shared(1) + leaf(2); }\n"
                     "SEC(\"xdp\") int two(void *c) { return middle(3) + hidden(4); }\n"
                     "SEC(\"nowhere/here\") int three(void *c) { return 0; }\n",
                     "");
    assert_int_equal(p->func_count, 7);
    assert_false(func_of(p, "leaf")->is_program);
    assert_false(func_of(p, "leaf")->is_global);
    assert_true(func_of(p, "shared")->is_global);
    assert_false(func_of(p, "hidden")->is_global);
    assert_true(func_of(p, "one")->is_program);
    assert_true(func_of(p, "two")->is_program);
    assert_string_equal(func_of(p, "two")->section, "xdp");
    assert_string_equal(func_of(p, "two")->hook->name, "xdp");
    assert_true(func_of(p, "three")->is_program);
    assert_null(func_of(p, "three")->hook);
    /* calls: within .text, from another section by symbol (global), and by section and offset (static) */
    assert_int_equal(insn_of(p, "middle", OP_CALL, 0)->index, program_find_func(p, "leaf"));
    assert_int_equal(insn_of(p, "shared", OP_CALL, 0)->index, program_find_func(p, "middle"));
    assert_int_equal(insn_of(p, "one", OP_CALL, 0)->index, program_find_func(p, "shared"));
    assert_int_equal(insn_of(p, "one", OP_CALL, 1)->index, program_find_func(p, "leaf"));
    assert_int_equal(insn_of(p, "two", OP_CALL, 0)->index, program_find_func(p, "middle"));
    assert_int_equal(insn_of(p, "two", OP_CALL, 1)->index, program_find_func(p, "hidden"));
    const struct type *proto = &p->types[func_of(p, "leaf")->proto];
    assert_int_equal(proto->kind, TYPE_FUNC);
    assert_int_equal(proto->member_count, 1);
    assert_string_equal(proto->members[0].name, "x");
    made_free(&made);
}

static void plain_c_in_text_is_a_program_when_there_is_no_other(void **state)
{
    (void)state;
    struct made made;
    const struct program *p = make_program(&made, "int entry(int *c) { return *c; }\n", "-g0");
    assert_false(p->has_btf);
    assert_int_equal(p->type_count, 0);
    assert_int_equal(p->line_count, 0);
    assert_true(func_of(p, "entry")->is_program);
    assert_string_equal(func_of(p, "entry")->hook->name, "raw");
    made_free(&made);
}

static void addresses_of_functions_are_references(void **state)
{
    (void)state;
    struct made made;
    const struct program *p = make_program(
        &made,
        "static long (*loop)(u32, void *, void *, u64) = (void *)181; volatile int v;\n"
        "static noinline int first(u32 i, void *c) { return v; }\n"
        "static int second(u32 i, void *c) { return v + 1; }\n"
        "int third(u32 i, void *c) { return v + 2; }\n"
        "SEC(\"raw\") int prog(void *c) { loop(1, second, 0, 0); loop(2, third, 0, 0); return first(0, c); }\n",
        "");
    assert_int_equal(insn_of(p, "prog", OP_LDDW, 0)->ref, REF_FUNC);
    assert_int_equal(insn_of(p, "prog", OP_LDDW, 0)->index, program_find_func(p, "second"));
    assert_int_equal(insn_of(p, "prog", OP_LDDW, 1)->index, program_find_func(p, "third"));
    made_free(&made);
}

static void externs_are_kept_for_the_firmware(void **state)
{
    (void)state;
    struct made made;
    const struct program *p =
        make_program(&made,
                     "extern int board_led(int on) __attribute__((section(\".ksyms\")));\n"
                     "extern int maybe(void) __attribute__((section(\".ksyms\"), weak));\n"
                     "extern int CONFIG_HZ __attribute__((section(\".kconfig\")));\n"
                     "SEC(\"raw\") int prog(void *c) { if (maybe) maybe(); return board_led(CONFIG_HZ); }\n",
                     "");
    assert_int_equal(p->extern_count, 3);
    const struct insn *call = insn_of(p, "prog", OP_KFUNC, 0);
    assert_string_equal(p->externs[call->index].name, "board_led");
    assert_true(p->externs[call->index].is_func);
    assert_int_equal(p->types[p->externs[call->index].type].kind, TYPE_FUNC);
    /* nothing provides the weak one: its address is 0, and the call must not be reached */
    const struct insn *weak = insn_of(p, "prog", OP_LDDW, 0);
    assert_int_equal(weak->ref, REF_NONE);
    assert_int_equal(weak->imm, 0);
    assert_string_equal(program_poison(p, insn_of(p, "prog", OP_HELPER, 0))->text,
                        "function 'maybe' is weak and nothing provides it");
    /* kconfig values are variables of a read-only section */
    const struct insn *config = insn_of(p, "prog", OP_LDDW, 1);
    assert_int_equal(config->ref, REF_MAP_VALUE);
    assert_string_equal(p->maps[config->index].name, ".kconfig");
    assert_int_equal(p->maps[config->index].role, MAP_SECTION_RODATA);
    assert_int_equal(variable_of(&p->maps[config->index], "CONFIG_HZ")->size_bytes, 4);
    made_free(&made);
}

static void symbols_are_unique_c_identifiers(void **state)
{
    (void)state;
    struct made made;
    const struct program *p = make_program(
        &made,
        "struct { __uint(type, 2); __uint(max_entries, 1); __type(key, u32); __type(value, u32); }\n"
        "  data SEC(\".maps\"), rodata_a_b SEC(\".maps\"), odd __asm__(\"odd$name\") SEC(\".maps\");\n"
        "int g = 1; int h SEC(\".data.a-b\") = 2; int i SEC(\".data.a.b\") = 3; const int r SEC(\".rodata.a.b\") = 1;\n"
        "SEC(\"raw\") int prog(void *c) { return g + h + i; }\n",
        "");
    for (uint32_t i = 0; i < p->map_count; i++) {
        assert_true(strspn(p->maps[i].symbol, "abcdefghijklmnopqrstuvwxyz_0123456789") == strlen(p->maps[i].symbol));
        for (uint32_t k = 0; k < i; k++) {
            assert_string_not_equal(p->maps[i].symbol, p->maps[k].symbol);
        }
    }
    assert_string_equal(map_of(p, "data")->symbol, "data");
    assert_string_equal(map_of(p, ".data")->symbol, "data_2");
    made_free(&made);
}

static void types_have_the_layout_of_btf(void **state)
{
    (void)state;
    struct made made;
    const struct program *p = make_program(
        &made,
        "enum colour { RED = -1, BLUE = 7 }; typedef struct inner { char name[3]; u64 *next; } inner_t;\n"
        "struct outer { int a : 3; unsigned b : 5; const inner_t in[2]; enum colour c; _Bool flag; } outer;\n"
        "enum wide { BIG = 0x100000000ULL } wide;\n"
        "SEC(\"raw\") int prog(struct outer *o) { return outer.a + wide; }\n",
        "");
    const struct type *outer = type_resolve(p, variable_of(map_of(p, ".bss"), "outer")->type);
    assert_int_equal(outer->kind, TYPE_STRUCT);
    assert_int_equal(outer->size_bytes, 48);
    assert_int_equal(outer->member_count, 5);
    assert_int_equal(outer->members[1].offset_bits, 3);
    assert_int_equal(outer->members[1].bitfield_bits, 5);
    assert_int_equal(p->types[outer->members[2].type].kind, TYPE_ARRAY);
    assert_int_equal(p->types[outer->members[2].type].size_bytes, 32);
    const struct type *inner = type_resolve(p, p->types[outer->members[2].type].target);
    assert_string_equal(inner->name, "inner");
    assert_int_equal(type_size(p, inner->members[0].type), 3);
    assert_int_equal(p->types[inner->members[1].type].kind, TYPE_POINTER);
    const struct type *colour = type_resolve(p, outer->members[3].type);
    assert_int_equal(colour->members[0].value, -1);
    assert_int_equal(colour->encoding, INT_SIGNED);
    assert_int_equal(type_resolve(p, outer->members[4].type)->encoding, INT_BOOL);
    const struct type *wide = type_resolve(p, variable_of(map_of(p, ".bss"), "wide")->type);
    assert_int_equal(wide->members[0].value, 0x100000000);
    made_free(&made);
}

static void lines_carry_place_and_text(void **state)
{
    (void)state;
    struct made made;
    const struct program *p = make_program(&made,
                                           "volatile int v;\n"
                                           "static noinline int sub(int x)\n{\n"
                                           "    return x * v; // line 4\n}\n"
                                           "SEC(\"raw\") int prog(int *c)\n{\n"
                                           "    return sub(*c); // line 8\n}\n",
                                           "");
    const struct line *line = program_line(p, (uint32_t)(insn_of(p, "prog", OP_CALL, 0) - p->insns));
    assert_non_null(line);
    assert_int_equal(line->line, 8);
    assert_int_equal(line->column, 12);
    assert_string_equal(line->text, "    return sub(*c); // line 8");
    assert_non_null(strstr(line->file, "test.bpf.c"));
    line = program_line(p, (uint32_t)(insn_of(p, "sub", OP_MUL, 0) - p->insns));
    assert_int_equal(line->line, 4);
    for (uint32_t i = 0; i < p->line_count; i++) {
        assert_int_not_equal(p->lines[i].line, 0);
        assert_true(i == 0 || p->lines[i - 1].insn < p->lines[i].insn);
    }
    made_free(&made);
}

static uint32_t word_at(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* The object with the section .BTF.ext in which line_info's records are 4 bytes longer. */
static void lengthen_records(struct made *made)
{
    const char *file = arena_printf(&made->arena, "%s.ext", made->path);
    const char *dump = arena_printf(&made->arena, ".BTF.ext=%s", file);
    const char *const extract[] = {TEST_OBJCOPY, "--dump-section", dump, made->path, NULL};
    made_command(made, extract);
    char *old = NULL;
    size_t size = 0;
    assert_true(file_read(&made->arena, file, &old, &size, made->d));
    const uint8_t *from = (const uint8_t *)old;
    uint32_t start = word_at(from + 4) + word_at(from + 16);
    uint32_t end = start + word_at(from + 20);
    struct text text = {0};
    text_append(&text, old, start);
    text_append(&text, "\x14\0\0\0", 4);
    for (uint32_t at = start + 4; at < end;) {
        uint32_t count = word_at(from + at + 4);
        text_append(&text, old + at, 8);
        for (at += 8; count > 0; count--, at += 16) {
            text_append(&text, old + at, 16);
            text_append(&text, "\xff\xff\xff\xff", 4);
        }
    }
    uint32_t length = (uint32_t)text.length - start;
    memcpy(text.chars + 20, &length, sizeof length);
    assert_true(file_write(file, text.chars, text.length, made->d));
    text_free(&text);
    const char *const replace[] = {TEST_OBJCOPY, "--remove-section=.rel.BTF.ext", "--update-section", dump, made->path,
                                   NULL};
    made_command(made, replace);
    assert_true(file_read(&made->arena, made->path, &old, &made->size, made->d));
    made->bytes = (uint8_t *)old;
}

static void longer_line_records_are_read(void **state)
{
    (void)state;
    struct made made;
    struct made longer;
    const char *source =
        "volatile int v;\nSEC(\"raw\") int prog(int *c)\n{\n    v = *c;\n    v *= 3;\n    return v;\n}\n"
        "SEC(\"raw\") int other(int *c)\n{\n    return v + *c;\n}\n";
    const struct program *p = make_program(&made, source, "");
    make_object(&longer, source, "");
    lengthen_records(&longer);
    assert_true(made_load(&longer));
    assert_int_equal(longer.program.line_count, p->line_count);
    assert_true(p->line_count > 4);
    for (uint32_t i = 0; i < p->line_count; i++) {
        assert_int_equal(longer.program.lines[i].insn, p->lines[i].insn);
        assert_int_equal(longer.program.lines[i].line, p->lines[i].line);
        assert_string_equal(longer.program.lines[i].text, p->lines[i].text);
    }
    made_free(&made);
    made_free(&longer);
}

static void assembly_without_symbols_is_a_function(void **state)
{
    (void)state;
    struct made made;
    const struct program *p = make_program(&made,
                                           "asm(\".section raw,\\\"ax\\\"; r0 = 7; exit\");\n"
                                           "noinline int sub(int x) { return x; }\n",
                                           "");
    assert_int_equal(p->func_count, 2);
    assert_true(func_of(p, "raw")->is_program);
    assert_int_equal(func_of(p, "raw")->count, 2);
    assert_int_equal(insn_of(p, "raw", OP_MOV, 0)->imm, 7);
    made_free(&made);
}

static void functions_in_sections_of_their_own_are_subprograms(void **state)
{
    (void)state;
    struct made made;
    const struct program *p = make_program(&made,
                                           "volatile int v; int w = 3; noinline int sub(int x) { return x * v + w; }\n"
                                           "SEC(\"raw\") int prog(void *c) { return sub(1); }\n",
                                           "-ffunction-sections -fdata-sections");
    assert_string_equal(func_of(p, "sub")->section, ".text.sub");
    assert_false(func_of(p, "sub")->is_program);
    assert_int_equal(insn_of(p, "prog", OP_CALL, 0)->index, program_find_func(p, "sub"));
    assert_int_equal(map_of(p, ".data.w")->init[0], 3);
    assert_string_equal(type_resolve(p, variable_of(map_of(p, ".bss.v"), "v")->type)->name, "int");
    made_free(&made);
}

static void second_names_of_a_function_are_one_function(void **state)
{
    (void)state;
    struct made made;
    const struct program *p = make_program(&made,
                                           "noinline int sub(int x) { return x * 3; }\n"
                                           "static int also(int x) __attribute__((alias(\"sub\")));\n"
                                           "SEC(\"raw\") int prog(int *c) { return also(*c); }\n",
                                           "-g0");
    assert_int_equal(p->func_count, 2);
    assert_int_equal(insn_of(p, "prog", OP_CALL, 0)->index, program_find_func(p, "sub"));
    made_free(&made);
}

static void hash_and_stem_are_of_the_file(void **state)
{
    (void)state;
    struct made made;
    const struct program *p = make_program(&made, "SEC(\"raw\") int prog(void *c) { return 0; }\n", "");
    const char *const argv[] = {"sha256sum", made.path, NULL};
    const char *sum = made_command(&made, argv);
    char hex[65];
    for (uint32_t i = 0; i < 32; i++) {
        snprintf(hex + 2 * i, 3, "%02x", p->sha256[i]);
    }
    assert_memory_equal(sum, hex, 64);
    assert_string_equal(p->stem, "test");
    made_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(map_attributes_come_from_btf),
        cmocka_unit_test(data_sections_become_maps_with_initial_values),
        cmocka_unit_test(offsets_into_data_are_kept),
        cmocka_unit_test(every_function_is_its_own),
        cmocka_unit_test(plain_c_in_text_is_a_program_when_there_is_no_other),
        cmocka_unit_test(addresses_of_functions_are_references),
        cmocka_unit_test(externs_are_kept_for_the_firmware),
        cmocka_unit_test(symbols_are_unique_c_identifiers),
        cmocka_unit_test(types_have_the_layout_of_btf),
        cmocka_unit_test(lines_carry_place_and_text),
        cmocka_unit_test(longer_line_records_are_read),
        cmocka_unit_test(assembly_without_symbols_is_a_function),
        cmocka_unit_test(functions_in_sections_of_their_own_are_subprograms),
        cmocka_unit_test(second_names_of_a_function_are_one_function),
        cmocka_unit_test(hash_and_stem_are_of_the_file),
    };
    return cmocka_run_group_tests_name("load objects", tests, NULL, NULL);
}
