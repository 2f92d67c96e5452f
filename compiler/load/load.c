// SPDX-License-Identifier: Apache-2.0
/* The way through this room: headers, types (the object's and the firmware's), maps, data, functions, relocations,
 * instructions, jump tables, source lines. */
#include "load.h"

#include <bpf/libbpf.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "loader.h"

static void hash_bytes(uint8_t *digest, const uint8_t *bytes, size_t size)
{
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, size, bytes);
    sha256_digest(&sha, SHA256_DIGEST_SIZE, digest);
}

/* Hands the collected maps over to the program. */
static void keep_maps(struct loader *l)
{
    l->program->maps = arena_array(&l->program->arena, l->maps.count, sizeof *l->maps.items);
    if (l->maps.count > 0) {
        memcpy(l->program->maps, l->maps.items, l->maps.count * sizeof *l->maps.items);
    }
    l->program->map_count = l->maps.count;
}

static bool read_object(struct loader *l)
{
    bool ok = object_open(l);
    ok = ok && types_load(l);
    ok = ok && firmware_load(l);
    ok = ok && maps_load(l);
    ok = ok && sections_load(l);
    ok = ok && externs_load(l);
    keep_maps(l);
    ok = ok && funcs_collect(l);
    ok = ok && relocs_load(l);
    ok = ok && funcs_decode(l);
    ok = ok && tables_keep(l);
    ok = ok && lines_load(l);
    return ok && core_load(l);
}

/* What the sections hold, from headers to CO-RE. */
bool load_bytes_for(struct program *program, const char *path, const uint8_t *bytes, size_t size,
                    const struct load_options *o, struct diag *d)
{
    libbpf_set_print(NULL);
    program->path = arena_strdup(&program->arena, path);
    program->stem = file_stem(&program->arena, path);
    hash_bytes(program->sha256, bytes, size);

    struct loader l = {.program = program, .d = d, .bytes = bytes, .size_bytes = size, .target = o};
    l.here = FILE_PLACE(program->path);
    bool ok = read_object(&l);
    if (ok) {
        program_bind_externs(program, o->provided);
    }
    firmware_free(&l);
    btf__free(l.btf);
    elf_end(l.elf);
    vec_free(&l.maps);
    vec_free(&l.homes);
    vec_free(&l.tables);
    vec_free(&l.lines);
    vec_free(&l.core_records);
    arena_free(&l.scratch);
    return ok;
}

bool load_bytes(struct program *program, const char *path, const uint8_t *bytes, size_t size, struct diag *d)
{
    static const struct load_options nothing = {0};
    return load_bytes_for(program, path, bytes, size, &nothing, d);
}

bool load_program(struct program *program, const char *path, const struct load_options *o, struct diag *d)
{
    struct arena file = {0};
    char *bytes = NULL;
    size_t size = 0;
    bool ok = file_read(&file, path, &bytes, &size, d) &&
              load_bytes_for(program, o->name ? o->name : path, (const uint8_t *)bytes, size, o, d);
    arena_free(&file);
    return ok;
}
