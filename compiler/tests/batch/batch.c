// SPDX-License-Identifier: Apache-2.0
/* See batch.h. */
#include "batch.h"

#include <inttypes.h>
#include <llvm-c/Linker.h>
#include <llvm-c/Target.h>
#include <stdlib.h>
#include <string.h>

#include "../ref/generate.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/process.h"
#include "base/text.h"
#include "compile.h"
#include "firmware/run.h"
#include "program/hook.h"

#define LEVELS      20
#define SHARED_MAPS 4 /* of generate.h, that are objects of the image */

/* One list of inputs; cases share equal ones. */
struct inputs {
    uint8_t *bytes;
    uint32_t count, size;
};

struct batch_case {
    uint32_t function, inputs;
};

struct batch {
    struct arena arena;
    const struct board *board;
    char optimize;
    bool with_maps, check_facts;
    const char *layout;
    LLVMContextRef context;
    LLVMModuleRef modules[LEVELS]; /* [i]: 2^i modules in one, or NULL; linking one by one would be quadratic */
    uint32_t function_count;
    VEC(struct inputs) inputs;
    VEC(struct batch_case) cases;
};

struct batch *batch_new(const struct board *board, char optimize, unsigned flags)
{
    struct batch *batch = memory_alloc(sizeof *batch);
    batch->board = board;
    batch->optimize = optimize;
    batch->with_maps = flags & BATCH_MAPS;
    batch->check_facts = flags & BATCH_FACTS;
    batch->context = LLVMContextCreate();
    return batch;
}

void batch_free(struct batch *batch)
{
    for (unsigned i = 0; i < LEVELS; i++)
        if (batch->modules[i])
            LLVMDisposeModule(batch->modules[i]);
    LLVMContextDispose(batch->context);
    vec_free(&batch->inputs);
    vec_free(&batch->cases);
    arena_free(&batch->arena);
    free(batch);
}

void batch_constants(struct program *program)
{
    for (uint32_t i = 0; i < program->map_count; i++) {
        struct map *map = &program->maps[i];
        uint8_t *bytes = arena_alloc(&program->arena, map->value_bytes);
        if (!map->init)
            continue;
        for (uint32_t k = 0; k < map->value_bytes; k++)
            bytes[k] = (uint8_t)(0x9d * (k + 1) ^ (k << 3));
        map->init = bytes;
    }
}

/* -- lifting ------------------------------------------------------------------------------------------------------- */

/* Both in one; consumes them. */
static LLVMModuleRef link_two(LLVMModuleRef to, LLVMModuleRef from)
{
    if (LLVMLinkModules2(to, from))
        BUG("lifted modules do not link");
    return to;
}

/* All that was lifted, as one module; the batch has none afterwards. */
static LLVMModuleRef take_module(struct batch *batch)
{
    LLVMModuleRef all = NULL;
    for (unsigned i = 0; i < LEVELS; i++) {
        LLVMModuleRef module = batch->modules[i];
        batch->modules[i] = NULL;
        if (module)
            all = all ? link_two(module, all) : module;
    }
    return all;
}

/* Lifts `v` and adds it to the module as bpf_prog_NAME. */
static bool add_module(struct batch *batch, const struct verified *v, const char *name, struct diag *d)
{
    if (!batch->layout)
        batch->layout = board_data_layout(batch->board, &batch->arena, d);
    if (!batch->layout)
        return false;
    const struct lift_options options =
        compile_lift_options(batch->board, batch->layout, batch->optimize, batch->check_facts);
    LLVMModuleRef module = lift_program(batch->context, v, &options, d);
    if (!module)
        return false;
    const char *own = verified_program(v)->funcs[verified_entry(v)].name;
    LLVMValueRef function = LLVMGetNamedFunction(module, arena_printf(&batch->arena, "bpf_prog_%s", own));
    char *symbol = arena_printf(&batch->arena, "bpf_prog_%s", name);
    LLVMSetValueName2(function, symbol, strlen(symbol));
    for (unsigned i = 0; module && i < LEVELS; i++) {
        LLVMModuleRef below = batch->modules[i];
        batch->modules[i] = below ? NULL : module;
        module = below ? link_two(below, module) : NULL;
    }
    return true;
}

