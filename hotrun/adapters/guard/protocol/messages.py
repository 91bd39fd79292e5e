"""The messages between hotrun, its guard and the reapers. Strings of the system are bytes."""

from __future__ import annotations

from typing import Literal

import msgspec

from hotrun.adapters.guard.protocol.records import SessionMark

Kind = Literal["step", "run"]


class Order(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """A message from hotrun."""


class Open(Order, frozen=True):
    """To the guard, once: names the session. Reapers may have been forked before."""

    session: SessionMark


class Fork(Order, frozen=True):
    """To the guard: fork a reaper for the channel end that comes with this message. Later messages call it `token`.

    `is_spare`: nobody waits for it yet, so there is time for preparations.
    """

    token: int
    is_spare: bool = False


class Start(Order, frozen=True):
    """To a reaper, once and first: start a program in a new session.

    The descriptors that come with the message become the program's 0, 1, 2 and so on. `tty` is the path of a terminal
    that becomes its 0, 1 and 2, and its controlling terminal. `stop_signal` and `grace_ms` say how to stop its tree if
    hotrun is gone.

    The last `sources` descriptors are not for the program: they are the read ends of its streams. The reaper empties
    them if hotrun is gone, so that the program can print its last lines without a broken pipe.
    """

    kind: Kind
    argv: tuple[bytes, ...]
    env: dict[bytes, bytes]
    cwd: bytes
    stop_signal: int
    grace_ms: int
    tty: bytes = b""
    sources: int = 0


class Send(Order, frozen=True):
    """To a reaper: signal the program's group. If the program has exited, signal all that is left of its run.

    `only_main`: signal the program itself and no other.
    """

    number: int
    only_main: bool = False


class KillAll(Order, frozen=True):
    """To a reaper: SIGKILL until nothing of the tree is left."""


class Answer(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """A message to hotrun."""


class Started(Answer, frozen=True):
    """From a reaper: the program runs."""

    pid: int


class Failed(Answer, frozen=True):
    """From a reaper, as its last message: nothing was started.

    `errno` 0: the system was not asked, and `text` says why.
    """

    what: Literal["cwd", "program"]
    errno: int
    text: str = ""


class Ended(Answer, frozen=True):
    """From a reaper: the program itself has exited, with this wait status. `left`: others of its run live on."""

    status: int
    left: bool


class Empty(Answer, frozen=True):
    """From a reaper: nothing of the run is left."""


class Stuck(Answer, frozen=True):
    """From a reaper: this process of the tree does not die. `denied`: it belongs to another user."""

    pid: int
    name: str
    denied: bool


class Lost(Answer, frozen=True):
    """From the guard: a reaper was killed, and its descendants have been killed, too."""

    token: int


decode_order = msgspec.msgpack.Decoder(Open | Fork | Start | Send | KillAll).decode
decode_answer = msgspec.msgpack.Decoder(Started | Failed | Ended | Empty | Stuck | Lost).decode
encode = msgspec.msgpack.Encoder().encode
