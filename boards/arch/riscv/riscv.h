// SPDX-License-Identifier: Apache-2.0
/* What a RISC-V board's board.c gives the family's code besides the board contract. */
#ifndef RISCV_H
#define RISCV_H

#include <stdint.h>

#define RISCV_REGISTER8(address)  (*(volatile uint8_t *)(address))
#define RISCV_REGISTER32(address) (*(volatile uint32_t *)(address))

/* Ends the emulator with this status; returns where there is none. Boards without an emulator do not have it. */
void riscv_emulator_exit(int status);

#endif
