"""What hotrun/adapters/files/watcher.py relies on in watchfiles, whose private part it uses.

When one of these fails with a new version of watchfiles, change watcher.py before the cap in pyproject.toml is raised.
"""

from __future__ import annotations

import errno
import inspect
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from watchfiles import Change
from watchfiles._rust_notify import RustNotify

from hotrun.adapters.files import watcher
from tests.support.waiting import DEADLINE_S, wait_until

STEP_MS, GROUP_MS, TIMEOUT_MS = 2, 50, 5000
IMPORTS = r"(?m)^\s*(import|from) watchfiles\b"

only_inotify = pytest.mark.skipif(sys.platform != "linux", reason="only inotify has these limits and errors")


class Stop:
    """The stop event of a call: says yes when it has been asked `after` times."""

    def __init__(self, after: float = float("inf")) -> None:
        self.asked = 0
        self._after = after

    def is_set(self) -> bool:
        self.asked += 1
        return self.asked > self._after


def sensor(*folders: Path, recursive: bool = False) -> RustNotify:
    return RustNotify([str(folder) for folder in folders], False, False, 0, recursive, False)


def events(notify: RustNotify, until: Callable[[set[tuple[int, str]]], bool]) -> set[tuple[int, str]]:
    """All that has been reported when `until` holds of it."""
    found: set[tuple[int, str]] = set()

    def ask() -> None:
        nonlocal found
        answer = notify.watch(GROUP_MS, STEP_MS, TIMEOUT_MS, Stop())
        assert isinstance(answer, set | str), f"watch() answers with a set or a word, not {answer!r}"
        found |= answer if isinstance(answer, set) else set()

    wait_until(lambda: until(found), lambda: f"not reported: only {found}", between=ask)
    return found


def test_the_constructor_takes_six_arguments_in_this_order() -> None:
    names = list(inspect.signature(RustNotify).parameters)
    assert names == [
        "watch_paths",
        "debug",
        "force_polling",
        "poll_delay_ms",
        "recursive",
        "ignore_permission_denied",
    ], "KernelSensor passes them by position"


def test_watch_takes_four_arguments_in_this_order() -> None:
    names = list(inspect.signature(RustNotify.watch).parameters)
    assert names == ["self", "debounce_ms", "step_ms", "timeout_ms", "stop_event"], "KernelSensor passes by position"


def test_events_are_a_set_of_a_number_and_the_path_as_it_was_given(tmp_path: Path) -> None:
    notify = sensor(tmp_path)
    file = tmp_path / "new.txt"
    file.write_text("x")
    found = events(notify, lambda found: any(path == str(file) for _, path in found))
    assert all(isinstance(kind, int) and isinstance(path, str) for kind, path in found)
    file.unlink()
    found = events(notify, lambda found: (int(Change.deleted), str(file)) in found)
    assert all(path.startswith(str(tmp_path)) for _, path in found)


def test_a_deletion_is_number_3() -> None:
    assert int(Change.deleted) == watcher.DELETED, "Watcher renews the watches of what was deleted"


