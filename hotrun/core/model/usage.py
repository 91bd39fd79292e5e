"""CPU and memory usage of a process."""

from __future__ import annotations

import msgspec


class Usage(msgspec.Struct, frozen=True):
    """The usage of a process tree: percent of one core, and resident bytes. Shared pages count for each process."""

    cpu_percent: float
    memory_bytes: int
