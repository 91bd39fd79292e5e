"""A shell with one job, run as a program: the session leader of a terminal, which it gives to the job and takes back.

Reads commands (fg, bg, take) from stdin and prints what becomes of the job; kills it when stdin ends. Standard error is
the terminal. Like bash, it sets its own modes when the job stops, and the job's when that continues in the foreground.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import termios
import threading
from typing import Any

TERMINAL = 2


class Shell:
    def __init__(self, is_foreground: bool, command: list[str]) -> None:
        fcntl.ioctl(TERMINAL, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        self._own = termios.tcgetattr(TERMINAL)
        self._of_job: list[Any] | None = None
        self._gate_in, gate = os.pipe()
        self._job = subprocess.Popen(
            [sys.executable, "-c", _WAITING, str(self._gate_in), *command],
            stdin=TERMINAL,
            stdout=TERMINAL,
            stderr=subprocess.DEVNULL,
            pass_fds=(self._gate_in,),
            process_group=0,
        )
        if is_foreground:
            os.tcsetpgrp(TERMINAL, self._job.pid)
        os.close(gate)
        self.say(f"pid {self._job.pid}")

    def say(self, text: str) -> None:
        print(text, flush=True)

    def wait(self) -> None:
        while True:
            _, status = os.waitpid(self._job.pid, os.WUNTRACED | os.WCONTINUED)
            if os.WIFSTOPPED(status):
                os.tcsetpgrp(TERMINAL, os.getpgrp())
                self._of_job = termios.tcgetattr(TERMINAL)
                termios.tcsetattr(TERMINAL, termios.TCSADRAIN, self._own)
                self.say(f"stopped by {signal.Signals(os.WSTOPSIG(status)).name}")
            elif os.WIFCONTINUED(status):
                self.say("continued")
            else:
                os.tcsetpgrp(TERMINAL, os.getpgrp())
                self.say(f"ended {os.waitstatus_to_exitcode(status)}")
                return

    def obey(self) -> None:
        for line in sys.stdin:
            if line == "fg\n":
                os.tcsetpgrp(TERMINAL, self._job.pid)
                if self._of_job is not None:
                    termios.tcsetattr(TERMINAL, termios.TCSADRAIN, self._of_job)
            if line in ("fg\n", "bg\n"):
                os.killpg(self._job.pid, signal.SIGCONT)
            elif line == "take\n":  # in the foreground, without a signal: what bash does with a running job
                os.tcsetpgrp(TERMINAL, self._job.pid)
        os.kill(self._job.pid, signal.SIGKILL)  # not waited for yet: this thread ends with the process that waits


# The job starts when it has the terminal; it runs with the signals that a shell gives it.
_WAITING = (
    "import os, signal, sys\n"
    "os.read(int(sys.argv[1]), 1)\n"
    "signal.signal(signal.SIGTTOU, signal.SIG_DFL)\n"
    "os.execv(sys.argv[2], sys.argv[2:])"
)

if __name__ == "__main__":
    shell = Shell(sys.argv[1] == "fg", sys.argv[2:])
    threading.Thread(target=shell.obey, daemon=True).start()
    shell.wait()
    os._exit(0)  # the other thread still reads
