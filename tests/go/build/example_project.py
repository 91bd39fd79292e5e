"""A copy of examples/go-plugin, and the program that the steps of [go] run there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from tests.support.repository import REPOSITORY

EXAMPLE = REPOSITORY / "examples" / "go-plugin"


BUILD_S = 240


TARGETS = (
    ("host", "./cmd/host"),
    ("plugin:loud", "./plugins/loud"),
    ("plugin:quiet", "./plugins/quiet"),
)


OUTPUTS = ("host=tmp/host", "plugin:loud=tmp/plugins/loud.so", "plugin:quiet=tmp/plugins/quiet.so")


PLACES = [word.partition("=")[2] for word in OUTPUTS]


class Done(msgspec.Struct, frozen=True):
    status: int
    lines: list[str]


class Project:
    """A copy of the example project. Runs the program as the steps do."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *words: str) -> Done:
        command = [sys.executable, "-P", "-m", "hotrun.go.build", *words]
        done = subprocess.run(
            command,
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=BUILD_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return Done(done.returncode, (done.stdout + done.stderr).splitlines())

    def build(self, *keys: str) -> None:
        for key, package in TARGETS:
            if key in keys or not keys:
                done = self.run("target", key, package)
                assert done.status == 0, done.lines

    def fit(self, *options: str) -> Done:
        return self.run("fit", *options, *OUTPUTS)

    def go(self, *words: str) -> None:
        subprocess.run(["go", *words], cwd=self.root, check=True, timeout=BUILD_S, capture_output=True)

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def published(self) -> dict[str, bytes]:
        return {place: (self.root / place).read_bytes() for place in PLACES}

    def inodes(self) -> dict[str, int]:
        return {place: (self.root / place).stat().st_ino for place in PLACES}
