#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An example on a board in QEMU: results, maps, exit status, and instruction counts that repeat.

    examples.py --barebpf TOOL --clang CLANG BOARD EXAMPLE
"""
import json
import os
import sys

import common

# Boards whose executed instructions are counted exactly under QEMU.
COUNTING = set(common.board_names()) - {"native", "native-asan"}

ARP = "hex:ffffffffffff020000000001080600010800060400010200000000010a0000010000000000000a000002"
IPV4 = "hex:02000000000202000000000108004500001c000100004011f761c0a8010ac0a801140007000700080000"

# example: contexts, r0 of each, contents of maps afterwards
EXPECTED = {
    "counter": ([ARP, IPV4, "hex:0102030405"], [3, 3, 1], {"ctl_array": {0: 0}}),
    "sum": (["hex:03000000010000000200000003000000", "hex:"], [6, 0], {}),
    "hashcount": (["hex:07000000", "hex:09000000", "hex:07000000"], [1, 1, 2], {"counts": {7: 2, 9: 1}}),
}


def run(options, target, contexts):
    """One `barebpf run --json`."""
    arguments = [word for context in contexts for word in ("--ctx", context)]
    result = common.tool(options, "run", target, "--board", options.board, "--json", "--dump-maps", *arguments)
    if result.returncode != 0:
        raise common.Failure(f"exit status {result.returncode}\n{result.stdout}{result.stderr}")
    return json.loads(result.stdout)


def test(options, directory):
    """Runs the example twice and compares with what is expected."""
    contexts, results, maps = EXPECTED[options.example]
    source = os.path.join(common.ROOT, "examples", options.example, f"{options.example}.bpf.c")
    target = os.path.join(directory, f"{options.example}.bpf.o")
    common.compile_bpf(options, source, target)
    os.chdir(directory)
    report = run(options, target, contexts)
    common.expect("board", report["board"], options.board)
    common.expect("program", report["program"], options.example)
    common.expect("exit", report["exit"], 0)
    common.expect("r0", [common.number(one["r0"]) for one in report["runs"]], results)
    for name, want in maps.items():
        got = {common.number(entry["key"]): common.number(entry["value"]) for entry in report["maps"][name]}
        common.expect(f"map {name}", got, want)
    counts = [one["instructions"] for one in report["runs"]]
    if options.board in COUNTING:
        if not all(counts):
            raise common.Failure(f"instructions are not counted: {counts}")
        again = [one["instructions"] for one in run(options, target, contexts)["runs"]]
        common.expect("instructions of the second run", again, counts)


def main():
    parser = common.parser(__doc__)
    parser.add_argument("board")
    parser.add_argument("example", choices=sorted(EXPECTED))
    options = parser.parse_args()
    common.skip_without_emulator(options.board)
    return common.main(test, options)


if __name__ == "__main__":
    sys.exit(main())
