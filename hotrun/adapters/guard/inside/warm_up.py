"""Warms up a spare reaper: it runs everything once that it will run later, without any effect.

A forked Python copies each page of memory that it touches for the first time. That takes a millisecond or two in all,
which would otherwise come between the end of one run and the start of the next.
"""

from __future__ import annotations

import contextlib
import os
import signal

from hotrun.adapters.guard.inside.launch import launch
from hotrun.adapters.guard.inside.wake_up import drain
from hotrun.adapters.guard.protocol.channel import pair
from hotrun.adapters.guard.protocol.messages import Empty, Ended, Send, Start, Started, decode_order, encode
from hotrun.adapters.os import process_group, process_table

_NOWHERE = b"/nonexistent/hotrun"
_NOBODY = 2**22 + 1  # no process has this pid: Linux ends at 2^22, macOS at 99,999


def warm_up(woken: int) -> None:
    """Run the paths of a start, a signal and an exit. `woken` is the reaper's wake-up descriptor, already set up."""
    env = {f"VARIABLE_{number}".encode(): b"value" * 10 for number in range(60)}
    ours, theirs = pair()
    null = os.open(os.devnull, os.O_RDWR)
    ours.send(encode(Start("run", (_NOWHERE, b"argument"), env, b"/", signal.SIGTERM, 2000, sources=1)), (null,) * 4)
    ours.send(encode(Send(signal.SIGTERM)))
    for message, fds in theirs.receive():
        order = decode_order(message)
        if isinstance(order, Start):
            launch(order, fds[:3])
        for fd in fds:
            os.close(fd)
    os.kill(os.getpid(), signal.SIGCHLD)
    drain(woken)
    process_group.send(_NOBODY, signal.SIGTERM)
    process_group.send_to(_NOBODY, signal.SIGTERM)
    process_table.descendants(os.getpid())
    with contextlib.suppress(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    for answer in (Started(_NOBODY), Ended(os.waitstatus_to_exitcode(0), left=False), Empty()):
        theirs.send(encode(answer))
    ours.close()
    theirs.close()
    os.close(null)
