"""Folders that are polled: which they are, and that they are told of like others."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from hotrun.adapters.files.watcher import Fail, KernelSensor, Report, Sensor
from hotrun.adapters.os import mounts
from hotrun.core.model.inputs import Rescanned
from tests.adapters.files.disk import write
from tests.adapters.files.watched import Watched, backend, polling, put
from tests.support.waiting import DEADLINE_S, until


def test_what_is_polled_is_told_like_what_the_kernel_tells(root: Path) -> None:
    edited, gone = write(root / "edited"), write(root / "old" / "gone")

    async def story() -> None:
        async with polling(root, "always") as watched:
            assert backend(watched) == "poll"
            put(edited, root, "longer")
            await watched.until_told("~edited")
            (root / "edited").write_text("longer, in the same file")
            await until(lambda: "~edited" in watched.told(), "the edit")
            await watched.source.rescan()
            watched.changes.clear()
            put(root / "a" / "b" / "c" / "new", root)
            await watched.until_told("+a/b/c/new")
            put(root / "a" / "b" / "c" / "new", root, "longer")
            await watched.until_told("~a/b/c/new")
            shutil.rmtree(gone.parent)
            await watched.until_told("-old/gone")
            put(gone, root)
            await watched.until_told("+old/gone")
            put(gone, root, "longer")
            await watched.until_told("~old/gone")
            rules = put(root / ".gitignore", root, "*.log\n.gitignore\n")
            put(root / "x.log", root)
            await watched.quiet()
            put(rules, root, ".gitignore\n")
            await watched.until_told("+x.log")

    asyncio.run(story())


def test_a_root_that_is_no_text_is_polled_as_the_sensor_can_tell_nothing_of_it(tmp_path: Path) -> None:
    root = tmp_path / os.fsdecode(b"caf\xe9")
    root.mkdir()

    async def story() -> None:
        async with polling(root, "auto") as watched:
            assert backend(watched) == "poll"
            put(root / "src" / "a", root)
            await watched.until_told("+src/a")
            put(root / "src" / "a", root, "longer")
            await watched.until_told("~src/a")
            assert watched.notices() == []

    asyncio.run(story())


def test_only_folders_on_a_file_system_without_events_are_polled(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root / "remote" / "deep" / "a", root)
    put(root / "local" / "b", root)
    table = write(
        root.parent / "mountinfo",
        f"1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:9 / {root.resolve()}/remote rw - nfs4 server:/x rw\n",
    )
    monkeypatch.setattr(mounts, "MOUNTINFO", str(table))
    given: list[str] = []

    def sense(folders: list[str], own: tuple[str, ...], report: Report, fail: Fail) -> Sensor:
        given[:] = folders
        return KernelSensor(folders, own, report, fail)

    async def story() -> None:
        async with polling(root, "auto", sense=sense) as watched:
            assert backend(watched) == "watchfiles+poll"
            assert sorted(given) == [str(root), str(root / "local")]
            put(root / "remote" / "deep" / "a", root, "longer")
            await watched.until_told("~remote/deep/a")
            put(root / "local" / "b", root, "longer")
            await watched.until_told("~local/b")
            await watched.start(poll="never")
            assert backend(watched) == "watchfiles"
            await watched.start(poll="always")
            assert backend(watched) == "poll"
            assert watched.notices() == []

    asyncio.run(story())


def test_while_polling_the_proof_that_all_is_told_does_not_wait_for_the_interval(root: Path) -> None:
    """The interval is longer than the test may take, so only `poll_now` makes it poll, and the rescan finds nothing."""
    sync = root / ".hotrun" / "sync"
    sync.mkdir(parents=True)
    path = write(root / "src" / "a")

    async def story() -> None:
        watched = Watched(root, cookie_folder=sync)
        await watched.start(poll="always", poll_interval_ms=1_000_000)
        put(path, root, "longer")
        await asyncio.wait_for(watched.source.rescan(), DEADLINE_S)
        assert watched.told() == ["~src/a"]
        assert [fact.missed for fact in watched.posted if isinstance(fact, Rescanned)] == [0]
        watched.source.close()

    asyncio.run(story())
