#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A program inside firmware that other tools build: the examples of examples/embed-*, built and run.

    embed.py --barebpf TOOL --clang CLANG gcc|cmake

cmake uses an installed barebpf: the build folder of TOOL is installed into the test's directory first.
"""
import os
import shutil
import subprocess
import sys

import common

NEEDED = {"gcc": ["make", "arm-none-eabi-gcc", "qemu-system-arm"],
          "cmake": ["cmake", "ninja", "qemu-system-arm"]}


def run(*command):
    """Runs the command; what it printed."""
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, timeout=150, check=False)
    if result.returncode != 0 or "warning:" in result.stdout:
        raise common.Failure(f"{' '.join(command)}: exit status {result.returncode}\n{result.stdout}")
    return result.stdout


def embed(options, directory):
    """Builds and runs the example; what it makes goes to the test's directory."""
    example = os.path.join(common.ROOT, "examples", f"embed-{options.example}")
    if options.example == "gcc":
        said = run("make", "-C", example, f"BAREBPF={options.barebpf}", f"OUT={directory}/out", "run")
    else:
        prefix = f"{directory}/installed"
        run("cmake", "--install", os.path.dirname(options.barebpf), "--prefix", prefix)
        run("cmake", "-G", "Ninja", "-S", example, "-B", f"{directory}/build", f"-DCMAKE_PREFIX_PATH={prefix}",
            f"-DCMAKE_TOOLCHAIN_FILE={prefix}/share/barebpf/boards/toolchain.cmake", "-DBAREBPF_BOARD=cortex-m4")
        said = run("cmake", "--build", f"{directory}/build", "--target", "run")
    if "key 7 was seen 3 times\n" not in said:
        raise common.Failure(f"the firmware does not say what it must:\n{said}")


def main():
    parser = common.parser(__doc__)
    parser.add_argument("example", choices=sorted(NEEDED))
    options = parser.parse_args()
    missing = [tool for tool in NEEDED[options.example] if not shutil.which(tool)]
    if missing:
        print(f"SKIPPED: {', '.join(missing)} not installed")
        return common.SKIPPED
    return common.main(embed, options)


if __name__ == "__main__":
    sys.exit(main())
