// SPDX-License-Identifier: Apache-2.0
/* bpf_spin_lock: one at a time, given back on every path, and nothing is called while it is held. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

struct bpf_spin_lock {
    __u32 val;
};

struct locked {
    __u64 first;
    struct bpf_spin_lock lock; /* at 8 */
    __u32 number;              /* at 12 */
};

MAP(table, BPF_MAP_TYPE_HASH, 4, __u32, struct locked);
MAP(plain, BPF_MAP_TYPE_HASH, 4, __u32, __u64[2]);

/* r6 = a value of `table`, r7 = any number. LOCK and UNLOCK are for that value. Ends with r0 = 2 at 1. */
#define LOCK   "r1 = r6; r1 += 8; call 93;"
#define UNLOCK "r1 = r6; r1 += 8; call 94;"
__attribute__((noinline)) int is_global(int number)
{
    return number + 1;
}

#define LOCKED(name, ...)                                                                                              \
    PACKET(name)                                                                                                       \
    {                                                                                                                  \
        I("r7 = *(u32 *)(r1 + 16); *(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1" ::"i"(&table));      \
        I("if r0 == 0 goto 1f; r6 = r0");                                                                              \
        I(__VA_ARGS__);                                                                                                \
        I("1: r0 = 2; exit");                                                                                          \
    }

LOCKED(locks_and_unlocks, LOCK UNLOCK)
LOCKED(writes_between, LOCK "*(u32 *)(r6 + 12) = 1;" UNLOCK)
LOCKED(locks_twice_in_turn, LOCK UNLOCK LOCK UNLOCK)
LOCKED(unlocks_on_both_paths, LOCK "if r7 == 0 goto 2f;" UNLOCK "goto 1f; 2:" UNLOCK)
LOCKED(never_unlocks, LOCK)                                    /* error[*] */
LOCKED(unlocks_on_one_path, LOCK "if r7 == 0 goto 1f;" UNLOCK) /* error[*] */
LOCKED(unlocks_what_is_not_locked, UNLOCK)                     /* error[*] */
LOCKED(locks_what_is_locked, LOCK LOCK UNLOCK UNLOCK)          /* error[*] */
LOCKED(unlocks_twice, LOCK UNLOCK UNLOCK)                      /* error[*] */
LOCKED(calls_a_helper_between, LOCK "call 7;" UNLOCK)          /* error[*] */
LOCKED(calls_a_function_between, LOCK "call does_nothing;" UNLOCK)
LOCKED(calls_a_global_function_between, LOCK "r1 = 1; call is_global;" UNLOCK) /* error[*] */
LOCKED(locks_in_a_function, "r1 = r6; r1 += 8; call locks_its_argument;" UNLOCK)
LOCKED(reads_the_lock, "r0 = *(u32 *)(r6 + 8)")                                         /* error[*] */
LOCKED(writes_the_lock, "*(u32 *)(r6 + 8) = 0")                                         /* error[*] */
LOCKED(writes_over_the_lock, "*(u64 *)(r6 + 8) = 0")                                    /* error[*] */
LOCKED(writes_the_lock_at_a_variable_offset, "r7 &= 15; r6 += r7; *(u8 *)(r6 + 0) = 0") /* error[*] */
LOCKED(adds_to_the_lock, "r1 = 1; lock *(u32 *)(r6 + 8) += w1")                         /* error[*] */
LOCKED(locks_beside_the_lock, "r1 = r6; call 93")                                       /* error[*] */
LOCKED(locks_at_a_variable_offset, "r7 &= 8; r1 = r6; r1 += r7; call 93")               /* error[*] */
LOCKED(gives_the_lock_as_a_key, "r2 = r6; r2 += 8; r1 = %0 ll; call 1" ::"i"(&plain))   /* error[*] */
LOCKED(exits_between, LOCK "r0 = 2; exit")                                              /* error[*] */
LOCKED(loops_between, LOCK "r8 = 0; 2: *(u32 *)(r6 + 12) = r8; r8 += 1; if r8 != 8 goto 2b;" UNLOCK)
LOCKED(another_value_is_unlocked,
       "*(u32 *)(r10 - 4) = 1; r2 = r10; r2 += -4; r1 = %0 ll; call 1; if r0 == 0 goto 1f; r9 = r0;" LOCK
       "r1 = r9; r1 += 8; call 94" ::"i"(&table)) /* error[*] */

/* On one path r8 and r9 are one value, which may be NULL; on the other they are two, which are not. What is right for
 * the first is wrong for the second. */
LOCKED(one_value_on_one_path_only,
       "r2 = r10; r2 += -4; r1 = %0 ll; if r7 != 0 goto 2f; call 1; r8 = r0; r9 = r0; r0 = 0; goto 3f;"
       "2: call 1; if r0 == 0 goto 1f; r8 = r0; *(u32 *)(r10 - 8) = 1; r2 = r10; r2 += -8; r1 = %0 ll; call 1;"
       "if r0 == 0 goto 1f; r9 = r0; r0 = 0; 3: if r8 == 0 goto 1f; if r9 == 0 goto 1f;"
       "r1 = r8; r1 += 8; call 93; r1 = r9; r1 += 8; call 94" ::"i"(&table)) /* error[*] */

FUNCTION(does_nothing)
{
    I("r0 = 0; exit");
}

FUNCTION(locks_its_argument)
{
    I("call 93; r0 = 0; exit");
}

PACKET(locks_a_value_without_a_lock)
{
    I("*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1; if r0 == 0 goto 1f; r1 = r0; r1 += 8" ::"i"(
        &plain));
    I("call 93"); /* error[*] */
    I("1: r0 = 2; exit");
}

PACKET(locks_stack_memory)
{
    I("*(u64 *)(r10 - 8) = 0; r1 = r10; r1 += -8");
    I("call 93"); /* error[*] */
    I("r0 = 2; exit");
}

PACKET(locks_without_a_test)
{
    I("*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1; r1 = r0" ::"i"(&table));
    I("call 93"); /* error[*] */
    I("r0 = 2; exit");
}
