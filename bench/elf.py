# SPDX-License-Identifier: Apache-2.0
"""What a function of a relocatable 32-bit ELF object needs: the bytes of all sections that it reaches by relocations.
Source: the System V ABI, chapters 4 and 5 (object files)."""
import collections
import struct

SHT_SYMTAB, SHT_NOBITS, SHT_RELA, SHT_REL = 2, 8, 4, 9
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR = 1, 2, 4
SHN_LORESERVE = 0xff00

Section = collections.namedtuple("Section", "name type flags offset size link info entry_size")
Symbol = collections.namedtuple("Symbol", "name section")


def text_at(data, start):
    """The NUL-terminated name at an offset."""
    return data[start:data.index(b"\0", start)].decode()


def read_sections(data):
    """All section headers, with names."""
    table, = struct.unpack_from("<I", data, 32)
    size, count, names = struct.unpack_from("<HHH", data, 46)
    raw = [struct.unpack_from("<10I", data, table + i * size) for i in range(count)]
    return [Section(text_at(data, raw[names][4] + s[0]), s[1], s[2], s[4], s[5], s[6], s[7], s[9]) for s in raw]


def read_symbols(data, sections):
    """The symbol table."""
    table = next(s for s in sections if s.type == SHT_SYMTAB)
    names = sections[table.link].offset
    result = []
    for at in range(table.offset, table.offset + table.size, 16):
        name, _, _, _, _, section = struct.unpack_from("<IIIBBH", data, at)
        result.append(Symbol(text_at(data, names + name), section))
    return result


def read_edges(data, sections, symbols):
    """For each section the sections that its relocations name."""
    edges = collections.defaultdict(set)
    for section in sections:
        if section.type not in (SHT_REL, SHT_RELA):
            continue
        for at in range(section.offset, section.offset + section.size, section.entry_size):
            info, = struct.unpack_from("<I", data, at + 4)
            target = symbols[info >> 8].section
            if 0 < target < SHN_LORESERVE:
                edges[section.info].add(target)
    return edges


def needs(path, function):
    """Bytes of {"text", "rodata", "ram"} that `function` reaches in the object at `path`."""
    with open(path, "rb") as file:
        data = file.read()
    sections = read_sections(data)
    symbols = read_symbols(data, sections)
    edges = read_edges(data, sections, symbols)
    reached, waiting = set(), [next(s.section for s in symbols if s.name == function)]
    while waiting:
        section = waiting.pop()
        if section not in reached:
            reached.add(section)
            waiting.extend(edges[section])
    result = {"text": 0, "rodata": 0, "ram": 0}
    for section in (sections[i] for i in reached):
        kind = "text" if section.flags & SHF_EXECINSTR else "ram" if section.flags & SHF_WRITE else "rodata"
        if section.flags & SHF_ALLOC:
            result[kind] += section.size
    return result
