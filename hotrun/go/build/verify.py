"""Proves that the staged plugins fit the staged host, and only then publishes all of them.

What does not fit is explained as a compiler would do it, a line for each reason, so that it becomes a diagnostic.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import msgspec

from hotrun.go.build.loaded_versions import count_in
from hotrun.go.build.parse_cache import artifact_of
from hotrun.go.build.publish import Published, publish
from hotrun.go.build.source_record import SourceRecord, read_record, remove
from hotrun.go.compare.explain import Cause
from hotrun.go.compare.fit import Fit, Fitted, Problem, fit_of
from hotrun.go.read.artifact import Artifact
from hotrun.go.read.manifest import Manifest, read_manifest
from hotrun.go.target import staged

# To build the same sources anew does not help against these.
_STAYS = frozenset({"no-plugins", "symbol", "already-loaded", "unknown"})
_OF_MODULE = frozenset({"toolchain", "experiment", "dependency", "vendor", "module-folder", "toolchain-or-flags"})


class Wish(msgspec.Struct, frozen=True):
    """What is wanted of one target: where to put it, and the names that the host looks up in it.

    `is_reloaded`: it is put there by swap, later.
    """

    key: str
    output: str
    symbols: tuple[str, ...] = ()
    is_reloaded: bool = False


class _Staged(msgspec.Struct, frozen=True):
    """What was built, and whether it fits. Files go by the names of their outputs."""

    fit: Fit
    records: Mapping[str, SourceRecord]
    manifests: Mapping[str, Manifest]


def prove(wishes: Sequence[Wish], fails: bool, max_versions: int) -> int:
    """Returns 0 where all fit and are published; else 1, and what was published before is as it was.

    Where they do not fit they are built again, once, unless it `fails` at once. The host is the first of `wishes`, and
    may hold at most `max_versions` of a plugin. Raises HotrunError for a file that cannot be read or written.
    """
    status = _complete(wishes)
    if status != 0:
        return status
    found = _look(wishes)
    kinds = {problem.kind for one in _all(found.fit) for problem in one.problems}
    if not fails and kinds - _STAYS:
        _print(found, "warning", "; all are built anew")
        for wish in wishes:
            remove(wish.key)
        status = _complete(wishes)
        if status != 0:
            return status
        found = _look(wishes)
    if found.fit.verdict == "inconsistent" or (fails and found.fit.verdict == "unknown"):
        _print(found, "error", "")
        return 1
    _print(found, "warning", "; what was built together is used")
    _publish(wishes, found)
    files = {wish: one.file for wish, one in zip(wishes, _all(found.fit), strict=True)}
    reloaded = [file for wish, file in files.items() if wish.is_reloaded]
    if reloaded:
        fixed = [file for wish, file in files.items() if not wish.is_reloaded]
        held = count_in(fixed, reloaded, found.manifests, max_versions)
        if held > 1:
            print(
                f"the host holds {held} versions of a plugin; it is restarted when there are more than {max_versions}"
            )
    return 0


def _complete(wishes: Sequence[Wish]) -> int:
    """Build what is not there: what did not fit, now or when this was canceled. Returns the compiler's exit code."""
    for wish in wishes:
        if not os.path.exists(staged(wish.key)):
            from hotrun.go.build.compile import compile_target  # which is hardly ever needed here

            status = compile_target(read_record(staged(wish.key)).target)
            if status != 0:
                return status
    return 0


def _look(wishes: Sequence[Wish]) -> _Staged:
    records = {wish.output: read_record(staged(wish.key)) for wish in wishes}
    files, manifests = [], {}
    for wish in wishes:
        path = staged(wish.key)
        files.append(msgspec.structs.replace(artifact_of(path), path=wish.output))
        manifest = read_manifest(path)
        if manifest is not None:
            manifests[wish.output] = manifest
    host, *plugins = files
    fit = fit_of(host, plugins, (), manifests, {wish.output: wish.symbols for wish in wishes})
    return _Staged(fit, records, manifests)


def _publish(wishes: Sequence[Wish], found: _Staged) -> None:
    all_files = zip(wishes, _all(found.fit), strict=True)
    files = [(one.file, staged(wish.key)) for wish, one in all_files if not wish.is_reloaded]
    published = Published.read()
    host = found.fit.host.file
    for file, _ in files:
        foreign = published.foreign(file.path, file.digest)
        if foreign is not None:
            main = found.records[file.path].main
            print(f"{main}:1: warning: {file.path} was overwritten by another program{_why(foreign, host)}; put back")
    publish([(path, file.path, file.digest) for file, path in files], published)


def _why(foreign: Artifact, host: Artifact) -> str:
    """What is known of a file that somebody else has put there."""
    if foreign.path == host.path:
        return ""
    causes = [cause for one in fit_of(host, [foreign]).plugins for problem in one.problems for cause in problem.causes]
    return f" and did not fit ({causes[0].text})" if causes else ""


def _all(fit: Fit) -> tuple[Fitted, ...]:
    return (fit.host, *fit.plugins)


def _print(found: _Staged, severity: str, then: str) -> None:
    for one in _all(found.fit):
        for problem in one.problems:
            for cause in problem.causes or (None,):
                print(f"{_place(found, one, cause)}:1: {severity}: {_text(one, problem, cause)}{then}", flush=True)


def _place(found: _Staged, one: Fitted, cause: Cause | None) -> str:
    return "go.mod" if cause is not None and cause.kind in _OF_MODULE else found.records[one.file.path].main


def _text(one: Fitted, problem: Problem, cause: Cause | None) -> str:
    return f"{one.file.path}: {problem.text}" + (f": {cause.text}; {cause.remedy}" if cause is not None else "")
