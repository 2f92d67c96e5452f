#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Events of the board start programs.

    hooks.py --barebpf TOOL --clang CLANG BOARD events|levels|locks|pins|refused

events   timers, the console's bytes, boot and idle start programs, which share a map
levels   a program that takes too long misses events and is never entered twice; higher levels interrupt it
locks    maps of programs that interrupt each other are locked; without locks something is lost
pins     edges at pins, and an interrupt by its name (boards stm32f4, hifive1-revb: QEMU's lines are moved through its test protocol)
refused  what a board cannot serve is refused, and what it can is said
"""
import json
import os
import re
import select
import socket
import subprocess
import sys

import common

PROGRAMS = os.path.join(common.ROOT, "qemu-tests", "programs")
TICKED_BY_LATE_TIMERS = {"microbit", "cortex-m0"}  # QEMU's nRF51 timers are as late as the host


def compiled(options, directory, name):
    target = os.path.join(directory, f"{name}.bpf.o")
    common.compile_bpf(options, os.path.join(PROGRAMS, f"{name}.bpf.c"), target)
    return target


def run(options, *arguments):
    """The answer of `run --json`: its hooks by program, and its maps."""
    result = common.tool(options, "run", *arguments, "--board", options.board, "--json", "--timeout", "60")
    if result.returncode != 0:
        raise common.Failure(f"exit status {result.returncode}\n{result.stdout}{result.stderr}")
    answer = json.loads(result.stdout)
    return {hook["program"]: hook for hook in answer["hooks"]}, answer["maps"]


def near(what, got, want, share):
    if abs(got - want) > 1 + want * share:
        raise common.Failure(f"{what}: is {got}, must be about {want}")


def events(options, directory):
    hooks, maps = run(options, compiled(options, directory, "started"), "--for", "200ms", "--input", "hex:41004142")
    share = 0.2 if options.board in TICKED_BY_LATE_TIMERS else 0
    near("runs every 10 ms", hooks["fast"]["runs"] + hooks["fast"]["missed"], 20, share)
    near("runs every 25 ms", hooks["slow"]["runs"] + hooks["slow"]["missed"], 8, share)
    common.expect("answers", [common.number(hooks[name]["r0"]) for name in ("begin", "fast", "slow", "received", "spare")],
                  [7, 10000, 25000, 0x42, 0])
    common.expect("received", (hooks["received"]["runs"], hooks["received"]["missed"]), (4, 0))
    found = {common.number(one["key"]): common.number(one["value"]) for one in maps["runs"]}
    want = {key: hooks[name]["runs"] for key, name in enumerate(("begin", "fast", "slow", "spare"))}
    common.expect("runs in the map", found, {**want, 256: 1, 256 + 0x41: 2, 256 + 0x42: 1})
    common.expect("runs that contexts counted otherwise", common.number(maps[".bss"][0]["value"]["wrong"]), 0)


def outcome(options, target, *arguments):
    hooks, maps = run(options, target, "--for", "200ms", *arguments)
    return hooks, maps[".bss"][0]["value"]


def levels(options, directory):
    target = compiled(options, directory, "levels")
    for arguments in ((), ("--priority", "other=2", "--priority", "third=3")):
        hooks, state = outcome(options, target, *arguments)
        print(arguments, {name: (hook["runs"], hook["missed"]) for name, hook in hooks.items()}, state["interrupted"])
        common.expect("entered twice, lost", (state["twice"], state["lost"]), (0, 0))
        events_of = {name: hook["runs"] + hook["missed"] for name, hook in hooks.items()}
        # all three count the same time
        near("events of the slow one", events_of["tardy"], events_of["other"] * 0.3, 0.03)
        near("events of the third", events_of["third"], events_of["other"] * 3 / 7, 0.03)
        if options.board == "cortex-m4":
            common.expect("the slow one misses events", hooks["tardy"]["missed"] > 50, True)
            common.expect("others miss none, with levels only", hooks["other"]["missed"] + hooks["third"]["missed"] == 0,
                          bool(arguments))
        # of one level they do not interrupt each other, but the idle one
        _, _, other, third = state["interrupted"]
        background = sum(state["interrupted"])
        common.expect("interrupts anything", background > 0, True)
        if arguments:
            common.expect("level 3 interrupts", third > 0 and other > 0, True)


def locks(options, directory):
    """The generated stubs lock; the same without locks fail: lose something, or never come back from a torn chain."""
    target, image = compiled(options, directory, "levels"), os.path.join(directory, "levels.elf")
    result = common.tool(options, "build", target, "--board", options.board, "-o", image, "--emit", "stubs")
    common.expect("exit status", (result.returncode, result.stderr), (0, ""))
    stubs = os.path.join(directory, "levels.stubs.c")
    with open(stubs, encoding="utf-8") as file:
        text = file.read()
    common.expect("locks in the stubs", text.count("#define BAREBPF_SHARED 1"), 1)
    with open(stubs, "w", encoding="utf-8") as file:
        file.write(text.replace("#define BAREBPF_SHARED 1", "#define BAREBPF_SHARED 0"))
    result = common.tool(options, "run", target, "--board", options.board, "--stubs", stubs, "--json", "--for", "2s",
                         "--priority", "other=2", "--priority", "third=3", "--timeout", "10")
    lost = json.loads(result.stdout)["maps"][".bss"][0]["value"]["lost"] if result.returncode == 0 else "all"
    print(f"without locks: {lost} lost")
    common.expect("something is lost without locks", lost != 0, True)
    alone = common.tool(options, "build", target, "--prog", "tardy,other", "--board", options.board, "-o", image, "--emit",
                        "stubs")
    common.expect("exit status", (alone.returncode, alone.stderr), (0, ""))
    with open(stubs, encoding="utf-8") as file:
        common.expect("programs of one level need no locks", "#define BAREBPF_SHARED 0" in file.read(), True)


class Lines:
    """What QEMU's console says, line by line, without waiting for ever."""

    def __init__(self, stream):
        self.stream, self.text = stream, b""

    def next(self, seconds):
        """The next line within the time, or None."""
        while b"\n" not in self.text:
            if not select.select([self.stream], [], [], seconds)[0]:
                return None
            got = os.read(self.stream.fileno(), 4096)
            if not got:
                return None
            self.text += got
        line, self.text = self.text.split(b"\n", 1)
        return line.decode()


# By board: an interrupt's name, then QEMU's devices for pins and for it, and its line there.
WIRES = {"stm32f4": ("TIM2", "syscfg", "armv7m", 28), "hifive1-revb": ("PWM0", None, "/machine/unattached/device[0]", 40)}
# Pins that QEMU has no lines to are driven by their own outputs: SiFive's OUTPUT_EN and OUTPUT_VAL.
OUTPUT_EN, OUTPUT_VAL = 0x10012008, 0x1001200C


def move(device, line, level):
    """Commands of QEMU's test protocol."""
    if device:
        return [f"set_irq_in {device} unnamed-gpio-in {line} {level}"]
    return [f"writel {OUTPUT_EN} {1 << line}", f"writel {OUTPUT_VAL} {level << line}"]


def moves(board):
    """Device of QEMU, its line, levels to give it in turn, what the console must say then."""
    _, port, controller, line = WIRES[board]
    return [(port, 0, (0, 1), r"up: pin 0, level 1, count \d+"), (port, 3, (1, 0), r"down: pin 3, level 0, count \d+"),
            (port, 12, (0, 1), r"both: pin 12, count \d+"), (port, 12, (0,), r"both: pin 12, count \d+"),
            (controller, line, (1, 0), rf"interrupt {line}, count \d+")]


def pins(options, directory):
    target, image = os.path.join(directory, "pins.bpf.o"), os.path.join(directory, "pins.elf")
    common.compile_bpf(options, os.path.join(PROGRAMS, "pins.bpf.c"), target, f'-DNAMED="{WIRES[options.board][0]}"')
    wanted = moves(options.board)
    result = common.tool(options, "build", target, "--board", options.board, "-o", image, "--priority", "named=2")
    common.expect("exit status", (result.returncode, result.stderr), (0, ""))
    server = socket.socket(socket.AF_UNIX)
    server.bind(os.path.join(directory, "qtest"))
    server.listen(1)
    machine = [word for word in common.board(options.board)["qemu"] if word != "-icount" and not word.startswith("shift=")]
    command = ["timeout", "100", *machine, "-accel", "tcg", "-qtest", f"unix:{directory}/qtest", "-qtest-log", "none",
               "-kernel", image]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as emulator:
        control, lines, every = server.accept()[0].makefile("rw"), Lines(emulator.stdout), []
        for device, line, given, want in wanted:
            # Again when nothing is said: the firmware was not listening yet, or its program was still running.
            for _ in range(20):
                for level in given:
                    for command in move(device, line, level):
                        control.write(command + "\n")
                        control.flush()
                        common.expect("QEMU's answer", control.readline().strip(), "OK")
                told = lines.next(1)
                while told and not re.fullmatch(want, told):
                    every.append(told)
                    told = lines.next(1)
                if told:
                    break
                given = (1 - given[-1], given[-1])
            common.expect(f"{device} {line}: said", bool(told), True)
        emulator.terminate()
    wrong = [line for line in every if not any(re.fullmatch(want, line) for _, _, _, want in wanted)]
    common.expect("other lines", wrong, [])


REFUSED = [ # section, board, further arguments, status, id, text
    ("uart/rx", "native", [], 2, "hook-not-served", "it serves: xdp, skb, hook, raw"),
    ("gpio/rising/PA0", "cortex-m4", [], 2, "hook-not-served", "it serves: .*timer"),
    ("gpio/rising/PK0", "stm32f4", [], 2, "hook-not-served", "there are 144"),
    ("irq/NONE", "stm32f4", [], 2, "hook-not-served", "the interrupts .*TIM2"),
    ("timer/10us", "cortex-m4", [], 2, "hook-not-served", "a common tick of 10000 ns"),
    ("timer/10", "cortex-m4", [], 2, "hook-unknown", "timer/10ms"),
    ("timer/0ms", "cortex-m4", [], 2, "hook-unknown", "timer/10ms"),
    ("gpio/up/PA0", "stm32f4", [], 2, "hook-unknown", "gpio/rising/PA0"),
    ("timer/1ms", "cortex-m4", ["--priority", "p=4"], 3, "option", "from 1 .lowest. to 3"),
    ("idle", "cortex-m4", ["--priority", "p=2"], 3, "option", "no interrupt starts"),
    ("timer/1ms", "stm32vldiscovery", ["--max-ram", "1500"], 2, "does-not-fit", "machine stack takes"),
]


def refused(options, directory):
    for section, board, arguments, status, name, text in REFUSED:
        source, target = os.path.join(directory, "refused.bpf.c"), os.path.join(directory, "refused.bpf.o")
        with open(source, "w", encoding="utf-8") as file:
            file.write(f'#include <barebpf/bpf.h>\nSEC("{section}") int p(void *ctx) {{ return 0; }}\n')
        common.compile_bpf(options, source, target)
        result = common.tool(options, "build", target, "--board", board, "-o", os.path.join(directory, "refused.elf"),
                             *arguments)
        common.expect(f"{section} on {board}: exit status", (result.returncode, result.stderr[-2000:] if
                                                             result.returncode != status else ""), (status, ""))
        if f"[{name}]" not in result.stderr or not re.search(text, result.stderr):
            raise common.Failure(f"{section} on {board}: no '{text}' [{name}] in {result.stderr}")


def main():
    tests = {"events": events, "levels": levels, "locks": locks, "pins": pins, "refused": refused}
    parser = common.parser(__doc__)
    parser.add_argument("board")
    parser.add_argument("test", choices=sorted(tests))
    options = parser.parse_args()
    if options.test != "refused":
        common.skip_without_emulator(options.board)
    return common.main(tests[options.test], options)


if __name__ == "__main__":
    sys.exit(main())
