#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Helpers and kfuncs of the firmware's own (examples/sensor): verified by their contracts, linked, run on boards.

    own.py --barebpf TOOL --clang CLANG BOARD...
"""
import json
import os
import sys

import common

EXAMPLE = os.path.join(common.ROOT, "examples", "sensor")
CONTEXTS = ("--ctx", "hex:0200000064000000", "--ctx", "hex:0900000000000000")
BOUND = 35 + 60 + 250 + 40 + 5 + 20  # the program's instructions and what sensor.h says of its calls

# Calls that break a contract, the message's id, and what it says.
BREACHES = (
    ("sensor_read(0, samples, 17)", "out-of-bounds", "17 bytes"),
    ("sensor_read(0, samples, 0)", "helper-argument", "a size of at least 1"),
    ("sensor_read(0, (void *)8, 8)", "helper-argument", "a pointer to memory"),
    ("sensor_read(0, 0, 8)", "null-deref", "NULL"),
    ("(alarm_set(0, samples), 0)", "helper-argument", "a constant string"),
    ("sensor_mean(samples, 18)", "out-of-bounds", "18 bytes"),
    ("sensor_mean(0, 2)", "helper-argument", "sensor_mean"),
)

# Lines of a contract file that cannot be used, and what is said of them.
WRONG_LINES = (
    ("HELPER(1, 5, RET_LONG, mine, ARG_NONE)", "bpf_map_lookup_elem"),
    ("HELPER(0, 5, RET_LONG, mine, ARG_NONE)", "'0'"),
    ("HELPER(10000, 5, RET_LONG, mine, ARG_NONE)", "'10000'"),
    ("HELPER(1004, RET_LONG, mine, ARG_NONE)", "'RET_LONG'"),
    ("HELPER(1004, 5, RET_MAP_VALUE_OR_NULL, mine, ARG_NONE)", "'RET_MAP_VALUE_OR_NULL'"),
    ("HELPER(1004, 5, RET_LONG, mine, ARG_MAP)", "'ARG_MAP'"),
    ("HELPER(1004, 5, RET_LONG, mine, ARG_MEM)", "followed by its size"),
    ("HELPER(1004, 5, RET_LONG, mine, ARG_U32, ARG_SIZE)", "followed by its size"),
    ("HELPER(1004, 5, RET_LONG, mine, ARG_U32, ARG_NONE)", "ARG_NONE"),
    ("HELPER(1004, 5, RET_LONG, mine, ARG_U32, ARG_U32, ARG_U32, ARG_U32, ARG_U32, ARG_U32)", "five"),
    ("HELPER(1001, 5, RET_LONG, mine, ARG_NONE)", "sensor_read"),
    ("KFUNC(5, RET_LONG, sensor_read, ARG_NONE)", "twice"),
    ("COST(5, sensor_calibrate)", "twice"),
    ("COST(5 sensor)", "'sensor'"),
    ("KFUNC(5, RET_U32, mine, ARG_U32", "the file ends"),
)


def variant(directory, name, *changes):
    """A file of the example with pieces of text replaced."""
    with open(os.path.join(EXAMPLE, name), encoding="utf-8") as file:
        text = file.read()
    for old, new in changes:
        common.expect(f"{old} is there", old in text, True)
        text = text.replace(old, new, 1)
    path = os.path.join(directory, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def refused(result, status, *texts):
    """The tool refuses with this status and says all of that."""
    if result.returncode != status or not all(text in result.stderr for text in texts):
        raise common.Failure(f"status {result.returncode}, must be {status} and tell {texts}:\n{result.stderr}")


def runs(options, board, target, *more):
    """The example gives the same everywhere."""
    result = common.tool(options, "run", target, "--board", board, *more, *CONTEXTS, "--json")
    if result.returncode != 0:
        raise common.Failure(f"{board}: exit status {result.returncode}\n{result.stderr}")
    answer = json.loads(result.stdout)
    common.expect(f"{board}: results", [int(run["r0"], 0) for run in answer["runs"]], [416, 0xffffffff])
    common.expect(f"{board}: console", answer["console"], "alarm: above its limit\n")


def bound(options, target, helpers):
    """The proved bound."""
    result = common.tool(options, "verify", target, "--helpers", helpers, "--json")
    return json.loads(result.stdout)[0]["stats"]["max_insns"]


def breaches_are_refused(options, directory, helpers):
    """A program for each."""
    source = os.path.join(directory, "breaches.bpf.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write('#include "sensor.h"\n')
        for number, (call, _, _) in enumerate(BREACHES):
            file.write(f'SEC("raw") int breach{number}(void *ctx)\n{{\n    __u16 samples[8] = {{}};\n    return {call};\n}}\n')
    answer = json.loads(common.tool(options, "verify", source, "--helpers", helpers, "--json").stdout)
    common.expect("programs", len(answer), len(BREACHES))
    for (call, name, text), element in zip(BREACHES, answer):
        common.expect(f"{call}: verdict and message", (element["verdict"], element["error"]["id"]), ("reject", name))
        common.expect(f"{call}: '{text}' in {element['error']['message']}", text in element["error"]["message"], True)


def contracts_hold(options, directory, target, helpers):
    """Calls are judged by the contracts; costs count."""
    common.expect("the bound", bound(options, target, helpers), BOUND)
    dearer = variant(directory, "sensor.h", ("COST(250,", "COST(1250,"), ("KFUNC(40,", "KFUNC(41,"), ("HELPER(1001, 60", "HELPER(1001, 62"))
    common.expect("the bound with other costs", bound(options, target, dearer), BOUND + 1003)
    refused(common.tool(options, "verify", target), 2, "helper 1001", "--helpers")
    breaches_are_refused(options, directory, helpers)
    wrong = variant(directory, "sensor.h", ("ARG_MEM_OR_NULL samples, ARG_SIZE_OR_ZERO bytes", "ARG_U32 number"))
    refused(common.tool(options, "verify", target, "--helpers", wrong), 2, "'sensor_mean'", "not the one of --helpers")
    for line, text in WRONG_LINES:
        wrong = variant(directory, "sensor.h", ("#endif", f"{line}\n#endif"))
        refused(common.tool(options, "verify", target, "--helpers", wrong), 3, "[contract]", "sensor.h:", text)


def definitions_are_checked(options, directory, target, helpers):
    """What is missing, or of another type, is told."""
    build = ("build", target, "--board", "cortex-m4", "--helpers", helpers, "-o", os.path.join(directory, "o.elf"))
    refused(common.tool(options, *build), 2, "[extern]", "define it in a file that is given with --with")
    stubs = common.tool(options, *build, "--with", os.path.join(EXAMPLE, "sensor.c"), "--emit", "stubs")
    with open(os.path.join(directory, "o.stubs.c"), encoding="utf-8") as file: # that C may have interrupt handlers
        common.expect("maps are locked", (stubs.returncode, "#define BAREBPF_SHARED 1" in file.read()), (0, True))
    gone = variant(directory, "sensor.c", ("long sensor_read(", "long sensor_reads("))
    refused(common.tool(options, *build, "--with", gone), 2, "[extern]", "helper 'sensor_read'",
            "long sensor_read(uint32_t a0, void *a1, uint32_t a2)")
    other = variant(directory, "sensor.c", ("uint32_t bytes)\n{\n    uint8_t", "uint64_t bytes)\n{\n    uint8_t"))
    refused(common.tool(options, *build, "--with", other), 3, "conflicting types", "sensor_read")
    inputs = ("-o", variant(directory, "sensor.c"))
    refused(common.tool(options, *build[:-2], "--with", inputs[1], *inputs), 3, "[option]", "one of the inputs")


def test(options, directory):
    """All of it; the directory has its own sensor.h, so that changed sources find it."""
    target, firmware = os.path.join(directory, "sensor.bpf.o"), os.path.join(EXAMPLE, "sensor.c")
    helpers = os.path.join(EXAMPLE, "sensor.h")
    common.compile_bpf(options, os.path.join(EXAMPLE, "sensor.bpf.c"), target)
    for board in options.board:
        runs(options, board, target, "--helpers", helpers, "--with", firmware)
    runs(options, options.board[0], target, "--helpers", helpers, "--with", firmware, "--deferred-printk")
    variant(directory, "sensor.h")
    contracts_hold(options, directory, target, helpers)
    variant(directory, "sensor.h")
    definitions_are_checked(options, directory, target, helpers)


def main():
    return common.main_on_boards(test, common.parser(__doc__))


if __name__ == "__main__":
    sys.exit(main())
