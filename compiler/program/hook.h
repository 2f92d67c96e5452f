// SPDX-License-Identifier: Apache-2.0
/* Hooks: what starts a program, and with which context. The list is hooks.def. */
#ifndef BAREBPF_PROGRAM_HOOK_H
#define BAREBPF_PROGRAM_HOOK_H

#include <stdbool.h>
#include <stdint.h>

enum context_kind {
    CONTEXT_FIELDS, /* a structure of numbers and packet pointers, listed in hooks.def */
    CONTEXT_TYPE,   /* plain memory: the type of the program's first argument, from BTF, or --ctx-size */
};

/* What reading a context field gives. */
enum field_kind { FIELD_NUMBER, FIELD_PACKET, FIELD_PACKET_END, FIELD_PACKET_META };

/* One field of a context structure. Packet fields are 4-byte numbers in the BPF view (struct xdp_md) and pointers of
 * the target's width in the firmware's view (struct barebpf_xdp_md); fields keep their order, so on 32-bit targets both
 * views are the same. */
struct hook_field {
    const char *name;
    uint16_t offset_bytes, size_bytes; /* in the BPF view */
    enum field_kind kind;
    bool writable;
};

struct hook {
    const char *name; /* "xdp" */
    const char
        *pattern; /* section: "xdp" matches "xdp", "xdp/anything" and "xdp.frags"; "hook/" needs a name behind it */
    enum context_kind context;
    const char *context_type; /* "struct xdp_md"; NULL for CONTEXT_TYPE */
    uint32_t context_bytes;   /* size in the BPF view; 0 for CONTEXT_TYPE */
    const struct hook_field *fields;
    uint32_t field_count;
    int64_t return_low, return_high; /* inclusive range that r0 must have at exit, as a signed 32-bit number; low >
                                        high: any 64-bit number */
    const char *started_by;          /* for `barebpf boards` and messages */
};

/* The hook that serves ELF section `section`, or NULL. */
const struct hook *hook_find(const char *section);

/* The hook called `name` ("raw"), or NULL; the hooks in turn: hook_at(0), … until NULL. */
const struct hook *hook_named(const char *name);
const struct hook *hook_at(uint32_t index);

/* The field that starts at `offset`, or NULL. */
const struct hook_field *hook_field_at(const struct hook *hook, uint32_t offset);

/* Offset of a field in the firmware's view of the context, where packet pointers have `pointer_bytes` bytes; and that
 * view's size. */
uint32_t hook_field_target_offset(const struct hook *hook, const struct hook_field *field, uint32_t pointer_bytes);
uint32_t hook_target_bytes(const struct hook *hook, uint32_t pointer_bytes);

#endif
