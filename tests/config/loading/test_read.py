"""Which file is found, and which files are refused: writable by others, not text, or not a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hotrun.config.loading.load import load
from hotrun.config.loading.read import find
from hotrun.errors import HotrunError

GOOD = '[run.web]\ncommand = "x"\n'
IN_PYPROJECT = '[tool.hotrun.run.web]\ncommand = "x"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder tree top/deep/er, with the current folder at its top."""
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(path: str) -> HotrunError:
    with pytest.raises(HotrunError) as caught:
        load(path)
    assert caught.value.exit_code == 2
    return caught.value


def test_hotrun_toml_is_found_here_and_from_below(folder: Path) -> None:
    (folder / "hotrun.toml").write_text(GOOD)
    assert find(str(folder)) == find(str(folder / "deep" / "er")) == str(folder / "hotrun.toml")


def test_the_innermost_file_is_taken(folder: Path) -> None:
    (folder / "hotrun.toml").write_text(GOOD)
    (folder / "deep" / "pyproject.toml").write_text(IN_PYPROJECT)
    assert find(str(folder / "deep" / "er")) == str(folder / "deep" / "pyproject.toml")


def test_in_one_folder_hotrun_toml_comes_before_pyproject(folder: Path) -> None:
    (folder / "hotrun.toml").write_text(GOOD)
    (folder / "pyproject.toml").write_text(IN_PYPROJECT)
    assert find(".") == str(folder / "hotrun.toml")


@pytest.mark.parametrize(
    "content",
    [b"", b"[project]\nname = 'hotrun'\n", b"[tool]\nother = 'hotrun'\n", b"[tool.black]\n", b"[broken", b"\xff"],
)
def test_a_pyproject_without_the_table_does_not_end_the_search(folder: Path, content: bytes) -> None:
    (folder / "hotrun.toml").write_text(GOOD)
    (folder / "deep" / "pyproject.toml").write_bytes(content)
    assert find("deep") == str(folder / "hotrun.toml")


def test_a_malformed_pyproject_that_names_hotrun_is_found_and_refused(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.hotrun.run.web]\ncommand = \n")
    assert find("deep") == str(folder / "pyproject.toml")
    assert refusal("pyproject.toml").message == "pyproject.toml:2:11: invalid value"


def test_no_file_is_found_where_there_is_none(folder: Path) -> None:
    found = find(str(folder / "deep"))
    assert found is None or not found.startswith(str(folder))


def test_a_named_pipe_in_the_way_does_not_stop_the_search(folder: Path) -> None:
    (folder / "hotrun.toml").write_text(GOOD)
    os.mkfifo(folder / "deep" / "pyproject.toml")
    assert find("deep") == str(folder / "hotrun.toml")


def test_a_file_that_every_user_can_write_is_refused(folder: Path) -> None:
    (folder / "hotrun.toml").write_text(GOOD)
    os.chmod("hotrun.toml", 0o646)
    error = refusal("hotrun.toml")
    assert error.message == "hotrun.toml: refused: writable by every user, who could then run commands as you"
    assert error.hint == "check the file, then: chmod o-w hotrun.toml"


def test_a_file_of_another_user_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "hotrun.toml").write_text(GOOD)
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    found = find("deep/er")
    assert found is not None
    error = refusal(found)
    assert error.message == (
        f"hotrun.toml: refused: owned by another user (uid {owner}), who could run commands as you"
    )
    assert error.hint == f"if you trust the file: sudo chown {owner + 1} hotrun.toml"


def test_the_hint_quotes_an_odd_file_name(folder: Path) -> None:
    (folder / "my file.toml").write_text(GOOD)
    os.chmod("my file.toml", 0o666)
    assert refusal("my file.toml").hint == "check the file, then: chmod o-w 'my file.toml'"


def test_a_group_may_write_to_the_file(folder: Path) -> None:
    (folder / "hotrun.toml").write_text(GOOD)
    os.chmod("hotrun.toml", 0o664)
    assert list(load("hotrun.toml").project.processes) == ["web"]


def test_a_link_is_judged_by_the_file_it_leads_to(folder: Path) -> None:
    (folder / "real.toml").write_text(GOOD)
    os.symlink("real.toml", "hotrun.toml")
    assert load("hotrun.toml").project.root == str(folder)
    os.chmod("real.toml", 0o666)
    assert "writable by every user" in refusal("hotrun.toml").message


def test_a_missing_file_is_reported(folder: Path) -> None:
    error = refusal("none.toml")
    assert (error.message, error.hint) == ("none.toml: no such file", "write one with: hotrun init")


def test_a_broken_link_is_found_and_reported(folder: Path) -> None:
    os.symlink("gone.toml", "hotrun.toml")
    assert find("deep") == str(folder / "hotrun.toml")
    assert refusal("hotrun.toml").message == "hotrun.toml: a link to gone.toml, which does not exist"


def test_a_folder_is_refused(folder: Path) -> None:
    (folder / "hotrun.toml").mkdir()
    assert refusal("hotrun.toml").message == "hotrun.toml: expected a file, got a folder"


def test_a_named_pipe_is_refused(folder: Path) -> None:
    os.mkfifo("hotrun.toml")
    assert refusal("hotrun.toml").message == "hotrun.toml: cannot be read: not a regular file"


def test_an_unreadable_file_is_refused_with_a_hint(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "hotrun.toml").write_text(GOOD)

    def denied(path: str, flags: int) -> int:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", denied)  # permissions do not stop a superuser
    error = refusal("hotrun.toml")
    assert (error.message, error.hint) == ("hotrun.toml: cannot be read: permission denied", "chmod u+r hotrun.toml")


def test_a_path_through_a_file_cannot_be_read(folder: Path) -> None:
    (folder / "x").write_text("")
    assert refusal("x/hotrun.toml").message == "x/hotrun.toml: cannot be read: not a directory"


def test_bytes_that_are_not_utf_8_are_reported_with_their_line(folder: Path) -> None:
    (folder / "hotrun.toml").write_bytes(b'# fine\n[run.web]\ncommand = "caf\xe9"\n')
    error = refusal("hotrun.toml")
    assert error.message == "hotrun.toml:3: not UTF-8 (byte 0xe9)"
    assert error.hint == "save the file as UTF-8, without a byte order mark"


def test_utf_16_is_refused(folder: Path) -> None:
    (folder / "hotrun.toml").write_text(GOOD, encoding="utf-16")
    assert refusal("hotrun.toml").message == "hotrun.toml:1: not UTF-8 (byte 0xff)"


def test_a_byte_order_mark_is_reported(folder: Path) -> None:
    (folder / "hotrun.toml").write_text(GOOD, encoding="utf-8-sig")
    assert refusal("hotrun.toml").message == (
        "hotrun.toml:1:1: starts with a byte order mark, expected UTF-8 without one"
    )


def test_windows_line_ends_are_read(folder: Path) -> None:
    (folder / "hotrun.toml").write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert list(load("hotrun.toml").project.processes) == ["web"]
