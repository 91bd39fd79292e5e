"""Streams of real programs: whole lines, nothing lost at the end, nobody starved, a pause that slows the program."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.adapters.output.logs import OutputLogs
from hotrun.adapters.output.reader import PIPE_BUFFER_BYTES, TURN_BYTES
from hotrun.core.model.inputs import OutputRead, Prompted
from tests.adapters.output.single_program import PYTHON, Stage, staged
from tests.support.processes import is_gone
from tests.support.waiting import until

FLOOD = "import os\nline = b'x' * 99 + b'\\n'\nwhile True: os.write(1, line * 600)\n"


def numbers(count: int) -> str:
    """A program that prints so many lines, fast."""
    return f"import sys; sys.stdout.write(''.join('%d\\n' % n for n in range({count})))"


def log_of(stage: Stage, root: Path) -> OutputLogs:
    return OutputLogs(StateFolder(str(root)), lambda text: pytest.fail(text))


# --- ends ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pipe", "terminal"])
def test_the_last_line_is_never_lost_in_200_runs(kind: str) -> None:
    """It is read after the program's exit, in one turn: the last lines of a crash arrive like that."""

    @staged
    async def story(stage: Stage) -> None:
        for run in range(200):
            script = f"printf 'first\\nlast of {run}'"
            reader = (
                stage.pipe(run, "sh", "-c", script) if kind == "pipe" else stage.terminal(run, "sh", "-c", script)[1]
            )
            if run % 2:
                reader.listen(asyncio.get_running_loop())
                await asyncio.sleep(0)
            stage.wait()
            reader.drain()
            assert stage.lines(run) == ["first", f"last of {run}"]

    story()


@pytest.mark.parametrize("kind", ["pipe", "terminal"])
def test_the_end_of_the_stream_is_found_in_the_loop(kind: str) -> None:
    @staged
    async def story(stage: Stage) -> None:
        reader = stage.pipe(1, "printf", "a\\nb") if kind == "pipe" else stage.terminal(1, "printf", "a\\nb")[1]
        reader.listen(asyncio.get_running_loop())
        await until(lambda: reader.ended, "the end")
        assert stage.lines(1) == ["a", "b"]
        reader.drain()
        assert stage.lines(1) == ["a", "b"]

    story()


@pytest.mark.parametrize("kind", ["pipe", "terminal"])
def test_a_grandchild_that_holds_the_stream_open_does_not_delay_the_end(kind: str) -> None:
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-ISc', 'import signal; signal.pause()'], start_new_session=True)\n"
        "print(child.pid); print('end', end='')\n"
    )

    @staged
    async def story(stage: Stage) -> None:
        reader = stage.pipe(1, *PYTHON, code) if kind == "pipe" else stage.terminal(1, *PYTHON, code)[1]
        reader.listen(asyncio.get_running_loop())
        assert await asyncio.to_thread(stage.wait) == 0
        reader.drain()
        pid, last = stage.lines(1)
        try:
            assert last == "end"
            assert not reader.ended, "there could be more"
            assert not is_gone(int(pid))
        finally:
            os.kill(int(pid), signal.SIGKILL)

    story()


@staged
async def test_a_drain_ends_also_while_others_go_on_writing(stage: Stage) -> None:
    reader = stage.pipe(1, *PYTHON, FLOOD)
    reader.listen(asyncio.get_running_loop())
    await until(lambda: stage.lines(1), "the flood")
    before = sum(map(len, stage.lines(1)))
    reader.drain()
    assert sum(map(len, stage.lines(1))) - before <= PIPE_BUFFER_BYTES + TURN_BYTES


@staged
async def test_what_a_pipe_holds_comes_after_the_end_of_the_program_into_the_log_too(
    stage: Stage, tmp_path: Path
) -> None:
    log = log_of(stage, tmp_path).open("web", 1, 1)
    reader = stage.pipe(1, *PYTHON, numbers(10_000), log=log)
    assert stage.wait() == 0, "nobody has read, so all of it was in the pipe"
    reader.drain()
    log.close()
    expected = [str(number) for number in range(10_000)]
    assert stage.lines(1) == expected
    assert (tmp_path / ".hotrun/logs/web.log").read_text().splitlines()[1:] == expected


# --- floods ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pipe", "terminal"])
def test_five_megabytes_arrive_complete_and_in_order_in_the_engine_and_in_the_log(kind: str, tmp_path: Path) -> None:
    @staged
    async def story(stage: Stage) -> None:
        log = log_of(stage, tmp_path).open("web", 1, 1)
        if kind == "pipe":
            reader = stage.pipe(1, *PYTHON, numbers(700_000), log=log)
        else:
            reader = stage.terminal(1, *PYTHON, numbers(700_000), log=log)[1]
        reader.listen(asyncio.get_running_loop())
        await until(lambda: reader.ended, "the end")
        log.close()
        expected = [str(number) for number in range(700_000)]
        assert stage.lines(1) == expected
        assert (tmp_path / ".hotrun/logs/web.log").read_text().splitlines()[1:] == expected

    story()


