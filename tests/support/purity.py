"""Notices what `Engine.handle` does beside thinking: opens, starts, connects, imports, looks at a file or a clock."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hotrun.core.engine import Engine

# Looks at the disk or the clock that raise no audit event.
SILENT = {
    os: ("stat", "lstat", "access", "readlink", "getcwd"),
    time: ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "process_time", "thread_time_ns", "sleep"),
}

HARMLESS = ("object.__getattr__",)  # a profiler or debugger that reads the code of a frame


class Impure(BaseException):
    """Something that only adapters may do. No `except Exception` hides it."""


class _Watch:
    thinking: int | None = None  # the thread that is in `handle`; others may do what they like
    has_hook = False


def _on_audit(event: str, arguments: tuple[object, ...]) -> None:
    if event in HARMLESS:
        return
    if _Watch.thinking is not None and _Watch.thinking == threading.get_ident():
        _Watch.thinking = None  # so that the report may look at files
        raise Impure(f"Engine.handle: {event} {arguments}")


def _refused(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        _on_audit(name, args)
        return real(*args, **kwargs)

    return call


@contextmanager
def pure_handle() -> Iterator[None]:
    """Within this, `Engine.handle` raises Impure for all that is no thinking. An audit hook stays for ever, idle."""
    if not _Watch.has_hook:
        sys.addaudithook(_on_audit)
        _Watch.has_hook = True
    handle = Engine.handle

    def watched(self: Engine, *args: Any, **kwargs: Any) -> Any:
        _Watch.thinking = threading.get_ident()
        try:
            return handle(self, *args, **kwargs)
        finally:
            _Watch.thinking = None

    originals = [(module, name, getattr(module, name)) for module, names in SILENT.items() for name in names]
    Engine.handle = watched  # type: ignore[method-assign]
    for module, name, real in originals:
        setattr(module, name, _refused(f"{module.__name__}.{name}", real))
    try:
        yield
    finally:
        Engine.handle = handle  # type: ignore[method-assign]
        for module, name, real in originals:
            setattr(module, name, real)
