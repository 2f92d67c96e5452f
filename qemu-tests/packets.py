#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Helpers on boards against Linux: result and packet of every case of a source (packets.bpf.c, packet_loads.bpf.c,
packet_fields.bpf.c, linux_maps.bpf.c), with what the default main promises of a packet's place.

    packets.py --barebpf TOOL --linux LINUX_RUN --clang CLANG --source SOURCE.bpf.c BOARD[:LEVEL]...

LEVEL: of optimisation, s unless told.

Skipped (77) where Linux takes no programs from us."""
import argparse
import json
import os
import subprocess
import sys
import sysconfig
import tempfile

UDP = "02000000000202000000000108004500003c000100004011f741c0a8010ac0a801149c4004d20028ea1b" + "".join(
    f"{n:02x}" for n in range(32))
VLAN = UDP[:24] + "8100a064" + UDP[24:]
IPV6 = ("02000000000202000000000186dd6000000000251140fd000000000000000000000000000001fd0000000000000000000000000000029c40"
        "00350025edeeabcd01000001000000000000076578616d706c6503636f6d0000010001")
CASES = 48  # of the larger program; numbers that name no case are compared as well


def packets():
    """Each packet for each case: the last byte of the source address says which one is run."""
    return [packet[:22] + f"{case:02x}" + packet[24:] for packet in (UDP, VLAN, IPV6) for case in range(CASES)]


def board_results(options, target, name, board):
    """[(result, packet)] of one program on one board; fewer when it does not build or run."""
    board, _, level = board.partition(":")
    image, found = os.path.join(os.path.dirname(target), f"{name}.{board}.elf"), []
    build = subprocess.run([options.barebpf, "build", target, "--prog", name, "--board", board, f"-O{level or 's'}",
                            "--net-ip-align", "-o", image],
                           stdout=subprocess.DEVNULL, check=False)
    for first in range(0, len(packets()) if build.returncode == 0 else 0, CASES):
        command = [options.barebpf, "run", image, "--json"]
        for packet in packets()[first:first + CASES]:
            command += ["--ctx", "hex:" + packet]
        run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        runs = json.loads(run.stdout)["runs"] if run.returncode == 0 else []
        found += [(int(one["r0"], 16) & 0xffffffff, one.get("meta", "") + one["packet"]) for one in runs]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("barebpf", "linux", "clang", "source"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("boards", nargs="+")
    options = parser.parse_args()
    wrong = compared = 0
    with tempfile.TemporaryDirectory() as directory:
        target = os.path.join(directory, "packets.bpf.o")
        system = "/usr/include/" + (sysconfig.get_config_var("MULTIARCH") or "x86_64-linux-gnu")
        subprocess.run([options.clang, "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-idirafter", system, "-c",
                        options.source, "-o", target], check=True)
        linux = subprocess.run([options.linux, target, *packets()], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               text=True, check=False)
        if linux.returncode:
            print("skipped: Linux does not run the programs here")
            return 77
        expected = {}
        for line in linux.stdout.splitlines():
            name, _, result, packet = line.split()
            expected.setdefault(name, []).append((int(result, 16), packet))
        for board in options.boards:
            for name, results in expected.items():
                ours = board_results(options, target, name, board)
                for index, there in enumerate(results):
                    here = ours[index] if index < len(ours) else None
                    compared += 1
                    if here != there:
                        wrong += 1
                        print(f"{board}: {name}: packet {index // CASES}, case {index % CASES}:\n"
                              f"  here  {here}\n  Linux {there}")
    print(f"{compared} calls compared, {wrong} differ")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