@pytest.mark.parametrize("kind", ["pipe", "terminal"])
def test_a_flood_starves_neither_a_quiet_program_nor_the_loop(kind: str) -> None:
    """The quiet program answers each line that it gets with one; each turn of the flood is bounded."""

    @staged
    async def story(stage: Stage) -> None:
        loop = asyncio.get_running_loop()
        flood = stage.pipe(1, *PYTHON, FLOOD) if kind == "pipe" else stage.terminal(1, *PYTHON, FLOOD)[1]
        terminal, quiet = stage.terminal(2, "cat")
        quiet.listen(loop)
        flood.listen(loop)

        def reads_of_flood() -> list[OutputRead]:
            return [fact for fact in stage.posted if isinstance(fact, OutputRead) and fact.run == 1]

        await until(reads_of_flood, "the flood")  # its program starts later than `cat` on a busy machine
        for number in range(2000):
            terminal.write(b"%d\n" % number)
            await stage.said(2, str(number))
            if number >= 20 and len(reads_of_flood()) > 20:
                break
        reads = reads_of_flood()
        assert len(reads) > 20
        assert max(sum(map(len, read.lines)) for read in reads) <= TURN_BYTES

    story()


@pytest.mark.parametrize("kind", ["pipe", "terminal"])
def test_a_pause_slows_the_program_and_loses_nothing(kind: str) -> None:
    code = "import os, sys\nfor number in range(200_000): sys.stdout.write('%d\\n' % number)\nprint('end')\n"

    @staged
    async def story(stage: Stage) -> None:
        loop = asyncio.get_running_loop()
        reader = stage.pipe(1, *PYTHON, code) if kind == "pipe" else stage.terminal(1, *PYTHON, code)[1]
        stage.at_post = reader.pause  # in its first turn, so that most is still to come
        reader.listen(loop)
        await stage.said(1, "0")
        stage.at_post = lambda: None
        reader.pause()
        before = len(stage.posted)
        # The whole life of another program passes, and nothing is read.
        other = stage.pipe(2, "seq", "1", "1000")
        other.listen(loop)
        await until(lambda: other.ended, "the end of another one")
        assert len(stage.lines(1)) < 200_001
        assert {fact.run for fact in stage.posted[before:] if isinstance(fact, OutputRead)} == {2}
        assert os.waitpid(stage.pids[0], os.WNOHANG) == (0, 0), "it waits for us"
        reader.resume()
        await until(lambda: reader.ended, "the end")
        assert stage.lines(1) == [*map(str, range(200_000)), "end"]

    story()


@staged
async def test_a_reader_that_is_paused_before_the_loop_is_there_stays_so(stage: Stage) -> None:
    loop = asyncio.get_running_loop()
    reader = stage.pipe(1, "echo", "hello")
    reader.pause()
    reader.listen(loop)
    other = stage.pipe(2, "echo", "other")
    other.listen(loop)
    await stage.said(2, "other")
    assert stage.lines(1) == []
    reader.drain()
    assert stage.lines(1) == ["hello"]


# --- prompts ---------------------------------------------------------------------------------------------------


@staged
async def test_a_line_that_stops_in_its_middle_is_a_prompt_once_and_the_whole_line_comes_later(stage: Stage) -> None:
    code = "for name in 'ab': print(input(f'{name}? '))\nprint(input('b? '))"
    terminal, reader = stage.terminal(1, *PYTHON, code)
    reader.listen(asyncio.get_running_loop())
    for number, question in enumerate(["a? ", "b? ", "b? "], start=1):
        await until(lambda number=number: len(stage.prompts(1)) == number, question)  # type: ignore[misc]
        assert stage.prompts(1)[-1] == question
        terminal.write(b"x\n")
    await until(lambda: reader.ended, "the end")
    assert stage.prompts(1) == ["a? ", "b? ", "b? "]
    assert stage.lines(1) == ["a? x", "x", "b? x", "x", "b? x", "x"]


@staged
async def test_a_progress_bar_is_what_stands_on_the_screen(stage: Stage) -> None:
    script = "printf '10%%\\r20%%\\r'; read answer; printf 'done\\n'"
    terminal, reader = stage.terminal(1, "sh", "-c", script)
    reader.listen(asyncio.get_running_loop())
    await until(lambda: stage.prompts(1), "a prompt")
    assert stage.prompts(1) == ["20%"]
    terminal.write(b"\n")
    await until(lambda: reader.ended, "the end")
    assert stage.lines(1) == ["10%\r20%", "done"]


@staged
async def test_there_is_no_prompt_on_a_pipe_nor_after_the_end_nor_for_nothing(stage: Stage) -> None:
    loop = asyncio.get_running_loop()
    piped = stage.pipe(1, "sh", "-c", "printf half; exec sleep 60")
    _, blank = stage.terminal(2, "sh", "-c", "printf '  '; exec sleep 60")
    _, over = stage.terminal(3, "printf", "half")
    terminal, asking = stage.terminal(4, "sh", "-c", "printf 'x? '; read answer; printf 'y? '; exec sleep 60")
    for reader in (piped, blank, over, asking):
        reader.listen(loop)
    await until(lambda: stage.prompts(4), "a prompt")
    terminal.write(b"\n")
    await until(lambda: len(stage.prompts(4)) == 2, "another one, so that twice the time has passed")
    assert [fact.run for fact in stage.posted if isinstance(fact, Prompted)] == [4, 4]


@staged
async def test_what_is_read_before_a_pause_is_a_prompt_after_it(stage: Stage) -> None:
    loop = asyncio.get_running_loop()
    _, reader = stage.terminal(1, "sh", "-c", "echo line; printf 'x? '; exec sleep 60")
    _, other = stage.terminal(2, "sh", "-c", "printf 'y? '; exec sleep 60")
    stage.at_post = reader.pause
    reader.listen(loop)
    await stage.said(1, "line")
    stage.at_post = lambda: None
    other.listen(loop)
    await until(lambda: stage.prompts(2), "a prompt of another one")
    assert stage.prompts(1) == []
    reader.resume()
    await until(lambda: stage.prompts(1) == ["x? "], "the prompt")
