// SPDX-License-Identifier: Apache-2.0
/* What an eBPF object says, free of ELF and BTF libraries: the product of loading, the input of verification.
 * Everything in it is owned by its arena. */
#ifndef BAREBPF_PROGRAM_PROGRAM_H
#define BAREBPF_PROGRAM_PROGRAM_H

#include <stddef.h>

#include "../base/arena.h"
#include "../base/diag.h"
#include "hook.h"
#include "insn.h"
#include "own.h"
#include "type.h"

#define NONE UINT32_MAX /* "no such index" */

/* Map types by their Linux numbers (enum bpf_map_type in the UAPI). */
enum map_type {
#define MAP(id, number, name, store) MAP_##id = (number),
#include "maps.def"
#undef MAP
};

/* How the firmware keeps a map: one of the layouts of helpers-template/include/barebpf/map_layout.h. */
enum map_store {
    STORE_NONE, /* not at all */
    STORE_ARRAY,
    STORE_HASH,
    STORE_LRU,
    STORE_TRIE,
    STORE_QUEUE, /* queue and stack */
    STORE_BLOOM,
    STORE_RING,   /* ring buffer: `entries` bytes */
    STORE_STREAM, /* perf events: a ring of MAP_STREAM_BYTES, or of what --map says */
    STORE_MAPS    /* a table of maps */
};
enum map_store map_store(uint32_t type);

/* Flags of map definitions, from the UAPI. */
enum { MAP_NO_PREALLOC = 1, MAP_RDONLY_PROG = 1 << 7, MAP_WRONLY_PROG = 1 << 8 };

#define MAP_STREAM_BYTES   1024u /* of perf events that wait for the firmware */
#define MAP_BLOOM_DEFAULT  5u    /* hash functions, as in Linux */
#define MAP_HASH_ENTRIES   (1u << 20)
#define MAP_TRIE_KEY_BYTES 260u /* with the prefix length, as in Linux */

/* Name of a Linux map type as bpftool prints it ("array"); NULL when there is no such type. */
const char *map_type_name(uint32_t type);

struct map;

/* False for prog arrays, which are no object of the image (bpf_map_NAME): their programs are in the code. */
bool map_is_object(const struct map *map);

/* Where a map comes from: the user's own, or a data section of the object treated as a map with one value; or a
 * variable of the firmware, which the program may read. */
enum map_role { MAP_USER, MAP_SECTION_RODATA, MAP_SECTION_DATA, MAP_SECTION_BSS, MAP_EXTERN };

/* A variable inside a data section. */
struct variable {
    const char *name;
    uint32_t offset_bytes, size_bytes;
    uint32_t type;  /* index into program.types; 0 = unknown */
    bool is_static; /* not visible outside its file */
};

struct map {
    const char *name;   /* C identifier; for sections as in the file, ".rodata" */
    const char *symbol; /* C identifier of the object in the image: bpf_map_<symbol>; sections: "rodata", "data_x" */
    enum map_type type; /* sections: MAP_ARRAY; a number that maps.def lacks is kept */
    enum map_role role;
    uint32_t key_bytes, value_bytes, entries, flags;
    uint32_t stream_bytes;         /* STORE_STREAM: size of its ring */
    uint64_t extra;                /* map_extra: hash functions of a bloom filter */
    uint32_t key_type, value_type; /* indices into program.types; 0 = unknown */
    const uint8_t *init;           /* sections: value_bytes of initial contents; NULL = all zero */
    struct variable *variables;    /* sections: the variables in it, by offset */
    uint32_t variable_count;
    /* Maps of maps and prog arrays. */
    uint32_t inner_map;     /* the map that the inner ones are like; NONE */
    const uint32_t *values; /* maps of maps: map index per slot (`entries` of them), or NONE; NULL: all empty */
    const uint32_t *progs;  /* MAP_PROG_ARRAY: function index per slot (`entries` of them), or NONE; NULL: all empty */
    uint32_t value_count;   /* slots of `values` or `progs`: as many as entries; 0 when both are NULL */
    uint8_t align_log2;     /* MAP_EXTERN: alignment of the variable */
    bool is_template;       /* only describes the inner maps of another map: not part of an image */
};

/* A function: a program in a section of its own, or a subprogram. */
struct func {
    const char *name;        /* symbol */
    const char *section;     /* ELF section */
    uint32_t first;          /* index of its first instruction in program.insns */
    uint32_t count;          /* instructions (lddw counts one) */
    bool is_program;         /* stands in a program section: can be an entry */
    bool is_global;          /* STB_GLOBAL and not hidden */
    uint32_t proto;          /* its TYPE_FUNC in program.types; 0 = unknown */
    uint32_t context_bytes;  /* size of its context in the firmware (--btf); 0 = as its type says */
    const struct hook *hook; /* programs: what starts it (hooks.def); NULL: the section names no hook we know */
};

/* A jump table (clang's BPF.JT.…): 8 bytes an entry, each leading to an instruction of one function. The tables of a
 * function lie one after the other in program.jump_targets. */
struct jump_table {
    const char *name;
    uint32_t func;         /* whose instructions it leads to */
    uint32_t first, count; /* its entries in program.jump_targets */
};

