"""Manifests: made from the output of `go list`, they find hidden skews in real files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hotrun.errors import HotrunError
from hotrun.go.compare.fit import fit_of
from hotrun.go.read.artifact import read_artifact
from hotrun.go.read.manifest import SUFFIX, Manifest, manifest_bytes, manifest_of, read_manifest, skewed, sources_of
from tests.go.plugin_builds import PLAIN, SHARED, Way, Workshop, way

OTHER_BODY = way({"shared/shared.go": SHARED.replace('return "one"', 'return "two"')})


def parsed(stream: str) -> Iterator[dict[str, Any]]:
    """Consecutive JSON objects, as `go list -json` prints them."""
    decoder = json.JSONDecoder()
    at = 0
    while at < len(stream):
        found, at = decoder.raw_decode(stream, at)
        at += len(stream[at:]) - len(stream[at:].lstrip())
        yield found


def recorded(workshop: Workshop, how: Way, package: str, binary: Path) -> Manifest:
    """The manifest of `binary`, from a checkout of the sources it was built from."""
    workshop.lay_out(how)
    packages = list(parsed(workshop.go("list", "-deps", "-json", package, how=how)))
    digests = {
        path: hashlib.sha256(Path(path).read_bytes()).hexdigest() for one in packages for path in sources_of(one)
    }
    return manifest_of(packages, digests, hashlib.sha256(binary.read_bytes()).hexdigest())


def test_a_skew_that_go_does_not_notice_is_found(workshop: Workshop) -> None:
    host, plugin, stale = workshop.host(OTHER_BODY), workshop.plugin(OTHER_BODY), workshop.plugin(PLAIN)
    manifests = {
        str(host): recorded(workshop, OTHER_BODY, "./cmd/host", host),
        str(plugin): recorded(workshop, OTHER_BODY, "./plugin", plugin),
        str(stale): recorded(workshop, PLAIN, "./plugin", stale),
    }
    _, output = workshop.run(host, stale)
    assert "host two" in output
    assert "opened plugin one" in output
    files = {path: read_artifact(path) for path in manifests}
    fresh = fit_of(files[str(host)], [files[str(plugin)]], manifests=manifests)
    assert fresh.result == "consistent"
    skew = fit_of(files[str(host)], [files[str(stale)]], manifests=manifests)
    (problem,) = skew.plugins[0].problems
    assert (problem.kind, problem.packages) == ("skew", ("ex.test/app/shared",))


def package(path: str, *files: str, folder: str = "/src") -> dict[str, Any]:
    return {"ImportPath": path, "Dir": folder, "GoFiles": list(files)}


def test_files_of_every_kind_are_included_and_those_of_go_are_not() -> None:
    one = {"ImportPath": "a", "Dir": "/src", "GoFiles": ["a.go"], "CgoFiles": ["c.go"], "EmbedFiles": ["x/y.txt"]}
    assert sources_of(one) == ["/src/a.go", "/src/c.go", "/src/x/y.txt"]
    assert sources_of({**one, "Standard": True}) == []
    assert manifest_of([{**one, "Standard": True}], {}, "").packages == {}


def test_two_checkouts_of_the_same_sources_are_equal() -> None:
    here = manifest_of([package("a", "x.go", "y.go")], {"/src/x.go": "1", "/src/y.go": "2"}, "")
    there = manifest_of([package("a", "y.go", "x.go", folder="/b")], {"/b/x.go": "1", "/b/y.go": "2"}, "")
    assert skewed(here, there, ["a"]) == ()


def test_an_edited_a_new_and_a_missing_file_differ() -> None:
    digests = {"/src/x.go": "1", "/src/y.go": "2"}
    base = manifest_of([package("a", "x.go")], digests, "")
    for other in (
        manifest_of([package("a", "x.go")], {"/src/x.go": "3"}, ""),
        manifest_of([package("a", "x.go", "y.go")], digests, ""),
        manifest_of([package("a", "x.go")], {}, ""),
    ):
        assert skewed(base, other, ["a"]) == ("a",)
        assert skewed(base, other, ["b"]) == ()


def test_a_written_manifest_can_be_read(tmp_path: Path) -> None:
    binary = str(tmp_path / "host")
    manifest = manifest_of([package("a", "x.go")], {"/src/x.go": "1"}, "digest")
    assert read_manifest(binary) is None
    Path(binary + SUFFIX).write_bytes(manifest_bytes(manifest))
    assert read_manifest(binary) == manifest


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 1}', '{"version": 9, "binary": "", "packages": {}}', "\xff"]
)
def test_an_invalid_manifest_is_one_clear_error(text: str, tmp_path: Path) -> None:
    binary = str(tmp_path / "host")
    Path(binary + SUFFIX).write_bytes(text.encode("latin-1"))
    with pytest.raises(HotrunError, match=SUFFIX):
        read_manifest(binary)
