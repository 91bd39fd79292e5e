"""How real programs end: their exit codes and signals, and what their groups and daemons leave."""

from __future__ import annotations

import pytest

from hotrun.core.model.inputs import Emptied, Exited, Spawned
from tests.adapters.processes.scripts import PYTHON, end
from tests.adapters.programs import Programs, with_programs
from tests.support.processes import is_gone, state_of
from tests.support.waiting import until

# Starts a program that leaves our group and session but keeps our pipes, prints its pid, and exits at once.
DAEMON = "import subprocess, sys; print(subprocess.Popen(sys.argv[1:], start_new_session=True).pid)"


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
