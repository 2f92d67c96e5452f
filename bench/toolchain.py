# SPDX-License-Identifier: Apache-2.0
"""Objects of the workloads in each variant, and one image per board and variant that runs them all in QEMU."""
import collections
import glob
import json
import os
import struct
import subprocess

import elf
from workloads import ROOT

Variant = collections.namedtuple("Variant", "name kind level cpu object_level extra")
# kind "clang", "gcc": the source by that compiler -O`level`; "native": barebpf --native -O`level` of the source; "bpf":
# barebpf -O`level` from an object of -mcpu=`cpu`, -O`object_level`.
VARIANTS = [
    Variant("clang-Os", "clang", "s", "", "", ()),
    Variant("clang-O2", "clang", "2", "", "", ()),
    Variant("gcc-Os", "gcc", "s", "", "", ()),
    Variant("native-Os", "native", "s", "", "", ()),
    Variant("native-O2", "native", "2", "", "", ()),
    Variant("v3-Os", "bpf", "s", "v3", "s", ()),
    Variant("v2-Os", "bpf", "s", "v2", "s", ()),
    Variant("v4-Os", "bpf", "s", "v4", "s", ()),
    Variant("v3-O2-Os", "bpf", "s", "v3", "2", ()),
    Variant("v3-O2", "bpf", "2", "v3", "2", ()),
    Variant("no-facts", "bpf", "s", "v3", "s", ("--unverified",)),
    Variant("checked", "bpf", "s", "v3", "s", ("--check-facts",)),
]
FLAGS = ["-std=gnu11", "-fno-common", "-ffunction-sections", "-fdata-sections", "-fomit-frame-pointer",
         "-fno-unwind-tables", "-fno-exceptions", "-fno-stack-protector", "-fno-asynchronous-unwind-tables",
         "-ffreestanding", "-Wno-attributes", "-w"]
GCC = {"arm-m": "arm-none-eabi-gcc", "riscv": "riscv64-unknown-elf-gcc"}
RUN_MAGIC = 0x4e55524650424542  # BAREBPF_RUN_MAGIC of run.h
TIMEOUT_S = 300


class Failed(Exception):
    """A command that failed, with what it said."""


