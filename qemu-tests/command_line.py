#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the command line does with inputs and outputs that are not as they should be.

    command_line.py --barebpf TOOL --clang CLANG CASE
"""
import os
import sys

import common

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")


def compile_program(options, directory, name, *flags, target=None):
    """programs/NAME.bpf.c compiled into the directory."""
    target = os.path.join(directory, target or f"{name}.bpf.o")
    common.compile_bpf(options, os.path.join(PROGRAMS, f"{name}.bpf.c"), target, *flags)
    return target


def expect_status(result, status, *texts):
    """The tool's exit status, and texts that its messages hold."""
    sys.stdout.write(result.stderr)
    common.expect("exit status", result.returncode, status)
    for text in texts:
        if text not in result.stderr:
            raise common.Failure(f"the message lacks '{text}': {result.stderr}")


def generate_stubs(options, directory, *flags):
    """NAME.stubs.c for two_maps compiled with the flags."""
    target = compile_program(options, directory, "two_maps", *flags)
    expect_status(common.tool(options, "build", target, "--board", "cortex-m4", "-o", f"{directory}/s.elf", "--emit",
                              "stubs"), 0)
    return os.path.join(directory, "s.stubs.c")


# how the program differs from the one that the stubs were made for: what the message must hold
STALE = {
    ("-DVALUE=unsigned",): "bpf_map_counts",
    ("-DENTRIES=8",): "bpf_map_counts",
    ("-DENTRIES=8", "-DVALUE=struct{unsigned long long v[2];}"): "bpf_map_counts: values have 16 bytes",
    ("-DANOTHER_MAP_FIRST",): "the stubs give another address for index",
    ("-DSTEP=2",): "bpf_map_rodata",
}


def stale_stubs(options, directory):
    """Stubs of another version of the object are refused, whatever is smaller or larger in them."""
    for flags, text in STALE.items():
        stubs = generate_stubs(options, directory, *flags)
        target = compile_program(options, directory, "two_maps")
        result = common.tool(options, "build", target, "--board", "cortex-m4", "-o", f"{directory}/out.elf", "--stubs",
                             stubs)
        expect_status(result, 3, "[stub]", text)
        common.expect("image", os.path.exists(f"{directory}/out.elf"), False)


def edited_stubs(options, directory):
    """A copy of the right stubs is linked, and runs; one with a smaller object, or with a weak one, is refused."""
    stubs = generate_stubs(options, directory)
    target = os.path.join(directory, "two_maps.bpf.o")
    with open(stubs, encoding="utf-8") as file:
        text = file.read()
    edits = [
        ("", "", 0),
        ("__attribute__((used, retain", "__attribute__((retain", 0),
        ("BAREBPF_ARRAY_MAP(counts, bpf_value__counts, 16u)", "BAREBPF_ARRAY_MAP(counts, bpf_value__counts, 15u)", 3),
        ("BAREBPF_ARRAY_MAP(counts, bpf_value__counts, 16u);",
         "__attribute__((weak)) BAREBPF_ARRAY_MAP(counts, bpf_value__counts, 16u);", 3),
        ("return (void *)&bpf_map_counts;", "return (char *)&bpf_map_counts + 8;", 3),
        ("} bpf_map_bss;", "} other_bss; unsigned bpf_map_bss;", 3),
    ]
    for old, new, status in edits:
        if old not in text:
            raise common.Failure(f"the stubs have no '{old}'")
        with open(stubs, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new, 1))
        result = common.tool(options, "build", target, "--board", "cortex-m4", "-o", f"{directory}/out.elf", "--stubs",
                             stubs)
        expect_status(result, status, *(["[stub]", "bpf_map_"] if status else []))


def stale_context(options, directory):
    """The context that main hands over is the verified one, not that of the stubs' object."""
    stubs = generate_stubs(options, directory, "-DCONTEXT_BYTES=4")
    target = compile_program(options, directory, "two_maps", "-DCONTEXT_BYTES=64")
    expect_status(common.tool(options, "build", target, "--board", "cortex-m4", "-o", f"{directory}/out.elf", "--stubs",
                              stubs, "--emit", "elf,ll"), 0)
    with open(f"{directory}/out.ll", encoding="utf-8") as file:
        line = next(line for line in file if line.startswith("@barebpf_program ="))
    if "i32 64" not in line:
        raise common.Failure(f"the context has not 64 bytes: {line}")


CASES = {case.__name__: case for case in (stale_stubs, edited_stubs, stale_context)}


def main():
    parser = common.parser(__doc__)
    parser.add_argument("case", choices=sorted(CASES))
    options = parser.parse_args()
    return common.main(CASES[options.case], options)


if __name__ == "__main__":
    sys.exit(main())
