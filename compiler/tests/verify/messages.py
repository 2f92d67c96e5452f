#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every refusal of the suite is told whole: one error with file, line, column and an id that docs/DIAGNOSTICS.md
explains; the source line with a caret; the function and the instructions around; what to try. Those that hang on a value
say what is known of it.

    messages.py --barebpf TOOL --pages docs/DIAGNOSTICS.md OBJECT...      prints `N refusals, N not whole`
"""
import argparse
import os
import re
import subprocess
import sys

HEAD = re.compile(r"\S+?:\d+:\d+: error: .+ \[([a-z0-9-]+)\]$")
PARTS = {"no source line with a caret": r"^ +\d+ \| .*\n +\| \s*\^", "no function and instruction": r"^  at     \w+\(\), instruction \d+$",
         "no instructions": r"^ +> +\d+: ", "no remedy": r"^  try    \S"}
# Errors about a whole function or map stand at no single instruction.
WHOLE = {"map-shape", "recursion", "stack-limit", "call-depth"}
# What is wrong with a value: the label under the caret says what is known of it.
VALUE = {"uninit-register", "null-deref", "not-pointer", "bad-pointer", "out-of-bounds", "helper-argument", "return-value",
         "pointer-arithmetic"}
NO_LABEL_NEEDED = re.compile(r"argument \d+ \(flags\)")


def lacks(text, pages):
    """What a message lacks."""
    lines = text.splitlines()
    head = HEAD.match(lines[0])
    if not head:
        return ["no place or id"]
    found = [what for what, part in PARTS.items()
             if not re.search(part, text, re.M) and not (head.group(1) in WHOLE and "instruction" in what)]
    if head.group(1) not in pages:
        found.append("no page")
    label = re.search(r"^ +\| \s*\^(.*)$", text, re.M)
    if head.group(1) in VALUE and label and not label.group(1).strip() and not NO_LABEL_NEEDED.search(lines[0]):
        found.append("no label under the caret")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--barebpf", required=True)
    parser.add_argument("--pages", required=True)
    parser.add_argument("objects", nargs="+")
    options = parser.parse_args()
    with open(options.pages, encoding="utf-8") as text:
        pages = set(re.findall(r"^\| `([a-z0-9-]+)`", text.read(), re.M))
    count, wrong = 0, 0
    for path in options.objects:
        run = subprocess.run([options.barebpf, "verify", "--ctx-size", "64", path], stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True, check=False, env={**os.environ, "NO_COLOR": "1"})
        for text in re.split(r"^(?=\S[^\n]*error: )", run.stderr, flags=re.M)[1:]:
            count += 1
            found = lacks(text, pages)
            wrong += bool(found)
            if found:
                print(f"{os.path.basename(path)}: {', '.join(found)}:\n{text}")
    print(f"{count} refusals, {wrong} not whole")
    return 0 if count and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
