// SPDX-License-Identifier: Apache-2.0
/* barebpf: verified eBPF objects as firmware without an operating system.
 * The way through the source: options.c says what can be asked, commands/ answer it, compile.c is the pipeline that
 * most of them use. */
#include "options.h"

int main(int argc, char *argv[])
{
    (void)argc;
    struct options options;
    const struct command *command;
    struct diag *d = diag_new(NULL);

    int status = 0;
    if (options_parse(&options, &command, argv, d)) {
        diag_free(d);
        d = diag_new(options.input_count ? options.inputs[0] : NULL);
        status = command->run(&options, d);
    } else {
        status = (int)diag_status(d);
    }
    if (diag_status(d) != STATUS_OK)
        diag_print(d, stderr, options.colour);
    if (fflush(stdout) != 0 && status == 0) {
        perror("barebpf: standard output");
        status = STATUS_INPUT;
    }
    options_free(&options);
    diag_free(d);
    return status;
}
