#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the command line does with inputs and outputs that are not as they should be.

    command_line.py --barebpf TOOL --clang CLANG CASE
"""
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time

import common

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")


def compile_program(options, directory, name, *flags, target=None):
    """programs/NAME.bpf.c compiled into the directory."""
    target = os.path.join(directory, target or f"{name}.bpf.o")
    common.compile_bpf(options, os.path.join(PROGRAMS, f"{name}.bpf.c"), target, *flags)
    return target


def expect_status(result, status, *texts):
    """The tool's exit status, and texts that its messages hold."""
    sys.stdout.write(result.stderr)
    common.expect("exit status", result.returncode, status)
    for text in texts:
        if text not in result.stderr:
            raise common.Failure(f"the message lacks '{text}': {result.stderr}")


def generate_stubs(options, directory, *flags):
    """NAME.stubs.c for two_maps compiled with the flags."""
    target = compile_program(options, directory, "two_maps", *flags)
    expect_status(common.tool(options, "build", target, "--board", "cortex-m4", "-o", f"{directory}/s.elf", "--emit",
                              "stubs"), 0)
    return os.path.join(directory, "s.stubs.c")


# how the program differs from the one that the stubs were made for: what the message must hold
STALE = {
    ("-DVALUE=unsigned",): "bpf_map_counts",
    ("-DENTRIES=8",): "bpf_map_counts",
    ("-DENTRIES=8", "-DVALUE=struct{unsigned long long v[2];}"): "bpf_map_counts: values have 16 bytes",
    ("-DANOTHER_MAP_FIRST",): "the stubs give another address for index",
    ("-DSTEP=2",): "bpf_map_rodata",
}


def stale_stubs(options, directory):
    """Stubs of another version of the object are refused, whatever is smaller or larger in them."""
    for flags, text in STALE.items():
        stubs = generate_stubs(options, directory, *flags)
        target = compile_program(options, directory, "two_maps")
        result = common.tool(options, "build", target, "--board", "cortex-m4", "-o", f"{directory}/out.elf", "--stubs",
                             stubs)
        expect_status(result, 3, "[stub]", text)
        common.expect("image", os.path.exists(f"{directory}/out.elf"), False)


def edited_stubs(options, directory):
    """A copy of the right stubs is linked, and runs; one with a smaller object, or with a weak one, is refused."""
    stubs = generate_stubs(options, directory)
    target = os.path.join(directory, "two_maps.bpf.o")
    with open(stubs, encoding="utf-8") as file:
        text = file.read()
    edits = [
        ("", "", 0),
        ("__attribute__((used, retain", "__attribute__((retain", 0),
        ("BAREBPF_ARRAY_MAP(counts, bpf_value__counts, 16u)", "BAREBPF_ARRAY_MAP(counts, bpf_value__counts, 15u)", 3),
        ("BAREBPF_ARRAY_MAP(counts, bpf_value__counts, 16u);",
         "__attribute__((weak)) BAREBPF_ARRAY_MAP(counts, bpf_value__counts, 16u);", 3),
        ("return (void *)&bpf_map_counts;", "return (char *)&bpf_map_counts + 8;", 3),
        ("} bpf_map_bss;", "} other_bss; unsigned bpf_map_bss;", 3),
    ]
    for old, new, status in edits:
        if old not in text:
            raise common.Failure(f"the stubs have no '{old}'")
        with open(stubs, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new, 1))
        result = common.tool(options, "build", target, "--board", "cortex-m4", "-o", f"{directory}/out.elf", "--stubs",
                             stubs)
        expect_status(result, status, *(["[stub]", "bpf_map_"] if status else []))


def stale_context(options, directory):
    """The context that main hands over is the verified one, not that of the stubs' object."""
    stubs = generate_stubs(options, directory, "-DCONTEXT_BYTES=4")
    target = compile_program(options, directory, "two_maps", "-DCONTEXT_BYTES=64")
    expect_status(common.tool(options, "build", target, "--board", "cortex-m4", "-o", f"{directory}/out.elf", "--stubs",
                              stubs, "--emit", "elf,ll"), 0)
    with open(f"{directory}/out.ll", encoding="utf-8") as file:
        line = next(line for line in file if line.startswith("@barebpf_program ="))
    if "i32 64" not in line:
        raise common.Failure(f"the context has not 64 bytes: {line}")


