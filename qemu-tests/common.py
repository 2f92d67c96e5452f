# SPDX-License-Identifier: Apache-2.0
"""What the QEMU tests share: the command line, compiling BPF C, running the tool, skipping."""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Failure(Exception):
    """An expectation that does not hold."""


def expect(what, got, want):
    """Raises unless `got` equals `want`."""
    if got != want:
        raise Failure(f"{what}: is {got!r}, must be {want!r}")


def parser(description):
    """The options that every test script takes."""
    result = argparse.ArgumentParser(description=description)
    result.add_argument("--barebpf", required=True)
    result.add_argument("--clang", required=True)
    return result


def board(name):
    """The board's description."""
    with open(os.path.join(ROOT, "boards", name, "board.json"), encoding="utf-8") as file:
        return json.load(file)


def board_names():
    """All boards of the tree."""
    return sorted(entry for entry in os.listdir(os.path.join(ROOT, "boards"))
                  if os.path.exists(os.path.join(ROOT, "boards", entry, "board.json")))


def skip_without_emulator(name):
    """Ends the test, saying so, when the board's emulator is missing."""
    command = board(name)["qemu"]
    if board(name)["family"] == "native":
        return
    if not command or not shutil.which(command[0]):
        print(f"SKIPPED: {command[0] if command else 'no emulator'} for board {name} is not installed")
        sys.exit(SKIPPED)


def compile_bpf(options, source, target, *flags):
    """Compiles BPF C as a user would."""
    subprocess.run([options.clang, "-target", "bpf", "-mcpu=v3", "-O2", "-g", *flags,
                    "-I", os.path.join(ROOT, "helpers-template", "include"), "-c", source, "-o", target], check=True)


def tool(options, *arguments, timeout_s=120):
    """Runs barebpf; the result has returncode, stdout, stderr."""
    return subprocess.run([options.barebpf, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=timeout_s, check=False)


def number(value):
    """A number from JSON, whether written as a number or as "0x…"."""
    return int(value, 0) if isinstance(value, str) else value


def main(test, options):
    """Runs test(options, directory) in a new directory and turns its outcome into the exit status."""
    with tempfile.TemporaryDirectory() as directory:
        try:
            test(options, directory)
        except Failure as failure:
            print(f"FAILED: {failure}")
            return 1
    return 0


def main_with_tools(test, options, needed):
    """main(), or a skip that names what of the programs `needed` is missing."""
    missing = [name for name in needed if not shutil.which(name)]
    if missing:
        print(f"SKIPPED: {', '.join(missing)} not installed")
        return SKIPPED
    return main(test, options)


def main_on_boards(test, options_parser):
    """main() of a test that goes through options.board itself: the boards on the command line, all with their emulators."""
    options_parser.add_argument("board", nargs="+")
    options = options_parser.parse_args()
    for name in options.board:
        skip_without_emulator(name)
    return main(test, options)
