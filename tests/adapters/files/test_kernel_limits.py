"""What exceeds the limits of the kernel is polled, and that is said once."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from hotrun.adapters.files.source import MAX_FAILURES
from hotrun.adapters.files.watcher import Fail, KernelSensor, Report, Sensor
from hotrun.core.model.inputs import Noticed
from tests.adapters.files.disk import write
from tests.adapters.files.watched import Watched, backend, polling, put
from tests.support.waiting import until


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
