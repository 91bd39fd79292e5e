"""The configuration file, typed: every key with its kind, its default, an example and what it means, said once.

The JSON Schema, the messages, the checks, the tables of docs/config.md, hotrun.toml.example and the comments of
`hotrun init` are made of this: run `python -m tools.generate` after a change. Light to import: it needs only msgspec.
"""

# No `from __future__ import annotations` here: msgspec would have to evaluate 60 strings at each start (3 ms).

from typing import Annotated, Any

from msgspec import Meta, field

from hotrun.config.tables.addresses import Address, ListenAddress, ReadyAddress, Url
from hotrun.config.tables.common import FilePath, Name, Table, Variables
from hotrun.config.tables.go import Go
from hotrun.config.tables.key_names import KeyNames
from hotrun.config.tables.parsers import ParserTable
from hotrun.config.tables.values import Debounce, Duration, ExportFormat, Pattern, PositiveDuration, Regex, SignalName
from hotrun.core.model.settings import ProcessSettings, StepSettings, UiSettings, WatchSettings, about

Shell = Annotated[str, Meta(min_length=1, extra={"expected": 'a shell such as "bash"'})]
CommandLine = Annotated[
    Annotated[str, Meta(min_length=1)] | Annotated[list[str], Meta(min_length=1)],
    Meta(extra={"expected": 'a command such as "make -j2" or ["make", "-j2"]'}),
]
Parsers = Annotated[str | list[str], Meta(extra={"expected": '"auto" or an array of names'})]
Inputs = Annotated[
    Annotated[str, Meta(min_length=1)] | list[str],
    Meta(extra={"expected": 'inputs such as "go:./cmd/app" or "depfile:build/*.d", or an array of them'}),
]


class WatchTable(WatchSettings, frozen=True):
    """What to watch, and how long to wait after a change."""

    paths: Annotated[
        list[FilePath],
        about("Watch these files and folders. They may lie outside of the root.", example=[".", "../shared"]),
    ] = field(default_factory=lambda: ["."])
    exclude: Annotated[
        list[Pattern],
        about(
            'Ignore these patterns, on top of the ignore files. `"!x"` watches x again.',
            example=["docs/", "!docs/api.md"],
        ),
    ] = []
    debounce: Annotated[
        Debounce,
        about('Wait this long after the last change. With `"auto"`, one file starts work at once.', example="200ms"),
    ] = field(default_factory=lambda: Debounce(-1))
    poll_interval: Annotated[
        PositiveDuration,
        about("Wait this long between two comparisons while polling.", example="1s"),
    ] = field(default_factory=lambda: PositiveDuration(500))


# What steps and processes have in common: what to execute, where and with which environment. Not a table to inherit
# from, as a Struct has one base and theirs are the settings.
Command = Annotated[
    CommandLine,
    about("Run this. A string goes through the shell, an array runs as it is.", example=["make", "-j2"]),
]
Cwd = Annotated[FilePath | None, about("Run it in this folder.", example=".", default="the root")]
Env = Annotated[
    Variables,
    about("Set these environment variables for it only. They win over all others.", example={"NAME": "value"}),
]
EnvFiles = Annotated[
    list[FilePath],
    about("Read these files of variables for it only, after those at the top level.", example=["local.env"]),
]
CommandShell = Annotated[
    Shell | None,
    about("Run a string command with this shell, as `SHELL -c COMMAND`.", example="bash", default='`"sh"`'),
]


