"""Diagnostics reach the engine before the end of their step, even if a disk hangs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from hotrun.adapters.diagnostics import patient_thread
from hotrun.adapters.diagnostics.locate import Locator, ProjectFiles
from hotrun.core.model.commands import FindTrace, Spawn
from hotrun.core.model.inputs import (
    DiagnosticsFound,
    Emptied,
    Exited,
    Input,
    Noticed,
    OutputRead,
    Spawned,
    SpawnFailed,
    TraceFound,
)
from hotrun.core.model.project import CustomParser, Program
from hotrun.session.diagnostics import DiagnosticsService
from tests.support.waiting import until

ONE, TWO = "a.c:1:2: error: one", "b.c:3:4: error: two"
GCC = Program(("gcc", "x"), "/p")
TRACE = ("Traceback (most recent call last):", '  File "/p/a.py", line 7, in main', "    x()", "KeyError: 'x'")


class Story:
    """A DiagnosticsService. Files named "slow..." are on a disk that only answers once `gate` is set."""

    def __init__(self, custom: tuple[CustomParser, ...] = ()) -> None:
        self.posted: list[Input] = []
        self.gate = threading.Event()
        files = ProjectFiles("/p", self._exists, lambda: ())
        self.service = DiagnosticsService(
            self.posted.append, lambda program, has_sources: lambda: Locator(program.cwd, files), custom, self._place_of
        )
        self.service.attach(asyncio.get_running_loop())

    def _place_of(self, key: tuple[str | int, ...]) -> str:
        return f"hotrun.toml:9: {key}"

    def _exists(self, path: str) -> bool:
        if Path(path).name.startswith("slow"):
            self.gate.wait()
        return True

    def begins(self, run: int) -> None:
        self.service.begin(Spawn(run, "step", "app", GCC, 1, parsers=("auto",)))

    def reads(self, run: int, *lines: str) -> None:
        self.service.handle(OutputRead(run, "stdout", lines))

    async def until_empty(self, run: int) -> list[tuple[str | None, int]]:
        """The findings of the run, once it is over."""
        await until(lambda: Emptied(run) in self.posted, "the end of the run")
        assert self.posted[-1] == Emptied(run)
        found = [input for input in self.posted if isinstance(input, DiagnosticsFound) and input.run == run]
        return [(finding.file, finding.count) for input in found for finding in input.findings]


def story(test: Callable[[Story], Awaitable[None]]) -> Callable[[], None]:
    async def main() -> None:
        await test(Story())

    return lambda: asyncio.run(main())


@story
async def test_all_findings_of_a_run_are_posted_before_its_end(story: Story) -> None:
    story.begins(1)
    story.reads(1, ONE, TWO, ONE)
    story.service.handle(Exited(1, 1))
    story.service.handle(Emptied(1))
    assert await story.until_empty(1) == [("/p/a.c", 1), ("/p/b.c", 1), ("/p/a.c", 2)]


@story
async def test_the_inputs_of_a_run_without_findings_are_posted_at_once(story: Story) -> None:
    story.begins(1)
    handled = [Spawned(1, 2), OutputRead(1, "stdout", ("all is well",)), Exited(1, 0), Emptied(1)]
    for input in handled:
        story.service.handle(input)
    assert story.posted == handled


@story
async def test_the_output_of_a_process_is_not_parsed(story: Story) -> None:
    story.service.begin(Spawn(1, "run", "web", GCC, 1))
    story.reads(1, ONE, TWO)
    story.service.handle(Emptied(1))
    assert len(story.posted) == 2


@story
async def test_a_run_that_could_not_be_started_is_forgotten(story: Story) -> None:
    story.begins(1)
    story.service.handle(SpawnFailed(1, "no"))
    story.service.handle(Emptied(1))
    assert story.posted == [SpawnFailed(1, "no"), Emptied(1)]


@pytest.fixture(autouse=True)
def _short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_thread, "MAX_WAIT_S", 0.2)


@story
async def test_after_a_timeout_findings_on_a_hanging_disk_are_posted_as_printed(story: Story) -> None:
    story.begins(1)
    story.reads(1, ONE, "slow.c:1:2: error: slow", TWO, "slow.c:1:2: error: slow")
    story.service.handle(Emptied(1))
    assert await story.until_empty(1) == [("/p/a.c", 1), ("slow.c", 1), ("b.c", 1), ("slow.c", 2)]
    story.gate.set()


@story
async def test_a_killed_run_does_not_wait_for_its_files(story: Story) -> None:
    story.begins(1)
    story.reads(1, "slow.c:1:2: error: slow")
    story.service.handle(Emptied(1))
    assert Emptied(1) not in story.posted
    story.service.stop_locating(1)
    assert await story.until_empty(1) == [("slow.c", 1)]
    story.gate.set()


@story
async def test_the_trace_of_a_process_is_found_with_its_file(story: Story) -> None:
    story.service.find_trace(FindTrace(7, Program(("python", "a.py"), "/p"), ("going", *TRACE), "web ended"))
    await until(lambda: bool(story.posted), "the trace")
    [found] = story.posted
    assert isinstance(found, TraceFound)
    assert found.trace is not None
    assert (found.run, found.what, found.trace.file, found.trace.line) == (7, "web ended", "/p/a.py", 7)


@story
async def test_output_without_a_trace_is_answered_too(story: Story) -> None:
    story.service.find_trace(FindTrace(7, GCC, ("going", ONE), "web ended"))
    assert story.posted == [TraceFound(7, "web ended")]


def test_a_slow_custom_pattern_is_switched_off_with_one_warning_that_names_it() -> None:
    async def main() -> None:
        hard = CustomParser("hard", match=r"(?:x|xx)+(?P<message>$)")
        story = Story((CustomParser("mine", match=r"(?P<message>oops)"), hard))
        story.begins(1)
        for _ in range(3):
            story.reads(1, "x" * 500 + "!", ONE)
        story.service.handle(Emptied(1))
        assert await story.until_empty(1) == [("/p/a.c", 1), ("/p/a.c", 3)]
        [warning] = [input for input in story.posted if isinstance(input, Noticed)]
        assert warning.text == (
            "hotrun.toml:9: ('parser', 1, 'match'): pattern switched off, it took more than 50 ms on one line"
        )

    asyncio.run(main())
