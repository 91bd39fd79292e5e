"""The contents of an object file in any format: symbols, sections, bytes at an address. This module reads no files.

Every number in a file may be hostile. An offset outside of the file raises Malformed, and constants limit the work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

# The largest known tools have some 400,000. A larger table than this is an attack.
MAX_SYMBOLS = 4_000_000
MAX_SECTIONS = 4096  # Go writes some 50 into a program or library
MAX_NAME = 4096
MAX_NAMES = 256 << 20  # characters of all names: many symbols can share a few long names


class Malformed(Exception):
    """The file is not a valid object file. The message says why, as the end of a sentence."""


class Truncated(Malformed):
    """The file is shorter than its headers say."""


class Section(msgspec.Struct, frozen=True):
    """A part of the file: `offset` and `size` in bytes. `address`: where it is loaded, 0 if it is not."""

    name: str
    address: int
    offset: int
    size: int


class Symbol(msgspec.Struct, frozen=True):
    """A name that the file defines. `is_exported`: the dynamic linker finds it. `size` in bytes, 0 if unknown."""

    name: str
    address: int
    size: int
    is_exported: bool


class Object(msgspec.Struct, frozen=True):
    """An object file. `is_executable`: a program, not a library. `machine`: Go's name for it, if Go has one."""

    format: str
    machine: str
    is_executable: bool
    is_library: bool
    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...]
    data: bytes

    def section(self, ending: str) -> bytes | None:
        """The bytes of the first section whose name ends with `ending`, or None."""
        for found in self.sections:
            if found.name.endswith(ending) and found.offset + found.size <= len(self.data):
                return self.data[found.offset : found.offset + found.size]
        return None

    def at(self, address: int, size: int) -> bytes | None:
        """The `size` bytes loaded at `address`, or None if the file does not contain them."""
        for found in self.sections:
            if found.address and found.address <= address and address + size <= found.address + found.size:
                start = found.offset + address - found.address
                part = self.data[start : start + size]
                return part if len(part) == size else None
        return None


def symbols_of(names: bytes, entries: Iterable[tuple[int, int, int, bool]]) -> Iterator[Symbol]:
    """The symbols of a table. `entries`: offset of the name in `names`, address, size, whether it is exported."""
    length = 0
    for offset, address, size, is_exported in entries:
        name = name_at(names, offset)
        if name:
            length += len(name)
            if length > MAX_NAMES:
                raise Malformed("its symbol names are too long")
            yield Symbol(name, address, size, is_exported)


def name_at(table: bytes, offset: int) -> str | None:
    """The zero-terminated name at `offset`. None if it is too long or not in the table."""
    end = table.find(b"\0", offset, offset + MAX_NAME)
    return None if end < 0 else table[offset:end].decode("utf-8", "replace")
