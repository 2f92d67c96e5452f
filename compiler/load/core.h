// SPDX-License-Identifier: Apache-2.0
/* CO-RE: what the files that relocate field accesses, types and enumerators share. Written from the kernel's
 * documentation (bpf/llvm_reloc.rst, "CO-RE Relocations"; bpf/btf.rst) and from what libbpf's results look like. */
#ifndef BAREBPF_LOAD_CORE_H
#define BAREBPF_LOAD_CORE_H

#include "loader.h"

#define CORE_MAX_STEPS 64
#define CORE_MAX_DEPTH 32 /* of types within types */

/* Kinds of relocation, as the compiler numbers them (llvm_reloc.rst). */
enum core_kind {
    CORE_FIELD_BYTE_OFFSET,
    CORE_FIELD_BYTE_SIZE,
    CORE_FIELD_EXISTS,
    CORE_FIELD_SIGNED,
    CORE_FIELD_LSHIFT,
    CORE_FIELD_RSHIFT,
    CORE_TYPE_ID_LOCAL,
    CORE_TYPE_ID_TARGET,
    CORE_TYPE_EXISTS,
    CORE_TYPE_SIZE,
    CORE_ENUMVAL_EXISTS,
    CORE_ENUMVAL_VALUE,
    CORE_TYPE_MATCHES,
    CORE_KIND_COUNT
};

/* One step of an access: a named member, or an element of an array (name NULL; the first step is the root itself). */
struct core_step {
    uint32_t type;  /* struct or union that has the member; type of the element */
    uint32_t index; /* of the member, element or enumerator */
    const char *name;
};

/* An access such as `s->a.b[3]` (or a type, or an enumerator) in terms of one BTF. */
struct core_access {
    const struct btf *btf;
    uint32_t root;
    struct core_step steps[CORE_MAX_STEPS];
    uint32_t step_count;
    uint64_t offset_bits;
};

/* What an instruction must hold for an access. */
struct core_value {
    uint64_t value;
    bool exact; /* for the compiler's own types it is what the instruction holds: a difference is a broken object */
    uint32_t bytes, type; /* of a field that an instruction may load as a whole; 0: none */
};

/* core_access.c */
/* The type behind typedefs and qualifiers. */
uint32_t core_skip(const struct btf *btf, uint32_t type);
/* Length of a name without its flavour: "task___v2" is "task". */
size_t core_essential(const char *name);
bool core_same_name(const char *a, const char *b);
/* Reads `text` ("0:1:2"), which says an access of `type`; false when it does not. */
bool core_parse(struct core_access *access, const struct btf *btf, uint32_t type, enum core_kind kind,
                const char *text);
/* The same access in `btf`, beginning at type `root`; false when there is no such thing. */
bool core_find(struct core_access *target, const struct core_access *local, const struct btf *btf, uint32_t root,
               enum core_kind kind);

/* core_compat.c: is type `b` of one BTF usable where `a` of another was compiled in; does it also have all of its
 * members, with types that match? */
bool core_types_compatible(const struct btf *a_btf, uint32_t a, const struct btf *b_btf, uint32_t b);
bool core_types_match(const struct btf *a_btf, uint32_t a, const struct btf *b_btf, uint32_t b);
/* Kinds that may stand for each other: the same, or enums of any width. */
bool core_kinds_match(const struct btf_type *a, const struct btf_type *b);

/* core_value.c: the value of an access (`target` NULL: it does not exist there). False: it cannot be told, and the
 * instruction must not be reached. */
bool core_evaluate(struct core_value *value, enum core_kind kind, const struct core_access *access, bool exists);

/* core_target.c: the contexts of hooks.def as BTF types; free with btf__free. NULL when memory is short. */
struct btf *core_contexts(void);

#endif
