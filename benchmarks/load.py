"""Restarts under load: how many requests of 8 clients fail, for uvicorn, Node and Go, with different restarters.

    python -m benchmarks.load [NAME ...] [--restarts N] [--install] [--write]

Every server is restarted in every mode while clients send requests, first over fresh connections, then over kept ones.
A restart is over when the server answers with the saved version. Then the next one follows.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from benchmarks.clients import CLIENTS
from benchmarks.environment import HERE, Environment, environment
from benchmarks.report import add_options, facts, verdict, write
from benchmarks.rivals import RIVALS, default_folder, present
from benchmarks.servers import SERVERS, SERVING, VERSION, Command, Missing
from benchmarks.started import Started, end_on_signals

RESTARTS = 20
RUN_S = 90.0  # no further restart in a run after this time
START_S = 20.0
POLL_S = 0.01
PAUSE_S = (0.1, 0.2)  # between two restarts; random, so that nothing synchronizes
KINDS = ("fresh", "kept")
HEAD = (
    "| | restarted by | fresh: failed | longest | kept: failed | longest | median |",
    "|---|---|---|---|---|---|---|",
)

# A proxy in the environment must not handle 127.0.0.1.
_web = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Place(msgspec.Struct, frozen=True):
    """The folders of one server: `folder` contains the version, `scratch` is not watched."""

    folder: Path
    scratch: Path
    port: int
    command: Command

    def save(self, version: int) -> None:
        """Save a new version like an editor that replaces the file."""
        saved = self.scratch / "saved"
        saved.write_text(f"{version}\n", encoding="ascii")
        os.replace(saved, self.folder / VERSION)

    def argv(self, held: bool = False) -> list[str]:
        """The command to start."""
        return self.command(self.port, held)


class Mode(msgspec.Struct, frozen=True):
    """A restarter and its configuration. `configure` writes the configuration, and returns the command."""

    name: str
    configure: Callable[[Environment, Path, Place], list[str]]
    rival: str | None = None
    refuses_none: bool = False


def _hotrun(*keys: str, held: bool = False) -> Callable[[Environment, Path, Place], list[str]]:
    def configure(here: Environment, rivals: Path, place: Place) -> list[str]:
        lines = ["[run.web]", f"command = {json.dumps(place.argv(held))}", f'paths = ["{VERSION}"]', *keys]
        if held:
            lines.append(f'listen = ["127.0.0.1:{place.port}"]')
        (place.folder / "hotrun.toml").write_text("\n".join(lines), encoding="utf-8")
        return [str(here.hotrun)]

    return configure


def _nodemon(here: Environment, rivals: Path, place: Place) -> list[str]:
    """SIGTERM, because its default signal (SIGUSR2) would drop requests in flight."""
    watched = ("--watch", VERSION, "--ext", "txt", "--signal", "SIGTERM")
    return [str(_program("nodemon", rivals)), *watched, "--exec", " ".join(place.argv())]


def _air(here: Environment, rivals: Path, place: Place) -> list[str]:
    """An interrupt with a delay for the same reason: by default it kills."""
    config = place.scratch / "air.toml"
    entrypoint = json.dumps(place.argv())
    lines = ["[build]", 'cmd = "true"', f"entrypoint = {entrypoint}", 'include_ext = ["txt"]']
    config.write_text("\n".join([*lines, "send_interrupt = true", 'kill_delay = "500ms"']), encoding="utf-8")
    return [str(_program("air", rivals)), "-c", str(config)]


MODES = (
    Mode("hotrun", _hotrun()),
    Mode("hotrun, `listen`", _hotrun(held=True), refuses_none=True),
    Mode(
        "hotrun, `listen` and `overlap`",
        _hotrun("overlap = true", f'ready.log = "{SERVING}"', held=True),
        refuses_none=True,
    ),
    Mode("nodemon", _nodemon, "nodemon"),
    Mode("air", _air, "air"),
)


class Result(msgspec.Struct, frozen=True):
    """The clients' results after one run, and its number of restarts."""

    answered: int
    failed: dict[str, int]
    median_ms: float
    max_ms: float
    restarts: int = 0

    @property
    def lost(self) -> int:
        """The number of failed requests."""
        return sum(self.failed.values())

    def cells(self) -> str:
        """The table cells: failed requests out of all, by kind, and the slowest answer."""
        kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(self.failed.items()))
        of = f"{self.lost} of {self.answered + self.lost}" + (f" ({kinds})" if kinds else "")
        return f"{of} | {self.max_ms:.0f} ms"


class Row(msgspec.Struct, frozen=True):
    """One server in one mode. `why`: the reason if there is no result."""

    server: str
    mode: Mode
    results: tuple[Result, ...] = ()
    why: str = ""

    def line(self) -> str:
        """A line of the table."""
        if not self.results:
            return f"| {self.server} | {self.mode.name} | not measured: {self.why} | | | | |"
        fresh, kept = self.results
        return f"| {self.server} | {self.mode.name} | {fresh.cells()} | {kept.cells()} | {kept.median_ms:.1f} ms |"


