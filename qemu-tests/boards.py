#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What every board must do alike.

    boards.py --barebpf TOOL --clang CLANG BOARD layout|counts|fault|lean|libc|sanitizer

layout  maps, data sections and contexts have the layout that the program sees
counts  instruction counts are exact: every step of a loop costs the same, however many there are
fault   a processor fault is told, with the program counter, and ends the run with its status
lean    the image of an empty program is small and holds nothing that it does not use
libc    a main of the user's finds newlib (ARM) or picolibc (RISC-V)
sanitizer  (board native-asan) an access behind a map is told with the program's line, and ends with a fault's status
"""
import json
import os
import re
import subprocess
import sys

import common

FAULT_STATUS = 61
NUMBER = 0x8899AABBCCDDEEFF
CONTEXT = "hex:0100000000000000ffeeddccbbaa99880300000000000000"

# Flash of an empty program's image, at most; AArch64's vectors alone take a kilobyte.
LEAN_BYTES = 4608
FORBIDDEN = re.compile(r"unwind|_Unwind|__aeabi_unwind|__gnu_|printf|libatomic|malloc|_sbrk|__cxa_")


def compiled(options, directory, name):
    """The object of programs/NAME.bpf.c."""
    target = os.path.join(directory, f"{name}.bpf.o")
    common.compile_bpf(options, os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs", f"{name}.bpf.c"),
                       target)
    return target


def run(options, target, *arguments):
    """One `barebpf run --json` that ends well."""
    result = common.tool(options, "run", target, "--board", options.board, "--json", *arguments)
    if result.returncode != 0:
        raise common.Failure(f"exit status {result.returncode}\n{result.stdout}{result.stderr}")
    return json.loads(result.stdout)


def numbers(value):
    """JSON with "0x…" as numbers."""
    if isinstance(value, dict):
        return {key: numbers(one) for key, one in value.items()}
    return [numbers(one) for one in value] if isinstance(value, list) else common.number(value)


def layout(options, directory):
    report = run(options, compiled(options, directory, "layout"), "--dump-maps", "--ctx", CONTEXT)
    maps = numbers(report["maps"])
    value = {"small": 1, "wide": NUMBER // 3, "byte": 3, "negative": -4}
    zero = {"small": 0, "wide": 0, "byte": 0, "negative": 0}
    updated = {"small": 5, "wide": NUMBER, "byte": 0, "negative": -(NUMBER % 1000)}
    common.expect("r0", common.number(report["runs"][0]["r0"]), 24)
    common.expect("hashed", maps["hashed"], [{"key": {"small": 7, "wide": NUMBER}, "value": value}])
    common.expect("indexed", maps["indexed"], [{"key": 0, "value": zero}, {"key": 1, "value": updated}])
    common.expect(".bss", maps[".bss"][0]["value"], {"total": NUMBER, "calls": 1})
    common.expect(".data", maps[".data"][0]["value"], {"mixed": 0x1122334455667788 ^ NUMBER})
    board = common.board(options.board)
    if board["triple"].startswith("riscv") and not board["atomic_bytes"]:
        without_atomics(options, directory)


def without_atomics(options, directory):
    """The emulator has the A extension (it cannot leave it out in every version); the board's code must not use it."""
    image = os.path.join(directory, "layout.elf")
    result = common.tool(options, "build", compiled(options, directory, "layout"), "--board", options.board, "-o", image,
                         "--emit", "elf,dis")
    common.expect("exit status", result.returncode, 0)
    with open(os.path.join(directory, "layout.dis"), encoding="utf-8") as file:
        found = [line.strip() for line in file if re.search(r"\s(amo\w+\.[wd]|lr\.[wd]|sc\.[wd])", line)]
    common.expect("instructions of the A extension", found, [])


