#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A debugger's session on a board in QEMU: it stops at a line of BPF C, shows programs and a map, and goes on.

    debug.py --barebpf TOOL --clang CLANG BOARD counter|hashcount
"""
import os
import re
import subprocess
import sys

import common

BEGIN, END = "set pagination off\nset confirm off\nset style enabled off\n", "kill\nquit\n"

# Examples: the commands, and what the session must show, in this order.
SESSIONS = {
    "hashcount": ("""bpf progs
bpf maps
break hashcount.bpf.c:20
continue
print bpf_map_counts.used
bpf map counts
next
finish
print bpf_map_counts.used
print bpf_map_counts.nodes[0].value
bpf map counts
bpf map nothing
""", [
        r"program +section +insns +stack +place\n",
        r"hashcount +raw +\d+ +\d+ +.*hashcount\.bpf\.c:\d+\n",
        r"map +type +key +value +entries +address\n",
        r"counts +hash +4 +8 +16 +0x[0-9a-f]+\n",
        r"Breakpoint 1 at 0x[0-9a-f]+: file .*hashcount\.bpf\.c, line 20\.",
        r"hashcount: started",
        r"Breakpoint 1, .*hashcount.* at .*hashcount\.bpf\.c:20",
        r"20\s+__u32 key = event->key;",
        r"\$1 = 0",
        r"\(gdb\) map counts\n\(gdb\) ",  # empty
        r"21\s+__u64 \*count = bpf_map_lookup_elem",
        r"Run till exit",
        r"\$2 = 1",
        r"\$3 = 1",
        r"map counts\n  0: 1\n",
        r"has no map 'nothing'",
    ]),
    # Of a packet of zeros, which a board without network gives the program.
    "counter": ("""break counter.bpf.c:49
break counter.bpf.c:53
continue
bpf map
continue
next
bpf map .bss
set var bpf_map_ctl_array.values[0].value = 7
bpf map ctl_array
delete
finish
""", [
        r"Breakpoint 1 at 0x[0-9a-f]+: file .*counter\.bpf\.c, line 49\.",
        r"counter: started",
        r"49\s+cntrs_array\[",
        r"map ctl_array\n  0: 0\nmap \.bss\n  0: \{\"cntrs_array\":\[(0,){15}0\]\}",
        r"53\s+if \(!off",
        r"map \.bss\n  0: \{\"cntrs_array\":\[0,0,0,1,(0,){11}0\]\}",
        r"map ctl_array\n  0: 7\n",
        r"Run till exit",
        r"run_deployed",
    ]),
}


def session(options, directory):
    """`barebpf debug` with the commands on its standard input."""
    commands, shown = SESSIONS[options.example]
    image = os.path.join(directory, f"{options.example}.elf")
    target = os.path.join(directory, f"{options.example}.bpf.o")
    os.chdir(common.ROOT)
    common.compile_bpf(options, f"examples/{options.example}/{options.example}.bpf.c", target)
    result = common.tool(options, "build", target, "--board", options.board, "-o", image)
    common.expect("exit status", (result.returncode, result.stderr), (0, ""))
    result = subprocess.run([options.barebpf, "debug", image], input=BEGIN + commands + END, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, timeout=100, check=False)
    at = 0
    for pattern in shown:
        found = re.compile(pattern).search(result.stdout, at)
        if not found:
            raise common.Failure(f"no {pattern!r} behind character {at} of:\n{result.stdout}")
        at = found.end()
    common.expect("exit status of the debugger", result.returncode, 0)


def main():
    parser = common.parser(__doc__)
    parser.add_argument("board")
    parser.add_argument("example", choices=SESSIONS)
    options = parser.parse_args()
    common.skip_without_emulator(options.board)
    return common.main_with_tools(session, options, ["gdb-multiarch"])


if __name__ == "__main__":
    sys.exit(main())
