// SPDX-License-Identifier: Apache-2.0
/* barebpf run: builds (or takes an image), runs it in the board's emulator, prints what came out. */
#include "../firmware/run.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/memory.h"
#include "../base/process.h"
#include "../base/text.h"
#include "../compile.h"
#include "../firmware/contents.h"
#include "../program/event.h"
#include "maps_text.h"

#define DEFAULT_BOARD  "cortex-m4"
#define DEFAULT_FOR_NS 1000000000u

/* "0300" → bytes in the arena. */
static bool parse_hex(struct run_context *context, const char *text, struct arena *arena, struct diag *d)
{
    size_t length = strlen(text);
    uint8_t *bytes = arena_alloc(arena, length / 2 + 1);
    for (size_t i = 0; i + 1 < length; i += 2) {
        int high = text_hex_digit(text[i]), low = text_hex_digit(text[i + 1]);
        if (high < 0 || low < 0)
            return diag_error(d, &NO_PLACE, D_CONTEXT, "--ctx hex:%s: '%c%c' is no hexadecimal byte", text, text[i],
                              text[i + 1]);
        bytes[i / 2] = (uint8_t)(high << 4 | low);
    }
    if (length % 2)
        return diag_error(d, &NO_PLACE, D_CONTEXT, "--ctx hex:%s: a byte has two digits, there are %zu", text, length);
    *context = (struct run_context){bytes, (uint32_t)(length / 2)};
    return true;
}

static bool read_context(struct run_context *context, const char *given, struct arena *arena, struct diag *d)
{
    char *bytes = NULL;
    size_t size = 0;
    if (strncmp(given, "hex:", 4) == 0)
        return parse_hex(context, given + 4, arena, d);
    if (!file_read(arena, given, &bytes, &size, d))
        return false;
    if (size > INT32_MAX)
        return diag_error(d, &FILE_PLACE(given), D_CONTEXT, "'%s' is too large for a context", given);
    *context = (struct run_context){(const uint8_t *)bytes, (uint32_t)size};
    return true;
}

/* All --ctx; *longest is the length of the longest, NONE when there is none. */
static bool read_contexts(struct run_options *run, uint32_t *longest, const struct options *o, struct arena *arena,
                          struct diag *d)
{
    uint32_t count = 0;
    while (o->contexts && o->contexts[count])
        count++;
    struct run_context *contexts = arena_array(arena, count + 1, sizeof *contexts);
    *longest = NONE;
    for (uint32_t i = 0; i < count; i++) {
        if (!read_context(&contexts[i], o->contexts[i], arena, d))
            return false;
        if (*longest == NONE || contexts[i].size > *longest)
            *longest = contexts[i].size;
    }
    run->contexts = contexts;
    run->context_count = count;
    return true;
}

/* The context or packet as the call left it. */
static void add_memory(json_t *run, const struct run_call *call)
{
    if (call->after)
        json_object_set_new(run, call->is_packet ? "packet" : "context", json_string(call->after));
    if (call->after && call->is_packet)
        json_object_set_new(run, "offset", json_integer(call->offset));
    if (call->meta)
        json_object_set_new(run, "meta", json_string(call->meta));
}

/* The numbers of run.h's machine line "packets". */
static const char *const packet_words[] = {"aborted", "drop", "pass", "tx", "redirect", "other", "sent", "lost"};
#define PACKET_WORDS (sizeof packet_words / sizeof *packet_words)

/* "hooks" and "packets", after events. */
static void add_events(json_t *root, const struct run_result *result)
{
    json_t *hooks = json_array(), *packets = json_object();
    for (uint32_t i = 0; i < result->hook_count; i++) {
        const struct run_hook *hook = &result->hooks[i];
        char r0[24];
        snprintf(r0, sizeof r0, "0x%" PRIx64, hook->r0);
        json_array_append_new(hooks,
                              json_pack("{ss ss sI sI ss}", "program", hook->program, "section", hook->section, "runs",
                                        (json_int_t)hook->count, "missed", (json_int_t)hook->missed, "r0", r0));
    }
    for (size_t i = 0; i < PACKET_WORDS; i++)
        json_object_set_new(packets, packet_words[i], json_integer((json_int_t)result->packets[i]));
    if (result->hook_count)
        json_object_set(root, "hooks", hooks);
    if (result->has_packets)
        json_object_set(root, "packets", packets);
    json_decref(hooks);
    json_decref(packets);
}

