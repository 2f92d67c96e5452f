// SPDX-License-Identifier: Apache-2.0
/* A timer's interrupt and the main loop use the same hash map and ring buffer at once. Each has keys of its own, which
 * it adds, counts up and removes, and knows what must be in the map; records are numbered by either. A lock that is
 * missing shows as a lost key, a wrong count, or a record out of order. The vector table moves to RAM to take the timer
 * over. */
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

static void take_timer(void)
{
    static uint32_t vectors[16] __attribute__((aligned(128)));
    const volatile uint32_t *old = (const volatile uint32_t *)(uintptr_t)VTOR;
    for (unsigned i = 0; i < 16; i++)
        vectors[i] = old[i];
    vectors[15] = (uint32_t)(uintptr_t)timer_handler;
    VTOR = (uint32_t)(uintptr_t)vectors;
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
    take_timer();
    while (sides[0].operations + ((volatile struct side *)&sides[1])->operations < OPERATIONS) {
        operate(&sides[0]);
        if (sides[0].operations % 4 == 0)
            wrong += drain(next);
    }
    SYST_CSR = 0;
    wrong += drain(next) + sides[0].wrong + sides[1].wrong;
    wrong += next[0] != sides[0].sent || next[1] != sides[1].sent || sides[1].operations < OPERATIONS / 10;
    rt_print(wrong ? "storm wrong " : "storm ok ");
    rt_print_decimal(sides[0].operations);
    rt_print(" + ");
    rt_print_decimal(sides[1].operations);
    rt_print("\n");
    for (;;)
        board_idle();
}
