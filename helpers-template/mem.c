// SPDX-License-Identifier: Apache-2.0
/* memcpy and its kin, which the compiler calls behind our back even in freestanding code. Word-wise where both sides
 * allow it, else byte-wise: small, and right on cores that fault on unaligned words. The attributes keep the compiler
 * from turning the loops into calls of themselves. Names __aeabi_*: Run-time ABI for the Arm Architecture §4.3.4. */
#include <stddef.h>
#include <stdint.h>

#define NO_IDIOMS __attribute__((no_builtin, used))
#define WORD      sizeof(uint32_t)

typedef uint32_t __attribute__((may_alias)) word;

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int byte, size_t count);
int memcmp(const void *left, const void *right, size_t count);

NO_IDIOMS void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    char *t = to;
    const char *f = from;
    if (!(((uintptr_t)t | (uintptr_t)f) % WORD))
        for (; count >= WORD; count -= WORD, t += WORD, f += WORD)
            *(word *)(void *)t = *(const word *)(const void *)f;
    while (count--)
        *t++ = *f++;
    return to;
}

NO_IDIOMS void *memmove(void *to, const void *from, size_t count)
{
    char *t = to;
    const char *f = from;
    if ((uintptr_t)t - (uintptr_t)f >= count) {
        while (count--)
            *t++ = *f++;
    } else {
        while (count--)
            t[count] = f[count];
    }
    return to;
}

NO_IDIOMS void *memset(void *to, int byte, size_t count)
{
    char *t = to;
    for (; count && (uintptr_t)t % WORD; count--)
        *t++ = (char)byte;
    uint32_t pattern = (unsigned char)byte * 0x01010101u;
    for (; count >= WORD; count -= WORD, t += WORD)
        *(word *)(void *)t = pattern;
    while (count--)
        *t++ = (char)byte;
    return to;
}

NO_IDIOMS int memcmp(const void *left, const void *right, size_t count)
{
    const unsigned char *l = left, *r = right;
    for (; count--; l++, r++)
        if (*l != *r)
            return *l - *r;
    return 0;
}

#ifdef __arm__
#define ALIAS(name, target) __attribute__((alias(#target))) void *name(void *to, const void *from, size_t count)
ALIAS(__aeabi_memcpy, memcpy);
ALIAS(__aeabi_memcpy4, memcpy);
ALIAS(__aeabi_memcpy8, memcpy);
ALIAS(__aeabi_memmove, memmove);
ALIAS(__aeabi_memmove4, memmove);
ALIAS(__aeabi_memmove8, memmove);

/* The argument order differs from memset's. */
NO_IDIOMS void __aeabi_memset(void *to, size_t count, int byte)
{
    memset(to, byte, count);
}
NO_IDIOMS void __aeabi_memclr(void *to, size_t count)
{
    memset(to, 0, count);
}
__attribute__((alias("__aeabi_memset"))) void __aeabi_memset4(void *to, size_t count, int byte);
__attribute__((alias("__aeabi_memset"))) void __aeabi_memset8(void *to, size_t count, int byte);
__attribute__((alias("__aeabi_memclr"))) void __aeabi_memclr4(void *to, size_t count);
__attribute__((alias("__aeabi_memclr"))) void __aeabi_memclr8(void *to, size_t count);
#endif
