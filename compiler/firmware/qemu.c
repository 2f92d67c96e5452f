// SPDX-License-Identifier: Apache-2.0
/* Runs an image in QEMU. The run block (helpers-template/include/barebpf/run.h) goes behind the image through QEMU's
 * loader device; the answers are machine lines on the console. What the host needs to know of the image it reads from
 * the image: symbols, and the manifest's note. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../../helpers-template/include/barebpf/run.h"
#include "../base/file.h"
#include "../base/memory.h"
#include "../base/process.h"
#include "../base/text.h"
#include "../program/hook.h"
#include "binary.h"
#include "contents.h"
#include "deferred.h"
#include "map_dump.h"
#include "run.h"
#include "target.h"

/* One run of an image. */
struct runner {
    struct run_result *result;
    const char *path;
    const struct board *board;
    const struct run_options *options;
    struct binary binary;
    json_t *manifest;
    VEC(const json_t *) dumped; /* maps of the manifest, by index of their dump record */
    VEC(struct run_call) calls;
    VEC(struct run_hook) hooks;
    struct text console;
    const char *fault, *fact, *error; /* what the firmware said */
    bool began, ended;
    struct diag *d;
};

const char *run_image_board(const char *path, struct arena *arena, struct diag *d)
{
    struct binary binary = {0};
    json_t *manifest = binary_read(&binary, path, arena, d) ? image_manifest(&binary, path, d) : NULL;
    const char *name = json_string_value(json_object_get(manifest, "board"));
    const char *board = name ? arena_strdup(arena, name) : NULL;
    if (manifest && !board)
        diag_error(d, &FILE_PLACE(path), D_ELF_MALFORMED, "the manifest of '%s' names no board", path);
    json_decref(manifest);
    return board;
}

bool run_image_waits(bool *waits, const char *path, struct diag *d)
{
    struct arena arena = {0};
    struct binary binary = {0};
    json_t *manifest = binary_read(&binary, path, &arena, d) ? image_manifest(&binary, path, d) : NULL, *part;
    size_t i;
    *waits = false;
    json_array_foreach(json_object_get(manifest, "parts"), i, part)
    {
        const char *name = json_string_value(json_object_get(part, "hook"));
        const struct hook *hook = name ? hook_named(name) : NULL;
        *waits |= hook && hook->start == START_EVENT;
    }
    bool ok = manifest != NULL;
    json_decref(manifest);
    arena_free(&arena);
    return ok;
}

/* -- the run block ------------------------------------------------------------------------------------------------- */

/* enum barebpf_context_kind */
static uint32_t context_kind(const struct runner *r)
{
    return (uint32_t)json_integer_value(json_object_get(json_object_get(r->manifest, "context"), "kind"));
}

static bool is_packet_program(const struct runner *r)
{
    return context_kind(r) != BAREBPF_CONTEXT_MEMORY;
}

static uint32_t context_bytes(const struct runner *r)
{
    return (uint32_t)json_integer_value(json_object_get(json_object_get(r->manifest, "context"), "bytes"));
}

/* Contexts shorter than the verified one are extended, longer ones refused. Packets have any length. */
static bool check_contexts(struct runner *r)
{
    uint32_t verified = context_bytes(r);
    for (uint32_t i = 0; !is_packet_program(r) && i < r->options->context_count; i++) {
        uint32_t size = r->options->contexts[i].size;
        if (size > verified)
            return diag_error(r->d, &NO_PLACE, D_CONTEXT, "context %u has %u bytes; the program was verified with %u",
                              i + 1, size, verified);
        if (size < verified)
            diag_note(r->d, "context %u: extended from %u to %u bytes with zeros", i + 1, size, verified);
    }
    return true;
}

/* The maps whose objects are in the image, as dump records. */
static void add_dumps(struct runner *r, struct text *records)
{
    const json_t *maps = json_object_get(r->manifest, "maps");
    for (size_t i = 0; r->options->dump_maps && i < json_array_size(maps); i++) {
        const json_t *map = json_array_get(maps, i);
        uint64_t address, bytes;
        if (json_object_get(map, "slots")) { /* constant: known without the image, which may not hold it */
            const char *name = json_string_value(json_object_get(map, "name"));
            json_object_set_new(r->result->maps, name ? name : "", contents_map(map, NULL, 0));
            continue;
        }
        if (!image_map_object(&r->binary, map, &address, &bytes))
            continue;
        struct barebpf_run_dump record = {.address = address, .bytes = (uint32_t)bytes};
        text_append(records, (const char *)&record, sizeof record);
        vec_push(&r->dumped, map);
    }
}

