// SPDX-License-Identifier: Apache-2.0
/* Functions that helpers call: bpf_loop (181), bpf_for_each_map_elem (164), timers (169, 170, 171). */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

struct bpf_timer {
    __u64 opaque[2];
} __attribute__((aligned(8)));

struct timed {
    struct bpf_timer timer;
    __u64 number;
};

MAP(table, BPF_MAP_TYPE_HASH, 4, __u32, __u64);
MAP(timers, BPF_MAP_TYPE_ARRAY, 1, __u32, struct timed);

/* Calls `callback` `rounds` times with r2 = the address of 8 stack bytes; 16 bytes of the frame are zero. */
#define LOOPS(name, rounds, callback, after)                                                                           \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r6 = *(u64 *)(r1 + 0); *(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0; r1 = " rounds);                       \
        I("r2 = %0 ll; r3 = r10; r3 += -8; r4 = 0; call 181" ::"i"(callback));                                         \
        I(after);                                                                                                      \
        I("r0 = 0; exit");                                                                                             \
    }

FUNCTION(does_nothing)
{
    I("r0 = 0; exit");
}
FUNCTION(stops)
{
    I("r0 = 1; exit");
}
FUNCTION(returns_two)
{
    I("r0 = 2; exit"); /* error[*] */
}
FUNCTION(returns_a_random_number)
{
    I("call 7; exit"); /* error[*] */
}
FUNCTION(returns_nothing)
{
    I("r1 = 0; exit"); /* error[*] */
}
FUNCTION(counts)
{
    I("r0 = *(u64 *)(r2 + 0); r0 += 1; *(u64 *)(r2 + 0) = r0; r0 = 0; exit");
}
FUNCTION(writes_beyond)
{
    I("*(u64 *)(r2 + 8) = 0; r0 = 0; exit"); /* error[out-of-bounds] */
}
FUNCTION(indexes_without_a_test)
{
    I("r3 = r10; r3 += -8; r3 += r1; *(u8 *)(r3 + 0) = 0; r0 = 0; exit"); /* error[*] */
}
FUNCTION(indexes_after_a_test)
{
    I("if r1 > 7 goto 1f; r3 = r10; r3 += -8; r3 += r1; *(u8 *)(r3 + 0) = 0; 1: r0 = 0; exit");
}
FUNCTION(reads_a_third_argument)
{
    I("r0 = r3; r0 = 0; exit"); /* error[uninit-register] */
}
FUNCTION(reads_a_saved_register)
{
    I("r0 = r6; r0 = 0; exit"); /* error[uninit-register] */
}
FUNCTION(loops_for_ever)
{
    I("1: call 7; if r0 != 0 goto 1b; exit"); /* error[*] */
}

LOOPS(calls_a_function_ten_times, "10", &does_nothing, "r1 = r0")
LOOPS(calls_a_function_that_stops, "10", &stops, "r1 = r0")
LOOPS(counts_on_the_callers_stack, "10", &counts, "r1 = *(u64 *)(r10 - 8)")
LOOPS(counts_any_number_of_rounds, "r6", &counts, "r1 = *(u64 *)(r10 - 8)")
LOOPS(callback_returns_two, "10", &returns_two, "r1 = r0")
LOOPS(callback_returns_a_random_number, "10", &returns_a_random_number, "r1 = r0")
LOOPS(callback_returns_nothing, "10", &returns_nothing, "r1 = r0")
LOOPS(callback_writes_beyond, "10", &writes_beyond, "r1 = r0")
LOOPS(callback_indexes_without_a_test, "10", &indexes_without_a_test, "r1 = r0")
LOOPS(callback_indexes_after_a_test, "10", &indexes_after_a_test, "r1 = r0")
LOOPS(callback_reads_a_third_argument, "10", &reads_a_third_argument, "r1 = r0")
LOOPS(callback_reads_a_saved_register, "10", &reads_a_saved_register, "r1 = r0")
LOOPS(callback_loops_for_ever, "10", &loops_for_ever, "r1 = r0")
LOOPS(what_a_callback_wrote_is_not_known, "10", &counts,
      "r1 = *(u64 *)(r10 - 8); if r1 != 0 goto 1f; r0 = 0; exit; 1: r0 = r9") /* error[uninit-register] */
LOOPS(what_no_callback_writes_is_kept, "10", &counts, "r1 = *(u64 *)(r10 - 16); if r1 == 0 goto 1f; r0 = r9; 1:")
LOOPS(saved_registers_live_over_the_loop, "10", &counts, "r6 += 1")
LOOPS(argument_registers_do_not, "10", &counts, "r6 = r1") /* error[uninit-register] */
LOOPS(result_is_the_number_of_rounds, "10", &does_nothing, "r1 = r0; r1 += 1")

