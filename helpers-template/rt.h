// SPDX-License-Identifier: Apache-2.0
/* The runtime on the target: what stubs, helpers, main and start-up code share. Needs a board (boards/board.h) and no
 * C library. */
#ifndef BAREBPF_RT_H
#define BAREBPF_RT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Linux's error numbers, which helpers return negated. */
enum rt_error {
    RT_EPERM = 1,
    RT_ENOENT = 2,
    RT_E2BIG = 7,
    RT_EAGAIN = 11,
    RT_EFAULT = 14,
    RT_EBUSY = 16,
    RT_EEXIST = 17,
    RT_EINVAL = 22,
    RT_ENOSPC = 28,
    RT_ERANGE = 34,
    RT_EDEADLK = 35
};

/* Flags of map updates, from the UAPI. */
enum rt_update_flag { RT_ANY = 0, RT_NOEXIST = 1, RT_EXIST = 2, RT_LOCKED = 4 };

/* A function of the program that a helper calls back: bpf_for_each_map_elem hands it map, key, value and context. What
 * it returns: 0 to go on, 1 to stop. */
typedef size_t rt_callback(void *a, void *b, void *c, void *d);

/* Linux: BPF_MAX_LOOPS, the most rounds of an iterator and of bpf_loop. */
#define RT_LOOPS_MAX (8u * 1024 * 1024)

/* Memory functions inside the stubs become a few instructions: sizes are constants there. */
#define rt_copy(to, from, bytes) __builtin_memcpy((to), (from), (bytes))

/* Console. Hexadecimal numbers have exactly `digits` digits. */
void rt_print(const char *text);
void rt_print_decimal(uint64_t number);
void rt_print_hex(uint64_t number, unsigned digits);
void rt_print_bytes(const void *bytes, size_t count);

/* Divides by ten without the C library's division; returns the quotient, the digit in `digit`. */
uint64_t rt_divide_by_10(uint64_t number, unsigned *digit);

/* True when `bytes` bytes at `address` lie in the board's flash or RAM. */
bool rt_readable(uintptr_t address, size_t bytes);

/* A processor fault: prints its kind and the registers, and ends. Called by start-up code. */
struct rt_register {
    const char *name;
    uintptr_t value;
};
_Noreturn void rt_fault(const char *kind, const struct rt_register *registers, unsigned count);

/* --check-facts: what was proved of the object's instruction `insn` does not hold. Prints it and ends with status
 * BAREBPF_STATUS_FACT. Called by the program's code; in the image only when that calls it. */
_Noreturn void rt_fact_failed(uint32_t insn);

/* Prints as Linux's bpf_trace_printk does: %d %i %u %x %X %p %s %c %%, sizes h hh l ll, width, zero padding, left
 * alignment. Numbers are taken from `args`, truncated to their conversion's C size (int is 4 bytes; long is 8, as in
 * the BPF program). A newline is added when the text does not end with one. Returns the bytes written without that
 * newline, or -EINVAL, with nothing printed, when `format` is not terminated within `format_bytes`, holds a conversion
 * we do not know, or asks for more than `arg_count` arguments. */
long rt_printk(const char *format, uint32_t format_bytes, const uint64_t *args, unsigned arg_count);

/* The same into memory, always ended by a NUL where there is room for it; no newline is added. Returns the bytes that
 * the whole text and its NUL take, or -EINVAL. */
long rt_snprintf(char *to, uint32_t to_bytes, const char *format, const uint64_t *args, unsigned arg_count);

/* bpf_strtol, bpf_strtoul: the number at the start of the text to the 8 bytes at `result` (0 with an error). Returns
 * the characters read, -EINVAL (flags, no number) or -ERANGE. */
long rt_strtol(const char *text, uint32_t bytes, uint64_t flags, bool is_signed, void *result);

/* Below, equal to or above 0, as `left` is below, equal to or above `right` in its first `bytes` characters. */
long rt_strncmp(const char *left, const char *right, uint32_t bytes);

/* Copies what barebpf_readable() allows, or zeros and -EFAULT. The second one: up to a NUL, whose place it returns. */
long rt_probe_read(void *to, uint32_t bytes, uint64_t address);
long rt_probe_read_str(void *to, uint32_t bytes, uint64_t address);

/* Copies a text, cut to fit and filled with NULs. 0. */
long rt_copy_text(void *to, const char *text, uint32_t bytes);

/* Jiffies a second. */
#define RT_HZ 1000u

/* The random generator behind bpf_get_prandom_u32; seed 0 is as good as any. */
uint32_t rt_random(void);
void rt_random_seed(uint32_t seed);

#endif
