#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A timer's program and the main loop's use the same maps at once. With the locks nothing is lost or torn; without them
something is, so the test can see it.

    storm.py --barebpf TOOL --clang CLANG [--operations N] BOARD...
"""
import json
import os
import sys

import common

PROGRAMS = os.path.join(common.ROOT, "qemu-tests", "programs")
OPERATIONS_OF_A_RUN = 20  # storm.bpf.c


def build(options, board, directory, *more):
    """The image; `more` options say what to emit, or which stubs to take."""
    target, image = os.path.join(directory, "storm.bpf.o"), os.path.join(directory, "storm.elf")
    common.compile_bpf(options, os.path.join(PROGRAMS, "storm.bpf.c"), target)
    result = common.tool(options, "build", target, "--board", board, "--with", os.path.join(PROGRAMS, "storm.c"), "-o", image, *more)
    if result.returncode != 0:
        raise common.Failure(f"exit status {result.returncode}\n{result.stderr}")
    return image


def storm(options, image, operations, timeout):
    """What the program says in the end of `operations` at least; None when it did not come to one in `timeout` seconds."""
    runs = operations // OPERATIONS_OF_A_RUN  # of the timer's program; the main loop's takes what time is left
    result = common.tool(options, "run", image, "--json", "--for", str(runs), "--timeout", str(timeout),
                         timeout_s=timeout + 100)
    if result.returncode != 0:
        print(result.stderr.strip())
        return None
    answer = json.loads(result.stdout)
    missed = [hook["missed"] for hook in answer["hooks"] if hook["program"] == "storm_timer"]
    common.expect("events that the timer's program missed", missed, [0])
    said = answer["maps"][".bss"][0]["value"]
    print(f"{said['operations'][1]} + {said['operations'][0]} operations, {said['sent']} records, "
          f"{said['wrong']} wrong, {said['read_wrong']} records out of order")
    return said


def without_locks(image):
    """The generated stubs, without locks."""
    stubs = image.replace(".elf", ".stubs.c")
    with open(stubs, encoding="utf-8") as file:
        text = file.read()
    common.expect("locks in the stubs", text.count("#define BAREBPF_SHARED 1"), 1)
    with open(stubs, "w", encoding="utf-8") as file:
        file.write(text.replace("#define BAREBPF_SHARED 1", "#define BAREBPF_SHARED 0"))
    return stubs


def test(options, directory):
    """With and without locks."""
    for board in options.board:
        print(board)
        image = build(options, board, directory, "--emit", "elf,stubs")
        said = storm(options, image, options.operations, 500)
        common.expect("wrong", said and (said["wrong"], said["read_wrong"]), (0, 0))
        common.expect("all was done", sum(said["operations"]) >= options.operations, True)
        common.expect("both were at it", min(said["operations"]) > options.operations // 10, True)
        common.expect("records were read", min(said["sent"]) > options.operations // 10, True)
        stubs = without_locks(image)
        # a torn chain may lead to itself: then the program does not end
        torn = storm(options, build(options, board, directory, "--stubs", stubs), min(options.operations, 100000), 20)
        common.expect("something is wrong without locks", torn is None or torn["wrong"] + torn["read_wrong"] > 0, True)


def main():
    parser = common.parser(__doc__)
    parser.add_argument("--operations", type=int, default=100000)
    return common.main_on_boards(test, parser)


if __name__ == "__main__":
    sys.exit(main())
