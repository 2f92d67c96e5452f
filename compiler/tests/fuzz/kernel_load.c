// SPDX-License-Identifier: Apache-2.0
/* See kernel_load.h. */
#include "kernel_load.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ref/atomic_immediate.h"
#include "base/memory.h"

#define FUNC_LIMIT  16
#define VALUE_BYTES 64 /* the longest value */

/* -- encoding ------------------------------------------------------------------------------------------------------ */

/* What instructions refer to while they are encoded. */
struct encoder {
    const struct program *program;
    const int *map_fds;
    uint32_t start[FUNC_LIMIT]; /* slot of each function */
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

static void encode_lddw(struct bpf_insn out[2], const struct encoder *e, const struct insn *insn, uint32_t at)
{
    unsigned src = 0;
    int32_t low = (int32_t)insn->imm, high = (int32_t)(insn->imm >> 32);
    switch (insn->ref) {
    case REF_NONE: break;
    case REF_MAP:
        src = BPF_PSEUDO_MAP_FD;
        low = e->map_fds[insn->index];
        break;
    case REF_MAP_VALUE:
        src = BPF_PSEUDO_MAP_VALUE;
        low = e->map_fds[insn->index];
        high = (int32_t)insn->imm;
        break;
    case REF_FUNC:
        src = BPF_PSEUDO_FUNC;
        low = (int32_t)(e->start[insn->index] - at - 1);
        high = 0;
        break;
    case REF_TABLE:
    case REF_EXTERN: BUG("reference kind %d", (int)insn->ref);
    }
    out[0] = raw_insn(0x18, insn->dst, src, 0, low);
    out[1] = raw_insn(0, 0, 0, 0, high);
}

/* RFC 9669 §5.3; Linux for the last two. */
/* Every other unconditional jump as gotol, with its distance in the immediate. */
static struct bpf_insn encode_jump(const struct encoder *e, const struct insn *insn)
{
    int32_t distance = (int32_t)(e->program->insns[insn->target].slot - insn->slot - 1);
    if (insn->op == OP_JA && insn->slot % 2)
        return raw_insn(0x06, 0, 0, 0, distance);
    return raw_insn(insn_opcode(insn), insn->dst, insn->src, (int16_t)distance, (int32_t)insn->imm);
}

static struct bpf_insn encode_insn(const struct encoder *e, const struct insn *insn, uint32_t at)
{
    int16_t off = (int16_t)insn->off;
    int32_t imm = (int32_t)insn->imm;
    enum op_class class = op_class(insn->op);
    if (class == CLASS_JUMP)
        return encode_jump(e, insn);
    if (insn->op == OP_CALL)
        return raw_insn(0x85, 0, BPF_PSEUDO_CALL, 0, (int32_t)(e->start[insn->index] - at - 1));
    if (class == CLASS_ATOMIC || insn->op == OP_LDACQ || insn->op == OP_STREL)
        imm = atomic_immediate(insn);
    if (insn->op == OP_SDIV || insn->op == OP_SMOD)
        off = 1;
    if (insn->op == OP_MOVSX)
        off = insn->from_bits;
    if (insn->op == OP_LE || insn->op == OP_BE || insn->op == OP_BSWAP)
        imm = insn->bits;
    return raw_insn(insn_opcode(insn), insn->dst, insn->src, off, imm);
}

/* The instruction stream; functions stand one behind the other. The caller frees it. */
static struct bpf_insn *encode(struct encoder *e, uint32_t *count)
{
    const struct program *p = e->program;
    struct bpf_insn *out = memory_alloc((p->insn_count * 2 + 2) * sizeof *out);
    *count = 0;
    for (uint32_t i = 0; i < p->func_count; i++) {
        uint32_t last = p->funcs[i].first + p->funcs[i].count - 1;
        e->start[i] = *count;
        *count += p->insns[last].slot + 1;
    }
    for (uint32_t i = 0; i < p->insn_count; i++) {
        uint32_t at = e->start[program_func_at(p, i)] + p->insns[i].slot;
        if (p->insns[i].op == OP_LDDW)
            encode_lddw(&out[at], e, &p->insns[i], at);
        else
            out[at] = encode_insn(e, &p->insns[i], at);
    }
    return out;
}

/* -- loading ------------------------------------------------------------------------------------------------------- */

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

/* Linux takes the address of a function only where BTF names it as static. Type 3 + n is function n. */
static struct btf *make_btf(const struct program *p)
{
    struct btf *btf = btf__new_empty();
    btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
    btf__add_func_proto(btf, 1);
    for (uint32_t i = 0; i < p->func_count; i++)
        btf__add_func(btf, p->funcs[i].name, BTF_FUNC_STATIC, 2);
    if (btf__load_into_kernel(btf) == 0)
        return btf;
    btf__free(btf);
    return NULL;
}

static void load_insns(struct loaded *k, const struct bpf_insn *insns, uint32_t count, const struct encoder *e)
{
    struct bpf_func_info infos[FUNC_LIMIT];
    struct btf *btf = k->program->func_count > 1 ? make_btf(k->program) : NULL;
    for (uint32_t i = 0; i < k->program->func_count; i++)
        infos[i] = (struct bpf_func_info){.insn_off = e->start[i], .type_id = 3 + i};
    LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_SLEEPABLE);
    if (btf) {
        options.prog_btf_fd = (uint32_t)btf__fd(btf);
        options.func_info = infos;
        options.func_info_cnt = k->program->func_count;
        options.func_info_rec_size = sizeof *infos;
    }
    k->log[0] = '\0';
    k->fd = bpf_prog_load(BPF_PROG_TYPE_SYSCALL, "generated", "GPL", insns, count, &options);
    if (k->fd < 0) { /* once more, to hear why */
        options.log_buf = k->log;
        options.log_size = sizeof k->log;
        options.log_level = 1;
        k->fd = bpf_prog_load(BPF_PROG_TYPE_SYSCALL, "generated", "GPL", insns, count, &options);
    }
    btf__free(btf);
}

