// SPDX-License-Identifier: Apache-2.0
/* Interrupts off and on, around atomic operations that the core cannot do at once: 64 bits on 32-bit cores, all of
 * them on cores without exclusive access (Cortex-M0, RISC-V without A). Called by lifted programs; nests. */
#ifndef BAREBPF_IRQ_H
#define BAREBPF_IRQ_H

#include <stdint.h>

/* Masks interrupts; returns the state before, for rt_irq_restore(). */
uint32_t rt_irq_save(void);

/* Puts back what rt_irq_save() returned. */
void rt_irq_restore(uint32_t state);

#endif
