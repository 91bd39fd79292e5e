"""Records docs/dashboard.svg: the real `hotrun` in a terminal, around a copy of examples/go-http that is edited.

    .venv/bin/python -m tests.picture.make

Takes Go. What would name this machine, the folder and the port, is replaced before it reaches the terminal's screen.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.e2e.dashboard.terminal import Terminal as Program
from tests.picture.screen import COLUMNS, ROWS, Shot, Terminal, drawing
from tests.support.ports import free_port
from tests.support.repository import REPOSITORY
from tests.support.toolchains import copy_project, require

PROJECT, PICTURE = REPOSITORY / "examples" / "go-http", REPOSITORY / "docs" / "dashboard.svg"
ROOT, PORT = "/home/you/shop", "8080"
RIGHT, WRONG, RIGHT_AGAIN = "greeting)", "greetign)", 'greeting+"!")'


class Wide(Program):
    """hotrun in a terminal that is as wide as the picture."""

    size = (ROWS, COLUMNS)


def main() -> None:
    """Run, edit, and write the picture."""
    require("go")
    with tempfile.TemporaryDirectory() as folder:
        root = copy_project(PROJECT, Path(folder) / "shop")
        (root / "go.sum").touch()  # named by its configuration; without dependencies Go makes none
        red, green = _record(root)
    shots = [
        Shot("A typo is saved: the build fails, and the old version keeps running", red, "$ hotrun"),
        Shot("It is fixed: the build passes, and the process restarts", green, "[hotrun] build #3 started"),
    ]
    PICTURE.write_text(drawing(shots), encoding="utf-8")
    print(f"{PICTURE.name}: {PICTURE.stat().st_size} bytes")


def _record(root: Path) -> tuple[Terminal, Terminal]:
    """The screen when it is red, and when it passed again."""
    port = str(free_port())
    with Wide(root, PORT=port, GOFLAGS="-buildvcs=false") as program:
        program.wait_for("web ready")
        _replace(root / "main.go", RIGHT, WRONG)
        program.wait_for("web stale")
        red = program.said
        _replace(root / "main.go", WRONG, RIGHT_AGAIN)
        program.wait_for("#3 passed")
        while "web ready" not in program.said[len(red) :]:
            program.exit_code(0.1)
        green = program.said
    return _screen(red, root, port), _screen(green, root, port)


def _screen(said: str, root: Path, port: str) -> Terminal:
    terminal = Terminal()
    terminal.feed(f"\x1b[1m$\x1b[0m hotrun\r\n{said.replace(str(root), ROOT).replace(port, PORT)}")
    return terminal


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path.name} does not hold {old} once"
    path.write_text(text.replace(old, new), encoding="utf-8")


if __name__ == "__main__":
    main()