void kernel_load(struct loaded *k, const struct program *p)
{
    struct encoder e = {.program = p, .map_fds = k->map_fds};
    uint32_t count;
    if (p->map_count > KERNEL_MAP_LIMIT || p->func_count > FUNC_LIMIT)
        BUG("a program of %u maps and %u functions", p->map_count, p->func_count);
    k->program = p;
    for (uint32_t i = 0; i < p->map_count; i++)
        k->map_fds[i] = make_map(&p->maps[i]);
    struct bpf_insn *insns = encode(&e, &count);
    load_insns(k, insns, count, &e);
    free(insns);
}

void kernel_unload(struct loaded *k)
{
    for (uint32_t i = 0; i < k->program->map_count; i++)
        close(k->map_fds[i]);
    if (k->fd >= 0)
        close(k->fd);
}

/* -- running ------------------------------------------------------------------------------------------------------- */

static void clear_map(const struct map *map, int fd)
{
    static const uint8_t zeros[VALUE_BYTES];
    uint32_t key;
    for (uint32_t i = 0; map->type == MAP_ARRAY && i < map->entries; i++)
        bpf_map_update_elem(fd, &i, zeros, 0);
    while (map->type != MAP_ARRAY && bpf_map_get_next_key(fd, NULL, &key) == 0)
        bpf_map_delete_elem(fd, &key);
}

bool kernel_run(const struct loaded *k, uint8_t *context, uint32_t context_bytes, uint32_t *r0)
{
    for (uint32_t i = 0; i < k->program->map_count; i++)
        if (k->program->maps[i].role != MAP_SECTION_RODATA)
            clear_map(&k->program->maps[i], k->map_fds[i]);
    LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = context,
                .ctx_size_in = context_bytes); /* written back in place */
    int failed = bpf_prog_test_run_opts(k->fd, &options);
    if (failed)
        printf("test run: %s\n", strerror(-failed));
    *r0 = options.retval;
    return !failed;
}

/* Entries of the interpreter are those of the kernel, and as many. */
static bool same_map(const struct map *map, int fd, const struct ref_map *ours)
{
    uint8_t value[VALUE_BYTES];
    uint32_t found = 0, used = 0, key, *last = NULL;
    for (uint32_t i = 0; i < map->entries; i++) {
        if (!ours->used[i])
            continue;
        used++;
        if (bpf_map_lookup_elem(fd, ours->keys + (size_t)i * map->key_bytes, value) ||
            memcmp(value, ours->values + (size_t)i * map->value_bytes, map->value_bytes) != 0)
            return false;
    }
    for (; bpf_map_get_next_key(fd, last, &key) == 0; last = &key)
        found++;
    return found == used;
}

const char *kernel_differing_map(const struct loaded *k, const struct ref_machine *m)
{
    for (uint32_t i = 0; i < k->program->map_count; i++)
        if (!same_map(&k->program->maps[i], k->map_fds[i], &m->maps[i]))
            return k->program->maps[i].name;
    return NULL;
}
