// SPDX-License-Identifier: Apache-2.0
/* The build report. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "firmware.h"

static bool is_region(const struct report_item *item)
{
    return strcmp(item->kind, "region") == 0;
}

/* The lines of regions, or those of programs and maps. */
static void report_items(const struct image *image, bool regions, FILE *out)
{
    for (uint32_t i = 0; i < image->item_count; i++) {
        const struct report_item *item = &image->items[i];
        if (is_region(item) != regions)
            continue;
        fprintf(out, "  %-10s %-24s", item->kind, item->name);
        if (regions && item->size_bytes)
            fprintf(out, " %10" PRIu64 " %10" PRIu64 " %5.1f%%\n", item->used_bytes, item->size_bytes,
                    100.0 * (double)item->used_bytes / (double)item->size_bytes);
        else if (regions) /* of an object: there is no board yet */
            fprintf(out, " %10" PRIu64 "\n", item->used_bytes);
        else
            fprintf(out, " %10" PRIu64 " %10" PRIu64 "\n", item->flash_bytes, item->ram_bytes);
    }
}

static json_t *items_json(const struct image *image, const char *kind)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < image->item_count; i++) {
        const struct report_item *item = &image->items[i];
        if (strcmp(item->kind, kind) != 0)
            continue;
        bool region = is_region(item);
        json_array_append_new(list, json_pack("{ss sI sI}", "name", item->name, region ? "used" : "flash",
                                              (json_int_t)(region ? item->used_bytes : item->flash_bytes),
                                              region ? "size" : "ram",
                                              (json_int_t)(region ? item->size_bytes : item->ram_bytes)));
    }
    return list;
}

static json_t *bounds_json(const struct image *image)
{
    json_t *list = json_array();
    for (uint32_t i = 0; image->bounds && i < verified_part_count(image->object->verified); i++) {
        const struct program_bound *b = &image->bounds[i];
        json_t *one = json_pack("{ss so}", "name", b->name, "max_machine_insns",
                                b->insns ? json_integer((json_int_t)b->insns) : json_null());
        if (b->reason)
            json_object_set_new(one, "reason", json_string(b->reason));
        json_array_append_new(list, one);
    }
    return list;
}

void image_report_json(const struct image *image, const struct board *board, bool fits, FILE *out)
{
    json_t *root = json_pack("{ss ss sb so so so sI so so}", "board", board->name, "image", image->path, "fits", fits,
                             "regions", items_json(image, "region"), "programs", items_json(image, "program"), "maps",
                             items_json(image, "map"), "stack_bytes", (json_int_t)image->stack_bytes, "max_insns",
                             image->max_insns ? json_integer((json_int_t)image->max_insns) : json_null(), "bounds",
                             bounds_json(image));
    json_dumpf(root, out, JSON_INDENT(2));
    fprintf(out, "\n");
    json_decref(root);
}

/* What the worst case is the sum of, where programs interrupt each other. */
static void report_levels(const struct image *image, FILE *out)
{
    const struct object *object = image->object;
    if (!object->stack.driver_bytes)
        return;
    fprintf(out, "  %-10s %-24s %10u\n", "", "main loop",
            image->stack_bytes - object->stack.bytes + object->stack.level_bytes[0]);
    for (int level = 1; level <= HOOK_LEVELS; level++)
        if (object->stack.level_bytes[level])
            fprintf(out, "  %-10s programs of level %-7d %10u\n", "", level, object->stack.level_bytes[level]);
    fprintf(out, "  %-10s %-24s %10u\n", "", "interrupt handlers", object->stack.driver_bytes);
}

/* Bounds of machine instructions; of several programs each with its name. */
static void report_bounds(const struct image *image, FILE *out)
{
    uint32_t count = image->bounds ? verified_part_count(image->object->verified) : 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct program_bound *b = &image->bounds[i];
        fprintf(out, "  %-10s %-24s ", i ? "" : "bound", "machine instructions");
        if (b->insns)
            fprintf(out, "%10" PRIu64, b->insns);
        else
            fprintf(out, "%10s", "none");
        fprintf(out, "%s%s%s%s\n", count > 1 ? "  " : "", count > 1 ? b->name : "", b->insns ? "" : ": ",
                b->insns ? "" : b->reason);
    }
}

void image_report(const struct image *image, const struct board *board, FILE *out)
{
    fprintf(out, "board %s\n", board->name);
    fprintf(out, "  %-10s %-24s %10s %10s %6s\n", "", "", "used", "size", "%");
    report_items(image, true, out);
    fprintf(out, "  %-10s %-24s %10s %10s\n", "", "", "flash", "RAM");
    report_items(image, false, out);
    fprintf(out, "  %-10s %-24s %10u\n", "stack", "worst case, bytes", image->stack_bytes);
    report_levels(image, out);
    if (image->max_insns)
        fprintf(out, "  %-10s %-24s %10" PRIu64 "%s\n", "bound", "BPF instructions", image->max_insns,
                image->native ? " of the BPF twin; the image has native code, which nothing proves" : "");
    else
        fprintf(out, "  %-10s %-24s %10s\n", "bound", "BPF instructions", "none");
    report_bounds(image, out);
}
