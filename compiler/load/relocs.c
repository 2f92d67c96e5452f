// SPDX-License-Identifier: Apache-2.0
/* Relocations: what each lddw and call refers to. A reference is a symbol plus the addend that stands in the
 * instruction; clang names the symbol of a global, and the section's symbol plus an offset for what is static. Source:
 * kernel documentation, bpf/llvm_reloc.rst; RFC 9669 §5.4. */
#include <stdlib.h>
#include <string.h>

#include "loader.h"

#define OPCODE_LDDW     0x18
#define OPCODE_CALL     0x85
#define CALL_LOCAL      1 /* src of a call within the object */
#define MAX_DATA_OFFSET (1 << 30)

/* Numbers of relocations that <elf.h> may lack. GNU binutils before 2.41 had numbers of its own for data. */
enum {
    KIND_NONE = 0,
    KIND_64_64 = 1,
    KIND_ABS64 = 2,
    KIND_ABS32 = 3,
    KIND_NODYLD32 = 4,
    KIND_64_32 = 10,
    KIND_GNU_DATA_32 = 11,
    KIND_GNU_DATA_64 = 12
};

/* A relocation of an instruction. */
struct fixup {
    struct loader *l;
    uint32_t section, slot;
    const uint8_t *insn; /* its bytes */
    struct symbol *symbol;
};

static const char *kind_name(uint64_t kind)
{
    switch (kind) {
    case KIND_NONE: return "R_BPF_NONE";
    case KIND_64_64: return "R_BPF_64_64";
    case KIND_64_32: return "R_BPF_64_32";
    case KIND_ABS64: return "R_BPF_64_ABS64";
    case KIND_ABS32: return "R_BPF_64_ABS32";
    case KIND_NODYLD32: return "R_BPF_64_NODYLD32";
    case KIND_GNU_DATA_32: return "R_BPF_DATA_32";
    case KIND_GNU_DATA_64: return "R_BPF_DATA_64";
    default: return "unknown";
    }
}

/* Reports at a relocation: the section, the slot in it and the symbol, then why. */
static bool refuse(const struct fixup *f, enum diag_id id, const char *why)
{
    return diag_error(f->l->d, &f->l->here, id, "section '%s', instruction %u, relocation against '%s': %s",
                      f->l->sections[f->section].name, f->slot, f->symbol->name, why);
}

/* The addend of a lddw: both halves of its immediate; clang fills the lower one only. */
static int64_t lddw_addend(const struct fixup *f)
{
    uint32_t low = read_u32(f->insn + 4);
    uint32_t high = read_u32(f->insn + SLOT_BYTES + 4);
    return high == 0 ? (int32_t)low : (int64_t)((uint64_t)high << 32 | low);
}

static bool refer_to_map(const struct fixup *f, struct slot_reloc *reloc, int64_t offset)
{
    uint32_t map = maps_at(f->l, f->symbol->section, offset);
    if (map == NONE) {
        return refuse(f, D_RELOCATION, "no map begins there");
    }
    *reloc = (struct slot_reloc){.kind = RELOC_LDDW, .ref = REF_MAP, .index = map};
    return true;
}

static bool refer_to_func(const struct fixup *f, struct slot_reloc *reloc, int64_t offset)
{
    uint32_t func = offset % SLOT_BYTES == 0 ? funcs_starting(f->l, f->symbol->section, offset / SLOT_BYTES) : NONE;
    if (func == NONE) {
        return refuse(f, D_RELOCATION, "no function begins there");
    }
    *reloc = (struct slot_reloc){.kind = RELOC_LDDW, .ref = REF_FUNC, .index = func};
    return true;
}

/* Name of the variable at `offset` in a data section, for messages. */
static const char *variable_at(const struct loader *l, uint32_t section, uint64_t offset)
{
    const struct map *map = &l->program->maps[l->sections[section].map];
    for (uint32_t i = map->variable_count; i-- > 0;) {
        if (map->variables[i].offset_bytes <= offset) {
            return map->variables[i].name;
        }
    }
    return "?";
}

