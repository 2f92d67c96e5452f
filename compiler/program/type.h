// SPDX-License-Identifier: Apache-2.0
/* C types as BTF describes them, without libbpf: what contexts, map keys, values and variables are made of.
 * Source: kernel documentation, bpf/btf.rst. */
#ifndef BAREBPF_PROGRAM_TYPE_H
#define BAREBPF_PROGRAM_TYPE_H

#include <stdbool.h>
#include <stdint.h>

enum type_kind {
    TYPE_VOID,
    TYPE_INT, /* also char and bool: see encoding */
    TYPE_FLOAT,
    TYPE_ENUM,
    TYPE_POINTER,
    TYPE_ARRAY,
    TYPE_STRUCT,
    TYPE_UNION,
    TYPE_FUNC,    /* a function prototype */
    TYPE_FORWARD, /* declared, not defined: has no size */
    TYPE_TYPEDEF,
    TYPE_QUALIFIER /* const, volatile, restrict, type tags: `name` is the qualifier or tag */
};

enum int_encoding { INT_UNSIGNED, INT_SIGNED, INT_CHAR, INT_BOOL };

/* A member of a struct or union, a parameter of a function, or an enumerator. */
struct member {
    const char *name;       /* "" when anonymous */
    uint32_t type;          /* index into program.types (not for enumerators) */
    uint32_t offset_bits;   /* from the start of the struct */
    uint32_t bitfield_bits; /* width of a bit-field; 0 = not one */
    int64_t value;          /* enumerators */
};

struct type {
    enum type_kind kind;
    const char *name;           /* "" when anonymous */
    uint32_t size_bytes;        /* as BTF says, i.e. with 8-byte pointers; 0 for void, functions, flexible arrays */
    enum int_encoding encoding; /* TYPE_INT; for TYPE_ENUM INT_SIGNED or INT_UNSIGNED */
    uint32_t target;            /* pointee, element, aliased or qualified type, result of a function */
    uint32_t count;             /* TYPE_ARRAY: elements. Declaration tags: 1 + the parameter that they are for */
    struct member *members;
    uint32_t member_count;
};

struct program;

/* The type behind typedefs and qualifiers; index 0 is void. */
const struct type *type_resolve(const struct program *program, uint32_t type);

/* Size in bytes as BTF lays it out; 0 when it has none. */
uint32_t type_size(const struct program *program, uint32_t type);

/* Alignment of a type by its members, as a power of 2, at most 8 bytes; members that are packed count as bytes.
 * `unknown` for types that are too deep or large to be looked through. */
uint8_t type_align_log2(const struct program *program, uint32_t type, uint8_t unknown);

/* Byte offset of the member of the map's value whose type is the struct `name` ("bpf_spin_lock", "bpf_timer") of the
 * right size and alignment, also inside nested structs; NONE when there is none. */
uint32_t map_special_field(const struct program *program, uint32_t map, const char *name);

#endif
