"""Mach-O, on handmade files that follow Apple's headers. No Mac has tested them."""

from __future__ import annotations

import random
import struct
from typing import get_args

from hotrun.go.read.artifact import Kind, artifact_of

DYLIB, EXECUTE = 6, 2
ARM64 = 0x0100000C


def macho(kind: int, names: list[str], values: list[bytes]) -> bytes:
    """A library or program with one section of `values`, whose addresses are the symbols `names`."""
    commands_size = 72 + 80 + 24
    start = 32 + commands_size
    content = b"".join(values)
    table, text, address = b"", b"\0", 0x4000
    for name, value in zip(names, values, strict=True):
        table += struct.pack("<IBBHQ", len(text), 0x0F, 1, 0, address)
        text += f"_{name}\0".encode()
        address += len(value)
    size = len(content)
    segment = struct.pack("<II16sQQQQIIII", 0x19, 152, b"__DATA", 0x4000, size, start, size, 7, 3, 1, 0)
    section = struct.pack("<16s16sQQIIIIIIII", b"__rodata", b"__DATA", 0x4000, size, start, *[0] * 7)
    symtab = struct.pack("<IIIIII", 2, 24, start + size, len(names), start + size + len(table), len(text))
    head = struct.pack("<IIIIIIII", 0xFEEDFACF, ARM64, 0, kind, 2, commands_size, 0, 0)
    return head + segment + section + symtab + content + table + text


NAMES = ["go:link.pkghashbytes.ex.test/app/plugin", "go:link.pkghashbytes.ex.test/shared"]
VALUES = [b"\x01" * 8, b"\x02" * 8]


def test_the_fingerprints_and_symbols_of_a_plugin_are_read() -> None:
    names = [*NAMES, "ex.test/app/plugin.main", "ex.test/app/plugin.Run"]
    found = artifact_of("p.so", macho(DYLIB, names, [*VALUES, b"m", b"r"]))
    assert (found.kind, found.machine, found.plugin_path) == ("plugin", "arm64", "ex.test/app/plugin")
    assert found.fingerprints == {"ex.test/app/plugin": "01" * 8, "ex.test/shared": "02" * 8}
    assert found.symbols == {"Run"}


def test_a_program_with_fingerprints_is_a_host() -> None:
    names = ["go:link.pkghashbytes.main", "go:link.pkghashbytes.ex.test/shared"]
    assert artifact_of("host", macho(EXECUTE, names, VALUES)).kind == "host"


def test_a_truncated_and_a_damaged_file_are_reported() -> None:
    whole = macho(DYLIB, NAMES, VALUES)
    for length in range(4, len(whole)):
        assert artifact_of("p.so", whole[:length]).kind in ("truncated", "damaged"), length
    rng = random.Random(1)
    for _ in range(5000):
        damaged = bytearray(whole)
        for _ in range(rng.choice([1, 2, 8])):
            damaged[rng.randrange(4, len(damaged))] = rng.choice([0, 0x7F, 0xFF, rng.randrange(256)])
        assert artifact_of("p.so", bytes(damaged)).kind in get_args(Kind)