def measure(here: Environment, rivals: Path, restarts: int, names: Sequence[str]) -> list[Row]:
    """Measure every server in every mode, in turn."""
    rows = []
    for server in SERVERS:
        if names and server.name.lower() not in names:
            continue
        made = here.folder / f"server-{server.name}"
        made.mkdir()
        try:
            command = server.prepare(made)
        except Missing as error:
            rows += [Row(server.name, mode, why=str(error)) for mode in MODES]
            continue
        for number, mode in enumerate(MODES):
            print(f"{server.name}, {mode.name} ...", file=sys.stderr, flush=True)
            rows.append(_row(here, rivals, restarts, server.name, mode, command, f"{server.name}-{number}"))
    return rows


def _row(
    here: Environment,
    rivals: Path,
    restarts: int,
    server: str,
    mode: Mode,
    command: Command,
    name: str,
) -> Row:
    if mode.rival is not None and not _program(mode.rival, rivals).exists():
        return Row(server, mode, why=f"{mode.rival} is not installed")
    results = []
    for kind in KINDS:
        place = Place(here.folder / f"{name}-{kind}", here.folder / f"{name}-{kind}-scratch", _free_port(), command)
        place.folder.mkdir()
        place.scratch.mkdir()
        place.save(0)
        try:
            results.append(_run(mode.configure(here, rivals, place), place, kind, restarts))
        except TimeoutError as error:
            return Row(server, mode, why=" ".join(str(error).split())[-160:])
    return Row(server, mode, tuple(results))


def _run(argv: list[str], place: Place, kind: str, restarts: int) -> Result:
    """One run. Raises TimeoutError if a version is never served."""
    with Started(argv, place.folder, place.scratch / "output") as restarter:
        _wait_for(0, place, restarter)
        deadline = time.monotonic() + RUN_S
        done = 0
        with _clients(place, kind) as output:
            while done < restarts and time.monotonic() < deadline:
                time.sleep(random.uniform(*PAUSE_S))
                done += 1
                place.save(done)
                _wait_for(done, place, restarter)
        result = msgspec.json.decode(output.read_bytes(), type=Result)
    return msgspec.structs.replace(result, restarts=done)


@contextmanager
def _clients(place: Place, kind: str) -> Iterator[Path]:
    """Run the clients within the `with` block. Then the yielded file contains their results."""
    output = place.scratch / "clients"
    with Started([sys.executable, str(HERE / "clients.py"), str(place.port), kind], place.scratch, output):
        yield output


def _wait_for(version: int, place: Place, restarter: Started) -> None:
    """Send requests until this version answers."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            with _web.open(f"http://127.0.0.1:{place.port}/", timeout=START_S) as response:
                if int(response.read()) == version:
                    return
        except OSError:  # a restart in progress
            pass
        time.sleep(POLL_S)
    raise TimeoutError(f"version {version} was not served within {START_S:g} s: {restarter.summary()}")


def _program(rival: str, rivals: Path) -> Path:
    return next(one for one in RIVALS if one.name == rival).path(rivals)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def summary(rows: Sequence[Row], restarts: int) -> str:
    """The table, and the bounds."""
    lines = [*HEAD, *(row.line() for row in rows), ""]
    for row in rows:
        if row.results and row.mode.refuses_none:
            fresh = row.results[0]
            measured = f"{fresh.lost} failed, {fresh.restarts} restarts"
            wanted = f"{row.server}, {row.mode.name}: no fresh connection fails"
            lines.append(verdict(wanted, measured, fresh.lost == 0 and fresh.restarts == restarts))
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and write on request. A missed bound is reported, but is not an error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description="restarts under load")
    known = [server.name.lower() for server in SERVERS]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(known)} (default: all)")
    parser.add_argument("--restarts", type=int, default=RESTARTS, help="in each run (default: %(default)d)")
    parser.add_argument("--rivals", type=Path, default=default_folder(), metavar="FOLDER", help="default: %(default)s")
    add_options(parser)
    options = parser.parse_args()
    if unknown := set(options.names) - set(known):
        parser.error(f"there is no {', '.join(unknown)}: there are {', '.join(known)}")
    end_on_signals()
    load = os.getloadavg()[0]
    there = [one for one in present(options.rivals) if one.rival.name in {mode.rival for mode in MODES}]
    with environment(install=options.install) as here:
        rows = measure(here, options.rivals, options.restarts, options.names)
        text = "\n".join(
            [
                facts(here, load),
                f"{', '.join(f'{one.rival.name} {one.version}' for one in there if one.version) or 'No rival'}; "
                f"{CLIENTS} clients, {options.restarts} restarts.",
                "",
                summary(rows, options.restarts),
            ]
        )
    print(text)
    if options.write:
        write("load", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
