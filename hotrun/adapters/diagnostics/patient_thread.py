"""A thread for work that may wait for a disk that does not answer. Nobody waits for it longer than MAX_WAIT_S."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    import asyncio

MAX_WAIT_S = 3.0

T = TypeVar("T")


class _Batch(Generic[T]):
    """Items for one function, which is called with one after the other."""

    def __init__(
        self,
        owner: object,
        function: Callable[[T], T],
        items: Sequence[T],
        then: Callable[[list[T]], None],
        due_s: float,
    ) -> None:
        self.owner = owner
        self.function = function
        self.items = items
        self.then = then
        self.due_s = due_s
        self.results: list[T] = []
        self.error: Exception | None = None
        self.is_done = False  # the thread has finished with it
        self.is_over = False  # nobody waits for it any more

    def run(self) -> None:
        """Call the function with each item, in the thread."""
        try:
            for item in self.items:
                if self.is_over:
                    break
                self.results.append(self.function(item))
        except Exception as error:  # raised again, in the loop
            self.error = error
        self.is_done = True


class PatientThread:
    """Works off batches in their order, and answers in the loop. A thread that hangs does not keep hotrun from exiting.

    While the thread hangs, new batches are answered at once, without results.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: queue.SimpleQueue[_Batch[object]] = queue.SimpleQueue()
        self._waiting: deque[_Batch[object]] = deque()
        self._hung: _Batch[object] | None = None
        self._timer: asyncio.TimerHandle | None = None
        # Not in the loop's executor: asyncio.run waits for its threads.
        threading.Thread(target=self._work, name="hotrun-places", daemon=True).start()

    def map(
        self, owner: object, function: Callable[[T], T], items: Sequence[T], then: Callable[[list[T]], None]
    ) -> None:
        """Call `function` with each of `items` in the thread, then `then` in the loop with the results.

        If it takes too long, the last results are missing. Batches are answered in their order.
        """
        if self._hung is not None and not self._hung.is_done:
            then([])
            return
        self._hung = None
        batch = _Batch(owner, function, items, then, self._loop.time() + MAX_WAIT_S)
        self._waiting.append(batch)  # type: ignore[arg-type]  # what is in a batch fits together
        self._queue.put(batch)  # type: ignore[arg-type]
        if self._timer is None:
            self._timer = self._loop.call_at(batch.due_s, self._on_late)

    def give_up(self, owner: object) -> None:
        """Stop waiting for the batches of this owner."""
        for batch in [batch for batch in self._waiting if batch.owner == owner]:
            self._waiting.remove(batch)
            self._end(batch)

    def close(self) -> None:
        """Answer nothing any more."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _work(self) -> None:
        while True:
            self._queue.get().run()
            with contextlib.suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._on_done)

    def _on_done(self) -> None:
        while self._waiting and self._waiting[0].is_done:
            self._end(self._waiting.popleft())

    def _on_late(self) -> None:
        self._timer = None
        self._on_done()
        now = self._loop.time()
        if self._waiting and self._waiting[0].due_s <= now:
            self._hung = self._waiting[0]
            while self._waiting:  # the thread does not begin what is queued behind it
                self._end(self._waiting.popleft())
        if self._waiting:
            self._timer = self._loop.call_at(self._waiting[0].due_s, self._on_late)

    def _end(self, batch: _Batch[object]) -> None:
        batch.is_over = True
        if batch.error is not None:
            raise batch.error
        batch.then(batch.results[:])
