#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The shape of the house, checked: floors, sizes, texts, formatting, clang-tidy, generated pages, documented commands
and what they print.

    check.py floors|sizes|texts
    check.py format CLANG_FORMAT
    check.py tidy CLANG_TIDY BUILD_DIR
    check.py pages BAREBPF
    check.py commands
    check.py outputs BAREBPF
"""
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
C_FOLDERS = ("compiler", "helpers-template", "boards", "examples", "qemu-tests", "bench")

# Floors of compiler/, from the ground up; rooms on one floor do not include each other, except the top floor's.
FLOORS = [{"base"}, {"program"}, {"load", "verify"}, {"lift"}, {"firmware"}, {"commands", "."}]
# clang-tidy starts no further file after so many seconds, and the check fails; a later run goes on with the rest.
TIDY_SECONDS = float(os.environ.get("BAREBPF_TIDY_SECONDS", "900"))
FILE_LINES, FUNCTION_LINES, FUNCTION_LINES_P95 = 800, 100, 50


def tracked():
    """Files of the repository: what git knows or would add; without git, all but build outputs."""
    git = shutil.which("git")
    run = git and subprocess.run([git, "ls-files", "-co", "--exclude-standard"], cwd=ROOT, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True, check=False)
    if run and run.returncode == 0:
        return [name for name in run.stdout.splitlines() if os.path.isfile(os.path.join(ROOT, name))]
    names = (os.path.relpath(os.path.join(folder, name), ROOT) for folder, _, files in os.walk(ROOT) for name in files)
    return [name for name in names if not name.startswith(("build", "out", ".git"))]


def c_files(endings=(".c", ".h")):
    """Our C sources."""
    return sorted(name for name in tracked() if name.endswith(endings) and name.split("/")[0] in C_FOLDERS)


def read(name):
    """Text of a file."""
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def room_of(name):
    """Room of a file below compiler/."""
    parts = name.split("/")
    return parts[1] if len(parts) > 2 else "."


def check_floors():
    """A room includes only its own headers and those of rooms below it."""
    height = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
    for name in c_files():
        if not name.startswith("compiler/") or name.startswith("compiler/tests/"):
            continue
        for header in re.findall(r'^\s*#\s*include\s+"([^"]+)"', read(name), re.M):
            target = os.path.normpath(os.path.join(os.path.dirname(name), header))
            if not os.path.exists(os.path.join(ROOT, target)):
                continue
            below, above = room_of(target), room_of(name)
            if not target.startswith("compiler/"):
                if not target.startswith("helpers-template/include/barebpf/"):
                    yield f"{name}: includes {header} from beyond the wall"
            elif below != above and height[below] >= height[above] and above not in FLOORS[-1]:
                yield f"{name}: includes {header}, which does not lie below"


def functions(text):
    """(first line, lines) of each function body: from a '{' to the '}' in column 0."""
    start = None
    for number, line in enumerate(text.splitlines(), 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            yield start, number - start + 1
            start = None


def check_sizes():
    """No file and no function is too long."""
    lengths = []
    for name in c_files():
        text = read(name)
        if text.count("\n") > FILE_LINES:
            yield f"{name}: {text.count(chr(10))} lines, at most {FILE_LINES}"
        for line, length in functions(text):
            if not name.startswith("compiler/tests/"):
                lengths.append(length)
            if length > FUNCTION_LINES:
                yield f"{name}:{line}: a function of {length} lines, at most {FUNCTION_LINES}"
    lengths.sort()
    if lengths and lengths[len(lengths) * 95 // 100] > FUNCTION_LINES_P95:
        yield f"5 % of the functions are longer than {FUNCTION_LINES_P95} lines"


def check_texts():
    """Every source says its licence first, names no machine's paths, and leaves nothing to do later."""
    sources = (".c", ".h", ".def", ".py", ".sh", ".cmake", ".ld", ".S", "CMakeLists.txt", "Makefile", ".ci/run")
    later = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
    machine = re.compile(r"/(home|root|Users|work)/\w")
    for name in tracked():
        if name == "LICENSE" or name.endswith((".o", ".elf", ".bin", ".png")):
            continue
        try:
            text = read(name)
        except UnicodeDecodeError:
            continue
        if name.endswith(sources) and "SPDX-License-Identifier: Apache-2.0" not in "\n".join(text.splitlines()[:2]):
            yield f"{name}: no SPDX line at the top"
        for number, line in enumerate(text.splitlines(), 1):
            if machine.search(line):
                yield f"{name}:{number}: an absolute path of a machine"
            if name.endswith(sources) and later.search(line):
                yield f"{name}:{number}: something left to do"
            if line != line.rstrip() and not name.endswith(".md"):
                yield f"{name}:{number}: space at the end of the line"


