"""The typed model of hotrun.toml: the type, default, example and description of every key.

The JSON Schema, the messages, the checks, the tables of docs/config.md, hotrun.toml.example and the comments of
`hotrun init` are generated from it. Run `python -m tools.generate` after a change. It imports only msgspec.
"""

# No `from __future__ import annotations`: msgspec would evaluate 60 strings at each start (3 ms).

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
        about("Watch these files and folders. They may be outside the root.", example=[".", "../shared"]),
    ] = field(default_factory=lambda: ["."])
    exclude: Annotated[
        list[Pattern],
        about(
            'Ignore these patterns in addition to the ignore files. `"!x"` re-includes x.',
            example=["docs/", "!docs/api.md"],
        ),
    ] = []
    debounce: Annotated[
        Debounce,
        about('Wait this long after the last change. `"auto"` waits only if several files change.', example="200ms"),
    ] = field(default_factory=lambda: Debounce(-1))
    poll_interval: Annotated[
        PositiveDuration,
        about("Wait this long between two comparisons while polling.", example="1s"),
    ] = field(default_factory=lambda: PositiveDuration(500))


# The keys that steps and processes share. They are not in a base class, because a Struct can have only one base, and
# that is the settings.
Command = Annotated[
    CommandLine,
    about("Run this command. A string runs in the shell, an array runs directly.", example=["make", "-j2"]),
]
Cwd = Annotated[FilePath | None, about("Run it in this folder.", example=".", default="the root")]
Env = Annotated[
    Variables,
    about("Set these environment variables only for it. They override all others.", example={"NAME": "value"}),
]
EnvFiles = Annotated[
    list[FilePath],
    about("Read these files of variables only for it, after those at the top level.", example=["local.env"]),
]
CommandShell = Annotated[
    Shell | None,
    about("Run a string command in this shell, as `SHELL -c COMMAND`.", example="bash", default='`"sh"`'),
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
            "Declare the files that it writes. They never trigger a build, and unchanged outputs restart nothing.",
            example=["tmp/app"],
        ),
    ] = []
    timeout: Annotated[
        PositiveDuration | None,
        about("Stop it after this time. The step then fails.", example="5m", default="no limit"),
    ] = None
    parsers: Annotated[
        Parsers,
        about(
            'Find errors and warnings in its output with these parsers, or `"auto"`. `[]` disables this.', example="go"
        ),
    ] = "auto"


MAX_JOBS = 256  # a typing mistake must not start thousands of programs


class BuildOptions(Table, frozen=True):
    """The keys for all steps. All other keys of [build] are steps."""

    jobs: Annotated[
        Annotated[int, Meta(ge=1, le=MAX_JOBS, extra={"expected": f"a number of steps from 1 to {MAX_JOBS}"})] | None,
        about("Run at most this many steps at once, 1 to 256.", example=4, default="the number of cores"),
    ] = None


class ReadyTable(Table, frozen=True):
    """The readiness probe of a process: exactly one of tcp, http, log, notify and exec."""

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
    notify: Annotated[bool, about("Wait for `READY=1` over the sd_notify protocol.", example=True)] = False
    exec: Annotated[CommandLine | None, about("Repeat this command until it succeeds.", example="tmp/app --ping")] = (
        None
    )
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
        about("Send a signal instead of a restart for some changes.", example={"paths": ["templates/**"]}),
    ] = None
    ready: Annotated[
        ReadyTable | None,
        about(
            "Choose how hotrun detects that it is ready.",
            example={"tcp": "127.0.0.1:8000"},
            default="it listens or stays up",
        ),
    ] = None
    listen: Annotated[
        list[ListenAddress],
        about("Bind these addresses once, and pass the sockets to each run.", example=["127.0.0.1:8000"]),
    ] = []
    stop_signal: Annotated[SignalName, about("Send this signal to stop it.", example="SIGINT")] = field(
        default_factory=lambda: SignalName("SIGTERM")
    )
    stop_timeout: Annotated[
        Duration,
        about("Kill all remaining processes this long after the stop signal.", example="10s"),
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
    """A list of problems, as a file for an editor or a script."""

    path: Annotated[
        FilePath,
        about("Write this file. It must be below the root, and never triggers a build.", example=".bacon-locations"),
    ]
    format: Annotated[
        ExportFormat,
        about(
            "Write each problem in this format, with placeholders such as `{path}`, `{line}` and `{message}`.",
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
            "Read these files of environment variables for every step and process. Variables that are already set win.",
            example=[".env"],
        ),
    ] = []
    env: Annotated[
        Variables,
        about(
            "Set these environment variables for every step and process. They override the ones that are already set.",
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
    exports: Annotated[
        dict[Name, OneExport], about("Write lists of problems as files for editors and scripts, by name.")
    ] = {}
    profile: Annotated[
        dict[str, dict[str, Any]],
        about("Define tables that `--profile NAME` applies over the file. Tables merge, values and arrays replace."),
    ] = {}
