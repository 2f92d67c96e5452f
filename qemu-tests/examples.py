#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An example on a board in QEMU: results, maps, exit status, and instruction counts that repeat.

    examples.py --barebpf TOOL --clang CLANG BOARD EXAMPLE
"""
import json
import os
import subprocess
import sys

import common

# Boards whose executed instructions are counted exactly under QEMU.
COUNTING = set(common.board_names()) - {"native", "native-asan"}

ARP = "hex:ffffffffffff020000000001080600010800060400010200000000010a0000010000000000000a000002"
IPV4 = "hex:02000000000202000000000108004500001c000100004011f761c0a8010ac0a801140007000700080000"

# A packet of TTL 1 and protocol 17, by type of service: class 0 asks for 1, class 1 for 2, class 8 is in no table (a panic).
TTL = ["hex:0200000000020200000000010800" + "45%02x0039000100000111f744c0a8010ac0a80114" % tos for tos in (0, 0x10, 0x80)]

# example: contexts, r0 of each, contents of maps afterwards
EXPECTED = {
    "counter": ([ARP, IPV4, "hex:0102030405"], [3, 3, 1], {"ctl_array": {0: 0}}),
    "sum": (["hex:03000000010000000200000003000000", "hex:"], [6, 0], {}),
    "rust-filter": (TTL, [2, 1, 0], {"PROTOCOLS": {protocol: 3 * (protocol == 17) for protocol in range(256)}}),
    "hashcount": (["hex:07000000", "hex:09000000", "hex:07000000"], [1, 1, 2], {"counts": {7: 2, 9: 1}}),
}


def value_of(value):
    """A number, or bytes of which no BTF says what they are."""
    if isinstance(value, str) and not value.startswith("0x"):
        return int.from_bytes(bytes.fromhex(value), "little")
    return common.number(value)


def run(options, target, contexts):
    """One `barebpf run --json`."""
    arguments = [word for context in contexts for word in ("--ctx", context)]
    result = common.tool(options, "run", target, "--board", options.board, "--json", "--dump-maps", *arguments)
    if result.returncode != 0:
        raise common.Failure(f"exit status {result.returncode}\n{result.stdout}{result.stderr}")
    return json.loads(result.stdout)


def compiled(options, directory):
    """The example's object; for Rust its own script makes it, or says what is missing."""
    name = options.example.replace("-", "_")
    source = os.path.join(common.ROOT, "examples", options.example, name)
    target = os.path.join(directory, f"{name}.bpf.o")
    if not os.path.exists(f"{source}.rs"):
        common.compile_bpf(options, f"{source}.bpf.c", target)
        return target
    script = os.path.join(os.path.dirname(source), "build.sh")
    status = subprocess.run(["sh", script, f"{source}.rs", name, target], check=False).returncode
    if status == 77:
        sys.exit(77)
    common.expect("build.sh", status, 0)
    return target


def test(options, directory):
    """Runs the example twice and compares with what is expected."""
    contexts, results, maps = EXPECTED[options.example]
    target = compiled(options, directory)
    os.chdir(directory)
    report = run(options, target, contexts)
    common.expect("board", report["board"], options.board)
    common.expect("program", report["program"], options.example.replace("-", "_"))
    common.expect("exit", report["exit"], 0)
    common.expect("r0", [common.number(one["r0"]) for one in report["runs"]], results)
    for name, want in maps.items():
        got = {common.number(entry["key"]): value_of(entry["value"]) for entry in report["maps"][name]}
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