def read(path):
    """A file's bytes."""
    with open(path, "rb") as file:
        return file.read()


def output_through_link(options, directory):
    """The file behind a symbolic link is replaced, not the link, also when it is not there yet; nothing is left beside."""
    target = compile_program(options, directory, "plain")
    os.mkdir(f"{directory}/there")
    for old in (b"old", None):
        if old:
            with open(f"{directory}/there/real.elf", "wb") as file:
                file.write(old)
        os.symlink("there/real.elf", f"{directory}/link.elf")
        expect_status(common.tool(options, "build", target, "--board", "cortex-m4", "-o", f"{directory}/link.elf"), 0)
        common.expect("link", os.readlink(f"{directory}/link.elf"), "there/real.elf")
        common.expect("ELF", read(f"{directory}/there/real.elf")[:4], b"\x7fELF")
        common.expect("files", os.listdir(f"{directory}/there"), ["real.elf"])
        os.remove(f"{directory}/link.elf")
        os.remove(f"{directory}/there/real.elf")


def output_to_fifo(options, directory):
    """A FIFO gets the image and stays a FIFO; /dev/stdout is what the shell connected."""
    target = compile_program(options, directory, "plain")
    os.mkfifo(f"{directory}/pipe")
    reader = subprocess.Popen(["cat", f"{directory}/pipe"], stdout=subprocess.PIPE)
    result = common.tool(options, "build", target, "--board", "cortex-m4", "-o", f"{directory}/pipe")
    if not stat.S_ISFIFO(os.stat(f"{directory}/pipe").st_mode):
        reader.kill()
        raise common.Failure("the FIFO was replaced")
    expect_status(result, 0)
    common.expect("ELF", reader.communicate(timeout=60)[0][:4], b"\x7fELF")
    result = subprocess.run([options.barebpf, "build", target, "--board", "cortex-m4", "-o", "/dev/stdout"],
                            stdout=subprocess.PIPE, check=True)
    common.expect("ELF", result.stdout[:4], b"\x7fELF")


def output_is_directory(options, directory):
    """A directory as output is refused and stays."""
    target = compile_program(options, directory, "plain")
    os.mkdir(f"{directory}/out")
    expect_status(common.tool(options, "build", target, "--board", "cortex-m4", "-o", f"{directory}/out"), 3,
                  "[file-write]")
    common.expect("files", sorted(os.listdir(directory)), ["out", "plain.bpf.o"])
    for option in ("--main", "--stubs", "--with"):
        expect_status(common.tool(options, "build", target, "--board", "cortex-m4", option, f"{directory}/no.c"), 3,
                      "[file-missing]", "no.c")


def output_is_input(options, directory):
    """No input is overwritten, under whatever name; refused before anything is written."""
    target = compile_program(options, directory, "plain")
    stubs = generate_stubs(options, directory)
    maps = compile_program(options, directory, "two_maps")
    os.link(target, f"{directory}/same.elf")
    before = {name: read(f"{directory}/{name}") for name in os.listdir(directory)}
    calls = [("build", target, "-o", target), ("build", target, "-o", f"{directory}/same.elf"),
             ("run", target, "-o", target), ("build", maps, "-o", stubs, "--stubs", stubs),
             ("build", maps, "--stubs", stubs, "-o", f"{directory}/s.elf", "--emit", "elf,stubs"),
             ("build", maps, target, "--prog", "plain", "-o", target), ("build", maps, "--btf", target, "-o", target)]
    calls = [(*call, "--board", "cortex-m4") for call in calls]
    calls += [("verify", target, "--invariant", f"{directory}/same.elf"),
              ("verify", maps, "--check", target, "--invariant", target)]
    for call in calls:
        expect_status(common.tool(options, *call), 3, "one of the inputs")
        common.expect("files", {name: read(f"{directory}/{name}") for name in os.listdir(directory)}, before)


