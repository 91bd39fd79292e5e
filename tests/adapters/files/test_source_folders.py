"""Folders that come, go and move under the real watcher: nothing in them is lost."""

from __future__ import annotations

import asyncio
import random
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from hotrun.adapters.files.source import MAX_FOLDER_RACES
from hotrun.adapters.files.watcher import Watcher
from hotrun.core.model.settings import Poll
from tests.adapters.files.disk import signatures, walked, write
from tests.adapters.files.random_changes import Gardener
from tests.adapters.files.watched import Watched, polling, watching
from tests.support.waiting import until


def in_background(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_files_written_at_once_into_new_nested_folders_are_all_told_and_then_watched(tmp_path: Path) -> None:
    async def story() -> None:
        async with watching(tmp_path) as watched:
            names = [f"a/b/c{n}/d/f{m}" for n in range(8) for m in range(4)]
            for name in names:
                write(tmp_path / name)
            await watched.until_told(*(f"+{name}" for name in names))
            write(tmp_path / names[-1], "later")
            await watched.until_told(f"~{names[-1]}")

    asyncio.run(story())


def test_folders_that_are_made_while_others_get_their_watch_are_found(tmp_path: Path) -> None:
    names = {f"d{n}/e/f" for n in range(40)}

    def work() -> None:
        for name in names:
            write(tmp_path / name)

    async def story() -> None:
        async with watching(tmp_path) as watched:
            writer = in_background(work)
            await until(lambda: names <= {change.path for change in watched.changes}, "all files")
            writer.join()
            assert names == {change.path for change in watched.changes}

    asyncio.run(story())


def test_a_folder_moved_in_is_told_file_by_file_and_then_watched(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    write(outside / "a")
    write(outside / "deep" / "b")

    async def story() -> None:
        async with watching(root) as watched:
            outside.rename(root / "moved")
            await watched.until_told("+moved/a", "+moved/deep/b")
            write(root / "moved" / "deep" / "b", "other")
            await watched.until_told("~moved/deep/b")

    asyncio.run(story())


def test_a_folder_that_is_removed_or_moved_out_is_told_file_by_file(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in ("one/a", "one/deep/b", "two/a", "two/deep/b"):
        write(root / name)

    async def story() -> None:
        async with watching(root) as watched:
            shutil.rmtree(root / "one")
            await watched.until_told("-one/a", "-one/deep/b")
            (root / "two").rename(tmp_path / "two")
            await watched.until_told("-two/a", "-two/deep/b")
            write(tmp_path / "two" / "a", "nobody's business any more")
            await watched.quiet()

    asyncio.run(story())


def test_a_folder_that_was_replaced_at_once_is_watched_again(tmp_path: Path) -> None:
    """Its path is the same, so the list of folders does not change; but its watch is gone with the old folder."""
    path = tmp_path / "folder"
    write(path / "deep" / "a")

    async def story() -> None:
        async with watching(tmp_path) as watched:
            for _ in range(3):
                (path / "deep" / "a").unlink()
                (path / "deep").rmdir()
                path.rmdir()
                write(path / "deep" / "a", "other")
                await until(lambda: watched.told() == ["~folder/deep/a"], "the other file")
                await watched_again(watched, path / "deep" / "a")

    async def watched_again(watched: Watched, file: Path) -> None:
        """Wait for the new watch. It comes with the comparison that finds the file, so later edits are seen."""
        watched.changes.clear()
        file.write_text("edited in the new folder")
        await watched.until_told("~folder/deep/a")

    asyncio.run(story())


def test_an_edit_beside_a_new_folder_is_not_lost_while_the_watch_is_renewed(tmp_path: Path) -> None:
    edits = 25
    files = [write(tmp_path / "a" / f"f{n}") for n in range(edits)]

    async def story() -> None:
        async with watching(tmp_path) as watched:
            for number, file in enumerate(files):
                (tmp_path / f"new{number}").mkdir()
                # Somewhere between the event of the folder and the end of the renewal, each time at another point.
                await asyncio.sleep(number * 0.0003)
                file.write_text("edited")
                await watched.until_told(f"~a/f{number}")

    asyncio.run(story())


def test_a_folder_that_goes_between_the_look_and_the_watch_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment is too short to be hit by chance, so the folder is removed right there."""
    watch, short_lived = Watcher.watch, tmp_path / "work"

    def after_a_removal(watcher: Watcher, folders: list[str]) -> None:
        if short_lived.exists():
            short_lived.rmdir()
        watch(watcher, folders)

    async def story() -> None:
        async with watching(tmp_path) as watched:
            monkeypatch.setattr(Watcher, "watch", after_a_removal)
            short_lived.mkdir()
            path = write(tmp_path / "kept" / "a")
            await watched.until_told("+kept/a")
            path.write_text("longer")
            await watched.until_told("~kept/a")
            assert not short_lived.exists()
            assert watched.notices() == []

    asyncio.run(story())


def test_where_folders_go_faster_than_they_can_be_watched_the_watch_comes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, races = Watcher.watch, iter(range(3 * MAX_FOLDER_RACES))

    def after_many_races(watcher: Watcher, folders: list[str]) -> None:
        if next(races, None) is not None:
            raise FileNotFoundError
        watch(watcher, folders)

    async def story() -> None:
        async with watching(tmp_path) as watched:
            monkeypatch.setattr(Watcher, "watch", after_many_races)
            path = write(tmp_path / "kept" / "a")
            await watched.until_told("+kept/a")
            await until(lambda: next(races, None) is None, "the end of the races")
            path.write_text("longer")
            await watched.until_told("~kept/a")
            assert watched.notices() == []

    asyncio.run(story())


def test_folders_that_come_and_go_at_once_do_no_harm(tmp_path: Path) -> None:
    def churn() -> None:
        for number in range(200):
            (tmp_path / f"work{number}" / "deep").mkdir(parents=True)
            (tmp_path / f"work{number}" / "deep").rmdir()
            (tmp_path / f"work{number}").rmdir()

    async def story() -> None:
        async with watching(tmp_path) as watched:
            worker = in_background(churn)
            await until(lambda: not worker.is_alive(), "the end of the churn")
            await watched.quiet()
            path = write(tmp_path / "kept" / "a")
            await watched.until_told("+kept/a")
            path.write_text("longer")
            await watched.until_told("~kept/a")
            assert watched.notices() == []

    asyncio.run(story())


def test_a_root_that_is_removed_and_made_again_is_watched_again(tmp_path: Path) -> None:
    root = tmp_path / "src"
    write(root / "a")
    write(tmp_path / "beside")

    async def story() -> None:
        async with watching(tmp_path, root) as watched:
            shutil.rmtree(root)
            await watched.until_told("-src/a")
            path = write(root / "b")
            await watched.until_told("+src/b")
            path.write_text("longer")
            await watched.until_told("~src/b")
            assert watched.notices() == []

    asyncio.run(story())


@pytest.mark.slow
@pytest.mark.parametrize("poll", ["never", "always"])
@pytest.mark.parametrize("seed", range(6))
def test_after_any_work_the_snapshot_comes_to_equal_the_disk(seed: int, poll: Poll, tmp_path: Path) -> None:
    rng = random.Random(seed)
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    gardener = Gardener(rng, root, outside)

    def work(deeds: int) -> None:
        for _ in range(deeds):
            gardener.work()

    async def story() -> None:
        async with polling(root, poll) as watched:
            for _ in range(15):
                await asyncio.to_thread(work, rng.choice((1, 3, 10, 30)))
                await until(lambda: watched.snapshot() == signatures(walked(root)), "the snapshot")

    asyncio.run(story())
