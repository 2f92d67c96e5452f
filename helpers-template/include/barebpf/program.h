// SPDX-License-Identifier: Apache-2.0
/* The program in the image, for main and for users' firmware. */
#ifndef BAREBPF_PROGRAM_H
#define BAREBPF_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

/* What was verified; defined by the generated stubs. */
struct barebpf_program {
    const char *name;       /* function name of the program behind bpf_main */
    uint32_t context_kind;  /* enum barebpf_context_kind of run.h */
    uint32_t context_bytes; /* plain memory: the size that the program was verified with; packets: 0 */
};
extern const struct barebpf_program barebpf_program;

/* The interface that the last bpf_redirect() named, when a program returns XDP_REDIRECT or TC_ACT_REDIRECT. */
extern uint32_t barebpf_redirect_ifindex;

/* Sends a copy of a frame, for bpf_clone_redirect(): 0, or a negative error number. A firmware with interfaces has its
 * own; this one knows none (-EINVAL, as Linux). */
long barebpf_transmit(uint32_t ifindex, const void *frame, size_t bytes);

/* Runs the selected program. `ctx` has `ctx_size` readable bytes, at least barebpf_program.context_bytes; for xdp it is
 * a struct barebpf_xdp_md. Returns r0. */
uint64_t bpf_main(void *ctx, size_t ctx_size);

#endif
