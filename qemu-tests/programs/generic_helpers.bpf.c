// SPDX-License-Identifier: Apache-2.0
/* Helpers that need neither maps nor packets. The result has a bit for each expectation that holds. */
#include <barebpf/bpf.h>

#define EXPECT(bit, condition) passed |= (__u64)(condition) << (bit)

static __always_inline __u64 numbers(void)
{
    __u64 passed = 0;
    long number = 7;
    unsigned long natural = 7;
    EXPECT(0, bpf_strtol(" -12x", 6, 0, &number) == 4 && number == -12);
    EXPECT(1, bpf_strtol("0x1fg", 6, 0, &number) == 4 && number == 31);
    EXPECT(2, bpf_strtoul("017 ", 5, 0, &natural) == 3 && natural == 15);
    EXPECT(3, bpf_strtoul("-1", 3, 10, &natural) == -22 && natural == 0);
    EXPECT(4, bpf_strtol("9223372036854775808", 20, 10, &number) == -34);
    EXPECT(5, bpf_strtol("-9223372036854775808", 21, 10, &number) == 20 && number == -9223372036854775807L - 1);
    EXPECT(6, bpf_strtoul("18446744073709551616", 21, 10, &natural) == -34);
    EXPECT(7, bpf_strtol("12", 3, 7, &number) == -22);
    return passed;
}

static __always_inline __u64 texts(void)
{
    __u64 passed = 0;
    char text[16] = "", name[4] = "xyz";
    __u64 values[2] = {42, 0xabcdef0123ULL};
    long length = bpf_snprintf(text, sizeof(text), "%d-%llx", values, sizeof(values));
    EXPECT(8, length == 14 && bpf_strncmp(text, 14, "42-abcdef0123") == 0);
    length = bpf_snprintf(text, 5, "%d-%llx", values, sizeof(values));
    EXPECT(9, length == 14 && bpf_strncmp(text, 5, "42-a") == 0);
    EXPECT(10, bpf_strncmp(text, 5, "42-b") < 0 && bpf_strncmp(text, 5, "42") > 0);
    EXPECT(11, bpf_get_current_comm(name, sizeof(name)) == 0 && bpf_strncmp(name, 4, "bar") == 0);
    return passed;
}

static __always_inline __u64 rest(void)
{
    __u64 passed = 0;
    __u32 word = 5;
    char text[4] = "abc";
    EXPECT(12, bpf_get_current_pid_tgid() == 0 && bpf_get_current_uid_gid() == 0 && bpf_get_numa_node_id() == 0);
    EXPECT(13, bpf_probe_read_kernel(&word, sizeof(word), (void *)0x20000000) == -14 && word == 0);
    EXPECT(14, bpf_probe_read_kernel_str(text, sizeof(text), (void *)0x20000000) == -14 && text[0] == 0);
    __u64 before = bpf_ktime_get_ns(), boot = bpf_ktime_get_boot_ns(), coarse = bpf_ktime_get_coarse_ns();
    EXPECT(15, before <= boot && boot <= coarse && bpf_jiffies64() <= bpf_ktime_get_ns() / 1000000);
    return passed;
}

SEC("raw")
__u64 generic_helpers(__u32 *ctx)
{
    return numbers() | texts() | rest();
}
