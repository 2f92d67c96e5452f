// SPDX-License-Identifier: Apache-2.0
/* Is the program safe, and what was proved? The only public header of this room.
 * Explore (may be clever) finds an invariant; check (plain) proves it and yields acceptance, facts and bounds. See
 * docs/VERIFIER.md. */
#ifndef BAREBPF_VERIFY_VERIFY_H
#define BAREBPF_VERIFY_VERIFY_H

#include "../program/program.h"

/* Tail calls that one run may make; further ones fail (Linux: MAX_TAIL_CALL_CNT). */
#define TAIL_CALL_LIMIT 33

#define STACK_MOST 4096

/* What the verifier may spend and what the target demands. */
struct limits {
    uint32_t context_bytes;  /* raw contexts: bytes at r1; NONE = from the hook or the argument's BTF type */
    uint32_t stack_bytes;    /* BPF stack of the deepest call chain, at most STACK_MOST; 0 = 512 */
    bool net_ip_align;       /* the firmware hands over packets so that the network header behind an Ethernet header is
                                aligned to 4 bytes; as Linux's NET_IP_ALIGN */
    uint64_t explored_insns; /* give up ("too complex") beyond; 0 = 5 million */
    uint64_t memory_bytes;   /* for states; 0 = 1 GB */
    int log_level;           /* 0, 1, 2: kernel-style log on `log` */
    FILE *log;               /* NULL = stderr */
    FILE *invariant;         /* the invariant that was proved is written here as text; NULL = nowhere */
    const char *check;       /* text of an invariant to be checked instead of exploring; NULL = explore */
};

/* Kinds of value, as a set. */
enum {
    KIND_UNINIT = 1,
    KIND_NUMBER = 2,
    KIND_STACK = 4,
    KIND_CONTEXT = 8,
    KIND_PACKET = 16, /* data and what is derived from it */
    KIND_PACKET_END = 32,
    KIND_MAP = 64, /* the map itself */
    KIND_MAP_VALUE = 128,
    KIND_FUNC = 256,
    KIND_PACKET_META = 512, /* data_meta and what is derived from it */
    KIND_OBJECT = 1024,     /* something of the kernel's that a context field points to */
    KIND_MEM = 2048,        /* memory of a known size that a helper gave */
    KIND_ITER = 4096,       /* not a register: an iterator in 8 bytes of the stack */
    KIND_TABLE = 8192,      /* a pointer into a jump table */
    KIND_LABEL = 16384,     /* an entry of a jump table, as it was loaded: where gotox may lead */
    KIND_DYNPTR = 32768,    /* not a register: half of a dynptr, 8 bytes of the stack */
};
#define KIND_PACKETS (KIND_PACKET | KIND_PACKET_META)
#define KIND_POINTERS                                                                                                  \
    (KIND_STACK | KIND_CONTEXT | KIND_PACKETS | KIND_PACKET_END | KIND_MAP | KIND_MAP_VALUE | KIND_FUNC |              \
     KIND_OBJECT | KIND_MEM | KIND_TABLE | KIND_LABEL)

/* What is known of a register before an instruction, in every execution. */
struct reg_fact {
    uint16_t kinds;                  /* every kind it can have */
    bool may_be_null;                /* pointers */
    uint64_t low, high;              /* KIND_NUMBER only in kinds: unsigned, inclusive; else 0, UINT64_MAX */
    int64_t signed_low, signed_high; /* the same, signed */
    uint32_t low32, high32;          /* of the low 32 bits, unsigned */
    uint64_t known_mask, known_bits; /* bits set in the mask are equal to known_bits */
    int32_t stack_low, stack_high;   /* KIND_STACK in kinds: offsets from r10, when every such pointer is into the
                                        function's own frame; else INT32_MIN, INT32_MAX */
};

