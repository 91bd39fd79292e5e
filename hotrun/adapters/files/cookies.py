"""Cookie files in a watched folder: when the event of one arrives, all earlier events have arrived, too."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterable

TIMEOUT_S = 2.0  # if no event arrives at all (a network file system), the following walk must do


class Cookies:
    """Writes cookies into `folder`. None: there is no place for them, and nothing is waited for."""

    def __init__(self, folder: str | None) -> None:
        self._folder = folder
        self._awaited: dict[str, asyncio.Event] = {}
        self._count = 0

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders to watch for them. A missing one is made again: `git clean -fdx` removes it."""
        if self._folder is None:
            return ()
        with contextlib.suppress(OSError):
            os.makedirs(self._folder, 0o700, exist_ok=True)
        return (self._folder,) if os.path.isdir(self._folder) else ()

    def seen(self, paths: Iterable[str]) -> None:
        """Take note of reported paths."""
        for path in self._awaited.keys() & set(paths):
            self._awaited[path].set()

    async def wait(self, delay_s: float = 0.0, written: Callable[[], None] = lambda: None) -> bool:
        """Write a cookie and wait for its event; False if it could not be written or its event did not arrive in time.

        `delay_s`: how long it may take because the folder is polled. `written` is called when the cookie exists.
        """
        if self._folder is None:
            return False
        self._count += 1
        path = os.path.join(self._folder, f"{os.getpid()}-{self._count}")
        arrived = self._awaited[path] = asyncio.Event()
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
            written()
            await asyncio.wait_for(arrived.wait(), TIMEOUT_S + delay_s)
        except (OSError, TimeoutError):
            return False
        finally:
            del self._awaited[path]
            with contextlib.suppress(OSError):
                os.remove(path)
        return True
