// SPDX-License-Identifier: Apache-2.0
/* Our own table of programs with known results: every operation of RFC 9669 on edge values. Expected values come from a
 * small evaluator written from the RFC's text, independent of the lifter. */
#ifndef BAREBPF_TESTS_LIFT_CASES_H
#define BAREBPF_TESTS_LIFT_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CASE_SLOTS  80
#define CASE_MEMORY 32

/* One program; its input memory is given per run. */
struct test_case {
    char name[48]; /* C identifier */
    uint8_t bytes[CASE_SLOTS * 8];
    uint32_t slots;
};

/* One run: memory before, the result, memory after. */
struct test_run {
    uint8_t before[CASE_MEMORY], after[CASE_MEMORY];
    uint64_t r0;
};

/* Calls `visit` for each program with its runs. */
typedef void case_visit(void *self, const struct test_case *test, const struct test_run *runs, uint32_t run_count);
void cases_visit(case_visit *visit, void *self);

#endif
