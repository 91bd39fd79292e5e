"""An edit that is taken back, with the real command: nothing is built, and all passed again."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.e2e.running import Running, check_stream

CONFIG = """\
[build.app]
command = ["{python}", "-S", "-I", "build.py"]
paths = ["a.txt"]
outputs = ["tmp/app"]

[run.web]
command = "sleep 1000"
needs = ["app"]
paths = []
"""
BUILD = """\
import os, sys, time
text = open("a.txt").read()
if "slow" in text:
    print("slow", flush=True)
    time.sleep(60)
if "bad" in text:
    sys.exit("build.py:1: error: bad")
os.makedirs("tmp", exist_ok=True)
open("tmp/app", "w").write(text)
"""


def test_a_red_and_a_running_build_are_taken_back_without_another_one(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "hotrun.toml").write_text(CONFIG.format(python=sys.executable))
    (root / "build.py").write_text(BUILD)
    (root / "a.txt").write_text("good")
    with Running(root.resolve()) as session:
        session.wait_for("up_to_date")
        pid = session.wait_for("process.started")["pid"]
        session.write("a.txt", "goo2")  # what was never read cannot be known: read it by a build
        session.wait_for("build.finished", build=2, status="passed")
        session.wait_for("up_to_date", build=2)
        for text, status in (("bad", "failed"), ("slow", "canceled")):
            mark = session.mark
            session.write("a.txt", text)
            if status == "failed":
                session.wait_for("process.stale", since=mark)
            else:  # what it has read by then; else it might read the next text, and write
                session.wait_for("output", since=mark, source="step:app", text="slow")
            session.write("a.txt", "goo2")  # in one piece: where half of a save is built, nothing is as it was
            restored = session.wait_for("step.cached", since=mark)
            assert restored["of"] == 2
            finished = session.wait_for("build.finished", since=mark, build=restored["build"])
            assert (finished["status"], finished["steps"], finished["errors"]) == ("passed", [], 0)
            assert session.wait_for("process.up_to_date", since=mark)["build"] == restored["build"]
            assert session.seen("build.finished", since=mark)[0]["status"] == status
            text = session.wait_for("message", since=mark)["text"]
            assert text == "a.txt: same as in build #2, nothing to build"
            session.wait_for("up_to_date", since=mark, build=restored["build"])
        assert len(session.seen("process.started")) == 2
        assert session.seen("process.started")[0]["pid"] == pid
        session.stop()
        check_stream(session)
