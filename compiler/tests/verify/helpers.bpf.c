// SPDX-License-Identifier: Apache-2.0
/* Arguments of helpers: kinds, sizes, memory; and tail calls. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

MAP(table, BPF_MAP_TYPE_HASH, 4, __u64, __u64[2]);

struct {
    __uint(type, 27); /* BPF_MAP_TYPE_RINGBUF */
    __uint(max_entries, 4096);
} ring SEC(".maps");

struct {
    __uint(type, 3); /* BPF_MAP_TYPE_PROG_ARRAY */
    __uint(max_entries, 4);
    __uint(key_size, 4);
    __uint(value_size, 4);
} programs SEC(".maps");

const volatile __u8 constants[16];

/* bpf_map_lookup_elem(&table, key of 8 bytes): `code` sets r2; 16 bytes of the frame are zero, r6 = the context. */
#define KEY(name, ...)                                                                                                 \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r6 = r1; r7 = *(u64 *)(r6 + 0); *(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0; r1 = %0 ll" ::"i"(&table));  \
        I(__VA_ARGS__);                                                                                                \
        I("call 1; 1: r0 = 0; exit");                                                                                  \
    }
KEY(key_on_the_stack, "r2 = r10; r2 += -8")
KEY(key_over_the_top, "r2 = r10; r2 += -4") /* error[out-of-bounds] */
KEY(key_at_the_top, "r2 = r10")             /* error[out-of-bounds] */
KEY(key_at_the_bottom, "r2 = r10; r2 += -512")
KEY(key_below_the_bottom, "r2 = r10; r2 += -513") /* error[out-of-bounds] */
KEY(key_at_a_variable_place, "r7 &= 8; r2 = r10; r2 += -16; r2 += r7")
KEY(key_at_a_variable_place_too_high, "r7 &= 8; r2 = r10; r2 += -8; r2 += r7") /* error[out-of-bounds] */
KEY(key_is_a_number, "r2 = r7")                                                /* error[helper-argument] */
KEY(key_is_null, "r2 = 0")                                                     /* error[*] */
KEY(key_is_missing, "r3 = 0") /* error[*] */ /* the size of the context is still there */
KEY(key_is_the_map, "r2 = r1")               /* error[helper-argument] */
KEY(key_is_constant_data, "r2 = %0 ll" ::"i"(&constants))
KEY(key_is_constant_data_too_short, "r2 = %0 ll; r2 += 12" ::"i"(&constants)) /* error[out-of-bounds] */

/* bpf_ringbuf_output(&ring, data, size, 0): `code` sets r2 and r3; r7 is any number. */
#define OUTPUT(name, ...)                                                                                              \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r6 = r1; r7 = *(u64 *)(r6 + 0); *(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0; r1 = %0 ll; r4 = 0" ::"i"(   \
            &ring));                                                                                                   \
        I("r2 = r10; r2 += -16; r3 = 16");                                                                             \
        I(__VA_ARGS__);                                                                                                \
        I("call 130; 1: r0 = 0; exit");                                                                                \
    }
OUTPUT(size_fits, "r3 = 16")
OUTPUT(size_is_one_too_great, "r3 = 17") /* error[out-of-bounds] */
OUTPUT(size_is_masked, "r7 &= 15; r3 = r7")
OUTPUT(size_is_masked_too_wide, "r7 &= 31; r3 = r7") /* error[out-of-bounds] */
OUTPUT(size_is_compared, "if r7 > 16 goto 1f; r3 = r7")
OUTPUT(size_is_compared_one_too_far, "if r7 > 17 goto 1f; r3 = r7")        /* error[out-of-bounds] */
OUTPUT(size_is_compared_signed_only_above, "if r7 s> 16 goto 1f; r3 = r7") /* error[helper-argument] */
OUTPUT(size_is_compared_signed, "if r7 s> 16 goto 1f; if r7 s< 0 goto 1f; r3 = r7")
OUTPUT(size_is_compared_in_32_bits, "if w7 > 16 goto 1f; r3 = r7") /* error[helper-argument] */
OUTPUT(size_is_compared_in_32_bits_and_cut, "if w7 > 16 goto 1f; w3 = w7")
OUTPUT(size_is_any_number, "r3 = r7") /* error[helper-argument] */
OUTPUT(size_is_negative, "r3 = -1")   /* error[helper-argument] */
OUTPUT(size_is_a_pointer, "r3 = r10") /* error[helper-argument] */
OUTPUT(size_is_missing, "r3 = r5")    /* error[uninit-register] */
OUTPUT(size_is_by_remainder, "r7 %= 17; r3 = r7")
OUTPUT(memory_moves_and_size_shrinks, "r7 &= 15; r2 += r7; r3 = 16; r3 -= r7") /* error[out-of-bounds] */
OUTPUT(memory_at_a_variable_place, "r7 &= 8; r2 += r7; r3 = 8")
OUTPUT(memory_at_a_variable_place_too_far, "r7 &= 8; r2 += r7; r3 = 9") /* error[out-of-bounds] */
OUTPUT(memory_is_a_number, "r2 = r7")                                   /* error[helper-argument] */
OUTPUT(memory_is_null, "r2 = 0")                                        /* error[*] */
OUTPUT(memory_is_the_ring, "r2 = r1")                                   /* error[helper-argument] */
OUTPUT(memory_is_constant_data, "r2 = %0 ll" ::"i"(&constants))
OUTPUT(memory_is_constant_data_too_long, "r2 = %0 ll; r3 = 17" ::"i"(&constants)) /* error[out-of-bounds] */
OUTPUT(map_is_a_number, "r1 = 5")                                                 /* error[helper-argument] */
OUTPUT(map_is_the_context, "r1 = r6")                                             /* error[helper-argument] */
OUTPUT(map_is_of_another_type, "r1 = %0 ll" ::"i"(&table))                        /* error[*] */
OUTPUT(size_of_constant_memory_by_path, "if r7 == 0 goto 2f; r3 = 8; goto 3f; 2: r3 = 16; 3: r4 = 0")
OUTPUT(size_too_great_on_one_path,
       "if r7 == 0 goto 2f; r3 = 8; goto 3f; 2: r3 = 24; 3: r4 = 0") /* error[out-of-bounds] */

PROGRAM(calls_a_helper_that_does_not_exist)
{
    I("call 9999"); /* error[helper-unknown] */
    I("exit");
}

/* -- tail calls */
#define TAIL(name, ...)                                                                                                \
    PACKET(name)                                                                                                       \
    {                                                                                                                  \
        I("r6 = r1; r7 = *(u32 *)(r1 + 16); r2 = %0 ll; r3 = 0" ::"i"(&programs));                                     \
        I(__VA_ARGS__);                                                                                                \
        I("r0 = 2; exit");                                                                                             \
    }
TAIL(goes_to_a_constant_program, "call 12")
TAIL(goes_to_any_program, "r3 = r7; call 12")
TAIL(goes_on_when_there_is_none, "call 12; r7 += 1")
TAIL(goes_with_another_context, "r1 = r10; call 12")                /* error[*] */
TAIL(goes_through_another_map, "r2 = %0 ll; call 12" ::"i"(&table)) /* error[*] */
TAIL(goes_with_a_moved_context, "r1 += 4; call 12")                 /* error[*] */
TAIL(keeps_saved_registers_when_there_is_none, "call 12; r0 = r7")
TAIL(loses_argument_registers_when_there_is_none, "call 12; r0 = r1") /* error[uninit-register] */
