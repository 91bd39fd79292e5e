"""Sessions of the real command on small projects made of Python scripts: signals, reload, environment, endings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.running import Running, check_stream

# Says what it finds in its environment and in value.txt, and then waits to be told to end.
APP = """
import os, pathlib, signal, sys
def bye(number, frame):
    print("bye", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, bye)
changed = os.environ.get("HOTRUN_CHANGED")
names = pathlib.Path(changed).read_bytes().split(b"\\0")[:-1] if changed else []
print("value", pathlib.Path("value.txt").read_text().strip(), flush=True)
print("env", os.environ.get("HOTRUN"), os.environ.get("HOTRUN_BUILD"), os.environ.get("LOG"), flush=True)
print("changed", *(name.decode() for name in names), flush=True)
signal.pause()
"""
# Ignores what it is asked and leaves a child in its group that does so, too.
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.fork()
os.write(1, b"up\\n")  # one write: two processes say it at once
while True:
    time.sleep(1000)
"""
BUILD = """
import pathlib, sys
text = pathlib.Path("value.txt").read_text()
if "bad" in text:
    print("value.txt:1:1: error: a bad value", file=sys.stderr)
    sys.exit(1)
"""
CONFIG = """
[build.check]
command = ["python3", "build.py"]
paths = ["value.txt", "build.py"]

[run.app]
command = ["python3", "app.py"]
needs = ["check"]
"""


def make(root: Path, config: str = CONFIG, app: str = APP) -> Path:
    root = root / "project"
    root.mkdir(parents=True)
    for name, text in (("hotrun.toml", config), ("app.py", app), ("build.py", BUILD), ("value.txt", "one\n")):
        (root / name).write_text(text)
    return root.resolve()


def running(root: Path, *arguments: str, **env: str) -> Running:
    return Running(root, arguments=arguments, path=[Path(sys.executable).parent], env=env)


def test_an_edit_is_built_and_served_and_the_stream_is_whole(tmp_path: Path) -> None:
    with running(make(tmp_path)) as session:
        session.wait_for("watching")
        session.wait_for("process.started")
        mark = session.mark
        session.edit("value.txt", "one", "two")
        finished = session.wait_for("build.finished", since=mark)
        assert (finished["build"], finished["status"], finished["steps"]) == (2, "passed", ["check"])
        session.wait_for("process.started", since=mark)
        _wait_for_text(session, "value two", mark)
        _wait_for_text(session, "env 1 2 None", mark)
        _wait_for_text(session, "changed value.txt", mark)
        assert session.stop() == 0
        session.wait_until_gone()
        check_stream(session)
        (exited,) = session.seen("process.exited", since=mark)[-1:]
        assert exited["expected"] is True


def test_a_broken_edit_keeps_the_old_process_and_a_repair_restarts_it(tmp_path: Path) -> None:
    with running(make(tmp_path)) as session:
        session.wait_for("watching")
        first = session.wait_for("process.started")
        session.edit("value.txt", "one", "bad")
        session.wait_for("build.finished", status="failed", errors=1)
        problem = session.wait_for("diagnostic")
        assert (problem["path"], problem["line"], problem["message"]) == ("value.txt", 1, "a bad value")
        session.wait_for("process.stale", process="app", run=first["run"], build=1)
        assert not session.seen("process.stopping")
        session.edit("value.txt", "bad", "three")
        session.wait_for("process.started", build=3)
        _wait_for_text(session, "value three", 0)


def test_a_save_without_a_change_is_said_and_builds_nothing(tmp_path: Path) -> None:
    with running(make(tmp_path)) as session:
        session.wait_for("watching")
        text = "value.txt: saved without changes"
        mark = session.mark

        def is_answered() -> bool:
            return any(event["type"] in ("message", "up_to_date") for event in session.events[mark:])

        while not session.seen("message", since=mark, text=text):
            # Until its bytes have been read for the first time, a touch may still count as an edit.
            mark = session.mark
            os.utime(session.root / "value.txt")
            session.wait_until(is_answered)
        assert not session.seen("changes.detected", since=mark)
        session.write("value.txt", "one\n")
        session.edit("value.txt", "one", "two")
        _wait_for_text(session, "value two", mark)
        assert len(session.seen("changes.detected", since=mark)) == 1


