// SPDX-License-Identifier: Apache-2.0
/* ELF: the header, the section table and the symbol table, checked against the file's size before anything else
 * looks at them. Source: System V ABI, ELF-64 object file format; BPF psABI (kernel documentation, llvm_reloc.rst). */
#include <string.h>

#include "loader.h"

#define SHDR_BYTES 64

uint32_t read_u16(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8;
}

uint32_t read_u32(const uint8_t *bytes)
{
    return read_u16(bytes) | read_u16(bytes + 2) << 16;
}

uint64_t read_u64(const uint8_t *bytes)
{
    return read_u32(bytes) | (uint64_t)read_u32(bytes + 4) << 32;
}

bool section_is_code(const struct section *section)
{
    return section->type == SHT_PROGBITS && (section->flags & SHF_EXECINSTR) != 0;
}

/* True for sections whose contents the program can reach. */
static bool is_loaded(const struct section *section)
{
    return (section->flags & (SHF_ALLOC | SHF_EXECINSTR)) != 0;
}

const struct section *object_section(const struct loader *l, const char *name)
{
    for (uint32_t i = 1; i < l->section_count; i++) {
        if (strcmp(l->sections[i].name, name) == 0) {
            return &l->sections[i];
        }
    }
    return NULL;
}

/* True when bytes [offset, offset + size) are in the file. */
static bool in_file(const struct loader *l, uint64_t offset, uint64_t size)
{
    return offset <= l->size_bytes && size <= l->size_bytes - offset;
}

/* The string at `offset` of a string table, or NULL. */
static const char *string_at(const struct section *table, uint64_t offset)
{
    if (table->type != SHT_STRTAB || table->bytes == NULL || offset >= table->size_bytes) {
        return NULL;
    }
    const char *string = (const char *)table->bytes + offset;
    return memchr(string, 0, (size_t)(table->size_bytes - offset)) ? string : NULL;
}

static bool check_machine(struct loader *l)
{
    const uint8_t *ident = l->bytes;
    bool big = ident[EI_DATA] == ELFDATA2MSB;
    uint32_t machine = big ? (uint32_t)ident[18] << 8 | ident[19] : read_u16(ident + 18);
    if (machine != EM_BPF) {
        diag_error(l->d, &l->here, D_ELF_NOT_BPF, "ELF file is for machine %u, must be for BPF (%u)", machine, EM_BPF);
        diag_suggest(l->d, "clang -target bpf -O2 -g -c FILE.bpf.c");
        return false;
    }
    if (big) {
        diag_error(l->d, &l->here, D_ELF_NOT_BPF, "BPF object is big-endian, must be little-endian");
        diag_suggest(l->d, "compile with -target bpfel");
        return false;
    }
    if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED,
                          "BPF object has ELF class %u and data encoding %u, must be "
                          "64-bit (2) and little-endian (1)",
                          ident[EI_CLASS], ident[EI_DATA]);
    }
    uint32_t type = read_u16(l->bytes + 16);
    if (type != ET_REL) {
        return diag_error(l->d, &l->here, D_ELF_NOT_BPF, "ELF file is of type %u, must be relocatable (%u)", type,
                          ET_REL);
    }
    return true;
}

/* Ends a message about a file that is cut short; false. */
static bool suggest_whole_file(struct loader *l)
{
    diag_suggest(l->d, "compile or copy the object again: its end is missing");
    return false;
}

