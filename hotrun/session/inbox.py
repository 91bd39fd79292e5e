"""The queue of inputs of a session, in the order in which they arrive."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from hotrun.core.model.inputs import Input


class Inbox:
    """Collects inputs with `post`. Inputs that are posted together cause one call of `wake`, which drains them."""

    def __init__(self, wake: Callable[[], None]) -> None:
        """`wake` is called in the loop when there are inputs to drain."""
        self._wake = wake
        self._inputs: deque[Input] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_awake = False  # `wake` is scheduled, or the inbox is being drained

    def attach(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Call `wake` in this loop from now on. Without a loop, inputs wait for the next `drain`."""
        self._loop = loop

    def post(self, input: Input, *, first: bool = False) -> None:
        """Add an input; with `first`, at the front. `wake` is never called before `post` returns.

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
        """Remove and yield all inputs, including those that are posted meanwhile."""
        self._is_awake = True
        try:
            while self._inputs:
                yield self._inputs.popleft()
        finally:
            self._is_awake = False

    def _on_wake(self) -> None:
        self._is_awake = False
        self._wake()