static void make_block(struct runner *r, struct text *out)
{
    struct text dumps = {0};
    const struct run_options *o = r->options;
    add_dumps(r, &dumps);
    size_t offset =
        sizeof(struct barebpf_run_block) + o->context_count * sizeof(struct barebpf_run_context) + dumps.length;
    size_t total = offset;
    for (uint32_t i = 0; i < o->context_count; i++)
        total += o->contexts[i].size;
    struct barebpf_run_block block = {
        .magic = BAREBPF_RUN_MAGIC,
        .version = BAREBPF_RUN_VERSION,
        .total_bytes = (uint32_t)total,
        .context_kind = context_kind(r),
        .context_bytes = is_packet_program(r) ? 0 : context_bytes(r),
        .context_count = o->context_count,
        .dump_count = r->dumped.count,
        .repeat = o->repeat,
        .flags = BAREBPF_RUN_SHOW_CONTEXT | (o->for_ns || o->for_events ? BAREBPF_RUN_EVENTS : 0),
        .for_ns = o->for_ns,
        .for_events = o->for_events,
    };
    text_append(out, (const char *)&block, sizeof block);
    for (uint32_t i = 0; i < o->context_count; i++) {
        struct barebpf_run_context record = {(uint32_t)offset, o->contexts[i].size};
        text_append(out, (const char *)&record, sizeof record);
        offset += record.bytes;
    }
    text_append(out, dumps.length ? dumps.chars : "", dumps.length);
    for (uint32_t i = 0; i < o->context_count; i++)
        text_append(out, (const char *)o->contexts[i].bytes, o->contexts[i].size);
    text_free(&dumps);
}

/* The block must fit between the image and the end of the region that holds it. */
static bool check_room(struct runner *r, uint64_t address, size_t size)
{
    for (uint32_t i = 0; i < r->board->region_count; i++) {
        const struct memory_region *region = &r->board->regions[i];
        if (address >= region->origin && address - region->origin < region->length_bytes &&
            size > region->length_bytes - (address - region->origin))
            return diag_error(r->d, &NO_PLACE, D_DOES_NOT_FIT,
                              "the contexts take %zu bytes, behind the image there are %" PRIu64, size,
                              region->length_bytes - (address - region->origin));
    }
    return true;
}

/* Writes the block into a work directory; its file's name and address in the image are returned. */
static bool write_block(struct runner *r, const char **path, uint64_t *address)
{
    struct arena *arena = &r->result->arena;
    const struct binary_symbol *symbol = binary_find(&r->binary, "__run_block");
    if (!symbol)
        return diag_error(r->d, &FILE_PLACE(r->path), D_ELF_MALFORMED, "'%s' has no symbol __run_block", r->path);
    char *dir = file_work_dir(arena, r->d);
    if (!dir)
        return false;
    struct text block = {0};
    make_block(r, &block);
    *path = arena_printf(arena, "%s/run.bin", dir);
    *address = symbol->address;
    bool ok = check_room(r, *address, block.length) && file_write(*path, block.chars, block.length, r->d);
    text_free(&block);
    return ok;
}

/* -- the answers --------------------------------------------------------------------------------------------------- */

/* Hexadecimal digits to bytes in the arena; the count of bytes that were there. */
static size_t hex_bytes(struct arena *arena, const char *text, uint8_t **bytes)
{
    size_t size = 0;
    *bytes = arena_alloc(arena, strlen(text) / 2 + 1);
    for (; text_hex_digit(text[0]) >= 0 && text_hex_digit(text[1]) >= 0; text += 2)
        (*bytes)[size++] = (uint8_t)(text_hex_digit(text[0]) << 4 | text_hex_digit(text[1]));
    return size;
}