def counts(options, directory):
    steps = [4, 5, 6, 1000, 1001, 4000]
    contexts = [word for count in steps for word in ("--ctx", f"hex:{count.to_bytes(4, 'little').hex()}")]
    report = run(options, compiled(options, directory, "steps"), *contexts)
    got = [one["instructions"] for one in report["runs"]]
    print(f"{options.board}: {dict(zip(steps, got))}")
    if common.board(options.board)["family"] == "native":
        return common.expect("instructions", got, [None] * len(steps))
    step = got[1] - got[0]
    if not 2 <= step <= 8:
        raise common.Failure(f"a step of the loop takes {step} instructions")
    return common.expect("instructions", got, [got[0] + (count - steps[0]) * step for count in steps])


def fault(options, directory):
    main = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs", "trap.c")
    result = common.tool(options, "run", compiled(options, directory, "empty"), "--board", options.board, "--main",
                         main, "--ctx-size", "0", "--timeout", "20")
    sys.stdout.write(result.stderr)
    common.expect("exit status", result.returncode, FAULT_STATUS)
    if not re.search(r"the processor faulted: .*(pc|lr|address)=0x0*[1-9a-f]", result.stderr):
        raise common.Failure(f"no report of the fault: {result.stderr}")


def lean(options, directory):
    image = os.path.join(directory, "empty.elf")
    result = common.tool(options, "build", compiled(options, directory, "empty"), "--board", options.board,
                         "--ctx-size", "0", "-o", image, "--emit", "elf,map")
    common.expect("exit status", result.returncode, 0)
    sizes = subprocess.run([options.size, image], stdout=subprocess.PIPE, text=True, check=True).stdout
    text, data, bss = (int(word) for word in sizes.splitlines()[1].split()[:3])
    print(f"{options.board}: text {text}, data {data}, bss {bss}")
    with open(os.path.join(directory, "empty.map"), encoding="utf-8") as file:
        lines = file.readlines()
    if common.board(options.board)["family"] == "native":
        return
    found = [line.strip() for line in lines if FORBIDDEN.search(line)]
    common.expect("lines of the map that name what must not be there", found, [])
    if not 0 < text + data <= LEAN_BYTES:
        raise common.Failure(f"the image takes {text + data} bytes of flash, must take at most {LEAN_BYTES}")


def libc(options, directory):
    board = common.board(options.board)
    main_file = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs", "libc_main.c")
    target, image = os.path.join(directory, "sum.bpf.o"), os.path.join(directory, "sum.elf")
    common.compile_bpf(options, os.path.join(common.ROOT, "examples", "sum", "sum.bpf.c"), target)
    result = common.tool(options, "build", target, "--board", options.board, "--main", main_file, "-o", image)
    common.expect("exit status", result.returncode, 0)
    # As on a real board: nobody ends this firmware, it idles when it is done.
    with subprocess.Popen(["timeout", "20", *board["qemu"], "-kernel", image], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True) as emulator:
        line = emulator.stdout.readline()
        emulator.terminate()
    common.expect("console", line, "libc ok\n")


def sanitizer(options, directory):
    target = compiled(options, directory, "past_map")
    for index, status in ((2, 0), (3, FAULT_STATUS)):
        result = common.tool(options, "run", target, "--board", options.board, "--unverified", "--ctx",
                             f"hex:{index:02x}000000")
        common.expect(f"exit status with index {index}", result.returncode, status)
        told = re.search(r"global-buffer-overflow .*past_map.bpf.c:\d+", result.stderr)
        common.expect(f"report with index {index}", bool(told), status != 0)


def main():
    tests = {"layout": layout, "counts": counts, "fault": fault, "lean": lean, "libc": libc,
             "sanitizer": sanitizer}
    parser = common.parser(__doc__)
    parser.add_argument("--size", default="llvm-size")
    parser.add_argument("board")
    parser.add_argument("test", choices=sorted(tests))
    options = parser.parse_args()
    if options.test != "lean":
        common.skip_without_emulator(options.board)
    return common.main(tests[options.test], options)


if __name__ == "__main__":
    sys.exit(main())
