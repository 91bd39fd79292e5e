"""`up_to_date` is a promise: all that was on the disk before is in the build, whatever happens to the real command."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.changes.archive import (
    Files,
    built,
    differing,
    make,
    on_disk,
    stamp_ns,
    wait_until_settled_with_an_edit,
)
from tests.e2e.running import Running, check_stream
from tests.support.toolchains import require, unavailable

ROUNDS = int(os.environ.get("HOTRUN_LOST_ROUNDS", "25"))
SEED = int(os.environ.get("HOTRUN_LOST_SEED", "1"))
MAX_QUEUED = Path("/proc/sys/fs/inotify/max_queued_events")
HOLD_S = 10.0
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false")


class Write(NamedTuple):
    """A file's content from `at_ns` on, until a later write."""

    at_ns: int
    path: bytes
    number: int


class Writer:
    """Edits files in `src`, each time with a higher number, at random speed."""

    def __init__(self, rng: random.Random, root: Path) -> None:
        self.writes: list[Write] = []
        self._rng = rng
        self._root = root
        self._save: list[Callable[[Path, str], None]] = [_in_place, _by_rename, _truncate_then_write]

    def burst(self) -> None:
        """A few edits, as fast as it goes or slower than a build."""
        pause_s = self._rng.choice((0.0, 0.002, 0.02, 0.08))
        for _ in range(self._rng.choice((1, 2, 5, 15))):
            name = f"{self._rng.choice(('', 'a/', 'b/c/'))}f{self._rng.randrange(6)}"
            path = self._root / "src" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            number = len(self.writes) + 1
            self._rng.choice(self._save)(path, f"{number:09}")
            self.writes.append(Write(time.time_ns(), os.fsencode(f"src/{name}"), number))
            time.sleep(self._rng.random() * pause_s)

    def missing(self, files: Files, before_ns: int) -> list[Write]:
        """What was written before that time, but is neither in `files` nor followed by something later there."""
        due = [write for write in self.writes if write.at_ns < before_ns]
        return [write for write in due if int(files.get(write.path) or 0) < write.number]


def _in_place(path: Path, text: str) -> None:
    """The same size, and the old time put back."""
    if not path.exists():
        path.write_text(text)
        return
    before = path.stat()
    with path.open("r+") as file:
        file.write(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _by_rename(path: Path, text: str) -> None:
    beside = path.with_name(f"{path.name}.saved")
    beside.write_text(text)
    beside.replace(path)


def _truncate_then_write(path: Path, text: str) -> None:
    with path.open("w") as file:
        file.flush()
        time.sleep(0.003)
        file.write(text)


def test_every_settled_build_has_every_edit_that_was_made_before(tmp_path: Path) -> None:
    """Also in the middle of the work: a walk that begins after the end of a build vouches for what it says."""
    rng = random.Random(SEED)
    root = make(tmp_path)
    writer = Writer(rng, root)
    with Running(root) as session:
        session.wait_for("up_to_date")
        for number in range(ROUNDS):
            for _ in range(rng.choice((1, 1, 3))):
                writer.burst()
            wait_until_settled_with_an_edit(session, f"round {number}")
        finished = {event["build"]: stamp_ns(event) for event in session.seen("build.finished", status="passed")}
        promises = session.seen("up_to_date")
        for settled in promises:
            missing = writer.missing(built(root, settled["build"]), finished[settled["build"]])
            assert missing == [], f"HOTRUN_LOST_SEED={SEED}: {settled} without {missing}\n{session.account()}"
        assert len(promises) > ROUNDS
        assert session.seen("message", level="error") == []
        print(f"{len(writer.writes)} edits, {len(finished)} builds, {len(promises)} times settled, none missing")
        session.stop()
        check_stream(session)


def test_edits_that_never_pause_are_built_when_they_end(tmp_path: Path) -> None:
    root = make(tmp_path)
    writer = Writer(random.Random(SEED), root)

    def work() -> None:
        for _ in range(20):
            writer.burst()

    with Running(root) as session:
        session.wait_for("up_to_date")
        thread = threading.Thread(target=work)
        thread.start()
        session.wait_for("build.started", since=session.mark)
        thread.join()
        wait_until_settled_with_an_edit(session, "the last")


def test_more_events_than_the_kernel_keeps_are_not_missed(tmp_path: Path) -> None:
    """The queue overflows while hotrun stands still; nobody is told which events have gone."""
    limit = int(MAX_QUEUED.read_text()) if MAX_QUEUED.exists() else 16384
    files = max(30_000, limit)  # each is created, written and closed: several events
    if files > 100_000:
        unavailable(f"fs.inotify.max_queued_events is {limit}: too many files to overflow it")
    root = make(tmp_path, pauses=0)
    folders = [root / "src" / f"d{number}" for number in range(30)]
    for folder in folders:
        folder.mkdir()
    with Running(root) as session:
        session.wait_for("up_to_date")
        os.kill(session.pid, signal.SIGSTOP)
        try:
            _write_files(folders, files)
        finally:
            os.kill(session.pid, signal.SIGCONT)
        settled = wait_until_settled_with_an_edit(session, "after the flood", timeout=120)
        assert len(built(root, settled["build"])) == files + 1
        (folders[7] / "f7").write_text("an edit after that")
        wait_until_settled_with_an_edit(session, "later", timeout=120)


def _write_files(folders: list[Path], files: int) -> None:
    for index, folder in enumerate(folders):
        at = os.open(folder, os.O_RDONLY)
        for number in range(index, files, len(folders)):
            file = os.open(f"f{number}", os.O_CREAT | os.O_WRONLY, dir_fd=at)
            os.write(file, b"%d" % number)
            os.close(file)
        os.close(at)


@pytest.mark.parametrize("pause_s", [0.0, 0.01, 0.1])
def test_a_file_that_is_empty_before_it_is_written_is_built_as_it_is_in_the_end(tmp_path: Path, pause_s: float) -> None:
    root = make(tmp_path)
    path = root / "src" / "a"
    with Running(root) as session:
        session.wait_for("up_to_date")
        for number in range(8):
            mark = session.mark
            with path.open("w") as file:
                time.sleep(pause_s)  # the editor's own
                file.write(f"text {number}")
            _wait_until_settled_as_on_disk(session, mark)


def _wait_until_settled_as_on_disk(session: Running, since: int) -> None:
    """Wait for the `up_to_date` of a build that has read all as it is, with nothing else done to help it."""
    while True:
        settled = session.wait_for("up_to_date", since=since)
        since = settled["seq"]
        if not differing(built(session.root, settled["build"]), on_disk(session.root)):
            return


# --- git ---------------------------------------------------------------------------------------------------------


def _git(root: Path, *words: str, ok: bool = True) -> None:
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_EDITOR": "true"}
    done = subprocess.run([*GIT, *words], cwd=root, env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode == 0) == ok, done.stderr


def _repository(root: Path, files: int) -> None:
    """`main` and `other`, which differ in every one of so many files."""
    (root / ".gitignore").write_text("out/\n.hotrun/\n")
    _git(root, "init", "-q", "-b", "main")
    for branch in ("main", "other"):
        if branch == "other":
            _git(root, "checkout", "-q", "-b", "other", "start")
        for number in range(files):
            path = root / "src" / f"d{number % 20}" / f"f{number}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{branch} {number}\n")
        _git(root, "add", ".")
        _git(root, "commit", "-q", "-m", branch)
        if branch == "main":
            _git(root, "tag", "start")
    _git(root, "checkout", "-q", "main")


