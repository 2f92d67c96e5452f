// SPDX-License-Identifier: Apache-2.0
/* Edges at pins of the RP2040 and the RP2350. board.json defines RP2_IO, RP2_PADS, RP2_IO_IRQ and the offsets of the
 * first core's registers, RP2_IO_INTR, RP2_IO_INTE and RP2_IO_INTS, with four bits a pin. Programs do not pull pins.
 * Sources: RP2040 datasheet §2.3.2 (interrupts), §2.19.6.1 (IO bank), §2.19.6.3 (pads); RP2350 datasheet §3.2, §9.11.1,
 * §9.11.3. Not run on hardware. */
#ifdef BAREBPF_EVENT_GPIO
#include "board.h"
#include "events.h"
#include "interrupt.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SET               0x2000 /* aliases of a register in which written ones set, */
#define CLEAR             0x3000 /* and clear bits */
#define STATUS(pin)       REGISTER(RP2_IO + 8 * (pin))
#define CTRL(pin)         REGISTER(RP2_IO + 8 * (pin) + 4)
#define INTR(pin)         REGISTER(RP2_IO + RP2_IO_INTR + (pin) / 8 * 4)
#define INTE_SET(pin)     REGISTER(RP2_IO + RP2_IO_INTE + (pin) / 8 * 4 + SET)
#define INTS(pin)         REGISTER(RP2_IO + RP2_IO_INTS + (pin) / 8 * 4)
#define PAD(pin)          REGISTER(RP2_PADS + 4 + 4 * (pin) + CLEAR)
#define PAD_SET(pin)      REGISTER(RP2_PADS + 4 + 4 * (pin) + SET)
#define PINS              30u
#define STATUS_FROM_PAD   (1u << 17)
#define FUNCTION_SIO      5u /* which drives no pin after reset */
#define PAD_INPUT         (1u << 6)
#define PAD_ISOLATED      (1u << 8) /* RP2350 only; reserved on the RP2040 */
#define EDGE_LOW(pin)     (4u << (pin) % 8 * 4)
#define EDGE_HIGH(pin)    (8u << (pin) % 8 * 4)

bool board_gpio_interrupt(uint32_t number)
{
    if (number != RP2_IO_IRQ)
        return false;
    for (uint32_t pin = 0; pin < PINS; pin++) {
        uint32_t edges = INTS(pin) & (EDGE_LOW(pin) | EDGE_HIGH(pin));
        if (!edges)
            continue;
        INTR(pin) = edges; /* 1 clears */
        bool is_high = STATUS(pin) & STATUS_FROM_PAD, both = (edges & EDGE_LOW(pin)) && (edges & EDGE_HIGH(pin));
        if (both)
            rt_gpio_edge(pin, !is_high);
        rt_gpio_edge(pin, both ? is_high : (edges & EDGE_HIGH(pin)) != 0);
    }
    return true;
}

void board_gpio_listen(uint32_t pin, bool rising, bool falling)
{
    CTRL(pin) = FUNCTION_SIO;
    PAD_SET(pin) = PAD_INPUT;
    PAD(pin) = PAD_ISOLATED;
    INTR(pin) = EDGE_LOW(pin) | EDGE_HIGH(pin);
    INTE_SET(pin) = (rising ? EDGE_HIGH(pin) : 0) | (falling ? EDGE_LOW(pin) : 0);
    interrupt_enable(RP2_IO_IRQ);
}
#endif
