"""What [go] builds: a host or one of its plugins, and where it is staged. The steps are made of this, and run by it."""

from __future__ import annotations

import msgspec

FOLDER = ".hotrun/go"  # below the root; the linker writes here, and what fits is published from here
RESTART = f"{FOLDER}/restart.json"  # differs when a host has to be restarted though it is the same
HOST = "host"
_PLUGIN = "plugin:"


class Target(msgspec.Struct, frozen=True):
    """`key` is "host", or "plugin:" and the name of the plugin; `flags` are those of `go build`.

    `by_files`: built from the files of its package, so that Go takes each version for another plugin, and a host can
    open it beside the one that it has.
    """

    key: str
    package: str
    flags: tuple[str, ...] = ()
    by_files: bool = False

    @property
    def is_plugin(self) -> bool:
        """Whether it is to be built as a plugin."""
        return self.key != HOST

    @property
    def staged(self) -> str:
        """The file that the linker writes, relative to the root."""
        return staged(self.key)


def plugin_key(name: str) -> str:
    """The key of the plugin of this name."""
    return _PLUGIN + name


def staged(key: str) -> str:
    """The file of the target of this key, relative to the root."""
    return f"{FOLDER}/{HOST}" if key == HOST else f"{FOLDER}/{key.removeprefix(_PLUGIN)}.so"
