"""A running hotrun that is asked: by its socket, and by the commands that use it."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hotrun.client import Client, NotRunning
from hotrun.core.model.text import duration
from hotrun.errors import HotrunError
from tests.e2e.command import HOTRUN, lay_out, run
from tests.e2e.running import Running, check_stream

CONFIG = """\
[build.app]
command = "grep -q good a.txt && mkdir -p tmp && cp a.txt tmp/app"
paths = ["a.txt"]
outputs = ["tmp/app"]

[run.web]
command = "echo $HOTRUN_SOCKET > env.log; exec sleep 1000"
needs = ["app"]
paths = []
"""
FILES = {"hotrun.toml": CONFIG, "a.txt": "good", ".gitignore": "*.log\n", "deep/er/x": ""}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return lay_out(tmp_path.resolve() / "project", FILES)


def announced(session: Running) -> dict[str, Any]:
    """What run.json says once the socket is there."""
    session.wait_for("watching")  # comes after it
    found: dict[str, Any] = json.loads((session.root / ".hotrun" / "run.json").read_text())
    return found


# --- where it is ---------------------------------------------------------------------------------------------------


def test_a_session_says_where_it_listens_and_leaves_nothing_behind(root: Path) -> None:
    with Running(root) as session:
        found = announced(session)
        started = session.seen("session.started")[0]
        assert (found["pid"], found["root"], found["version"]) == (session.pid, str(root), started["version"])
        assert found["socket"] == started["socket"]
        assert stat.S_IMODE((root / ".hotrun" / "run.json").stat().st_mode) == 0o600
        assert stat.S_IMODE(os.stat(found["socket"]).st_mode) == 0o600
        session.wait_for("process.started")
        session.wait_until(lambda: (root / "env.log").exists() and bool((root / "env.log").read_text()))
        assert (root / "env.log").read_text().strip() == found["socket"], "a child knows it, too"
        session.stop()
        check_stream(session)
    assert not os.path.exists(found["socket"])
    assert not os.path.exists(found["socket"].replace(".sock", ".lock"))
    assert not (root / ".hotrun" / "run.json").exists()


def test_a_second_hotrun_in_the_same_root_is_told_who_has_it(root: Path) -> None:
    with Running(root) as session:
        announced(session)
        second = run(root, "--ui", "json")
        assert second.returncode == 2
        assert second.stdout == ""
        assert second.stderr == (
            f"error: hotrun is already running in {root} (pid {session.pid})\n"
            'hint: stop it with "hotrun stop", or see "hotrun status"\n'
        )
        assert run(root, "--once").returncode == 0
        with Running(root, arguments=["--", "sleep", "1000"]) as beside:
            beside.wait_for("process.started")
            assert beside.seen("session.started")[0]["socket"] is None
            (said,) = beside.seen("message")
            assert (
                said["text"]
                == f"hotrun is already running in {root} (pid {session.pid}), so this one has no control socket"
            )
            beside.stop()
        with Client(str(root)) as client:
            assert client.ask("status")["pid"] == session.pid, "and the first one is not disturbed"


def test_what_a_killed_one_has_left_is_replaced(root: Path) -> None:
    with Running(root) as session:
        found = announced(session)
        os.kill(session.pid, signal.SIGKILL)
    assert os.path.exists(found["socket"])
    assert run(root, "status").returncode == 3
    with Running(root) as session:
        assert announced(session)["socket"] == found["socket"]
        assert run(root, "status").returncode in (0, 1)


def test_a_folder_that_others_can_enter_is_passed_over(root: Path, tmp_path: Path) -> None:
    for name in ("hotrun", f"hotrun-{os.getuid()}"):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o777)
    with Running(root, env={"XDG_RUNTIME_DIR": str(tmp_path), "TMPDIR": str(tmp_path)}) as session:
        found = announced(session)
        assert not found["socket"].startswith(str(tmp_path))
        assert list((tmp_path / "hotrun").iterdir()) == []


# --- questions -----------------------------------------------------------------------------------------------------


def test_status_says_green_red_and_not_running(root: Path) -> None:
    nobody = run(root, "status")
    assert (nobody.returncode, nobody.stdout) == (3, "")
    assert nobody.stderr == f"error: hotrun is not running in {root} or above\nhint: start it with hotrun\n"
    with Running(root) as session:
        session.wait_for("up_to_date")
        pid = session.wait_for("process.started")["pid"]
        green = run(root / "deep" / "er", "status")
        assert green.returncode == 0
        took = green.stdout.splitlines()[1].split(" in ")[1]
        assert green.stdout == f"{root}: watching\nbuild #1 passed in {took}\nweb: running, pid {pid}, build #1\n"
        assert took.endswith(": 0 errors, 0 warnings")
        session.write("a.txt", "bad")
        session.wait_for("process.stale")
        session.wait_for("up_to_date", build=2)
        red = run(root.parent, "-C", "project", "status", "--json")
        assert red.returncode == 1
        found = json.loads(red.stdout)
        assert (found["result"], found["state"], found["why"]) == ("failed", "watching", "1 error")
        assert (found["last_build"]["status"], found["last_build"]["errors"]) == ("failed", 1)
        assert found["processes"]["web"]["stale"] is True
        assert found["diagnostics"]["app"][0]["message"] == "step app failed (exit 1)"
    assert run(root, "status").returncode == 3


def test_status_says_on_request_where_the_time_of_the_last_build_went(root: Path) -> None:
    with Running(root) as session:
        took = duration(session.wait_for("step.finished", step="app")["duration_ms"])
        session.wait_for("up_to_date")
        told = run(root, "status", "--timing").stdout.splitlines()
        assert told[3:] == ["timing of build #1", f"  app  at 0ms  {took}  passed", "critical path: app"]
        assert run(root.parent, "-C", "project", "status", "--timing").stdout.splitlines() == told
        found = json.loads(run(root, "status", "--json").stdout)["timing"]
        assert (found["build"], found["critical_path"], found["steps"][0]["exit_code"]) == (1, ["app"], 0)


def test_status_of_a_root_whose_session_has_another_runtime_folder_is_found_by_its_announcement(
    root: Path, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir(0o700)
    with Running(root, env={"XDG_RUNTIME_DIR": str(tmp_path / "run")}) as session:
        session.wait_for("up_to_date")
        assert run(root, "status", XDG_RUNTIME_DIR="").returncode == 0


def test_a_socket_that_is_no_socket_of_ours_is_not_asked(root: Path) -> None:
    (root / ".hotrun").mkdir()
    for named in ("/etc/passwd", "relative", 7, None):
        (root / ".hotrun" / "run.json").write_text(json.dumps({"socket": named}))
        assert run(root, "status").returncode == 3
    (root / ".hotrun" / "run.json").write_text("half")
    assert run(root, "status").returncode == 3


@pytest.mark.parametrize("arguments", [["status"], ["status", "--json"], ["status", "--timing"]])
def test_asking_loads_nothing_heavy(root: Path, arguments: list[str]) -> None:
    code = (
        "import sys; from hotrun.cli.entry import main; code = main(sys.argv[1:]);"
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    with Running(root) as session:
        session.wait_for("up_to_date")
        done = run(root, *arguments, command=[sys.executable, "-P", "-c", code])
    assert done.returncode == 0
    heavy = {
        "asyncio",
        "rich",
        "typer",
        "watchfiles",
        "anyio",
        "pathspec",
        "subprocess",
        "hotrun.session.app",
        "hotrun.config",
    }
    assert not heavy & set(done.stderr.split())


def test_why_adds_what_was_decided_lately(root: Path) -> None:
    assert json.loads(run(root, "why", "a.txt", "--json").stdout)["decisions"] is None
    with Running(root) as session:
        session.wait_for("up_to_date")
        session.write("a.txt", "good, too")
        session.wait_for("up_to_date", build=2)
        session.write("a.txt", "good, too")
        session.wait_for("message", level="info")
        answer = json.loads(run(root, "why", "a.txt", "--json").stdout)
        assert [(found["text"], found["build"]) for found in answer["decisions"]] == [
            ("modified: builds app, restarts web", 2),
            ("saved without changes", None),
        ]
        lines = run(root, "why", "a.txt").stdout.splitlines()
        assert [line.partition(": ")[2] for line in lines[-2:]] == [
            "saved without changes",
            "modified: builds app, restarts web (build #2)",
        ]
        assert "build output, ignored" in run(root, "why", "tmp/app").stdout
        assert json.loads(run(root, "why", "deep/er/x", "--json").stdout)["decisions"] == []


def test_why_of_a_name_that_is_no_text_adds_it_too(root: Path) -> None:
    (root / "src").mkdir()
    with Running(root) as session:
        session.wait_for("up_to_date")
        name = os.fsdecode(b"src/caf\xe9.txt")
        (root / name).write_text("x")
        session.write("a.txt", "good, too")
        session.wait_for("up_to_date", build=2)
        answer = json.loads(run(root, "why", name, "--json").stdout)
        (found,) = answer["decisions"]
        assert found["text"].endswith("matches no step or process")


def test_doctor_says_that_one_runs(root: Path) -> None:
    assert "running" not in run(root, "doctor").stdout
    with Running(root) as session:
        session.wait_for("up_to_date")
        assert f"ok  running        pid {session.pid}, watching\n" in run(root, "doctor").stdout


# --- requests ------------------------------------------------------------------------------------------------------


def test_requests_are_carried_out(root: Path) -> None:
    with Running(root) as session, Client(str(_settled(session).root)) as client:
        mark = session.mark
        client.ask("build", name="app")
        session.wait_for("build.finished", since=mark, build=2, status="passed")
        session.wait_for("up_to_date", since=mark)
        mark = session.mark
        client.ask("restart")
        session.wait_for("process.started", since=mark)
        session.wait_for("up_to_date", since=mark)
        mark = session.mark
        client.ask("pause")
        session.wait_for("state", since=mark, state="paused")
        assert client.ask("status")["state"] == "paused"
        session.write("a.txt", "good again")
        client.ask("resume")
        session.wait_for("build.finished", since=mark, status="passed")
        session.wait_for("up_to_date", since=mark)
        client.ask("stop")
        assert session.wait_for("session.ended")["exit_code"] == 0
        session.wait_until_gone()
        check_stream(session)


def _settled(session: Running) -> Running:
    session.wait_for("up_to_date")
    return session


@pytest.mark.parametrize(
    ("command", "args", "message"),
    [
        ("dance", {}, "dance: no such command: dance"),
        ("statu", {}, 'statu: no such command: statu, did you mean "status"?'),
        ("build", {"name": "ap"}, 'build: no such step: ap, did you mean "app"?'),
        ("restart", {"name": "app"}, "restart: no such process: app"),
        ("pause", {"name": "web"}, "pause: takes no name"),
        ("build", {"nmae": "x"}, "build: Object contains unknown field `nmae`"),
        ("why", {}, "why: Object missing required field `path`"),
        ("status", {"x": 1}, "status: Object contains unknown field `x`"),
    ],
)
def test_what_cannot_be_asked_is_said(root: Path, command: str, args: dict[str, object], message: str) -> None:
    with Running(root) as session, Client(str(_settled(session).root)) as client:
        with pytest.raises(HotrunError) as error:
            client.ask(command, **args)  # type: ignore[arg-type]
        assert error.value.message == message
        assert client.ask("status")["result"] == "passed"


# --- the client ----------------------------------------------------------------------------------------------------


def test_a_client_says_when_nobody_answers_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        monkeypatch.setattr("hotrun.client.known_paths", lambda root: [str(path)])
        with Client(str(tmp_path)) as client, pytest.raises(HotrunError, match="did not answer within") as error:
            client.ask("status", timeout_s=0.05)
        assert error.value.exit_code == 124


def test_a_client_says_when_the_session_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as leaving:
        leaving.bind(str(path))
        leaving.listen()
        monkeypatch.setattr("hotrun.client.known_paths", lambda root: [str(path)])
        with Client(str(tmp_path)) as client:
            leaving.accept()[0].close()
            with pytest.raises(HotrunError, match="lost the connection") as error:
                client.ask("status")
        assert error.value.exit_code == 3


def test_without_a_session_a_client_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotRunning) as error:
        Client(str(tmp_path))
    assert error.value.exit_code == 3


def test_the_first_step_is_not_kept_waiting_by_the_socket() -> None:
    """What comes before it must import neither asyncio nor json."""
    code = "import sys, hotrun.session.instance, hotrun.session.requests; print(*sys.modules)"
    done = subprocess.run([HOTRUN[0], "-c", code], capture_output=True, text=True, check=True)
    assert not {"asyncio", "hashlib", "hotrun.adapters.instance.control_socket"} & set(done.stdout.split())
