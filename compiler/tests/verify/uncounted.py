#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A loop that one proof had no effort left to count has no known rounds, though the proof of a global function counted it.

    uncounted.py --barebpf TOOL --clang CLANG --include DIR
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

SHARED = ("static __attribute__((noinline)) __u32 shared(__u32 n) { __u32 x = n; _Pragma(\"nounroll\") "
          "for (__u32 i = 0; i < n && i < 200; i++) { x = x * 31 + i; x ^= x >> 7; g = x; } return x; }")


def source(functions, loops, branches):
    """`functions` of so many loops each, which come first; then four calls of shared(), and one with at most 3 rounds."""
    lines = ["#include <barebpf/bpf.h>", "struct context { __u32 a, b, c, d; };", "volatile __u32 g, q; int few(__u32 n);"]
    for f in range(functions):
        lines.append(f"static __attribute__((noinline)) int h{f}(__u32 n) {{")
        for _ in range(loops):
            lines.append('{ __u32 i = 0, m = 1; asm volatile("" : "+r"(m)); do {')
            lines += [f"if (g & {1 << b % 16}) q = {b + 1};" for b in range(branches)]
            lines.append("} while (++i < m); }")
        lines.append("return 0; }")
    lines += [SHARED, 'SEC("raw/p") int p(struct context *c) { __u32 x = 0;']
    lines += [f"if (c->b == {f + 1}) x += h{f}(c->a);" for f in range(functions)]
    lines += ["x += few(c->d);"] + [f"x += shared(c->a + {k});" for k in range(4)]
    lines += ["return x; }", "__attribute__((noinline)) int few(__u32 n) { if (n > 3) n = 3; return shared(n); }"]
    return lines


def rounds_of_shared(options, directory, *shape):
    """What `verify` says of shared()'s loop; None: nothing."""
    path, lines = os.path.join(directory, "p.bpf.c"), source(*shape)
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(lines))
    subprocess.run([options.clang, "-target", "bpf", "-O2", "-mcpu=v3", "-g", "-I", options.include, "-c", path, "-o", path[:-1] + "o"],
                   check=True)
    said = subprocess.run([options.barebpf, "verify", path[:-1] + "o"], stdout=subprocess.PIPE, text=True, check=True).stdout
    found = re.search(rf"line {lines.index(SHARED) + 1}: at most (\d+) rounds", said)
    return int(found.group(1)) if found else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--barebpf", "--clang", "--include"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        counted, uncounted = rounds_of_shared(options, directory, 1, 1, 1), rounds_of_shared(options, directory, 24, 20, 60)
    print(f"rounds: {counted}, where not all loops are counted: {uncounted}")
    return 0 if counted is not None and counted >= 4 * 200 and uncounted is None else 1


if __name__ == "__main__":
    sys.exit(main())
