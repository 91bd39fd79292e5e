"""The inbox of a session: everything that happens, in the order in which it happened."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from hotrun.core.model.inputs import Input


class Inbox:
    """`post` adds an input; soon after, and once for all that were posted meanwhile, `drain` is due."""

    def __init__(self, wake: Callable[[], None]) -> None:
        """`wake` is called in the loop when there are inputs to drain."""
        self._wake = wake
        self._inputs: deque[Input] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_awake = False  # `wake` is due, or the inbox is being drained

    def attach(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Wake in this loop from now on. Without one, inputs wait for the next `drain`."""
        self._loop = loop

    def post(self, input: Input, *, first: bool = False) -> None:
        """Add an input, `first`: before all that wait. The poster is never called back before `post` returns.

        Call it in the thread of the loop.
        """
        if first:
            self._inputs.appendleft(input)
        else:
            self._inputs.append(input)
        if self._loop is not None and not self._is_awake:
            self._is_awake = True
            self._loop.call_soon(self._on_wake)

    def drain(self) -> Iterator[Input]:
        """Remove and return one input after the other, also those that are posted meanwhile."""
        self._is_awake = True
        try:
            while self._inputs:
                yield self._inputs.popleft()
        finally:
            self._is_awake = False

    def _on_wake(self) -> None:
        self._is_awake = False
        self._wake()
