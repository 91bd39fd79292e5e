"""Reloaded plugins: how their versions are built, named, counted and removed, with the real toolchain."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from hotrun.go.build.loaded_versions import count_loaded
from hotrun.go.build.symlink_swap import KEPT_VERSIONS
from hotrun.go.read.artifact import Artifact
from hotrun.go.read.manifest import VERSION, Manifest
from hotrun.go.target import RESTART
from tests.go.build.example_project import EXAMPLE, Done, Project
from tests.support.toolchains import copy_project, require

QUIET = "plugins/quiet/main.go"
PLACE = "tmp/plugins/quiet.so"
FIT = ("fit", "--max-versions=3", "--reload=plugin:quiet", "host=tmp/host", f"plugin:quiet={PLACE}")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    require("go", "cc")
    return Project(copy_project(EXAMPLE, tmp_path / "app"))


def quiet(project: Project) -> None:
    assert project.run("target", "--files", "plugin:quiet", "./plugins/quiet") == Done(0, [])
    done = project.run(*FIT)
    assert done.status == 0, done.lines
    assert project.run("swap", f"plugin:quiet={PLACE}") == Done(0, [])


def test_each_version_has_its_own_path_and_the_output_links_to_the_latest(project: Project) -> None:
    assert project.run("target", "host", "./cmd/host") == Done(0, [])
    quiet(project)
    first = (project.root / PLACE).resolve(strict=True)
    restart = (project.root / RESTART).read_bytes()
    seen = {first}
    for number in range(KEPT_VERSIONS + 1):
        project.edit(QUIET, '"psst' if not number else f'"{number - 1}', f'"{number}')
        quiet(project)
        seen.add((project.root / PLACE).resolve(strict=True))
    assert len(seen) == KEPT_VERSIONS + 2
    assert len(list((project.root / ".hotrun/go/versions").iterdir())) == KEPT_VERSIONS
    assert not first.exists()
    assert (project.root / RESTART).read_bytes() != restart, "more versions than allowed"
    assert not list(project.root.rglob("*.put"))


def test_an_unchanged_version_leaves_the_link_as_it_is(project: Project) -> None:
    assert project.run("target", "host", "./cmd/host") == Done(0, [])
    quiet(project)
    before = os.lstat(project.root / PLACE)
    quiet(project)
    after = os.lstat(project.root / PLACE)
    assert (after.st_ino, after.st_ctime_ns) == (before.st_ino, before.st_ctime_ns)


def test_a_package_with_non_go_files_is_refused_with_the_remedy(project: Project) -> None:
    (project.root / "plugins/quiet/fast.s").write_text("// nothing\n")
    done = project.run("target", "--files", "plugin:quiet", "./plugins/quiet")
    assert done == Done(
        1,
        [
            "error: ./plugins/quiet: fast.s is not a Go file, and a reloaded plugin can only be built from Go files "
            '(reload = "restart")'
        ],
    )


def test_the_compiler_reports_the_error_of_a_package_that_cannot_be_listed(project: Project) -> None:
    shutil.rmtree(project.root / "plugins/quiet")
    done = project.run("target", "--files", "plugin:quiet", "./plugins/quiet")
    assert done.status != 0
    assert any("plugins/quiet" in line for line in done.lines), done.lines


# --- counting ----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".hotrun/go").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plugin(version: int, shared: str = "s1") -> Artifact:
    path = f"plugin/unnamed-{version}"
    prints = {path: str(version), "main": str(version), "shared": shared}
    return Artifact("quiet.so", "plugin", plugin_path=path, digest=f"d{version}", fingerprints=prints)


def host(digest: str = "h1") -> Artifact:
    return Artifact("host", "host", digest=digest)


def counted(versions: Artifact, files: Artifact | None = None, sources: str = "1") -> tuple[int, bytes]:
    manifests = {"quiet.so": Manifest(VERSION, "", {"shared": sources})}
    loaded = count_loaded([files or host()], [versions], manifests, 3)
    return loaded, Path(RESTART).read_bytes()


def test_new_versions_are_counted_and_need_no_restart_up_to_the_limit(folder: Path) -> None:
    _, restart = counted(plugin(1))
    assert counted(plugin(2)) == (2, restart)
    assert counted(plugin(1)) == (2, restart), "already loaded"
    assert counted(plugin(3)) == (3, restart)
    loaded, other = counted(plugin(4))
    assert loaded == 1
    assert other != restart
    assert counted(plugin(5)) == (2, other)


@pytest.mark.parametrize("how", ["the host", "a fingerprint", "a source"])
def test_a_change_outside_of_the_main_package_restarts_the_host_and_the_count(how: str, folder: Path) -> None:
    counted(plugin(1))
    _, restart = counted(plugin(2))
    match how:
        case "the host":
            loaded, other = counted(plugin(3), host("h2"))
        case "a fingerprint":
            loaded, other = counted(plugin(3, "s2"))
        case _:
            loaded, other = counted(plugin(3), sources="2")
    assert loaded == 1
    assert other != restart


def test_an_unreadable_count_starts_over(folder: Path) -> None:
    counted(plugin(1))
    Path(".hotrun/go/loaded.json").write_text("{")
    assert counted(plugin(2))[0] == 1