def test_a_removed_folder_is_reported_as_deleted_by_its_own_path(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    notify = sensor(tmp_path, folder)
    folder.rmdir()
    events(notify, lambda found: (watcher.DELETED, str(folder)) in found)


@only_inotify
def test_a_folder_is_watched_without_what_lies_in_its_folders(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    notify = sensor(tmp_path)
    (inner / "unseen").touch()
    (tmp_path / "seen").touch()
    found = events(notify, lambda found: any(path.endswith("/seen") for _, path in found))
    assert not any(path.endswith("/unseen") for _, path in found), "ignored folders would be watched after all"


def test_what_happens_before_watch_is_called_is_kept_and_reported(tmp_path: Path) -> None:
    notify = sensor(tmp_path)
    for name in ("first", "second"):
        (tmp_path / name).touch()
    events(notify, lambda found: {os.path.basename(path) for _, path in found} >= {"first", "second"})


def test_two_sensors_of_one_folder_both_report(tmp_path: Path) -> None:
    before, after = sensor(tmp_path), sensor(tmp_path)
    (tmp_path / "file").touch()
    for notify in (before, after):
        events(notify, lambda found: any(path.endswith("/file") for _, path in found))


def test_the_stop_event_is_asked_at_every_step_and_answers_stop(tmp_path: Path) -> None:
    stop = Stop(after=5)
    began = time.monotonic()
    assert sensor(tmp_path).watch(GROUP_MS, STEP_MS, TIMEOUT_MS, stop) == "stop"
    assert stop.asked == 6
    assert time.monotonic() - began >= 5 * STEP_MS / 1000, "a step is the time between two questions"


def test_without_a_change_the_answer_is_timeout(tmp_path: Path) -> None:
    assert sensor(tmp_path).watch(GROUP_MS, STEP_MS, 20, Stop()) == "timeout"


def test_a_call_answers_after_the_group_time_although_events_keep_coming(tmp_path: Path) -> None:
    """Otherwise a log that is written all the time would hold back every edit."""
    notify = sensor(tmp_path)
    done = threading.Event()

    def write() -> None:
        count = 0
        while not done.is_set():
            count += 1
            (tmp_path / "log").write_text(str(count))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        answer = notify.watch(GROUP_MS, STEP_MS, TIMEOUT_MS, Stop(after=DEADLINE_S * 1000 / STEP_MS))
    finally:
        done.set()
        writer.join()
    assert isinstance(answer, set)


@pytest.mark.slow
def test_watch_lets_other_threads_run(tmp_path: Path) -> None:
    notify = sensor(tmp_path)
    answers: list[object] = []
    thread = threading.Thread(target=lambda: answers.append(notify.watch(GROUP_MS, 1000, TIMEOUT_MS, Stop(after=2))))
    thread.start()
    began = time.monotonic()
    sum(range(1000))
    assert time.monotonic() - began < 1.0, "the GIL is released during a step"
    thread.join(DEADLINE_S)
    assert answers == ["stop"]


def test_a_missing_folder_is_file_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sensor(tmp_path / "missing")


@only_inotify
def test_a_path_below_a_file_is_an_os_error_with_its_number_in_the_text(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=rf"\(os error {errno.ENOTDIR}\)"):
        sensor(tmp_path / "file" / "below")


def test_a_path_that_is_not_utf_8_is_a_value_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        RustNotify([os.fsdecode(os.fsencode(tmp_path) + b"/\xff")], False, False, 0, False, False)


LIMITED = """
import errno, sys
from hotrun.adapters.files.watcher import KernelSensor
try:
    KernelSensor(sys.argv[1:], (), print, print)
except OSError as error:
    print(errno.errorcode[error.errno])
"""


@only_inotify
@pytest.mark.parametrize(
    ("limit", "expected"), [("max_inotify_watches", "ENOSPC"), ("max_inotify_instances", "EMFILE")]
)
def test_a_limit_of_the_kernel_is_recognized(limit: str, expected: str, tmp_path: Path) -> None:
    """The errors carry no number. A user namespace has limits of its own, so the real ones are met."""
    (tmp_path / "more").mkdir()
    lower = f"echo 1 > /proc/sys/user/max_inotify_watches && echo 0 > /proc/sys/user/{limit}"
    namespace = ["unshare", "--map-root-user", "sh", "-c"]
    if subprocess.run([*namespace, lower], stderr=subprocess.DEVNULL).returncode:
        pytest.skip("no user namespace can be made here")
    command = [sys.executable, "-c", LIMITED, str(tmp_path), str(tmp_path / "more")]
    done = subprocess.run([*namespace, f'{lower} && exec "$@"', "sh", *command], capture_output=True, text=True)
    assert done.stdout.strip() == expected, f"KernelSensor does not know this error: {done.stdout}{done.stderr}"


def test_only_the_watcher_imports_the_private_part() -> None:
    package = Path(watcher.__file__).parents[2]
    users = {str(path.relative_to(package)) for path in package.rglob("*.py") if re.search(IMPORTS, path.read_text())}
    assert users == {"adapters/files/watcher.py"}
