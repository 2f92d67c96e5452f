#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Acquire loads and release stores: each board's code orders them as its architecture asks, or turns interrupts off
where the core cannot access so many bits at once.

    ordered.py --barebpf TOOL --clang CLANG OUT BOARD...
"""
import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def locked(access):
    return rf"rt_irq_save\b.*?\b{access}\b.*?rt_irq_restore\b"


# What must follow one another: loads of 8, 16, 32, 64 bits, then stores. Sources: ARMv7-M A3.7.3 (DMB), ARMv8-M and ARMv8-A
# (load-acquire, store-release), RISC-V unprivileged ISA A.5 (load, fence r,rw; fence rw,w, store).
DMB = [r"\bldrb\b.*?\bdmb\b", r"\bldrh\b.*?\bdmb\b", r"\bldr\b.*?\bdmb\b"], \
      [r"\bdmb\b.*?\bstrb\b", r"\bdmb\b.*?\bstrh\b", r"\bdmb\b.*?\bstr\b"]
FENCE = [r"\blbu?\b.*?\bfence\s+r, rw", r"\blhu?\b.*?\bfence\s+r, rw", r"\blwu?\b.*?\bfence\s+r, rw"], \
        [r"\bfence\s+rw, w.*?\bsb\b", r"\bfence\s+rw, w.*?\bsh\b", r"\bfence\s+rw, w.*?\bsw\b"]
SEQUENCES = {
    "cortex-m0": [locked(access) for access in ("ldrb", "ldrh", "ldr", "(ldr|ldm)", "strb", "strh", "str", "str")],
    "cortex-m4": [*DMB[0], locked("ldrd?"), *DMB[1], locked("strd?")],
    "cortex-m33": [r"\bldab\b", r"\bldah\b", r"\blda\b", locked("ldrd?"), r"\bstlb\b", r"\bstlh\b", r"\bstl\b", locked("strd?")],
    "cortex-a15": [*DMB[0], r"\bldrexd\b.*?\bdmb\b", *DMB[1], r"\bdmb\b.*?\bstrexd\b"],
    "aarch64": [r"\bldarb\b", r"\bldarh\b", r"\bldar\s+w", r"\bldar\s+x", r"\bstlrb\b", r"\bstlrh\b", r"\bstlr\s+w", r"\bstlr\s+x"],
    "riscv32": [*FENCE[0], locked("lw"), *FENCE[1], locked("sw")],
    "riscv64": [*FENCE[0], r"\bld\b.*?\bfence\s+r, rw", *FENCE[1], r"\bfence\s+rw, w.*?\bsd\b"],
}


def code_of(options, board):
    """The assembly of the program."""
    image = f"{options.out}-{board}"
    subprocess.run([options.barebpf, "build", f"{options.out}.bpf.o", "--board", board, "--emit", "elf,s", "-o", f"{image}.elf"],
                   check=True, stdout=subprocess.DEVNULL)
    with open(f"{image}.s", encoding="utf-8") as file:
        return re.search(r"^bpf_prog_ordered:.*?^\s*\.size\s+bpf_prog_ordered\b", file.read(), re.M | re.S).group(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--barebpf", required=True)
    parser.add_argument("--clang", required=True)
    parser.add_argument("out")
    parser.add_argument("boards", nargs="+", choices=sorted(SEQUENCES))
    options = parser.parse_args()
    subprocess.run([options.clang, "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-I",
                    os.path.join(HERE, "../../../helpers-template/include"), "-c", os.path.join(HERE, "ordered.bpf.c"), "-o",
                    f"{options.out}.bpf.o"], check=True)
    wrong = 0
    for board in options.boards:
        code, at = code_of(options, board), 0
        for step in SEQUENCES[board]:
            found = re.compile(step, re.S).search(code, at)
            if not found:
                print(f"{board}: no {step!r} behind what came before it in\n{code}")
                wrong += 1
                break
            at = found.end()
    print(f"{len(options.boards)} boards, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
