#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random operations on maps of every type on a board give the answers that they give on the host.

    map_models.py --barebpf TOOL --clang CLANG --model HELPERS_MAP_MODEL_TEST BOARD
"""
import os
import re
import subprocess
import sys

import common


def board_lines(options, image, count):
    """The first lines that the image prints. Nobody ends this firmware, it idles when it is done."""
    command = ["timeout", "100", *common.board(options.board)["qemu"], "-kernel", image]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as emulator:
        lines = [emulator.stdout.readline().strip() for _ in range(count)]
        emulator.terminate()
    return lines


def test(options, directory):
    """Builds the firmware and compares its digests with the host's."""
    programs = os.path.join(common.ROOT, "qemu-tests", "programs")
    main_file, target = os.path.join(programs, "maps_main.c"), os.path.join(directory, "empty.bpf.o")
    image = os.path.join(directory, "maps.elf")
    with open(main_file, encoding="utf-8") as file:
        steps = re.search(r"#define STEPS (\d+)", file.read()).group(1)
    common.compile_bpf(options, os.path.join(programs, "empty.bpf.c"), target)
    result = common.tool(options, "build", target, "--board", options.board, "--main", main_file, "-o", image)
    if result.returncode != 0:
        raise common.Failure(f"exit status {result.returncode}\n{result.stderr}")
    want = subprocess.run([options.model, "--digests", steps], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.splitlines()
    common.expect("digests", board_lines(options, image, len(want)), want)
    print(f"{len(want)} maps, {steps} steps each")


def main():
    parser = common.parser(__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("board")
    options = parser.parse_args()
    common.skip_without_emulator(options.board)
    return common.main(test, options)


if __name__ == "__main__":
    sys.exit(main())
