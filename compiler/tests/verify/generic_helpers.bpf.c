// SPDX-License-Identifier: Apache-2.0
/* Helpers on texts and numbers get constant strings, whole results and sizes that fit. */
#include <barebpf/bpf.h>

static const char gpl[] SEC("license") = "GPL"; /* bpf_snprintf */

struct context {
    __u32 number;
};

SEC("raw")
__u64 formats_reads_and_compares(struct context *ctx)
{
    char text[16];
    long number;
    __u64 values[1] = {ctx->number};
    bpf_snprintf(text, sizeof(text), "%llu", values, sizeof(values));
    if (bpf_strtol(text, sizeof(text), 10, &number) < 0)
        return 1;
    return bpf_strncmp(text, sizeof(text), "7") == 0 ? 2 : (__u64)number;
}

SEC("raw")
__u64 compares_with_a_text_that_is_not_constant(struct context *ctx)
{
    char left[4] = "abc", right[4] = "abc";
    return (__u64)bpf_strncmp(left, 4, right); /* error[helper-argument] */
}

SEC("raw")
__u64 formats_more_values_than_it_has(struct context *ctx)
{
    char text[16];
    __u64 values[1] = {ctx->number};
    return (__u64)bpf_snprintf(text, sizeof(text), "%d %d", values, sizeof(values)); /* error[helper-argument] */
}

SEC("raw")
__u64 formats_past_the_buffer(struct context *ctx)
{
    char text[4];
    __u64 values[1] = {ctx->number};
    return (__u64)bpf_snprintf(text, 8, "%d", values, sizeof(values)); /* error[out-of-bounds] */
}

SEC("raw")
__u64 formats_by_a_format_that_is_not_constant(struct context *ctx)
{
    char text[4], format[4] = "%d";
    __u64 values[1] = {ctx->number};
    return (__u64)bpf_snprintf(text, sizeof(text), format, values, sizeof(values)); /* error[helper-argument] */
}

SEC("raw")
__u64 reads_a_number_into_four_bytes(struct context *ctx)
{
    __u32 number[1];
    return (__u64)bpf_strtol("12", 3, 10, (long *)number); /* error[out-of-bounds] */
}

SEC("raw")
__u64 reads_a_number_to_where_none_can_lie(struct context *ctx)
{
    char bytes[16];
    return (__u64)bpf_strtol("12", 3, 10, (long *)(bytes + 3)); /* error[helper-argument] */
}

static const volatile long constant = 7;
SEC("xdp") int parses_into_read_only_memory(struct xdp_md *ctx)
{
    bpf_strtol("12", 3, 10, (long *)&constant); /* error[*] */
    return 2;
}
