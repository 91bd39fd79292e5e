"""`python -m tests.e2e.processes.orphans CASE ROUNDS`: hotrun with hostile trees, ended in many ways; prints survivors.

The process is a subreaper: whatever escapes hotrun becomes its child, is counted, and is killed with the rest at the
end, whatever happens. A round and the whole have bounds.
"""

from __future__ import annotations

import contextlib
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from hotrun.adapters.guard.inside import GUARD, REAPER
from hotrun.adapters.os import prctl, process_table
from hotrun.adapters.os.process_info import ProcessInfo
from tests.e2e.running import Running

TREE = Path(__file__).parent / "hostile" / "tree.py"
ROUND_S = 20.0
ALL_S = 900
GONE_S = 10.0
CONFIG = """
[run.app]
command = ["{python}", "-IS", "{tree}", "{links}"]
paths = ["src/"]
stop_timeout = "100ms"
"""
MEMBERS = 7  # that have a name and stay: all but the rabbit, which may be between two lives
ENDINGS = {"term": signal.SIGTERM, "int": signal.SIGINT, "hup": signal.SIGHUP}


class Outcome(msgspec.Struct):
    """`survivors`: of all rounds together. `took_ms`: from the signal, or the edit, to the end of the tree, median."""

    case: str
    rounds: int
    survivors: int
    took_ms: float
    most_ms: float


class Harness:
    """A project whose only process is the hostile tree."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.root.mkdir()
        self.links = folder / "links"
        self.links.mkdir()
        self.env = {"XDG_RUNTIME_DIR": str(folder)}
        self.survivors = 0
        self.took: list[float] = []
        self._edits = 0
        config = CONFIG.format(python=sys.executable, tree=TREE, links=self.links)
        (self.root / "hotrun.toml").write_text(config)
        (self.root / "src").mkdir()

    def restarts(self, rounds: int) -> None:
        """Edit; when the new run has been started, nothing of the old one may live."""
        with self._running() as session:
            old, mark = self._ready(session, 0)
            for _ in range(rounds):
                begun = time.monotonic()
                mark = self._edit(session)
                session.wait_for("process.started", since=mark, timeout=ROUND_S)
                self.took.append(time.monotonic() - begun)
                self._count(old)
                old, mark = self._ready(session, mark)

    def endings(self, rounds: int, number: signal.Signals, *killed_too: str) -> None:
        """End hotrun, and kill those of these names; when it has gone, nothing may live, not even the guard."""
        for _ in range(rounds):
            with self._running() as session:
                self._ready(session, 0)
                begun = time.monotonic()
                kill(*killed_too)
                session.stop(number)
                if number == signal.SIGKILL:
                    wait_until(lambda: not family())
                self.took.append(time.monotonic() - begun)
                self.survivors += len(family())

    def kills(self, rounds: int, *names: str) -> None:
        """SIGKILL the guard, or all reapers; hotrun says so, the tree ends, and the next edit starts another one."""
        with self._running() as session:
            old, mark = self._ready(session, 0)
            for _ in range(rounds):
                begun = time.monotonic()
                kill(*names)
                session.wait_for("process.exited", since=mark, timeout=ROUND_S)
                session.wait_for("message", since=mark, level="error", timeout=ROUND_S)
                self.took.append(time.monotonic() - begun)
                self._count(old)
                old, mark = self._ready(session, self._edit(session))

    @contextlib.contextmanager
    def _running(self) -> Iterator[Running]:
        with Running(self.root, env=self.env) as session:
            session.wait_for("watching", timeout=ROUND_S)
            yield session

    def _edit(self, session: Running) -> int:
        mark = session.mark
        self._edits += 1
        session.write(f"src/{self._edits}.txt", "")  # one file at a steady pace would look like a loop of our own
        return mark

    def _ready(self, session: Running, since: int) -> tuple[str, int]:
        """Wait until all members of a tree are there; returns their name, and a mark for what comes later."""
        started = session.wait_for("process.started", since=since, timeout=ROUND_S)
        session.wait_for("output", since=session.events.index(started), text="ready", timeout=ROUND_S)
        name = f"t{started['pid']}"
        assert self._living(name) >= MEMBERS, family()
        return name, session.mark

    def _count(self, name: str) -> None:
        self.survivors += self._living(name)

    def _living(self, name: str) -> int:
        return sum(seen.name == name for seen in family())


def family() -> list[ProcessInfo]:
    """All living processes below this one."""
    return [seen for seen in process_table.descendants(os.getpid()) if seen.is_alive]


def kill(*names: str) -> None:
    """SIGKILL those of ours that bear such a name, the guard first."""
    for seen in sorted((seen for seen in family() if seen.name in names), key=lambda seen: seen.name):
        with contextlib.suppress(ProcessLookupError):
            os.kill(seen.pid, signal.SIGKILL)


def wait_until(happened: Callable[[], bool]) -> None:
    """Return when it has, or at the deadline: what is counted afterwards tells."""
    end = time.monotonic() + GONE_S
    while not happened() and time.monotonic() < end:
        time.sleep(0.005)
        reap()


def reap() -> None:
    """Collect what has ended here, except hotrun itself, for which its own object waits."""
    for pid in process_table.children(os.getpid()):
        seen = process_table.find(pid)
        if seen is not None and not seen.is_alive and seen.session != pid:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def kill_family() -> None:
    """The end of everything below, as a reaper does it."""
    end = time.monotonic() + GONE_S
    while time.monotonic() < end:
        for pid in process_table.children(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.001)
        except ChildProcessError:
            return


def run(case: str, rounds: int) -> Outcome:
    """Carry out one case."""
    with tempfile.TemporaryDirectory(prefix="hotrun-orphans-") as folder:
        harness = Harness(Path(folder).resolve())
        match case:
            case "restart":
                harness.restarts(rounds)
            case "kill":
                harness.endings(rounds, signal.SIGKILL)
            case "guard":
                harness.kills(rounds, GUARD)
            case "reapers":
                harness.kills(rounds, REAPER)
            case "guard+reapers":
                harness.kills(rounds, GUARD, REAPER)
            case "kill+guard":
                harness.endings(rounds, signal.SIGKILL, GUARD)
            case "kill+reapers":
                harness.endings(rounds, signal.SIGKILL, REAPER)
            case _:
                harness.endings(rounds, ENDINGS[case])
        wait_until(lambda: not family())
        harness.survivors += len(family())
        took = [1000 * one for one in harness.took]
        return Outcome(case, rounds, harness.survivors, statistics.median(took), max(took))


def main() -> None:
    """Print the outcome as JSON; an error is a traceback and exit code 1."""
    prctl.adopt_orphans()
    signal.signal(signal.SIGALRM, lambda number, frame: sys.exit("it took too long"))
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("told to end"))
    signal.alarm(ALL_S)
    try:
        outcome = run(sys.argv[1], int(sys.argv[2]))
    finally:
        kill_family()
    print(msgspec.json.encode(outcome).decode())


if __name__ == "__main__":
    main()
