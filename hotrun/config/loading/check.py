"""The checks that take more than one key: names and needs, commands and shells, readiness, the proxy's target, keys.
Works on what could be read; a key that already has a problem is left out of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from hotrun.config.loading.problems import Findings, Path, key_path, suggestion
from hotrun.config.loading.profile import READY_KINDS
from hotrun.config.tables.addresses import Address
from hotrun.config.tables.model import BuildStep, Config, ProgramTable, Proxy, ReadyTable, ReloadTable, RunProcess
from hotrun.config.tables.values import Unfit
from hotrun.core.model.text import closest
from hotrun.keys.actions import DEFAULT_KEYS

KnownParsers = Callable[[], Sequence[str]]  # asked only where a file names one: the table of rules costs 5 ms
AUTO = "auto"


def check(config: Config, raw: dict[str, Any], known_parsers: KnownParsers | None, findings: Findings) -> None:
    """Note in `findings` what is wrong between the keys of `config`; `raw` is what it was made of."""
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
            findings.expected(("run", name), "a name that no build step has", name)
    if not config.build and not config.run and not findings.by_path:
        findings.add((), "nothing to do: expected a [build.NAME] or a [run.NAME] table")


def _programs(config: Config) -> Iterator[tuple[ProgramTable, Path]]:
    for name, step in config.build.items():
        yield step, ("build", name)
    for name, process in config.run.items():
        yield process, ("run", name)


def _check_text(raw: object, findings: Findings, path: Path = ()) -> None:
    """No string may hold a NUL character: arguments, paths and variables end at one."""
    if isinstance(raw, str) and "\0" in raw:
        findings.expected(path, "a string without NUL characters", raw)
    elif isinstance(raw, dict):
        for key, value in raw.items():
            if "\0" in key:
                findings.expected((*path, key), "a key without NUL characters", key)
            _check_text(value, findings, (*path, key))
    elif isinstance(raw, list):
        for place, value in enumerate(raw):
            _check_text(value, findings, (*path, place))


def _check_command(program: ProgramTable, path: Path, findings: Findings) -> None:
    if findings.touch((*path, "command")):
        return
    _check_not_blank(program.command, (*path, "command"), findings)
    if program.shell is not None and isinstance(program.command, list):
        findings.expected((*path, "shell"), "a shell only where command is a string", program.shell)


def _check_not_blank(command: str | list[str], path: Path, findings: Findings) -> None:
    program = command if isinstance(command, str) else command[0]
    if program.strip() == "":
        findings.expected(path, 'a command such as "make -j2" or ["make", "-j2"]', program)


def _check_parsers(step: BuildStep, path: Path, known: KnownParsers | None, config: Config, findings: Findings) -> None:
    own = [
        name for parser in config.parser for name in (parser.name, parser.tool) if name
    ]  # a name that is wrong is None
    names = [step.parsers] if isinstance(step.parsers, str) else step.parsers
    for place, name in enumerate(names):
        if known is not None and name != AUTO and name not in own and name not in known():
            at = path if isinstance(step.parsers, str) else (*path, place)
            findings.one_of(at, "the name of a parser", name, (*known(), *own))


def _check_inputs(step: BuildStep, path: Path, findings: Findings) -> None:
    from hotrun.config.tables.inputs import check_input

    for place, text in enumerate([step.inputs] if isinstance(step.inputs, str) else step.inputs):
        try:
            check_input(text)
        except Unfit as unfit:
            findings.unfit(path if isinstance(step.inputs, str) else (*path, place), text, unfit)


def _check_ready(ready: ReadyTable, path: Path, findings: Findings) -> None:
    if findings.touch(path):
        return
    given = [kind for kind in READY_KINDS if getattr(ready, kind) not in (None, False)]
    if len(given) != 1:
        got = " and ".join(given) or "none of them"
        findings.add(path, f"expected exactly one of {', '.join(READY_KINDS)}, got {got}")
    elif ready.status is not None and ready.http is None:
        findings.expected((*path, "status"), f"a status only together with http, not {given[0]}", ready.status)
    elif ready.exec is not None:
        _check_not_blank(ready.exec, (*path, "exec"), findings)


def _check_listen(config: Config, findings: Findings) -> None:
    """An address belongs to one process, once, and not to the proxy as well."""
    taken: dict[str, str] = {}
    if config.proxy is not None and not findings.touch(("proxy", "listen")):
        taken[config.proxy.listen.key] = "proxy.listen"
    for name, process in config.run.items():
        path: Path = ("run", name, "listen")
        if findings.touch(path):
            continue
        for place, address in enumerate(process.listen):
            owner = taken.setdefault(address.key, key_path((*path, place)))
            if owner != key_path((*path, place)):
                findings.expected((*path, place), f"an address of its own ({owner} has this one)", address)


def _check_target(proxy: Proxy, config: Config, findings: Findings) -> None:
    path = ("proxy", "target")
    if findings.touch(path) or not _names_are_known(findings):
        return
    process = config.run.get(proxy.target)
    if process is not None:
        if not process.listen and (process.ready is None or process.ready.tcp is None):
            findings.expected(path, "a process with listen or ready.tcp", proxy.target)
        return
    try:
        Address.parse(proxy.target)
    except Unfit as unfit:
        if ":" in proxy.target:
            findings.unfit(path, proxy.target, unfit)
        else:
            expected = f"the name of a process or {unfit.expected}"
            findings.expected(path, expected, proxy.target, closest(proxy.target, config.run))


def _check_keys(config: Config, findings: Findings) -> None:
    """Each key that is given belongs to one action that there is."""
    taken: dict[str, str] = {}
    for action, names in config.ui.keys.items():
        path: Path = ("ui", "keys", action)
        if action not in DEFAULT_KEYS:
            meant = closest(action, DEFAULT_KEYS)
            proposal = suggestion(meant) or f", expected one of {', '.join(DEFAULT_KEYS)}"
            findings.add(path, f"unknown action{proposal}")
        elif not findings.touch(path):
            for name in names:
                owner = taken.setdefault(name, action)
                if owner != action:
                    findings.expected(path, f"a key of its own ({owner} has this one)", name)


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
        return  # "needs" cannot be followed while a name means two things
    needs = {name: part.needs for part_of in (config.build, config.run) for name, part in part_of.items()}
    wrong = set(findings.by_path)
    for cycle in _cycles(needs):
        places: list[Path] = [
            ("build" if name in config.build else "run", name, "needs", needs[name].index(need))
            for name, need in pairwise(cycle)
        ]
        free = [turn for turn, place in enumerate(places) if not findings.touch(place)]
        if free and wrong.isdisjoint(places):  # else it is gone when that need is
            turn = free[0]
            way = [*cycle[turn:-1], *cycle[: turn + 1]]
            findings.add(places[turn], f"expected no cycle, got {' -> '.join(way)}")


def _names_are_known(findings: Findings) -> bool:
    """Tell whether all names could be read: a table that is misspelled or no table may hold more."""
    other_tables = ("env_files", "env", "watch", "proxy", "exports", "ui")
    return all(len(path) > 1 or path[0] in other_tables for path in findings.by_path)


def _check_names(part: BuildStep | RunProcess, path: Path, config: Config, findings: Findings) -> None:
    """Check that what a step or process needs exists, and that a step needs steps alone."""
    if findings.touch(path):
        return
    is_step = isinstance(part, BuildStep)
    for place, name in enumerate(part.needs):
        if name in config.build or (not is_step and name in config.run):
            continue
        at = (*path, place)
        if name in config.run:
            findings.expected(at, "a build step (a step cannot wait for a process)", name)
        else:
            others = config.build if is_step else {**config.build, **config.run}
            known = [other for other in others if other != path[1]]
            findings.one_of(at, "the name of a step" if is_step else "the name of a step or process", name, known)


def _check_reload(reload: ReloadTable, path: Path, config: Config, findings: Findings) -> None:
    """Check that it names something, and steps alone: what a process makes is not known."""
    if findings.touch(path):
        return
    if not reload.paths and not reload.needs:
        findings.add(path, "expected paths or needs, got none of them")
    for place, name in enumerate(reload.needs):
        if name not in config.build:
            findings.one_of((*path, "needs", place), "the name of a step", name, config.build)


def _cycles(needs: dict[str, list[str]]) -> list[list[str]]:
    """Return each cycle that a walk along `needs` closes, as the names on the way round, the first one repeated.

    Depth first, so each ends with a need that is in no other of them. There may be exponentially many more: they run
    through the same needs, and are found once these are mended."""
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
