// SPDX-License-Identifier: Apache-2.0
/* What only helpers may touch in map values (locks, timers), where types or maps of maps could hide it. */
// kernel: libbpf refuses the whole object, since Linux does not make such maps of maps
// flags: -mcpu=v4
#include "suite.h"

struct bpf_timer {
    __u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_spin_lock {
    __u32 val;
};

struct timed {
    __u64 first;
    struct bpf_timer timer; /* at 8 */
    __u64 last;
};
struct locked {
    __u64 first;
    struct bpf_spin_lock lock;
    __u32 last[5];
};
struct __attribute__((packed)) unaligned {
    __u32 first;
    struct bpf_timer timer;
    __u32 last;
};
struct __attribute__((packed)) odd {
    struct bpf_timer timer;
    __u32 last; /* the next value's timer is not aligned */
};

/* A map of maps that has one map in it, and says what its inner maps are like. */
#define OUTER(name, kind, value_type, inner)                                                                           \
    struct {                                                                                                           \
        __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);                                                                      \
        __uint(max_entries, 1);                                                                                        \
        __type(key, __u32);                                                                                            \
        __array(                                                                                                       \
            values, struct {                                                                                           \
                __uint(type, kind);                                                                                    \
                __uint(max_entries, 4);                                                                                \
                __type(key, __u32);                                                                                    \
                __type(value, value_type);                                                                             \
            });                                                                                                        \
    } name SEC(".maps") = {.values = {(void *)&inner}}

MAP(timers, BPF_MAP_TYPE_ARRAY, 4, __u32, struct timed);
MAP(locks, BPF_MAP_TYPE_ARRAY, 4, __u32, struct locked);
MAP(plain, BPF_MAP_TYPE_ARRAY, 4, __u32, __u64[4]);
MAP(crooked, BPF_MAP_TYPE_ARRAY, 4, __u32, struct unaligned);
MAP(short_of, BPF_MAP_TYPE_ARRAY, 4, __u32, struct odd);
MAP(programs, BPF_MAP_TYPE_PROG_ARRAY, 4, __u32, __u32);
OUTER(timers_as_timers, BPF_MAP_TYPE_ARRAY, struct timed, timers);
OUTER(timers_as_bytes, BPF_MAP_TYPE_ARRAY, __u64[4], timers);
OUTER(bytes_as_timers, BPF_MAP_TYPE_ARRAY, struct timed, plain);
OUTER(locks_as_bytes, BPF_MAP_TYPE_ARRAY, __u64[4], locks);
OUTER(bytes_as_locks, BPF_MAP_TYPE_ARRAY, struct locked, plain);
OUTER(program_arrays, BPF_MAP_TYPE_PROG_ARRAY, __u32, programs);

#define KEY "r1 = 0; *(u32 *)(r10 - 4) = r1; r2 = r10; r2 += -4;"

/* r0 = a value of the inner map. */
#define INSIDE(name, outer, ...)                                                                                       \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I(KEY "r1 = %0 ll; call 1; if r0 == 0 goto 1f" ::"i"(&outer));                                                 \
        I("r1 = r0; r2 = r10; r2 += -4; call 1; if r0 == 0 goto 1f");                                                  \
        I(__VA_ARGS__);                                                                                                \
        I("1: r0 = 0; exit");                                                                                          \
    }

INSIDE(stops_a_timer_in_an_inner_map, timers_as_timers, "r1 = r0; r1 += 8; call 172")
INSIDE(writes_beside_a_timer_in_an_inner_map, timers_as_timers, "r1 = 1; *(u64 *)(r0 + 24) = r1")
INSIDE(writes_a_timer_in_an_inner_map, timers_as_timers, "r1 = 1; *(u64 *)(r0 + 16) = r1") /* error[*] */
INSIDE(writes_a_timer_as_bytes, timers_as_bytes, "r1 = 1; *(u64 *)(r0 + 16) = r1")         /* error[map-shape] */
INSIDE(stops_bytes_as_a_timer, bytes_as_timers, "r1 = r0; r1 += 8; call 172")              /* error[map-shape] */
INSIDE(writes_a_lock_as_bytes, locks_as_bytes, "r1 = 1; *(u64 *)(r0 + 8) = r1")            /* error[map-shape] */
INSIDE(takes_bytes_as_a_lock, bytes_as_locks,
       "r6 = r0; r1 = r0; r1 += 8; call 93; r1 = r6; r1 += 8; call 94") /* error[map-shape] */

SEC("xdp") __attribute__((naked)) int calls_a_program_of_an_inner_map(void)
{
    I("r6 = r1;" KEY "r1 = %0 ll; call 1; if r0 == 0 goto 1f" ::"i"(&program_arrays)); /* error[map-shape] */
    I("r1 = r6; r2 = r0; r3 = 0; call 12");
    I("1: r0 = 0; exit");
}

/* r0 = a value of the map. */
#define VALUE(name, map, ...)                                                                                          \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I(KEY "r1 = %0 ll; call 1; if r0 == 0 goto 1f" ::"i"(&map));                                                   \
        I(__VA_ARGS__);                                                                                                \
        I("1: r0 = 0; exit");                                                                                          \
    }

VALUE(writes_a_struct_that_is_no_timer_where_it_lies, crooked, "r1 = 1; *(u32 *)(r0 + 4) = r1")
VALUE(stops_an_unaligned_timer, crooked, "r1 = r0; r1 += 4; call 172")    /* error[helper-argument] */
VALUE(stops_a_timer_of_values_of_odd_size, short_of, "r1 = r0; call 172") /* error[helper-argument] */