class BuildStep(StepSettings, frozen=True):
    """A step: a command that finishes. Independent steps run in parallel."""

    command: Command
    cwd: Cwd = None
    env: Env = {}
    env_files: EnvFiles = []
    shell: CommandShell = None
    paths: Annotated[
        list[Pattern] | None,
        about(
            "Run it when files change that match these patterns.",
            example=["**/*.go", "go.mod"],
            default="all watched files; none with `inputs`",
        ),
    ] = None
    inputs: Annotated[
        Inputs,
        about(
            'Run it when files change that a tool lists: `"go:PACKAGES"`, `"go-test:PACKAGES"` or `"depfile:GLOB"`.',
            example="go:.",
        ),
    ] = []
    needs: Annotated[list[str], about("Run it after these steps have passed.", example=["generate"])] = []
    outputs: Annotated[
        list[Pattern],
        about(
            "Name what it writes, as patterns. Outputs never trigger, and restart nothing while they stay the same.",
            example=["tmp/app"],
        ),
    ] = []
    timeout: Annotated[
        PositiveDuration | None,
        about("Stop it after this time. The step has failed then.", example="5m", default="no limit"),
    ] = None
    parsers: Annotated[
        Parsers,
        about(
            'Read its output for errors and warnings with `"auto"` or these parsers. `[]` reads nothing.', example="go"
        ),
    ] = "auto"


MOST_JOBS = 256  # more programs at once than any machine has use for; a typing mistake must not start thousands


class BuildOptions(Table, frozen=True):
    """Keys for all steps. What else [build] holds are the steps, by name."""

    jobs: Annotated[
        Annotated[int, Meta(ge=1, le=MOST_JOBS, extra={"expected": f"a number of steps from 1 to {MOST_JOBS}"})] | None,
        about("Run at most this many steps at once, 1 to 256.", example=4, default="as many as there are cores"),
    ] = None


class ReadyTable(Table, frozen=True):
    """How to tell that a process is ready: exactly one of tcp, http, log, notify and exec."""

    tcp: Annotated[
        ReadyAddress | None,
        about("Wait until this address accepts a connection.", example="127.0.0.1:8000"),
    ] = None
    http: Annotated[
        Url | None, about("Wait until a GET of this URL succeeds.", example="http://127.0.0.1:8000/health")
    ] = None
    status: Annotated[
        Annotated[int, Meta(ge=100, le=599, extra={"expected": "a status from 100 to 599"})] | None,
        about("Accept only this status from `http`.", example=204, default="any below 400"),
    ] = None
    log: Annotated[
        Regex | None,
        about("Wait for a line of its output that matches this regular expression.", example="listening on"),
    ] = None
    notify: Annotated[bool, about("Wait for `READY=1` by the sd_notify protocol.", example=True)] = False
    exec: Annotated[
        CommandLine | None, about("Run this command again and again until it succeeds.", example="tmp/app --ping")
    ] = None
    timeout: Annotated[
        PositiveDuration,
        about("Report an error if it is not ready within this time.", example="10s"),
    ] = field(default_factory=lambda: PositiveDuration(30_000))


class ReloadTable(Table, frozen=True):
    """Changes that the process handles itself: hotrun sends it a signal instead of restarting it."""

    paths: Annotated[
        list[Pattern],
        about("Signal the process when files change that match these patterns.", example=["templates/**"]),
    ] = []
    needs: Annotated[
        list[str],
        about(
            "Signal the process when these steps have new outputs. It starts after they have passed.",
            example=["generate"],
        ),
    ] = []
    signal: Annotated[SignalName, about("Send this signal.", example="SIGUSR1")] = field(
        default_factory=lambda: SignalName("SIGHUP")
    )


class RunProcess(ProcessSettings, frozen=True):
    """A process: a command that keeps running. It restarts when a step that it needs has new outputs."""

    command: Command
    cwd: Cwd = None
    env: Env = {}
    env_files: EnvFiles = []
    shell: CommandShell = None
    needs: Annotated[
        list[str],
        about("Start it after these steps have passed and these processes are ready.", example=["app"]),
    ] = []
    paths: Annotated[
        list[Pattern] | None,
        about(
            "Restart it, without a build, when files change that match these patterns.",
            example=["config/*.yaml"],
            default="none with `needs`, else all watched files",
        ),
    ] = None
    reload: Annotated[
        ReloadTable | None,
        about("Signal the process for some changes, instead of a restart.", example={"paths": ["templates/**"]}),
    ] = None
    ready: Annotated[
        ReadyTable | None,
        about(
            "Choose how to tell that it is ready.",
            example={"tcp": "127.0.0.1:8000"},
            default="it listens, or has stayed up",
        ),
    ] = None
    listen: Annotated[
        list[ListenAddress],
        about("Bind these addresses once, and hand the sockets to each run.", example=["127.0.0.1:8000"]),
    ] = []
    stop_signal: Annotated[SignalName, about("Send this signal to stop it.", example="SIGINT")] = field(
        default_factory=lambda: SignalName("SIGTERM")
    )
    stop_timeout: Annotated[
        Duration,
        about("Kill what is left of it this long after the stop signal.", example="10s"),
    ] = field(default_factory=lambda: Duration(5_000))


