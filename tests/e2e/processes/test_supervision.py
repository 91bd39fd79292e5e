"""Processes under the real command: readiness, reload, crashes, taken ports, the keyboard, and saves during builds."""

from __future__ import annotations

import shutil
import socket
import sys
from pathlib import Path

import pytest

from hotrun.client import Client
from tests.e2e.running import Running
from tests.support.ports import free_port

PYTHON = sys.executable


def lay(tmp_path: Path, config: str, **files: str) -> Path:
    root = tmp_path.resolve() / "project"
    root.mkdir()
    (root / "hotrun.toml").write_text(config.replace("PYTHON", PYTHON))
    for name, text in files.items():
        (root / name.replace("__", ".")).write_text(text)
    return root


# --- readiness -----------------------------------------------------------------------------------------------------

SERVER = """
import http.server, os, socketserver, sys
socketserver.TCPServer.allow_reuse_address = True
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204 if self.path == "/health" else 404)
        self.end_headers()
    def log_message(self, *args): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
NOTIFY = """
import os, socket, time
say = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
say.connect(os.environ["NOTIFY_SOCKET"])
say.send(b"STATUS=warming up")
say.send(b"READY=1")
time.sleep(1000)
"""


@pytest.mark.parametrize(
    ("ready", "via"),
    [
        ('tcp = "127.0.0.1:{port}"', "tcp"),
        ('http = "http://127.0.0.1:{port}/health"\nstatus = 204', "http"),
        ('exec = ["PYTHON", "-c", "import socket; socket.create_connection((\'127.0.0.1\', {port}))"]', "exec"),
        ("", "listen"),
    ],
)
def test_a_server_on_a_port_of_its_own_is_ready_when_it_answers(tmp_path: Path, ready: str, via: str) -> None:
    table = f"[run.web.ready]\n{ready}\n" if ready else ""
    config = f'[run.web]\ncommand = ["PYTHON", "server.py", "{{port}}"]\n{table}'
    with Running(lay(tmp_path, config, server__py=SERVER)) as session:
        event = session.wait_for("process.ready", process="web")
        started = session.seen("process.started")[0]
        assert (event["via"], event["run"]) == (via, started["run"])
        assert isinstance(started["port"], int)


def test_what_needs_a_process_starts_when_that_says_that_it_is_ready(tmp_path: Path) -> None:
    config = (
        '[run.db]\ncommand = ["PYTHON", "db.py"]\nready = { notify = true }\n'
        '[run.web]\ncommand = ["sleep", "1000"]\nneeds = ["db"]\n'
    )
    with Running(lay(tmp_path, config, db__py=NOTIFY)) as session:
        session.wait_for("process.started", process="web")
        order = [event["type"] for event in session.events if event.get("process") in ("db", "web")]
        assert order.index("process.ready") < order.index("process.starting", 1)
        assert session.seen("process.status", process="db")[0]["text"] == "warming up"
        assert session.stop() == 0
        ended = [event["process"] for event in session.seen("process.exited")]
        assert ended == ["web", "db"], "in reverse of need"


def test_what_is_not_ready_in_time_is_an_error_with_its_last_lines(tmp_path: Path) -> None:
    config = (
        f'[run.web]\ncommand = "echo still loading; exec sleep 1000"\n'
        f'ready = {{ tcp = "127.0.0.1:{free_port()}", timeout = "300ms" }}\n'
    )
    with Running(lay(tmp_path, config)) as session:
        error = session.wait_for("diagnostic", process="web")
        assert error["message"].startswith("web is not ready after 300ms: no answer from 127.0.0.1:")
        assert error["message"].endswith(" (connection refused)")
        assert error["detail"] == ["still loading"]
        assert session.seen("process.exited") == []


# --- reload --------------------------------------------------------------------------------------------------------


def test_a_reload_is_a_signal_and_no_restart(tmp_path: Path) -> None:
    app = (
        "import signal, sys\nsignal.signal(signal.SIGHUP, lambda *_: print('reloaded', open('page.html').read()))\n"
        "print('up')\nwhile True: signal.pause()\n"
    )
    config = (
        '[run.web]\ncommand = ["PYTHON", "app.py"]\npaths = ["*.py"]\n'
        'ready = { log = "^up$" }\nreload = { paths = ["*.html"] }\n'
    )
    with Running(lay(tmp_path, config, app__py=app, page__html="one")) as session:
        session.wait_for("process.ready", via="log")
        session.wait_for("up_to_date")
        mark = session.mark
        session.write("page.html", "two")
        session.wait_for("output", since=mark, text="reloaded two")
        assert [event["signal"] for event in session.seen("process.reloaded")] == ["SIGHUP"]
        assert session.seen("process.stopping") == []


# --- crashes -------------------------------------------------------------------------------------------------------

PY_CRASH = "import helper\nhelper.work(0)\n", "def work(n):\n    return 1 / n\n"
JS_CRASH = "require('./helper.js').work(null)\n", "exports.work = n => {\n  return n.length\n}\n"


@pytest.mark.parametrize(
    ("command", "files", "place", "message"),
    [
        (
            '["PYTHON", "app.py"]',
            {"app__py": PY_CRASH[0], "helper__py": PY_CRASH[1]},
            "helper.py:2",
            "ZeroDivisionError",
        ),
        ('["node", "app.js"]', {"app__js": JS_CRASH[0], "helper__js": JS_CRASH[1]}, "helper.js:2", "TypeError"),
    ],
)
def test_a_crash_has_its_place_and_is_repaired_by_the_file_it_named(
    tmp_path: Path, command: str, files: dict[str, str], place: str, message: str
) -> None:
    program = "node" if "node" in command else "python"
    if program == "node" and shutil.which("node") is None:
        pytest.skip("node is not installed")
    with Running(lay(tmp_path, f"[run.app]\ncommand = {command}\npaths = []\n", **files)) as session:
        error = session.wait_for("diagnostic", process="app")
        assert f"{error['path']}:{error['line']}" == place
        assert message in error["message"]
        exited = session.wait_for("process.exited")
        assert (exited["expected"], exited["exit_code"]) == (False, 1)
        session.wait_for("up_to_date")
        mark = session.mark
        file = str(error["path"])
        session.edit(file, "return 1 / n" if program == "python" else "return n.length", "return 1")
        session.wait_for("process.starting", since=mark)


def test_whoever_has_the_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config = f'[run.web]\ncommand = ["PYTHON", "server.py", "{port}"]\n'
        with Running(
            lay(tmp_path, config, server__py=SERVER.replace("allow_reuse_address = True", "x = 1"))
        ) as session:
            session.wait_until(
                lambda: any("is in use by pid" in str(event["message"]) for event in session.seen("diagnostic"))
            )
            crash, held = session.seen("diagnostic")
            assert "Address already in use" in str(crash["message"])
            assert str(held["message"]).startswith(f"port {port} is in use by pid ")
            assert str(held["message"]).endswith("(not started by this hotrun)")


# --- the keyboard --------------------------------------------------------------------------------------------------

DEBUGGED = "secret = 6 * 7\nbreakpoint()\nprint('went on')\nimport time; time.sleep(1000)\n"


def test_a_debugger_is_typed_into_and_a_restart_loses_no_key(tmp_path: Path) -> None:
    config = '[run.app]\ncommand = ["PYTHON", "app.py"]\nstop_timeout = "5s"\n'
    root = lay(tmp_path, config, app__py=DEBUGGED)
    with Running(root) as session:
        session.wait_for("process.prompt", text="(Pdb) ")
        _debug(session, root)


def _debug(session: Running, root: Path) -> None:
    with Client(str(root)) as client:
        client.ask("attach", name="app")
        assert session.wait_for("input.attached")["process"] == "app"
        mark = session.mark
        client.ask("type", text="p 'it is', secret\n")
        session.wait_until(
            lambda: any("('it is', 42)" in str(event["text"]) for event in session.seen("output", since=mark))
        )
        mark = session.mark
        session.edit("app.py", "6 * 7", "7 * 7")
        session.wait_for("process.stopping", since=mark)
        client.ask("type", text="p 'now', secret\n")
        client.ask("type", text="c\n\x1d")
        session.wait_until(
            lambda: any("('now', 49)" in str(event["text"]) for event in session.seen("output", since=mark))
        )
        session.wait_until(lambda: any("went on" in str(event["text"]) for event in session.seen("output", since=mark)))
        assert [event["process"] for event in session.seen("input.attached")] == ["app", None]


# --- saves during builds -------------------------------------------------------------------------------------------


STEP = """
tick=0
until [ -e ../open ]; do tick=$((tick + 1)); echo tick $tick; sleep 0.05; done
cp main.txt app.out
"""


def test_saves_faster_than_the_build_end_in_one_restart_of_the_last_edit(tmp_path: Path) -> None:
    """No build can end while they are made. They come at different times of it, or they would be a loop."""
    config = (
        '[build.app]\ncommand = "sh ../step.sh"\npaths = ["main.txt"]\noutputs = ["/app.out"]\n'
        '[run.web]\ncommand = "cat app.out; exec sleep 1000"\nneeds = ["app"]\npaths = []\n'
    )
    root = lay(tmp_path, config, main__txt="edit 0\n")
    (root.parent / "step.sh").write_text(STEP)
    gate = root.parent / "open"
    gate.touch()
    with Running(root) as session:
        session.wait_for("output", source="run:web", text="edit 0")
        session.wait_for("up_to_date")
        gate.unlink()
        mark = session.mark
        for number in range(1, 11):
            since = session.mark
            session.write("main.txt", f"edit {number}\n")
            tick = f"tick {1 if number % 2 else 6}"
            started = session.wait_for("step.started", since=since)["seq"]
            session.wait_until(
                lambda tick=tick, started=started: any(  # type: ignore[misc]
                    tick in str(event["text"]).splitlines()
                    for event in session.seen("output", since=started, source="step:app")
                )
            )
        gate.touch()
        session.wait_for("output", since=mark, source="run:web", text="edit 10")
        session.wait_for("up_to_date", since=mark)
        running = 0
        for event in session.events[mark:]:
            running += (event["type"] == "step.started") - (event["type"] == "step.finished")
            assert running in (0, 1), "builds overlap"
        assert len(session.seen("step.started", since=mark)) >= 10
        assert len(session.seen("process.started", since=mark)) == 1
        assert session.seen("message", since=mark, level="warning") == []