/* Data that holds an address: a map's bytes cannot say it, and leaving it 0 would be silent. */
static bool refuse_addresses(const struct fixup *f)
{
    struct loader *l = f->l;
    const struct section *section = &l->sections[f->symbol->section];
    const struct data_address *address = section->address;
    diag_error(l->d, &l->here, D_RELOCATION,
               "variable '%s' in section '%s', which code in section '%s' uses, has the address of '%s' as its initial "
               "value (%s), which is not supported",
               variable_at(l, f->symbol->section, address->offset_bytes), section->name, l->sections[f->section].name,
               l->symbols[address->symbol].name, kind_name(address->kind));
    diag_suggest(l->d, "use an array instead of a pointer, or set the pointer in the program");
    return false;
}

static bool refer_to_data(const struct fixup *f, struct slot_reloc *reloc, int64_t offset)
{
    if (tables_in_data(&f->l->sections[f->symbol->section], f->l, offset, reloc)) {
        return true;
    }
    if (f->l->sections[f->symbol->section].address != NULL) {
        return refuse_addresses(f);
    }
    if (offset < -MAX_DATA_OFFSET || offset > MAX_DATA_OFFSET) {
        return refuse(f, D_RELOCATION, "offset is too large");
    }
    *reloc = (struct slot_reloc){
        .kind = RELOC_LDDW, .ref = REF_MAP_VALUE, .addend = offset, .index = f->l->sections[f->symbol->section].map};
    return true;
}

static bool apply_lddw(const struct fixup *f, struct slot_reloc *reloc)
{
    const struct section *code = &f->l->sections[f->section];
    if (f->insn[0] != OPCODE_LDDW || ((uint64_t)f->slot + 2) * SLOT_BYTES > code->size_bytes) {
        return refuse(f, D_ELF_MALFORMED, "R_BPF_64_64 must be at a 64-bit immediate (lddw)");
    }
    int64_t addend = lddw_addend(f);
    if (f->symbol->section == NONE) {
        return refuse(f, D_RELOCATION, "symbol lies in no section (compile with -fno-common)");
    }
    if (f->symbol->section == 0) {
        if (f->symbol->external == NONE || addend != 0) {
            return refuse(f, D_RELOCATION, "extern symbol has no name, or an offset is added to it");
        }
        const struct external *external = &f->l->program->externs[f->symbol->external];
        *reloc = (struct slot_reloc){.kind = RELOC_LDDW, .ref = REF_EXTERN, .index = f->symbol->external};
        if (external->is_kconfig) {
            *reloc = (struct slot_reloc){
                .kind = RELOC_LDDW, .ref = REF_MAP_VALUE, .addend = external->offset_bytes, .index = external->map};
        }
        return true;
    }
    const struct section *target = &f->l->sections[f->symbol->section];
    if (addend < -MAX_DATA_OFFSET || addend > MAX_DATA_OFFSET || f->symbol->value > MAX_DATA_OFFSET) {
        return refuse(f, D_RELOCATION, "offset is too large");
    }
    int64_t offset = (f->l->old_gnu ? 0 : (int64_t)f->symbol->value) + addend;
    if (section_is_code(target)) {
        return refer_to_func(f, reloc, offset);
    }
    if (target->map != NONE) {
        return refer_to_data(f, reloc, offset);
    }
    if (target->holds_maps) {
        return refer_to_map(f, reloc, offset);
    }
    if (section_is_jump_tables(target)) {
        uint32_t func = funcs_covering(f->l, f->section, f->slot);
        return offset < 0 ? refuse(f, D_RELOCATION, "it is before its section")
                          : tables_refer(f->l, func, f->symbol->section, (uint64_t)offset, reloc);
    }
    return diag_error(f->l->d, &f->l->here, D_SECTION,
                      "code in section '%s' refers to '%s' in section '%s', which is "
                      "neither code, map definitions (.maps, maps), data (.rodata*, .data*, .bss*) nor jump tables",
                      code->name, f->symbol->name, target->name);
}

