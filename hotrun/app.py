"""Puts the parts together and runs the loop: the only place where adapters, core and views meet.

What heavy imports there are (asyncio, watchfiles, pathspec) come after the first step has been spawned: the engine and
the children work without a loop, and the walk that follows finds what changed in between by its ctime.
"""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from hotrun import __version__
from hotrun.adapters.folder import Folder
from hotrun.adapters.programs.guard import Guard
from hotrun.adapters.programs.leftovers import sweep
from hotrun.adapters.programs.records import new_session
from hotrun.adapters.watching.sources import Sources
from hotrun.core import commands
from hotrun.core.engine import Engine
from hotrun.core.events import Bye, ConfigReloaded, Event, Message, Watching
from hotrun.core.inputs import (
    Begin,
    Change,
    ConfigLoaded,
    ConfigRejected,
    FilesChanged,
    Input,
    Noticed,
    Request,
    Tick,
)
from hotrun.core.snapshot import Snapshot
from hotrun.core.spec import Process, Project, Step, Ui
from hotrun.core.standing import Standing
from hotrun.errors import HotrunError
from hotrun.exports import Exports
from hotrun.idle import IdlePatterns, Worded
from hotrun.publisher import Publisher
from hotrun.reach import Reach
from hotrun.runner import Command as RunCommand
from hotrun.runner import Runner
from hotrun.signals import HANG_UP, Signals

if TYPE_CHECKING:
    import asyncio
    from typing import Protocol

    import msgspec

    from hotrun.adapters.watching.files import FileSource
    from hotrun.core.step import LineParser
    from hotrun.outlet import Outlet
    from hotrun.publisher import View

    class Desk(Protocol):
        """Where a person sits. `turn` comes after each batch of events, and when what was printed has been written."""

        def open(self) -> View: ...

        def attach(self, loop: asyncio.AbstractEventLoop, session: App) -> None: ...

        def turn(self) -> None: ...

        @property
        def is_behind(self) -> bool: ...

        def close(self) -> None: ...


Reload = Callable[[], tuple[Project, tuple[str, ...]]]