uint32_t batch_add_function(struct batch *batch, const struct verified *v, struct diag *d)
{
    char name[16];
    snprintf(name, sizeof name, "case%u", batch->function_count);
    return add_module(batch, v, name, d) ? batch->function_count++ : NONE;
}

void batch_add_case(struct batch *batch, uint32_t function, const uint8_t *inputs, uint32_t count, uint32_t bytes)
{
    struct batch_case item = {.function = function};
    size_t total = (size_t)count * bytes;
    if (bytes > BATCH_MEMORY_BYTES)
        BUG("a case of %u bytes", bytes);
    for (; item.inputs < batch->inputs.count; item.inputs++) {
        const struct inputs *have = &batch->inputs.items[item.inputs];
        if (have->count == count && have->size == bytes && (!total || memcmp(have->bytes, inputs, total) == 0))
            break;
    }
    if (item.inputs == batch->inputs.count) {
        struct inputs list = {arena_alloc(&batch->arena, total + 1), count, bytes};
        if (total)
            memcpy(list.bytes, inputs, total);
        vec_push(&batch->inputs, list);
    }
    vec_push(&batch->cases, item);
}

/* -- the image ----------------------------------------------------------------------------------------------------- */

static void print_inputs(struct text *out, const struct inputs *list, uint32_t index)
{
    text_printf(out, "static const uint64_t inputs%u[] = {", index);
    for (uint32_t i = 0; i < list->count; i++)
        for (uint32_t at = 0; at < list->size; at += 8) {
            uint64_t word = 0;
            for (uint32_t k = 0; k < 8 && at + k < list->size; k++)
                word |= (uint64_t)list->bytes[i * list->size + at + k] << (8 * k);
            text_printf(out, "%s0x%" PRIx64 "ull,", at % 32 ? " " : "\n    ", word);
        }
    text_printf(out, list->size ? "\n};\n" : "0};\n");
}

/* The generated main: tables, then runner.h. */
static void print_main(const struct batch *batch, struct text *out)
{
    text_printf(out, "#include <stddef.h>\n#include <stdint.h>\n#define BATCH_MEMORY_BYTES %u\n", BATCH_MEMORY_BYTES);
    text_printf(out, "#define BATCH_RANDOM_SEED %uu\n%s", BATCH_RANDOM_SEED,
                batch->with_maps ? "#define BATCH_MAPS\n" : "");
    text_printf(out, "typedef uint64_t batch_function(void *, size_t);\nstruct batch_case {\n    batch_function "
                     "*function;\n    const uint64_t *inputs;\n    uint32_t count, bytes;\n};\n");
    for (uint32_t i = 0; i < batch->function_count; i++)
        text_printf(out, "extern batch_function bpf_prog_case%u;\n", i);
    for (uint32_t i = 0; i < batch->inputs.count; i++)
        print_inputs(out, &batch->inputs.items[i], i);
    text_printf(out, "static const struct batch_case batch_cases[] = {\n");
    for (uint32_t i = 0; i < batch->cases.count; i++) {
        const struct batch_case *item = &batch->cases.items[i];
        const struct inputs *list = &batch->inputs.items[item->inputs];
        text_printf(out, "    {bpf_prog_case%u, inputs%u, %u, %u},\n", item->function, item->inputs, list->count,
                    list->size);
    }
    text_printf(out, "};\n#include \"" BATCH_FOLDER "/runner.h\"\n");
}

/* The program that the image's manifest and stubs are made for. It is in the image and never runs. With maps it refers
 * to each of them and calls each helper of generate.h, so that all stubs are generated. */
static void make_carrier(struct program *carrier, bool with_maps)
{
    static const int64_t helpers[] = {1, 2, 3, 7, 8};
    VEC(struct insn) insns = {0};
    generate_program(carrier, 1);
    batch_constants(carrier);
    carrier->map_count = with_maps ? SHARED_MAPS : 0;
    for (uint32_t map = 0; map < carrier->map_count; map++)
        vec_push(&insns, ((struct insn){.op = OP_LDDW,
                                        .bits = 64,
                                        .dst = 1,
                                        .ref = map < 2 ? REF_MAP : REF_MAP_VALUE,
                                        .index = map,
                                        .use_imm = true}));
    for (size_t i = 0; with_maps && i < sizeof helpers / sizeof *helpers; i++)
        vec_push(&insns, ((struct insn){.op = OP_HELPER, .bits = 64, .imm = helpers[i]}));
    vec_push(&insns, ((struct insn){.op = OP_MOV, .bits = 64, .use_imm = true}));
    vec_push(&insns, ((struct insn){.op = OP_EXIT, .bits = 64}));
    carrier->func_count = 1;
    carrier->insn_count = carrier->funcs[0].count = insns.count;
    carrier->funcs[0].name = "carrier";
    carrier->insns = arena_memdup(&carrier->arena, insns.items, insns.count * sizeof *insns.items);
    vec_free(&insns);
}

