"""The key `o` in a real terminal: an editor opens at the place, and has the terminal for as long as it runs."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.e2e.dashboard.counting_project import CONFIG, ROW, count_to, make, numbers
from tests.e2e.dashboard.tmux import Window, is_open
from tests.support.toolchains import require

# Tells its arguments; once "go" is there it ends: by itself, or as one that is killed and leaves its modes behind.
RECORDER = """
import json, os, sys, termios, time, tty
before = termios.tcgetattr(0)
tty.setraw(0)
json.dump(sys.argv[1:], open("../arguments.new", "w"))
os.rename("../arguments.new", "../arguments")
while not os.path.exists("../go"):
    time.sleep(0.01)
if open("../go").read() == "die":
    os.kill(os.getpid(), 9)
termios.tcsetattr(0, termios.TCSANOW, before)
"""


def make_red(tmp_path: Path, ui: str) -> Path:
    """A project whose process is never restarted, so that its lines can be counted."""
    root = make(tmp_path)
    (root / "hotrun.toml").write_text(CONFIG.replace('needs = ["app"]', "") + f"[ui]\n{ui}\n")
    (tmp_path / "recorder.py").write_text(RECORDER)
    return root


def turn_red(root: Path, window: Window) -> None:
    """Start, and give main.txt an error in its second line."""
    window.start()
    window.wait_for_row("✔ #1 passed")
    window.wait_for_row("web running")
    (root / "main.txt").write_text("fine\nbad\n")
    window.wait_for_row("✗ #2 failed")


@pytest.mark.parametrize("end", ["by itself", "die"])
def test_a_command_of_ones_own_is_told_the_place_and_has_the_terminal(end: str, tmp_path: Path) -> None:
    root = make_red(tmp_path, f'editor = "{sys.executable} ../recorder.py --at {{line}}:{{column}} {{file}} -t"')
    with Window(root, 100, 30) as window:
        window.type("stty > ../modes-before", "Enter")
        turn_red(root, window)
        count_to(root, 10)
        window.wait_for("line 9")
        window.type("o")
        window.wait_until((tmp_path / "arguments").exists, "editor")
        assert json.loads((tmp_path / "arguments").read_text()) == ["--at", "2:1", str(root / "main.txt"), "-t"]
        assert not any(ROW.match(line) for line in window.screen), "the terminal is the editor's"
        count_to(root, 60)
        (root / "main.txt").write_text("good\n")
        (tmp_path / "go").write_text(end)
        window.wait_for_row("✔ #3 passed")
        window.wait_for_row("r restart")
        window.wait_until(lambda: 59 in numbers(window.lines), "line 59")
        assert numbers(window.lines) == list(range(60))
        window.type("q")
        window.wait_for("ended 0")
        window.type("stty > ../modes-after; echo written", "Enter")
        window.wait_for("written")
        assert (tmp_path / "modes-after").read_text() == (tmp_path / "modes-before").read_text()


def test_an_unknown_command_without_marks_gets_the_file_and_the_terminal(tmp_path: Path) -> None:
    root = make_red(tmp_path, f'editor = "{sys.executable} ../recorder.py"')
    with Window(root, 100, 30) as window:
        turn_red(root, window)
        (tmp_path / "go").write_text("by itself")
        window.type("f")
        window.wait_until(lambda: is_open(window), "whole screen")
        window.type("o")
        window.wait_until((tmp_path / "arguments").exists, "editor")
        assert json.loads((tmp_path / "arguments").read_text()) == [str(root / "main.txt")]
        window.wait_until(lambda: is_open(window), "whole screen")
        window.type("q")
        window.wait_for("ended 0")


def test_an_editor_with_windows_opens_beside_and_says_so(tmp_path: Path) -> None:
    root = make_red(tmp_path, 'editor = "../code"')
    script = tmp_path / "code"
    script.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > ../arguments.new\nmv ../arguments.new ../arguments\n')
    script.chmod(0o755)
    with Window(root, 100, 30) as window:
        turn_red(root, window)
        window.type("o")
        window.wait_for_row("code opens main.txt:2")
        window.wait_until((tmp_path / "arguments").exists, "editor")
        assert (tmp_path / "arguments").read_text().split() == ["-r", "-g", f"{root / 'main.txt'}:2:1"]
        window.type("q")
        window.wait_for("ended 0")


def test_an_editor_that_is_not_there_is_said(tmp_path: Path) -> None:
    root = make_red(tmp_path, 'editor = "no-such-editor"')
    with Window(root, 100, 30) as window:
        turn_red(root, window)
        window.type("o")
        window.wait_for_row("the editor no-such-editor is not installed, or not in PATH")
        window.type("q")
        window.wait_for("ended 0")


def test_vim_opens_at_the_line_stops_and_goes_on_and_leads_back(tmp_path: Path) -> None:
    require("vim")
    root = make_red(tmp_path, "editor = \"vim -u NONE -N --cmd 'set ruler'\"")
    with Window(root, 100, 30) as window:
        turn_red(root, window)
        window.type("o")
        window.wait_for_row("2,1")
        count_to(root, 30)
        window.type("C-z")
        window.wait_for("Stopped")
        window.type("echo shell-$((1 + 1))", "Enter")
        window.wait_for("shell-2")
        window.type("fg", "Enter")
        window.wait_for_row("2,1")
        window.type("dd", ":wq", "Enter")
        window.wait_for_row("✔ #3 passed")
        window.wait_for_row("r restart")
        assert (root / "main.txt").read_text() == "fine\n"
        window.wait_until(lambda: 29 in numbers(window.lines), "line 29")
        assert numbers(window.lines) == list(range(30))
        window.type("q")
        window.wait_for("$ ")


def test_vim_ends_with_hotrun(tmp_path: Path) -> None:
    require("vim")
    root = make_red(tmp_path, "editor = \"vim -u NONE -N --cmd 'set ruler'\"")
    with Window(root, 100, 30) as window:
        turn_red(root, window)
        window.type("o")
        window.wait_for_row("2,1")
        pid = json.loads((root / ".hotrun" / "run.json").read_text())["pid"]
        os.kill(pid, signal.SIGTERM)
        window.wait_for("ended 0")
        window.type("echo shell-$((1 + 1))", "Enter")
        window.wait_for("shell-2")
