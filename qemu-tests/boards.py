#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What every board must do alike.

    boards.py --barebpf TOOL --clang CLANG BOARD image|layout|counts|fault|lean|libc|sanitizer

image   the image starts with what the chip looks for, and every output format holds the same bytes
layout  maps, data sections and contexts have the layout that the program sees
counts  instruction counts are exact: every step of a loop costs the same, however many there are
fault   a processor fault is told, with the program counter, and ends the run with its status
lean    the image of an empty program is small and holds nothing that it does not use
libc    a main of the user's finds newlib (ARM) or picolibc (RISC-V)
sanitizer  (board native-asan) an access behind a map is told with the program's line, and ends with a fault's status
"""
import json
import os
import re
import struct
import subprocess
import sys

import common

FAULT_STATUS = 61
NUMBER = 0x8899AABBCCDDEEFF
CONTEXT = "hex:0100000000000000ffeeddccbbaa99880300000000000000"

# Flash of an empty program's image, at most; AArch64's vectors alone take a kilobyte.
LEAN_BYTES = 4608
FORBIDDEN = re.compile(r"unwind|_Unwind|__aeabi_unwind|__gnu_|printf|libatomic|malloc|_sbrk|__cxa_")


def compiled(options, directory, name):
    """The object of programs/NAME.bpf.c."""
    target = os.path.join(directory, f"{name}.bpf.o")
    common.compile_bpf(options, os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs", f"{name}.bpf.c"),
                       target)
    return target


def run(options, target, *arguments):
    """One `barebpf run --json` that ends well."""
    result = common.tool(options, "run", target, "--board", options.board, "--json", *arguments)
    if result.returncode != 0:
        raise common.Failure(f"exit status {result.returncode}\n{result.stdout}{result.stderr}")
    return json.loads(result.stdout)


def numbers(value):
    """JSON with "0x…" as numbers."""
    if isinstance(value, dict):
        return {key: numbers(one) for key, one in value.items()}
    return [numbers(one) for one in value] if isinstance(value, list) else common.number(value)


def crc32_mpeg2(data):
    """CRC-32 with polynomial 04c11db7, not reflected, from all ones."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc >> 31 else 0)) & 0xFFFFFFFF
    return crc


def hex_bytes(path):
    """The bytes of an Intel HEX file by address."""
    base, found = 0, {}
    with open(path, encoding="ascii") as file:
        for line in file:
            record = bytes.fromhex(line.strip()[1:])
            common.expect("checksum of a HEX record", sum(record) & 255, 0)
            offset, kind, data = record[1] << 8 | record[2], record[3], record[4:-1]
            if kind in (2, 4):
                base = int.from_bytes(data, "big") << (4 if kind == 2 else 16)
            elif kind == 0:
                found.update({base + offset + i: byte for i, byte in enumerate(data)})
    return found


