#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A timer's interrupt and the main loop use the same maps at once. With the locks nothing is lost or torn; without them
something is, so the test can see it.

    storm.py --barebpf TOOL --clang CLANG [--operations N]
"""
import os
import subprocess
import sys

import common

BOARD = "cortex-m4"
NO_LOCKS = "#define BAREBPF_SHARED 0\n"


def outcome(options, directory, prefix):
    """The line that storm_main.c, with `prefix` before it, prints in the end."""
    programs = os.path.join(common.ROOT, "qemu-tests", "programs")
    main_file, image = os.path.join(directory, "storm_main.c"), os.path.join(directory, "storm.elf")
    target = os.path.join(directory, "empty.bpf.o")
    with open(os.path.join(programs, "storm_main.c"), encoding="utf-8") as file:
        source = file.read()
    with open(main_file, "w", encoding="utf-8") as file:
        file.write(f"#define OPERATIONS {options.operations}u\n{prefix}{source}")
    common.compile_bpf(options, os.path.join(programs, "empty.bpf.c"), target)
    result = common.tool(options, "build", target, "--board", BOARD, "--main", main_file, "-o", image)
    if result.returncode != 0:
        raise common.Failure(f"exit status {result.returncode}\n{result.stderr}")
    # As on a real board: nobody ends this firmware, it idles when it is done.
    command = ["timeout", "1000", *common.board(BOARD)["qemu"], "-kernel", image]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as emulator:
        line = emulator.stdout.readline()
        emulator.terminate()
    print(line.strip())
    return line.split()[:2]


def test(options, directory):
    """With and without locks."""
    common.expect("with locks", outcome(options, directory, ""), ["storm", "ok"])
    common.expect("without locks", outcome(options, directory, NO_LOCKS), ["storm", "wrong"])


def main():
    parser = common.parser(__doc__)
    parser.add_argument("--operations", type=int, default=200000)
    options = parser.parse_args()
    common.skip_without_emulator(BOARD)
    return common.main(test, options)


if __name__ == "__main__":
    sys.exit(main())
