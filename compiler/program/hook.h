// SPDX-License-Identifier: Apache-2.0
/* Hooks: what starts a program, and with which context. The lists are hooks.def (hooks, sections) and contexts.def
 * (context structures). */
#ifndef BAREBPF_PROGRAM_HOOK_H
#define BAREBPF_PROGRAM_HOOK_H

#include <stdbool.h>
#include <stdint.h>

/* What reading a context field gives. */
enum field_kind {
    FIELD_NUMBER,
    FIELD_PACKET,
    FIELD_PACKET_END,
    FIELD_PACKET_META,
    FIELD_SOCKET,              /* a socket, struct bpf_sock */
    FIELD_SOCKET_OR_NULL,      /* the same, or NULL */
    FIELD_SOCK_COMMON_OR_NULL, /* a socket of which only struct bpf_sock's first fields may be read, or NULL */
    FIELD_TCP_SOCK,            /* no field: struct bpf_tcp_sock, which a helper gives */
    FIELD_XDP_SOCK,            /* no field: struct bpf_xdp_sock, a value of an XSKMAP */
    FIELD_FLOW_KEYS,           /* struct bpf_flow_keys */
    FIELD_KERNEL               /* an object of the kernel, of which nothing may be read here */
};

/* What one access to a field may take. Every access is aligned to its size. */
enum field_width {
    WIDTH_UNIT,  /* a whole unit */
    WIDTH_PART,  /* a unit; reads also a part of one */
    WIDTH_START, /* a unit; reads also a part at its start */
    WIDTH_HALF,  /* a unit; reads also a half */
    WIDTH_PAIR,  /* as WIDTH_PART; also two units at once */
    WIDTH_ANY    /* anything up to 8 bytes */
};

/* Groups of hooks that may use the same fields of a layout: sets of bits. */
enum hook_reader {
    READER_XDP = 1 << 0,
    READER_DEVMAP = 1 << 1,
    READER_SOCKET = 1 << 2,
    READER_TC = 1 << 3,
    READER_CGROUP = 1 << 4,
    READER_LWT = 1 << 5,
    READER_SK_SKB = 1 << 6,
    READER_FLOW = 1 << 7,
    READER_SOCK_CREATE = 1 << 8,
    READER_POST_BIND4 = 1 << 9,
    READER_POST_BIND6 = 1 << 10,
    READER_ADDR4 = 1 << 11,
    READER_ADDR6 = 1 << 12,
    READER_ADDR_UNIX = 1 << 13,
    READER_MSG4 = 1 << 14,
    READER_MSG6 = 1 << 15,
    READER_GETSOCKOPT = 1 << 16,
    READER_SETSOCKOPT = 1 << 17,
    READER_RAW_W = 1 << 18,
    READER_FULL_SOCK = 1 << 19,   /* pointers to sockets, */
    READER_SOCK_COMMON = 1 << 20, /* and to what may be one of another kind */
    READER_ONLY = 1 << 21,        /* hooks whose layout has no other user */
    READERS_SKB = READER_SOCKET | READER_TC | READER_CGROUP | READER_LWT | READER_SK_SKB,
    READERS_SOCK = READER_FULL_SOCK | READER_SOCK_COMMON,
    READERS_DATA = READER_TC | READER_CGROUP | READER_LWT | READER_SK_SKB | READER_FLOW,
    READERS_ALL = (1 << 22) - 1
};

/* What a program may do with packet memory through its pointers. */
enum packet_use {
    PACKET_NONE,
    PACKET_LOAD,  /* load; helpers do not take such pointers */
    PACKET_LOCAL, /* load and store; helpers do not take such pointers */
    PACKET_READ,  /* load, and give to helpers that only read */
    PACKET_WRITE  /* everything */
};

/* What main makes of a context that `run` gives. */
enum hook_start {
    START_NOWHERE, /* no board starts such programs: they can only be verified */
    START_MEMORY,  /* plain memory */
    START_XDP,     /* a packet behind a struct xdp_md */
    START_FRAME,   /* a packet behind a struct __sk_buff */
    START_NETWORK, /* the same; the program sees it from the network header on */
    START_EVENT    /* plain memory; else an event of the board starts the program: event.h */
};

/* One field of a context structure. Packet fields of boards' hooks are 4-byte numbers in the BPF view (struct xdp_md)
 * and pointers of the target's width in the firmware's view (struct barebpf_xdp_md); fields keep their order, so on
 * 32-bit targets both views are the same. */
struct hook_field {
    const char *name;
    uint16_t offset_bytes, size_bytes; /* in the BPF view */
    uint8_t unit_bytes;                /* of one element; arrays repeat it */
    enum field_width width;
    enum field_kind kind;
    uint32_t readers, writers; /* sets of enum hook_reader */
};

/* A context structure. Without fields it is plain memory: the type of the program's first argument, from BTF, or
 * --ctx-size, where `bytes` is 0. */
struct context_layout {
    const char *type; /* "struct xdp_md"; NULL: plain memory */
    uint32_t bytes;   /* size in the BPF view */
    const struct hook_field *fields;
    uint32_t field_count;
};

struct hook {
    const char *name;                   /* "xdp" */
    uint32_t program_type, attach_type; /* the UAPI's numbers; type 0: our own */
    const struct context_layout *layout;
    uint32_t reader; /* its bit of enum hook_reader */
    enum packet_use packet;
    enum hook_start start;
    int64_t return_low, return_high; /* inclusive range that r0 must have at exit, as a signed 64-bit number; low >
                                        high: anything */
    const char *started_by;          /* for `barebpf boards` and messages; NULL: START_NOWHERE */
};

/* The hook that serves ELF section `section`, or NULL. */
const struct hook *hook_find(const char *section);

/* True when its programs may load from the packet with LD_ABS and LD_IND. Source: Linux, may_access_skb(). */
bool hook_loads_packets(const struct hook *hook);

/* The hook called `name` ("raw"), or NULL; the hooks in turn: hook_at(0), … until NULL. */
const struct hook *hook_named(const char *name);
const struct hook *hook_at(uint32_t index);

/* True when the context is a structure of fields; false for plain memory and for no hook (NULL). */
bool hook_has_fields(const struct hook *hook);

/* True when the context is a packet's. */
bool hook_takes_packets(const struct hook *hook);

/* The field that starts at `offset`, or NULL. */
const struct hook_field *hook_field_at(const struct hook *hook, uint32_t offset);

/* The layout's first field of a kind, or NULL. */
const struct hook_field *hook_field_of_kind(const struct hook *hook, enum field_kind kind);

/* The field that an access of `size` bytes at `offset` reads or writes; NULL when the hook allows no such access. */
const struct hook_field *hook_access(const struct hook *hook, int64_t offset, uint64_t size, bool writes);

/* The same of what a field of this kind points to; `*type` (may be NULL) is its C type. */
const struct hook_field *hook_object_access(enum field_kind kind, int64_t offset, uint64_t size, bool writes,
                                            const char **type);

/* Offset of a field in the firmware's view of the context, where packet pointers have `pointer_bytes` bytes; and that
 * view's size. */
uint32_t hook_field_target_offset(const struct hook *hook, const struct hook_field *field, uint32_t pointer_bytes);
uint32_t hook_target_bytes(const struct hook *hook, uint32_t pointer_bytes);

/* What boards list in their "hooks" to start such programs: "xdp", "skb", or the hook's name ("raw", "timer"); NULL
 * when no board can. */
const char *hook_service(const struct hook *hook);

#endif
