"""Finds the output line that says that a process is ready (`ready.log`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hotrun.core.model.inputs import Emptied, Input, OutputRead, ProbePassed, SpawnFailed

if TYPE_CHECKING:
    from hotrun.core.diagnostics.custom_pattern import CustomPattern


class LogLines:
    """The runs that are not ready yet."""

    def __init__(self, post: Callable[[Input], None], on_slow: Callable[[str], None]) -> None:
        """`post` gets ProbePassed.

        `on_slow` is called once for a process whose pattern took too long and is not used.
        """
        self._post = post
        self._on_slow = on_slow
        self._waiting: dict[int, tuple[str, CustomPattern]] = {}

    def expect(self, run: int, process: str, pattern: str) -> None:
        """Wait for a matching line in the output of a run of `process`, which is about to start."""
        from hotrun.core.diagnostics.custom_pattern import custom_pattern

        self._waiting[run] = process, custom_pattern(pattern)

    def check(self, input: Input) -> None:
        """Check the output in an input of the engine, after it has been posted."""
        match input:
            case OutputRead() if input.run in self._waiting:
                self._check_lines(input, *self._waiting[input.run])
            case Emptied() | SpawnFailed():
                self._waiting.pop(input.run, None)
            case _:
                pass

    def _check_lines(self, read: OutputRead, process: str, pattern: CustomPattern) -> None:
        from hotrun.core.diagnostics.model.text_lines import plain

        was_off = pattern.is_off
        if any(pattern.search(plain(line)) for line in read.lines):
            del self._waiting[read.run]
            self._post(ProbePassed(read.run, "log"))
        elif pattern.is_off and not was_off:
            self._on_slow(process)
