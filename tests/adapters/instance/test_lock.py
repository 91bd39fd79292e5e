"""The lock of a running hotrun: one owner for each root, and no access for other users."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hotrun.adapters.instance.lock import AlreadyRunning, InstanceLock, known_paths, socket_path
from hotrun.adapters.instance.runtime_folder import MAX_SOCKET_PATH_BYTES, UnsafeFolder


@pytest.fixture(autouse=True)
def runtime(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime folder for this test."""
    folder = short_path / "r"
    folder.mkdir(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("TMPDIR", str(short_path / "t"))
    return folder


def mode(path: Path | str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def test_a_claim_makes_a_private_folder_and_a_lock_and_takes_the_lock_away_again(runtime: Path) -> None:
    claim = InstanceLock("/some/root")
    assert os.path.dirname(claim.socket) == str(runtime / "hotrun")
    assert mode(runtime / "hotrun") == 0o700
    (lock,) = (runtime / "hotrun").iterdir()
    assert mode(lock) == 0o600
    claim.release()
    assert list(runtime.iterdir()) == []
    claim.release()


def test_a_root_has_one_holder_whose_pid_is_told_and_other_roots_are_free() -> None:
    first = InstanceLock("/some/root")
    with pytest.raises(AlreadyRunning) as held:
        InstanceLock("/some/root")
    assert held.value.pid == os.getpid()
    assert str(held.value) == f"hotrun is already running in /some/root (pid {os.getpid()})"
    InstanceLock("/some/other").release()
    first.release()
    InstanceLock("/some/root").release()


def test_another_name_of_the_same_root_is_the_same_root(short_path: Path) -> None:
    (short_path / "real").mkdir()
    (short_path / "alias").symlink_to(short_path / "real")
    assert socket_path(str(short_path / "alias")) == socket_path(str(short_path / "real"))


def test_the_end_of_a_process_frees_its_root_however_it_comes(short_path: Path) -> None:
    imports = "import time; from hotrun.adapters.instance.lock import InstanceLock"
    code = f"{imports}; c = InstanceLock('/r'); print(1, flush=True)"
    child = subprocess.Popen([sys.executable, "-c", f"{code}; time.sleep(60)"], stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"1\n"
        with pytest.raises(AlreadyRunning) as held:
            InstanceLock("/r")
        assert held.value.pid == child.pid
    finally:
        child.kill()
        child.wait()
        child.communicate()
    InstanceLock("/r").release()


def test_a_folder_that_others_can_enter_or_that_is_a_link_is_refused(
    runtime: Path, short_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotrun.adapters.instance.runtime_folder.candidates", lambda: [str(runtime / "hotrun")])
    (runtime / "hotrun").mkdir(0o755)
    (runtime / "hotrun").chmod(0o755)
    with pytest.raises(UnsafeFolder, match="is accessible to others"):
        InstanceLock("/some/root")
    assert known_paths("/some/root") == []
    (runtime / "hotrun").rmdir()
    (short_path / "elsewhere").mkdir(0o700)
    (runtime / "hotrun").symlink_to(short_path / "elsewhere")
    with pytest.raises(UnsafeFolder, match="is not a folder"):
        InstanceLock("/some/root")
    (runtime / "hotrun").unlink()
    (runtime / "hotrun").mkdir(0o700)
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    with pytest.raises(UnsafeFolder, match="belongs to uid"):
        InstanceLock("/some/root")


def test_without_a_runtime_folder_the_temporary_one_is_used(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    (short_path / "t").mkdir()
    assert os.path.dirname(socket_path("/some/root")) == str(short_path / "t" / f"hotrun-{os.getuid()}")


def test_a_folder_whose_sockets_would_have_too_long_a_name_is_passed_over(
    short_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = short_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    (short_path / "t").mkdir()
    assert len(os.fsencode(socket_path("/some/root"))) <= MAX_SOCKET_PATH_BYTES


def test_two_that_come_and_go_at_once_do_not_take_the_folder_from_each_other() -> None:
    code = (
        "import sys; from hotrun.adapters.instance.lock import InstanceLock\n"
        "for _ in range(300): InstanceLock(sys.argv[1]).release()\nprint('done')"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", code, root], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for root in ("/one", "/two", "/three")
    ]
    try:
        for child in children:
            assert child.communicate(timeout=60) == (b"done\n", b"")
    finally:
        for child in children:
            child.kill()
            child.wait()
