// SPDX-License-Identifier: Apache-2.0
/* Runs our own table (cases.c) and, when its file is given and present, the public conformance suite on the host:
 * `lift_execute [positive.json]`. Each program is lifted without a proof and run as lifted and after default<Os>;
 * those of the table that the verifier accepts run with the facts of their proof as well.
 * Exit status 77: only the conformance file was asked for and it is not there. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "harness.h"

struct runner {
    struct harness_target host;
    uint32_t programs, proved, runs, failures, refused;
};

static void fail(struct runner *r, const char *name, const char *what, uint64_t got, uint64_t expected)
{
    if (r->failures++ < 20)
        printf("FAIL %s: %s is 0x%" PRIx64 ", must be 0x%" PRIx64 "\n", name, what, got, expected);
}

/* How a program is lifted: without proof, the same optimised, and with the facts of its proof. */
enum variant { AS_LIFTED, OPTIMIZED, PROVED, VARIANTS };

static struct harness_code *compile_case(struct runner *r, LLVMContextRef context, const char *name,
                                         const uint8_t *bytes, uint32_t slots, enum variant variant)
{
    LLVMModuleRef module = harness_lift(context, name, bytes, slots, &r->host, variant == PROVED);
    return module ? harness_compile(module, name, variant != AS_LIFTED) : NULL;
}

static void run_case(void *self, const struct test_case *test, const struct test_run *runs, uint32_t run_count)
{
    struct runner *r = self;
    r->programs++;
    for (enum variant variant = AS_LIFTED; variant < VARIANTS; variant++) {
        LLVMContextRef context = LLVMContextCreate();
        struct harness_code *code = compile_case(r, context, test->name, test->bytes, test->slots, variant);
        r->proved += code && variant == PROVED;
        if (!code && variant != PROVED)
            fail(r, test->name, "lifted", 0, 1);
        for (uint32_t i = 0; code && i < run_count; i++) {
            _Alignas(8) uint8_t memory[CASE_MEMORY];
            memcpy(memory, runs[i].before, sizeof memory);
            uint64_t r0 = harness_entry_of(code)(memory, sizeof memory);
            r->runs++;
            if (r0 != runs[i].r0)
                fail(r, test->name, "r0", r0, runs[i].r0);
            if (memcmp(memory, runs[i].after, sizeof memory) != 0)
                fail(r, test->name, "memory differs", i, 0);
        }
        if (code)
            harness_code_free(code);
        LLVMContextDispose(context);
    }
}

/* -- the public suite ---------------------------------------------------------------------------------------------- */

static uint32_t from_hex(const char *hex, uint8_t **bytes)
{
    uint32_t count = (uint32_t)(strlen(hex) / 2);
    *bytes = calloc(count + 1, 1);
    for (uint32_t i = 0; i < count; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], 0};
        (*bytes)[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return count;
}

static void run_public_case(struct runner *r, const json_t *test)
{
    const char *name = json_string_value(json_object_get(test, "name"));
    uint64_t expected = strtoull(json_string_value(json_object_get(test, "expected_r0")), NULL, 0);
    uint8_t *code_bytes, *memory;
    uint32_t code_size = from_hex(json_string_value(json_object_get(test, "bytecode_hex")), &code_bytes);
    r->programs++;
    for (enum variant variant = AS_LIFTED; variant < PROVED; variant++) {
        uint32_t memory_size = from_hex(json_string_value(json_object_get(test, "mem_hex")), &memory);
        LLVMContextRef context = LLVMContextCreate();
        struct harness_code *code = compile_case(r, context, name, code_bytes, code_size / 8, variant);
        if (code) {
            uint64_t r0 = harness_entry_of(code)(memory_size ? memory : NULL, memory_size);
            r->runs++;
            if (r0 != expected)
                fail(r, name, "r0", r0, expected);
            harness_code_free(code);
        } else {
            r->refused++;
        }
        LLVMContextDispose(context);
        free(memory);
    }
    free(code_bytes);
}

static int run_public(struct runner *r, const char *path)
{
    json_error_t error;
    json_t *tests = json_load_file(path, 0, &error);
    if (!tests) {
        printf("skipped: no conformance cases at %s\n", path);
        return 77;
    }
    size_t i;
    json_t *test;
    json_array_foreach(tests, i, test) run_public_case(r, test);
    json_decref(tests);
    return 0;
}

int main(int argc, char **argv)
{
    struct runner r = {.host = harness_host()};
    int status = 0;
    if (argc > 1)
        status = run_public(&r, argv[1]);
    else
        cases_visit(run_case, &r);
    harness_target_free(&r.host);
    printf("%u programs (%u proved), %u runs, %u not lifted, %u failures\n", r.programs, r.proved, r.runs, r.refused,
           r.failures);
    return r.failures ? 1 : status;
}
