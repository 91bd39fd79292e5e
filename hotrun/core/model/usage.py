"""What a process costs, as a view shows it."""

from __future__ import annotations

import msgspec


class Usage(msgspec.Struct, frozen=True):
    """Of a process and all below it: percents of one core, resident bytes; a page that is shared counts for each."""

    cpu_percent: float
    memory_bytes: int
