"""The files of a session: has them watched and compared, and the configuration loaded again when it changes.

What is heavy (watchfiles, pathspec) is loaded when the watching begins, after the first step has been spawned.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from hotrun.adapters.diagnostics.locate import Locator, ProjectFiles
from hotrun.adapters.files.read_sources import ReadSources
from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.core import late_imports
from hotrun.core.model.inputs import Change, ConfigLoaded, ConfigRejected, FilesChanged, Input, Noticed
from hotrun.core.model.project import Program, Project
from hotrun.errors import HotrunError
from hotrun.session.unmatched import UnmatchedPatterns, Worded

if TYPE_CHECKING:
    import asyncio

    import msgspec

    from hotrun.adapters.files.source import FileSource

Reload = Callable[[], tuple[Project, tuple[str, ...]]]


class WatchService:
    """What becomes of the files of one project. Answers by inputs."""

    def __init__(
        self,
        project: Project,
        post: Callable[[Input], None],
        folder: StateFolder,
        worded: Worded,
        reload: Reload | None,
        on_load: Callable[[Project], None],
    ) -> None:
        """`reload` loads the configuration again (raises HotrunError); None without a file. `on_load` is told first.

        `worded` makes warnings of patterns that match nothing. Raises HotrunError where there is nothing to watch.
        """
        check_roots(project)
        self._project = project  # as it is watched
        self._post = post
        self._folder = folder
        self._idle = UnmatchedPatterns(worded)
        self._reload = reload
        self._on_load = on_load
        self._sources = ReadSources(project.root)
        self._source: FileSource | None = None
        self._walking: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself keeps no task alive

    def watch(self, project: Project, since_ns: int) -> None:
        """Watch this project from now on; what is younger than `since_ns` (after 1970) counts as changed."""
        from hotrun.adapters.files.source import FileSource

        if project is not self._project:
            self._project = project
            self._sources = ReadSources(project.root)  # files may have changed that were not watched
        if self._source is None:
            self._source = FileSource(self._post, self._on_changes, self._folder.cookie_folder())
        if self._walking is not None:
            self._walking.cancel()
        self._walking = self._begin(self._start(self._source, project, since_ns))

    def rescan(self) -> None:
        """Compare every watched file with what is known."""
        if self._source is not None:
            self._begin(self._source.rescan())

    def check_patterns(self, project: Project) -> None:
        """Warn of patterns that match nothing, once the tree that they are compared with has been walked."""
        if self._source is not None:
            self._begin(self._warn(project, self._source))

    def report(self) -> msgspec.Struct | None:
        """How the watching goes; None before it has begun."""
        return None if self._source is None else self._source.report()

    def locator_for(self, program: Program, has_sources: bool) -> Locator:
        """What finds the files that the output of a program names, which is about to begin.

        `has_sources`: with the lines around the places, as the program sees them.
        """
        files = ProjectFiles(self._project.root, os.path.isfile, self._files)
        return Locator(program.cwd, files, self._sources.seen_from(time.time_ns()).around if has_sources else None)

    def close(self) -> None:
        """Watch no more."""
        if self._source is not None:
            self._source.close()
        for task in self._tasks:
            task.cancel()

    async def _warn(self, project: Project, source: FileSource) -> None:
        import asyncio

        if self._walking is None or not self._walking.done():
            return  # when it is done, this is asked for again
        for text in await asyncio.to_thread(self._idle.find, project, source.files):
            self._post(Noticed("warning", text))

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run beside the loop's callbacks; a bug in there goes to the loop's handler of exceptions."""
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

        await asyncio.get_running_loop().run_in_executor(None, late_imports.load_patterns)
        await source.start(project, _single_files(project), since_ns)

    def _files(self) -> tuple[str, ...]:
        """Every watched file; walks where nothing is watched, or not yet. Also from another thread."""
        files = self._source.files() if self._source is not None else []
        if not files:
            from hotrun.adapters.files.tree import Tree

            tree = Tree(self._project.root, self._project.watch, _single_files(self._project))
            files = [change.path for change in tree.rescan()]
        return tuple(files)


def check_roots(project: Project) -> None:
    """Raises HotrunError where something is to be watched that is not there."""
    for path in project.watch.roots:
        if not os.path.exists(path):
            raise HotrunError(f"watch.paths: {path} does not exist", "name a folder or file that is there")


def _single_files(project: Project) -> list[str]:
    """The files that count wherever they lie and whatever ignores them: the configuration and the env files."""
    return sorted(project.env_files | ({project.config} if project.config else set()))


def _raise(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
