"""What the command line says, as one value; every command works from it and knows no parser."""

from __future__ import annotations

import msgspec


class Options(msgspec.Struct, frozen=True):
    """The options of `hotrun` itself; `command` is what follows `--`, None without it."""

    directory: str | None = None
    config: str | None = None
    ui: str = "auto"
    once: bool = False
    timing: bool = False
    postpone: bool = False
    watch: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    profile: str | None = None
    build: str | None = None
    names: tuple[str, ...] = ()
    command: tuple[str, ...] | None = None