static bool check_header(struct loader *l)
{
    if (l->size_bytes < SELFMAG || memcmp(l->bytes, ELFMAG, SELFMAG) != 0) {
        diag_error(l->d, &l->here, D_ELF_NOT, "not an ELF file");
        diag_suggest(l->d, "give an object made by clang -target bpf -O2 -g -c");
        return false;
    }
    if (l->size_bytes < sizeof(Elf64_Ehdr)) {
        diag_error(l->d, &l->here, D_ELF_TRUNCATED, "file has %zu bytes, must have at least %zu for its header",
                   l->size_bytes, sizeof(Elf64_Ehdr));
        return suggest_whole_file(l);
    }
    if (!check_machine(l)) {
        return false;
    }
    uint64_t table = read_u64(l->bytes + offsetof(Elf64_Ehdr, e_shoff));
    uint32_t entry_bytes = read_u16(l->bytes + offsetof(Elf64_Ehdr, e_shentsize));
    uint64_t count = read_u16(l->bytes + offsetof(Elf64_Ehdr, e_shnum));
    if (table == 0 || entry_bytes != SHDR_BYTES) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED, "object has no usable section table");
    }
    if (count == 0 && in_file(l, table, SHDR_BYTES)) { /* more than 65279 sections: the count is in section 0 */
        count = read_u64(l->bytes + table + offsetof(Elf64_Shdr, sh_size));
    }
    if (count > UINT32_MAX || !in_file(l, table, count * SHDR_BYTES)) {
        diag_error(l->d, &l->here, D_ELF_TRUNCATED,
                   "section table lies at byte %llu with %llu entries, beyond the file's %zu bytes",
                   (unsigned long long)table, (unsigned long long)count, l->size_bytes);
        return suggest_whole_file(l);
    }
    if (table % 8 != 0 || count == 0) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED, "section table is empty or not aligned to 8 bytes");
    }
    return true;
}

/* One section header without its name. */
static bool read_section(struct loader *l, uint32_t index, struct section *section, uint32_t *name)
{
    GElf_Shdr header;
    Elf_Scn *scn = elf_getscn(l->elf, index);
    if (scn == NULL || gelf_getshdr(scn, &header) == NULL) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED, "section %u cannot be read: %s", index, elf_errmsg(-1));
    }
    *section = (struct section){.name = "",
                                .size_bytes = header.sh_size,
                                .flags = header.sh_flags,
                                .entry_bytes = header.sh_entsize,
                                .type = header.sh_type,
                                .link = header.sh_link,
                                .info = header.sh_info,
                                .map = NONE};
    *name = header.sh_name;
    if (index == 0 || header.sh_type == SHT_NOBITS || header.sh_type == SHT_NULL) {
        return true;
    }
    if (!in_file(l, header.sh_offset, header.sh_size)) {
        diag_error(l->d, &l->here, D_ELF_TRUNCATED, "section %u: %llu bytes at byte %llu, beyond the file's %zu", index,
                   (unsigned long long)header.sh_size, (unsigned long long)header.sh_offset, l->size_bytes);
        return suggest_whole_file(l);
    }
    section->bytes = l->bytes + header.sh_offset;
    return true;
}

static bool read_sections(struct loader *l)
{
    size_t count = 0;
    size_t names = 0;
    if (elf_getshdrnum(l->elf, &count) != 0 || elf_getshdrstrndx(l->elf, &names) != 0 || names >= count) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED, "section table or its name table cannot be read");
    }
    l->sections = arena_array(&l->scratch, count, sizeof *l->sections);
    uint32_t *offsets = arena_array(&l->scratch, count, sizeof *offsets);
    for (uint32_t i = 0; i < count; i++) {
        if (!read_section(l, i, &l->sections[i], &offsets[i])) {
            return false;
        }
    }
    l->section_count = (uint32_t)count;
    uint64_t loaded_bytes = 0;
    for (uint32_t i = 1; i < l->section_count; i++) {
        bool loaded = is_loaded(&l->sections[i]) && l->sections[i].bytes != NULL;
        loaded_bytes += loaded ? l->sections[i].size_bytes : 0;
        if (loaded_bytes > l->size_bytes) {
            return diag_error(l->d, &l->here, D_ELF_MALFORMED, "sections overlap");
        }
        l->sections[i].name = string_at(&l->sections[names], offsets[i]);
        if (l->sections[i].name == NULL) {
            return diag_error(l->d, &l->here, D_ELF_MALFORMED, "section %u has no readable name", i);
        }
        if ((l->sections[i].flags & SHF_COMPRESSED) != 0 && (l->sections[i].flags & SHF_ALLOC) != 0) {
            return diag_error(l->d, &l->here, D_ELF_MALFORMED, "section '%s' is compressed", l->sections[i].name);
        }
    }
    return true;
}

