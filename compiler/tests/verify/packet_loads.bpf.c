// SPDX-License-Identifier: Apache-2.0
/* LD_ABS and LD_IND: which programs have them, what they need of registers and leave in them, and the end of the
 * function where the bytes are missing. */
// flags: -mcpu=v4
#include "suite.h"

struct bpf_spin_lock {
    __u32 val;
};

struct locked {
    __u64 first;
    struct bpf_spin_lock lock; /* at 8 */
    __u32 number;
};

MAP(table, BPF_MAP_TYPE_HASH, 4, __u32, struct locked);
MAP(bytes, BPF_MAP_TYPE_ARRAY, 1, __u32, __u8[256]);
struct {
    __uint(type, 27); /* BPF_MAP_TYPE_RINGBUF */
    __uint(max_entries, 4096);
} ring SEC(".maps");

#define NAKED(name, section) SEC(section) __attribute__((naked)) int name(void)
/* r6 = the context; ends with what is in r0 at 1. */
#define LOADS(name, section, ...)                                                                                      \
    NAKED(name, section)                                                                                               \
    {                                                                                                                  \
        I("r6 = r1");                                                                                                  \
        I(__VA_ARGS__);                                                                                                \
        I("1: exit");                                                                                                  \
    }

/* -- which programs */
LOADS(tc_loads, "tc", "r0 = *(u8 *)skb[23]")
LOADS(classifier_loads, "classifier", "r0 = *(u16 *)skb[12]")
LOADS(action_loads, "action", "r0 = *(u32 *)skb[26]")
LOADS(socket_loads, "socket", "r0 = *(u32 *)skb[26]")
LOADS(xdp_has_none, "xdp", "r0 = *(u8 *)skb[0]")                           /* error[packet-load] */
LOADS(cgroup_has_none, "cgroup_skb/ingress", "r0 = *(u8 *)skb[0]; r0 = 1") /* error[packet-load] */
LOADS(tunnels_have_none, "lwt_in", "r0 = *(u8 *)skb[0]")                   /* error[packet-load] */
LOADS(streams_have_none, "sk_skb", "r0 = *(u8 *)skb[0]")                   /* error[packet-load] */

/* -- the context in r6 */
LOADS(offset_in_a_register, "tc", "r2 = 14; r0 = *(u16 *)skb[r2]")
LOADS(any_offset, "tc", "r2 = *(u32 *)(r1 + 8); r0 = *(u32 *)skb[r2]")
LOADS(negative_offset, "tc", "r2 = -0x100000; r0 = *(u8 *)skb[r2]; r7 = r0; r0 = *(u8 *)skb[-0x200000]; r0 += r7")
LOADS(far_offset, "tc", "r0 = *(u32 *)skb[0x7fffffff]")
LOADS(offset_is_a_pointer, "tc", "r7 = r10; r0 = *(u8 *)skb[r7]")
LOADS(offset_never_written, "tc", "r0 = *(u8 *)skb[r7]") /* error[uninit-register] */
LOADS(context_spilled, "tc", "*(u64 *)(r10 - 8) = r1; r6 = 0; r6 = *(u64 *)(r10 - 8); r0 = *(u8 *)skb[0]")
LOADS(context_moved, "tc", "r6 += 8; r0 = *(u8 *)skb[0]") /* error[*] */
LOADS(context_moved_back, "tc", "r6 += 8; r6 += -8; r0 = *(u8 *)skb[0]")
LOADS(number_in_r6, "tc", "r6 = 7; r0 = *(u8 *)skb[0]")                 /* error[packet-load] */
LOADS(stack_in_r6, "tc", "r6 = r10; r0 = *(u8 *)skb[0]")                /* error[packet-load] */
LOADS(packet_in_r6, "tc", "r6 = *(u32 *)(r1 + 76); r0 = *(u8 *)skb[0]") /* error[packet-load] */
LOADS(context_on_one_path, "tc",
      "r0 = *(u32 *)(r1 + 8); if r0 == 0 goto 2f; r6 = 0; 2: r0 = *(u8 *)skb[0]") /* error[*] */
NAKED(nothing_in_r6, "tc")
{
    I("r0 = *(u8 *)skb[0]; exit"); /* error[uninit-register] */
}

/* -- what it leaves in registers */
LOADS(r1_is_lost, "tc", "r0 = *(u8 *)skb[0]; r0 = r1")                    /* error[uninit-register] */
LOADS(r5_is_lost, "tc", "r5 = 1; r0 = *(u8 *)skb[0]; r0 = r5")            /* error[uninit-register] */
LOADS(r1_is_lost_as_offset, "tc", "r1 = 1; r0 = *(u8 *)skb[r1]; r0 = r1") /* error[uninit-register] */
LOADS(r7_is_kept, "tc", "r7 = 3; r0 = *(u8 *)skb[0]; r0 += r7")
LOADS(r6_is_kept, "tc", "r0 = *(u8 *)skb[0]; r7 = r0; r0 = *(u16 *)skb[2]; r0 = *(u32 *)(r6 + 0)")
LOADS(
    packet_pointers_are_kept, "tc",
    "r7 = *(u32 *)(r1 + 76); r8 = *(u32 *)(r1 + 80); r9 = r7; r9 += 8; r0 = 0; if r9 > r8 goto 1f; r0 = *(u8 *)skb[0]; "
    "r0 = *(u64 *)(r7 + 0)")

