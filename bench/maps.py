#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a map costs: executed instructions of one lookup with its test for NULL and the load of the value, and bytes of flash
that the first map of a type adds to an image.

    maps.py [--barebpf TOOL] [--board B]...
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
KEYS = 48  # of 64 entries: the load factor is 0.75


def tool(options, *arguments):
    return subprocess.run([options.barebpf, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True,
                          text=True).stdout


def context(key, fills=0):
    return "hex:" + key.to_bytes(4, "little").hex() + fills.to_bytes(4, "little").hex()


def executed(options, board, kind, contexts):
    """Instructions of each run of a program with a map of this kind."""
    words = [word for one in contexts for word in ("--ctx", one)]
    answer = json.loads(tool(options, "run", os.path.join(HERE, "maps", f"{kind}.bpf.c"), "--board", board, "--json", *words))
    return [run["instructions"] for run in answer["runs"]]


def flash(options, board, kind, directory):
    """Bytes of the image."""
    image = os.path.join(directory, "image.elf")
    tool(options, "build", os.path.join(HERE, "maps", f"{kind}.bpf.c"), "--board", board, "-o", image, "--emit", "elf,bin")
    return os.path.getsize(os.path.join(directory, "image.bin"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--barebpf", default=os.path.join(os.path.dirname(HERE), "build", "release", "barebpf"))
    parser.add_argument("--board", action="append")
    options = parser.parse_args()
    keys = [i * 2654435761 % 2**32 for i in range(KEYS)]
    print("| board | array lookup | hash lookup, found | at most | absent | array, flash | hash, flash |\n" + "| --- " + "| ---: " * 6 + "|")
    with tempfile.TemporaryDirectory() as directory:
        for board in options.board or ["cortex-m4", "cortex-m0", "riscv32"]:
            empty = executed(options, board, "none", [context(0)])[0]
            array = executed(options, board, "array", [context(5)])[0] - empty
            runs = executed(options, board, "hash", [context(0, KEYS)] + [context(key) for key in keys] + [context(7)])
            found, absent = [run - empty for run in runs[1:-1]], runs[-1] - empty
            sizes = [flash(options, board, kind, directory) for kind in ("none", "array", "hash")]
            print(f"| {board} | {array} | {sum(found) / len(found):.1f} | {max(found)} | {absent} | {sizes[1] - sizes[0]} | "
                  f"{sizes[2] - sizes[0]} |")


if __name__ == "__main__":
    sys.exit(main())
