#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""--check-facts: programs that the verifier accepts give the same results with every proved fact checked at run time; a
fact that does not hold ends the firmware with a status of its own.

    facts.py --barebpf TOOL --clang CLANG BOARD examples|verify|failing
"""
import glob
import json
import os
import re
import sys

import common

STATUS_FACT = 60
VERIFY_TESTS = os.path.join(common.ROOT, "compiler", "tests", "verify")
VARYING = re.compile(r"ktime|prandom")


def run(options, *arguments):
    """One `barebpf run --json` without the instruction counts, which the checks change; and its exit status."""
    result = common.tool(options, "run", *arguments, "--json", "--dump-maps")
    if not result.stdout:
        return result.returncode, result.stderr
    report = json.loads(result.stdout)
    return result.returncode, ([one["r0"] for one in report["runs"]], report["maps"], report["console"])


def contexts(count):
    """Contexts of `count` bytes: zeros, ones, small numbers, and large ones."""
    patterns = [[0] * count, [255] * count, [(7 * i) % 5 for i in range(count)],
                [(151 * i + 128) % 256 for i in range(count)]]
    return [word for pattern in patterns for word in ("--ctx", "hex:" + bytes(pattern).hex())]


def compare(options, directory, target, name):
    """True when the board can run the program; its results with and without checks must be the same."""
    image = os.path.join(directory, "image.elf")
    build = [target, "--prog", name, "--board", options.board, "-o", image]
    status, _ = run(options, *build)
    if status in (2, 3):
        return False
    manifest = json.loads(common.tool(options, "inspect", image, "--json").stdout)
    given = contexts(min(manifest["context"]["bytes"] or (64 if manifest["context"]["hook"] == "xdp" else 0), 512))
    plain = run(options, image, *given)
    checked = run(options, *build, "--check-facts", *given)
    common.expect(f"{os.path.basename(target)}: {name} with --check-facts", checked, plain)
    return True


def accepted(options, target):
    """Names of the programs that the verifier accepts."""
    results = json.loads(common.tool(options, "verify", target, "--json").stdout)
    return [result["program"] for result in results if result["verdict"] == "accept"]


def compare_all(options, directory, sources, least):
    """Compares every accepted program of the sources."""
    count = 0
    for source in sources:
        with open(source, encoding="utf-8") as file:
            text = file.read()
        flags = [word for line in re.findall(r"^// flags: (.*)$", text, re.M) for word in line.split()]
        if VARYING.search(text):
            continue
        target = os.path.join(directory, os.path.basename(source)[:-2] + ".o")
        common.compile_bpf(options, source, target, *flags)
        for name in accepted(options, target):
            count += compare(options, directory, target, name)
    print(f"{count} programs compared")
    if count < least:
        raise common.Failure(f"only {count} programs could be compared, must be {least}")


def examples(options, directory):
    """The examples."""
    compare_all(options, directory, sorted(glob.glob(os.path.join(common.ROOT, "examples", "*", "*.bpf.c"))), 3)


def verify(options, directory):
    """What the verifier's own tests in C accept. Its tests in assembly run in the interpreter (verify/runs)."""
    sources = sorted(glob.glob(os.path.join(VERIFY_TESTS, "*.bpf.c")))
    compare_all(options, directory, [source for source in sources if is_plain(source)], 12)


def is_plain(source):
    """C for plain contexts, without the kernel's headers."""
    with open(source, encoding="utf-8") as file:
        text = file.read()
    return '#include "suite.h"' not in text and "#include <linux/" not in text


def failing(options, directory):
    """A caller that breaks the contract (NULL as context) is caught by the check of that fact, and only by that."""
    target, main_file = os.path.join(directory, "program.bpf.o"), os.path.join(directory, "main.c")
    common.compile_bpf(options, os.path.join(common.ROOT, "qemu-tests", "programs", "bytes.bpf.c"), target)
    with open(main_file, "w", encoding="utf-8") as file:
        file.write('#include <barebpf/program.h>\n#include "rt.h"\nint main(void)\n{\n'
                   '    rt_print("\\036begin 1\\n");\n    return (int)bpf_main(NULL, 8) & 0;\n}\n')
    arguments = (target, "--ctx-size", "8", "--board", options.board, "--main", main_file)
    checked = common.tool(options, "run", *arguments, "--check-facts")
    sys.stdout.write(checked.stderr)
    common.expect("status", checked.returncode, STATUS_FACT)
    if "does not hold before instruction 0 " not in checked.stderr:
        raise common.Failure("the message does not tell the instruction")


def main():
    parser = common.parser(__doc__)
    parser.add_argument("board")
    tests = {"examples": examples, "verify": verify, "failing": failing}
    parser.add_argument("test", choices=sorted(tests))
    options = parser.parse_args()
    common.skip_without_emulator(options.board)
    return common.main(tests[options.test], options)


if __name__ == "__main__":
    sys.exit(main())
