"""A project whose process prints numbered lines, so that a test sees whether one is lost or repeated."""

from __future__ import annotations

import re
import sys
from pathlib import Path

# Prints numbered lines, and goes on only when it is told to, so that a test decides how much there is.
COUNTER = """
import os, time
number = 0
while True:
    until = int(open("until").read() or 0) if os.path.exists("until") else 0
    while number < until:
        print(f"\\x1b[3{number % 7 + 1}mline {number}\\x1b[0m " + "." * (number * 37 % 90), flush=True)
        number += 1
        time.sleep(0.001)
    time.sleep(0.005)
"""


CONFIG = f"""
[build.app]
command = "grep -n bad main.txt | sed 's/^/main.txt:/; s/:bad/:1: error: bad/'; ! grep -q bad main.txt"
paths = ["main.txt"]

[run.web]
command = ["{sys.executable}", "-u", "../counter.py"]
needs = ["app"]
paths = []
"""


ROW = re.compile(r"^(● watching|[◐◓◑◒] |↻ restarting|● web |▲ web |◌ web |· web |r restart)")


SIZES = [(120, 40), (60, 30), (100, 20), (40, 24), (120, 20), (80, 12), (50, 16), (41, 8), (90, 30)]


def make(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "counter.py").write_text(COUNTER)
    (root / "hotrun.toml").write_text(CONFIG)
    (root / "main.txt").write_text("good\n")
    (root / ".gitignore").write_text("until\n")
    return root


def count_to(root: Path, number: int) -> None:
    (root.parent / "until").write_text(str(number))
    (root.parent / "until").rename(root / "until")


def numbers(lines: list[str]) -> list[int]:
    return [int(found[1]) for line in lines if (found := re.search(r"line (\d+)", line))]
