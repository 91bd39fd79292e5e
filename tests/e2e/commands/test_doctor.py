"""`hotrun doctor`: each line, what makes it complain, and that it leaves nothing behind."""

from __future__ import annotations

import os
import re
import socket
import sys
from pathlib import Path

import pytest

from tests.e2e.command import lay_out, run

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
WEB = '[run.web]\ncommand = "sleep 1000"\n'


def lines(folder: Path, *arguments: str, problems: int = 0) -> list[tuple[str, str, str]]:
    """Mark, topic and text of each line; the result must fit."""
    done = run(folder, "doctor", *arguments)
    assert done.stderr == ""
    *body, blank, result = done.stdout.splitlines()
    expected = "no problems found" if problems == 0 else "1 problem" if problems == 1 else f"{problems} problems"
    assert (done.returncode, blank, result) == (int(problems > 0), "", expected), done.stdout
    found = [re.fullmatch(r"(ok|--|!!)  (\w+) +(.+)", line) for line in body]
    assert all(found), done.stdout
    return [(match[1], match[2], match[3]) for match in found if match]


def test_a_healthy_project_is_described_and_left_as_it_was(tmp_path: Path) -> None:
    lay_out(tmp_path, {"hotrun.toml": WEB, "src/a.c": "", "node_modules/a/b/c.js": "", ".gitignore": "dist/\n"})
    lay_out(tmp_path, {"dist/x": ""})
    before = sorted(os.listdir(tmp_path))
    said = lines(tmp_path)
    assert {mark for mark, _, _ in said} == {"ok"}
    by_topic = {topic: text for _, topic, text in said}
    assert by_topic["configuration"] == f"{tmp_path.resolve()}/hotrun.toml, 0 steps, 1 process"
    assert by_topic["watched"] == "3 files in 2 folders"
    assert [text for _, topic, text in said if topic == "pruned"] == [
        "2 folders, including subfolders",
        "node_modules/ (3 folders): the built-in rule node_modules/",
        "dist/ (1 folder): .gitignore:1: dist/",
    ]
    assert re.fullmatch(r"a written file was reported after \d+\.\d ms, by watchfiles", by_topic["probe"])
    assert sorted(os.listdir(tmp_path)) == before


@linux
def test_the_limits_and_the_file_system_are_told(tmp_path: Path) -> None:
    lay_out(tmp_path, {"hotrun.toml": WEB})
    said = lines(tmp_path)
    limits = " ".join(text for _, topic, text in said if topic == "limit")
    for name in ("max_user_watches", "max_user_instances", "max_queued_events"):
        allowed = int(Path(f"/proc/sys/fs/inotify/{name}").read_text())
        assert f"fs.inotify.{name} is {allowed}, enough" in limits
    [backend] = [text for _, topic, text in said if topic == "backend"]
    assert re.fullmatch(r"\. on \w+: native file events", backend)


@linux
def test_a_port_that_somebody_else_holds_is_a_problem_with_a_name(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        lay_out(tmp_path, {"hotrun.toml": WEB + f'env = {{ PORT = "{port}" }}\n'})
        said = lines(tmp_path, problems=1)
    [(mark, text)] = [(mark, text) for mark, topic, text in said if topic == "port"]
    assert mark == "!!"
    assert text.startswith(f"{port} is in use by pid {os.getpid()} of ")
    assert text.endswith("(PORT of run.web)")


@linux
def test_every_key_that_names_a_port_is_looked_at(tmp_path: Path) -> None:
    config = WEB + 'listen = ["127.0.0.1:39001", "unix:web.sock"]\nready = { tcp = "[::1]:39002" }\n'
    config += '[proxy]\nlisten = "127.0.0.1:39003"\ntarget = "web"\n'
    config += '[run.api]\ncommand = "true"\nready = { http = "http://localhost:39004/health" }\nenv.PORT = "none"\n'
    config += '[run.blue]\ncommand = "true --port {port}"\nready = { http = "http://localhost:{port}/health" }\n'
    config += '[run.red]\ncommand = "true"\nready = { tcp = "localhost:{port}" }\nenv.PORT = "{port}"\n'
    lay_out(tmp_path, {"hotrun.toml": config})
    done = run(tmp_path, "doctor")
    assert re.findall(r"port +(\d+) is free \((.*)\)", done.stdout) == [
        ("39001", "run.web.listen[0]"),
        ("39002", "run.web.ready.tcp"),
        ("39004", "run.api.ready.http"),
        ("39003", "proxy.listen"),
    ]


def test_polling_is_told_and_probed(tmp_path: Path) -> None:
    lay_out(tmp_path, {"hotrun.toml": WEB + '[watch]\npoll = "always"\npoll_interval = "50ms"\n'})
    by_topic = {topic: text for _, topic, text in lines(tmp_path)}
    assert by_topic["backend"].endswith(": polling (watch.poll is always)")
    assert by_topic["probe"].endswith(", by poll")


def test_a_wrong_configuration_is_one_of_the_findings(tmp_path: Path) -> None:
    lay_out(tmp_path, {"hotrun.toml": '[run.web]\ncomand = "x"\ntty = 3\n'})
    said = lines(tmp_path, problems=2)
    assert [text for mark, _, text in said if mark == "!!"] == [
        'hotrun.toml:2: run.web.comand: unknown key, did you mean "command"?',
        "hotrun.toml:3: run.web.tty: expected true or false, got 3",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    lay_out(tmp_path, {"hotrun.toml": WEB, "secret/x": ""})
    (tmp_path / "secret").chmod(0)
    try:
        said = lines(tmp_path, problems=1)
    finally:
        (tmp_path / "secret").chmod(0o700)
    assert ("!!", "unwatched", "secret cannot be read: Permission denied") in said


def test_a_project_that_was_detected_is_said_to_be(tmp_path: Path) -> None:
    lay_out(tmp_path, {"main.py": "print()\n"})
    by_topic = {topic: text for _, topic, text in lines(tmp_path)}
    assert by_topic["configuration"].startswith("none; Python script main.py")
