// SPDX-License-Identifier: Apache-2.0
/* SysTick as clock and as counter of executed instructions. Under QEMU's -icount virtual time advances by a fixed step
 * per instruction, so a number of ticks is a number of instructions, exactly, as a step is more than two ticks. SysTick
 * wraps every 2^24 ticks; the handler that counts this has a known length, which is taken off. Source: Armv7-M ARM
 * B3.3. */
#include "arm-m.h"
#include "board.h"

#define SYST_CSR ARM_REGISTER(0xe000e010)
#define SYST_RVR ARM_REGISTER(0xe000e014)
#define SYST_CVR ARM_REGISTER(0xe000e018)
#define ICSR     ARM_REGISTER(0xe000ed04)

#define CSR_ENABLE     1u
#define CSR_TICKINT    2u
#define CSR_CLKSOURCE  4u
#define ICSR_PENDSTSET (1u << 26)

#define WRAP_LOG2     24
#define WRAP_MASK     ((1u << WRAP_LOG2) - 1)
#define HANDLER_INSNS 5 /* length of systick_handler */

void systick_handler(void);

uint32_t systick_wraps;     /* since the counter was last set to 0 */
static uint64_t past_ticks; /* before that */

#ifdef BAREBPF_TICK_NS /* where timers start programs SysTick wraps at every tick, once board_tick_start() was called  \
                        */
#include "events.h"

/* Ticks of the counter that are nearest to BAREBPF_TICK_NS. */
#define TICK ((uint32_t)((UINT64_C(1) * BAREBPF_TICK_NS * ARM_SYSTICK_HZ + 500000000u) / 1000000000u))
_Static_assert(TICK > 1 && TICK <= WRAP_MASK, "SysTick has 24 bits");

static uint32_t period = WRAP_MASK + 1;

void systick_handler(void)
{
    if (period == WRAP_MASK + 1) {
        systick_wraps++;
        return;
    }
    past_ticks += period;
    rt_tick();
}

/* Weak: a board may have a better timer. */
__attribute__((weak)) void board_tick_start(void)
{
    board_insns_start(); /* all until now is past */
    SYST_RVR = TICK - 1;
    SYST_CVR = 0;
    period = TICK;
}
#else
#define period (WRAP_MASK + 1)

/* Counts a wrap, in exactly HANDLER_INSNS instructions. */
__attribute__((naked)) void systick_handler(void)
{
    __asm__("ldr r0, 1f\n"
            "ldr r1, [r0]\n"
            "adds r1, #1\n"
            "str r1, [r0]\n"
            "bx lr\n"
            ".p2align 2\n"
            "1: .word systick_wraps\n");
}
#endif

/* Nanoseconds of a tick, times 2^24. */
#define NS_PER_TICK_Q24 ((uint32_t)(((UINT64_C(1000000000) << 24) + ARM_SYSTICK_HZ / 2) / ARM_SYSTICK_HZ))

/* Instructions of a tick under QEMU's -icount, where one takes 2^BOARD_ICOUNT_SHIFT ns, times 2^32. */
#ifdef BOARD_ICOUNT_SHIFT
#define INSN_PER_TICK_Q32                                                                                              \
    ((uint32_t)(((UINT64_C(1000000000) << (32 - BOARD_ICOUNT_SHIFT)) + ARM_SYSTICK_HZ / 2) / ARM_SYSTICK_HZ))
#else
#define INSN_PER_TICK_Q32 0u
#endif

/* Ticks since the counter was set to 0. A wrap whose interrupt is still pending counts when it came before the read:
 * then the counter has only just begun anew. Call with interrupts masked. */
static uint64_t ticks_since_reset(void)
{
    uint32_t left = SYST_CVR, low = left ? period - left : 0;
    uint32_t wraps = systick_wraps;
    if ((ICSR & ICSR_PENDSTSET) && low < period / 2)
        wraps++;
    return (uint64_t)wraps * period + low;
}

/* number * factor / 2^32, without a 96-bit product. */
static uint64_t multiply_q32(uint64_t number, uint32_t factor, uint32_t round)
{
    uint64_t low = (uint64_t)(uint32_t)number * factor + round;
    return (number >> 32) * factor + (low >> 32);
}

/* Starts SysTick at its first use. */
static void enable(void)
{
    if (SYST_CSR & CSR_ENABLE)
        return;
    SYST_RVR = WRAP_MASK;
    SYST_CVR = 0;
    SYST_CSR = CSR_ENABLE | CSR_TICKINT | (ARM_SYSTICK_CORE_CLOCK ? CSR_CLKSOURCE : 0);
}

void board_insns_start(void)
{
    enable();
    unsigned long lock = board_lock();
    past_ticks += ticks_since_reset();
    systick_wraps = 0;
    SYST_CVR = 0;
    board_unlock(lock);
}

uint64_t board_insns_stop(void)
{
    unsigned long lock = board_lock();
    uint64_t ticks = ticks_since_reset();
    uint32_t handled = systick_wraps;
    board_unlock(lock);
#ifdef BAREBPF_TICK_NS
    if (handled) /* by a handler of unknown length */
        return BOARD_INSNS_UNKNOWN;
#endif
    if (!INSN_PER_TICK_Q32)
        return BOARD_INSNS_UNKNOWN;
    return multiply_q32(ticks, INSN_PER_TICK_Q32, 1u << 31) - (uint64_t)handled * HANDLER_INSNS;
}

__attribute__((naked)) uint64_t board_insns_probe(void *ctx, size_t ctx_size)
{
    __asm__("bx lr");
}

/* Weak: a board may have a better clock. */
__attribute__((weak)) uint64_t board_time_ns(void)
{
    enable();
    unsigned long lock = board_lock();
    uint64_t ticks = past_ticks + ticks_since_reset();
    board_unlock(lock);
    return multiply_q32(ticks << 8, NS_PER_TICK_Q24, 0);
}
