// SPDX-License-Identifier: Apache-2.0
/* Target side of the execution tests: runs the table that lift_emit wrote (TABLE) and reports by semihosting (Arm) or
 * the UART and test device of QEMU's `virt` (RISC-V). Exit status 0: every run gave its result. */
#include <stddef.h>
#include <stdint.h>

struct run {
    uint64_t a, b, r0;
    uint32_t hash; /* FNV-1a of the memory afterwards */
};
struct program {
    uint64_t (*entry)(void *, size_t);
    const char *name;
    uint32_t first, count;
};
#include TABLE

#define MEMORY_BYTES 32

extern uint32_t __bss_start__[], __bss_end__[], __stack_top[];
uint32_t rt_irq_save(void);
void rt_irq_restore(uint32_t state);
void start(void);

#ifdef __arm__
static int semihost(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}
static void print(const char *text)
{
    semihost(4, text);
}
static void finish(int status)
{
    const uint32_t block[2] = {0x20026, (uint32_t)status};
    semihost(0x20, block);
    for (;;)
        ;
}
static void fault(void)
{
    print("FAULT\n");
    finish(2);
}
uint32_t rt_irq_save(void)
{
    uint32_t state;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(state)::"memory");
    return state;
}
void rt_irq_restore(uint32_t state)
{
    __asm__ volatile("msr primask, %0" ::"r"(state) : "memory");
}
__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
    (void (*)(void))__stack_top, start, fault, fault, fault, fault, fault};
static void prepare(void)
{
    *(volatile uint32_t *)0xe000ed24 |= 7u << 16; /* SHCSR: faults of their own */
#ifdef STRICT
    *(volatile uint32_t *)0xe000ed14 |= 1u << 3; /* CCR.UNALIGN_TRP: as a core without unaligned access */
#endif
}
#else
static void print(const char *text)
{
    while (*text)
        *(volatile uint8_t *)0x10000000 = (uint8_t)*text++;
}
static void finish(int status)
{
    *(volatile uint32_t *)0x100000 = status ? (uint32_t)status << 16 | 0x3333 : 0x5555;
    for (;;)
        ;
}
__attribute__((aligned(4), used)) static void fault(void)
{
    print("FAULT\n");
    finish(2);
}
uint32_t rt_irq_save(void)
{
    uint32_t state;
    __asm__ volatile("csrrci %0, mstatus, 8" : "=r"(state)::"memory");
    return state & 8;
}
void rt_irq_restore(uint32_t state)
{
    __asm__ volatile("csrs mstatus, %0" ::"r"(state) : "memory");
}
__attribute__((section(".vectors"), naked, used)) static void reset(void)
{
    __asm__ volatile("la sp, __stack_top\n\tla t0, fault\n\tcsrw mtvec, t0\n\tj start");
}
static void prepare(void)
{
}
#endif

static uint32_t hash(const uint8_t *bytes, size_t count)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < count; i++)
        h = (h ^ bytes[i]) * 16777619u;
    return h;
}

static int check(const struct run *run, const struct program *program)
{
    union {
        uint64_t words[MEMORY_BYTES / 8];
        uint8_t bytes[MEMORY_BYTES];
    } memory = {{run->a, run->b}};
    uint64_t r0 = program->entry(memory.bytes, MEMORY_BYTES);
    return r0 == run->r0 && hash(memory.bytes, MEMORY_BYTES) == run->hash;
}

void start(void)
{
    uint32_t failures = 0;
    for (uint32_t *word = __bss_start__; word < __bss_end__; word++)
        *word = 0;
    prepare();
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        uint32_t wrong = 0;
        for (uint32_t j = 0; j < programs[i].count; j++)
            wrong += !check(&runs[programs[i].first + j], &programs[i]);
        if (wrong && failures < 20) {
            print("FAIL ");
            print(programs[i].name);
            print("\n");
        }
        failures += wrong;
    }
    print(failures ? "some runs failed\n" : "all runs passed\n");
    finish(failures ? 1 : 0);
}
