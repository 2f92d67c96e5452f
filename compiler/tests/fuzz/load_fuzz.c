// SPDX-License-Identifier: Apache-2.0
/* libFuzzer harness of the load room: any bytes must be loaded or refused cleanly, also against any firmware's types.
 * An input is an object; or, ending in a trailer, an object and what --btf would read. Build with -DBAREBPF_FUZZ=ON and
 * clang; run as `load_fuzz CORPUS_DIR` with some real objects in the corpus. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "load/load.h"

/* The last bytes of an input with types: how many bytes before it are types, little-endian, and "+BTF". */
#define TRAILER_BYTES 8

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static uint8_t *copy(const uint8_t *bytes, size_t size)
{
    uint8_t *copied = memory_alloc(size ? size : 1);
    if (size)
        memcpy(copied, bytes, size);
    return copied;
}

/* Splits an input; without a trailer, or with one that does not fit, all of it is the object. */
static void split(const uint8_t *bytes, size_t *size, struct load_options *o)
{
    if (*size < TRAILER_BYTES || memcmp(bytes + *size - 4, "+BTF", 4) != 0)
        return;
    const uint8_t *trailer = bytes + *size - TRAILER_BYTES;
    size_t types = trailer[0] | (size_t)trailer[1] << 8 | (size_t)trailer[2] << 16 | (size_t)trailer[3] << 24;
    if (types > *size - TRAILER_BYTES)
        return;
    *size -= TRAILER_BYTES + types;
    *o = (struct load_options){.btf = "types.btf", .btf_bytes = bytes + *size, .btf_size = types};
}

/* Both parts in memory of their own, so that reading beyond one is seen. */
static bool load(struct program *program, const uint8_t *bytes, size_t size, struct diag *d)
{
    struct load_options o = {0};
    split(bytes, &size, &o);
    if (!o.btf)
        return load_bytes(program, "fuzz.o", bytes, size, d);
    uint8_t *object = copy(bytes, size), *types = copy(o.btf_bytes, o.btf_size);
    o.btf_bytes = types;
    bool ok = load_bytes_for(program, "fuzz.o", object, size, &o, d);
    free(object);
    free(types);
    return ok;
}

/* What every command does with a loaded program. */
static void read_all(const struct program *program)
{
    char text[200];
    for (uint32_t i = 0; i < program->insn_count; i++) {
        insn_print(text, sizeof text, program, i);
        program_line(program, i);
    }
    for (uint32_t i = 0; i < program->type_count; i++)
        type_size(program, i);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct diag *d = diag_new("fuzz.o");
    struct program program = {0};
    bool ok = load(&program, bytes, size, d);
    if (ok != (diag_status(d) == STATUS_OK))
        BUG("the result and the status differ");
    if (ok)
        read_all(&program);
    program_free(&program);
    diag_free(d);
    return 0;
}
