// SPDX-License-Identifier: Apache-2.0
/* Measures an image against its board. needs: a linked ELF, which may be larger than the board. */
#include "fit.h"

#include <inttypes.h>
#include <string.h>

#include "../../helpers-template/include/barebpf/map_layout.h"
#include "../base/text.h"
#include "binary.h"
#include "manifest.h"
#include "map_bytes.h"

#define MEASURED_BYTES (256u << 20) /* maps up to this size are linked, though they do not fit, to be measured */

uint64_t fit_roomy_bytes(const struct board *board, const struct memory_region *region)
{
    uint64_t end = board->pointer_bytes == 8 ? UINT64_MAX : UINT32_MAX;
    for (uint32_t i = 0; i < board->region_count; i++) {
        const struct memory_region *other = &board->regions[i];
        if (other->origin > region->origin && other->origin < end)
            end = other->origin;
    }
    return end - region->origin;
}

static bool within(const struct memory_region *region, uint64_t length, uint64_t address)
{
    return address >= region->origin && address - region->origin < length;
}

/* Bytes of `region` that the image fills: what runs there, and what is kept there to be copied at start-up. */
static uint64_t region_used(const struct binary *binary, const struct board *board, const struct memory_region *region)
{
    uint64_t used = 0, length = fit_roomy_bytes(board, region);
    for (uint32_t i = 0; i < binary->section_count; i++) {
        const struct binary_section *s = &binary->sections[i];
        if (board_is_native(board)) { /* one address space: by use */
            used += s->is_writable == (region->use == REGION_RAM) ? s->size_bytes : 0;
            continue;
        }
        bool loaded = s->has_contents && s->load_address != s->address && within(region, length, s->load_address);
        if (within(region, length, s->address) || loaded)
            used += s->size_bytes;
    }
    return used;
}

/* Bytes of the functions that only serve the map `name`: rt_map_OPERATION__name, with what LLVM adds to names. */
static uint64_t map_code(const struct binary *binary, const char *name)
{
    uint64_t bytes = 0;
    size_t length = strlen(name);
    for (uint32_t i = 0; i < binary->symbol_count; i++) {
        const struct binary_symbol *s = &binary->symbols[i];
        const char *of = s->is_func && strncmp(s->name, "rt_map_", 7) == 0 ? strstr(s->name, "__") : NULL;
        if (of && strncmp(of + 2, name, length) == 0 && (of[2 + length] == '\0' || of[2 + length] == '.'))
            bytes += s->size_bytes;
    }
    return bytes;
}

static struct report_item map_item(const struct binary *binary, const struct binary_symbol *s)
{
    struct report_item item = {
        .kind = "map", .name = s->name + 8, .used_bytes = s->size_bytes, .flash_bytes = map_code(binary, s->name + 8)};
    for (uint32_t i = 0; i < binary->section_count; i++) {
        const struct binary_section *section = &binary->sections[i];
        if (s->section != section->number)
            continue;
        item.ram_bytes = section->is_writable ? s->size_bytes : 0;
        item.flash_bytes += section->has_contents ? s->size_bytes : 0;
        break;
    }
    return item;
}

/* Adds the programs and maps to the report. */
static void add_items(struct image *image, const struct binary *binary)
{
    for (uint32_t i = 0; i < binary->symbol_count; i++) {
        const struct binary_symbol *s = &binary->symbols[i];
        struct report_item *item = &image->items[image->item_count];
        bool program = s->is_func && strncmp(s->name, "bpf_prog_", 9) == 0;
        if (program)
            *item = (struct report_item){
                .kind = "program", .name = s->name + 9, .used_bytes = s->size_bytes, .flash_bytes = s->size_bytes};
        else if (!s->is_func && strncmp(s->name, "bpf_map_", 8) == 0)
            *item = map_item(binary, s);
        else
            continue;
        image->item_count++;
    }
}

void fit_measure(struct image *image, const struct binary *binary, const struct object *object,
                 const struct board *board)
{
    image->items = arena_array(&image->arena, board->region_count + binary->symbol_count, sizeof *image->items);
    image->item_count = 0;
    image->object = object;
    image->stack_bytes = object->stack.bytes + STACK_MAIN_BYTES;
    for (uint32_t i = 0; i < board->region_count; i++) {
        const struct memory_region *r = &board->regions[i];
        image->items[image->item_count++] = (struct report_item){.kind = "region",
                                                                 .name = r->name,
                                                                 .used_bytes = region_used(binary, board, r),
                                                                 .size_bytes = r->length_bytes};
    }
    add_items(image, binary);
}

