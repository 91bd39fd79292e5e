"""hotrun in a terminal window: a pty that is the controlling terminal of its session, with keys typed into it."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.processes import is_gone
from tests.support.waiting import DEADLINE_S, DeadlineError, wait_until

HOTRUN = (sys.executable, "-P", "-m", "hotrun")


LOOK_S = 0.05


CTRL_C = b"\x03"


# A shell does this for the terminal window that it is started in; subprocess has no word for it.
WITH_CONTROLLING_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


CONFIG = """
[run.app]
command = ["python3", "app.py"]
paths = ["*.txt"]
"""


# Tells in a file beside the project who it is and which signals it gets; ends with SIGTERM.
POLITE = """
import os, signal, sys
def told(number, frame):
    with open("../signals", "a") as file:
        print(signal.Signals(number).name, file=file)
    if number == signal.SIGTERM:
        sys.exit(0)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, told)
with open("../pid", "w") as file:
    print(os.getpid(), file=file)
print("\\x1b[35mup\\x1b[0m", flush=True)
while True:
    signal.pause()
"""


STUBBORN = POLITE.replace("sys.exit(0)", "return")


class Terminal:
    """A hotrun that runs in `root` as in a terminal window of its own. Leaving the `with` block ends it.

    `size`: rows and columns; a terminal that does not know its size gets no dashboard.
    """

    program: tuple[str, ...] = HOTRUN
    size: tuple[int, int] | None = None

    def __init__(self, root: Path, *arguments: str, **env: str) -> None:
        self._root = root
        self._arguments = arguments
        self._env = {**plain_environment(), "TERM": "xterm-256color", **env}
        self._said = b""

    def __enter__(self) -> Self:
        self._master: int | None
        self._master, self._slave = pty.openpty()
        if self.size is not None:
            termios.tcsetwinsize(self._slave, self.size)
        self.attributes_before = self.attributes()
        self.process = subprocess.Popen(
            [sys.executable, "-c", WITH_CONTROLLING_TERMINAL, *self.program, *self._arguments],
            cwd=self._root,
            env=self._env,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            start_new_session=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        kill_left_over(self._root)
        os.close(self._slave)
        if self._master is not None:
            os.close(self._master)

    @property
    def said(self) -> str:
        """What has reached the terminal so far."""
        return self._said.decode(errors="replace")  # the last character may be cut

    def attributes(self) -> list[Any]:
        """The terminal's modes and special characters."""
        return termios.tcgetattr(self._slave)

    def type(self, keys: bytes) -> None:
        """Press keys."""
        assert self._master is not None
        os.write(self._master, keys)

    def close(self) -> None:
        """Close the window."""
        assert self._master is not None
        os.close(self._master)
        self._master = None

    def wait_for(self, text: str) -> None:
        """Return when the text is on the terminal; AssertionError at the deadline, or where hotrun ends before."""
        self.wait_until(lambda: text in self.said, repr(text))

    def wait_until(self, happened: Callable[[], bool], what: str) -> None:
        """Return when it has; AssertionError at the deadline, or where hotrun ends before."""
        wait_until(
            lambda: happened() or self.process.poll() is not None, lambda: f"{what}: {self.said}", between=self._read
        )
        assert happened(), f"ended without {what}: {self.said}"

    def wait_for_file(self, path: Path) -> None:
        """Return when it is there, reading meanwhile what comes; AssertionError at the deadline."""
        wait_until(path.exists, lambda: f"{path.name}: {self.said}", between=self._read)

    def exit_code(self, timeout: float = DEADLINE_S) -> int | None:
        """Wait until hotrun ends, reading what it says; None at the deadline."""
        with contextlib.suppress(DeadlineError):
            wait_until(lambda: self.process.poll() is not None, timeout=timeout, between=self._read)
        self._read(0)
        return self.process.poll()

    def _read(self, timeout: float = LOOK_S) -> None:
        if self._master is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout)
            return
        while select.select([self._master], [], [], timeout)[0]:
            self._said += os.read(self._master, 65536)
            timeout = 0


def plain_environment() -> dict[str, str]:
    """Ours, without what speaks for or against colors and a person who looks."""
    ours = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "CI")}
    return {**ours, "PATH": os.pathsep.join((str(Path(sys.executable).parent), ours.get("PATH", os.defpath)))}


def make(root: Path, app: str, config: str = CONFIG) -> Path:
    root = root / "project"
    root.mkdir()
    (root / "hotrun.toml").write_text(config)
    (root / "app.py").write_text(app)
    return root.resolve()


def wait_until_gone(root: Path) -> None:
    pid = int((root.parent / "pid").read_text())
    wait_until(lambda: is_gone(pid), f"an end of the app {pid}")


def kill_left_over(root: Path) -> None:
    """End an app that outlived its hotrun, so that a failed test leaves nothing behind; it is known by its folder."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        pid = int((root.parent / "pid").read_text())
        if os.readlink(f"/proc/{pid}/cwd") == str(root):
            os.kill(pid, signal.SIGKILL)


SIZE = (24, 80)


class Window(Terminal):
    size = SIZE
