"""What happens when the guard or a reaper is killed while programs run, and how a reaper then stops its program."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from hotrun.adapters.guard.inside import GUARD, REAPER
from hotrun.adapters.os import cgroup, process_table
from hotrun.adapters.os.process_info import ProcessInfo
from hotrun.core.model.inputs import Emptied, Exited, Noticed, SpawnFailed
from tests.adapters.programs import Programs, with_programs
from tests.support.processes import is_gone
from tests.support.repository import REPOSITORY
from tests.support.waiting import DEADLINE_S, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a subreaper")

STUBBORN = "trap '' TERM; sleep 60 & echo $!; while :; do sleep 0.05; done"


def helpers(name: str) -> list[ProcessInfo]:
    return [seen for seen in process_table.descendants(os.getpid()) if seen.name == name and seen.is_alive]


def reaper_of(pid: int) -> int:
    seen = process_table.find(pid)
    assert seen is not None
    assert process_table.find(seen.parent) in helpers(REAPER) or seen.parent in [one.pid for one in helpers(REAPER)]
    return seen.parent


def errors(programs: Programs) -> list[str]:
    return [fact.text for fact in programs.posted if isinstance(fact, Noticed) and fact.level == "error"]


@with_programs
async def test_a_reaper_that_is_killed_takes_its_tree_along_and_no_other(programs: Programs) -> None:
    programs.sh(1, STUBBORN)
    programs.sh(2, "echo up; sleep 60")
    await until(lambda: programs.lines(1) and programs.lines(2), "both")
    pids = [programs.pid(1), int(programs.lines(1)[0])]
    os.kill(reaper_of(pids[0]), signal.SIGKILL)
    await programs.over(1)
    assert all(map(is_gone, pids))
    assert programs.exit(1) == Exited(1, None, "SIGKILL", left=False)
    assert errors(programs) == ["p1 lost its supervisor process; stopped"]
    assert not is_gone(programs.pid(2))
    programs.children.signal(2, "SIGTERM")
    await programs.over(2)


@with_programs
async def test_a_run_that_had_exited_when_its_reaper_was_killed_exits_once(programs: Programs) -> None:
    programs.sh(1, "sleep 60 & echo $!")
    await until(lambda: programs.told(Exited, 1), "the exit")
    member = int(programs.lines(1)[0])
    os.kill(reaper_of(member), signal.SIGKILL)
    await programs.over(1)
    assert is_gone(member)
    assert programs.exit(1).exit_code == 0


@with_programs
async def test_a_guard_that_is_killed_ends_all_runs_and_another_one_goes_on(programs: Programs) -> None:
    programs.sh(1, "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.01; done")
    programs.sh(2, "sleep 60 & echo $!; sleep 60")
    await until(lambda: programs.lines(1) and programs.lines(2), "both")
    (old,) = helpers(GUARD)
    os.kill(old.pid, signal.SIGKILL)
    await programs.over(1, 2)
    assert programs.exit(1) == Exited(1, 3, None, left=False)  # it got the stop signal, as from hotrun
    assert programs.lines(1) == ["up", "bye"]
    assert is_gone(int(programs.lines(2)[0]))
    assert errors(programs) == ["hotrun's guard process was killed; stopping all programs"]
    programs.sh(3, "echo again")
    await programs.over(3)
    assert programs.lines(3) == ["again"]
    assert old.pid not in [seen.pid for seen in helpers(GUARD)]


@with_programs
async def test_a_guard_that_is_killed_with_all_reapers_leaves_nothing(programs: Programs, tmp_path: Path) -> None:
    (tmp_path / "stubborn").write_text(STUBBORN)
    programs.sh(1, STUBBORN)
    programs.sh(2, "setsid sh stubborn; true", cwd=tmp_path)
    await until(lambda: programs.lines(1) and programs.lines(2), "both")
    pids = [programs.pid(1), programs.pid(2), int(programs.lines(1)[0]), int(programs.lines(2)[0])]
    for seen in helpers(GUARD) + helpers(REAPER):
        os.kill(seen.pid, signal.SIGKILL)
    await programs.over(1, 2)
    assert all(map(is_gone, pids))
    assert [programs.exit(run).signal for run in (1, 2)] == ["SIGKILL"] * 2
    programs.sh(3, "echo again")
    await programs.over(3)
    assert programs.lines(3) == ["again"]


@with_programs
async def test_a_guard_that_is_found_dead_by_a_spawn_is_replaced_and_nothing_is_told_in_the_middle_of_it(
    programs: Programs,
) -> None:
    programs.sh(1, "echo up; sleep 60")
    await programs.said(1, "up")
    (guard,) = helpers(GUARD)
    os.kill(guard.pid, signal.SIGKILL)
    while not is_gone(guard.pid):  # without a turn of the loop, which would report it
        pass
    for run in (2, 3):
        programs.sh(run, "echo again")
    await programs.over(1, 2, 3)
    assert programs.exit(1).signal == "SIGTERM"
    assert programs.lines(3) == ["again"]
    assert len(errors(programs)) == 1


@with_programs
async def test_a_spare_reaper_that_was_killed_is_replaced_without_a_word(programs: Programs) -> None:
    def none_is_left() -> bool:
        for seen in helpers(REAPER):
            with suppress(ProcessLookupError):
                os.kill(seen.pid, signal.SIGKILL)
        return not helpers(REAPER)

    for run in (1, 2, 3):
        await until(lambda: helpers(REAPER), "the spare")
        await until(none_is_left, "its end")
        programs.sh(run, "echo up")
        await programs.over(run)
        assert programs.lines(run) == ["up"]
    assert errors(programs) == []


@with_programs
async def test_a_signal_for_the_program_alone_does_not_reach_its_group(programs: Programs) -> None:
    member = "trap 'echo {0}; exit' USR1; echo {0} ready; while :; do sleep 0.01; done"
    programs.sh(1, f"({member.format('inner')}) & {member.format('outer')}")
    await programs.said(1, "inner ready")
    await programs.said(1, "outer ready")
    programs.children.signal(1, "SIGUSR1", only_main=True)
    await until(lambda: programs.told(Exited, 1), "the exit")
    assert "outer" in programs.lines(1)
    assert "inner" not in programs.lines(1)
    programs.children.signal(1, "SIGUSR1")  # the program has exited: now it means what is left
    await programs.over(1)
    assert "inner" in programs.lines(1)


@with_programs
async def test_what_left_the_group_is_asked_to_stop_when_the_program_has_stopped(programs: Programs) -> None:
    daemon = "trap 'echo daemon stopped; exit' TERM; echo daemon up; while :; do sleep 0.01; done"
    programs.sh(1, f'setsid sh -c "{daemon}" & echo up; sleep 60')
    await programs.said(1, "daemon up")
    programs.children.signal(1, "SIGTERM")
    await programs.over(1)
    assert "daemon stopped" in programs.lines(1)


ALONE = """
import asyncio, os, sys
from tests.adapters.programs import Programs
programs = Programs()
async def main():
    programs.children.attach(asyncio.get_running_loop())
    programs.sh(1, "trap 'echo asked >> {said}; exit' TERM; echo up; while :; do sleep 0.01; done")
    programs.sh(2, "trap '' TERM; setsid sleep 60 & echo up; while :; do sleep 0.05; done")
    await programs.said(1, "up")
    await programs.said(2, "up")
    print(programs.pid(1), programs.pid(2), flush=True)
    os.kill(os.getpid(), 9)
