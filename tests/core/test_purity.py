"""That the other tests of core would notice if `Engine.handle` did anything but think."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from hotrun.core.engine import Engine
from hotrun.core.model import inputs
from hotrun.core.model.project import Project, Watch
from tests.support.purity import Impure

DOINGS: dict[str, Callable[[], object]] = {
    "open": lambda: open("/dev/null", "rb").close(),
    "stat": lambda: os.path.isfile("/dev/null"),
    "exists": lambda: os.path.exists("/dev/null"),
    "list": lambda: os.listdir("/"),
    "scan": lambda: os.scandir("/").close(),
    "remove": lambda: os.remove("/nowhere"),
    "run": lambda: subprocess.run(["true"], check=False),
    "exec": lambda: os.execv("/nowhere", ["x"]),
    "connect": lambda: socket.socket().connect(("127.0.0.1", 1)),
    "import": lambda: __import__("this_is_nowhere"),
    "clock": lambda: time.time_ns(),
}


@pytest.mark.parametrize("doing", DOINGS)
def test_what_is_no_thinking_is_noticed(doing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(Project("/p", None, Watch(("/p",))))
    monkeypatch.setattr(engine, "_dispatch", lambda *_: DOINGS[doing]())
    with pytest.raises(Impure):
        engine.handle(inputs.Tick(), 1)


def test_the_first_input_needs_nothing_that_is_not_loaded_and_the_others_only_what_is_loaded_after_it() -> None:
    """As in the shipped program: what starts first is handled before anything late is loaded."""
    code = """
from hotrun.session import app
from hotrun.core import late_imports
from hotrun.core.model import inputs
from tests.core.simulated_session import process, project, step
from tests.support.purity import pure_handle
from hotrun.core.engine import Engine
with pure_handle():
    engine = Engine(project(step("app", paths=("*.go",)), process("web", needs=("app",))))
    engine.handle(inputs.Begin("0", 1), 1)
    late_imports.load()
    engine.handle(inputs.SpawnFailed(1, "no"), 1)
    late_imports.load_patterns()
    engine.handle(inputs.FilesChanged((inputs.Change("a.go", "modified"),)), 2)
    engine.handle(inputs.Tick(), 5000)
print("pure")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "pure\n", done.stderr
