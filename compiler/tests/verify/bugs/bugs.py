#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Re-introduces the mistakes of bugs.txt one by one and shows that each is caught: by the programs of the suite, whose
verdicts are then not as marked, or else by the unit tests or the soundness fuzzer. Only the changed files are compiled;
the rest comes from the libraries of the build.

    bugs.py --root ROOT --cc CC --objects DIR --libraries LIB... [--short] [--only NAME...]

Prints `N bugs, N caught`. A place that is gone ("stale") is told: bugs.txt must follow the source.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import marks  # noqa: E402
import run  # noqa: E402

# At most this share of the bugs may have lost their places before the test fails.
STALE_SHARE = 0.1
# Programs that only cost time here.
SLOW = ("explosion.bpf.c", "loop.bpf.c")


def read_bugs(path):
    """[(name, what, in the short run, [(file, old text, new text)])]"""
    bugs, edits = [], None
    for line in marks.read(path).splitlines():
        head = re.match(r"(bug|short): (\w+) -- (.*)", line)
        if head:
            edits = []
            bugs.append((head.group(2), head.group(3), head.group(1) == "short", edits))
        elif re.fullmatch(r"\w+\.c", line):
            edits.append([line, "", ""])
        elif line.startswith("- "):
            if edits[-1][2]:
                edits.append([edits[-1][0], "", ""])
            edits[-1][1] += line[2:] + "\n"
        elif line.startswith("+ "):
            edits[-1][2] += line[2:] + "\n"
    return bugs


def changed_sources(root, edits):
    """{file: text with the bug}, or None when a place is gone."""
    texts = {}
    for file, old, new in edits:
        text = texts.get(file) or marks.read(os.path.join(root, "compiler", "verify", file))
        if text.count(old) != 1:
            return None
        texts[file] = text.replace(old, new)
    return texts


class Workshop:
    """Builds test programs with a changed verifier."""

    def __init__(self, options, directory):
        self.options, self.directory = options, directory
        self.compiler = os.path.join(options.root, "compiler")
        self.sources = sorted(os.path.join(self.compiler, "tests", "verify", name)
                              for name in os.listdir(os.path.join(self.compiler, "tests", "verify"))
                              if name.endswith(".bpf.c") and name not in SLOW)

    def call(self, *command):
        """Runs a command; its completed process."""
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                              errors="replace", timeout=300)

    def compile(self, source, name):
        """An object file."""
        target = os.path.join(self.directory, name + ".o")
        done = self.call(*self.options.cc.split(), "-std=c11", "-D_GNU_SOURCE", "-O1", "-w", "-I", self.compiler,
                         "-iquote", os.path.join(self.compiler, "verify"), "-iquote",
                         os.path.join(self.compiler, "tests", "unit"), "-iquote",
                         os.path.join(self.compiler, "tests", "fuzz"), "-c", source, "-o", target)
        if done.returncode:
            sys.exit(f"{source} does not compile:\n{done.stdout}")
        return target

    def link(self, main, changed):
        """A program from `main` and the changed files, which come before the libraries."""
        target = main[:-2]
        done = self.call(*self.options.cc.split(), main, *changed, *self.options.libraries, "-lelf", "-lbpf", "-lnettle",
                         "-lcmocka", "-o", target)
        if done.returncode:
            sys.exit(f"{main} does not link:\n{done.stdout}")
        return target

    def suite(self, tool):
        """What the marks say against the verdicts of `tool`, a line each."""
        wrong = []
        for source in self.sources:
            name = os.path.basename(source)
            text = marks.read(source)
            limit = re.search(r"--stack-limit (\d+)", " ".join(marks.words(text, "verify")))
            done = self.call(tool, marks.object_of(source, self.options.objects), limit.group(1) if limit else "0")
            judge = run.Judge(text)
            judge.judge([json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")])
            lines = judge.lines if done.returncode >= 0 else [f"the verifier crashed ({-done.returncode})"]
            wrong += [f"{name}: {line}" for line in lines]
        return wrong


def catch(workshop, mains, texts):
    """Who caught the bug, and with which words; (None, "") when nobody did."""
    changed = []
    for file, text in texts.items():
        source = os.path.join(workshop.directory, file)
        with open(source, "w", encoding="utf-8") as out:
            out.write(text)
        changed.append(workshop.compile(source, "changed_" + file[:-2]))
    wrong = workshop.suite(workshop.link(mains["suite"], changed))
    if wrong:
        return f"suite ({len(wrong)})", wrong[0]
    for name, arguments in (("verify_check_test", []), ("verify_domain_test", []), ("sound_fuzz", ["1", "3000", "10"])):
        done = workshop.call(workshop.link(mains[name], changed), *arguments)
        if done.returncode:
            return name, next((line for line in done.stdout.splitlines() if "rror" in line or "viol" in line), "")
    return None, ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", required=True)
    parser.add_argument("--cc", required=True)
    parser.add_argument("--objects", required=True)
    parser.add_argument("--libraries", nargs="+", required=True)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--only", nargs="+")
    options = parser.parse_args()
    bugs = [bug for bug in read_bugs(os.path.join(os.path.dirname(os.path.abspath(__file__)), "bugs.txt"))
            if (bug[2] or not options.short) and (not options.only or bug[0] in options.only)]
    caught, stale = 0, 0
    with tempfile.TemporaryDirectory() as directory:
        workshop = Workshop(options, directory)
        tests = os.path.join(workshop.compiler, "tests")
        mains = {"suite": workshop.compile(os.path.join(tests, "verify", "bugs", "verdicts.c"), "suite"),
                 **{name: workshop.compile(os.path.join(tests, "unit", name + ".c"), name)
                    for name in ("verify_check_test", "verify_domain_test")},
                 "sound_fuzz": workshop.compile(os.path.join(tests, "fuzz", "sound_fuzz.c"), "sound_fuzz")}
        wrong = workshop.suite(workshop.link(mains["suite"], []))
        if wrong:
            sys.exit("without a bug the suite is not as marked:\n" + "\n".join(wrong))
        for name, what, _, edits in bugs:
            texts = changed_sources(options.root, edits)
            if texts is None:
                stale += 1
                print(f"stale   {name}: its place in the source is gone", flush=True)
                continue
            who, words = catch(workshop, mains, texts)
            caught += who is not None
            print(f"{'caught ' if who else 'MISSED '} {name} ({what}): {who or 'nobody'}: {words[:150]}", flush=True)
    print(f"{len(bugs)} bugs, {caught} caught" + (f", {stale} stale" if stale else ""))
    return 0 if caught + stale == len(bugs) and stale <= STALE_SHARE * len(bugs) else 1


if __name__ == "__main__":
    sys.exit(main())
