"""Install the available rivals into their own folder, and report which are installed.

    python -m benchmarks.rivals [FOLDER] [--list]

Outside of FOLDER only the tools' caches grow. It needs no root: a Debian package is unpacked, not installed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec

from benchmarks.started import end_on_signals

INSTALL_S = 300.0
COMPILE_S = 1500.0  # all crates of watchexec, on two cores
VERSION_S = 20.0
NICENESS = 10
REASON_CHARACTERS = 160

Source = Literal["apt", "pip", "npm", "cargo", "go"]
TOOLS: dict[Source, str] = {"apt": "apt-get", "pip": sys.executable, "npm": "npm", "cargo": "cargo", "go": "go"}


class Rival(msgspec.Struct, frozen=True):
    """`package`: its name for the installer. `program`: the path of its executable below the rivals' folder."""

    name: str
    source: Source
    package: str
    program: str

    def path(self, folder: Path) -> Path:
        """The path of its executable, if it is installed."""
        return folder / self.program


RIVALS = (
    Rival("watchexec", "cargo", "watchexec-cli", "cargo/bin/watchexec"),
    Rival("entr", "apt", "entr", "apt/usr/bin/entr"),
    Rival("watchmedo", "pip", "watchdog[watchmedo]", "pip/bin/watchmedo"),
    Rival("watchfiles", "pip", "watchfiles", "pip/bin/watchfiles"),
    Rival("nodemon", "npm", "nodemon", "npm/node_modules/.bin/nodemon"),
    Rival("air", "go", "github.com/air-verse/air", "go/bin/air"),
    Rival("wgo", "go", "github.com/bokwoon95/wgo", "go/bin/wgo"),
    Rival("modd", "go", "github.com/cortesi/modd/cmd/modd", "go/bin/modd"),
    Rival("reflex", "go", "github.com/cespare/reflex", "go/bin/reflex"),
    Rival("CompileDaemon", "go", "github.com/githubnemo/CompileDaemon", "go/bin/CompileDaemon"),
)


class Presence(msgspec.Struct, frozen=True):
    """`version`: from the tool or its package. None if it is not installed, for `reason`."""

    rival: Rival
    version: str | None
    reason: str = ""

    def row(self) -> str:
        """The line to print."""
        return f"{self.rival.name:14} {self.version or f'not installed: {self.reason}'}"


class Failed(Exception):
    """A failed installation. The message is the reason."""


def default_folder() -> Path:
    """The folder for rivals, in the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(cache) / "hotrun-benchmarks" / "rivals"


def present(folder: Path) -> list[Presence]:
    """The state of all rivals, in the order of RIVALS. The reason of a missing one is from its last installation."""
    found = []
    for rival in RIVALS:
        if rival.path(folder).exists():
            found.append(Presence(rival, _version(rival, folder)))
        else:
            reason = _reason_file(rival, folder)
            tried = reason.read_text(encoding="utf-8") if reason.exists() else "not tried"
            found.append(Presence(rival, None, tried))
    return found


def install(folder: Path) -> None:
    """Install missing rivals, and record the reasons of failures. Slow installations run in parallel."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [rival for rival in RIVALS if not rival.path(folder).exists()]
    with contextlib.ExitStack() as stack:
        slow = []
        for rival in missing:
            if rival.source == "cargo" and shutil.which("cargo"):
                slow.append((rival, stack.enter_context(_Installation(_cargo(rival, folder), folder, rival.name))))
        for rival in missing:
            if all(rival is not one for one, _ in slow):
                _record_failure(rival, folder, partial(_install, rival, folder))
        for rival, installation in slow:
            _record_failure(rival, folder, partial(installation.finish, COMPILE_S))


