#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packets of a real network interface: an XDP program in QEMU gets them through QEMU's UDP backend on loopback; verdicts,
what it sends back, and its maps are exactly what Linux's BPF_PROG_TEST_RUN gives for the same packets.

    network.py --barebpf TOOL --clang CLANG --linux LINUX_RUN [--packets N] BOARD
"""
import collections
import json
import os
import random
import socket
import subprocess
import sys

import common

ACTIONS = ["aborted", "drop", "pass", "tx"]
BATCH = 4  # frames under way at once: they must fit into the interface's memory
CHUNK = 100  # frames of one call of linux_run, on its command line
# An ARP request that names itself: the firmware answers it, so it tells that all before it are done.
PROBE = bytes.fromhex("ffffffffffff02000000aa0108060001080006040001") + bytes(38)
ANSWER = PROBE[6:12] + PROBE[0:6] + PROBE[12:]


def frames(count):
    """Frames of every kind that the program tells apart."""
    generator = random.Random(1)
    for number in range(count):
        kind = generator.randrange(8)
        macs = b"\x02\0\0\0\0\x02" + b"\x02\0\0\0\0" + bytes([number % 200])
        ports = (1000 + number).to_bytes(2, "big") + (b"\0\x07" if kind < 3 else b"\0\x35")
        ip = bytes([0x45, 0]) + (28).to_bytes(2, "big") + number.to_bytes(4, "big") + bytes(
            [64, 6 if kind == 4 else 17, 0, 0, 10, 0, 0, number % 40, 10, 0, 0, 1])
        link = {5: b"\x08\x06", 6: b"\x86\xdd"}.get(kind, b"\x08\0")
        body = ip + ports + bytes(4)
        if kind == 7:
            body = b"\x46" + body[1:]
        yield macs + link + body + generator.randbytes(18 + generator.randrange(300))


def by_linux(options, target, packets):
    """(verdict, frame afterwards) of each; ends the test where Linux does not say."""
    found = []
    for at in range(0, len(packets), CHUNK):
        result = subprocess.run([options.linux, target, *(one.hex() for one in packets[at:at + CHUNK])],
                                stdout=subprocess.PIPE, text=True, check=False)
        if result.returncode == 77:
            print("SKIPPED: this kernel does not take BPF programs from us")
            sys.exit(common.SKIPPED)
        for line in result.stdout.splitlines():
            _, _, verdict, frame = line.split()
            found.append((int(verdict, 0), bytes.fromhex(frame)))
    common.expect("packets that Linux judged", len(found), len(packets))
    return found


def start(options, image, total, ports):
    command = [options.barebpf, "run", image, "--for", str(total), "--json", "--timeout", "900", "--nic",
               f"socket,udp=127.0.0.1:{ports[0]},localaddr=127.0.0.1:{ports[1]}"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def answers(wire, count, patience):
    """At most `count` frames from the firmware, each within `patience` seconds."""
    found = []
    wire.settimeout(patience)
    while len(found) < count:
        try:
            found.append(wire.recv(4096))
        except (socket.timeout, ConnectionRefusedError):
            break
    return found


def wait_until_up(wire, run):
    """Probes until one is answered, then until no more answers come; how many probes the firmware got."""
    got = 0
    while not got and run.poll() is None:
        wire.send(PROBE)
        got = len(answers(wire, 1, 0.2))
    while answers(wire, 1, 1.0):
        got += 1
    return got


def exchange(wire, packets, judged, run):
    """Sends all in batches, each followed by a probe whose answer ends it; how many probes there were."""
    probes = 0
    for at in range(0, len(packets), BATCH):
        want = [frame for verdict, frame in judged[at:at + BATCH] if verdict == 3] + [ANSWER]
        for packet in [*packets[at:at + BATCH], PROBE]:
            wire.send(packet)
        got = answers(wire, len(want), 20)
        if got != want:
            run.kill()
            raise common.Failure(f"packets {at} to {at + BATCH}: got {[one.hex() for one in got]}\n"
                                 f"must be {[one.hex() for one in want]}")
        probes += 1
    return probes


def test(options, directory):
    target, image = os.path.join(directory, "network.bpf.o"), os.path.join(directory, "network.elf")
    common.compile_bpf(options, os.path.join(common.ROOT, "qemu-tests", "programs", "network.bpf.c"), target)
    result = common.tool(options, "build", target, "--board", options.board, "-o", image)
    common.expect("exit status", (result.returncode, result.stderr), (0, ""))
    packets = list(frames(options.packets))
    judged = by_linux(options, target, packets)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(("127.0.0.1", 0))
        other = free_port()
        wire.connect(("127.0.0.1", other))
        # Probes come on top: enough for the start, and what is left in the end is sent then.
        total = options.packets + (options.packets + BATCH - 1) // BATCH + 40
        run = start(options, image, total, (wire.getsockname()[1], other))
        probes = wait_until_up(wire, run)
        probes += exchange(wire, packets, judged, run)
        while run.poll() is None and probes < total - options.packets:
            wire.send(PROBE)
            probes += len(answers(wire, 1, 5))
        output, errors = run.communicate(timeout=60)
    common.expect("exit status", (run.returncode, errors), (0, ""))
    report(options, json.loads(output), judged, total)


def report(options, answer, judged, total):
    """The firmware's counts against Linux's, with the probes, which all are answered."""
    want = collections.Counter(verdict for verdict, _ in judged)
    want[3] += total - len(judged)
    got = answer["packets"]
    print(f"{options.board}: {len(judged)} packets and {total - len(judged)} probes: {got}")
    common.expect("verdicts", [got[name] for name in ACTIONS], [want[action] for action in range(4)])
    common.expect("sent, lost", (got["sent"], got["lost"]), (want[3], 0))
    common.expect("other verdicts", (got["redirect"], got["other"]), (0, 0))
    counted = {common.number(one["key"]): common.number(one["value"]) for one in answer["maps"]["verdicts"]}
    common.expect("verdicts in the map", counted, {action: want[action] for action in range(4)})


def main():
    parser = common.parser(__doc__)
    parser.add_argument("--linux", required=True)
    parser.add_argument("--packets", type=int, default=200)
    parser.add_argument("board")
    options = parser.parse_args()
    common.skip_without_emulator(options.board)
    return common.main(test, options)


if __name__ == "__main__":
    sys.exit(main())
