"""The real command with changes that wait until it is told to build, by SIGUSR1 or by its socket; and --postpone."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from hotrun.client import Client
from tests.e2e.command import lay_out, run
from tests.e2e.running import Running, check_stream

CONFIG = """\
[watch]
auto = false

[build.app]
command = "cp a.txt app.out"
paths = ["a.txt"]
outputs = ["app.out"]

[build.css]
command = "cp a.css css.out"
paths = ["*.css"]
outputs = ["css.out"]

[run.web]
command = "exec sleep 1000"
needs = ["app"]
"""
FILES = {"hotrun.toml": CONFIG, "a.txt": "1", "a.css": "1"}


def test_changes_wait_for_the_signal_and_are_built_together(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    root = lay_out(tmp_path.resolve() / "project", FILES)
    with Running(root) as session:
        session.wait_for("up_to_date", build=1)
        session.write("a.css", "2")
        session.wait_for("state", state="watching", why="1 pending change", pending=1)
        session.write("b.css", "2")
        session.wait_for("state", state="watching", pending=2)
        asked = json.loads(run(root, "status", "--json").stdout)
        assert (asked["pending"], asked["last_build"]["build"]) == (2, 1)
        assert (root / "css.out").read_text() == "1"

        os.kill(session.pid, signal.SIGUSR1)
        change = session.wait_for("changes.detected", build=2)
        assert change["reason"] == "request"
        assert [path["path"] for path in change["paths"]] == ["a.css", "b.css"]
        assert session.wait_for("build.finished", build=2, status="passed")["steps"] == ["css"]
        assert session.wait_for("up_to_date", build=2)
        assert (root / "css.out").read_text() == "2"
        assert session.seen("state", since=session.events.index(change), pending=2) == []

        os.kill(session.pid, signal.SIGUSR1)  # nothing is pending
        assert sorted(session.wait_for("build.finished", build=3, status="passed")["steps"]) == ["app", "css"]

        session.write("a.txt", "2")
        session.wait_for("state", pending=1, since=session.events.index(session.seen("build.finished", build=3)[0]))
        with Client(str(root)) as client:
            client.ask("build")
        assert session.wait_for("build.finished", build=4, status="passed")["steps"] == ["app"]
        assert session.stop() == 0
        check_stream(session)


def test_a_signal_builds_everything_where_changes_are_built_by_themselves(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    root = lay_out(tmp_path.resolve() / "project", {**FILES, "hotrun.toml": CONFIG.replace("false", "true")})
    with Running(root) as session:
        session.wait_for("up_to_date", build=1)
        os.kill(session.pid, signal.SIGUSR1)
        assert session.wait_for("changes.detected", build=2)["reason"] == "request"
        assert sorted(session.wait_for("build.finished", build=2, status="passed")["steps"]) == ["app", "css"]
        session.write("a.css", "2")
        assert session.wait_for("build.finished", build=3, status="passed")["steps"] == ["css"]


def test_a_postponed_session_starts_everything_with_the_first_change(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    root = lay_out(tmp_path.resolve() / "project", {**FILES, "hotrun.toml": CONFIG.replace("false", "true")})
    with Running(root, arguments=["--postpone"]) as session:
        session.wait_for("state", state="watching", why="waiting for the first change")
        session.wait_for("watching")
        assert session.seen("build.started") == []
        session.write("a.css", "2")
        session.wait_for("process.started", process="web")
        assert sorted(session.wait_for("build.finished", build=1, status="passed")["steps"]) == ["app", "css"]
        assert session.seen("changes.detected")[0]["reason"] == "files"
        assert session.stop() == 0
        check_stream(session)


def test_once_cannot_be_postponed(tmp_path: Path) -> None:
    done = run(lay_out(tmp_path, FILES), "--once", "--postpone")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: --postpone cannot be combined with --once")
