"""A self-test of the watcher: write a file into hotrun's own folder, and measure the time until it is reported."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time

import msgspec

from hotrun.adapters.files.watcher import Watcher
from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.core.model.project import Watch

TIMEOUT_S = 3.0


class WatchNotWorking(Exception):
    """The probe failed. The message says why."""


class WatchProbe(msgspec.Struct, frozen=True):
    """The time from a write to its report in milliseconds, and the backend that reported it."""

    latency_ms: float
    backend: str


def probe(root: str, watch: Watch) -> WatchProbe:
    """Write a file below `root`/.hotrun, and watch it as `watch` says. Raises WatchNotWorking. Leaves no files."""
    folder = StateFolder(root)
    existed = os.path.isdir(folder.path)
    sync = folder.cookie_folder()
    try:
        if sync is None:
            raise WatchNotWorking(f"{folder.path} cannot be written")
        return asyncio.run(_probe(sync, watch))
    finally:
        if not existed:
            _remove(folder.path)


async def _probe(folder: str, watch: Watch) -> WatchProbe:
    loop = asyncio.get_running_loop()
    answers: asyncio.Queue[float | str] = asyncio.Queue()
    path = os.path.join(folder, f"probe-{os.getpid()}")

    def answer(found: float | str) -> None:
        """Called in the sensor's thread, maybe after the loop was closed."""
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(answers.put_nowait, found)

    def report(paths: frozenset[str], removed: frozenset[str]) -> None:
        at = time.perf_counter()
        if path in paths:
            answer(at)

    watcher = Watcher(report, answer)
    timeout_s = TIMEOUT_S + 2 * watch.poll_interval_ms / 1000
    try:
        watcher.use(watch.poll, watch.poll_interval_ms / 1000)
        watcher.watch([folder])
        backend = watcher.backend
        started = time.perf_counter()
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        found = await asyncio.wait_for(answers.get(), timeout_s)
    except TimeoutError:
        raise WatchNotWorking(f"a written file was not reported within {timeout_s:.0f} s") from None
    except (OSError, ValueError) as error:
        raise WatchNotWorking(str(error)) from error
    finally:
        watcher.close()
        with contextlib.suppress(OSError):
            os.remove(path)
    if isinstance(found, str):
        raise WatchNotWorking(found)
    return WatchProbe((found - started) * 1000, backend)


def _remove(folder: str) -> None:
    """Remove the probe's files, unless another hotrun has started to use the folder."""
    with contextlib.suppress(OSError):
        os.rmdir(os.path.join(folder, "sync"))
        if os.listdir(folder) == [".gitignore"]:
            os.remove(os.path.join(folder, ".gitignore"))
            os.rmdir(folder)
