// SPDX-License-Identifier: Apache-2.0
/* What CO-RE relocates against: the types of the firmware (--btf FILE: an ELF file with .BTF, or bare BTF) and the
 * contexts of hooks.def. */
#include <stdio.h>
#include <string.h>

#include "../base/file.h"
#include "core.h"

/* True when `btf` has a struct of that name. */
static bool has_struct(const struct btf *btf, const char *name)
{
    return btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT) > 0;
}

/* An unsigned integer of so many bytes. */
static int add_number(struct btf *btf, uint32_t bytes)
{
    char name[24];
    snprintf(name, sizeof name, "u%u", bytes * 8);
    int id = btf__find_by_name_kind(btf, name, BTF_KIND_INT);
    return id > 0 ? id : btf__add_int(btf, name, bytes, 0);
}

/* The type of a field: a number, or an array of them. */
static int add_field_type(struct btf *btf, const struct hook_field *field)
{
    int unit = add_number(btf, field->unit_bytes), index = add_number(btf, 4);
    uint32_t count = field->size_bytes / field->unit_bytes;
    return count == 1 || unit < 0 || index < 0 ? unit : btf__add_array(btf, index, unit, count);
}

static bool add_context(struct btf *btf, const struct hook *hook)
{
    const struct context_layout *layout = hook->layout;
    const char *space = strchr(layout->type, ' '), *name = space != NULL ? space + 1 : layout->type;
    int types[64];
    if (has_struct(btf, name) || layout->field_count > sizeof types / sizeof *types) {
        return true;
    }
    for (uint32_t i = 0; i < layout->field_count; i++) { /* types first: a struct's members follow it at once */
        types[i] = add_field_type(btf, &layout->fields[i]);
        if (types[i] < 0) {
            return false;
        }
    }
    bool ok = btf__add_struct(btf, name, layout->bytes) > 0;
    for (uint32_t i = 0; ok && i < layout->field_count; i++) {
        ok = btf__add_field(btf, layout->fields[i].name, types[i], layout->fields[i].offset_bytes * 8u, 0) == 0;
    }
    return ok;
}

/* The contexts that boards hand over; others are not listed by all of their fields' names. */
struct btf *core_contexts(void)
{
    struct btf *btf = btf__new_empty();
    const struct hook *hook;
    bool ok = btf != NULL;
    for (uint32_t i = 0; ok && (hook = hook_at(i)) != NULL; i++) {
        ok = !hook_has_fields(hook) || hook->start == START_NOWHERE || add_context(btf, hook);
    }
    if (!ok) {
        btf__free(btf);
        return NULL;
    }
    return btf;
}

/* The .BTF of an ELF file of any machine. */
static bool find_btf_section(Elf *elf, struct section *found)
{
    size_t names = 0;
    if (elf_getshdrstrndx(elf, &names) != 0) {
        return false;
    }
    for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn != NULL; scn = elf_nextscn(elf, scn)) {
        GElf_Shdr header;
        const char *name = gelf_getshdr(scn, &header) != NULL ? elf_strptr(elf, names, header.sh_name) : NULL;
        Elf_Data *data = name != NULL && strcmp(name, ".BTF") == 0 ? elf_rawdata(scn, NULL) : NULL;
        if (data != NULL && data->d_buf != NULL) {
            *found = (struct section){.name = ".BTF", .bytes = data->d_buf, .size_bytes = data->d_size};
            return true;
        }
    }
    return false;
}

/* Size of `long`, which is that of a pointer; 0 when there is none. */
static uint32_t long_bytes(const struct btf *btf)
{
    static const char *const names[] = {"long", "long int", "unsigned long", "long unsigned int"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int32_t id = btf__find_by_name_kind(btf, names[i], BTF_KIND_INT);
        if (id > 0) {
            return btf__type_by_id(btf, (uint32_t)id)->size;
        }
    }
    return 0;
}

/* Bytes of a pointer in bare BTF; 8 when it does not say. */
static uint32_t guess_pointer_bytes(const struct section *section)
{
    struct btf *btf = btf__new(section->bytes, (uint32_t)section->size_bytes);
    uint32_t bytes = btf != NULL ? long_bytes(btf) : 0;
    btf__free(btf);
    return bytes == 4 ? 4 : 8;
}

/* Reads the types of --btf into `types`, whose d and program are set; the file's bytes belong to `arena`. */
static bool open_target(struct loader *types, struct arena *arena, const struct load_options *o)
{
    const char *path = o->btf;
    char *bytes = (char *)(uintptr_t)o->btf_bytes; /* libelf only reads it */
    size_t size = o->btf_size;
    types->here = FILE_PLACE(path);
    if (bytes == NULL && !file_read(arena, path, &bytes, &size, types->d)) {
        return false;
    }
    struct section section = {.name = ".BTF", .bytes = (const uint8_t *)bytes, .size_bytes = size};
    bool is_elf = size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0;
    if (is_elf) {
        elf_version(EV_CURRENT);
        types->elf = elf_memory(bytes, size);
        if (types->elf == NULL || !find_btf_section(types->elf, &section)) {
            diag_error(types->d, &types->here, D_BTF_MISSING, "'%s' has no section .BTF", path);
            diag_suggest(types->d, "compile the firmware with gcc -gbtf, or add BTF with pahole -J");
            return false;
        }
    } else if (size < 4 || read_u16(section.bytes) != BTF_MAGIC) {
        return diag_error(types->d, &types->here, D_BTF_MALFORMED, "'%s' is neither an ELF file nor little-endian BTF",
                          path);
    }
    bool is_narrow = is_elf && bytes[EI_CLASS] == ELFCLASS32;
    types->pointer_bytes = is_narrow ? 4 : is_elf || size > INT32_MAX ? 8 : guess_pointer_bytes(&section);
    return types_read(types, &section);
}

bool firmware_load(struct loader *l)
{
    if (l->target->btf == NULL) {
        return true;
    }
    l->firmware = arena_alloc(&l->scratch, sizeof *l->firmware);
    l->firmware->program = arena_alloc(&l->scratch, sizeof *l->firmware->program);
    l->firmware->d = l->d;
    return open_target(l->firmware, &l->scratch, l->target);
}

void firmware_free(struct loader *l)
{
    if (l->firmware == NULL) {
        return;
    }
    btf__free(l->firmware->btf);
    elf_end(l->firmware->elf);
    arena_free(&l->firmware->scratch);
    program_free(l->firmware->program);
}
