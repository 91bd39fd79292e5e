"""Starts a reaper's program by posix_spawn. A fork of Python itself would cost 5 to 25 ms and could hang."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
from collections.abc import Iterator, Sequence

from hotrun.adapters.guard.protocol.messages import Failed, Start

_Action = tuple[int, ...] | tuple[int, int, bytes, int, int]
_DEFAULTED = sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})


def launch(start: Start, fds: Sequence[int]) -> int | Failed:
    """Start a program in a new session, with `fds` as its 0, 1, 2 and so on; returns its pid, or why it failed."""
    try:
        os.chdir(start.cwd)  # posix_spawn cannot set the working directory
    except (OSError, ValueError) as error:
        return _failed("cwd", error)
    # A number that is about to be assigned must not still be a source, and a copy onto itself would stay close-on-exec.
    sources = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, len(fds)) for fd in fds]
    try:
        return _spawn(start, _streams(start, sources))
    except (OSError, ValueError) as error:
        return _failed("program", error)
    finally:
        for fd in sources:
            os.close(fd)
        os.chdir("/")  # a reaper must not keep a folder busy


def _streams(start: Start, sources: Sequence[int]) -> list[_Action]:
    actions: list[_Action] = [(os.POSIX_SPAWN_DUP2, source, number) for number, source in enumerate(sources)]
    if start.tty:
        # The first terminal that the leader of a new session opens becomes its controlling terminal.
        actions[:3] = [
            (os.POSIX_SPAWN_OPEN, 0, start.tty, os.O_RDWR, 0),
            (os.POSIX_SPAWN_DUP2, 0, 1),
            (os.POSIX_SPAWN_DUP2, 0, 2),
        ]
    return actions


def _spawn(start: Start, actions: Sequence[_Action]) -> int:
    """Try each place in PATH that has the program, as execvpe does.

    The error of an existing file wins over "not found".
    """
    failure: OSError = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    for path in _places(start):
        try:
            return os.posix_spawn(
                path, start.argv, start.env, file_actions=actions, setsid=True, setsigmask=[], setsigdef=_DEFAULTED
            )
        except (FileNotFoundError, NotADirectoryError) as error:
            failure = failure if not isinstance(failure, FileNotFoundError) else error
        except OSError as error:
            failure = error
    raise failure


def _places(start: Start) -> Iterator[bytes]:
    name = start.argv[0]
    if b"/" in name:
        yield name
        return
    for folder in start.env.get(b"PATH", os.fsencode(os.defpath)).split(b":"):
        path = os.path.join(folder, name)
        if os.path.lexists(path):  # each failed attempt would cost a process
            yield path


def _failed(what: str, error: OSError | ValueError) -> Failed:
    number = error.errno or 0 if isinstance(error, OSError) else 0
    return Failed("cwd" if what == "cwd" else "program", number, str(error))
