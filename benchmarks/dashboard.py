"""Measure what the dashboard costs: with a flood of colored lines, with a steady stream, and when idle.

The terminal is read as fast as possible. The peer is hotrun with `--ui plain`, without pinned rows.
"""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from types import TracebackType
from typing import Self

from benchmarks.environment import Environment
from benchmarks.figures import Figure
from benchmarks.project import Project, project
from benchmarks.started import END_S, children_of

ROUNDS = 3
LINES, STEADY_PER_S, STEADY_S, QUIET_S = 50_000, 2000, 8, 5
MAX_FLOOD_S, MAX_FLOOD_CPU_S, MAX_STEADY_PERCENT = 2.0, 3.0, 12.0
LONG_S = 60.0
PEER = "`--ui plain`"
SIZE = (40, 120)  # rows and columns
TICKS_PER_S = os.sysconf("SC_CLK_TCK")

# argv: number of lines, lines a second (0: as fast as possible), and the file that starts it. 131 bytes a line.
_SAYS = """
import os, sys, time
lines, per_s, go = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
print("ready", flush=True)
while not os.path.exists(go):
    time.sleep(0.005)
line = lambda n: (f"\\x1b[32m12:00:00\\x1b[0m \\x1b[1mINFO\\x1b[0m request {n} " + "." * 110)[:130] + "\\n"
at = time.monotonic()
for first in range(0, lines, 20):
    rest = memoryview("".join(map(line, range(first, first + 20))).encode())
    while rest:
        rest = rest[os.write(1, rest):]
    if per_s:
        at += 20 / per_s
        time.sleep(max(0, at - time.monotonic()))
print("over", flush=True)
time.sleep(1000)
"""
_WITH_CONTROLLING_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


def measure(environment: Environment) -> list[Figure]:
    """Measure each in several rounds, alternating with the peer."""
    flood, flood_cpu, steady = _Samples(), _Samples(), _Samples()
    quiet, key = list[float](), list[float]()
    for number in range(ROUNDS):
        for ui in ("inline", "plain"):
            with _Window(environment, f"flood-{ui}-{number}", ui, LINES, 0) as window:
                took_s, cpu_s = window.go()
                flood.add(ui, took_s)
                flood_cpu.add(ui, cpu_s)
                if ui == "inline":
                    quiet.append(window.quiet_bytes())
                    key.append(window.bytes_of_a_key())
    for ui in ("inline", "plain"):
        with _Window(environment, f"steady-{ui}", ui, STEADY_PER_S * STEADY_S, STEADY_PER_S) as window:
            took_s, cpu_s = window.go()
            steady.add(ui, 100 * cpu_s / took_s)
    return [
        flood.figure(f"{LINES:,} colored lines to a terminal with the dashboard", "s", MAX_FLOOD_S),
        flood_cpu.figure("the same: CPU time of hotrun", "s", MAX_FLOOD_CPU_S),
        steady.figure(f"{STEADY_PER_S:,} lines a second: CPU of one core", "%", MAX_STEADY_PERCENT),
        Figure(
            f"written to the terminal in {QUIET_S} s of quiet",
            "B",
            tuple(quiet),
            "for one key",
            tuple(key),
            maximum=0.0,
        ),
    ]


class _Samples:
    def __init__(self) -> None:
        self._of: dict[str, list[float]] = {"inline": [], "plain": []}

    def add(self, ui: str, sample: float) -> None:
        self._of[ui].append(sample)

    def figure(self, title: str, unit: str, maximum: float) -> Figure:
        return Figure(title, unit, tuple(self._of["inline"]), PEER, tuple(self._of["plain"]), maximum=maximum)  # type: ignore[arg-type]


class _Window:
    """A hotrun in a terminal, with one process that waits for a file before it prints."""

    def __init__(self, environment: Environment, name: str, ui: str, lines: int, per_s: int) -> None:
        self._environment = environment
        self._name = name
        self._ui = ui
        self._says = (str(lines), str(per_s))

    def __enter__(self) -> Self:
        self._opened = project(self._environment, self._name)
        small = self._opened.__enter__()
        self._configure(small)
        self._master, slave = pty.openpty()
        termios.tcsetwinsize(slave, SIZE)
        argv = [sys.executable, "-c", _WITH_CONTROLLING_TERMINAL, str(self._environment.hotrun), "--ui", self._ui]
        env = {**os.environ, "TERM": "xterm-256color"}
        self._program = subprocess.Popen(
            argv, cwd=small.folder, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self._end = b""
        self._read_until(b"ready")
        self._read_until(b"watching", least_s=1.0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.send_signal(signal.SIGTERM)
        deadline_s = time.monotonic() + END_S
        while self._program.poll() is None and time.monotonic() < deadline_s:
            self._read(0.05)
        if self._program.poll() is None:
            below = children_of(self._program.pid)
            self._program.kill()
            for pid in below:
                os.kill(pid, signal.SIGKILL)
        self._program.wait()
        os.close(self._master)
        self._opened.__exit__(kind, error, trace)

    def _configure(self, small: Project) -> None:
        script = small.sibling("says.py")
        script.write_text(_SAYS, encoding="utf-8")
        self._go = small.sibling("go")
        argv = [sys.executable, "-IS", str(script), *self._says, str(self._go)]
        quoted = ", ".join(f'"{word}"' for word in argv)
        small.configure(f"[run.says]\ncommand = [{quoted}]\npaths = []\n")

    def go(self) -> tuple[float, float]:
        """The seconds until the last line was on the terminal, and hotrun's own CPU seconds for it."""
        cpu_s, started_s = self._cpu_s(), time.monotonic()
        self._go.touch()
        self._read_until(b"over")
        return time.monotonic() - started_s, self._cpu_s() - cpu_s

    def quiet_bytes(self) -> float:
        """The number of bytes written while nothing happens."""
        while self._read(1.0):
            pass
        deadline_s = time.monotonic() + QUIET_S
        written = 0
        while (left_s := deadline_s - time.monotonic()) > 0:
            written += self._read(left_s)
        return float(written)

    def bytes_of_a_key(self) -> float:
        """The number of bytes written in response to a key."""
        os.write(self._master, b"7")
        return float(self._read(END_S))

    def _cpu_s(self) -> float:
        with open(f"/proc/{self._program.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def _read_until(self, text: bytes, least_s: float = 0.0) -> None:
        """Read until the text appears, and for at least `least_s`."""
        started_s = time.monotonic()
        seen = False
        while not seen or time.monotonic() < started_s + least_s:
            if time.monotonic() > started_s + LONG_S:
                raise RuntimeError(f"no {text!r} on the terminal: {self._end[-2000:]!r}")
            self._read(0.1)
            seen = seen or text in self._end
        self._end = b""

    def _read(self, timeout_s: float) -> int:
        if not select.select([self._master], [], [], timeout_s)[0]:
            return 0
        try:
            data = os.read(self._master, 65_536)
        except OSError:  # the terminal was closed
            return 0
        self._end = self._end[-4000:] + data
        return len(data)
