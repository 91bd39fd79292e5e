"""hotrun's result equals that of plugin.Open: the table of docs/go-plugins.md, with the real toolchain.

Rows with equal builds share them. Rows that change a flag of all packages (F, G, H, J) recompile Go's own packages
unless they are in Go's build cache: 5 to 8 seconds each on two cores, once.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from hotrun.go.compare.fit import Fit, fit_of
from hotrun.go.read.artifact import read_artifact
from tests.go.plugin_builds import EXTRA, FILES, GO_MOD, PLAIN, PLUGIN, SHARED, Way, Workshop, way

ONE, TWO, THREE = "./plugin", "./two", "./three"
FILE = "plugin/main.go"


def edited(old: str, new: str, name: str = "shared/shared.go") -> dict[str, str]:
    assert old in FILES[name]
    return {name: FILES[name].replace(old, new)}


class Row(msgspec.Struct, frozen=True):
    """A host, its plugins in the order of opening, and for each the cause of a misfit, or None if it opens."""

    host: Way
    plugins: tuple[tuple[Way, str], ...]
    causes: tuple[str | None, ...]


def row(plugin: Way, cause: str | None = None, host: Way = PLAIN, package: str = ONE) -> Row:
    return Row(host, ((plugin, package),), (cause,))


TRIMMED = way(flags="-trimpath")
RACE = way(flags="-race")
UNOPTIMIZED = Way(flags=("-gcflags=all=-N -l",))
EXPERIMENT = way(env={"GOEXPERIMENT": "staticlockranking"})
COMMENT = way(edited("package shared", "// a comment\npackage shared"))
ELSEWHERE = way(at="other")
OTHER_TYPE = way({"shared/shared.go": SHARED + "\ntype Added struct{ Size int }\n"})
OTHER_INLINED = way(edited("return 1 }", "return 2 }"))


def replaced(version: str, flags: str = "") -> Way:
    """A build that requires `version` of a module in a local folder."""
    files = {
        "go.mod": f"{GO_MOD}\nrequire ex.test/dep {version}\n\nreplace ex.test/dep => ./dep\n",
        "dep/go.mod": "module ex.test/dep\n\ngo 1.21\n",
        "dep/dep.go": "package dep\n\nfunc Small() int { return 1 }\n",
        **edited("package shared", 'package shared\n\nimport _ "ex.test/dep"'),
    }
    return way(files, flags)


def required(version: str, flags: str = "", *setup: str) -> Way:
    """A build that requires `version` of a module of the proxy."""
    files = {
        "go.mod": f"{GO_MOD}\nrequire ex.test/mod {version}\n",
        **edited("package shared", 'package shared\n\nimport _ "ex.test/mod"'),
    }
    return way(files, flags, setup=("mod tidy", *setup))


def vendored(flags: str = "") -> Way:
    return required("v1.0.0", f"-mod=vendor {flags}", "mod vendor")


ROWS = {
    "same": row(PLAIN),
    "A-a-body-that-is-not-inlined": row(way(edited('return "one"', 'return "two"'))),
    "B-a-comment-above": row(COMMENT, "stale"),
    "B-a-comment-above-in-the-host": row(PLAIN, "stale", host=COMMENT),
    "C-a-comment-at-the-end": row(way({"shared/shared.go": SHARED + "// the end\n"})),
    "D-a-type": row(OTHER_TYPE, "stale"),
    "D-a-type-in-the-host": row(PLAIN, "stale", host=OTHER_TYPE),
    "E-an-inlined-body": row(OTHER_INLINED, "stale"),
    "F-trimpath": row(TRIMMED, "trimpath"),
    "F-trimpath-of-the-host": row(PLAIN, "trimpath", host=TRIMMED),
    "F-trimpath-of-both": row(TRIMMED, host=TRIMMED),
    "G-race": row(RACE, "race"),
    "H-gcflags": row(UNOPTIMIZED, "flags"),
    "H-gcflags-of-main": row(Way(flags=("-gcflags=-N -l",))),
    "I-tags-that-no-file-uses": row(way(flags="-tags=unused")),
    "I-stripped": row(Way(flags=("-ldflags=-s -w",))),
    "I-stripped-host": row(PLAIN, host=Way(flags=("-ldflags=-s -w",))),
    "I-buildvcs": row(way(flags="-buildvcs=false")),
    "I-cflags": row(way(env={"CGO_CFLAGS": "-O1"})),
    "I-the-go-line": row(way({"go.mod": GO_MOD.replace("1.21", "1.22")})),
    "I-tags-that-a-file-uses": row(
        way({"shared/tagged.go": "//go:build tagged\n\npackage shared\n\nfunc Tagged() {}\n"}, "-tags=tagged"), "tags"
    ),
    "J-experiment": row(EXPERIMENT, "experiment"),
    "K-another-folder": row(ELSEWHERE, "folder"),
    "K-another-folder-trimmed": row(way(flags="-trimpath", at="other"), host=TRIMMED),
    "L-another-version-of-one-folder": row(replaced("v0.0.1"), host=replaced("v0.0.0")),
    "L-another-version-of-one-folder-trimmed": row(
        replaced("v0.0.1", "-trimpath"), "dependency", host=replaced("v0.0.0", "-trimpath")
    ),
    "L-a-dependency": row(required("v1.1.0"), "dependency", host=required("v1.0.0")),
    "L-a-dependency-trimmed": row(
        required("v1.1.0", "-trimpath"), "dependency", host=required("v1.0.0", "-trimpath")
    ),
    "N-another-version-of-one-plugin": Row(
        PLAIN, ((PLAIN, ONE), (way(edited("PLUGIN", "NEW", FILE)), ONE)), (None, "plugin-path")
    ),
    "O-pluginpath": row(Way(flags=("-ldflags=-pluginpath=X",)), "pluginpath"),
    "O-pluginpath-of-a-list-of-files": row(Way(flags=("-ldflags=-pluginpath=X",)), "pluginpath", package=FILE),
    "O-its-own-pluginpath-of-a-list-of-files": row(
        Way(flags=("-ldflags=-pluginpath=ex.test/app/plugin",)), "pluginpath", package=FILE
    ),
    "O-pluginpath-stripped": row(Way(flags=("-ldflags=-s -w -pluginpath=X",)), "pluginpath"),
    "P-two-lists-of-files": Row(
        PLAIN, ((PLAIN, FILE), (way(edited("PLUGIN", "NEW", FILE)), FILE)), (None, None)
    ),
    "S-two-plugins": Row(
        PLAIN, ((PLAIN, TWO), (way({"extra/extra.go": EXTRA.replace("1 }", "2 }")}), THREE)), (None, "stale")
    ),
    "S-two-plugins-that-agree": Row(PLAIN, ((PLAIN, TWO), (PLAIN, THREE)), (None, None)),
    "V-vendored": row(vendored(), "vendor", host=required("v1.0.0")),
    "V-vendored-trimmed": row(vendored("-trimpath"), host=required("v1.0.0", "-trimpath")),
    "a-path-that-is-escaped": row(
        way({"v1.2/main.go": PLUGIN}), package="./v1.2"
    ),
    "a-path-that-is-escaped-stripped": row(
        Way((("v1.2/main.go", PLUGIN),), ("-ldflags=-s -w",)), package="./v1.2"
    ),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _modules(workshop: Workshop) -> None:
    for version, body in {"v1.0.0": "return 1", "v1.1.0": "return 2"}.items():
        workshop.publish("ex.test/mod", version, {"mod.go": f"package mod\n\nfunc Small() int {{ {body} }}\n"})


def fit_of_files(host: Path, *plugins: Path, symbols: tuple[str, ...] = ()) -> Fit:
    return fit_of(read_artifact(str(host)), [read_artifact(str(path)) for path in plugins], symbols)


def results(output: str) -> list[str]:
    """The lines in which the host reports how it opened each plugin."""
    return [line for line in output.splitlines() if line.startswith(("opened", "refused", "missing"))]


@pytest.mark.parametrize("name", ROWS)
def test_the_result_is_that_of_the_host(name: str, workshop: Workshop) -> None:
    which = ROWS[name]
    host = workshop.host(which.host)
    plugins = [workshop.plugin(how, package) for how, package in which.plugins]
    fit = fit_of_files(host, *plugins, symbols=("Run",))
    status, output = workshop.run(host, *plugins)
    assert status == 0, output
    lines = results(output)
    assert [line.startswith("opened") for line in lines] == [cause is None for cause in which.causes], output
    for one, line, cause in zip(fit.plugins, lines, which.causes, strict=True):
        assert (one.result == "consistent") == line.startswith("opened"), (one.problems, line)
        assert [found.kind for problem in one.problems for found in problem.causes] == ([cause] if cause else [])
        named = re.search(r"different version of package (\S+)", line)
        if named is not None:
            assert named[1] in one.problems[0].packages


def test_m_a_copy_of_a_plugin_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    host, plugin, copy = workshop.host(), workshop.plugin(), tmp_path / "copy.so"
    shutil.copy(plugin, copy)
    (tmp_path / "link.so").symlink_to(plugin)
    _, output = workshop.run(host, plugin, copy, tmp_path / "link.so")
    opened, refused, same = results(output)
    assert (opened[:6], same[:6]) == ("opened", "opened")
    assert refused.endswith("plugin already loaded")
    fit = fit_of_files(host, plugin, copy, tmp_path / "link.so")
    assert [one.result for one in fit.plugins] == ["consistent", "inconsistent", "consistent"]
    assert fit.plugins[1].problems[0].kind == "already-loaded"


def test_a_host_that_was_stripped_is_read_like_any_other(workshop: Workshop, tmp_path: Path) -> None:
    host = tmp_path / "stripped"
    subprocess.run(["strip", "-o", host, workshop.host()], check=True, timeout=60)
    for plugin in (workshop.plugin(), workshop.plugin(OTHER_TYPE)):
        opened = results(workshop.run(host, plugin)[1])[0].startswith("opened")
        assert (fit_of_files(host, plugin).result == "consistent") == opened


def test_q_r_a_plugin_is_judged_by_its_current_contents(workshop: Workshop, tmp_path: Path) -> None:
    plugin = tmp_path / "plugin.so"
    shutil.copy(workshop.plugin(), plugin)
    assert fit_of_files(workshop.host(), plugin).result == "consistent"
    shutil.copy(workshop.plugin(OTHER_TYPE), plugin)
    assert fit_of_files(workshop.host(), plugin).result == "inconsistent"


def test_t_a_library_that_would_kill_the_host_is_reported(workshop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "c.c").write_text("int Run(void) { return 1; }\n")
    c = tmp_path / "c.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", c, tmp_path / "c.c"], check=True, timeout=60)
    for library, kind in ((c, "not-go"), (workshop.build("./cshared", PLAIN, "-buildmode=c-shared"), "not-a-plugin")):
        status, output = workshop.run(workshop.host(), library)
        assert (status, "no plugin module data" in output) == (2, True)
        (problem,) = fit_of_files(workshop.host(), library).plugins[0].problems
        assert (problem.kind, "the host dies" in problem.text) == (kind, True)


@pytest.mark.parametrize("part", [0.0, 0.01, 0.1, 0.5])
def test_u_a_truncated_plugin_is_reported(part: float, workshop: Workshop, tmp_path: Path) -> None:
    whole = workshop.plugin().read_bytes()
    cut = tmp_path / "cut.so"
    cut.write_bytes(whole[: int(len(whole) * part)])
    status, output = workshop.run(workshop.host(), cut)
    assert status != 0 or results(output)[0].startswith("refused")
    (problem,) = fit_of_files(workshop.host(), cut).plugins[0].problems
    assert problem.kind == ("truncated" if part else "damaged")


def test_u_a_plugin_that_lacks_only_its_end_is_refused_though_go_opens_it(workshop: Workshop, tmp_path: Path) -> None:
    cut = tmp_path / "cut.so"
    cut.write_bytes(workshop.plugin().read_bytes()[:-10])
    assert results(workshop.run(workshop.host(), cut)[1])[0].startswith("opened")
    assert fit_of_files(workshop.host(), cut).plugins[0].problems[0].kind == "truncated"


def test_a_program_is_not_a_plugin(workshop: Workshop) -> None:
    for program in (workshop.host(), workshop.build("./cmd/plain")):
        assert results(workshop.run(workshop.host(), program)[1])[0].startswith("refused")
        assert [p.kind for p in fit_of_files(workshop.host(), program).plugins[0].problems] == ["not-a-plugin"]


def test_a_host_that_cannot_open_plugins_is_reported(workshop: Workshop) -> None:
    without_cgo = workshop.host(way(env={"CGO_ENABLED": "0"}))
    assert results(workshop.run(without_cgo, workshop.plugin())[1]) == ["refused plugin: not implemented"]
    for host, cause in (
        (without_cgo, "cgo"),
        (workshop.build("./cmd/plain"), "no-import"),
        (workshop.plugin(), "order"),
    ):
        fit = fit_of_files(host, workshop.plugin())
        assert fit.result == "inconsistent"
        assert [found.kind for found in fit.host.problems[0].causes] == [cause]
        assert fit.plugins[0].result == "unknown"


def test_a_missing_symbol_is_reported(workshop: Workshop) -> None:
    plugin = workshop.plugin(way(edited("func Run", "func run", FILE)))
    assert results(workshop.run(workshop.host(), plugin)[1])[0].startswith("missing")
    assert fit_of_files(workshop.host(), plugin).result == "consistent"
    (problem,) = fit_of_files(workshop.host(), plugin, symbols=("Run",)).plugins[0].problems
    assert problem.text == "symbol Run is missing"


def test_variables_are_symbols_and_methods_are_not(workshop: Workshop) -> None:
    text = PLUGIN + "\nvar Limit = 3\n\ntype Shop struct{}\n\nfunc (*Shop) Open() {}\n\nfunc (Shop) Close() {}\n"
    plugin = workshop.plugin(way({FILE: text}))
    assert read_artifact(str(plugin)).symbols == {"Run", "Limit"}


def test_the_build_information_is_what_go_prints(workshop: Workshop) -> None:
    plugin = workshop.plugin(required("v1.1.0", "-trimpath"))
    build = read_artifact(str(plugin)).build
    assert build is not None
    lines = [f"\tpath\t{build.package}"]
    for module in build.modules.values():
        lines.append(
            f"\t{'mod' if module.path == build.main else 'dep'}\t{module.path}\t{module.version}\t{module.sum}"
        )
    lines += [f"\tbuild\t{name}={value}" for name, value in build.settings.items()]
    head, *printed = workshop.go("version", "-m", str(plugin)).splitlines()
    assert head == f"{os.fspath(plugin)}: {build.go_version}"
    assert lines == printed
