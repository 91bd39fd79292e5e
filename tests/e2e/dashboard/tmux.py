"""A terminal window as people have one: hotrun in a tmux of its own, with keys typed into it and its size changed."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.toolchains import require
from tests.support.waiting import DEADLINE_S, wait_until


class Window:
    """A shell in a window; `start` types a command. Leaving the `with` block ends everything in it.

    `cache`: a folder for the socket, with a short path.
    """

    def __init__(self, root: Path, columns: int = 80, rows: int = 24, **env: str) -> None:
        require("tmux")
        self._root = root
        self._size = (columns, rows)
        self._env = env
        self._name = f"hotrun-test-{uuid.uuid4().hex[:12]}"

    def __enter__(self) -> Self:
        columns, rows = self._size
        # An interactive shell, because job control is part of what is tried; without its own prompt and files.
        shell = "exec env PS1='$ ' bash --norc --noprofile -i"
        self._run(
            *("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), "-s", "window"), shell,
            env=self._environment(),
        )  # fmt: skip
        self._run("set-option", "-g", "history-limit", "1000000")
        # The limit counts for windows that are made after it.
        self._run("new-window", "-t", "window:1", "-c", str(self._root), shell)
        self._run("kill-window", "-t", "window:0")
        self._run("resize-window", "-t", "window:1", "-x", str(columns), "-y", str(rows))
        self.wait_for("$")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(subprocess.SubprocessError):
            self._run("kill-server")  # SIGHUP to what runs in there, and hotrun ends its own

    def start(self, *arguments: str) -> None:
        """Type the command hotrun, with arguments."""
        command = [sys.executable, "-P", "-m", "hotrun", *arguments]
        self.type(f"{shlex.join(command)}; echo ended $?", "Enter")

    def type(self, *keys: str) -> None:
        """Press keys: text, or what tmux calls a key (Enter, C-c, Escape)."""
        self._run("send-keys", "-t", "window", *keys)

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        self._run("resize-window", "-t", "window", "-x", str(columns), "-y", str(rows))

    @property
    def lines(self) -> list[str]:
        """Everything from the first line that scrolled out on; a line that was wrapped is one."""
        said = self._run("capture-pane", "-p", "-J", "-S", "-", "-t", "window")
        return [line.rstrip() for line in said.rstrip().split("\n")]

    @property
    def screen(self) -> list[str]:
        """What is to be seen now."""
        said = self._run("capture-pane", "-p", "-t", "window")
        return [line.rstrip() for line in said.rstrip().split("\n")]

    def wait_for(self, text: str) -> None:
        """Return when the text is to be seen, or was; AssertionError at the deadline."""
        self.wait_until(lambda: any(text in line for line in self.lines), text)

    def wait_for_row(self, text: str) -> None:
        """Return when the text is to be seen now."""
        self.wait_until(lambda: any(text in line for line in self.screen), text)

    def wait_until(self, happened: Callable[[], bool], what: str) -> None:
        """Return when it has; AssertionError at the deadline."""
        wait_until(happened, lambda: f"{what}:\n" + "\n".join(self.lines[-60:]))

    def _environment(self) -> Mapping[str, str]:
        ours = {
            name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "CI", "TMUX")
        }
        return {**ours, "LC_ALL": "C.UTF-8", **self._env}

    def _run(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        # -u: UTF-8, whatever the locale of the tests is.
        command = ["tmux", "-u", "-L", self._name, *arguments]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=DEADLINE_S, check=True)
        return done.stdout


def is_open(window: Window) -> bool:
    return any(line.startswith("tab next pane") for line in window.screen[-1:])
