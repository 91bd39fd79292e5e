"""When events may have been lost, all watches are renewed, everything is compared, and that is reported."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotrun.adapters.files import source, watcher
from hotrun.adapters.files.source import OVERFLOW_PATHS
from hotrun.adapters.files.suspend import JUMP_S, SuspendDetector
from hotrun.adapters.files.watcher import Fail, KernelSensor, Report, Sensor
from hotrun.core.model.inputs import Rescanned
from hotrun.core.model.settings import Poll
from tests.adapters.files.disk import write
from tests.adapters.files.watched import Watched, put


class Deaf:
    """Real sensors whose reports get lost unless `hears`; `report` and `fail` are those of the newest one."""

    def __init__(self) -> None:
        self.hears = False
        self.made = 0
        self.report: Report = lambda paths, removed: None
        self.fail: Fail = lambda reason: None

    def __call__(self, folders: list[str], own: tuple[str, ...], report: Report, fail: Fail) -> Sensor:
        def hear(paths: frozenset[str], removed: frozenset[str]) -> None:
            if self.hears:
                report(paths, removed)

        self.made += 1
        self.report, self.fail = report, fail
        return KernelSensor(folders, own, hear, fail)


class Clocks:
    """How far the clock that runs during a suspend is ahead of the other one."""

    def __init__(self) -> None:
        self.ahead_s = 5000.0

    def __call__(self) -> float:
        return self.ahead_s


@contextlib.asynccontextmanager
async def deaf(root: Path, clocks: Clocks | None = None) -> AsyncIterator[tuple[Watched, Deaf]]:
    """A source without any events, of a project with the file `a`, which was edited."""
    write(root / "a")
    sense = Deaf()
    watched = Watched(root, sense, suspend=SuspendDetector(clocks) if clocks is not None else None)
    await watched.start()
    put(root / "a", root, "longer")
    try:
        yield watched, sense
    finally:
        watched.source.close()


async def until_compared_anew(watched: Watched, sense: Deaf, *, before: int) -> None:
    await watched.until_told("~a")
    report = watched.source.report()
    assert (report.walks, report.missed, report.renewals) == (1, 1, 1)
    assert sense.made > before
    sense.hears = True
    await watched.quiet()


def test_a_report_as_long_as_the_kernels_queue_leads_to_new_watches_and_a_walk(tmp_path: Path) -> None:
    async def story() -> None:
        async with deaf(tmp_path) as (watched, sense):
            made = sense.made
            sense.report(frozenset(f"{tmp_path}/gone{number}" for number in range(OVERFLOW_PATHS + 1)), frozenset())
            await until_compared_anew(watched, sense, before=made)

    asyncio.run(story())


def test_a_failed_sensor_leads_to_new_watches_and_a_walk(tmp_path: Path) -> None:
    async def story() -> None:
        async with deaf(tmp_path) as (watched, sense):
            made = sense.made
            sense.fail("for a test")
            await until_compared_anew(watched, sense, before=made)

    asyncio.run(story())


@pytest.mark.parametrize("wakes_by", ["time", "report"])
def test_sleep_leads_to_new_watches_and_a_walk(wakes_by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "SUSPEND_CHECK_S", 0.01 if wakes_by == "time" else 1000.0)
    clocks = Clocks()

    async def story() -> None:
        async with deaf(tmp_path, clocks) as (watched, sense):
            made = sense.made
            clocks.ahead_s += JUMP_S + 0.1
            if wakes_by == "report":
                sense.report(frozenset({f"{tmp_path}/b"}), frozenset())
            await until_compared_anew(watched, sense, before=made)
            assert watched.source.report().renewals == 1, "one sleep is one doubt"

    asyncio.run(story())


def test_clocks_that_drift_apart_are_no_sleep() -> None:
    clocks = Clocks()
    sleep = SuspendDetector(clocks)
    for drift_s in (0.5, 0.9, -30.0, 0.0):
        clocks.ahead_s += drift_s
        assert not sleep.was_suspended()
    clocks.ahead_s += JUMP_S * 2
    assert sleep.was_suspended()
    assert not sleep.was_suspended()


def test_the_clocks_of_this_machine_say_that_it_has_not_slept() -> None:
    assert not SuspendDetector().was_suspended()


def test_another_root_in_the_place_of_the_old_one_is_found_by_a_walk_and_watched(tmp_path: Path) -> None:
    root = tmp_path / "root"

    async def story() -> None:
        async with deaf(root) as (watched, sense):
            made = sense.made
            root.rename(tmp_path / "old")
            write(root / "b")
            await watched.source.rescan()
            await watched.until_told("+b", "-a")
            assert sense.made > made
            sense.hears = True
            put(root / "b", root, "longer")
            await watched.until_told("~b")

    asyncio.run(story())


def test_a_folder_that_was_replaced_unnoticed_gets_a_watch_with_the_next_walk(tmp_path: Path) -> None:
    async def story() -> None:
        async with deaf(tmp_path) as (watched, sense):
            put(tmp_path / "sub" / "a", tmp_path)
            await watched.source.rescan()
            watched.changes.clear()
            (tmp_path / "sub").rename(tmp_path.parent / f"{tmp_path.name}-away")
            put(tmp_path / "sub" / "a", tmp_path, "longer")
            await watched.source.rescan()
            await watched.until_told("~sub/a")
            sense.hears = True
            put(tmp_path / "sub" / "a", tmp_path, "even longer")
            await watched.until_told("~sub/a")

    asyncio.run(story())


def test_what_a_verify_finds_that_no_event_told_is_counted_for_the_whole_session(tmp_path: Path) -> None:
    async def story() -> None:
        async with deaf(tmp_path) as (watched, _):
            await watched.source.rescan()
            put(tmp_path / "b", tmp_path)
            put(tmp_path / "c", tmp_path)
            await watched.source.rescan()
            assert [fact.missed for fact in watched.posted if isinstance(fact, Rescanned)] == [1, 2]
            report = watched.source.report()
            assert (report.walks, report.missed, report.renewals) == (2, 3, 0)
            assert report.last_walk_ms is not None
            assert (report.folders, report.files) == (1, 3)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("poll", "expected"),
    [("never", ("watchfiles", watcher.STEP_ACTIVE_MS, 0)), ("always", ("poll", None, 2))],
)
def test_the_report_says_what_watches(poll: Poll, expected: tuple[str, int | None, int], tmp_path: Path) -> None:
    write(tmp_path / "sub" / "a")

    async def story() -> None:
        watched = Watched(tmp_path)
        assert watched.source.report().backend == "none"
        await watched.start(poll=poll, poll_interval_ms=250)
        report = watched.source.report()
        assert (report.backend, report.step_ms, report.polled) == expected
        assert report.poll_interval_ms == 250
        watched.source.close()

    asyncio.run(story())


def test_after_a_quiet_while_the_report_says_the_slow_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        watched = Watched(tmp_path)
        await watched.start()
        monkeypatch.setattr(watcher, "ACTIVE_S", 0.0)
        assert watched.source.report().step_ms == watcher.STEP_IDLE_MS
        watched.source.close()

    asyncio.run(story())
