// SPDX-License-Identifier: Apache-2.0
/* Iterators over numbers: bpf_iter_num_new, _next, _destroy. Source: the kernel's documentation and its answers: the
 * eight bytes hold the number that was given last and the end; `next` gives the place of the number, or NULL. */
#include "inside.h"

#include <string.h>

/* Linux: BPF_MAX_LOOPS. */
#define ITERATOR_LIMIT (8ll * 1024 * 1024)

struct iterator {
    int32_t last, end;
};

/* An empty range is none; one that is too long, or backwards, is an error and none either. */
static int64_t begin(struct iterator *it, int32_t start, int32_t end)
{
    int64_t rounds = (int64_t)end - start;
    *it = (struct iterator){0};
    if (rounds < 0)
        return -22;
    if (rounds > ITERATOR_LIMIT)
        return -7;
    *it = (struct iterator){(int32_t)((uint32_t)start - 1), end};
    return 0;
}

static bool advance(struct iterator *it)
{
    int64_t next = (int64_t)(int32_t)((uint32_t)it->last + 1);
    bool more = next < it->end;
    *it = more ? (struct iterator){(int32_t)next, it->end} : (struct iterator){0};
    return more;
}

bool ref_kfunc(struct ref_machine *m, const char *name, uint32_t at)
{
    struct iterator it;
    uint64_t result = 0;
    if (strncmp(name, "bpf_iter_num_", 13) != 0)
        return ref_fault(m, at, "the helper is a function of the firmware");
    uint8_t *bytes = ref_memory(m, m->regs[1], sizeof it, true);
    if (!bytes || m->access.space != REF_SPACE_STACK)
        return ref_fault(m, at, "iterator outside the stack");
    memcpy(&it, bytes, sizeof it);
    if (strcmp(name, "bpf_iter_num_new") == 0)
        m->held++, result = (uint64_t)begin(&it, (int32_t)m->regs[2], (int32_t)m->regs[3]);
    else if (strcmp(name, "bpf_iter_num_next") == 0)
        result = advance(&it) ? m->regs[1] : 0;
    else
        m->held--, it = (struct iterator){0};
    memcpy(bytes, &it, sizeof it);
    m->regs[0] = result;
    return true;
}