/* What is known of an instruction, in every execution. All zero (reachable false) for dead code. */
struct fact {
    bool reachable;
    bool can_jump, can_fall;  /* branches: which sides are possible */
    struct reg_fact dst, src; /* before the instruction, where it reads them; calls: see args */
    struct reg_fact *args;    /* calls: r1..r5 (5 entries), else NULL */
    struct reg_fact result;   /* ALU and loads: dst after the instruction; calls: r0 after it */
    /* memory accesses; calls: nothing */
    uint16_t region;    /* KIND_STACK, KIND_CONTEXT, KIND_PACKET, KIND_PACKET_META, KIND_MAP_VALUE, or several of them;
                           KIND_TABLE only alone */
    uint32_t object;    /* KIND_MAP_VALUE: map index; NONE when several */
    int64_t low, high;  /* first byte and one past the last byte touched, from the object's start; stack: from the
                           frame's top (negative). gotox: the entries of program.jump_targets that it may use, half-open.
                           Loads from jump tables: bytes from the start of program.jump_targets, 8 an entry */
    uint8_t align_log2; /* proven alignment of the address, counted from an object aligned to 8 (packet: nothing, or as
                           net_ip_align says) */
    uint32_t map;       /* helper calls with a map argument: its index; NONE when none or several */
    bool calls_back;    /* calls with a function argument: some execution enters it */
    uint32_t callback;  /* calls with a function argument: its index, or NONE */
    const char *format; /* bpf_trace_printk, bpf_trace_vprintk: their format; */
    bool format_varies; /* it is not the only one */
    uint64_t rounds; /* heads of loops: how often one run of the program (in timers' callbacks and global functions: one
                        call) comes here at most; 0 = no head of a loop, or not known */
};

/* What is known of a function. */
struct func_fact {
    bool reachable;
    uint32_t frame_bytes; /* BPF stack it touches itself, a multiple of 8 */
    bool zero_frame;      /* it may read stack bytes that it never wrote: zero the frame on entry */
    uint8_t *touched; /* STACK_MOST of enum touch: byte n is what lies n + 1 bytes below r10; NULL: none is touched */
};

/* A byte of a frame. */
enum touch {
    TOUCH_NEVER,
    TOUCH_LAST,  /* some access touches it, none goes on above it */
    TOUCH_WITHIN /* some access touches it and the byte above it (of byte n: byte n - 1) */
};

struct bounds {
    uint64_t max_insns;         /* proven bound of executed BPF instructions of one run, helpers by their cost, with all
                                   programs that tail calls lead to */
    uint32_t stack_bytes;       /* deepest chain of BPF frames */
    uint64_t timer_insns;       /* the same for one call of the timers' callback that takes longest; 0 = no timers */
    uint32_t stack_limit_bytes; /* what stack_bytes was allowed to be */
    bool nested_tails;          /* tail calls are made from subprograms: up to TAIL_CALL_LIMIT programs nest */
};

struct verify_stats {
    uint32_t insns; /* of the functions that the entry reaches */
    uint64_t explored, states;
    uint64_t peak_states, states_at_insn; /* of one try: states kept at its end, and at one instruction at most */
    uint64_t time_us;
};

/* A proved program; made only by this room, so that code that was not verified cannot be lifted. Owns its facts; refers
 * to the program. */
struct verified;

/* Proves the program that starts at function `entry`. NULL with the reason reported when it is rejected (status 1) or
 * not supported (2). `stats` (may be NULL) is filled in any case. */
struct verified *verify_program(const struct program *program, uint32_t entry, const struct limits *limits,
                                struct verify_stats *stats, struct diag *d);

/* The same type without a proof, for --unverified: every fact says "unknown". The manifest and the user are told. Never
 * NULL, except when a feature cannot be lifted at all. */
struct verified *verify_skip(const struct program *program, uint32_t entry, const struct limits *limits,
                             struct diag *d);

/* Several programs of one image: what holds in each of them, entered at the first. Takes over the `count` (at least 1)
 * parts; a single one is its own join. */
struct verified *verified_join(struct verified *const *parts, uint32_t count);

/* The programs that were joined; of a program by itself, that one. */
uint32_t verified_part_count(const struct verified *v);
const struct verified *verified_part(const struct verified *v, uint32_t index);

void verified_free(struct verified *v);

const struct program *verified_program(const struct verified *v);
uint32_t verified_entry(const struct verified *v); /* function index */
/* True for the entry and for the programs that tail calls may lead to; and whether any tail call can succeed. */
bool verified_is_entered(const struct verified *v, uint32_t func);
bool verified_tail_calls(const struct verified *v);
/* True for functions that are proved by themselves, for any call: global ones that are called, callbacks of timers. */
bool verified_is_apart(const struct verified *v, uint32_t func);
bool verified_is_proved(const struct verified *v);                              /* false after verify_skip */
const struct fact *verified_fact(const struct verified *v, uint32_t insn);      /* never NULL */
const struct func_fact *verified_func(const struct verified *v, uint32_t func); /* never NULL */
const struct bounds *verified_bounds(const struct verified *v);                 /* zero after verify_skip */
/* The formats that bpf_trace_printk and bpf_trace_vprintk are called with, each once, in the order of their calls,
 * where a call has only one; NULL at the end. Owned by the arena. */
const char *const *verified_formats(const struct verified *v, struct arena *arena);
uint32_t verified_context_bytes(const struct verified *v); /* BPF view of the context */

#endif
