#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What must be refused: one message with the right id and exit status, and no output file left behind.

    failures.py --barebpf TOOL --clang CLANG CASE
"""
import os
import sys

import common

# case: source (programs/NAME.bpf.c), board, exit status, id, text that the message must hold
CASES = {
    "unchecked_lookup": ("unchecked_lookup", "cortex-m4", 1, "null-deref", "unchecked_lookup.bpf.c:"),
    "past_context": ("past_context", "cortex-m4", 1, "out-of-bounds", "past_context.bpf.c:"),
    "loops_for_ever": ("loops_for_ever", "cortex-m4", 1, "endless-loop", "line 12: no branch that could go the other way"),
    "same_step": ("same_step", "cortex-m4", 1, "endless-loop", "which is the number 0..999 each time"),
    "maps_without_btf": ("plain", "cortex-m4", 3, "btf-missing", "-g"),
    "unknown_helper": ("unknown_helper", "cortex-m4", 2, "helper-unknown", "unknown_helper.bpf.c:"),
    "unknown_board": ("plain", "cortex-m5", 3, "board-unknown", "cortex-m4"),
    "map_too_large": ("map_too_large", "microbit", 2, "does-not-fit", "big_map"),
    "truncated": ("plain", "cortex-m4", 3, "elf-truncated", "truncated.bpf.o"),
}


def prepare(options, directory):
    """The case's object file."""
    source, _, _, _, _ = CASES[options.case]
    target = os.path.join(directory, f"{options.case}.bpf.o")
    common.compile_bpf(options, os.path.join(os.path.dirname(__file__), "programs", f"{source}.bpf.c"), target,
                       *(["-g0"] if options.case == "maps_without_btf" else []))
    if options.case == "truncated":
        os.truncate(target, os.path.getsize(target) // 2)
    return target


def test(options, directory):
    """Builds the case and looks at what comes back."""
    _, board, status, name, text = CASES[options.case]
    target = prepare(options, directory)
    os.chdir(directory)
    before = sorted(os.listdir(directory))
    result = common.tool(options, "build", target, "--board", board, "-o", "image.elf", "--emit",
                         "elf,bin,hex,map,dis,stubs,skel")
    sys.stdout.write(result.stderr)
    common.expect("exit status", result.returncode, status)
    common.expect("files", sorted(os.listdir(directory)), before)
    common.expect("errors", result.stderr.count("error:"), 1)
    if f"[{name}]" not in result.stderr or text not in result.stderr:
        raise common.Failure(f"the message lacks [{name}] or '{text}'")
    if "  try" not in result.stderr:
        raise common.Failure("the message says nothing about what to try")


def main():
    parser = common.parser(__doc__)
    parser.add_argument("case", choices=sorted(CASES))
    return common.main(test, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
