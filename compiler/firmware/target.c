// SPDX-License-Identifier: Apache-2.0
/* What LLVM and clang must be told so that they make code for a board. */
#include "target.h"

#include <glob.h>
#include <llvm-c/BitReader.h>
#include <llvm-c/Target.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/text.h"

/* Lines of a failed tool's output that are shown. */
#define SHOWN_LINES 12

void command_add(struct command *command, const char *word)
{
    vec_push(command, word);
}

void command_add_list(struct command *command, string_list words)
{
    for (; words && *words; words++)
        command_add(command, *words);
}

/* Cuts a tool's output after its first lines. */
static void shorten(char *text)
{
    for (int lines = 0; *text; text++) {
        if (*text == '\n' && ++lines == SHOWN_LINES) {
            *text = '\0';
            return;
        }
    }
    while (text[-1] == '\n')
        *--text = '\0';
}

bool command_run_tool(struct command *command, struct arena *arena, const char *what, struct process_result *result,
                      struct diag *d)
{
    struct process_result mine = {0};
    command_add(command, NULL);
    bool ok = process_run(arena, command->items, 0, &mine, d);
    if (ok && mine.exit_status != 0) {
        char *said = arena_printf(arena, "\n%s%s", mine.output, mine.errors);
        shorten(said);
        ok = diag_error(d, &NO_PLACE, D_TOOL_FAILED, "%s: %s ended with status %d:%s", what,
                        file_base(command->items[0]), mine.exit_status, said);
    }
    if (result)
        *result = mine;
    vec_free(command);
    return ok;
}

const char *tool_path(struct arena *arena, const char *name)
{
    char *path = arena_printf(arena, "%s/%s", BAREBPF_LLVM_BINDIR, name);
    if (process_find(arena, path))
        return path;
    path = process_find(arena, arena_printf(arena, "%s-%d", name, BAREBPF_LLVM_VERSION));
    return path ? path : name;
}

bool image_convert(const char *elf, const char *form, const char *path, struct arena *arena, struct diag *d)
{
    struct command command = {0};
    const char *const words[] = {tool_path(arena, "llvm-objcopy"), "-O", form, elf, path, NULL};
    command_add_list(&command, words);
    return command_run_tool(&command, arena, "converting the image", NULL, d);
}

/* Where Debian's packages put libraries, by triple; %s is the board's multilib directory, '*' any version. `headers` is
 * NULL for libraries that have none. */
struct library_place {
    const char *triple, *pattern, *headers, *package;
};

static const struct library_place support_places[] = {
    {"thumb", "/usr/lib/gcc/arm-none-eabi/*/%s/libgcc.a", NULL, "gcc-arm-none-eabi"},
    {"riscv", "/usr/lib/gcc/riscv64-unknown-elf/*/%s/libgcc.a", NULL, "gcc-riscv64-unknown-elf"},
    {"i386", BAREBPF_LLVM_BINDIR "/../lib/clang/*/lib/linux/libclang_rt.%s.a", NULL, "libclang-rt-19-dev"},
    {NULL, NULL, NULL, NULL},
};

static const struct library_place c_places[] = {
    {"thumb", "/usr/lib/arm-none-eabi/newlib/%s/libc_nano.a", "/usr/include/newlib/nano:/usr/include/newlib",
     "libnewlib-arm-none-eabi"},
    {"riscv", "/usr/lib/picolibc/riscv64-unknown-elf/lib/%s/libc.a", "/usr/lib/picolibc/riscv64-unknown-elf/include",
     "picolibc-riscv64-unknown-elf"},
    {NULL, NULL, NULL, NULL},
};

/* Looks a library up in a table; `directory` is the board's multilib directory, NULL when it needs none. */
static struct runtime_library find_library(const struct library_place *place, const struct board *board,
                                           const char *directory, struct arena *arena)
{
    struct runtime_library library = {0};
    for (; directory && place->triple; place++) {
        const char *at = strstr(place->pattern, "%s");
        glob_t found;
        if (strncmp(board->triple, place->triple, strlen(place->triple)) != 0)
            continue;
        library.package = place->package;
        library.headers = place->headers;
        library.path =
            arena_printf(arena, "%.*s%s%s", (int)(at - place->pattern), place->pattern, directory, at + strlen("%s"));
        library.is_there = glob(library.path, 0, NULL, &found) == 0;
        if (!library.is_there)
            continue;
        library.path = arena_strdup(arena, found.gl_pathv[found.gl_pathc - 1]);
        globfree(&found);
    }
    return library;
}

struct runtime_library board_runtime_library(const struct board *board, struct arena *arena)
{
    return find_library(support_places, board, board->libgcc, arena);
}

struct runtime_library board_c_library(const struct board *board, struct arena *arena)
{
    return find_library(c_places, board, board->libc, arena);
}

/* N of "-icount shift=N" in the board's emulator command; NULL when it does not count. */
static const char *icount_shift(const struct board *board)
{
    for (string_list word = board->qemu; word && *word; word++) {
        if (strncmp(*word, "shift=", 6) == 0)
            return *word + 6;
    }
    return NULL;
}

/* What start-up code and drivers are told of the board. */
static void add_defines(struct command *command, struct arena *arena, const struct board *board)
{
    const char *shift = icount_shift(board);
    command_add(command, arena_printf(arena, "-DBOARD_CLOCK_HZ=%u", board->clock_hz));
    if (shift)
        command_add(command, arena_printf(arena, "-DBOARD_ICOUNT_SHIFT=%s", shift));
    for (string_list define = board->defines; *define; define++)
        command_add(command, arena_printf(arena, "-D%s", *define));
}

