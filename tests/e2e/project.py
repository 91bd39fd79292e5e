"""The real command on a real project: starts hotrun, follows its events, edits files and asks over HTTP.

Every wait has a deadline and ends with the event, not with the deadline; what was started is ended in any case.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

import msgspec
import pytest

Event = dict[str, Any]

# A first build on a machine with cold caches compiles a framework and all it needs.
FIRST_BUILD_S = 300.0
DEADLINE_S = 60.0
STOP_S = 30.0
POLL_S = 0.02

SESSION = "HOTRUN_TEST_SESSION"
NOT_COPIED = shutil.ignore_patterns("tmp", "target", "node_modules", ".venv", "__pycache__", ".hotrun")

# A proxy of the environment must not answer for 127.0.0.1.
_web = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def unavailable(reason: str) -> NoReturn:
    """Skip the test for `reason`; in CI, where everything has to be there, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def require(*tools: str) -> None:
    """Go on only where all the programs are in PATH."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        unavailable(f"not installed: {', '.join(missing)}")


def copy_project(source: Path, target: Path) -> Path:
    """Copy a project without what its tools leave behind, and return the copy's path with symbolic links resolved."""
    return Path(shutil.copytree(source, target, ignore=NOT_COPIED)).resolve()


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listening(port: int) -> bool:
    """Whether somebody accepts connections on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def python_with(requirements: Path) -> Path:
    """Return the bin folder of a virtual environment that has `requirements`; it is made once and kept.

    It lives under HOTRUN_TEST_CACHE, by default ~/.cache/hotrun-tests. Where nothing can be downloaded, the test skips.
    """
    cache = Path(os.environ.get("HOTRUN_TEST_CACHE") or Path.home() / ".cache" / "hotrun-tests")
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = cache / f"{requirements.parent.name}-{digest}-{sys.version_info.major}.{sys.version_info.minor}"
    complete = folder / "complete"
    with _locked(folder.with_name(f"{folder.name}.lock")):
        if not complete.exists():
            _make_environment(folder, requirements)
            complete.touch()
    return folder / "bin"


def _make_environment(folder: Path, requirements: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True, timeout=DEADLINE_S)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    install = [*pip, "install", "--quiet", "-r", str(requirements)]
    done = subprocess.run(install, capture_output=True, text=True, timeout=FIRST_BUILD_S, check=False)
    if done.returncode != 0:
        unavailable(f"pip cannot install {requirements.name}: {done.stderr.strip()[-400:]}")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


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

        if not _until(answered, timeout):
            raise AssertionError(f"{timeout:.0f} s passed without {text!r}, last was {answer!r}\n{self.account()}")
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
        return [event["pid"] for event in self.events if event["type"] == "process.started" and _lives(event["pid"])]

    def wait_until_gone(self) -> None:
        """Return when no process of this session is left; AssertionError where one stays."""
        if not _until(lambda: not self.survivors(), STOP_S):
            raise AssertionError(f"processes are left: {self.survivors()}\n{self.account()}")

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


def _until(happened: Callable[[], bool], timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def _processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _carries(pid: int, variable: str) -> bool:
    try:
        with open(f"/proc/{pid}/environ", "rb") as environ:
            return variable.encode() in environ.read().split(b"\0")
    except OSError:  # gone meanwhile, a zombie, or somebody else's
        return False


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
