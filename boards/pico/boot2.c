// SPDX-License-Identifier: Apache-2.0
/* The RP2040's second boot stage. The boot ROM copies the first 256 bytes of flash to RAM, checks that the last word is
 * the CRC of the others, and calls them; they turn on execution in place, by the read command 03h that every serial
 * flash has, and start the image behind them. Source: RP2040 datasheet §2.8.1.3 (boot stage 2; CRC-32 with polynomial
 * 04c11db7, not reflected, from all ones), §4.10.13 (SSI registers). Not run on hardware. */
__asm__(".section .boot, \"ax\", %progbits\n"
        ".thumb\n"
        ".syntax unified\n"
        ".global boot2\n"
        "boot2:\n"
        "ldr r3, =0x18000000\n" /* SSI */
        "movs r0, #0\n"
        "str r0, [r3, #0x08]\n" /* SSIENR: off */
        "movs r0, #4\n"
        "str r0, [r3, #0x14]\n" /* BAUDR: core clock / 4 */
        "ldr r0, =0x001f0300\n" /* frames of 32 bits, reading as of an EEPROM */
        "str r0, [r3, #0x00]\n" /* CTRLR0 */
        "movs r0, #0\n"
        "str r0, [r3, #0x04]\n" /* CTRLR1: one frame */
        "ldr r0, =0x03000218\n" /* command 03h, 8 bits of it, 24 bits of address, both on one line */
        "adds r3, #0xf4\n"
        "str r0, [r3]\n" /* SPI_CTRLR0 */
        "subs r3, #0xf4\n"
        "movs r0, #1\n"
        "str r0, [r3, #0x10]\n" /* SER */
        "str r0, [r3, #0x08]\n" /* SSIENR: on */
        "ldr r0, =0x10000100\n" /* the image's vectors */
        "ldr r1, =0xe000ed08\n" /* VTOR */
        "str r0, [r1]\n"
        "ldr r1, [r0]\n"
        "msr msp, r1\n"
        "ldr r1, [r0, #4]\n"
        "bx r1\n"
        ".pool\n"
        ".org 252\n"
        ".word 0x71cc2bca\n"); /* the CRC; the test qemu/pico_image says what it must be */
