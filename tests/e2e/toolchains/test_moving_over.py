"""Converted configurations with hotrun: the edits of `benchmarks.moving_cases` have the effects that are documented in
docs/moving-over.md. The tools themselves are run by `python -m benchmarks.moving_over`, not here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.moving_cases import EDITS, FAKE_GO, PROJECT, TOOLS, Edit, Effect, Tool, ours, rows
from hotrun.config.importers import KeySource, convert
from hotrun.config.importers.written import to_toml
from tests.e2e.running import Running, check_stream
from tests.support.repository import REPOSITORY

PROBE = "probe.txt"
PROBING = f'\n[build.probe]\ncommand = "true"\npaths = ["/{PROBE}"]\n'


def lay_out(tool: Tool, folder: Path) -> Path:
    """The project with the converted configuration, and beside it the stand-in for Go."""
    root = folder / "shop"
    for name, text in PROJECT.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    name, text = tool.config
    (root / "hotrun.toml").write_text(to_toml(convert(KeySource(text, name, folder="shop"))) + PROBING)
    (folder / "bin").mkdir()
    (folder / "bin" / "go").write_text(FAKE_GO)
    (folder / "bin" / "go").chmod(0o755)
    return root


def make(edit: Edit, running: Running) -> None:
    if edit.kind == "delete":
        (running.root / edit.path).unlink()
    elif edit.kind == "touch":
        running.write(edit.path, running.read(edit.path))
    else:
        (running.root / edit.path).parent.mkdir(exist_ok=True)
        running.write(edit.path, f"package one // {edit.title}\n")


def effect(running: Running, since: int) -> Effect:
    """What happened since then."""
    built = any(event["step"] != "probe" for event in running.seen("step.started", since=since))
    restarted = bool(running.seen("process.started", since=since))
    if running.seen("session.started")[0]["steps"] == ["probe"]:
        built = restarted  # the one command of the process does both
    if built:
        return "build, restart" if restarted else "build"
    return "restart" if restarted else "nothing"


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_each_edit_has_the_effect_that_the_other_tool_gives_it_or_the_one_that_is_said(
    tool: Tool, tmp_path: Path
) -> None:
    root = lay_out(tool, tmp_path)
    with Running(root, path=[tmp_path / "bin"], env={"MOVING_LOG": str(tmp_path / "log")}) as running:
        running.wait_for("process.ready")
        running.wait_for("up_to_date")
        for number, edit in enumerate(EDITS):
            mark = running.mark
            make(edit, running)
            if ours(tool, edit) == "nothing":
                # Nothing tells of an edit that is not watched: what is made after it is seen after it.
                running.write(PROBE, f"{number}\n")
            running.wait_for("up_to_date", since=mark)
            assert effect(running, mark) == ours(tool, edit), (edit, running.account(mark))
        assert running.stop() == 0
        running.wait_until_gone()
    check_stream(running)


def test_the_table_in_the_documents_says_what_is_tested() -> None:
    text = (REPOSITORY / "docs" / "moving-over.md").read_text(encoding="utf-8")
    [table] = re.findall(r"(?ms)^<!-- edits -->\n(.*?)\n<!-- end of edits -->$", text)
    assert table.splitlines() == rows()
