// SPDX-License-Identifier: Apache-2.0
/* How an atomic operation, an acquiring load or a releasing store is encoded. */
#ifndef BAREBPF_TESTS_ATOMIC_IMMEDIATE_H
#define BAREBPF_TESTS_ATOMIC_IMMEDIATE_H

#include "program/program.h"

/* The operation in the immediate. RFC 9669 §5.3; Linux for the last two. */
static inline uint16_t atomic_immediate(const struct insn *insn)
{
    static const uint16_t numbers[] = {
        [OP_ATOMIC_ADD] = 0x00, [OP_ATOMIC_OR] = 0x40, [OP_ATOMIC_AND] = 0x50, [OP_ATOMIC_XOR] = 0xa0,
        [OP_XCHG] = 0xe0,       [OP_CMPXCHG] = 0xf0,   [OP_LDACQ] = 0x100,     [OP_STREL] = 0x110};
    return numbers[insn->op] | insn->fetch;
}

#endif
