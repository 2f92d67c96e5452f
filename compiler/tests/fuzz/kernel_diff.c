// SPDX-License-Identifier: Apache-2.0
/* The Linux kernel as judge: random programs are loaded as BPF_PROG_TYPE_SYSCALL (whose context is plain memory, like
 * SEC("raw")).
 *   - A program that we accept and Linux rejects for memory, initialisation, pointer or termination reasons is a
 * failure.
 *   - A program that both accept runs in both; r0 and the context afterwards must be the same.
 * What Linux rejects and we accept on purpose is listed in expected_difference().
 *
 * Each difference is to be looked at: Linux also rejects what it knows less of than we do (seed 4894: it follows r8 >=
 * 2^55 into r8 < 32).
 *
 *     kernel_diff [FIRST_SEED [COUNT]]      exit 0 no difference, 1 a difference (the seed is printed), 77 no bpf()
 * here */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ref/generate.h"
#include "../ref/ref.h"
#include "base/memory.h"
#include "verify/verify.h"

#define MAP_LIMIT 8
#define LOG_BYTES 65536

/* A program as the kernel takes it. */
struct loaded {
    int map_fds[MAP_LIMIT];
    int fd; /* < 0: rejected */
    char log[LOG_BYTES];
};

/* RFC 9669 §3: opcode, registers (destination in the low half), offset, immediate. */
static struct bpf_insn raw_insn(uint8_t code, unsigned dst, unsigned src, int16_t off, int32_t imm)
{
    struct bpf_insn insn;
    uint8_t bytes[sizeof insn] = {code, (uint8_t)(dst | src << 4)};
    memcpy(bytes + 2, &off, sizeof off);
    memcpy(bytes + 4, &imm, sizeof imm);
    memcpy(&insn, bytes, sizeof insn);
    return insn;
}

static void encode_lddw(struct bpf_insn *out, const struct insn *insn, const struct loaded *k)
{
    bool number = insn->ref == REF_NONE;
    unsigned src = number ? 0 : insn->ref == REF_MAP ? BPF_PSEUDO_MAP_FD : BPF_PSEUDO_MAP_VALUE;
    out[0] = raw_insn(0x18, insn->dst, src, 0, number ? (int32_t)insn->imm : k->map_fds[insn->index]);
    out[1] = raw_insn(0, 0, 0, 0, number ? (int32_t)(insn->imm >> 32) : (int32_t)insn->imm);
}

static int32_t atomic_number(const struct insn *insn)
{
    static const int32_t numbers[] = {[OP_ATOMIC_ADD] = 0x00, [OP_ATOMIC_OR] = 0x40, [OP_ATOMIC_AND] = 0x50,
                                      [OP_ATOMIC_XOR] = 0xa0, [OP_XCHG] = 0xe0,      [OP_CMPXCHG] = 0xf0};
    return numbers[insn->op] | (insn->fetch ? 1 : 0);
}

static struct bpf_insn encode_insn(const struct program *p, uint32_t at)
{
    const struct insn *insn = &p->insns[at];
    int16_t off = (int16_t)insn->off;
    int32_t imm = (int32_t)insn->imm;
    enum op_class class = op_class(insn->op);
    if (class == CLASS_JUMP)
        off = (int16_t)((int64_t)p->insns[insn->target].slot - insn->slot - 1);
    if (class == CLASS_ATOMIC)
        imm = atomic_number(insn);
    if (insn->op == OP_SDIV || insn->op == OP_SMOD)
        off = 1;
    if (insn->op == OP_MOVSX)
        off = insn->from_bits;
    if (insn->op == OP_LE || insn->op == OP_BE || insn->op == OP_BSWAP)
        imm = insn->bits;
    return raw_insn(insn_opcode(insn), insn->dst, insn->src, off, imm);
}

/* The instruction stream; functions stand one behind the other. The caller frees it. */
static struct bpf_insn *encode(const struct program *p, const struct loaded *k, uint32_t *count)
{
    struct bpf_insn *out = memory_alloc((p->insn_count * 2 + 2) * sizeof *out);
    uint32_t *start = memory_alloc(p->func_count * sizeof *start);
    *count = 0;
    for (uint32_t i = 0; i < p->insn_count; i++) {
        uint32_t func = program_func_at(p, i);
        if (i == p->funcs[func].first)
            start[func] = *count;
        if (p->insns[i].op == OP_LDDW) {
            encode_lddw(&out[*count], &p->insns[i], k);
            *count += 2;
        } else {
            out[(*count)++] = encode_insn(p, i);
        }
    }
    for (uint32_t i = 0; i < p->insn_count; i++) {
        uint32_t at = start[program_func_at(p, i)] + p->insns[i].slot;
        if (p->insns[i].op == OP_CALL) {
            out[at] = raw_insn(0x85, 0, BPF_PSEUDO_CALL, 0, (int32_t)(start[p->insns[i].index] - at - 1));
        }
    }
    free(start);
    return out;
}