void clang_command(struct command *command, struct arena *arena, const struct board *board,
                   const struct build_options *options)
{
    static const char *const fixed[] = {
        "--no-default-config",
        "-std=gnu11",
        "-fno-common",
        "-ffunction-sections",
        "-fdata-sections",
        "-fomit-frame-pointer",
        "-fno-unwind-tables",
        "-fno-exceptions",
        "-fno-stack-protector",
        "-fno-asynchronous-unwind-tables",
        "-fno-ident",
        "-gdwarf-4", /* takes no flash: debuggers show maps and start-up code; gdb 13 fails on version 5 of some */
        "-fdebug-compilation-dir=.",
        "-Wall",
        "-Wextra",
        "-Wno-unused-command-line-argument",
        NULL,
    };
    static const char *const small[] = {"-fno-vectorize", "-fno-slp-vectorize", NULL};
    static const char *const bare[] = {"-ffreestanding", "-fno-builtin-printf", "-nostdlibinc", NULL};
    char optimize = options->optimize ? options->optimize : 's';
    const char *home = board->home;
    command_add(command, tool_path(arena, "clang"));
    command_add(command, arena_printf(arena, "--target=%s", board->triple));
    command_add_list(command, board->clang_flags);
    command_add_list(command, fixed);
    if (!board_is_native(board))
        command_add_list(command, bare);
    command_add(command, arena_printf(arena, "-O%c", optimize));
    /* Behind -O, which would turn it on again: clang -Os makes 1.5 kB of memset() on x86-64. */
    if (optimize == 's' || optimize == 'z')
        command_add_list(command, small);
    command_add(command, arena_printf(arena, "-ffile-prefix-map=%s=/barebpf/boards/%s", board->directory, board->name));
    command_add(command, arena_printf(arena, "-I%s/helpers-template/include", home));
    command_add(command, arena_printf(arena, "-I%s/helpers-template", home));
    command_add(command, arena_printf(arena, "-I%s/boards", home));
    command_add(command, arena_printf(arena, "-I%s/boards/arch/%s", home, board->family));
    add_defines(command, arena, board);
}

LLVMModuleRef clang_read(LLVMContextRef context, const char *path, const char *source, struct diag *d)
{
    LLVMMemoryBufferRef buffer = NULL;
    LLVMModuleRef module = NULL;
    char *message = NULL;
    if (LLVMCreateMemoryBufferWithContentsOfFile(path, &buffer, &message)) {
        diag_error(d, &NO_PLACE, D_TOOL_FAILED, "cannot read clang's output: %s", message);
        LLVMDisposeMessage(message);
        return NULL;
    }
    bool failed = LLVMParseBitcodeInContext2(context, buffer, &module);
    LLVMDisposeMemoryBuffer(buffer);
    if (failed)
        diag_error(d, &NO_PLACE, D_TOOL_FAILED, "cannot parse the bitcode that clang made of '%s'", file_base(source));
    return failed ? NULL : module;
}

static LLVMCodeGenOptLevel codegen_level(char optimize)
{
    if (optimize == '0')
        return LLVMCodeGenLevelNone;
    return optimize == '3' ? LLVMCodeGenLevelAggressive : LLVMCodeGenLevelDefault;
}

LLVMTargetMachineRef board_target_machine(const struct board *board, char optimize, struct diag *d)
{
    LLVMTargetRef target = NULL;
    char *message = NULL;
    LLVMInitializeAllTargetInfos();
    LLVMInitializeAllTargets();
    LLVMInitializeAllTargetMCs();
    LLVMInitializeAllAsmPrinters();
    LLVMInitializeAllAsmParsers();
    if (LLVMGetTargetFromTriple(board->triple, &target, &message)) {
        diag_error(d, &NO_PLACE, D_BOARD_MALFORMED, "board '%s': LLVM does not know the triple '%s': %s", board->name,
                   board->triple, message);
        LLVMDisposeMessage(message);
        return NULL;
    }
    LLVMTargetMachineOptionsRef options = LLVMCreateTargetMachineOptions();
    LLVMTargetMachineOptionsSetCPU(options, board->cpu);
    LLVMTargetMachineOptionsSetFeatures(options, board->features);
    LLVMTargetMachineOptionsSetABI(options, board->abi);
    LLVMTargetMachineOptionsSetCodeGenOptLevel(options, codegen_level(optimize));
    LLVMTargetMachineOptionsSetRelocMode(options, LLVMRelocStatic);
    LLVMTargetMachineOptionsSetCodeModel(options, strncmp(board->triple, "riscv", 5) == 0 ? LLVMCodeModelMedium
                                                                                          : LLVMCodeModelDefault);
    /* In its long form, as clang has it: a short one's float ABI would not be seen. */
    char *triple = LLVMNormalizeTargetTriple(board->triple);
    LLVMTargetMachineRef machine = LLVMCreateTargetMachineWithOptions(target, triple, options);
    LLVMDisposeMessage(triple);
    LLVMDisposeTargetMachineOptions(options);
    if (!machine)
        diag_error(d, &NO_PLACE, D_BOARD_MALFORMED, "board '%s': LLVM cannot make code for '%s'", board->name,
                   board->triple);
    return machine;
}

const char *board_data_layout(const struct board *board, struct arena *arena, struct diag *d)
{
    LLVMTargetMachineRef machine = board_target_machine(board, 's', d);
    if (!machine)
        return NULL;
    LLVMTargetDataRef data = LLVMCreateTargetDataLayout(machine);
    char *text = LLVMCopyStringRepOfTargetData(data);
    const char *layout = arena_strdup(arena, text);
    LLVMDisposeMessage(text);
    LLVMDisposeTargetData(data);
    LLVMDisposeTargetMachine(machine);
    return layout;
}
