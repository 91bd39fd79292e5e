"""`hotrun status`: show the state of the running hotrun. Imports little."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from hotrun.cli.say import say
from hotrun.client import Client
from hotrun.core.model.text import count, duration
from hotrun.errors import HotrunError


def status(directory: str | None, as_json: bool, with_timing: bool) -> int:
    """Print the state, with `with_timing` also the time of each step of the last build.

    Returns 0 if the last build passed, else 1. Raises HotrunError: 3 if hotrun is not running."""
    with Client(folder_of(directory)) as client:
        found = client.ask("status")
    if as_json:
        import json

        print(json.dumps(found))
    else:
        for line in _worded(found):
            say(line)
        for line in _timing(found["timing"]) if with_timing else ():
            say(line)
    return 0 if found["result"] == "passed" else 1


def folder_of(directory: str | None) -> str:
    """The folder that -C names, absolute; the current one without it. Raises HotrunError if it is none."""
    folder = os.path.abspath(directory or ".")
    if directory == "" or not os.path.isdir(folder):
        raise HotrunError(f"-C {directory}: no such folder", "use an existing folder")
    return folder


def _worded(found: dict[str, Any]) -> Iterator[str]:
    why = f" ({found['why']})" if found["why"] else ""
    yield f"{found['root']}: {found['state']}{why}"
    last = found["last_build"]
    if last is not None:
        counts = ", ".join(count(last[noun + "s"], noun) for noun in ("error", "warning"))
        yield f"build #{last['build']} {last['status']} in {duration(last['duration_ms'])}: {counts}"
    for name, process in found["processes"].items():
        yield f"{name}: {_process(process)}"


def _timing(found: dict[str, Any] | None) -> Iterator[str]:
    if found is None:
        yield "no build yet"
        return
    import msgspec

    from hotrun.core.state.timing_report import BuildTimes, report

    yield from report(msgspec.convert(found, BuildTimes))


def _process(process: dict[str, Any]) -> str:
    said: str = process["state"]
    if process["pid"] is not None:
        said += f", pid {process['pid']}"
    if process["build"] is not None:
        said += f", build #{process['build']}"
    return said + (", stale" if process["stale"] else "")
