"""A client that goes on asking over fresh connections while the server behind the address comes and goes."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
ANSWER_S = 60.0
PAUSE_S = 0.005  # the pace of the load, not a wait for anything


class Lost(OSError):
    """The server has closed the connection without a byte of an answer."""


def connect(port: int) -> socket.socket:
    """Return a connection to this port of 127.0.0.1; ConnectionRefusedError where nobody listens."""
    return socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S)


def answer_on(connection: socket.socket) -> str:
    """Read what comes until the server closes, and return it; raises Lost and TimeoutError."""
    said = b""
    try:
        while chunk := connection.recv(65536):
            said += chunk
    except ConnectionResetError:
        if not said:
            raise Lost("reset without an answer") from None
    if not said:
        raise Lost("closed without an answer")
    return said.decode()


def body_of(answer: str) -> str:
    """What follows the head, which may hold the time of day."""
    return answer.partition("\r\n\r\n")[2]


def ask(port: int) -> str:
    """Ask for / over a connection of its own, and return the whole answer; raises ConnectionRefusedError and Lost."""
    with connect(port) as connection:
        try:
            connection.sendall(REQUEST)
        except (BrokenPipeError, ConnectionResetError):
            raise Lost("closed before the request") from None
        return answer_on(connection)


class Trickle:
    """Asks again and again, from entering to leaving the `with` block; what went wrong is in `failures`.

    `tries`: how often one request is sent before it has failed. A browser sends it twice.
    """

    def __init__(self, port: int, tries: int = 1) -> None:
        self.answered = 0
        self.failures: list[OSError] = []
        self._port = port
        self._tries = tries
        self._ended = threading.Event()
        self._answers = threading.Condition()
        self._last = ""
        self._in_a_row = 0
        self._thread = threading.Thread(target=self._ask_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(ANSWER_S)

    def wait_for(self, text: str, times: int) -> None:
        """Return when so many answers in a row contain `text`; AssertionError after a minute without."""
        with self._answers:
            if not self._answers.wait_for(lambda: text in self._last and self._in_a_row >= times, ANSWER_S):
                raise AssertionError(f"no {times} answers with {text!r}; the last: {self._last!r}, {self.failures}")

    def _ask_on(self) -> None:
        while not self._ended.wait(PAUSE_S):
            try:
                said = self._ask()
            except OSError as error:
                self.failures.append(error)
                continue
            with self._answers:
                self.answered += 1
                self._in_a_row = self._in_a_row + 1 if body_of(said) == body_of(self._last) else 1
                self._last = said
                self._answers.notify_all()

    def _ask(self) -> str:
        for _ in range(1, self._tries):
            try:
                return ask(self._port)
            except Lost:
                continue
        return ask(self._port)
