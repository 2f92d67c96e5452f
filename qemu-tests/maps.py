#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Map types on a board: a program that uses each, and what its maps hold afterwards, as text and JSON. And the helpers
that need neither maps nor packets.

    maps.py --barebpf TOOL --clang CLANG BOARD
"""
import json
import os
import sys

import common

PACKET = "hex:a1a2a3a4"

# map: {key: value} afterwards. `recent` had keys 0..5 put into its 4 entries; `records` 6 records of 16 bytes into 64.
EXPECTED = {
    "counts": {0: 0, 1: 7, 2: 0},
    "flows": {1: 2},
    "recent": {2: 20, 3: 30, 4: 40, 5: 50},
    "recent_too": {4: 40, 5: 50},
    "jobs": {0: 4, 1: 5},
    "undo": {0: 3, 1: 2, 2: 1, 3: 0},
    "seen": {},
    "records": {0: "000000000000", 1: "0a0000000000", 2: "140000000000"},
    "events": {0: "03000000a1a2a3"},
    "tables": {0: "first", 2: "second"},
    "named": {1: "first"},
    "first": {0: 101},
    "second": {2: 102},
}
ROUTES = [({"bits": 24, "data": [10, 1, 0, 0]}, 24), ({"bits": 16, "data": [10, 1, 0, 0]}, 16),
          ({"bits": 8, "data": [10, 0, 0, 0]}, 8)]
# got | key << 8 | route << 16 | bloom << 24 | available bytes << 25
RESULT = 3 | 3 << 8 | 24 << 16 | 1 << 24 | 48 << 25


def helpers(options, directory):
    """Runs the program that expects 16 things of helpers."""
    target = os.path.join(directory, "generic_helpers.bpf.o")
    common.compile_bpf(options, os.path.join(common.ROOT, "qemu-tests", "programs", "generic_helpers.bpf.c"), target)
    result = common.tool(options, "run", target, "--board", options.board, "--json")
    if result.returncode != 0:
        raise common.Failure(f"exit status {result.returncode}\n{result.stdout}{result.stderr}")
    common.expect("helpers", json.loads(result.stdout)["runs"][0]["r0"], "0xffff")


def test(options, directory):
    """Runs the program as text and as JSON."""
    helpers(options, directory)
    source = os.path.join(common.ROOT, "qemu-tests", "programs", "map_types.bpf.c")
    target = os.path.join(directory, "map_types.bpf.o")
    common.compile_bpf(options, source, target)
    arguments = ["run", target, "--board", options.board, "--ctx", PACKET, "--dump-maps"]
    result = common.tool(options, *arguments, "--json")
    if result.returncode != 0:
        raise common.Failure(f"exit status {result.returncode}\n{result.stdout}{result.stderr}")
    report = json.loads(result.stdout)
    common.expect("r0", common.number(report["runs"][0]["r0"]), RESULT)
    for name, want in EXPECTED.items():
        common.expect(f"map {name}", {entry["key"]: entry["value"] for entry in report["maps"][name]}, want)
    common.expect("map routes", [(entry["key"], entry["value"]) for entry in report["maps"]["routes"]], ROUTES)
    text = common.tool(options, *arguments).stdout
    for line in ("map routes", '  {"bits":24,"data":[10,1,0,0]}: 24', "map jobs", "  0: 4", '  0: "03000000a1a2a3"'):
        if line not in text.splitlines():
            raise common.Failure(f"no line {line!r} in\n{text}")


def main():
    parser = common.parser(__doc__)
    parser.add_argument("board")
    options = parser.parse_args()
    common.skip_without_emulator(options.board)
    return common.main(test, options)


if __name__ == "__main__":
    sys.exit(main())
