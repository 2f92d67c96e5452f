// SPDX-License-Identifier: Apache-2.0
/* The public ISA conformance cases, where they are: every negative encoding is refused, every positive one decodes.
 * They are read from $BAREBPF_CONFORMANCE, or from shared/conformance beside the source tree; without them the test
 * is skipped and says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "program/decode.h"

#define DEFAULT_FOLDER BAREBPF_SOURCE_ROOT "/../shared/conformance"

#define SKIPPED 77 /* exit status */

static const char *case_folder(void)
{
    const char *folder = getenv("BAREBPF_CONFORMANCE");
    return folder ? folder : DEFAULT_FOLDER;
}

static json_t *read_cases(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", case_folder(), name);
    json_error_t error;
    json_t *cases = json_load_file(path, 0, &error);
    if (!cases)
        fail_msg("%s:%d: %s", path, error.line, error.text);
    return cases;
}

static uint8_t *from_hex(struct arena *arena, const char *hex, size_t *size)
{
    *size = strlen(hex) / 2;
    uint8_t *bytes = arena_alloc(arena, *size + 1);
    for (size_t i = 0; i < *size; i++) {
        unsigned byte;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        bytes[i] = (uint8_t)byte;
    }
    return bytes;
}

/* Decodes all functions of a case; false with the error in `d`. */
static bool decode_case(const json_t *item, struct arena *arena, struct diag *d)
{
    size_t size;
    struct code code = {.function = json_string_value(json_object_get(item, "name"))};
    code.bytes = from_hex(arena, json_string_value(json_object_get(item, "bytecode_hex")), &size);
    code.slot_count = (uint32_t)(size / SLOT_BYTES);
    struct code *parts;
    uint32_t part_count;
    if (!decode_split(&parts, &part_count, &code, 0, arena, d))
        return false;
    for (uint32_t i = 0; i < part_count; i++) {
        struct insn *insns;
        uint32_t count, *slot_insn;
        if (!decode_func(&insns, &count, &slot_insn, &parts[i], arena, d))
            return false;
    }
    return true;
}

/* Every case of the file decodes, or every one is refused for a reserved field. */
static void check_cases(const char *file, bool accepted)
{
    json_t *cases = read_cases(file), *item;
    size_t index;
    assert_true(json_array_size(cases) > 0);
    json_array_foreach(cases, index, item)
    {
        struct arena arena = {0};
        struct diag *d = diag_new(NULL);
        const char *name = "accepted", *message = "";
        struct place where;
        bool ok = decode_case(item, &arena, d);
        diag_root(d, &name, &message, &where);
        if (ok != accepted || (!ok && strcmp(name, "reserved-field") != 0))
            fail_msg("%s: %s (%s)", json_string_value(json_object_get(item, "name")), name, message);
        diag_free(d);
        arena_free(&arena);
    }
    json_decref(cases);
}

static void negative_cases_are_refused(void **state)
{
    (void)state;
    check_cases("negative.json", false);
}

static void positive_cases_decode(void **state)
{
    (void)state;
    check_cases("positive.json", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(negative_cases_are_refused),
        cmocka_unit_test(positive_cases_decode),
    };
    if (access(case_folder(), R_OK) != 0) {
        fprintf(stderr, "skipped: no folder %s (BAREBPF_CONFORMANCE names another)\n", case_folder());
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
