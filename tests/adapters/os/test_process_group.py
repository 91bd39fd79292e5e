"""Signals to process groups that are ending, gone, or stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess

import pytest

from hotrun.adapters.os import process_group
from tests.support.processes import is_gone, state_of
from tests.support.waiting import DEADLINE_S, until


def test_a_signal_reaches_every_member_the_stopped_ones_too() -> None:
    leader = subprocess.Popen(
        ["sh", "-c", "sleep 60 & echo $!; kill -STOP $$"], stdout=subprocess.PIPE, start_new_session=True
    )
    assert leader.stdout is not None
    member = int(leader.stdout.readline())
    leader.stdout.close()
    asyncio.run(until(lambda: state_of(leader.pid) == "T", "the stop"))
    process_group.send(leader.pid, signal.SIGTERM)
    assert leader.wait(DEADLINE_S) == -signal.SIGTERM
    asyncio.run(until(lambda: is_gone(member), "the end of the member"))


def test_a_signal_to_one_process_reaches_no_other_of_its_group() -> None:
    leader = subprocess.Popen(["sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE, start_new_session=True)
    assert leader.stdout is not None
    member = int(leader.stdout.readline())
    leader.stdout.close()
    try:
        process_group.send_to(leader.pid, signal.SIGTERM)
        assert leader.wait(DEADLINE_S) == -signal.SIGTERM
        assert not is_gone(member)
    finally:
        os.kill(member, signal.SIGKILL)


def test_a_signal_to_what_has_gone_is_no_error() -> None:
    leader = subprocess.Popen(["true"], start_new_session=True)
    leader.wait(DEADLINE_S)
    process_group.send(leader.pid, signal.SIGTERM)
    process_group.send_to(leader.pid, signal.SIGTERM)


@pytest.mark.parametrize("error", [ProcessLookupError, PermissionError])
def test_a_group_that_ends_between_the_signal_and_the_wake_up_is_no_error(
    error: type[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A race that happens once in thousands of times, so it is simulated."""
    sent: list[int] = []

    def killpg(pgid: int, number: int) -> None:
        sent.append(number)
        if number == signal.SIGCONT:
            raise error

    monkeypatch.setattr(os, "killpg", killpg)
    process_group.send(4711, signal.SIGTERM)
    assert sent == [signal.SIGTERM, signal.SIGCONT]
