"""`hotrun demo`: a small real project in a temporary folder; with --check it edits itself to prove the installation."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from hotrun.cli.options import Options
from hotrun.cli.say import say
from hotrun.core.model.text import duration, listed
from hotrun.errors import HotrunError

FILE, OLD, NEW = "page.py", "version 1", "version 2"
PATIENCE_S = 60.0


def demo(options: Options, check: bool) -> int:
    """Run the demo project until it is stopped, or use it to test the installation (`check`)."""
    with _project() as (folder, port):
        if check:
            return _check(folder, port)
        say(f"demo: http://127.0.0.1:{port}/ shows the page made by {os.path.join(folder, FILE)}")
        print(
            "demo: edit that file, save, and look at the page. Ctrl-C stops hotrun and removes the folder", flush=True
        )
        from hotrun.cli.run import run

        return run(msgspec.structs.replace(options, directory=folder))


@contextmanager
def _project() -> Iterator[tuple[str, int]]:
    """The demo's files in a folder of their own, and a port that is free; the environment says both to children."""
    before = os.getcwd()
    folder = os.path.realpath(tempfile.mkdtemp(prefix="hotrun-demo-"))
    try:
        source = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "demo")
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        port = _free_port()
        os.environ["PORT"] = str(port)
        # `python3` in the demo is the one that hotrun runs on, wherever that is.
        os.environ["PATH"] = os.pathsep.join((os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)))
        yield folder, port
    finally:
        os.chdir(before)
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _check(folder: str, port: int) -> int:
    """Start hotrun on the demo as a person would, edit, and wait for the page; returns 0 or raises HotrunError."""
    command = [sys.executable, "-m", "hotrun", "-C", folder, "--ui", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as session:
        try:
            signal.signal(signal.SIGALRM, _too_slow)
            signal.setitimer(signal.ITIMER_REAL, PATIENCE_S)
            took_ms, events = _edit_and_wait(session, folder, port)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            session.send_signal(signal.SIGTERM)
            session.wait()
    if session.returncode != 0:
        raise HotrunError(f"demo: hotrun exited with code {session.returncode}", exit_code=1)
    print(f"demo: passed, edit to page {duration(took_ms)} (build {duration(events)})")
    return 0


def _edit_and_wait(session: subprocess.Popen[bytes], folder: str, port: int) -> tuple[int, int]:
    wait_for(session, "process.started", "watching")
    _wait_for_page(port, OLD)
    path = os.path.join(folder, FILE)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    started = time.monotonic()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(OLD, NEW))
    build_ms = int(wait_for(session, "build.finished")["duration_ms"])
    _wait_for_page(port, NEW)
    return round((time.monotonic() - started) * 1000), build_ms


def wait_for(session: subprocess.Popen[bytes], *kinds: str) -> dict[str, Any]:
    """Wait for the next event of each of these types, in any order; returns the last one.

    Raises HotrunError where the stream ends first.
    """
    assert session.stdout is not None
    seen: list[str] = []
    missing = set(kinds)
    for line in session.stdout:
        event: dict[str, Any] = msgspec.json.decode(line)
        missing.discard(event["type"])
        if not missing:
            return event
        if event["type"] in ("output", "message"):
            seen.extend("  " + line for line in event["text"].split("\n"))
    raise HotrunError("\n".join([f"demo: hotrun exited before {listed(sorted(missing))}", *seen[-20:]]), exit_code=1)


def _wait_for_page(port: int, text: str) -> None:
    """Ask until the page holds `text`; the server needs a moment to listen, and tells nobody when it does."""
    from http.client import HTTPException
    from urllib.request import urlopen

    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                if text in answer.read().decode():
                    return
        except (HTTPException, OSError):  # an answer may be cut off by the restart
            pass
        time.sleep(0.005)


def _too_slow(number: int, frame: object) -> None:
    raise HotrunError(f"demo: timed out after {PATIENCE_S:.0f} s", "see what happens with hotrun demo", exit_code=1)
