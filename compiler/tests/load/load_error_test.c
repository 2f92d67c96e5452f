// SPDX-License-Identifier: Apache-2.0
/* Each way in which load refuses an object, by the name of the message, and what the message must mention. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "object_maker.h"

#define PROGRAM "SEC(\"raw\") int prog(void *c) { return 0; }\n"
#define MAP(attributes)                                                                                                \
    "struct { " attributes " } m SEC(\".maps\"); static void *(*lookup)(void *, void *) = (void *)1;\n"                \
    "SEC(\"raw\") int prog(void *c) { return lookup(&m, c) != 0; }\n"

static void check_error(const struct made *made, const char *id, const char *mention)
{
    if (strcmp(made_error(made), id) != 0 || strstr(made_message(made), mention) == NULL) {
        fail_msg("expected [%s] with '%s', got [%s]: %s", id, mention, made_error(made), made_message(made));
    }
}

/* The object must be refused with message `id` that mentions `mention`. */
static void expect(const char *source, const char *flags, const char *id, const char *mention)
{
    struct made made;
    make_object(&made, source, flags);
    assert_false(made_load(&made));
    check_error(&made, id, mention);
    made_free(&made);
}

/* The section header called `name` in the bytes of an object. */
static Elf64_Shdr *header_of(struct made *made, const char *name)
{
    Elf64_Ehdr *ehdr = (Elf64_Ehdr *)made->bytes;
    Elf64_Shdr *table = (Elf64_Shdr *)(made->bytes + ehdr->e_shoff);
    const char *names = (const char *)made->bytes + table[ehdr->e_shstrndx].sh_offset;
    for (uint32_t i = 0; i < ehdr->e_shnum; i++) {
        if (strcmp(names + table[i].sh_name, name) == 0) {
            return &table[i];
        }
    }
    fail_msg("no section '%s'", name);
    return NULL;
}

static uint8_t *contents_of(struct made *made, const char *name)
{
    return made->bytes + header_of(made, name)->sh_offset;
}

static void a_missing_file_is_said(void **state)
{
    (void)state;
    struct diag *d = diag_new("none.o");
    struct program p = {0};
    assert_false(load_program(&p, "/nonexistent/none.o", &(struct load_options){0}, d));
    assert_int_equal(diag_status(d), STATUS_INPUT);
    program_free(&p);
    diag_free(d);
}

static void files_that_are_not_bpf_objects(void **state)
{
    (void)state;
    struct made made;
    make_object(&made, PROGRAM, "");
    made.bytes[0] = 'X';
    assert_false(made_load(&made));
    check_error(&made, "elf-not", "not an ELF file");
    made.bytes[0] = 0x7f;
    made.bytes[18] = EM_X86_64;
    assert_false(made_load(&made));
    check_error(&made, "elf-not-bpf", "machine 62");
    made.bytes[18] = EM_BPF;
    made.bytes[16] = ET_EXEC;
    assert_false(made_load(&made));
    check_error(&made, "elf-not-bpf", "relocatable");
    made.size = 0;
    assert_false(made_load(&made));
    check_error(&made, "elf-not", "not an ELF file");
    made_free(&made);
    expect(PROGRAM, "-target bpfeb", "elf-not-bpf", "big-endian");
}

static void truncated_files(void **state)
{
    (void)state;
    struct made made;
    make_object(&made, PROGRAM, "");
    made.size = 20;
    assert_false(made_load(&made));
    check_error(&made, "elf-truncated", "20 bytes");
    made.size = 300;
    assert_false(made_load(&made));
    check_error(&made, "elf-truncated", "section table");
    made_free(&made);

    make_object(&made, PROGRAM, "");
    header_of(&made, "raw")->sh_size = 1u << 20;
    assert_false(made_load(&made));
    check_error(&made, "elf-truncated", "1048576 bytes");
    made_free(&made);
}

static void malformed_elf(void **state)
{
    (void)state;
    struct made made;
    make_object(&made, PROGRAM, "");
    header_of(&made, ".symtab")->sh_entsize = 23;
    assert_false(made_load(&made));
    check_error(&made, "elf-malformed", "symbol table");
    header_of(&made, ".symtab")->sh_entsize = 24;
    header_of(&made, "raw")->sh_name = 0x7fffffff;
    assert_false(made_load(&made));
    check_error(&made, "elf-malformed", "name");
    made_free(&made);
}

