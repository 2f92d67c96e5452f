// SPDX-License-Identifier: Apache-2.0
/* libbpf as the judge of CO-RE: what its relocations of all kinds make of one object against several firmwares' types
 * (btf_custom_path) is what ours make. libbpf hands the relocated instructions to a handler just before it would load
 * them; to get there it asks the kernel for its features and creates nothing, so that bpf() is needed (else skipped).
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "load/core.h"
#include "object_maker.h"

#define LIBBPF_POISON 0xbad2310 /* helper number, plus the relocation's index */
#define CALL          0x85
#define SKIPPED       77

/* libbpf's relocated instructions of the one program. */
struct reading {
    struct bpf_insn *insns;
    size_t count;
    bool asked; /* libbpf came as far as our handler */
};

static int take_insns(struct bpf_program *prog, struct bpf_prog_load_opts *options, long cookie)
{
    struct reading *reading = (struct reading *)(uintptr_t)cookie;
    (void)options;
    reading->count = bpf_program__insn_cnt(prog);
    reading->insns = calloc(reading->count, sizeof *reading->insns);
    memcpy(reading->insns, bpf_program__insns(prog), reading->count * sizeof *reading->insns);
    return -ECANCELED;
}

/* False: libbpf did not get as far as our handler. */
static bool read_with_libbpf(struct reading *reading, const char *object, const char *btf)
{
    LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = btf);
    *reading = (struct reading){.asked = reading->asked};
    libbpf_set_print(NULL);
    struct bpf_object *opened = bpf_object__open_file(object, &options);
    if (opened != NULL) {
        bpf_object__load(opened);
        bpf_object__close(opened);
    }
    return reading->insns != NULL;
}

#define ALL_KINDS                                                                                                      \
    "#define PAI __attribute__((preserve_access_index))\n"                                                             \
    "enum state { IDLE, BUSY = 7 };\n"                                                                                 \
    "struct inner { int x; unsigned char y[4]; } PAI;\n"                                                               \
    "struct task { int pid; u64 time; unsigned flag : 3; int low : 5; struct inner in; void *ptr; enum state st;\n"    \
    "  unsigned short narrow; } PAI;\n"                                                                                \
    "struct task___new { u32 fresh; } PAI;\n"                                                                          \
    "struct gone { int a; } PAI;\n"                                                                                    \
    "#define FIELD(f, k) __builtin_preserve_field_info(f, k)\n"                                                        \
    "SEC(\"hook/core\") int prog(struct task *t)\n{\n"                                                                 \
    "  u64 s = t->pid + t->time + t->in.y[2] + t->in.x + t->narrow + (u64)t->ptr;\n"                                   \
    "  s += FIELD(t->flag, 0) + FIELD(t->flag, 1) + FIELD(t->low, 3) + FIELD(t->low, 4) + FIELD(t->low, 5);\n"         \
    "  s += FIELD(t->in.x, 2) + FIELD(t->in.y[3], 2) + FIELD(t->in, 1) + FIELD(((struct gone *)t)->a, 2);\n"           \
    "  s += FIELD(((struct task___new *)t)->fresh, 2) + FIELD(((struct task___new *)t)->fresh, 0);\n"                  \
    "  s += __builtin_preserve_type_info(*(struct task *)0, 0) + __builtin_preserve_type_info(*(struct task *)0, "     \
    "1);\n"                                                                                                            \
    "  s += __builtin_preserve_type_info(*(struct gone *)0, 0) + __builtin_preserve_type_info(*(struct gone *)0, "     \
    "1);\n"                                                                                                            \
    "  s += __builtin_preserve_type_info(*(struct inner *)0, 2) + __builtin_preserve_type_info(*(enum state *)0, "     \
    "2);\n"                                                                                                            \
    "  s += __builtin_preserve_enum_value(*(typeof(enum state) *)BUSY, 0);\n"                                          \
    "  s += __builtin_preserve_enum_value(*(typeof(enum state) *)BUSY, 1);\n"                                          \
    "  return s + __builtin_btf_type_id(*t, 0) + __builtin_btf_type_id(*t, 1);\n}\n"