/* The helper returns -EINVAL for flags; whether there are any is not always known. */
PROGRAM(flags_make_the_loop_fail)
{
    I("*(u64 *)(r10 - 8) = 0; r1 = 10; r2 = %0 ll; r3 = r10; r3 += -8; r4 = 1; call 181" ::"i"(&counts));
    I("r0 = 0; exit");
}
FUNCTION(writes_beyond_beside_flags)
{
    I("*(u64 *)(r2 + 8) = 0; r0 = 0; exit"); /* error[out-of-bounds] */
}
PROGRAM(flags_do_not_excuse_the_callback)
{
    I("*(u64 *)(r10 - 8) = 0; r1 = 10; r2 = %0 ll; r3 = r10; r3 += -8; r4 = 1; call 181" ::"i"(
        &writes_beyond_beside_flags));
    I("r0 = 0; exit");
}
PROGRAM(flags_may_be_any)
{
    I("*(u64 *)(r10 - 8) = 0; r4 = *(u64 *)(r1 + 0); r1 = 10; r2 = %0 ll; r3 = r10; r3 += -8; call 181" ::"i"(&counts));
    I("r0 = 0; exit");
}

PROGRAM(calls_a_number)
{
    I("r1 = 10; r2 = 5; r3 = 0; r4 = 0");
    I("call 181"); /* error[*] */
    I("r0 = 0; exit");
}

LOOPS(callback_writes_beyond_in_rounds_of_an_address, "r10", &writes_beyond, "r1 = r0")
LOOPS(no_round_at_all, "0", &does_nothing, "r1 = r0")

#define EACH(name, callback)                                                                                           \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("*(u64 *)(r10 - 8) = 0; r1 = %0 ll; r2 = %1 ll; r3 = r10; r3 += -8; r4 = 0; call 164; r0 = 0; exit" ::"i"(   \
              &table),                                                                                                 \
          "i"(callback));                                                                                              \
    }

/* r1 = the map, r2 = the key, r3 = the value, r4 = what was handed over */
FUNCTION(adds_the_value)
{
    I("r0 = *(u64 *)(r3 + 0); r1 = *(u64 *)(r4 + 0); r0 += r1; *(u64 *)(r4 + 0) = r0; r0 = 0; exit");
}
FUNCTION(reads_the_key)
{
    I("r0 = *(u32 *)(r2 + 0); r0 = 0; exit");
}
FUNCTION(reads_beyond_the_key)
{
    I("r0 = *(u32 *)(r2 + 4); r0 = 0; exit"); /* error[out-of-bounds] */
}
FUNCTION(reads_beyond_the_value)
{
    I("r0 = *(u64 *)(r3 + 8); r0 = 0; exit"); /* error[out-of-bounds] */
}
FUNCTION(writes_the_value)
{
    I("*(u64 *)(r3 + 0) = 0; r0 = 0; exit");
}
FUNCTION(writes_the_key)
{
    I("*(u32 *)(r2 + 0) = 0; r0 = 0; exit"); /* error[*] */
}
FUNCTION(deletes_the_key)
{
    I("call 3; r0 = 0; exit");
}

EACH(each_value_is_added, &adds_the_value)
EACH(each_key_is_read, &reads_the_key)
EACH(each_key_is_read_beyond, &reads_beyond_the_key)
EACH(each_value_is_read_beyond, &reads_beyond_the_value)
EACH(each_value_is_written, &writes_the_value)
EACH(each_key_is_written, &writes_the_key)
EACH(each_key_is_deleted, &deletes_the_key)

/* r0 = the value with the timer */
#define TIMER(name, ...)                                                                                               \
    PACKET(name)                                                                                                       \
    {                                                                                                                  \
        I("*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1; if r0 == 0 goto 1f; r6 = r0" ::"i"(          \
            &timers));                                                                                                 \
        I(__VA_ARGS__);                                                                                                \
        I("1: r0 = 2; exit");                                                                                          \
    }
FUNCTION(on_time)
{
    I("r0 = 0; exit");
}

TIMER(sets_a_timer_up, "r1 = r6; r2 = %0 ll; r3 = 1; call 169" ::"i"(&timers))
TIMER(gives_a_timer_its_callback, "r1 = r6; r2 = %0 ll; call 170" ::"i"(&on_time))
TIMER(starts_a_timer, "r1 = r6; r2 = 1000; r3 = 0; call 171")
TIMER(timer_of_another_map, "r1 = r6; r2 = %0 ll; r3 = 1; call 169" ::"i"(&table)) /* error[*] */
TIMER(timer_beside_its_place, "r1 = r6; r1 += 8; r2 = 1000; r3 = 0; call 171")     /* error[*] */
TIMER(timer_is_written, "*(u64 *)(r6 + 0) = 0")                                    /* error[*] */
TIMER(number_beside_the_timer, "*(u64 *)(r6 + 16) = 0")
