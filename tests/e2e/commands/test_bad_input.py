"""What a person reads after a mistake: the real command on wrong command lines and files, word for word.

Every command in these projects would leave a mark, so nothing that was refused can have been started unseen.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from tests.e2e.running import Running

Files = dict[str, str | bytes]

HOTRUN = (sys.executable, "-P", "-m", "hotrun")
GOOD: Files = {"hotrun.toml": "[run.web]\ncommand = 'touch \"$MARK\"'\n"}
TWO: Files = {
    "go.mod": "module shop\n",
    "main.go": "package main\n\nfunc main() {}\n",
    "package.json": '{"name": "shop", "scripts": {"start": "touch \\"$MARK\\""}}',
}
# What lies in the folder, by the sections of mistakes.txt.
FOLDERS: dict[str, Files] = {
    "a good hotrun.toml": GOOD,
    "an empty folder": {},
    "two projects and no hotrun.toml": TWO,
    "a wrong hotrun.toml": GOOD,
}


class Mistake(msgspec.Struct, frozen=True):
    """A command line in a folder with these files, and the lines that are all that is said about it."""

    arguments: tuple[str, ...]
    says: tuple[str, ...]
    files: Files

    def __str__(self) -> str:
        return f"{shlex.join(('hotrun', *self.arguments))}: {self.says[0]}"


def mistakes(transcript: str) -> list[Mistake]:
    """All blocks of mistakes.txt: "$ " what is typed, "| " what is added to hotrun.toml, and what is said."""
    _, *sections = transcript.strip().split("\n== ")
    found = []
    for title, *blocks in (section.strip().split("\n\n") for section in sections):
        found += [_mistake(block.split("\n"), FOLDERS[title]) for block in blocks]
    return found


def _mistake(block: Sequence[str], files: Files) -> Mistake:
    typed = [argument for line in block if line.startswith("$ ") for argument in shlex.split(line[2:])[1:]]
    added = "".join(f"{line[2:]}\n" for line in block if line.startswith("| "))
    says = tuple(line for line in block if not line.startswith(("$ ", "| ")))
    changed = {**files, "hotrun.toml": f"{files['hotrun.toml']!s}{added}"} if added else files
    return Mistake(tuple(typed), says, changed)


MISTAKES = mistakes(Path(__file__).with_name("mistakes.txt").read_text(encoding="utf-8"))
WHOLE_FILES = {
    "an empty file": ("", "1: the file is empty, expected a [build.NAME] or [run.NAME] table"),
    "a byte order mark": ("\ufeff[run.web]\n", "1:1: starts with a byte order mark, expected UTF-8 without one"),
    "bytes that are not UTF-8": (b"#\n# caf\xe9\n", "2: not UTF-8 (byte 0xe9)"),
    "nesting without end": ("x = " + "[" * 5000, "1: nested too deeply"),
    "a number without end": ("x = " + "9" * 5000, "1: a number somewhere has too many digits"),
}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder.resolve()


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_mistake_is_said_with_its_remedy_and_nothing_is_started_or_written(mistake: Mistake, here: Path) -> None:
    write(here, mistake.files)
    refused(here, mistake.arguments, mistake.says)


@pytest.mark.parametrize(("content", "says"), WHOLE_FILES.values(), ids=WHOLE_FILES)
def test_a_file_that_is_no_configuration_is_one_error(content: str | bytes, says: str, here: Path) -> None:
    write(here, {"hotrun.toml": content})
    hint = ["hint: save the file as UTF-8, without a byte order mark"] if "not UTF-8" in says else []
    refused(here, [], [f"error: hotrun.toml:{says}", *hint])


def test_a_manifest_that_cannot_be_parsed_is_no_project_and_no_traceback(here: Path) -> None:
    write(here, {"package.json": "[" * 100_000, "pyproject.toml": "[" * 5000, "Cargo.toml": "x = " + "[" * 5000})
    told = run(here, [])
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith(f"error: nothing to run in {here}: ")


def test_a_file_that_everybody_may_write_is_refused(here: Path) -> None:
    write(here, GOOD)
    (here / "hotrun.toml").chmod(0o666)
    refused(
        here,
        [],
        [
            "error: hotrun.toml: refused: writable by every user, who could then run commands as you",
            "hint: check the file, then: chmod o-w hotrun.toml",
        ],
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_refused(here: Path) -> None:
    write(here, GOOD)
    os.chown(here / "hotrun.toml", 65534, -1)
    refused(
        here,
        [],
        [
            "error: hotrun.toml: refused: owned by another user (uid 65534), who could run commands as you",
            "hint: if you trust the file: sudo chown 0 hotrun.toml",
        ],
    )


def test_what_may_not_be_read_is_said(here: Path) -> None:
    write(here, GOOD)
    (here / "hotrun.toml").chmod(0)
    (here / "closed").mkdir(mode=0)
    try:
        told = run(here, [], prefix=without_privileges())
        assert (told.returncode, told.stdout) == (2, "")
        assert told.stderr.splitlines() == [
            "error: hotrun.toml: cannot be read: permission denied",
            "hint: chmod u+r hotrun.toml",
        ]
        told = run(here, ["-C", "closed"], prefix=without_privileges())
        assert (told.returncode, told.stdout) == (2, "")
        assert told.stderr.splitlines()[0] == "error: -C closed: permission denied"
    finally:
        (here / "closed").chmod(0o755)


def test_a_folder_that_was_removed_is_said(here: Path) -> None:
    told = run(here, [], prefix=["sh", "-c", 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', "sh"])
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.splitlines() == [
        "error: the current folder has been removed",
        "hint: cd to an existing folder",
    ]


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_changes_neither_the_exit_code_nor_where_the_error_goes(closed: str, here: Path) -> None:
    told = run(here, ["-c", "nowhere.toml"], prefix=["sh", "-c", f'exec "$@" {closed}', "sh"])
    assert told.returncode == 2
    assert told.stdout == ""
    said = "" if "2>&-" in closed else "error: nowhere.toml: no such file\nhint: write one with: hotrun init\n"
    assert told.stderr == said


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check"], ["schema"]], ids=str)
def test_output_that_cannot_be_written_is_one_error_and_no_success(arguments: list[str], here: Path) -> None:
    write(here, GOOD)
    told = run(here, arguments, prefix=["sh", "-c", 'exec "$@" >/dev/full', "sh"])
    assert told.returncode == 1
    assert told.stderr == "error: the output cannot be written: No space left on device\n"


def test_without_home_the_session_works_as_ever(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    write(here, {"hotrun.toml": '[run.web]\ncommand = ["sleep", "1000"]\n'})
    with Running(here) as session:
        session.wait_for("watching")
        session.wait_for("process.started")
        assert session.stop() == 0
        session.wait_until_gone()


def write(folder: Path, files: Files) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)


def refused(folder: Path, arguments: Sequence[str], says: Sequence[str]) -> None:
    """Assert that hotrun says exactly this, with exit code 2, and that it has started and changed nothing."""
    before = contents(folder)
    told = run(folder, arguments)
    assert told.stderr.splitlines() == [line.replace("{here}", str(folder)) for line in says]
    assert told.stderr.startswith("error: ")
    assert (told.returncode, told.stdout) == (2, "")
    assert contents(folder) == before
    assert not mark_of(folder).exists()


def run(folder: Path, arguments: Sequence[str], prefix: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """Run the real command in `folder`, by way of `prefix`; a refused command line must not run into the deadline."""
    return subprocess.run(
        [*prefix, *HOTRUN, *arguments],
        cwd=folder,
        env={**os.environ, "MARK": str(mark_of(folder))},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def mark_of(folder: Path) -> Path:
    return folder.parent / "started"


def contents(folder: Path) -> dict[str, bytes | None]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


def without_privileges() -> list[str]:
    """A prefix that has file modes count for root too; skips where there is no way to do that."""
    if os.geteuid() != 0:
        return []
    prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if shutil.which("setpriv") is None or subprocess.run([*prefix, "true"], capture_output=True).returncode != 0:
        pytest.skip("root reads everything here, and setpriv cannot change that")
    return prefix
