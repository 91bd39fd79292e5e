"""Verify that the staged plugins fit the staged host, and only then publish all of them.

A misfit is printed in the form of compiler errors, one line a reason, so that hotrun reports it as a diagnostic.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import msgspec

from hotrun.go.build.loaded_versions import count_loaded
from hotrun.go.build.parse_cache import artifact_of
from hotrun.go.build.publish import Published, publish
from hotrun.go.build.source_record import SourceRecord, read_record, remove
from hotrun.go.compare.explain import Cause
from hotrun.go.compare.fit import Fit, Fitted, Problem, fit_of
from hotrun.go.read.artifact import Artifact
from hotrun.go.read.manifest import Manifest, read_manifest
from hotrun.go.target import staged

# Rebuilding the same sources does not fix these.
_NOT_FIXED_BY_REBUILD = frozenset({"no-plugins", "symbol", "already-loaded", "unknown"})
_OF_MODULE = frozenset({"toolchain", "experiment", "dependency", "vendor", "module-folder", "toolchain-or-flags"})


class TargetOutput(msgspec.Struct, frozen=True):
    """Where to publish one target, and the symbols that the host looks up in it.

    `is_reloaded`: the swap command publishes it, later.
    """

    key: str
    output: str
    symbols: tuple[str, ...] = ()
    is_reloaded: bool = False


class _Staged(msgspec.Struct, frozen=True):
    """The staged files, and whether they fit. Files have the paths of their outputs."""

    fit: Fit
    records: Mapping[str, SourceRecord]
    manifests: Mapping[str, Manifest]


def verify_and_publish(targets: Sequence[TargetOutput], fails: bool, max_versions: int) -> int:
    """Publish all targets if they fit, and return 0. Otherwise return 1 and leave the outputs as they were.

    Targets that do not fit are rebuilt once, unless it `fails`. The host is the first target, and may have
    at most `max_versions` versions of a plugin loaded. Raises HotrunError for a file that cannot be read or written.
    """
    status = _build_missing(targets)
    if status != 0:
        return status
    found = _compare(targets)
    kinds = {problem.kind for one in _all(found.fit) for problem in one.problems}
    if not fails and kinds - _NOT_FIXED_BY_REBUILD:
        _print(found, "warning", "rebuilding all targets")
        for target in targets:
            remove(target.key)
        status = _build_missing(targets)
        if status != 0:
            return status
        found = _compare(targets)
    if found.fit.result == "inconsistent" or (fails and found.fit.result == "unknown"):
        _print(found, "error")
        return 1
    _print(found, "warning", "using it anyway")
    _publish(targets, found)
    files = {target: one.file for target, one in zip(targets, _all(found.fit), strict=True)}
    reloaded = [file for target, file in files.items() if target.is_reloaded]
    if reloaded:
        fixed = [file for target, file in files.items() if not target.is_reloaded]
        loaded = count_loaded(fixed, reloaded, found.manifests, max_versions)
        if loaded > 1:
            print(f"the host has {loaded} versions of a plugin loaded and restarts after {max_versions}")
    return 0


def _build_missing(targets: Sequence[TargetOutput]) -> int:
    """Build targets that a misfit removed, in this run or a canceled one. Returns the compiler's exit code."""
    for target in targets:
        if not os.path.exists(staged(target.key)):
            from hotrun.go.build.compile import compile_target  # rarely needed here

            status = compile_target(read_record(staged(target.key)).target)
            if status != 0:
                return status
    return 0


def _compare(targets: Sequence[TargetOutput]) -> _Staged:
    records = {target.output: read_record(staged(target.key)) for target in targets}
    files, manifests = [], {}
    for target in targets:
        path = staged(target.key)
        files.append(msgspec.structs.replace(artifact_of(path), path=target.output))
        manifest = read_manifest(path)
        if manifest is not None:
            manifests[target.output] = manifest
    host, *plugins = files
    fit = fit_of(host, plugins, (), manifests, {target.output: target.symbols for target in targets})
    return _Staged(fit, records, manifests)


def _publish(targets: Sequence[TargetOutput], found: _Staged) -> None:
    all_files = zip(targets, _all(found.fit), strict=True)
    files = [(one.file, staged(target.key)) for target, one in all_files if not target.is_reloaded]
    published = Published.read()
    host = found.fit.host.file
    for file, _ in files:
        foreign = published.overwritten(file.path, file.digest)
        if foreign is not None:
            main = found.records[file.path].main
            print(f"{main}:1: warning: another program overwrote {file.path}{_misfit(foreign, host)}, restored")
    publish([(path, file.path, file.digest) for file, path in files], published)


def _misfit(foreign: Artifact, host: Artifact) -> str:
    """The end of a sentence on why a file from another program does not fit. Empty if it fits or is the host."""
    if foreign.path == host.path:
        return ""
    causes = [cause for one in fit_of(host, [foreign]).plugins for problem in one.problems for cause in problem.causes]
    return f" with a file that does not fit ({causes[0].text})" if causes else ""


def _all(fit: Fit) -> tuple[Fitted, ...]:
    return (fit.host, *fit.plugins)


def _print(found: _Staged, severity: str, consequence: str = "") -> None:
    for one in _all(found.fit):
        for problem in one.problems:
            for cause in problem.causes or (None,):
                text = _text(one, problem, cause, consequence)
                print(f"{_place(found, one, cause)}:1: {severity}: {text}", flush=True)


def _place(found: _Staged, one: Fitted, cause: Cause | None) -> str:
    return "go.mod" if cause is not None and cause.kind in _OF_MODULE else found.records[one.file.path].main


def _text(one: Fitted, problem: Problem, cause: Cause | None, consequence: str) -> str:
    """The problem with its cause, and what happens now or how to fix it."""
    reason = "" if cause is None else f" ({cause.text})"
    remedy = "" if cause is None else f"fix: {cause.remedy}"
    return ", ".join(filter(None, (f"{one.file.path}: {problem.text}{reason}", consequence or remedy)))
