"""Run each tool with its own configuration, then hotrun with the converted one, with the same edits.

    python -m benchmarks.moving_over [--tools FOLDER] [NAME ...]

Both get the same project and the same fake `go`, which records builds and restarts. Differences from `moving_cases` are
printed, with exit code 1. Missing tools are skipped. `python -m benchmarks.rivals` installs the available ones. Takes
six minutes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.moving_cases import CHANCE, EDITS, FAKE_GO, PROJECT, TOOLS, Edit, Effect, Tool, ours, rows
from benchmarks.rivals import default_folder
from benchmarks.started import Started, end_on_signals
from hotrun.config.importers import KeySource, convert
from hotrun.config.importers.written import to_toml

START_S = 30.0
QUIET_S = 1.5  # longer than every fixed delay: air's is 1 s
FOLLOW_S = 10.0  # from a build to its restart: modd waits up to 8 s
POLL_S = 0.02


class Watched:
    """A project with a program that watches it. The fake `go` logs what happens."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "shop"
        self.log = folder / "log"
        self.bin = folder / "bin"
        self.output = folder / "output"
        self.log.touch()
        self.bin.mkdir()
        (self.bin / "go").write_text(FAKE_GO)
        (self.bin / "go").chmod(0o755)
        for name, text in PROJECT.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def argv(self, *command: str) -> list[str]:
        """The command, with the fake `go` first in PATH."""
        path = os.pathsep.join([str(self.bin), os.environ["PATH"]])
        return ["/usr/bin/env", f"PATH={path}", f"MOVING_LOG={self.log}", *command]

    def change(self, edit: Edit) -> Effect:
        """Make the edit and return its effect."""
        before = self._lines()
        path = self.root / edit.path
        match edit.kind:
            case "delete":
                path.unlink()
            case "touch":
                path.write_bytes(path.read_bytes())
            case _:
                path.parent.mkdir(exist_ok=True)
                path.write_text(f"package one // {time.monotonic_ns()}\n")
        self._until(lambda: len(self._lines()) > len(before), QUIET_S)
        if len(self._lines()) > len(before) and "restart" not in self._lines()[len(before) :]:
            self._until(
                lambda: "restart" in self._lines()[len(before) :], FOLLOW_S if edit.path.endswith(".go") else QUIET_S
            )
        self.settle()
        happened = set(self._lines()[len(before) :])
        return _effect("build" in happened, "restart" in happened)

    def settle(self) -> None:
        """Wait until QUIET_S pass without an event."""
        seen = -1
        while seen != len(self._lines()):
            seen = len(self._lines())
            self._until(partial(self._has_more_than, seen), QUIET_S)

    def _has_more_than(self, lines: int) -> bool:
        return len(self._lines()) > lines

    def started(self) -> bool:
        """Wait for the first start of the program."""
        return self._until(lambda: "restart" in self._lines(), START_S)

    def _lines(self) -> list[str]:
        return self.log.read_text().split()

    @staticmethod
    def _until(happened: Callable[[], bool], timeout_s: float) -> bool:
        end = time.monotonic() + timeout_s
        while not happened():
            if time.monotonic() > end:
                return False
            time.sleep(POLL_S)
        return True


def _effect(built: bool, restarted: bool) -> Effect:
    match built, restarted:
        case True, True:
            return "build, restart"
        case True, False:
            return "build"
        case False, True:
            return "restart"
        case _:
            return "nothing"


@contextmanager
def _project() -> Iterator[Watched]:
    with tempfile.TemporaryDirectory(prefix="moving-", ignore_cleanup_errors=True) as folder:
        yield Watched(Path(folder).resolve())


def theirs(tool: Tool, executable: str) -> dict[str, Effect]:
    """The effect of each edit with the tool. Raises RuntimeError if it starts nothing."""
    with _project() as watched:
        name, text = tool.config
        (watched.root / name).write_text(text)
        return _effects_of(watched, watched.argv(executable, *tool.argv[1:]))


def converted(tool: Tool) -> dict[str, Effect]:
    """The effect of each edit with hotrun and the converted configuration."""
    with _project() as watched:
        name, text = tool.config
        imported = convert(KeySource(text, name, folder=watched.root.name))
        (watched.root / "hotrun.toml").write_text(to_toml(imported))
        return _effects_of(watched, watched.argv(sys.executable, "-P", "-m", "hotrun", "--ui", "plain"))


def _effects_of(watched: Watched, argv: list[str]) -> dict[str, Effect]:
    with Started(argv, watched.root, watched.output) as started:
        if not watched.started():
            raise RuntimeError(f"nothing was started by {' '.join(argv)}\n{started.summary()}")
        watched.settle()
        return {edit.title: watched.change(edit) for edit in EDITS}


def _differences(name: str, found: dict[str, Effect], expected: dict[str, Effect]) -> list[str]:
    """A line for each edit with an unexpected effect."""
    return [
        f"{name}: {title}: {effect}, not {expected[title]}"
        for title, effect in found.items()
        if expected[title] not in (effect, CHANCE)
    ]


def main() -> int:
    """Print the table and the differences. Returns 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.moving_over")
    parser.add_argument("names", nargs="*", help="only these tools")
    parser.add_argument("--tools", type=Path, default=default_folder() / "go" / "bin", help="default: %(default)s")
    options = parser.parse_args()
    end_on_signals()
    search = os.pathsep.join([str(options.tools), os.environ["PATH"]])
    wrong = []
    for tool in TOOLS:
        if options.names and tool.name not in options.names:
            continue
        executable = shutil.which(tool.argv[0], path=search) if tool.argv else None
        if executable is not None:
            wrong += _differences(tool.name, theirs(tool, executable), tool.theirs)
        wrong += _differences(
            f"hotrun for {tool.name}", converted(tool), {edit.title: ours(tool, edit) for edit in EDITS}
        )
        print(f"{tool.name}: {'run' if executable else 'not here'}", file=sys.stderr, flush=True)
    print("\n".join(rows()))
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
