"""Finds regular expressions that can hang, by trying them in a process that can be killed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SCRIPT = Path(__file__).with_name("hostile.py")
TIMEOUT_S = 5.0
EACH_S = 0.5
MOST_MS = 50  # of CPU time on one line, which is what the watchdog of a running session allows

Case = tuple[str, Sequence[str]]


def too_slow(cases: Sequence[Case], timeout_s: float = TIMEOUT_S) -> list[str | None]:
    """For each pattern, with texts that it is meant for: why it is refused, None where it is fine.

    A try takes `timeout_s` seconds at most, and half a second more for each pattern. All that come after a pattern
    that hangs get another one.
    """
    verdicts: list[str | None] = []
    while len(verdicts) < len(cases):
        rest = cases[len(verdicts) :]
        took, was_killed = _try(rest, timeout_s + EACH_S * len(rest))
        verdicts += [f"takes {ms} ms on some lines" if ms > MOST_MS else None for ms in took]
        if not was_killed:
            verdicts += [None] * (len(rest) - len(took))  # it could not be tried: the watchdog is still there
        elif len(took) < len(rest):
            verdicts.append("hangs on some lines")
    return verdicts


def _try(cases: Sequence[Case], timeout_s: float) -> tuple[list[int], bool]:
    """The milliseconds of the patterns that were tried to their end, and whether the next one had to be killed."""
    request = json.dumps([{"pattern": pattern, "texts": list(texts)} for pattern, texts in cases])
    child = subprocess.Popen(
        [sys.executable, "-I", str(SCRIPT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        output, _ = child.communicate(request, timeout=timeout_s)
    except subprocess.TimeoutExpired:
        child.kill()
        output, _ = child.communicate()
    return [int(line) for line in output.split("\n") if line.isdecimal()], child.returncode < 0


class Verdicts:
    """The patterns that were found to be fine, kept in a file by their digest; without a folder, nowhere."""

    def __init__(self, folder: str) -> None:
        """`folder` is where the file is kept; it is not made."""
        self._path = os.path.join(folder, "parsers.json")
        try:
            known = json.loads(Path(self._path).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = []
        self._fine = {str(digest) for digest in known} if isinstance(known, list) else set()

    def is_fine(self, pattern: str) -> bool:
        """Whether this pattern has been tried, by this version of what tries it."""
        return _digest(pattern) in self._fine

    def keep(self, patterns: Sequence[str]) -> None:
        """Remember that these are fine, and forget all others."""
        with contextlib.suppress(OSError):
            Path(self._path).write_text(json.dumps(sorted(map(_digest, patterns))), encoding="utf-8")


def _digest(pattern: str) -> str:
    return hashlib.sha256(SCRIPT.read_bytes() + b"\0" + pattern.encode()).hexdigest()
