"""The lister with the real go command: which files it lists, when it lists again, and that it leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest

from hotrun.adapters.step_inputs import lister as lister_module
from hotrun.core.model.commands import ListInputs
from tests.adapters.step_inputs.go_project import MODULE, OWN, Asking, Files, app, lay_out, listed, sources, with_lister
from tests.support.processes import is_gone
from tests.support.waiting import until

pytestmark = pytest.mark.toolchain

# --- which files -----------------------------------------------------------------------------------------------


def test_the_files_that_go_into_a_program_are_listed_with_the_package_that_brings_them_in(tmp_path: Path) -> None:
    answer = listed(lay_out(tmp_path, MODULE))
    assert answer.error is None
    assert sources(answer) == OWN
    assert answer.files["store/page.html"].by == "package example.com/shop/store"
    assert answer.files["go.mod"].by == "module example.com/shop"
    assert answer.files.keys() - OWN == {"go.mod", "go.sum", "go.work", "go.work.sum", "vendor/modules.txt"}
    assert answer.folders == ("store/page.html/", "store/static/")


def test_tests_are_listed_with_what_they_need_when_they_are_asked_for(tmp_path: Path) -> None:
    answer = listed(lay_out(tmp_path, MODULE), "go-test:./store")
    assert sources(answer) == (OWN - {"cmd/app/main.go"}) | {"store/s_test.go", "testing/t.go"}
    assert answer.files["store/s_test.go"].by == "package example.com/shop/store"


def test_flags_and_the_environment_of_the_step_decide(tmp_path: Path) -> None:
    lay_out(tmp_path, {**MODULE, "store/dev.go": "//go:build dev\n\npackage store\n"})
    assert "store/dev.go" in listed(tmp_path, "go:-tags=dev ./cmd/app").files
    assert "store/s_windows.go" in listed(tmp_path, env={"GOOS": "windows"}).files


def test_the_modules_of_a_workspace_and_of_replacements_count_wherever_they_lie(tmp_path: Path) -> None:
    files = {
        "go.work": "go 1.21\n\nuse (\n\t./app\n\t./lib\n\t./idle\n)\n",
        "app/go.mod": "module app\n\ngo 1.21\n\nrequire far v0.0.0\n\nreplace far => ../far\n",
        "app/main.go": 'package main\n\nimport (\n\t_ "far"\n\t_ "lib"\n)\n\nfunc main() {}\n',
        "lib/go.mod": "module lib\n\ngo 1.21\n",
        "lib/l.go": "package lib\n",
        "idle/go.mod": "module idle\n\ngo 1.21\n",
        "far/go.mod": "module far\n\ngo 1.21\n",
        "far/f.go": "package far\n",
    }
    answer = listed(lay_out(tmp_path, files), "go:.", cwd="app", env={"GOFLAGS": ""})
    assert answer.error is None
    assert sources(answer) == {"app/main.go", "lib/l.go", "far/f.go"}
    assert {"go.work", "app/go.mod", "lib/go.mod", "far/go.mod", "idle/go.mod"} <= answer.files.keys()


def test_copies_in_vendor_count(tmp_path: Path) -> None:
    files = {
        "go.mod": "module app\n\ngo 1.21\n\nrequire far v1.0.0\n",
        "main.go": 'package main\n\nimport _ "far"\n\nfunc main() {}\n',
        "vendor/modules.txt": "# far v1.0.0\n## explicit\nfar\n",
        "vendor/far/f.go": "package far\n",
    }
    answer = listed(lay_out(tmp_path, files), "go:.", env={"GOFLAGS": "-mod=vendor"})
    assert answer.error is None
    assert sources(answer) == {"main.go", "vendor/far/f.go"}


def test_a_root_behind_a_link_has_its_files_under_their_own_names(tmp_path: Path) -> None:
    lay_out(tmp_path / "real", MODULE)
    (tmp_path / "link").symlink_to("real")
    assert sources(listed(tmp_path / "link")) == OWN


def test_a_missing_package_is_an_error_and_the_others_are_listed(tmp_path: Path) -> None:
    lay_out(tmp_path, {**MODULE, "store/b.go": 'package store\n\nimport _ "example.com/shop/gone"\n'})
    answer = listed(tmp_path)
    assert answer.error is not None
    assert "store/b.go" in answer.error
    assert "example.com/shop/gone" in answer.error
    assert "\n" not in answer.error
    assert answer.files.keys() >= OWN


@pytest.mark.parametrize(
    ("files", "inputs", "error"),
    [
        ({"go.mod": "modul x\n"}, "go:.", "go.mod"),
        ({"main.go": "package main\n"}, "go:./gone", "gone"),
        ({"main.go": "package main\n\nimport (\n"}, "go:.", "main.go"),
        ({}, "depfile:*.d", "no dependency file"),
    ],
)
def test_what_go_cannot_read_is_an_error_in_one_line(tmp_path: Path, files: Files, inputs: str, error: str) -> None:
    answer = listed(lay_out(tmp_path, {"go.mod": "module x\n", **files}), inputs)
    assert answer.error is not None
    assert error in answer.error
    assert "\n" not in answer.error
    if "go" in inputs:
        assert "go.mod" in answer.files, "its repair must be built"


def test_a_go_command_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    step = app(tmp_path, env={"PATH": str(tmp_path)})
    with_lister(tmp_path, lambda asking: asking.fails(step, "go"))


# listing again


# --- the end ---------------------------------------------------------------------------------------------------


def hanging_go(folder: Path) -> tuple[dict[str, str], Path]:
    """Return a go command that never answers, and has a child in another session."""
    pids = folder / "pids"
    tool = folder / "bin" / "go"
    tool.parent.mkdir(parents=True)
    tool.write_text(
        f'#!/bin/sh\nsetsid sleep 1000 &\necho $$ $! > "{pids}.new"\nmv "{pids}.new" "{pids}"\nsleep 1000\n'
    )
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    return {"PATH": f"{tool.parent}:{os.environ['PATH']}"}, pids


def test_a_go_command_that_does_not_answer_is_ended_with_all_that_it_has_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env, pids = hanging_go(tmp_path)
    monkeypatch.setattr(lister_module, "TOOL_TIMEOUT_S", 0.5)

    async def story(asking: Asking) -> None:
        await asking.fails(app(tmp_path, env=env), "no answer within")
        assert all(is_gone(int(pid)) for pid in pids.read_text().split())

    with_lister(tmp_path, story)


def test_nothing_of_a_list_outlives_the_session(tmp_path: Path) -> None:
    env, pids = hanging_go(tmp_path)

    async def story(asking: Asking) -> None:
        asking.lister.list(ListInputs(1, app(tmp_path, env=env), None))
        await until(pids.exists, "the start of go")

    with_lister(tmp_path, story)
    asyncio.run(until(lambda: all(is_gone(int(pid)) for pid in pids.read_text().split()), "the end of go"))
