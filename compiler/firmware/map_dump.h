// SPDX-License-Identifier: Apache-2.0
/* The maps of an image, and what they hold in a target's memory. */
#ifndef BAREBPF_FIRMWARE_MAP_DUMP_H
#define BAREBPF_FIRMWARE_MAP_DUMP_H

#include <jansson.h>

#include "binary.h"
#include "board.h"
#include "target_memory.h"

/* The image's manifest, a new reference; NULL with the reason reported (elf-malformed) when it has none. */
json_t *image_manifest(const struct binary *binary, const char *path, struct diag *d);

/* Where the object of the manifest's map `map` lies, and the bytes of it to be decoded. False when the image has no
 * such object. */
bool image_map_object(const struct binary *binary, const json_t *map, uint64_t *address, uint64_t *bytes);

/* Reads the maps of the image at `path` that `names` tells of (none: all) out of `memory`: an object, map name → array
 * of {"key", "value"}, as contents_map() makes them. NULL with the reason reported. */
json_t *image_dump_maps(const char *path, string_list names, struct target_memory *memory, struct arena *arena,
                        struct diag *d);

#endif