static const char *const firmwares[] = {
    /* the same */
    "enum state { IDLE, BUSY = 7 }; struct inner { int x; unsigned char y[4]; };\n"
    "struct task { int pid; u64 time; unsigned flag : 3; int low : 5; struct inner in; void *ptr; enum state st;\n"
    "  unsigned short narrow; } t; struct gone { int a; } g;\n",
    /* another order, wider numbers, other bits, another value */
    "enum state { NEW, IDLE, BUSY = 9 }; struct inner { long pad; int x; unsigned char y[8]; };\n"
    "struct task { char name[16]; unsigned flag : 5; int low : 7; u32 fresh; u32 narrow; u64 time; int pid;\n"
    "  struct inner in; void *ptr; enum state st; } t;\n",
    /* bits that lie across a byte, members within anonymous structs, an enum of 64 bits */
    "enum state { IDLE, BUSY = 0x123456789aULL } e; struct inner { unsigned char y[3]; int x; };\n"
    "struct task { unsigned a : 6, flag : 5; int b : 9, low : 3; union { struct { u64 time; void *ptr; }; };\n"
    "  struct inner in; unsigned char narrow; int pid; } t;\n",
    /* nothing that the program asks for */
    "struct other { int a; } o;\n",
    /* a struct of the name in a flavour of its own, members missing */
    "struct inner { u64 x; }; struct task___old { u64 time; int pid; struct inner in; } t;\n",
};

/* What an instruction says at a relocation, apart from its registers. */
static void compare(const struct program *p, const struct program_core *core, const struct reading *theirs)
{
    const struct insn *ours = &p->insns[core->insn];
    assert_true(ours->slot < theirs->count);
    const struct bpf_insn *raw = &theirs->insns[ours->slot];
    bool poisoned =
        raw->code == CALL && (uint32_t)raw->imm >= LIBBPF_POISON && (uint32_t)raw->imm < LIBBPF_POISON + 4096;
    bool ours_poisoned = program_poison(p, ours) != NULL;
    bool same = poisoned == ours_poisoned;
    if (same && !poisoned && op_class(ours->op) == CLASS_ALU) {
        int64_t number = raw->imm;
        if (raw->code == 0x18) {
            number = (int64_t)((uint64_t)(uint32_t)raw[1].imm << 32 | (uint32_t)raw->imm);
        }
        same = number == ours->imm;
    } else if (same && !poisoned) {
        static const uint8_t bits[] = {32, 16, 8, 64};
        same = raw->off == ours->off && bits[raw->code >> 3 & 3] == ours->bits;
    }
    if (!same) {
        fail_msg("'%s' (%s, kind %u): libbpf has code %02x off %d imm %d, ours is %s, off %d, imm %lld, %u bits",
                 core->text, core->access, core->kind, raw->code, raw->off, raw->imm,
                 ours_poisoned ? "poisoned" : "not poisoned", ours->off, (long long)ours->imm, ours->bits);
    }
}

static void relocations_are_libbpfs(void **state)
{
    struct reading *reading = *state;
    for (size_t i = 0; i < sizeof firmwares / sizeof *firmwares; i++) {
        struct made object;
        struct made firmware;
        bool seen[CORE_KIND_COUNT] = {false};
        make_object(&object, ALL_KINDS, "");
        make_object(&firmware, firmwares[i], "");
        const struct load_options options = {.btf = firmware.path};
        if (!load_program(&object.program, object.path, &options, object.d)) {
            fail_msg("%s: %s", made_error(&object), made_message(&object));
        }
        if (!read_with_libbpf(reading, object.path, firmware.path)) {
            made_free(&firmware);
            made_free(&object);
            return;
        }
        const struct program *p = &object.program;
        reading->asked = true;
        for (uint32_t k = 0; k < p->core_count; k++) {
            compare(p, &p->core[k], reading);
            seen[p->core[k].kind] = true;
        }
        for (size_t kind = 0; kind < CORE_KIND_COUNT; kind++) {
            assert_true(seen[kind]);
        }
        free(reading->insns);
        made_free(&firmware);
        made_free(&object);
    }
}

int main(void)
{
    /* Registered once: libbpf 1.1 frees its list twice when the last handler is taken away. */
    struct reading reading = {0};
    LIBBPF_OPTS(libbpf_prog_handler_opts, handler, .cookie = (long)(uintptr_t)&reading,
                .prog_prepare_load_fn = take_insns);
    const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(relocations_are_libbpfs, &reading)};
    if (libbpf_register_prog_handler("hook/core", BPF_PROG_TYPE_SOCKET_FILTER, 0, &handler) < 0) {
        return 1;
    }
    int failed = cmocka_run_group_tests_name("load CO-RE as libbpf", tests, NULL, NULL);
    if (failed == 0 && !reading.asked) {
        puts("SKIPPED: libbpf cannot ask this kernel for its features");
        return SKIPPED;
    }
    return failed;
}
