"""Decide whether a Go host can open its plugins: the checks of plugin.Open, and some that it lacks. Pure.

The host opens the plugins in the given order. If the host lacks a package, the first plugin that has it provides it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from hotrun.core.model.text import count, listed
from hotrun.go.compare.explain import TOGETHER, Cause, causes_of
from hotrun.go.read.artifact import Artifact
from hotrun.go.read.manifest import Manifest, skewed

FitResult = Literal["consistent", "inconsistent", "unknown"]


class Problem(msgspec.Struct, frozen=True):
    """One reason why a file does not fit. `against`: the other file. `causes`: explanations, and how to fix them."""

    kind: str
    text: str
    causes: tuple[Cause, ...] = ()
    packages: tuple[str, ...] = ()
    against: str | None = None


class Fitted(msgspec.Struct, frozen=True):
    """One file with its problems. `common` is the number of compared packages, `notes` name what was not compared."""

    file: Artifact
    result: FitResult
    common: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()


class Fit(msgspec.Struct, frozen=True):
    """The result for all files. "unknown": no problem found, but something could not be compared."""

    result: FitResult
    host: Fitted
    plugins: tuple[Fitted, ...]


def fit_of(
    host: Artifact,
    plugins: Sequence[Artifact],
    symbols: Sequence[str] = (),
    manifests: Mapping[str, Manifest] | None = None,
    extra_symbols: Mapping[str, Sequence[str]] | None = None,
) -> Fit:
    """Compare `host` with its `plugins`, in each of which it looks up `symbols`. `manifests`: by the path of the file.

    `extra_symbols`: further symbols that it looks up in one plugin, by the plugin's path.
    """
    files = (host, *plugins)
    usable, notes = _usable(manifests or {}, files)
    fitted = [_fitted(host, 0, list(_of_host(host)), notes)]
    owner = dict.fromkeys(host.fingerprints, 0)  # package -> index of the first file that contains it
    at_path: dict[str, Artifact] = {}
    for number, plugin in enumerate(plugins, 1):
        wanted = (*symbols, *(extra_symbols or {}).get(plugin.path, ()))
        problems = list(_of_plugin(plugin, host, wanted))
        shared: dict[int, list[str]] = {}
        if plugin.kind == "plugin":
            for name in plugin.fingerprints:
                first = owner.setdefault(name, number)
                if first != number:
                    shared.setdefault(first, []).append(name)
            for first, names in sorted(shared.items()):
                problems += _between(plugin, files[first], names, usable)
            if plugin.plugin_path and at_path.setdefault(plugin.plugin_path, plugin) is not plugin:
                problems += _same_path(plugin, at_path[plugin.plugin_path])
        if host.kind != "host" and not problems:
            problems = [Problem("unknown", f"{host.path} has nothing to compare it with")]
        fitted.append(_fitted(plugin, sum(map(len, shared.values())), problems, notes))
    return Fit(_worst([one.result for one in fitted]), fitted[0], tuple(fitted[1:]))


def _worst(results: Sequence[FitResult]) -> FitResult:
    if "inconsistent" in results:
        return "inconsistent"
    return "unknown" if "unknown" in results else "consistent"


def _fitted(file: Artifact, common: int, problems: list[Problem], notes: Mapping[str, str]) -> Fitted:
    kinds = {problem.kind for problem in problems}
    result: FitResult = "consistent" if not kinds else "unknown" if kinds == {"unknown"} else "inconsistent"
    return Fitted(file, result, common, tuple(problems), (notes[file.path],) if file.path in notes else ())


def _usable(manifests: Mapping[str, Manifest], files: Sequence[Artifact]) -> tuple[dict[str, Manifest], dict[str, str]]:
    """The manifests that belong to exactly these files, and a note for each file whose manifest does not."""
    usable, notes = {}, {}
    for file in files:
        manifest = manifests.get(file.path)
        if manifest is None:
            continue
        if manifest.binary == file.digest:
            usable[file.path] = manifest
        else:
            notes[file.path] = "its manifest belongs to another build, so only Go's own fingerprints were compared"
    return usable, notes


def _of_host(host: Artifact) -> Iterator[Problem]:
    match host.kind:
        case "host":
            return
        case "unknown":
            yield _unknown()
        case "program" | "library" if host.build is not None and host.build.settings.get("CGO_ENABLED") == "0":
            cause = Cause("cgo", "it was built with CGO_ENABLED=0", "build it with CGO_ENABLED=1 and a C compiler")
            yield Problem("no-plugins", 'it cannot open plugins ("plugin: not implemented")', (cause,))
        case "program" | "library":
            cause = Cause("no-import", 'it does not import "plugin"', "name the program that opens the plugins")
            yield Problem("no-plugins", "it does not open plugins", (cause,))
        case "plugin":
            cause = Cause("order", "the host comes first", "hotrun go-check HOST PLUGIN ...")
            yield Problem("no-plugins", "it is a plugin, not a host", (cause,))
        case "foreign":
            cause = Cause("foreign", "no part of it was built by Go", "name the program that opens the plugins")
            yield Problem("not-go", "it is not a Go program", (cause,))
        case "truncated" | "damaged":
            yield _unreadable(host, "it cannot be started")


def _of_plugin(plugin: Artifact, host: Artifact, symbols: Sequence[str]) -> Iterator[Problem]:
    """Problems of the plugin itself, and a machine other than the host's."""
    build = "build it with go build -buildmode=plugin"
    kills = "the host dies when it opens it (no plugin module data)"
    match plugin.kind:
        case "plugin":
            yield from _of_symbols(plugin, symbols)
        case "unknown":
            yield _unknown()
        case "truncated":
            yield _unreadable(plugin, "the host may die when it opens it (SIGBUS)")
        case "damaged":
            yield _unreadable(plugin, "it cannot be opened")
        case "foreign":
            yield Problem("not-go", kills, (Cause("foreign", "no part of it was built by Go", build),))
        case "library":
            mode = plugin.build.settings.get("-buildmode", "") if plugin.build else ""
            text = f"it was built with -buildmode={mode}" if mode else "it is a Go library for other languages"
            yield Problem("not-a-plugin", kills, (Cause("buildmode", text, build),))
        case "host" | "program":
            yield Problem("not-a-plugin", "it cannot be opened", (Cause("buildmode", "it is a program", build),))
    if plugin.machine and host.machine and plugin.machine != host.machine:
        cause = Cause("machine", f"{host.path} is for {host.machine}", "build both with the same GOARCH and GOOS")
        yield Problem("machine", f"it is for {plugin.machine}", (cause,), against=host.path)