/* An undefined symbol that the firmware or the board must bind: `extern … __ksym` or `__kconfig`. */
struct external {
    const char *name;
    uint32_t type; /* 0 = unknown */
    bool is_func, is_weak, is_kconfig;
    bool is_set;                /* kconfig: it has been given a value */
    bool is_provided;           /* the firmware's types (--btf) or --ksym have it */
    uint32_t map, offset_bytes; /* kconfig: where its value lies: a data section of the program; ksym variables: the map
                                   that stands for it, NONE when nothing is known of its type */
};

/* A CO-RE relocation that the object had, for people to read. */
struct program_core {
    uint32_t insn;             /* index into program.insns */
    uint32_t kind;             /* as the compiler numbers them: bpf/llvm_reloc.rst */
    uint32_t type;             /* index into program.types */
    const char *access, *text; /* "0:1", "task.tgid" */
};

/* Why an instruction could not be made: it must not be reached. */
struct poison {
    enum diag_id id;
    const char *text;
};

/* Helper numbers that stand for instructions that could not be made: POISON_HELPER + index in program.poisons. Linux's
 * helpers have small numbers. */
#define POISON_HELPER 0x70000000

/* Source position of the instruction `insn` and those after it up to the next record. From .BTF.ext. */
struct line {
    uint32_t insn; /* index into program.insns */
    const char *file, *text;
    uint32_t line, column;
};

struct program {
    struct arena arena;
    const char *path; /* the object as the user named it */
    const char *stem; /* its name without directories and endings: "counter" */
    struct insn *insns;
    struct func *funcs;
    struct map *maps;
    struct external *externs;
    struct poison *poisons;
    struct program_core *core;
    struct jump_table *tables;
    uint32_t *jump_targets; /* indices into insns */
    struct type *types;     /* [0] is void; types[1..] as BTF numbers them; empty without BTF */
    struct line *lines;     /* ascending by insn */
    uint32_t insn_count, func_count, map_count, extern_count, table_count, jump_target_count, type_count, line_count;
    uint32_t poison_count, core_count;
    struct owns owns; /* helpers and kfuncs of the firmware's own */
    const char *license;
    uint8_t sha256[32]; /* of the object file */
    bool has_btf;
};

void program_free(struct program *program);

/* Fills the zeroed `program` from bare instructions (8-byte slots, little-endian): function 0, `name`, is a program of
 * the hook "raw"; local calls lead to further functions. `name` must be a C identifier. Free with program_free() in any
 * case. Errors as decode_func(). */
bool program_from_bytes(struct program *program, const char *name, const uint8_t *bytes, uint32_t slot_count,
                        struct diag *d);

/* The function that holds instruction `insn`; the function called `name`, or NONE. */
uint32_t program_func_at(const struct program *program, uint32_t insn);
uint32_t program_find_func(const struct program *program, const char *name);

/* Chooses the entry: the function called `name`; without a name the only program, or, where there is none, the only
 * global function. Reports program-missing or program-ambiguous (status 3), saying what there is. */
bool program_entry(const struct program *program, const char *name, uint32_t *func, struct diag *d);

/* The same for several: `names` is "a,b,c", or "*" for all programs; NULL: as above, and all programs of an object
 * whose programs events start. */
struct entries {
    uint32_t *funcs; /* function indices, each once; owned by the arena */
    uint32_t count;
};
bool program_entries(const struct program *program, const char *names, struct entries *entries, struct arena *arena,
                     struct diag *d);

/* The helper with this number: of helpers.def, or of the firmware's own; NULL when there is none. */
const struct helper *program_helper(const struct program *program, int64_t id);

/* Why `insn` (a call of helper POISON_HELPER + index) could not be made; NULL for any other instruction. */
const struct poison *program_poison(const struct program *program, const struct insn *insn);

/* Makes instruction `insn` one that must not be reached, with the reason. `text` lives as long as the program. */
void program_set_poison(struct program *program, uint32_t insn, enum diag_id id, const char *text);

/* Binds externs: weak ones that nothing provides are at address 0, and calls of them must not be reached; the address
 * of a function that is there reads as 1, that of a variable is its map's value. `provided` adds names. Call once. */
void program_bind_externs(struct program *program, const char *const *provided);

/* Source line of an instruction (records with line 0 stand for the one before); NULL when unknown. */
const struct line *program_line(const struct program *program, uint32_t insn);

/* The place of an instruction for messages: source line, caret, function and a listing of the instructions around it.
 * The strings are owned by `arena`. */
struct place program_place(const struct program *program, uint32_t insn, struct arena *arena);

/* One instruction in the kernel's notation, as verifier logs and bpftool have it ("r1 = *(u64 *)(r0 +0)"), with the
 * names of maps, functions and externs; into `out`; returns as snprintf. */
int insn_print(char *out, size_t size, const struct program *program, uint32_t insn);

/* The opcode byte that encodes an instruction, for logs ("7: (85) call …"). A gotol comes back as 0x05. */
uint8_t insn_opcode(const struct insn *insn);

#endif
