#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""--native: the source's own code gives what its BPF code gives, and what cannot be native is refused.

    native.py --barebpf TOOL --clang CLANG same BOARD...
    native.py --barebpf TOOL --clang CLANG refused|manifest
"""
import json
import os
import sys

import common

SOURCE = os.path.join(common.ROOT, "qemu-tests", "programs", "native.bpf.c")
FRAME = "020000000002" + "0200000000{:02x}" + "0800" + "00" * 46
SETTINGS = ("--set", "CONFIG_SCALE=10", "--set", "limit=2")


def run(options, board, *arguments):
    """All that `run --json` tells of three packets, without the number of instructions, and without constants, which
    native code need not keep."""
    contexts = [word for source in (1, 200, 1) for word in ("--ctx", "hex:" + FRAME.format(source))]
    result = common.tool(options, "run", SOURCE, "--board", board, "--json", *SETTINGS, *contexts, *arguments)
    if result.returncode != 0:
        raise common.Failure(f"{board}: exit status {result.returncode}\n{result.stdout}{result.stderr}")
    report = json.loads(result.stdout)
    for one in report["runs"]:
        del one["instructions"]
    del report["board"]
    report["maps"] = {name: value for name, value in report["maps"].items() if not name.startswith(".rodata")}
    return report


def same(options, _):
    lifted = run(options, "native")
    common.expect("results of BPF code", [one["r0"] for one in lifted["runs"]], ["0x30502"] * 3)
    common.expect("map of BPF code", [len(lifted["maps"]["flows"]), lifted["maps"]["sums"][1]["value"]], [2, 9 + (1 << 32)])
    for board in options.boards:
        common.skip_without_emulator(board)
        found = run(options, board, "--native")
        for part, value in lifted.items():
            common.expect(f"{part} on {board}", found[part], value)


# words of the command: status, text of the message
REFUSED = {
    ("-DREFUSED=1",): (2, "'struct record' is laid out otherwise than in BPF code: 'pointer'"),
    ("-D", "REFUSED=2"): (2, "native.bpf.c:106:1: error: --native: inline assembly is of BPF code"),
    ("--define", "REFUSED=3"): (2, "tail calls are of BPF code"),
    ("--set", "folded=7"): (2, "--set folded: the variable must be `const volatile`"),
    ("--unverified",): (3, "--native and --unverified"),
    (SOURCE,): (3, "is not alone"),
}


def refused(options, directory):
    for words, (status, text) in REFUSED.items():
        result = common.tool(options, "build", SOURCE, "--board", "cortex-m4", "--native", *SETTINGS, *words, "-o",
                             f"{directory}/out.elf")
        common.expect(f"status of {words}", result.returncode, status)
        if text not in result.stderr:
            raise common.Failure(f"{words}: the message lacks '{text}': {result.stderr}")
        common.expect("image", os.listdir(directory), [])


def manifest(options, directory):
    """The image says which code it holds, and of what the proof is."""
    for words, code, proof in (((), "bpf", "code"), (("--native",), "native", "bpf twin")):
        result = common.tool(options, "build", SOURCE, "--board", "cortex-m4", *SETTINGS, *words, "-o", f"{directory}/out.elf")
        common.expect("status", result.returncode, 0)
        common.expect("report", "of the BPF twin" in result.stdout, code == "native")
        told = json.loads(common.tool(options, "inspect", f"{directory}/out.elf", "--json").stdout)
        common.expect("manifest", (told["verified"], told["code"], told["proof"]), (True, code, proof))


def main():
    parser = common.parser(__doc__)
    parser.add_argument("case", choices=("same", "refused", "manifest"))
    parser.add_argument("boards", nargs="*")
    options = parser.parse_args()
    return common.main({"same": same, "refused": refused, "manifest": manifest}[options.case], options)


if __name__ == "__main__":
    sys.exit(main())
