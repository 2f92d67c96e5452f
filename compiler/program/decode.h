// SPDX-License-Identifier: Apache-2.0
/* Bytes of one function to struct insn, with every structural rule of RFC 9669 checked. */
#ifndef BAREBPF_PROGRAM_DECODE_H
#define BAREBPF_PROGRAM_DECODE_H

#include <stddef.h>

#include "../base/arena.h"
#include "../base/diag.h"
#include "insn.h"

#define SLOT_BYTES 8

/* What a relocation says about the instruction in one slot; the loader fills one per slot of the function. `kind`
 * RELOC_NONE: as encoded. A relocation at an instruction that it does not fit is reported (elf-malformed). */
struct slot_reloc {
    enum { RELOC_NONE, RELOC_LDDW, RELOC_CALL, RELOC_KFUNC } kind;
    enum ref_kind ref; /* RELOC_LDDW */
    uint32_t index;    /* RELOC_LDDW: map, function or extern. RELOC_CALL: function. RELOC_KFUNC: extern */
    int64_t addend;    /* RELOC_LDDW with REF_MAP_VALUE: byte offset into the value */
};

struct code {
    const uint8_t *bytes; /* little-endian */
    uint32_t slot_count;
    const struct slot_reloc *relocs; /* slot_count entries, or NULL */
    const bool *entered;             /* the slots that jump tables lead to (slot_count entries), or NULL */
    const char *file, *function;     /* for messages */
};

/* Decodes one function. The result (in the arena) has one entry per instruction, lddw counting one; jump targets are
 * indices into it, starting at 0 (the caller adds the function's first). `slot_insn[slot]`, in the arena too, maps
 * 8-byte slots to instructions (the second half of lddw to NONE). Every fault is one error with status 1 that names
 * function, slot and rule: unknown opcode, reserved field not 0, register above r10 (r10 as destination), jump out of
 * the function or into lddw, incomplete lddw, last instruction that falls off the end, call to a function without
 * relocation (src=1 calls must carry RELOC_CALL or have been resolved), unrelocated map reference. Division or modulo
 * by a constant 0 is left to the verifier; shift counts are masked where they are lifted. addr_space_cast is
 * refused by name (feature, status 2). Where a gotox leads to is filled in by the caller, who knows the jump tables. A
 * callx of a register that was just set to a constant becomes a helper call. Operations without a source operand (neg,
 * byte swaps, lddw, ldabs) have use_imm set; ldabs and ldind write r0, which is their dst; acquire loads have their
 * base in src, release stores in dst, as ldx and stx. */
bool decode_func(struct insn **insns, uint32_t *count, uint32_t **slot_insn, const struct code *code,
                 struct arena *arena, struct diag *d);

/* True when `slot` of `code` holds a call of a local function (src=1) or the address of one (lddw, src=4) that no
 * relocation has resolved. `*target` is then the slot where that function begins, counted from the start of `code`; it
 * may lie outside. RFC 9669 §4.3.2 and §5.4. */
bool decode_local_target(const struct code *code, uint32_t slot, int64_t *target);

/* Splits a string of bytes that holds several functions, such as a section without symbols: a function begins at slot 0
 * and wherever a local call or function address (decode_local_target) leads. The result, in the arena, is one struct
 * code per function, ascending, ready for decode_func: its relocations are those of `code` plus one for every reference
 * resolved, with the function's index counted from `first_func`. Functions after the first are called
 * "FUNCTION+SLOT". Reports bad-jump when a reference leads out of `code` or into the second half of a lddw. */
bool decode_split(struct code **parts, uint32_t *part_count, const struct code *code, uint32_t first_func,
                  struct arena *arena, struct diag *d);

#endif
