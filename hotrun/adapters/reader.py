"""Reads one stream of one run and posts its lines."""

from __future__ import annotations

import os
from collections.abc import Callable

from hotrun.adapters.output import LineSplitter
from hotrun.core.inputs import Input, OutputRead, Stream

CHUNK = 65_536
DRAIN_CHUNKS = 64  # at the end of a run: what a pipe can hold (64 KB, 1 MB at most), not what a daemon goes on writing


class Reader:
    """The reading end of a pipe, which it owns."""

    def __init__(self, run: int, stream: Stream, fd: int, post: Callable[[Input], None]) -> None:
        os.set_blocking(fd, False)
        self.fd = fd
        self._run = run
        self._stream: Stream = stream
        self._post = post
        self._splitter = LineSplitter()

    def read(self) -> bool:
        """Post what one read brings, if anything; False at the end of the stream."""
        try:
            return self._read()
        except BlockingIOError:
            return True

    def drain(self) -> None:
        """Post all that is there, without waiting for the end: others may hold the pipe open for ever."""
        try:
            for _ in range(DRAIN_CHUNKS):
                if not self._read():
                    break
        except BlockingIOError:
            pass
        self._tell(self._splitter.finish())

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self.fd)

    def _read(self) -> bool:
        chunk = os.read(self.fd, CHUNK)
        self._tell(self._splitter.feed(chunk) if chunk else self._splitter.finish())
        return bool(chunk)

    def _tell(self, lines: tuple[str, ...]) -> None:
        if lines:
            self._post(OutputRead(self._run, self._stream, lines))
