"""The real command on a real project: starts hotrun, follows its events, edits files and asks over HTTP.

Every wait has a deadline and ends with the event, not with the deadline; what was started is ended in any case.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from tests.support.processes import is_gone
from tests.support.waiting import DEADLINE_S, wait_until

Event = dict[str, Any]

STOP_S = 30.0

SESSION = "HOTRUN_TEST_SESSION"

# A proxy of the environment must not answer for 127.0.0.1.
_web = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Running:
    """A hotrun that runs in `root`, with `--ui json`. Leaving the `with` block ends it and all that it started.

    `port` becomes PORT, the folders of `path` come first in PATH, `env` is laid over both. `since` is a position in
    `events`, as `mark` returns it. `program`: what Python runs instead of hotrun.
    """

    def __init__(
        self,
        root: Path,
        *,
        port: int = 0,
        arguments: Sequence[str] = (),
        path: Sequence[Path] = (),
        env: Mapping[str, str] | None = None,
        program: Sequence[str] = ("-m", "hotrun"),
    ) -> None:
        self.root = root
        self._program = program
        self.port = port
        self.events: list[Event] = []
        self.stray_output: list[bytes] = []
        self._session = uuid.uuid4().hex
        self._arguments = arguments
        self._env = self._environment(path, env or {})
        self._arrived = threading.Condition()
        self._ended = False
        self._stderr = root.parent / f"{root.name}.{self._session}.stderr"

    def _environment(self, path: Sequence[Path], env: Mapping[str, str]) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOTRUN")}
        search = os.pathsep.join([*map(str, path), inherited.get("PATH", os.defpath)])
        return {**inherited, "PATH": search, "PORT": str(self.port), SESSION: self._session, **env}

    def __enter__(self) -> Self:
        with self._stderr.open("wb") as stderr:
            self._process = subprocess.Popen(
                # -P: a module in the project's folder is not one of hotrun's.
                [sys.executable, "-P", *self._program, "--ui", "json", *self._arguments],
                cwd=self.root,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._process.poll() is None:
                self._process.terminate()
                self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        finally:
            for pid in self.survivors():
                _kill(pid)
            self._reader.join(STOP_S)
            if self._process.stdout is not None:
                self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._arrived:
                try:
                    self.events.append(msgspec.json.decode(line, type=Event))
                except msgspec.DecodeError:
                    self.stray_output.append(line)
                self._arrived.notify_all()
        with self._arrived:
            self._ended = True
            self._arrived.notify_all()

    @property
    def pid(self) -> int:
        """The process id of hotrun itself."""
        return self._process.pid

    @property
    def mark(self) -> int:
        """How many events there are now: `since=` this means only later ones."""
        return len(self.events)

    def seen(self, kind: str, *, since: int = 0, **fields: object) -> list[Event]:
        """Return the events of that type, with these fields, that have arrived already."""
        wanted = {"type": kind, **fields}
        return [event for event in self.events[since:] if all(event.get(key) == wanted[key] for key in wanted)]

    def wait_for(self, kind: str, *, since: int = 0, timeout: float = DEADLINE_S, **fields: object) -> Event:
        """Return the first event of that type with these fields, as soon as it has arrived; `timeout` in seconds.

        Raises AssertionError at the deadline, and at once where hotrun has ended.
        """
        deadline = time.monotonic() + timeout
        with self._arrived:
            while not (found := self.seen(kind, since=since, **fields)):
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    why = "hotrun ended" if self._ended else f"{timeout:.0f} s passed"
                    raise AssertionError(f"{why} without {kind} {fields or ''}\n{self.account(since)}")
                self._arrived.wait(left)
        return found[0]

    def wait_until(self, happened: Callable[[], bool], *, timeout: float = DEADLINE_S) -> None:
        """Return when `happened` says so, asked at each event; AssertionError at the deadline, in seconds."""
        with self._arrived:
            if not self._arrived.wait_for(happened, timeout):
                raise AssertionError(f"{timeout:.0f} s passed\n{self.account()}")

    def get(self, path: str = "/") -> str:
        """Return what the project answers on its port; raises OSError where nobody does."""
        with _web.open(f"http://127.0.0.1:{self.port}{path}", timeout=DEADLINE_S) as response:
            body: bytes = response.read()
        return body.decode()

    def wait_for_answer(self, text: str, path: str = "/", *, timeout: float = DEADLINE_S) -> str:
        """Ask until the answer contains `text`, and return that answer; AssertionError at the deadline."""
        answer = "no answer"

        def answered() -> bool:
            nonlocal answer
            try:
                answer = self.get(path)
            except OSError as error:  # nobody listens, or the old run is just going away
                answer = f"no answer: {error}"
            return text in answer

        wait_until(answered, lambda: f"{text!r}, last was {answer!r}\n{self.account()}", timeout=timeout)
        return answer

    def write(self, file: str, text: str) -> None:
        """Save `text` as an editor does that replaces the file: there is never half of it to be read."""
        target = self.root / file
        # Beside the project, not in it: the only change to be seen is the one that is meant.
        saved = self.root.parent / f"{self.root.name}.saved"
        saved.write_text(text, encoding="utf-8")
        if target.exists():
            shutil.copymode(target, saved)
        saved.replace(target)

    def read(self, file: str) -> str:
        """Return a file's text."""
        return (self.root / file).read_text(encoding="utf-8")

    def edit(self, file: str, old: str, new: str) -> None:
        """Save the file with `new` in the place of `old`, which must be there exactly once."""
        text = self.read(file)
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        self.write(file, text.replace(old, new))

    def stop(self, signum: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal to hotrun, wait for its end and its last event, and return its exit code."""
        self._process.send_signal(signum)
        try:
            code = self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"hotrun goes on after {signum.name}\n{self.account()}") from None
        self._reader.join(STOP_S)
        return code

    def survivors(self) -> list[int]:
        """Return the processes of this session that live: hotrun, its own children, and all that they have started."""
        if sys.platform == "linux":
            return [pid for pid in _processes() if _carries(pid, f"{SESSION}={self._session}")]
        return [
            event["pid"] for event in self.events if event["type"] == "process.started" and not is_gone(event["pid"])
        ]

    def wait_until_gone(self) -> None:
        """Return when no process of this session is left; AssertionError where one stays."""
        wait_until(lambda: not self.survivors(), lambda: f"an end of {self.survivors()}\n{self.account()}")

    def account(self, since: int = 0) -> str:
        """Return what has happened, for the message of a failed test."""
        lines = [msgspec.json.encode(event).decode() for event in self.events[since:][-40:]]
        said = self._stderr.read_text(encoding="utf-8", errors="replace")[-4000:]
        return "\n".join(["events:", *lines, "stderr:", said])


def check_stream(running: Running) -> None:
    """Assert what holds for every stream of events that has ended."""
    assert running.stray_output == []
    assert [event["seq"] for event in running.events] == list(range(1, len(running.events) + 1))
    assert {event["v"] for event in running.events} == {1}
    assert [running.events[0]["type"], running.events[-1]["type"]] == ["session.started", "session.ended"]
    started = [event["build"] for event in running.seen("build.started")]
    assert [event["build"] for event in running.seen("build.finished")] == started


def _processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _carries(pid: int, variable: str) -> bool:
    try:
        with open(f"/proc/{pid}/environ", "rb") as environ:
            return variable.encode() in environ.read().split(b"\0")
    except OSError:  # gone meanwhile, a zombie, or somebody else's
        return False


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
