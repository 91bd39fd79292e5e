"""Starts, signals, probes and stops the runs of a session, as the engine commands. Connects the adapters for that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hotrun.adapters.guard.guard import Guard
from hotrun.adapters.guard.protocol.records import SessionMark
from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.adapters.processes.children import Children
from hotrun.adapters.readiness.probes import Probes
from hotrun.adapters.sockets.port_owners import PortOwnerSearch
from hotrun.core.model import commands
from hotrun.core.model.inputs import Emptied, Input, Noticed, SpawnFailed

if TYPE_CHECKING:
    import asyncio

    from hotrun.adapters.readiness.log_lines import LogLines
    from hotrun.adapters.readiness.sd_notify import NotifySockets
    from hotrun.adapters.sockets.held import HeldSockets
    from hotrun.adapters.step_inputs.lister import InputLister
    from hotrun.core.model.project import Ready

Post = Callable[[Input], None]


class ProcessService:
    """All programs of a session. It works before the event loop exists. `attach` connects it to the loop."""

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
        """`post` gets the inputs. `colored`: force colors. `root`: the root of the project.

        `on_slow_pattern` is called with the name of a process whose `ready.log` took too long.
        """
        self._post = post
        self._acquire = guard.acquire
        self._root = root
        self._children = Children(self._on_child_input, colored, guard, session, folder)
        self._probes = Probes(post, self._children.members, guard.acquire, self._held_inodes)
        self._on_slow_pattern = on_slow_pattern
        self._log_lines: LogLines | None = None  # None until a process with `ready.log` starts
        self._port_owners = PortOwnerSearch(post, self._children.owner_of)
        self._held: HeldSockets | None = None  # made when needed: `socket` takes 8 ms to import
        self._notifications: NotifySockets | None = None
        self._lister: InputLister | None = None  # made for the first step with `inputs`
        self._waiting_listings: list[commands.ListInputs] = []  # until the loop exists
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Use this event loop from now on."""
        self._loop = loop
        self._children.attach(loop)
        self._probes.attach(loop)
        if self._notifications is not None:
            self._notifications.attach(loop)
        for command in self._waiting_listings:
            self.list_inputs(command)
        self._waiting_listings.clear()

    def spawn(self, command: commands.Spawn, variables: Mapping[str, str]) -> None:
        """Start a program with these HOTRUN_* `variables` in its environment."""
        try:
            fds = self._sockets_of(command)
            if command.notify:
                variables = {**variables, "NOTIFY_SOCKET": self._listen_to(command.run)}
        except _NotReady as error:
            self._post(SpawnFailed(command.run, str(error)))
            return
        if command.ready_log:
            from hotrun.adapters.readiness.log_lines import LogLines

            self._log_lines = self._log_lines or LogLines(self._post, self._on_slow_pattern)
            self._log_lines.expect(command.run, command.name, command.ready_log)
        self._children.spawn(command, variables, fds, [command.name] * len(fds))

    def signal(self, run: int, signal: str, alone: bool) -> None:
        """Send a signal, by name, to the run's process group; with `alone`, only to the program itself."""
        self._children.signal(run, signal, alone)

    def kill(self, run: int) -> None:
        """Send SIGKILL to every process of the run."""
        self._children.kill(run)

    def send_keys(self, run: int, data: bytes) -> None:
        """Write typed bytes to the run's terminal."""
        self._children.type(run, data)

    def start_probe(self, run: int, ready: Ready) -> None:
        """Probe the run until it is ready."""
        self._probes.start(run, ready)

    def stop_probe(self, run: int) -> None:
        """Stop probing the run."""
        self._probes.stop(run)

    def hold_sockets(self, addresses: tuple[str, ...]) -> None:
        """Hold listening sockets at exactly these addresses."""
        for problem in self._sockets().hold(addresses).values():
            self._post(Noticed("warning", f"{problem} (hotrun will retry at the next start)"))

    def find_port_owners(self, run: int, ports: tuple[int, ...]) -> None:
        """Find the owners of these ports for this run."""
        self._port_owners.find(run, ports)

    def list_inputs(self, command: commands.ListInputs) -> None:
        """Find the input files of a step. The command waits until the event loop exists."""
        if self._loop is None:
            self._waiting_listings.append(command)
            return
        from hotrun.adapters.step_inputs.lister import InputLister

        self._lister = self._lister or InputLister(self._post, self._acquire, self._root)
        self._lister.list(command)

    def pause_output(self, is_paused: bool) -> None:
        """Stop reading the output of programs while our own reader is too slow."""
        self._children.pause_output(is_paused)

    def resize_terminals(self) -> None:
        """Give the terminals of the programs the size of ours."""
        self._children.follow_size()

    def close(self) -> None:
        """Kill everything at once, and wait until it is gone."""
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
            raise _NotReady(f"cannot open a socket for READY=1: {error.strerror}") from error

    def _on_child_input(self, input: Input) -> None:
        """Pass on an input from a child. Close the notify socket of a run that is over."""
        if isinstance(input, Emptied | SpawnFailed) and self._notifications is not None:
            self._notifications.close(input.run)
        self._post(input)
        if self._log_lines is not None:
            self._log_lines.check(input)


class _NotReady(Exception):
    """Something that a program needs before its start is missing. The text names it."""
