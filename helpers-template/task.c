// SPDX-License-Identifier: Apache-2.0
/* Defaults of <barebpf/task.h>, and reading what it declares readable. */
#include <barebpf/task.h>

#include "rt.h"

__attribute__((weak)) uint64_t barebpf_task_id(void)
{
    return 0;
}

__attribute__((weak)) uint64_t barebpf_task_owner(void)
{
    return 0;
}

__attribute__((weak)) const char *barebpf_task_name(void)
{
    return "barebpf";
}

__attribute__((weak)) bool barebpf_readable(uintptr_t address, size_t bytes)
{
    (void)address;
    (void)bytes;
    return false;
}

/* Is the whole of it an address of this machine, and declared readable? */
static bool is_readable(uint64_t address, uint32_t bytes)
{
    uint64_t last = address + bytes - 1;
    return last >= address && last <= UINTPTR_MAX && barebpf_readable((uintptr_t)address, bytes);
}

long rt_probe_read(void *to, uint32_t bytes, uint64_t address)
{
    if (!bytes)
        return 0;
    if (is_readable(address, bytes)) {
        __builtin_memmove(to, (const void *)(uintptr_t)address, bytes);
        return 0;
    }
    __builtin_memset(to, 0, bytes);
    return -RT_EFAULT;
}

long rt_probe_read_str(void *to, uint32_t bytes, uint64_t address)
{
    char *text = to;
    for (uint32_t i = 0; i < bytes; i++) {
        if (!is_readable(address + i, 1)) {
            __builtin_memset(to, 0, bytes);
            return -RT_EFAULT;
        }
        text[i] = i + 1 < bytes ? *(const char *)(uintptr_t)(address + i) : 0;
        if (!text[i])
            return (long)i + 1;
    }
    return 0;
}

long rt_copy_text(void *to, const char *text, uint32_t bytes)
{
    char *copy = to;
    uint32_t i = 0;
    for (; i + 1 < bytes && text[i]; i++)
        copy[i] = text[i];
    __builtin_memset(copy + i, 0, bytes - i);
    return 0;
}