/* Found by fuzzing: a section of instructions need not be marked as loaded for its symbols to matter. */
static void functions_beyond_their_section(void **state)
{
    (void)state;
    struct made made;
    make_object(&made, PROGRAM, "");
    header_of(&made, "raw")->sh_flags = SHF_EXECINSTR;
    Elf64_Sym *symbols = (Elf64_Sym *)contents_of(&made, ".symtab");
    uint64_t count = header_of(&made, ".symtab")->sh_size / sizeof *symbols;
    for (uint64_t i = 0; i < count; i++) {
        symbols[i].st_value += ELF64_ST_TYPE(symbols[i].st_info) == STT_FUNC ? 1u << 20 : 0;
    }
    assert_false(made_load(&made));
    check_error(&made, "elf-malformed", "'prog'");
    made_free(&made);
}

/* A function symbol that does not lie in code would be a function lost in silence. */
static void functions_outside_code(void **state)
{
    (void)state;
    struct made made;
    make_object(&made, PROGRAM, "");
    header_of(&made, "raw")->sh_flags = SHF_ALLOC;
    assert_false(made_load(&made));
    check_error(&made, "elf-malformed", "'prog'");
    made_free(&made);
}

static void malformed_btf(void **state)
{
    (void)state;
    struct made made;
    make_object(&made, PROGRAM, "");
    uint8_t *btf = contents_of(&made, ".BTF");
    btf[0] ^= 1;
    assert_false(made_load(&made));
    check_error(&made, "btf-malformed", "header");
    btf[0] ^= 1;
    btf[15] = 0x7f; /* length of the types */
    assert_false(made_load(&made));
    check_error(&made, "btf-malformed", "beyond");
    btf[15] = 0;
    btf[24] ^= 0xff; /* the first type's name */
    btf[26] ^= 0xff;
    assert_false(made_load(&made));
    check_error(&made, "btf-malformed", ""); /* libbpf 1.5 refuses it before we look at the types */
    made_free(&made);

    make_object(&made, PROGRAM, "");
    contents_of(&made, ".BTF.ext")[20] ^= 0x80; /* length of line_info */
    assert_false(made_load(&made));
    check_error(&made, "btf-malformed", "line_info");
    made_free(&made);
}

/* BTF is refused when a type contains itself: `typedef int a` is made to alias itself. */
static void circular_types(void **state)
{
    (void)state;
    struct made made;
    make_object(&made, "typedef int self; self v; SEC(\"raw\") int prog(void *c) { return v; }\n", "");
    uint8_t *btf = contents_of(&made, ".BTF");
    uint32_t id = 1;
    uint32_t *words = (uint32_t *)(btf + 24);
    bool found = false;
    for (uint32_t i = 0; i < 200 && !found; i++) { /* info word of a typedef: kind 8, no members */
        if (words[i] == 8u << 24) {
            for (id = 1; id < 20; id++) {
                words[i + 1] = id;
                found = found || (!made_load(&made) && strstr(made_message(&made), "contains itself") != NULL);
            }
        }
    }
    assert_true(found);
    made_free(&made);
}

static void maps_need_btf(void **state)
{
    (void)state;
    expect(MAP("__uint(type, 2); __uint(max_entries, 1); __type(key, u32); __type(value, u32);"), "-g0", "btf-missing",
           ".maps");
}

static void map_attributes(void **state)
{
    (void)state;
    expect(MAP("__uint(type, 2); __uint(max_entries, 1); __uint(colour, 3);"), "", "feature", "'colour'");
    expect(MAP("__uint(max_entries, 1); __type(key, u32);"), "", "btf-malformed", "'type'");
    expect(MAP("__uint(type, 2); int max_entries;"), "", "btf-malformed", "'max_entries'");
    expect(MAP("__uint(type, 2); int key;"), "", "btf-malformed", "'key'");
    expect(MAP("__uint(type, 2); __type(key, u32); __uint(key_size, 8);"), "", "btf-malformed", "'key_size'");
    expect(MAP("__uint(type, 12); __uint(max_entries, 1); __uint(key_size, 4);\n"
               "__array(values, struct { __uint(type, 2); __array(values, int (void *)); });"),
           "", "btf-malformed", "'values'");
    expect(MAP("__uint(type, 12); __uint(max_entries, 1); __uint(key_size, 4);"), "", "feature", "of which kind");
    expect(MAP("__uint(type, 2); __uint(max_entries, 1); __array(values, int (void *));"), "", "btf-malformed",
           "'values'");
}

