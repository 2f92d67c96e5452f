#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`barebpf map dump` tells the same of a target's maps as `run --dump-maps`: asked of a gdb server, and from a file of the
target's memory.

    map_dump.py --barebpf TOOL --clang CLANG
"""
import json
import os
import socket
import subprocess
import sys
import time

import common

BOARD = "cortex-m4"
RAM, RAM_BYTES = 0x20000000, 4096


def free_port():
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


def packet(server, data):
    """Asks a gdb server. What it says of the target's state before it answers is passed over."""
    server.sendall(f"${data}#{sum(data.encode()) & 255:02x}".encode())
    with server.makefile("rb") as stream:
        while True:
            while stream.read(1) != b"$":
                pass
            answer = b""
            while not answer.endswith(b"#"):
                answer += stream.read(1)
            stream.read(2)
            server.sendall(b"+")
            if answer[:1] not in b"TSO#":
                return answer[:-1]


def save_memory(port, path):
    """Writes the start of the target's RAM into a file."""
    with socket.create_connection(("localhost", port)) as server, open(path, "wb") as file:
        for at in range(RAM, RAM + RAM_BYTES, 512):
            file.write(bytes.fromhex(packet(server, f"m{at:x},200").decode()))
        server.sendall(b"$D#44")


def wait_for(port):
    """Until the emulator listens; its program has run by then, or will have when it is asked again."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("localhost", port)) == 0:
                return
        time.sleep(0.05)
    raise common.Failure("the emulator's gdb server does not answer")


def dump(options, image, *arguments):
    """The maps as JSON."""
    result = common.tool(options, "map", "dump", image, "--json", *arguments)
    if result.returncode != 0:
        raise common.Failure(f"exit status {result.returncode}\n{result.stderr}")
    return json.loads(result.stdout)


def test(options, directory):
    target, image = os.path.join(directory, "two_maps.bpf.o"), os.path.join(directory, "image.elf")
    memory = os.path.join(directory, "ram.bin")
    common.compile_bpf(options, os.path.join(common.ROOT, "qemu-tests", "programs", "walks.bpf.c"), target)
    result = common.tool(options, "run", target, "--board", BOARD, "--prog", "each", "--json", "-o", image)
    want = json.loads(result.stdout)["maps"]
    port = free_port()
    command = [*common.board(BOARD)["qemu"], "-gdb", f"tcp:localhost:{port}", "-kernel", image]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as emulator:
        try:
            wait_for(port)
            for _ in range(50):  # the deployed firmware runs its program once, soon
                got = dump(options, image, "--gdb", f"localhost:{port}")
                if got == want:
                    break
                time.sleep(0.1)
            common.expect("maps of a running target", got, want)
            save_memory(port, memory)
        finally:
            emulator.terminate()
    common.expect("maps in a file", dump(options, image, "--memory", f"{memory}@{RAM:#x}"), want)
    common.expect("one map in a file", dump(options, image, "hash", "--memory", memory), {"hash": want["hash"]})
    text = common.tool(options, "map", "dump", image, "array", "--memory", memory).stdout
    common.expect("text", text.splitlines()[:3], ["map array", "  0: 100", "  1: 0"])
    for arguments in (["nothing", "--memory", memory], ["--memory", memory + "@0"], ["--gdb", f"localhost:{port}"], []):
        result = common.tool(options, "map", "dump", image, *arguments)
        common.expect(f"status of {arguments}", result.returncode, 3)


def main():
    options = common.parser(__doc__).parse_args()
    common.skip_without_emulator(BOARD)
    return common.main(test, options)


if __name__ == "__main__":
    sys.exit(main())