ProgramTable = BuildStep | RunProcess


class Proxy(Table, frozen=True):
    """A fixed address in front of a process that restarts."""

    listen: Annotated[Address, about("Listen on this address, for browsers and clients.", example="127.0.0.1:3000")]
    target: Annotated[
        str,
        Meta(extra={"expected": 'the name of a process or an address such as "127.0.0.1:8000"'}),
        about("Forward to this process, which has `listen` or `ready.tcp`, or to this address.", example="web"),
    ]


class UiTable(UiSettings, frozen=True):
    """How hotrun looks in a terminal, and its keys."""

    keys: Annotated[
        dict[str, KeyNames],
        about("Bind keys to actions: one key or an array each.", example={"restart": "R", "page-down": "ctrl+d"}),
    ] = {}


class ExportTable(Table, frozen=True):
    """A file of problems for an editor or a script."""

    path: Annotated[
        FilePath,
        about("Write this file, which lies below the root. It never triggers.", example=".bacon-locations"),
    ]
    format: Annotated[
        ExportFormat,
        about(
            "Write each problem in this form, with placeholders such as `{path}`, `{line}` and `{message}`.",
            example="{kind} {path}:{line}:{column} {message}",
        ),
    ]


OneExport = Annotated[ExportTable, Meta(extra={"expected": "a table for each file, such as [exports.locations]"})]
OneParser = Annotated[ParserTable, Meta(extra={"expected": "an array of tables, such as [[parser]]"})]
OneStep = Annotated[BuildStep, Meta(extra={"expected": "a table for each step, such as [build.app]"})]
OneProcess = Annotated[RunProcess, Meta(extra={"expected": "a table for each process, such as [run.web]"})]


class Config(Table, frozen=True):
    """The whole file: hotrun.toml, or [tool.hotrun] in pyproject.toml."""

    env_files: Annotated[
        list[FilePath],
        about(
            "Read these files of environment variables for every step and process. Variables that are set already win.",
            example=[".env"],
        ),
    ] = []
    env: Annotated[
        Variables,
        about(
            "Set these environment variables for every step and process. They win over what is set already.",
            example={"LOG": "debug"},
        ),
    ] = {}
    watch: Annotated[WatchTable, about("Choose what to watch, and how.")] = field(default_factory=WatchTable)
    build: Annotated[dict[Name, OneStep], about("Define steps by name.")] = {}
    run: Annotated[dict[Name, OneProcess], about("Define processes by name.")] = {}
    go: Annotated[
        Annotated[Go, Meta(extra={"expected": "a table such as [go]"})] | None,
        about("Build a Go program and plugins that always fit it."),
    ] = None
    proxy: Annotated[Proxy | None, about("Serve a fixed address in front of a process.")] = None
    parser: Annotated[list[OneParser], about("Define custom parsers for the output of steps.")] = []
    ui: Annotated[UiTable, about("Choose how hotrun looks in a terminal, and its keys.")] = field(
        default_factory=UiTable
    )
    exports: Annotated[dict[Name, OneExport], about("Write files of problems for editors and scripts, by name.")] = {}
    profile: Annotated[
        dict[str, dict[str, Any]],
        about("Define tables that `--profile NAME` lays over the file. Tables merge, values and arrays replace."),
    ] = {}
