"""`hotrun init`, and what hotrun does without a configuration: detection, and files that are written."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.e2e.command import HOTRUN, PROJECTS, good, lay_out, run


@pytest.mark.parametrize(("files", "title", "command"), PROJECTS.values(), ids=PROJECTS)
def test_init_writes_a_file_that_check_accepts_and_never_writes_it_again(
    files: dict[str, str], title: str, command: str, tmp_path: Path
) -> None:
    lay_out(tmp_path, files)
    assert good(run(tmp_path, "init")) == f"wrote hotrun.toml: {title}\n"
    assert good(run(tmp_path, "check")).startswith(f"{tmp_path.resolve()}/hotrun.toml: ok, ")
    written = (tmp_path / "hotrun.toml").read_text(encoding="utf-8")
    assert f'command = "{command}"' in written
    again = run(tmp_path, "init")
    assert again.returncode == 2
    assert "hotrun.toml already exists" in again.stderr
    assert (tmp_path / "hotrun.toml").read_text(encoding="utf-8") == written


def test_init_in_an_empty_folder_writes_an_example_that_check_accepts(tmp_path: Path) -> None:
    assert "no project detected" in good(run(tmp_path, "init"))
    assert ": ok, 0 steps, 1 process" in good(run(tmp_path, "check"))


def test_init_picks_the_project_that_is_asked_for(tmp_path: Path) -> None:
    lay_out(tmp_path, {**PROJECTS["Go"][0], **PROJECTS["npm"][0]})
    assert good(run(tmp_path, "init", "--pick", "2")) == f"wrote hotrun.toml: {PROJECTS['npm'][1]}\n"
    assert "node server.js" not in good(run(tmp_path, "check"))


def test_init_writes_the_task_for_vs_code_beside_others(tmp_path: Path) -> None:
    assert good(run(tmp_path, "init", "--vscode")).startswith("wrote .vscode/tasks.json")
    tasks = tmp_path / ".vscode" / "tasks.json"
    assert [task["label"] for task in json.loads(tasks.read_text())["tasks"]] == ["hotrun"]
    assert "already has a task" in good(run(tmp_path, "init", "--vscode"))
    tasks.write_text('{"tasks": [] // mine\n}')
    refused = run(tmp_path, "init", "--vscode")
    assert refused.returncode == 2
    assert '"problemMatcher"' in refused.stderr, "what to put in by hand"
    assert tasks.read_text() == '{"tasks": [] // mine\n}'
    assert [file.name for file in tasks.parent.iterdir()] == ["tasks.json"]


def test_init_does_not_write_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "hotrun.toml").symlink_to("elsewhere.toml")
    assert run(tmp_path, "init").returncode == 2
    assert not (tmp_path / "elsewhere.toml").exists()


def test_what_was_detected_is_told_with_its_commands_and_how_to_keep_it(tmp_path: Path) -> None:
    files, title, command = PROJECTS["Python"]
    said = good(run(lay_out(tmp_path, files), "--once"))
    [line] = [line for line in said.splitlines() if line.startswith("info: ")]
    assert title in line
    assert f"`{command}`" in line
    assert "`hotrun init`" in line


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no such thing here")
def test_as_many_steps_run_at_once_as_there_are_cores_that_hotrun_may_use_or_as_the_configuration_says(
    tmp_path: Path,
) -> None:
    on_one_core = (
        "import os, sys; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); os.execv(sys.argv[1], sys.argv[1:])"
    )
    steps = '[build.a]\ncommand = "echo a"\n[build.b]\ncommand = "echo b"\n'
    for jobs, starts in (("", ["a"]), ("[build]\njobs = 2\n", ["a", "b"])):
        lay_out(tmp_path, {"hotrun.toml": jobs + steps})
        done = run(tmp_path, "--once", "--ui", "json", command=[sys.executable, "-c", on_one_core, *HOTRUN])
        told = [json.loads(line) for line in good(done).splitlines()]
        first_end = next(at for at, event in enumerate(told) if event["type"] == "step.finished")
        assert [event["step"] for event in told[:first_end] if event["type"] == "step.started"] == starts


def test_where_the_time_went_is_told_under_the_build_result_where_it_is_asked_for(tmp_path: Path) -> None:
    steps = '[build.gen]\ncommand = "true"\n[build.app]\ncommand = "true"\nneeds = ["gen"]\n'
    lay_out(tmp_path, {"hotrun.toml": steps})
    said = good(run(tmp_path, "--once", "--timing")).splitlines()
    at = next(number for number, line in enumerate(said) if " build #1 passed in " in line)
    assert said[at + 1] == "timing of build #1"
    assert [line.split()[0] for line in said[at + 2 : at + 4]] == ["gen", "app"]
    assert said[at + 4] == "critical path: gen -> app"
    assert "critical path" not in good(run(tmp_path, "--once"))
