"""Check what involves several keys: names, needs, commands, shells, readiness, the target of the proxy, key bindings.

A key that already has a problem is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from hotrun.config.loading.problems import Findings, Path, alternatives, key_path, suggestion
from hotrun.config.loading.profile import READY_KINDS
from hotrun.config.tables.addresses import Address
from hotrun.config.tables.invalid_value import InvalidValue
from hotrun.config.tables.model import BuildStep, Config, ProgramTable, Proxy, ReadyTable, ReloadTable, RunProcess
from hotrun.core.model.text import closest, quote
from hotrun.keys.actions import DEFAULT_KEYS

KnownParsers = Callable[[], Sequence[str]]  # called only if a file names a parser, as the rules take 5 ms to load
AUTO = "auto"


def check(config: Config, raw: dict[str, Any], known_parsers: KnownParsers | None, findings: Findings) -> None:
    """Add to `findings` what is wrong between the keys of `config`, which was made from the tables `raw`."""
    _check_text(raw, findings)
    if config.watch.paths == []:
        findings.expected(("watch", "paths"), "at least one path", [])
    for program, path in _programs(config):
        _check_command(program, path, findings)
    for name, step in config.build.items():
        _check_parsers(step, ("build", name, "parsers"), known_parsers, config, findings)
        if step.inputs and not findings.touch(("build", name, "inputs")):
            _check_inputs(step, ("build", name, "inputs"), findings)
    if config.parser:
        from hotrun.config.loading.check_parsers import check_parsers

        check_parsers(config.parser, known_parsers, findings)
    if config.exports:
        from hotrun.config.loading.check_exports import check_exports

        check_exports(config.exports, findings)
    for name, process in config.run.items():
        if process.ready is not None:
            _check_ready(process.ready, ("run", name, "ready"), findings)
    _check_listen(config, findings)
    if config.proxy is not None:
        _check_target(config.proxy, config, findings)
    _check_keys(config, findings)
    _check_needs(config, findings)
    for name in config.run:
        if name in config.build:
            findings.add(("run", name), f"{quote(name)} is already the name of a step")
    if not config.build and not config.run and not findings.by_path:
        findings.add((), "nothing to do, expected a [build.NAME] or [run.NAME] table")


def _programs(config: Config) -> Iterator[tuple[ProgramTable, Path]]:
    for name, step in config.build.items():
        yield step, ("build", name)
    for name, process in config.run.items():
        yield process, ("run", name)


def _check_text(raw: object, findings: Findings, path: Path = ()) -> None:
    """Reject NUL characters in strings: arguments, paths and variables end at one."""
    if isinstance(raw, str) and "\0" in raw:
        findings.add(path, "a string cannot contain a NUL character")
    elif isinstance(raw, dict):
        for key, value in raw.items():
            if "\0" in key:
                findings.add((*path, key), "a key cannot contain a NUL character")
            _check_text(value, findings, (*path, key))
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            _check_text(value, findings, (*path, index))


def _check_command(program: ProgramTable, path: Path, findings: Findings) -> None:
    if findings.touch((*path, "command")):
        return
    _check_not_blank(program.command, (*path, "command"), findings)
    if program.shell is not None and isinstance(program.command, list):
        findings.add((*path, "shell"), "applies only if command is a string")


def _check_not_blank(command: str | list[str], path: Path, findings: Findings) -> None:
    program = command if isinstance(command, str) else command[0]
    if program.strip() == "":
        findings.expected(path, 'a command such as "make -j2" or ["make", "-j2"]', program)


def _check_parsers(step: BuildStep, path: Path, known: KnownParsers | None, config: Config, findings: Findings) -> None:
    # A wrong name was read as None.
    custom = [name for parser in config.parser for name in (parser.name, parser.tool) if name]
    names = [step.parsers] if isinstance(step.parsers, str) else step.parsers
    for index, name in enumerate(names):
        if known is not None and name != AUTO and name not in custom and name not in known():
            at = path if isinstance(step.parsers, str) else (*path, index)
            findings.unknown(at, "parser", name, (*known(), *custom))


def _check_inputs(step: BuildStep, path: Path, findings: Findings) -> None:
    from hotrun.config.tables.inputs import check_input

    for index, text in enumerate([step.inputs] if isinstance(step.inputs, str) else step.inputs):
        try:
            check_input(text)
        except InvalidValue as error:
            findings.invalid(path if isinstance(step.inputs, str) else (*path, index), text, error)


def _check_ready(ready: ReadyTable, path: Path, findings: Findings) -> None:
    if findings.touch(path):
        return
    given = [kind for kind in READY_KINDS if getattr(ready, kind) not in (None, False)]
    if len(given) != 1:
        kinds = f"one of {', '.join(READY_KINDS)}"
        findings.add(path, f"expected exactly {kinds}, got {' and '.join(given)}" if given else f"missing {kinds}")
    elif ready.status is not None and ready.http is None:
        findings.add((*path, "status"), f"applies only with http, not with {given[0]}")
    elif ready.exec is not None:
        _check_not_blank(ready.exec, (*path, "exec"), findings)


def _check_listen(config: Config, findings: Findings) -> None:
    """Reject an address that two processes, or a process and the proxy, listen on."""
    taken: dict[str, str] = {}
    if config.proxy is not None and not findings.touch(("proxy", "listen")):
        taken[config.proxy.listen.key] = "proxy.listen"
    for name, process in config.run.items():
        path: Path = ("run", name, "listen")
        if findings.touch(path):
            continue
        for index, address in enumerate(process.listen):
            owner = taken.setdefault(address.key, key_path((*path, index)))
            if owner != key_path((*path, index)):
                findings.add((*path, index), f"{owner} already has the address {quote(address)}")


def _check_target(proxy: Proxy, config: Config, findings: Findings) -> None:
    path = ("proxy", "target")
    if findings.touch(path) or not _names_are_known(findings):
        return
    process = config.run.get(proxy.target)
    if process is not None:
        if not process.listen and (process.ready is None or process.ready.tcp is None):
            findings.add(path, f"process {quote(proxy.target)} has neither listen nor ready.tcp")
        return
    try:
        Address.parse(proxy.target)
    except InvalidValue as error:
        if ":" in proxy.target:
            findings.invalid(path, proxy.target, error)
        else:
            expected = f"the name of a process or {error.expected}"
            findings.expected(path, expected, proxy.target, closest(proxy.target, config.run))


def _check_keys(config: Config, findings: Findings) -> None:
    """Reject unknown actions, and a key that is bound to two actions."""
    taken: dict[str, str] = {}
    for action, names in config.ui.keys.items():
        path: Path = ("ui", "keys", action)
        if action not in DEFAULT_KEYS:
            meant = closest(action, DEFAULT_KEYS)
            findings.add(
                path, f"unknown action{suggestion(meant) or f', expected {alternatives(tuple(DEFAULT_KEYS))}'}"
            )
        elif not findings.touch(path):
            for name in names:
                owner = taken.setdefault(name, action)
                if owner != action:
                    findings.add(path, f"{quote(name)} is already bound to {owner}")


def _check_needs(config: Config, findings: Findings) -> None:
    if not _names_are_known(findings):
        return
    for name, step in config.build.items():
        _check_names(step, ("build", name, "needs"), config, findings)
    for name, process in config.run.items():
        _check_names(process, ("run", name, "needs"), config, findings)
        if process.reload is not None:
            _check_reload(process.reload, ("run", name, "reload"), config, findings)
    if config.build.keys() & config.run.keys():
        return  # a name in `needs` would be ambiguous
    needs = {name: part.needs for part_of in (config.build, config.run) for name, part in part_of.items()}
    wrong = set(findings.by_path)
    for cycle in _cycles(needs):
        places: list[Path] = [
            ("build" if name in config.build else "run", name, "needs", needs[name].index(need))
            for name, need in pairwise(cycle)
        ]
        free = [turn for turn, place in enumerate(places) if not findings.touch(place)]
        if free and wrong.isdisjoint(places):  # else the cycle disappears with the wrong need
            turn = free[0]
            way = [*cycle[turn:-1], *cycle[: turn + 1]]
            is_loop = len(way) == 2
            findings.add(places[turn], "needs itself" if is_loop else f"dependency cycle: {' -> '.join(way)}")


def _names_are_known(findings: Findings) -> bool:
    """Return whether all names could be read. A table with a wrong name or type may contain more of them."""
    other_tables = ("env_files", "env", "watch", "proxy", "exports", "ui")
    return all(len(path) > 1 or path[0] in other_tables for path in findings.by_path)


def _check_names(part: BuildStep | RunProcess, path: Path, config: Config, findings: Findings) -> None:
    """Check that everything in `needs` exists, and that a step needs only steps."""
    if findings.touch(path):
        return
    is_step = isinstance(part, BuildStep)
    for index, name in enumerate(part.needs):
        if name in config.build or (not is_step and name in config.run):
            continue
        at = (*path, index)
        if name in config.run:
            findings.add(at, f"{quote(name)} is a process, but a step can need only steps")
        else:
            others = config.build if is_step else {**config.build, **config.run}
            known = [other for other in others if other != path[1]]
            findings.unknown(at, "step" if is_step else "step or process", name, known)


def _check_reload(reload: ReloadTable, path: Path, config: Config, findings: Findings) -> None:
    """Check that it has `paths` or `needs`, and that it needs only steps, because processes have no outputs."""
    if findings.touch(path):
        return
    if not reload.paths and not reload.needs:
        findings.add(path, "missing paths or needs")
    for index, name in enumerate(reload.needs):
        if name not in config.build:
            findings.unknown((*path, "needs", index), "step", name, config.build)


def _cycles(needs: dict[str, list[str]]) -> list[list[str]]:
    """Return the cycles that a depth-first search along `needs` closes. Each repeats its first name at the end.

    The last need of each cycle is in no other of them. There may be exponentially many more cycles. They go through
    the same needs, and are reported once these are fixed.
    """
    cycles: list[list[str]] = []
    done: set[str] = set()
    for start in needs:
        way: list[str] = []
        todo = [(start, False)]
        while todo:
            name, left = todo.pop()
            if left:
                done.add(way.pop())
            elif name in way:
                cycles.append([*way[way.index(name) :], name])
            elif name in needs and name not in done:
                way.append(name)
                todo.append((name, True))
                todo.extend((need, False) for need in reversed(needs[name]))
    return cycles