def run(*words):
    """Runs a command; its standard output."""
    result = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    if result.returncode != 0:
        raise Failed(f"{' '.join(words)}\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
    return result.stdout


class Board:
    """A board, the flags for it, and the objects of its runtime."""

    def __init__(self, name, tools, directory):
        with open(os.path.join(ROOT, "boards", name, "board.json"), encoding="utf-8") as file:
            self.json = json.load(file)
        self.name, self.tools = name, tools
        self.directory = os.path.join(directory, name)
        os.makedirs(self.directory, exist_ok=True)
        family = self.json["family"]
        shift = [word[6:] for word in self.json["qemu"] if word.startswith("shift=")]
        self.includes = [f"-I{ROOT}/{folder}" for folder in
                         ("helpers-template/include", "helpers-template", "boards", f"boards/arch/{family}", "bench")]
        self.defines = [f"-DBOARD_CLOCK_HZ={self.json['clock_hz']}", f"-DBOARD_ICOUNT_SHIFT={shift[0]}",
                        *(f"-D{define}" for define in self.json["defines"])]
        runtime = [f"{ROOT}/helpers-template/{file}" for file in ("rt.c", "printk.c", "atomic.c", "mem.c")]
        runtime += [f"{ROOT}/boards/{file}" for file in self.json["sources"]]
        runtime += sorted(glob.glob(f"{ROOT}/boards/arch/{family}/*.[cS]")) + [f"{ROOT}/bench/main.c"]
        self.runtime = [self.clang(source, os.path.join(self.directory, f"runtime{i}.o"), "s")
                        for i, source in enumerate(runtime)]

    def clang(self, source, target, level, *more):
        """Native code by clang; the target's path."""
        small = ["-fno-vectorize", "-fno-slp-vectorize"] if level == "s" else []
        run(self.tools["clang"], f"--target={self.json['triple']}", *self.json["clang_flags"], *FLAGS, f"-O{level}",
            *small, "-nostdlibinc", *self.includes, *self.defines, *more, "-c", source, "-o", target)
        return target

    def gcc(self, source, target, level, *more):
        """Native code by gcc."""
        run(GCC[self.json["family"]], *self.json["clang_flags"], *FLAGS, f"-O{level}", *self.includes, *self.defines, *more,
            "-c", source, "-o", target)
        return target

    def link_script(self):
        """The memory map of the board."""
        path = os.path.join(self.directory, "memory.ld")
        with open(path, "w", encoding="utf-8") as file:
            file.write("MEMORY\n{\n")
            for region in self.json["regions"]:
                file.write(f"    {region['name']} ({'rx' if region['use'] == 'flash' else 'rwx'}) : "
                           f"ORIGIN = {region['origin']}, LENGTH = {region['length_bytes']}\n")
            file.write(f"}}\nINCLUDE sections-{self.json['family']}.ld\n")
        return path

    def link(self, objects, image):
        """An image of the runtime and `objects`."""
        prefix = {"arm-m": "arm-none-eabi", "riscv": "riscv64-unknown-elf"}[self.json["family"]]
        library = sorted(glob.glob(f"/usr/lib/gcc/{prefix}/*/{self.json['libgcc']}/libgcc.a"))[-1:]
        run(self.tools["lld"], "--gc-sections", "--nostdlib", f"-L{ROOT}/linker-scripts", "-T", self.link_script(),
            "-o", image, *self.runtime, *objects, *library)

    def execute(self, image):
        """Runs the image; what it printed."""
        symbols = run(self.tools["nm"], image)
        address = next(line.split()[0] for line in symbols.splitlines() if line.endswith(" __run_block"))
        block = os.path.join(self.directory, "block.bin")
        with open(block, "wb") as file:
            file.write(struct.pack("<Q", RUN_MAGIC))
        return run(*self.json["qemu"], "-device", f"loader,file={block},addr=0x{address},force-raw=on", "-kernel", image)


def is_newer(target, source, *more):
    """Is the target there (kept from an earlier run), and younger than what it is made of?"""
    made_of = [source, os.path.join(ROOT, "bench", "workload.h"), *more]
    return os.path.exists(target) and all(os.path.getmtime(target) > os.path.getmtime(path) for path in made_of)


def compile_bpf(tools, workload, variant, directory):
    """The BPF object, as users make it; made once for all boards."""
    target = os.path.join(directory, f"{workload.name}.{variant.cpu}.O{variant.object_level}.bpf.o")
    if not is_newer(target, workload.path):
        run(tools["clang"], "-target", "bpf", f"-mcpu={variant.cpu}", f"-O{variant.object_level}", "-g",
            f"-I{ROOT}/helpers-template/include", "-c", workload.path, "-o", target)
    return target


def build(board, workload, variant, directory):
    """The object of one workload; its needs and the name of its function in the image."""
    stem = os.path.join(board.directory, f"{workload.name}.{variant.name}")
    symbol, target = f"bench_{workload.name}", stem + ".o"
    if variant.kind in ("clang", "gcc"):
        compile_native = board.clang if variant.kind == "clang" else board.gcc
        if not is_newer(target, workload.path):
            compile_native(workload.path, target, variant.level, f"-D{workload.name}={symbol}")
        return target, elf.needs(target, symbol), symbol
    function = f"bpf_prog_{workload.name}"
    if is_newer(target, workload.path, board.tools["barebpf"]):
        return target, elf.needs(target, symbol), symbol
    source = [workload.path, "--native"] if variant.kind == "native" else [
        compile_bpf(board.tools, workload, variant, directory)]
    run(board.tools["barebpf"], "build", *source, "--board", board.name, f"-O{variant.level}", "--net-ip-align",
        "-o", stem + ".raw.elf", "--emit", "obj", *variant.extra)
    run(board.tools["objcopy"], f"--redefine-sym={function}={symbol}", f"--keep-global-symbol={function}",
        stem + ".raw.o", target)
    return target, elf.needs(target, symbol), symbol


def table_source(entries):
    """C of the table of calls: entries are (workload, symbol)."""
    lines = ['#include "bench.h"']
    rows = []
    for workload, symbol in entries:
        lines.append(f"extern bench_function {symbol};")
        for i, data in enumerate(workload.inputs):
            numbers = ",".join(str(byte) for byte in data)
            lines.append(f"static const _Alignas(8) uint8_t {symbol}_{i}[] = {{{numbers}}};")
            rows.append(f"    {{{symbol}, {symbol}_{i}, {len(data)}, {str(workload.is_packet).lower()}}},")
    return "\n".join([*lines, "const struct bench_case bench_cases[] = {", *rows, "};",
                      f"const uint32_t bench_case_count = {len(rows)};", ""])


def measure(board, variant, built):
    """Runs all workloads of a variant in one image. `built` is [(workload, (object, needs, symbol))]; a dictionary by
    workload of what was measured."""
    stem = os.path.join(board.directory, f"image.{variant.name}")
    with open(stem + ".c", "w", encoding="utf-8") as file:
        file.write(table_source([(workload, symbol) for workload, (_, _, symbol) in built]))
    board.link([board.clang(stem + ".c", stem + ".o", "s"), *(target for _, (target, _, _) in built)], stem + ".elf")
    lines = [line.split() for line in board.execute(stem + ".elf").splitlines() if line.startswith("case ")]
    if len(lines) != sum(len(workload.inputs) for workload, _ in built):
        raise Failed(f"{board.name}, {variant.name}: the image stopped after {len(lines)} calls")
    result, at = {}, 0
    for workload, (_, needs, _) in built:
        mine = lines[at:at + len(workload.inputs)]
        at += len(mine)
        result[workload.name] = {
            **needs, "insns": sum(int(line[3]) for line in mine), "stack": max(int(line[4]) for line in mine),
            "results": [f"{line[2]}/{line[5]}" for line in mine]}
    return result
