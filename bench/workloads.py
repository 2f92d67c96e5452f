# SPDX-License-Identifier: Apache-2.0
"""The workloads and their inputs, which stand as `// input: KIND ...` in each source."""
import collections
import os
import re
import struct

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "bench", "workloads")

Workload = collections.namedtuple("Workload", "name path suite is_packet inputs")


def numbers(seed):
    """Pseudo-random bytes: a linear congruential generator."""
    while True:
        seed = (seed * 1103515245 + 12345) & 0x7fffffff
        yield seed >> 16 & 255


def random_bytes(count, seed=1):
    """`count` bytes that are the same each time."""
    source = numbers(int(seed))
    return bytes(next(source) for _ in range(int(count)))


def packet(protocol, length, *settings):
    """An Ethernet frame: udp, tcp, icmp or arp. Settings: port=N (destination), source=N (last byte of the address),
    ttl=N, flags=N (of TCP), text=WORD (the payload)."""
    values = dict(setting.split("=") for setting in settings)
    header = bytes(range(2, 8)) + bytes(range(18, 24))
    if protocol == "arp":
        return (header + struct.pack(">HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1)).ljust(int(length), b"\0")
    number = {"icmp": 1, "tcp": 6, "udp": 17}[protocol]
    port = int(values.get("port", 53))
    total = int(length) - 14
    ip = struct.pack(">BBHHHBBHBBBBBBBB", 0x45, 0, total, 7, 0, int(values.get("ttl", 64)), number, 0,
                     10, 0, 0, int(values.get("source", 1)), 10, 0, 0, 2)
    if protocol == "tcp":
        rest = struct.pack(">HHIIBBHHH", 40000, port, 1000, 2000, 0x50, int(values.get("flags", 2)), 512, 0, 0)
    elif protocol == "udp":
        rest = struct.pack(">HHHH", 40000, port, total - 20, 0)
    else:
        rest = struct.pack(">BBHI", 8, 0, 0, 1)
    frame = header + b"\x08\x00" + ip + rest + values.get("text", "").encode()
    return frame + random_bytes(int(length) - len(frame))


def make_input(words):
    """The bytes that one `// input:` line means."""
    kind, rest = words[0], words[1:]
    if kind == "zeros":
        return bytes(int(rest[0]))
    if kind == "ramp":
        return bytes(i & 255 for i in range(int(rest[0])))
    if kind == "random":
        return random_bytes(*rest)
    if kind == "hex":
        return bytes.fromhex("".join(rest))
    if kind == "text":
        return " ".join(rest[1:]).encode().ljust(int(rest[0]), b"\0")
    if kind == "packet":
        return packet(*rest)
    raise ValueError(f"unknown input '{kind}'")


def read_workload(path):
    """A workload from its source; the suite is "map" when it has maps or packets."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    inputs = [make_input(line.split()) for line in re.findall(r"^// input: (.*)$", text, re.M)]
    if not inputs:
        raise ValueError(f"{path} has no '// input:' line")
    is_packet = 'SEC("xdp")' in text
    suite = "map" if is_packet or re.search(r"^(ARRAY|HASH)\(", text, re.M) else "compute"
    return Workload(os.path.basename(path).split(".")[0], path, suite, is_packet, inputs)


def all_workloads(names):
    """Those named, or all; compute first."""
    found = [read_workload(os.path.join(FOLDER, file)) for file in sorted(os.listdir(FOLDER)) if file.endswith(".bpf.c")]
    unknown = set(names) - {w.name for w in found}
    if unknown:
        raise SystemExit(f"bench: no workload is called {', '.join(sorted(unknown))}")
    return sorted((w for w in found if not names or w.name in names), key=lambda w: w.suite)
