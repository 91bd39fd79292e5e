"""Nothing that hotrun starts outlives it, or its own run: not a hostile tree, however hotrun and its helpers end.

`python -m benchmarks orphans` does the same with more rounds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from hotrun.adapters.guard.inside import GUARD, REAPER
from hotrun.adapters.os import process_table
from tests.e2e.processes.orphans import Outcome
from tests.e2e.running import Running
from tests.support.repository import REPOSITORY

if sys.platform != "linux":
    pytest.skip("needs a subreaper to catch what escapes", allow_module_level=True)

CASES = {
    "restart": 20,
    "term": 2,
    "int": 2,
    "hup": 2,
    "kill": 2,
    "guard": 2,
    "reapers": 3,
    "guard+reapers": 3,
    "kill+guard": 2,
    "kill+reapers": 2,
}
CASE_S = 300


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_tree_leaves_no_survivor(case: str) -> None:
    rounds = CASES[case]
    command = [sys.executable, "-P", "-m", "tests.e2e.processes.orphans", case, str(rounds)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, stdout=subprocess.PIPE, text=True
    ) as harness:
        try:
            said, _ = harness.communicate(timeout=CASE_S)
        finally:
            harness.terminate()  # it kills its family on its way out
    assert harness.returncode == 0
    outcome = msgspec.json.decode(said, type=Outcome)
    assert (outcome.case, outcome.rounds, outcome.survivors) == (case, rounds, 0)


def test_what_outlives_a_stroke_against_all_of_us_is_ended_by_the_next_start(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "hotrun.toml").write_text('[run.app]\ntty = false\ncommand = "setsid sleep 1000 & echo up; sleep 1000"\n')
    env = {"XDG_RUNTIME_DIR": str(tmp_path)}
    with Running(root, env=env) as session:
        session.wait_for("output", text="up")
        family = [
            session.pid,
            *(seen.pid for seen in process_table.descendants(session.pid) if seen.name in (GUARD, REAPER)),
        ]
        for number in (signal.SIGSTOP, signal.SIGKILL):  # nobody gets the time to do something about it
            for pid in family:
                os.kill(pid, number)
        session.stop()
        left = session.survivors()
        assert len(left) >= 2
        with Running(root, env=env) as next_session:
            told = next_session.wait_for("message", level="warning")
            assert told["text"].startswith("stopped processes that an earlier, killed hotrun had left behind: ")
            assert all(f"({pid})" in told["text"] for pid in left)
            assert session.survivors() == []
            next_session.wait_for("output", text="up")
            assert next_session.stop() == 0
    assert not (tmp_path / "hotrun").exists()
    with Running(root, env=env) as third:
        third.wait_for("output", text="up")
        assert not third.seen("message")


def test_a_session_of_the_same_root_that_still_runs_is_left_alone(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "hotrun.toml").write_text('[run.app]\ncommand = ["sleep", "1000"]\n')
    env = {"XDG_RUNTIME_DIR": str(tmp_path)}
    with Running(root, env=env) as first:
        pid = first.wait_for("process.started")["pid"]
        with Running(root, arguments=("--", "sleep", "1000"), env=env) as second:  # works beside the first
            second.wait_for("process.started")
            assert second.stop() == 0
        seen = process_table.find(pid)
        assert seen is not None
        assert seen.is_alive
        assert not first.seen("process.exited")


def test_a_name_that_pkill_would_use_for_hotrun_means_no_helper(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "hotrun.toml").write_text('[run.app]\ncommand = ["sleep", "1000"]\n')
    with Running(root, env={"XDG_RUNTIME_DIR": str(tmp_path)}) as session:
        session.wait_for("process.started")
        names = {}
        for seen in process_table.descendants(session.pid):
            names[seen.name] = Path(f"/proc/{seen.pid}/cmdline").read_bytes().strip(b"\0")
        assert names == {GUARD: GUARD.encode(), REAPER: REAPER.encode(), "sleep": b"sleep\x001000"}
