"""The project's own folder: its contents, who may read them, and that hotrun works without it."""

from __future__ import annotations

import stat
from pathlib import Path

from hotrun.adapters.instance.state_folder import StateFolder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_changed_paths_are_written_with_a_nul_after_each(tmp_path: Path) -> None:
    path = StateFolder(str(tmp_path)).write_changes(3, ("a b.py", "line\nbreak.c", "é/\ufffd.go"))
    assert path == str(tmp_path / ".hotrun" / "changed-3")
    assert Path(path).read_bytes() == "a b.py\0line\nbreak.c\0é/\ufffd.go\0".encode()


def test_a_build_without_changes_has_an_empty_list(tmp_path: Path) -> None:
    path = StateFolder(str(tmp_path)).write_changes(1, ())
    assert path is not None
    assert Path(path).read_bytes() == b""


def test_the_folder_ignores_itself_and_is_private(tmp_path: Path) -> None:
    StateFolder(str(tmp_path)).write_changes(1, ())
    assert (tmp_path / ".hotrun" / ".gitignore").read_text() == "*\n"
    assert stat.S_IMODE((tmp_path / ".hotrun").stat().st_mode) == 0o700


def test_nothing_is_made_before_it_is_needed(tmp_path: Path) -> None:
    StateFolder(str(tmp_path)).close()
    assert names(tmp_path) == []


def test_the_list_of_the_build_before_is_kept_and_older_ones_go(tmp_path: Path) -> None:
    folder = StateFolder(str(tmp_path))
    for build in (1, 2, 3, 4):
        folder.write_changes(build, ("a",))
    assert names(tmp_path / ".hotrun") == [".gitignore", "changed-3", "changed-4"]


def test_close_removes_the_lists_and_keeps_what_somebody_else_put_there(tmp_path: Path) -> None:
    folder = StateFolder(str(tmp_path))
    folder.write_changes(1, ("a",))
    (tmp_path / ".hotrun" / ".gitignore").write_text("mine\n")
    (tmp_path / ".hotrun" / "notes").write_text("")
    folder.write_changes(2, ("a",))
    folder.close()
    folder.close()
    assert names(tmp_path / ".hotrun") == [".gitignore", "notes"]
    assert (tmp_path / ".hotrun" / ".gitignore").read_text() == "mine\n"


def test_a_folder_that_was_removed_meanwhile_is_made_again(tmp_path: Path) -> None:
    folder = StateFolder(str(tmp_path))
    folder.write_changes(1, ("a",))
    for path in (tmp_path / ".hotrun").iterdir():
        path.unlink()
    (tmp_path / ".hotrun").rmdir()
    assert folder.write_changes(2, ("b",)) == str(tmp_path / ".hotrun" / "changed-2")
    assert names(tmp_path / ".hotrun") == [".gitignore", "changed-2"]


def test_where_it_cannot_be_written_there_is_no_list_and_no_error(tmp_path: Path) -> None:
    (tmp_path / ".hotrun").write_text("a file of that name")
    folder = StateFolder(str(tmp_path))
    assert folder.write_changes(1, ("a",)) is None
    assert StateFolder(str(tmp_path / "gone")).write_changes(1, ("a",)) is None
    folder.close()
    assert (tmp_path / ".hotrun").read_text() == "a file of that name"


def test_the_announcement_is_private_replaces_an_older_one_and_goes_at_the_end(tmp_path: Path) -> None:
    folder = StateFolder(str(tmp_path))
    (tmp_path / ".hotrun").mkdir()
    (tmp_path / ".hotrun" / "run.json").write_text("left by a crash")
    folder.announce('{"pid": 1}')
    path = tmp_path / ".hotrun" / "run.json"
    assert path.read_text() == '{"pid": 1}'
    assert path.stat().st_mode & 0o777 == 0o600
    assert names(tmp_path / ".hotrun") == [".gitignore", "run.json"]
    folder.close()
    assert names(tmp_path / ".hotrun") == [".gitignore"]


def test_a_session_that_has_announced_nothing_leaves_the_announcement_of_another_one(tmp_path: Path) -> None:
    other = StateFolder(str(tmp_path))
    other.announce("{}")
    StateFolder(str(tmp_path)).close()
    assert (tmp_path / ".hotrun" / "run.json").exists()
