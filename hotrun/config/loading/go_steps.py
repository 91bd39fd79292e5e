"""Turn [go] into steps: one for the host, one for each plugin, go-fit, and go-swap for plugins that are reloaded.

go-fit checks that the plugins fit the host. All are ordinary steps, and `hotrun check --expand` prints them as such.
"""

from __future__ import annotations

import posixpath
import shlex
import sys
from collections.abc import Iterator
from typing import Any

from msgspec import structs

from hotrun.config.loading.problems import Findings, Path, suggestion
from hotrun.config.tables.go import Go, GoHost, GoPlugin, label_of
from hotrun.config.tables.model import BuildStep, Config, ReloadTable, RunProcess
from hotrun.config.tables.values import Pattern, SignalName
from hotrun.core.model.text import closest, quote
from hotrun.go.target import HOST, RESTART, plugin_key, staged

FIT, SWAP = "go-fit", "go-swap"
# -P: Python must not import a file of the project as a module.
PROGRAM = (sys.executable, "-P", "-m", "hotrun.go.build")
PARSERS = ["go", "gnu", "ld"]

# The flags of `go build` that may differ between the host and its plugins (docs/go-plugins.md, I).
HARMLESS = ("ldflags", "buildvcs", "v", "x", "p")
_RESERVED = {
    "o": "hotrun sets it from output",
    "buildmode": "hotrun sets it for the host and each plugin",
    "C": "hotrun builds in the root",
    "n": "it would build nothing",
}
_WITH_VALUE = frozenset(
    "o buildmode C p asmflags compiler gccgoflags gcflags installsuffix ldflags mod modfile overlay pgo pkgdir tags "
    "toolexec covermode coverpkg".split()
)
_NO_PLAIN_PATH = frozenset("*?[]!\\#")


def with_steps(config: Config, findings: Findings) -> Config:
    """Return `config` with the steps of its [go], and add the problems of [go] to `findings`.

    If there are problems, the steps do nothing. They only keep `needs` that name them valid.
    """
    go = config.go
    if go is None:
        return config
    if not findings.touch(("go",)):
        _check(go, findings)
    is_wrong = findings.touch(("go",))
    steps = {name: BuildStep(command="true") for name in _names(go)} if is_wrong else steps_of(go)
    for name in steps:
        if name in config.build:
            findings.add(("build", name), f"{quote(name)} is already the name of a step of [go]")
    run = config.run if is_wrong else {name: _reloading(one, go, name, findings) for name, one in config.run.items()}
    return structs.replace(config, build={**config.build, **steps}, run=run)


def moved(findings: Findings, config: Config) -> None:
    """Report a problem with the needs of these steps at go.needs, where the file has them."""
    if config.go is None:
        return
    names = set(_names(config.go))
    for path in [path for path in findings.by_path if path[0:1] == ("build",) and path[1:2] and path[1] in names]:
        if path[2:3] == ("needs",):
            text = findings.by_path.pop(path)
            # The file does not have the needs of the last steps, but a cycle also goes through needs that it has.
            is_last = path[1] in (FIT, SWAP)
            if not is_last or not findings.by_path:
                findings.add(("go", "needs") if is_last else ("go", *path[2:]), text)


def place_in_go(key: Path, tables: dict[str, Any]) -> Path:
    """Return the key in the valid `tables` from which the step of `key` was made. Other keys are returned unchanged."""
    if key[1] in tables.get("build", {}):
        return key
    plugins = tables["go"].get("plugin", [])
    for index, plugin in enumerate(plugins):
        label = plugin.get("name") or label_of(plugin.get("output", ""))
        if key[1] == f"go-plugin-{label}":
            return ("go", "plugin", index)
    return ("go", "host") if key[1] == "go-host" else ("go",) if key[1] in (FIT, SWAP) else key