def several_objects(options, directory):
    """Objects are linked: maps, variables and functions of one serve the other; names defined twice are told."""
    main = compile_program(options, directory, "link_main")
    part = compile_program(options, directory, "link_part")
    result = common.tool(options, "run", main, part, "--board", "native", "--json")
    expect_status(result, 0)
    answer = json.loads(result.stdout)
    common.expect("r0", int(answer["runs"][0]["r0"], 0), 7 * 3 + 1 + 1000)
    common.expect("the shared map", [entry["value"] for entry in answer["maps"]["shared"]], [0, 0, 5, 0])
    expect_status(common.tool(options, "verify", "--link", part, main), 0)
    expect_status(common.tool(options, "build", main, main, "--board", "cortex-m4", "-o", f"{directory}/o.elf"), 3,
                  "[link]", "'link_main' is defined in")
    expect_status(common.tool(options, "build", main, "--board", "cortex-m4", "-o", f"{directory}/o.elf"), 2,
                  "[extern]")
    common.expect("image", os.path.exists(f"{directory}/o.elf"), False)


def capacities(options, directory):
    """What is said to be the largest capacity of a map fits, and one more does not; several maps are cut alike; maps
    of other programs are not blamed."""
    source = os.path.join(directory, "large.bpf.c")
    with open(source, "w", encoding="utf-8") as out:
        out.write("""#include <barebpf/bpf.h>
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 100000); __type(key, __u32); __type(value, __u64);
} flows SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 1 << 20); } ring SEC(".maps");
SEC("raw") int large(void *ctx)
{
    __u32 key = 1, *record = bpf_ringbuf_reserve(&ring, 64, 0);
    if (record)
        bpf_ringbuf_submit(record, 0);
    return bpf_map_lookup_elem(&flows, &key) != 0;
}
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 64); __type(key, __u32); __type(value, __u64); } small SEC(".maps");
SEC("raw") int other(void *ctx)
{
    __u32 key = 1;
    __u64 *count = bpf_map_lookup_elem(&small, &key);
    return count ? ++*count : 0;
}
""")
    result = common.tool(options, "build", source, "--board", "cortex-m4", "-o", f"{directory}/o.elf", "--prog", "other",
                         "--max-ram", "512")
    expect_status(result, 2, "[does-not-fit]", "the largest map is 'small' with 512 bytes")
    build = ("build", source, "--prog", "large", "--board", "microbit", "-o", f"{directory}/o.elf")
    result = common.tool(options, *build, "--map", "ring=4096")
    expect_status(result, 2, "[does-not-fit]", "the largest capacity that fits")
    flows = int(re.search(r"--map flows=(\d+) \(", result.stderr).group(1))
    result = common.tool(options, *build, "--map", "ring=4096", "--map", f"flows={flows}", "--json")
    expect_status(result, 0)
    report = json.loads(result.stdout)
    sizes = {entry["name"]: (entry["flash"], entry["ram"]) for entry in report["maps"]}
    common.expect("it fits, and what the maps take", (report["fits"], sizes["ring"][0], sizes["ring"][1] >= 4096,
                  sizes["flows"][0], sizes["flows"][1] >= 16 * flows), (True, 0, True, 0, True))
    ram = next(region for region in report["regions"] if region["name"] == "RAM")
    common.expect("RAM", sum(size[1] for size in sizes.values()) <= ram["used"] <= ram["size"], True)
    expect_status(common.tool(options, *build, "--map", "ring=4096", "--map", f"flows={flows + 1}"), 2, "[does-not-fit]")
    result = common.tool(options, *build, "--json")
    common.expect("it fits", json.loads(result.stdout)["fits"], False)
    expect_status(result, 2, "equal sizes that fit")
    both = re.search(r"(--map \w+=\d+) (--map \w+=\d+) \(", result.stderr)
    expect_status(common.tool(options, *build, *both.group(1).split(), *both.group(2).split()), 0)