def test_a_burst_of_files_is_one_build_and_one_restart(tmp_path: Path) -> None:
    root = make(tmp_path, CONFIG.replace('["value.txt", "build.py"]', '["src/"]'))
    with running(root) as session:
        session.wait_for("watching")
        session.wait_for("process.started")
        mark = session.mark
        for number in range(100):
            folder = root / "src" / f"new{number % 7}" / "deep"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{number}.txt").write_text("x")
        session.wait_for("process.started", since=mark)
        (root / "src" / "last.txt").write_text("x")
        last = session.wait_for("changes.detected", since=mark, paths=[{"path": "src/last.txt", "kind": "added"}])
        session.wait_for("process.started", since=mark, build=last["build"])
        told = {path["path"] for change in session.seen("changes.detected", since=mark) for path in change["paths"]}
        assert len(told - {"src/last.txt"}) == 100, session.account(mark)
        assert len(session.seen("process.started", since=mark)) == 2, session.account(mark)


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)],
    ids=lambda value: str(value),
)
def test_a_signal_ends_the_session_and_everything_in_it(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with running(make(tmp_path)) as session:
        session.wait_for("process.started")
        assert session.stop(number) == code
        session.wait_until_gone()
        (ended,) = session.seen("session.ended")
        assert (ended["reason"], ended["exit_code"]) == (number.name, code)


def test_a_signal_before_the_first_build_is_over_ends_the_session_too(tmp_path: Path) -> None:
    root = make(tmp_path, CONFIG.replace('"build.py"]\npaths', '"-c", "import time; time.sleep(1000)"]\npaths'))
    with running(root) as session:
        session.wait_for("step.started")
        assert session.stop() == 0
        session.wait_until_gone()
        check_stream(session)


def test_a_group_that_ignores_the_stop_signal_is_killed_after_the_grace(tmp_path: Path) -> None:
    with running(make(tmp_path, CONFIG + 'stop_timeout = "200ms"\n', STUBBORN)) as session:
        _wait_for_text(session, "up", 0)
        assert session.stop() == 0
        session.wait_until_gone()
        (exited,) = session.seen("process.exited")
        assert exited["signal"] == "SIGKILL"


def test_a_second_interrupt_kills_at_once(tmp_path: Path) -> None:
    with running(make(tmp_path, CONFIG + 'stop_timeout = "10m"\n', STUBBORN)) as session:
        _wait_for_text(session, "up", 0)
        os.kill(session.pid, signal.SIGINT)
        session.wait_for("state", state="stopping")
        signal.sigtimedwait([], 0.05)  # an interrupt within 20 ms counts as the same key press
        assert session.stop(signal.SIGINT) == 130
        session.wait_until_gone()


def test_a_changed_configuration_restarts_only_what_changed(tmp_path: Path) -> None:
    other = '\n[run.other]\ncommand = ["sleep", "1000"]\npaths = []\n'
    root = make(tmp_path, CONFIG + other)
    with running(root) as session:
        session.wait_for("watching")
        session.wait_for("process.started", process="app")
        mark = session.mark
        session.write("hotrun.toml", CONFIG + '[run.app.env]\nLOG = "loud"\n' + other)
        reloaded = session.wait_for("config.reloaded", since=mark)
        assert (reloaded["steps"], reloaded["processes"]) == ([], ["app"])
        _wait_for_text(session, "env 1 2 loud", mark)
        assert not session.seen("process.stopping", process="other")
        session.write("hotrun.toml", CONFIG)
        session.wait_for("process.exited", process="other", expected=True)


def test_a_wrong_configuration_is_shown_and_the_last_good_one_stays(tmp_path: Path) -> None:
    root = make(tmp_path)
    with running(root) as session:
        session.wait_for("watching")
        session.wait_for("process.started")
        session.write("hotrun.toml", CONFIG + "stop_timout = 3\n")
        error = session.wait_for("config.error")
        assert error["problems"] == ['hotrun.toml:9: run.app.stop_timout: unknown key, did you mean "stop_timeout"?']
        mark = session.mark
        session.edit("value.txt", "one", "two")
        _wait_for_text(session, "value two", mark)
        (root / "hotrun.toml").unlink()
        session.wait_for("config.error", since=mark)
        session.write("hotrun.toml", CONFIG)
        session.wait_for("config.reloaded", since=mark)


def test_an_env_file_is_watched_though_git_ignores_it(tmp_path: Path) -> None:
    root = make(tmp_path, 'env_files = [".env"]\n' + CONFIG)
    (root / ".gitignore").write_text(".env\n")
    (root / ".env").write_text("LOG=one\n")
    with running(root) as session:
        session.wait_for("watching")
        _wait_for_text(session, "env 1 1 one", 0)
        session.write(".env", "LOG=two\n")
        _wait_for_text(session, "env 1 2 two", 0)


def test_only_the_named_process_runs_and_what_it_needs(tmp_path: Path) -> None:
    root = make(tmp_path, CONFIG + '\n[run.other]\ncommand = ["sleep", "1000"]\n')
    with running(root, "run", "app") as session:
        session.wait_for("process.started", process="app")
        assert session.seen("session.started")[0]["processes"] == ["app"]


def test_a_command_after_two_dashes_needs_no_configuration(tmp_path: Path) -> None:
    root = make(tmp_path)
    (root / "hotrun.toml").unlink()
    with running(root, "--build", "python3 build.py", "--", "python3", "app.py") as session:
        session.wait_for("watching")
        session.wait_for("process.started", process="python3")
        session.edit("value.txt", "one", "bad")
        session.wait_for("build.finished", status="failed")
        mark = session.mark
        session.edit("value.txt", "bad", "good")
        session.wait_for("process.started", since=mark)


def test_once_builds_starts_nothing_and_tells_the_build_result_by_its_exit_code(tmp_path: Path) -> None:
    root = make(tmp_path)
    assert once(root).returncode == 0
    (root / "value.txt").write_text("bad")
    done = once(root)
    assert done.returncode == 1
    assert "value.txt:1:1: error: a bad value" in done.stdout
    assert "value one" not in done.stdout


def test_a_process_with_on_exit_quit_ends_the_session_with_its_build_result(tmp_path: Path) -> None:
    for code in (0, 1):
        root = make(tmp_path / str(code), CONFIG + 'on_exit = "quit"\n', f"raise SystemExit({code * 7})")
        done = subprocess.run(
            [sys.executable, "-P", "-m", "hotrun"], cwd=root, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == code, done.stdout


def test_every_failure_to_start_has_a_face(tmp_path: Path) -> None:
    cases = {
        'command = ["no-such-program"]': "step check failed to start: command not found: no-such-program",
        'command = ["./value.txt"]': "step check failed to start: not executable: ./value.txt",
        'command = ["true"]\ncwd = "nowhere"': "step check failed to start: the folder",
        'command = "kill -SEGV $$"': "step check was killed by SIGSEGV",
        'command = "nothing-here --flag"': "step check failed (exit 127: command not found)",
        'command = ["sleep", "1000"]\ntimeout = "100ms"': "step check timed out after 100ms",
        'command = "echo first; echo last; exit 3"': "step check failed (exit 3)",
    }
    root = make(tmp_path)
    for text, expected in cases.items():
        (root / "hotrun.toml").write_text(f"[build.check]\n{text}\n")
        done = once(root)
        assert done.returncode == 1, text
        assert expected in done.stdout, text
        assert "Traceback" not in done.stderr


def test_a_process_that_cannot_be_started_is_said_and_waits_for_a_change(tmp_path: Path) -> None:
    with running(make(tmp_path, CONFIG.replace('"python3", "app.py"', '"./run.sh"'))) as session:
        session.wait_for("watching")
        error = session.wait_for("diagnostic", process="app")
        assert error["message"].startswith("app failed to start: command not found: ./run.sh is not in ")
        script = session.root.parent / "run.sh"
        script.write_text("#!/bin/sh\nexec python3 app.py\n")
        script.chmod(0o755)
        script.rename(session.root / "run.sh")
        session.edit("value.txt", "one", "two")
        _wait_for_text(session, "value two", 0)


def test_a_reader_that_goes_away_ends_the_session(tmp_path: Path) -> None:
    root = make(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "hotrun"], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as session:
        assert session.stdout is not None
        assert session.stderr is not None
        for line in session.stdout:
            if b"value one" in line:
                break
        session.stdout.close()
        (root / "value.txt").write_text("two")
        assert session.wait(60) == 129
        assert session.stderr.read() == b""


def once(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "hotrun", "--once"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)


def _wait_for_text(session: Running, line: str, since: int) -> None:
    """Wait until the app has said this line, whatever other lines came in the same read."""
    at = since
    while True:
        event = session.wait_for("output", since=at, source="run:app")
        at = session.events.index(event, at) + 1
        if line in event["text"].split("\n"):
            return