static int make_map(const struct map *map)
{
    LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = map->role == MAP_SECTION_RODATA ? BPF_F_RDONLY_PROG : 0);
    uint32_t key = 0;
    int fd = bpf_map_create((enum bpf_map_type)map->type, map->name, map->key_bytes, map->value_bytes, map->entries,
                            &options);
    if (fd >= 0 && map->init)
        bpf_map_update_elem(fd, &key, map->init, 0);
    if (fd >= 0 && map->role == MAP_SECTION_RODATA)
        bpf_map_freeze(fd);
    return fd;
}

static void load(struct loaded *k, const struct program *p)
{
    uint32_t count;
    for (uint32_t i = 0; i < p->map_count && i < MAP_LIMIT; i++)
        k->map_fds[i] = make_map(&p->maps[i]);
    struct bpf_insn *insns = encode(p, k, &count);
    LIBBPF_OPTS(bpf_prog_load_opts, options, .log_buf = k->log, .log_size = sizeof k->log, .log_level = 1,
                .prog_flags = BPF_F_SLEEPABLE);
    k->log[0] = '\0';
    k->fd = bpf_prog_load(BPF_PROG_TYPE_SYSCALL, "generated", "GPL", insns, count, &options);
    free(insns);
}

static void unload(struct loaded *k, const struct program *p)
{
    for (uint32_t i = 0; i < p->map_count && i < MAP_LIMIT; i++)
        close(k->map_fds[i]);
    if (k->fd >= 0)
        close(k->fd);
}

/* True when the kernel lets us load programs at all. */
static bool kernel_answers(void)
{
    struct bpf_insn insns[] = {{.code = 0xb7}, {.code = 0x95}};
    LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_SLEEPABLE);
    int fd = bpf_prog_load(BPF_PROG_TYPE_SYSCALL, "probe", "GPL", insns, 2, &options);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* Reasons of Linux's that do not bind us; the message's beginning or part. */
static bool expected_difference(const char *log)
{
    static const char *const reasons[] = {
        "variable ctx access",         /* a context of plain memory may be indexed here */
        "dereference of modified ctx", /* the same */
        "misaligned context access",   /* context memory may be read at any alignment that code generation is told about
                                        */
        "misaligned access off (0x0; 0x", "The sequence of", /* the sequence of jumps is too complex */
        "BPF program is too large",
        /* Bounds that we know better: constants folded through division and x - x; the soundness test runs these
           programs. */
        "unbounded memory access", "unbounded min value", "unbounded variable", "invalid access to map value",
        "min value is", "max value is", "invalid variable-offset", "value is outside of the",
        "invalid size of register spill", /* part of an address: an unknown number */
        "attempt to corrupt spilled",     /* the same */
        "infinite loop detected",         /* judged by our own bound */
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strstr(log, reasons[i]))
            return true;
    return false;
}

/* The instruction that stands in a slot of the stream that the kernel was given, or NONE. */
static uint32_t insn_in_slot(const struct program *p, unsigned long slot)
{
    unsigned long start = 0;
    for (uint32_t func = 0; func < p->func_count; func++) {
        const struct func *f = &p->funcs[func];
        for (uint32_t i = f->first; i < f->first + f->count; i++)
            if (start + p->insns[i].slot == slot)
                return i;
        start += p->insns[f->first + f->count - 1].slot + 1;
    }
    return NONE;
}

/* True when the kernel's path goes from one slot to another over a side of a branch that we proved impossible. */
static bool is_impossible(const struct program *p, const struct verified *v, unsigned long from, unsigned long to)
{
    uint32_t at = insn_in_slot(p, from), next = insn_in_slot(p, to);
    if (at == NONE || next == NONE)
        return false;
    const struct fact *f = verified_fact(v, at);
    if (!f->reachable)
        return true;
    return insn_is_branch(&p->insns[at]) && !(next == p->insns[at].target ? f->can_jump : f->can_fall);
}

