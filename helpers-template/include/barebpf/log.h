// SPDX-License-Identifier: Apache-2.0
/* Deferred printk (build --deferred-printk): what leaves the target instead of text. Used by both sides.
 *
 * A message is the byte 0x1f, the number of its format in the image's manifest, and one number for each conversion of
 * it. A number is its bits, six in a byte and the lowest first: bytes 0xc0 to 0xff are followed by more of it, a byte
 * 0x80 to 0xbf is its last. Bytes below 0x80 are none of a message's, so messages and text can be mixed anywhere. A
 * message of an interrupt handler may stand inside one of what it interrupted, between two bytes: they nest. */
#ifndef BAREBPF_LOG_H
#define BAREBPF_LOG_H

#include <stdint.h>

#define BAREBPF_LOG_BEGIN 0x1f
#define BAREBPF_LOG_LAST  0x80
#define BAREBPF_LOG_MORE  0xc0
#define BAREBPF_LOG_BITS  6

/* Target (log.c): begins a message; its further numbers, each cut to the size that the format gives it. */
void barebpf_log(uint32_t format);
void barebpf_log_word(uint32_t number);
void barebpf_log_wide(uint64_t number);

#endif
