// SPDX-License-Identifier: Apache-2.0
/* Contexts against the Linux kernel: for every hook that Linux has, programs that read, read with sign extension, or
 * write each (offset, size) of the context, and programs that return numbers at the edges of the hook's range. Our
 * verdict and the kernel's must be the same.
 *
 *     kernel_context [HOOK]      exit 0 no difference, 1 a difference, 77 no bpf() here */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "verify/verify.h"

/* Contexts are looked at up to here; longer ones are all of one kind behind it. */
#define OFFSET_LIMIT 264u

#define TRACEPOINT  5u  /* BPF_PROG_TYPE_TRACEPOINT */
#define SYSCALL     31u /* BPF_PROG_TYPE_SYSCALL, */
#define F_SLEEPABLE 16u /* whose programs must be BPF_F_SLEEPABLE */

/* One program in both forms: at most 4 instructions. */
struct trial {
    const struct hook *hook;
    struct bpf_insn raw[4];
    uint32_t count;
};

static void add(struct trial *t, uint8_t code, unsigned dst, unsigned src, int16_t off, int32_t imm)
{
    struct bpf_insn insn;
    uint8_t bytes[sizeof insn] = {code, (uint8_t)(dst | src << 4)};
    memcpy(bytes + 2, &off, sizeof off);
    memcpy(bytes + 4, &imm, sizeof imm);
    memcpy(&insn, bytes, sizeof insn);
    t->raw[t->count++] = insn;
}

static bool linux_accepts(const struct trial *t)
{
    DECLARE_LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = (enum bpf_attach_type)t->hook->attach_type,
                        .prog_flags = t->hook->program_type == SYSCALL ? F_SLEEPABLE : 0);
    int fd = bpf_prog_load((enum bpf_prog_type)t->hook->program_type, "context", "GPL", t->raw, t->count, &options);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

static bool we_accept(const struct trial *t)
{
    struct program p = {0};
    struct diag *d = diag_new(NULL);
    const struct limits limits = {.context_bytes = NONE};
    struct verified *v = NULL;
    if (program_from_bytes(&p, "context", (const uint8_t *)t->raw, t->count, d)) {
        p.funcs[0].hook = t->hook;
        v = verify_program(&p, 0, &limits, NULL, d);
    }
    bool accepts = v != NULL;
    verified_free(v);
    program_free(&p);
    diag_free(d);
    return accepts;
}

/* True when both judge alike; says so when not. */
static bool compare(const struct trial *t, const char *what, int number, unsigned bytes)
{
    bool ours = we_accept(t), theirs = linux_accepts(t);
    if (ours != theirs)
        printf("%s: %s %d, %u bytes: %s only\n", t->hook->name, what, number, bytes,
               ours ? "we accept" : "Linux accepts");
    return ours == theirs;
}

/* A number that the hook's programs may return. */
static int result_of(const struct hook *hook)
{
    return hook->return_low <= hook->return_high ? (int)hook->return_high : 0;
}

static bool check_access(const struct hook *hook, int offset, unsigned log2)
{
    static const uint8_t width_codes[] = {0x10, 0x08, 0x00, 0x18};
    bool same = true;
    struct trial read = {.hook = hook}, extend = {.hook = hook}, write = {.hook = hook};
    add(&read, 0x61 | width_codes[log2], 2, 1, (int16_t)offset, 0);
    add(&extend, 0x81 | width_codes[log2], 2, 1, (int16_t)offset, 0);
    add(&write, 0x62 | width_codes[log2], 1, 0, (int16_t)offset, 0);
    struct trial *const trials[] = {&read, &extend, &write};
    static const char *const names[] = {"read at", "extending read at", "write at"};
    for (unsigned i = 0; i < 3; i++) {
        add(trials[i], 0xb7, 0, 0, 0, result_of(hook));
        add(trials[i], 0x95, 0, 0, 0, 0);
        if (i != 1 || log2 < 3)
            same = compare(trials[i], names[i], offset, 1u << log2) && same;
    }
    return same;
}

static bool check_results(const struct hook *hook)
{
    static const int results[] = {INT32_MIN, -1, 0, 1, 2, 3, 4, INT32_MAX};
    bool same = true;
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        struct trial t = {.hook = hook};
        add(&t, 0xb7, 0, 0, 0, results[i]);
        add(&t, 0x95, 0, 0, 0, 0);
        same = compare(&t, "return of", results[i], 8) && same;
    }
    struct trial pointer = {.hook = hook};
    add(&pointer, 0xbf, 0, 1, 0, 0);
    add(&pointer, 0x95, 0, 0, 0, 0);
    return compare(&pointer, "return of the context", 0, 8) && same;
}

/* True when the kernel has this kind of program at all. */
static bool linux_has(const struct hook *hook)
{
    struct trial t = {.hook = hook};
    add(&t, 0xb7, 0, 0, 0, result_of(hook));
    add(&t, 0x95, 0, 0, 0, 0);
    return hook->program_type && linux_accepts(&t);
}

static bool check_hook(const struct hook *hook)
{
    uint32_t end = hook->layout->bytes + 9 < OFFSET_LIMIT ? hook->layout->bytes + 9 : OFFSET_LIMIT;
    bool same = check_results(hook);
    for (uint32_t offset = 0; offset < end; offset++)
        for (unsigned log2 = 0; log2 < 4; log2++)
            if (offset % (1u << log2) == 0 || offset < 24)
                same = check_access(hook, (int)offset, log2) && same;
    /* Linux 6.18 compares a tracepoint's negative offset as an unsigned number, and accepts what lies before the
     * record. */
    return (hook->program_type == TRACEPOINT || check_access(hook, -8, 3)) && same;
}

int main(int argc, char **argv)
{
    const struct hook *hook;
    unsigned checked = 0, absent = 0, different = 0;
    if (!linux_has(hook_named("socket"))) {
        printf("skipped: this kernel does not take BPF programs from us (%s)\n", strerror(errno));
        return 77;
    }
    for (uint32_t i = 0; (hook = hook_at(i)); i++) {
        if (!hook->program_type || (argc > 1 && strcmp(argv[1], hook->name) != 0))
            continue;
        if (!linux_has(hook)) {
            printf("%s: this kernel has no such programs\n", hook->name);
            absent++;
            continue;
        }
        checked++;
        different += !check_hook(hook);
    }
    printf("%u hooks compared with Linux, %u of them differ, %u absent\n", checked, different, absent);
    return different || !checked;
}
