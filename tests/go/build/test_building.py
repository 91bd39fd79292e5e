"""The program that the steps of [go] run: how it builds, verifies and publishes, with the real toolchain."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from hotrun.go.build.publish import Published, publish
from hotrun.go.read.manifest import read_manifest
from tests.go.build.example_project import EXAMPLE, PLACES, TARGETS, Done, Project
from tests.support.toolchains import copy_project, require


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example with all targets built and published."""
    require("go", "cc")
    folder = tmp_path_factory.mktemp("built")
    project = Project(copy_project(EXAMPLE, folder / "app"))
    project.build()
    assert project.fit() == Done(0, [])
    shutil.copytree(project.root, folder / "as built")
    return project.root


@pytest.fixture
def project(built: Path) -> Project:
    """A fresh copy of it in the same folder, because the folder is part of what has to fit."""
    shutil.rmtree(built)
    shutil.copytree(built.parent / "as built", built)
    return Project(built)


def trimmed(project: Project, path: str) -> None:
    """Another command builds the plugin loud into `path`."""
    project.go("build", "-trimpath", "-buildmode=plugin", "-o", path, "./plugins/loud")


def test_files_that_fit_are_published_and_the_host_is_executable(project: Project) -> None:
    assert os.access(project.root / "tmp/host", os.X_OK)
    assert all(content.startswith(b"\x7fELF") or sys.platform == "darwin" for content in project.published().values())
    assert sorted(path.name for path in (project.root / "tmp").iterdir()) == ["host", "plugins"]


def test_unchanged_outputs_are_left_alone_and_changed_ones_become_new_files(project: Project) -> None:
    project.fit()
    before = project.inodes()
    project.edit("plugins/quiet/main.go", '"psst"', '"hush"')
    with open(project.root / PLACES[2], "rb") as opened:  # as a running host does
        old = opened.read()
        project.build("plugin:quiet")
        assert project.fit() == Done(0, [])
        opened.seek(0)
        assert opened.read() == old
    after = project.inodes()
    assert {place for place in PLACES if before[place] != after[place]} == {"tmp/plugins/quiet.so"}
    assert b"hush" in project.published()["tmp/plugins/quiet.so"]


def test_a_plugin_that_does_not_fit_is_explained_and_all_targets_are_rebuilt(project: Project) -> None:
    before = project.published()
    trimmed(project, ".hotrun/go/loud.so")
    done = project.fit()
    assert done.status == 0, done.lines
    [line] = done.lines
    assert line.startswith("plugins/loud/main.go:1: warning: tmp/plugins/loud.so: ")
    assert "tmp/plugins/loud.so was built with -trimpath, tmp/host without it" in line
    assert line.endswith(", rebuilding all targets")
    assert project.published() == before
    assert project.fit() == Done(0, [])


def test_with_fail_a_misfit_is_an_error_and_the_outputs_stay(project: Project) -> None:
    before, inodes = project.published(), project.inodes()
    project.edit("plugins/quiet/main.go", '"psst"', '"hush"')
    project.build("plugin:quiet")
    trimmed(project, ".hotrun/go/loud.so")
    done = project.fit("--fail")
    assert done.status == 1
    assert [line.split(": ")[:3] for line in done.lines] == [["plugins/loud/main.go:1", "error", "tmp/plugins/loud.so"]]
    assert (project.published(), project.inodes()) == (before, inodes)


def test_a_function_body_that_differs_is_noticed_though_go_would_open_the_plugins(project: Project) -> None:
    """Row A of docs/go-plugins.md: no fingerprint differs."""
    one = "package shared\n\n//go:noinline\nfunc Number() int { println(1); return 1 }\n"
    (project.root / "shared/number.go").write_text(one)
    for key, _ in TARGETS:
        file = "cmd/host/main.go" if key == "host" else f"plugins/{key.removeprefix('plugin:')}/main.go"
        project.edit(file, "func main() {", "var _ = shared.Number()\n\nfunc main() {")
    project.build()
    assert project.fit() == Done(0, [])
    (project.root / "shared/number.go").write_text(one.replace("println(1)", "println(2)"))
    project.build("host")

    done = project.fit("--fail")
    assert done.status == 1
    assert "Go would open it, but it would run another version of example.test/goplugin/shared" in done.lines[0]
    done = project.fit()
    assert (done.status, len(done.lines)) == (0, 2)
    assert project.fit() == Done(0, [])


