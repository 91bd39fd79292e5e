"""Trees that nobody would make on purpose: hotrun goes on, says once what it leaves out, and builds ordinary edits."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.changes.archive import built, make, wait_until_settled_with_an_edit
from tests.e2e.running import Running, check_stream
from tests.support.toolchains import unavailable

LOCKED = ("later", "locked")
LONG_NAME = "n" * 200
PATH_MAX = 4096


def _warnings(session: Running) -> list[str]:
    return [event["text"] for event in session.events if event["type"] == "message" and event["level"] != "info"]


def _edit_and_end(session: Running, *words: str) -> None:
    """Ordinary edits are built, each one, and the session ends as it should."""
    for word in words:
        wait_until_settled_with_an_edit(session, word)
    assert session.stop() == 0
    check_stream(session)


@pytest.mark.parametrize(
    "name",
    ["line\nbreak", "back\\slash", "tab\tand \x1b[31mcolor", "'quote\"", " blank ", "-rf", "é", "🦊", "a" * 200],
    ids=ascii,
)
def test_a_strange_name_is_a_name_for_files_and_folders(tmp_path: Path, name: str) -> None:
    root = make(tmp_path)
    with Running(root) as session:
        session.wait_for("up_to_date")
        (root / "src" / name).mkdir()
        (root / "src" / name / name).write_text("one")
        told = session.wait_for("changes.detected", paths=[{"path": f"src/{name}/{name}", "kind": "added"}])
        session.wait_for("up_to_date", since=told["seq"])
        (root / "src" / name / name).write_text("two, longer")
        settled = wait_until_settled_with_an_edit(session, "end")
        assert built(root, settled["build"])[os.fsencode(f"src/{name}/{name}")] == b"two, longer"
        assert _warnings(session) == []


def test_names_that_are_no_text_are_left_out_or_shown_as_text_and_the_rest_is_built(tmp_path: Path) -> None:
    root = make(tmp_path)
    source = os.fsencode(root / "src")
    os.mkdir(source + b"/before\xff")
    with Running(root) as session:
        session.wait_for("up_to_date")
        wait_until_settled_with_an_edit(session, "before")
        for number in range(3):
            with open(source + b"/caf\xe9", "w") as file:
                file.write(f"text {number}")
            (root / "src" / "beside").write_text(f"text {number}")
            wait_until_settled_with_an_edit(session, f"file {number}")
        os.makedirs(source + b"/new\xfe/deep")
        wait_until_settled_with_an_edit(session, "folder")
        for name in ("before", "new"):
            session.wait_for("message", text=f"not watched: src/{name}\ufffd: its name is not UTF-8", timeout=10)
        _edit_and_end(session, "one", "two")
        assert len(_warnings(session)) == len(set(_warnings(session)))


def _make_deep(folder: Path, depth: int) -> None:
    """A step at a time, which goes further than a path may be long."""
    at = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(LONG_NAME, dir_fd=at)
        inner = os.open(LONG_NAME, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = inner
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=at))
    os.close(at)


def test_a_path_of_almost_four_thousand_characters_is_watched(tmp_path: Path) -> None:
    root = make(tmp_path, pauses=0)
    depth = (PATH_MAX - len(str(root)) - len("/src/file")) // (len(LONG_NAME) + 1) - 1
    path = root.joinpath("src", *[LONG_NAME] * depth, "file")
    with Running(root) as session:
        session.wait_for("up_to_date")
        _make_deep(root / "src", depth)
        wait_until_settled_with_an_edit(session, "made")
        mark = session.mark
        path.write_text("edited")
        settled = session.wait_for("up_to_date", since=mark)
        assert built(root, settled["build"])[os.fsencode(path.relative_to(root))] == b"edited"
        assert _warnings(session) == []
        _edit_and_end(session, "one", "two")


def test_a_path_that_is_too_long_for_the_kernel_is_survived(tmp_path: Path) -> None:
    root = make(tmp_path, pauses=0)
    with Running(root) as session:
        session.wait_for("up_to_date")
        _make_deep(root / "src", PATH_MAX // len(LONG_NAME) + 2)
        _edit_and_end(session, "one", "two")
        assert len(_warnings(session)) == len(set(_warnings(session)))


@pytest.fixture
def without_override(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Call it, and a hotrun that is started afterwards may read only what its user may: root has to give up more."""

    def give_up() -> None:
        if os.geteuid() != 0:
            return
        if shutil.which("setpriv") is None:
            unavailable("root may read everything, and setpriv is not installed")
        rights = "-dac_override,-dac_read_search"
        wrapper = tmp_path / "python"
        wrapper.write_text(
            f'#!/bin/sh\nexec setpriv --inh-caps={rights} --bounding-set={rights} "{sys.executable}" "$@"\n'
        )
        wrapper.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(wrapper))  # what Running starts

    return give_up


