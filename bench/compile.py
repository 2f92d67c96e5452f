#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a build costs: CPU seconds (user and system, all processes) and the largest process's memory, from a BPF object to an
image; the least of several runs. `cold` begins with an empty cache of compiled parts, `warm` has it. The last lines are
the floor: starting the tools without work, which is loading LLVM's library.

    bench/compile.py [--barebpf build/release/barebpf] [--board cortex-m4] [--runs 5] [OBJECT...]

Without objects: two examples and the large programs of verify.py.
"""
import argparse
import os
import shutil
import subprocess
import tempfile

import verify

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def cost(command, environment):
    """(CPU seconds, MB of the largest process, exit status)"""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, child.returncode


def objects_of_ours(directory):
    for name in ("sum", "counter"):
        path = os.path.join(directory, name + ".bpf.o")
        subprocess.run(["clang-19", "-target", "bpf", "-O2", "-g", "-I", os.path.join(ROOT, "helpers-template/include"), "-c",
                        os.path.join(ROOT, "examples", name, name + ".bpf.c"), "-o", path], check=True)
        yield path
    yield from verify.make_objects(ROOT, directory)


def instructions(barebpf, path):
    return max(stats["insns"] for stats in verify.ours(os.path.dirname(barebpf), path).values())


def measure(options, path, directory):
    environment = {**os.environ, "XDG_CACHE_HOME": os.path.join(directory, "cache")}
    command = [options.barebpf, "build", path, "--board", options.board, "-o", os.path.join(directory, "image.elf")]
    cold = []
    for _ in range(2):
        shutil.rmtree(environment["XDG_CACHE_HOME"], ignore_errors=True)
        cold.append(cost(command, environment))
    warm = [cost(command, environment) for _ in range(options.runs)]
    if warm[0][2]:
        print(f"{os.path.basename(path):24} not built: status {warm[0][2]}")
        return
    print(f"{os.path.basename(path):24} {instructions(options.barebpf, path):7} {min(cold)[0]:8.3f} {min(warm)[0]:8.3f} "
          f"{max(run[1] for run in warm):8.0f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--barebpf", default=os.path.join(ROOT, "build/release/barebpf"))
    parser.add_argument("--board", default="cortex-m4")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("objects", nargs="*")
    options = parser.parse_args()
    print(f"{'object':24} {'insns':>7} {'cold s':>8} {'warm s':>8} {'MB':>8}")
    with tempfile.TemporaryDirectory() as directory:
        for path in options.objects or objects_of_ours(directory):
            measure(options, path, directory)
    for tool in (options.barebpf, "ld.lld-19"):
        print(f"{os.path.basename(tool) + ' --version':24} {'':7} {'':8} "
              f"{min(cost([tool, '--version'], os.environ) for _ in range(options.runs))[0]:8.3f}")


if __name__ == "__main__":
    main()
