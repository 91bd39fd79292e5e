"""What a running hotrun is told by commands, and does."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.command import run
from tests.e2e.running import Running

CONFIG = """[watch]
auto = false
[build.app]
command = "true"
paths = ["a.txt"]
[run.web]
command = "sleep 1000"
needs = ["app"]
"""


def test_a_running_hotrun_is_told_to_build_to_restart_to_pause_and_to_end(tmp_path: Path) -> None:
    (tmp_path / "hotrun.toml").write_text(CONFIG)
    (tmp_path / "a.txt").write_text("one")
    with Running(tmp_path) as session:
        session.wait_for("process.started")
        session.wait_for("up_to_date")
        mark = session.mark
        (tmp_path / "a.txt").write_text("two")
        session.wait_for("state", since=mark, pending=1)
        told = run(tmp_path, "build")
        assert (told.returncode, told.stdout) == (0, f"{tmp_path}: build requested\n")
        assert [path["path"] for path in session.wait_for("changes.detected", since=mark)["paths"]] == ["a.txt"]
        restarted = session.wait_for("process.started", since=mark)["seq"]
        assert run(tmp_path, "restart", "web").returncode == 0
        session.wait_for("process.started", since=restarted)
        assert run(tmp_path, "pause").returncode == 0
        session.wait_for("state", since=restarted, state="paused")
        assert run(tmp_path, "resume").returncode == 0
        session.wait_for("state", since=restarted, state="watching")
        unknown = run(tmp_path, "build", "ap")
        assert unknown.returncode == 2
        assert 'did you mean "app"?' in unknown.stderr
        assert run(tmp_path, "stop").returncode == 0
        session.wait_for("session.ended", since=mark)
    assert run(tmp_path, "stop").returncode == 3
