#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is installed works without the source tree: after `cmake --install` and a move, and out of the Debian package; the
manual page and the completions know the options that --help lists.

    installed.py --barebpf TOOL --clang CLANG prefix|deb|pages
"""
import glob
import gzip
import os
import re
import shutil
import subprocess
import sys

import common
import embed

# Relative to the prefix.
FILES = ("bin/barebpf", "include/barebpf/bpf.h", "share/barebpf/cmake/BareBPFConfig.cmake", "share/man/man1/barebpf.1.gz",
         "share/bash-completion/completions/barebpf", "share/zsh/vendor-completions/_barebpf",
         "share/fish/vendor_completions.d/barebpf.fish", "share/doc/barebpf/LICENSE", "share/doc/barebpf/README.md",
         "share/doc/barebpf/docs/HOOKS.md", "share/barebpf/boards/toolchain.cmake",
         "share/barebpf/boards/gdb.py")


def run(*command, **more):
    """Runs the command, which must succeed; what it printed."""
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            timeout=250, check=False, **more)
    if result.returncode != 0:
        raise common.Failure(f"{' '.join(command)}: exit status {result.returncode}\n{result.stdout}")
    return result.stdout


def works(prefix, directory):
    """All is there, and the example that is installed runs; nothing of the source tree is used."""
    for name in FILES:
        if not os.path.exists(os.path.join(prefix, name)):
            raise common.Failure(f"'{name}' is not installed")
    if not shutil.which("qemu-system-arm"):
        print("SKIPPED: qemu-system-arm is not installed, the example is not run")
        sys.exit(common.SKIPPED)
    examples, clean = f"{prefix}/share/doc/barebpf/examples", {"PATH": os.environ["PATH"], "HOME": directory}
    with open(f"{examples}/counter/contexts", encoding="utf-8") as file:
        contexts = [word for context in file.read().split() for word in ("--ctx", context)]
    said = run(f"{prefix}/bin/barebpf", "run", f"{examples}/counter/counter.bpf.c", "--board", "cortex-m4", "--verbose",
               *contexts, cwd=directory, env={**clean, "BAREBPF_CACHE": ""})
    if "counter on cortex-m4: r0 = 3" not in said:
        raise common.Failure(f"the example says:\n{said}")
    if common.ROOT in said:
        raise common.Failure(f"files of the source tree are used:\n{said}")


def prefix(options, directory):
    """cmake --install; the prefix is moved afterwards. CMake finds the package there (examples/embed-cmake)."""
    run("cmake", "--install", os.path.dirname(options.barebpf), "--prefix", f"{directory}/first")
    os.rename(f"{directory}/first", f"{directory}/second")
    works(f"{directory}/second", directory)
    embed.cmake(f"{directory}/second", directory)


def deb(options, directory):
    """The Debian package, unpacked."""
    run("cpack", "-G", "DEB", "-B", f"{directory}/package", cwd=os.path.dirname(options.barebpf))
    package = glob.glob(f"{directory}/package/*.deb")[0]
    needs = run("dpkg-deb", "-f", package, "Depends")
    for name in ("clang-", "lld-", "llvm-", "libllvm", "libbpf", "libelf", "libjansson", "libnettle", "libc6"):
        if name not in needs:
            raise common.Failure(f"the package does not depend on {name}: {needs}")
    if shutil.which("lintian"):
        run("lintian", "--allow-root", "--fail-on", "error,warning", package)
    run("dpkg-deb", "-x", package, f"{directory}/unpacked")
    works(f"{directory}/unpacked/usr", directory)


def helped(options, *command):
    """The long names of the options that --help lists."""
    return sorted(re.findall(r"^  (?:-\w, |    )?--([\w-]+)", run(options.barebpf, *command, "--help"), re.M))


def completed(page, *words):
    """What bash offers behind these words, the last one begun."""
    script = f'. {page}; COMP_WORDS=({" ".join(words)}); COMP_CWORD={len(words) - 1}; _barebpf; printf "%s\\n" "${{COMPREPLY[@]}}"'
    script = script.replace(" _barebpf; printf", " compopt() { :; }; _barebpf; printf")
    return run("bash", "-c", script).split()


def lines_of(page, pattern):
    """Sorted matches in a file."""
    with open(page, encoding="utf-8") as file:
        return sorted(set(re.findall(pattern, file.read(), re.M)))


def pages(options, directory):
    """Every command, every option."""
    folder = f"{directory}/pages"
    run("sh", f"{common.ROOT}/cmake/pages.sh", options.barebpf, folder, "1.0")
    commands = re.findall(r"^  ([a-z-]+) ", run(options.barebpf, "--help"), re.M)
    with gzip.open(f"{folder}/barebpf.1.gz", "rt", encoding="utf-8") as file:
        manual = file.read()
    os.environ["PATH"] = f"{os.path.dirname(options.barebpf)}:{os.environ['PATH']}"
    every = set()
    for command in commands:
        every.update(helped(options, command))
        common.expect(f"bash: options of {command}", sorted(completed(f"{folder}/barebpf", "barebpf", command, "--")),
                      [f"--{name}" for name in helped(options, command)])
        common.expect(f"manual: {command}", f"\n\\fB{command}\\fR" in manual, True)
    common.expect("manual: options", sorted(set(re.findall(r"\\fB\\-\\-([\w\\-]+)\\fR", manual.replace("\\-", "-")
                                                            .replace("fB--", "fB\\-\\-")))), sorted(every))
    common.expect("fish", lines_of(f"{folder}/barebpf.fish", r" -l ([\w-]+)"), sorted(every))
    common.expect("zsh", lines_of(f"{folder}/_barebpf", r"--([\w-]+)(?:\[|\}')"), sorted(every))
    common.expect("bash: commands", sorted(completed(f"{folder}/barebpf", "barebpf", "ver")), ["verify"])
    common.expect("bash: boards", completed(f"{folder}/barebpf", "barebpf", "build", "--board", "cortex-m4"), ["cortex-m4"])
    common.expect("bash: outputs", completed(f"{folder}/barebpf", "barebpf", "build", "--emit", "sk"), ["skel"])
    for shell, page in (("bash", "barebpf"), ("zsh", "_barebpf"), ("fish", "barebpf.fish")):
        if shutil.which(shell):
            run(shell, "-n", f"{folder}/{page}")
        else:
            print(f"{shell} is not installed: its page is not parsed by it")
    if shutil.which("groff"):
        with open(f"{folder}/barebpf.1", "w", encoding="utf-8") as file:
            file.write(manual)
        common.expect("what groff says", run("groff", "-man", "-ww", "-z", f"{folder}/barebpf.1"), "")


CASES = {"prefix": (prefix, ["cmake", "ninja"]), "deb": (deb, ["cpack", "dpkg-deb", "dpkg-shlibdeps"]), "pages": (pages, ["bash"])}


def main():
    parser = common.parser(__doc__)
    parser.add_argument("case", choices=sorted(CASES))
    options = parser.parse_args()
    test, needed = CASES[options.case]
    return common.main_with_tools(test, options, needed)


if __name__ == "__main__":
    sys.exit(main())
