"""What one save costs the engine: bounded by count, so that no second reading of the same change creeps in."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from types import FrameType

import hotrun
from hotrun.core.model import inputs
from tests.core.simulated_session import World, process, project, step

MAX_CALLS = 150  # with one step and one process; it was 302 before changes carried their impact
PACKAGE = str(Path(hotrun.__file__).parent)


def test_one_saved_file_is_handled_in_few_calls_and_matched_once_for_each_part() -> None:
    world = World(project(step("app", paths=("**/*.go",), outputs=("tmp/app",)), process("web", needs=("app",))))
    world.begin().does("app").up("web").ready("web")
    world.send(inputs.WatchStarted(3, 10, 0, "inotify", 5)).settles()
    world.change("main.go").wait(100).does("app").wait(100)
    world.ends("web").up("web").ready("web").settles().take_commands()  # what is imported and compiled once is
    calls = Counter[str]()

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            calls[frame.f_code.co_qualname] += 1

    change = inputs.FilesChanged((inputs.Change("main.go", "modified"),))
    sys.setprofile(count)
    try:
        effects = world.engine.handle(change, world.now_ms)
    finally:
        sys.setprofile(None)
    assert "Spawn" in [type(effect).__name__ for effect in effects]
    assert calls.total() <= MAX_CALLS, calls.most_common(20)
    assert calls["Impacts.of"] == 1
    assert calls["_Inputs.triggered_by"] == 2
