#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples for SDKs that Debian does not have (examples/embed-*), built with stand-ins for them (sdk/), and run where
QEMU has the machine.

    sdks.py --barebpf TOOL --clang CLANG freertos|zephyr|pico|pico2
"""
import os
import sys

import common
import embed

SDKS = os.path.join(common.ROOT, "qemu-tests", "sdk")
EXAMPLES = os.path.join(common.ROOT, "examples")
SCRIPT = os.path.join(EXAMPLES, "embed-gcc", "firmware.ld")
ARM = "arm-none-eabi-gcc"
# With another float ABI than barebpf's board has: the object must not mind.
CORE = "-mcpu=cortex-m4 -mthumb -mfloat-abi=soft -Os -Wall -Wextra -Werror -ffreestanding -ffunction-sections -fdata-sections"
ON_QEMU = {"CMAKE_C_FLAGS": CORE, "CMAKE_EXE_LINKER_FLAGS": "-nostdlib -Wl,--gc-sections,-z,noexecstack",
           "CMAKE_C_STANDARD_LIBRARIES": "-lc -lgcc"}

# SDK: the example's folder, what is built there, the compiler, variables of CMake; whether it runs.
CASES = {
    "freertos": ("embed-freertos", "firmware.elf", ARM,
                 {**ON_QEMU, "FREERTOS_PATH": f"{SDKS}/freertos", "FREERTOS_CONFIG": f"{SDKS}/freertos/config",
                  "BOARD_SOURCES": f"{SDKS}/board/board.c"}, True),
    "zephyr": ("embed-zephyr/sample", "zephyr.elf", ARM, {**ON_QEMU, "ZEPHYR_BASE": f"{SDKS}/zephyr"}, True),
    "pico": ("embed-pico", "firmware", ARM, {"PICO_SDK_PATH": f"{SDKS}/pico"}, False),
    "pico2": ("embed-pico", "firmware", ARM, {"PICO_SDK_PATH": f"{SDKS}/pico", "PICO_BOARD": "pico2"}, False),
}


def sdk(options, directory):
    """Builds and runs."""
    folder, target, compiler, variables, runs = CASES[options.sdk]
    os.environ["ZEPHYR_BASE"] = f"{SDKS}/zephyr"
    variables = {**variables, "BareBPF_DIR": os.path.join(common.ROOT, "cmake"), "BAREBPF_EXECUTABLE": options.barebpf,
                 "CMAKE_SYSTEM_NAME": "Generic", "CMAKE_C_COMPILER": compiler, "CMAKE_C_COMPILER_WORKS": "1",
                 "CMAKE_CXX_COMPILER": compiler, "CMAKE_CXX_COMPILER_WORKS": "1", "CMAKE_TRY_COMPILE_TARGET_TYPE": "STATIC_LIBRARY",
                 "LINKER_SCRIPT": SCRIPT}
    said = embed.run("cmake", "-G", "Ninja", "-S", os.path.join(EXAMPLES, folder), "-B", directory,
                     *(f"-D{name}={value}" for name, value in variables.items()))
    said = embed.run("cmake", "--build", directory)
    image = os.path.join(directory, target)
    if runs:
        said = embed.run(*embed.QEMU, image)
        # the first beat has none before it; each tenth wait of the stand-ins takes half as long again
        common.expect("what the firmware says", said, "".join(f"beat {count}: 50000 us late\n" for count in (10, 20, 30)))
    else:
        common.expect("the program is in the image", b"bpf_prog_beat" in embed.read(image), True)


def main():
    parser = common.parser(__doc__)
    parser.add_argument("sdk", choices=sorted(CASES))
    options = parser.parse_args()
    needed = ["cmake", "ninja", CASES[options.sdk][2]] + ["qemu-system-arm"] * CASES[options.sdk][4]
    return common.main_with_tools(sdk, options, needed)


if __name__ == "__main__":
    sys.exit(main())