bool fit_measure_relocatable(struct image *image, const char *path, const struct object *object, struct diag *d)
{
    struct binary binary = {0};
    if (!binary_read_relocatable(&binary, path, &image->arena, d))
        return false;
    struct report_item flash = {.kind = "region", .name = "flash"}, ram = {.kind = "region", .name = "RAM"};
    for (uint32_t i = 0; i < binary.section_count; i++) {
        const struct binary_section *s = &binary.sections[i];
        flash.used_bytes += s->has_contents ? s->size_bytes : 0;
        ram.used_bytes += s->is_writable ? s->size_bytes : 0;
    }
    image->items = arena_array(&image->arena, 2 + binary.symbol_count, sizeof *image->items);
    image->items[0] = flash;
    image->items[1] = ram;
    image->item_count = 2;
    image->object = object;
    image->stack_bytes = object->stack.bytes;
    add_items(image, &binary);
    return true;
}

/* The most entries that `map` can have in `bytes` bytes. */
static uint64_t map_capacity(const struct verified *v, uint32_t index, uint64_t bytes)
{
    const struct map *map = &verified_program(v)->maps[index];
    enum map_store store = map_store(map->type);
    uint64_t low = 0, high = map_capacity_now(map);
    if (store == STORE_RING || store == STORE_STREAM) { /* a power of two */
        while (high >= 16 && map_bytes(v, index, high) > bytes)
            high /= 2;
        return high >= 16 ? high : 0;
    }
    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2;
        if (map_bytes(v, index, middle) <= bytes)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* The maps that share a memory. */
struct tenants {
    const struct verified *verified;
    const struct image *image; /* NULL: not linked yet, all maps of the object count */
    bool in_ram;               /* or in flash */
};

/* What a map takes of that memory. */
static uint64_t tenant_bytes(const struct tenants *t, uint32_t index)
{
    const struct map *map = &verified_program(t->verified)->maps[index];
    bool is_there = !t->image;
    for (uint32_t i = 0; !is_there && i < t->image->item_count; i++)
        is_there = strcmp(t->image->items[i].kind, "map") == 0 && strcmp(t->image->items[i].name, map->symbol) == 0;
    return is_there && map_is_in_ram(map) == t->in_ram ? map_bytes(t->verified, index, map_capacity_now(map)) : 0;
}

/* Bytes of all maps in the memory, each cut to `limit`; the largest one. */
static uint64_t cut_bytes(const struct tenants *t, uint64_t limit, uint32_t *largest)
{
    const struct program *program = verified_program(t->verified);
    uint64_t sum = 0, most = 0;
    for (uint32_t i = 0; i < program->map_count; i++) {
        const struct map *map = &program->maps[i];
        uint64_t takes = tenant_bytes(t, i);
        *largest = takes > most ? i : *largest;
        most = takes > most ? takes : most;
        sum += takes > limit && map->role == MAP_USER ? limit : takes;
    }
    return sum;
}

/* Says with which capacities everything would fit when `over` bytes must go: the largest map is cut first; where that
 * is not enough, also the next ones, all to the same size. */
static void suggest_capacities(const struct tenants *t, uint64_t over, struct diag *d)
{
    const struct program *program = verified_program(t->verified);
    struct text options = {0};
    uint32_t cut = 0, unused = 0;
    uint64_t low = 0, high = UINT32_MAX, all = cut_bytes(t, UINT64_MAX, &unused);
    while (low < high) { /* the greatest limit with which the sum is small enough */
        uint64_t middle = low + (high - low + 1) / 2;
        if (cut_bytes(t, middle, &unused) + over <= all)
            low = middle;
        else
            high = middle - 1;
    }
    for (uint32_t i = 0; low && i < program->map_count; i++) {
        const struct map *map = &program->maps[i];
        if (map->role != MAP_USER || tenant_bytes(t, i) <= low)
            continue;
        uint64_t fits = map_capacity(t->verified, i, low);
        text_printf(&options, "%s--map %s=%" PRIu64, cut++ ? " " : "", map->name, fits);
        low = fits ? low : 0;
    }
    if (low && cut)
        diag_suggest(d, "%s (the largest %s)", text_chars(&options),
                     cut == 1 ? "capacity that fits" : "equal sizes that fit");
    text_free(&options);
}

/* Names the largest map (or data section) in the memory, and what would fit when `over` bytes must go. */
static void blame_map(const struct tenants *t, uint64_t over, struct diag *d)
{
    const struct program *program = verified_program(t->verified);
    uint32_t largest = NONE;
    cut_bytes(t, UINT64_MAX, &largest);
    if (largest == NONE)
        return;
    const struct map *map = &program->maps[largest];
    uint64_t bytes = tenant_bytes(t, largest);
    if (map->role != MAP_USER) {
        diag_cause(d, &NO_PLACE, "section %s takes %" PRIu64 " bytes", map->name, bytes);
        return;
    }
    bool is_ring = map_store(map->type) == STORE_RING || map_store(map->type) == STORE_STREAM;
    diag_cause(d, &NO_PLACE, "the largest map is '%s' with %" PRIu64 " bytes for %" PRIu64 " %s", map->name, bytes,
               map_capacity_now(map), is_ring ? "bytes of records" : "entries");
    suggest_capacities(t, over, d);
}

/* Says what fills a region: RAM is filled by maps, or else by the stack; flash by the program and constants. */
static void blame(const struct image *image, const struct object *object, bool is_ram, uint64_t over, struct diag *d)
{
    for (uint32_t i = 0; !is_ram && i < image->item_count; i++) {
        if (strcmp(image->items[i].kind, "program") == 0)
            diag_cause(d, &NO_PLACE, "program '%s' takes %" PRIu64 " bytes", image->items[i].name,
                       image->items[i].used_bytes);
    }
    blame_map(&(struct tenants){object->verified, image, is_ram}, over, d);
    if (is_ram && image->items[0].size_bytes) /* an object has no stack of its own */
        diag_cause(d, &NO_PLACE, "the machine stack takes %u bytes: %u for the program, %u for main and interrupts",
                   image->stack_bytes, image->stack_bytes - STACK_MAIN_BYTES, STACK_MAIN_BYTES);
}

static bool check_region(const struct image *image, const struct object *object, const struct report_item *item,
                         bool is_ram, uint64_t available, struct diag *d)
{
    if (item->used_bytes <= available)
        return true;
    diag_error(d, &NO_PLACE, D_DOES_NOT_FIT, "%s: the image takes %" PRIu64 " bytes, there are %" PRIu64, item->name,
               item->used_bytes, available);
    blame(image, object, is_ram, item->used_bytes - available, d);
    return false;
}

/* The default main lays the context into the RAM that is left. */
static bool check_context(const struct object *object, const struct build_options *options, uint64_t used,
                          uint64_t available, struct diag *d)
{
    const struct manifest_context context = manifest_context(object->verified);
    uint64_t left = used < available ? available - used : 0;
    return options->main_file || context.bytes <= left ||
           diag_error(d, &NO_PLACE, D_DOES_NOT_FIT,
                      "the context takes %u bytes, beside maps and stack there are %" PRIu64 " bytes of RAM",
                      context.bytes, left);
}

/* Flash and RAM as a whole against what --max-flash and --max-ram leave. */
static uint64_t budget(uint64_t size, uint64_t asked)
{
    return asked && asked < size ? asked : size;
}

static bool check_regions(const struct image *image, const struct object *object, const struct board *board,
                          const struct build_options *options, struct diag *d)
{
    bool stack_placed = false;
    for (uint32_t i = 0; i < board->region_count; i++) {
        bool ram = board->regions[i].use == REGION_RAM;
        uint64_t available = budget(board->regions[i].length_bytes, ram ? options->max_ram : options->max_flash);
        struct report_item item = image->items[i];
        if (ram && !stack_placed) {
            item.used_bytes = BAREBPF_ALIGN_UP(item.used_bytes, 16u) + BAREBPF_ALIGN_UP(image->stack_bytes, 16u);
            item.name = "RAM with the stack";
            stack_placed = true;
        }
        if (!check_region(image, object, &item, ram, available, d))
            return false;
        if (ram && item.used_bytes != image->items[i].used_bytes &&
            !check_context(object, options, item.used_bytes, board->regions[i].length_bytes, d))
            return false;
    }
    return true;
}

static const char *program_name(const struct object *object, uint32_t part)
{
    const struct verified *v = object->verified;
    return verified_program(v)->funcs[verified_entry(verified_part(v, part))].name;
}

/* The program that takes most is named. */
static bool check_stack(const struct image *image, const struct build_options *options, struct diag *d)
{
    if (!options->max_stack || image->stack_bytes <= options->max_stack)
        return true;
    const struct object *object = image->object;
    diag_error(d, &NO_PLACE, D_DOES_NOT_FIT, "the machine stack may take %u bytes, --max-stack allows %" PRIu64,
               image->stack_bytes, options->max_stack);
    diag_cause(d, &NO_PLACE, "program '%s' takes %u bytes, main, other programs and interrupts %u",
               program_name(object, object->stack.deepest_part), object->stack.deepest_bytes,
               image->stack_bytes - object->stack.deepest_bytes);
    return false;
}

static bool check_insns(const struct image *image, const struct object *object, const struct build_options *options,
                        struct diag *d)
{
    bool proved = verified_is_proved(object->verified);
    if (!options->max_insns || (image->max_insns <= options->max_insns && proved))
        return true;
    uint32_t longest = 0;
    for (uint32_t i = 1; i < verified_part_count(object->verified); i++)
        if (verified_bounds(verified_part(object->verified, i))->max_insns >
            verified_bounds(verified_part(object->verified, longest))->max_insns)
            longest = i;
    return diag_error(d, &NO_PLACE, D_DOES_NOT_FIT,
                      "a run of program '%s' may execute %" PRIu64 " BPF instructions%s, --max-insns allows %" PRIu64,
                      program_name(object, longest), image->max_insns, proved ? "" : " (not proved)",
                      options->max_insns);
}

static bool check_machine_insns(const struct image *image, const struct build_options *options, struct diag *d)
{
    if (options->max_machine_insns && !image->bounds)
        return diag_error(d, &NO_PLACE, D_DOES_NOT_FIT,
                          "machine instructions are bounded in an image; --max-machine-insns needs one");
    uint32_t count = image->bounds && options->max_machine_insns ? verified_part_count(image->object->verified) : 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct program_bound *b = &image->bounds[i];
        if (b->insns && b->insns <= options->max_machine_insns)
            continue;
        if (b->insns)
            return diag_error(d, &NO_PLACE, D_DOES_NOT_FIT,
                              "a run of program '%s' may execute %" PRIu64
                              " machine instructions, --max-machine-insns allows %" PRIu64,
                              b->name, b->insns, options->max_machine_insns);
        diag_error(d, &NO_PLACE, D_DOES_NOT_FIT,
                   "a run of program '%s' has no bound of machine instructions, --max-machine-insns asks for one",
                   b->name);
        diag_cause(d, &NO_PLACE, "%s", b->reason);
        return false;
    }
    return true;
}

