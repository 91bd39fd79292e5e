"""A root whose name is no text, with the real command: all goes on as elsewhere, and files are found by their bytes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hotrun.client import Client
from tests.e2e.command import lay_out, run
from tests.e2e.running import Running, check_stream

CONFIG = """\
[watch]
poll_interval = "50ms"

[build.app]
command = "if grep -n bad a.c; then echo a.c:2:1: error: bad >&2; exit 1; fi; mkdir -p tmp; cp a.c tmp/app"
paths = ["*.c"]
outputs = ["/tmp/app"]

[run.web]
command = "sed -n 2p tmp/app; pwd -P > where.log; exec sleep 1000"
needs = ["app"]
paths = []
"""
NAME = b"caf\xe9"
SHOWN = "caf\N{REPLACEMENT CHARACTER}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / os.fsdecode(NAME)
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("the file system takes no such names")
    return lay_out(folder, {"hotrun.toml": CONFIG, "a.c": "\none\n", ".gitignore": "*.log\n"})


def test_a_root_that_is_no_text_is_built_restarted_asked_and_written_to(root: Path) -> None:
    with Running(root) as session:
        session.wait_for("output", source="run:web", text="one")
        session.wait_for("up_to_date")
        started = session.seen("session.started")[0]
        assert started["root"] == str(root.parent / SHOWN)
        assert (root / "where.log").read_bytes().rstrip() == os.fsencode(root)

        mark = session.mark
        session.write("a.c", "\ntwo\n")
        session.wait_for("output", since=mark, source="run:web", text="two")
        session.wait_for("up_to_date", since=mark)

        with Client(str(root)) as client:
            mark = session.mark
            client.ask("restart", name="web")
            session.wait_for("process.started", since=mark, process="web")
        assert json.loads((root / ".hotrun" / "run.json").read_text())["root"] == str(root)

        mark = session.mark
        session.write("a.c", "\nbad\n")
        session.wait_for("build.finished", since=mark, status="failed")
        (error,) = session.seen("diagnostic", since=mark)
        assert (error["path"], error["line"], error["source"]["lines"]) == ("a.c", 2, ["", "bad"])
        place = os.fsencode(root) + b"/a.c:2:1: error: bad"
        assert (root / ".hotrun" / "errors.txt").read_bytes().startswith(place), "an editor finds the file by these"

        assert session.stop() == 0
        session.wait_until_gone()
        check_stream(session)


@pytest.mark.parametrize("command", ["check", "doctor", "why a.c", "--once"])
def test_a_command_for_a_root_that_is_no_text_says_what_it_says_elsewhere(root: Path, command: str) -> None:
    done = run(root, *command.split())
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
