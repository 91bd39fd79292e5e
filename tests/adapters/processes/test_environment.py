"""Which value a program gets if several places set a variable."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from hotrun.adapters.processes.environment import environment
from hotrun.core.model.project import Program

PRIVATE = (
    *"HOTRUN HOTRUN_BUILD HOTRUN_CHANGED HOTRUN_SOCKET LISTEN_FDS LISTEN_PID LISTEN_FDNAMES NOTIFY_SOCKET".split(),
    "HOTRUN_RUN",
    "HOTRUN_REAPER",
)
COLORS = ("FORCE_COLOR", "CLICOLOR_FORCE", "CARGO_TERM_COLOR", "PY_COLORS")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset the variables in question, which whoever runs the tests may have set."""
    for name in (*COLORS, *PRIVATE, "NO_COLOR", "PYTHONUNBUFFERED", "WHERE", "OTHER"):
        monkeypatch.delenv(name, raising=False)


def env_of(
    *env_files: Path,
    env: Mapping[str, str] | None = None,
    own: Mapping[str, str] | None = None,
    colored: bool = False,
    notices: list[str] | None = None,
) -> dict[str, str]:
    program = Program(("x",), "/", dict(env or {}), tuple(map(str, env_files)))
    return environment(program, own or {}, colored, (notices if notices is not None else []).append)


def env_file(folder: Path, text: str, name: str = ".env") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_a_program_inherits_what_hotrun_was_started_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHERE", "inherited")
    assert env_of()["WHERE"] == "inherited"
    assert env_of()["PATH"] == os.environ["PATH"]


def test_an_inherited_variable_beats_the_env_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHERE", "inherited")
    found = env_of(env_file(tmp_path, "WHERE=file\nOTHER=file\n"))
    assert (found["WHERE"], found["OTHER"]) == ("inherited", "file")


def test_the_configuration_beats_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHERE", "inherited")
    found = env_of(env_file(tmp_path, "WHERE=file\nOTHER=file\n"), env={"WHERE": "config", "OTHER": "config"})
    assert (found["WHERE"], found["OTHER"]) == ("config", "config")


def test_a_later_env_file_beats_an_earlier_one(tmp_path: Path) -> None:
    first = env_file(tmp_path, "WHERE=first\nOTHER=first\n", "1")
    assert env_of(first, env_file(tmp_path, "WHERE=second\n", "2"))["WHERE"] == "second"


def test_env_files_know_quotes_comments_and_export(tmp_path: Path) -> None:
    found = env_of(env_file(tmp_path, "# said\nexport WHERE='a b'\nOTHER=\"x\\ny\" # more\nNOTHING\n"))
    assert (found["WHERE"], found["OTHER"]) == ("a b", "x\ny")
    assert "NOTHING" not in found


def test_a_change_of_an_env_file_shows_at_the_next_start(tmp_path: Path) -> None:
    path = env_file(tmp_path, "WHERE=before\n")
    assert env_of(path)["WHERE"] == "before"
    env_file(tmp_path, "WHERE=after\n")
    assert env_of(path)["WHERE"] == "after"


def test_a_missing_env_file_and_a_folder_are_noticed_and_left_out(tmp_path: Path) -> None:
    notices: list[str] = []
    missing, good = tmp_path / "missing", env_file(tmp_path, "WHERE=file\n")
    assert env_of(missing, tmp_path, good, notices=notices)["WHERE"] == "file"
    assert notices == [
        f"env file {missing} does not exist; ignored",
        f"env file {tmp_path} is a folder; ignored",
    ]


def test_an_env_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\n")
    with pytest.raises(UnicodeDecodeError):
        env_of(tmp_path / ".env")


@pytest.mark.parametrize("name", PRIVATE)
def test_what_was_said_to_hotrun_itself_is_not_inherited(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "outer")
    assert name not in env_of()


def test_the_variables_of_the_run_beat_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTRUN_BUILD", "1")
    found = env_of(env_file(tmp_path, "HOTRUN_BUILD=2\n"), env={"HOTRUN_BUILD": "3"}, own={"HOTRUN_BUILD": "4"})
    assert found["HOTRUN_BUILD"] == "4"


def test_colors_are_forced_only_when_asked() -> None:
    assert not set(COLORS) & env_of(colored=False).keys()
    assert set(COLORS) <= env_of(colored=True).keys()


@pytest.mark.parametrize("where", ["inherited", "file", "config"])
def test_colors_are_not_forced_on_a_program_that_is_told_no_color(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if where == "inherited":
        monkeypatch.setenv("NO_COLOR", "1")
    files = [env_file(tmp_path, "NO_COLOR=1\n")] if where == "file" else []
    found = env_of(*files, env={"NO_COLOR": "1"} if where == "config" else {}, colored=True)
    assert not set(COLORS) & found.keys()
    assert found["NO_COLOR"] == "1"


def test_an_empty_no_color_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    assert env_of(colored=True)["FORCE_COLOR"] == "1"


def test_what_is_forced_gives_way_to_whatever_somebody_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "3")
    found = env_of(
        env_file(tmp_path, "PY_COLORS=0\nPYTHONUNBUFFERED=\n"), env={"CARGO_TERM_COLOR": "never"}, colored=True
    )
    assert found["FORCE_COLOR"] == "3"
    assert found["PY_COLORS"] == "0"
    assert found["CARGO_TERM_COLOR"] == "never"
    assert found["PYTHONUNBUFFERED"] == ""


def test_python_does_not_hold_its_lines_back() -> None:
    assert env_of()["PYTHONUNBUFFERED"] == "1"
