"""Go plugins that always fit their host: random edits of everything, and what happens when something does not fit."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks.plugin_edits import EXAMPLE, LOUD, QUIET, SHARED, Edited, disagreement
from tests.e2e.running import Running, check_stream
from tests.support.ports import free_port
from tests.support.toolchains import FIRST_BUILD_S, copy_project, require

EDITS = 15
QUIET_SO, LOUD_SO = "tmp/plugins/quiet.so", "tmp/plugins/loud.so"


def project(tmp_path: Path) -> Path:
    require("go", "cc")
    return copy_project(EXAMPLE, tmp_path / "go-plugin")


def write(root: Path, files: dict[str, str]) -> None:
    for file, text in files.items():
        (root / file).parent.mkdir(exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")


def go(root: Path, *words: str) -> None:
    subprocess.run(["go", *words], cwd=root, check=True, capture_output=True, timeout=FIRST_BUILD_S)


def up(running: Running) -> None:
    """Wait until the host serves and it is known what each step is made of: until then every file counts."""
    running.wait_for("process.ready", timeout=FIRST_BUILD_S)
    running.wait_for("up_to_date")


def steps_since(running: Running, mark: int) -> list[str]:
    return sorted(event["step"] for event in running.seen("step.started", since=mark))


def served(running: Running, mark: int, text: str) -> None:
    """Wait until the edit made at `mark` is built and served, by one restart."""
    running.wait_for("build.finished", since=mark, status="passed")
    running.wait_for("process.ready", since=mark)
    assert text in running.get()
    assert len(running.seen("process.started", since=mark)) == 1


@pytest.mark.parametrize("seed", [1])
def test_host_and_plugins_never_disagree_through_random_edits(seed: int, tmp_path: Path) -> None:
    root = project(tmp_path)
    edited = Edited(seed)
    write(root, edited.files())
    with Running(root, port=free_port()) as running:
        up(running)
        assert running.get() == edited.answer()
        for _ in range(EDITS):
            mark, edit, before = running.mark, edited.edit(), running.get()
            for file, text in edit.broken.items():
                running.write(file, text)
                assert running.wait_for("build.finished", since=mark)["status"] == "failed"
                assert running.get() == before
            mark = running.mark
            for file, text in edit.files.items():
                running.write(file, text)
            running.wait_for("up_to_date", since=mark)
            answer = running.wait_for_answer(edited.answer())
            assert disagreement(answer) is None
        assert running.stop() == 0, running.account()
        running.wait_until_gone()
    check_stream(running)
    assert all(event["expected"] for event in running.seen("process.exited")), running.account()
    assert not running.seen("diagnostic", severity="warning"), "something did not fit and was built twice"


def test_an_edit_builds_exactly_what_uses_it_and_an_edit_that_changes_nothing_restarts_nothing(tmp_path: Path) -> None:
    with Running(project(tmp_path), port=free_port()) as running:
        up(running)

        mark = running.mark
        running.edit(SHARED, "version 1", "version 2")
        served(running, mark, "host, version 2\nHELLO WORLD (loud, version 2)\npsst world (quiet, version 2)\n")
        assert steps_since(running, mark) == ["go-fit", "go-host", "go-plugin-loud", "go-plugin-quiet"]
        running.wait_for("up_to_date", since=mark)  # before that a source may have left a list that is not known yet

        mark = running.mark
        running.edit(QUIET, '"psst"', '"hush"')
        served(running, mark, "hush world (quiet, version 2)")
        assert steps_since(running, mark) == ["go-fit", "go-plugin-quiet"]
        running.wait_for("up_to_date", since=mark)

        mark = running.mark
        running.write(SHARED, running.read(SHARED) + "// The end.\n")
        running.wait_for("build.finished", since=mark, status="passed")
        running.wait_for("process.up_to_date", since=mark, process="web")
        assert steps_since(running, mark) == ["go-host", "go-plugin-loud", "go-plugin-quiet"]

        mark = running.mark
        running.edit("go.mod", "go 1.22", "go 1.22.0")
        running.wait_for("build.finished", since=mark, status="passed")
        assert set(steps_since(running, mark)) >= {"go-host", "go-plugin-loud", "go-plugin-quiet"}

        assert running.stop() == 0, running.account()
        running.wait_until_gone()


def test_one_target_that_is_red_keeps_all_of_the_old_ones(tmp_path: Path) -> None:
    with Running(project(tmp_path), port=free_port()) as running:
        up(running)
        old = {file: (running.root / file).read_bytes() for file in ("tmp/host", LOUD_SO, QUIET_SO)}

        mark = running.mark
        running.edit(QUIET, '"psst"', "psst")  # of a plugin alone,
        running.wait_for("process.stale", since=mark, process="web")
        mark = running.mark
        running.edit(SHARED, "version 1", "version 2")  # and then of all
        finished = running.wait_for("build.finished", since=mark)
        assert finished["status"] == "failed"
        assert {error["path"] for error in running.seen("diagnostic", since=mark, severity="error")} == {QUIET}
        assert {file: (running.root / file).read_bytes() for file in old} == old
        assert running.get() == "host, version 1\nHELLO WORLD (loud, version 1)\npsst world (quiet, version 1)\n"

        mark = running.mark
        running.edit(QUIET, "= psst", '= "psst"')
        served(running, mark, "psst world (quiet, version 2)")


def test_a_plugin_that_does_not_fit_is_explained_built_once_more_and_served(tmp_path: Path) -> None:
    with Running(project(tmp_path), port=free_port()) as running:
        up(running)
        go(running.root, "build", "-trimpath", "-buildmode=plugin", "-o", LOUD_SO, "./plugins/loud")
        go(running.root, "build", "-trimpath", "-buildmode=plugin", "-o", ".hotrun/go/loud.so", "./plugins/loud")

        mark = running.mark
        running.edit(QUIET, '"psst"', '"hush"')
        served(running, mark, "HELLO WORLD (loud, version 1)\nhush world (quiet, version 1)")
        said = [event["message"] for event in running.seen("diagnostic", since=mark, severity="warning")]
        assert all(event["path"] == LOUD for event in running.seen("diagnostic", since=mark, severity="warning"))
        assert any("was built with -trimpath" in text and "rebuilding all targets" in text for text in said), said
        assert any("another program overwrote" in text for text in said), said


def test_a_host_whose_plugins_do_not_fit_is_never_started(tmp_path: Path) -> None:
    root = project(tmp_path)
    config = root / "hotrun.toml"
    config.write_text(config.read_text().replace('symbols = ["Plugin"]', 'symbols = ["Plugin", "Login"]'))
    with Running(root, port=free_port()) as running:
        finished = running.wait_for("build.finished", timeout=FIRST_BUILD_S)
        assert (finished["status"], finished["errors"]) == ("failed", 2)
        errors = running.seen("diagnostic", severity="error")
        assert {(error["path"], error["step"]) for error in errors} == {(LOUD, "go-fit"), (QUIET, "go-fit")}
        assert "symbol Login is missing" in errors[0]["message"]
        assert not (root / "tmp").exists()

        running.edit("hotrun.toml", ', "Login"]', "]")
        running.wait_for("process.ready")
        assert len(running.seen("process.started")) == 1


LOADS = 'plugins, err := load("tmp/plugins/*.so")'
RELOADS = """var held atomic.Pointer[[]shared.Plugin]
	open := func() error {
		found, err := load("tmp/plugins/*.so")
		if err == nil {
			held.Store(&found)
		}
		return err
	}
	err := open()
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGUSR1)
	go func() {
		for range told {
			fmt.Println("opens again:", open())
		}
	}()"""


def reloading(root: Path, max_loaded_versions: int) -> Path:
    """The project with a host that opens its plugins again on SIGUSR1, and a plugin that is reloaded so."""
    host, config = root / "cmd/host/main.go", root / "hotrun.toml"
    text = host.read_text().replace(LOADS, RELOADS).replace("range plugins", "range *held.Load()")
    host.write_text(text.replace('"plugin"\n', '"plugin"\n\t"sync/atomic"\n'))
    text = config.read_text().replace(
        "[[go.plugin]]", f"max_loaded_versions = {max_loaded_versions}\n\n[[go.plugin]]", 1
    )
    config.write_text(text.replace('quiet.so"', 'quiet.so"\nreload = "signal:USR1"'))
    return root


def test_a_plugin_that_is_reloaded_is_opened_beside_its_old_version_and_all_else_restarts(tmp_path: Path) -> None:
    with Running(reloading(project(tmp_path), max_loaded_versions=3), port=free_port()) as running:
        up(running)
        for old, new in (("psst", "hush"), ("hush", "hist")):
            mark = running.mark
            running.edit(QUIET, f'"{old}"', f'"{new}"')
            running.wait_for("process.reloaded", since=mark, signal="SIGUSR1")
            running.wait_for_answer(f"{new} world (quiet, version 1)")
            assert steps_since(running, mark) == ["go-fit", "go-plugin-quiet", "go-swap"]
        assert len(running.seen("process.started")) == 1

        mark = running.mark
        running.edit(LOUD, '"hello"', '"ahoy"')  # a plugin that is not reloaded
        served(running, mark, "AHOY WORLD")
        mark = running.mark
        running.edit(SHARED, "version 1", "version 2")  # what the host has, too
        served(running, mark, "host, version 2\nAHOY WORLD (loud, version 2)\nhist world (quiet, version 2)\n")
        assert not running.seen("process.reloaded", since=mark)

        mark = running.mark
        running.edit(QUIET, '"hist"', "hist")
        running.wait_for("process.stale", since=mark)
        assert "hist world" in running.get()

        for new in ("one", "two"):
            mark = running.mark
            running.write(QUIET, running.read(QUIET).replace("const greeting = ", f'const greeting = "{new}" //'))
            running.wait_for("process.reloaded", since=mark)
            running.wait_for_answer(f"{new} world (quiet, version 2)")
        mark = running.mark
        running.write(QUIET, running.read(QUIET).replace("const greeting = ", 'const greeting = "three" //'))
        served(running, mark, "three world (quiet, version 2)")  # a fourth version is one too many

        assert running.stop() == 0, running.account()
        running.wait_until_gone()
    assert all(event["expected"] for event in running.seen("process.exited")), running.account()
    assert "different version" not in running.account()
