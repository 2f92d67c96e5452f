// SPDX-License-Identifier: Apache-2.0
/* See subject.h. */
#include "subject.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../ref/generate.h"
#include "../ref/listing.h"
#include "../ref/ref.h"
#include "base/memory.h"

enum { ARRAY_INDEX, HASH_INDEX, BSS_INDEX };

static void fill_inputs(struct subject *s)
{
    uint64_t seed = s->seed * 0x9E3779B97F4A7C15 + 7;
    s->inputs = arena_alloc(&s->program->arena, SUBJECT_RUNS * GENERATED_CONTEXT_BYTES);
    for (int run = 0; run < SUBJECT_RUNS; run++)
        for (int i = 0; i < GENERATED_CONTEXT_BYTES; i++) {
            uint64_t r = generate_random(&seed) >> 20;
            s->inputs[run * GENERATED_CONTEXT_BYTES + i] = (uint8_t)(run == 0   ? r
                                                                     : run == 1 ? 0xff * (r & 1)
                                                                                : (i % 8 == 0 ? r & 31 : 0));
        }
}

static uint64_t digest_hash(const struct ref_machine *m)
{
    const struct map *map = &m->program->maps[HASH_INDEX];
    const struct ref_map *store = &m->maps[HASH_INDEX];
    uint64_t sum = 0;
    for (uint32_t i = 0; i < map->entries; i++) {
        if (!store->used[i])
            continue;
        uint64_t entry = digest_bytes(DIGEST_START, store->keys + (size_t)i * map->key_bytes, map->key_bytes);
        sum += digest_bytes(entry, store->values + (size_t)i * map->value_bytes, map->value_bytes);
    }
    return sum;
}

/* Addresses differ between interpreter and images. The interpreter's begin with a space's number. */
static bool looks_like_address(uint64_t word)
{
    return word >> 56 >= REF_SPACE_CONTEXT && word >> 56 <= REF_SPACE_FUNC && (word >> 40 & 0xffff) < 8 &&
           (word & 0xffffffffff) <= 1u << 26;
}

static void note_insn(struct ref_machine *m, uint32_t insn, bool after)
{
    struct subject *s = m->owner;
    if (!after)
        s->ran[insn] = true;
}

/* False when the interpreter does not come to an end (a soundness failure, for sound_fuzz) or r0 is an address. */
static bool interpret(struct subject *s, uint32_t run)
{
    uint8_t context[GENERATED_CONTEXT_BYTES];
    struct batch_result *out = &s->expected[run];
    struct ref_machine *m = memory_alloc(sizeof *m);
    memcpy(context, s->inputs + run * sizeof context, sizeof context);
    m->context = context;
    m->context_bytes = sizeof context;
    m->budget = verified_bounds(s->verified)->max_insns;
    m->random_state = BATCH_RANDOM_SEED;
    m->clean_stack = true;
    m->observe = note_insn;
    m->owner = s;
    ref_init(m, s->program);
    bool ok = ref_run(m, 0) && !looks_like_address(m->regs[0]);
    out->answered = true;
    out->r0 = m->regs[0];
    out->digests[DIGEST_MEMORY] = digest_bytes(DIGEST_START, context, sizeof context);
    out->digests[DIGEST_ARRAY] = digest_bytes(DIGEST_START, m->maps[ARRAY_INDEX].values, 64);
    out->digests[DIGEST_BSS] = digest_bytes(DIGEST_START, m->maps[BSS_INDEX].values, 24);
    out->digests[DIGEST_HASH] = digest_hash(m);
    ref_free(m);
    free(m);
    return ok;
}

/* True when the instruction makes a number of a pointer, other than by keeping it whole on the stack: results then
 * differ by design. */
static bool insn_leaks(const struct insn *insn, const struct fact *f)
{
    bool dst = f->dst.kinds & KIND_POINTERS, src = !insn->use_imm && (f->src.kinds & KIND_POINTERS);
    bool null_test = (insn->op == OP_JEQ || insn->op == OP_JNE) && insn->use_imm && insn->imm == 0 && insn->bits == 64;
    switch (op_class(insn->op)) {
    case CLASS_ALU: return (dst || src) && (f->result.kinds & KIND_NUMBER);
    case CLASS_STORE: return src && !(insn->op == OP_STX && insn->bits == 64 && f->region == KIND_STACK);
    case CLASS_ATOMIC: return src;
    case CLASS_JUMP: return insn_is_branch(insn) && (src || (dst && !null_test));
    case CLASS_LOAD:
    case CLASS_CALL:
    case CLASS_EXIT: break;
    }
    return false;
}

