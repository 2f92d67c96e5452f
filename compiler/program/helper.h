// SPDX-License-Identifier: Apache-2.0
/* Helper functions and their contracts. The list is helpers.def. Source: the UAPI's bpf.h (names, numbers, meaning). */
#ifndef BAREBPF_PROGRAM_HELPER_H
#define BAREBPF_PROGRAM_HELPER_H

#include <stdbool.h>
#include <stdint.h>

/* Helpers that the code treats by themselves. */
enum {
    HELPER_MAP_LOOKUP_ELEM = 1,
    HELPER_MAP_UPDATE_ELEM = 2,
    HELPER_MAP_DELETE_ELEM = 3,
    HELPER_TRACE_PRINTK = 6,
    HELPER_TAIL_CALL = 12,
    HELPER_PERF_OUTPUT = 25,
    HELPER_SPIN_LOCK = 93,
    HELPER_SPIN_UNLOCK = 94,
    HELPER_RINGBUF_OUTPUT = 130,
    HELPER_RINGBUF_RESERVE = 131,
    HELPER_FOR_EACH_MAP_ELEM = 164,
    HELPER_TIMER_INIT = 169,
    HELPER_TIMER_SET_CALLBACK = 170,
    HELPER_TRACE_VPRINTK = 177,
    HELPER_LOOP = 181,
    HELPER_DYNPTR_FROM_MEM = 197,
    HELPER_RINGBUF_RESERVE_DYNPTR = 198,
    HELPER_DYNPTR_DATA = 203
};

/* What a helper needs of an argument. The C type on the target follows from the kind: see arg_c_type(). */
enum arg_kind {
    ARG_NONE,
    ARG_U32,          /* any number; the low 32 bits are passed */
    ARG_U64,          /* any number */
    ARG_U64_OPTIONAL, /* any number, or a register that was not written (arguments that a format string does not use) */
    ARG_MAP,          /* a map of a type that the helper serves */
    ARG_MAP_KEY,      /* readable memory of the map's key size */
    ARG_MAP_VALUE,    /* readable memory of the map's value size */
    ARG_MAP_VALUE_OUT,     /* writable memory of the map's value size, need not be initialised; bloom filters read it */
    ARG_MEM,               /* readable memory; the next argument is its size */
    ARG_MEM_OR_NULL,       /* the same, or NULL with size 0 */
    ARG_STRING,            /* constant characters that end in NUL */
    ARG_LONG_OUT,          /* writable memory of 8 bytes, need not be initialised */
    ARG_MEM_OUT,           /* writable memory, need not be initialised; the next argument is its size */
    ARG_SIZE,              /* size in bytes of the memory before it, at least 1 */
    ARG_SIZE_OR_ZERO,      /* the same, may be 0 */
    ARG_SIZE_CONST,        /* a constant: the size in bytes of the memory that the helper gives */
    ARG_RINGBUF_MEM,       /* what bpf_ringbuf_reserve gave; the reservation ends */
    ARG_SPIN_LOCK,         /* the struct bpf_spin_lock of a map value */
    ARG_INT_INOUT,         /* memory of 4 bytes, aligned, that the helper reads and writes */
    ARG_20_BYTES,          /* readable memory of 20 bytes */
    ARG_40_BYTES,          /* the same of 40 bytes */
    ARG_MAP_VALUE_OR_NULL, /* readable memory of the map's value size, or NULL */
    ARG_ZERO,              /* the constant 0 */
    ARG_SOCKET,            /* a socket of any kind, not NULL */
    ARG_SOCKET_OR_NULL,    /* the same, or NULL */
    ARG_SOCKET_ACQUIRED,   /* a socket that was acquired; it is released */
    ARG_CONTEXT_OR_NULL,   /* the program's context, unchanged; or NULL */
    ARG_CONTEXT,           /* the program's context, unchanged */
    ARG_TIMER,             /* the struct bpf_timer of a map value */
    ARG_DYNPTR_NEW,        /* 16 bytes of stack memory that become a dynptr */
    ARG_DYNPTR,            /* a dynptr */
    ARG_DYNPTR_RINGBUF,    /* a dynptr of bpf_ringbuf_reserve_dynptr; it ends */
    ARG_CALLBACK,          /* a function of the program, which the helper calls */
    ARG_CALLBACK_CONTEXT   /* what the helper hands to it: a pointer to stack memory, or NULL */
};

