// SPDX-License-Identifier: Apache-2.0
/* What the files of this room share while one object is being read. Everything here is scratch: only what is in
 * struct program outlives load_bytes(). Every offset, index and count of the file is checked where it is read, so
 * that the fields below can be trusted. */
#ifndef BAREBPF_LOAD_LOADER_H
#define BAREBPF_LOAD_LOADER_H

#include <bpf/btf.h>
#include <gelf.h>

#include "../base/memory.h"
#include "../program/decode.h"
#include "load.h"

#define MAX_VALUE_BYTES (1u << 30) /* keys and values of maps */

/* The first address that data holds: where, and of what. */
struct data_address {
    uint64_t offset_bytes, symbol, kind;
};

/* Eight bytes of data that hold the address of an instruction. */
struct label {
    GElf_Rel reloc;
    uint32_t symbol; /* 0: there is none here */
    uint32_t table;  /* in loader.tables; NONE */
    bool seen;
};

/* A section header, its offsets checked against the file. */
struct section {
    const char *name;
    const uint8_t *bytes; /* NULL: has none in the file (.bss) */
    uint64_t size_bytes, flags, entry_bytes;
    uint32_t type, link, info;
    uint32_t map;                       /* data sections: index in program.maps; else NONE */
    bool holds_maps;                    /* definitions of maps: ".maps", "maps", "maps/NAME" */
    struct slot_reloc *relocs;          /* code: one per slot */
    const struct data_address *address; /* data: NULL when it holds none but those of jump tables */
    struct label *labels;               /* data: one per 8 bytes; NULL: there is none */
};

/* A symbol. `section` is a valid index; 0 = undefined; NONE = absolute, common or in a section that cannot be named. */
struct symbol {
    const char *name; /* of the section for STT_SECTION */
    uint64_t value, size_bytes;
    uint32_t section;
    uint32_t external; /* index in program.externs, or NONE */
    uint8_t type, bind, visibility;
};

/* Where a function of the program lies in the file; parallel to program.funcs. */
struct span {
    uint32_t section, first_slot, slot_count;
    uint32_t *slot_insn; /* see decode_func() */
};

/* Where a user's map is defined. */
struct map_home {
    uint64_t offset_bytes;
    uint32_t section, map;
    uint32_t values_bytes; /* offset of `values`, what it holds at the start, from there; NONE: holds nothing */
};

/* Where a jump table lies in the file; parallel to program.tables. */
struct table_home {
    const char *name;
    uint32_t func;    /* to whose instructions it leads */
    uint32_t section; /* that it lies in */
    uint64_t offset_bytes;
    uint32_t count;  /* entries */
    uint32_t *slots; /* per entry: where it leads to, counted from the function's start */
};

struct loader {
    struct program *program;
    struct diag *d;
    struct place here; /* the object, for messages */
    struct arena scratch;
    const uint8_t *bytes;
    size_t size_bytes;
    Elf *elf;
    struct section *sections; /* [0] is the null section */
    uint32_t section_count;
    struct symbol *symbols;
    uint32_t symbol_count;
    bool old_gnu;        /* relocations as GNU binutils before 2.41 made them: see relocs.c */
    struct btf *btf;     /* NULL: the object has no BTF */
    const char *strings; /* BTF strings, in the program's arena */
    uint32_t strings_bytes;
    struct span *spans;
    VEC(struct map) maps;
    VEC(struct map_home) homes;
    VEC(struct table_home) tables;
    uint64_t table_bytes; /* of those in ".jumptables" */
    VEC(struct line) lines;
    VEC(struct program_core) core_records;
    struct core *core;                 /* while CO-RE relocations are read: see core.c */
    const struct load_options *target; /* what the firmware adds */
    struct loader *firmware;           /* --btf: its btf and types; NULL: not given, or this is it */
    uint32_t pointer_bytes;            /* in the BTF being read; 0 = 8, as BPF has them */
};

/* object.c: checks the headers, then fills sections and symbols. */
bool object_open(struct loader *l);
/* The first section called `name`, or NULL. */
const struct section *object_section(const struct loader *l, const char *name);
/* True for sections of instructions. */
bool section_is_code(const struct section *section);
/* The relocation `index` of a SHT_REL section. */
bool object_relocation(struct loader *l, uint32_t section, uint32_t index, GElf_Rel *rel);
/* Number of relocations in a SHT_REL section; reports a malformed one. */
bool object_relocation_count(struct loader *l, uint32_t section, uint32_t *count);

/* Little-endian numbers at any alignment. */
uint32_t read_u16(const uint8_t *bytes);
uint32_t read_u32(const uint8_t *bytes);
uint64_t read_u64(const uint8_t *bytes);

/* types.c: .BTF → program.types. Without .BTF nothing is filled. */
bool types_load(struct loader *l);
/* The same for BTF that lies in `section`. */
bool types_read(struct loader *l, const struct section *section);
/* The BTF string at `offset`, in the program's arena; NULL when there is none. */
const char *types_string(const struct loader *l, uint32_t offset);
/* The BTF type numbered `id`; NULL when there is none. */
const struct btf_type *types_raw(const struct loader *l, uint32_t id);
/* The DATASEC called `name`, or NULL. */
const struct btf_type *types_datasec(const struct loader *l, const char *name);
/* Type of the variable or function `name` in a DATASEC (may be NULL); where names repeat the one at `offset_bytes`
 * wins. 0 when it is not there. `is_func` (may be NULL) says which of the two. */
