"""Records of sessions, their folder, and the processes that a session has left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hotrun.adapters.guard.protocol import records
from hotrun.adapters.guard.protocol.records import RunRecord, SessionMark, new_session
from hotrun.adapters.guard.stale_processes import end_stale_processes
from hotrun.adapters.instance.runtime_folder import UnsafeFolder, name_of, runtime_folder
from hotrun.adapters.os import process_table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

ROOT = "/some/root"


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "hotrun"


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that a test has started and may have left behind."""
    all_of_them: list[subprocess.Popen[bytes]] = []
    yield all_of_them
    for one in all_of_them:
        one.kill()
        with contextlib.suppress(BrokenPipeError):
            one.communicate()


def dead_session(root: str = ROOT) -> tuple[SessionMark, str]:
    """A session whose hotrun has exited, and its record."""
    hotrun = subprocess.Popen(["sleep", "60"])
    session = SessionMark(os.urandom(16).hex(), os.fsencode(root), hotrun.pid)
    path = records.write(session, None)
    hotrun.kill()
    hotrun.wait()
    assert path is not None
    return session, path


def left_by(session: SessionMark, *argv: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, records.SESSION_VARIABLE: session.id}
    left = subprocess.Popen(
        argv or ("cat",), env=env, start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert left.stdin is not None
    assert left.stdout is not None
    left.stdin.write(b"\n")
    left.stdin.flush()
    left.stdout.readline()  # during its exec it has no environment
    return left


def test_what_a_dead_session_left_is_ended_and_named(started: list[subprocess.Popen[bytes]], runtime: Path) -> None:
    session, path = dead_session()
    left = left_by(session)
    started.append(left)
    (said,) = end_stale_processes(ROOT)
    assert said == f"stopped processes that an earlier, killed hotrun had left behind: cat ({left.pid})"
    assert left.wait(10) == -signal.SIGTERM
    assert not os.path.exists(path)
    assert end_stale_processes(ROOT) == []


def test_what_ignores_the_signal_is_killed(started: list[subprocess.Popen[bytes]]) -> None:
    session, _ = dead_session()
    left = left_by(session, "sh", "-c", "trap '' TERM; echo; while :; do sleep 0.1; done")
    started.append(left)
    assert len(end_stale_processes(ROOT)) == 1
    assert left.wait(10) == -signal.SIGKILL


def test_nothing_else_is_touched(started: list[subprocess.Popen[bytes]]) -> None:
    other, _ = dead_session("/another/root")
    living = new_session(ROOT)
    records.write(living, None)
    dead_session()
    started += [left_by(other), left_by(living), subprocess.Popen(["sleep", "60"])]
    assert end_stale_processes(ROOT) == []
    assert [one.poll() for one in started] == [None] * 3


def test_a_process_that_is_older_than_the_session_is_none_of_its_own(
    started: list[subprocess.Popen[bytes]],
) -> None:
    session, path = dead_session()
    started.append(left_by(session))
    record = msgspec.json.decode(Path(path).read_bytes(), type=RunRecord)
    seen = process_table.find(started[0].pid)
    assert seen is not None
    later = msgspec.structs.replace(record, started=seen.started + 1)
    Path(path).write_bytes(msgspec.json.encode(later))
    assert end_stale_processes(ROOT) == []
    assert started[0].poll() is None


def test_a_record_of_another_boot_or_of_garbage_is_removed() -> None:
    _, path = dead_session()
    record = msgspec.json.decode(Path(path).read_bytes(), type=RunRecord)
    Path(path).write_bytes(msgspec.json.encode(msgspec.structs.replace(record, boot="another")))
    _, garbage = dead_session()
    Path(garbage).write_text("{")
    assert end_stale_processes(ROOT) == []
    assert not os.path.exists(path)
    assert not os.path.exists(garbage)


def test_a_number_that_has_a_new_owner_is_no_living_hotrun(started: list[subprocess.Popen[bytes]]) -> None:
    session, path = dead_session()
    stranger = subprocess.Popen(["sleep", "60"])
    left = left_by(session)
    started += [stranger, left]
    record = msgspec.json.decode(Path(path).read_bytes(), type=RunRecord)
    reused = msgspec.structs.replace(
        record, session=SessionMark(session.id, session.root, stranger.pid), started=record.started - 1
    )
    Path(path).write_bytes(msgspec.json.encode(reused))
    assert len(end_stale_processes(ROOT)) == 1
    assert stranger.poll() is None


def test_the_folder_is_private(runtime: Path) -> None:
    assert runtime_folder() == str(runtime)
    assert runtime.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("spoil", ["open", "link", "file", "absent"])
def test_a_folder_that_is_not_private_is_not_used(
    spoil: str, runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if spoil == "open":
        runtime.mkdir()
        runtime.chmod(0o755)
    elif spoil == "link":
        (tmp_path / "elsewhere").mkdir(0o700)
        runtime.symlink_to(tmp_path / "elsewhere")
    elif spoil == "file":
        runtime.touch(0o700)
    else:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "absent"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    private = tmp_path / f"hotrun-{os.getuid()}"
    assert runtime_folder() == str(private)
    private.chmod(0o770)
    monkeypatch.setattr("hotrun.adapters.instance.runtime_folder.candidates", lambda: [str(private)])
    with pytest.raises(UnsafeFolder):
        runtime_folder()
    assert records.write(new_session(ROOT), None) is None
    assert end_stale_processes(ROOT) == []


def test_names_of_roots_are_short_and_differ() -> None:
    assert name_of("") == "cbf29ce484222325"  # the test vectors of FNV-1a
    assert name_of("a") == "af63dc4c8601ec8c"
    assert name_of("foobar") == "85944171f73967e8"
