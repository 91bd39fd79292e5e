"""Stops what survived when hotrun, its guard and all reapers were killed at once.

The next start in the same root does it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time

from hotrun.adapters.guard.protocol import records
from hotrun.adapters.guard.protocol.records import RunRecord
from hotrun.adapters.os import cgroup, process_table
from hotrun.adapters.os.process_info import ProcessInfo

GRACE_S = 0.5
_POLL_S = 0.01  # they are not our children, so no signal tells when they exit


def end_stale_processes(root: str) -> list[str]:
    """Stop what earlier sessions of this root left behind; returns messages about it.

    Lists one folder if there is nothing.

    Only processes of the same user that have the id of such a session in their environment and started after it.
    """
    messages = []
    for path, record in records.stale(root):
        found = _of(record)
        if found:
            names = ", ".join(f"{seen.name} ({seen.pid})" for seen in found)
            messages.append(f"stopped processes that an earlier, killed hotrun had left behind: {names}")
            _end(record, found)
        if record.cgroup is not None:
            cgroup.kill(record.cgroup)
            cgroup.remove_session(record.cgroup)
        if not _of(record):
            records.remove(path)
    return messages


def _end(record: RunRecord, found: list[ProcessInfo]) -> None:
    end_s = time.monotonic() + GRACE_S
    number = signal.SIGTERM
    while found and time.monotonic() < end_s + GRACE_S:
        for seen in found:
            _signal(seen, number)
        number = signal.SIGCONT if time.monotonic() < end_s else signal.SIGKILL
        time.sleep(_POLL_S)
        found = _of(record)


def _of(record: RunRecord) -> list[ProcessInfo]:
    mark = f"{records.SESSION_VARIABLE}={record.session.id}".encode()
    found = []
    for pid in process_table.pids():
        with contextlib.suppress(OSError):
            if pid != os.getpid() and os.stat(f"/proc/{pid}").st_uid == record.uid:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    carries = mark in file.read().split(b"\0")
                seen = process_table.find(pid) if carries else None
                if seen is not None and seen.is_alive and seen.started >= record.started:
                    found.append(seen)
    return found


def _signal(seen: ProcessInfo, number: int) -> None:
    """Signal this process, and not another one that has its pid by now."""
    with contextlib.suppress(OSError):
        pidfd = os.pidfd_open(seen.pid)
        try:
            now = process_table.find(seen.pid)
            if now is not None and now.started == seen.started:
                signal.pidfd_send_signal(pidfd, number)
        finally:
            os.close(pidfd)
