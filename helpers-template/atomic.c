// SPDX-License-Identifier: Apache-2.0
/* Atomic operations that the core has no instructions for: 8 bytes on 32-bit cores, all sizes on ARMv6-M. One core, so
 * masking interrupts is enough. Lifted programs call rt_irq_save(); C code gets the __atomic functions,
 * whose names and order of arguments are the ABI of GCC's libatomic, which LLVM calls. */
#include <barebpf/irq.h>
#include <stdbool.h>

#include "lock.h"

uint32_t rt_irq_save(void)
{
    return (uint32_t)RT_LOCK();
}

void rt_irq_restore(uint32_t state)
{
    RT_UNLOCK(state);
}

#define RMW(name, type, bytes, result)                                                                                 \
    type __atomic_##name##_##bytes(volatile void *at, type operand, int order);                                        \
    type __atomic_##name##_##bytes(volatile void *at, type operand, int order)                                         \
    {                                                                                                                  \
        volatile type *p = at;                                                                                         \
        unsigned long lock = RT_LOCK();                                                                                \
        type old = *p;                                                                                                 \
        *p = (type)(result);                                                                                           \
        RT_UNLOCK(lock);                                                                                               \
        (void)order;                                                                                                   \
        return old;                                                                                                    \
    }

#define ATOMICS(type, bytes)                                                                                           \
    RMW(fetch_add, type, bytes, old + operand)                                                                         \
    RMW(fetch_sub, type, bytes, old - operand)                                                                         \
    RMW(fetch_and, type, bytes, old &operand)                                                                          \
    RMW(fetch_or, type, bytes, old | operand)                                                                          \
    RMW(fetch_xor, type, bytes, old ^ operand)                                                                         \
    RMW(exchange, type, bytes, operand)                                                                                \
    type __atomic_load_##bytes(const volatile void *at, int order);                                                    \
    type __atomic_load_##bytes(const volatile void *at, int order)                                                     \
    {                                                                                                                  \
        unsigned long lock = RT_LOCK();                                                                                \
        type value = *(const volatile type *)at;                                                                       \
        RT_UNLOCK(lock);                                                                                               \
        (void)order;                                                                                                   \
        return value;                                                                                                  \
    }                                                                                                                  \
    void __atomic_store_##bytes(volatile void *at, type value, int order);                                             \
    void __atomic_store_##bytes(volatile void *at, type value, int order)                                              \
    {                                                                                                                  \
        unsigned long lock = RT_LOCK();                                                                                \
        *(volatile type *)at = value;                                                                                  \
        RT_UNLOCK(lock);                                                                                               \
        (void)order;                                                                                                   \
    }                                                                                                                  \
    bool __atomic_compare_exchange_##bytes(volatile void *at, void *expected, type desired, int success, int failure); \
    bool __atomic_compare_exchange_##bytes(volatile void *at, void *expected, type desired, int success, int failure)  \
    {                                                                                                                  \
        volatile type *p = at;                                                                                         \
        unsigned long lock = RT_LOCK();                                                                                \
        type old = *p;                                                                                                 \
        bool same = old == *(type *)expected;                                                                          \
        if (same)                                                                                                      \
            *p = desired;                                                                                              \
        RT_UNLOCK(lock);                                                                                               \
        *(type *)expected = old;                                                                                       \
        (void)success;                                                                                                 \
        (void)failure;                                                                                                 \
        return same;                                                                                                   \
    }

ATOMICS(uint64_t, 8)
#if defined __ARM_ARCH_6M__
ATOMICS(uint32_t, 4)
ATOMICS(uint16_t, 2)
ATOMICS(uint8_t, 1)
#endif