/* What every run of a program needs, wherever it is. */
static bool check_runs(const struct image *image, const struct object *object, const struct build_options *options,
                       struct diag *d)
{
    return check_stack(image, options, d) && check_insns(image, object, options, d) &&
           check_machine_insns(image, options, d);
}

bool fit_check(const struct image *image, const struct object *object, const struct board *board,
               const struct build_options *options, struct diag *d)
{
    return check_regions(image, object, board, options, d) && check_runs(image, object, options, d);
}

bool fit_check_relocatable(const struct image *image, const struct object *object, const struct build_options *options,
                           struct diag *d)
{
    const uint64_t budgets[] = {options->max_flash, options->max_ram};
    for (uint32_t i = 0; i < 2; i++)
        if (budgets[i] && image->items[i].used_bytes > budgets[i]) {
            diag_error(d, &NO_PLACE, D_DOES_NOT_FIT, "%s: the object takes %" PRIu64 " bytes, there are %" PRIu64,
                       image->items[i].name, image->items[i].used_bytes, budgets[i]);
            blame(image, object, i == 1, image->items[i].used_bytes - budgets[i], d);
            return false;
        }
    return check_runs(image, object, options, d);
}

bool fit_maps(const struct verified *v, const struct board *board, struct diag *d)
{
    const struct program *program = verified_program(v);
    uint32_t context = manifest_context(v).bytes;
    uint64_t ram = 0, needed = 0;
    for (uint32_t i = 0; i < board->region_count; i++) {
        if (board->regions[i].use == REGION_RAM)
            ram += board->regions[i].length_bytes;
    }
    for (uint32_t i = 0; i < program->map_count; i++) {
        if (map_is_in_ram(&program->maps[i]))
            needed += map_bytes(v, i, map_capacity_now(&program->maps[i]));
    }
    if (context > ram)
        return diag_error(d, &NO_PLACE, D_DOES_NOT_FIT,
                          "a context takes %u bytes, board '%s' has %" PRIu64 " bytes of RAM", context, board->name,
                          ram);
    if (needed <= MEASURED_BYTES)
        return true; /* linking tells to the byte what would fit */
    diag_error(d, &NO_PLACE, D_DOES_NOT_FIT, "the maps take %" PRIu64 " bytes, board '%s' has %" PRIu64 " bytes of RAM",
               needed, board->name, ram);
    blame_map(&(struct tenants){v, NULL, true}, needed - ram + STACK_MAIN_BYTES + 1024, d);
    return false;
}
