"""Connects the parts of a session and runs its event loop.

It spawns the first step before it loads heavy imports (asyncio, watchfiles, pathspec). The engine and the children
work without an event loop, and the scan that follows finds changes made in between by their ctime.
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
from hotrun.session.unmatched import DescribeUnmatched
from hotrun.session.watching import Reload, WatchService

if TYPE_CHECKING:
    import asyncio
    from typing import Protocol

    import msgspec

    from hotrun.session.publish import View
    from hotrun.session.stdout import Stdout

    class Frontend(Protocol):
        """The interactive terminal. App calls `update` after each batch of events, and when stdout has caught up."""

        def open(self, snapshot: Snapshot) -> View: ...

        def attach(self, loop: asyncio.AbstractEventLoop, session: App) -> None: ...

        def update(self) -> None: ...

        @property
        def is_full(self) -> bool: ...

        def close(self) -> None: ...


class App:
    """One session of hotrun in one project."""

    def __init__(
        self,
        project: Project,
        open_view: Callable[[Snapshot], View],
        *,
        stdout: Stdout,
        guard: Guard,
        reload: Reload | None,
        once: bool,
        postpone: bool = False,
        colored: bool,
        describe_unmatched: DescribeUnmatched,
        place_of: PlaceOf,
        allows_other: bool = False,
        open_frontend: Callable[[], Frontend] | None = None,
    ) -> None:
        """Set up a session. Raises HotrunError if the project cannot be watched at all.

        `stdout`: the view writes to it. `guard`: from start_guard. `postpone`: as in Engine.
        `open_frontend`: makes the terminal UI, which brings its own view. App then ignores `open_view`.
        `reload`: loads the configuration again, and raises HotrunError. None if there is no file.
        `describe_unmatched`: makes warnings about patterns that match nothing.
        `place_of`: the file and line of a configuration key.
        `allows_other`: run even if another hotrun is running in the same root.
        """
        self._project = project
        self._once = once
        self._allows_other = allows_other
        self._inbox = Inbox(self._pump)
        self._signals = Signals(once)
        self.snapshot = Snapshot()
        self._folder = StateFolder(project.root)
        self._watch = WatchService(project, self._inbox.post, self._folder, describe_unmatched, reload, self._on_load)
        self.engine = Engine(project, cores=_cores(), once=once, postpone=postpone)
        self._open_view = open_view
        self._open_frontend = open_frontend
        self._frontend: Frontend | None = None
        self._publisher = Publisher(self.snapshot, self._view, self._export)
        self._stdout = stdout
        self._has_reader = True
        self._is_loaded = False  # late_imports.load has run
        self.last_result = LastResult(self.snapshot)
        self._exports = ExportWriter(self.last_result, self._folder, project.exports)
        session = new_session(project.root)
        self._diagnostics = DiagnosticsService(self._inbox.post, self._watch.locator_for, project.parsers, place_of)
        self._processes = ProcessService(
            self._diagnostics.handle,
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
        """Run until the session is over, and return the exit code. By then everything it started has exited.

        `notices` are reported first. A bug anywhere in the loop ends the session and is raised here. Raises
        HotrunError, before anything starts, if another hotrun is running in the root.
        """
        if not self._once:
            notices += self._endpoint.acquire(allows_other=self._allows_other)
            if self._allows_other and self._endpoint.socket is None:
                self._exports.disable()
        spawned_ns = time.time_ns()
        self._signals.listen(self._inbox.post)
        try:
            ended = tuple(Noticed("warning", text) for text in end_stale_processes(self._project.root))
            self._inbox.post(Begin(__version__, os.getpid(), self._endpoint.socket, notices + ended), first=True)
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
        self._stdout.listen(self._on_stdout_change)
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
        """End the session after an exception in a callback. Its state can no longer be trusted."""
        self._bug = context.get("exception") or RuntimeError(context["message"])
        if self._done is not None:
            self._done.set()

    # --- inbox -> engine -> commands and events -------------------------------------------------------------------

    def _pump(self) -> None:
        """Handle all inputs, including those that arrive meanwhile. Then update the views and the timer."""
        for input in self._inbox.drain():
            for effect in self.engine.handle(input, _now_ms()):
                if isinstance(effect, Event):
                    self._publisher.publish(effect)
                else:
                    self._dispatcher.execute(effect)
            if not self._is_loaded:  # by now the first program is starting
                from hotrun.core import late_imports

                late_imports.load()
                self._is_loaded = True
        self._flush()
        self._processes.pause_output(self._stdout.is_full or (self._frontend is not None and self._frontend.is_full))
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
                self._stdout.check()
                if self._frontend is not None:
                    self._frontend.update()
        except OSError:
            self._has_reader = False
            # The reader of our output is gone (a closed pipe or terminal), so stop as after a hang-up.
            self._inbox.post(Request("stop", exit_code=HANG_UP, reason="the output was closed"))
            self._pump()

    def _on_stdout_change(self) -> None:
        """The writer thread has caught up, has written everything, or has lost its reader. Called in that thread."""
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

    # --- for the control socket and the terminal ------------------------------------------------------------------

    async def _listen(self) -> None:
        from hotrun.session.requests import ControlRequests

        for notice in await self._endpoint.listen(ControlRequests(self)):
            self._inbox.post(notice)

    def now_ms(self) -> int:
        """The clock of the engine, in milliseconds."""
        return _now_ms()

    def handle(self, input: Input) -> None:
        """Handle an input at once, so that the caller can read the result."""
        self._inbox.post(input)
        self._pump()

    @property
    def ui(self) -> Ui:
        """The current `[ui]` settings."""
        return self.engine.project.ui

    def resize_terminals(self) -> None:
        """Pass a new size of our terminal on to the programs."""
        self._processes.resize_terminals()

    def wake(self) -> None:
        """Check again whether output may be read, for example after an editor has closed."""
        self._pump()

    def watch_report(self) -> msgspec.Struct | None:
        """The state of the file watch. None before it starts."""
        return self._watch.report()


def start_guard() -> Guard:
    """Start the guard, which gets ready while the configuration is read.

    It forks, so call it while the process has only one thread. The guard exits if no session follows.
    """
    return Guard()


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def _cores() -> int:
    """The number of cores that this process may use. taskset or a container can limit it."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
