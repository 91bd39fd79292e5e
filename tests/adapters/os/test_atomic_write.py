"""Replacing a file at once, on a real disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hotrun.adapters.os.atomic_write import replace_file


def test_a_reader_has_the_old_text_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    replace_file(str(path), b"old")
    with path.open("rb") as opened_before:
        replace_file(str(path), b"new")
        assert opened_before.read() == b"old"
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_the_mode_is_for_a_new_file_before_the_umask(tmp_path: Path) -> None:
    replace_file(str(tmp_path / "a"), b"", 0o600)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_a_link_that_lies_in_the_way_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / "beside").symlink_to(other)
    (tmp_path / "a").symlink_to(other)
    replace_file(str(tmp_path / "a"), b"new", temporary=str(tmp_path / "beside"))
    assert other.read_text() == "mine"
    assert not (tmp_path / "a").is_symlink()


def test_what_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(IsADirectoryError):
        replace_file(str(tmp_path / "a"), b"new")
    assert os.listdir(tmp_path) == ["a"]
