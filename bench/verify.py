#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long verification takes, ours against Linux's on this machine: the least of several runs of each program, ours as
`barebpf verify --json` says (exploring and checking), Linux's as its log says ("verification time").

    bench/verify.py [--build build/release] [--runs 5] [OBJECT...]

Without objects it makes large programs of kinds that firewalls, parsers and tracers have. Linux's part needs bpf().
"""
import argparse
import json
import math
import os
import re
import subprocess
import tempfile

HEAD = """#include <barebpf/bpf.h>
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 256); __type(key, __u32); __type(value, __u64[8]); } table SEC(".maps");
char _license[] SEC("license") = "GPL";
"""


def packet_bytes(count):
    """Each byte of a packet is tested and counted in a map."""
    body = "".join(f"""
    if (data + {i + 1} > end) return 2;
    if (data[{i}] > {i % 200}) {{ key = {i % 256}; value = bpf_map_lookup_elem(&table, &key); if (value) (*value)[{i % 8}] += data[{i}]; }}"""
                   for i in range(count))
    return HEAD + f"""SEC("xdp") int packet_bytes(struct xdp_md *ctx) {{
    unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end; __u32 key; __u64 (*value)[8];{body}
    return 2; }}"""


def rules(count):
    """A chain of rules over a header, as a compiled filter list."""
    body = "".join(f"    if (src == {i * 7919} && (dst & {0xff << (i % 24)}u) == {i << (i % 24) & 0xffffff}u && port >= {i} && port < {i + 100}) "
                   f"return {1 + i % 2};\n" for i in range(count))
    return HEAD + f"""SEC("xdp") int rules(struct xdp_md *ctx) {{
    unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    if (data + 40 > end) return 2;
    __u32 src = *(__u32 *)(data + 26), dst = *(__u32 *)(data + 30), port = *(__u16 *)(data + 36);
{body}    return 2; }}"""


def functions(count):
    """Static functions that share state on the stack and in a map."""
    parts = "".join(f"""
static __attribute__((noinline)) int part{i}(__u64 *value, unsigned n) {{
    if (n > {i % 60 + 3}) value[{i % 8}] += n; else value[{(i + 3) % 8}] ^= n * {i + 3};
    for (int k = 0; k < 4; k++) if (n >> k & 1) value[k] += {i}; return value[{i % 5}] & 0xff; }}""" for i in range(count))
    calls = "".join(f"    n += part{i}(*value, n & 127);\n" for i in range(count))
    return HEAD + f"""{parts}
SEC("xdp") int functions(struct xdp_md *ctx) {{
    __u32 key = 3; __u64 (*value)[8] = bpf_map_lookup_elem(&table, &key); unsigned n = ctx->rx_queue_index;
    if (!value) return 2;
{calls}    return n & 1; }}"""


def copies(count):
    """Straight code with bounded indices."""
    body = "".join(f"    i = (i * {k * 2 + 3} + {k}) & 7; sum += (*value)[i]; (*value)[(i + {k}) & 7] = sum >> {k % 30};\n" for k in range(count))
    return HEAD + f"""SEC("xdp") int copies(struct xdp_md *ctx) {{
    __u32 key = 1, i = ctx->rx_queue_index; __u64 sum = 0, (*value)[8] = bpf_map_lookup_elem(&table, &key);
    if (!value) return 2;
{body}    return sum & 1; }}"""


def make_objects(root, directory):
    sources = {"packet_bytes": packet_bytes(700), "rules": rules(1800), "functions": functions(120), "copies": copies(2000)}
    for name, text in sources.items():
        path = os.path.join(directory, name)
        with open(path + ".bpf.c", "w", encoding="utf-8") as out:
            out.write(text)
        subprocess.run(["clang-19", "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-I", os.path.join(root, "helpers-template/include"),
                        "-Wno-everything", "-c", path + ".bpf.c", "-o", path + ".bpf.o"], check=True)
        yield path + ".bpf.o"


def ours(build, path):
    run = subprocess.run([os.path.join(build, "barebpf"), "verify", "--json", path], stdout=subprocess.PIPE, check=False)
    return {r["program"]: r["stats"] | {"verdict": r["verdict"]} for r in json.loads(run.stdout) if r["program"]}


def theirs(build, path, names):
    """Per program microseconds and instructions processed; empty where there is no bpf()."""
    run = subprocess.run([os.path.join(build, "kernel_verdicts"), "--stats", path, *names], stdout=subprocess.PIPE, text=True,
                         check=False)
    found = re.findall(r"^program (\w+) (\w+)\n.*?verification time (\d+) usec.*?processed (\d+) insns", run.stdout, re.M | re.S)
    return {name: (int(us), int(insns), verdict) for name, verdict, us, insns in found}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("objects", nargs="*")
    options = parser.parse_args()
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    ratios = []
    print(f"{'program':24} {'insns':>7} {'ours: steps':>12} {'us':>9}  {'Linux: steps':>12} {'us':>9}  {'time':>6} {'a step':>7}")
    with tempfile.TemporaryDirectory() as directory:
        for path in options.objects or make_objects(root, directory):
            mine = [ours(options.build, path) for _ in range(options.runs)]
            linux = [theirs(options.build, path, mine[0]) for _ in range(options.runs)]
            for name, stats in mine[0].items():
                us = min(run[name]["time_us"] for run in mine)
                line = f"{name:24} {stats['insns']:7} {stats['explored']:12} {us:9}"
                if name in linux[0]:
                    linux_us, steps = min(run[name][0] for run in linux), linux[0][name][1]
                    ratio = us / max(linux_us, 1)
                    ratios.append(ratio)
                    line += f"  {steps:12} {linux_us:9}  {ratio:6.2f} {ratio * steps / max(stats['explored'], 1):7.2f}"
                print(line, "" if stats["verdict"] == "accept" else f"  {stats['verdict']}",
                      "" if name not in linux[0] or linux[0][name][2] == "accept" else "  Linux rejects")
    if ratios:
        print(f"time, geometric mean of {len(ratios)}: {math.exp(sum(map(math.log, ratios)) / len(ratios)):.2f}")


if __name__ == "__main__":
    main()
