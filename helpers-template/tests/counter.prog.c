// SPDX-License-Identifier: Apache-2.0
/* Stands in for lifted code, with the calls that the lifter makes: PROGRAM selects tick (lookup; ++*value), or the
 * longer one that uses both maps, prints, and counts to the context's number. */
#include <stddef.h>
#include <stdint.h>

void *_bpf_helper_ext_0001(void *map, const void *key);
long _bpf_helper_ext_0002(void *map, const void *key, const void *value, uint64_t flags);
long _bpf_helper_ext_0003(void *map, const void *key);
long _bpf_helper_ext_0006(const void *format, uint32_t bytes, uint64_t a, uint64_t b, uint64_t c);
void *__lddw_helper_map_by_idx(uint64_t index);
void *__lddw_helper_map_val(uint64_t index);
uint64_t bpf_prog_tick(void *ctx, size_t ctx_size);

#if PROGRAM == 0
uint64_t bpf_prog_tick(void *ctx, size_t ctx_size)
{
    uint32_t key = 1;
    uint64_t *value = _bpf_helper_ext_0001(__lddw_helper_map_by_idx(0), &key);
    (void)ctx;
    (void)ctx_size;
    if (value)
        ++*value;
    return 0;
}
#else
uint64_t bpf_prog_tick(void *ctx, size_t ctx_size)
{
    uint32_t limit = *(uint32_t *)ctx, key = limit & 15;
    uint64_t sum = 0;
    uint64_t *value = _bpf_helper_ext_0001(__lddw_helper_map_by_idx(0), &key);
    if (value)
        sum = ++*value;
    _bpf_helper_ext_0002(__lddw_helper_map_by_idx(1), &key, &sum, 0);
    for (volatile uint32_t i = 0; i < limit; i++)
        ;
    if (limit < 100)
        sum += 1000 * (uint64_t)_bpf_helper_ext_0006(__lddw_helper_map_val(2), 14, limit, 0x123456789abcdef0, 0);
    if (limit == 5)
        _bpf_helper_ext_0003(__lddw_helper_map_by_idx(1), &key);
    if (limit == 6) /* faults on every board */
        __builtin_trap();
    *(uint32_t *)ctx = (uint32_t)ctx_size;
    return sum;
}
#endif
