"""The dashboard in xterm.js, which is the terminal of VS Code and many others, while it is resized and output flows."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import termios
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.dashboard.counting_project import ROW, SIZES, count_to, make, numbers
from tests.e2e.dashboard.terminal import Window
from tests.support.toolchains import unavailable

INSTALL_S = 120
TURNS, LINES_A_TURN = 30, 40
WIDE = [(120, 40), (90, 30), (100, 20), (80, 24), (120, 20), (80, 12), (132, 50), (81, 10), (90, 30)]
NARROWED = 13  # of the thirty are narrower than the row of keys of the size before
DRIVER = Path(__file__).with_name("xterm.mjs")


class Recorded(Window):
    """Knows after which of the bytes its size was changed."""

    size = (30, 90)

    def resize(self, columns: int, rows: int) -> None:
        """The terminal has the size first, then its programs are told."""
        assert self._master is not None
        self._sizes = [*getattr(self, "_sizes", []), (len(self._said), columns, rows)]
        termios.tcsetwinsize(self._master, (rows, columns))

    def steps(self) -> list[dict[str, Any]]:
        """What has happened, as the driver takes it."""
        rows, columns = self.size
        steps: list[dict[str, Any]] = [{"columns": columns, "rows": rows}]
        start = 0
        for end, columns, rows in [*self._sizes, (len(self._said), 0, 0)]:
            steps.append({"data": base64.b64encode(self._said[start:end]).decode()})
            steps += [{"columns": columns, "rows": rows}] if columns else []
            start = end
        return steps


@pytest.fixture(scope="module")
def xterm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with @xterm/headless. Nothing can be tried where npm or its registry is missing."""
    npm = shutil.which("npm")
    if npm is None:
        unavailable("not installed: npm")
    folder = tmp_path_factory.mktemp("xterm")
    command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), "@xterm/headless"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_S)
    except subprocess.TimeoutExpired:
        unavailable("npm does not come to an end")
    if done.returncode:
        unavailable(f"npm cannot install @xterm/headless: {done.stderr[-200:]}")
    return folder


def seen_by(xterm: Path, steps: list[dict[str, Any]]) -> list[str]:
    """All lines of the terminal's normal screen, from the first that scrolled out on."""
    done = subprocess.run(
        ["node", str(DRIVER), str(xterm)], input=json.dumps(steps), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["kind"] == "normal"
    return [line.rstrip() for line in said["lines"]]


@pytest.mark.parametrize(
    ("sizes", "opens_full", "most_stale"),
    [
        pytest.param(WIDE, False, 2, id="inline"),
        pytest.param(WIDE, True, 2, id="with the whole screen in between"),
        # xterm.js moves the cursor down with each row below it that it wraps: to follow that would erase output in all
        # terminals that do not, so a row may stay behind for each time the rows have no room any more.
        pytest.param(SIZES, False, NARROWED, id="narrower than the rows"),
    ],
)
def test_thirty_resizes_lose_no_line_repeat_none_and_leave_hardly_a_row(
    sizes: list[tuple[int, int]], opens_full: bool, most_stale: int, xterm: Path, tmp_path: Path
) -> None:
    root = make(tmp_path)
    with Recorded(root) as terminal:
        terminal.wait_for("web running")
        for turn in range(TURNS):
            last = (turn + 1) * LINES_A_TURN
            is_full = opens_full and turn % 5 == 4
            if is_full:
                opened = terminal.said.count("\x1b[?1049h") + 1
                terminal.type(b"f")
                terminal.wait_until(lambda n=opened: terminal.said.count("\x1b[?1049h") == n, "whole screen")  # type: ignore[misc]
            count_to(root, last)
            terminal.resize(*sizes[turn % len(sizes)])
            if is_full:
                terminal.type(b"f")
            terminal.wait_for(f"line {last - LINES_A_TURN // 2}\x1b")  # half of them come after the resize
        terminal.resize(100, 30)
        terminal.wait_for(f"line {TURNS * LINES_A_TURN - 1}\x1b")
        terminal.type(b"?")
        terminal.wait_for("Stop hotrun and everything it started")
        terminal.type(b"e")
        terminal.wait_for("no problems")
        lines = seen_by(xterm, terminal.steps())
        assert numbers(lines) == list(range(TURNS * LINES_A_TURN))
        printed = lines.index("no problems")
        stale = [line for line in lines[:printed] if ROW.match(line)]
        print(f"{len(stale)} stale rows")
        assert len(stale) <= most_stale, stale
        terminal.type(b"q")
        assert terminal.exit_code() == 0
