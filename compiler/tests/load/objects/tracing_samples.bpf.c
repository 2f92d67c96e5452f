// SPDX-License-Identifier: Apache-2.0
/* In the manner of tools that trace: kprobes, tracepoints, stack keys, text in read-only data, functions that call
 * functions, a global function and a callback. */
#include <barebpf/bpf.h>

struct event {
    __u64 when;
    __u32 pid, kind;
    char name[16];
};

struct {
    __uint(type, 27); /* ringbuf */
    __uint(max_entries, 1 << 16);
} events SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8192);
    __uint(key_size, sizeof(__u64));
    __uint(value_size, sizeof(struct event));
} started SEC(".maps");

static long (*const ringbuf_output)(void *map, void *data, __u64 size, __u64 flags) = (void *)130;
static __u64 (*const get_pid)(void) = (void *)14;
static long (*const get_comm)(void *buffer, __u32 size) = (void *)16;
static long (*const loop)(__u32 count, void *callback, void *context, __u64 flags) = (void *)181;

const volatile __u32 only_pid = 0;
static volatile const char banner[] = "tracing from here on";
__u64 totals[4];

__attribute__((noinline)) __u64 weigh(__u64 time, __u32 kind)
{
    return time / (kind + 3) + totals[kind & 3];
}

static __attribute__((noinline)) int fill(struct event *event, __u32 kind)
{
    event->when = weigh(bpf_ktime_get_ns(), kind);
    event->pid = get_pid() >> 32;
    event->kind = kind;
    get_comm(event->name, sizeof event->name);
    return only_pid && event->pid != only_pid;
}

static int add_up(__u32 index, void *context)
{
    totals[index & 3] += banner[index & 15];
    return 0;
}

SEC("kprobe/do_exit")
int on_exit(void *ctx)
{
    struct event event = {};
    __u64 key = get_pid();
    if (fill(&event, 1))
        return 0;
    bpf_map_update_elem(&started, &key, &event, BPF_ANY);
    return loop(16, add_up, 0, 0);
}

SEC("tracepoint/syscalls/sys_enter_openat")
int on_open(void *ctx)
{
    struct event event = {};
    __u64 key = get_pid();
    struct event *before = bpf_map_lookup_elem(&started, &key);
    if (!before || fill(&event, 2))
        return 0;
    event.when -= weigh(before->when, 3);
    return ringbuf_output(&events, &event, sizeof event, 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
__u32 _version SEC("version") = 0x060c00;
