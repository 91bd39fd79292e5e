"""The kernel's real events for a real folder, in a real loop: what is reported, and that nothing else is."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

from hotrun.adapters.files.source import CLOCK_LAG_NS
from hotrun.adapters.files.watcher import Watcher
from hotrun.core.model.inputs import WatchStarted
from tests.adapters.files.disk import save_atomically, write, write_unnoticeably
from tests.adapters.files.watched import Watched, watching
from tests.support.waiting import DEADLINE_S, until, wait_until

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
