"""Real programs in a real loop: what they print, how they end, and that nothing of them is left."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from hotrun.adapters.processes.artifacts import Artifacts, fingerprint
from hotrun.core.model.inputs import Emptied, Exited, Noticed, OutputRead, Spawned, SpawnFailed
from tests.adapters.programs import Programs, with_programs
from tests.support.processes import is_gone, state_of
from tests.support.waiting import until

PYTHON = (sys.executable, "-ISc")
# Starts a program that leaves our group and session but keeps our pipes, prints its pid, and exits at once.
DAEMON = "import subprocess, sys; print(subprocess.Popen(sys.argv[1:], start_new_session=True).pid)"


def end(pid: int) -> None:
    if not is_gone(pid):
        os.kill(pid, signal.SIGKILL)


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


# --- endings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [0, 1, 3, 255])
def test_exit_codes_are_told(code: int) -> None:
    @with_programs
    async def story(programs: Programs) -> None:
        programs.sh(1, f"exit {code}")
        await programs.over(1)
        assert programs.exit(1) == Exited(1, code, None, left=False)

    story()


@pytest.mark.parametrize(
    ("number", "name"), [(15, "SIGTERM"), (9, "SIGKILL"), (6, "SIGABRT"), (11, "SIGSEGV"), (40, "signal 40")]
)
def test_an_end_by_a_signal_is_told_by_its_name(number: int, name: str) -> None:
    @with_programs
    async def story(programs: Programs) -> None:
        programs.sh(1, f"kill -{number} $$; sleep 60")
        await programs.over(1)
        assert programs.exit(1) == Exited(1, None, name, left=False)

    story()


@with_programs
async def test_a_signal_reaches_every_member_of_the_group(programs: Programs) -> None:
    member = "trap 'echo {0} got it; exit 3' USR1; echo {0} ready; while :; do sleep 0.01; done"
    programs.sh(1, f"({member.format('inner')}) & {member.format('outer')}")
    await programs.said(1, "inner ready")
    await programs.said(1, "outer ready")
    programs.children.signal(1, "SIGUSR1")
    await programs.over(1)
    assert {"inner got it", "outer got it"} <= set(programs.lines(1))
    assert programs.exit(1).exit_code == 3


@with_programs
async def test_a_program_that_ends_before_its_group_says_so_and_is_over_when_the_rest_is_killed(
    programs: Programs,
) -> None:
    programs.sh(1, "sleep 60 & echo $!")
    await until(lambda: programs.told(Exited, 1), "the exit")
    assert programs.exit(1) == Exited(1, 0, None, left=True)
    programs.sh(2, "exec true")  # a whole other run: time enough for a wrong exit to show
    await programs.over(2)
    assert not programs.is_over(1)
    programs.children.kill(1)
    await programs.over(1)
    assert is_gone(int(programs.lines(1)[0]))


@with_programs
async def test_a_run_is_over_when_the_rest_of_its_group_ends_by_itself(programs: Programs) -> None:
    programs.sh(1, "(trap 'echo late; exit' USR1; echo early; while :; do sleep 0.01; done) &")
    await until(lambda: programs.told(Exited, 1) and programs.lines(1), "the exit")
    assert not programs.is_over(1)
    programs.children.signal(1, "SIGUSR1")
    await programs.over(1)
    assert programs.lines(1) == ["early", "late"]
    assert isinstance(programs.posted[-1], Emptied)


@with_programs
async def test_a_daemon_of_a_step_that_holds_its_pipe_does_not_delay_its_end_and_lives_until_close(
    programs: Programs,
) -> None:
    programs.spawn(1, *PYTHON, DAEMON, "sleep", "60", kind="step")
    await programs.over(1)
    daemon = int(programs.lines(1)[0])
    assert programs.exit(1) == Exited(1, 0, None, left=False)
    programs.sh(2, "true")
    await programs.over(2)
    assert not is_gone(daemon)
    programs.children.close()
    assert is_gone(daemon)


@with_programs
async def test_a_daemon_of_a_step_that_never_stops_writing_does_not_delay_its_end(programs: Programs) -> None:
    programs.spawn(1, *PYTHON, DAEMON, "yes", kind="step")
    await programs.over(1)
    assert programs.exit(1) == Exited(1, 0, None, left=False)


@with_programs
async def test_a_daemon_of_a_process_belongs_to_its_run(programs: Programs) -> None:
    programs.spawn(1, *PYTHON, DAEMON, "sleep", "60")
    await until(lambda: programs.told(Exited, 1), "the exit")
    daemon = int(programs.lines(1)[0])
    assert programs.exit(1) == Exited(1, 0, None, left=True)
    assert not programs.is_over(1)
    assert not is_gone(daemon)
    programs.children.signal(1, "SIGTERM")  # its main process has exited, so this means what is left
    await programs.over(1)
    assert is_gone(daemon)


@with_programs
async def test_a_step_is_over_when_the_last_of_its_session_ends_whoever_its_parent_is(programs: Programs) -> None:
    # The member's parent leaves the session and lives on, so that only the kernel can report its exit to us.
    code = (
        "import os, signal, time\n"
        "if os.fork(): os._exit(0)\n"
        "member = os.fork()\n"
        "if not member: signal.pause()\n"
        "os.setsid(); print(os.getpid(), member, flush=True); os.waitid(os.P_PID, member, os.WEXITED)\n"
        "time.sleep(60)\n"
    )
    programs.spawn(1, *PYTHON, code, kind="step")
    await until(lambda: programs.told(Exited, 1) and programs.lines(1), "the exit and the numbers")
    daemon, member = map(int, programs.lines(1)[0].split())
    assert not programs.is_over(1)
    end(member)
    await programs.over(1)
    assert not is_gone(daemon)


@with_programs
async def test_a_zombie_that_nobody_collects_does_not_hold_a_step(programs: Programs) -> None:
    # Its parent has left the session and never waits for it.
    code = (
        "import os, signal\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})\n"
        "if os.fork(): signal.sigwait({signal.SIGUSR1}); os._exit(0)\n"
        "zombie = os.fork()\n"
        "if not zombie: os._exit(0)\n"
        "os.setsid(); os.waitid(os.P_PID, zombie, os.WEXITED | os.WNOWAIT)\n"
        "print(zombie, flush=True); os.kill(os.getppid(), signal.SIGUSR1); signal.pause()\n"
    )
    programs.spawn(1, *PYTHON, code, kind="step")
    await programs.over(1)
    assert programs.exit(1) == Exited(1, 0, None, left=False)
    assert state_of(int(programs.lines(1)[0])) == "Z"


@with_programs
async def test_a_step_that_is_killed_takes_its_daemons_along(programs: Programs) -> None:
    programs.spawn(1, *PYTHON, f"{DAEMON}; import time; sys.stdout.flush(); time.sleep(60)", "sleep", "60", kind="step")
    await until(lambda: programs.lines(1), "the number of the daemon")
    programs.children.kill(1)
    await programs.over(1)
    assert is_gone(int(programs.lines(1)[0]))


@with_programs
async def test_a_stopped_program_still_gets_its_signal(programs: Programs) -> None:
    programs.sh(1, "trap 'echo bye; exit 0' TERM; kill -STOP $$; echo resumed; sleep 60 & wait")
    await until(lambda: programs.told(Spawned, 1) and state_of(programs.pid(1)) == "T", "the stop")
    programs.children.signal(1, "SIGTERM")
    await programs.over(1)
    assert "bye" in programs.lines(1)
    assert programs.exit(1).exit_code == 0


@with_programs
async def test_signals_to_a_run_that_is_over_or_unknown_do_nothing(programs: Programs) -> None:
    programs.sh(1, "true")
    await programs.over(1)
    before = list(programs.posted)
    programs.children.signal(1, "SIGTERM")
    programs.children.kill(1)
    programs.children.kill(99)
    programs.sh(2, "true")
    await programs.over(2)
    assert programs.posted[: len(before)] == before
    assert programs.told(Emptied, 1) == [Emptied(1)]


@with_programs
async def test_many_programs_that_end_at_once_are_all_told_of(programs: Programs) -> None:
    runs = range(1, 31)
    for run in runs:
        programs.sh(run, f"echo {run}; exit {run}")
    await programs.over(*runs)
    assert [programs.exit(run).exit_code for run in runs] == list(runs)
    assert [programs.lines(run) for run in runs] == [[str(run)] for run in runs]


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