def several_programs(options, directory):
    """Programs of one image share its maps, keep their own contexts, and are all there; bpf_main is the first."""
    target = compile_program(options, directory, "several")
    source = os.path.join(PROGRAMS, "several.main.c")
    for board in ("cortex-m4", "native"):
        result = common.tool(options, "run", target, "--prog", "report,first,second", "--board", board, "--main", source,
                             "--json")
        expect_status(result, 0)
        answer = json.loads(result.stdout)
        common.expect("r0", int(answer["runs"][0]["r0"], 0), 1 + 100 * 41 + 10000 * 3)
        common.expect("sums", [entry["value"] for entry in answer["maps"]["sums"]], [0, 0, 41, 0])
        common.expect("calls", {entry["key"] for entry in answer["maps"]["calls"]}, {2, 9})
    image = f"{directory}/several.elf"
    part = compile_program(options, directory, "plain")
    build = ("build", target, part, "--board", "cortex-m4", "-o", image, "--emit", "elf,skel", "--prog")
    expect_status(common.tool(options, *build, "*"), 0)
    manifest = json.loads(common.tool(options, "inspect", image, "--json").stdout)
    common.expect("programs", manifest["programs"], ["first", "second", "report", "plain"])
    common.expect("contexts", [part["context_bytes"] for part in manifest["parts"]][:3], [4, 16, 0])
    symbols = open(image, "rb").read()
    with open(f"{directory}/several.skel.h", encoding="utf-8") as skeleton:
        text = skeleton.read()
    for name in manifest["programs"]:
        common.expect(f"bpf_prog_{name} is there", f"bpf_prog_{name}".encode() in symbols, True)
        common.expect(f"{name} is declared", f"bpf_prog_{name}(void *ctx" in text, True)
    expect_status(common.tool(options, *build, "first,nothing"), 3, "[program-missing]", "nothing")
    events = compile_program(options, directory, "events")
    build_events = ("build", events, "--board", "cortex-m4", "-o", image, "--prog")
    expect_status(common.tool(options, *build_events, "with_packets,without_events"), 0)
    expect_status(common.tool(options, *build_events, "with_packets,without_packets"), 2, "[feature]", "without_packets")
    expect_status(common.tool(options, "verify", target, "--prog", "second,report"), 0)


def kfuncs(options, directory):
    """Functions and variables of the firmware are used by name; what is missing or of another type is told."""
    target = compile_program(options, directory, "kfunc")
    source = os.path.join(PROGRAMS, "kfunc.main.c")
    for board in ("cortex-m4", "riscv64", "native"):
        result = common.tool(options, "run", target, "--board", board, "--main", source, "--json")
        if result.returncode == 3 and "[tool-missing]" in result.stderr:
            print(f"{board}: no emulator, skipped")
            continue
        expect_status(result, 0)
        common.expect("r0", int(json.loads(result.stdout)["runs"][0]["r0"], 0), 65203)

    def variant(name, path, *changes):
        with open(path, encoding="utf-8") as text, open(f"{directory}/{name}", "w", encoding="utf-8") as out:
            changed = text.read().replace("../../", f"{PROGRAMS}/../../")
            for old, new in changes:
                common.expect(f"{old} is there", old in changed, True)
                changed = changed.replace(old, new)
            out.write(changed)
        return f"{directory}/{name}"

    build = ("build", target, "--board", "cortex-m4", "-o", f"{directory}/o.elf")
    wrong = variant("wrong.c", source, ("uint8_t factor", "uint32_t factor"))
    expect_status(common.tool(options, *build, "--main", wrong), 3, "conflicting types", "sensor_scale")
    wide = variant("wide.c", source, ("uint32_t sensor_scans", "uint64_t sensor_scans"))
    expect_status(common.tool(options, *build, "--main", wide), 3, "[link]", "8 bytes in the firmware, 4 in the program")
    expect_status(common.tool(options, *build), 2, "[extern]", "'sensor_read'", "int32_t sensor_read(uint32_t, struct")
    # the weak ones: without --ksym their code is not looked at, with it the image needs them
    for weak in ("sensor_extra", "sensor_offset"):
        expect_status(common.tool(options, *build, "--main", source, "--ksym", weak), 2, "[extern]", f"'{weak}'",
                      f"define it in '{source}'")
    program = os.path.join(PROGRAMS, "kfunc.bpf.c")
    writes = variant("writes.bpf.c", program, ("extern const __u32", "extern __u32"), ("return 1;", "return sensor_scans = 1;"))
    expect_status(common.tool(options, "verify", writes), 1, "[read-only]", "'sensor_scans'")
    beyond = variant("beyond.bpf.c", program, ("1000 * sensor_scans", "((const __u32 *)&sensor_scans)[1]"))
    expect_status(common.tool(options, "verify", beyond), 1, "[out-of-bounds]", "'sensor_scans'")


