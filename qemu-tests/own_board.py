#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A board of the user's own: begun from another, changed, built for and run; and what is refused.

    own_board.py --barebpf TOOL --clang CLANG
"""
import json
import os
import sys

import common

RAM_BYTES = 32768
LATE = """#include <stdint.h>
#include "board.h"
/* Another clock than the core has: it stands at one second. */
uint64_t board_time_ns(void) { return 1000000000u; }
"""
CLOCK = """#include <barebpf/bpf.h>
SEC("raw") int now(void *ctx) { return (int)(bpf_ktime_get_ns() / 1000000); }
"""
REFUSED = [  # arguments, status, id, text
    (["new-board", "{}/mine", "--from", "cortex-m4"], 3, "file-unreadable", "File exists"),
    (["new-board", "{}/other"], 3, "option", "--from is missing"),
    (["new-board", "{}/cortex-m3", "--from", "cortex-m4"], 3, "option", "already"),
    (["new-board", "{}/my board", "--from", "cortex-m4"], 3, "option", "cannot be a board's name"),
    (["new-board", "{}/other", "--from", "cortex-m5"], 3, "board-unknown", "cortex-m4"),
    (["boards", "{}/nowhere"], 3, "board-unknown", "new-board"),
]


def change(path):
    """Less RAM, and where the stack begins with it."""
    with open(path, encoding="utf-8") as file:
        board = json.load(file)
    common.expect("name, hardware", (board["name"], board["tested_on_hardware"]), ("mine", False))
    board["regions"][1]["length_bytes"] = RAM_BYTES
    with open(path, "w", encoding="utf-8") as file:
        json.dump(board, file)


def test(options, directory):
    board, image = os.path.join(directory, "mine"), os.path.join(directory, "now.elf")
    result = common.tool(options, "new-board", board, "--from", "cortex-m4")
    common.expect("exit status", (result.returncode, result.stderr), (0, ""))
    common.expect("says how to go on", f"--board {board}\n" in result.stdout, True)
    change(os.path.join(board, "board.json"))
    with open(os.path.join(board, "clock.c"), "w", encoding="utf-8") as file:
        file.write(LATE)
    source, target = os.path.join(directory, "now.bpf.c"), os.path.join(directory, "now.bpf.o")
    with open(source, "w", encoding="utf-8") as file:
        file.write(CLOCK)
    common.compile_bpf(options, source, target)
    result = common.tool(options, "run", target, "--board", board + "/", "--ctx-size", "0", "--json", "-o", image)
    common.expect("exit status", (result.returncode, result.stderr), (0, ""))
    report = json.loads(result.stdout)
    common.expect("board, its own C's answer", (report["board"], common.number(report["runs"][0]["r0"])), ("mine", 1000))
    with open(image, "rb") as file:
        data = file.read()
    common.expect("initial stack pointer", (0x20000000 + RAM_BYTES).to_bytes(4, "little") in data, True)
    common.expect("no path of this machine in the image", board.encode() in data, False)
    # The image names its board, which only its directory leads to.
    result = common.tool(options, "run", image, "--board", board, "--json")
    common.expect("exit status of the image", (result.returncode, result.stderr), (0, ""))
    for arguments, status, name, text in REFUSED:
        words = [word.format(directory) for word in arguments]
        result = common.tool(options, *words)
        common.expect(" ".join(words), (result.returncode, f"[{name}]" in result.stderr, text in result.stderr),
                      (status, True, True))
    common.expect("what failed left nothing", sorted(os.listdir(directory)), ["mine", "now.bpf.c", "now.bpf.o", "now.elf"])


def main():
    options = common.parser(__doc__).parse_args()
    common.skip_without_emulator("cortex-m4")
    return common.main(test, options)


if __name__ == "__main__":
    sys.exit(main())
