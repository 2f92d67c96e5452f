// SPDX-License-Identifier: Apache-2.0
/* Edges at pins of the STM32F4, through EXTI: line n belongs to pin n of one port. Pins are inputs after reset;
 * programs do not pull them. Sources: ST RM0090 §9.2.3 (SYSCFG_EXTICR), §12.3 (EXTI), table 61 (interrupts). Not run on
 * hardware.
 */
#ifdef BAREBPF_EVENT_GPIO
#include "board.h"
#include "events.h"
#include "interrupt.h"

#define REGISTER(address)    (*(volatile uint32_t *)(address))
#define SYSCFG_EXTICR(line)  REGISTER(0x40013808 + (line) / 4 * 4)
#define EXTI_IMR             REGISTER(0x40013c00)
#define EXTI_RTSR            REGISTER(0x40013c08)
#define EXTI_FTSR            REGISTER(0x40013c0c)
#define EXTI_PR              REGISTER(0x40013c14)
#define GPIO_IDR(port)       REGISTER(0x40020010 + 0x400 * (port))
#define RCC_AHB1ENR          REGISTER(0x40023830)
#define RCC_APB2ENR          REGISTER(0x40023844)
#define RCC_APB2ENR_SYSCFGEN (1u << 14)

#define LINES       16u
#define IRQ_LINE0   6u /* lines 0 to 4 have one each, */
#define IRQ_LINE4   10u
#define IRQ_LINES5  23u /* lines 5 to 9 this one, */
#define IRQ_LINES10 40u /* lines 10 to 15 this one */

static uint8_t ports[LINES];

static uint32_t line_irq(uint32_t line)
{
    return line < 5 ? IRQ_LINE0 + line : line < 10 ? IRQ_LINES5 : IRQ_LINES10;
}

/* A line that waits for one edge tells its level by it, which the pin may have left again. */
static uint32_t level_after(uint32_t line)
{
    uint32_t bit = 1u << line;
    if ((EXTI_RTSR & bit) && (EXTI_FTSR & bit))
        return GPIO_IDR(ports[line]) >> line & 1;
    return (EXTI_RTSR & bit) != 0;
}

bool board_gpio_interrupt(uint32_t number)
{
    bool is_ours = (number >= IRQ_LINE0 && number <= IRQ_LINE4) || number == IRQ_LINES5 || number == IRQ_LINES10;
    for (uint32_t line = 0; is_ours && line < LINES; line++) {
        if (!(EXTI_PR & EXTI_IMR & 1u << line))
            continue;
        EXTI_PR = 1u << line; /* 1 clears it */
        rt_gpio_edge(ports[line] * LINES + line, level_after(line));
    }
    return is_ours;
}

void board_gpio_listen(uint32_t pin, bool rising, bool falling)
{
    uint32_t line = pin % LINES, port = pin / LINES, shift = line % 4 * 4;
    RCC_AHB1ENR |= 1u << port;
    RCC_APB2ENR |= RCC_APB2ENR_SYSCFGEN;
    ports[line] = (uint8_t)port;
    SYSCFG_EXTICR(line) = (SYSCFG_EXTICR(line) & ~(15u << shift)) | port << shift;
    EXTI_RTSR |= (uint32_t)rising << line;
    EXTI_FTSR |= (uint32_t)falling << line;
    EXTI_IMR |= 1u << line;
    interrupt_enable(line_irq(line));
}
#endif
