#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Deferred printk gives the text that printk gives: through `run`, and through `log` from what a board without a host
writes, where it is mixed with text. The image holds neither formatter nor formats.

    printk.py --barebpf TOOL --clang CLANG BOARD...
"""
import json
import os
import subprocess
import sys

import common

CONTEXT = "hex:29000000fbffffffefcdab8967452301"
SPARED = 1200  # bytes of flash that five messages and the formatter take at least, less what the messages' numbers do


def run(options, target, board, image, *more):
    """The console of a run on the board, and executed instructions."""
    result = common.tool(options, "run", target, "--board", board, "--ctx", CONTEXT, "--json", "-o", image, *more)
    common.expect(f"{board}: exit status", (result.returncode, result.stderr), (0, ""))
    answer = json.loads(result.stdout)
    return answer["console"], answer["runs"][0]["instructions"]


def deployed(options, board, image):
    """What `log` makes of the console when nobody gives the firmware a context: all zeros."""
    command = ["timeout", "60", *common.board(board)["qemu"], "-kernel", image]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as emulator:
        with subprocess.Popen([options.barebpf, "log", image], stdin=emulator.stdout, stdout=subprocess.PIPE) as log:
            lines = []
            while not lines or b"r0 = " not in lines[-1]:
                line = log.stdout.readline()
                if not line:
                    raise common.Failure(f"{board}: the log ends with {lines}")
                lines.append(line)
            emulator.terminate()
    return b"".join(lines).decode(errors="replace")


def flash(options, directory, board, *more):
    """Bytes of an image with a few messages."""
    source, image = os.path.join(common.ROOT, "qemu-tests/programs/messages.bpf.c"), os.path.join(directory, "flash.elf")
    result = common.tool(options, "build", source, "--board", board, "-o", image, "--emit", "elf,bin", *more)
    common.expect(f"{board}: exit status", (result.returncode, result.stderr), (0, ""))
    with open(os.path.join(directory, "flash.bin"), "rb") as file:
        content = file.read()
    return len(content), b"motor: no time" in content


def test(options, directory):
    """Each board both ways."""
    target = os.path.join(directory, "printk.bpf.o")
    common.compile_bpf(options, os.path.join(common.ROOT, "qemu-tests/programs/printk.bpf.c"), target)
    text_board = options.board[0]
    plain, plain_insns = run(options, target, text_board, os.path.join(directory, "plain.elf"))
    print(f"{text_board}: {plain_insns} instructions")
    common.expect("a line", "1 -5 3 123456789abcdef motor y 7 8 9 10 11 41\n" in plain, True)
    for board in options.board:
        image = os.path.join(directory, f"{board}.elf")
        text, insns = run(options, target, board, image, "--deferred-printk")
        print(f"{board}: deferred {insns}")
        common.expect(f"{board}: the console", text.replace(8 * "0" + "00002000", "00002000"), plain)
    log = deployed(options, text_board, os.path.join(directory, f"{text_board}.elf"))
    common.expect("`log`", "printk: started\nstarted\nspeed 0 of 0, beef\n" in log and "motor y 7 8" in log and
                  "\nprintk: r0 = 0 (0x" in log, True)
    for board in ("cortex-m4", "cortex-m0"):
        (plain, told), (bytes_, still_told) = flash(options, directory, board), flash(options, directory, board, "--deferred-printk")
        print(f"{board}: {plain} bytes of flash, deferred {bytes_}")
        common.expect(f"{board}: formats in the image, text and deferred", (told, still_told), (True, False))
        if plain - bytes_ < SPARED:
            raise common.Failure(f"{board}: deferred printk spares {plain - bytes_} bytes, must spare {SPARED}")
    result = common.tool(options, "log", os.path.join(directory, "plain.elf"))
    common.expect("`log` of an image that prints", (result.returncode, "[option]" in result.stderr), (3, True))


def main():
    return common.main_on_boards(test, common.parser(__doc__))


if __name__ == "__main__":
    sys.exit(main())
