// SPDX-License-Identifier: Apache-2.0
/* barebpf conformance-plugin: the plugin protocol of the public suite bpf_conformance. Instructions come as hexadecimal
 * bytes on standard input, the memory (r1 = address, r2 = length) as an argument of the same form; r0 is printed in
 * hexadecimal. The bytes are built without a proof, as the suite's programs are not written for a verifier, and run on
 * --board (default: native). For the runner: `--plugin_path barebpf --plugin_options "conformance-plugin ..."`, or a
 * script of one line. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../base/file.h"
#include "../base/text.h"
#include "../compile.h"
#include "../firmware/run.h"
#include "../program/decode.h"

#define PLUGIN_BOARD "native"

/* Pairs of hexadecimal digits, with white space anywhere between them. */
static bool parse_bytes(const char *hex, const char *what, struct arena *arena, uint8_t **bytes, uint32_t *count,
                        struct diag *d)
{
    *bytes = arena_alloc(arena, strlen(hex) / 2 + 1);
    for (*count = 0;; hex += 2) {
        hex += strspn(hex, " \t\r\n");
        if (!*hex)
            return true;
        if (text_hex_digit(hex[0]) < 0 || text_hex_digit(hex[1]) < 0)
            return diag_error(d, &NO_PLACE, D_OPTION, "%s: '%.8s' must be hexadecimal bytes", what, hex);
        (*bytes)[(*count)++] = (uint8_t)(text_hex_digit(hex[0]) << 4 | text_hex_digit(hex[1]));
    }
}

/* The program of standard input. */
static bool read_program(struct compilation *c, struct diag *d)
{
    struct text input = {0};
    char buffer[4096];
    uint8_t *bytes;
    uint32_t count;
    for (size_t got; (got = fread(buffer, 1, sizeof buffer, stdin)) > 0;)
        text_append(&input, buffer, got);
    bool ok = parse_bytes(text_chars(&input), "the program on standard input", &c->arena, &bytes, &count, d);
    text_free(&input);
    if (ok && (count == 0 || count % SLOT_BYTES != 0))
        return diag_error(d, &NO_PLACE, D_OPTION, "the program has %" PRIu32 " bytes, must be a multiple of 8", count);
    return ok && program_from_bytes(&c->program, "conformance", bytes, count / SLOT_BYTES, d);
}

static int run(struct compilation *c, const struct options *o, const struct run_context *memory, struct diag *d)
{
    struct run_result result = {0};
    const struct run_options options = {
        .contexts = memory, .context_count = 1, .repeat = 1, .timeout_s = o->timeout_s, .verbose = o->verbose};
    int status = STATUS_OK;
    if (!run_image(&result, c->image.path, &c->board, &options, d))
        status = (int)diag_status(d);
    else if (result.call_count == 1)
        printf("%" PRIx64 "\n", result.calls[0].r0);
    if (status == STATUS_OK && (result.exit_status != 0 || result.call_count != 1))
        status = result.exit_status ? result.exit_status : STATUS_BUG;
    run_result_free(&result);
    return status;
}

int command_conformance_plugin(const struct options *o, struct diag *d)
{
    struct compilation c = {0};
    struct options build = *o;
    struct run_context memory = {0};
    uint8_t *bytes = NULL;
    build.unverified = true;
    build.board = o->board ? o->board : PLUGIN_BOARD;
    bool ok = parse_bytes(o->input_count ? o->inputs[0] : "", "the memory", &c.arena, &bytes, &memory.size, d);
    ok = ok && read_program(&c, d) && read_board(&c.board, build.board, d);
    memory.bytes = bytes;
    build.ctx_bytes = memory.size;
    char *dir = ok ? file_work_dir(&c.arena, d) : NULL;
    build.output = dir ? arena_printf(&c.arena, "%s/image.elf", dir) : NULL;
    ok = dir && compile_loaded(&c, &build, d);
    int status = ok ? run(&c, o, &memory, d) : (int)diag_status(d);
    compilation_free(&c);
    return status;
}