def steps_of(go: Go) -> dict[str, BuildStep]:
    """Return the steps of a valid [go] by name."""
    keys = [HOST, *(plugin_key(plugin.label) for plugin in go.plugin)]
    targets: list[GoHost] = [go.host, *go.plugin]
    names = list(_names(go))[: len(keys)]
    steps = {name: _target(go, target, key) for name, target, key in zip(names, targets, keys, strict=True)}
    places = {key: posixpath.normpath(target.output) for key, target in zip(keys, targets, strict=True)}
    swapped = [key for key, target in zip(keys, targets, strict=True) if _signal(target)]
    symbols = [
        f"--symbol={key}:{symbol}"
        for key, plugin in zip(keys[1:], go.plugin, strict=True)
        for symbol in dict.fromkeys((*go.symbols, *plugin.symbols))
    ]
    fails = ["--fail"] if go.on_mismatch == "fail" else []
    limit = [f"--max-versions={go.max_loaded_versions}"] if swapped else []
    reloads = [f"--reload={key}" for key in swapped]
    fitting = ["fit", *fails, *limit, *reloads, *symbols, *(f"{key}={place}" for key, place in places.items())]
    published = [f"/{place}" for key, place in places.items() if key not in swapped]
    steps[FIT] = _last(go, fitting, names, [*published, RESTART] if swapped else published)
    if swapped:
        needs = [FIT, *(name for name, key in zip(names, keys, strict=True) if key in swapped)]
        swapping = ["swap", *(f"{key}={places[key]}" for key in swapped)]
        steps[SWAP] = _last(go, swapping, needs, [f"/{places[key]}" for key in swapped])
    return steps


def expanded(tables: dict[str, Any], config: Config) -> dict[str, Any]:
    """Return the `tables` from which `config` was made, with steps instead of [go]."""
    if config.go is None:
        return tables
    made = {name: _as_table(step) for name, step in steps_of(config.go).items()}
    processes = {name: dict(table) for name, table in tables.get("run", {}).items()}
    for name, process in config.run.items():
        if process.reload is not None and SWAP in process.reload.needs:
            reload = {"needs": process.reload.needs, "signal": str(process.reload.signal)}
            processes[name]["reload"] = {**processes[name].get("reload", {}), **reload}
    rest = {key: value for key, value in tables.items() if key not in ("go", "build", "run")}
    return {**rest, "build": {**tables.get("build", {}), **made}, **({"run": processes} if processes else {})}


def _last(go: Go, words: list[str], needs: list[str], outputs: list[str]) -> BuildStep:
    """Return a step that runs only after the steps that it needs."""
    patterns = [Pattern(output) for output in outputs]
    return BuildStep(command=[*PROGRAM, *words], paths=[], needs=needs, outputs=patterns, parsers=PARSERS, env=go.env)


def _signal(target: GoHost) -> str | None:
    return target.reload.signal if isinstance(target, GoPlugin) else None


def _reloading(process: RunProcess, go: Go, name: str, findings: Findings) -> RunProcess:
    """Return a process that opens plugins, with the reload of its plugins by a signal."""
    signal = next((signal for plugin in go.plugin if (signal := _signal(plugin))), None)
    if signal is None or FIT not in (process.needs or ()):
        return process
    reload = process.reload
    if reload is not None and str(reload.signal) != signal:
        findings.expected(("run", name, "reload", "signal"), f'"{signal}" as in go.plugin', str(reload.signal))
    paths, needs = ([], []) if reload is None else (reload.paths, reload.needs)
    return structs.replace(process, reload=ReloadTable(paths=paths, needs=[*needs, SWAP], signal=SignalName(signal)))


def _target(go: Go, target: GoHost, key: str) -> BuildStep:
    flags = [*go.flags, *target.flags]
    return BuildStep(
        command=[*PROGRAM, "target", *(["--files"] if _signal(target) else []), key, target.package, *flags],
        inputs=f"go:{shlex.join([*go.flags, target.package])}",
        needs=go.needs,
        outputs=[Pattern(staged(key))],
        parsers=PARSERS,
        env=go.env,
    )


def _names(go: Go) -> Iterator[str]:
    yield "go-host"
    for plugin in go.plugin:
        if plugin.output is not None:  # None in a wrong file
            yield f"go-plugin-{plugin.label}"
    yield FIT
    if any(_signal(plugin) for plugin in go.plugin if plugin.reload is not None):
        yield SWAP


def _as_table(step: BuildStep) -> dict[str, Any]:
    """Return the keys of a step that differ from the default."""
    defaults = structs.asdict(BuildStep(command="true"))
    return {key: value for key, value in structs.asdict(step).items() if value != defaults[key]}


