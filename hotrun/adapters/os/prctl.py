"""What only prctl(2) can do: take in orphans, be told of a parent's death, bear another name."""

from __future__ import annotations

import contextlib
import ctypes
import sys

_SET_PDEATHSIG, _SET_NAME, _SET_CHILD_SUBREAPER = 1, 15, 36  # linux/prctl.h
_ARG_START, _ARG_END = 45, 46  # of the fields of /proc/self/stat behind the name, see proc(5)


def adopt_orphans() -> None:
    """From now on orphans among our descendants become our children (Linux 3.4; elsewhere nothing happens)."""
    _prctl(_SET_CHILD_SUBREAPER, ctypes.c_ulong(1))


def wake_when_parent_ends(number: int) -> None:
    """Let this signal come when our parent's thread ends. It may have ended before: compare getppid() afterwards."""
    _prctl(_SET_PDEATHSIG, ctypes.c_ulong(number))


def rename(title: str) -> None:
    """Show `title` in ps and to pkill, instead of the command line that we were started with."""
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
