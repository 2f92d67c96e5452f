#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Control flow beyond branches and calls, on one board.

    control.py --barebpf TOOL --clang CLANG [--jump-clang CLANG] BOARD
               tails|nested|callbacks|callx|may_goto|gotox|walks|timers
"""
import json
import os
import sys

import common

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")
LEVELS = ("-O0", "-Os", "-O2")
INITS = ("--map-init", "jump[1]=second", "--map-init", "jump[2]=again")


def compiled(options, directory, name, *flags):
    """The object of programs/NAME.bpf.c."""
    target = os.path.join(directory, f"{name}.bpf.o")
    common.compile_bpf(options, os.path.join(PROGRAMS, f"{name}.bpf.c"), target, *flags)
    return target


def run(options, target, contexts, *arguments):
    """Results of the contexts (tuples of 32-bit numbers), and the maps."""
    for numbers in contexts:
        text = b"".join(number.to_bytes(4, "little") for number in numbers).hex()
        arguments += ("--ctx", f"hex:{text}")
    result = common.tool(options, "run", target, "--board", options.board, "--json", "--dump-maps", *arguments)
    if result.returncode != 0:
        raise common.Failure(f"exit status {result.returncode}\n{result.stdout}{result.stderr}")
    report = json.loads(result.stdout)
    maps = {name: [common.number(entry["value"]) if not isinstance(entry["value"], dict) else entry["value"]
                   for entry in entries] for name, entries in report["maps"].items() if entries}
    return [common.number(one["r0"]) for one in report["runs"]], maps


def tails(options, directory):
    target = compiled(options, directory, "tail_calls")
    for level in LEVELS:
        results, maps = run(options, target, [(0, 0), (1, 5), (1, 0), (9, 0)], "--prog", "first", level, *INITS)
        common.expect(f"results at {level}", results, [100, 12, 300, 100])
        common.expect(f"programs entered at {level}", maps["entered"], [4, 32])
        # without a proof, the array is found by its address
        results, maps = run(options, target, [(0, 0), (1, 5), (1, 0)], "--prog", "first", level, "--unverified", *INITS)
        common.expect(f"results at {level} without a proof", results, [100, 12, 300])
    results, _ = run(options, target, [(1, 5)], "--prog", "first")
    common.expect("results of empty slots", results, [100])


def nested(options, directory):
    target = compiled(options, directory, "tail_calls")
    # Unoptimised frames of 34 programs do not fit every board, and the tool says so.
    for level in LEVELS if options.board != "microbit" else LEVELS[1:]:
        results, maps = run(options, target, [(0, 0), (1, 5), (2, 0)], "--prog", "outer", level, *INITS)
        common.expect(f"results at {level}", results, [1400, 1012, 1300])
        common.expect(f"programs entered at {level}", maps["entered"], [3, 33])
    for level in LEVELS[1:]:
        results, maps = run(options, target, [(3, 0)], "--prog", "deep", level, "--map-init", "jump[3]=deep")
        common.expect(f"results of nested calls at {level}", results, [403 + 34])
        common.expect(f"nested programs entered at {level}", maps["entered"], [0, 34])


def callbacks(options, directory):
    target = compiled(options, directory, "callbacks")
    for level in LEVELS:
        results, _ = run(options, target, [(0, 9, 0, 0), (10, 99, 0, 0), (10, 3, 0, 0), (10, 9, 1, 0), (8388609, 9, 0, 0)],
                         "--prog", "loop", level, "--unverified")
        signed = [number - (1 << 64) if number >> 63 else number for number in results]
        common.expect(f"results of bpf_loop at {level}", [number & 0xFFFFFFFF for number in signed],
                      [5, 10050, 4011, 5 - 22000 & 0xFFFFFFFF, 5 - 7000 & 0xFFFFFFFF])
        results, _ = run(options, target, [(10, 99, 0, 0), (10, 99, 0, 1)], "--prog", "either", level, "--unverified")
        common.expect(f"results of either at {level}", [number & 0xFFFFFFFF for number in results], [10045, 9910])
        results, _ = run(options, target, [(21, 0, 0, 0)], "--prog", "through", level, "--unverified")
        common.expect(f"result of callx at {level}", results, [43])


def callx(options, directory):
    """Calls through a register, proved: the function is known, one of two, or an argument."""
    target = compiled(options, directory, "callbacks")
    for level in LEVELS if options.board == "native" else LEVELS[1:2]:
        results, _ = run(options, target, [(21, 0, 0, 0), (21, 0, 0, 1)], "--prog", "one_of_two", level)
        common.expect(f"results of callx of one of two at {level}", results, [42, 63])
    results, _ = run(options, target, [(21, 0, 0, 0)], "--prog", "through", "-O2", "--check-facts")
    common.expect("result of callx", results, [43])


def expected_switch(op, a, b):
    """What programs/jump_tables.bpf.c and switch.bpf.c compute."""
    return {0: a + b, 1: a - b & (1 << 64) - 1, 2: a * b, 3: a ^ b, 4: a & b, 5: a // b if b else 77, 7: a << 3 | b}.get(op, 99)


def gotox(options, directory):
    """Jump tables as clang 22 makes them, of assembly (any clang) and of C."""
    contexts = [(op, 200, 7) for op in range(10)] + [(5, 200, 0), (1, 1, 2), (2, 0xffffffff, 0xffffffff), (0x80000000, 1, 1)]
    wanted = [expected_switch(*context) for context in contexts]
    walked = [(steps, bits) for steps in (0, 1, 2, 7, 16) for bits in (0, 0xffffffff, 0x5a5a)]
    paths = [expected_states(*context) for context in walked]
    target = compiled(options, directory, "jump_tables", "-mcpu=v4")
    for level in ("-O0", "-Os", "-O2 --check-facts") if options.board == "native" else ("-Os",):
        results, _ = run(options, target, contexts, "--prog", "dispatch", *level.split())
        common.expect(f"results of a switch at {level}", results, wanted)
        results, _ = run(options, target, walked, "--prog", "states", *level.split())
        common.expect(f"results of states at {level}", results, paths)
    if not options.jump_clang:
        print("SKIPPED: switch.bpf.c: there is no clang that makes jump tables (22 or later)")
        return
    options.clang = options.jump_clang
    for optimised in ("-O2", "-O0") if options.board == "native" else ("-O2",):
        target = compiled(options, directory, "switch", "-mcpu=v4", "-mllvm", "-bpf-min-jump-table-entries=3", optimised)
        for program, values in (("dispatch", wanted), ("computed", [expected_computed(*context) for context in contexts])):
            results, _ = run(options, target, contexts, "--prog", program)
            common.expect(f"results of {program}, compiled with {optimised}", results, values)


def expected_states(steps, bits):
    """The machine of programs/jump_tables.bpf.c."""
    state, total = 0, 0
    for _ in range(steps):
        total = total * 3 + state + 1
        state = (1, 2 if bits & 1 else 0, 0)[state]
        bits >>= 1
    return total


def expected_computed(op, a, b):
    """The gotos of programs/switch.bpf.c."""
    r, word = 1, (1 << 64) - 1
    if op % 4 == 0:
        r += a
    if op % 4 <= 1:
        r *= 3
    return 5 if op % 4 == 3 else (r ^ b) & word


def may_goto(options, directory):
    target = compiled(options, directory, "may_goto")
    for level in LEVELS:
        results, _ = run(options, target, [(5,), (0,)], "--prog", "counts", level, "--unverified")
        common.expect(f"results at {level}", results, [5, 1])
    results, _ = run(options, target, [(1 << 31,)], "--prog", "counts", "-O2", "--unverified")
    common.expect("rounds until may_goto jumps", results, [1 << 23])


def walks(options, directory):
    target = compiled(options, directory, "walks")
    for level in LEVELS[1:2]:
        results, maps = run(options, target, [(99, 0, 0, 0)], "--prog", "each", level)
        # three sums over keys 0..7 (once only the even ones: 12 and 120); 4 + 8 + 5 visits
        common.expect(f"results of for_each at {level}", results, [1 << 24 | 4 << 16 | 8 << 8 | 5])
        common.expect(f"maps at {level}", maps, {"hash": [0, 20, 40, 60], "recent": [10 * i for i in range(8)],
                                                 "array": [100, 101, 102, 103, 104]})
        results, _ = run(options, target, [(2, 0, 0, 0)], "--prog", "each", level)
        common.expect(f"visits of arrays until a callback stops, at {level}", results[0] & 0xFF, 3)
        results, _ = run(options, target, [(0, 0, -3 & 0xFFFFFFFF, 4), (0, 0, 5, 4), (0, 0, 0, 1 << 24), (0, 0, 1 << 31, 5 + (1 << 31))],
                         "--prog", "numbers", level)
        total = 0
        for i in range(-3, 4):
            total = total * 3 + i
        most = 0
        for i in range(-1 << 31, (-1 << 31) + 5):
            most = most * 3 + i
        common.expect(f"results of iterators at {level}", [number & 0xFFFFFFFF for number in results],
                      [total & 0xFFFFFFFF, -22 & 0xFFFFFFFF, -7 & 0xFFFFFFFF, most & 0xFFFFFFFF])


def signed(numbers):
    """r0 of programs that return an int."""
    return [(number & 0xFFFFFFFF) - (1 << 32 if number >> 31 & 1 else 0) for number in numbers]


def timers(options, directory):
    target = compiled(options, directory, "timers")
    start, cancel, delete, overwrite, nothing = range(5)
    never = 0xFFFFFFFF, 0  # in four seconds
    # The array's timer starts itself again until it has fired three times.
    results, maps = run(options, target, [(start, 0, 0, 0), (nothing,), (start, 0, 0, 0)], "--prog", "timers")
    common.expect("results", signed(results), [0, 0, -16000])
    common.expect("fired", [(one["fired"], one["key"]) for one in maps["array"] + maps["hash"]], [(0, 0), (3, 1), (0, 0), (20, 7)])
    for command, result in ((cancel, 11), (delete, 0), (overwrite, -22)):
        results, maps = run(options, target, [(start, *never, 0), (command,), (nothing,)], "--prog", "timers")
        common.expect(f"results of command {command}", signed(results)[:2], [0, result])
        common.expect(f"fired after command {command}", [one["fired"] for one in maps["array"]], [0, 0, 0])
    contexts = [b"".join(number.to_bytes(4, "little") for number in pair).hex() for pair in ((0, 16), (0, 10), (1, 16), (0, 300))]
    result = common.tool(options, "run", target, "--board", options.board, "--json", "--prog", "dynptrs",
                         *(word for context in contexts for word in ("--ctx", f"hex:{context}")))
    report = json.loads(result.stdout)
    common.expect("dynptrs", signed([common.number(one["r0"]) for one in report["runs"]]), [0, -700, 0, -222222])
    common.expect("records", [one["value"] for one in report["maps"]["records"]],
                  ["66554433" "8877665544332211" "00000000", "00" * 10])


CASES = {"timers": timers, "walks": walks, "may_goto": may_goto, "callbacks": callbacks, "callx": callx, "gotox": gotox,
         "tails": tails, "nested": nested}


def main():
    parser = common.parser(__doc__)
    parser.add_argument("--jump-clang", help="a clang that makes jump tables")
    parser.add_argument("board")
    parser.add_argument("case", choices=sorted(CASES))
    options = parser.parse_args()
    common.skip_without_emulator(options.board)
    return common.main(CASES[options.case], options)


if __name__ == "__main__":
    sys.exit(main())
