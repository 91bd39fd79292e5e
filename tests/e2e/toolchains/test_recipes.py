"""Each recipe of docs/recipes.md as it stands there: the server takes the held socket, and no request is refused."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from tests.e2e.running import Running, check_stream
from tests.e2e.toolchains.steady_client import REQUEST, Trickle, answer_on, connect
from tests.support.ports import free_port
from tests.support.repository import REPOSITORY
from tests.support.toolchains import FIRST_BUILD_S, python_with, require
from tests.support.waiting import wait_until

PAGE = REPOSITORY / "docs" / "recipes.md"
REQUIREMENTS = Path(__file__).parent / "recipes.txt"
ADDRESS = "127.0.0.1:8000"
RESTARTS = 5
ANSWERS = 20  # of each version, so that a restart meets a client in the middle of its work
GATE = "gate"


class Recipe(msgspec.Struct, frozen=True):
    """`title` is its heading, `file` what is edited. `graceful`: the server answers all that it has accepted."""

    title: str
    file: str
    tools: tuple[str, ...] = ()
    graceful: bool = True

    def __str__(self) -> str:
        return self.title


ALL = [
    Recipe("uvicorn", "app.py", graceful=False),
    Recipe("gunicorn", "app.py"),
    Recipe("hypercorn", "app.py", graceful=False),
    Recipe("Flask", "app.py", graceful=False),
    Recipe("Node", "server.js", ("node",)),
    Recipe("Go", "main.go", ("go",)),
    Recipe("Rust", "src/main.rs", ("cargo",), graceful=False),
    Recipe("nginx", "nginx.conf"),
]


def section(title: str) -> str:
    """The text below that heading."""
    found = re.search(rf"(?ms)^## {re.escape(title)}$(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"))
    assert found is not None, title
    return found[1]


def configs_of(title: str) -> list[str]:
    """The configurations below that heading."""
    return re.findall(r"(?ms)^```toml\n(.*?)^```$", section(title))


def files_of(title: str) -> dict[str, str]:
    """The files of a recipe by name: hotrun.toml, and each block behind a line that is a name in backticks."""
    text = section(title)
    config = configs_of(title)[0]
    return {"hotrun.toml": config, **dict(re.findall(r"(?ms)^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", text))}


def lay_out(files: Mapping[str, str], root: Path, port: int) -> None:
    """Write a recipe's files, with another port."""
    root.mkdir()
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text.replace(ADDRESS, f"127.0.0.1:{port}"), encoding="utf-8")


def add_gate(root: Path) -> None:
    """Add a step before the process that waits until somebody has opened and closed the gate."""
    os.mkfifo(root.parent / GATE)
    config = (root / "hotrun.toml").read_text(encoding="utf-8")
    needs = 'needs = ["app", "gate"]' if "needs" in config else 'needs = ["gate"]'
    config = re.sub(r"(?m)^needs = .*\n", "", config).replace("[run.web]\n", f"[run.web]\n{needs}\n")
    gate = f'[build.gate]\ncommand = ["cat", "../{GATE}"]\npaths = ["hotrun.toml"]\n'
    (root / "hotrun.toml").write_text(f"{gate}{config}", encoding="utf-8")


def programs_of(recipe: Recipe) -> list[Path]:
    """The folders that come first in PATH for this recipe; skips where something is missing."""
    if recipe.title == "nginx":
        if shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") is None:
            pytest.skip("not installed: nginx")  # in CI, too: its package would start a server on port 80
        return [Path("/usr/sbin")]
    if recipe.tools:
        require(*recipe.tools)
        return []
    return [python_with(REQUIREMENTS)]


def connect_early(running: Running) -> socket.socket:
    """Connect as soon as hotrun listens; refused until then."""
    made: list[socket.socket] = []

    def connected() -> bool:
        with contextlib.suppress(ConnectionRefusedError):
            made.append(connect(running.port))
        return bool(made)

    wait_until(connected, running.account)
    return made[0]


@pytest.mark.parametrize("recipe", ALL, ids=str)
def test_the_server_takes_the_socket_and_no_restart_loses_a_request(recipe: Recipe, tmp_path: Path) -> None:
    path = programs_of(recipe)
    port = free_port()
    root = tmp_path / "recipe"
    lay_out(files_of(recipe.title), root, port)
    add_gate(root)
    with Running(root, port=port, path=path) as running:
        with connect_early(running) as early:
            early.sendall(REQUEST)
            assert running.seen("process.started") == []
            (tmp_path / GATE).write_bytes(b"")
            running.wait_for("process.started", process="web", timeout=FIRST_BUILD_S)
            assert "version 1" in answer_on(early)

        with Trickle(port, tries=1 if recipe.graceful else 2) as trickle:
            for number in range(1, RESTARTS + 1):
                mark = running.mark
                running.edit(recipe.file, f"version {number}", f"version {number + 1}")
                running.wait_for("process.started", since=mark, process="web")
                trickle.wait_for(f"version {number + 1}", ANSWERS)
        assert trickle.failures == [], running.account()
        assert trickle.answered >= RESTARTS * ANSWERS

        assert running.stop() == 0, running.account()
        running.wait_until_gone()
    check_stream(running)
    assert len(running.seen("process.started")) == 1 + RESTARTS


def test_the_new_run_stands_beside_the_old_one_until_it_is_ready_and_a_broken_one_goes(tmp_path: Path) -> None:
    port = free_port()
    root = tmp_path / "recipe"
    config = configs_of("Old and new run in parallel")[0]
    lay_out({**files_of("uvicorn"), "hotrun.toml": config}, root, port)
    with Running(root, port=port, path=[python_with(REQUIREMENTS)]) as running:
        first = running.wait_for("process.ready", process="web", via="log")["run"]
        with Trickle(port, tries=2) as trickle:
            trickle.wait_for("version 1", ANSWERS)
            _replace_and_break(running, trickle, first)
        assert trickle.failures == [], running.account()
    assert running.survivors() == []


def _replace_and_break(running: Running, trickle: Trickle, first: int) -> None:
    mark = running.mark
    running.edit("app.py", "version 1", "version 2")
    running.wait_for("process.exited", since=mark, run=first)
    told = [(event["type"], event["run"]) for event in running.events[mark:] if event["type"].startswith("process.")]
    second = running.seen("process.started", since=mark)[0]["run"]
    wanted = [("process.started", second), ("process.ready", second)]
    wanted += [("process.stopping", first), ("process.exited", first)]
    assert [one for one in told if one in wanted] == wanted
    trickle.wait_for("version 2", ANSWERS)

    mark = running.mark
    running.edit("app.py", "async def app", "async async def app")
    running.wait_for("process.stale", since=mark, run=second)
    assert running.seen("process.exited", since=mark, run=second) == []
    trickle.wait_for("version 2", ANSWERS)

    running.write("app.py", files_of("uvicorn")["app.py"].replace("version 1", "version 3"))
    trickle.wait_for("version 3", ANSWERS)


def test_every_server_with_a_program_on_the_page_is_tested() -> None:
    titles = re.findall(r"(?m)^## (.+)$", PAGE.read_text(encoding="utf-8"))
    whole = [title for title in titles if re.search(r"(?m)^`[\w./]+`:$", section(title))]
    assert whole == [recipe.title for recipe in ALL]
    for recipe in ALL:
        assert "version 1" in files_of(recipe.title)[recipe.file]
