"""The configuration of each program that restarts another: at its defaults, and with the shortest debounce.

Each one gets the same folder with the same files, and the same program to start. If it needs a build, that is `true`.
Other settings only make it watch `.txt` files, or run without a terminal.
"""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Callable
from pathlib import Path

import msgspec

from benchmarks.environment import Environment
from benchmarks.project import Project
from benchmarks.rivals import RIVALS

Argv = list[str]
# (the rival's executable, the project, the program to start) -> the command to run
Configure = Callable[[str, Project, Argv], Argv]

_FROM_PYTHON = """
import sys
from watchfiles import run_process
run_process(".", target=" ".join(sys.argv[1:]), target_type="command", debounce=1, step=1)
"""


class Contestant(msgspec.Struct, frozen=True):
    """`settings`: empty at the defaults. `rival`: the one that it needs, None for the floor and hotrun."""

    name: str
    settings: str
    configure: Configure
    rival: str | None = None
    sees_folders: bool = True  # False: it watches one folder without subfolders

    @property
    def at_defaults(self) -> bool:
        """Whether it runs at its defaults."""
        return not self.settings

    @property
    def title(self) -> str:
        """The title in a table."""
        return f"{self.name}, {self.settings}" if self.settings else self.name


def contestants(environment: Environment, rivals: Path) -> list[Contestant]:
    """The floor, hotrun, and each installed rival, once for each of its settings."""
    own = [
        Contestant("floor", "", lambda _, small, program: _floor(environment, small, program), sees_folders=False),
        Contestant("hotrun", "", lambda _, small, program: _hotrun(environment, small, program)),
    ]
    there = {rival.name for rival in RIVALS if rival.path(rivals).exists()}
    return own + [one for one in _RIVALS if one.rival in there]


def command(contestant: Contestant, rivals: Path, small: Project, program: Argv) -> Argv:
    """Write the configuration, and return the command to run in the project's folder."""
    executables = {rival.name: str(rival.path(rivals)) for rival in RIVALS}
    return contestant.configure(executables.get(contestant.rival or "", ""), small, program)


def _floor(environment: Environment, small: Project, program: Argv) -> Argv:
    return [str(environment.floor), str(small.folder), *program]


def _hotrun(environment: Environment, small: Project, program: Argv) -> Argv:
    small.configure(f'[run.stamp]\ncommand = ["{program[0]}", "{program[1]}"]\n')
    return [str(environment.hotrun)]


def _entr(executable: str, small: Project, program: Argv) -> Argv:
    """entr reads the files to watch from its standard input."""
    files = [str(Path(folder) / name) for folder, _, names in os.walk(small.folder) for name in names]
    small.sibling("files").write_text("\n".join(files) + "\n", encoding="utf-8")
    redirected = ["/bin/sh", "-c", 'list=$1; shift; exec "$@" < "$list"', "sh", str(small.sibling("files"))]
    return [*redirected, executable, "-n", "-r", *program]


def _watchmedo(executable: str, small: Project, program: Argv) -> Argv:
    return [executable, "auto-restart", "--directory=.", "--recursive", program[0], "--", *program[1:]]


def _watchfiles(executable: str, small: Project, program: Argv) -> Argv:
    return [executable, " ".join(program), "."]


def _watchfiles_api(executable: str, small: Project, program: Argv) -> Argv:
    return [str(Path(executable).parent / "python"), "-c", _FROM_PYTHON, *program]


def _watchexec(*options: str) -> Configure:
    return lambda executable, small, program: [executable, *options, "--restart", "--shell=none", "--", *program]


def _nodemon(*options: str) -> Configure:
    needed = ("--ext", "txt", "--watch", ".", "--exec")
    return lambda executable, small, program: [executable, *options, *needed, " ".join(program)]


def _wgo(*options: str) -> Configure:
    return lambda executable, small, program: [executable, *options, "-file", r"\.txt$", *program]


def _reflex(executable: str, small: Project, program: Argv) -> Argv:
    return [executable, "-s", "--", *program]


def _compile_daemon(executable: str, small: Project, program: Argv) -> Argv:
    pattern = r"-pattern=\.txt$"
    return [executable, "-directory=.", "-recursive=true", pattern, "-build=true", f"-command={' '.join(program)}"]


def _modd(executable: str, small: Project, program: Argv) -> Argv:
    small.sibling("modd.conf").write_text(f"** {{\n    daemon: exec {' '.join(program)}\n}}\n", encoding="utf-8")
    return [executable, "-f", str(small.sibling("modd.conf"))]


def _air(settings: str) -> Configure:
    def configure(executable: str, small: Project, program: Argv) -> Argv:
        text = f"""\
            [build]
            cmd = "true"
            entrypoint = {json.dumps(program)}
            include_ext = ["txt"]
            {settings}
            """
        small.sibling("air.toml").write_text(textwrap.dedent(text), encoding="utf-8")
        return [executable, "-c", str(small.sibling("air.toml"))]

    return configure


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
