"""Read ELF (Linux, FreeBSD): headers, sections and both symbol tables. Source: System V ABI, chapters 4 and 5."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import msgspec

from hotrun.go.read.object_file import (
    MAX_SECTIONS,
    MAX_SYMBOLS,
    Malformed,
    Object,
    Section,
    Symbol,
    Truncated,
    name_at,
    symbols_of,
)

MAGIC = b"\x7fELF"
ET_EXEC, ET_DYN = 2, 3
PT_LOAD, PT_INTERP = 1, 3
SHT_NULL, SHT_SYMTAB, SHT_STRTAB, SHT_NOBITS, SHT_DYNSYM = 0, 2, 3, 8, 11
SHN_UNDEF = 0
STB_LOCAL = 0

# e_machine to GOARCH. Only 64 bits: Go plugins on 32 bits are rare.
MACHINES = {62: "amd64", 183: "arm64", 243: "riscv64", 258: "loong64", 22: "s390x", 21: "ppc64"}


class _Header(msgspec.Struct, frozen=True):
    order: str  # byte order, in the notation of struct
    type: int
    machine: int
    program_offset: int
    section_offset: int
    program_size: int
    programs: int
    section_size: int
    sections: int
    names: int


class _Raw(msgspec.Struct, frozen=True):
    """The fields of a section header that are used."""

    name: int
    type: int
    address: int
    offset: int
    size: int
    link: int
    entry: int


def parse_elf(data: bytes) -> Object:
    """Parse `data`, a whole file. Raises Malformed, Truncated."""
    header = _header(data)
    has_interpreter = _check_programs(data, header)
    raw = _sections(data, header)
    names = _table(data, raw, header.names)
    sections = tuple(
        Section(name_at(names, s.name) or "", s.address, s.offset, 0 if s.type == SHT_NOBITS else s.size)
        for s in raw
        if s.type != SHT_NULL
    )
    machine = MACHINES.get(header.machine, f"machine {header.machine}")
    if machine == "ppc64" and header.order == "<":
        machine = "ppc64le"
    is_executable = header.type == ET_EXEC or has_interpreter
    is_library = header.type == ET_DYN and not is_executable
    symbols = tuple(_symbols(data, header.order, raw))
    return Object("ELF", machine, is_executable, is_library, sections, symbols, data)


def _header(data: bytes) -> _Header:
    if len(data) < 64:
        raise Truncated("it ends within its first header")
    if data[4] != 2:
        raise Malformed("32-bit ELF files are not supported")
    if data[5] not in (1, 2):
        raise Malformed("its ELF header is damaged")
    order = "<" if data[5] == 1 else ">"
    kind, machine = struct.unpack_from(f"{order}HH", data, 0x10)
    program_offset, section_offset = struct.unpack_from(f"{order}QQ", data, 0x20)
    program_size, programs, section_size, sections, names = struct.unpack_from(f"{order}5H", data, 0x36)
    if kind not in (ET_EXEC, ET_DYN):
        raise Malformed("it is an ELF file, but neither a program nor a shared library")
    if (programs and program_size != 56) or (sections and section_size != 64):
        raise Malformed("its ELF header is damaged")
    return _Header(
        order, kind, machine, program_offset, section_offset, program_size, programs, section_size, sections, names
    )


def _check_programs(data: bytes, header: _Header) -> bool:
    """Whether the file names an interpreter, as programs do. Raises Truncated if a segment to load is incomplete."""
    has_interpreter = False
    for number in range(header.programs):
        at = header.program_offset + number * header.program_size
        if at + header.program_size > len(data):
            raise Truncated("it ends within its program headers")
        kind, _, offset, _, _, size = struct.unpack_from(f"{header.order}IIQQQQ", data, at)
        if kind == PT_LOAD and offset + size > len(data):
            raise Truncated(f"it has {len(data)} bytes of at least {offset + size}")
        has_interpreter |= kind == PT_INTERP
    return has_interpreter


def _sections(data: bytes, header: _Header) -> list[_Raw]:
    """The section headers. Empty if the section table was stripped."""
    if header.section_offset == 0:
        return []
    count = header.sections
    if count > MAX_SECTIONS:
        raise Malformed("it has too many sections")
    if header.section_offset + count * header.section_size > len(data):
        raise Truncated(f"it has {len(data)} bytes of at least {header.section_offset + count * header.section_size}")
    found = []
    for number in range(count):
        fields = struct.unpack_from(f"{header.order}IIQQQQIIQQ", data, header.section_offset + number * 64)
        name, kind, _, address, offset, size, link, _, _, entry = fields
        if kind not in (SHT_NULL, SHT_NOBITS) and offset + size > len(data):
            raise Truncated(f"it has {len(data)} bytes of at least {offset + size}")
        found.append(_Raw(name, kind, address, offset, size, link, entry))
    return found


def _table(data: bytes, raw: list[_Raw], number: int) -> bytes:
    """A string table. Empty if there are no sections."""
    if not raw:
        return b""
    if number >= len(raw) or raw[number].type != SHT_STRTAB:
        raise Malformed("its string table is not where it should be")
    return data[raw[number].offset : raw[number].offset + raw[number].size]


def _symbols(data: bytes, order: str, raw: list[_Raw]) -> Iterator[Symbol]:
    tables = [section for section in raw if section.type in (SHT_SYMTAB, SHT_DYNSYM)]
    if len({section.type for section in tables}) < len(tables):
        raise Malformed("it has two symbol tables of one type")
    for section in tables:
        if section.entry != 24:
            raise Malformed("its symbol table is damaged")
        if section.size // 24 > MAX_SYMBOLS:
            raise Malformed("it has too many symbols")
        is_dynamic = section.type == SHT_DYNSYM
        table = data[section.offset : section.offset + section.size // 24 * 24]
        entries = (
            (name, value, size, is_dynamic and kind >> 4 != STB_LOCAL)
            for name, kind, _, where, value, size in struct.iter_unpack(f"{order}IBBHQQ", table)
            if where != SHN_UNDEF
        )
        yield from symbols_of(_table(data, raw, section.link), entries)
