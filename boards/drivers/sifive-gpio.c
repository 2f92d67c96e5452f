// SPDX-License-Identifier: Apache-2.0
/* Edges at pins of SiFive's GPIO; each pin has an interrupt of its own. board.json defines SIFIVE_GPIO_BASE and
 * SIFIVE_GPIO_IRQ, that of pin 0. Programs do not pull pins. Source: SiFive FE310-G002 Manual §17.3 (registers), §10.3
 * (interrupts). */
#ifdef BAREBPF_EVENT_GPIO
#include "board.h"
#include "events.h"
#include "interrupt.h"

#define GPIO(offset) (*(volatile uint32_t *)(SIFIVE_GPIO_BASE + (offset)))
#define INPUT_VAL    GPIO(0x00)
#define INPUT_EN     GPIO(0x04)
#define RISE_IE      GPIO(0x18)
#define RISE_IP      GPIO(0x1c)
#define FALL_IE      GPIO(0x20)
#define FALL_IP      GPIO(0x24)
#define PINS         32u

/* Of two edges since the last interrupt the order is not known: the level tells which was last. */
bool board_gpio_interrupt(uint32_t number)
{
    uint32_t pin = number - SIFIVE_GPIO_IRQ;
    if (pin >= PINS)
        return false;
    uint32_t bit = 1u << pin;
    bool rose = RISE_IP & RISE_IE & bit, fell = FALL_IP & FALL_IE & bit;
    RISE_IP = bit; /* 1 clears */
    FALL_IP = bit;
    bool is_high = INPUT_VAL & bit;
    if (rose && fell)
        rt_gpio_edge(pin, !is_high);
    rt_gpio_edge(pin, rose && fell ? is_high : rose);
    return true;
}

void board_gpio_listen(uint32_t pin, bool rising, bool falling)
{
    INPUT_EN |= 1u << pin;
    RISE_IP = 1u << pin;
    FALL_IP = 1u << pin;
    RISE_IE |= (uint32_t)rising << pin;
    FALL_IE |= (uint32_t)falling << pin;
    interrupt_enable(SIFIVE_GPIO_IRQ + pin);
}
#endif
