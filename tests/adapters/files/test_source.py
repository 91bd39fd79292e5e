"""The kernel's real events for a real folder, in a real loop: what is reported, and that nothing else is."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import random
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from hotrun.adapters.files.source import CLOCK_LAG_NS, MAX_FAILURES, MAX_FOLDER_RACES
from hotrun.adapters.files.watcher import Fail, KernelSensor, Report, Sensor, Watcher
from hotrun.adapters.os import mounts
from hotrun.core.model.inputs import Noticed, Rescanned, WatchStarted
from hotrun.core.model.settings import Poll
from tests.adapters.files.disk import save_atomically, signatures, walked, write, write_unnoticeably
from tests.adapters.files.random_changes import Gardener
from tests.adapters.files.watched import Watched, put
from tests.support.waiting import DEADLINE_S, until, wait_until


@pytest.fixture(autouse=True)
def no_global_excludes(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))


@contextlib.asynccontextmanager
async def watching(root: Path, *roots: Path, single: Iterable[Path] = ()) -> AsyncIterator[Watched]:
    watched = Watched(root)
    await watched.start(*roots, single=single)
    try:
        yield watched
    finally:
        watched.source.close()


def in_background(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


# --- edits -------------------------------------------------------------------------------------------------------


def test_an_edit_a_new_file_and_a_deleted_one_are_told(tmp_path: Path) -> None:
    write(tmp_path / "edited")
    write(tmp_path / "gone")

    async def story() -> None:
        async with watching(tmp_path) as watched:
            write(tmp_path / "edited", "longer")
            await watched.until_told("~edited")
            write(tmp_path / "new")
            await watched.until_told("+new")
            (tmp_path / "gone").unlink()
            await watched.until_told("-gone")

    asyncio.run(story())


def test_an_atomic_save_is_one_modification(tmp_path: Path) -> None:
    path = write(tmp_path / "a", "one")

    async def story() -> None:
        async with watching(tmp_path) as watched:
            save_atomically(path, "two")
            await watched.until_told("~a")
            await watched.quiet()

    asyncio.run(story())


def test_a_write_of_the_same_size_with_the_old_time_put_back_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a", "before")

    async def story() -> None:
        async with watching(tmp_path) as watched:
            write_unnoticeably(path)
            await until(lambda: "~a" in watched.told(), "the change")

    asyncio.run(story())


def test_a_file_that_is_only_read_is_not_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a")

    async def story() -> None:
        async with watching(tmp_path) as watched:
            path.read_text()
            await watched.quiet()

    asyncio.run(story())


# --- folders -----------------------------------------------------------------------------------------------------


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


# --- what is ignored ---------------------------------------------------------------------------------------------


def test_a_file_in_an_ignored_folder_is_not_told(tmp_path: Path) -> None:
    write(tmp_path / ".gitignore", "out/\n")
    write(tmp_path / "out" / "a")
    write(tmp_path / "node_modules" / "b")

    async def story() -> None:
        async with watching(tmp_path) as watched:
            write(tmp_path / "out" / "a", "other")
            write(tmp_path / "out" / "deep" / "new")
            write(tmp_path / "node_modules" / "b", "other")
            write(tmp_path / ".git" / "index")
            await watched.quiet()
            (started,) = [fact for fact in watched.posted if isinstance(fact, WatchStarted)]
            assert (started.folders, started.files, started.pruned) == (1, 1, 2)

    asyncio.run(story())


def test_an_edited_ignore_file_takes_effect(tmp_path: Path) -> None:
    rules = write(tmp_path / ".gitignore", "out/\n.gitignore\n")
    write(tmp_path / "out" / "a")

    async def story() -> None:
        async with watching(tmp_path) as watched:
            rules.write_text(".gitignore\n*.log\n")
            await watched.until_told("+out/a")
            write(tmp_path / "out" / "a", "other")
            await watched.until_told("~out/a")
            write(tmp_path / "out" / "b.log")
            await watched.quiet()

    asyncio.run(story())


def test_an_env_file_outside_the_roots_is_told_and_what_lies_beside_it_is_not(tmp_path: Path) -> None:
    root, env = tmp_path / "root", tmp_path / "far" / ".env"
    root.mkdir()
    write(env, "A=1")

    async def story() -> None:
        async with watching(root, single=[env]) as watched:
            env.write_text("A=1000")
            await watched.until_told("~../far/.env")
            write(env.with_name("beside"))
            await watched.quiet()
            env.unlink()
            await watched.until_told("-../far/.env")
            write(env)
            await watched.until_told("+../far/.env")

    asyncio.run(story())


# --- starting ----------------------------------------------------------------------------------------------------


def test_what_changed_between_the_given_time_and_the_start_is_told(tmp_path: Path) -> None:
    config, env = tmp_path / "hotrun.toml", tmp_path / "far.env"
    root = tmp_path / "root"
    since_ns = write(root / "early").stat().st_ctime_ns + 2 * CLOCK_LAG_NS

    async def story() -> None:
        watched = Watched(root)
        for path in (write(root / "deep" / "a"), write(config), write(env)):
            while path.stat().st_ctime_ns < since_ns:
                os.utime(path)  # until the file system's clock has reached it
        await watched.start(root, config, single=[config, env], since_ns=since_ns)
        assert watched.told() == ["~../far.env", "~../hotrun.toml", "~deep/a"]
        watched.source.close()

    asyncio.run(story())


def test_without_a_time_nothing_is_told_at_the_start(tmp_path: Path) -> None:
    write(tmp_path / "a")

    async def story() -> None:
        async with watching(tmp_path) as watched:
            assert watched.changes == []
            await watched.quiet()

    asyncio.run(story())


def test_a_second_start_watches_something_else(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write(one / "a")
    write(two / "a")

    async def story() -> None:
        async with watching(tmp_path, one) as watched:
            await watched.start(two)
            write(one / "a", "other")
            write(two / "a", "other")
            await watched.until_told("~two/a")
            write(two / "b")
            await watched.until_told("+two/b")

    asyncio.run(story())


def test_nothing_is_told_after_close_even_when_the_loop_has_gone(tmp_path: Path) -> None:
    errors: list[object] = []
    threading.excepthook, before = errors.append, threading.excepthook
    try:

        async def story() -> Watched:
            async with watching(tmp_path) as watched:
                write(tmp_path / "a")
            return watched

        watched = asyncio.run(story())
        told = list(watched.changes)
        watched.source._report(frozenset((str(tmp_path / "b"),)), frozenset())
        watched.source._fail("late")
        assert watched.changes == told
    finally:
        threading.excepthook = before
    assert errors == []


# --- when the sensor fails ---------------------------------------------------------------------------------------


def test_a_file_name_that_is_no_text_kills_the_sensor_but_nothing_is_lost(tmp_path: Path) -> None:
    bad = os.path.join(os.fsencode(tmp_path), b"caf\xe9")
    write(tmp_path / "a")

    async def story() -> None:
        async with watching(tmp_path) as watched:
            for _ in range(2):
                with open(bad, "ab") as file:
                    file.write(b"x")
                write(tmp_path / "a", "longer and longer" * len(watched.posted))
                await until(lambda: {"~a"} <= set(watched.told()), "the edit")
            assert "+caf\ufffd" in watched.told()
            assert len(watched.notices()) == 1
            assert "was restarted" in watched.notices()[0]
            watched.changes.clear()
            await until_stable(watched, tmp_path / "b")

    async def until_stable(watched: Watched, path: Path) -> None:
        write(path)
        await until(lambda: "+b" in watched.told(), "a new file")

    asyncio.run(story())


def test_a_folder_whose_name_is_no_text_is_told_and_the_rest_is_watched(tmp_path: Path) -> None:
    bad = os.path.join(os.fsencode(tmp_path), b"caf\xe9")
    os.mkdir(bad)

    async def story() -> None:
        async with watching(tmp_path) as watched:
            assert watched.notices() == ["not watched: caf\ufffd: its name is not UTF-8"]
            await watched.quiet()

    asyncio.run(story())


def test_a_project_whose_own_name_is_no_text_is_told_not_to_be_watched_where_it_must_not_be_polled(
    tmp_path: Path,
) -> None:
    root = os.fsdecode(os.path.join(os.fsencode(tmp_path), b"caf\xe9"))
    os.mkdir(root)

    async def story() -> None:
        watched = Watched(Path(root))
        await watched.start(poll="never")
        (notice,) = watched.notices()
        assert "some folders are not watched" in notice
        notice.encode()
        watched.source.close()

    asyncio.run(story())


def test_a_retired_sensor_gives_out_what_it_has_seen(tmp_path: Path) -> None:
    """The event is older than the new sensor, so only the old one has it."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    seen: set[str] = set()
    watcher = Watcher(lambda paths, removed: seen.update(paths), lambda reason: None)
    try:
        watcher.watch([str(first)])
        for number in range(20):
            path = write(first / f"a{number}")
            watcher.watch([str(second)])
            wait_until(lambda path=str(path): path in seen, f"{path} was lost")  # type: ignore[misc]
            watcher.watch([str(first)])
    finally:
        watcher.close()


