"""The output line that says that a process is ready."""

from __future__ import annotations

from hotrun.adapters.readiness.log_lines import LogLines
from hotrun.core.model.inputs import Emptied, Input, OutputRead, ProbePassed, SpawnFailed


class Story:
    """A run 1 of `web` whose readiness is in its log."""

    def __init__(self, pattern: str = "listening on .*:8000") -> None:
        self.posted: list[Input] = []
        self.slow: list[str] = []
        self.lines = LogLines(self.posted.append, self.slow.append)
        self.lines.expect(1, "web", pattern)

    def prints(self, *lines: str, run: int = 1) -> None:
        self.lines.check(OutputRead(run, "stdout", lines))


def test_a_matching_line_makes_ready_once_whatever_its_colors() -> None:
    story = Story()
    story.prints("starting", "listening")
    story.prints("listening on :8000", run=2)
    assert story.posted == []
    story.prints("\x1b[32mlistening\x1b[0m on 127.0.0.1:8000", "listening on :8000")
    story.prints("listening on :8000")
    assert story.posted == [ProbePassed(1, "log")]


def test_a_run_that_is_over_is_forgotten() -> None:
    for last in (Emptied(1), SpawnFailed(1, "no")):
        story = Story()
        story.lines.check(last)
        story.prints("listening on :8000")
        assert story.posted == []


def test_a_pattern_that_takes_too_long_is_reported_once() -> None:
    story = Story(r"^(?:z|zz)+$")
    for _ in range(3):
        story.prints("z" * 500 + "!", "z" * 500 + "?")
    assert (story.slow, story.posted) == (["web"], [])
