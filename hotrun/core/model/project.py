"""What the engine works on: a project as plain, resolved values. Config files are turned into this once."""

from __future__ import annotations

from typing import Literal

import msgspec

from hotrun.core.model.requests import Action
from hotrun.core.model.settings import ProcessSettings, StepSettings, UiSettings, WatchSettings

ReadyBy = Literal["auto", "tcp", "http", "log", "notify", "exec"]

PORT = "{port}"  # in a command, an environment value or `ready`: a free port, another one for each run


class Program(msgspec.Struct, frozen=True):
    """What to execute. `cwd` and `env_files` are absolute; `env` is laid over what the files say."""

    argv: tuple[str, ...]
    cwd: str
    env: dict[str, str] = {}
    env_files: tuple[str, ...] = ()

    def with_port(self, port: int) -> Program:
        """The same with `port` in the place of {port} in its arguments and variables."""
        text = str(port)
        return msgspec.structs.replace(
            self,
            argv=tuple(word.replace(PORT, text) for word in self.argv),
            env={name: value.replace(PORT, text) for name, value in self.env.items()},
        )


InputKind = Literal["go", "go-test", "depfile"]
INPUT_KINDS: tuple[InputKind, ...] = ("go", "go-test", "depfile")


def input_kind(text: str) -> InputKind | None:
    """What an element of `inputs` begins with, before its colon; None: nothing that is known."""
    found = text.partition(":")[0]
    return next((kind for kind in INPUT_KINDS if kind == found), None)


class ListedFile(msgspec.Struct, frozen=True):
    """Why a file is an input of a step: by which element of its `inputs`, from 0, and what brings it in, in words."""

    number: int
    by: str


class Step(StepSettings, frozen=True):
    """A build step: a program that ends. Patterns are gitignore's.

    `inputs`: what lists its files, each with its kind (see docs/config.md). `paths` comes on top of that; None means
    every watched file where there are no `inputs`, else nothing more.
    """

    name: str
    program: Program
    paths: tuple[str, ...] | None = None
    needs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    timeout_ms: int | None = None
    parsers: tuple[str, ...] = ("auto",)
    inputs: tuple[str, ...] = ()

    @property
    def waits_for(self) -> tuple[str, ...]:
        """What must be good before it runs."""
        return self.needs


class Ready(msgspec.Struct, frozen=True):
    """How to tell that a process is ready. `target`: the address, the URL or the regular expression.

    "auto": it listens on a port, or has stayed up. `status`: the only HTTP status that counts; None: any below 400.
    """

    by: ReadyBy = "auto"
    target: str = ""
    status: int | None = None
    program: Program | None = None
    timeout_ms: int = 30_000


class Reload(msgspec.Struct, frozen=True):
    """Changes that a process takes by itself when it is told by a signal: of files, and of what steps make."""

    paths: tuple[str, ...] = ()
    signal: str = "SIGHUP"
    needs: tuple[str, ...] = ()


class Process(ProcessSettings, frozen=True):
    """A program that stays. `paths` None means: every watched file; () means: only builds restart it.

    `listen`: addresses of sockets that hotrun holds for it, "host:port" or "unix:" and an absolute path.
    """

    name: str
    program: Program
    paths: tuple[str, ...] | None = None
    needs: tuple[str, ...] = ()
    stop_signal: str = "SIGTERM"
    stop_timeout_ms: int = 5000
    ready: Ready = Ready()
    listen: tuple[str, ...] = ()
    reload: Reload | None = None

    @property
    def waits_for(self) -> tuple[str, ...]:
        """What must be good before it starts; a change of what it needs restarts it, one of the others need not."""
        return self.needs if self.reload is None else (*self.needs, *self.reload.needs)

    @property
    def wants_port(self) -> bool:
        """Whether each run gets a free port of its own."""
        programs = (self.program, *((self.ready.program,) if self.ready.program is not None else ()))
        texts = [text for program in programs for text in (*program.argv, *program.env.values())]
        return any(PORT in text for text in (*texts, self.ready.target))


Severity = Literal["error", "warning", "info", "note", "hint"]


class ParserExample(msgspec.Struct, frozen=True):
    """A text in which a custom parser must find one problem; what is None is not compared."""

    text: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    severity: Severity | None = None
    code: str | None = None
    message: str | None = None


class CustomParser(msgspec.Struct, frozen=True):
    """A custom parser: a pattern for a line, one for a line and `match_next` for those that follow, or formats of Vim.

    See core.diagnostics.rules for what the keys mean. `severity`: the one, or what the words of the tool mean.
    """

    name: str
    match: str = ""
    match_next: tuple[str, ...] = ()
    max_lines: int = 1
    continuation: str = ""
    errorformat: tuple[str, ...] = ()
    tool: str = ""
    severity: Severity | dict[str, Severity] = {}
    column_base: int = 1
    examples: tuple[ParserExample, ...] = ()


class Watch(WatchSettings, frozen=True):
    """What is watched. `roots` are absolute folders or files; `debounce_ms` None means auto (see changes/debounce.py).

    `auto` False: changes wait until somebody asks for a build.
    """

    roots: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    debounce_ms: int | None = None
    poll_interval_ms: int = 500


class Ui(UiSettings, frozen=True):
    """How hotrun shows itself. `editor` None: the one that the environment names.

    `keys`: those of the configuration, see actions.bindings.
    """

    keys: dict[Action, tuple[str, ...]] = {}


class Export(msgspec.Struct, frozen=True):
    """A file that is written again after each build: a record by `format` for each diagnostic. `path` is absolute."""

    name: str
    path: str
    format: str

    @property
    def files(self) -> tuple[str, str]:
        """The exported file, and the one in the same folder that is renamed to it when it is complete."""
        folder, slash, name = self.path.rpartition("/")
        return self.path, f"{folder}{slash}.{name}.hotrun-new"


class Project(msgspec.Struct, frozen=True):
    """One project: its absolute root, its configuration file (None: detected or command line), and its parts.

    `jobs`: how many steps may run at once; None: as many as there are cores.
    """

    root: str
    config: str | None
    watch: Watch
    steps: dict[str, Step] = {}
    processes: dict[str, Process] = {}
    parsers: tuple[CustomParser, ...] = ()
    ui: Ui = Ui()
    exports: tuple[Export, ...] = ()
    jobs: int | None = None

    @property
    def parts(self) -> dict[str, Step | Process]:
        """Steps and processes by name; no name is used twice."""
        return {**self.steps, **self.processes}

    @property
    def listen(self) -> tuple[str, ...]:
        """Every address that sockets are held at, each once."""
        return tuple(dict.fromkeys(address for process in self.processes.values() for address in process.listen))

    @property
    def env_files(self) -> set[str]:
        """Every env file that a part reads, absolute."""
        return {path for part in self.parts.values() for path in part.program.env_files}
