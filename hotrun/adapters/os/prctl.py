"""Features of prctl(2): adopting orphans, a signal at the parent's death, another process name."""

from __future__ import annotations

import contextlib
import ctypes
import sys

_SET_PDEATHSIG, _SET_NAME, _SET_CHILD_SUBREAPER = 1, 15, 36  # linux/prctl.h
_ARG_START, _ARG_END = 45, 46  # positions in /proc/self/stat after the name, see proc(5)


def adopt_orphans() -> None:
    """Let orphans among our descendants become our children (Linux 3.4; does nothing elsewhere)."""
    _prctl(_SET_CHILD_SUBREAPER, ctypes.c_ulong(1))


def wake_when_parent_ends(number: int) -> None:
    """Ask for this signal when our parent's thread exits. It may have exited before: compare getppid() afterwards."""
    _prctl(_SET_PDEATHSIG, ctypes.c_ulong(number))


def rename(title: str) -> None:
    """Show `title` in ps and pkill, instead of our command line."""
    if sys.platform != "linux":
        return
    _prctl(_SET_NAME, ctypes.c_char_p(title.encode()[:15]))
    with contextlib.suppress(OSError):
        with open("/proc/self/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        start, end = int(fields[_ARG_START]), int(fields[_ARG_END])
        if 0 < start < end:
            text = title.encode()[: end - start - 1]
            ctypes.memmove(start, text.ljust(end - start, b"\0"), end - start)


def _prctl(option: int, value: object) -> None:
    if sys.platform == "linux":
        none = ctypes.c_ulong(0)
        ctypes.CDLL(None).prctl(option, value, none, none, none)
