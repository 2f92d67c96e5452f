// SPDX-License-Identifier: Apache-2.0
/* For BPF programs (clang -target bpf): integers, SEC, map definitions, struct xdp_md, Ethernet headers and the helpers
 * that exist on bare metal, with Linux's names and numbers, so that the same source also compiles with the kernel's and
 * libbpf's headers: -DBAREBPF_STOCK_HEADERS takes those instead.
 * Source: the UAPI's linux/bpf.h; helper numbers as in compiler/program/helpers.def. */
#ifndef BAREBPF_BPF_H
#define BAREBPF_BPF_H

#ifdef BAREBPF_STOCK_HEADERS

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#else

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;

/* The ELF section that a function or variable goes to; it names the hook ("xdp") or ".maps". */
#define SEC(name)                                                                                                      \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wignored-attributes\"")                          \
        __attribute__((section(name), used)) _Pragma("GCC diagnostic pop")

/* Members of a map definition: a number, a type, and what a map of maps holds. */
#define __uint(name, number) int(*name)[number]
#define __type(name, type)   __typeof__(type) *name
#define __array(name, type)  __typeof__(type) *name[]

/* Externs: a setting of the board, a function or variable of the firmware; weak ones may be missing (address 0). */
#define __kconfig            __attribute__((section(".kconfig")))
#define __ksym               __attribute__((section(".ksyms")))
#ifndef __weak
#define __weak __attribute__((weak))
#endif

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

enum bpf_map_type {
    BPF_MAP_TYPE_HASH = 1,
    BPF_MAP_TYPE_ARRAY = 2,
    BPF_MAP_TYPE_PROG_ARRAY = 3,
    BPF_MAP_TYPE_PERF_EVENT_ARRAY = 4,
    BPF_MAP_TYPE_PERCPU_HASH = 5,
    BPF_MAP_TYPE_PERCPU_ARRAY = 6,
    BPF_MAP_TYPE_LRU_HASH = 9,
    BPF_MAP_TYPE_LRU_PERCPU_HASH = 10,
    BPF_MAP_TYPE_LPM_TRIE = 11,
    BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
    BPF_MAP_TYPE_HASH_OF_MAPS = 13,
    BPF_MAP_TYPE_DEVMAP = 14,
    BPF_MAP_TYPE_QUEUE = 22,
    BPF_MAP_TYPE_STACK = 23,
    BPF_MAP_TYPE_RINGBUF = 27,
    BPF_MAP_TYPE_BLOOM_FILTER = 30,
};

/* Flags of map definitions. */
enum { BPF_F_NO_PREALLOC = 1, BPF_F_RDONLY_PROG = 1 << 7, BPF_F_WRONLY_PROG = 1 << 8 };

/* Flags of bpf_map_update_elem; BPF_EXIST of bpf_map_push_elem: drop the oldest value when the queue is full. */
enum { BPF_ANY = 0, BPF_NOEXIST = 1, BPF_EXIST = 2 };

/* Flags of bpf_perf_event_output, and what bpf_ringbuf_query is asked for. */
#define BPF_F_CURRENT_CPU 0xffffffffULL
enum { BPF_RB_AVAIL_DATA, BPF_RB_RING_SIZE, BPF_RB_CONS_POS, BPF_RB_PROD_POS };

enum xdp_action { XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT };

/* The context of an XDP program; data and data_end are packet pointers. */
struct xdp_md {
    __u32 data;
    __u32 data_end;
    __u32 data_meta;
    __u32 ingress_ifindex;
    __u32 rx_queue_index;
    __u32 egress_ifindex;
};

#define ETH_ALEN     6
#define ETH_P_IP     0x0800
#define ETH_P_ARP    0x0806
#define ETH_P_IPV6   0x86DD

struct ethhdr {
    __u8 h_dest[ETH_ALEN];
    __u8 h_source[ETH_ALEN];
    __be16 h_proto;
} __attribute__((packed));

/* BPF is little-endian here; the network is big-endian. */
#define bpf_htons(x) __builtin_bswap16(x)
#define bpf_ntohs(x) __builtin_bswap16(x)
#define bpf_htonl(x) __builtin_bswap32(x)
#define bpf_ntohl(x) __builtin_bswap32(x)

/* What these hold is the firmware's: programs reserve 16 bytes of a map value or of their stack, aligned to 8. */
struct bpf_timer;
struct bpf_dynptr;

