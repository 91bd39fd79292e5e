"""The exec probe with real programs: how they end, and that nothing of them is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotrun.adapters.readiness import probe_exec
from hotrun.core.model.project import Program, Ready
from tests.adapters.readiness.probing import Probing, with_probing
from tests.support.processes import is_gone, state_of
from tests.support.waiting import until


def sh(script: str, cwd: object = "/", **env: str) -> Ready:
    return Ready("exec", program=Program(("sh", "-c", script), str(cwd), env))


@with_probing
async def test_a_program_is_run_until_it_ends_well(probing: Probing, tmp_path: Path) -> None:
    probing.probes.start(
        1, sh('echo "asked $WHAT"; test -e up || { echo first; echo "not $WHAT" >&2; exit 3; }', tmp_path, WHAT="up")
    )
    await probing.refused("exit 3: not up")
    (tmp_path / "up").touch()
    assert await probing.answered() == "exec"
    assert probing.reasons() == ["exit 3: not up"]


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exit 1", "exit 1"),
        ("kill -9 $$", "SIGKILL"),
        ("yes | head -c 3000000; echo last; exit 2", "exit 2: last"),
    ],
)
@with_probing
async def test_how_a_program_ended_is_said(probing: Probing, script: str, why: str) -> None:
    probing.probes.start(1, sh(script))
    await probing.refused(why)


@with_probing
async def test_a_program_that_is_not_there_is_said(probing: Probing) -> None:
    probing.probes.start(1, Ready("exec", program=Program(("no-such-program",), "/")))
    await probing.refused("command not found: no-such-program is not in PATH")


@with_probing
async def test_a_program_that_does_not_end_is_killed(
    probing: Probing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_exec, "TIMEOUT_S", 1.0)
    probing.probes.start(1, sh("sleep 1000 & echo $! $$ > made$$; mv made$$ pids; wait", tmp_path))
    await until((tmp_path / "pids").exists)
    child, shell = map(int, (tmp_path / "pids").read_text().split())
    await until(lambda: is_gone(child) and is_gone(shell))
    await probing.refused("no exit within 1 s")


@pytest.mark.parametrize("end", ["stop", "close", "answer"])
@with_probing
async def test_nothing_of_a_program_is_left(probing: Probing, tmp_path: Path, end: str) -> None:
    last = "exit 0" if end == "answer" else "wait"
    probing.probes.start(1, sh(f"sleep 1000 & echo $! $$ > made; mv made pids; {last}", tmp_path))
    await until((tmp_path / "pids").exists)
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    if end == "stop":
        probing.probes.stop(1)
    elif end == "close":
        probing.probes.close()
        probing.guard.close()
        assert all(is_gone(pid) for pid in pids), "when hotrun has ended, so has all that it ran"
    await until(lambda: all(is_gone(pid) for pid in pids))
    await until(lambda: state_of(pids[1]) == "X", "the end of a zombie")