def test_a_checkout_of_many_files_is_one_build(tmp_path: Path) -> None:
    require("git")
    root = make(tmp_path, pauses=0)
    _repository(root, 3000)
    with Running(root) as session:
        session.wait_for("up_to_date")
        mark = session.mark
        _git(root, "checkout", "-q", "other")
        settled = session.wait_for("up_to_date", since=mark)
        assert differing(built(root, settled["build"]), on_disk(root)) == []
        assert built(root, settled["build"])[b"src/d7/f7"] == b"other 7\n"
        assert len(session.seen("build.started", since=mark)) == 1, session.account(mark)
        assert session.seen("state", since=mark, state="deferred"), session.account(mark)


def test_a_rebase_that_waits_for_a_person_does_not_hold_the_work_for_long(tmp_path: Path) -> None:
    require("git")
    root = make(tmp_path)
    _repository(root, 1)
    path = root / "src" / "d0" / "f0"
    _git(root, "commit", "-q", "--allow-empty", "-m", "so that main is not below other")
    path.write_text("main again\n")
    _git(root, "commit", "-q", "-a", "-m", "a conflict")
    with Running(root) as session:
        session.wait_for("up_to_date")
        mark = session.mark
        _git(root, "rebase", "other", ok=False)
        assert b"<<<<<<<" in path.read_bytes()
        held = session.wait_for("state", since=mark, state="deferred")
        started = session.wait_for("build.started", since=mark)
        assert (stamp_ns(started) - stamp_ns(held)) / 1e9 < HOLD_S + 1
        _wait_until_settled_as_on_disk(session, mark)
        mark, before_ns = session.mark, time.time_ns()
        path.write_text("solved\n")
        started = session.wait_for("build.started", since=mark)
        assert (stamp_ns(started) - before_ns) / 1e9 < HOLD_S / 2
        _wait_until_settled_as_on_disk(session, mark)


# --- the root ----------------------------------------------------------------------------------------------------


def test_a_watched_root_that_is_removed_and_made_again_is_built_and_watched(tmp_path: Path) -> None:
    root = make(tmp_path)
    (root / "src" / "a").write_text("one")
    with Running(root) as session:
        session.wait_for("up_to_date")
        for number in range(3):
            mark = session.mark
            shutil.rmtree(root / "src")
            _wait_until_settled_as_on_disk(session, mark)
            (root / "src" / "deep").mkdir(parents=True)
            (root / "src" / "deep" / "a").write_text(f"{number}")
            wait_until_settled_with_an_edit(session, f"made again {number}")
            (root / "src" / "deep" / "a").write_text(f"edited {number}")
            wait_until_settled_with_an_edit(session, f"edited {number}")
