#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`barebpf verify --log` has the format of the kernel's verifier: every line is of a form that viewers read, and where
Linux answers, programs without a choice of paths give the same instructions and source lines, with the same numbers, in
the same order, and the same states of registers where both know as much.

    log.py --barebpf TOOL --verdicts KERNEL_VERDICTS --ctx-size N OBJECT...
"""
import argparse
import json
import os
import re
import subprocess
import sys

NUMBER = r"-?(?:\d+|0x[0-9a-f]+)"
NAME = r"[\w.\[\]@$-]+"
ATTRIBUTE = (rf"(?:(?:id|ref_obj_id|off|r|sz|ks|vs)={NUMBER}(?:[+-]\d+)?|(?:map|table|name)={NAME}|"
             rf"(?:[su](?:min|max)(?:32)?=)+{NUMBER}|var_off=\(0x[0-9a-f]+; 0x[0-9a-f]+\))")
KIND = (r"(?:scalar|ctx|ptr_(?:_or_null)?|(?:map_ptr|map_value|mem|rdonly_mem|ringbuf_mem)(?:_or_null)?|pkt|pkt_meta|pkt_end|"
        r"func|jump_table|insn|dynptr|iter_num|fp(?:\[\d+\])?)")
VALUE = rf"(?:{NUMBER}|fp(?:\[\d+\])?-?\d+|{KIND}\((?:{ATTRIBUTE}(?:,{ATTRIBUTE})*)?\))"
STATE = rf"(?: frame\d+:)?(?: R\d+={VALUE})*(?: fp-\d+=[?0m]*(?:{VALUE})?)*(?: refs=\d+(?:,\d+)*)?"
FORMS = [re.compile(form + "$") for form in (
    rf"(?:\nfrom \d+ to )?\d+:{STATE}", rf"from \d+ to \d+:{STATE}", rf"{STATE}", r"; .* @ [\w.+-]+:\d+",
    rf"\d+: \([0-9a-f]{{2}}\) [^;]*(?: ;{STATE})?", r"caller:", r"callee:", r"returning from callee:", r"to caller at \d+:",
    r"Func#\d+ \('\w+'\) is global and assumed valid\.", r"Validating \w+\(\) func#\d+\.\.\.", r".* \[[a-z0-9-]+\]",
    r"verification time \d+ usec", r"stack depth \d+(?:\+\d+)*",
    r"processed \d+ insns \(limit \d+\) max_states_per_insn \d+ total_states \d+ peak_states \d+ mark_read \d+")]
INSTRUCTION = re.compile(r"(\d+): \(([0-9a-f]{2})\) (.*?)(?: *;(.*))?$")


def logs_of(options, path, level):
    """Per accepted program of the object its log."""
    run = subprocess.run([options.barebpf, "verify", "--json", "--ctx-size", options.ctx_size, "--log", str(level), path],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    logs = re.findall(r".*?^processed .*?\n", run.stderr, re.M | re.S)
    programs = json.loads(run.stdout)
    if len(logs) != len(programs):
        sys.exit(f"{path}: {len(programs)} programs, {len(logs)} logs")
    return {p["program"]: log for p, log in zip(programs, logs) if p["verdict"] == "accept"}, logs


def steps_of(log):
    """The instructions (number, opcode, text) and source lines where they change, and per instruction the registers
    behind it."""
    steps, registers, source = [], [], None
    for line in log.splitlines():
        found = INSTRUCTION.match(line)
        if found:
            text = re.sub(r"^(r\d+) = 0x[0-9a-f]+$", r"\1 = 0x0", found.group(3)) if found.group(2) == "18" else found.group(3)
            steps.append((found.group(1), found.group(2), text.strip()))
            registers.append(dict(re.findall(rf"\b(R\d+|fp-\d+)=(\S*?\((?:[^()]|\([^)]*\))*\)|\S+)", found.group(4) or "")))
        elif line.startswith("; ") and line != source:
            steps.append(line)
            source = line
    return steps, registers


def kernel_logs(options, path, names):
    run = subprocess.run([options.verdicts, "--log", path, *names], stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode == 77:
        return None
    parts = re.split(r"^program (\w+) (accept|reject)\n", run.stdout, flags=re.M)[1:]
    return {name: log for name, verdict, log in zip(parts[::3], parts[1::3], parts[2::3]) if verdict == "accept"}


def compare(name, ours, theirs):
    """1 when the logs agree, 0 when they cannot be compared (several paths, refused), -1 when they differ; and how many
    values are said alike and otherwise."""
    if re.search(r"^from |^Validating ", ours + theirs, re.M) or not re.search("^processed ", theirs, re.M):
        return 0, 0, 0
    (our_steps, our_registers), (their_steps, their_registers) = steps_of(ours), steps_of(theirs)
    if not any(isinstance(step, str) for step in their_steps): # libbpf found no lines
        our_steps = [step for step in our_steps if not isinstance(step, str)]
    if our_steps != their_steps:
        for ours_at, theirs_at in zip(our_steps, their_steps):
            if ours_at != theirs_at:
                print(f"{name}: ours {ours_at}, Linux {theirs_at}")
                break
        return -1, 0, 0
    same = different = 0
    for our, their in zip(our_registers, their_registers):
        for register in our.keys() & their.keys():
            plain = [re.sub(r"\bid=\d+,?|,?ref_obj_id=\d+|\(\)", "", value) for value in (our[register], their[register])]
            same += plain[0] == plain[1]
            different += plain[0] != plain[1]
    return 1, same, different


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--barebpf", required=True)
    parser.add_argument("--verdicts", required=True)
    parser.add_argument("--ctx-size", default="64")
    parser.add_argument("objects", nargs="+")
    options = parser.parse_args()
    lines = wrong = agree = differ = same = different = 0
    answers = True
    for path in options.objects:
        logs, every = logs_of(options, path, 1)
        theirs = kernel_logs(options, path, logs)
        answers = answers and theirs is not None
        for line in "".join(every + logs_of(options, path, 2)[1]).splitlines():
            lines += 1
            if line and not any(form.match(line) for form in FORMS):
                wrong += 1
                print(f"{os.path.basename(path)}: of no form: {line}")
        for name, log in logs.items():
            verdict, s, d = compare(name, log, (theirs or {}).get(name, ""))
            agree, differ, same, different = agree + (verdict > 0), differ + (verdict < 0), same + s, different + d
    print(f"{lines} lines, {wrong} of no form; {agree} logs as Linux's, {differ} not; {same} values as Linux's, "
          f"{different} otherwise" + ("" if answers else "; skipped: this kernel does not take BPF programs from us"))
    return 0 if lines and not wrong and not differ and (agree or not answers) else 1


if __name__ == "__main__":
    sys.exit(main())
