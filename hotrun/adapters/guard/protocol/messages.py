"""What hotrun, its guard and the reapers say to each other. Bytes, where the system's own strings are meant."""

from __future__ import annotations

from typing import Literal

import msgspec

from hotrun.adapters.guard.protocol.records import SessionMark

Kind = Literal["step", "run"]


class Order(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """From hotrun."""


class Open(Order, frozen=True):
    """To the guard, once: whose session this is. Reapers may have been forked before."""

    session: SessionMark


class Fork(Order, frozen=True):
    """To the guard: fork a reaper for the end of a wire that comes with this. `token` names it later.

    `in_peace`: nobody waits for it yet, so there is time for what takes some.
    """

    token: int
    in_peace: bool = False


class Start(Order, frozen=True):
    """To a reaper, its first order and once: start a program in a session of its own.

    The descriptors that come with it become the program's 0, 1, 2 and so on. `tty`: the path of a terminal that becomes
    its 0, 1 and 2, and its controlling one. `stop_signal`, `grace_ms`: how its tree is ended when hotrun is gone.
    `sources`: so many of the descriptors, the last ones, are not for the program: they are the reading ends of its
    streams, which the reaper empties when hotrun is gone, so that a program may say good-bye without a broken pipe.
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
    """To a reaper: signal the program's group; `alone`: the program and no other.

    When the program has ended already: all that is left of its run.
    """

    number: int
    alone: bool = False


class KillAll(Order, frozen=True):
    """To a reaper: SIGKILL until nothing of the tree is left."""


class Answer(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """To hotrun."""


class Started(Answer, frozen=True):
    """From a reaper: the program runs."""

    pid: int


class Failed(Answer, frozen=True):
    """From a reaper, as its last word: nothing was started. `errno` 0: the system was not asked, `text` says why."""

    what: Literal["cwd", "program"]
    errno: int
    text: str = ""


class Ended(Answer, frozen=True):
    """From a reaper: the program itself has ended, with this wait status. `left`: others of its run live on."""

    status: int
    left: bool


class Empty(Answer, frozen=True):
    """From a reaper: nothing of the run lives."""


class Stuck(Answer, frozen=True):
    """From a reaper: this process of the tree does not die. `denied`: it belongs to another user."""

    pid: int
    name: str
    denied: bool


class Lost(Answer, frozen=True):
    """From the guard: a reaper was killed, and what it had below it has been ended."""

    token: int


decode_order = msgspec.msgpack.Decoder(Open | Fork | Start | Send | KillAll).decode
decode_answer = msgspec.msgpack.Decoder(Started | Failed | Ended | Empty | Stuck | Lost).decode
encode = msgspec.msgpack.Encoder().encode
