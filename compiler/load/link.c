// SPDX-License-Identifier: Apache-2.0
/* Several objects become one, by libbpf's static linker: sections of one name are joined, extern functions, variables
 * and maps are bound to their definitions, BTF is merged. Each object is read by our own code first, so that libbpf
 * sees no broken file, and so that the usual mistakes are told in our words. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "../base/file.h"
#include "loader.h"

/* A symbol that other objects see. */
struct definition {
    const char *name, *object;
};

struct linking {
    struct arena arena;
    VEC(struct definition) definitions;
    struct diag *d;
};

static bool is_shared_data(const char *name)
{
    return strcmp(name, "license") == 0 || strcmp(name, "version") == 0;
}

/* Takes note of what an object defines; two strong definitions of one name are an error. */
static bool add_definitions(struct linking *linking, const struct loader *l)
{
    for (uint32_t i = 1; i < l->symbol_count; i++) {
        const struct symbol *symbol = &l->symbols[i];
        if (symbol->bind != STB_GLOBAL || symbol->section == 0 || symbol->section == NONE ||
            is_shared_data(l->sections[symbol->section].name)) {
            continue;
        }
        for (uint32_t k = 0; k < linking->definitions.count; k++) {
            const struct definition *other = &linking->definitions.items[k];
            if (strcmp(other->name, symbol->name) == 0) {
                diag_error(linking->d, &l->here, D_LINK, "'%s' is defined in '%s' and in '%s'", symbol->name,
                           other->object, l->here.file);
                diag_suggest(linking->d, "make one of them static, or declare it with extern in one of the files");
                return false;
            }
        }
        struct definition definition = {arena_strdup(&linking->arena, symbol->name), l->here.file};
        vec_push(&linking->definitions, definition);
    }
    return true;
}

/* Entries of ".jumptables" have no relocations: where the linker moves code, they would lead elsewhere. */
static bool check_tables(struct loader *l)
{
    if (object_section(l, ".jumptables") == NULL) {
        return true;
    }
    diag_error(l->d, &l->here, D_LINK, "an object with jump tables (gotox) cannot be linked with others");
    diag_suggest(l->d, "compile it with -fno-jump-tables, or all as one file");
    return false;
}

/* Reads one object as far as the linker does. */
static bool check_object(struct linking *linking, const char *path)
{
    struct program scratch = {0};
    struct arena file = {0};
    char *bytes = NULL;
    struct loader l = {.program = &scratch, .d = linking->d, .here = FILE_PLACE(path)};
    bool ok = file_read(&file, path, &bytes, &l.size_bytes, linking->d);
    l.bytes = (const uint8_t *)bytes;
    ok = ok && object_open(&l) && check_tables(&l) && types_load(&l) && add_definitions(linking, &l);
    btf__free(l.btf);
    elf_end(l.elf);
    arena_free(&l.scratch);
    arena_free(&file);
    program_free(&scratch);
    return ok;
}

static bool link_failed(struct linking *linking, const char *path, int error)
{
    diag_error(linking->d, &FILE_PLACE(path), D_LINK, "the objects cannot be linked: %s",
               strerror(error < 0 ? -error : error));
    diag_suggest(linking->d, "declare maps, variables and functions with the same types in all files, and compile "
                             "with -g: bpftool gen object OUT.o FILES... tells more");
    return false;
}

static bool run_linker(struct linking *linking, const char *output, const char *const *paths)
{
    libbpf_set_print(NULL);
    struct bpf_linker *linker = bpf_linker__new(output, NULL);
    if (linker == NULL) {
        return link_failed(linking, output, errno);
    }
    bool ok = true;
    for (const char *const *path = paths; ok && *path != NULL; path++) {
        int error = bpf_linker__add_file(linker, *path, NULL);
        ok = error == 0 || link_failed(linking, *path, error);
    }
    int error = ok ? bpf_linker__finalize(linker) : 0;
    bpf_linker__free(linker);
    return ok && (error == 0 || link_failed(linking, output, error));
}

bool link_objects(const char *output, const char *const *paths, struct diag *d)
{
    struct linking linking = {.d = d};
    bool ok = true;
    for (const char *const *path = paths; ok && *path != NULL; path++) {
        ok = check_object(&linking, *path);
    }
    ok = ok && run_linker(&linking, output, paths);
    vec_free(&linking.definitions);
    arena_free(&linking.arena);
    return ok;
}
