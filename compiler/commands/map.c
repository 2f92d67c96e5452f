// SPDX-License-Identifier: Apache-2.0
/* barebpf map dump: what the maps of an image hold, in a file of the target's memory or in the target itself. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../firmware/map_dump.h"
#include "../firmware/run.h"
#include "commands.h"
#include "maps_text.h"

void print_maps(const json_t *maps)
{
    const char *name;
    json_t *map;
    json_object_foreach((json_t *)maps, name, map)
    {
        printf("map %s\n", name);
        for (size_t i = 0; i < json_array_size(map); i++) {
            char *key = json_dumps(json_object_get(json_array_get(map, i), "key"), JSON_ENCODE_ANY | JSON_COMPACT);
            char *value = json_dumps(json_object_get(json_array_get(map, i), "value"), JSON_ENCODE_ANY | JSON_COMPACT);
            printf("  %s: %s\n", key ? key : "?", value ? value : "?");
            free(key);
            free(value);
        }
    }
}

/* Where the RAM of the image's board begins. */
static bool ram_start(const char *image, uint64_t *address, struct arena *arena, struct diag *d)
{
    struct board board = {0};
    const char *name = run_image_board(image, arena, d);
    bool found = false;
    if (!name || !read_board(&board, name, d))
        return false;
    for (uint32_t i = 0; i < board.region_count && !found; i++) {
        found = board.regions[i].use == REGION_RAM;
        *address = board.regions[i].origin;
    }
    board_free(&board);
    return found || diag_error(d, &NO_PLACE, D_OPTION, "board '%s' has no RAM; say --memory FILE@ADDRESS", name);
}

/* "--memory FILE@ADDRESS"; without the address the board's RAM is meant. */
static bool open_file(struct target_memory *memory, const struct options *o, struct arena *arena, struct diag *d)
{
    const char *given = o->memory_file, *at = strrchr(given, '@');
    char *end = NULL;
    uint64_t address = at ? strtoull(at + 1, &end, 0) : 0;
    if (at && (end == at + 1 || *end))
        return diag_error(d, &NO_PLACE, D_OPTION, "--memory: '%s' is no address", at + 1);
    if (!at && !ram_start(o->inputs[1], &address, arena, d))
        return false;
    return target_memory_file(memory, at ? arena_strndup(arena, given, (size_t)(at - given)) : given, address, arena,
                              d);
}

static bool open_memory(struct target_memory *memory, const struct options *o, struct arena *arena, struct diag *d)
{
    if (!o->memory_file == !o->gdb_server)
        return diag_error(d, &NO_PLACE, D_OPTION, "map dump needs --memory FILE[@ADDRESS] or --gdb HOST:PORT");
    return o->gdb_server ? target_memory_gdb(memory, o->gdb_server, arena, d) : open_file(memory, o, arena, d);
}

int command_map(const struct options *o, struct diag *d)
{
    struct arena arena = {0};
    struct target_memory memory = {0};
    json_t *maps = NULL;
    if (strcmp(o->inputs[0], "dump") != 0)
        diag_error(d, &NO_PLACE, D_OPTION, "'map %s' is no command; there is 'map dump IMAGE.elf'", o->inputs[0]);
    else if (open_memory(&memory, o, &arena, d))
        maps = image_dump_maps(o->inputs[1], o->inputs + 2, &memory, &arena, d);
    target_memory_close(&memory);
    if (maps && o->json) {
        json_dumpf(maps, stdout, JSON_INDENT(2));
        printf("\n");
    } else if (maps) {
        print_maps(maps);
    }
    json_decref(maps);
    arena_free(&arena);
    return (int)diag_status(d);
}