def settings(options, directory):
    """Kconfig values come from --set; a type that the firmware lays out otherwise from --btf."""
    target = compile_program(options, directory, "settings")
    context = "hex:0700000003000000"
    run = ("run", target, "--prog", "settings", "--board", "native", "--ctx", context, "--json")
    expect_status(common.tool(options, *run), 2, "[extern]", "CONFIG_SCALE")

    def result_of(*more):
        result = common.tool(options, *run, "--set", "CONFIG_SCALE=100", *more)
        expect_status(result, 0)
        return int(json.loads(result.stdout)["runs"][0]["r0"], 0)

    common.expect("the program's own layout", result_of(), 7 * 100)
    common.expect("a weak setting", result_of("--set", "CONFIG_FAST=y"), 7)
    firmware = compile_program(options, directory, "settings_types")
    common.expect("the firmware's layout", result_of("--btf", firmware), 3 * 100)
    expect_status(common.tool(options, "verify", target, "--set", "CONFIG_SCALE=1", "--btf", firmware), 2,
                  "'settings.gone' does not exist in the target")


def of_process(pid, name):
    """A file of /proc/PID; empty when the process is gone, before or while it is read."""
    try:
        return read(f"/proc/{pid}/{name}")
    except (FileNotFoundError, ProcessLookupError):
        return b""


def descendants(pid):
    """Processes that `pid` started, directly or not."""
    children = [int(word) for word in of_process(pid, f"task/{pid}/children").split()]
    return children + [one for child in children for one in descendants(child)]


def alive(pid):
    """Is there such a process, and is it more than a zombie?"""
    stat = of_process(pid, "stat")
    return bool(stat) and stat.rsplit(b")", 1)[1].split()[0] != b"Z"


def wait_until(what, condition):
    """Fails when the condition does not become true."""
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    raise common.Failure(what)


def signals(options, directory):
    """However the tool ends, its work directories and the emulator go with it."""
    common.skip_without_emulator("cortex-m4")
    target = compile_program(options, directory, "loops_for_ever")
    os.mkdir(f"{directory}/tmp")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        process = subprocess.Popen([options.barebpf, "run", target, "--board", "cortex-m4", "--unverified", "--ctx-size",
                                    "8"], env={**os.environ, "TMPDIR": f"{directory}/tmp"}, stderr=subprocess.DEVNULL)
        found = []

        def emulator_runs(pid=process.pid, found=found):
            found[:] = [one for one in descendants(pid) if b"qemu-system" in of_process(one, "cmdline")]
            return found
        wait_until("the emulator did not start", emulator_runs)
        if not os.listdir(f"{directory}/tmp"):
            raise common.Failure("there is no work directory to be removed")
        started = descendants(process.pid)
        process.send_signal(number)
        common.expect("status", process.wait(timeout=20), -number)
        wait_until(f"{number.name}: work directories are left", lambda: not os.listdir(f"{directory}/tmp"))
        wait_until(f"{number.name}: processes are left", lambda pids=started: not any(map(alive, pids)))


