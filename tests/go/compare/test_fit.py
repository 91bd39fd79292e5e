"""Which files are compared with each other, on handmade files."""

from __future__ import annotations

import pytest

from hotrun.go.compare.fit import Fit, fit_of
from hotrun.go.read.artifact import Artifact
from hotrun.go.read.manifest import VERSION, Manifest

HOST = Artifact("host", "host", machine="amd64", fingerprints={"main": "00", "io": "01", "ex.test/a": "02"}, digest="h")


def plugin(path: str = "p.so", machine: str = "amd64", **fingerprints: str) -> Artifact:
    """A plugin with Go's `io`, and packages of ex.test with these fingerprints."""
    found = {"io": "01", f"ex.test/{path}": "03", **{f"ex.test/{name}": value for name, value in fingerprints.items()}}
    return Artifact(path, "plugin", machine=machine, fingerprints=found, plugin_path=f"ex.test/{path}", digest=path)


def results(fit: Fit) -> list[str]:
    return [one.result for one in fit.plugins]


def test_a_package_that_both_have_must_be_the_same() -> None:
    fit = fit_of(HOST, [plugin(a="02"), plugin("q.so", a="ff")])
    assert (fit.result, results(fit)) == ("inconsistent", ["consistent", "inconsistent"])
    assert [one.common for one in fit.plugins] == [2, 2]
    assert fit.plugins[1].problems[0].packages == ("ex.test/a",)


def test_a_package_that_the_host_lacks_comes_from_the_first_plugin() -> None:
    fit = fit_of(HOST, [plugin(b="04"), plugin("q.so", b="05"), plugin("r.so", b="04")])
    assert results(fit) == ["consistent", "inconsistent", "consistent"]
    assert fit.plugins[1].problems[0].against == "p.so"


def test_a_refused_plugin_still_provides_its_packages() -> None:
    """The dynamic linker has loaded them before Go refuses the plugin."""
    fit = fit_of(HOST, [plugin(a="ff", b="04"), plugin("q.so", b="05")])
    assert [one.problems[0].against for one in fit.plugins] == ["host", "p.so"]


def test_the_machine_must_be_the_same() -> None:
    fit = fit_of(HOST, [plugin(machine="arm64")])
    assert fit.plugins[0].problems[0].kind == "machine"


def test_a_file_with_no_fingerprint_is_unknown_and_never_consistent() -> None:
    fit = fit_of(HOST, [Artifact("p.so", "unknown", machine="amd64")])
    assert (fit.result, results(fit)) == ("unknown", ["unknown"])
    fit = fit_of(Artifact("host", "unknown"), [plugin()])
    assert (fit.result, results(fit)) == ("unknown", ["unknown"])


@pytest.mark.parametrize("kind", ["foreign", "truncated", "damaged"])
def test_a_host_that_cannot_be_started_is_reported(kind: str) -> None:
    host = Artifact("host", kind, "it is torn")  # type: ignore[arg-type]  # one of its kinds
    fit = fit_of(host, [plugin()])
    assert (fit.host.result, results(fit)) == ("inconsistent", ["unknown"])


def manifest(binary: str, **packages: str) -> Manifest:
    return Manifest(VERSION, binary, {f"ex.test/{name}": digest for name, digest in packages.items()})


def test_sources_that_differ_under_one_fingerprint_are_a_skew() -> None:
    manifests = {"host": manifest("h", a="one", c="one"), "p.so": manifest("p.so", a="two", c="two")}
    fit = fit_of(HOST, [plugin(a="02")], manifests=manifests)
    (problem,) = fit.plugins[0].problems
    assert (problem.kind, problem.packages) == ("skew", ("ex.test/a",))


def test_a_mismatch_is_not_reported_again_as_a_skew() -> None:
    manifests = {"host": manifest("h", a="one"), "p.so": manifest("p.so", a="two")}
    fit = fit_of(HOST, [plugin(a="ff")], manifests=manifests)
    assert [problem.kind for problem in fit.plugins[0].problems] == ["mismatch"]


def test_the_manifest_of_another_build_is_ignored() -> None:
    manifests = {"host": manifest("another", a="one"), "p.so": manifest("p.so", a="two")}
    fit = fit_of(HOST, [plugin(a="02")], manifests=manifests)
    assert fit.result == "consistent"
    assert "another build" in fit.host.notes[0]
