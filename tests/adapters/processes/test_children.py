"""Real programs in a real loop: what they print, how they end, and that nothing of them is left."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from hotrun.adapters.processes.artifacts import Artifacts, fingerprint
from hotrun.core.model.inputs import Emptied, Exited, Noticed, OutputRead, Spawned, SpawnFailed
from tests.adapters.processes.scripts import PYTHON
from tests.adapters.programs import Programs, with_programs
from tests.support.processes import is_gone, state_of
from tests.support.waiting import until

# --- output ----------------------------------------------------------------------------------------------------


@with_programs
async def test_both_streams_arrive_in_whole_lines(programs: Programs) -> None:
    programs.sh(1, "echo one; echo two >&2; echo three; printf 'fo'; printf 'ur\\n'")
    await programs.over(1)
    assert programs.lines(1) == ["one", "three", "four"]
    assert programs.lines(1, "stderr") == ["two"]


@with_programs
async def test_a_last_line_needs_no_newline(programs: Programs) -> None:
    programs.sh(1, "printf 'first\\nlast'; printf 'also' >&2")
    await programs.over(1)
    assert programs.lines(1) == ["first", "last"]
    assert programs.lines(1, "stderr") == ["also"]


@with_programs
async def test_a_character_cut_by_two_reads_is_whole_and_bytes_that_are_no_text_are_replaced(
    programs: Programs,
) -> None:
    code = (
        "import os, signal\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})\n"
        "os.write(1, b'caf\\xc3'); os.write(2, b'half\\n')\n"
        "signal.sigwait({signal.SIGUSR1})\n"
        "os.write(1, b'\\xa9 \\xff\\ncut \\xe2\\x82')\n"
    )
    programs.spawn(1, *PYTHON, code)
    await until(lambda: programs.lines(1, "stderr") == ["half"], "the first half")
    programs.children.signal(1, "SIGUSR1")
    await programs.over(1)
    assert programs.lines(1) == ["café \ufffd", "cut \ufffd"]


@with_programs
async def test_five_megabytes_arrive_complete_and_in_order(programs: Programs) -> None:
    programs.sh(1, "seq 1 750000")
    await programs.over(1)
    assert programs.lines(1) == [str(number) for number in range(1, 750_001)]
    assert programs.exit(1).exit_code == 0


@with_programs
async def test_what_a_program_left_in_its_pipe_comes_before_its_end(programs: Programs) -> None:
    programs.sh(1, "head -c 60000 /dev/zero | tr '\\0' x; echo; echo last >&2")
    await programs.over(1)
    kinds = [type(fact) for fact in programs.posted]
    assert kinds[0] is Spawned
    assert kinds[-2:] == [Exited, Emptied]
    assert set(kinds[1:-2]) == {OutputRead}
    assert programs.lines(1) == ["x" * 60000]
    assert programs.lines(1, "stderr") == ["last"]


# --- what a program finds ----------------------------------------------------------------------------------------


@with_programs
async def test_stdin_is_empty(programs: Programs) -> None:
    programs.sh(1, "cat; echo end")
    await programs.over(1)
    assert programs.lines(1) == ["end"]


@with_programs
async def test_a_program_leads_a_session_of_its_own(programs: Programs) -> None:
    programs.spawn(1, *PYTHON, "import os; print(os.getpid(), os.getpgid(0), os.getsid(0))")
    await programs.over(1)
    assert programs.lines(1) == [" ".join([str(programs.pid(1))] * 3)]
    assert programs.pid(1) != os.getsid(0)


@with_programs
async def test_a_program_runs_in_its_folder_with_its_environment(programs: Programs, tmp_path: Path) -> None:
    programs.spawn(
        1, "sh", "-c", 'pwd; echo "$MODE $HOTRUN_BUILD"', cwd=tmp_path, env={"MODE": "test"}, own={"HOTRUN_BUILD": "7"}
    )
    await programs.over(1)
    assert programs.lines(1) == [str(tmp_path), "test 7"]


@with_programs
async def test_a_missing_env_file_is_told_once_for_all_runs(programs: Programs, tmp_path: Path) -> None:
    missing = str(tmp_path / ".env")
    for run in (1, 2):
        programs.spawn(run, "true", env_files=(missing,))
    await programs.over(1, 2)
    notices = [fact for fact in programs.posted if isinstance(fact, Noticed)]
    assert notices == [Noticed("warning", f"env file {missing} does not exist; ignored")]
    assert programs.exit(2).exit_code == 0


# --- programs that cannot be started -----------------------------------------------------------------------------


def script(folder: Path, name: str, first_line: str, mode: int = 0o755) -> str:
    path = folder / name
    path.write_text(f"{first_line}\n")
    path.chmod(mode)
    return str(path)


@with_programs
async def test_what_cannot_be_started_says_why_in_plain_words(programs: Programs, tmp_path: Path) -> None:
    missing = str(tmp_path / "no" / "such")
    plain = script(tmp_path, "plain", "echo hi", mode=0o644)
    orphan = script(tmp_path, "orphan", "#!/no/such/interpreter")
    garbage = script(tmp_path, "garbage", "\x00\x01\x02")
    words = {
        ("no-such-program-here",): "command not found: no-such-program-here is not in PATH",
        ("./tool",): f"command not found: ./tool is not in {tmp_path}",
        (plain,): f"not executable: {plain} (try chmod +x {plain})",
        ("./plain",): "not executable: ./plain (try chmod +x ./plain)",
        (str(tmp_path),): f"{tmp_path} is a folder, not a program",
        (orphan,): f"{orphan}: its interpreter (the #! line) does not exist",
        (garbage,): f"{garbage} failed to start: Exec format error",
        ("echo", "a\0b"): "echo failed to start: embedded null byte",
    }
    for run, argv in enumerate(words):
        programs.spawn(run, *argv, cwd=tmp_path)
    programs.spawn(90, "true", cwd=missing)
    programs.spawn(91, "orphan", cwd=tmp_path, env={"PATH": str(tmp_path)})
    expected = [SpawnFailed(run, text) for run, text in enumerate(words.values())]
    await programs.over(*range(len(words)), 90, 91)
    assert sorted(programs.posted, key=lambda fact: getattr(fact, "run", 0)) == [
        *expected,
        SpawnFailed(90, f"the folder {missing} (cwd) does not exist"),
        SpawnFailed(91, "orphan: its interpreter (the #! line) does not exist"),
    ]


@with_programs
async def test_an_env_file_that_is_no_text_is_a_failed_spawn(programs: Programs, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\xfe\n")
    programs.spawn(1, "true", env_files=(str(tmp_path / ".env"),))
    (failed,) = programs.told(SpawnFailed, 1)
    assert failed.message.startswith("an env file cannot be read: ")
    assert programs.posted == [failed]


# the loop comes late, and goes


def test_a_program_may_run_and_end_before_there_is_a_loop(tmp_path: Path) -> None:
    programs = Programs()
    programs.sh(1, f"echo early; echo $$ > {tmp_path}/new; mv {tmp_path}/new {tmp_path}/pid; exit 4")
    programs.sh(2, "echo waiting; sleep 60")
    asyncio.run(until((tmp_path / "pid").exists, "run 1"))
    pid = int((tmp_path / "pid").read_text())
    asyncio.run(until(lambda: is_gone(pid), "the end of run 1"))
    assert programs.posted == []

    async def main() -> None:
        programs.children.attach(asyncio.get_running_loop())
        await programs.over(1)
        await programs.said(2, "waiting")
        programs.children.signal(2, "SIGTERM")
        await programs.over(2)
        programs.children.close()

    asyncio.run(main())
    assert programs.pid(1) == pid
    assert programs.lines(1) == ["early"]
    assert programs.exit(1).exit_code == 4
    assert programs.exit(2).signal == "SIGTERM"


@with_programs
async def test_close_leaves_nothing_alive_and_nothing_open(programs: Programs) -> None:
    programs.children.close()
    open_files = len(os.listdir("/proc/self/fd"))
    programs = Programs()
    programs.children.attach(asyncio.get_running_loop())
    programs.sh(1, "trap '' TERM; sleep 60 & echo $!; sleep 61")
    programs.sh(2, "sleep 60 & echo $!")
    programs.sh(3, "kill -STOP $$")
    await until(
        lambda: (
            programs.told(Exited, 2)
            and programs.lines(1)
            and programs.told(Spawned, 3)
            and state_of(programs.pid(3)) == "T"
        ),
        "all",
    )
    pids = [programs.pid(run) for run in (1, 2, 3)] + [int(programs.lines(run)[0]) for run in (1, 2)]
    programs.children.close()
    assert all(map(is_gone, pids))
    assert len(os.listdir("/proc/self/fd")) == open_files


def test_close_works_without_a_loop(tmp_path: Path) -> None:
    programs = Programs()
    programs.sh(1, f"echo $$ > {tmp_path}/new; mv {tmp_path}/new {tmp_path}/pid; sleep 60")
    asyncio.run(until((tmp_path / "pid").exists, "run 1"))
    programs.children.close()
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_close_works_after_the_loop_has_gone() -> None:
    programs = Programs()

    async def main() -> None:
        programs.children.attach(asyncio.get_running_loop())
        programs.sh(1, "echo up; sleep 60")
        await programs.said(1, "up")

    asyncio.run(main())
    programs.children.close()
    assert is_gone(programs.pid(1))


@with_programs
async def test_a_step_tells_what_it_has_made_and_its_reaper_may_be_gone_by_then(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = threading.Event()

    def slowly(root: str, outputs: Sequence[str]) -> Artifacts:
        assert read.wait(30)
        return fingerprint(root, outputs)

    monkeypatch.setattr("hotrun.adapters.processes.artifacts.fingerprint", slowly)
    programs.spawn(1, "sh", "-c", "echo one > out", cwd=tmp_path, kind="step", outputs=("/out",))
    await until(lambda: bool(programs.told(Exited, 1)))
    (child,) = programs.children._children.values()
    await until(lambda: child.lost, "the end of the reaper")
    read.set()
    await programs.over(1)
    (last,) = programs.told(Emptied, 1)
    assert (last.stamp, last.content) == fingerprint(str(tmp_path), ("/out",))
    assert not [fact for fact in programs.posted if isinstance(fact, Noticed)]
    assert not programs.children.busy
