"""`hotrun open N` with a running hotrun, and an editor that writes down what it is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.e2e.command import run
from tests.e2e.running import Running

EDITOR = "import pathlib, sys; pathlib.Path('told').write_text('|'.join(sys.argv[1:]))"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a b.c").write_text("one\ntwo\n")
    (tmp_path / "editor.py").write_text(EDITOR)
    (tmp_path / "hotrun.toml").write_text(
        f"""[ui]
editor = "{sys.executable} editor.py {{file}} {{line}} {{column}}"

[build.app]
command = "echo 'a b.c:2:3: error: bad'; echo 'gone.c:1:1: error: odd'; exit 1"
"""
    )
    return tmp_path


def test_a_problem_is_opened_by_its_number_in_the_editor_of_the_configuration(root: Path) -> None:
    with Running(root) as session:
        session.wait_for("build.finished", status="failed")
        done = run(root, "open", "1")
        assert (done.returncode, done.stderr) == (0, "")
        assert (root / "told").read_text() == f"{root}/a b.c|2|3"
        missing = run(root, "open", "2")
        assert missing.returncode == 1
        assert "gone.c is not there any more" in missing.stderr
        none = run(root, "open", "3")
        assert none.returncode == 1
        assert "no problem 3: found 2 problems" in none.stderr


def test_without_a_running_hotrun_there_is_nothing_to_open(root: Path) -> None:
    assert run(root, "open", "1").returncode == 3
    assert run(root, "open", "x").returncode == 2
