// SPDX-License-Identifier: Apache-2.0
/* What loading costs: a program of more than 20,000 instructions with source lines and types. Fails when it takes ten
 * times the memory of its object; prints the time, for bench/. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include <cmocka.h>

#include "base/text.h"
#include "object_maker.h"

#define LINES       2600
#define LEAST_INSNS 20000
#define MOST_TIMES  10

static uint64_t peak_bytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

static double cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Statements that the compiler cannot fold, a few instructions each. */
static void write_source(struct text *out)
{
    text_printf(out, "struct words { u64 word[64]; };\n"
                     "SEC(\"hook/large\") u64 large(struct words *c) {\n  u64 x = c->word[0];\n");
    for (unsigned i = 0; i < LINES; i++)
        text_printf(out, "  x = (x * %uULL) ^ (c->word[%u] >> %u) ^ (x << %u); c->word[%u] = x;\n", 2 * i + 3, i % 64,
                    i % 13 + 1, i % 7 + 1, (i + 11) % 64);
    text_printf(out, "  return x;\n}\n");
}

static void a_large_object_costs_little(void **state)
{
    (void)state;
    struct made made;
    struct text source = {0};
    write_source(&source);
    make_object(&made, text_chars(&source), "-O1");
    text_free(&source);
    uint64_t before = peak_bytes();
    double start = cpu_ms();
    if (!made_load(&made))
        fail_msg("%s: %s", made_error(&made), made_message(&made));
    double ms = cpu_ms() - start;
    uint64_t bytes = peak_bytes() - before;
    printf("%u instructions, object of %zu bytes: loaded in %.1f ms of CPU time, %" PRIu64 " bytes (%.1f times)\n",
           made.program.insn_count, made.size, ms, bytes, (double)bytes / (double)made.size);
    assert_true(made.program.insn_count >= LEAST_INSNS);
#ifndef __SANITIZE_ADDRESS__ /* whose shadow and red zones are no memory of ours */
    assert_true(bytes < MOST_TIMES * made.size);
#endif
    made_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_large_object_costs_little)};
    return cmocka_run_group_tests_name("load cost", tests, NULL, NULL);
}
