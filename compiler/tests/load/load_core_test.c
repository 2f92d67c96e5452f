// SPDX-License-Identifier: Apache-2.0
/* CO-RE: one object against firmwares whose structures differ, and what it does about what they lack. The programs ask
 * and read by the builtins that libbpf's macros stand for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "object_maker.h"

#define CORE  "#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)\n"
#define POP   "#pragma clang attribute pop\n"
#define FIELD "#define FIELD(kind, field) __builtin_preserve_field_info(field, kind)\n"
#define TYPE  "#define TYPE(kind, type) __builtin_preserve_type_info(*(typeof(type) *)0, kind)\n"
#define ENUM                                                                                                           \
    "#define ENUM(kind, type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, kind)\n"                    \
    "#define ID(kind, type) __builtin_btf_type_id(*(typeof(type) *)0, kind)\n"

/* The program's object, and the firmware's file of types. */
struct pair {
    struct made object, firmware;
    bool has_firmware;
};

/* Loads `program` against the types of `firmware` (NULL: without --btf). */
static bool load_pair(struct pair *pair, const char *program, const char *firmware)
{
    make_object(&pair->object, program, "");
    pair->has_firmware = firmware != NULL;
    if (firmware != NULL) {
        make_object(&pair->firmware, firmware, "");
    }
    const struct load_options options = {.btf = firmware != NULL ? pair->firmware.path : NULL};
    return load_program(&pair->object.program, pair->object.path, &options, pair->object.d);
}

static const struct program *expect_pair(struct pair *pair, const char *program, const char *firmware)
{
    if (!load_pair(pair, program, firmware)) {
        fail_msg("%s: %s", made_error(&pair->object), made_message(&pair->object));
    }
    return &pair->object.program;
}

static void free_pair(struct pair *pair)
{
    made_free(&pair->object);
    if (pair->has_firmware) {
        made_free(&pair->firmware);
    }
}

/* The instruction to which the CO-RE record of `text` belongs. */
static const struct insn *relocated(const struct program *p, const char *text, uint32_t nth)
{
    for (uint32_t i = 0; i < p->core_count; i++) {
        if (strcmp(p->core[i].text, text) == 0 && nth-- == 0) {
            return &p->insns[p->core[i].insn];
        }
    }
    fail_msg("no CO-RE record of '%s'", text);
    return NULL;
}

/* The offset that an instruction holds: of a load, or as a number that is added to an address. */
static int64_t offset_in(const struct insn *insn)
{
    return op_class(insn->op) == CLASS_ALU ? insn->imm : insn->off;
}

static const char *poison_of(const struct program *p, const struct insn *insn)
{
    const struct poison *poison = program_poison(p, insn);
    return poison != NULL ? poison->text : "";
}

#define SENSOR                                                                                                         \
    CORE "struct deep { int a; union { int x; struct { char pad; short y; }; }; };\n"                                  \
         "struct sensor { u32 id; u64 time; int *where; struct deep deep[3]; short last; };\n" POP

static void fields_move_with_the_firmware(void **state)
{
    (void)state;
    struct pair pair;
    const struct program *p =
        expect_pair(&pair,
                    SENSOR "SEC(\"hook/sensor\") int prog(struct sensor *s) {\n"
                           "  return s->id + s->time + s->deep[2].y + s->deep[1].a + s->last + (long)s->where; }\n",
                    "struct deep { u64 fresh; int a; struct { short pad2; union { struct { short y; }; }; }; };\n"
                    "struct sensor { char name[16]; u64 time; int *where; struct deep deep[3]; int more; short last; "
                    "u32 id; } s;\n");
    assert_int_equal(offset_in(relocated(p, "sensor.id", 0)), 16 + 8 + 8 + 48 + 4 + 4);
    assert_int_equal(offset_in(relocated(p, "sensor.time", 0)), 16);
    assert_int_equal(offset_in(relocated(p, "sensor.where", 0)), 24);
    assert_int_equal(offset_in(relocated(p, "sensor.deep[2].y", 0)), 32 + 2 * 16 + 12 + 2);
    assert_int_equal(offset_in(relocated(p, "sensor.deep[1].a", 0)), 32 + 16 + 8);
    assert_int_equal(offset_in(relocated(p, "sensor.last", 0)), 32 + 48 + 4);
    assert_int_equal(p->funcs[0].context_bytes, 16 + 8 + 8 + 48 + 4 + 4 + 4 + 4);
    free_pair(&pair);
}

