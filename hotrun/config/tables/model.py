"""The configuration file, typed: every key with its kind, its default and what it means, said once and here.
The JSON Schema, the messages and the checks are derived from this. Light to import: it needs msgspec alone."""

# No `from __future__ import annotations` here: msgspec would have to evaluate 60 strings at each start (3 ms).

from typing import Annotated, Any

from msgspec import Meta, field

from hotrun.config.tables.addresses import Address, ListenAddress, ReadyAddress, Url
from hotrun.config.tables.common import FilePath, Name, Table, Variables
from hotrun.config.tables.go import Go
from hotrun.config.tables.key_names import KeyNames
from hotrun.config.tables.parsers import ParserTable
from hotrun.config.tables.values import Debounce, Duration, ExportFormat, Pattern, PositiveDuration, Regex, SignalName
from hotrun.core.model.project import OnBusy, OnExit, OnFailedBuild, Poll

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


class WatchTable(Table, frozen=True):
    """What is watched, and how long it must be quiet before work starts."""

    paths: Annotated[
        list[FilePath],
        Meta(description="Files and folders to watch, relative to the root; may lie outside of it."),
    ] = field(default_factory=lambda: ["."])
    exclude: Annotated[
        list[Pattern],
        Meta(description='gitignore patterns not to watch, on top of the ignore files; "!x" takes x back in.'),
    ] = []
    gitignore: Annotated[
        bool,
        Meta(
            description="Heed .gitignore at every level, .git/info/exclude, the user's global file and .ignore.",
        ),
    ] = True
    debounce: Annotated[
        Debounce,
        Meta(description='How long it must be quiet before work starts; "auto": not at all for one file.'),
    ] = field(default_factory=lambda: Debounce(-1))
    poll: Annotated[
        Poll,
        Meta(description="Compare file times at intervals instead of being told of changes."),
    ] = "auto"
    poll_interval: Annotated[
        PositiveDuration,
        Meta(description="The time between two comparisons while polling."),
    ] = field(default_factory=lambda: PositiveDuration(500))
    skip_unchanged: Annotated[
        bool,
        Meta(description="A file saved with the same bytes as before starts no build."),
    ] = True
    auto: Annotated[
        bool,
        Meta(description="Build and restart when files change; false: collect changes until hotrun is told to build."),
    ] = True
    follow_symlinks: Annotated[
        bool,
        Meta(description="Watch what links to folders lead to, under the name of the link; also out of the root."),
    ] = False


class ProgramTable(Table, frozen=True):
    """What steps and processes have in common: what to execute, where and with which environment."""

    command: Annotated[
        CommandLine,
        Meta(description="What to run: a string goes through the shell, an array is run as it is."),
    ]
    cwd: Annotated[FilePath | None, Meta(description="The folder to run it in; the root if left out.")] = None
    env: Annotated[
        Variables,
        Meta(description="Environment variables for this one; they win over [env] and over all env_files."),
    ] = {}
    env_files: Annotated[
        list[FilePath],
        Meta(description="Files of variables, read after the top-level ones; never override what is already set."),
    ] = []
    shell: Annotated[
        Shell | None,
        Meta(description='The shell for a command that is a string, run as SHELL -c COMMAND; "sh" if left out.'),
    ] = None


class BuildStep(ProgramTable, frozen=True):
    """A build step: a program that ends. Independent ones run in parallel."""

    paths: Annotated[
        list[Pattern] | None,
        Meta(description="gitignore patterns of what makes it dirty; without this and inputs: all watched files."),
    ] = None
    inputs: Annotated[
        Inputs,
        Meta(
            description="What lists exactly the files it uses: go:PACKAGES, go-test:PACKAGES, depfile:GLOB; "
            "paths come on top."
        ),
    ] = []
    needs: Annotated[list[str], Meta(description="Steps that must be green before this one runs.")] = []
    outputs: Annotated[
        list[Pattern],
        Meta(description="gitignore patterns of what it writes: never triggers; unchanged, nothing restarts."),
    ] = []
    timeout: Annotated[
        PositiveDuration | None,
        Meta(description="How long it may take before it counts as failed; no limit if left out."),
    ] = None
    parsers: Annotated[
        Parsers,
        Meta(description='What reads its output for errors and warnings: "auto", or names of parsers.'),
    ] = "auto"
    on_busy: Annotated[
        OnBusy,
        Meta(description="On a change while it runs: cancel it and start over, or finish it first."),
    ] = "cancel"


