"""A problem in a file on a disk that hangs stops nobody, and is told after a while without its source."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.e2e.command import run
from tests.e2e.running import Running, check_stream

TICKER = """
[run.ticker]
command = "while :; do echo tick; sleep 0.05; done"
tty = false
paths = ["ticker.txt"]
"""
SLOW = f"""
[build.app]
command = ["{sys.executable}", "-c", "print('far/slow.c:2:1: error: oops'); raise SystemExit(1)"]
paths = ["app.txt"]
{TICKER}
"""
BROKEN = f"""
[build.app]
command = ["{sys.executable}", "-c", "print('app.txt:1:1: error: oops'); raise SystemExit(1)"]
paths = ["app.txt"]

[build.missing]
command = ["no-such-program"]
paths = ["app.txt"]

[run.crash]
command = ["{sys.executable}", "crash.py"]
paths = ["*.py"]
"""
FILES = {"app.txt": "one", "ticker.txt": "one", "crash.py": "x = 1\nx.y\n", "far/slow.c": "int a;\nint b\nint c;\n"}


def slow(root: Path, config: str) -> Running:
    """hotrun in a project with a file on a disk that hangs until somebody opens the fifo beside the project."""
    (root / "far").mkdir(parents=True)
    for name, text in {"hotrun.toml": '[watch]\nexclude = ["far/"]\n' + config, **FILES}.items():
        (root / name).write_text(text)
    os.mkfifo(root.parent / "fifo")
    return Running(root, program=(str(Path(__file__).with_name("slow_disk.py")), str(root.parent / "fifo")))


def test_a_source_file_on_a_disk_that_hangs_stops_nobody(tmp_path: Path) -> None:
    root = tmp_path / "project"
    with slow(root, SLOW) as running:
        running.wait_for("output", source="step:app")
        mark = running.mark
        running.wait_until(lambda: len(running.seen("output", source="run:ticker", since=mark)) >= 5)
        assert "building (build 1)" in run(root, "status").stdout
        assert run(root, "restart", "ticker").returncode == 0
        running.wait_for("process.exited", process="ticker")
        assert not running.seen("step.finished"), "all that, while the disk hangs"
        finished = running.wait_for("step.finished", step="app")
        [found] = running.seen("diagnostic", step="app")
        assert (found["path"], found["line"], found["source"]) == ("far/slow.c", 2, None)
        assert found["seq"] < finished["seq"]

        mark = running.mark
        running.write("app.txt", "two")
        output = running.wait_for("output", source="step:app", since=mark)
        found = running.wait_for("diagnostic", step="app", since=mark)
        assert found["source"] is None
        assert found["seq"] - output["seq"] < 10, "nobody waits again for the same hang"

        with (root.parent / "fifo").open("w"):  # the disk is back
            for number in range(5):  # what waited there has to come back first
                mark = running.mark
                running.write("app.txt", f"back {number}")
                found = running.wait_for("diagnostic", step="app", since=mark)
                running.wait_for("build.finished", since=mark)
                if found["source"] is not None:
                    break
        assert found["source"] == {"line": 1, "lines": ["int a;", "int b", "int c;"]}
        assert running.stop() == 0
    check_stream(running)


def test_the_engine_of_the_shipped_program_only_thinks(tmp_path: Path) -> None:
    """Steps that fail or cannot be started, a crash, changes, another configuration: slow_disk.py watches `handle`."""
    root = tmp_path / "project"
    with slow(root, BROKEN) as running:
        running.wait_for("diagnostic", process="crash", tool="python")
        running.wait_for("watching")
        for name in ("app.txt", "crash.py"):
            mark = running.mark
            running.write(name, running.read(name) + "\n")
            running.wait_for("diagnostic", since=mark)
        running.write("hotrun.toml", running.read("hotrun.toml") + TICKER)
        running.wait_for("process.started", process="ticker")
        assert running.stop() == 0
    check_stream(running)