static bool build(struct batch *batch, const char *elf, struct diag *d)
{
    struct program carrier = {0};
    struct object object = {0};
    struct image image = {0};
    struct text main_text = {0};
    const struct limits limits = {.context_bytes = 0};
    const char *main_file = arena_printf(&batch->arena, "%s.main.c", elf);
    struct build_options options = {.optimize = batch->optimize, .output = elf, .main_file = main_file};
    make_carrier(&carrier, batch->with_maps);
    struct verified *v = verify_skip(&carrier, 0, &limits, d);
    print_main(batch, &main_text);
    bool ok = v && add_module(batch, v, "carrier", d) && file_write(main_file, main_text.chars, main_text.length, d);
    if (ok) {
        ok = emit_object(&object, take_module(batch), v, batch->board, &options, d) &&
             link_firmware(&image, &object, batch->board, &options, d);
    }
    text_free(&main_text);
    image_free(&image);
    object_free(&object);
    verified_free(v);
    program_free(&carrier);
    return ok;
}

/* -- running ------------------------------------------------------------------------------------------------------- */

static void read_call(struct batch_result *result, const struct run_call *call)
{
    char digits[17] = {0};
    if (!call->after || strlen(call->after) < 16 * DIGEST_COUNT)
        return;
    result->answered = true;
    result->r0 = call->r0;
    for (unsigned i = 0; i < DIGEST_COUNT; i++) {
        memcpy(digits, call->after + 16 * i, 16);
        result->digests[i] = strtoull(digits, NULL, 16);
    }
}

bool batch_run(struct batch *batch, const char *dir, struct batch_result *results, struct diag *d)
{
    const char *elf = arena_printf(&batch->arena, "%s/batch.elf", dir);
    uint32_t done = 0, count = batch->cases.count;
    memset(results, 0, count * sizeof *results);
    bool ok = build(batch, elf, d);
    while (ok && done < count) {
        struct run_result run = {0};
        struct run_options options = {.repeat = done + 1, .timeout_s = 60};
        ok = run_image(&run, elf, batch->board, &options, d);
        for (uint32_t i = 0; i < run.call_count && done < count; i++)
            read_call(&results[done++], &run.calls[i]);
        if (ok && done < count) {
            printf("%s: case %u did not end: emulator's status %d\n", batch->board->name, done, run.exit_status);
            done++;
        }
        run_result_free(&run);
    }
    return ok;
}

uint64_t batch_flash_bytes(const struct board *board)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < board->region_count; i++)
        if (board->regions[i].use == REGION_FLASH && board->regions[i].length_bytes > bytes)
            bytes = board->regions[i].length_bytes;
    return bytes;
}

uint32_t batch_insn_bytes(char optimize)
{
    return optimize == '0' ? 56 : 20;
}

/* -- boards -------------------------------------------------------------------------------------------------------- */

string_list batch_boards(struct arena *arena, string_list names, struct diag *d)
{
    string_list all = board_names(arena, d);
    uint32_t count = 0, kept = 0;
    while (all && all[count])
        count++;
    const char **usable = arena_array(arena, count + 1, sizeof *usable);
    for (uint32_t i = 0; i < count; i++) {
        struct board board = {0};
        const char *why = NULL;
        if (!names_choose(names, all[i]))
            continue;
        if (!read_board(&board, all[i], d)) {
            board_free(&board);
            return NULL;
        }
        if (!board.qemu && !board_is_native(&board))
            why = "has no emulator";
        else if (board.qemu && !process_find(arena, board.qemu[0]))
            why = "its emulator is not installed";
        if (why)
            printf("%s: skipped: %s\n", all[i], why);
        else
            usable[kept++] = all[i];
        board_free(&board);
    }
    return usable;
}
