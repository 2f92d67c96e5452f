// SPDX-License-Identifier: Apache-2.0
/* A timer's interrupt and the main loop use the same hash map and ring buffer at once. Each has keys of its own, which
 * it adds, counts up and removes, and knows what must be in the map; records are numbered by either. A lock that is
 * missing shows as a lost key, a wrong count, a record out of order, or a chain of the torn map that leads back into
 * itself: a second timer, which interrupts the first one's handler too, sees that nothing goes on. The vector table
 * moves to RAM to take the timers over. */
#include <barebpf/ringbuf.h>
#include <board.h>

#include "map_hash.h"
#include "map_ring.h"

#ifndef OPERATIONS
#define OPERATIONS 200000u
#endif
#define KEYS              16u /* of each side */
#define NO_KEY            UINT32_MAX
#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SYST_CSR          REGISTER(0xe000e010)
#define SYST_RVR          REGISTER(0xe000e014)
#define SYST_CVR          REGISTER(0xe000e018)
#define VTOR              REGISTER(0xe000ed08)
#define SHPR3             REGISTER(0xe000ed20) /* SysTick's priority in the upper byte; 0 is the highest */
#define NVIC_ISER0        REGISTER(0xe000e100)

/* Timer 0 of the MPS2 boards: APB timer, Arm CMSDK technical reference manual (DDI 0479) §4.4. */
#define WATCH_CTRL      REGISTER(0x40000000)
#define WATCH_VALUE     REGISTER(0x40000004)
#define WATCH_RELOAD    REGISTER(0x40000008)
#define WATCH_INTSTATUS REGISTER(0x4000000c)
#define WATCH_IRQ       8u
#define WATCH_TICKS     2500000u /* thousands of operations */

BAREBPF_HASH_MAP(shared, uint32_t, uint32_t, 2 * KEYS);
BAREBPF_RINGBUF_MAP(records, 256, 16);

/* One side: what it put into the map, and how many records it sent. */
struct side {
    uint32_t id, random, operations, sent, wrong;
    uint32_t counts[KEYS]; /* NO_KEY: the key is not in the map */
};

struct record {
    uint32_t side, number;
};

static struct side sides[2] = {{.id = 0, .random = 1}, {.id = 1, .random = 2}};

static void operate(struct side *side)
{
    side->random = side->random * 1664525u + 1013904223u;
    uint32_t index = side->random >> 20 & (KEYS - 1), key = 2 * index + side->id, zero = 0;
    uint32_t *count = &side->counts[index], *value = rt_map_lookup__shared(&key);
    if ((value != NULL) != (*count != NO_KEY) || (value && *value != *count)) {
        side->wrong++;
    } else if (!value) {
        side->wrong += rt_map_update__shared(&key, &zero, RT_NOEXIST) != 0;
        *count = 0;
    } else if (side->random >> 28 < 4) {
        side->wrong += rt_map_delete__shared(&key) != 0;
        *count = NO_KEY;
    } else {
        *value = ++*count;
    }
    struct record record = {side->id, side->sent};
    side->sent += rt_map_output__records(&record, sizeof record, 0) == 0;
    side->operations++;
}

static void timer_handler(void)
{
    operate(&sides[1]);
}

static uint32_t operations(void)
{
    return ((volatile struct side *)sides)[0].operations + ((volatile struct side *)sides)[1].operations;
}

/* What came out. As on a real board, nobody ends this firmware. */
static _Noreturn void finish(bool wrong)
{
    rt_print(wrong ? "storm wrong " : "storm ok ");
    rt_print_decimal(sides[0].operations);
    rt_print(" + ");
    rt_print_decimal(sides[1].operations);
    rt_print("\n");
    for (;;)
        board_idle();
}

static void watch_handler(void)
{
    static uint32_t before;
    WATCH_INTSTATUS = 1;
    if (operations() == before)
        finish(true);
    before = operations();
}

static void take_timers(void)
{
    static uint32_t vectors[32] __attribute__((aligned(128)));
    const volatile uint32_t *old = (const volatile uint32_t *)(uintptr_t)VTOR;
    for (unsigned i = 0; i < 16; i++)
        vectors[i] = old[i];
    vectors[15] = (uint32_t)(uintptr_t)timer_handler;
    vectors[16 + WATCH_IRQ] = (uint32_t)(uintptr_t)watch_handler;
    VTOR = (uint32_t)(uintptr_t)vectors;
    SHPR3 = 0x80000000u;
    NVIC_ISER0 = 1u << WATCH_IRQ;
    WATCH_RELOAD = WATCH_VALUE = WATCH_TICKS;
    WATCH_CTRL = 9;  /* on, with interrupts */
    SYST_RVR = 1499; /* ticks, some 470 instructions under QEMU: an interrupt in every second operation, anywhere */
    SYST_CVR = 0;
    SYST_CSR = 7;
}

/* Reads what is there; each side's records must come in their order. */
static uint32_t drain(uint32_t next[2])
{
    struct barebpf_ringbuf r = BAREBPF_RINGBUF(bpf_map_records);
    uint32_t wrong = 0, bytes = 0;
    for (const struct record *record; (record = barebpf_ringbuf_peek(r, &bytes)); barebpf_ringbuf_release(r))
        wrong += bytes != sizeof *record || record->side > 1 || record->number != next[record->side & 1]++;
    return wrong;
}

int main(void)
{
    uint32_t next[2] = {0, 0}, wrong = 0;
    for (unsigned i = 0; i < KEYS; i++)
        sides[0].counts[i] = sides[1].counts[i] = NO_KEY;
    take_timers();
    while (operations() < OPERATIONS) {
        operate(&sides[0]);
        if (sides[0].operations % 4 == 0)
            wrong += drain(next);
    }
    SYST_CSR = 0;
    WATCH_CTRL = 0;
    wrong += drain(next) + sides[0].wrong + sides[1].wrong;
    wrong += next[0] != sides[0].sent || next[1] != sides[1].sent || sides[1].operations < OPERATIONS / 10;
    finish(wrong != 0);
}
