"""Whether a process failed because an address is taken, and which ports it may have wanted."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hotrun.core.spec import Process

_TAKEN = re.compile(r"address already in use|EADDRINUSE", re.IGNORECASE)
_PORT = re.compile(r":(\d{2,5})\b")


def taken_ports(lines: Iterable[str]) -> tuple[int, ...] | None:
    """The ports that these lines say are taken; None where they say nothing of the kind."""
    found = [line for line in lines if _TAKEN.search(line)]
    return tuple(int(port) for line in found for port in _PORT.findall(line)) if found else None


def ports_of(process: Process, port: int | None) -> tuple[int, ...]:
    """The ports that a process is configured to use; `port` is what stands for {port}."""
    texts = [process.ready.target, *process.listen, f":{process.program.env.get('PORT', '')}", f":{port or ''}"]
    return tuple({int(found): None for text in texts for found in _PORT.findall(text)})
