"""The table [go]: a Go program and its plugins. docs/go-plugins.md explains it."""

from typing import Annotated, Literal, Self

from msgspec import Meta, field

from hotrun.config.tables.common import FilePath, Name, Table, Variables
from hotrun.config.tables.invalid_value import InvalidValue
from hotrun.config.tables.values import SignalName, Value
from hotrun.core.model.settings import about

Flags = Annotated[list[str], Meta(extra={"expected": 'an array of flags such as ["-trimpath"]'})]
Symbol = Annotated[str, Meta(pattern=r"^[A-Z]\w*$", extra={"expected": 'an exported name such as "Plugin"'})]
Symbols = Annotated[list[Symbol], Meta(extra={"expected": 'an array of names such as ["Plugin"]'})]
OnMismatch = Literal["rebuild", "fail"]


class GoReload(str, Value):
    """How an edit of a plugin reaches the host: "restart", or "signal:" and the name of a signal."""

    __slots__ = ()
    expected = '"restart" or a signal such as "signal:USR1"'
    schema = {"type": "string", "pattern": "^(restart|signal:[A-Za-z][A-Za-z0-9]*)$"}

    @classmethod
    def parse(cls, value: object) -> Self:
        if value == "restart":
            return cls(value)
        kind, _, name = value.partition(":") if isinstance(value, str) else ("", "", "")
        if kind != "signal":
            raise InvalidValue(expected=cls.expected)
        try:
            return cls(f"signal:{SignalName.parse(name)}")
        except InvalidValue as error:
            raise InvalidValue(expected=cls.expected, meant=error.meant and f"signal:{error.meant}") from None

    @property
    def signal(self) -> str | None:
        """The signal, or None for a restart."""
        return self.partition(":")[2] or None


MAX_LOADED_VERSIONS = 10_000


def label_of(output: str) -> str:
    """Return the default name of a plugin, from its output."""
    return output.rpartition("/")[2].removesuffix(".so")


class GoHost(Table, frozen=True):
    """The program that opens the plugins."""

    package: Annotated[
        str,
        Meta(min_length=1, extra={"expected": 'a package such as "./cmd/host"'}),
        about("Build this package.", example="./cmd/host"),
    ]
    output: Annotated[FilePath, about("Write this file. It must be below the root.", example="tmp/host")]
    flags: Annotated[
        Flags,
        about(
            "Pass these flags only for this target: `-ldflags`, `-buildvcs`, `-v`, `-x` or `-p`.",
            example=["-ldflags=-X main.version=dev"],
        ),
    ] = []


class GoPlugin(GoHost, frozen=True):
    """A plugin. hotrun builds it with the same flags as the host."""

    name: Annotated[
        Name | None,
        about("Name its step `go-plugin-NAME`.", example="auth", default="from its output"),
    ] = None
    symbols: Annotated[Symbols, about("Require these names in this plugin as well.", example=["Login"])] = []

    reload: Annotated[
        GoReload,
        about(
            'Choose how an edit of its main package reaches the host: `"restart"`, or a signal as `"signal:USR1"`.',
            example="signal:USR1",
        ),
    ] = field(default_factory=lambda: GoReload("restart"))

    @property
    def label(self) -> str:
        """The name of the plugin, set or default."""
        return self.name or label_of(self.output)


class Go(Table, frozen=True):
    """A Go program and plugins that always fit it, built by the steps go-host, go-plugin-NAME and go-fit."""

    host: Annotated[
        Annotated[GoHost, Meta(extra={"expected": 'a table such as { package = "./cmd/host", output = "tmp/host" }'})],
        about("Build this program, which opens the plugins."),
    ]
    plugin: Annotated[
        list[Annotated[GoPlugin, Meta(extra={"expected": "an array of tables, such as [[go.plugin]]"})]],
        about("Build these plugins, in the order in which the host opens them.", default="required"),
    ] = []
    flags: Annotated[
        Flags, about("Pass these flags to `go build` for the host and every plugin.", example=["-trimpath"])
    ] = []
    env: Annotated[
        Variables,
        about("Set these environment variables for the builds. They win over `[env]`.", example={"GOAMD64": "v3"}),
    ] = {}
    symbols: Annotated[Symbols, about("Require these names in every plugin.", example=["Plugin"])] = []
    needs: Annotated[list[str], about("Build after these steps have passed.", example=["generate"])] = []
    on_mismatch: Annotated[
        OnMismatch,
        about('Choose what to do when they do not fit: `"rebuild"` all of them once, or `"fail"`.', example="fail"),
    ] = "rebuild"
    max_loaded_versions: Annotated[
        Annotated[
            int,
            Meta(
                ge=1,
                le=MAX_LOADED_VERSIONS,
                extra={"expected": f"a number of versions from 1 to {MAX_LOADED_VERSIONS}"},
            ),
        ],
        about("Restart the host when it has loaded more than this many versions of a plugin, 1 to 10000.", example=5),
    ] = 20