/* r7 = the 256 bytes of `bytes`. */
#define INDEXED(name, ...)                                                                                             \
    NAKED(name, "tc")                                                                                                  \
    {                                                                                                                  \
        I("r6 = r1; *(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1" ::"i"(&bytes));                     \
        I("if r0 == 0 goto 1f; r7 = r0");                                                                              \
        I(__VA_ARGS__);                                                                                                \
        I("r7 += r0; r0 = *(u8 *)(r7 + 0); 1: exit");                                                                  \
    }
INDEXED(a_byte_is_below_256, "r0 = *(u8 *)skb[14]")
INDEXED(a_byte_and_one, "r0 = *(u8 *)skb[14]; r0 += 1")  /* error[out-of-bounds] */
INDEXED(a_half_is_not_below_256, "r0 = *(u16 *)skb[14]") /* error[out-of-bounds] */
INDEXED(a_half_by_its_upper_byte, "r0 = *(u16 *)skb[14]; r0 >>= 8")
INDEXED(a_word_by_its_upper_byte, "r0 = *(u32 *)skb[14]; r0 >>= 24")
INDEXED(a_word_has_no_upper_half, "r0 = *(u32 *)skb[14]; r0 >>= 32")

/* -- where the function ends */
FUNCTION(loads_a_byte)
{
    I("r6 = r1; r0 = *(u8 *)skb[14]; exit");
}
FUNCTION(loads_and_adds_one)
{
    I("r6 = r1; r0 = *(u8 *)skb[14]; r0 &= 7; r0 += 1; exit");
}
FUNCTION(loads_in_the_callers_name)
{
    I("r0 = *(u8 *)skb[14]; exit"); /* error[uninit-register] */
}
FUNCTION(loads_under_the_callers_lock)
{
    I("r6 = r1; r0 = *(u8 *)skb[14]; exit"); /* error[lock] */
}
LOADS(subprogram_loads, "tc", "call loads_a_byte")
LOADS(subprogram_has_its_own_r6, "tc", "call loads_in_the_callers_name")
INDEXED(subprogram_returns_a_byte, "r1 = r6; call loads_a_byte")
INDEXED(subprogram_returns_1_to_8_or_0, "r1 = r6; call loads_and_adds_one; if r0 < 9 goto 2f; r0 = *(u8 *)(r9 + 0); 2:")
INDEXED(subprogram_may_return_0, "r1 = r6; call loads_and_adds_one; r0 -= 1") /* error[out-of-bounds] */
LOADS(end_before_the_result, "tc", "r8 = *(u32 *)(r1 + 8); if r8 == 0 goto 2f; r0 = *(u8 *)skb[0]; exit; 2: r0 = 3")

/* A loop that only a missing byte ends does not end where the byte is there. */
LOADS(loops_until_a_byte_is_missing, "tc", "2: r0 = *(u8 *)skb[14]; goto 2b;") /* error[*] */
LOADS(loops_over_64_bytes, "tc", "r7 = 0; 2: r0 = *(u8 *)skb[r7]; r7 += 1; if r7 < 64 goto 2b")

/* -- what is held there */
#define RESERVE "r1 = %0 ll; r2 = 16; r3 = 0; call 131; r7 = r0; if r0 == 0 goto 1f;"
#define SUBMIT  "r1 = r7; r2 = 0; call 132;"
LOADS(loads_after_submitting, "tc", RESERVE SUBMIT "r0 = *(u8 *)skb[0]" ::"i"(&ring))
LOADS(loads_with_a_reservation, "tc", RESERVE "r0 = *(u8 *)skb[0];" SUBMIT "r0 = 0" ::"i"(&ring)) /* error[leak] */
LOADS(subprogram_loads_with_a_reservation, "tc",
      RESERVE "r1 = r6; call loads_a_byte; *(u64 *)(r7 + 0) = r0;" SUBMIT "r0 = 0" ::"i"(&ring))

/* r8 = a value of `table`. */
#define LOCK   "r1 = r8; r1 += 8; call 93;"
#define UNLOCK "r1 = r8; r1 += 8; call 94;"
#define LOCKED(name, ...)                                                                                              \
    NAKED(name, "tc")                                                                                                  \
    {                                                                                                                  \
        I("r6 = r1; *(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1" ::"i"(&table));                     \
        I("if r0 == 0 goto 1f; r8 = r0");                                                                              \
        I(__VA_ARGS__);                                                                                                \
        I("r0 = 0; 1: exit");                                                                                          \
    }
LOCKED(loads_after_unlocking, LOCK UNLOCK "r0 = *(u8 *)skb[0]")
LOCKED(loads_under_a_lock, LOCK "r0 = *(u8 *)skb[0];" UNLOCK) /* error[lock] */
LOCKED(subprogram_loads_under_a_lock, LOCK "r1 = r6; call loads_under_the_callers_lock;" UNLOCK)

/* A callback that ends so goes on with the next round. */
FUNCTION(callback_loads)
{
    I("r6 = *(u64 *)(r2 + 0); r0 = *(u8 *)skb[14]; r0 = 1; exit");
}
NAKED(callbacks_load, "tc")
{
    I("*(u64 *)(r10 - 8) = r1; r1 = 4; r2 = %0 ll; r3 = r10; r3 += -8; r4 = 0; call 181; exit" ::"i"(callback_loads));
}
