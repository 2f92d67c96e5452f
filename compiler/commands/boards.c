// SPDX-License-Identifier: Apache-2.0
/* barebpf boards: the boards there are, or all that is known of one. */
#include <inttypes.h>
#include <jansson.h>

#include "commands.h"

static json_t *list_json(string_list list)
{
    json_t *array = list ? json_array() : json_null();
    for (; list && *list; list++)
        json_array_append_new(array, json_string(*list));
    return array;
}

static json_t *interrupts_json(const struct board *b)
{
    json_t *object = json_object();
    for (uint32_t i = 0; i < b->interrupt_count; i++)
        json_object_set_new(object, b->interrupts[i].name, json_integer((json_int_t)b->interrupts[i].number));
    return object;
}

static json_t *board_json(const struct board *b)
{
    json_t *regions = json_array();
    for (uint32_t i = 0; i < b->region_count; i++) {
        const struct memory_region *r = &b->regions[i];
        json_array_append_new(regions, json_pack("{ss ss sI sI}", "name", r->name, "use",
                                                 r->use == REGION_FLASH ? "flash" : "ram", "origin",
                                                 (json_int_t)r->origin, "length_bytes", (json_int_t)r->length_bytes));
    }
    return json_pack(
        "{ss ss ss ss ss ss ss ss ss so so so so sb sb si si si ss so so so so so sI sb so si si so}", "name", b->name,
        "title", b->title, "vendor", b->vendor, "url", b->url, "notes", b->notes, "family", b->family, "triple",
        b->triple, "cpu", b->cpu, "abi", b->abi, "clang_flags", list_json(b->clang_flags), "sources",
        list_json(b->sources), "defines", list_json(b->defines), "regions", regions, "strict_alignment",
        (int)b->strict_alignment, "hardware_divide", (int)b->hardware_divide, "atomic_bytes", (int)b->atomic_bytes,
        "pointer_bytes", (int)b->pointer_bytes, "clock_hz", (int)b->clock_hz, "console", b->console, "hooks",
        list_json(b->hooks), "qemu", list_json(b->qemu), "flash_command", list_json(b->flash_command), "debug_command",
        list_json(b->debug_command), "formats", list_json(b->formats), "uf2_family", (json_int_t)b->uf2_family,
        "tested_on_hardware", (int)b->tested_on_hardware, "interrupts", interrupts_json(b), "gpio_pins",
        (int)b->gpio_pins, "gpio_lines", (int)b->gpio_lines, "nic", b->nic ? json_string(b->nic) : json_null());
}

static void print_list(const char *title, string_list list)
{
    printf("  %-10s", title);
    if (!list)
        printf(" none");
    for (; list && *list; list++)
        printf(" %s", *list);
    printf("\n");
}

static uint64_t bytes_of(const struct board *b, enum region_use use)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < b->region_count; i++)
        bytes += b->regions[i].use == use ? b->regions[i].length_bytes : 0;
    return bytes;
}

/* What programs may name in sections. */
static void print_events(const struct board *b)
{
    if (b->interrupt_count)
        printf("  %-10s", "irq/");
    for (uint32_t i = 0; i < b->interrupt_count; i++)
        printf(" %s%s", b->interrupts[i].name, i + 1 < b->interrupt_count ? "" : "\n");
    if (b->gpio_pins)
        printf("  %-10s %u pins\n", "gpio/", b->gpio_pins);
    if (b->nic)
        printf("  %-10s %s\n", "network", b->nic);
}

static void print_board(const struct board *b)
{
    printf("%s: %s\n  %-10s %s, %s\n  %-10s %s\n", b->name, b->title, "vendor", b->vendor, b->url, "core", b->cpu);
    for (uint32_t i = 0; i < b->region_count; i++)
        printf("  %-10s %" PRIu64 " bytes at 0x%08" PRIx64 "\n", b->regions[i].name, b->regions[i].length_bytes,
               b->regions[i].origin);
    printf("  %-10s unaligned accesses %s, division %s, atomics ", "rules",
           b->strict_alignment ? "fault" : "are allowed", b->hardware_divide ? "by instruction" : "by function");
    if (b->atomic_bytes)
        printf("up to %u bits, wider ones with interrupts off\n", b->atomic_bytes * 8);
    else
        printf("with interrupts off\n");
    printf("  %-10s %u Hz\n  %-10s %s\n", "clock", b->clock_hz, "console", b->console);
    print_list("hooks", b->hooks);
    print_events(b);
    print_list("qemu", b->qemu);
    print_list("flash", b->flash_command);
    print_list("debug", b->debug_command);
    print_list("formats", b->formats);
    printf("  %-10s %s\n", "notes", b->notes);
}

static void print_line(const struct board *b)
{
    printf("%-14s %6" PRIu64 "K flash %6" PRIu64 "K RAM  %-5s %s\n", b->name, bytes_of(b, REGION_FLASH) / 1024,
           bytes_of(b, REGION_RAM) / 1024,
           b->qemu              ? "qemu"
           : board_is_native(b) ? "host"
                                : "",
           b->title);
}

static bool show_one(const char *name, const struct options *o, json_t *all, bool whole, struct diag *d)
{
    struct board board = {0};
    bool ok = read_board(&board, name, d);
    if (ok && o->json)
        json_array_append_new(all, board_json(&board));
    else if (ok && whole)
        print_board(&board);
    else if (ok)
        print_line(&board);
    board_free(&board);
    return ok;
}

int command_boards(const struct options *o, struct diag *d)
{
    struct arena arena = {0};
    const char *asked = o->input_count ? o->inputs[0] : o->board;
    const char *const one[] = {asked, NULL};
    string_list names = asked ? one : board_names(&arena, d);
    json_t *all = json_array();
    bool ok = names != NULL;
    for (; ok && *names; names++)
        ok = show_one(*names, o, all, asked != NULL, d);
    if (ok && o->json) {
        json_dumpf(asked ? json_array_get(all, 0) : all, stdout, JSON_INDENT(2));
        printf("\n");
    }
    json_decref(all);
    arena_free(&arena);
    return ok ? STATUS_OK : (int)diag_status(d);
}