MOST_JOBS = 256  # more programs at once than any machine has use for; a typing mistake must not start thousands


class BuildOptions(Table, frozen=True):
    """The keys of [build] itself, which otherwise holds the steps by name: what concerns all of them."""

    jobs: Annotated[
        Annotated[int, Meta(ge=1, le=MOST_JOBS, extra={"expected": f"a number of steps from 1 to {MOST_JOBS}"})] | None,
        Meta(description="How many steps may run at once; as many as there are cores to run on if left out."),
    ] = None


class ReadyTable(Table, frozen=True):
    """How to tell that a process is ready: exactly one of tcp, http, log, notify and exec."""

    tcp: Annotated[
        ReadyAddress | None,
        Meta(description='Ready when this address accepts a connection; "{port}" is the run\'s own port.'),
    ] = None
    http: Annotated[
        Url | None, Meta(description='Ready when a GET of this URL succeeds; "{port}" is the run\'s own port.')
    ] = None
    status: Annotated[
        Annotated[int, Meta(ge=100, le=599, extra={"expected": "a status from 100 to 599"})] | None,
        Meta(description="The one status that `http` must answer; any below 400 if left out."),
    ] = None
    log: Annotated[Regex | None, Meta(description="Ready when a line of its output matches this.")] = None
    notify: Annotated[bool, Meta(description="Ready when it says READY=1 by the sd_notify protocol.")] = False
    exec: Annotated[CommandLine | None, Meta(description="Ready when this command succeeds.")] = None
    timeout: Annotated[
        PositiveDuration,
        Meta(description="How long it may take to become ready before it counts as failed."),
    ] = field(default_factory=lambda: PositiveDuration(30_000))


class ReloadTable(Table, frozen=True):
    """Changes that the process takes by itself, told by a signal instead of a restart."""

    paths: Annotated[list[Pattern], Meta(description="gitignore patterns of the files concerned.")] = []
    needs: Annotated[
        list[str],
        Meta(description="Steps to be green before it starts, and whose new outputs it takes by itself."),
    ] = []
    signal: Annotated[SignalName, Meta(description="The signal that tells the process.")] = field(
        default_factory=lambda: SignalName("SIGHUP")
    )


class RunProcess(ProgramTable, frozen=True):
    """A process that stays: started when the build is green, restarted when something it needs was built anew."""

    needs: Annotated[
        list[str],
        Meta(description="Steps to be green and processes to be ready before it starts."),
    ] = []
    paths: Annotated[
        list[Pattern] | None,
        Meta(
            description="gitignore patterns of what restarts it without a build; if left out, "
            "nothing where it has needs, else all watched files."
        ),
    ] = None
    reload: Annotated[ReloadTable | None, Meta(description="Changes that it handles itself, on a signal.")] = None
    ready: Annotated[
        ReadyTable | None, Meta(description="How to tell that it is ready; if left out, when it listens or stays up.")
    ] = None
    listen: Annotated[
        list[ListenAddress],
        Meta(description="Sockets that hotrun holds and hands over (LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES)."),
    ] = []
    overlap: Annotated[
        bool,
        Meta(description="Start the new run and wait until it is ready before the old one is stopped."),
    ] = False
    stop_signal: Annotated[SignalName, Meta(description="The signal that asks it to stop.")] = field(
        default_factory=lambda: SignalName("SIGTERM")
    )
    stop_timeout: Annotated[
        Duration,
        Meta(description="How long it may take to stop; then SIGKILL goes to all that is left of it."),
    ] = field(default_factory=lambda: Duration(5_000))
    on_exit: Annotated[
        OnExit,
        Meta(description="When it ends by itself: wait for a change, restart it with growing pauses, or quit hotrun."),
    ] = "wait"
    on_failed_build: Annotated[
        OnFailedBuild,
        Meta(description="When a build is red: keep the old run serving, marked stale, or stop it."),
    ] = "keep"
    tty: Annotated[bool, Meta(description="Run it in a pseudo-terminal; false: with pipes.")] = True


