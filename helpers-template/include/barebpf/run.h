// SPDX-License-Identifier: Apache-2.0
/* `barebpf run`: what the host lays behind the image, and what the firmware answers over the console. Used by both
 * sides, so it holds fixed-width little-endian numbers only.
 *
 * To the firmware: one run block at the linker symbol __run_block (the end of the image in flash, 16-byte aligned):
 * header, context records, dump records, the contexts' bytes. QEMU's loader device puts it there; on a real board the
 * magic is absent and the firmware behaves as deployed.
 *
 * From the firmware: machine lines. A byte 0x1e anywhere in the output begins one, the next '\n' ends it; all other
 * bytes are the program's console output. Numbers are decimal, bytes and r0 lower-case hexadecimal:
 *   begin VERSION             the run block was found
 *   run INDEX R0 INSNS        a call returned R0 (16 digits) after INSNS instructions ("-": the board cannot count);
 *                             INDEX counts calls: repetition * context_count + context
 *   context INDEX HEX         plain memory contexts: their bytes after that call
 *   packet INDEX OFFSET HEX   packets after that call; OFFSET of its first byte from where it was before (signed);
 *                             with the link header, also where the program sees it from the network header on
 *   meta INDEX HEX            metadata before the packet (data_meta), when there is any
 *   hook INDEX COUNT MISSED R0  a program that events start: INDEX in the manifest's parts; how often it ran, how many
 *                             events it missed, what it returned last (16 digits)
 *   packets A B C D E F SENT LOST  received packets by verdict (xdp: aborted, drop, pass, tx, redirect, others), how
 *                             many of them were sent, and how many the interface did not take
 *   dump INDEX HEX            the memory of dump record INDEX, after all calls
 *   fault TEXT                a processor fault; TEXT for people
 *   fact INSN                 --check-facts: a proved fact does not hold before instruction INSN of the object
 *   error TEXT                the firmware cannot do what the block asks; TEXT for people
 *   end STATUS                the last line; STATUS is also the emulator's exit status
 */
#ifndef BAREBPF_RUN_H
#define BAREBPF_RUN_H

#include <stdint.h>

#define BAREBPF_RUN_MAGIC   UINT64_C(0x4e55524650424542) /* "BEBPFRUN" in memory */
#define BAREBPF_RUN_VERSION 2u
#define BAREBPF_RUN_ALIGN   16u

#define BAREBPF_MACHINE_LINE 0x1e /* first byte of a machine line */

#define BAREBPF_PACKET_ALIGN    2u /* bytes behind a multiple of 4, so that the IP header is at one (--net-ip-align) */
#define BAREBPF_PACKET_HEADROOM 256u /* bytes before a packet, as Linux gives XDP */
#define BAREBPF_PACKET_RESERVED 40u  /* the first of them, which Linux keeps for itself (struct xdp_frame) */
#define BAREBPF_PACKET_TAILROOM 64u  /* bytes behind it at least, */
#define BAREBPF_PACKET_ROOM                                                                                            \
    3776u /* and at most so many from the headroom's start on (a page less what Linux keeps)                           \
           */

/* Statuses of the default main and of the fault handler; a fault's is below 64 so that it is told from a BUG. */
enum barebpf_status {
    BAREBPF_STATUS_OK = 0,
    BAREBPF_STATUS_NO_ROOM = 2, /* a context does not fit into the board's free RAM */
    BAREBPF_STATUS_FACT = 60,   /* --check-facts: a proved fact does not hold */
    BAREBPF_STATUS_FAULT = 61,  /* the processor faulted */
    BAREBPF_STATUS_BLOCK = 62   /* the run block is of another version or damaged */
};

/* What a context is. */
enum barebpf_context_kind {
    BAREBPF_CONTEXT_MEMORY = 0, /* plain memory: r1 = address, r2 = context_bytes */
    BAREBPF_CONTEXT_XDP = 1,    /* a packet: the firmware makes the struct barebpf_xdp_md */
    BAREBPF_CONTEXT_FRAME = 2,  /* an Ethernet frame: the firmware makes the struct barebpf_sk_buff */
    BAREBPF_CONTEXT_NETWORK = 3 /* the same, but the program sees it from the network header on */
};

/* Bits of barebpf_run_block.flags. */
#define BAREBPF_RUN_SHOW_CONTEXT 1u /* answer each call with a context or packet line */
#define BAREBPF_RUN_EVENTS       2u /* call nothing for contexts: let events start programs */

/* Header of the run block. 64 bytes. */
struct barebpf_run_block {
    uint64_t magic;
    uint32_t version;
    uint32_t total_bytes;   /* of the whole block */
    uint32_t context_kind;  /* enum barebpf_context_kind */
    uint32_t context_bytes; /* plain memory: size of the context (shorter ones are extended with zeros) */
    uint32_t context_count; /* records of struct barebpf_run_context behind this header; 0 = one of zeros */
    uint32_t dump_count;    /* records of struct barebpf_run_dump behind those */
    uint32_t repeat;        /* how often the list of contexts is run; 0 = once */
    uint32_t flags;
    uint32_t seed;       /* first state of the random generator; 0 = the board's */
    uint32_t for_events; /* events: end after so many started programs; 0 = no such limit */
    uint64_t for_ns;     /* events: end after so many nanoseconds; 0 = no such limit */
    uint64_t reserved;   /* 0 */
};

/* Bytes of one context: [offset, offset + bytes) from the start of the block. 8 bytes. */
struct barebpf_run_context {
    uint32_t offset, bytes;
};

/* Memory to be dumped after all calls. 16 bytes. */
struct barebpf_run_dump {
    uint64_t address;
    uint32_t bytes;
    uint32_t reserved; /* 0 */
};

#endif
