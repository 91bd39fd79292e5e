"""States of processes that are not ours to wait for."""

from __future__ import annotations

import os
import subprocess


def is_gone(pid: int) -> bool:
    """Return whether a process has ended; a zombie has."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return state_of(pid) in "ZX"


def state_of(pid: int) -> str:
    """Return the letter of a process's state: R, S, T (stopped), Z; "X" once it is gone."""
    if not os.path.exists("/proc/self/stat"):
        done = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True)
        return done.stdout.strip()[:1] or "X"
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # the second one: it ended between open and read
        return "X"