/* A call's immediate counts slots from the next instruction; against a symbol, from the symbol's own place. */
static bool apply_call(const struct fixup *f, struct slot_reloc *reloc)
{
    if (f->insn[0] != OPCODE_CALL || f->insn[1] >> 4 == 0) {
        return refuse(f, D_ELF_MALFORMED, "R_BPF_64_32 must be at a call");
    }
    if (f->symbol->section == 0 && f->symbol->external != NONE) {
        f->l->program->externs[f->symbol->external].is_func = true;
        *reloc = (struct slot_reloc){.kind = RELOC_KFUNC, .index = f->symbol->external};
        return true;
    }
    if (f->symbol->section == 0 || f->symbol->section == NONE || f->symbol->value % SLOT_BYTES != 0) {
        return refuse(f, D_RELOCATION, "symbol is not a function");
    }
    int64_t distance = (int64_t)(int32_t)read_u32(f->insn + 4) + 1;
    bool by_name = f->l->old_gnu && f->symbol->type != STT_SECTION;
    int64_t slot = (int64_t)(f->symbol->value / SLOT_BYTES) + (by_name ? 0 : distance);
    uint32_t func = funcs_starting(f->l, f->symbol->section, slot);
    if (func == NONE) {
        return refuse(f, D_RELOCATION, "no function begins there");
    }
    *reloc = (struct slot_reloc){.kind = RELOC_CALL, .index = func};
    return true;
}

static bool apply(struct loader *l, uint32_t section, const GElf_Rel *rel)
{
    const struct section *code = &l->sections[section];
    if (rel->r_offset % SLOT_BYTES != 0 || rel->r_offset >= code->size_bytes) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED,
                          "relocation at byte %llu of section '%s' is not at an "
                          "instruction",
                          (unsigned long long)rel->r_offset, code->name);
    }
    struct fixup f = {.l = l,
                      .section = section,
                      .slot = (uint32_t)(rel->r_offset / SLOT_BYTES),
                      .insn = code->bytes + rel->r_offset,
                      .symbol = &l->symbols[GELF_R_SYM(rel->r_info)]};
    struct slot_reloc *reloc = &code->relocs[f.slot];
    if (reloc->kind != RELOC_NONE) {
        return refuse(&f, D_ELF_MALFORMED, "instruction has two relocations");
    }
    uint64_t kind = GELF_R_TYPE(rel->r_info);
    if (kind == KIND_64_64) {
        return apply_lddw(&f, reloc);
    }
    if (kind == KIND_64_32) {
        return apply_call(&f, reloc);
    }
    return kind == KIND_NONE ||
           diag_error(l->d, &l->here, D_RELOCATION,
                      "section '%s', instruction %u: relocation of kind %llu (%s) against "
                      "'%s' is not known in code",
                      code->name, f.slot, (unsigned long long)kind, kind_name(kind), f.symbol->name);
}

void section_note_address(struct loader *l, uint32_t section, const GElf_Rel *rel)
{
    struct section *data = &l->sections[section];
    if (data->address != NULL || GELF_R_TYPE(rel->r_info) == KIND_NONE) {
        return;
    }
    struct data_address *address = arena_alloc(&l->scratch, sizeof *address);
    *address = (struct data_address){
        .offset_bytes = rel->r_offset, .symbol = GELF_R_SYM(rel->r_info), .kind = GELF_R_TYPE(rel->r_info)};
    data->address = address;
}

/* What a relocation section is about. Code comes last: it needs to know what the data is. */
enum table_kind { TABLE_OTHER, TABLE_DATA, TABLE_MAPS, TABLE_CODE };

