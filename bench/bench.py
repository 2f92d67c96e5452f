#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the code that barebpf makes against the same C compiled natively: bytes, executed instructions, stack, RAM.

    bench.py [--board B]... [--variant V]... [--json OUT] [WORKLOAD...]     measure and print tables
    bench.py --compare OLD.json NEW.json                                    what changed between two measurements
    bench.py --page OUT.json                                                the tables of docs/BENCH.md
"""
import argparse
import concurrent.futures
import json
import os
import shutil
import sys
import tempfile

import table
import toolchain
from workloads import ROOT, all_workloads

BOARDS = ["cortex-m4", "cortex-m0", "riscv32"]


def find_tools(options):
    """Paths of the programs that are run; ends, saying so, when one is missing."""
    tools = {"barebpf": options.barebpf, "clang": "clang-19", "lld": "ld.lld-19", "objcopy": "llvm-objcopy-19", "nm": "llvm-nm-19"}
    missing = [name for name in tools.values() if not shutil.which(name)]
    if missing:
        print(f"bench: SKIPPED, not installed: {', '.join(missing)}")
        sys.exit(77)
    return tools


def check_results(board, results):
    """Every variant must compute what native code computes."""
    reference = results["clang-Os"]
    for variant, workloads in results.items():
        for name, measured in workloads.items():
            if name in reference and measured["results"] != reference[name]["results"]:
                raise toolchain.Failed(f"{board}: {name} in variant {variant} gives {measured['results']}, native code "
                                       f"{reference[name]['results']}")


def measure_board(board, variants, workloads, directory, failures):
    """{variant: {workload: measured}}"""
    def build(workload, variant):
        try:
            return workload, toolchain.build(board, workload, variant, directory)
        except toolchain.Failed as failure:
            failures.append(f"{board.name}, {variant.name}, {workload.name}: {failure}")
            return None

    results = {}
    for variant in variants:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            built = [one for one in pool.map(lambda workload, v=variant: build(workload, v), workloads) if one]
        results[variant.name] = toolchain.measure(board, variant, built)
    check_results(board.name, results)
    return results


def write(options, result):
    """The measurement as far as it is, for --json."""
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1, sort_keys=True)
            file.write("\n")


def measure(options):
    """All boards; the result as one dictionary."""
    names = options.variant or [variant.name for variant in toolchain.VARIANTS]
    variants = [v for v in toolchain.VARIANTS if v.name in names or v.name == "clang-Os"]
    workloads = all_workloads(options.workload)
    tools, failures = find_tools(options), []
    result = {"suites": {w.name: w.suite for w in workloads}, "boards": {}}
    directory = options.keep or tempfile.mkdtemp()
    try:
        for name in options.board or BOARDS:
            board = toolchain.Board(name, tools, directory)
            result["boards"][name] = measure_board(board, variants, workloads, directory, failures)
            write(options, result)
    finally:
        if not options.keep:
            shutil.rmtree(directory)
    for failure in failures:
        print(f"bench: FAILED: {failure}", file=sys.stderr)
    return result, not failures


def read(path):
    """A measurement from its file."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--barebpf", default=os.path.join(ROOT, "build", "release", "barebpf"))
    parser.add_argument("--board", action="append", help="default: " + ", ".join(BOARDS))
    parser.add_argument("--variant", action="append", help=", ".join(v.name for v in toolchain.VARIANTS))
    parser.add_argument("--json", help="write the measurement to this file")
    parser.add_argument("--keep", help="leave objects and images in this directory")
    parser.add_argument("--compare", nargs=2, metavar=("OLD", "NEW"))
    parser.add_argument("--page", metavar="JSON", help="print a measurement as Markdown")
    parser.add_argument("workload", nargs="*")
    options = parser.parse_args()
    if options.compare:
        print(table.compare(read(options.compare[0]), read(options.compare[1])), end="")
        return 0
    if options.page:
        print(table.page(read(options.page)), end="")
        return 0
    try:
        result, complete = measure(options)
    except toolchain.Failed as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    print(table.text(result), end="")
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
