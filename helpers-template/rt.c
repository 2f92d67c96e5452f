// SPDX-License-Identifier: Apache-2.0
/* Console output, faults and random numbers of the runtime. */
#include "rt.h"

#include <barebpf/program.h>
#include <barebpf/run.h>

#include "board.h"

/* From the linker script. */
extern const char __flash_start[], __flash_end[], __ram_start[], __ram_end[];

void rt_print(const char *text)
{
    while (*text)
        board_putchar(*text++);
}

void rt_print_decimal(uint64_t number)
{
    char text[21];
    char *at = text + sizeof text - 1;
    *at = 0;
    do {
        unsigned digit;
        number = rt_divide_by_10(number, &digit);
        *--at = (char)('0' + digit);
    } while (number);
    rt_print(at);
}

void rt_print_hex(uint64_t number, unsigned digits)
{
    while (digits--)
        board_putchar("0123456789abcdef"[(unsigned)(number >> (4 * digits)) & 15]);
}

void rt_print_bytes(const void *bytes, size_t count)
{
    const uint8_t *at = bytes;
    while (count--)
        rt_print_hex(*at++, 2);
}

bool rt_readable(uintptr_t address, size_t bytes)
{
    uintptr_t start = (uintptr_t)__flash_start, end = (uintptr_t)__flash_end;
    if (address - start < end - start)
        return bytes <= end - address;
    start = (uintptr_t)__ram_start;
    end = (uintptr_t)__ram_end;
    return address - start < end - start && bytes <= end - address;
}

/* Begins a line that tells why the firmware ends. */
static void begin_end(const char *kind)
{
    if (board_in_emulator())
        board_putchar(BAREBPF_MACHINE_LINE);
    rt_print(kind);
}

static _Noreturn void finish_end(int status)
{
    board_putchar('\n');
    if (board_in_emulator()) {
        board_putchar(BAREBPF_MACHINE_LINE);
        rt_print("end ");
        rt_print_decimal((uint64_t)status);
        board_putchar('\n');
    }
    board_exit(status);
}

_Noreturn void rt_fault(const char *kind, const struct rt_register *registers, unsigned count)
{
    begin_end("fault ");
    rt_print(kind);
    for (unsigned i = 0; i < count; i++) {
        board_putchar(' ');
        rt_print(registers[i].name);
        rt_print("=0x");
        rt_print_hex(registers[i].value, 2 * sizeof(uintptr_t));
    }
    finish_end(BAREBPF_STATUS_FAULT);
}

_Noreturn void rt_fact_failed(uint32_t insn)
{
    begin_end("fact ");
    rt_print_decimal(insn);
    finish_end(BAREBPF_STATUS_FACT);
}

/* A board with a source of noise has its own. */
__attribute__((weak)) uint32_t board_seed(void)
{
    return 0x2545f491;
}

/* Marsaglia's xorshift32: never 0, period 2^32 - 1. In .bss, seeded at the first use. */
static uint32_t random_state;

void rt_random_seed(uint32_t seed)
{
    random_state = seed;
}

uint32_t rt_random(void)
{
    uint32_t x = random_state ? random_state : board_seed() | 1u;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    random_state = x;
    return x;
}

uint32_t barebpf_redirect_ifindex;

__attribute__((weak)) long barebpf_transmit(uint32_t ifindex, const void *frame, size_t bytes)
{
    (void)ifindex;
    (void)frame;
    (void)bytes;
    return -RT_EINVAL;
}