uint32_t types_in_datasec(const struct loader *l, const struct btf_type *datasec, const char *name,
                          uint64_t offset_bytes, bool *is_func);

/* maps.c: the user's maps. needs: types. */
bool maps_load(struct loader *l);
/* Gives `map` a C identifier that no other map has, made of `name`. */
void map_name(struct loader *l, struct map *map, const char *name);
/* Adds a map that lies at `home` (whose .map is filled here). */
void maps_add(struct loader *l, const struct map *map, const struct map_home *home);
/* The map that is defined at `offset` of a section, or NONE; the last that begins at or before it, or NULL. */
uint32_t maps_at(const struct loader *l, uint32_t section, int64_t offset);
const struct map_home *maps_covering(const struct loader *l, uint32_t section, uint64_t offset);
/* True for sections of `struct bpf_map_def`. */
bool maps_are_legacy(const char *section);
/* maps_btf.c, maps_legacy.c: the definitions in one section. */
bool maps_read_btf(struct loader *l, uint32_t section);
bool maps_read_legacy(struct loader *l, uint32_t section);
/* map_values.c: a relocation in .maps says which map or program a slot of `values` holds. needs: functions. */
bool map_values_apply(struct loader *l, uint32_t section, const GElf_Rel *rel);

/* sections.c: data sections as maps; the license. needs: maps (whose names go first). */
bool sections_load(struct loader *l);

/* funcs.c: finds every function (before relocations), decodes every function (after them). */
bool funcs_collect(struct loader *l);
bool funcs_decode(struct loader *l);
/* The function that starts at `slot` of a section, or NONE; the one that covers it, or NONE. */
uint32_t funcs_starting(const struct loader *l, uint32_t section, int64_t slot);
uint32_t funcs_covering(const struct loader *l, uint32_t section, uint64_t slot);

/* externs.c: undefined symbols → program.externs; kconfig values → the section ".kconfig"; variables of the firmware →
 * maps. needs: types. */
bool externs_load(struct loader *l);
/* extern_types.c: does the firmware (--btf), if it has `external`, give it the same type? Fills is_provided. Reports a
 * difference (`link`). `*type`: of the variable or function in the firmware's BTF; 0: it has none. */
bool extern_agrees(struct loader *l, struct external *external, uint32_t *type);

/* relocs.c: what each relocated instruction refers to. needs: maps, functions. */
bool relocs_load(struct loader *l);

/* relocs.c: a data section holds an address that its bytes cannot say: it is refused when code refers to it. */
void section_note_address(struct loader *l, uint32_t section, const GElf_Rel *rel);

/* tables.c: jump tables. True for the section that clang puts those of `switch` into. */
bool section_is_jump_tables(const struct section *section);
/* `func` refers to byte `offset` of such a section; reports what is no jump table of it. */
bool tables_refer(struct loader *l, uint32_t func, uint32_t section, uint64_t offset, struct slot_reloc *reloc);
/* Read-only data holds the address of an instruction: takes note of it; false when it is another kind of address. Then,
 * when the whole section is read: which of its variables are tables; other addresses are noted by
 * section_note_address(). */
bool tables_note_label(struct loader *l, uint32_t section, const GElf_Rel *rel);
void tables_find(struct loader *l, uint32_t section);
/* False when byte `offset` of the data is in no jump table. */
bool tables_in_data(const struct section *data, const struct loader *l, int64_t offset, struct slot_reloc *reloc);
/* Per slot of the function: a jump table leads there. NULL: it has no table. */
const bool *tables_entered(struct loader *l, uint32_t func);
/* Hands the tables over to the program. needs: functions decoded. */
bool tables_keep(struct loader *l);

/* ext.c: one table of .BTF.ext: blocks of records, a block per section of code. Calls `record` for each, which reports
 * what is wrong with it; reports a malformed table. Without .BTF or .BTF.ext nothing happens. */
struct ext_table {
    const char *name;
    uint32_t header_offset; /* of its offset and length in the header */
    uint32_t least_bytes;   /* of a record */
    bool (*record)(struct loader *l, uint32_t section, const uint8_t *record);
};
bool ext_read(struct loader *l, const struct ext_table *table);
/* The function and the index in program.insns of the instruction at byte `offset`; false when there is none. */
bool ext_locate(const struct loader *l, uint32_t section, uint32_t offset, uint32_t *func, uint32_t *insn);

/* core.c: CO-RE relocations of the decoded instructions. needs: types, functions decoded. */
bool core_load(struct loader *l);
/* core_target.c: --btf → l->firmware. */
bool firmware_load(struct loader *l);
void firmware_free(struct loader *l);

/* lines.c: functions' types and source lines. needs: functions decoded. */
bool lines_load(struct loader *l);

#endif
