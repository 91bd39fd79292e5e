"""Read Mach-O (macOS): load commands, sections and LC_SYMTAB. Source: Apple's mach-o/loader.h and nlist.h.

Tested with handmade files, and with programs that Go cross-compiled for macOS. Not tested with a plugin from a Mac.
"""

from __future__ import annotations

import struct

import msgspec

from hotrun.go.read.object_file import (
    MAX_SECTIONS,
    MAX_SYMBOLS,
    Malformed,
    Object,
    Section,
    Symbol,
    Truncated,
    symbols_of,
)

MAGIC = b"\xcf\xfa\xed\xfe"  # 64 bits, little-endian: the only variant that Go writes
FAT_MAGIC = b"\xca\xfe\xba\xbe"
MH_EXECUTE, MH_DYLIB, MH_BUNDLE = 2, 6, 8
LC_SYMTAB, LC_SEGMENT_64 = 0x2, 0x19
S_ZEROFILL = 1
N_STAB, N_TYPE, N_UNDF, N_EXT = 0xE0, 0x0E, 0x0, 0x01
MACHINES = {0x01000007: "amd64", 0x0100000C: "arm64"}


def parse_macho(data: bytes) -> Object:
    """Parse `data`, a whole file. Raises Malformed, Truncated."""
    if len(data) < 32:
        raise Truncated("it ends within its first header")
    machine, _, kind, commands = struct.unpack_from("<IIII", data, 4)
    if kind not in (MH_EXECUTE, MH_DYLIB, MH_BUNDLE):
        raise Malformed("it is a Mach-O file, but neither a program nor a library")
    sections: list[Section] = []
    symbols: list[Symbol] = []
    at = 32
    if commands > MAX_SECTIONS:
        raise Malformed("it has too many load commands")
    for _ in range(commands):
        if at + 8 > len(data):
            raise Truncated("it ends within its load commands")
        command, size = struct.unpack_from("<II", data, at)
        if size < 8 or at + size > len(data):
            raise Truncated("it ends within its load commands")
        if command == LC_SEGMENT_64:
            sections += _sections(data, at, size)
        elif command == LC_SYMTAB and size >= 24 and not symbols:
            symbols = _symbols(data, *struct.unpack_from("<IIII", data, at + 8))
        at += size
    name = MACHINES.get(machine, f"machine {machine}")
    is_executable = kind == MH_EXECUTE
    return Object("Mach-O", name, is_executable, not is_executable, tuple(sections), tuple(symbols), data)


def _sections(data: bytes, at: int, size: int) -> list[Section]:
    if size < 72:
        raise Malformed("one of its segments is damaged")
    offset, length = struct.unpack_from("<QQ", data, at + 40)
    (count,) = struct.unpack_from("<I", data, at + 64)
    if offset + length > len(data):
        raise Truncated(f"it has {len(data)} bytes of at least {offset + length}")
    if count > MAX_SECTIONS or 72 + count * 80 > size:
        raise Malformed("one of its segments is damaged")
    found = []
    for number in range(count):
        name, _, address, bytes_, start = struct.unpack_from("<16s16sQQI", data, at + 72 + number * 80)
        (flags,) = struct.unpack_from("<I", data, at + 72 + number * 80 + 64)
        text = name.split(b"\0")[0].decode("utf-8", "replace")
        found.append(Section(text, address, start, 0 if flags & 0xFF == S_ZEROFILL else bytes_))
    return found


def _symbols(data: bytes, offset: int, count: int, names_at: int, names_size: int) -> list[Symbol]:
    if count > MAX_SYMBOLS:
        raise Malformed("it has too many symbols")
    if offset + count * 16 > len(data) or names_at + names_size > len(data):
        raise Truncated("it ends within its symbol table")
    entries = (
        (name, value, 0, bool(kind & N_EXT))
        for name, kind, _, _, value in struct.iter_unpack("<IBBHQ", data[offset : offset + count * 16])
        if not kind & N_STAB and kind & N_TYPE != N_UNDF
    )
    names = data[names_at : names_at + names_size]
    # The linker prefixes every name with an underscore.
    return [msgspec.structs.replace(found, name=found.name.removeprefix("_")) for found in symbols_of(names, entries)]