def test_what_may_not_be_read_is_said_once_and_the_rest_is_built(
    tmp_path: Path, without_override: Callable[[], None]
) -> None:
    root = make(tmp_path)
    for name in ("locked", "later"):
        (root / "src" / name).mkdir()
        (root / "src" / name / "a").write_text("x")
    (root / "src" / "locked").chmod(0)
    without_override()
    try:
        with Running(root) as session:
            session.wait_for("up_to_date")
            secret = root / "src" / "secret"
            secret.write_text("x")
            secret.chmod(0)
            (root / "src" / "later").chmod(0)
            for word in ("one", "two"):
                # Not wait_until_settled_with_an_edit, which compares what the test may read.
                mark = session.mark
                (root / "src" / "ordinary").write_text(word)
                settled = session.wait_for("up_to_date", since=mark)
                assert built(root, settled["build"])[b"src/ordinary"] == word.encode(), session.account()
            locked = [text for text in _warnings(session) if "cannot be read" in text]
            assert sorted(locked) == [f"not watched: src/{name} cannot be read: Permission denied" for name in LOCKED]
            (root / "src" / "later").chmod(0o755)
            session.wait_for("changes.detected", paths=[{"path": "src/later/a", "kind": "added"}])
            mark = session.mark
            (root / "src" / "later" / "a").write_text("watched again")
            settled = session.wait_for("up_to_date", since=mark)
            assert built(root, settled["build"])[b"src/later/a"] == b"watched again"
    finally:
        for name in LOCKED:
            (root / "src" / name).chmod(0o755)


def test_files_and_folders_that_vanish_while_they_are_looked_at_do_no_harm(tmp_path: Path) -> None:
    root = make(tmp_path)
    over = threading.Event()

    def churn() -> None:
        number = 0
        while not over.is_set():
            number += 1
            folder = root / "src" / f"short{number % 5}" / "lived"
            folder.mkdir(parents=True)
            for name in "abc":
                (folder / name).write_text("x")
            (folder / "a").unlink()
            folder.rename(folder.with_name("moved"))
            shutil.rmtree(folder.parent)

    with Running(root) as session:
        session.wait_for("up_to_date")
        worker = threading.Thread(target=churn)
        worker.start()
        try:
            mark = session.mark
            session.wait_for("build.finished", since=mark, status="passed")
            session.wait_for("build.finished", since=session.mark, status="passed")
        finally:
            over.set()
            worker.join()
        wait_until_settled_with_an_edit(session, "after")
        (root / "src" / "kept").mkdir()
        (root / "src" / "kept" / "a").write_text("x")
        wait_until_settled_with_an_edit(session, "a new folder")
        assert _warnings(session) == []
        _edit_and_end(session, "one", "two")


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        # Its whole path would be too long for an address.
        before = os.getcwd()
        os.chdir(path.parent)
        try:
            listener.bind(path.name)
        finally:
            os.chdir(before)


def _device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))  # /dev/zero: without an end
    except PermissionError:
        pytest.skip("only root may make a device")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _link_to_the_folder_above(path: Path) -> None:
    path.symlink_to("..")


def _link_to_nowhere(path: Path) -> None:
    path.symlink_to("nowhere/at/all")


def _link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    "put",
    [_fifo, _socket, _device, _loop, _link_to_the_folder_above, _link_to_nowhere, _link_to_a_device],
    ids=lambda put: put.__name__[1:],
)
def test_what_is_no_file_blocks_nothing(tmp_path: Path, put: Callable[[Path], None]) -> None:
    """There from the start, new, and in the place of a file that was known."""
    root = make(tmp_path)
    put(root / "src" / "there")
    (root / "src" / "replaced").write_text("x")
    with Running(root) as session:
        session.wait_for("up_to_date")
        put(root / "src" / "new")
        wait_until_settled_with_an_edit(session, "new")
        (root / "src" / "replaced").unlink()
        put(root / "src" / "replaced")
        wait_until_settled_with_an_edit(session, "replaced")
        for name in ("there", "new", "replaced"):
            (root / "src" / name).unlink()
            (root / "src" / name).write_text("a file again")
        settled = wait_until_settled_with_an_edit(session, "files again")
        assert built(root, settled["build"])[b"src/there"] == b"a file again"
        assert _warnings(session) == []
        _edit_and_end(session, "end")


def test_a_file_in_the_place_of_a_folder_and_the_other_way_round_are_built(tmp_path: Path) -> None:
    root = make(tmp_path)
    path = root / "src" / "a"
    with Running(root) as session:
        session.wait_for("up_to_date")
        for number in range(4):
            path.mkdir()
            (path / "inner").write_text(f"{number}")
            wait_until_settled_with_an_edit(session, f"folder {number}")
            (path / "inner").write_text(f"edited {number}")
            wait_until_settled_with_an_edit(session, f"edited {number}")
            shutil.rmtree(path)
            path.write_text(f"file {number}")
            wait_until_settled_with_an_edit(session, f"file {number}")
            path.unlink()
        assert _warnings(session) == []
        _edit_and_end(session, "end")


def test_a_cleaned_project_is_watched_as_before(tmp_path: Path) -> None:
    """`git clean -fdx` takes away hotrun's own folder, too."""
    root = make(tmp_path)
    with Running(root) as session:
        session.wait_for("up_to_date")
        for number in range(2):
            shutil.rmtree(root / ".hotrun")
            (root / "src" / f"new{number}" / "deep").mkdir(parents=True)
            (root / "src" / f"new{number}" / "deep" / "a").write_text("one")
            wait_until_settled_with_an_edit(session, f"new {number}")
            (root / "src" / f"new{number}" / "deep" / "a").write_text("two, watched")
            wait_until_settled_with_an_edit(session, f"edited {number}")
        assert _warnings(session) == []
        _edit_and_end(session, "end")