class Proxy(Table, frozen=True):
    """An address that stays while the process behind it restarts."""

    listen: Annotated[Address, Meta(description="The address that browsers and clients use.")]
    target: Annotated[
        str,
        Meta(
            description='A process with listen or ready.tcp, or an address such as "127.0.0.1:8000".',
            extra={"expected": 'the name of a process or an address such as "127.0.0.1:8000"'},
        ),
    ]


class UiTable(Table, frozen=True):
    """How hotrun shows itself in a terminal, and which keys do what."""

    notify: Annotated[
        bool,
        Meta(description="Let the terminal notify when a build turns red, or green again."),
    ] = False
    bell: Annotated[bool, Meta(description="Ring the terminal's bell when a build turns red.")] = False
    title: Annotated[bool, Meta(description="Show the state in the title of the terminal's window.")] = True
    editor: Annotated[
        Annotated[str, Meta(min_length=1, extra={"expected": 'a program such as "code"'})] | None,
        Meta(description="The program that opens a file at a line; the one that the environment names if left out."),
    ] = None
    keys: Annotated[
        dict[str, KeyNames],
        Meta(description="Keys by action: one, or an array of them; what is left out keeps its own."),
    ] = {}


class ExportTable(Table, frozen=True):
    """A file that hotrun writes for an editor or a script: a record for each problem."""

    path: Annotated[
        FilePath,
        Meta(description="The file, below the root and relative to it; it never triggers."),
    ]
    format: Annotated[
        ExportFormat,
        Meta(description='The record of a problem, with placeholders such as "{path}", "{line}" and "{message}".'),
    ]


OneExport = Annotated[ExportTable, Meta(extra={"expected": "a table for each file, such as [exports.locations]"})]
OneParser = Annotated[ParserTable, Meta(extra={"expected": "an array of tables, such as [[parser]]"})]
OneStep = Annotated[BuildStep, Meta(extra={"expected": "a table for each step, such as [build.app]"})]
OneProcess = Annotated[RunProcess, Meta(extra={"expected": "a table for each process, such as [run.web]"})]


class Config(Table, frozen=True):
    """The whole file: hotrun.toml, or [tool.hotrun] in pyproject.toml."""

    env_files: Annotated[
        list[FilePath],
        Meta(description="Files of environment variables for everything; never override what is already set."),
    ] = []
    env: Annotated[
        Variables,
        Meta(description="Environment variables for everything; they win over env_files and over what is already set."),
    ] = {}
    watch: Annotated[WatchTable, Meta(description="What is watched.")] = field(default_factory=WatchTable)
    build: Annotated[dict[Name, OneStep], Meta(description="Build steps by name.")] = {}
    run: Annotated[dict[Name, OneProcess], Meta(description="Processes by name.")] = {}
    go: Annotated[
        Annotated[Go, Meta(extra={"expected": "a table such as [go]"})] | None,
        Meta(description="A Go program and plugins that always fit it; none if left out."),
    ] = None
    proxy: Annotated[Proxy | None, Meta(description="A fixed address in front of a process; none if left out.")] = None
    parser: Annotated[list[OneParser], Meta(description="Custom parsers for the output of steps.")] = []
    ui: Annotated[UiTable, Meta(description="How hotrun shows itself, and its keys.")] = field(default_factory=UiTable)
    exports: Annotated[dict[Name, OneExport], Meta(description="Files of problems, by name.")] = {}
    profile: Annotated[
        dict[str, dict[str, Any]],
        Meta(description="Tables to lay over the file with --profile NAME: tables merge, values and arrays replace."),
    ] = {}
