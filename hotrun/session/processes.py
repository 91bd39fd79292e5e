"""Carries out what the engine says about runs: has them started, watched, signaled, typed into and asked.

Puts the adapters of programs together, as app.py does with everything; what they are for is said in each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hotrun.adapters.guard.guard import Guard
from hotrun.adapters.guard.protocol.records import SessionMark
from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.adapters.processes.children import Children
from hotrun.adapters.readiness.log_lines import LogLines
from hotrun.adapters.readiness.probes import Probes
from hotrun.adapters.sockets.port_owners import PortOwnerSearch
from hotrun.core.model import commands
from hotrun.core.model.inputs import Emptied, Input, Noticed, SpawnFailed

if TYPE_CHECKING:
    import asyncio

    from hotrun.adapters.readiness.sd_notify import NotifySockets
    from hotrun.adapters.sockets.held import HeldSockets
    from hotrun.adapters.step_inputs.lister import InputLister
    from hotrun.core.model.project import Ready

Post = Callable[[Input], None]


class ProcessService:
    """All programs of a session. Works before the loop exists, and is told of it by `attach`."""

    def __init__(
        self,
        post: Post,
        guard: Guard,
        session: SessionMark,
        folder: StateFolder,
        colored: bool,
        root: str,
        on_slow_pattern: Callable[[str], None],
    ) -> None:
        """`post` takes the answers; `colored`: force colors.

        `root` is the project's. `on_slow_pattern` is told of a process whose `ready.log` took too long.
        """
        self._post = post
        self._acquire = guard.acquire
        self._root = root
        self._children = Children(self._take, colored, guard, session, folder)
        self._probes = Probes(post, self._children.members, guard.acquire, self._held_inodes)
        self._log_lines = LogLines(post, on_slow_pattern)
        self._port_owners = PortOwnerSearch(post, self._children.owner_of)
        self._held: HeldSockets | None = None  # where a project has some: `socket` is 8 ms of imports
        self._notifications: NotifySockets | None = None
        self._lister: InputLister | None = None  # where a step has `inputs`
        self._unlisted: list[commands.ListInputs] = []  # until there is a loop
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on `loop` watches everything."""
        self._loop = loop
        self._children.attach(loop)
        self._probes.attach(loop)
        if self._notifications is not None:
            self._notifications.attach(loop)
        for command in self._unlisted:
            self.list_inputs(command)
        self._unlisted.clear()

    def spawn(self, command: commands.Spawn, variables: Mapping[str, str]) -> None:
        """Start a program, with the HOTRUN_* `variables`."""
        try:
            fds = self._sockets_of(command)
            if command.notify:
                variables = {**variables, "NOTIFY_SOCKET": self._listen_to(command.run)}
        except _NotReady as error:
            self._post(SpawnFailed(command.run, str(error)))
            return
        if command.ready_log:
            self._log_lines.expect(command.run, command.name, command.ready_log)
        self._children.spawn(command, variables, fds, [command.name] * len(fds))

    def signal(self, run: int, signal: str, alone: bool) -> None:
        """Send a signal, by name, to the run's process group; `alone`: to its own process only."""
        self._children.signal(run, signal, alone)

    def kill(self, run: int) -> None:
        """SIGKILL all that is left of the run."""
        self._children.kill(run)

    def send_keys(self, run: int, data: bytes) -> None:
        """Give the run's terminal what a person typed."""
        self._children.type(run, data)

    def start_probe(self, run: int, ready: Ready) -> None:
        """Look whether the run is ready, until it is."""
        self._probes.start(run, ready)

    def stop_probe(self, run: int) -> None:
        """Look no more."""
        self._probes.stop(run)

    def hold_sockets(self, addresses: tuple[str, ...]) -> None:
        """Hold listening sockets at exactly these addresses."""
        for trouble in self._sockets().hold(addresses).values():
            self._post(Noticed("warning", f"{trouble}: tried again when it is needed"))

    def find_port_owners(self, run: int, ports: tuple[int, ...]) -> None:
        """Find out who listens on these ports, for this run."""
        self._port_owners.find(run, ports)

    def list_inputs(self, command: commands.ListInputs) -> None:
        """Find out which files a step is made of; before there is a loop, the command waits for it."""
        if self._loop is None:
            self._unlisted.append(command)
            return
        from hotrun.adapters.step_inputs.lister import InputLister

        self._lister = self._lister or InputLister(self._post, self._acquire, self._root)
        self._lister.list(command)

    def hold_output(self, is_held: bool) -> None:
        """Read no output while whoever reads ours is behind."""
        self._children.pause_output(is_held)

    def follow_size(self) -> None:
        """Our terminal has another size: so have those of the programs."""
        self._children.follow_size()

    def close(self) -> None:
        """End everything, at once, and wait for it."""
        self._probes.close()
        if self._lister is not None:
            self._lister.close()
        self._children.close()
        if self._notifications is not None:
            self._notifications.close_all()
        if self._held is not None:
            self._held.close()

    def _sockets_of(self, command: commands.Spawn) -> list[int]:
        """Raises _NotReady."""
        if not command.listen:
            return []
        from hotrun.adapters.sockets.held import HeldSocketError

        try:
            return self._sockets().fds(command.listen)
        except HeldSocketError as error:
            raise _NotReady(str(error)) from error

    def _sockets(self) -> HeldSockets:
        from hotrun.adapters.sockets.held import HeldSockets

        self._held = self._held or HeldSockets()
        return self._held

    def _held_inodes(self) -> set[int]:
        return set() if self._held is None else self._held.inodes()

    def _listen_to(self, run: int) -> str:
        """Raises _NotReady."""
        from hotrun.adapters.readiness.sd_notify import NotifySockets

        if self._notifications is None:
            self._notifications = NotifySockets(self._post, self._children.members)
            if self._loop is not None:
                self._notifications.attach(self._loop)
        try:
            return self._notifications.open(run)
        except OSError as error:
            raise _NotReady(f"no socket for its READY=1: {error.strerror}") from error

    def _take(self, input: Input) -> None:
        """What the children say; a run that is over is listened to no more."""
        if isinstance(input, Emptied | SpawnFailed) and self._notifications is not None:
            self._notifications.close(input.run)
        self._post(input)
        self._log_lines.check(input)


class _NotReady(Exception):
    """Something that a program needs before its start is not there; the text says what, in plain words."""
