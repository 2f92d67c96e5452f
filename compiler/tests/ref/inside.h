// SPDX-License-Identifier: Apache-2.0
/* What the files of the reference interpreter share. */
#ifndef BAREBPF_TESTS_REF_INSIDE_H
#define BAREBPF_TESTS_REF_INSIDE_H

#include "ref.h"

/* Packet buffers begin here, so that pointers before them are told from other objects too. */
#define PACKET_START (1u << 20)

/* Parts of an address. */
#define SPACE_SHIFT  56
#define OBJECT_SHIFT 40
#define VALUE_SHIFT  24 /* each map value lies in an address range of its own */

/* The address of a byte of an object. */
uint64_t ref_address(enum ref_space space, uint64_t object, uint64_t offset);

/* The bytes at an address when all of them belong to one object and may be used so; NULL otherwise. */
uint8_t *ref_memory(struct ref_machine *m, uint64_t where, uint64_t size, bool write);

/* Stops the run; the first reason counts. Returns false. */
bool ref_fault(struct ref_machine *m, uint32_t insn, const char *why);

/* packet.c: the bytes at a position of the packet's buffer, which a pointer made in `age` names; NULL when they lie
 * outside of packet and metadata, or the packet was moved since. */
uint8_t *ref_packet_memory(struct ref_machine *m, uint32_t age, uint64_t position, uint64_t size, bool write);

/* packet.c: what loading `bits` bits at this offset of the context gives when it is no plain memory; false: what lies
 * there. */
bool ref_packet_field(const struct ref_machine *m, int64_t offset, unsigned bits, uint64_t *word);

/* packet.c: LD_ABS and LD_IND; *there is false where the bytes are missing. */
bool ref_packet_load(struct ref_machine *m, const struct insn *insn, uint32_t at, bool *there);

/* kfuncs.c: a function of the language; r1 .. r5 stay. Faults for all others. */
bool ref_kfunc(struct ref_machine *m, const char *name, uint32_t at);

/* ref.c: the function of the program that an address means, or NONE; runs one as a program is run. */
uint32_t ref_function_at(const struct ref_machine *m, uint64_t where);
bool ref_begin(struct ref_machine *m, uint32_t func, const uint64_t args[3]);

/* resource.c: a helper on reservations, dynptrs, timers or locks; any.c: one of which only its contract is known.
 * False: it is none of these (no fault), or it faulted. */
bool ref_resource_helper(struct ref_machine *m, uint32_t id, uint32_t at);
bool ref_any_helper(struct ref_machine *m, uint32_t id, uint32_t at);

/* any.c: a whim; m->whims must not be 0. */
uint64_t ref_whim(struct ref_machine *m);

/* packet.c: a helper on packets; false: it is none that this file knows (no fault), or it faulted. */
bool ref_packet_helper(struct ref_machine *m, uint32_t id, uint32_t at);

#endif
