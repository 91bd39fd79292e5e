"""Trees of real processes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hotrun.adapters.os.process_table import below, lineage
from tests.adapters.probing import server

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="only Linux tells who comes from whom")

START = "p = subprocess.Popen([sys.executable, '-ISc', 'input()'], stdin=subprocess.PIPE, start_new_session=True)"
IN_THREAD = f"t = threading.Thread(target=lambda: exec({START!r}, globals()), daemon=True); t.start(); t.join()"
# The thread that starts it lives on: the kernel keeps the child under that thread.
IN_LIVING_THREAD = (
    "said = threading.Event(); "
    f"threading.Thread(target=lambda: (exec({START!r}, globals()), said.set(), threading.Event().wait()), daemon=True)"
    ".start(); said.wait()"
)


def descendants(pid: int) -> set[int]:
    return {seen.pid for seen in below(pid)}


@pytest.mark.parametrize("start", [START, IN_THREAD, IN_LIVING_THREAD])
def test_children_of_every_thread_are_found(start: str) -> None:
    with server() as child:
        assert descendants(child.pid) == set()
        pid = int(child.do(f"{start}; it = p.pid"))
        assert descendants(child.pid) == {pid}
        assert {child.pid, pid} <= descendants(os.getpid())
        assert list(lineage(pid))[:3] == [pid, child.pid, os.getpid()]
        child.do("p.kill(); p.wait()")
        assert descendants(child.pid) == set()


def test_a_process_that_is_gone_has_nobody() -> None:
    done = subprocess.Popen([sys.executable, "-ISc", ""])
    done.wait(30)
    assert descendants(done.pid) == set()
    assert list(lineage(done.pid)) == [done.pid]


def test_the_first_process_ends_every_lineage() -> None:
    assert list(lineage(os.getpid()))[-1] == 1 or os.getpid() == 1
    assert list(lineage(0)) == []