static void answer_run(struct runner *r, char *at)
{
    struct run_call call = {0};
    strtoul(at, &at, 10); /* calls come in order */
    call.r0 = strtoull(at, &at, 16);
    at += strspn(at, " ");
    call.has_insns = *at != '-';
    call.insns = call.has_insns ? strtoull(at, NULL, 10) : 0;
    vec_push(&r->calls, call);
}

/* "INDEX HEX" or "INDEX OFFSET HEX". */
static void answer_memory(struct runner *r, char *at, const char *word)
{
    uint32_t index = (uint32_t)strtoul(at, &at, 10);
    const char *hex = strrchr(at, ' ');
    if (!hex || index >= r->calls.count)
        return;
    struct run_call *call = &r->calls.items[index];
    if (strcmp(word, "meta") == 0) {
        call->meta = hex + 1;
        return;
    }
    call->after = hex + 1;
    call->is_packet = strcmp(word, "packet") == 0;
    call->offset = call->is_packet ? strtol(at, NULL, 10) : 0;
}

static void answer_dump(struct runner *r, char *at)
{
    uint8_t *bytes = NULL;
    uint32_t index = (uint32_t)strtoul(at, &at, 10);
    if (index >= r->dumped.count)
        return;
    const char *name = json_string_value(json_object_get(r->dumped.items[index], "name"));
    size_t size = hex_bytes(&r->result->arena, at + strspn(at, " "), &bytes);
    json_object_set_new(r->result->maps, name, contents_map(r->dumped.items[index], bytes, size));
}

/* "INDEX COUNT MISSED R0" */
static void answer_hook(struct runner *r, char *at)
{
    size_t index = strtoul(at, &at, 10);
    const json_t *part = json_array_get(json_object_get(r->manifest, "parts"), index);
    const char *name = json_string_value(json_object_get(part, "name"));
    const char *section = json_string_value(json_object_get(part, "section"));
    struct run_hook hook = {.program = arena_strdup(&r->result->arena, name ? name : ""),
                            .section = arena_strdup(&r->result->arena, section ? section : "")};
    hook.count = (uint32_t)strtoul(at, &at, 10);
    hook.missed = (uint32_t)strtoul(at, &at, 10);
    hook.r0 = strtoull(at, NULL, 16);
    vec_push(&r->hooks, hook);
}

static void answer_packets(struct runner *r, char *at)
{
    for (size_t i = 0; i < sizeof r->result->packets / sizeof *r->result->packets; i++)
        r->result->packets[i] = strtoull(at, &at, 10);
    r->result->has_packets = true;
}

/* One machine line, without its first byte and its newline. */
static void answer(struct runner *r, char *line)
{
    size_t length = strcspn(line, " ");
    char *rest = line + length + strspn(line + length, " ");
    line[length] = '\0';
    if (strcmp(line, "begin") == 0)
        r->began = true;
    else if (strcmp(line, "run") == 0)
        answer_run(r, rest);
    else if (strcmp(line, "context") == 0 || strcmp(line, "packet") == 0 || strcmp(line, "meta") == 0)
        answer_memory(r, rest, line);
    else if (strcmp(line, "dump") == 0)
        answer_dump(r, rest);
    else if (strcmp(line, "hook") == 0)
        answer_hook(r, rest);
    else if (strcmp(line, "packets") == 0)
        answer_packets(r, rest);
    else if (strcmp(line, "fault") == 0)
        r->fault = rest;
    else if (strcmp(line, "fact") == 0)
        r->fact = rest;
    else if (strcmp(line, "error") == 0)
        r->error = rest;
    else if (strcmp(line, "end") == 0)
        r->ended = true;
}

/* Separates machine lines from what the program printed. */
static void read_console(struct runner *r, char *output, size_t size)
{
    for (char *at = output, *end = output + size; at < end;) {
        char *mark = memchr(at, BAREBPF_MACHINE_LINE, (size_t)(end - at));
        text_append(&r->console, at, (size_t)((mark ? mark : end) - at));
        if (!mark)
            return;
        char *newline = memchr(mark, '\n', (size_t)(end - mark));
        if (newline)
            *newline = '\0';
        answer(r, mark + 1);
        at = newline ? newline + 1 : end;
    }
}

