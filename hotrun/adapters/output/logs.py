"""Writes `.hotrun/logs/NAME.log`: the output of each step and process, byte for byte, with a line before each run.

Escape sequences are kept: `less -R` and `cat` show a log as a terminal would have, and nothing of the output is lost. A
file that gets too large becomes NAME.log.1, replacing the previous one. Nothing here raises: a log that cannot be
written is reported once, and hotrun continues without it.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Callable, Iterator

from hotrun.adapters.instance.state_folder import StateFolder

MAX_LOG_BYTES = 5 * 1024 * 1024

# In an untrusted project the name may be a link to another file of ours, or a pipe that nobody reads.
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY

Notice = Callable[[str], None]


class OutputLogs:
    """All logs of a session."""

    def __init__(self, folder: StateFolder, notice: Notice) -> None:
        """`notice` gets the reasons why there is no log, each once."""
        self._folder = folder
        self._notice = notice
        self._files: dict[str, _OpenLog] = {}
        self._reported: set[int | None] = set()

    def open(self, name: str, build: int, run: int) -> LogFile:
        """Return the log of a run of the step or process `name`.

        The file is not touched before the run writes something.
        """
        file = self._files.get(name)
        if file is None:
            file = self._files[name] = _OpenLog(self._folder, f"{name}.log", self._fail)
        return LogFile(file, build, run)

    def _fail(self, path: str, error: OSError) -> None:
        if error.errno not in self._reported:
            self._reported.add(error.errno)
            self._notice(f"{path} cannot be written ({error.strerror or error}); continuing without this log")


class LogFile:
    """The log of one run; the runs of one name share a file."""

    def __init__(self, file: _OpenLog, build: int, run: int) -> None:
        self._file = file
        self._build = build
        self._run = run
        self._has_begun = False
        self._is_closed = False

    def write(self, data: bytes | memoryview) -> None:
        """Append `data`."""
        if not self._has_begun:
            self._has_begun = True
            self._file.begin(f"=== build {self._build} · run {self._run} · {time.strftime('%Y-%m-%d %H:%M:%S')} ===\n")
        self._file.write(data)

    def close(self) -> None:
        """End the log of this run. Does nothing the second time."""
        if self._has_begun and not self._is_closed:
            self._file.end()
        self._is_closed = True


class _OpenLog:
    """A file that runs are writing to: opened by the first, closed by the last."""

    def __init__(self, folder: StateFolder, name: str, fail: Callable[[str, OSError], None]) -> None:
        self._folder = folder
        self._name = name
        self._fail = fail
        self._writers = 0
        self._fd: int | None = None
        self._size = 0

    def begin(self, marker: str) -> None:
        """Count a run that starts to write, and write its first line."""
        self._writers += 1
        with self._report_once():
            if self._fd is None:  # again after a failure: the disk may have room again
                self._open()
            # The output of the previous run may not end with a line feed.
            self._append(("\n" * (self._size > 0) + marker).encode())

    def write(self, data: bytes | memoryview) -> None:
        if self._fd is None:
            return
        with self._report_once():
            if self._size + len(data) > MAX_LOG_BYTES:
                end = bytes(data).rfind(b"\n") + 1  # the next file starts with a whole line
                self._append(data[:end])
                self._rotate()
                data = data[end:]
            self._append(data)

    def end(self) -> None:
        """Count off a run that has written everything."""
        self._writers -= 1
        if self._writers == 0:
            self._close()

    @contextlib.contextmanager
    def _report_once(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._close()
            self._fail(os.path.join(".hotrun", "logs", self._name), error)

    def _append(self, data: bytes | memoryview) -> None:
        assert self._fd is not None
        while data:
            written = os.write(self._fd, data)
            self._size += written
            data = data[written:]

    def _open(self) -> None:
        path = os.path.join(self._folder.make("logs"), self._name)
        fd = os.open(path, _FLAGS, 0o600)
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            os.close(fd)
            raise OSError("it is no file")
        self._fd, self._size = fd, status.st_size

    def _rotate(self) -> None:
        self._close()
        path = os.path.join(self._folder.make("logs"), self._name)
        # Two calls: if a rename replaces a file, ext4 first writes the data to the disk (4 ms).
        with contextlib.suppress(FileNotFoundError):
            os.remove(path + ".1")
        with contextlib.suppress(FileNotFoundError):  # somebody has removed it
            os.rename(path, path + ".1")
        self._open()

    def _close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
