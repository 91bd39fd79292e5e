"""One file for each session with running programs, to find those again if hotrun, guard and reapers are killed at once.

The guard writes it before anything runs and removes it when nothing does. A record whose hotrun is gone means that
there may be something to stop.
"""

from __future__ import annotations

import contextlib
import os

import msgspec

from hotrun.adapters.instance.runtime_folder import UnsafeFolder, name_of, runtime_folder
from hotrun.adapters.os import process_table

SUFFIX = ".run"
SESSION_VARIABLE = "HOTRUN_RUN"  # the id of the session, in the environment of every program
_BOOT_ID = "/proc/sys/kernel/random/boot_id"


class SessionMark(msgspec.Struct, frozen=True):
    """A session of hotrun: a random id, the absolute root (bytes, which need not be text), and hotrun's pid."""

    id: str
    root: bytes
    pid: int


class RunRecord(msgspec.Struct, frozen=True):
    """`started`: start time of `session.pid`, in clock ticks after `boot`.

    `cgroup`: where its programs are born, if anywhere.
    """

    session: SessionMark
    uid: int
    boot: str
    started: int
    cgroup: str | None = None


def new_session(root: str) -> SessionMark:
    """Return a session of this process."""
    return SessionMark(os.urandom(16).hex(), os.fsencode(root), os.getpid())


def write(session: SessionMark, cgroup: str | None) -> str | None:
    """Write the record of a session whose process lives; returns its path, or None if it cannot be written."""
    seen = process_table.find(session.pid)
    if seen is None:
        return None
    try:
        folder = runtime_folder()
    except UnsafeFolder:
        return None
    path = os.path.join(folder, f"{name_of(os.fsdecode(session.root))}-{session.id}{SUFFIX}")
    record = RunRecord(session, os.getuid(), boot(), seen.started, cgroup)
    try:
        with open(f"{path}.new", "wb", opener=_private) as file:
            file.write(msgspec.json.encode(record))
        os.replace(f"{path}.new", path)
    except OSError:
        return None
    return path


def remove(path: str) -> None:
    """Remove a record, and its folder if that is empty."""
    with contextlib.suppress(OSError):
        os.remove(path)
        os.rmdir(os.path.dirname(path))


def stale(root: str) -> list[tuple[str, RunRecord]]:
    """Return the records of this root, with their paths, whose hotrun is gone. Those of another boot are removed."""
    try:
        folder = runtime_folder()
    except UnsafeFolder:
        return []
    prefix = f"{name_of(root)}-"
    found = []
    for name in os.listdir(folder):
        if name.startswith(prefix) and name.endswith(SUFFIX):
            path = os.path.join(folder, name)
            record = _read(path)
            if record is None or record.boot != boot():
                remove(path)
            elif record.session.root == os.fsencode(root) and record.uid == os.getuid() and not _lives(record):
                found.append((path, record))
    return found


def boot() -> str:
    """Return an id of the time since the system has started; "" where there is none."""
    try:
        with open(_BOOT_ID, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def _lives(record: RunRecord) -> bool:
    seen = process_table.find(record.session.pid)
    return seen is not None and seen.started == record.started and seen.is_alive


def _read(path: str) -> RunRecord | None:
    try:
        with open(path, "rb") as file:
            return msgspec.json.decode(file.read(), type=RunRecord)
    except (OSError, msgspec.MsgspecError):
        return None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)