asyncio.run(main())
"""


def test_when_hotrun_is_killed_each_program_is_asked_first_and_killed_after_its_grace(tmp_path: Path) -> None:
    said = tmp_path / "said"
    hotrun = subprocess.Popen(
        [sys.executable, "-c", ALONE.replace("{said}", str(said))],
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
    )
    out, _ = hotrun.communicate(timeout=DEADLINE_S)  # the guard does not keep it open
    assert hotrun.returncode == -signal.SIGKILL
    pids = [int(pid) for pid in out.split()]
    asyncio.run(until(lambda: all(map(is_gone, pids)), "the end of both"))
    assert said.read_text() == "asked\n"


def can_be_made(folder: str) -> bool:
    try:
        os.mkdir(folder)
    except OSError:
        return False
    os.rmdir(folder)
    return True


# Enters a new control group, starts a child that leaves the session, leaves the group, and waits.
IN_A_GROUP = """
import os, signal, subprocess, sys
from hotrun.adapters.os import cgroup
entered = cgroup.enter_new(*sys.argv[1:])
child = subprocess.Popen(["sleep", "60"], start_new_session=True)
if entered is not None:
    entered.leave()
print(child.pid if entered else 0, flush=True)
signal.pause()
"""


def test_a_control_group_is_killed_as_a_whole_and_who_left_it_is_spared() -> None:
    own = cgroup.own_folder()
    if own is None:
        pytest.skip("there is no control group of ours")
    session = os.path.join(own, f"hotrun-test-{os.getpid()}")
    with subprocess.Popen(
        [sys.executable, "-c", IN_A_GROUP, session, own], stdout=subprocess.PIPE, cwd=REPOSITORY
    ) as starter:
        try:
            assert starter.stdout is not None
            child = int(starter.stdout.readline())
            if child == 0:
                pytest.skip("the system lets us enter no control group")
            group = Path(session, str(starter.pid))
            assert (group / "cgroup.procs").read_text().split() == [str(child)]
            cgroup.kill(str(group))
            asyncio.run(until(lambda: is_gone(child), "the end of the child"))
            assert starter.poll() is None
        finally:
            cgroup.kill(session)
            starter.kill()
            starter.wait()
            cgroup.remove_session(session)
    assert not os.path.exists(session)


@with_programs
async def test_a_program_of_a_reaper_that_had_time_is_born_in_a_group_of_its_own(programs: Programs) -> None:
    own = cgroup.own_folder()
    if own is None or not can_be_made(os.path.join(own, f"hotrun-probe-{os.getpid()}")):
        pytest.skip("no control group of ours can be written")
    group = Path(own, f"hotrun-{programs.session.id}")
    programs.sh(1, "echo first")
    await programs.over(1)
    await until(
        lambda: [spare for spare in helpers(REAPER) if (group / str(spare.pid)).exists()], "a spare in its group"
    )
    programs.spawn(2, "grep", "0::", "/proc/self/cgroup")
    await programs.over(2)
    assert f"/{group.name}/" in programs.lines(2)[0]
    assert isinstance(programs.posted[-1], Emptied)
    assert not programs.told(SpawnFailed, 2)
