// SPDX-License-Identifier: Apache-2.0
/* A string that grows: for generated C, JSON and reports. */
#ifndef BAREBPF_BASE_TEXT_H
#define BAREBPF_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* A zeroed struct is the empty text; `chars` is NULL or ends in NUL. */
struct text {
    char *chars;
    size_t length, capacity; /* bytes, without the NUL */
};

/* Appends formatted text, or `length` raw bytes. */
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_append(struct text *text, const char *bytes, size_t length);

/* The characters so far, "" when empty; valid until the next append. */
const char *text_chars(const struct text *text);

/* How many letters must be changed, added or dropped to make `b` from `a`; for "did you mean". */
unsigned text_distance(const char *a, const char *b);

/* The value of a hexadecimal digit, upper or lower case; -1: it is none. */
int text_hex_digit(char c);

/* Frees the characters; the text is empty (and usable) afterwards. */
void text_free(struct text *text);

#endif
