"""`hotrun go-check`: check whether a Go program can open these plugins, and explain why not. It only reads files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from hotrun.cli.say import say
from hotrun.core.model.text import count, listed
from hotrun.errors import HotrunError
from hotrun.go.compare.fit import Fit, Fitted, fit_of
from hotrun.go.read.artifact import Artifact, read_artifact
from hotrun.go.read.manifest import Manifest, read_manifest

MAX_SYMBOLS = 8


def go_check(files: Sequence[str], symbols: Sequence[str], as_json: bool) -> int:
    """Compare the host, the first of `files`, with its plugins. Returns 0 if they fit, otherwise 1.

    Raises HotrunError for a file that cannot be read.
    """
    if len(files) < 2 or "" in files:
        raise HotrunError("missing arguments: a host and its plugins", "hotrun go-check HOST PLUGIN ...")
    host, *plugins = [read_artifact(path) for path in files]
    fit = fit_of(host, plugins, symbols, _manifests(files))
    if as_json:
        import json  # unlike msgspec, it escapes names that are not valid UTF-8

        print(json.dumps(_as_json(fit)))
    else:
        for line in _worded(fit):
            say(line)
    return 0 if fit.result == "consistent" else 1


def _manifests(files: Sequence[str]) -> dict[str, Manifest]:
    found = {path: read_manifest(path) for path in files}
    return {path: manifest for path, manifest in found.items() if manifest is not None}


def _worded(fit: Fit) -> Iterator[str]:
    for one in (fit.host, *fit.plugins):
        yield f"{one.file.path}: {_heading(one, one is fit.host)}"
        for problem in one.problems:
            yield f"  {problem.text}"
            for cause in problem.causes:
                yield f"    why: {cause.text}"
                yield f"    fix: {cause.remedy}"
        yield from (f"  note: {note}" for note in one.notes)


def _heading(one: Fitted, is_host: bool) -> str:
    match one.result:
        case "unknown":
            return "unknown"
        case "inconsistent":
            return "cannot open plugins" if is_host else "does not fit"
        case "consistent":
            facts = [f"host of {count(len(one.file.fingerprints), 'package')}"]
            if not is_host:
                facts = [f"fits, {count(one.common, 'package')} in common"]
                if one.file.symbols:
                    facts.append(f"exports {listed(sorted(one.file.symbols), MAX_SYMBOLS)}")
            return ", ".join([*facts, *_go_version(one.file)])


def _go_version(file: Artifact) -> list[str]:
    return [] if file.build is None else [file.build.go_version]


def _as_json(fit: Fit) -> dict[str, Any]:
    return {
        "result": fit.result,
        "host": _file(fit.host),
        "plugins": [_file(one) for one in fit.plugins],
    }


def _file(one: Fitted) -> dict[str, Any]:
    file = one.file
    return {
        "path": file.path,
        "kind": file.kind,
        "result": one.result,
        "machine": file.machine or None,
        "go_version": file.build.go_version if file.build else None,
        "plugin_path": file.plugin_path or None,
        "symbols": sorted(file.symbols),
        "packages": len(file.fingerprints),
        "common": one.common,
        "problems": msgspec.to_builtins(one.problems),
        "notes": list(one.notes),
    }
