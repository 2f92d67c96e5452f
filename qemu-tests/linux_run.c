// SPDX-License-Identifier: Apache-2.0
/* Runs every program of an object on packets with Linux's BPF_PROG_TEST_RUN, for packets.py:
 *
 *     linux_run OBJECT HEX...      a line for each program and packet: NAME INDEX RESULT HEX; 77: no bpf() here */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

#define PACKET_BYTES 8192
#define LINK_BYTES   14

/* Socket filters of Linux see what is behind the link header in a test run; on a packet socket, and here, they see the
 * frame. They get a second link header before it. */
static unsigned hidden_bytes(const struct bpf_program *program)
{
    return bpf_program__type(program) == BPF_PROG_TYPE_SOCKET_FILTER ? LINK_BYTES : 0;
}

static void run(const struct bpf_program *program, int index, const char *hex)
{
    static unsigned char in[PACKET_BYTES], out[PACKET_BYTES];
    unsigned size = (unsigned)(strlen(hex) / 2), hidden = hidden_bytes(program);
    for (unsigned i = 0; i < size && i + hidden < sizeof in; i++)
        sscanf(hex + 2 * i, "%2hhx", &in[hidden + i]);
    memmove(in, in + hidden, hidden);
    DECLARE_LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = in, .data_size_in = size + hidden, .data_out = out,
                        .data_size_out = sizeof out, .repeat = 1);
    if (bpf_prog_test_run_opts(bpf_program__fd(program), &options))
        return;
    printf("%s %d 0x%x ", bpf_program__name(program), index, options.retval);
    for (unsigned i = hidden; i < options.data_size_out; i++)
        printf("%02x", out[i]);
    printf("\n");
}

int main(int argc, char **argv)
{
    struct bpf_object *object = argc > 2 ? bpf_object__open(argv[1]) : NULL;
    struct bpf_program *program;
    if (!object || bpf_object__load(object))
        return 77;
    bpf_object__for_each_program(program, object)
    {
        for (int i = 2; i < argc; i++)
            run(program, i - 2, argv[i]);
    }
    bpf_object__close(object);
    return 0;
}
