"""Writes what is wrong to files, after each build and when a process has failed: for Vim and Emacs, and as configured.

Sees each event before the views do: the files are written before the build result is shown.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.adapters.os.atomic_write import replace_file
from hotrun.core.model.inputs import Noticed
from hotrun.core.model.project import Export
from hotrun.core.state.last_result import LastResult

if TYPE_CHECKING:
    from hotrun.core.model.events import Diagnostic, Event

ERRORS = "errors.txt"


class ExportWriter:
    """The files of one session: `.hotrun/errors.txt` and the exports of the configuration."""

    def __init__(self, last_result: LastResult, folder: StateFolder, exports: tuple[Export, ...]) -> None:
        """`last_result` gets the events from here."""
        self._last_result = last_result
        self._folder = folder
        self._exports = exports
        self._is_silent = False
        self._failed: set[str] = set()  # what could not be written, and has been told

    def silence(self) -> None:
        """Write nothing: the files belong to another hotrun in the same root."""
        self._is_silent = True

    def configure(self, exports: tuple[Export, ...]) -> None:
        """From the next build result on, write these."""
        self._exports = exports

    def apply(self, event: Event) -> list[Noticed]:
        """Write the files if this event asks for it; the snapshot has applied it before.

        What cannot be written is reported once, until it could be.
        """
        if not self._last_result.apply(event) or self._is_silent:
            return []
        problems = self._last_result.problems()
        found = [self._written(os.path.join(self._folder.path, ERRORS), None, problems)]
        found += [self._written(export.path, export, problems) for export in self._exports]
        return [notice for notice in found if notice is not None]

    def _written(self, path: str, export: Export | None, problems: Sequence[Diagnostic]) -> Noticed | None:
        try:
            if export is None:
                self._folder.replace(ERRORS, _errors(problems))
            else:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                replace_file(path, _records(export, problems), temporary=export.files[1])
        except OSError as error:
            if path in self._failed:
                return None
            self._failed.add(path)
            return Noticed("warning", f"{path} cannot be written: {(error.strerror or str(error)).lower()}")
        self._failed.discard(path)
        return None


def _errors(problems: Iterable[Diagnostic]) -> bytes:
    if not problems:
        return b""  # and nothing needs to be imported
    from hotrun.views.formats.parts import encoded
    from hotrun.views.formats.vim import vim

    return b"".join(encoded(vim(problem)) for problem in problems)


def _records(export: Export, problems: Iterable[Diagnostic]) -> bytes:
    from hotrun.core.model.line_format import LineFormat
    from hotrun.views.formats.parts import encoded

    lines = LineFormat(export.format)
    return b"".join(encoded(record) for problem in problems if (record := lines.record(problem)) is not None)
