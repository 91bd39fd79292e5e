"""Clients that send requests to a server until SIGTERM, in a separate process, and then print their results.

    python clients.py PORT fresh|kept

`fresh`: a new connection for each request. `kept`: each client keeps its connection until the server closes it.
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
TIMEOUT_S = 120.0  # limit, if no SIGTERM comes
ANSWER_S = 10.0  # timeout of a request
FAILED_PAUSE_S = 0.005  # so that a refused client does not spin
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n%s\r\n"

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Tally:
    """The results of all clients. Times in ms."""

    def __init__(self) -> None:
        self.took_ms: list[float] = []
        self.failed: dict[str, int] = {}

    def answered(self, since: float) -> None:
        """Record the answer to a request."""
        self.took_ms.append((time.monotonic() - since) * 1000)

    def failed_by(self, error: BaseException) -> None:
        """Record a failed request."""
        match error:
            case ConnectionRefusedError():
                why = "refused"
            case TimeoutError():
                why = "timeout"
            case _:
                why = "dropped"
        self.failed[why] = self.failed.get(why, 0) + 1

    def summary(self) -> dict[str, Any]:
        """The results for JSON."""
        return {
            "answered": len(self.took_ms),
            "failed": self.failed,
            "median_ms": sorted(self.took_ms)[len(self.took_ms) // 2] if self.took_ms else 0.0,
            "max_ms": max(self.took_ms, default=0.0),
        }


async def ask(port: int, keep: bool, open_streams: list[Streams]) -> None:
    """Send a request and read its whole answer. `open_streams`: the kept connection. Raises OSError and EOFError."""
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
    """Close the connection, if it is open."""
    while open_streams:
        open_streams.pop()[1].close()


async def ask_on(port: int, keep: bool, tally: Tally) -> None:
    """Run one client."""
    open_streams: list[Streams] = []
    while True:
        since = time.monotonic()
        try:
            async with asyncio.timeout(ANSWER_S):  # before Python 3.12, wait_for may swallow a cancellation
                await ask(port, keep, open_streams)
        except (OSError, EOFError) as error:  # asyncio.IncompleteReadError is an EOFError, TimeoutError an OSError
            tally.failed_by(error)
            close(open_streams)
            await asyncio.sleep(FAILED_PAUSE_S)
        else:
            tally.answered(since)


async def main(port: int, keep: bool) -> None:
    """Send requests until SIGTERM, and print the results."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    tally = Tally()
    clients = [asyncio.ensure_future(ask_on(port, keep, tally)) for _ in range(CLIENTS)]
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(ended.wait(), TIMEOUT_S)
    for client in clients:
        client.cancel()
    await asyncio.gather(*clients, return_exceptions=True)
    print(json.dumps(tally.summary()))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2] == "kept"))
