"""Runs a Console with its loop and hotrun's own signals, as a program in a terminal.

Prints what happens, each event as <word>. Arguments: the stage at which to raise an exception; "bare" to restore the
console only at the exit of the interpreter; "silent" to print no last word. Keys: q exits, t passes the keyboard on
until Ctrl-], e leaves and comes back.
"""

from __future__ import annotations

import asyncio
import os
import sys

from hotrun.adapters.console import Console
from hotrun.core.model.inputs import Input, Request
from hotrun.session.signals import Signals


class User:
    def __init__(self, fails_at: str) -> None:
        self.console = Console()
        self._fails_at = fails_at
        self._is_typing = False
        self._done: asyncio.Event | None = None

    def reach(self, stage: str) -> None:
        os.write(1, f"<{stage}>".encode())
        if stage == self._fails_at:
            raise RuntimeError(stage)

    async def session(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._on_error)
        self._done = asyncio.Event()
        self._error: BaseException | None = None
        Signals(once=False).attach(loop, self._post)
        self.reach("loop")
        self.console.listen(
            loop,
            self._bytes,
            on_resize=lambda: self.reach("size {}x{}".format(*self.console.size())),
            on_leave=lambda: self.reach("leave"),
            on_return=lambda: self.reach("return" if self.console.has_keyboard else "return without keys"),
        )
        self.reach("keys" if self.console.has_keyboard else "no keys")
        await self._done.wait()
        if self._error is not None:
            raise self._error

    def _bytes(self, data: bytes) -> None:
        self.reach(f"bytes {data.hex()}")
        if self._is_typing:
            if b"\x1d" in data:
                self._type(False)
        elif data == b"t":
            self._type(True)
        elif data == b"e":
            self.console.restore()
            self.reach("away")
            self.console.enter()
            self.reach("back")
        elif data == b"q":
            self._end()

    def _type(self, is_typing: bool) -> None:
        self._is_typing = is_typing
        self.console.set_typing(is_typing)
        self.reach("typing" if is_typing else "not typing")

    def _post(self, input: Input) -> None:
        assert isinstance(input, Request)
        if input.verb == "kill" or "SIGINT" not in input.reason:
            self._end()
        else:
            self.reach("first")

    def _end(self) -> None:
        assert self._done is not None
        self._done.set()

    def _on_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        assert isinstance(error, BaseException)
        self._error = error
        self._end()


def main(fails_at: str, is_bare: bool, is_silent: bool) -> None:
    user = User(fails_at)
    try:
        user.console.enter()
        user.reach("enter")
        asyncio.run(user.session())
        if not is_silent:
            user.reach("end")
    finally:
        if not is_bare:
            user.console.close()
            user.console.restore()


if __name__ == "__main__":
    main((sys.argv[1:] or [""])[0], "bare" in sys.argv[2:], "silent" in sys.argv[2:])