static void *(*const bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*const bpf_map_update_elem)(void *map, const void *key, const void *value, __u64 flags) = (void *)2;
static long (*const bpf_map_delete_elem)(void *map, const void *key) = (void *)3;
static __u64 (*const bpf_ktime_get_ns)(void) = (void *)5;
static long (*const bpf_trace_printk)(const char *format, __u32 format_size, ...) = (void *)6;
static __u32 (*const bpf_get_prandom_u32)(void) = (void *)7;
static __u32 (*const bpf_get_smp_processor_id)(void) = (void *)8;
static long (*const bpf_probe_read)(void *to, __u32 size, const void *from) = (void *)4;
static __u64 (*const bpf_get_current_pid_tgid)(void) = (void *)14;
static __u64 (*const bpf_get_current_uid_gid)(void) = (void *)15;
static long (*const bpf_get_current_comm)(void *to, __u32 size) = (void *)16;
static long (*const bpf_get_numa_node_id)(void) = (void *)42;
static long (*const bpf_strtol)(const char *text, unsigned long size, __u64 flags, long *result) = (void *)105;
static long (*const bpf_strtoul)(const char *text, unsigned long size, __u64 flags,
                                 unsigned long *result) = (void *)106;
static long (*const bpf_probe_read_kernel)(void *to, __u32 size, const void *from) = (void *)113;
static long (*const bpf_probe_read_kernel_str)(void *to, __u32 size, const void *from) = (void *)115;
static __u64 (*const bpf_jiffies64)(void) = (void *)118;
static __u64 (*const bpf_ktime_get_boot_ns)(void) = (void *)125;
static __u64 (*const bpf_ktime_get_coarse_ns)(void) = (void *)160;
static long (*const bpf_snprintf)(char *to, __u32 to_size, const char *format, __u64 *data,
                                  __u32 data_size) = (void *)165;
static long (*const bpf_strncmp)(const char *left, __u32 size, const char *right) = (void *)182;
static long (*const bpf_perf_event_output)(void *ctx, void *map, __u64 flags, const void *data,
                                           __u64 size) = (void *)25;
static long (*const bpf_map_push_elem)(void *map, const void *value, __u64 flags) = (void *)87;
static long (*const bpf_map_pop_elem)(void *map, void *value) = (void *)88;
static long (*const bpf_map_peek_elem)(void *map, void *value) = (void *)89;
static long (*const bpf_ringbuf_output)(void *map, const void *data, __u64 size, __u64 flags) = (void *)130;
static void *(*const bpf_ringbuf_reserve)(void *map, __u64 size, __u64 flags) = (void *)131;
static void (*const bpf_ringbuf_submit)(void *record, __u64 flags) = (void *)132;
static void (*const bpf_ringbuf_discard)(void *record, __u64 flags) = (void *)133;
static __u64 (*const bpf_ringbuf_query)(void *map, __u64 what) = (void *)134;
static long (*const bpf_dynptr_from_mem)(void *data, __u32 size, __u64 flags, struct bpf_dynptr *ptr) = (void *)197;
static long (*const bpf_ringbuf_reserve_dynptr)(void *map, __u32 size, __u64 flags,
                                                struct bpf_dynptr *ptr) = (void *)198;
static void (*const bpf_ringbuf_submit_dynptr)(struct bpf_dynptr *ptr, __u64 flags) = (void *)199;
static void (*const bpf_ringbuf_discard_dynptr)(struct bpf_dynptr *ptr, __u64 flags) = (void *)200;
static long (*const bpf_dynptr_read)(void *to, __u32 size, const struct bpf_dynptr *from, __u32 offset,
                                     __u64 flags) = (void *)201;
static long (*const bpf_dynptr_write)(const struct bpf_dynptr *to, __u32 offset, const void *from, __u32 size,
                                      __u64 flags) = (void *)202;
static void *(*const bpf_dynptr_data)(const struct bpf_dynptr *ptr, __u32 offset, __u32 size) = (void *)203;
static void *(*const bpf_map_lookup_percpu_elem)(void *map, const void *key, __u32 cpu) = (void *)195;
static long (*const bpf_tail_call)(void *ctx, void *prog_array_map, __u32 index) = (void *)12;
static long (*const bpf_for_each_map_elem)(void *map, void *callback, void *callback_ctx, __u64 flags) = (void *)164;
static long (*const bpf_timer_init)(struct bpf_timer *timer, void *map, __u64 flags) = (void *)169;
static long (*const bpf_timer_set_callback)(struct bpf_timer *timer, void *callback) = (void *)170;
static long (*const bpf_timer_start)(struct bpf_timer *timer, __u64 nsecs, __u64 flags) = (void *)171;
static long (*const bpf_timer_cancel)(struct bpf_timer *timer) = (void *)172;
static long (*const bpf_loop)(__u32 nr_loops, void *callback, void *callback_ctx, __u64 flags) = (void *)181;
static long (*const bpf_trace_vprintk)(const char *format, __u32 format_size, const void *data,
                                       __u32 data_size) = (void *)177;

/* Prints on the board's console; up to three numbers or strings after the format. */
#define bpf_printk(format, ...)                                                                                        \
    ({                                                                                                                 \
        static const char bpf_printk_format[] = format;                                                                \
        bpf_trace_printk(bpf_printk_format, sizeof(bpf_printk_format), ##__VA_ARGS__);                                 \
    })

#endif
#endif
