#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verify tests: run `barebpf verify --json` on the object of FILE.bpf.c, compare errors with the marks in the source
(marks.py).

    run.py --barebpf TOOL --objects DIR FILE.bpf.c...
"""
import argparse
import collections
import json
import os
import subprocess
import sys

import marks


class Judge:
    """Compares the verdicts on one source with its marks."""

    def __init__(self, source):
        self.extents = {extent.name: extent for extent in marks.extents(source)}
        self.errors = set().union(*(extent.errors for extent in self.extents.values()))
        self.lines = []
        self.notes = []

    def expected(self, result):
        """The mark that an error meets, or None. What is not supported meets only a mark with its id."""
        error, ids = result["error"], ("*",) if result["verdict"] == "reject" else ()
        return next((mark for mark in self.errors
                     if mark[0] == error["line"] and mark[1] in (error["id"], *ids)), None)

    def noted(self, result, extent):
        """A program that does not do yet what its marks say."""
        accepted = result["verdict"] == "accept"
        refuse = marks.errors_of(extent, self.extents)
        as_marked = not refuse if accepted else bool(self.expected(result))
        kind = next(iter(extent.notes))
        told = "accepted" if accepted else f"error[{result['error']['id']}]: {result['error']['message']}"
        if as_marked:
            self.lines.append(f"line {extent.first}: {extent.name} does what its marks say now: remove '{kind}'")
        elif accepted and refuse and kind == "later":
            self.lines.append(f"line {extent.first}: {extent.name} is accepted, but must be refused")
        else:
            self.notes.append(f"{kind}: {extent.name}: {extent.notes[kind]} (now {told})")

    def judge(self, results):
        """fills: lines with what is wrong, notes with what is known to be missing."""
        met, due = set(), set()
        for result in results:
            extent, error = self.extents.get(result["program"]), result["error"]
            if extent is None:
                self.lines.append(f"{result['program']}: not found in the source: its marks would not be seen")
            elif extent.notes:
                self.noted(result, extent)
            elif result["verdict"] != "accept" and not self.expected(result):
                self.lines.append(f"line {error['line']}: unexpected error[{error['id']}] in {result['program']}: "
                                  f"{error['message']}")
            elif result["verdict"] == "accept" and not (result["stats"]["max_insns"] or 0) >= 1:
                self.lines.append(f"{result['program']}: accepted without a bound of executed instructions")
            for line, count in extent.rounds if extent else ():
                found = [loop["rounds"] for loop in result["stats"]["loops"] or () if loop["line"] == line]
                if count not in found:
                    self.lines.append(f"line {line}: expected {count} rounds, proved {found}")
            if error:
                met.add(self.expected(result))
            if extent and not extent.notes:
                due |= marks.errors_of(extent, self.extents)
        for line, name in sorted(due - met):
            self.lines.append(f"line {line}: expected error[{name}], but it was not reported")
        twice = collections.Counter(result["program"] for result in results)
        self.lines += [f"{name}: judged {count} times" for name, count in twice.items() if count > 1]
        if not results:
            self.lines.append("no program was verified")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--barebpf", required=True)
    parser.add_argument("--objects", required=True)
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    wrong = 0
    for file in options.files:
        name = os.path.basename(file)
        source = marks.read(file)
        run = subprocess.run([options.barebpf, "verify", "--json", *marks.words(source, "verify"),
                              marks.object_of(file, options.objects)], stdout=subprocess.PIPE, text=True, check=False)
        results = json.loads(run.stdout)
        judge = Judge(source)
        judge.judge(results)
        if (run.returncode == 0) != all(result["verdict"] == "accept" for result in results):
            judge.lines.append(f"exit status {run.returncode} does not agree with the verdicts")
        for line in judge.notes + judge.lines:
            print(f"{name}: {line}")
        later = sum(note.startswith("later") for note in judge.notes)
        print(f"{name}: {len(results)} programs, {later} later, {len(judge.notes) - later} known, "
              f"{len(judge.lines)} not as marked")
        wrong += len(judge.lines)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
