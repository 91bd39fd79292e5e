"""Turn a valid configuration into a Project: absolute paths, argument lists, milliseconds, merged environments.

Nothing looks at the disk here. A missing file or folder is reported when hotrun uses it.
"""

from __future__ import annotations

import os.path
from collections.abc import Iterable
from typing import Any, cast

from msgspec import structs
from msgspec.structs import replace

from hotrun.config.loading.profile import READY_KINDS
from hotrun.config.tables import model
from hotrun.config.tables.addresses import UNIX
from hotrun.config.tables.parsers import ParserTable
from hotrun.core.model.project import (
    CustomParser,
    Export,
    ParserExample,
    Process,
    Program,
    Project,
    Ready,
    Reload,
    Step,
    Ui,
    Watch,
)
from hotrun.core.model.requests import Action
from hotrun.core.model.settings import ProcessSettings, Settings, StepSettings, UiSettings, WatchSettings


def resolve(config: model.Config, options: model.BuildOptions, root: str, source: str) -> Project:
    """Return the project in the absolute folder `root` that `config` and the `options` of its [build] describe.

    `source` is the file from which they were read.
    """
    return Project(
        root=root,
        config=source,
        watch=_watch(config.watch, root),
        steps={name: _step(name, step, config, root) for name, step in config.build.items()},
        processes={name: _process(name, process, config, root) for name, process in config.run.items()},
        parsers=tuple(map(_parser, config.parser)),
        ui=_ui(config.ui),
        exports=tuple(Export(name, absolute(one.path, root), str(one.format)) for name, one in config.exports.items()),
        jobs=options.jobs,
    )


def absolute(path: str, root: str) -> str:
    """Return `path` as an absolute path: "~" is the home folder, and a relative path starts at `root`."""
    return os.path.normpath(os.path.join(root, os.path.expanduser(path)))


def argv_of(command: str | list[str], shell: str | None = None) -> tuple[str, ...]:
    """Return the arguments to execute. A list is unchanged, a string runs in `shell` (default: sh)."""
    return (shell or "sh", "-c", command) if isinstance(command, str) else tuple(command)


def _watch(watch: model.WatchTable, root: str) -> Watch:
    return Watch(
        roots=tuple(absolute(path, root) for path in watch.paths),
        exclude=_plain(watch.exclude),
        debounce_ms=watch.debounce.ms,
        poll_interval_ms=int(watch.poll_interval),
        **_as_written(watch, WatchSettings),
    )


def _program(program: model.ProgramTable, config: model.Config, root: str) -> Program:
    return Program(
        argv=argv_of(program.command, program.shell),
        cwd=root if program.cwd is None else absolute(program.cwd, root),
        env={**config.env, **program.env},
        env_files=tuple(absolute(path, root) for path in (*config.env_files, *program.env_files)),
    )


def _step(name: str, step: model.BuildStep, config: model.Config, root: str) -> Step:
    return Step(
        name=name,
        program=_program(step, config, root),
        paths=None if step.paths is None else _plain(step.paths),
        needs=tuple(step.needs),
        outputs=_plain(step.outputs),
        timeout_ms=None if step.timeout is None else int(step.timeout),
        parsers=(step.parsers,) if isinstance(step.parsers, str) else tuple(step.parsers),
        inputs=(step.inputs,) if isinstance(step.inputs, str) else tuple(step.inputs),
        **_as_written(step, StepSettings),
    )


def _process(name: str, process: model.RunProcess, config: model.Config, root: str) -> Process:
    # The default: builds restart it if it needs something, else every change does.
    default_paths = () if process.needs or (process.reload is not None and process.reload.needs) else None
    return Process(
        name=name,
        program=_program(process, config, root),
        paths=default_paths if process.paths is None else _plain(process.paths),
        needs=tuple(process.needs),
        stop_signal=str(process.stop_signal),
        stop_timeout_ms=int(process.stop_timeout),
        ready=Ready() if process.ready is None else _ready(process, process.ready, config, root),
        listen=tuple(_listen(address, root) for address in process.listen),
        reload=None if process.reload is None else _reload(process.reload),
        **_as_written(process, ProcessSettings),
    )


def _listen(address: str, root: str) -> str:
    """Return the address, with the path of a Unix socket made absolute."""
    return UNIX + absolute(address.removeprefix(UNIX), root) if address.startswith(UNIX) else str(address)


def _parser(parser: ParserTable) -> CustomParser:
    formats = parser.errorformat
    return CustomParser(
        name=parser.name,
        match=str(parser.match or ""),
        match_next=_plain(parser.match_next),
        max_lines=parser.max_lines or len(parser.match_next),
        continuation=str(parser.continuation or ""),
        errorformat=(formats,) if isinstance(formats, str) else tuple(formats or ()),
        tool=parser.tool or "",
        severity=parser.severity if parser.severity is not None else {},
        column_base=parser.column_base,
        examples=tuple(ParserExample(**structs.asdict(example)) for example in parser.examples),
    )


def _ui(ui: model.UiTable) -> Ui:
    keys = {cast("Action", action): _plain(names) for action, names in ui.keys.items()}  # checked before
    return Ui(keys=keys, **_as_written(ui, UiSettings))


def _ready(process: model.RunProcess, ready: model.ReadyTable, config: model.Config, root: str) -> Ready:
    """Return the readiness check. Its command runs in the folder and environment of the process."""
    by = next(kind for kind in READY_KINDS if getattr(ready, kind))
    return Ready(
        by=by,
        target=str(getattr(ready, by)) if by in ("tcp", "http", "log") else "",
        status=ready.status,
        program=None if ready.exec is None else _program(replace(process, command=ready.exec), config, root),
        timeout_ms=int(ready.timeout),
    )


def _reload(reload: model.ReloadTable) -> Reload:
    return Reload(paths=_plain(reload.paths), signal=str(reload.signal), needs=tuple(reload.needs))


def _as_written(table: Settings, kind: type[Settings]) -> dict[str, Any]:
    """Return the keys of `table` that belong to `kind`, unchanged."""
    return {name: getattr(table, name) for name in kind.__struct_fields__}


def _plain(strings: Iterable[str]) -> tuple[str, ...]:
    """Return the strings as plain str."""
    return tuple(map(str, strings))
