// SPDX-License-Identifier: Apache-2.0
/* Interrupts off and on, once for each family of processors: RT_LOCK() masks them and gives the state before, which
 * RT_UNLOCK(state) puts back. They nest. What they enclose is not interrupted, which on one core is all the mutual
 * exclusion there is. Sources: Armv7-M ARM B5.2.2 (PRIMASK); Armv8-A ARM C5.2.2 (DAIF); Armv7-A ARM B1.3.3 (CPSR);
 * RISC-V Privileged §3.1.6.1 (mstatus.MIE); Intel SDM vol. 1 §3.4.3.3 (IF). */
#ifndef BAREBPF_LOCK_H
#define BAREBPF_LOCK_H

#define RT_LOCK_INLINE static inline __attribute__((always_inline))

#if defined __linux__ /* a process, which has no interrupts */
RT_LOCK_INLINE unsigned long RT_LOCK(void)
{
    return 0;
}
RT_LOCK_INLINE void RT_UNLOCK(unsigned long state)
{
    (void)state;
}
#elif defined __arm__ && __ARM_ARCH_PROFILE == 'M'
RT_LOCK_INLINE unsigned long RT_LOCK(void)
{
    unsigned long primask;
    __asm__ volatile("mrs %0, primask\n cpsid i" : "=r"(primask)::"memory");
    return primask;
}
RT_LOCK_INLINE void RT_UNLOCK(unsigned long state)
{
    __asm__ volatile("msr primask, %0" ::"r"(state) : "memory");
}
#elif defined __arm__
RT_LOCK_INLINE unsigned long RT_LOCK(void)
{
    unsigned long cpsr;
    __asm__ volatile("mrs %0, cpsr\n cpsid i" : "=r"(cpsr)::"memory");
    return cpsr & 0x80; /* CPSR.I */
}
RT_LOCK_INLINE void RT_UNLOCK(unsigned long state)
{
    if (!state)
        __asm__ volatile("cpsie i" ::: "memory");
}
#elif defined __aarch64__
RT_LOCK_INLINE unsigned long RT_LOCK(void)
{
    unsigned long daif;
    __asm__ volatile("mrs %0, daif\n msr daifset, #2" : "=r"(daif)::"memory");
    return daif & 0x80; /* DAIF.I */
}
RT_LOCK_INLINE void RT_UNLOCK(unsigned long state)
{
    if (!state)
        __asm__ volatile("msr daifclr, #2" ::: "memory");
}
#elif defined __riscv
RT_LOCK_INLINE unsigned long RT_LOCK(void)
{
    unsigned long mstatus;
    __asm__ volatile("csrrci %0, mstatus, 8" : "=r"(mstatus)::"memory");
    return mstatus & 8; /* mstatus.MIE */
}
RT_LOCK_INLINE void RT_UNLOCK(unsigned long state)
{
    __asm__ volatile("csrs mstatus, %0" ::"r"(state) : "memory");
}
#else
RT_LOCK_INLINE unsigned long RT_LOCK(void)
{
    unsigned long flags;
    __asm__ volatile("pushf\n pop %0\n cli" : "=r"(flags)::"memory");
    return flags & 0x200; /* FLAGS.IF */
}
RT_LOCK_INLINE void RT_UNLOCK(unsigned long state)
{
    if (state)
        __asm__ volatile("sti" ::: "memory");
}
#endif

/* Whether interrupt handlers share the maps that are defined below: 0 where one context owns them, and then nothing of
 * a lock is in the image. Generated stubs say so before each map; who does not know takes the safe side. */
#ifndef BAREBPF_SHARED
#define BAREBPF_SHARED 1
#endif

/* Evaluates `operation` with interrupts masked when `shared`, a constant. */
#define RT_EXCLUSIVE(shared, operation)                                                                                \
    __extension__({                                                                                                    \
        unsigned long rt_lock_state = (shared) ? RT_LOCK() : 0;                                                        \
        __typeof__(operation) rt_lock_result = (operation);                                                            \
        if (shared)                                                                                                    \
            RT_UNLOCK(rt_lock_state);                                                                                  \
        rt_lock_result;                                                                                                \
    })

#endif