/* Plugs the network interface in: one on the board is QEMU's -nic, others are devices of their own. */
static string_list nic_words(const struct runner *r)
{
    struct arena *arena = &r->result->arena;
    const char **words = arena_array(arena, 5, sizeof *words);
    bool is_plugged = strncmp(r->board->nic, "virtio-", strlen("virtio-")) == 0;
    words[0] = is_plugged ? "-netdev" : "-nic";
    words[1] = is_plugged ? arena_printf(arena, "%s,id=nic", r->options->nic)
                          : arena_printf(arena, "%s,model=%s", r->options->nic, r->board->nic);
    if (is_plugged) {
        words[2] = "-device";
        words[3] = arena_printf(arena, "%s,netdev=nic", r->board->nic);
    }
    return words;
}

/* The emulator with image and run block; a Linux executable reads its run block itself. */
static bool start_emulator(struct runner *r, const char *block, uint64_t address, struct process_result *process)
{
    struct arena *arena = &r->result->arena;
    VEC(const char *) command = {0};
    for (string_list word = r->board->qemu; word && *word; word++)
        vec_push(&command, *word);
    const char *path = strchr(r->path, '/') ? r->path : arena_printf(arena, "./%s", r->path);
    const char *const native[] = {path, block, NULL};
    const char *const rest[] = {
        "-device", arena_printf(arena, "loader,file=%s,addr=0x%" PRIx64 ",force-raw=on", block, address),
        "-kernel", r->path,
        NULL,
    };
    const char *const *words = board_is_native(r->board) ? native : rest;
    if (r->options->nic) {
        const char *const *plug = nic_words(r);
        while (*plug)
            vec_push(&command, *plug++);
    }
    do
        vec_push(&command, *words);
    while (*words++);
    for (uint32_t i = 0; r->options->verbose && i + 1 < command.count; i++)
        fprintf(stderr, "%s%s", command.items[i], i + 2 < command.count ? " " : "\n");
    const struct run_context *given = r->options->input;
    const struct process_input input = {given ? given->bytes : NULL, given ? given->size : 0};
    bool ok = process_run_fed(arena, command.items, given ? &input : NULL, r->options->timeout_s, process, r->d);
    vec_free(&command);
    return ok;
}

/* The firmware's status. QEMU's isa-debug-exit makes (status << 1) | 1 of it. */
static int firmware_status(const struct runner *r, int emulator_status)
{
    for (string_list word = r->board->qemu; word && *word; word++) {
        if (strncmp(*word, "isa-debug-exit", 14) == 0 && emulator_status % 2)
            return emulator_status / 2;
    }
    return emulator_status;
}

/* Function and source line of the instruction that faulted, from the image's debug information: " in NAME at
 * FILE:LINE"; "" when it has none. */
static const char *fault_place(struct runner *r)
{
    struct arena *arena = &r->result->arena;
    const char *pc = strstr(r->fault, "pc=0x");
    struct process_result answer = {0};
    if (!pc || board_is_native(r->board))
        return "";
    const char *const command[] = {
        tool_path(arena, "llvm-symbolizer"),
        arena_printf(arena, "--obj=%s", r->path),
        arena_printf(arena, "%.*s", (int)strcspn(pc + 3, " \n"), pc + 3),
        NULL,
    };
    if (!process_find(arena, command[0]) || !process_run(arena, command, 0, &answer, r->d))
        return "";
    /* "NAME\nFILE:LINE:COLUMN\n", then the functions into which that is inlined. */
    const char *name = answer.output, *place = strchr(name, '\n');
    if (!place || name[0] == '?')
        return "";
    return arena_printf(arena, " in %.*s at %.*s", (int)(place - name), name, (int)strcspn(place + 1, "\n"), place + 1);
}

