// SPDX-License-Identifier: Apache-2.0
/* A firmware's own helpers and kfuncs. Their contracts stand in one file, which starts with this header and has a line
 * for each:
 *
 *     HELPER(1001, 60, RET_LONG, sensor_read, ARG_U32 channel, ARG_MEM_OUT samples, ARG_SIZE bytes)
 *     KFUNC(40, RET_U32, sensor_mean, ARG_MEM samples, ARG_SIZE bytes)
 *     COST(250, sensor_scale)
 *
 * Programs include the file and call the functions. The firmware's C includes it, so that the functions that it defines
 * have these types. `barebpf … --helpers FILE` reads it, so that calls are verified. A helper is called by its number,
 * from 1 to 9999 and none of Linux's that barebpf knows; a kfunc by its name. The first number of a kfunc, the second
 * of a helper, is what a call counts for in the proved bound, in BPF instructions. COST says that of a kfunc whose
 * contract is its prototype in BTF (pointers to what has a size, numbers), which the program declares itself.
 *
 *   ARG_U32, ARG_U64    a number
 *   ARG_MEM, ARG_SIZE   memory that the function reads, and its size, at least 1 (ARG_SIZE_OR_ZERO: or 0)
 *   ARG_MEM_OR_NULL     the same, or NULL with size 0
 *   ARG_MEM_OUT         memory that the function writes, and its size in the next argument
 *   ARG_LONG_OUT        8 bytes that the function writes
 *   ARG_STRING          constant characters that end in NUL
 *   ARG_CONTEXT         the program's context; a packet must stay where it is
 *   ARG_NONE            alone: no arguments
 *
 * The memory of an argument is as long as its size says; its alignment is that of char. What the function does is
 * trusted, as with helpers of barebpf's own: it must keep to the memory that it is given and come back. */
#ifndef BAREBPF_OWN_H
#define BAREBPF_OWN_H

#if defined __bpf__
#include <barebpf/bpf.h>
#define HELPER(number, cost, result, name, ...) static result (*const name)(__VA_ARGS__) = (void *)(number);
#define KFUNC(cost, result, name, ...)          extern result name(__VA_ARGS__) __ksym;
#define ARG_U32                                 __u32
#define ARG_U64                                 __u64
#define ARG_SIZE                                __u32
#define ARG_SIZE_OR_ZERO                        __u32
#define RET_U32                                 __u32
#define RET_U64                                 __u64
#else
#include <stdint.h>
#define HELPER(number, cost, result, name, ...) result name(__VA_ARGS__);
#define KFUNC(cost, result, name, ...)          result name(__VA_ARGS__);
#define ARG_U32                                 uint32_t
#define ARG_U64                                 uint64_t
#define ARG_SIZE                                uint32_t
#define ARG_SIZE_OR_ZERO                        uint32_t
#define RET_U32                                 uint32_t
#define RET_U64                                 uint64_t
#endif

#define COST(cost, name)
#define ARG_NONE        void
#define ARG_MEM         const void *
#define ARG_MEM_OR_NULL const void *
#define ARG_MEM_OUT     void *
#define ARG_LONG_OUT    void *
#define ARG_STRING      const void *
#define ARG_CONTEXT     void *
#define RET_VOID        void
#define RET_LONG        long

#endif
