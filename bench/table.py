# SPDX-License-Identifier: Apache-2.0
"""Measurements as text, as Markdown, and compared. Ratios are to clang -Os of the same C, except that variants built at
-O2 are compared with clang -O2."""
import math

BASE = "clang-Os"
BASES = {"v3-O2": "clang-O2", "native-O2": "clang-O2", "v2-Os": BASE}


def size(measured):
    """Bytes of flash: code and constants."""
    return measured["text"] + measured["rodata"]


def geometric(ratios):
    """Geometric mean."""
    ratios = list(ratios)
    return math.exp(sum(math.log(r) for r in ratios) / len(ratios)) if ratios else float("nan")


def rows(result, board, variant, suite):
    """(workload, measured, native measured) of one suite."""
    variants = result["boards"][board]
    base = variants.get(BASES.get(variant, BASE), {})
    return [(name, measured, base[name]) for name, measured in variants[variant].items()
            if name in base and result["suites"][name] == suite]


def ratios(found):
    """Geometric means and largest ratios of size and instructions, and the largest difference of stacks."""
    sizes = [size(m) / size(b) for _, m, b in found]
    insns = [m["insns"] / b["insns"] for _, m, b in found]
    stacks = [m["stack"] - b["stack"] for _, m, b in found]
    return geometric(sizes), max(sizes), geometric(insns), max(insns), max(stacks)


def means(result, board):
    """Lines (variant, suite, count, size, worst, insns, worst, stack) of a board."""
    lines = []
    for variant in result["boards"][board]:
        for suite in ("compute", "map"):
            found = rows(result, board, variant, suite)
            if found:
                lines.append((variant, BASES.get(variant, BASE), suite, len(found), *ratios(found)))
    return lines


def details(result, board, variant):
    """One row a workload."""
    lines = []
    for suite in ("compute", "map"):
        for name, m, b in rows(result, board, variant, suite):
            lines.append((name, size(b), size(m), size(m) / size(b), b["insns"], m["insns"], m["insns"] / b["insns"],
                          b["stack"], m["stack"], b["ram"], m["ram"]))
    return lines


MEANS_HEAD = ("variant", "against", "suite", "n", "size", "worst", "insns", "worst", "stack+")
DETAILS_HEAD = ("workload", "bytes", "ours", "ratio", "insns", "ours", "ratio", "stack", "ours", "RAM", "ours")


def cell(value):
    """A number as it is printed."""
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def layout(head, lines):
    """Aligned columns; also valid Markdown."""
    cells = [head, *([cell(value) for value in line] for line in lines)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    out = ["| " + " | ".join(row[i].ljust(widths[i]) if i == 0 else row[i].rjust(widths[i]) for i in range(len(head))) + " |"
           for row in cells]
    rule = "| " + " | ".join("-" * widths[i] if i == 0 else "-" * (widths[i] - 1) + ":" for i in range(len(head))) + " |"
    return "\n".join([out[0], rule, *out[1:]]) + "\n"


def page(result):
    """All tables as Markdown."""
    out = []
    for board in result["boards"]:
        out.append(f"## {board}\n\n{layout(MEANS_HEAD, means(result, board))}")
        for variant in result["boards"][board]:
            if variant.startswith("v3"):
                out.append(f"### {board}, {variant} against {BASES.get(variant, BASE)}\n\n"
                           f"{layout(DETAILS_HEAD, details(result, board, variant))}")
    return "\n".join(out)


def text(result):
    """What a terminal shows."""
    return page(result)


def compare(old, new):
    """What differs between two measurements: one line for each workload whose size, instructions or stack changed, and
    the means of both."""
    out = []
    for board in new["boards"]:
        before, after = old["boards"].get(board, {}), new["boards"][board]
        for variant in after:
            for name, m in after[variant].items():
                b = before.get(variant, {}).get(name)
                if b and (size(b), b["insns"], b["stack"]) != (size(m), m["insns"], m["stack"]):
                    out.append(f"{board} {variant} {name}: size {size(b)} -> {size(m)}, insns {b['insns']} -> "
                               f"{m['insns']}, stack {b['stack']} -> {m['stack']}\n")
        old_means = {line[:3]: line[4:] for line in means(old, board)} if board in old["boards"] else {}
        for line in means(new, board):
            if line[:3] in old_means:
                was = old_means[line[:3]]
                out.append(f"{board} {line[0]} {line[2]}: size {was[0]:.3f} -> {line[4]:.3f}, insns {was[2]:.3f} -> "
                           f"{line[6]:.3f}\n")
    return "".join(out) or "nothing changed\n"
