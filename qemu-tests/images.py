#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Properties of the images themselves.

    images.py --barebpf TOOL --clang CLANG --nm NM lookup_inlined|reproducible
"""
import os
import subprocess
import sys

import common

# A plain array-map counter is 26 bytes of Thumb-2 as native C.
MAIN_BYTES = 32


def build(options, directory, source, image):
    """Compiles and builds `source` for cortex-m4 as `image` in `directory`."""
    target = os.path.join(directory, "program.bpf.o")
    common.compile_bpf(options, os.path.join(common.ROOT, source), target)
    result = common.tool(options, "build", target, "--board", "cortex-m4", "-o", os.path.join(directory, image))
    if result.returncode != 0:
        raise common.Failure(f"exit status {result.returncode}\n{result.stderr}")
    return os.path.join(directory, image)


def lookup_inlined(options, directory):
    """The lookup in an array map becomes a bounds check and an address: bpf_main stays small."""
    image = build(options, directory, "qemu-tests/programs/plain.bpf.c", "image.elf")
    symbols = subprocess.run([options.nm, "--print-size", image], stdout=subprocess.PIPE, text=True, check=True).stdout
    sizes = {words[3]: int(words[1], 16) for words in map(str.split, symbols.splitlines()) if len(words) == 4}
    print(f"bpf_main: {sizes['bpf_main']} bytes")
    if not 0 < sizes["bpf_main"] <= MAIN_BYTES:
        raise common.Failure(f"bpf_main has {sizes['bpf_main']} bytes, must have at most {MAIN_BYTES}")
    if any(name.startswith("_bpf_helper_ext_") for name in sizes):
        raise common.Failure("a helper's stub stayed in the image")


def reproducible(options, directory):
    """Two builds of the same source, in two places, have the same bytes."""
    images = []
    for place in ("one", "two"):
        os.mkdir(os.path.join(directory, place))
        image = build(options, os.path.join(directory, place), "examples/counter/counter.bpf.c", "image.elf")
        with open(image, "rb") as file:
            images.append(file.read())
    if images[0] != images[1]:
        raise common.Failure("two builds of the same object differ")


def main():
    parser = common.parser(__doc__)
    parser.add_argument("--nm", required=True)
    tests = {"lookup_inlined": lookup_inlined, "reproducible": reproducible}
    parser.add_argument("test", choices=sorted(tests))
    options = parser.parse_args()
    return common.main(tests[options.test], options)


if __name__ == "__main__":
    sys.exit(main())
