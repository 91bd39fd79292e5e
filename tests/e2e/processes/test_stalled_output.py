"""A reader of hotrun's output that has stopped: work goes on, what prints much is slowed, and nothing is lost."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.waiting import DEADLINE_S, wait_until

LINES = 600_000  # 4 MB: more than all that lies between the process and our reader


@pytest.mark.parametrize("tty", ["true", "false"])
def test_a_stopped_reader_stops_neither_watching_nor_restarts_and_loses_nothing(tty: str, tmp_path: Path) -> None:
    flood = (
        f"for n in range({LINES}): print(n)\nimport sys, time; sys.stdout.flush(); open('flooded', 'w'); time.sleep(60)"
    )
    (tmp_path / "flood.py").write_text(flood)
    (tmp_path / "web.sh").write_text('touch "web-$(cat version)"; exec sleep 60\n')
    (tmp_path / "version").write_text("1")
    (tmp_path / "hotrun.toml").write_text(
        f'[run.flood]\ncommand = ["{sys.executable}", "-IS", "flood.py"]\npaths = []\ntty = {tty}\n'
        f'[run.web]\ncommand = ["sh", "web.sh"]\npaths = ["version"]\n'
    )
    with subprocess.Popen(
        [sys.executable, "-m", "hotrun", "--ui", "json"], cwd=tmp_path, stdout=subprocess.PIPE
    ) as hotrun:
        assert hotrun.stdout is not None
        try:
            for version in range(1, 6):
                wait_until((tmp_path / f"web-{version}").exists, f"web-{version}")
                (tmp_path / "version").write_text(str(version + 1))
            assert not (tmp_path / "flooded").exists(), "it waits for our reader"
            seen = 0
            for line in hotrun.stdout:
                event = json.loads(line)
                if event["type"] == "output" and event["source"] == "run:flood":
                    numbers = [int(one) for one in event["text"].split("\n")]
                    assert numbers == list(range(seen, seen + len(numbers)))
                    seen += len(numbers)
                    if seen == LINES:
                        hotrun.send_signal(signal.SIGINT)
            assert seen == LINES
            assert hotrun.wait(DEADLINE_S) == 0
        finally:
            hotrun.kill()
    log = (tmp_path / ".hotrun/logs/flood.log").read_text().splitlines()
    assert log[1:] == [str(number) for number in range(LINES)]


def interrupt(hotrun: subprocess.Popen[bytes]) -> None:
    """A further Ctrl-C, later than what would count as the same press."""
    hotrun.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        hotrun.wait(0.05)


@pytest.mark.parametrize("signals", [1, 2])
def test_a_stopped_reader_does_not_keep_hotrun_from_ending_its_processes(signals: int, tmp_path: Path) -> None:
    """And a second Ctrl-C does not wait for the reader."""
    (tmp_path / "hotrun.toml").write_text('[run.flood]\ncommand = "echo $$ >pid; exec yes"\npaths = []\ntty = false\n')
    with subprocess.Popen([sys.executable, "-m", "hotrun"], cwd=tmp_path, stdout=subprocess.PIPE) as hotrun:
        try:
            wait_until((tmp_path / "pid").exists, "the process")
            hotrun.send_signal(signal.SIGINT)
            wait_until(lambda: (tmp_path / "pid").read_text().endswith("\n"), "its pid")
            pid = int((tmp_path / "pid").read_text())
            wait_until(lambda: not os.path.exists(f"/proc/{pid}"), "its end")
            if signals == 2:
                wait_until(lambda: hotrun.poll() is not None, between=lambda: interrupt(hotrun))
            else:
                assert hotrun.stdout is not None
                while hotrun.stdout.read(65536):
                    pass
                assert hotrun.wait(DEADLINE_S) == 0
        finally:
            hotrun.kill()
