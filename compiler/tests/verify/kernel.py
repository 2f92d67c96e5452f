#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Linux as judge of the verify tests: every program is also loaded into the running kernel (kernel_verdicts.c). The
kernel must accept what has no error mark and reject what has one. Each difference stands with its reason in
kernel-differences.txt; a difference that is not listed, or listed but gone, is a failure.

    kernel.py --verdicts TOOL --objects DIR --differences FILE FILE.bpf.c...

Exit 77: no bpf() here, or a kernel that is older than the one the list was made with.
"""
import argparse
import os
import platform
import re
import subprocess
import sys

import marks


def listed(path):
    """{(file, program): (verdict, reason)} and the kernel's version from the list of differences."""
    found, reason, version = {}, None, (0, 0)
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            entry = re.fullmatch(r"(\S+) (\w+) (accept|reject)", line.strip())
            made_with = re.fullmatch(r"kernel: (\d+)\.(\d+)", line.strip())
            if not line.strip() or line.startswith("#"):
                continue
            if made_with:
                version = tuple(int(part) for part in made_with.groups())
            elif line.startswith("reason: "):
                reason = line[8:].strip()
            elif entry and reason and entry.groups()[:2] not in found:
                found[entry.groups()[:2]] = (entry.group(3), reason)
            else:
                sys.exit(f"{path}:{number}: neither a reason nor FILE PROGRAM accept|reject, or twice: {line.strip()}")
    return found, version


def running():
    """The running kernel's version."""
    return tuple(int(part) for part in re.findall(r"\d+", platform.release())[:2])


def wanted_verdicts(files):
    """{(file, program): verdict by the marks}."""
    wanted = {}
    for file in files:
        source = marks.read(file)
        name = os.path.basename(file)[:-len(".bpf.c")]
        by_name = {extent.name: extent for extent in marks.extents(source)}
        wanted.update({(name, extent.name): "reject" if marks.errors_of(extent, by_name) else "accept"
                       for extent in by_name.values()})
    return wanted


def judged_files(files):
    """Without those that say `// kernel: why`: that Linux cannot judge them."""
    judged = []
    for file in files:
        why = " ".join(marks.words(marks.read(file), "kernel"))
        if why:
            print(f"skipped: {os.path.basename(file)}: {why}")
        else:
            judged.append(file)
    return judged


def compare(verdicts, wanted, differences):
    """What is wrong, a line each."""
    wrong, seen, files = [], set(), {file for file, _ in wanted}
    for path, program, verdict, log in verdicts:
        key = (os.path.basename(path)[:-len(".bpf.o")], program)
        if key not in wanted:
            wrong.append(f"{key[0]} {program}: not found in its source")
            continue
        expected = differences.get(key, (wanted[key],))[0]
        if key in differences:
            seen.add(key)
        if verdict != expected:
            wrong.append(f"{key[0]} {program} {verdict}   # Linux; marked: {wanted[key]}; {log}")
        elif key in differences and verdict == wanted[key]:
            wrong.append(f"{key[0]} {program}: listed as a difference, but it is none")
    return wrong + [f"{file} {program}: listed as a difference, but there is no such program"
                    for file, program in sorted(set(differences) - seen) if file in files]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--verdicts", required=True)
    parser.add_argument("--objects", required=True)
    parser.add_argument("--differences", required=True)
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    differences, version = listed(options.differences)
    if running() < version:
        print(f"skipped: the list of differences was made with Linux {version[0]}.{version[1]}, this is older")
        return 77
    files = judged_files(options.files)
    wanted = wanted_verdicts(files)
    objects = [marks.object_of(file, options.objects) for file in files]
    run = subprocess.run([options.verdicts, *objects], stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode:
        print(run.stdout.strip())
        return run.returncode
    verdicts = [line.split("\t", 3) for line in run.stdout.splitlines()]
    wrong = compare(verdicts, wanted, differences)
    for line in wrong:
        print(line)
    print(f"{len(verdicts)} programs judged by Linux {platform.release()}: {len(differences)} differ for listed "
          f"reasons, {len(wrong)} otherwise")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
