#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How tight the proven bounds of machine instructions are: each workload is built and run on all its inputs, and the bound
is compared with the most instructions that a run executed. Fails when a run executed more than its bound.

    bounds.py [--barebpf TOOL] [--board B]... [--page] [-O LEVEL] [WORKLOAD...]
"""
import argparse
import concurrent.futures
import json
import os
import statistics
import subprocess
import sys
import tempfile

from workloads import ROOT, all_workloads

BOARDS = ["cortex-m4", "cortex-m0", "riscv32"]


def run(*words):
    """What a command printed; ends when it fails."""
    result = subprocess.run(words, capture_output=True, text=True, check=False)
    if result.returncode:
        raise SystemExit(f"bounds: {' '.join(words)}: status {result.returncode}\n{result.stderr}")
    return result.stdout


def measure(options, board, workload, directory):
    """The bound (None with the reason) and the most instructions of a run."""
    stem = os.path.join(directory, f"{workload.name}.{board}")
    built = json.loads(run(options.barebpf, "build", workload.path, "--board", board, "-O", options.level, "--net-ip-align",
                           "-o", stem + ".elf", "--json"))
    contexts = []
    for index, data in enumerate(workload.inputs):
        with open(f"{stem}.{index}", "wb") as file:
            file.write(data)
        contexts += ["--ctx", f"{stem}.{index}"]
    runs = json.loads(run(options.barebpf, "run", stem + ".elf", "--board", board, *contexts, "--json"))["runs"]
    bound = built["bounds"][0]
    return bound["max_machine_insns"], bound.get("reason"), max(one["instructions"] for one in runs)


def cells(bound, reason, most):
    """One board's columns."""
    return (str(bound), str(most), f"{bound / most:.2f}") if bound else ("none", str(most), reason)


def table(options, results):
    """Lines of text or Markdown."""
    left, between, right = ("| ", " | ", " |") if options.page else ("", "  ", "")
    yield left + between.join(["workload"] + [f"{b}: bound{between}measured{between}ratio" for b in options.board]) + right
    if options.page:
        yield "| --- |" + " --: |" * 3 * len(options.board)
    for name, boards in results.items():
        yield left + between.join([name] + [between.join(cells(*boards[b])) for b in options.board]) + right
    for board in options.board:
        ratios = [bound / most for bound, _, most in (boards[board] for boards in results.values()) if bound]
        yield (f"\n{board}: {len(ratios)} of {len(results)} have a bound, in the median {statistics.median(ratios):.2f} times "
               f"what was measured, at most {max(ratios):.2f} times")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--barebpf", default=os.path.join(ROOT, "build", "release", "barebpf"))
    parser.add_argument("--board", action="append")
    parser.add_argument("--page", action="store_true", help="Markdown")
    parser.add_argument("-O", dest="level", default="s")
    parser.add_argument("workload", nargs="*")
    options = parser.parse_args()
    options.board = options.board or BOARDS
    results, broken = {}, []
    with tempfile.TemporaryDirectory() as directory, concurrent.futures.ThreadPoolExecutor(2) as pool:
        for workload in all_workloads(options.workload):
            measured = pool.map(lambda board, w=workload: measure(options, board, w, directory), options.board)
            results[workload.name] = dict(zip(options.board, measured))
    for name, boards in results.items():
        broken += [f"{name} on {board}" for board, (bound, _, most) in boards.items() if bound and bound < most]
    print("\n".join(table(options, results)))
    for one in broken:
        print(f"bounds: BROKEN: {one}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