def uf2_bytes(path, family):
    """The bytes of a UF2 file by address."""
    found = {}
    with open(path, "rb") as file:
        blocks = file.read()
    for number, at in enumerate(range(0, len(blocks), 512)):
        words = struct.unpack_from("<8I", blocks, at)
        address, count = words[3:5]
        common.expect("a UF2 block", (words, blocks[at + 508:at + 512].hex()),
                      ((0x0A324655, 0x9E5D5157, 0x2000, address, 256, number, len(blocks) // 512, family), "306fb10a"))
        found.update({address + i: byte for i, byte in enumerate(blocks[at + 32:at + 32 + count])})
    return found


def starts_right(board, binary, symbols):
    """What the chip finds at the begin of its flash."""
    flash, ram = board["regions"][0], board["regions"][1]
    origin = int(flash["origin"], 0)
    if board["family"] == "riscv":
        header = bytes.fromhex("1d04dbae") * 2 if board["name"] == "esp32c3" else b""
        common.expect("what the ROM looks for", binary[:len(header)], header)
        common.expect("the first instruction", symbols["reset_handler"], origin + len(header))
    if board["name"] == "esp32c3": # constants are read through the other mapping of flash
        kept = symbols["__data_load"] + symbols["__data_end"] - symbols["__data_start"]
        common.expect("the end of what is read as data", kept, 0x3C000000 + len(binary))
    if board["family"] != "arm-m":
        return
    vectors = 0
    if board["name"] == "pico":
        vectors = 256
        common.expect("CRC of the second boot stage", crc32_mpeg2(binary[:252]), struct.unpack_from("<I", binary, 252)[0])
    if board["name"] == "pico2":
        block = struct.pack("<5I", 0xFFFFDED3, 0x10210142, 0x1FF, 0, 0xAB123579)
        common.expect("IMAGE_DEF lies in the first 4 KB", 0 < binary.find(block) <= 4096 - len(block), True)
    stack, reset = struct.unpack_from("<2I", binary, vectors)
    common.expect("initial stack pointer", stack, int(ram["origin"], 0) + ram["length_bytes"])
    common.expect("reset vector", reset, symbols["reset_handler"] | 1)


def image(options, directory):
    """The outputs of a build."""
    board = common.board(options.board)
    forms = sorted(set(board["formats"]) | {"bin"})
    stem = os.path.join(directory, "empty")
    result = common.tool(options, "build", compiled(options, directory, "empty"), "--board", options.board,
                         "--ctx-size", "0", "-o", f"{stem}.elf", "--emit", ",".join(["elf", "dis", *forms]))
    common.expect("exit status", (result.returncode, result.stderr), (0, ""))
    with open(f"{stem}.dis", encoding="utf-8") as file:
        told = re.search(r"^; \S*empty\.bpf\.c:\d+$", file.read(), re.M)
    common.expect("the program's source lines in the disassembly", bool(told), True)
    names = subprocess.run([options.nm, f"{stem}.elf"], stdout=subprocess.PIPE, text=True, check=True).stdout
    symbols = {line.split()[2]: int(line.split()[0], 16) for line in names.splitlines()}
    with open(f"{stem}.bin", "rb") as file:
        binary = file.read()
    starts_right(board, binary, symbols)
    origin = int(board["regions"][0]["origin"], 0)
    want = {origin + i: byte for i, byte in enumerate(binary)}
    if "hex" in forms:
        found = hex_bytes(f"{stem}.hex")
        common.expect("bytes of the HEX file", {at: want.get(at) for at in found}, found)
        common.expect("bytes that only the BIN file has", sorted({want[at] for at in want if at not in found} - {0}), [])
    if "uf2" in forms:
        found = uf2_bytes(f"{stem}.uf2", int(str(board["uf2_family"]), 0))
        common.expect("bytes of the UF2 file", [found.get(at) for at in sorted(want)], list(binary))
    for command in ("flash_command", "debug_command"):
        unknown = re.findall(r"{(?!elf}|bin}|hex}|uf2}|home}|qemu})[^}]*}", " ".join(board[command] or []))
        common.expect(f"unknown words in {command}", unknown, [])
    print(f"{options.board}: {len(binary)} bytes, formats {', '.join(forms)}")


def layout(options, directory):
    report = run(options, compiled(options, directory, "layout"), "--dump-maps", "--ctx", CONTEXT)
    maps = numbers(report["maps"])
    value = {"small": 1, "wide": NUMBER // 3, "byte": 3, "negative": -4}
    zero = {"small": 0, "wide": 0, "byte": 0, "negative": 0}
    updated = {"small": 5, "wide": NUMBER, "byte": 0, "negative": -(NUMBER % 1000)}
    common.expect("r0", common.number(report["runs"][0]["r0"]), 24)
    common.expect("hashed", maps["hashed"], [{"key": {"small": 7, "wide": NUMBER}, "value": value}])
    common.expect("indexed", maps["indexed"], [{"key": 0, "value": zero}, {"key": 1, "value": updated}])
    common.expect(".bss", maps[".bss"][0]["value"], {"total": NUMBER, "calls": 1})
    common.expect(".data", maps[".data"][0]["value"], {"mixed": 0x1122334455667788 ^ NUMBER})
    board = common.board(options.board)
    if board["triple"].startswith("riscv") and not board["atomic_bytes"]:
        without_atomics(options, directory)


def without_atomics(options, directory):
    """The emulator has the A extension (it cannot leave it out in every version); the board's code must not use it."""
    image = os.path.join(directory, "layout.elf")
    result = common.tool(options, "build", compiled(options, directory, "layout"), "--board", options.board, "-o", image,
                         "--emit", "elf,dis")
    common.expect("exit status", result.returncode, 0)
    with open(os.path.join(directory, "layout.dis"), encoding="utf-8") as file:
        found = [line.strip() for line in file if re.search(r"\s(amo\w+\.[wd]|lr\.[wd]|sc\.[wd])", line)]
    common.expect("instructions of the A extension", found, [])


def counts(options, directory):
    steps = [4, 5, 6, 1000, 1001, 4000]
    contexts = [word for count in steps for word in ("--ctx", f"hex:{count.to_bytes(4, 'little').hex()}")]
    report = run(options, compiled(options, directory, "steps"), *contexts)
    got = [one["instructions"] for one in report["runs"]]
    print(f"{options.board}: {dict(zip(steps, got))}")
    if common.board(options.board)["family"] == "native":
        return common.expect("instructions", got, [None] * len(steps))
    step = got[1] - got[0]
    if not 2 <= step <= 8:
        raise common.Failure(f"a step of the loop takes {step} instructions")
    return common.expect("instructions", got, [got[0] + (count - steps[0]) * step for count in steps])


def fault(options, directory):
    main = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs", "trap.c")
    result = common.tool(options, "run", compiled(options, directory, "empty"), "--board", options.board, "--main",
                         main, "--ctx-size", "0", "--timeout", "20")
    sys.stdout.write(result.stderr)
    common.expect("exit status", result.returncode, FAULT_STATUS)
    if not re.search(r"the processor faulted: .*(pc|lr|address)=0x0*[1-9a-f]", result.stderr):
        raise common.Failure(f"no report of the fault: {result.stderr}")
    if "pc=" in result.stderr and common.board(options.board)["family"] != "native":
        common.expect("place of the fault", re.findall(r" in main at \S*trap.c:7", result.stderr), [" in main at " + main + ":7"])


def lean(options, directory):
    image = os.path.join(directory, "empty.elf")
    result = common.tool(options, "build", compiled(options, directory, "empty"), "--board", options.board,
                         "--ctx-size", "0", "-o", image, "--emit", "elf,map")
    common.expect("exit status", result.returncode, 0)
    sizes = subprocess.run([options.size, image], stdout=subprocess.PIPE, text=True, check=True).stdout
    text, data, bss = (int(word) for word in sizes.splitlines()[1].split()[:3])
    print(f"{options.board}: text {text}, data {data}, bss {bss}")
    with open(os.path.join(directory, "empty.map"), encoding="utf-8") as file:
        lines = file.readlines()
    if common.board(options.board)["family"] == "native":
        return
    found = [line.strip() for line in lines if FORBIDDEN.search(line)]
    common.expect("lines of the map that name what must not be there", found, [])
    if not 0 < text + data <= LEAN_BYTES:
        raise common.Failure(f"the image takes {text + data} bytes of flash, must take at most {LEAN_BYTES}")


def libc(options, directory):
    board = common.board(options.board)
    main_file = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs", "libc_main.c")
    target, image = os.path.join(directory, "sum.bpf.o"), os.path.join(directory, "sum.elf")
    common.compile_bpf(options, os.path.join(common.ROOT, "examples", "sum", "sum.bpf.c"), target)
    result = common.tool(options, "build", target, "--board", options.board, "--main", main_file, "-o", image)
    common.expect("exit status", result.returncode, 0)
    # As on a real board: nobody ends this firmware, it idles when it is done.
    with subprocess.Popen(["timeout", "20", *board["qemu"], "-kernel", image], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True) as emulator:
        line = emulator.stdout.readline()
        emulator.terminate()
    common.expect("console", line, "libc ok\n")


def sanitizer(options, directory):
    target = compiled(options, directory, "past_map")
    for index, status in ((2, 0), (3, FAULT_STATUS)):
        result = common.tool(options, "run", target, "--board", options.board, "--unverified", "--ctx",
                             f"hex:{index:02x}000000")
        common.expect(f"exit status with index {index}", result.returncode, status)
        told = re.search(r"global-buffer-overflow .*past_map.bpf.c:\d+", result.stderr)
        common.expect(f"report with index {index}", bool(told), status != 0)


def main():
    tests = {"image": image, "layout": layout, "counts": counts, "fault": fault, "lean": lean, "libc": libc,
             "sanitizer": sanitizer}
    parser = common.parser(__doc__)
    parser.add_argument("--size", default="llvm-size")
    parser.add_argument("--nm", default="llvm-nm")
    parser.add_argument("board")
    parser.add_argument("test", choices=sorted(tests))
    options = parser.parse_args()
    if options.test not in ("image", "lean"):
        common.skip_without_emulator(options.board)
    return common.main(tests[options.test], options)


if __name__ == "__main__":
    sys.exit(main())