static enum table_kind table_kind(const struct loader *l, const struct section *table)
{
    if ((table->type != SHT_REL && table->type != SHT_RELA) || table->size_bytes == 0 || table->info == 0 ||
        table->info >= l->section_count) {
        return TABLE_OTHER;
    }
    const struct section *target = &l->sections[table->info];
    if (target->holds_maps) {
        return TABLE_MAPS;
    }
    if (target->relocs != NULL) {
        return TABLE_CODE;
    }
    return target->map != NONE ? TABLE_DATA : TABLE_OTHER; /* debug information, BTF, unwinding */
}

static bool read_relocations(struct loader *l, uint32_t index, enum table_kind kind)
{
    const struct section *table = &l->sections[index];
    if (table->type == SHT_RELA) {
        return diag_error(l->d, &l->here, D_RELOCATION, "section '%s' has relocations with addends (RELA)",
                          table->name);
    }
    uint32_t count = 0;
    bool ok = object_relocation_count(l, index, &count);
    for (uint32_t i = 0; ok && i < count; i++) {
        GElf_Rel rel;
        if (!object_relocation(l, index, i, &rel)) {
            return false;
        }
        if (kind == TABLE_DATA) {
            if (!tables_note_label(l, table->info, &rel)) {
                section_note_address(l, table->info, &rel);
            }
        } else {
            ok = kind == TABLE_MAPS ? map_values_apply(l, table->info, &rel) : apply(l, table->info, &rel);
        }
    }
    if (ok && kind == TABLE_DATA && l->sections[table->info].labels != NULL) {
        tables_find(l, table->info);
    }
    return ok;
}

/* GNU binutils before 2.41 leave the symbol's value in the instruction as well (in a call of a named function in
 * bytes). gcc says who it is in .comment: "GCC: (Debian ...) 12.2.0". Found by looking at objects of gcc-bpf 12. */
static bool is_old_gnu(const struct loader *l)
{
    const struct section *comment = object_section(l, ".comment");
    if (comment == NULL || comment->bytes == NULL || comment->size_bytes == 0 ||
        comment->bytes[comment->size_bytes - 1] != 0) {
        return false;
    }
    const char *text = (const char *)comment->bytes;
    text += *text == '\0' && comment->size_bytes > 1; /* the table may begin with an empty string */
    const char *version = strncmp(text, "GCC: (", 6) == 0 ? strstr(text, ") ") : NULL;
    return version != NULL && strtol(version + 2, NULL, 10) < 13;
}

/* Calls within a section need no relocation: the assembler has filled in the distance. */
static void resolve_near_calls(struct loader *l, uint32_t section)
{
    const struct section *code = &l->sections[section];
    uint32_t slots = code->relocs != NULL ? (uint32_t)(code->size_bytes / SLOT_BYTES) : 0;
    for (uint32_t slot = 0; slot < slots; slot++) {
        const uint8_t *insn = code->bytes + (size_t)slot * SLOT_BYTES;
        if (insn[0] == OPCODE_LDDW) {
            slot++;
            continue;
        }
        if (insn[0] != OPCODE_CALL || insn[1] >> 4 != CALL_LOCAL || code->relocs[slot].kind != RELOC_NONE) {
            continue;
        }
        uint32_t func = funcs_starting(l, section, (int64_t)slot + (int32_t)read_u32(insn + 4) + 1);
        if (func != NONE) {
            code->relocs[slot] = (struct slot_reloc){.kind = RELOC_CALL, .index = func};
        }
    }
}

bool relocs_load(struct loader *l)
{
    static const enum table_kind order[] = {TABLE_DATA, TABLE_MAPS, TABLE_CODE};
    l->old_gnu = is_old_gnu(l);
    for (size_t step = 0; step < sizeof order / sizeof *order; step++) {
        for (uint32_t i = 1; i < l->section_count; i++) {
            if (table_kind(l, &l->sections[i]) == order[step] && !read_relocations(l, i, order[step])) {
                return false;
            }
        }
    }
    for (uint32_t i = 1; i < l->section_count; i++) {
        resolve_near_calls(l, i);
    }
    return true;
}
