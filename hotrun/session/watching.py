"""Watches the files of a session, and reloads the configuration when it changes.

It loads heavy imports (watchfiles, pathspec) when it starts to watch, after the first step has been spawned.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from hotrun.adapters.files.read_sources import ReadSources
from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.core.model.inputs import Change, ConfigLoaded, ConfigRejected, FilesChanged, Input, Noticed
from hotrun.core.model.project import Program, Project
from hotrun.errors import HotrunError
from hotrun.session.unmatched import DescribeUnmatched, UnmatchedPatterns

if TYPE_CHECKING:
    import asyncio

    import msgspec

    from hotrun.adapters.diagnostics.locate import Locator
    from hotrun.adapters.files.source import FileSource

Reload = Callable[[], tuple[Project, tuple[str, ...]]]


class WatchService:
    """Watches the files of one project, and posts inputs."""

    def __init__(
        self,
        project: Project,
        post: Callable[[Input], None],
        folder: StateFolder,
        describe_unmatched: DescribeUnmatched,
        reload: Reload | None,
        on_load: Callable[[Project], None],
    ) -> None:
        """`reload` loads the configuration again, and raises HotrunError. None if there is no file.

        `on_load` is called with the new project before its input is posted. `describe_unmatched` makes warnings about
        patterns that match nothing. Raises HotrunError if a root does not exist.
        """
        check_roots(project)
        self._project = project  # as it is watched
        self._post = post
        self._folder = folder
        self._unmatched = UnmatchedPatterns(describe_unmatched)
        self._reload = reload
        self._on_load = on_load
        self._sources = ReadSources(project.root)
        self._source: FileSource | None = None
        self._scan: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself keeps no task alive

    def watch(self, project: Project, since_ns: int) -> None:
        """Watch this project from now on. Files newer than `since_ns` (since 1970) count as changed."""
        from hotrun.adapters.files.source import FileSource

        if project is not self._project:
            self._project = project
            self._sources = ReadSources(project.root)  # files that were not watched may have changed
        if self._source is None:
            self._source = FileSource(self._post, self._on_changes, self._folder.cookie_folder())
        if self._scan is not None:
            self._scan.cancel()
        self._scan = self._begin(self._start(self._source, project, since_ns))

    def rescan(self) -> None:
        """Compare every watched file with the snapshot."""
        if self._source is not None:
            self._begin(self._source.rescan())

    def check_patterns(self, project: Project) -> None:
        """Warn about patterns that match nothing, if the first scan is done."""
        if self._source is not None:
            self._begin(self._warn(project, self._source))

    def report(self) -> msgspec.Struct | None:
        """The state of the file watch. None before it starts."""
        return None if self._source is None else self._source.report()

    def locator_for(self, program: Program, has_sources: bool) -> Callable[[], Locator]:
        """A function that makes the locator for files that the output of a program names.

        Call this before the program starts. `has_sources`: add the source lines as the program sees them.
        """
        root = self._project.root
        seen = self._sources.seen_from(time.time_ns()) if has_sources else None

        def locator() -> Locator:
            from hotrun.adapters.diagnostics.locate import Locator, ProjectFiles

            files = ProjectFiles(root, os.path.isfile, self._files)
            return Locator(program.cwd, files, None if seen is None else seen.around)

        return locator

    def close(self) -> None:
        """Stop watching."""
        if self._source is not None:
            self._source.close()
        for task in self._tasks:
            task.cancel()

    async def _warn(self, project: Project, source: FileSource) -> None:
        import asyncio

        if self._scan is None or not self._scan.done():
            return  # it posts WatchStarted when it is done, which leads back here
        for text in await asyncio.to_thread(self._unmatched.find, project, source.files):
            self._post(Noticed("warning", text))

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a task. An exception in it goes to the exception handler of the loop."""
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
                # A pyproject.toml may be an input of steps, too. A hotrun.toml is not.
                if not name.endswith("pyproject.toml"):
                    changes = [change for change in changes if change.path != name]
        if changes:
            self._post(FilesChanged(tuple(changes)))

    def _load_config(self, reload: Reload) -> None:
        try:
            project, warnings = reload()
            check_roots(project)
        except HotrunError as error:
            self._post(ConfigRejected(tuple(error.message.split("\n"))))
        else:
            self._on_load(project)
            self._post(ConfigLoaded(project, warnings))

    async def _start(self, source: FileSource, project: Project, since_ns: int) -> None:
        import asyncio

        from hotrun.core import late_imports

        await asyncio.get_running_loop().run_in_executor(None, late_imports.load_patterns)
        await source.start(project, _single_files(project), since_ns)

    def _files(self) -> tuple[str, ...]:
        """Every watched file. Scans the tree if the watch has not started. May be called in another thread."""
        files = self._source.files() if self._source is not None else []
        if not files:
            from hotrun.adapters.files.tree import Tree

            tree = Tree(self._project.root, self._project.watch, _single_files(self._project))
            files = [change.path for change in tree.rescan()]
        return tuple(files)


def check_roots(project: Project) -> None:
    """Raise HotrunError if a root does not exist."""
    for path in project.watch.roots:
        if not os.path.exists(path):
            raise HotrunError(f"watch.paths: {path} does not exist")


def _single_files(project: Project) -> list[str]:
    """The files that are always watched, even if they are ignored or outside the roots."""
    return sorted(project.env_files | ({project.config} if project.config else set()))


def _raise(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
