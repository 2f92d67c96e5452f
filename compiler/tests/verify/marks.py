# SPDX-License-Identifier: Apache-2.0
"""The marks in FILE.bpf.c.

    return *n; /* error[null-deref] */     the line must be the place of this error; without any, a program must be
                                           accepted. error[*]: whatever the id
    for (…) /* rounds[4] */                a loop begins here, and 4 rounds at most in a run are proved
    /* later: why */                       right above a program: it does not do yet what its marks say; a visible work
                                           list. Accepting what is marked as an error is not "later": it always fails
    /* known: why */                       we accept what must be refused: a bug that somebody is at

A program is `PROGRAM(name)` or a C function with braces, or an invocation `FAMILY(name, ...)` at the start of a line:
then all of its instructions stand on its first line. `// flags: …` and `// verify: …` at the start of a line add
options of the compiler and of the verifier; `// kernel: why` says that the running Linux cannot judge the file.
"""
import collections
import os
import re

ERROR = re.compile(r"error\[([a-z0-9*-]+)\]")
ROUNDS = re.compile(r"rounds\[(\d+)\]")
NOTE = re.compile(r"/\* (later|known): (.*?) ?\*/", re.S)

Extent = collections.namedtuple("Extent", "name first last notes errors calls rounds")


def words(source, key):
    """The words behind `// key:` in the source."""
    return [word for line in re.findall(rf"^// {key}: (.*)$", source, re.M) for word in line.split()]


def invocation_end(lines, first):
    """The last line of an invocation that begins in line `first` (from 0), or None when a body follows."""
    depth = 0
    for number in range(first, len(lines)):
        code = re.sub(r'"(\\.|[^"\\])*"|/\*.*?\*/|//.*', '""', lines[number])
        for at, char in enumerate(code):
            depth += {"(": 1, ")": -1}.get(char, 0)
            if char == ")" and depth == 0:
                rest = code[at + 1:].replace('""', "").strip()
                following = lines[number + 1] if number + 1 < len(lines) else ""
                return None if rest == "{" or (not rest and following.startswith("{")) else number
    return None


def extents(source):
    """The functions and invocations of the source."""
    lines = source.splitlines()
    for first, line in enumerate(lines):
        family = re.match(r"[A-Z][A-Z0-9_]*\(\s*(\w+)", "\n".join(lines[first:first + 2]))
        plain = not line.startswith((" ", "#", "}", "/")) and not line.rstrip().endswith(";") \
            and re.match(r"[^(]*?\b(\w+)\([^()]*\)(?: /\*.*)?(?: \{)?(?: /\*.*)?$", re.sub(r"__attribute__\(\(.*?\)\) ?|SEC\(.*?\) ?", "", line))
        found = family or plain
        if not found:
            continue
        last = invocation_end(lines, first) if family else None
        whole = last is not None
        if not whole:
            last = next((n for n in range(first, len(lines)) if lines[n].startswith("}")), first)
        while whole and re.match(r"\s+\S", "".join(lines[last + 1:last + 2])):
            last += 1  # a comment that goes on
        text = lines[first:last + 1]
        above = first  # with the comment that stands right above
        while above > 0 and lines[above - 1].startswith(("/* ", " * ", "SEC(")) and above > first - 4:
            above -= 1
        noted = "\n".join(lines[above:last + 1])
        errors = {(first + 1 if whole else first + 1 + n, name) for n, part in enumerate(text) for name in ERROR.findall(part)}
        rounds = {(first + 1 + n, int(count)) for n, part in enumerate(text) for count in ROUNDS.findall(part)}
        notes = {kind: " ".join(why.split()) for kind, why in NOTE.findall(noted)}
        code = "\n".join(text).split("(", 1)[1]
        calls = {name for names in re.findall(r"\bcall (\w+)|\b(\w+)\(|&(\w+)", code) for name in names}
        yield Extent(found.group(1), first + 1, last + 1, notes, errors, calls, rounds)


def errors_of(extent, by_name):
    """The marks of a program and of the functions that it calls or hands over."""
    todo, seen, errors = [extent.name], set(), set()
    while todo:
        name = todo.pop()
        if name in seen or name not in by_name:
            continue
        errors |= by_name[name].errors
        seen.add(name)
        todo += by_name[name].calls
    return errors


def read(file):
    """A source's text."""
    with open(file, encoding="utf-8") as text:
        return text.read()


def object_of(source, directory):
    """Where the build puts the object of FILE.bpf.c."""
    return os.path.join(directory, os.path.basename(source)[:-2] + ".o")
