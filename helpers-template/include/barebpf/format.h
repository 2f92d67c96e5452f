// SPDX-License-Identifier: Apache-2.0
/* The conversions of format strings (bpf_trace_printk, bpf_trace_vprintk, bpf_snprintf), once for the target, which
 * prints them, and for the host, which prints what a target only logged. Source: the UAPI's description of helpers 6
 * and 177. */
#ifndef BAREBPF_FORMAT_H
#define BAREBPF_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

/* One conversion: "%-08llx". */
struct format_conversion {
    char letter;
    bool left, zero, plus, space;
    unsigned bytes; /* size of the number */
    unsigned width;
};

/* Reads one conversion behind its '%'; returns what follows it, NULL when it is not one of ours. `pointer_bytes`: size
 * of a pointer of the target. */
static inline const char *format_parse(struct format_conversion *c, const char *at, unsigned pointer_bytes)
{
    *c = (struct format_conversion){.bytes = 4};
    for (;; at++) {
        if (*at == '-')
            c->left = true;
        else if (*at == '0')
            c->zero = true;
        else if (*at == '+')
            c->plus = true;
        else if (*at == ' ')
            c->space = true;
        else
            break;
    }
    for (; *at >= '0' && *at <= '9' && c->width < 1000; at++)
        c->width = 10 * c->width + (unsigned)(*at - '0');
    if (*at == 'l') {
        c->bytes = 8;
        at += at[1] == 'l' ? 2 : 1;
    } else if (*at == 'h') {
        c->bytes = at[1] == 'h' ? 1 : 2;
        at += at[1] == 'h' ? 2 : 1;
    }
    c->letter = *at++;
    switch (c->letter) {
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'c':
    case 's': return at;
    case 'p': c->bytes = pointer_bytes; return *at == 'x' || *at == 'K' ? at + 1 : at;
    default: return NULL;
    }
}

#endif