/* A map's initial values must be of the kind that it holds. */
static void map_values_that_do_not_fit(void **state)
{
    (void)state;
    static const char inner[] = "struct in { __uint(type, 2); __uint(max_entries, 1); __type(key, u32); __type(value, "
                                "u32); } a SEC(\".maps\"); struct { __uint(type, 2); __uint(max_entries, 1); "
                                "__type(key, u32); __type(value, u64); } b SEC(\".maps\");\n";
    static const char outer[] = "struct { __uint(type, 12); __uint(max_entries, 2); __uint(key_size, 4); "
                                "__array(values, struct in); } m SEC(\".maps\") = {.values = {%s}};\n" PROGRAM;
    static const char *const cases[][2] = {{"(void *)&b", "keys or values of another size"},
                                           {"[2] = &a", "fewer entries"},
                                           {"(void *)&prog", "no program begins there, or the map is no prog_array"}};
    for (size_t i = 0; i < 3; i++) {
        char text[1200], tail[600];
        snprintf(tail, sizeof tail, outer, cases[i][0]);
        snprintf(text, sizeof text, "int prog(void *);\n%s%s", inner, tail);
        expect(text, "", "relocation", cases[i][1]);
    }
}

static void sections_without_meaning(void **state)
{
    (void)state;
    expect("struct { u32 type, key, value; } m SEC(\"maps\") = {2, 4, 4};\n" PROGRAM, "", "elf-malformed",
           "'m' in section 'maps' has 12 bytes");
    expect("int odd SEC(\"strange\"); SEC(\"raw\") int prog(void *c) { return ++odd; }\n", "", "section", "'strange'");
    expect("int common; SEC(\"raw\") int prog(void *c) { return ++common; }\n", "-fcommon", "relocation",
           "-fno-common");
    expect("struct { int a; } ops SEC(\".struct_ops\"); " PROGRAM, "", "section", ".struct_ops");
}

static void relocations_without_meaning(void **state)
{
    (void)state;
    expect("const char *text = \"hello\"; SEC(\"raw\") int prog(void *c) { return *text; }\n", "", "relocation",
           "'text'");
    struct made made;
    make_object(&made, "int g = 1; SEC(\"raw\") int prog(void *c) { return ++g; }\n", "");
    uint8_t *rel = contents_of(&made, ".relraw");
    rel[8] = R_BPF_64_32;
    assert_false(made_load(&made));
    check_error(&made, "elf-malformed", "call");
    rel[8] = 99;
    assert_false(made_load(&made));
    check_error(&made, "relocation", "99");
    rel[8] = R_BPF_64_64;
    rel[0] = 4;
    assert_false(made_load(&made));
    check_error(&made, "elf-malformed", "not at an instruction");
    rel[0] = 8;
    assert_false(made_load(&made));
    check_error(&made, "elf-malformed", "lddw");
    made_free(&made);
}

static void invalid_instructions_are_rejected(void **state)
{
    (void)state;
    struct made made;
    make_object(&made, PROGRAM, "");
    contents_of(&made, "raw")[0] = 0xff;
    assert_false(made_load(&made));
    check_error(&made, "bad-opcode", "");
    assert_int_equal(diag_status(made.d), STATUS_REJECTED);
    made_free(&made);
}

static void statuses_follow_the_contract(void **state)
{
    (void)state;
    struct made made;
    make_object(&made, "int *p; int **q = &p; SEC(\"raw\") int prog(void *c) { return **q; }\n", "");
    assert_false(made_load(&made));
    assert_int_equal(diag_status(made.d), STATUS_UNSUPPORTED);
    made.size = 100;
    assert_false(made_load(&made));
    assert_int_equal(diag_status(made.d), STATUS_INPUT);
    made_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_file_is_said),
        cmocka_unit_test(files_that_are_not_bpf_objects),
        cmocka_unit_test(truncated_files),
        cmocka_unit_test(malformed_elf),
        cmocka_unit_test(functions_beyond_their_section),
        cmocka_unit_test(functions_outside_code),
        cmocka_unit_test(malformed_btf),
        cmocka_unit_test(circular_types),
        cmocka_unit_test(maps_need_btf),
        cmocka_unit_test(map_attributes),
        cmocka_unit_test(map_values_that_do_not_fit),
        cmocka_unit_test(sections_without_meaning),
        cmocka_unit_test(relocations_without_meaning),
        cmocka_unit_test(invalid_instructions_are_rejected),
        cmocka_unit_test(statuses_follow_the_contract),
    };
    return cmocka_run_group_tests_name("load errors", tests, NULL, NULL);
}
