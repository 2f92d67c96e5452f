#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random operations on maps of every type on a board give the answers that they give on the host.

    map_models.py --barebpf TOOL --clang CLANG --model HELPERS_MAP_MODEL_TEST [--steps N] BOARD...
"""
import os
import subprocess
import sys

import common


def board_lines(board, image, count):
    """The first lines that the image prints. Nobody ends this firmware, it idles when it is done."""
    command = ["timeout", "3000", *common.board(board)["qemu"], "-kernel", image]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as emulator:
        lines = [emulator.stdout.readline().strip() for _ in range(count)]
        emulator.terminate()
    return lines


def test(options, directory):
    """Builds the firmware for each board and compares its digests with the host's."""
    programs = os.path.join(common.ROOT, "qemu-tests", "programs")
    main_file, target = os.path.join(directory, "maps_main.c"), os.path.join(directory, "empty.bpf.o")
    with open(os.path.join(programs, "maps_main.c"), encoding="utf-8") as file:
        source = file.read()
    with open(main_file, "w", encoding="utf-8") as file:
        file.write(f"#define STEPS {options.steps}u\n{source}")
    common.compile_bpf(options, os.path.join(programs, "empty.bpf.c"), target)
    want = subprocess.run([options.model, "--digests", str(options.steps)], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.splitlines()
    for board in options.board:
        image = os.path.join(directory, f"{board}.elf")
        result = common.tool(options, "build", target, "--board", board, "--main", main_file, "-o", image)
        if result.returncode != 0:
            raise common.Failure(f"exit status {result.returncode}\n{result.stderr}")
        common.expect(f"{board}: digests", board_lines(board, image, len(want)), want)
        print(f"{board}: {len(want)} maps, {options.steps} steps each, as on the host", flush=True)


def main():
    parser = common.parser(__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--steps", type=int, default=5000)
    return common.main_on_boards(test, parser)


if __name__ == "__main__":
    sys.exit(main())
