"""How each program that restarts another is told to do it: at its defaults, and with its debounce as short as it goes.

Each gets the same folder with the same files and the same program to start. Where one starts a build before, that is
`true`. What is set besides is only what it needs to see a `.txt` file, or to run without a terminal.
"""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Callable
from pathlib import Path

import msgspec

from benchmarks.ground import Ground
from benchmarks.project import Project
from benchmarks.rivals import RIVALS

Argv = list[str]
Tell = Callable[[str, Project, Argv], Argv]  # the rival's executable, the project, what to start -> what to run

_FROM_PYTHON = """
import sys
from watchfiles import run_process
run_process(".", target=" ".join(sys.argv[1:]), target_type="command", debounce=1, step=1)
"""


class Contestant(msgspec.Struct, frozen=True):
    """`settings` is empty at the defaults; `rival` names the one that it needs, None for the floor and hotrun."""

    name: str
    settings: str
    tell: Tell
    rival: str | None = None
    sees_folders: bool = True  # False: it watches one folder, and what happens below it is not seen

    @property
    def at_defaults(self) -> bool:
        """Whether nothing was tuned."""
        return not self.settings

    @property
    def title(self) -> str:
        """For a table."""
        return f"{self.name}, {self.settings}" if self.settings else self.name


def contestants(ground: Ground, rivals: Path) -> list[Contestant]:
    """The floor, hotrun, and each rival that is there, once for each of its settings."""
    own = [
        Contestant("floor", "", lambda _, small, program: _floor(ground, small, program), sees_folders=False),
        Contestant("hotrun", "", lambda _, small, program: _hotrun(ground, small, program)),
    ]
    there = {rival.name for rival in RIVALS if rival.path(rivals).exists()}
    return own + [one for one in _RIVALS if one.rival in there]


def command(contestant: Contestant, rivals: Path, small: Project, program: Argv) -> Argv:
    """What to run in the project's folder; writes the configuration that it needs."""
    executables = {rival.name: str(rival.path(rivals)) for rival in RIVALS}
    return contestant.tell(executables.get(contestant.rival or "", ""), small, program)


def _floor(ground: Ground, small: Project, program: Argv) -> Argv:
    return [str(ground.floor), str(small.folder), *program]


def _hotrun(ground: Ground, small: Project, program: Argv) -> Argv:
    small.configure(f'[run.stamp]\ncommand = ["{program[0]}", "{program[1]}"]\n')
    return [str(ground.hotrun)]


def _entr(executable: str, small: Project, program: Argv) -> Argv:
    """It reads the files to watch from its standard input."""
    files = [str(Path(folder) / name) for folder, _, names in os.walk(small.folder) for name in names]
    small.beside("files").write_text("\n".join(files) + "\n", encoding="utf-8")
    redirected = ["/bin/sh", "-c", 'list=$1; shift; exec "$@" < "$list"', "sh", str(small.beside("files"))]
    return [*redirected, executable, "-n", "-r", *program]


def _watchmedo(executable: str, small: Project, program: Argv) -> Argv:
    return [executable, "auto-restart", "--directory=.", "--recursive", program[0], "--", *program[1:]]


def _watchfiles(executable: str, small: Project, program: Argv) -> Argv:
    return [executable, " ".join(program), "."]


def _watchfiles_api(executable: str, small: Project, program: Argv) -> Argv:
    return [str(Path(executable).parent / "python"), "-c", _FROM_PYTHON, *program]


def _watchexec(*options: str) -> Tell:
    return lambda executable, small, program: [executable, *options, "--restart", "--shell=none", "--", *program]


def _nodemon(*options: str) -> Tell:
    needed = ("--ext", "txt", "--watch", ".", "--exec")
    return lambda executable, small, program: [executable, *options, *needed, " ".join(program)]


def _wgo(*options: str) -> Tell:
    return lambda executable, small, program: [executable, *options, "-file", r"\.txt$", *program]


def _reflex(executable: str, small: Project, program: Argv) -> Argv:
    return [executable, "-s", "--", *program]


def _compile_daemon(executable: str, small: Project, program: Argv) -> Argv:
    pattern = r"-pattern=\.txt$"
    return [executable, "-directory=.", "-recursive=true", pattern, "-build=true", f"-command={' '.join(program)}"]


def _modd(executable: str, small: Project, program: Argv) -> Argv:
    small.beside("modd.conf").write_text(f"** {{\n    daemon: exec {' '.join(program)}\n}}\n", encoding="utf-8")
    return [executable, "-f", str(small.beside("modd.conf"))]


def _air(settings: str) -> Tell:
    def tell(executable: str, small: Project, program: Argv) -> Argv:
        text = f"""\
            [build]
            cmd = "true"
            entrypoint = {json.dumps(program)}
            include_ext = ["txt"]
            {settings}
            """
        small.beside("air.toml").write_text(textwrap.dedent(text), encoding="utf-8")
        return [executable, "-c", str(small.beside("air.toml"))]

    return tell


_RIVALS = (
    Contestant("entr", "", _entr, "entr"),
    Contestant("watchexec", "", _watchexec(), "watchexec"),
    Contestant("watchexec", "--debounce 1ms", _watchexec("--debounce", "1ms"), "watchexec"),
    Contestant("watchmedo", "", _watchmedo, "watchmedo"),
    Contestant("watchfiles", "", _watchfiles, "watchfiles"),
    Contestant("watchfiles", "run_process(debounce=1, step=1)", _watchfiles_api, "watchfiles"),
    Contestant("nodemon", "", _nodemon(), "nodemon"),
    Contestant("nodemon", "--delay 1ms", _nodemon("--delay", "1ms"), "nodemon"),
    Contestant("air", "", _air(""), "air"),
    Contestant("air", "delay = 1", _air("delay = 1"), "air"),
    Contestant("wgo", "", _wgo(), "wgo"),
    Contestant("wgo", "-debounce 1ms", _wgo("-debounce", "1ms"), "wgo"),
    Contestant("modd", "", _modd, "modd"),
    Contestant("reflex", "", _reflex, "reflex"),
    Contestant("CompileDaemon", "", _compile_daemon, "CompileDaemon"),
)
