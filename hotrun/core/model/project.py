"""A project as plain, resolved values. The configuration is converted to it once."""

from __future__ import annotations

from typing import Literal

import msgspec

from hotrun.core.model.requests import Action
from hotrun.core.model.settings import ProcessSettings, StepSettings, UiSettings, WatchSettings

ReadyBy = Literal["auto", "tcp", "http", "log", "notify", "exec"]

PORT = "{port}"  # in a command, an environment value or `ready`: a free port, chosen for each run


class Program(msgspec.Struct, frozen=True):
    """A program to execute. `cwd` and `env_files` are absolute. `env` overrides the values in the files."""

    argv: tuple[str, ...]
    cwd: str
    env: dict[str, str] = {}
    env_files: tuple[str, ...] = ()

    def with_port(self, port: int) -> Program:
        """The program with `port` instead of {port} in its arguments and variables."""
        text = str(port)
        return msgspec.structs.replace(
            self,
            argv=tuple(word.replace(PORT, text) for word in self.argv),
            env={name: value.replace(PORT, text) for name, value in self.env.items()},
        )


InputKind = Literal["go", "go-test", "depfile"]
INPUT_KINDS: tuple[InputKind, ...] = ("go", "go-test", "depfile")


def input_kind(text: str) -> InputKind | None:
    """The kind of an element of `inputs`, before its colon. None if it is unknown."""
    found = text.partition(":")[0]
    return next((kind for kind in INPUT_KINDS if kind == found), None)


class ListedFile(msgspec.Struct, frozen=True):
    """Why a file is an input of a step: `number` is the element of its `inputs`, from 0, `by` is what uses it."""

    number: int
    by: str


class Step(StepSettings, frozen=True):
    """A build step: a program that exits. Patterns are gitignore patterns.

    `inputs`: the tools that list its files, each with its kind (see docs/config.md). `paths`: more files. None means
    every watched file if there are no `inputs`, and no more files otherwise.
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
        """The steps that must pass before it runs."""
        return self.needs


class Ready(msgspec.Struct, frozen=True):
    """How to find out that a process is ready. `target`: the address, the URL or the regular expression.

    "auto": it listens on a port, or has stayed up. `status`: the required HTTP status. None: any below 400.
    """

    by: ReadyBy = "auto"
    target: str = ""
    status: int | None = None
    program: Program | None = None
    timeout_ms: int = 30_000


class Reload(msgspec.Struct, frozen=True):
    """Changes that a process reloads on a signal: of files, and of the outputs of steps."""

    paths: tuple[str, ...] = ()
    signal: str = "SIGHUP"
    needs: tuple[str, ...] = ()


class Process(ProcessSettings, frozen=True):
    """A program that keeps running. `paths` None: every watched file restarts it. (): only builds restart it.

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
        """The steps that must pass before it starts. A change of one in `needs` restarts it, others may reload it."""
        return self.needs if self.reload is None else (*self.needs, *self.reload.needs)

    @property
    def wants_port(self) -> bool:
        """Whether each run gets its own free port."""
        programs = (self.program, *((self.ready.program,) if self.ready.program is not None else ()))
        texts = [text for program in programs for text in (*program.argv, *program.env.values())]
        return any(PORT in text for text in (*texts, self.ready.target))


Severity = Literal["error", "warning", "info", "note", "hint"]


class ParserExample(msgspec.Struct, frozen=True):
    """A text in which a custom parser must find one problem. Fields that are None are not compared."""

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
    """A custom parser: a pattern for one line, patterns for the lines that follow (`match_next`), or Vim errorformats.

    See core.diagnostics.text_rules for the keys. `severity`: one for all, or one for each word of the tool.
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
    """The files to watch. `roots`: absolute folders or files. `debounce_ms` None is auto (see changes/debounce.py).

    `auto` False: changes wait for a build request.
    """

    roots: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    debounce_ms: int | None = None
    poll_interval_ms: int = 500


class Ui(UiSettings, frozen=True):
    """The settings of the terminal UI. `editor` None: the one that the environment names.

    `keys`: those of the configuration, see keys.actions.bindings.
    """

    keys: dict[Action, tuple[str, ...]] = {}


class Export(msgspec.Struct, frozen=True):
    """A file with a line in this `format` for each diagnostic, written after each build. `path` is absolute."""

    name: str
    path: str
    format: str

    @property
    def files(self) -> tuple[str, str]:
        """The exported file, and the temporary file in the same folder that is renamed to it."""
        folder, slash, name = self.path.rpartition("/")
        return self.path, f"{folder}{slash}.{name}.hotrun-new"


class Project(msgspec.Struct, frozen=True):
    """One project: its absolute root, its configuration file (None: detected or command line), and its parts.

    `jobs`: how many steps may run at once. None: the number of cores.
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
        """Every address of a held socket, each once."""
        return tuple(dict.fromkeys(address for process in self.processes.values() for address in process.listen))

    @property
    def env_files(self) -> set[str]:
        """Every env file that a part reads, absolute."""
        return {path for part in self.parts.values() for path in part.program.env_files}