/* Where a symbol lies; checks that it lies inside its section. */
static bool place_symbol(struct loader *l, struct symbol *symbol, uint32_t index, uint32_t where)
{
    if (where == SHN_XINDEX || (where < SHN_LORESERVE && where >= l->section_count)) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED, "symbol %u lies in section %u of %u", index, where,
                          l->section_count);
    }
    symbol->section = where < SHN_LORESERVE ? where : NONE;
    if (symbol->section == NONE || symbol->section == 0) {
        return true;
    }
    const struct section *section = &l->sections[where];
    bool checked = is_loaded(section);
    if (checked && (symbol->value > section->size_bytes || symbol->size_bytes > section->size_bytes - symbol->value)) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED,
                          "symbol '%s' lies at byte %llu with %llu bytes, beyond the %llu bytes of section '%s'",
                          symbol->name, (unsigned long long)symbol->value, (unsigned long long)symbol->size_bytes,
                          (unsigned long long)section->size_bytes, section->name);
    }
    if (symbol->type == STT_SECTION) {
        symbol->name = section->name;
    }
    return true;
}

static bool read_symbol(struct loader *l, Elf_Data *data, const struct section *names, uint32_t index)
{
    GElf_Sym raw;
    const char *name = NULL;
    if (gelf_getsym(data, (int)index, &raw) != NULL) {
        name = raw.st_name == 0 ? "" : string_at(names, raw.st_name);
    }
    if (name == NULL) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED, "symbol %u cannot be read or has no readable name", index);
    }
    struct symbol *symbol = &l->symbols[index];
    *symbol = (struct symbol){.name = name,
                              .value = raw.st_value,
                              .size_bytes = raw.st_size,
                              .external = NONE,
                              .type = GELF_ST_TYPE(raw.st_info),
                              .bind = GELF_ST_BIND(raw.st_info),
                              .visibility = GELF_ST_VISIBILITY(raw.st_other)};
    return place_symbol(l, symbol, index, raw.st_shndx);
}

static bool read_symbols(struct loader *l)
{
    uint32_t table = 0;
    for (uint32_t i = 1; i < l->section_count; i++) {
        if (l->sections[i].type != SHT_SYMTAB) {
            continue;
        }
        if (table != 0) {
            return diag_error(l->d, &l->here, D_ELF_MALFORMED, "object has two symbol tables");
        }
        table = i;
    }
    if (table == 0) {
        return true;
    }
    const struct section *section = &l->sections[table];
    Elf_Data *data = elf_getdata(elf_getscn(l->elf, table), NULL);
    uint64_t count = section->size_bytes / sizeof(Elf64_Sym);
    if (section->entry_bytes != sizeof(Elf64_Sym) || section->size_bytes % sizeof(Elf64_Sym) != 0 || data == NULL ||
        section->link >= l->section_count || count > INT32_MAX) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED, "symbol table cannot be read");
    }
    l->symbols = arena_array(&l->scratch, (size_t)count, sizeof *l->symbols);
    l->symbol_count = (uint32_t)count;
    for (uint32_t i = 0; i < l->symbol_count; i++) {
        if (!read_symbol(l, data, &l->sections[section->link], i)) {
            return false;
        }
    }
    return true;
}

bool object_relocation_count(struct loader *l, uint32_t section, uint32_t *count)
{
    const struct section *s = &l->sections[section];
    uint64_t relocations = s->size_bytes / sizeof(Elf64_Rel);
    if (s->entry_bytes != sizeof(Elf64_Rel) || s->size_bytes % sizeof(Elf64_Rel) != 0 || relocations > INT32_MAX ||
        s->info == 0 || s->info >= l->section_count || s->link >= l->section_count ||
        l->sections[s->link].type != SHT_SYMTAB) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED, "relocation section '%s' cannot be read", s->name);
    }
    *count = (uint32_t)relocations;
    return true;
}

bool object_relocation(struct loader *l, uint32_t section, uint32_t index, GElf_Rel *rel)
{
    Elf_Data *data = elf_getdata(elf_getscn(l->elf, section), NULL);
    if (data == NULL || gelf_getrel(data, (int)index, rel) == NULL || GELF_R_SYM(rel->r_info) >= l->symbol_count) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED, "relocation %u in section '%s' cannot be read", index,
                          l->sections[section].name);
    }
    return true;
}

bool object_open(struct loader *l)
{
    if (!check_header(l)) {
        return false;
    }
    elf_version(EV_CURRENT);
    l->elf = elf_memory((char *)(uintptr_t)l->bytes, l->size_bytes); /* libelf only reads it */
    if (l->elf == NULL) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED, "object cannot be read: %s", elf_errmsg(-1));
    }
    return read_sections(l) && read_symbols(l);
}
