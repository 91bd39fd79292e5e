"""Patterns that can hang are found by trying them, in a process that is killed for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hotrun.adapters import patterns
from hotrun.adapters.hostile import lines
from hotrun.adapters.patterns import SCRIPT, Verdicts, too_slow

FINE = [
    r"(?P<file>\S+):(?P<line>\d+): (?P<message>.+)$",
    r"(?P<file>[^:]+):(?:\d+:)*(?P<message>.*)$",
    r"(?P<severity>ERR|WRN) (?P<file>\S+)@(?P<line>\d+): (?P<message>.+)$",
]
HANGS = [
    r"(\s*\w+)*: (?P<message>.*)",
    r"ERR (\w+\s?)*(?P<message>!)",
    r"(?:a|aa)+(?P<message>$)",
    r"warn<<(?:[^>]+>?)+>>(?P<message>$)",
]


def test_patterns_that_are_fine_pass() -> None:
    assert too_slow([(pattern, ["ERR a.x@3: oops"]) for pattern in FINE]) == [None] * len(FINE)


@pytest.mark.parametrize("pattern", HANGS)
def test_a_pattern_that_hangs_is_refused_and_those_beside_it_are_not(
    pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patterns, "EACH_S", 0)
    assert too_slow([(FINE[0], []), (pattern, []), (FINE[2], [])], timeout_s=2) == [None, "hangs on some lines", None]


def test_one_that_hangs_only_behind_what_its_example_has_is_found() -> None:
    assert "x1: " in {line[:4] for line in lines(r"(?=x)\w{2}: (\w+ ?)+!", ["x1: a b!"])}


def test_where_nothing_can_be_tried_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SCRIPT", Path("/nowhere.py"))
    assert too_slow([(HANGS[0], [])]) == [None]


def test_what_is_fine_is_remembered_until_it_changes(tmp_path: Path) -> None:
    Verdicts(str(tmp_path)).keep(FINE[:2])
    known = Verdicts(str(tmp_path))
    assert [known.is_fine(pattern) for pattern in FINE] == [True, True, False]
    known.keep(FINE[2:])
    assert [Verdicts(str(tmp_path)).is_fine(pattern) for pattern in FINE] == [False, False, True]


@pytest.mark.parametrize("content", ["", "{}", "[1]", "nonsense"])
def test_a_file_that_is_none_is_as_good_as_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "parsers.json").write_text(content)
    assert not Verdicts(str(tmp_path)).is_fine(FINE[0])


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    Verdicts(str(tmp_path / "gone")).keep(FINE)
    assert not (tmp_path / "gone").exists()


def test_what_tries_them_needs_nothing_but_python() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT)],
        input='[{"pattern": "a+", "texts": []}]',
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split("\n")[0] == "trying"
