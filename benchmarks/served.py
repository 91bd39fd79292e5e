"""From a save to the answer of a web server that was built from it: the Gin example, and who rebuilds it, at defaults.

    python -m benchmarks.rivals                 # once, to have air
    python -m benchmarks.served [--rounds N] [--install] [--write]

Each of them gets a copy of examples/gin-air, where air reads the `.air.toml` and hotrun the file that `hotrun init
--from .air.toml` has made of it, or nothing but what it detects. The floor is `go build` alone, in the same folder.
"""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.ground import HERE, Ground, ground
from benchmarks.report import add_options, facts, percentile, write
from benchmarks.rivals import RIVALS, default_folder
from benchmarks.started import Started, end_on_signals

EXAMPLE = HERE.parent / "examples" / "gin-air"
NOT_COPIED = shutil.ignore_patterns("tmp", ".hotrun")
PORT = 8081  # of the example, where PORT says nothing else
FIRST_S, ROUND_S, BUILD_S = 300.0, 60.0, 300.0
POLL_S = 0.02  # seldom enough that asking does not take the cores that the build needs
ROUNDS = 12
PAUSE_S = 1.5  # longer than air's delay, so that no round falls into the one before


class Entry(msgspec.Struct, frozen=True):
    """What one of them took, in ms, round by round."""

    title: str
    took_ms: tuple[float, ...]


def main() -> int:
    """Measure, print the table, and write it on request; returns the exit code."""
    options = _parser().parse_args()
    end_on_signals()
    load = os.getloadavg()[0]
    with ground(install=options.install) as here:
        entries = list(_measured(here, options.rivals, options.rounds))
        text = f"{facts(here, load)}\n\n{_table(entries)}"
    print(text)
    if options.write:
        write("served", text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.served", description="save to served, for a Go server")
    parser.add_argument("--rivals", type=Path, default=default_folder(), metavar="FOLDER", help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help="saves for each; default: %(default)s")
    add_options(parser)
    return parser


def _measured(here: Ground, rivals: Path, rounds: int) -> list[Entry]:
    entries = [_build_alone(here, rounds)]
    runs: list[tuple[str, Sequence[str], bool]] = [
        ("hotrun, what it detects", [str(here.hotrun)], False),
        ("hotrun, the file made of .air.toml", [str(here.hotrun)], True),
    ]
    (air,) = (rival.path(rivals) for rival in RIVALS if rival.name == "air")
    if air.exists():
        runs.append(("air", [str(air)], True))
    else:
        print("air is not there: python -m benchmarks.rivals", file=sys.stderr)
    for number, (title, argv, has_file) in enumerate(runs):
        print(f"{title} ...", file=sys.stderr)
        folder = _copied(here, f"served-{number}")
        if not has_file:
            (folder / "hotrun.toml").unlink()
        with Started(argv, folder, here.folder / f"served-{number}.said"):
            _wait_for("version 1", FIRST_S)
            entries.append(Entry(title, tuple(_round(folder, title, at) for at in range(rounds))))
        _wait_until_gone()
    return entries


def _copied(here: Ground, name: str) -> Path:
    folder = here.folder / name
    shutil.copytree(EXAMPLE, folder, ignore=NOT_COPIED)
    return folder


def _round(folder: Path, title: str, at: int) -> float:
    time.sleep(PAUSE_S)
    text = f"{title.replace(',', '')} round {at}"
    began = time.monotonic()
    _save(folder, text)
    _wait_for(text, ROUND_S)
    return (time.monotonic() - began) * 1000


def _build_alone(here: Ground, rounds: int) -> Entry:
    folder = _copied(here, "served-floor")
    took = []
    for at in range(rounds + 1):
        _save(folder, f"floor {at}")
        began = time.monotonic()
        subprocess.run(["go", "build", "-o", "./tmp/main", "."], cwd=folder, check=True, timeout=BUILD_S)
        took.append((time.monotonic() - began) * 1000)
    return Entry("`go build` alone", tuple(took[1:]))  # the first one compiles Gin


def _save(folder: Path, text: str) -> None:
    """As an editor does that replaces the file."""
    target = folder / "greeting.go"
    beside = folder.parent / f"{folder.name}.saved"
    beside.write_text(f'package main\n\nconst greeting = "{text}"\n', encoding="utf-8")
    beside.replace(target)


def _wait_for(text: str, deadline_s: float) -> None:
    until = time.monotonic() + deadline_s
    while text not in _answer():
        if time.monotonic() > until:
            raise SystemExit(f"{text!r} was not served within {deadline_s:g} s")
        time.sleep(POLL_S)


def _wait_until_gone() -> None:
    until = time.monotonic() + ROUND_S
    while _answer():
        if time.monotonic() > until:
            raise SystemExit("the server is still there")
        time.sleep(POLL_S)


def _answer() -> str:
    """What the server says; "" where there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read().decode()
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()


def _table(entries: Sequence[Entry]) -> str:
    floor = statistics.median(entries[0].took_ms)
    lines = ["| who | median | p95 | against `go build` |", "|---|---|---|---|"]
    for entry in entries:
        median = statistics.median(entry.took_ms)
        lines.append(
            f"| {entry.title} | {median:.0f} ms | {percentile(entry.took_ms, 95):.0f} ms | {median / floor:.2f}x |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
