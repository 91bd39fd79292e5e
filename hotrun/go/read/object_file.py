"""What an object file holds, whatever its format: symbols, sections, bytes at an address. Nothing is read here.

Every number in a file is taken for hostile: a place outside of the file raises Malformed, and constants bound the work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

# The largest tools known have some 400,000; a table of more is made to keep us busy.
MAX_SYMBOLS = 4_000_000
MAX_SECTIONS = 4096  # of a program or library that was linked; Go makes some 50
MAX_NAME = 4096
MAX_NAMES = 256 << 20  # characters of all names: a small table of long ones can be pointed into again and again


class Malformed(Exception):
    """The file is no object file that can be read; the text says why, as the end of a sentence."""


class Truncated(Malformed):
    """The file ends before what its own headers say is in it."""


class Section(msgspec.Struct, frozen=True):
    """A part of the file: `offset` and `size` in bytes. `address` is where it is loaded, 0 where it is not."""

    name: str
    address: int
    offset: int
    size: int


class Symbol(msgspec.Struct, frozen=True):
    """A name that the file defines. `is_exported`: the dynamic linker finds it. `size` in bytes, 0 where not told."""

    name: str
    address: int
    size: int
    is_exported: bool


class Object(msgspec.Struct, frozen=True):
    """An object file. `is_executable`: a program, which none can load. `machine`: as Go calls it, where Go does."""

    format: str
    machine: str
    is_executable: bool
    is_library: bool
    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...]
    data: bytes

    def section(self, ending: str) -> bytes | None:
        """The bytes of the first section whose name ends so; None where there is none."""
        for found in self.sections:
            if found.name.endswith(ending) and found.offset + found.size <= len(self.data):
                return self.data[found.offset : found.offset + found.size]
        return None

    def at(self, address: int, size: int) -> bytes | None:
        """`size` bytes that are loaded at `address`; None where the file has nothing for it."""
        for found in self.sections:
            if found.address and found.address <= address and address + size <= found.address + found.size:
                start = found.offset + address - found.address
                part = self.data[start : start + size]
                return part if len(part) == size else None
        return None


def symbols_of(names: bytes, entries: Iterable[tuple[int, int, int, bool]]) -> Iterator[Symbol]:
    """The symbols of a table: `entries` are the place of a name in `names`, address, size, whether it is exported."""
    length = 0
    for offset, address, size, is_exported in entries:
        name = name_at(names, offset)
        if name:
            length += len(name)
            if length > MAX_NAMES:
                raise Malformed("its symbols have too long names")
            yield Symbol(name, address, size, is_exported)


def name_at(table: bytes, offset: int) -> str | None:
    """The name that begins there and ends with a zero byte; None for one that is too long or not in the table."""
    end = table.find(b"\0", offset, offset + MAX_NAME)
    return None if end < 0 else table[offset:end].decode("utf-8", "replace")
