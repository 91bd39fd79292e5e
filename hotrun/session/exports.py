"""Writes the current diagnostics to files, after each build and when a process fails.

It gets each event before the views do, so the files are written before the build result is shown.
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
    """The files of one session: `.hotrun/errors.txt` for Vim and Emacs, and the configured exports."""

    def __init__(self, last_result: LastResult, folder: StateFolder, exports: tuple[Export, ...]) -> None:
        """`apply` passes each event on to `last_result`."""
        self._last_result = last_result
        self._folder = folder
        self._exports = exports
        self._is_disabled = False
        self._failed: set[str] = set()  # paths whose write error has been reported

    def disable(self) -> None:
        """Write nothing, because the files belong to another hotrun in the same root."""
        self._is_disabled = True

    def configure(self, exports: tuple[Export, ...]) -> None:
        """Write these exports from the next build result on."""
        self._exports = exports

    def apply(self, event: Event) -> list[Noticed]:
        """Write the files if this event changes the diagnostics. The snapshot must have applied it already.

        Returns a warning for a file that cannot be written. It is not repeated until a write has succeeded.
        """
        if not self._last_result.apply(event) or self._is_disabled:
            return []
        problems = self._last_result.problems()
        found = [self._write(os.path.join(self._folder.path, ERRORS), None, problems)]
        found += [self._write(export.path, export, problems) for export in self._exports]
        return [notice for notice in found if notice is not None]

    def _write(self, path: str, export: Export | None, problems: Sequence[Diagnostic]) -> Noticed | None:
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
            return Noticed("warning", f"cannot write {path}: {(error.strerror or str(error)).lower()}")
        self._failed.discard(path)
        return None


def _errors(problems: Iterable[Diagnostic]) -> bytes:
    if not problems:
        return b""  # without the import below
    from hotrun.views.formats.parts import encoded
    from hotrun.views.formats.vim import vim

    return b"".join(encoded(vim(problem)) for problem in problems)


def _records(export: Export, problems: Iterable[Diagnostic]) -> bytes:
    from hotrun.core.model.line_format import LineFormat
    from hotrun.views.formats.parts import encoded

    lines = LineFormat(export.format)
    return b"".join(encoded(record) for problem in problems if (record := lines.record(problem)) is not None)
