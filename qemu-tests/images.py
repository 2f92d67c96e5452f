#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Properties of the images themselves.

    images.py --barebpf TOOL --clang CLANG --nm NM lookup_inlined|reproducible|hash_costs
"""
import json
import os
import subprocess
import sys

import common

# A plain array-map counter is 26 bytes of Thumb-2 as native C.
MAIN_BYTES = 32
# A u32 key at load factor 0.75, with the loop around it; flash of a program with one hash map beyond an empty one's.
LOOKUP_INSNS, HASH_BYTES = 60, 700


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


def flash_bytes(options, directory, source):
    """Flash that the image of `source` takes, by the build report's parts: all sections that are loaded."""
    image = build(options, directory, source, "image.bin.elf")
    symbols = subprocess.run([options.nm, image], stdout=subprocess.PIPE, text=True, check=True).stdout
    places = {words[2]: int(words[0], 16) for words in map(str.split, symbols.splitlines()) if len(words) == 3}
    return places["__run_block"], symbols


def hash_costs(options, directory):
    """What a hash map adds to flash, what a lookup at three quarters of its capacity takes, and that nothing of other
    map types or helpers is there."""
    with_map, symbols = flash_bytes(options, directory, "examples/hashcount/hashcount.bpf.c")
    without, _ = flash_bytes(options, directory, "qemu-tests/programs/empty.bpf.c")
    print(f"one hash map: {with_map - without} bytes of flash")
    if not 0 < with_map - without <= HASH_BYTES:
        raise common.Failure(f"a program with a hash map adds {with_map - without} bytes, at most {HASH_BYTES}")
    for name in ("rt_lru", "rt_trie", "rt_queue", "rt_ring", "rt_bloom", "rt_snprintf", "rt_strtol", "rt_probe_read"):
        if name in symbols:
            raise common.Failure(f"{name} is in an image that does not use it")
    target = os.path.join(directory, "lookups.bpf.o")
    common.compile_bpf(options, os.path.join(common.ROOT, "qemu-tests", "programs", "lookups.bpf.c"), target)
    result = common.tool(options, "run", target, "--board", "cortex-m4", "--json", "--ctx", "hex:0100000000000000",
                         "--ctx", "hex:0000000000000000", "--ctx", "hex:0000000030000000")
    if result.returncode != 0:
        raise common.Failure(f"exit status {result.returncode}\n{result.stderr}")
    runs = json.loads(result.stdout)["runs"]
    common.expect("sum of the values", common.number(runs[2]["r0"]), 47 * 48 // 2)
    each = (runs[2]["instructions"] - runs[1]["instructions"]) / 48
    print(f"one lookup in a loop: {each:.1f} instructions")
    if not 0 < each <= LOOKUP_INSNS:
        raise common.Failure(f"a lookup takes {each:.1f} instructions, at most {LOOKUP_INSNS}")


def main():
    parser = common.parser(__doc__)
    parser.add_argument("--nm", required=True)
    tests = {"lookup_inlined": lookup_inlined, "reproducible": reproducible, "hash_costs": hash_costs}
    parser.add_argument("test", choices=sorted(tests))
    options = parser.parse_args()
    return common.main(tests[options.test], options)


if __name__ == "__main__":
    sys.exit(main())
