#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`barebpf flash` and `debug` give each board's tool the arguments that its manual asks for, and the right file; a tool
that is missing is named, with how to install it. The tools are stand-ins on PATH that write down what they got.

    flash.py --barebpf TOOL --clang CLANG
"""
import json
import os
import re
import subprocess
import sys

import common

# What each board's tool must get; FILE is checked by its content. Sources: st-flash(1); OpenOCD User's Guide, "program";
# dfu-util(1), DfuSe; pyOCD docs/command_reference; picotool README, "load"; esptool docs, "write_flash".
ST_FLASH = ["st-flash", "--reset", "write", "FILE.bin", "0x08000000"]
DFU = ["dfu-util", "-a", "0", "-s", "0x08000000:leave", "-D", "FILE.bin"]
PICO = ["picotool", "load", "-v", "-x", "FILE.uf2"]
FLASH = {
    "blackpill-f411": DFU,
    "bluepill": ST_FLASH,
    "esp32c3": ["esptool", "--chip", "esp32c3", "write_flash", "0x0", "FILE.bin"],
    "hifive1-revb": ["openocd", "-f", "board/sifive-hifive1-revb.cfg", "-c", "program FILE.elf verify reset exit"],
    "longan-nano": DFU,
    "microbit": ["pyocd", "flash", "-t", "nrf51", "FILE.hex"],
    "nrf52840dk": ["pyocd", "flash", "-t", "nrf52840", "FILE.hex"],
    "nucleo-f401re": ["openocd", "-f", "board/st_nucleo_f4.cfg", "-c", "program FILE.elf verify reset exit"],
    "pico": PICO,
    "pico2": PICO,
    "stm32f4": ST_FLASH,
    "stm32vldiscovery": ST_FLASH,
}
# The scripts of OpenOCD that each board's debugger starts it with.
OPENOCD = {
    "blackpill-f411": ["interface/stlink.cfg", "target/stm32f4x.cfg"],
    "bluepill": ["interface/stlink.cfg", "target/stm32f1x.cfg"],
    "esp32c3": ["board/esp32c3-builtin.cfg"],
    "hifive1-revb": ["board/sifive-hifive1-revb.cfg"],
    "longan-nano": ["interface/cmsis-dap.cfg", "target/gd32vf103.cfg"],
    "microbit": ["interface/cmsis-dap.cfg", "target/nrf51.cfg"],
    "nrf52840dk": ["interface/jlink.cfg", "target/nrf52.cfg"],
    "nucleo-f401re": ["board/st_nucleo_f4.cfg"],
    "pico": ["interface/cmsis-dap.cfg", "target/rp2040.cfg"],
    "pico2": ["interface/cmsis-dap.cfg", "target/rp2350.cfg"],
    "stm32f4": ["board/stm32f4discovery.cfg"],
    "stm32vldiscovery": ["board/stm32vldiscovery.cfg"],
}
# Writes its name, its arguments and the first bytes of each argument's file.
STAND_IN = """#!/bin/sh
exec >"$STAND_IN_LOG"
printf '%s\\n' "${0##*/}" "$@"
for file in "$@"; do
    file=${file#program }; file=${file%% *}
    [ -f "$file" ] && head -c 4 "$file" | od -An -tx1
done
exit 0
"""
# The stack pointer that bluepill begins with, and what the formats begin with.
BEGIN = {"bin": "00 50 00 20", "elf": "7f 45 4c 46", "hex": "3a 30 32 30", "uf2": "55 46 32 0a"}


def tool(options, directory, path, *arguments):
    environment = {**os.environ, "PATH": path, "STAND_IN_LOG": os.path.join(directory, "log")}
    return subprocess.run([options.barebpf, *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=60, check=False)


def got(directory, command):
    """What the stand-in wrote: the words, and the first bytes of the file that it got."""
    with open(os.path.join(directory, "log"), encoding="utf-8") as file:
        lines = file.read().split("\n")
    return lines[:len(command)], lines[len(command)].strip()


def check_file(name, want, words, begin):
    """The words that the tool got, in which its file has a name of a work directory, and how that file begins."""
    for word, one in zip(words, want):
        before, file, after = one.partition("FILE.")
        form, _, after = after.partition(" ")
        good = word.startswith(before) and word.endswith(f".{form} {after}".rstrip()) if file else word == one
        common.expect(f"{name}: {word}", good, True)
        if file:
            common.expect(f"{name}: begin of the {form} file", begin, BEGIN[form])


def flashes(options, directory, images, path):
    """Boards with the same command are told apart by nothing: each command runs once."""
    common.expect("boards with a flash command", [name for name in common.board_names() if
                                                  common.board(name)["flash_command"]], sorted(FLASH))
    seen = []
    for name, want in FLASH.items():
        told = re.sub(r"{(\w+)}", r"FILE.\1", "\n".join(common.board(name)["flash_command"])).split("\n")
        common.expect(f"{name}: command", told, want)
        if want in seen:
            continue
        seen.append(want)
        result = tool(options, directory, path, "flash", images["pico" if want == PICO else "bluepill"], "--board", name)
        common.expect(f"{name}: exit status", (result.returncode, result.stderr), (0, ""))
        check_file(name, want, *got(directory, want))


def debugs(options, directory, images, path):
    for name, scripts in OPENOCD.items():
        words = common.board(name)["debug_command"][-1].split()
        common.expect(f"{name}: a server behind a pipe", words[:4], ["target", "extended-remote", "|", "openocd"])
        common.expect(f"{name}: OpenOCD's scripts", [words[at + 1] for at, word in enumerate(words) if word == "-f"], scripts)
    result = tool(options, directory, path, "debug", images["bluepill"])
    common.expect("exit status", (result.returncode, result.stderr), (0, ""))
    with open(os.path.join(directory, "log"), encoding="utf-8") as file:
        lines = file.read().split("\n")
    common.expect("debugger", lines[:2], ["gdb-multiarch", images["bluepill"]])
    common.expect("its last word", common.board("bluepill")["debug_command"][-1] in lines, True)


def missing(options, directory, images):
    empty, seen = os.path.join(directory, "empty"), []
    os.mkdir(empty)
    for name, command in FLASH.items():
        if command[0] in seen:
            continue
        seen.append(command[0])
        result = tool(options, directory, empty, "flash", images["pico" if command == PICO else "bluepill"], "--board", name)
        told = f"'{command[0]}' is not installed [tool-missing]" in result.stderr and "try " in result.stderr
        common.expect(f"{name} without its tool", (result.returncode, told), (3, True))


def test(options, directory):
    images, stand_ins = {}, os.path.join(directory, "tools")
    target = os.path.join(directory, "empty.bpf.o")
    common.compile_bpf(options, os.path.join(common.ROOT, "qemu-tests", "programs", "empty.bpf.c"), target)
    for name in ("bluepill", "pico"):
        images[name] = os.path.join(directory, f"{name}.elf")
        result = common.tool(options, "build", target, "--board", name, "--ctx-size", "0", "-o", images[name])
        common.expect("exit status", (result.returncode, result.stderr), (0, ""))
    os.mkdir(stand_ins)
    for name in {command[0] for command in FLASH.values()} | {"gdb-multiarch"}:
        with open(os.path.join(stand_ins, name), "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o755)) as file:
            file.write(STAND_IN)
    path = f"{stand_ins}:{os.environ['PATH']}"
    flashes(options, directory, images, path)
    debugs(options, directory, images, path)
    missing(options, directory, images)
    print(f"{len(FLASH)} boards: {json.dumps({name: command[0] for name, command in FLASH.items()})}")


def main():
    return common.main(test, common.parser(__doc__).parse_args())


if __name__ == "__main__":
    sys.exit(main())
