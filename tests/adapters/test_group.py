"""Process groups: signals to what may be ending, and zombies that nobody collects."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hotrun.adapters import group
from tests.adapters.loop import DEADLINE_S, is_gone, state_of, until

LINUX = sys.platform == "linux"

# Leads a group, in which a zombie stays: its parent has left the group and never waits for it. Says both pids.
LEAVE_A_ZOMBIE = """
import os, signal
if os.fork():
    signal.sigwait({signal.SIGUSR1})
    os._exit(0)
zombie = os.fork()
if not zombie:
    os._exit(0)
os.setsid()
os.waitid(os.P_PID, zombie, os.WEXITED | os.WNOWAIT)
os.write(1, b"%d %d\\n" % (os.getpid(), zombie))
os.kill(os.getppid(), signal.SIGUSR1)
signal.pause()
"""

# As pid 1 does, takes in whoever is left alone; the member of the group that ended becomes its zombie.
TAKE_IN_ORPHANS = """
import ctypes, subprocess, sys
from hotrun.adapters import group
PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
leader = subprocess.Popen(["sh", "-c", "sleep 60 & echo"], stdout=subprocess.PIPE, start_new_session=True)
leader.wait()
print(group.alive(leader.pid))
group.send(leader.pid, 9)
while group.alive(leader.pid):
    pass
try:
    group.os.killpg(leader.pid, 0)
except ProcessLookupError:
    print("nothing is left, no zombie either")
"""


@pytest.mark.skipif(not LINUX, reason="needs /proc to tell a zombie")
def test_a_group_of_zombies_is_not_alive() -> None:
    block = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})\n"
    leader = subprocess.Popen(
        [sys.executable, "-ISc", block + LEAVE_A_ZOMBIE], stdout=subprocess.PIPE, start_new_session=True
    )
    assert leader.stdout is not None
    parent, zombie = map(int, leader.stdout.readline().split())
    leader.stdout.close()
    try:
        leader.wait(DEADLINE_S)
        assert state_of(zombie) == "Z"
        os.killpg(leader.pid, 0)  # for the kernel the group is still there
        assert not group.alive(leader.pid)
    finally:
        os.kill(parent, signal.SIGKILL)


@pytest.mark.skipif(not LINUX, reason="needs a subreaper")
def test_members_that_became_our_children_are_collected() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TAKE_IN_ORPHANS],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        cwd=Path(__file__).parent.parent.parent,
    )
    assert done.stdout.splitlines() == ["True", "nothing is left, no zombie either"], done.stderr


def test_a_living_group_is_alive_until_its_last_member_ends() -> None:
    leader = subprocess.Popen(["sh", "-c", "sleep 60 & echo $!"], stdout=subprocess.PIPE, start_new_session=True)
    assert leader.stdout is not None
    member = int(leader.stdout.readline())
    leader.stdout.close()
    leader.wait(DEADLINE_S)
    assert group.alive(leader.pid)
    group.send(leader.pid, signal.SIGTERM)
    asyncio.run(until(lambda: not group.alive(leader.pid), "the end of the group"))
    assert is_gone(member)


def test_a_signal_to_a_group_that_has_gone_is_no_error() -> None:
    leader = subprocess.Popen(["true"], start_new_session=True)
    leader.wait(DEADLINE_S)
    group.send(leader.pid, signal.SIGTERM)
    assert not group.alive(leader.pid)


@pytest.mark.parametrize("error", [ProcessLookupError, PermissionError])
def test_a_group_that_ends_between_the_signal_and_the_wake_up_is_no_error(
    error: type[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A race that the real thing shows once in thousands of times, so it is played."""
    sent: list[int] = []

    def killpg(pgid: int, number: int) -> None:
        sent.append(number)
        if number == signal.SIGCONT:
            raise error

    monkeypatch.setattr(os, "killpg", killpg)
    group.send(4711, signal.SIGTERM)
    assert sent == [signal.SIGTERM, signal.SIGCONT]
