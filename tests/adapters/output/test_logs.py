"""The log files on a real disk: every byte, a limit to their size, and no harm if they cannot be written."""

from __future__ import annotations

import os
import random
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.adapters.output import logs as rooms
from hotrun.adapters.output.logs import MAX_LOG_BYTES, OutputLogs


class Kept:
    """The logs of one root, and the messages about them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".hotrun" / "logs"
        self.notices: list[str] = []
        self.logs = OutputLogs(StateFolder(str(root)), self.notices.append)

    def text(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def written(self, name: str) -> list[bytes]:
        """Return the lines of a file, without hotrun's own."""
        return [line for line in self.text(name).split(b"\n") if line and not line.startswith(b"=== build")]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    """Lower the size limit."""
    monkeypatch.setattr(rooms, "MAX_LOG_BYTES", 1000)
    return 1000


def test_a_log_has_every_byte_that_was_written_and_a_line_before_each_run(kept: Kept) -> None:
    for run, data in ((1, b"\x1b[31mred\x1b[0m\r\n\xff\x00half"), (2, b"second\n")):
        log = kept.logs.open("web", build=7, run=run)
        log.write(memoryview(data))
        log.close()
    first, second = b"\x1b[31mred\x1b[0m\r\n\xff\x00half", b"second\n"
    markers = [line for line in kept.text("web.log").splitlines(keepends=True) if line.startswith(b"=== build 7")]
    assert len(markers) == 2
    assert "· run 2 ·".encode() in markers[1]
    assert kept.text("web.log") == markers[0] + first + b"\n" + markers[1] + second
    assert kept.notices == []


def test_there_is_no_file_before_the_first_byte(kept: Kept) -> None:
    log = kept.logs.open("web", 1, 1)
    log.close()
    assert not kept.folder.exists()


def test_nobody_else_may_read_it(kept: Kept) -> None:
    log = kept.logs.open("web", 1, 1)
    log.write(b"secret\n")
    log.close()
    assert stat.S_IMODE((kept.folder / "web.log").stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.folder.stat().st_mode) == 0o700


def test_another_session_appends(kept: Kept) -> None:
    for _ in range(2):
        log = Kept(kept.root).logs.open("web", 1, 1)
        log.write(b"line\n")
        log.close()
    assert kept.written("web.log") == [b"line", b"line"]


def test_two_runs_of_one_name_share_the_file_and_the_last_one_closes_it(kept: Kept, small: int) -> None:
    """As with `overlap`; also when the file is moved away in between."""
    old, new = kept.logs.open("web", 1, 1), kept.logs.open("web", 2, 2)
    before = open_files()
    old.write(b"old\n")
    new.write(b"new\n")
    old.close()
    old.close()
    new.write(b"x" * small + b"\n")
    new.write(b"last\n")
    assert open_files() == before + 1
    new.close()
    assert open_files() == before
    assert kept.written("web.log.1") == [b"old", b"new", b"x" * small]
    assert kept.written("web.log") == [b"last"]


def test_a_large_log_is_moved_away_at_a_line_and_only_one_is_kept(kept: Kept, small: int) -> None:
    log = kept.logs.open("web", 1, 1)
    rng = random.Random(1)
    data = b"".join(b"line %d\n" % number for number in range(2000))
    at = 0
    while at < len(data):
        size = rng.randint(1, 400)
        log.write(data[at : at + size])
        at += size
    log.close()
    assert sorted(os.listdir(kept.folder)) == ["web.log", "web.log.1"]
    lines = kept.written("web.log.1") + kept.written("web.log")
    assert lines == data.splitlines()[-len(lines) :]
    assert all((kept.folder / name).stat().st_size <= small + 400 for name in os.listdir(kept.folder))
    assert len(kept.written("web.log.1")) > 50


def test_the_bound_holds_for_a_flood_without_a_newline(kept: Kept) -> None:
    log = kept.logs.open("web", 1, 1)
    for _ in range(50):
        log.write(b"x" * 262_144)
    log.close()
    assert max((kept.folder / name).stat().st_size for name in os.listdir(kept.folder)) <= MAX_LOG_BYTES + 262_144


def test_a_log_that_was_taken_away_is_begun_anew(kept: Kept, small: int) -> None:
    log = kept.logs.open("web", 1, 1)
    log.write(b"one\n")
    (kept.folder / "web.log").unlink()
    kept.folder.rmdir()
    log.write(b"x" * small + b"\n")
    log.write(b"two\n")
    log.close()
    assert kept.written("web.log") == [b"two"]
    assert kept.notices == []


@contextmanager
def full_disk() -> Iterator[None]:
    """Limit every file to 500 bytes; Python ignores the signal that reports it.

    This also applies to this process: everything else that is written meanwhile fails, such as pytest's report.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_once_and_the_next_run_tries_again(kept: Kept) -> None:
    log = kept.logs.open("web", 1, 1)
    other = kept.logs.open("app", 1, 2)
    before = open_files()
    with full_disk():
        for _ in range(3):
            log.write(b"x" * 300 + b"\n")
        other.write(b"y" * 600)
    assert kept.notices == [
        ".hotrun/logs/web.log cannot be written (File too large); continuing without this log",
    ]
    assert open_files() == before, "what is of no use is not held open"
    log.close()
    other.close()
    (kept.folder / "web.log").unlink()
    again = kept.logs.open("web", 2, 3)
    again.write(b"room again\n")
    again.close()
    assert kept.written("web.log") == [b"room again"]
    assert len(kept.notices) == 1


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / ".hotrun").write_text("somebody's file")
    kept = Kept(tmp_path)
    log = kept.logs.open("web", 1, 1)
    log.write(b"line\n")
    log.write(b"line\n")
    log.close()
    assert len(kept.notices) == 1


def test_neither_a_link_nor_a_pipe_in_its_place_is_followed(kept: Kept) -> None:
    """They may come with an untrusted project."""
    target = kept.root / "precious"
    target.write_text("precious")
    kept.folder.mkdir(parents=True)
    (kept.folder / "web.log").symlink_to(target)
    os.mkfifo(kept.folder / "app.log")
    for name in ("web", "app"):
        log = kept.logs.open(name, 1, 1)
        log.write(b"line\n")
        log.close()
    assert target.read_text() == "precious"
    assert len(kept.notices) == 2


def open_files() -> int:
    return len(os.listdir("/dev/fd"))
