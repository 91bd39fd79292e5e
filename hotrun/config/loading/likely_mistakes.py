"""What a configuration may say and hardly anybody means: ready by what tells nothing, runs in each other's way, an
action without a key."""

from __future__ import annotations

from collections.abc import Iterator

from hotrun.config.loading.problems import Path
from hotrun.config.tables.addresses import port_of
from hotrun.core.model.project import PORT, Process, Project, Ui
from hotrun.keys.actions import DEFAULT_KEYS, bindings


def doubts(project: Project) -> Iterator[tuple[Path, str]]:
    """Yield what a person should be told of a good configuration: the key and the words, with the remedy."""
    for process in project.processes.values():
        path: Path = ("run", process.name)
        if PORT in _asked(process) and not _is_told(process):
            yield (
                (*path, "ready"),
                f"{PORT} is only here, and the program is not told of it: put it into command or env",
            )
        if process.ready.by in ("tcp", "http"):
            yield from _of_a_fixed_port(process, path)
    yield from _of_keys(project.ui)


def _of_keys(ui: Ui) -> Iterator[tuple[Path, str]]:
    """Doubts about a key that is taken from an action which has no other then; `action = []` says that it is meant."""
    for action, keys in bindings(ui.keys).items():
        if not keys and action not in ui.keys:
            takers = [taker for taker, own in ui.keys.items() if set(own) & set(DEFAULT_KEYS[action])]
            yield ("ui", "keys", takers[0]), f"{action} has no key now: give it another one, or write {action} = []"


def _of_a_fixed_port(process: Process, path: Path) -> Iterator[tuple[Path, str]]:
    """Doubts about a process that is asked at the same address for each of its runs."""
    ready = process.ready
    port = port_of(ready.target)
    if port is None:
        return
    if port in map(port_of, process.listen):
        if ready.by == "tcp":
            yield (*path, "ready", "tcp"), "hotrun's own socket answers here at any time: use http, log, notify or exec"
        elif process.overlap:
            yield (*path, "ready", "http"), "the old run may answer here, too: use log, notify or exec"
    elif process.overlap and process.wants_port:
        yield (*path, "ready", ready.by), f"the old run answers here: use {PORT}"
    elif process.overlap:
        yield (*path, "overlap"), f"both runs would want port {port}: use {PORT} or listen"


def _asked(process: Process) -> str:
    """All texts of `ready` in which {port} may stand."""
    program = process.ready.program
    return " ".join((process.ready.target, *(program.argv if program is not None else ())))


def _is_told(process: Process) -> bool:
    program = process.program
    return any(PORT in text for text in (*program.argv, *program.env.values()))