def check_format(clang_format):
    """clang-format would change nothing."""
    run = subprocess.run([clang_format, "--dry-run", "--Werror", *c_files()], cwd=ROOT, stderr=subprocess.PIPE,
                         text=True, check=False)
    yield from re.findall(r"^[^\s:]+:\d+:\d+: error.*$", run.stderr, re.M)
    if run.returncode and "error" not in run.stderr:
        yield run.stderr


def tidy_one(command, name, seal, deadline):
    """clang-tidy's complaints about one file; a clean result is remembered under `seal`. None: no time left."""
    clang_tidy, build_dir = command
    stamp = os.path.join(build_dir, "tidy", hashlib.sha256((name + seal).encode()).hexdigest())
    if os.path.exists(stamp):
        return []
    if time.monotonic() > deadline:
        return None
    run = subprocess.run([clang_tidy, "--quiet", "--warnings-as-errors=*", "-p", build_dir, name], cwd=ROOT,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    found = re.findall(r"^.*(?:warning|error): .*$", run.stdout, re.M)
    if run.returncode and not found:
        found = [f"{name}: clang-tidy failed"]
    if not found:
        os.makedirs(os.path.dirname(stamp), exist_ok=True)
        with open(stamp, "w", encoding="utf-8"):
            pass
    return found


def check_tidy(clang_tidy, build_dir):
    """clang-tidy is content with every host source; files that did not change since it was are not looked at again."""
    with open(os.path.join(build_dir, "compile_commands.json"), encoding="utf-8") as file:
        known = {os.path.relpath(entry["file"], ROOT) for entry in json.load(file)}
    names = [name for name in c_files((".c",)) if name in known and "/tests/" not in name]
    shared = "".join(read(name) for name in c_files((".h",)) if name.startswith("compiler/")) + read(".clang-tidy")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        deadline = time.monotonic() + TIDY_SECONDS
        jobs = {name: pool.submit(tidy_one, (clang_tidy, build_dir), name, shared + read(name), deadline)
                for name in names}
        left = [name for name, job in jobs.items() if job.result() is None]
        if left:
            yield f"time is up, not looked at: {' '.join(left)}"
        yield from sorted({line for job in jobs.values() for line in job.result() or []})


def check_pages(barebpf):
    """The generated pages of docs/ are what the tool prints now."""
    for page in ("diagnostics", "boards"):
        run = subprocess.run([barebpf, "docs", page], stdout=subprocess.PIPE, text=True, check=True)
        name = f"docs/{page.upper()}.md"
        if read(name) != run.stdout:
            yield f"{name} is out of date: barebpf docs {page} >{name}"


def documented_commands():
    """(file, command) for the lines of all ```sh blocks."""
    for name in sorted(name for name in tracked() if name.endswith(".md")):
        for block in re.findall(r"^```sh\n(.*?)^```", read(name), re.M | re.S):
            for line in block.replace("\\\n", " ").splitlines():
                if line.strip() and not line.startswith("#"):
                    yield name, line


def check_commands():
    """The commands in the documentation's shell blocks work, in the order in which they stand."""
    environment = {**os.environ, "NO_COLOR": "1"}
    for name, command in documented_commands():
        if command.startswith("sh cmake/setup.sh test"):
            continue  # that is what runs this test
        run = subprocess.run(["sh", "-c", command], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        print(f"{name}: {command}: {run.returncode}")
        if run.returncode:
            yield f"{name}: '{command}' ended with status {run.returncode}:\n{run.stdout}"


def check_outputs(barebpf):
    """What README.md and docs/MESSAGES.md show of `verify` is what it prints now, in that order; `...` stands for what was left
    out. A block without a command shows more of the last command's output."""
    for name in ("README.md", "docs/MESSAGES.md"):
        command, output = None, ""
        for block in re.findall(r"^```console\n(.*?)^```", read(name), re.M | re.S):
            if block.startswith("$ "):
                command, _, block = block[2:].partition("\n")
                words = command.split()
                if words[:2] != ["build/release/barebpf", "verify"]:
                    command = None
                    continue
                output = subprocess.run([barebpf, *words[1:]], cwd=ROOT, env={**os.environ, "NO_COLOR": "1"},
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
            at = 0
            for piece in re.split(r"^\.\.\.\n", block, flags=re.M) if command else []:
                found = output.find(piece, at)
                if found < 0:
                    yield f"{name}: '{command}' does not print\n{piece}but\n{output}"
                at = max(at, found + len(piece))


def main(arguments):
    checks = {"floors": check_floors, "sizes": check_sizes, "texts": check_texts, "format": check_format,
              "tidy": check_tidy, "pages": check_pages, "commands": check_commands,
              "outputs": check_outputs}
    if not arguments or arguments[0] not in checks:
        sys.exit(__doc__)
    found = list(checks[arguments[0]](*arguments[1:]))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
