"""Asks a running hotrun. Small on purpose: a command that only asks must not wait for imports."""

from __future__ import annotations

import json
import os
import socket
import stat
from typing import Any

from hotrun.adapters.instance.lock import known_paths
from hotrun.errors import HotrunError

TIMEOUT_S = 10.0
NOT_RUNNING = 3
MOST_BYTES = 1 << 26  # of an answer: nothing that hotrun says is nearly as long


class NotRunning(HotrunError):
    """No hotrun runs in this folder or above it."""

    def __init__(self, folder: str) -> None:
        super().__init__(f"hotrun is not running in {folder} or above", "start it with hotrun", NOT_RUNNING)


class Client:
    """A connection to one running hotrun, whose root is `root`; a context manager that closes it."""

    def __init__(self, folder: str) -> None:
        """Connect to the hotrun of `folder` or of the nearest folder above it. Raises NotRunning."""
        self._count = 0
        self._buffer = b""
        for root in _upwards(folder):
            for path in _sockets(root):
                connection = _connected(path)
                if connection is not None:
                    self.root, self._socket = root, connection
                    return
        raise NotRunning(folder)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def ask(self, command: str, *, timeout_s: float = TIMEOUT_S, **args: object) -> Any:  # noqa: ANN401
        """The result of one request, as JSON has it. Raises HotrunError: refused, no answer in time, or gone."""
        self._count += 1
        request = {"id": self._count, "cmd": command, "args": args}
        try:
            self._socket.settimeout(timeout_s)
            self._socket.sendall(json.dumps(request).encode() + b"\n")
            answer = json.loads(self._line())
        except TimeoutError:
            raise HotrunError(f"hotrun in {self.root} did not answer within {timeout_s:g} s", None, 124) from None
        except (OSError, ValueError) as error:
            raise HotrunError(f"lost the connection to hotrun in {self.root}: {error}", None, NOT_RUNNING) from None
        if not answer.get("ok"):
            raise HotrunError(f"{command}: {answer['error']['message']}")
        return answer["result"]

    def _line(self) -> bytes:
        while b"\n" not in self._buffer:
            chunk = self._socket.recv(65_536)
            if not chunk or len(self._buffer) > MOST_BYTES:
                raise ConnectionError("it closed the connection")
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line


def client_of(root: str) -> Client | None:
    """A connection to the hotrun of this very root, or None."""
    try:
        found = Client(root)
    except NotRunning:
        return None
    if found.root == os.path.realpath(root):
        return found
    found.close()
    return None


def _upwards(folder: str) -> list[str]:
    """The folder and all above it, by their real names."""
    found = [os.path.realpath(folder)]
    while os.path.dirname(found[-1]) != found[-1]:
        found.append(os.path.dirname(found[-1]))
    return found


def _sockets(root: str) -> list[str]:
    """Where the hotrun of this root may listen: where we would, or where it says, if it was started otherwise."""
    found = known_paths(root)
    try:
        with open(os.path.join(root, ".hotrun", "run.json"), encoding="utf-8") as file:
            announced = json.load(file)["socket"]
    except (OSError, ValueError, KeyError, TypeError):
        return found
    if isinstance(announced, str) and os.path.isabs(announced) and announced not in found:
        found.append(announced)
    return found


def _connected(path: str) -> socket.socket | None:
    """A connection to this socket, if somebody listens who is this user: a project may say any path."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    if not stat.S_ISSOCK(status.st_mode) or status.st_uid != os.getuid():
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(TIMEOUT_S)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        return None
    return connection
