"""Puts the parts together and runs the loop: the only place where adapters, core and views meet.

What heavy imports there are (asyncio, watchfiles, pathspec) come after the first step has been spawned: the engine and
the children work without a loop, and the walk that follows finds what changed in between by its ctime.
"""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hotrun import __version__
from hotrun.adapters.guard.guard import Guard
from hotrun.adapters.guard.protocol.records import new_session
from hotrun.adapters.guard.stale_processes import end_stale_processes
from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.core import late_imports
from hotrun.core.engine import Engine
from hotrun.core.model.events import ConfigReloaded, Event, Watching
from hotrun.core.model.inputs import Begin, Input, Noticed, Request, Tick
from hotrun.core.model.project import Project, Ui
from hotrun.core.state.last_result import LastResult
from hotrun.core.state.snapshot import Snapshot
from hotrun.session.diagnostics import DiagnosticsService, PlaceOf
from hotrun.session.dispatch import Dispatcher
from hotrun.session.exports import ExportWriter
from hotrun.session.inbox import Inbox
from hotrun.session.instance import InstanceEndpoint
from hotrun.session.processes import ProcessService
from hotrun.session.publish import Publisher
from hotrun.session.signals import HANG_UP, Signals
from hotrun.session.unmatched import Worded
from hotrun.session.watching import Reload, WatchService

if TYPE_CHECKING:
    import asyncio
    from typing import Protocol

    import msgspec

    from hotrun.session.publish import View
    from hotrun.session.stdout import Stdout

    class Frontend(Protocol):
        """Where a person sits. `turn` comes after each batch of events, and when what was printed has been written."""

        def open(self, snapshot: Snapshot) -> View: ...

        def attach(self, loop: asyncio.AbstractEventLoop, session: App) -> None: ...

        def turn(self) -> None: ...

        @property
        def is_behind(self) -> bool: ...

        def close(self) -> None: ...


