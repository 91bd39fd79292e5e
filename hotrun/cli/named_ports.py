"""The TCP ports that a project names: where it listens, where it is asked whether it is ready, and PORT."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

from hotrun.cli.options import Options
from hotrun.cli.project import ChosenProject

ANY_HOST = "localhost"


class NamedPort(msgspec.Struct, frozen=True):
    """A port and the key that names it."""

    host: str
    port: int
    key: str


def named_ports(options: Options, chosen: ChosenProject) -> tuple[NamedPort, ...]:
    """Every port that the project names, the first key that names it with it."""
    found: dict[tuple[str, int], NamedPort] = {}
    for named in (*_of_keys(options, chosen), *_of_variables(chosen)):
        found.setdefault((named.host, named.port), named)
    return tuple(found.values())


def _of_keys(options: Options, chosen: ChosenProject) -> Iterator[NamedPort]:
    if chosen.path is None:
        return
    from hotrun.config.loading.load import load

    config = load(chosen.path, options.profile).config
    for name, process in config.run.items():
        for number, address in enumerate(process.listen):
            yield from _named(address, f"run.{name}.listen[{number}]")
        if process.ready is not None and process.ready.tcp is not None:
            yield from _named(process.ready.tcp, f"run.{name}.ready.tcp")
        if process.ready is not None and process.ready.http is not None:
            yield from _named(process.ready.http, f"run.{name}.ready.http")
    if config.proxy is not None:
        yield from _named(config.proxy.listen, "proxy.listen")


def _of_variables(chosen: ChosenProject) -> Iterator[NamedPort]:
    for name, process in chosen.project.processes.items():
        value = process.program.env.get("PORT", "")
        if value.isascii() and value.isdigit() and 0 < int(value) < 65536:
            yield NamedPort(ANY_HOST, int(value), f"PORT of run.{name}")


def _named(target: str, key: str) -> Iterator[NamedPort]:
    """The port of an address or a URL, unless it is a Unix socket or each run gets another one."""
    from hotrun.config.tables.addresses import port_of

    port = port_of(target)
    if port is not None:
        host = urlsplit(target if "://" in target else f"//{target}").hostname
        yield NamedPort(host or ANY_HOST, port, key)