def _check(go: Go, findings: Findings) -> None:
    _check_flags(go.flags, ("go", "flags"), findings)
    if go.env.get("CGO_ENABLED") == "0":
        findings.add(("go", "env", "CGO_ENABLED"), 'Go plugins need cgo, set it to "1" or remove it')
    _check_target(go.host, ("go", "host"), findings)
    if not go.plugin:
        findings.expected(("go", "plugin"), "at least one [[go.plugin]]", None)
    outputs = {posixpath.normpath(go.host.output): "go.host"}
    labels: dict[str, str] = {}
    for index, plugin in enumerate(go.plugin):
        path: Path = ("go", "plugin", index)
        _check_target(plugin, path, findings)
        owner = outputs.setdefault(posixpath.normpath(plugin.output), f"go.plugin[{index}]")
        if owner != f"go.plugin[{index}]":
            findings.add((*path, "output"), f"{owner} already has the output {quote(plugin.output)}")
        first = next(signal for one in go.plugin if (signal := _signal(one)) or one is plugin)
        if _signal(plugin) and _signal(plugin) != first:
            findings.expected((*path, "reload"), f'"signal:{first}" as for the plugins above', str(plugin.reload))
        _check_label(plugin, labels.setdefault(plugin.label, f"go.plugin[{index}]"), index, findings)


def _check_label(plugin: GoPlugin, owner: str, index: int, findings: Findings) -> None:
    path: Path = ("go", "plugin", index)
    if owner != f"go.plugin[{index}]":
        key, hint = ("name", "") if plugin.name is not None else ("output", ", set another name")
        findings.add((*path, key), f"{owner} already has the name {quote(plugin.label)}{hint}")
    elif plugin.name is None and not _is_name(plugin.label):
        findings.add((*path, "output"), f"{quote(plugin.label)} cannot be the name of a plugin, set name")


def _is_name(text: str) -> bool:
    import re

    from hotrun.config.tables.common import NAME_PATTERN

    return re.match(NAME_PATTERN, text) is not None


def _check_target(target: GoHost, path: Path, findings: Findings) -> None:
    package = target.package
    if package.startswith("-") or "..." in package or package.split() != [package]:
        findings.expected((*path, "package"), 'one package such as "./cmd/host"', package)
    output = posixpath.normpath(target.output)
    if (
        output.startswith(("/", "~", ".."))
        or output == "."
        or target.output.endswith("/")
        or _NO_PLAIN_PATH & {*output}
    ):
        findings.expected((*path, "output"), 'a file below the root such as "tmp/host"', target.output)
    elif "=" in output or output.split("/")[0] == ".hotrun":
        findings.expected((*path, "output"), 'a file outside .hotrun without "=" in its path', target.output)
    _check_flags(target.flags, (*path, "flags"), findings)
    for index, name in _flags_in(target.flags):
        if name not in HARMLESS and not findings.touch((*path, "flags", index)):
            fact = f"{quote(target.flags[index])} must be the same for the host and all plugins, move it to go.flags"
            meant = closest(name, HARMLESS)
            findings.add((*path, "flags", index), fact + suggestion(meant and f"-{meant}"))


def _check_flags(flags: list[str], path: Path, findings: Findings) -> None:
    for index, name in _flags_in(flags):
        flag = flags[index]
        value = flag + (f" {flags[index + 1]}" if "=" not in flag and index + 1 < len(flags) else "")
        if not flag.startswith("-"):
            findings.expected((*path, index), 'a flag such as "-trimpath"', flag)
        elif name in _RESERVED:
            findings.add((*path, index), f"-{name} is not supported, {_RESERVED[name]}")
        elif name == "ldflags" and "-pluginpath" in value:
            findings.add((*path, index), "-pluginpath is not supported, Go would find no symbol")


def _flags_in(flags: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the index and the bare name of each flag, without the values that follow flags."""
    is_value = False
    for index, word in enumerate(flags):
        if not is_value:
            name = word.lstrip("-").partition("=")[0]
            yield index, name
            is_value = "=" not in word and name in _WITH_VALUE
        else:
            is_value = False
