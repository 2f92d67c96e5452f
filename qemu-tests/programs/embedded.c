// SPDX-License-Identifier: Apache-2.0
/* A firmware of its own around embedded.bpf.c, for gcc and clang: an interrupt calls one program while the main loop
 * calls the other, and both see the maps through the skeleton. On QEMU's mps2-an386. */
#include "embedded.skel.h"

#include <barebpf/events.h>

#include "board.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SYSTICK           0xe000e010u
#define TICKS             200u

static volatile uint32_t ticks, wrong;

static void check(uint32_t line, int holds)
{
    if (!holds && !wrong)
        wrong = line;
}
#define CHECK(holds) check(__LINE__, (holds))

static void print(const char *text)
{
    for (; *text; text++)
        console_put(*text);
}

/* What the program asks of the firmware; its prototype is in the skeleton. */
int32_t firmware_reading(uint32_t channel, struct tight *out)
{
    out->third[2] = (uint16_t)channel;
    return channel < 4 ? 0 : -1;
}

void systick(void)
{
    struct barebpf_timer event = {.now_ns = 1, .count = ++ticks, .period_ns = 1000000};
    CHECK((int32_t)bpf_prog_tick(&event, sizeof event) >= 0);
}

/* The layout of this compiler is BPF's. */
static void layouts(void)
{
    const uint32_t mine[] = {sizeof(struct odd),           offsetof(struct odd, colour), offsetof(struct odd, flag),
                             offsetof(struct odd, number), offsetof(struct odd, half),   offsetof(struct odd, pointer),
                             offsetof(struct odd, last),   offsetof(struct odd, inner),  offsetof(struct odd, both),
                             sizeof(struct tight)};
    _Static_assert(sizeof mine == sizeof bpf_map_data.layout, "as many");
    for (uint32_t i = 0; i < sizeof mine / sizeof *mine; i++)
        CHECK(mine[i] == bpf_map_data.layout[i]);
}

/* What the program wrote is what the firmware reads. */
static void values(uint32_t calls)
{
    const struct odd *odd = &bpf_map_odds.values[1].value;
    const struct embedded skeleton = embedded__open();
    CHECK(odd->letter == 'x' && odd->colour == 2 && odd->flag && odd->number == -5 && odd->half == 77);
    CHECK(odd->low == 5 && odd->high == 4321 && odd->last == 99 && odd->inner[1].wide == 0x1122334455667788);
    CHECK(odd->both.bytes[5] == 6 && bpf_map_odds.values[0].value.letter == 0 &&
          bpf_map_odds.values[2].value.last == 0);
    CHECK(skeleton.data->tight.first == 1 && skeleton.data->tight.second == 2);
    CHECK(skeleton.data->tight.third[2] == (uint16_t)(5 + calls * 2 * bpf_map_rodata.step));
    CHECK(skeleton.bss->calls[0] == calls && skeleton.bss->calls[1] == 2 * ticks);
}

int main(void);
int main(void)
{
    struct {
        uint32_t key, channel;
    } __attribute__((aligned(8))) request = {6, 2};
    layouts();
    REGISTER(SYSTICK + 4) = 2500; /* 0.1 ms */
    REGISTER(SYSTICK) = 7;
    uint32_t calls = 0;
    for (; ticks < TICKS || calls % 2; calls++) {
        request.key = calls % 2 ? 6 : 7;
        CHECK((int32_t)bpf_prog_request(&request, sizeof request) >= 0);
    }
    REGISTER(SYSTICK) = 0;
    values(calls);
    request.channel = 4;
    CHECK((int32_t)bpf_prog_request(&request, sizeof request) == -1);
    /* key 7 is the main loop's alone, 5 the interrupt's: not one of them may be lost */
    request.key = 7;
    request.channel = 0;
    CHECK(bpf_prog_request(&request, sizeof request) == calls / 2 + 1);
    uint32_t before = ticks;
    systick();
    CHECK(ticks == before + 1);
    print(wrong ? "embedded: wrong\n" : "embedded: right\n");
    return (int)wrong;
}