/* What a helper returns. */
enum ret_kind {
    RET_VOID,
    RET_U32,
    RET_U64,
    RET_LONG,                /* C long of the target, sign-extended to 64 bits in r0 */
    RET_MAP_VALUE_OR_NULL,   /* a value of the map argument, or NULL; of a map of maps: a map, or NULL */
    RET_MAP_VALUE,           /* a value of the map argument, which has one for sure */
    RET_SOCKET_OR_NULL,      /* a socket to be released by one ARG_SOCKET_ACQUIRED; or NULL */
    RET_SOCK_COMMON_OR_NULL, /* the same, of a kind that only has struct bpf_sock's first fields */
    RET_FULL_SOCK_OR_NULL,   /* a socket that lasts as long as the one in the first argument; or NULL */
    RET_LISTENER_OR_NULL,    /* a socket that lasts as long as the program runs; or NULL */
    RET_TCP_SOCK_OR_NULL,    /* the same: a struct bpf_tcp_sock */
    RET_DYNPTR_MEM_OR_NULL,  /* memory of the size in the ARG_SIZE_CONST inside the dynptr, while that lasts; or NULL */
    RET_RINGBUF_MEM_OR_NULL  /* memory of the size in the ARG_SIZE_CONST, to be released by one ARG_RINGBUF_MEM; or NULL
                              */
};

struct helper {
    uint32_t id;
    const char *name;      /* without bpf_: "map_lookup_elem" */
    const char *enum_name; /* for messages: "bpf_map_lookup_elem" */
    enum ret_kind ret;
    enum arg_kind args[5];
    uint8_t arg_count;
    uint32_t cost_insns; /* weight in the proven bound, in BPF instructions */
};

/* The helper with this number; NULL when we have no such helper. */
const struct helper *helper_find(uint32_t id);

/* True when the helper may be called with a map of this type. Source: Linux, check_map_func_compatibility(). */
bool helper_serves_map(uint32_t id, uint32_t map_type);

/* Which argument of the helper is its map; NONE_ARG when none is. */
#define NONE_ARG 5u
unsigned helper_map_arg(const struct helper *helper);

/* Effects that helper_rules.def tells of, as bits. */
enum helper_effect { HELPER_MOVES_PACKET = 1, HELPER_TAKES_PACKET = 2, HELPER_LINUX = 4, HELPER_GPL = 8 };

/* May programs of the UAPI's type `program_type` (0: our own) call the helper? */
bool helper_serves_program(uint32_t id, uint32_t program_type);
/* Are pointers into the packet void after a call of it? */
bool helper_moves_packet(uint32_t id);
/* May its memory arguments lie in the packet? */
bool helper_takes_packet(uint32_t id);

/* Is it bpf_setsockopt() or bpf_getsockopt()? */
bool helper_is_sockopt(uint32_t id);

/* Can it be verified only, since what it asks of is Linux's? */
bool helper_is_linux_only(uint32_t id);
/* In Linux: may only programs under the GPL call it? */
bool helper_wants_gpl(uint32_t id);

/* The helpers in turn: helper_at(0), … until NULL. */
const struct helper *helper_at(uint32_t index);

/* C type of a parameter ("const void *") or result ("uint64_t") on the target. */
const char *arg_c_type(enum arg_kind kind);
const char *ret_c_type(enum ret_kind kind);

/* True for kinds passed as a pointer; for numbers passed as 64 bits. */
bool arg_is_pointer(enum arg_kind kind);
bool arg_is_wide(enum arg_kind kind);

#endif
