// SPDX-License-Identifier: Apache-2.0
/* libFuzzer harness of the load room: any bytes must be loaded or refused cleanly.
 * Build with -DBAREBPF_FUZZ=ON and clang; run as `load_fuzz CORPUS_DIR` with some real objects in the corpus. */
#include "load/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct diag *d = diag_new("fuzz.o");
    struct program program = {0};
    bool ok = load_bytes(&program, "fuzz.o", bytes, size, d);
    if (ok != (diag_status(d) == STATUS_OK)) {
        BUG("the result and the status differ");
    }
    char text[200];
    for (uint32_t i = 0; ok && i < program.insn_count; i++) {
        insn_print(text, sizeof text, &program, i);
        program_line(&program, i);
    }
    for (uint32_t i = 0; ok && i < program.type_count; i++) {
        type_size(&program, i);
    }
    program_free(&program);
    diag_free(d);
    return 0;
}