static void print_json(const struct run_result *result)
{
    json_t *runs = json_array();
    for (uint32_t i = 0; i < result->call_count; i++) {
        const struct run_call *call = &result->calls[i];
        char r0[24];
        snprintf(r0, sizeof r0, "0x%" PRIx64, call->r0);
        json_t *insns = call->has_insns ? json_integer((json_int_t)call->insns) : json_null();
        json_t *run = json_pack("{ss so}", "r0", r0, "instructions", insns);
        add_memory(run, call);
        json_array_append_new(runs, run);
    }
    json_t *console = json_stringn(result->console, result->console_bytes);
    if (!console) /* not UTF-8 */
        console = contents_bytes(result->console, result->console_bytes);
    json_t *root = json_pack("{ss ss so sO so si}", "board", result->board, "program", result->program, "runs", runs,
                             "maps", result->maps, "console", console, "exit", result->exit_status);
    add_events(root, result);
    json_dumpf(root, stdout, JSON_INDENT(2));
    printf("\n");
    json_decref(root);
}

/* What events did, for people. */
static void print_events(const struct run_result *result)
{
    for (uint32_t i = 0; i < result->hook_count; i++) {
        const struct run_hook *hook = &result->hooks[i];
        printf("%s (%s) on %s: %u runs, %u missed, r0 = %" PRIu64 " (0x%" PRIx64 ")\n", hook->program, hook->section,
               result->board, hook->count, hook->missed, hook->r0, hook->r0);
    }
    for (size_t i = 0; result->has_packets && i < PACKET_WORDS; i++)
        printf("%s%s %" PRIu64 "%s", i ? ", " : "packets: ", packet_words[i], result->packets[i],
               i + 1 < PACKET_WORDS ? "" : "\n");
}

static void print_text(const struct run_result *result, bool dump_maps)
{
    fwrite(result->console, 1, result->console_bytes, stdout);
    if (result->console_bytes && result->console[result->console_bytes - 1] != '\n')
        printf("\n");
    for (uint32_t i = 0; i < result->call_count; i++) {
        const struct run_call *call = &result->calls[i];
        printf("%s on %s: r0 = %" PRIu64 " (0x%" PRIx64 ")", result->program, result->board, call->r0, call->r0);
        if (call->has_insns)
            printf(", %" PRIu64 " instructions", call->insns);
        printf("\n");
    }
    print_events(result);
    if (dump_maps)
        print_maps(result->maps);
}

/* --for 500ms, or --for 100. */
static bool read_limit(struct run_options *run, const char *text, struct diag *d)
{
    char *end = NULL;
    run->for_ns = event_time_ns(text);
    if (run->for_ns)
        return true;
    unsigned long long count = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    run->for_events = count <= UINT32_MAX ? (uint32_t)count : 0;
    return (run->for_events && !*end) ||
           diag_error(d, &NO_PLACE, D_OPTION, "--for: '%s' is neither a time such as 500ms nor a number of events",
                      text);
}

/* --for, --input, --nic, and what follows of them. */
static bool read_events(struct run_options *run, const struct options *o, struct arena *arena, struct diag *d)
{
    struct run_context *input = arena_alloc(arena, sizeof *input);
    run->nic = o->nic;
    if (o->run_for && run->context_count)
        return diag_error(d, &NO_PLACE, D_OPTION, "--for lets events start programs, --ctx calls one: not both");
    if (o->input && !read_context(input, o->input, arena, d))
        return false;
    if (o->input && input->size > PROCESS_INPUT_MOST)
        return diag_error(d, &NO_PLACE, D_OPTION, "--input: %u bytes, at most %u can be given", input->size,
                          PROCESS_INPUT_MOST);
    run->input = o->input ? input : NULL;
    return !o->run_for || read_limit(run, o->run_for, d);
}

