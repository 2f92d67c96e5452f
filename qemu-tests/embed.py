#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A program inside firmware that other tools build: the examples of examples/embed-*, built and run.

    embed.py --barebpf TOOL --clang CLANG gcc
"""
import os
import shutil
import subprocess
import sys

import common

NEEDED = {"gcc": ["make", "arm-none-eabi-gcc", "qemu-system-arm"]}


def embed(options, directory):
    """`make run` of the example; what it builds goes to the test's directory."""
    example = os.path.join(common.ROOT, "examples", f"embed-{options.example}")
    result = subprocess.run(["make", "-C", example, f"BAREBPF={options.barebpf}", f"OUT={directory}/out", "run"],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            timeout=120, check=False)
    if result.returncode != 0 or "key 7 was seen 3 times\n" not in result.stdout or "warning:" in result.stdout:
        raise common.Failure(f"exit status {result.returncode}\n{result.stdout}")


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