def test_a_missing_symbol_is_an_error_and_causes_no_rebuild(
    project: Project,
) -> None:
    staged = (project.root / ".hotrun/go/loud.so").stat()
    done = project.fit("--symbol=plugin:loud:Plugin", "--symbol=plugin:loud:Login")
    assert done.status == 1
    [line] = done.lines
    assert line.startswith(
        "plugins/loud/main.go:1: error: tmp/plugins/loud.so: symbol Login is missing (it exports Plugin)"
    )
    assert (project.root / ".hotrun/go/loud.so").stat().st_mtime_ns == staged.st_mtime_ns


def test_an_output_that_another_program_overwrote_is_restored_and_reported(project: Project) -> None:
    project.fit()
    before = project.published()
    trimmed(project, "tmp/plugins/loud.so")
    assert project.published() != before
    done = project.fit()
    assert done.status == 0
    assert done.lines == [
        "plugins/loud/main.go:1: warning: another program overwrote tmp/plugins/loud.so with a file that does not fit "
        "(tmp/plugins/loud.so was built with -trimpath, tmp/host without it), restored"
    ]
    assert project.published() == before


def test_a_truncated_staged_file_is_rebuilt(project: Project) -> None:
    before = project.published()
    with open(project.root / ".hotrun/go/quiet.so", "r+b") as file:
        file.truncate(100_000)
    done = project.fit()
    assert done.status == 0, done.lines
    assert done.lines[0].startswith("plugins/quiet/main.go:1: warning: ")
    assert project.published() == before


def test_after_a_failed_rebuild_the_next_run_continues_from_there(project: Project) -> None:
    trimmed(project, ".hotrun/go/loud.so")
    project.edit("plugins/quiet/main.go", '"psst"', "psst")
    done = project.fit()
    assert done.status == 1
    assert any(line.startswith("plugins/quiet/main.go:8:18: ") for line in done.lines), done.lines
    project.edit("plugins/quiet/main.go", "= psst", '= "psst"')
    assert project.fit() == Done(0, []), "only go-fit has run again"


def test_a_compiler_error_is_passed_on_with_its_exit_code(project: Project) -> None:
    project.edit("plugins/loud/main.go", '"hello"', "hello")
    done = project.run("target", "plugin:loud", "./plugins/loud")
    assert done.status == 1
    assert any(line.startswith("plugins/loud/main.go:10:18: ") for line in done.lines), done.lines


def test_a_missing_compiler_is_reported(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project.root))
    done = project.run("target", "host", "./cmd/host")
    assert done == Done(1, ["error: go: no such file or directory (install Go, or add it to PATH)"])


def test_an_output_that_cannot_be_written_leaves_all_outputs_as_they_were(project: Project) -> None:
    before = project.published()
    project.edit("shared/shared.go", "version 1", "version 2")
    project.build()
    (project.root / "tmp/plugins/quiet.so").unlink()
    (project.root / "tmp/plugins/quiet.so").mkdir()
    done = project.fit()
    assert done.status == 1
    assert done.lines[-1].startswith("error: tmp/plugins/quiet.so: cannot be written: ")
    assert (project.root / "tmp/host").read_bytes() == before["tmp/host"]
    assert not list(project.root.rglob("*.put"))


def test_the_manifest_beside_a_staged_file_belongs_to_it(project: Project) -> None:
    manifest = read_manifest(str(project.root / ".hotrun/go/loud.so"))
    assert manifest is not None
    assert set(manifest.packages) == {"example.test/goplugin/shared", "example.test/goplugin/plugins/loud"}


def test_a_file_for_another_file_system_is_written_next_to_its_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Path("/dev/shm") / f"hotrun-{os.getpid()}"
    if not Path("/dev/shm").is_dir() or Path("/dev/shm").stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system")
    monkeypatch.chdir(tmp_path)
    os.makedirs(".hotrun/go")
    Path(".hotrun/go/host").write_bytes(b"new")
    try:
        publish([(".hotrun/go/host", str(other / "host"), "digest")], Published())
        assert [path.name for path in other.iterdir()] == ["host"]
        assert (other / "host").read_bytes() == b"new"
    finally:
        shutil.rmtree(other)