/* Without a word of the user's events start programs for a second, if there are programs that wait for some. */
static bool default_limit(struct run_options *run, const char *image, struct diag *d)
{
    bool waits = run->nic != NULL;
    if (run->context_count || run->for_ns || run->for_events)
        return true;
    if (!waits && !run_image_waits(&waits, image, d))
        return false;
    run->for_ns = waits ? DEFAULT_FOR_NS : 0;
    return true;
}

/* The name of a board, or of a directory that is one. */
static const char *last_word(struct arena *arena, const char *board)
{
    size_t length = strlen(board);
    while (length > 1 && board[length - 1] == '/')
        length--;
    return file_base(arena_strndup(arena, board, length));
}

/* Builds the object under the name of -o, else into a work directory; the image's path, in the arena. */
static const char *build_for_run(const struct options *o, uint32_t longest, struct arena *arena, struct diag *d)
{
    struct options build = *o;
    struct compilation c = {0};
    if (o->output && !file_is_none_of(o->output, o->contexts, d))
        return NULL;
    char *dir = o->output ? NULL : file_work_dir(arena, d);
    build.emit = NULL;
    build.ctx_fallback = longest;
    if (dir)
        build.output = arena_printf(arena, "%s/image.elf", dir);
    bool ok = build.output && compile_firmware(&c, &build, d);
    compilation_free(&c);
    if (ok && !file_exists(build.output))
        ok = diag_error(d, &FILE_PLACE(build.output), D_OPTION, "-o %s: run needs a regular file to run from",
                        build.output);
    return ok ? build.output : NULL;
}

static int run(const struct options *o, const char *image, const char *board_name, struct run_options *run_options,
               struct diag *d)
{
    struct board board = {0};
    struct run_result result = {0};
    bool ok = read_board(&board, board_name, d) && default_limit(run_options, image, d) &&
              run_image(&result, image, &board, run_options, d);
    if (ok && o->json)
        print_json(&result);
    else if (ok)
        print_text(&result, o->dump_maps);
    int status = ok ? result.exit_status : (int)diag_status(d);
    run_result_free(&result);
    board_free(&board);
    return status;
}

int command_run(const struct options *o, struct diag *d)
{
    struct arena arena = {0};
    struct options with_board = *o;
    struct run_options run_options = {.repeat = o->repeat, .timeout_s = o->timeout_s, .verbose = o->verbose};
    const char *image = o->inputs[0], *board = NULL;
    uint32_t longest;
    run_options.dump_maps = o->dump_maps || o->json;
    if (!with_board.board)
        with_board.board = DEFAULT_BOARD;
    bool ok = read_contexts(&run_options, &longest, o, &arena, d) && read_events(&run_options, o, &arena, d);
    if (ok && input_is_image(image) && o->input_count > 1) {
        diag_error(d, &FILE_PLACE(o->inputs[1]), D_OPTION, "'%s' is an image; nothing can be linked to it", image);
    } else if (ok && input_is_image(image)) {
        board = o->output ? NULL : run_image_board(image, &arena, d);
        if (o->output)
            diag_error(d, &FILE_PLACE(image), D_OPTION, "-o: '%s' is an image already; nothing is built", image);
        if (board && o->board && strcmp(last_word(&arena, o->board), board) != 0) {
            diag_error(d, &FILE_PLACE(image), D_OPTION, "'%s' was built for board '%s', not for '%s'", image, board,
                       o->board);
            board = NULL;
        } else if (board && o->board) {
            board = o->board;
        }
    } else if (ok) {
        image = build_for_run(&with_board, longest, &arena, d);
        board = image ? with_board.board : NULL;
    }
    int status = board ? run(o, image, board, &run_options, d) : (int)diag_status(d);
    arena_free(&arena);
    return status;
}