/* Numbers of another width: unsigned ones and pointers follow, signed ones cannot. */
static void loads_change_their_width(void **state)
{
    (void)state;
    struct pair pair;
    const struct program *p =
        expect_pair(&pair,
                    CORE "struct s { u32 wide; u64 narrow; int sign; };\n" POP
                         "SEC(\"hook/s\") u64 prog(struct s *s) { s->narrow = 7; return s->wide + s->narrow; }\n"
                         "SEC(\"hook/t\") u64 sign(struct s *s) { return s->sign; }\n",
                    "struct s { u64 wide; unsigned short narrow; long sign; } s;\n");
    assert_int_equal(relocated(p, "s.wide", 0)->bits, 64);
    assert_int_equal(relocated(p, "s.narrow", 0)->bits, 16);
    assert_non_null(strstr(poison_of(p, relocated(p, "s.sign", 0)), "'s.sign' has another size"));
    free_pair(&pair);
}

static void questions_are_answered(void **state)
{
    (void)state;
    struct pair pair;
    const struct program *p = expect_pair(
        &pair,
        FIELD TYPE ENUM CORE
        "struct s { int a; int gone; int sign; }; struct lost { int a; }; struct same { int a; };\n"
        "enum e { ONE = 1, TWO = 2, NONE = 9 };\n" POP "u64 out[16];\n"
        "SEC(\"hook/s\") int prog(struct s *s) {\n"
        "  out[0] = FIELD(2, s->a); out[1] = FIELD(2, s->gone); out[2] = FIELD(1, s->a); out[3] = FIELD(3, s->sign);\n"
        "  out[4] = TYPE(0, struct s); out[5] = TYPE(0, struct lost); out[6] = TYPE(1, struct s);\n"
        "  out[7] = TYPE(2, struct same); out[8] = TYPE(2, struct s); out[9] = TYPE(1, struct lost);\n"
        "  out[10] = ENUM(0, enum e, TWO); out[11] = ENUM(1, enum e, TWO); out[12] = ENUM(0, enum e, NONE);\n"
        "  return 0; }\n",
        "struct s { char pad[8]; long a; unsigned sign; } s; struct same { int b, a; } same;\n"
        "enum e { TWO = 22, ONE = 11 } e;\n");
    static const struct {
        const char *text;
        uint32_t nth;
        int64_t value;
    } cases[] = {
        {"s.a", 0, 1},   {"s.gone", 0, 0}, {"s.a", 1, 8},    {"s.sign", 0, 0}, {"s", 0, 1},
        {"lost", 0, 0},  {"s", 1, 24},     {"same", 0, 1},   {"s", 2, 0},      {"lost", 1, 0},
        {"e.TWO", 0, 1}, {"e.TWO", 1, 22}, {"e.NONE", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct insn *insn = relocated(p, cases[i].text, cases[i].nth);
        if (insn->imm != cases[i].value) {
            fail_msg("case %zu: %lld, must be %lld", i, (long long)insn->imm, (long long)cases[i].value);
        }
    }
    free_pair(&pair);
}

/* A bit-field is cut out of the unit that holds it: offset, size and both shifts follow. */
static void bit_fields_are_found_again(void **state)
{
    (void)state;
    struct pair pair;
    const struct program *p = expect_pair(
        &pair,
        FIELD CORE
        "struct s { u32 a : 3, b : 7, c : 20; };\n" POP "u64 out[8];\n"
        "SEC(\"hook/s\") int prog(struct s *s) {\n"
        "  out[0] = FIELD(0, s->b); out[1] = FIELD(1, s->b); out[2] = FIELD(4, s->b); out[3] = FIELD(5, s->b);\n"
        "  return 0; }\n",
        "struct s { u64 first; u32 x : 30, b : 2; } s;\n");
    assert_int_equal(relocated(p, "s.b", 0)->imm, 8);
    assert_int_equal(relocated(p, "s.b", 1)->imm, 4);
    assert_int_equal(relocated(p, "s.b", 2)->imm, 32); /* 64 - (30 + 2) */
    assert_int_equal(relocated(p, "s.b", 3)->imm, 62);
    free_pair(&pair);
}

/* What is not there makes an instruction that must not be reached, not an error: programs ask first. */
static void what_is_missing_is_poisoned(void **state)
{
    (void)state;
    struct pair pair;
    const struct program *p = expect_pair(
        &pair,
        FIELD CORE "struct s { int a; int gone; };\n" POP
                   "SEC(\"hook/s\") int prog(struct s *s) { if (FIELD(2, s->gone)) return s->gone; return s->a; }\n",
        "struct s { int b; int a; } s;\n");
    assert_int_equal(relocated(p, "s.gone", 0)->imm, 0);
    assert_non_null(strstr(poison_of(p, relocated(p, "s.gone", 1)), "'s.gone' does not exist"));
    assert_int_equal(offset_in(relocated(p, "s.a", 0)), 4);
    free_pair(&pair);
}

/* Without --btf: contexts have Linux's layout, whatever part of them the program declares; other types are the
 * program's own, flavours are looked up without their flavour. */
static void without_a_file_contexts_are_known(void **state)
{
    (void)state;
    struct pair pair;
    const struct program *p =
        expect_pair(&pair,
                    FIELD CORE "struct xdp_md { u32 rx_queue_index; u32 data_end; };\n"
                               "struct own { int pad; int a; }; struct own___new { int a; int b; };\n" POP
                               "SEC(\"xdp\") int prog(struct xdp_md *c) { return c->rx_queue_index + c->data_end; }\n"
                               "SEC(\"hook/own\") int own(struct own *o) { struct own___new *n = (void *)o;\n"
                               "  return o->pad + n->a + FIELD(2, n->b); }\n",
                    NULL);
    assert_int_equal(offset_in(relocated(p, "xdp_md.rx_queue_index", 0)), 16);
    assert_int_equal(offset_in(relocated(p, "xdp_md.data_end", 0)), 4);
    assert_int_equal(offset_in(relocated(p, "own.pad", 0)), 0);
    assert_int_equal(offset_in(relocated(p, "own___new.a", 0)), 4);
    assert_int_equal(relocated(p, "own___new.b", 0)->imm, 0);
    free_pair(&pair);
}

static void ambiguous_and_odd_types(void **state)
{
    (void)state;
    struct pair pair;
    const struct program *p =
        expect_pair(&pair, CORE "struct s { int a; };\n" POP "SEC(\"hook/s\") int prog(struct s *s) { return s->a; }\n",
                    "struct s___one { int pad; int a; } one; struct s___two { long pad; int a; } two;\n");
    assert_non_null(strstr(poison_of(p, relocated(p, "s.a", 0)), "several types"));
    free_pair(&pair);
    /* a candidate without the member does not count */
    p = expect_pair(&pair, CORE "struct s { int a; };\n" POP "SEC(\"hook/s\") int prog(struct s *s) { return s->a; }\n",
                    "struct s___one { int pad; int a; } one; struct s___two { long pad; } two;\n");
    assert_int_equal(offset_in(relocated(p, "s.a", 0)), 4);
    free_pair(&pair);
}

/* A firmware of a 32-bit core, as gcc -gbtf describes it: pointers and longs have 4 bytes. */
static void pointers_of_four_bytes(void **state)
{
    (void)state;
    if (access(TEST_ARM_GCC, X_OK) != 0) {
        print_message("arm-none-eabi-gcc is not installed: skipped\n");
        skip();
    }
    struct made made;
    make_object(&made,
                CORE "struct s { void *p; unsigned long n; void *q; u32 last; };\n" POP
                     "SEC(\"hook/s\") u64 prog(struct s *s) { return (u64)s->q + s->n + s->last; }\n",
                "");
    const char *dir = arena_printf(&made.arena, "%s.arm", made.path);
    const char *source = arena_printf(&made.arena, "%s.c", dir);
    static const char text[] = "struct s { void *p; unsigned long n; void *q; unsigned last; } s;\n";
    assert_true(file_write(source, text, sizeof text - 1, made.d));
    const char *object = arena_printf(&made.arena, "%s.o", dir);
    const char *const argv[] = {TEST_ARM_GCC, "-mcpu=cortex-m4", "-gbtf", "-c", source, "-o", object, NULL};
    made_command(&made, argv);
    const struct load_options options = {.btf = object};
    if (!load_program(&made.program, made.path, &options, made.d)) {
        fail_msg("%s: %s", made_error(&made), made_message(&made));
    }
    const struct insn *q = relocated(&made.program, "s.q", 0);
    assert_int_equal(q->off, 8);
    assert_int_equal(q->bits, 32);
    assert_int_equal(relocated(&made.program, "s.n", 0)->bits, 32);
    assert_int_equal(relocated(&made.program, "s.last", 0)->off, 12);
    assert_int_equal(made.program.funcs[0].context_bytes, 16);
    made_free(&made);
}

static void files_without_types_are_refused(void **state)
{
    (void)state;
    struct made made;
    make_object(&made, "int v; SEC(\"raw\") int prog(void *c) { return v; }\n", "");
    struct made bare;
    make_object(&bare, "int v;\n", "-g0");
    assert_false(load_program(&made.program, made.path, &(struct load_options){.btf = bare.path}, made.d));
    assert_string_equal(made_error(&made), "btf-missing");
    made_free(&bare);
    made_free(&made);
}

#define USES                                                                                                           \
    "struct sample { u32 channel; int *where; };\n"                                                                    \
    "extern int sensor_read(u32 channel, struct sample *s) __attribute__((section(\".ksyms\")));\n"                    \
    "extern int spare(short) __attribute__((section(\".ksyms\"), weak));\n"                                            \
    "extern const struct sample last __attribute__((section(\".ksyms\"), weak));\n"                                    \
    "SEC(\"raw\") int prog(void *c) { struct sample s = {};\n"                                                         \
    "  return sensor_read(3, &s) + (spare ? spare(1) : 0) + (&last ? last.channel : 0); }\n"
#define OPEN "struct sample { u32 channel; u64 more; int *where; };\nstruct sample last;\n"

/* What the firmware's types have is there, as large as there; what they lack is not. */
static void externs_are_found_in_the_types(void **state)
{
    (void)state;
    struct pair pair;
    const struct program *p =
        expect_pair(&pair, USES, OPEN "int sensor_read(u32 c, struct sample *s) { return s->channel + c; }\n");
    const struct map *last = &p->maps[0];
    assert_int_equal(p->map_count, 1);
    assert_int_equal(last->role, MAP_EXTERN);
    assert_int_equal(last->value_bytes, 24);
    assert_int_equal(last->align_log2, 3);
    uint32_t values = 0, poisoned = 0;
    for (uint32_t i = 0; i < p->insn_count; i++) {
        values += p->insns[i].op == OP_LDDW && p->insns[i].ref == REF_MAP_VALUE;
        poisoned += program_poison(p, &p->insns[i]) != NULL;
    }
    assert_true(values > 0);
    assert_int_equal(poisoned, 1);
    free_pair(&pair);
}

static void externs_of_another_type_are_refused(void **state)
{
    static const char *const firmwares[] = {
        OPEN "int sensor_read(int c, struct sample *s) { return s->channel + c; }\n",
        OPEN "long sensor_read(u32 c, struct sample *s) { return s->channel + c; }\n",
        OPEN "int sensor_read(u32 c, const char *s) { return *s + c; }\n",
        OPEN "int sensor_read(u32 c) { return c; }\n",
        OPEN "int sensor_read(u32 c, struct sample *s, int more) { return s->channel + c + more; }\n",
        "struct other { u32 channel; };\nstruct other last;\n",
        "u32 last;\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof firmwares / sizeof *firmwares; i++) {
        struct pair pair;
        assert_false(load_pair(&pair, USES, firmwares[i]));
        assert_string_equal(made_error(&pair.object), "link");
        free_pair(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(externs_are_found_in_the_types),  cmocka_unit_test(externs_of_another_type_are_refused),
        cmocka_unit_test(fields_move_with_the_firmware),   cmocka_unit_test(loads_change_their_width),
        cmocka_unit_test(questions_are_answered),          cmocka_unit_test(bit_fields_are_found_again),
        cmocka_unit_test(what_is_missing_is_poisoned),     cmocka_unit_test(without_a_file_contexts_are_known),
        cmocka_unit_test(ambiguous_and_odd_types),         cmocka_unit_test(pointers_of_four_bytes),
        cmocka_unit_test(files_without_types_are_refused),
    };
    return cmocka_run_group_tests_name("load CO-RE", tests, NULL, NULL);
}