static bool leaks_pointers(const struct subject *s)
{
    for (uint32_t i = 0; i < s->program->insn_count; i++) {
        const struct fact *f = verified_fact(s->verified, i);
        if (f->reachable && insn_leaks(&s->program->insns[i], f))
            return true;
    }
    return false;
}

/* Time cannot be the same: a random number instead. */
static void replace_time(struct program *program)
{
    for (uint32_t i = 0; i < program->insn_count; i++)
        if (program->insns[i].op == OP_HELPER && program->insns[i].imm == 5)
            program->insns[i].imm = 7;
}

struct subject *subject_of(struct program *program, uint64_t seed)
{
    const struct limits limits = {.context_bytes = GENERATED_CONTEXT_BYTES, .explored_insns = 200000};
    struct subject *s = memory_alloc(sizeof *s);
    struct diag *d = diag_new(NULL);
    s->seed = seed;
    s->program = program;
    s->verified = verify_program(program, 0, &limits, NULL, d);
    diag_free(d);
    bool ok = s->verified && !leaks_pointers(s);
    if (ok) {
        fill_inputs(s);
        s->ran = arena_array(&program->arena, program->insn_count, sizeof *s->ran);
    }
    for (uint32_t run = 0; ok && run < SUBJECT_RUNS; run++)
        ok = interpret(s, run);
    if (ok)
        return s;
    subject_free(s);
    return NULL;
}

struct subject *subject_new(uint64_t seed)
{
    struct program *program = memory_alloc(sizeof *program);
    generate_program(program, seed);
    batch_constants(program);
    replace_time(program);
    return subject_of(program, seed);
}

void subject_free(struct subject *s)
{
    if (!s)
        return;
    verified_free(s->verified);
    program_free(s->program);
    free(s->program);
    free(s);
}

bool subject_add(const struct subject *s, struct batch *batch, struct diag *d)
{
    uint32_t function = batch_add_function(batch, s->verified, d);
    for (uint32_t run = 0; function != NONE && run < SUBJECT_RUNS; run++)
        batch_add_case(batch, function, s->inputs + run * GENERATED_CONTEXT_BYTES, 1, GENERATED_CONTEXT_BYTES);
    return function != NONE;
}

static bool run_agrees(const struct batch_result *a, const struct batch_result *b)
{
    return a->answered == b->answered && a->r0 == b->r0 && memcmp(a->digests, b->digests, sizeof a->digests) == 0;
}

bool subject_agrees(const struct subject *s, const struct batch_result *results)
{
    for (uint32_t run = 0; run < SUBJECT_RUNS; run++)
        if (!run_agrees(&s->expected[run], &results[run]))
            return false;
    return true;
}

void subject_print(const struct subject *s, const struct batch_result *results)
{
    static const char *const names[] = {"context", "array", ".bss", "hash"};
    listing_print(s->program, 0, s->program->insn_count);
    for (uint32_t run = 0; run < SUBJECT_RUNS; run++) {
        if (run_agrees(&s->expected[run], &results[run]))
            continue;
        printf("run %u: r0 is 0x%" PRIx64 ", must be 0x%" PRIx64 "%s;", run, results[run].r0, s->expected[run].r0,
               results[run].answered ? "" : " (no answer)");
        for (unsigned i = 0; i < DIGEST_COUNT; i++)
            printf(" %s %s", names[i], results[run].digests[i] == s->expected[run].digests[i] ? "same" : "differs");
        printf("\n  context:");
        for (uint32_t i = 0; i < GENERATED_CONTEXT_BYTES; i++)
            printf("%s%02x", i % 8 ? "" : " ", s->inputs[run * GENERATED_CONTEXT_BYTES + i]);
        printf("\n");
        return;
    }
}
