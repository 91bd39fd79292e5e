"""Causes of a mismatch that the current toolchain cannot produce: other versions of Go, old plugins, commits."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hotrun.go.compare.explain import Cause, causes_of
from hotrun.go.read.artifact import Artifact
from hotrun.go.read.buildinfo import BuildInfo, BuildModule

STANDARD = ["errors", "io", "runtime"]
SHARED, MOD = "ex.test/app/shared", "ex.test/mod/deep"
HOUR_MS = 3_600_000


def built(version: str = "go1.26.0", mod: BuildModule | None = None, app: str = "", **settings: str) -> BuildInfo:
    modules = {
        "ex.test/app": BuildModule("ex.test/app", app or "(devel)"),
        "ex.test/mod": mod or BuildModule("ex.test/mod", "v1.0.0", "h1:a"),
    }
    named = {"vcs.revision" if name == "commit" else name.replace("_", "-"): value for name, value in settings.items()}
    return BuildInfo(version, "ex.test/app/plugin", "ex.test/app", modules, named)


def causes(
    one: Artifact | BuildInfo | None, other: Artifact | BuildInfo | None, packages: Sequence[str]
) -> list[Cause]:
    plugin = one if isinstance(one, Artifact) else Artifact("p.so", "plugin", build=one, modified_ms=HOUR_MS)
    host = other if isinstance(other, Artifact) else Artifact("host", "host", build=other)
    return list(causes_of(plugin, host, packages))


def test_another_version_of_go_is_named_with_both() -> None:
    (cause,) = causes(built("go1.25.3"), built("go1.26.0"), [*STANDARD, SHARED, MOD])
    assert cause.kind == "toolchain"
    assert cause.text == "p.so was built with go1.25.3, host with go1.26.0"


@pytest.mark.parametrize("name", ["go1.26.0 X:arenas", "go1.26.0-X:arenas"])
def test_an_experiment_is_read_from_the_version(name: str) -> None:
    (cause,) = causes(built(name), built(), STANDARD)
    assert (cause.kind, cause.text) == (
        "experiment",
        "p.so was built with GOEXPERIMENT=arenas, host with GOEXPERIMENT=(default)",
    )


def test_a_plugin_without_build_information_has_several_possible_causes() -> None:
    (cause,) = causes(None, built(), [*STANDARD, SHARED])
    assert cause.kind == "toolchain-or-flags"
    assert "no build information in p.so" in cause.text


def test_the_race_detector_is_recognized_by_its_package() -> None:
    plugin = Artifact("p.so", "plugin", fingerprints={"runtime/race": "00"})
    (cause,) = causes(plugin, built(), ["runtime", "sync"])
    assert (cause.kind, cause.text) == ("race", "p.so was built with -race, host without it")


def test_flags_that_do_not_apply_to_a_package_explain_nothing() -> None:
    (cause,) = causes(built(_gcflags="-N -l"), built(), [SHARED])
    assert cause.kind == "stale"
    (cause,) = causes(built(_gcflags="ex.test/...=-N"), built(), [SHARED])
    assert cause.kind == "flags"


def test_a_module_with_other_contents_under_one_version_is_reported() -> None:
    (cause,) = causes(built(mod=BuildModule("ex.test/mod", "v1.0.0", "h1:b")), built(), [MOD])
    assert (cause.kind, "h1:b and h1:a" in cause.text) == ("dependency", True)


def test_a_module_that_is_replaced_on_one_side_is_reported() -> None:
    (cause,) = causes(built(mod=BuildModule("ex.test/mod", "v1.0.0", "", "../mod")), built(), [MOD])
    assert cause.text == "p.so was built with ex.test/mod v1.0.0 => ../mod, host with ex.test/mod v1.0.0"


def test_one_module_from_two_folders_is_reported() -> None:
    (cause,) = causes(built(), built(), [MOD])
    assert cause.kind == "module-folder"


def test_a_module_that_differs_explains_the_packages_that_use_it() -> None:
    found = causes(built(mod=BuildModule("ex.test/mod", "v1.1.0", "h1:b")), built(), [SHARED, MOD])
    assert [cause.kind for cause in found] == ["dependency"]


def test_a_checkout_is_distinguished_from_go_packages_with_the_same_name() -> None:
    of_go = {"/go/src/runtime", "/go/src/errors", "/cache/ex.test/mod@v1.0.0/errors"}
    plugin = Artifact("p.so", "plugin", build=built(), folders=frozenset(of_go | {"/here/errors"}))
    host = Artifact("host", "host", build=built(), folders=frozenset(of_go | {"/there/errors"}))
    (cause,) = causes(plugin, host, ["ex.test/app/errors"])
    assert cause.text == "p.so was built with the sources in /here/errors, host with the sources in /there/errors"


def test_tags_are_reported_if_nothing_else_explains_the_mismatch() -> None:
    (cause,) = causes(built(_tags="netgo"), built(), ["net"])
    assert cause.text == "p.so was built with -tags=netgo, host with no -tags"
    (cause,) = causes(built(_tags="mine", _trimpath="true"), built(), ["net"])
    assert cause.kind == "trimpath"


def test_two_commits_are_named() -> None:
    (cause,) = causes(built(commit="a" * 40), built(commit="b" * 40), [SHARED])
    assert cause.text == f"p.so was built with commit {'a' * 12}, host with commit {'b' * 12}"


def test_a_trimmed_path_has_the_version_of_the_main_module() -> None:
    (cause,) = causes(built(_trimpath="true", app="v1.1.0"), built(_trimpath="true", app="v1.0.0"), [SHARED])
    assert cause.kind == "dependency"


@pytest.mark.parametrize(("hours", "age"), [(1, "60m 00s"), (5, "5 hours"), (72, "3 days")])
def test_the_older_file_is_the_one_to_build_again(hours: int, age: str) -> None:
    plugin = Artifact("p.so", "plugin", build=built(), modified_ms=0)
    host = Artifact("host", "host", build=built(), modified_ms=hours * HOUR_MS)
    (cause,) = causes(plugin, host, [SHARED])
    assert cause.text.startswith(f"p.so is {age} older than host: ")
    assert cause.remedy == "rebuild p.so"


def test_without_modules_and_build_information_a_cause_is_reported() -> None:
    (cause,) = causes(None, None, ["ex.test/app"])
    assert cause.kind == "stale"