def truncated_image(options, directory):
    """An image that is cut short has no size."""
    target = compile_program(options, directory, "plain")
    image = f"{directory}/image.elf"
    expect_status(common.tool(options, "build", target, "--board", "cortex-m4", "-o", image), 0)
    expect_status(common.tool(options, "size", image), 0)
    whole = os.path.getsize(image)
    for bytes_left in (whole - 1, whole // 2, 60):
        os.truncate(image, bytes_left)
        result = common.tool(options, "size", image)
        expect_status(result, 3, "[elf-truncated]")
        common.expect("stdout", result.stdout, "")


def run_writes_the_image(options, directory):
    """run -o leaves the image there; an image is not written a second time."""
    common.skip_without_emulator("cortex-m4")
    target = compile_program(options, directory, "plain")
    image = f"{directory}/here.elf"
    expect_status(common.tool(options, "run", target, "--board", "cortex-m4", "-o", image), 0)
    expect_status(common.tool(options, "run", image), 0)
    expect_status(common.tool(options, "run", image, "-o", f"{directory}/again.elf"), 3, "-o")
    with open(f"{directory}/context", "wb") as file:
        file.write(b"1234")
    expect_status(common.tool(options, "run", target, "--ctx", f"{directory}/context", "-o", f"{directory}/context"), 3,
                  "one of the inputs")
    common.expect("context", read(f"{directory}/context"), b"1234")


def context_larger_than_ram(options, directory):
    """Neither a context larger than the RAM nor one larger than what maps and stack leave is built."""
    target = compile_program(options, directory, "bytes")
    for size in ("999999999", "16000"):
        expect_status(common.tool(options, "build", target, "--board", "microbit", "-o", f"{directory}/image.elf",
                                  "--ctx-size", size), 2, "[does-not-fit]", "context")
        common.expect("image", os.path.exists(f"{directory}/image.elf"), False)


def context_size(options, directory):
    """r2 is the size that was verified, whatever the caller says; NAME.skel.h tells the caller."""
    target = compile_program(options, directory, "context_size")
    expect_status(common.tool(options, "build", target, "--board", "cortex-m4", "-o", f"{directory}/image.elf",
                              "--ctx-size", "24", "--emit", "ll,skel"), 0)
    if b"ret i64 24" not in read(f"{directory}/image.ll"):
        raise common.Failure("r2 is not the constant 24")
    if b"at least 24 bytes" not in read(f"{directory}/image.skel.h"):
        raise common.Failure("the skeleton does not say how large the context must be")


def verify_tells_of_every_object(options, directory):
    """verify --json has an element for an object that cannot be loaded; status and stderr tell of it."""
    good = compile_program(options, directory, "plain")
    bad = os.path.join(directory, "bad.o")
    with open(bad, "wb") as file:
        file.write(b"no object")
    result = common.tool(options, "verify", good, bad, "--json")
    expect_status(result, 3, "bad.o", "[elf-not]")
    first, second = json.loads(result.stdout)
    common.expect("verdict", first["verdict"], "accept")
    common.expect("element", {name: second[name] for name in ("object", "program", "section", "verdict")},
                  {"object": bad, "program": None, "section": None, "verdict": "unsupported"})
    common.expect("error", second["error"]["id"], "elf-not")


def messages(options, directory):
    """What is wrong is said as it is, and nothing waits for ever."""
    os.mkfifo(f"{directory}/pipe.o")
    target = compile_program(options, directory, "plain")
    messages_target = compile_program(options, directory, "messages")
    build = ("--board", "cortex-m4", "-o", f"{directory}/image.elf")
    calls = [
        (("verify", directory), 3, "it is a directory"),
        (("verify", f"{directory}/pipe.o"), 3, "not a regular file"),
        (("run", f"{directory}/pipe.o"), 3, "not a regular file"),
        (("verify", "/dev/null"), 3, "not a regular file"),
        (("verify", f"{directory}/nothing.o"), 3, "there is no file"),
        (("build", target, *build, "--max-flash", "64k"), 0, ""),
        (("build", target, *build, "--max-ram", "200"), 2, "the machine stack takes"),
        (("build", target, *build, "--max-flash", "100"), 2, "program 'plain' takes"),
        (("build", target, *build, "--max-stack", "100"), 2, "program 'plain' takes"),
        (("build", target, *build, "--max-stack", "2k"), 0, ""),
        (("build", target, *build, "--max-insns", "1"), 2, "a run of program 'plain' may execute"),
        (("build", target, *build, "--max-insns", "100"), 0, ""),
        (("build", target, *build, "--max-machine-insns", "1"), 2, "a run of program 'plain' may execute"),
        (("build", target, *build, "--max-machine-insns", "100"), 0, ""),
        (("build", messages_target, *build, "--max-machine-insns", "1m"), 2, "has no bound of machine instructions"),
        (("build", messages_target, *build, "--max-machine-insns", "1m"), 2, "a loop without a known bound in '"),
    ]
    for call, status, text in calls:
        expect_status(common.tool(options, *call), status, text)
    unknown = common.tool(options, "build", "--nope", target)
    expect_status(unknown, 3, "unknown option '--nope'", "barebpf build --help")
    if "--map" in unknown.stderr or "--prog" in unknown.stderr:
        raise common.Failure("a name that is not near is suggested")
    expect_status(common.tool(options, "build", "--borad", "x"), 3, "--board")
    expect_status(common.tool(options, "stats", target), 3, "unknown command 'stats'")


def stat_compares(options, directory):
    """A table of costs as CSV, and what changed between two."""
    target = compile_program(options, directory, "plain")
    table = common.tool(options, "stat", target, "--board", "cortex-m4", "-o", "csv")
    expect_status(table, 0)
    head, line = table.stdout.splitlines()
    row = dict(zip(head.split(","), line.split(",")))
    common.expect("verdict", row["verdict"], "success")
    for column in ("total_insns", "prog_size", "max_insns", "flash_bytes", "ram_bytes"):
        if int(row[column]) <= 0:
            raise common.Failure(f"{column} is {row[column]}")
    for name, text in (("a", table.stdout), ("b", table.stdout.replace(",success,", ",failure,"))):
        with open(f"{directory}/{name}.csv", "w", encoding="ascii") as file:
            file.write(text)
    same = common.tool(options, "stat", "-C", f"{directory}/a.csv", f"{directory}/a.csv")
    common.expect("same", same.stdout, "1 programs, 0 changed\n")
    changed = common.tool(options, "stat", "-C", f"{directory}/a.csv", f"{directory}/b.csv")
    if "success -> failure" not in changed.stdout or "1 changed" not in changed.stdout:
        raise common.Failure(changed.stdout)
    expect_status(common.tool(options, "stat", "-C", f"{directory}/a.csv"), 3, "-C compares two files")
    expect_status(common.tool(options, "stat", "-C", target, target), 3, "is no table")


def invariant_is_checked(options, directory):
    """What --invariant wrote passes --check; a changed number, a dropped node and another object do not."""
    target = compile_program(options, directory, "two_maps")
    other = compile_program(options, directory, "plain")
    file = f"{directory}/invariant"
    expect_status(common.tool(options, "verify", target, "--invariant", file), 0)
    expect_status(common.tool(options, "verify", target, "--check", file), 0)
    expect_status(common.tool(options, "verify", other, "--check", file), 1, "holds no invariant")
    text = read(file).decode("ascii")
    for broken in (text.replace("reg 1 8 ", "reg 1 2 ", 1), text.rsplit("\nnode ", 1)[0], text.replace("root", "toor")):
        with open(file, "w", encoding="ascii") as out:
            out.write(broken)
        expect_status(common.tool(options, "verify", target, "--check", file), 1, "[check-failed]")


def make_with_space(_, directory):
    """make says that it cannot handle a space, and what can."""
    result = subprocess.run(["make", "-n", "-C", common.ROOT, "BOARD=cortex-m4", f"PROG={directory}/a b.bpf.o"],
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if result.returncode == 0 or "cannot handle the space" not in result.stderr:
        raise common.Failure(result.stderr)


def cached_build(options, directory, target, name, **environment):
    """The bytes of an image built with $BAREBPF_CACHE in the directory."""
    image = os.path.join(directory, f"{name}.elf")
    subprocess.run([options.barebpf, "build", target, "--board", "cortex-m4", "-o", image], check=True,
                   stdout=subprocess.DEVNULL,
                   env={**os.environ, "BAREBPF_CACHE": os.path.join(directory, "cache"), **environment})
    with open(image, "rb") as file:
        return file.read()


def cache(options, directory):
    """Kept parts give the same image as fresh ones; a damaged entry and a changed header are noticed."""
    target, entries = compile_program(options, directory, "two_maps"), os.path.join(directory, "cache")
    fresh = cached_build(options, directory, target, "fresh", BAREBPF_CACHE="off")
    common.expect("entries without a cache", os.path.exists(entries), False)
    common.expect("first image", cached_build(options, directory, target, "first") == fresh, True)
    kept = sorted(os.listdir(entries))
    if len(kept) < 5:
        raise common.Failure(f"only {kept} was kept")
    for name in kept:
        with open(os.path.join(entries, name), "r+b") as file:
            file.seek(60)
            file.write(b"damaged")
    common.expect("image after damage", cached_build(options, directory, target, "damaged") == fresh, True)
    common.expect("second image", cached_build(options, directory, target, "second") == fresh, True)
    common.expect("entries", sorted(os.listdir(entries)), kept)
    home = os.path.join(directory, "home")
    for part in ("boards", "helpers-template", "linker-scripts"):
        shutil.copytree(os.path.join(common.ROOT, part), os.path.join(home, part))
    before = cached_build(options, directory, target, "before", BAREBPF_HOME=home)
    header = os.path.join(home, "helpers-template", "include", "barebpf", "run.h")
    with open(header, "r+", encoding="utf-8") as file:
        text = file.read().replace("BAREBPF_RUN_VERSION 2u", "BAREBPF_RUN_VERSION 99u")
        file.seek(0)
        file.write(text)
    changed = cached_build(options, directory, target, "changed", BAREBPF_HOME=home)
    common.expect("a changed header changes the image", changed != before, True)


def code_generator_crashes(options, directory):
    """LLVM's own crash becomes one message, with nothing left behind; another level helps. Where this LLVM makes code of
    it, there is nothing to see."""
    target = compile_program(options, directory, "codegen")
    environment = dict(os.environ, TMPDIR=directory)
    before = sorted(os.listdir(directory))
    command = [options.barebpf, "build", target, "--board", "x86_64", "--unverified", "-o", f"{directory}/out.elf"]
    result = subprocess.run([*command, "-O2"], stderr=subprocess.PIPE, text=True, env=environment, check=False)
    if result.returncode == 0:
        print("SKIPPED: this LLVM does not crash")
        sys.exit(common.SKIPPED)
    expect_status(result, 70, "crashed at -O2 on function 'bpf_prog_codegen' [code-generator]", "try    another level", "-O s")
    common.expect("lines", len(result.stderr.splitlines()), 5)
    for _ in range(50):
        if sorted(os.listdir(directory)) == before:
            break
        time.sleep(0.1)
    common.expect("files", sorted(os.listdir(directory)), before)
    expect_status(subprocess.run([*command, "-Os"], stderr=subprocess.PIPE, text=True, check=False), 0)


# The firmware's struct sensor, its bytes, and what core.bpf.c makes of them: channel, level, scale + existence of `trim`.
LAYOUTS = {
    "unsigned channel; int level; struct { unsigned char scale; } range;": ("05000000" "fdffffff" "07000000", 5 * 1000 - 3 + 7),
    "unsigned trim; struct { short pad, scale; } range; unsigned id : 4, channel : 9; short level;":
        ("00000000" "0000" "0a00" "c31f" "fcff", 508 * 1000 - 4 + 10 + 100000),
}


def two_layouts(options, directory):
    """One object, compiled once, runs right against two firmwares whose struct differs: order, widths, bits."""
    common.skip_without_emulator("cortex-m4")
    target = compile_program(options, directory, "core")
    for i, (members, (context, result)) in enumerate(LAYOUTS.items()):
        source = os.path.join(directory, f"types{i}.bpf.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write(f"struct sensor {{ {members} }} sensor;\n")
        common.compile_bpf(options, source, f"{directory}/types{i}.o")
        run = common.tool(options, "run", target, "--board", "cortex-m4", "--ctx", f"hex:{context}", "--json", "--btf",
                          f"{directory}/types{i}.o")
        expect_status(run, 0)
        common.expect(f"result with layout {i}", int(json.loads(run.stdout)["runs"][0]["r0"], 0), result)


CASES = {case.__name__: case for case in (
    stale_stubs, edited_stubs, stale_context, output_through_link, output_to_fifo, output_is_directory, output_is_input,
    several_objects, several_programs, capacities, kfuncs, settings, signals, truncated_image, context_size,
    run_writes_the_image, context_larger_than_ram, verify_tells_of_every_object, stat_compares, invariant_is_checked, messages, make_with_space,
    cache, code_generator_crashes, two_layouts)}


def main():
    parser = common.parser(__doc__)
    parser.add_argument("case", choices=sorted(CASES))
    options = parser.parse_args()
    return common.main(CASES[options.case], options)


if __name__ == "__main__":
    sys.exit(main())
