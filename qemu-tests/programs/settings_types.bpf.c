// SPDX-License-Identifier: Apache-2.0
/* The context of settings.bpf.c as another build of the firmware has it. */
struct settings {
    unsigned more, a;
} layout;
