"""Find likely mistakes in a valid configuration: useless readiness checks, runs that share a port, unbound actions."""

from __future__ import annotations

from collections.abc import Iterator

from hotrun.config.loading.problems import Path
from hotrun.config.tables.addresses import port_of
from hotrun.core.model.project import PORT, Process, Project, Ui
from hotrun.keys.actions import DEFAULT_KEYS, bindings


def likely_mistakes(project: Project) -> Iterator[tuple[Path, str]]:
    """Yield a warning for each likely mistake: its key and a message that says what to change."""
    for process in project.processes.values():
        path: Path = ("run", process.name)
        if PORT in _readiness_texts(process) and not _receives_port(process):
            yield (
                (*path, "ready"),
                f"{PORT} is used only here, also pass it to the program in command or env",
            )
        if process.ready.by in ("tcp", "http"):
            yield from _of_a_fixed_port(process, path)
    yield from _of_keys(project.ui)


def _of_keys(ui: Ui) -> Iterator[tuple[Path, str]]:
    """Warn about an action that lost its last key to another one. `action = []` says that this is intended."""
    for action, keys in bindings(ui.keys).items():
        if not keys and action not in ui.keys:
            others = [other for other, bound in ui.keys.items() if set(bound) & set(DEFAULT_KEYS[action])]
            yield ("ui", "keys", others[0]), f"{action} has no key left, bind another one or set {action} = []"


def _of_a_fixed_port(process: Process, path: Path) -> Iterator[tuple[Path, str]]:
    """Warn about a process whose runs all have the same readiness address."""
    ready = process.ready
    port = port_of(ready.target)
    if port is None:
        return
    if port in map(port_of, process.listen):
        if ready.by == "tcp":
            yield (
                (*path, "ready", "tcp"),
                "the socket that hotrun keeps open always answers here, use http, log, notify or exec",
            )
        elif process.overlap:
            yield (*path, "ready", "http"), "the old run may answer here too, use log, notify or exec"
    elif process.overlap and process.wants_port:
        yield (*path, "ready", ready.by), f"the old run answers here, use {PORT}"
    elif process.overlap:
        yield (*path, "overlap"), f"the old and the new run both need port {port}, use {PORT} or listen"


def _readiness_texts(process: Process) -> str:
    """Return all texts of `ready` that may contain {port}."""
    program = process.ready.program
    return " ".join((process.ready.target, *(program.argv if program is not None else ())))


def _receives_port(process: Process) -> bool:
    program = process.program
    return any(PORT in text for text in (*program.argv, *program.env.values()))
