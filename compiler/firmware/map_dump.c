// SPDX-License-Identifier: Apache-2.0
/* Finds the maps of an image in memory. */
#include "map_dump.h"

#include <stdio.h>
#include <string.h>

#include "contents.h"

json_t *image_manifest(const struct binary *binary, const char *path, struct diag *d)
{
    json_t *manifest = binary->note ? json_loads(binary->note, 0, NULL) : NULL;
    if (!manifest)
        diag_error(d, &FILE_PLACE(path), D_ELF_MALFORMED, "'%s' carries no manifest: it was not built by barebpf",
                   path);
    return manifest;
}

bool image_map_object(const struct binary *binary, const json_t *map, uint64_t *address, uint64_t *bytes)
{
    char name[256];
    const char *symbol = json_string_value(json_object_get(map, "symbol"));
    snprintf(name, sizeof name, "bpf_map_%s", symbol ? symbol : "");
    const struct binary_symbol *object = binary_find(binary, name);
    if (!object || !object->size_bytes || object->size_bytes > UINT32_MAX)
        return false;
    *address = object->address;
    *bytes = contents_map_bytes(map); /* a sanitizer's red zone is part of the symbol */
    if (!*bytes || *bytes > object->size_bytes)
        *bytes = object->size_bytes;
    return true;
}

/* The contents of one map into `maps`. */
static bool dump_map(json_t *maps, const json_t *map, const struct binary *binary, struct target_memory *memory,
                     struct arena *arena, struct diag *d)
{
    const char *name = json_string_value(json_object_get(map, "name"));
    uint64_t address, bytes;
    if (json_object_get(map, "slots")) /* constant: known without the memory */
        return json_object_set_new(maps, name, contents_map(map, NULL, 0)) == 0;
    if (!image_map_object(binary, map, &address, &bytes))
        return true;
    uint8_t *copy = arena_alloc(arena, bytes);
    if (!target_memory_read(memory, address, copy, bytes, d))
        return false;
    return json_object_set_new(maps, name, contents_map(map, copy, bytes)) == 0;
}

/* Every name must be a map's. */
static bool check_names(string_list names, const json_t *list, const char *path, struct diag *d)
{
    for (; names && *names; names++) {
        bool found = false;
        for (size_t i = 0; i < json_array_size(list); i++) {
            const char *name = json_string_value(json_object_get(json_array_get(list, i), "name"));
            found = found || (name && strcmp(name, *names) == 0);
        }
        if (!found)
            return diag_error(d, &FILE_PLACE(path), D_OPTION, "'%s' has no map '%s'", path, *names);
    }
    return true;
}

json_t *image_dump_maps(const char *path, string_list names, struct target_memory *memory, struct arena *arena,
                        struct diag *d)
{
    struct binary binary = {0};
    json_t *manifest = binary_read(&binary, path, arena, d) ? image_manifest(&binary, path, d) : NULL;
    const json_t *list = json_object_get(manifest, "maps");
    json_t *maps = json_object();
    bool ok = manifest && check_names(names, list, path, d);
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        const json_t *map = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(map, "name"));
        if (name && names_choose(names, name))
            ok = dump_map(maps, map, &binary, memory, arena, d);
    }
    json_decref(manifest);
    if (ok)
        return maps;
    json_decref(maps);
    return NULL;
}
