"""A program that tries everything to outlive its supervisor. All members bear one name: t and the pid of the first.

Bounded, in case it wins: each member ends after LIFE_S, and the rabbit after so many generations.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

LIFE_S = 60
GENERATIONS = 20_000


def main() -> None:
    """Fork all members, say "ready" when they are what they are to be, and wait."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    name = f"t{os.getpid()}"
    Path("/proc/self/comm").write_text(name)
    signal.alarm(LIFE_S)
    ready, done = os.pipe()
    members = [plain, own_session, daemon, daemon_without_environment, stopped, rabbit]
    for member in members:
        fork(member, name, done)
    from_thread = threading.Thread(target=fork, args=(own_session, name, done))
    from_thread.start()
    from_thread.join()
    told = 0
    while told < len(members) + 1:
        told += len(os.read(ready, 64))
    os.write(1, b"ready\n")
    while True:
        signal.pause()


def fork(member: Callable[[str, int], None], name: str, done: int) -> None:
    """Let a child become this member."""
    if os.fork() == 0:
        signal.alarm(LIFE_S)  # which a fork does not inherit
        member(name, done)
        os._exit(0)


def plain(name: str, done: int) -> None:
    """Ignores what the first one ignores."""
    os.write(done, b".")
    wait()


def own_session(name: str, done: int) -> None:
    """Out of the group and the session."""
    os.setsid()
    plain(name, done)


def daemon(name: str, done: int) -> None:
    """Out of the group, the session and the family."""
    os.setsid()
    if os.fork() == 0:
        signal.alarm(LIFE_S)
        plain(name, done)


def daemon_without_environment(name: str, done: int) -> None:
    """And without a word in its environment, or any memory of where it came from."""
    os.setsid()
    if os.fork() == 0:
        link = f"{sys.argv[1]}/{name}"
        os.symlink("/bin/sleep", link)
        os.write(done, b".")
        os.execve(link, [link, str(LIFE_S)], {})


def stopped(name: str, done: int) -> None:
    """Takes no signal but SIGKILL and SIGCONT."""
    os.setsid()
    os.write(done, b".")
    os.kill(os.getpid(), signal.SIGSTOP)
    wait()


def rabbit(name: str, done: int) -> None:
    """Always another process, in another session, every millisecond."""
    os.write(done, b".")
    end = time.monotonic() + LIFE_S
    for _ in range(GENERATIONS):
        if time.monotonic() > end or os.fork() != 0:
            os._exit(0)
        os.setsid()
        time.sleep(0.001)


def wait() -> None:
    """Do nothing until the alarm."""
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