class App:
    """One session of hotrun in one project."""

    def __init__(
        self,
        project: Project,
        open_view: Callable[[Snapshot], View],
        *,
        outlet: Stdout,
        guard: Guard,
        reload: Reload | None,
        once: bool,
        postpone: bool = False,
        colored: bool,
        worded: Worded,
        place_of: PlaceOf,
        shares: bool = False,
        open_frontend: Callable[[], Frontend] | None = None,
    ) -> None:
        """`outlet`: what the view writes to. `guard`: from start_guard.

        `open_frontend`: makes what brings the view and the keys; then `open_view` is not asked.

        `reload` loads the configuration again (raises HotrunError); None without a file. `postpone`: as in Engine.

        `worded` makes warnings of patterns that match nothing. `place_of`: where a key of the configuration stands.

        `shares`: run also where another hotrun has the root.
        Raises HotrunError where the project cannot be watched at all.
        """
        self._project = project
        self._once = once
        self._shares = shares
        self._inbox = Inbox(self._pump)
        self._signals = Signals(once)
        self.snapshot = Snapshot()
        self._folder = StateFolder(project.root)
        self._watch = WatchService(project, self._inbox.post, self._folder, worded, reload, self._on_load)
        self.engine = Engine(project, cores=_cores(), once=once, postpone=postpone)
        self._open_view = open_view
        self._open_frontend = open_frontend
        self._frontend: Frontend | None = None
        self._publisher = Publisher(self.snapshot, self._view, self._export)
        self._outlet = outlet
        self._has_reader = True
        self._is_loaded = False  # all that the engine needs
        self.last_result = LastResult(self.snapshot)
        self._exports = ExportWriter(self.last_result, self._folder, project.exports)
        session = new_session(project.root)
        self._diagnostics = DiagnosticsService(self._inbox.post, self._watch.locator_for, project.parsers, place_of)
        self._processes = ProcessService(
            self._diagnostics.take,
            guard,
            session,
            self._folder,
            colored,
            project.root,
            self._diagnostics.on_slow_ready_log,
        )
        self._endpoint = InstanceEndpoint(project.root, self._folder)
        self._dispatcher = Dispatcher(
            self._processes, self._diagnostics, self._watch, self._folder, self._endpoint, self._finish
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._done: asyncio.Event | None = None
        self._exit_code = 0
        self._bug: BaseException | None = None

    def run(self, notices: tuple[Noticed, ...] = ()) -> int:
        """Run until the session is over; returns the exit code. Everything it started has ended then.

        `notices` are told first. A bug anywhere in the loop ends the session and is raised here; HotrunError, before
        anything is started, where another hotrun has the root.
        """
        if not self._once:
            notices += self._endpoint.take(shares=self._shares)
            if self._shares and self._endpoint.socket is None:
                self._exports.silence()
        spawned_ns = time.time_ns()
        self._signals.listen(self._inbox.post)
        try:
            swept = tuple(Noticed("warning", text) for text in end_stale_processes(self._project.root))
            self._inbox.post(Begin(__version__, os.getpid(), self._endpoint.socket, notices + swept), first=True)
            self._pump()
            import asyncio

            if not self.engine.finished:
                asyncio.run(self._main(spawned_ns))
        finally:
            try:
                if self._frontend is not None:
                    self._frontend.close()
            finally:
                self._processes.close()
                self._folder.close()
                self._endpoint.release()
        return self._exit_code

    async def _main(self, spawned_ns: int) -> None:
        import asyncio

        gc.freeze()
        gc.enable()
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._on_bug)
        self._done = asyncio.Event()
        self._signals.attach(self._loop, self._inbox.post)
        self._inbox.attach(self._loop)
        self._diagnostics.attach(self._loop)
        self._processes.attach(self._loop)
        self._outlet.listen(self._on_outlet)
        if self._frontend is not None:
            self._frontend.attach(self._loop, self)
        self._pump()
        if not self._once and not self.engine.finished:
            await self._listen()
            self._watch.watch(self._project, spawned_ns)
        if not self.engine.finished:
            await self._done.wait()
        self._inbox.attach(None)
        self._endpoint.close()
        self._watch.close()
        self._diagnostics.close()
        if self._bug is not None:
            raise self._bug

    def _on_bug(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An exception in a callback must not be logged and survived: nothing that follows could be trusted."""
        self._bug = context.get("exception") or RuntimeError(context["message"])
        if self._done is not None:
            self._done.set()

    # --- the one way round: inbox -> engine -> commands and events ----------------------------------------------

    def _pump(self) -> None:
        """Handle what has come in, and what that brings in."""
        for input in self._inbox.drain():
            for effect in self.engine.handle(input, _now_ms()):
                if isinstance(effect, Event):
                    self._publisher.publish(effect)
                else:
                    self._dispatcher.execute(effect)
            if not self._is_loaded:  # the first program is on its way
                late_imports.load()
                self._is_loaded = True
        self._flush()
        self._processes.hold_output(self._outlet.is_behind or (self._frontend is not None and self._frontend.is_behind))
        self._arm()

    def _export(self, event: Event) -> list[Noticed]:
        if isinstance(event, Watching | ConfigReloaded):
            self._watch.check_patterns(self.engine.project)
        return self._exports.apply(event)

    def _view(self) -> View:
        if self._open_frontend is None:
            return self._open_view(self.snapshot)
        self._frontend = self._open_frontend()
        return self._frontend.open(self.snapshot)

    def _flush(self) -> None:
        try:
            self._publisher.flush()
            if self._has_reader:
                self._outlet.check()
                if self._frontend is not None:
                    self._frontend.turn()
        except OSError:
            self._has_reader = False
            # Nobody reads our output any more (a closed pipe, a terminal that is gone): end as after a hang-up.
            self._inbox.post(Request("stop", exit_code=HANG_UP, reason="the output was closed"))
            self._pump()

    def _on_outlet(self) -> None:
        """In the thread that prints: it has caught up, has written all, or nobody reads any more."""
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop is over
            self._loop.call_soon_threadsafe(self._pump)

    def _finish(self, exit_code: int) -> None:
        self._exit_code = exit_code
        if self._done is not None:
            self._done.set()

    def _arm(self) -> None:
        if self._loop is None:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self.engine.deadline_ms
        if deadline is not None:
            self._timer = self._loop.call_later(max(0, deadline - _now_ms()) / 1000, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._inbox.post(Tick())
        self._pump()

    def _on_load(self, project: Project) -> None:
        self._exports.configure(project.exports)
        self._diagnostics.custom = project.parsers

    # --- who asks ----------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        from hotrun.session.requests import ControlRequests

        for notice in await self._endpoint.listen(ControlRequests(self)):
            self._inbox.post(notice)

    def now_ms(self) -> int:
        """The time as the engine knows it."""
        return _now_ms()

    def handle(self, input: Input) -> None:
        """Handle an input at once, for those who look at the result right after."""
        self._inbox.post(input)
        self._pump()

    @property
    def ui(self) -> Ui:
        """How hotrun is to show itself."""
        return self.engine.project.ui

    def follow_size(self) -> None:
        """Our terminal has another size; called by who hears SIGWINCH instead of us."""
        self._processes.follow_size()

    def wake(self) -> None:
        """What kept output back may have ended."""
        self._pump()

    def watch_report(self) -> msgspec.Struct | None:
        """How the watching goes; None before it has begun."""
        return self._watch.report()


def start_guard() -> Guard:
    """What every session needs first. Asked for early, it gets ready while the configuration is read.

    Forks, so it must be called while there is one thread; ends by itself if nothing comes of the session.
    """
    return Guard()


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def _cores() -> int:
    """How many cores this process may use; with taskset or in a container not all that there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
