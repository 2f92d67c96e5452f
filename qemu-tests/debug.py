#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A debugger's session on a board in QEMU: it stops at a line of BPF C, shows a map, and goes on.

    debug.py --barebpf TOOL --clang CLANG BOARD
"""
import os
import re
import shutil
import subprocess
import sys

import common

SESSION = """set pagination off
set confirm off
set style enabled off
break hashcount.bpf.c:20
continue
print bpf_map_counts.used
next
finish
print bpf_map_counts.used
print bpf_map_counts.nodes[0].value
kill
quit
"""

# What the session must show, in this order.
SHOWN = [
    r"Breakpoint 1 at 0x[0-9a-f]+: file .*hashcount\.bpf\.c, line 20\.",
    r"hashcount: started",
    r"Breakpoint 1, .*hashcount.* at .*hashcount\.bpf\.c:20",
    r"20\s+__u32 key = event->key;",
    r"\$1 = 0",
    r"21\s+__u64 \*count = bpf_map_lookup_elem",
    r"Run till exit",
    r"\$2 = 1",
    r"\$3 = 1",
]


def session(options, directory):
    """`barebpf debug` with the commands on its standard input."""
    image = os.path.join(directory, "hashcount.elf")
    target = os.path.join(directory, "hashcount.bpf.o")
    os.chdir(common.ROOT)
    common.compile_bpf(options, "examples/hashcount/hashcount.bpf.c", target)
    result = common.tool(options, "build", target, "--board", options.board, "-o", image)
    common.expect("exit status", (result.returncode, result.stderr), (0, ""))
    result = subprocess.run([options.barebpf, "debug", image], input=SESSION, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, timeout=100, check=False)
    at = 0
    for pattern in SHOWN:
        found = re.compile(pattern).search(result.stdout, at)
        if not found:
            raise common.Failure(f"no {pattern!r} behind character {at} of:\n{result.stdout}")
        at = found.end()
    common.expect("exit status of the debugger", result.returncode, 0)


def main():
    parser = common.parser(__doc__)
    parser.add_argument("board")
    options = parser.parse_args()
    common.skip_without_emulator(options.board)
    if not shutil.which("gdb-multiarch"):
        print("SKIPPED: gdb-multiarch is not installed")
        return common.SKIPPED
    return common.main(session, options)


if __name__ == "__main__":
    sys.exit(main())