def test_sensors_end_after_close(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    watcher = Watcher(lambda paths, removed: None, lambda reason: None)
    for _ in range(3):
        watcher.watch([str(tmp_path)])
    mine = set(threading.enumerate()) - before
    assert mine
    watcher.close()
    for thread in mine:
        thread.join(DEADLINE_S)
        assert not thread.is_alive()


def test_a_retired_sensor_ends_by_itself(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    watcher = Watcher(lambda paths, removed: None, lambda reason: None)
    watcher.watch([str(tmp_path)])
    (first,) = set(threading.enumerate()) - before
    watcher.watch([str(tmp_path)])
    first.join(DEADLINE_S)
    assert not first.is_alive()
    watcher.close()


# --- polling -----------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def polling(root: Path, poll: Poll, **options: Any) -> AsyncIterator[Watched]:
    watched = Watched(root, **options)
    await watched.start(poll=poll)
    try:
        yield watched
    finally:
        watched.source.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "root"
    path.mkdir()
    return path


def backend(watched: Watched) -> str:
    return next(fact.backend for fact in reversed(watched.posted) if isinstance(fact, WatchStarted))


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


# --- the kernel's limits -----------------------------------------------------------------------------------------


class Kernel:
    """Makes real sensors as long as there are watches left, as the kernel does for all programs of a user together."""

    def __init__(self, limit: int, error: int = errno.ENOSPC) -> None:
        self.limit = limit
        self._error = error
        self._made: list[tuple[KernelSensor, int]] = []

    def __call__(self, folders: list[str], own: tuple[str, ...], report: Report, fail: Fail) -> Sensor:
        if self.used() + len(folders) > self.limit:
            raise OSError(self._error, "no more")
        sensor = KernelSensor(folders, own, report, fail)
        self._made.append((sensor, len(folders)))
        return sensor

    def used(self) -> int:
        return sum(count for sensor, count in self._made if sensor.runs)


def many_folders(root: Path) -> list[Path]:
    """Return the root and 38 folders below it, with a file in each."""
    names = [".", *(f"big/d{n}" for n in range(24)), *(f"mid/d{n}" for n in range(9)), "small/d", "x"]
    files = [write(root / name / "a") for name in names]
    files += [write(root / name / "a") for name in ("big", "mid", "small")]
    return files


async def all_are_told(watched: Watched, files: Iterable[Path]) -> None:
    for file in files:
        put(file, watched.root, file.read_text() + "longer")
    await watched.until_told(*(f"~{file.relative_to(watched.root)}" for file in files))


@pytest.mark.parametrize(("limit", "error"), [(25, errno.ENOSPC), (1, errno.ENOSPC), (0, errno.EMFILE)])
def test_what_exceeds_the_kernels_limit_is_polled_and_that_is_told_once(root: Path, limit: int, error: int) -> None:
    files = many_folders(root)
    kernel = Kernel(limit, error)

    async def story() -> None:
        async with polling(root, "auto", sense=kernel) as watched:
            assert backend(watched) == ("watchfiles+poll" if limit == 25 else "poll")
            assert kernel.used() <= limit < kernel.used() + len(files) // 8 + 2 or limit < len(files) // 8
            await all_are_told(watched, files)
            new = put(root / "later" / "deep" / "a", root)
            await watched.until_told("+later/deep/a")
            await all_are_told(watched, [*files, new])
            (notice,) = watched.notices()
            key = "max_user_watches" if error == errno.ENOSPC else "max_user_instances"
            assert f"`sudo sysctl fs.inotify.{key}=" in notice
            assert f"{len(files) - kernel.used()} of {len(files)} folders are polled every 0.02 s" in notice
            assert "Largest: big (25 folders), mid (10 folders), small (2 folders). " in notice

    asyncio.run(story())


def test_a_folder_that_loses_its_watch_at_the_limit_is_polled_from_then_on(root: Path) -> None:
    files = many_folders(root)

    async def story() -> None:
        async with polling(root, "auto", sense=Kernel(30)) as watched:
            shutil.rmtree(root / "big")
            await until(lambda: sum(path.startswith("-big/") for path in watched.told()) == 25, "the removal")
            watched.changes.clear()
            again = [put(file, root) for file in files if not file.exists()]
            await watched.until_told(*(f"+{file.relative_to(root)}" for file in again))
            await all_are_told(watched, files)
            assert len(watched.notices()) == 1

    asyncio.run(story())


def test_a_limit_that_is_met_later_leaves_what_is_watched_and_polls_what_is_new(root: Path) -> None:
    files = many_folders(root)
    kernel = Kernel(len(files) + 3)

    async def story() -> None:
        async with polling(root, "auto", sense=kernel) as watched:
            assert backend(watched) == "watchfiles"
            assert watched.notices() == []
            new = put(root / "later" / "a", root)
            await watched.until_told("+later/a")
            await all_are_told(watched, [*files, new])
            (notice,) = watched.notices()
            assert f"1 of {len(files) + 1} folders are polled" in notice

    asyncio.run(story())


def test_another_start_tries_the_kernel_anew(root: Path) -> None:
    many_folders(root)
    kernel = Kernel(25)

    async def story() -> None:
        async with polling(root, "auto", sense=kernel) as watched:
            assert backend(watched) == "watchfiles+poll"
            await watched.start(exclude=("big/",))
            assert backend(watched) == "watchfiles"
            kernel.limit = 1000
            await watched.start()
            assert backend(watched) == "watchfiles"
            assert len(watched.notices()) == 1

    asyncio.run(story())


def test_another_start_at_the_limit_does_not_cling_to_what_was_watched_before(root: Path) -> None:
    many_folders(root / "one")
    many_folders(root / "two")
    kernel = Kernel(45)

    async def story() -> None:
        async with polling(root, "auto", sense=kernel) as watched:
            await watched.start(root / "one")
            assert backend(watched) == "watchfiles"
            await watched.start(root / "one", root / "two")
            assert backend(watched) == "watchfiles+poll"
            assert kernel.used() == 39  # half of all
            await watched.start(root / "two")
            assert backend(watched) == "watchfiles"

    asyncio.run(story())


def test_without_polling_what_exceeds_the_limit_is_an_error(root: Path) -> None:
    many_folders(root)

    async def story() -> None:
        async with polling(root, "never", sense=Kernel(25)) as watched:
            assert backend(watched) == "watchfiles"
            put(root / "a", root, "longer")
            await watched.until_told("~a")
            (notice,) = [fact for fact in watched.posted if isinstance(fact, Noticed)]
            assert notice.level == "error"
            assert 'folders are not watched because watch.poll is "never"' in notice.text

    asyncio.run(story())


def test_a_sensor_that_dies_again_and_again_gives_way_to_polling(root: Path) -> None:
    path = put(root / "a", root)

    async def story() -> None:
        async with polling(root, "auto") as watched:
            for _ in range(MAX_FAILURES):
                watched.source._fail("broken")
            await until(lambda: len(watched.notices()) == 2, "the notice")
            assert watched.notices()[1].endswith("polling everything")
            assert watched.source._watcher.backend == "poll"
            put(path, root, "longer")
            await watched.until_told("~a")

    asyncio.run(story())


def test_a_sensor_that_dies_at_the_limit_is_made_anew(root: Path) -> None:
    files = many_folders(root)
    kernel = Kernel(25)

    async def story() -> None:
        async with polling(root, "auto", sense=kernel) as watched:
            bad = os.path.join(os.fsencode(root), b"caf\xe9")
            with open(bad, "wb"):
                pass
            await until(lambda: any("was restarted" in text for text in watched.notices()), "the notice")
            assert watched.source._watcher.backend == "watchfiles+poll"
            await watched.until_told("+caf\ufffd")
            await all_are_told(watched, files)

    asyncio.run(story())
