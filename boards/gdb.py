# SPDX-License-Identifier: Apache-2.0
"""gdb's commands for images of barebpf: programs, maps and what they hold. `barebpf debug` loads this file. What an image
says of itself, and the decoding of its maps, are the tool's; here its target's memory is read."""
import json
import os
import subprocess
import tempfile

import gdb

TOOL = os.environ.get("BAREBPF_TOOL", "barebpf")


def tool(*arguments):
    """What barebpf prints; its message as gdb's error when it fails."""
    try:
        run = subprocess.run([TOOL, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, check=False)
    except OSError as error:
        raise gdb.GdbError(f"{TOOL}: {error.strerror}; BAREBPF_TOOL can tell where the tool is") from error
    if run.returncode:
        raise gdb.GdbError(run.stderr.strip())
    return run.stdout


def image():
    """Path of the image that is debugged."""
    path = gdb.current_progspace().filename
    if not path:
        raise gdb.GdbError("no image is loaded: file IMAGE.elf")
    return path


def manifest():
    """What the image says of itself."""
    return json.loads(tool("inspect", "--json", image()))


def symbol_of(name):
    """The symbol of this name in the debug information; None when there is none."""
    return gdb.lookup_global_symbol(name) or gdb.lookup_static_symbol(name)


def variable(entry):
    """The map's C object; None when the image has none, as of a map that nothing uses."""
    symbol = symbol_of(f"bpf_map_{entry['symbol']}")
    value = symbol.value() if symbol else None
    return value if value is not None and int(value.address) else None  # what the linker dropped is described at 0


def table(head, rows):
    """Prints rows in columns."""
    lines = [[str(cell) for cell in line] for line in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths)).rstrip())


class Bpf(gdb.Command):
    """Programs and maps of a barebpf image."""

    def __init__(self):
        super().__init__("bpf", gdb.COMMAND_DATA, prefix=True)


class Progs(gdb.Command):
    """bpf progs: the programs, where they are, and what was proved of one call (BPF instructions, bytes of BPF stack)."""

    def __init__(self):
        super().__init__("bpf progs", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        rows = []
        for part in manifest()["parts"]:
            at = symbol_of(part["name"])
            place = f"{at.symtab.filename}:{at.line}" if at else "-"
            rows.append((part["name"], part["section"], part["max_insns"], part["stack_bytes"], place))
        table(("program", "section", "insns", "stack", "place"), rows)


class Maps(gdb.Command):
    """bpf maps: the maps, their types, sizes and addresses."""

    def __init__(self):
        super().__init__("bpf maps", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        rows = []
        for entry in manifest()["maps"]:
            value = variable(entry)
            address = hex(int(value.address)) if value is not None else "-"
            rows.append((entry["name"], entry.get("type_name", entry["type"]), entry["key_bytes"], entry["value_bytes"],
                         entry["entries"], address))
        table(("map", "type", "key", "value", "entries", "address"), rows)


class Map(gdb.Command):
    """bpf map NAME...: the entries of these maps, typed, out of the target's memory."""

    def __init__(self):
        super().__init__("bpf map", gdb.COMMAND_DATA)

    def complete(self, text, word):
        return [entry["name"] for entry in manifest()["maps"] if entry["name"].startswith(word or "")]

    def invoke(self, argument, from_tty):
        names, maps = gdb.string_to_argv(argument), {entry["name"]: entry for entry in manifest()["maps"]}
        for name in names or maps:
            value = variable(maps[name]) if name in maps else None
            if name in maps and value is None and "slots" not in maps[name]:
                raise gdb.GdbError(f"map '{name}' has no memory in this image")
            with tempfile.NamedTemporaryFile() as file:
                address = int(value.address) if value is not None else 0
                if value is not None:
                    file.write(gdb.selected_inferior().read_memory(address, value.type.sizeof))
                file.flush()
                print(tool("map", "dump", image(), name, "--memory", f"{file.name}@{address:#x}"), end="")


for command in (Bpf, Progs, Maps, Map):
    command()