def main() -> int:
    """Install rivals (not with --list), and print a line for each. Returns 0 even if some are missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rivals", description="install the rivals of latency.py")
    parser.add_argument("folder", nargs="?", type=Path, default=default_folder(), help="default: %(default)s")
    parser.add_argument("--list", action="store_true", help="only list the installed rivals")
    options = parser.parse_args()
    end_on_signals()
    folder = options.folder.absolute()
    if not options.list:
        install(folder)
    for presence in present(folder):
        print(presence.row())
    return 0


class _Installation:
    """A running installer in its own session. Leaving the `with` block stops it and its children."""

    def __init__(self, argv: Sequence[str], folder: Path, name: str, cwd: Path | None = None) -> None:
        self._log = folder / f"{name}.log"
        env = {**os.environ, "GOBIN": str(folder / "go" / "bin"), "GOFLAGS": "-modcacherw"}
        with self._log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                ["nice", "-n", str(NICENESS), *argv],
                cwd=cwd or folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> _Installation:
        return self

    def __exit__(self, *error: object) -> None:
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # not reaped yet, so the id is still valid
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def finish(self, timeout_s: float) -> None:
        """Wait until it exits. Raises Failed."""
        try:
            status = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise Failed(f"not finished within {timeout_s:g} s") from None
        if status != 0:
            output = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise Failed(f"status {status}: {output[-1].strip()[:REASON_CHARACTERS] if output else 'no output'}")


def _reason_file(rival: Rival, folder: Path) -> Path:
    return folder / f"{rival.name}.reason"


def _record_failure(rival: Rival, folder: Path, act: Callable[[], None]) -> None:
    """Run an installation, and record the reason of a failure."""
    started = time.monotonic()
    print(f"{rival.name} ({rival.source}) ...", file=sys.stderr, flush=True)
    try:
        act()
    except (Failed, OSError) as error:
        _reason_file(rival, folder).write_text(str(error), encoding="utf-8")
        print(f"{rival.name}: {error}", file=sys.stderr)
    else:
        print(f"{rival.name}: {time.monotonic() - started:.0f} s", file=sys.stderr)


def _install(rival: Rival, folder: Path) -> None:
    """Install one rival. Raises Failed."""
    tool = TOOLS[rival.source]
    if shutil.which(tool) is None:
        raise Failed(f"there is no {tool} here")
    match rival.source:
        case "apt":
            _unpack(rival, folder)
        case "pip":
            python = folder / "pip" / "bin" / "python"
            if not python.exists():
                _run([sys.executable, "-m", "venv", str(folder / "pip")], folder, rival.name)
            _run([str(python), "-m", "pip", "install", "--quiet", "--compile", rival.package], folder, rival.name)
        case "npm":
            _run(["npm", "install", "--no-audit", "--no-fund", "--prefix", "npm", rival.package], folder, rival.name)
        case "go":
            _run(["go", "install", f"{rival.package}@latest"], folder, rival.name, COMPILE_S)
        case "cargo":
            _run(_cargo(rival, folder), folder, rival.name, COMPILE_S)


def _cargo(rival: Rival, folder: Path) -> list[str]:
    return ["cargo", "install", "--locked", "--root", str(folder / "cargo"), rival.package]


def _unpack(rival: Rival, folder: Path) -> None:
    """Download a Debian package and unpack its files, without installing it."""
    work = folder / "apt"
    work.mkdir(exist_ok=True)
    _run(["apt-get", "download", rival.package], folder, rival.name, cwd=work)
    packages = sorted(work.glob(f"{rival.package}_*.deb"))
    if not packages:
        raise Failed("apt-get has downloaded nothing")
    _run(["dpkg-deb", "--extract", str(packages[-1]), str(work)], folder, rival.name)


def _run(argv: Sequence[str], folder: Path, name: str, timeout_s: float = INSTALL_S, cwd: Path | None = None) -> None:
    with _Installation(argv, folder, name, cwd) as installation:
        installation.finish(timeout_s)


def _version(rival: Rival, folder: Path) -> str:
    """The version number, `?` if unknown."""
    argv: list[str]
    match rival.source:
        case "go":
            argv = ["go", "version", "-m", str(rival.path(folder))]
        case "apt":
            argv = ["sh", "-c", 'ls "$0"', str(folder / "apt")]
        case "pip":
            project = rival.package.split("[")[0]
            python = str(folder / "pip" / "bin" / "python")
            argv = [python, "-c", f"from importlib.metadata import version; print(version({project!r}))"]
        case _:
            argv = [str(rival.path(folder)), "--version"]
    try:
        output = subprocess.run(argv, capture_output=True, text=True, timeout=VERSION_S, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return "?"
    pattern = r"^\s+mod\s+\S+\s+(\S+)" if rival.source == "go" else r"(\d+\.\d+[\w.+-]*?)(?:_|\s|$)"
    found = re.search(pattern, output, re.MULTILINE)
    return found[1] if found else "?"


if __name__ == "__main__":
    sys.exit(main())
