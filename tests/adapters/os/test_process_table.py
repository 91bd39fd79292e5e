"""Trees of real processes, as both process tables describe them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import ModuleType

import pytest

from hotrun.adapters.os import process_table, psutil_table
from hotrun.adapters.os.process_info import REAPER_VARIABLE
from hotrun.adapters.os.process_table import lineage
from tests.adapters.readiness.probing import server
from tests.support.waiting import DEADLINE_S

START = "p = subprocess.Popen([sys.executable, '-ISc', 'input()'], stdin=subprocess.PIPE, start_new_session=True)"
IN_THREAD = f"t = threading.Thread(target=lambda: exec({START!r}, globals()), daemon=True); t.start(); t.join()"
# The thread that starts it lives on: the kernel keeps the child under that thread.
IN_LIVING_THREAD = (
    "said = threading.Event(); "
    f"threading.Thread(target=lambda: (exec({START!r}, globals()), said.set(), threading.Event().wait()), daemon=True)"
    ".start(); said.wait()"
)
# Prints the pids of two processes and exits, so that both are orphans: the second has left its session.
LEAVE_ORPHANS = """
import subprocess
QUIET = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
stays = subprocess.Popen(["sleep", "60"], **QUIET)
print(stays.pid, subprocess.Popen(["sleep", "60"], start_new_session=True, **QUIET).pid)
"""
# Its subshell exits at once, so what it has started is an orphan in the session of the shell.
START_SESSION = (
    "p = subprocess.Popen(['sh', '-c', '(sleep 60 >/dev/null & echo $!); read line'], "
    "stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)"
)


@pytest.fixture(params=[process_table, psutil_table], ids=["proc", "psutil"])
def table(request: pytest.FixtureRequest) -> ModuleType:
    if request.param is process_table and not os.path.exists("/proc/self/task"):
        pytest.skip("this system has no /proc")
    return request.param  # type: ignore[no-any-return]


def descendants(table: ModuleType, pid: int) -> set[int]:
    return {seen.pid for seen in table.descendants(pid)}


@pytest.mark.parametrize("start", [START, IN_THREAD, IN_LIVING_THREAD])
def test_children_of_every_thread_are_found(table: ModuleType, start: str) -> None:
    with server() as child:
        assert descendants(table, child.pid) == set()
        pid = int(child.do(f"{start}; it = p.pid"))
        assert descendants(table, child.pid) == {pid}
        assert table.children(child.pid) == [pid]
        assert {child.pid, pid} <= descendants(table, os.getpid())
        assert list(lineage(pid))[:3] == [pid, child.pid, os.getpid()]
        child.do("p.kill(); p.wait()")
        assert descendants(table, child.pid) == set()


def test_a_process_that_is_gone_has_nobody(table: ModuleType) -> None:
    done = subprocess.Popen([sys.executable, "-ISc", ""])
    done.wait(30)
    assert table.find(done.pid) is None
    assert descendants(table, done.pid) == set()
    assert list(lineage(done.pid)) == [done.pid]


def test_the_first_process_ends_every_lineage() -> None:
    assert list(lineage(os.getpid()))[-1] == 1 or os.getpid() == 1
    assert list(lineage(0)) == []


def test_both_tables_describe_a_process_alike(table: ModuleType) -> None:
    with server() as child:
        seen = table.find(child.pid)
        assert (seen.pid, seen.parent) == (child.pid, os.getpid())
        assert (seen.group, seen.session) == (os.getpgid(child.pid), os.getsid(child.pid))
        assert seen.name.startswith("python")
        assert seen.is_alive
        assert table.find(child.pid) == seen, "the start time stays the same"
        assert child.pid in table.pids()
        child.popen.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not table.find(child.pid).is_alive


def test_orphans_are_found_by_the_mark_of_their_reaper_where_there_are_no_subreapers() -> None:
    with server() as reaper:
        mark = {**os.environ, REAPER_VARIABLE: str(reaper.pid)}
        program = subprocess.run([sys.executable, "-c", LEAVE_ORPHANS], env=mark, stdout=subprocess.PIPE, check=True)
        orphans = {int(pid) for pid in program.stdout.split()}
        try:
            assert descendants(psutil_table, reaper.pid) == orphans
        finally:
            for pid in orphans:
                os.kill(pid, signal.SIGKILL)


def test_what_was_below_us_once_stays_ours_when_its_parent_exits() -> None:
    with server() as child:
        pid = int(child.do("it = subprocess.Popen(['sleep', '60'], start_new_session=True).pid"))
        assert pid in {seen.pid for seen in psutil_table.descendants(os.getpid())}
        child.popen.kill()
        child.popen.wait(DEADLINE_S)
        [orphan] = [seen for seen in psutil_table.descendants(os.getpid()) if seen.pid == pid]
        assert orphan.parent != child.pid
        os.kill(pid, signal.SIGKILL)


def test_a_session_of_a_descendant_is_ours_with_all_its_orphans() -> None:
    with server() as child:
        leader = int(child.do(f"{START_SESSION}; it = p.pid"))
        orphan = int(child.do("it = p.stdout.readline().decode().strip()"))
        assert descendants(psutil_table, child.pid) == {leader, orphan}
        os.kill(orphan, signal.SIGKILL)
        os.kill(leader, signal.SIGKILL)
