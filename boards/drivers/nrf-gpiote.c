// SPDX-License-Identifier: Apache-2.0
/* Edges at pins of the nRF51 and nRF52 by GPIOTE, whose channels are few: pin n has channel n modulo NRF_CHANNELS, of
 * board.json (its "gpio_lines"). Programs do not pull pins. Sources: nRF51 Series Reference Manual §14 (GPIO), §15
 * (GPIOTE); nRF52840 Product Specification §6.9, §6.10. QEMU has no GPIOTE; not run on hardware. */
#ifdef BAREBPF_EVENT_GPIO
#include "board.h"
#include "events.h"
#include "interrupt.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define PORT(pin)         (0x50000000 + (pin) / 32 * 0x300)
#define GPIO_IN(pin)      REGISTER(PORT(pin) + 0x510)
#define GPIO_CONFIG(pin)  REGISTER(PORT(pin) + 0x700 + (pin) % 32 * 4)
#define EVENT(channel)    REGISTER(0x40006100 + 4 * (channel))
#define INTENSET          REGISTER(0x40006304)
#define CONFIG(channel)   REGISTER(0x40006510 + 4 * (channel))
#define IRQ_GPIOTE        6u
#define INPUT             0u /* connected, not pulled */
#define MODE_EVENT        1u
#define PIN_SHIFT         8u
#define PIN_MASK          63u
#define RISING            (1u << 16)
#define FALLING           (1u << 17)

/* A channel that waits for one edge tells the level by it, which the pin may have left again. */
static uint32_t level_after(uint32_t config, uint32_t pin)
{
    if ((config & RISING) && (config & FALLING))
        return GPIO_IN(pin) >> pin % 32 & 1;
    return (config & RISING) != 0;
}

bool board_gpio_interrupt(uint32_t number)
{
    if (number != IRQ_GPIOTE)
        return false;
    for (uint32_t channel = 0; channel < NRF_CHANNELS; channel++) {
        uint32_t config = CONFIG(channel), pin = config >> PIN_SHIFT & PIN_MASK;
        if (!EVENT(channel))
            continue;
        EVENT(channel) = 0;
        rt_gpio_edge(pin, level_after(config, pin));
    }
    return true;
}

void board_gpio_listen(uint32_t pin, bool rising, bool falling)
{
    uint32_t channel = pin % NRF_CHANNELS;
    uint32_t edges = (rising ? RISING : 0) | (falling ? FALLING : 0) | (CONFIG(channel) & (RISING | FALLING));
    GPIO_CONFIG(pin) = INPUT;
    CONFIG(channel) = edges | pin << PIN_SHIFT | MODE_EVENT;
    EVENT(channel) = 0;
    INTENSET = 1u << channel;
    interrupt_enable(IRQ_GPIOTE);
}
#endif
