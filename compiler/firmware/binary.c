// SPDX-License-Identifier: Apache-2.0
/* A linked image through libelf, copied into plain structs. */
#include "binary.h"

#include <gelf.h>
#include <string.h>

#include "../base/file.h"
#include "manifest.h"

struct reader {
    struct binary *binary;
    struct arena *arena;
    Elf *file;
    const uint8_t *bytes; /* of the file */
};

static void read_symbols(struct reader *r, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = data && header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
    r->binary->symbols = arena_array(r->arena, count, sizeof *r->binary->symbols);
    for (size_t i = 0; i < count && i < INT32_MAX; i++) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, (int)i, &symbol) || symbol.st_shndx == SHN_UNDEF)
            continue;
        const char *name = elf_strptr(r->file, header->sh_link, symbol.st_name);
        int type = GELF_ST_TYPE(symbol.st_info);
        if (!name || !*name || type == STT_FILE || type == STT_SECTION)
            continue;
        r->binary->symbols[r->binary->symbol_count++] = (struct binary_symbol){
            .name = arena_strdup(r->arena, name),
            .address = symbol.st_value,
            .size_bytes = symbol.st_size,
            .section = symbol.st_shndx,
            .is_func = type == STT_FUNC,
        };
    }
}

/* Where the loader puts what runs at `address`. */
static uint64_t load_address(Elf *file, const GElf_Shdr *section)
{
    size_t count = 0;
    elf_getphdrnum(file, &count);
    for (size_t i = 0; i < count && i < INT32_MAX; i++) {
        GElf_Phdr segment;
        if (gelf_getphdr(file, (int)i, &segment) && segment.p_type == PT_LOAD && section->sh_addr >= segment.p_vaddr &&
            section->sh_addr < segment.p_vaddr + segment.p_memsz)
            return segment.p_paddr + (section->sh_addr - segment.p_vaddr);
    }
    return section->sh_addr;
}

static void read_note(struct reader *r, Elf_Scn *section)
{
    Elf_Data *data = elf_getdata(section, NULL);
    GElf_Nhdr note;
    size_t name = 0, text = 0;
    if (data && gelf_getnote(data, 0, &note, &name, &text) && note.n_type == MANIFEST_NOTE_TYPE)
        r->binary->note = arena_strndup(r->arena, (const char *)data->d_buf + text, note.n_descsz);
}

static void read_sections(struct reader *r)
{
    size_t count = 0, names = 0;
    elf_getshdrnum(r->file, &count);
    elf_getshdrstrndx(r->file, &names);
    r->binary->sections = arena_array(r->arena, count, sizeof *r->binary->sections);
    for (Elf_Scn *section = NULL; (section = elf_nextscn(r->file, section));) {
        GElf_Shdr header;
        if (!gelf_getshdr(section, &header))
            continue;
        const char *name = elf_strptr(r->file, names, header.sh_name);
        if (header.sh_type == SHT_SYMTAB)
            read_symbols(r, section, &header);
        else if (name && strcmp(name, MANIFEST_NOTE_SECTION) == 0)
            read_note(r, section);
        if (!(header.sh_flags & SHF_ALLOC) || !header.sh_size)
            continue;
        r->binary->sections[r->binary->section_count++] = (struct binary_section){
            .name = arena_strdup(r->arena, name ? name : ""),
            .address = header.sh_addr,
            .load_address = load_address(r->file, &header),
            .size_bytes = header.sh_size,
            .number = (uint32_t)elf_ndxscn(section),
            .is_writable = (header.sh_flags & SHF_WRITE) != 0,
            .has_contents = header.sh_type != SHT_NOBITS,
            .contents = header.sh_type != SHT_NOBITS ? r->bytes + header.sh_offset : NULL,
        };
    }
}

static bool lies_within(uint64_t offset, uint64_t bytes, size_t size)
{
    return offset <= size && bytes <= size - offset;
}

/* Do all headers and contents lie in the file's `size` bytes? */
static bool is_complete(Elf *file, const GElf_Ehdr *header, size_t size)
{
    size_t count = 0;
    if (!header->e_shoff || elf_getshdrnum(file, &count) != 0 || !count ||
        !lies_within(header->e_shoff, (uint64_t)count * header->e_shentsize, size))
        return false;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(file, section));) {
        GElf_Shdr s;
        if (!gelf_getshdr(section, &s) || (s.sh_type != SHT_NOBITS && !lies_within(s.sh_offset, s.sh_size, size)))
            return false;
    }
    elf_getphdrnum(file, &count);
    for (size_t i = 0; i < count && i < INT32_MAX; i++) {
        GElf_Phdr segment;
        if (!gelf_getphdr(file, (int)i, &segment) || !lies_within(segment.p_offset, segment.p_filesz, size))
            return false;
    }
    return true;
}

/* Reads a file of ELF type `type`, ET_EXEC or ET_REL. */
static bool read_typed(struct binary *binary, const char *path, GElf_Half type, struct arena *arena, struct diag *d)
{
    char *bytes = NULL;
    size_t size = 0;
    *binary = (struct binary){0};
    if (!file_read(arena, path, &bytes, &size, d))
        return false;
    elf_version(EV_CURRENT);
    struct reader r = {
        .binary = binary, .arena = arena, .file = elf_memory(bytes, size), .bytes = (const uint8_t *)bytes};
    GElf_Ehdr header;
    bool ok = r.file && elf_kind(r.file) == ELF_K_ELF;
    if (!ok)
        diag_error(d, &FILE_PLACE(path), D_ELF_NOT, "'%s' is not an ELF file", path);
    else if (!gelf_getehdr(r.file, &header) || header.e_type != type)
        ok = diag_error(d, &FILE_PLACE(path), D_ELF_MALFORMED, "'%s' is not a %s", path,
                        type == ET_EXEC ? "linked image" : "relocatable object");
    else if (!is_complete(r.file, &header, size))
        ok = diag_error(d, &FILE_PLACE(path), D_ELF_TRUNCATED, "'%s' is cut short: its headers lead beyond its end",
                        path);
    else
        read_sections(&r);
    binary->pointer_bytes = ok && header.e_ident[EI_CLASS] == ELFCLASS32 ? 4 : 8;
    if (r.file)
        elf_end(r.file);
    return ok;
}

bool binary_read(struct binary *binary, const char *path, struct arena *arena, struct diag *d)
{
    return read_typed(binary, path, ET_EXEC, arena, d);
}

bool binary_read_relocatable(struct binary *binary, const char *path, struct arena *arena, struct diag *d)
{
    return read_typed(binary, path, ET_REL, arena, d);
}

const struct binary_symbol *binary_find(const struct binary *binary, const char *name)
{
    for (uint32_t i = 0; i < binary->symbol_count; i++) {
        if (strcmp(binary->symbols[i].name, name) == 0)
            return &binary->symbols[i];
    }
    return NULL;
}
