#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verify tests: compile FILE.bpf.c, run `barebpf verify --json`, compare errors with the marks in the source.

    run.py --barebpf TOOL --clang CLANG --include DIR FILE.bpf.c

A line that must be the place of an error carries its id: `return *n; /* error[null-deref] */`. Every program without a
mark must be accepted. `// flags: …` and `// verify: …` at the start of a line add compiler and verifier options.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

MARK = re.compile(r"error\[([a-z0-9-]+)\]")


def words(source, key):
    """The words behind `// key:` in the source."""
    return [word for line in re.findall(rf"^// {key}: (.*)$", source, re.M) for word in line.split()]


def expected(source):
    """{(line, id)} of the marks."""
    return {(number, found) for number, line in enumerate(source.splitlines(), 1) for found in MARK.findall(line)}


def reported(results):
    """{(line, id)} of the programs that were not accepted."""
    return {(result["error"]["line"], result["error"]["id"]) for result in results if result["verdict"] != "accept"}


def complaints(source, results, status):
    """What is wrong, a line each; empty when all is as marked."""
    want, got = expected(source), reported(results)
    lines = [f"line {line}: expected error[{name}], but it was not reported" for line, name in sorted(want - got)]
    for result in results:
        error = result["error"]
        if error and (error["line"], error["id"]) not in want:
            lines.append(f"line {error['line']}: unexpected error[{error['id']}] in {result['program']}: "
                         f"{error['message']}")
    if not results:
        lines.append("no program was verified")
    if (status == 0) != (not got):
        lines.append(f"exit status {status} does not agree with the verdicts")
    for result in results:
        stats = result["stats"]
        if result["verdict"] == "accept" and (not stats["max_insns"] or stats["max_insns"] < 1):
            lines.append(f"{result['program']}: accepted without a bound of executed instructions")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--barebpf", required=True)
    parser.add_argument("--clang", required=True)
    parser.add_argument("--include", required=True)
    parser.add_argument("file")
    options = parser.parse_args()
    with open(options.file, encoding="utf-8") as file:
        source = file.read()
    with tempfile.TemporaryDirectory() as directory:
        target = os.path.join(directory, os.path.basename(options.file)[:-2] + ".o")
        subprocess.run([options.clang, "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-I", options.include,
                        *words(source, "flags"), "-c", options.file, "-o", target], check=True)
        run = subprocess.run([options.barebpf, "verify", "--json", *words(source, "verify"), target],
                             stdout=subprocess.PIPE, text=True, check=False)
    wrong = complaints(source, json.loads(run.stdout), run.returncode)
    for line in wrong:
        print(f"{os.path.basename(options.file)}: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
