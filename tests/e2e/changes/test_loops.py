"""Steps and processes that change watched files, with the real command: found, named, and nobody else is suppressed."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from tests.e2e.running import Running

STEP = '[build.app]\ncommand = "{command}"\n'
MOST_STARTS = 3 + 2 + 1  # rounds, experiments, and the one that is left in peace
GAP_S = 0.03  # what starts within an editor's several writes is one round


def rounds(session: Running) -> int:
    """How many starts there were, those right after another one not counted: how many depends on the machine."""
    times = [datetime.fromisoformat(event["t"]).timestamp() for event in session.seen("step.started")]
    found = times[:1]
    for at in times:
        if at - found[-1] >= GAP_S:
            found.append(at)
    return len(found)


def project(tmp_path: Path, config: str) -> Path:
    root = tmp_path.resolve() / "project"
    (root / "src").mkdir(parents=True)
    (root / "hotrun.toml").write_text(config)
    (root / "src" / "main.c").write_text("")
    return root


@pytest.mark.parametrize(
    "command",
    [
        "sleep 0.2; date +%s%N > src/gen.h",
        "date +%s%N > src/gen.h; sleep 0.5",
        "sleep 0.05; date +%s%N > src/gen.h; sleep 0.05",
        "date +%s%N > src/gen.h",
    ],
    ids=["at its end", "at its start", "in the middle", "it does nothing else"],
)
def test_a_generator_that_never_converges_is_found_after_three_rounds(tmp_path: Path, command: str) -> None:
    with Running(project(tmp_path, STEP.format(command=command))) as session:
        found = session.wait_for("message", level="warning")
        assert found["text"] == (
            "src/gen.h changes on every build or start: suppressed as a rebuild loop until you edit it."
            ' To ignore it for good, in hotrun.toml: [watch] exclude = ["src/gen.h"]'
        )
        assert rounds(session) <= MOST_STARTS + 4, session.account()  # a busy machine is irregular
        session.wait_for("build.finished", since=found["seq"], status="passed")
        mark = session.mark
        session.write("src/main.c", "int main;")
        changed = session.wait_for("changes.detected", since=mark)
        assert [path["path"] for path in changed["paths"]] == ["src/main.c"], "other files are built as ever"


def test_an_object_file_that_is_removed_and_made_anew_beside_a_process_that_crashes_is_found(tmp_path: Path) -> None:
    """Neither of them has `paths`, so each change starts both."""
    step = STEP.format(command="rm -f a.o; sleep 0.1; date +%s%N > a.o")
    with Running(project(tmp_path, step + '[run.web]\ncommand = "exit 3"\n')) as session:
        found = session.wait_for("message", level="warning")
        assert found["text"].startswith("a.o changes on every build or start")
        assert rounds(session) <= 2 * MOST_STARTS + 4, session.account()
        session.wait_for("build.finished", since=found["seq"], status="passed")


@pytest.mark.parametrize("interval", ["100ms", "500ms"])
@pytest.mark.parametrize("command", ["date +%s%N > src/gen.h", "sleep 0.2; date +%s%N > src/gen.h"])
def test_a_generator_is_found_where_files_are_polled(tmp_path: Path, command: str, interval: str) -> None:
    config = f'[watch]\npoll = "always"\npoll_interval = "{interval}"\n' + STEP.format(command=command)
    with Running(project(tmp_path, config)) as session:
        session.wait_for("message", level="warning")
        assert rounds(session) <= MOST_STARTS + 4, session.account()


def test_a_formatter_that_converges_is_nothing_to_speak_of(tmp_path: Path) -> None:
    command = "sleep 0.05; grep -q formatted src/main.c || echo formatted > src/main.c"
    with Running(project(tmp_path, STEP.format(command=command))) as session:
        session.wait_for("up_to_date")
        for number in range(5):
            mark = session.mark
            session.write("src/main.c", f"edit {number}")
            session.wait_for("up_to_date", since=mark)
            assert session.read("src/main.c") == "formatted\n"
        assert session.seen("message", level="warning") == []


def test_a_script_that_saves_during_builds_at_a_steady_pace_loses_nothing(tmp_path: Path) -> None:
    """The build takes longer than the pace, so each save comes in the middle of one."""
    step = "import shutil, time; shutil.copy('src/main.c', 'out.log'); time.sleep(0.5)"
    config = f"[build.app]\ncommand = ['{sys.executable}', '-c', \"{step}\"]\npaths = ['src/**']\n"
    with Running(project(tmp_path, config)) as session:
        session.wait_for("up_to_date")
        for number in range(25):
            session.write("src/main.c", f"edit {number}")
            time.sleep(0.2)  # the script's own pace, which is what this is about
        session.wait_until(lambda: (session.root / "out.log").read_text() == "edit 24")
        session.wait_for("up_to_date", since=session.seen("changes.detected")[-1]["seq"])
        assert session.seen("message", level="warning") == []
