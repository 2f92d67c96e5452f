// SPDX-License-Identifier: Apache-2.0
/* Which forms of instructions generated programs run: opcode, width, operand, and what offset, immediate or source say
 * besides (signed division, the operation of an atomic, …). The forms are those of the opcode table; missing are those
 * that need another kind of program (LD_ABS, LD_IND, callx, gotox) and gotol, which is goto once it is decoded. */
#ifndef BAREBPF_TESTS_COVERAGE_H
#define BAREBPF_TESTS_COVERAGE_H

#include "program/program.h"

#define COVERAGE_FORMS 400

struct coverage {
    struct form {
        uint8_t opcode;
        uint16_t variant;
        enum op op;
        char name[40];
        uint64_t programs; /* that ran it */
    } forms[COVERAGE_FORMS];
    uint32_t count;
    uint64_t programs;
};

void coverage_init(struct coverage *c);

/* Counts a program; `ran` says which of its instructions were executed. */
void coverage_add(struct coverage *c, const struct program *program, const bool *ran);

/* Prints the counts; how many forms no program ran. */
uint32_t coverage_print(const struct coverage *c);

#endif
