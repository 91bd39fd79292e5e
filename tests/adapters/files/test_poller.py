"""A poller and real files: what it reports, and that nothing is lost between polls, folders, or pollers."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from hotrun.adapters.files import poller
from hotrun.adapters.files.poller import Poller
from tests.adapters.files.disk import save_atomically, write, write_unnoticeably
from tests.support.waiting import DEADLINE_S, wait_until

NEVER_S = 1000.0  # an interval that never ends in a test: only `poll_now` makes it poll


class Looking:
    """A poller and everything that it has reported."""

    def __init__(self, folders: Iterable[Path], own: Iterable[Path] = (), interval_s: float = 0.01) -> None:
        self.reports: list[tuple[frozenset[str], frozenset[str]]] = []
        self.failures: list[str] = []
        self._arrived = threading.Condition()
        self.poller = Poller(
            list(map(str, folders)), tuple(map(str, own)), interval_s, self._report, self.failures.append
        )

    def _report(self, paths: frozenset[str], removed: frozenset[str]) -> None:
        with self._arrived:
            self.reports.append((paths, removed))
            self._arrived.notify_all()

    def wait_for(self, *paths: Path, removed: bool = False) -> None:
        """Wait until all of these have been reported, and forget earlier reports."""
        wanted = set(map(str, paths))
        with self._arrived:
            assert self._arrived.wait_for(lambda: wanted <= self.named(removed), DEADLINE_S), (wanted, self.reports)
            self.reports.clear()

    def named(self, removed: bool = False) -> set[str]:
        return set().union(*(report[removed] for report in self.reports))

    def end(self) -> None:
        self.poller.close()
        wait_until(lambda: not self.poller.runs)


Make = Callable[..., Looking]


@pytest.fixture
def look() -> Iterator[Make]:
    made: list[Looking] = []

    def make(*folders: Path, **options: object) -> Looking:
        made.append(Looking(folders, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for looking in made:
        looking.end()
    assert [looking.failures for looking in made] == [[]] * len(made)


# --- files -------------------------------------------------------------------------------------------------------


def test_an_edit_a_new_file_and_a_deleted_one_are_named(tmp_path: Path, look: Make) -> None:
    edited, gone = write(tmp_path / "edited"), write(tmp_path / "gone")
    looking = look(tmp_path)
    write(edited, "longer")
    looking.wait_for(edited)
    looking.wait_for(write(tmp_path / "new"))
    gone.unlink()
    looking.wait_for(gone, removed=True)


def test_what_is_the_same_is_not_named(tmp_path: Path, look: Make) -> None:
    write(tmp_path / "same").read_text()
    looking = look(tmp_path)
    marker = write(tmp_path / "marker")
    looking.wait_for(marker)
    write(marker, "longer")
    looking.wait_for(marker)
    assert looking.named() <= {str(marker)}


def test_two_edits_of_one_second_are_both_named(tmp_path: Path, look: Make) -> None:
    """Times in whole seconds would hide the second edit; so would comparing sizes only."""
    path = write(tmp_path / "a", "0")
    looking = look(tmp_path)
    for number in range(5):
        path.write_text(str(number))
        looking.wait_for(path)


def test_a_write_of_the_same_size_with_the_old_time_put_back_is_named(tmp_path: Path, look: Make) -> None:
    path = write(tmp_path / "a", "before")
    looking = look(tmp_path)
    write_unnoticeably(path)
    looking.wait_for(path)


def test_an_atomic_save_names_the_file(tmp_path: Path, look: Make) -> None:
    path = write(tmp_path / "a", "one")
    looking = look(tmp_path)
    save_atomically(path, "two")
    looking.wait_for(path)


def test_a_link_counts_by_what_it_leads_to_and_a_broken_one_by_itself(tmp_path: Path, look: Make) -> None:
    target = write(tmp_path / "far" / "target")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(target)
    looking = look(folder)
    write(target, "longer")
    looking.wait_for(folder / "link")
    target.unlink()
    looking.wait_for(folder / "link")
    write(target, "again")
    looking.wait_for(folder / "link")


def test_a_new_file_is_named_even_where_the_times_of_its_folder_do_not_tell(tmp_path: Path, look: Make) -> None:
    """Some file systems keep times in steps of two seconds: a second change within one leaves them unchanged."""
    looking = look(tmp_path)
    for number in range(10):
        new = write(tmp_path / f"new{number}")
        os.utime(tmp_path, ns=(0, 0))
        looking.wait_for(new)


# --- folders -----------------------------------------------------------------------------------------------------


def test_a_new_folder_is_named_and_what_goes_on_in_it_is_not(tmp_path: Path, look: Make) -> None:
    looking = look(tmp_path)
    new = tmp_path / "new"
    new.mkdir()
    looking.wait_for(new)
    write(new / "deep" / "a")
    looking.wait_for(write(tmp_path / "marker"))
    assert looking.named() <= {str(tmp_path / "marker")}


def test_a_folder_that_goes_and_one_that_comes_in_its_place_are_named_as_removed(tmp_path: Path, look: Make) -> None:
    folder = tmp_path / "folder"
    write(folder / "a")
    looking = look(tmp_path, folder)
    shutil.rmtree(folder)
    looking.wait_for(folder, removed=True)
    write(folder / "a")
    looking.wait_for(folder, removed=True)
    looking.wait_for(write(folder / "b"))


def test_a_folder_that_went_before_the_first_look_is_named(tmp_path: Path, look: Make) -> None:
    looking = look(tmp_path, tmp_path / "missing")
    looking.wait_for(tmp_path / "missing", removed=True)


def test_a_folder_added_later_is_known_when_watch_returns(tmp_path: Path, look: Make) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for number in range(20):
        path = write(two / str(number) / "a")
        write(one / "a", str(number))
        looking = look(one, interval_s=NEVER_S)
        looking.poller.watch([str(one), str(path.parent)])
        path.write_text("longer")
        looking.poller.poll_now()
        looking.wait_for(path)


def test_a_change_before_another_list_is_named_after_it(tmp_path: Path, look: Make) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    path = write(one / "a")
    two.mkdir()
    looking = look(one, interval_s=NEVER_S)
    write(path, "longer")
    looking.poller.watch([str(one), str(two)])
    looking.poller.poll_now()
    looking.wait_for(path)


def test_a_folder_that_left_the_list_and_is_there_all_the_same_is_named(tmp_path: Path, look: Make) -> None:
    """Another observer saw it missing between two polls; by the next one it is back, and unchanged."""
    folder, elsewhere = tmp_path / "root" / "folder", tmp_path / "elsewhere"
    folder.mkdir(parents=True)
    looking = look(folder.parent, folder, interval_s=NEVER_S)
    folder.rename(elsewhere)
    looking.poller.watch([str(folder.parent)])
    elsewhere.rename(folder)
    looking.poller.poll_now()
    looking.wait_for(folder)


# when it polls


def test_a_file_that_somebody_else_has_seen_between_two_looks_is_named_when_it_is_gone(
    tmp_path: Path, look: Make
) -> None:
    """The file came and went between two polls, which therefore find the same."""
    (tmp_path / "stays").touch()
    looking = look(tmp_path)
    looking.poller.expect([str(tmp_path / "came-and-went"), str(tmp_path / "stays"), "/elsewhere/x"])
    looking.wait_for(tmp_path / "came-and-went", removed=True)
    assert str(tmp_path / "stays") not in looking.named()


def test_a_file_in_an_own_folder_comes_with_everything_that_was_changed_before_it(tmp_path: Path, look: Make) -> None:
    own, folders = tmp_path / "own", [tmp_path / f"d{number}" for number in range(50)]
    for folder in (own, *folders):
        folder.mkdir()
    looking = look(*folders, own, own=[own], interval_s=0.0)
    for number in range(40):
        path = write(folders[number] / "a", "x" * number)
        cookie = write(own / str(number))
        wait_until(lambda cookie=cookie: str(cookie) in looking.named())  # type: ignore[misc]
        upto = next(at for at, (paths, _) in enumerate(looking.reports) if str(cookie) in paths)
        assert any(str(path) in paths for paths, _ in looking.reports[: upto + 1])
        looking.reports.clear()


def test_a_retired_poller_looks_once_more_and_ends(tmp_path: Path, look: Make) -> None:
    looking = look(tmp_path, interval_s=NEVER_S)
    path = write(tmp_path / "a")
    looking.poller.retire()
    looking.wait_for(path)
    wait_until(lambda: not looking.poller.runs)


def test_it_looks_half_as_often_when_all_has_been_quiet(
    tmp_path: Path, look: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poller, "IDLE_S", 0.05)
    monkeypatch.setattr(poller, "MAX_CPU_SHARE", 1000.0)
    looking = look(tmp_path, interval_s=0.02)
    wait_until(lambda: looking.poller._pause_s == 0.04)
    monkeypatch.setattr(poller, "IDLE_S", DEADLINE_S)
    path = write(tmp_path / "a")
    looking.wait_for(path)
    wait_until(lambda: looking.poller._pause_s == 0.02)


def test_a_large_tree_is_looked_at_less_often_than_was_asked(
    tmp_path: Path, look: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(200):
        write(tmp_path / str(number))
    monkeypatch.setattr(poller, "MAX_CPU_SHARE", 0.02)
    looking = look(tmp_path, interval_s=0.001)
    wait_until(lambda: looking.poller.delay_s > 0.01)


def test_a_failure_is_told_and_not_survived_in_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looking = Looking([tmp_path])

    def broken(*_: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(poller, "_compare", broken)
    wait_until(lambda: not looking.poller.runs)
    assert looking.failures == ["ValueError: broken"]
