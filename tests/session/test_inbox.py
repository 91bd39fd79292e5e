"""The inbox: order, one wake-up for many posts, and none while the inbox is drained."""

from __future__ import annotations

import asyncio

from hotrun.core.model.inputs import Input, Noticed
from hotrun.session.inbox import Inbox


def notice(text: str) -> Input:
    return Noticed("info", text)


def test_inputs_wait_in_order_until_they_are_drained() -> None:
    inbox = Inbox(lambda: None)
    inbox.post(notice("b"))
    inbox.post(notice("a"), first=True)
    inbox.post(notice("c"))
    assert list(inbox.drain()) == [notice("a"), notice("b"), notice("c")]
    assert list(inbox.drain()) == []


def test_inputs_posted_while_draining_are_drained_too() -> None:
    inbox = Inbox(lambda: None)
    inbox.post(notice("a"))
    found = []
    for input in inbox.drain():
        found.append(input)
        if len(found) < 3:
            inbox.post(notice(str(len(found))))
    assert found == [notice("a"), notice("1"), notice("2")]


def test_many_posts_wake_once_and_never_before_post_returns() -> None:
    async def main() -> list[int]:
        wakes: list[int] = []
        inbox = Inbox(lambda: wakes.append(len(list(inbox.drain()))))
        inbox.attach(asyncio.get_running_loop())
        for number in range(3):
            inbox.post(notice(str(number)))
        assert wakes == []
        await asyncio.sleep(0)
        inbox.post(notice("later"))
        await asyncio.sleep(0)
        return wakes

    assert asyncio.run(main()) == [3, 1]


def test_an_inbox_without_a_loop_does_not_wake() -> None:
    async def main() -> None:
        inbox = Inbox(lambda: wakes.append(1))
        inbox.attach(asyncio.get_running_loop())
        inbox.attach(None)
        inbox.post(notice("a"))
        await asyncio.sleep(0)

    wakes: list[int] = []
    asyncio.run(main())
    assert wakes == []
