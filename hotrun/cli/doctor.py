"""`hotrun doctor`: what would keep hotrun from working here, a line for each thing looked at."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from typing import Literal

import msgspec

from hotrun import __version__
from hotrun.cli.named_ports import NamedPort, named_ports
from hotrun.cli.options import Options
from hotrun.cli.places import ConfigPlaces, rule_text
from hotrun.cli.project import ChosenProject, choose, enter
from hotrun.cli.say import say
from hotrun.client import client_of
from hotrun.config.loading.load import display_name
from hotrun.core.model.project import Project
from hotrun.core.model.text import count, listed
from hotrun.errors import HotrunError
from hotrun.inspect.scan import (
    Limit,
    ListeningProcess,
    ProjectScan,
    Pruned,
    WatchNotWorking,
    file_systems,
    inotify_limits,
    listening_at,
    probe,
    scan,
    status_of,
)

MOST_PRUNED = 5
SLOW_MS = 100.0  # an edit that waits longer is felt; the watcher's slow step is half of it

Mark = Literal["ok", "note", "wrong"]
MARKS: dict[Mark, str] = {"ok": "ok", "note": "--", "wrong": "!!"}


class ReportLine(msgspec.Struct, frozen=True):
    """One thing looked at: how it is, what it is, and what was found."""

    mark: Mark
    topic: str
    text: str


def doctor(options: Options) -> int:
    """Look at everything; returns 0, or 1 where something is wrong. Raises HotrunError where there is no folder."""
    folder = enter(options)
    wrong = 0
    for line in _lines(options, folder):
        wrong += line.mark == "wrong"
        say(f"{MARKS[line.mark]}  {line.topic:<15}{line.text}")
    say("")
    say(count(wrong, "problem") if wrong else "no problems found")
    return 1 if wrong else 0


def _lines(options: Options, folder: str) -> Iterator[ReportLine]:
    yield ReportLine(
        "ok", "hotrun", f"{__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}"
    )
    try:
        chosen = choose(options, folder)
    except HotrunError as error:
        for problem in error.message.split("\n"):
            yield ReportLine("wrong", "configuration", problem)
        yield from _limits(0)
        return
    project = chosen.project
    yield _configuration(chosen)
    for warning in chosen.warnings:
        yield ReportLine("note", "configuration", warning)
    found = scan(project)
    yield from _watching(found, project, ConfigPlaces(options, chosen))
    yield from _file_systems(project)
    yield from _limits(found.folders)
    yield _probe(project)
    yield from _running(project)
    for port in named_ports(options, chosen):
        yield _port(port)


def _configuration(chosen: ChosenProject) -> ReportLine:
    steps, processes = len(chosen.project.steps), len(chosen.project.processes)
    parts = f"{count(steps, 'step')}, {count(processes, 'process', 'processes')}"
    if chosen.path is not None:
        return ReportLine("ok", "configuration", f"{chosen.path}, {parts}")
    return ReportLine("ok", "configuration", f"none; {chosen.explanation or parts}")


def _watching(found: ProjectScan, project: Project, places: ConfigPlaces) -> Iterator[ReportLine]:
    files, folders = count(len(found.files), "file"), count(found.folders, "folder")
    yield ReportLine("ok" if found.files else "wrong", "watched", f"{files} in {folders}")
    yield ReportLine("ok", "pruned", f"{count(len(found.pruned), 'folder')}, including subfolders")
    for pruned in found.pruned[:MOST_PRUNED]:
        yield ReportLine("ok", "pruned", f"  {_pruned(pruned, project, places)}")
    for text in found.unwatched:
        yield ReportLine("wrong", "unwatched", text)


def _pruned(pruned: Pruned, project: Project, places: ConfigPlaces) -> str:
    rule = status_of(project, pruned.path).rule
    why = f": {rule_text(rule, places)}" if rule is not None else ""
    size = f"{'more than ' if pruned.more else ''}{count(pruned.folders, 'folder')}"
    return f"{display_name(pruned.path)}/ ({size}){why}"


def _file_systems(project: Project) -> Iterator[ReportLine]:
    poll = project.watch.poll
    for root, (kind, has_events) in file_systems(project).items():
        where = f"{display_name(root)} on {kind or 'an unknown file system'}"
        if poll == "always":
            yield ReportLine("ok", "backend", f"{where}: polling (watch.poll is always)")
        elif has_events:
            yield ReportLine("ok", "backend", f"{where}: native file events")
        elif poll == "auto":
            yield ReportLine("note", "backend", f"{where}: no events for changes made elsewhere, so it is polled")
        else:
            yield ReportLine(
                "wrong", "backend", f'{where}: no events for changes made elsewhere, set watch.poll = "auto"'
            )


def _limits(folders: int) -> Iterator[ReportLine]:
    for limit in inotify_limits(folders):
        yield (
            ReportLine("ok", "limit", _limit(limit))
            if limit.is_enough
            else ReportLine("wrong", "limit", f"{_limit(limit)}, raise it with: {limit.remedy}")
        )


def _limit(limit: Limit) -> str:
    said = f"fs.inotify.{limit.name} is {limit.allowed}, {'enough' if limit.is_enough else 'too low'}"
    return said if limit.used is None else f"{said}: {limit.needed} needed, {limit.used} in use"


def _probe(project: Project) -> ReportLine:
    try:
        found = probe(project.root, project.watch)
    except WatchNotWorking as error:
        return ReportLine("wrong", "probe", str(error))
    expected_ms = SLOW_MS + (2 * project.watch.poll_interval_ms if "poll" in found.backend else 0)
    text = f"a written file was reported after {found.latency_ms:.1f} ms, by {found.backend}"
    return ReportLine("ok" if found.latency_ms < expected_ms else "note", "probe", text)


def _running(project: Project) -> Iterator[ReportLine]:
    """How the running hotrun watches, if there is one."""
    client = client_of(project.root)
    if client is None:
        return
    with client:
        try:
            status, watch = client.ask("status"), client.ask("watch")
        except HotrunError as error:
            yield ReportLine("wrong", "running", error.message)
            return
    yield ReportLine("ok", "running", f"pid {status['pid']}, {status['state']}")
    if watch is None:
        return
    if watch["step_ms"] is not None:
        yield ReportLine("ok", "running", f"reads native events within {watch['step_ms']} ms")
    if watch["polled"]:
        yield ReportLine(
            "ok", "running", f"polls {count(watch['polled'], 'folder')} every {watch['poll_interval_ms']} ms"
        )
    if watch["walks"]:
        took = "" if watch["last_walk_ms"] is None else f", the last in {watch['last_walk_ms']} ms"
        found = f"{count(watch['missed'], 'change')} missed" if watch["missed"] else "no missed changes"
        yield ReportLine(
            "note" if watch["missed"] else "ok", "running", f"{count(watch['walks'], 'rescan')}{took}: {found}"
        )
    if watch["renewals"]:
        yield ReportLine("note", "running", f"watches renewed {count(watch['renewals'], 'time')}")


def _port(port: NamedPort) -> ReportLine:
    found = listening_at(port.host, port.port)
    if not found:
        return ReportLine("ok", "port", f"{port.port} is free ({port.key})")
    ours = all(holder.is_ours for holder in found)
    owners = listed(list(dict.fromkeys(map(_holder, found))))
    return ReportLine("note" if ours else "wrong", "port", f"{port.port} is in use by {owners} ({port.key})")


def _holder(holder: ListeningProcess) -> str:
    if holder.pid is None:
        return f"a process of {holder.user}"
    started = ", started by hotrun" if holder.is_ours else ""
    return f"pid {holder.pid} of {holder.user}: {holder.command or 'unknown command'}{started}"
