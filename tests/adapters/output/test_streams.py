"""The streams of a run as children.py uses them: started by posix_spawn, ended by an exit and a drain."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest

from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.adapters.output.logs import OutputLogs
from hotrun.adapters.output.pty import Window
from hotrun.adapters.output.streams import Streams
from hotrun.core.model.commands import Spawn
from hotrun.core.model.inputs import Input, OutputRead
from hotrun.core.model.project import Program

SCRIPT = (
    "echo out; echo err >&2; read answer || echo nothing to read; test -t 0 && test -t 1 && test -t 2 && echo terminal"
)


def open_files() -> int:
    return len(os.listdir("/dev/fd"))


class Play:
    """One run of SCRIPT."""

    def __init__(self, root: Path, tty: bool) -> None:
        self.posted: list[Input] = []
        log = OutputLogs(StateFolder(str(root)), lambda text: pytest.fail(text)).open("web", 1, 1)
        command = Spawn(1, "run", "web", Program(("sh",), "/"), 1, tty=tty)
        self.streams = Streams(command, Window(), self.posted.append, log)

    def start(self) -> int:
        files = [(os.POSIX_SPAWN_DUP2, fd, number) for number, fd in enumerate(self.streams.theirs)]
        terminal = self.streams.terminal
        if terminal is not None:
            opened = (os.POSIX_SPAWN_OPEN, 0, terminal.slave_path, os.O_RDWR, 0)
            files = [opened, (os.POSIX_SPAWN_DUP2, 0, 1), (os.POSIX_SPAWN_DUP2, 0, 2)]  # type: ignore[list-item]
        pid = os.posix_spawnp("sh", ["sh", "-c", SCRIPT], os.environ, file_actions=files, setsid=True)
        self.streams.hand_over()
        return pid

    def lines(self, stream: str) -> list[str]:
        reads = [fact for fact in self.posted if isinstance(fact, OutputRead) and fact.stream == stream]
        return [line for read in reads for line in read.lines]


def test_with_pipes_both_streams_arrive_and_stdin_is_empty(tmp_path: Path) -> None:
    before = open_files()
    play = Play(tmp_path, tty=False)
    os.waitpid(play.start(), 0)
    play.streams.drain()
    play.streams.close()
    play.streams.close()
    assert play.lines("stdout") == ["out", "nothing to read"]
    assert play.lines("stderr") == ["err"]
    assert sorted((tmp_path / ".hotrun/logs/web.log").read_text().splitlines()[1:]) == ["err", "nothing to read", "out"]
    assert open_files() == before


def test_with_a_terminal_all_is_one_stream(tmp_path: Path) -> None:
    before = open_files()
    play = Play(tmp_path, tty=True)
    assert play.streams.terminal is not None
    play.streams.terminal.write(b"answer\n")  # before anybody reads it
    os.waitpid(play.start(), 0)
    play.streams.drain()
    play.streams.close()
    lines = play.lines("stdout")
    assert lines[-1] == "terminal"
    assert {"out", "err", "answer"} <= set(lines)
    assert (tmp_path / ".hotrun/logs/web.log").read_text().splitlines()[1:] == lines
    assert open_files() == before


@pytest.mark.parametrize("tty", [False, True])
def test_while_it_is_held_nothing_is_read(tty: bool, tmp_path: Path) -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        play = Play(tmp_path, tty)
        assert len(play.streams.sources) == (1 if tty else 2)
        play.streams.pause(True)
        pid = play.start()
        play.streams.listen(loop)
        if play.streams.terminal is not None:
            play.streams.terminal.write(b"\n")
        await asyncio.to_thread(os.waitpid, pid, 0)
        assert play.posted == []
        play.streams.pause(False)
        play.streams.drain()
        assert "out" in play.lines("stdout")
        play.streams.close()

    asyncio.run(story())


def test_where_there_is_no_terminal_nothing_stays_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def openpty() -> tuple[int, int]:
        raise OSError(errno.ENOSPC, "No space left on device")  # as at kernel.pty.max

    monkeypatch.setattr(os, "openpty", openpty)
    before = open_files()
    with pytest.raises(OSError, match="No space left"):
        Play(tmp_path, tty=True)
    assert open_files() == before