def _of_symbols(plugin: Artifact, symbols: Sequence[str]) -> Iterator[Problem]:
    if not plugin.can_look_up:
        path = plugin.plugin_path or "its plugin path"
        cause = Cause(
            "pluginpath",
            f"it was linked with -ldflags=-pluginpath, so the path of its symbols is not {path}",
            "remove -pluginpath; Go gives a plugin that is built from a list of files a new path each time",
        )
        yield Problem("symbol-path", "the host cannot find any of its exported symbols", (cause,))
        return
    for name in symbols:
        if name not in plugin.symbols:
            has = f"it exports {listed(sorted(plugin.symbols), 8)}" if plugin.symbols else "it exports nothing"
            remedy = f"declare {name} in its main package, as a function or variable"
            yield Problem("symbol", f"symbol {name} is missing", (Cause("symbol", has, remedy),))


def _between(
    plugin: Artifact, other: Artifact, shared: Sequence[str], manifests: Mapping[str, Manifest]
) -> Iterator[Problem]:
    # For two plugins with one path, the path itself is the problem.
    compared = [name for name in shared if name != plugin.plugin_path]
    differ = sorted(name for name in compared if plugin.fingerprints[name] != other.fingerprints[name])
    if differ:
        differs = "differs" if len(differ) == 1 else "differ"
        number = f"{len(differ)} of {count(len(compared), 'package')}"
        text = f"{number} in common with {other.path} {differs}: {listed(differ)}"
        yield Problem("mismatch", text, causes_of(plugin, other, differ), tuple(differ), other.path)
    if plugin.path in manifests and other.path in manifests:
        same = set(compared) - set(differ)
        hidden = skewed(manifests[plugin.path], manifests[other.path], same)
        if hidden:
            text = f"Go would open it, but it would run another version of {listed(hidden)} than {other.path}"
            cause = Cause("sources", "its sources differ in functions that are not inlined", TOGETHER)
            yield Problem("skew", text, (cause,), hidden, other.path)


def _same_path(plugin: Artifact, other: Artifact) -> Iterator[Problem]:
    if plugin.real_path and plugin.real_path == other.real_path:
        return  # the same file: Go returns the plugin that is already loaded
    text = f"{other.path} has the same path, {plugin.plugin_path}"
    cause = Cause("plugin-path", text, "open only one of them in each run of the host")
    yield Problem("already-loaded", 'Go refuses it ("plugin already loaded")', (cause,), against=other.path)


def _unreadable(file: Artifact, effect: str) -> Problem:
    return Problem(file.kind, effect, (Cause(file.kind, file.trouble, "rebuild it"),))


def _unknown() -> Problem:
    text = "it is a Go file without package fingerprints, so nothing can be compared"
    cause = Cause("unknown", "its Go version stores them in another form, or its section table was cut off", TOGETHER)
    return Problem("unknown", text, (cause,))