/* True when Linux followed paths that we proved impossible: then it may reject what no run does. */
static bool went_where_we_do_not(const struct program *p, const struct verified *v, const char *log)
{
    unsigned long last = ULONG_MAX;
    for (const char *line = log; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        char *end;
        unsigned long from, to, number = strtoul(line, &end, 10);
        if (sscanf(line, "from %lu to %lu", &from, &to) == 2) {
            last = from;
            number = to;
        } else if (end == line || strncmp(end, ": (", 3) != 0) {
            continue;
        }
        if (last != ULONG_MAX && is_impossible(p, v, last, number))
            return true;
        last = number;
    }
    return false;
}

static bool same_result(const struct program *p, const struct loaded *k, const struct verified *v, uint64_t seed)
{
    uint8_t ours[GENERATED_CONTEXT_BYTES], theirs[GENERATED_CONTEXT_BYTES];
    for (size_t i = 0; i < sizeof ours; i++)
        ours[i] = theirs[i] = (uint8_t)(generate_random(&seed) >> 30);
    struct ref_machine *m = memory_alloc(sizeof *m);
    m->context = ours;
    m->context_bytes = sizeof ours;
    m->budget = verified_bounds(v)->max_insns;
    ref_init(m, p);
    bool ok = ref_run(m, 0);
    LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = theirs, .ctx_size_in = sizeof theirs); /* written back in place */
    int failed = bpf_prog_test_run_opts(k->fd, &options);
    if (ok && !failed && ((uint32_t)m->regs[0] != options.retval || memcmp(ours, theirs, sizeof ours) != 0)) {
        printf("r0: ours 0x%x, Linux 0x%x; context %s\n", (uint32_t)m->regs[0], options.retval,
               memcmp(ours, theirs, sizeof ours) ? "differs" : "same");
        ok = false;
    }
    ref_free(m);
    free(m);
    if (failed)
        printf("test run: %s\n", strerror(-failed));
    return ok && !failed;
}

/* Results depend on time, chance, or unwritten stack memory. */
static bool is_comparable(const struct program *p, const struct verified *v)
{
    for (uint32_t i = 0; i < p->insn_count; i++)
        if (p->insns[i].op == OP_HELPER && (p->insns[i].imm == 5 || p->insns[i].imm == 7 || p->insns[i].imm == 8))
            return false;
    for (uint32_t i = 0; i < p->func_count; i++)
        if (verified_func(v, i)->zero_frame)
            return false;
    return true;
}

static void show(const struct program *p, const char *log)
{
    char line[256];
    for (uint32_t i = 0; i < p->insn_count; i++) {
        insn_print(line, sizeof line, p, i);
        printf("%4u: %s\n", i, line);
    }
    size_t length = strlen(log);
    printf("%s\n", log + (length > 1500 ? length - 1500 : 0));
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1, count = argc > 2 ? strtoull(argv[2], NULL, 0) : 500;
    uint64_t both = 0, neither = 0, only_linux = 0, allowed = 0, compared = 0, differences = 0;
    const struct limits limits = {.context_bytes = GENERATED_CONTEXT_BYTES, .explored_insns = 1000000};
    libbpf_set_print(NULL);
    if (!kernel_answers()) {
        printf("skipped: this kernel does not take BPF programs from us (%s)\n", strerror(errno));
        return 77;
    }
    struct loaded *k = memory_alloc(sizeof *k);
    for (uint64_t seed = first; seed < first + count; seed++) {
        struct program p = {0};
        struct diag *d = diag_new(NULL);
        generate_program(&p, seed);
        struct verified *v = verify_program(&p, 0, &limits, NULL, d);
        load(k, &p);
        bool wrong = v && k->fd < 0 && !expected_difference(k->log) && !went_where_we_do_not(&p, v, k->log);
        both += v && k->fd >= 0;
        neither += !v && k->fd < 0;
        only_linux += !v && k->fd >= 0;
        allowed += v && k->fd < 0;
        if (argc > 3 && !v && k->fd >= 0)
            diag_print(d, stdout, false);
        bool compare = v && k->fd >= 0 && is_comparable(&p, v);
        compared += compare;
        if (wrong || (compare && !same_result(&p, k, v, seed))) {
            if (differences++ == 0)
                show(&p, k->log);
            printf("seed %" PRIu64 ": %s\n", seed, wrong ? "we accept what Linux rejects" : "the results differ");
        }
        unload(k, &p);
        verified_free(v);
        diag_free(d);
        program_free(&p);
    }
    printf("seeds %" PRIu64 "..%" PRIu64 ": both accept %" PRIu64 " (%" PRIu64
           " results compared), both reject %" PRIu64 ", only Linux accepts %" PRIu64 ", only we accept %" PRIu64
           " (for listed reasons)\n",
           first, first + count - 1, both, compared, neither, only_linux, allowed);
    free(k);
    return differences != 0;
}