class App:
    """One session of hotrun in one project."""

    def __init__(
        self,
        project: Project,
        open_view: Callable[[], View],
        *,
        outlet: Outlet,
        guard: Guard,
        reload: Reload | None,
        once: bool,
        postpone: bool = False,
        colored: bool,
        worded: Worded,
        shares: bool = False,
        open_desk: Callable[[], Desk] | None = None,
    ) -> None:
        """`outlet`: what the view writes to. `guard`: from start_guard.

        `open_desk`: makes what brings the view and the keys; then `open_view` is not asked.

        `reload` loads the configuration again (raises HotrunError); None without a file. `postpone`: as in Engine.

        `worded` makes warnings of patterns that match nothing. `shares`: run also where another hotrun has the root.
        Raises HotrunError where the project cannot be watched at all.
        """
        _check_roots(project)
        self._project = project
        self._parsers = project.parsers
        self._reload = reload
        self._once = once
        self._shares = shares
        self._inbox: deque[Input] = deque()
        self._signals = Signals(once)
        self.snapshot = Snapshot()
        self.engine = Engine(project, self._parser_for, cores=_cores(), once=once, postpone=postpone)
        self._sources = Sources(project.root)
        self._open_view = open_view
        self._open_desk = open_desk
        self._desk: Desk | None = None
        self._publisher = Publisher(self._view)
        self._outlet = outlet
        self._has_reader = True
        self._folder = Folder(project.root)
        self.standing = Standing(self.snapshot)
        self._exports = Exports(self.standing, self._folder, project.exports)
        session = new_session(project.root)
        self._runner = Runner(self._inbox.append, self._pump, guard, session, self._folder, colored)
        self._idle = IdlePatterns(worded)
        self._unwritten: commands.RecordChanges | None = None  # until somebody is there to read it
        self._changed_file: str | None = None
        self._reach = Reach(project.root, self._folder)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._source: FileSource | None = None
        self._rewatching: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself keeps no task alive
        self._done: asyncio.Event | None = None
        self._exit_code = 0
        self._bug: BaseException | None = None

    def run(self, notices: tuple[Noticed, ...] = ()) -> int:
        """Run until the session is over; returns the exit code. Everything it started has ended then.

        `notices` are told first. A bug anywhere in the loop ends the session and is raised here; HotrunError, before
        anything is started, where another hotrun has the root.
        """
        if not self._once:
            notices += self._reach.take(shares=self._shares)
            if self._shares and self._reach.socket is None:
                self._exports.silence()
        spawned_ns = time.time_ns()
        self._signals.listen(self._inbox.append)
        try:
            swept = tuple(Noticed("warning", text) for text in sweep(self._project.root))
            self._inbox.appendleft(Begin(__version__, os.getpid(), self._reach.socket, notices + swept))
            self._pump()
            import asyncio

            if not self.engine.finished:
                asyncio.run(self._main(spawned_ns))
        finally:
            try:
                if self._desk is not None:
                    self._desk.close()
            finally:
                self._runner.close()
                self._folder.close()
                self._reach.release()
        return self._exit_code

    async def _main(self, spawned_ns: int) -> None:
        import asyncio

        gc.freeze()
        gc.enable()
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._on_bug)
        self._done = asyncio.Event()
        self._signals.attach(self._loop, self._put)
        self._runner.attach(self._loop)
        self._outlet.listen(self._on_outlet)
        if self._desk is not None:
            self._desk.attach(self._loop, self)
        self._pump()
        if not self._once and not self.engine.finished:
            await self._listen()
            self._watch(self._project, spawned_ns)
        if not self.engine.finished:
            await self._done.wait()
        self._reach.close()
        if self._source is not None:
            self._source.close()
        for task in self._tasks:
            task.cancel()
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
        while self._inbox:
            for effect in self.engine.handle(self._inbox.popleft(), _now_ms()):
                if isinstance(effect, Bye):  # after which nothing is told, and the engine takes nothing in
                    for notice in self._exports.flush():
                        self._tell(Message(notice.level, notice.text))
                if isinstance(effect, Event):
                    self._tell(effect)
                else:
                    self._execute(effect)
            self._inbox.extend(self._exports.flush())
        self._flush()
        self._runner.hold_output(self._outlet.is_behind or (self._desk is not None and self._desk.is_behind))
        self._arm()

    def _tell(self, event: Event) -> None:
        self._publisher.publish(event)
        self.snapshot.apply(event)
        self._exports.take(event)
        if isinstance(event, Watching | ConfigReloaded):
            self._begin_task(self._check_patterns())

    def _view(self) -> View:
        if self._open_desk is None:
            return self._open_view()
        self._desk = self._open_desk()
        return self._desk.open()

    def _flush(self) -> None:
        try:
            self._publisher.flush()
            if self._has_reader:
                self._outlet.check()
                if self._desk is not None:
                    self._desk.turn()
        except OSError:
            self._has_reader = False
            # Nobody reads our output any more (a closed pipe, a terminal that is gone): end as after a hang-up.
            self._inbox.append(Request("quit", exit_code=HANG_UP, reason="the output was closed"))
            self._pump()

    def _on_outlet(self) -> None:
        """In the thread that prints: it has caught up, has written all, or nobody reads any more."""
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop is over
            self._loop.call_soon_threadsafe(self._pump)

    def _execute(self, command: commands.Command) -> None:
        if isinstance(command, RunCommand):
            self._runner.execute(command, self._own_variables)
            return
        match command:
            case commands.RecordChanges():
                self._unwritten = command
            case commands.Verify():
                self._begin_task(self._verify())
            case commands.Rewatch():
                self._project = command.project
                self._sources = Sources(command.project.root)  # files may have changed that were not watched
                self._watch(command.project, time.time_ns())
            case commands.Finish():
                self._exit_code = command.exit_code
                if self._done is not None:
                    self._done.set()
            case _:
                raise AssertionError(f"unknown command: {command}")

    def _own_variables(self, build: int) -> dict[str, str]:
        if self._unwritten is not None:
            self._changed_file = self._folder.write_changes(self._unwritten.build, self._unwritten.paths)
            self._unwritten = None
        changed = {"HOTRUN_CHANGED": self._changed_file} if self._changed_file is not None else {}
        asked = {"HOTRUN_SOCKET": self._reach.socket} if self._reach.socket is not None else {}
        return {"HOTRUN": "1", "HOTRUN_BUILD": str(build), **changed, **asked}

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
        self._put(Tick())

    def _put(self, input: Input) -> None:
        self._inbox.append(input)
        self._pump()

    # --- who asks ----------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        from hotrun.answers import Answers

        for notice in await self._reach.listen(Answers(self)):
            self._put(notice)

    def now_ms(self) -> int:
        """The time as the engine knows it."""
        return _now_ms()

    def take(self, input: Input) -> None:
        """Let the engine know of this."""
        self._put(input)

    @property
    def ui(self) -> Ui:
        """How hotrun is to show itself."""
        return self.engine.project.ui

    def follow_size(self) -> None:
        """Our terminal has another size; called by who hears SIGWINCH instead of us."""
        self._runner.follow_size()

    def wake(self) -> None:
        """What kept output back may have ended."""
        self._pump()

    def watch_report(self) -> msgspec.Struct | None:
        """How the watching goes; None before it has begun."""
        return None if self._source is None else self._source.report()

    # --- files -------------------------------------------------------------------------------------------------

    def _watch(self, project: Project, since_ns: int) -> None:
        from hotrun.adapters.watching.files import FileSource

        if self._source is None:
            self._source = FileSource(self._put, self._on_changes, self._folder.sync_folder())
        if self._rewatching is not None:
            self._rewatching.cancel()
        self._rewatching = self._begin_task(self._source.start(project, _single_files(project), since_ns))

    async def _verify(self) -> None:
        if self._source is not None:
            await self._source.verify()

    async def _check_patterns(self) -> None:
        """Warn of patterns that match nothing, once the tree that they are compared with has been walked."""
        import asyncio

        source, walk = self._source, self._rewatching
        if source is not None and walk is not None and walk.done():
            find = asyncio.to_thread(self._idle.find, self.engine.project, source.files)
            for text in await find:
                self._put(Noticed("warning", text))

    def _begin_task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run beside the loop's callbacks; a bug in there goes to _on_bug."""
        import asyncio

        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(_raise)
        return task

    def _on_changes(self, changes: list[Change]) -> None:
        self._sources.note(changes)
        config = self._project.config
        if config is not None and self._reload is not None:
            name = os.path.relpath(config, self._project.root)
            if any(change.path == name for change in changes):
                self._load_config(self._reload)
                # A pyproject.toml says more than our table; a hotrun.toml is nobody's source.
                if not name.endswith("pyproject.toml"):
                    changes = [change for change in changes if change.path != name]
        if changes:
            self._put(FilesChanged(tuple(changes)))

    def _parser_for(self, part: Step | Process) -> LineParser:
        from hotrun.parsers import Files, LateParser

        files = Files(self._project.root, os.path.isfile, self._watched_files)
        seen = self._sources.seen_from(time.time_ns()) if isinstance(part, Step) else None
        return LateParser(part, files, self._parsers, None if seen is None else seen.around)

    def _watched_files(self) -> tuple[str, ...]:
        """Every watched file; walks where nothing is watched, or not yet."""
        files = self._source.files() if self._source is not None else []
        if not files:
            from hotrun.adapters.watching.tree import Tree

            tree = Tree(self._project.root, self._project.watch, _single_files(self._project))
            files = [change.path for change in tree.verify()]
        return tuple(files)

    def _load_config(self, reload: Reload) -> None:
        try:
            project, warnings = reload()
            _check_roots(project)
        except HotrunError as error:
            self._put(ConfigRejected(tuple(error.message.split("\n"))))
        else:
            self._parsers = project.parsers
            self._exports.configure(project.exports)
            self._put(ConfigLoaded(project, warnings))


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


def _single_files(project: Project) -> list[str]:
    """The files that count wherever they lie and whatever ignores them: the configuration and the env files."""
    return sorted(project.env_files | ({project.config} if project.config else set()))


def _check_roots(project: Project) -> None:
    for path in project.watch.roots:
        if not os.path.exists(path):
            raise HotrunError(f"watch.paths: {path} does not exist", "name a folder or file that is there")


def _raise(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
