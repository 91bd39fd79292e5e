"""Finds the processes that listen on a port, in a thread, for the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hotrun.core.model.inputs import Input, PortOwnersFound

if TYPE_CHECKING:
    import asyncio

    from hotrun.adapters.sockets.listening import ListeningProcess


class PortOwnerSearch:
    """The adapter for FindPortOwners."""

    def __init__(self, post: Callable[[Input], None], owner_of: Callable[[int], str | None]) -> None:
        """`post` gets the answer; `owner_of` returns the name of our step or process with this pid, or None."""
        self._post = post
        self._owner_of = owner_of

    def find(self, run: int, ports: tuple[int, ...]) -> None:
        """Carry out FindPortOwners, in a running loop; always answered by one PortOwnersFound."""
        from hotrun.adapters.os.run_in_thread import run_in_thread
        from hotrun.adapters.sockets.listening import listening_on

        search = run_in_thread(lambda: listening_on(ports))
        search.add_done_callback(lambda search: self._answer(run, search))

    def _answer(self, run: int, search: asyncio.Future[tuple[ListeningProcess, ...]]) -> None:
        from hotrun.adapters.sockets.listening import to_port_owners

        if not search.cancelled():
            self._post(PortOwnersFound(run, to_port_owners(search.result(), self._owner_of)))
