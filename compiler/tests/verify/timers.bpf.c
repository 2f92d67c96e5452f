// SPDX-License-Identifier: Apache-2.0
/* Timers in map values: only helpers touch them, and callbacks are proved by themselves. */
// flags: -mcpu=v4
#include "suite.h"

struct bpf_timer {
    __u64 opaque[2];
} __attribute__((aligned(8)));

struct timed {
    __u64 first;
    struct bpf_timer timer; /* at 8 */
    __u64 last;             /* at 24 */
};

MAP(table, BPF_MAP_TYPE_HASH, 4, __u32, struct timed);
MAP(other, BPF_MAP_TYPE_ARRAY, 4, __u32, struct timed);
MAP(plain, BPF_MAP_TYPE_HASH, 4, __u32, __u64[4]);

/* Callbacks of timers in `table`: r1 = the map, r2 = the key, r3 = the value. */
FUNCTION(does_nothing)
{
    I("r0 = 0; exit");
}
FUNCTION(reads_key_and_value)
{
    I("r0 = *(u32 *)(r2 + 0); r1 = *(u64 *)(r3 + 24); *(u64 *)(r3 + 0) = r1; r0 = 0; exit");
}
FUNCTION(starts_again)
{
    I("r1 = r3; r1 += 8; r2 = 1000000; r3 = 0; call 171; r0 = 0; exit");
}
FUNCTION(looks_up)
{
    I("call 1; r0 = 0; exit"); /* with r1 = the map and r2 = the key, as they are */
}
FUNCTION(returns_one)
{
    I("r0 = 1; exit"); /* error[*] */
}
FUNCTION(returns_nothing)
{
    I("exit"); /* error[*] */
}
FUNCTION(reads_behind_the_value)
{
    I("r0 = *(u64 *)(r3 + 32); r0 = 0; exit"); /* error[*] */
}
FUNCTION(reads_behind_the_key)
{
    I("r0 = *(u64 *)(r2 + 0); r0 = 0; exit"); /* error[*] */
}
FUNCTION(writes_the_key)
{
    I("r0 = 0; *(u32 *)(r2 + 0) = r0; exit"); /* error[*] */
}
FUNCTION(writes_the_timer)
{
    I("r0 = 0; *(u64 *)(r3 + 8) = r0; exit"); /* error[*] */
}
FUNCTION(reads_a_fourth_argument)
{
    I("r0 = r4; r0 = 0; exit"); /* error[*] */
}
/* 300 bytes in each of two frames: too much, although the program that sets the timer takes little. */
FUNCTION(needs_stack)
{
    I("*(u64 *)(r10 - 296) = 0; r0 = 0; exit");
}
FUNCTION(needs_much_stack)
{
    I("*(u64 *)(r10 - 296) = 0; call needs_stack; r0 = 0; exit"); /* error[stack-limit] */
}
FUNCTION(loops_for_ever)
{
    I("1: goto 1b"); /* error[*] */
}

/* r6 = a value of `table`; r7 = the context. Ends with r0 = 2 at 1. */
#define TIMED(name, ...)                                                                                               \
    PACKET(name)                                                                                                       \
    {                                                                                                                  \
        I("r7 = r1; *(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1" ::"i"(&table));                     \
        I("if r0 == 0 goto 1f; r6 = r0");                                                                              \
        I(__VA_ARGS__);                                                                                                \
        I("1: r0 = 2; exit");                                                                                          \
    }
#define TIMER "r1 = r6; r1 += 8;"
/* The callback of the timer becomes `callback`. */
#define SETS(name, callback) TIMED(name, TIMER "r2 = %0 ll; call 170" ::"i"(callback))

TIMED(initialises, TIMER "r2 = %0 ll; r3 = 1; call 169" ::"i"(&table))
TIMED(starts, TIMER "r2 = 1000; r3 = 0; call 171")
TIMED(cancels, TIMER "call 172")
TIMED(initialises_for_another_map, TIMER "r2 = %0 ll; r3 = 1; call 169" ::"i"(&other))          /* error[*] */
TIMED(initialises_for_a_map_without_timers, TIMER "r2 = %0 ll; r3 = 1; call 169" ::"i"(&plain)) /* error[*] */
TIMED(starts_at_another_place, "r1 = r6; r2 = 1000; r3 = 0; call 171")                          /* error[*] */
TIMED(starts_at_an_unknown_place,
      "r8 = *(u32 *)(r7 + 16); r8 &= 8; r1 = r6; r1 += r8; r2 = 1; r3 = 0; call 171") /* error[*] */
TIMED(starts_on_the_stack, "r1 = r10; r1 += -24; r2 = 1000; r3 = 0; call 171")        /* error[*] */
TIMED(starts_the_context, "r1 = r7; r2 = 1000; r3 = 0; call 171")                     /* error[*] */
TIMED(starts_a_number, "r1 = 8; r2 = 1000; r3 = 0; call 171")                         /* error[*] */
TIMED(reads_the_timer, "r8 = *(u64 *)(r6 + 8)")                                       /* error[*] */
TIMED(writes_half_of_the_timer, "*(u32 *)(r6 + 16) = r7")                             /* error[*] */
TIMED(reads_around_the_timer, "r8 = *(u64 *)(r6 + 0); r8 = *(u64 *)(r6 + 24)")
TIMED(sets_no_function, TIMER "r2 = 0; call 170")  /* error[*] */
TIMED(sets_the_context, TIMER "r2 = r7; call 170") /* error[*] */
SETS(sets_does_nothing, &does_nothing)
SETS(sets_reads_key_and_value, &reads_key_and_value)
SETS(sets_starts_again, &starts_again)
SETS(sets_looks_up, &looks_up)
SETS(sets_returns_one, &returns_one)
SETS(sets_returns_nothing, &returns_nothing)
SETS(sets_reads_behind_the_value, &reads_behind_the_value)
SETS(sets_reads_behind_the_key, &reads_behind_the_key)
SETS(sets_writes_the_key, &writes_the_key)
SETS(sets_writes_the_timer, &writes_the_timer)
SETS(sets_reads_a_fourth_argument, &reads_a_fourth_argument)
SETS(sets_needs_much_stack, &needs_much_stack)
SETS(sets_loops_for_ever, &loops_for_ever)

/* Before the test for NULL. */
PACKET(starts_what_may_be_null)
{
    I("*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1" ::"i"(&table));
    I("r1 = r0; r1 += 8; r2 = 1000; r3 = 0; call 171"); /* error[*] */
    I("r0 = 2; exit");
}
