"""Fingerprints of real outputs of a step: are they the same as before?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hotrun.adapters.processes import artifacts as room
from hotrun.adapters.processes.artifacts import fingerprint


def content(root: Path, *outputs: str) -> str | None:
    return fingerprint(str(root), outputs).content


def test_the_same_bytes_written_anew_are_the_same_content_but_another_stamp(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    app = tmp_path / "tmp/app"
    app.write_bytes(b"one")
    first = fingerprint(str(tmp_path), ("tmp/app",))
    app.unlink()
    app.write_bytes(b"one")
    os.utime(app, ns=(1, 1))
    second = fingerprint(str(tmp_path), ("tmp/app",))
    assert first.content == second.content is not None
    assert first.stamp != second.stamp
    app.write_bytes(b"two")
    assert fingerprint(str(tmp_path), ("tmp/app",)).content != first.content


def test_patterns_name_files_at_any_depth_and_what_comes_or_goes_makes_a_difference(tmp_path: Path) -> None:
    for name in ("gen/a/x_templ.go", "gen/y_templ.go", "gen/own.go", "node_modules/z_templ.go"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    before = content(tmp_path, "**/*_templ.go")
    (tmp_path / "gen/own.go").write_text("edited by hand")
    (tmp_path / "node_modules/z_templ.go").write_text("nobody's")
    assert content(tmp_path, "**/*_templ.go") == before
    (tmp_path / "gen/a/x_templ.go").rename(tmp_path / "gen/a/w_templ.go")
    assert content(tmp_path, "**/*_templ.go") != before


@pytest.mark.parametrize("pattern", ["gen/", "/gen", "gen/**", "gen/*.go"])
def test_a_folder_is_looked_at_from_where_its_pattern_begins(pattern: str, tmp_path: Path) -> None:
    (tmp_path / "gen").mkdir()
    (tmp_path / "gen/a.go").write_text("one")
    before = content(tmp_path, pattern)
    (tmp_path / "other.go").write_text("no output")
    assert content(tmp_path, pattern) == before
    (tmp_path / "gen/a.go").write_text("two")
    assert content(tmp_path, pattern) != before


def test_a_missing_output_is_a_content_as_well(tmp_path: Path) -> None:
    missing = content(tmp_path, "tmp/app")
    assert missing is not None
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp/app").write_text("")
    assert content(tmp_path, "tmp/app") != missing


def test_without_outputs_and_beyond_the_limits_nothing_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fingerprint(str(tmp_path), ()) == (None, None)
    (tmp_path / "gen").mkdir()
    for number in range(4):
        (tmp_path / f"gen/{number}.o").write_bytes(b"x" * 100)
    monkeypatch.setattr(room, "MAX_BYTES", 399)
    assert content(tmp_path, "gen/") is None
    monkeypatch.setattr(room, "MAX_BYTES", 400)
    assert content(tmp_path, "gen/") is not None
    monkeypatch.setattr(room, "MAX_FILES", 3)
    assert content(tmp_path, "gen/") is None


def test_what_is_no_file_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    os.mkfifo(tmp_path / "tmp/app")
    assert content(tmp_path, "tmp/app") is None
