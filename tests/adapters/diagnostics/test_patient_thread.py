"""Work that may wait for a disk: answered in order, in the loop, and after a while in any case."""

from __future__ import annotations

import asyncio
import threading

import pytest

from hotrun.adapters.diagnostics import patient_thread
from hotrun.adapters.diagnostics.patient_thread import PatientThread
from tests.support.waiting import until


class Story:
    """A thread that doubles numbers; one that is 0 hangs until `gate` is set."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.answers: list[list[int]] = []
        self.thread = PatientThread(asyncio.get_running_loop())

    def double(self, *numbers: int, owner: object = None) -> None:
        def one(number: int) -> int:
            if number == 0:
                self.gate.wait()
            return 2 * number

        self.thread.map(owner, one, numbers, self.answers.append)

    async def until_answered(self, count: int) -> None:
        await until(lambda: len(self.answers) == count, f"{count} answers")


def test_batches_are_answered_in_their_order() -> None:
    async def story() -> None:
        story = Story()
        story.double(1, 2)
        story.double()
        story.double(3)
        assert story.answers == [], "never before the caller goes on"
        await story.until_answered(3)
        assert story.answers == [[2, 4], [], [6]]

    asyncio.run(story())


def test_what_hangs_is_answered_as_far_as_it_got_and_what_stands_behind_it_with_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patient_thread, "MAX_WAIT_S", 0.1)

    async def story() -> None:
        story = Story()
        story.double(1, 0, 2)
        story.double(3)
        await story.until_answered(2)
        assert story.answers == [[2], []]
        story.double(4)
        assert story.answers[2:] == [[]], "nobody waits again for what hangs"
        story.gate.set()
        while story.answers[-1] != [10]:
            story.double(5)
            await asyncio.sleep(0)

    asyncio.run(story())


def test_nobody_waits_for_what_was_given_up() -> None:
    async def story() -> None:
        story = Story()
        story.double(1, 0, owner=7)
        story.double(2, owner=8)
        story.thread.give_up(7)
        assert story.answers in ([[]], [[2]])
        story.gate.set()
        await story.until_answered(2)
        assert story.answers[1] == [4]

    asyncio.run(story())


def test_a_bug_is_raised_in_the_loop() -> None:
    async def story() -> None:
        bugs: list[object] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda loop, context: bugs.append(context.get("exception")))

        def fails(number: int) -> int:
            raise ZeroDivisionError

        Story().thread.map(None, fails, [1], lambda results: None)
        await until(lambda: bool(bugs), "the bug")
        assert isinstance(bugs[0], ZeroDivisionError)

    asyncio.run(story())
