"""The events of a hotrun with `--ui json`, each with its time of arrival."""

from __future__ import annotations

import os
import select
import time
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import msgspec

_SAID_LINES = 20


class Arrival(NamedTuple):
    """`ns`: CLOCK_MONOTONIC when it was read."""

    ns: int
    event: dict[str, Any]


class Stream:
    """The read end of the named pipe `path`, to which a Started writes if it is its `output`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rest = b""
        self._waiting: deque[Arrival] = deque()
        self._other: deque[str] = deque(maxlen=_SAID_LINES)
        os.mkfifo(path)
        # Also open for writing, so that the pipe never reaches its end and no writer blocks.
        self._fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)
        self.path.unlink()

    def wait_for(self, type: str, timeout_s: float, **fields: object) -> Arrival:
        """The next event of this type with these values. Earlier ones are dropped. Raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        while True:
            while self._waiting:
                arrival = self._waiting.popleft()
                event = arrival.event
                if event["type"] == type and all(event.get(name) == value for name, value in fields.items()):
                    return arrival
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise TimeoutError(f"no event {type} within {timeout_s:g} s\n" + "\n".join(self._other))
            self._read(left_s)

    def _read(self, timeout_s: float) -> None:
        if not select.select([self._fd], [], [], timeout_s)[0]:
            return
        *lines, self._rest = (self._rest + os.read(self._fd, 65_536)).split(b"\n")
        now_ns = time.monotonic_ns()
        for line in lines:
            self._other.append(line.decode("utf-8", "replace"))
            if line.startswith(b"{"):
                self._waiting.append(Arrival(now_ns, msgspec.json.decode(line)))