/* What the emulator's end means. */
static bool judge(struct runner *r, const struct process_result *process)
{
    struct run_result *result = r->result;
    result->exit_status = process->timed_out ? 124 : firmware_status(r, process->exit_status);
    if (process->timed_out)
        diag_note(r->d, "time-out after %u seconds", r->options->timeout_s);
    else if (r->fault)
        diag_note(r->d, "the processor faulted: %s%s", r->fault, fault_place(r));
    else if (r->fact)
        diag_note(r->d, "--check-facts: what was proved does not hold before instruction %s of the object", r->fact);
    else if (r->error)
        diag_note(r->d, "the firmware says: %s", r->error);
    else if (!r->began)
        return diag_error(r->d, &NO_PLACE, D_TOOL_FAILED, "the firmware did not answer; the emulator ended with %d: %s",
                          process->exit_status, process->errors);
    else if (!r->ended)
        diag_note(r->d, "the firmware stopped before its end, with status %d%s%.2000s", process->exit_status,
                  *process->errors ? ":\n" : "", process->errors);
    return true;
}

static void finish(struct runner *r)
{
    struct run_result *result = r->result;
    const char *program = json_string_value(json_object_get(r->manifest, "entry"));
    result->board = arena_strdup(&result->arena, r->board->name);
    result->program = arena_strdup(&result->arena, program ? program : "");
    result->call_count = r->calls.count;
    result->calls = arena_array(&result->arena, r->calls.count + 1, sizeof *result->calls);
    for (uint32_t i = 0; i < r->calls.count; i++)
        result->calls[i] = r->calls.items[i];
    result->hook_count = r->hooks.count;
    result->hooks = arena_array(&result->arena, r->hooks.count + 1, sizeof *result->hooks);
    for (uint32_t i = 0; i < r->hooks.count; i++)
        result->hooks[i] = r->hooks.items[i];
    struct text console = {0};
    struct deferred_log log = {0};
    deferred_open(&log, &r->binary, r->manifest, &result->arena);
    deferred_decode(&log, text_chars(&r->console), r->console.length, &console);
    deferred_end(&log, &console);
    result->console = arena_strndup(&result->arena, text_chars(&console), console.length);
    result->console_bytes = console.length;
    text_free(&console);
}

/* A run that executes more than was proved is a bug of ours, wherever a test or a user meets it. */
static void check_bound(const struct runner *r)
{
    const json_t *bound =
        json_object_get(json_array_get(json_object_get(r->manifest, "parts"), 0), "max_machine_insns");
    bool own = json_is_true(json_object_get(r->manifest, "own_main"));
    for (uint32_t i = 0; !own && json_is_integer(bound) && i < r->result->call_count; i++) {
        const struct run_call *call = &r->result->calls[i];
        if (call->has_insns && call->insns > (uint64_t)json_integer_value(bound))
            BUG("run %u executed %llu machine instructions; the proved bound is %llu", i,
                (unsigned long long)call->insns, (unsigned long long)json_integer_value(bound));
    }
}

static bool run(struct runner *r)
{
    struct process_result process = {0};
    const char *block = NULL;
    uint64_t address = 0;
    if (!r->board->qemu && !board_is_native(r->board))
        return diag_error(r->d, &NO_PLACE, D_FEATURE, "board '%s' has no emulator; flash the image instead",
                          r->board->name);
    if (r->options->nic && !r->board->nic)
        return diag_error(r->d, &NO_PLACE, D_FEATURE, "board '%s' has no network interface with a driver",
                          r->board->name);
    if (!binary_read(&r->binary, r->path, &r->result->arena, r->d))
        return false;
    r->manifest = image_manifest(&r->binary, r->path, r->d);
    r->result->maps = json_object();
    if (!r->manifest || !check_contexts(r) || !write_block(r, &block, &address))
        return false;
    if (!start_emulator(r, block, address, &process))
        return false;
    read_console(r, process.output, process.output_size);
    finish(r);
    check_bound(r);
    return judge(r, &process);
}

bool run_image(struct run_result *result, const char *path, const struct board *board,
               const struct run_options *options, struct diag *d)
{
    struct runner r = {.result = result, .path = path, .board = board, .options = options, .d = d};
    bool ok = run(&r);
    json_decref(r.manifest);
    vec_free(&r.dumped);
    vec_free(&r.calls);
    vec_free(&r.hooks);
    text_free(&r.console);
    return ok;
}

void run_result_free(struct run_result *result)
{
    json_decref(result->maps);
    arena_free(&result->arena);
    *result = (struct run_result){0};
}
