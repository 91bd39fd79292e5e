"""The targets of [go], a host and its plugins, and where they are staged. The configuration turns them into steps."""

from __future__ import annotations

import msgspec

FOLDER = ".hotrun/go"  # below the root; the linker writes here, and outputs are published from here
RESTART = f"{FOLDER}/restart.json"  # changes when an unchanged host has to restart
HOST = "host"
_PLUGIN = "plugin:"


class Target(msgspec.Struct, frozen=True):
    """`key`: "host" or "plugin:NAME". `flags`: those of `go build`.

    `by_files`: built from the files of its package. Go then treats each version as another plugin, so a host can load
    it next to the old one.
    """

    key: str
    package: str
    flags: tuple[str, ...] = ()
    by_files: bool = False

    @property
    def is_plugin(self) -> bool:
        """Whether to build it as a plugin."""
        return self.key != HOST

    @property
    def staged(self) -> str:
        """The file that the linker writes, relative to the root."""
        return staged(self.key)


def plugin_key(name: str) -> str:
    """The key of the plugin `name`."""
    return _PLUGIN + name


def staged(key: str) -> str:
    """The staged file of the target `key`, relative to the root."""
    return f"{FOLDER}/{HOST}" if key == HOST else f"{FOLDER}/{key.removeprefix(_PLUGIN)}.so"
