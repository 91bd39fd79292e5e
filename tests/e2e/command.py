"""One command of hotrun, run to its end as in a shell, and what it printed."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

HOTRUN = (sys.executable, "-P", "-m", "hotrun")


SCRIPTS = sysconfig.get_path("scripts")


def run(folder: Path, *arguments: str, command: Sequence[str] = HOTRUN, **env: str) -> subprocess.CompletedProcess[str]:
    ours = {"PATH": os.pathsep.join((SCRIPTS, os.environ.get("PATH", os.defpath))), "COLUMNS": "100"}
    return subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env={**os.environ, **ours, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def good(done: subprocess.CompletedProcess[str]) -> str:
    """What a command said on stdout that ended well and said nothing else."""
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


def lay_out(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


# What lies in the folder, what is detected, and a command of it.
PROJECTS = {
    "Go": (
        {"go.mod": "module example.com/shop\n", "main.go": "package main\n\nfunc main() {}\n"},
        "Go module example.com/shop (main package .)",
        "go build -o tmp/shop .",
    ),
    "npm": (
        {"package.json": '{"name": "shop", "scripts": {"start": "node server.js"}}', "server.js": ""},
        "npm package shop (script start: node server.js)",
        "npm run start",
    ),
    "Python": ({"main.py": "print('hello')\n"}, "Python script main.py", "python3 main.py"),
}
