// SPDX-License-Identifier: Apache-2.0
/* A main of the user's that wants a C library: newlib on ARM, picolibc on RISC-V. */
#include <board.h>
#include <stdlib.h>
#include <string.h>

uint64_t bpf_main(void *context, size_t context_bytes);

static void print(const char *text)
{
    for (; *text; text++)
        board_putchar(*text);
}

static int ascending(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

int main(void)
{
    uint32_t context[16] = {3, 1, 2, 3};
    int numbers[] = {30, 10, 20};
    char text[] = "sum=6";
    long expected = strtol(strchr(text, '=') + 1, NULL, 10);
    qsort(numbers, 3, sizeof *numbers, ascending);
    uint64_t sum = bpf_main(context, sizeof context);
    print(sum == (uint64_t)expected && numbers[0] == 10 && numbers[2] == 30 ? "libc ok\n" : "libc wrong\n");
    board_exit(sum == (uint64_t)expected ? 0 : 1);
}
