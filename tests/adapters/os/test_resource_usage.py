"""The resource usage of real processes."""

from __future__ import annotations

import os
import subprocess
import sys

from hotrun.adapters.os.resource_usage import UsageMeter

BUSY = """
import os, sys
child = os.fork()
if child == 0:
    data = bytearray(os.urandom(30 << 20))
    print("ready", flush=True)
    while True:
        pass
os.waitpid(child, 0)
"""


def test_the_cost_of_a_process_is_that_of_all_below_it() -> None:
    program = subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE, start_new_session=True)
    try:
        assert program.stdout is not None
        assert program.stdout.readline() == b"ready\n"
        meter = UsageMeter()
        first = meter.measure({"web": program.pid, "us": os.getpid()})
        assert first["web"].cpu_percent == 0, "nothing is known yet"
        assert first["web"].memory_bytes > 30 << 20
        assert first["us"].memory_bytes > first["web"].memory_bytes, "it is below us"
        busy = first["web"]
        while not busy.cpu_percent:  # a tick is 10 ms of work, which may take long on a machine that is busy
            busy = meter.measure({"web": program.pid})["web"]
    finally:
        os.killpg(program.pid, 9)
        program.communicate()
    assert busy.cpu_percent > 0


def test_what_has_ended_costs_nothing() -> None:
    program = subprocess.Popen(["true"])
    program.wait()
    assert UsageMeter().measure({"gone": program.pid}) == {}
