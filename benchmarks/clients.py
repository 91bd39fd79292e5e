"""Clients that ask a server all the time, in a process of their own, until SIGTERM; then they say what they got.

    python clients.py PORT fresh|kept

`fresh`: each request over a new connection; `kept`: each client keeps its connection for as long as the server does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import time
from typing import Any

CLIENTS = 8
MOST_S = 120.0  # an end of their own, if nobody sends SIGTERM
ANSWER_S = 10.0  # a request without an answer has failed after this
FAILED_PAUSE_S = 0.005  # a client that was refused does not spin
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n%s\r\n"

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Tally:
    """What all clients together got; times in ms."""

    def __init__(self) -> None:
        self.took_ms: list[float] = []
        self.failed: dict[str, int] = {}

    def answered(self, since: float) -> None:
        """One request has its answer."""
        self.took_ms.append((time.monotonic() - since) * 1000)

    def failed_by(self, error: BaseException) -> None:
        """One request has none."""
        match error:
            case ConnectionRefusedError():
                why = "refused"
            case TimeoutError():
                why = "timeout"
            case _:
                why = "dropped"
        self.failed[why] = self.failed.get(why, 0) + 1

    def account(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "answered": len(self.took_ms),
            "failed": self.failed,
            "median_ms": sorted(self.took_ms)[len(self.took_ms) // 2] if self.took_ms else 0.0,
            "max_ms": max(self.took_ms, default=0.0),
        }


async def ask(port: int, keep: bool, open_streams: list[Streams]) -> None:
    """One request and its whole answer; `open_streams` holds the kept connection. Raises OSError and EOFError."""
    if not open_streams:
        open_streams.append(await asyncio.open_connection("127.0.0.1", port))
    reader, writer = open_streams[0]
    writer.write(REQUEST % (b"" if keep else b"Connection: close\r\n"))
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200 "):
        raise EOFError(head)
    length = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.partition(b":")[2]))
    if not keep or b"\r\nconnection: close\r\n" in head:
        close(open_streams)


def close(open_streams: list[Streams]) -> None:
    """Close the connection, if there is one."""
    while open_streams:
        open_streams.pop()[1].close()


async def ask_on(port: int, keep: bool, tally: Tally) -> None:
    """One client."""
    open_streams: list[Streams] = []
    while True:
        since = time.monotonic()
        try:
            async with asyncio.timeout(ANSWER_S):  # wait_for may swallow being canceled, before Python 3.12
                await ask(port, keep, open_streams)
        except (OSError, EOFError) as error:  # asyncio.IncompleteReadError is an EOFError, TimeoutError an OSError
            tally.failed_by(error)
            close(open_streams)
            await asyncio.sleep(FAILED_PAUSE_S)
        else:
            tally.answered(since)


async def main(port: int, keep: bool) -> None:
    """Ask until SIGTERM, and print the tally."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    tally = Tally()
    clients = [asyncio.ensure_future(ask_on(port, keep, tally)) for _ in range(CLIENTS)]
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(ended.wait(), MOST_S)
    for client in clients:
        client.cancel()
    await asyncio.gather(*clients, return_exceptions=True)
    print(json.dumps(tally.account()))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2] == "kept"))
