#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs inside firmware that other tools build: the examples of examples/embed-*, built and run; and a firmware
(programs/embedded.c) by which gcc and clang see maps and types alike, with a program that interrupts the other.

    embed.py --barebpf TOOL --clang CLANG gcc|compilers|refused
"""
import os
import subprocess
import sys

import common

PROGRAMS = os.path.join(common.ROOT, "qemu-tests", "programs")
BOARD = os.path.join(common.ROOT, "qemu-tests", "sdk", "board")
GCC_EXAMPLE = os.path.join(common.ROOT, "examples", "embed-gcc")
CORE = ["-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"]
QEMU = ["qemu-system-arm", "-M", "mps2-an386", "-nographic", "-semihosting-config", "enable=on,target=native", "-kernel"]


def run(*command):
    """Runs the command; what it printed."""
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, timeout=150, check=False)
    if result.returncode != 0 or "warning:" in result.stdout:
        raise common.Failure(f"{' '.join(command)}: exit status {result.returncode}\n{result.stdout}")
    return result.stdout


def read(path):
    """A file's bytes."""
    with open(path, "rb") as file:
        return file.read()


def expect_said(said, text):
    """The firmware's words are there."""
    if text not in said:
        raise common.Failure(f"the firmware does not say '{text}':\n{said}")


def gcc(options, directory):
    """examples/embed-gcc, by make."""
    expect_said(run("make", "-C", GCC_EXAMPLE, f"BAREBPF={options.barebpf}", f"OUT={directory}/out", "run"),
                "key 7 was seen 3 times\n")


def cmake(prefix, directory):
    """examples/embed-cmake, with an installed barebpf and the toolchain file for all boards; installed.py calls it."""
    run("cmake", "-G", "Ninja", "-S", os.path.join(common.ROOT, "examples", "embed-cmake"), "-B", f"{directory}/build",
        f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_TOOLCHAIN_FILE={prefix}/share/barebpf/boards/toolchain.cmake",
        "-DBAREBPF_BOARD=cortex-m4")
    expect_said(run("cmake", "--build", f"{directory}/build", "--target", "run"), "key 7 was seen 3 times\n")


def compilers(options, directory):
    """One object, in the firmware of two compilers; gcc's enumerations are short, as the ABI has them."""
    stem = f"{directory}/embedded"
    run(options.barebpf, "build", f"{PROGRAMS}/embedded.bpf.c", "--prog", "*", "--board", "cortex-m4", "--emit",
        "obj,skel", "-o", f"{stem}.o")
    linked = ["-Os", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-nostdlib", f"-I{directory}",
              f"-I{common.ROOT}/helpers-template/include", "-T", f"{GCC_EXAMPLE}/firmware.ld",
              f"-I{BOARD}", f"{BOARD}/board.c", f"{PROGRAMS}/embedded.c", f"{stem}.o", "-o", f"{stem}.elf"]
    for compiler in (["arm-none-eabi-gcc", "-fshort-enums", "-Wl,-z,noexecstack,--no-enum-size-warning", "-lgcc"],
                     [options.clang, "--target=thumbv7em-none-eabihf", "--ld-path=" + options.clang.replace("clang", "ld.lld")]):
        run(*compiler, *CORE, *linked)
        expect_said(run(*QEMU, f"{stem}.elf"), "embedded: right\n")


def refused(options, directory):
    """What an object cannot have is refused; what is too large for it, too."""
    source, out = f"{PROGRAMS}/embedded.bpf.c", f"{directory}/e.o"
    for status, text, more in ((3, "an object has none", ("--main", f"{PROGRAMS}/embedded.c")),
                               (3, "--priority tick=2", ("--priority", "tick=2")),
                               (2, "RAM: the object takes", ("--max-ram", "100", "--max-flash", "10K"))):
        result = common.tool(options, "build", source, "--prog", "*", "--board", "cortex-m4", "--emit", "obj,skel", "-o", out,
                             *more)
        common.expect(f"status with {more}", result.returncode, status)
        if text not in result.stderr:
            raise common.Failure(f"the message lacks '{text}': {result.stderr}")
        common.expect("object", os.path.exists(out), False)


CASES = {"gcc": (gcc, ["make", "arm-none-eabi-gcc", "qemu-system-arm"]),
         "compilers": (compilers, ["arm-none-eabi-gcc", "qemu-system-arm"]),
         "refused": (refused, [])}


def main():
    parser = common.parser(__doc__)
    parser.add_argument("case", choices=sorted(CASES))
    options = parser.parse_args()
    test, needed = CASES[options.case]
    return common.main_with_tools(test, options, needed)


if __name__ == "__main__":
    sys.exit(main())
