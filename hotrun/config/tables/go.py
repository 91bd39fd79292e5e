"""The table [go] of the configuration file, typed: a Go program and its plugins (see docs/go-plugins.md)."""

from typing import Annotated, Literal, Self

from msgspec import Meta, field

from hotrun.config.tables.common import FilePath, Name, Table, Variables
from hotrun.config.tables.values import SignalName, Unfit, Value

Flags = Annotated[list[str], Meta(extra={"expected": 'an array of flags such as ["-trimpath"]'})]
Symbol = Annotated[str, Meta(pattern=r"^[A-Z]\w*$", extra={"expected": 'an exported name such as "Plugin"'})]
Symbols = Annotated[list[Symbol], Meta(extra={"expected": 'an array of names such as ["Plugin"]'})]
OnMismatch = Literal["rebuild", "fail"]


class GoReload(str, Value):
    """How a plugin's own edits reach the host: "restart", or "signal:" and the signal that tells it."""

    __slots__ = ()
    expected = '"restart" or a signal such as "signal:USR1"'
    schema = {"type": "string", "pattern": "^(restart|signal:[A-Za-z][A-Za-z0-9]*)$"}

    @classmethod
    def parse(cls, value: object) -> Self:
        if value == "restart":
            return cls(value)
        kind, _, name = value.partition(":") if isinstance(value, str) else ("", "", "")
        if kind != "signal":
            raise Unfit(cls.expected)
        try:
            return cls(f"signal:{SignalName.parse(name)}")
        except Unfit as unfit:
            raise Unfit(cls.expected, unfit.meant and f"signal:{unfit.meant}") from None

    @property
    def signal(self) -> str | None:
        """The signal; None for a restart."""
        return self.partition(":")[2] or None


MOST_LOADED_VERSIONS = 10_000


def label_of(output: str) -> str:
    """The name of a plugin that has none."""
    return output.rpartition("/")[2].removesuffix(".so")


class GoHost(Table, frozen=True):
    """The program that opens the plugins."""

    package: Annotated[
        str,
        Meta(min_length=1, description="The package to build.", extra={"expected": 'a package such as "./cmd/host"'}),
    ]
    output: Annotated[FilePath, Meta(description="The file to make of it, below the root and relative to it.")]
    flags: Annotated[
        Flags,
        Meta(
            description="Flags for this one alone, of those that do not decide what fits: -ldflags, -buildvcs, -v, -x."
        ),
    ] = []


class GoPlugin(GoHost, frozen=True):
    """A plugin, built by the same flags as the host."""

    name: Annotated[
        Name | None,
        Meta(description="Its name, from which its step is called go-plugin-NAME; that of the output if left out."),
    ] = None
    symbols: Annotated[Symbols, Meta(description="What the host looks up in this one besides.")] = []

    reload: Annotated[
        GoReload,
        Meta(
            description="How its own edits reach the host: by a restart, or by a signal on which it opens the output."
        ),
    ] = field(default_factory=lambda: GoReload("restart"))

    @property
    def label(self) -> str:
        """The name that it goes by."""
        return self.name or label_of(self.output)


class Go(Table, frozen=True):
    """A Go program and its plugins: makes the steps go-host, go-plugin-NAME and go-fit."""

    host: Annotated[
        Annotated[GoHost, Meta(extra={"expected": 'a table such as { package = "./cmd/host", output = "tmp/host" }'})],
        Meta(description="The program that opens the plugins."),
    ]
    plugin: Annotated[
        list[Annotated[GoPlugin, Meta(extra={"expected": "an array of tables, such as [[go.plugin]]"})]],
        Meta(description="The plugins, in the order in which they are opened."),
    ] = []
    flags: Annotated[Flags, Meta(description="Flags of `go build`, for the host and every plugin.")] = []
    env: Annotated[Variables, Meta(description="Environment variables for these builds; they win over [env].")] = {}
    symbols: Annotated[Symbols, Meta(description="What the host looks up in every plugin.")] = []
    needs: Annotated[list[str], Meta(description="Steps that must be green before these are built.")] = []
    on_mismatch: Annotated[
        OnMismatch,
        Meta(description="When they do not fit: build all of them anew, once, or be red at once."),
    ] = "rebuild"
    max_loaded_versions: Annotated[
        Annotated[
            int,
            Meta(
                ge=1,
                le=MOST_LOADED_VERSIONS,
                extra={"expected": f"a number of versions from 1 to {MOST_LOADED_VERSIONS}"},
            ),
        ],
        Meta(description="How many versions of a plugin the host may hold until it is restarted; Go unloads none."),
    ] = 20
