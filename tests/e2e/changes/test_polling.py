"""The real command where it has to look for changes itself: every kind of save is seen, and built once."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.e2e.running import Event, Running, check_stream

CONFIG = """
[watch]
poll = "{poll}"
poll_interval = "50ms"

[build.check]
command = ["python3", "build.py"]
paths = ["src/"]
"""
BUILD = """
import pathlib
files = sorted(path for path in pathlib.Path("src").rglob("*") if path.is_file())
print("sees", *(f"{path.relative_to('src')}={path.read_text().strip()}" for path in files), flush=True)
"""


def make(root: Path, poll: str = "always") -> Path:
    root = root.resolve() / "project"
    (root / "src" / "deep").mkdir(parents=True)
    (root / "hotrun.toml").write_text(CONFIG.format(poll=poll))
    (root / "build.py").write_text(BUILD)
    (root / "src" / "a.txt").write_text("one\n")
    (root / "src" / "deep" / "b.txt").write_text("two\n")
    return root


def running(root: Path) -> Running:
    return Running(root, path=[Path(sys.executable).parent])


def wait_for_build(session: Running, since: int, text: str, *changed: tuple[str, str]) -> Event:
    """Wait until a green build has seen `text`, and check that these changes are all that was told of since."""
    session.wait_for("output", since=since, text=text)
    finished = session.wait_for("build.finished", since=since, status="passed")
    assert told(session, since) == set(changed), session.account(since)
    return finished


def told(session: Running, since: int = 0) -> set[tuple[str, str]]:
    changes = session.seen("changes.detected", since=since)
    return {(path["path"], path["kind"]) for change in changes for path in change["paths"]}


def test_while_polling_edits_saves_new_folders_and_removals_are_seen(tmp_path: Path) -> None:
    root = make(tmp_path)
    with running(root) as session:
        assert session.wait_for("watching")["backend"] == "poll"
        session.wait_for("build.finished", status="passed")
        mark = session.mark
        (root / "src" / "a.txt").write_text("1\n")
        wait_for_build(session, mark, "sees a.txt=1 deep/b.txt=two", ("src/a.txt", "modified"))
        mark = session.mark
        session.write("src/deep/b.txt", "2\n")  # replaced by another file, as many editors save
        wait_for_build(session, mark, "sees a.txt=1 deep/b.txt=2", ("src/deep/b.txt", "modified"))
        mark = session.mark
        (tmp_path / "new" / "x" / "y").mkdir(parents=True)
        (tmp_path / "new" / "x" / "y" / "c.txt").write_text("3\n")
        (tmp_path / "new").rename(root / "src" / "new")
        sees = "sees a.txt=1 deep/b.txt=2 new/x/y/c.txt=3"
        wait_for_build(session, mark, sees, ("src/new/x/y/c.txt", "added"))
        mark = session.mark
        (root / "src" / "new" / "x" / "y" / "c.txt").write_text("4\n")
        wait_for_build(session, mark, sees.replace("3", "4"), ("src/new/x/y/c.txt", "modified"))
        mark = session.mark
        shutil.rmtree(root / "src" / "new")
        wait_for_build(session, mark, "sees a.txt=1 deep/b.txt=2", ("src/new/x/y/c.txt", "deleted"))
        assert not session.seen("message", level="warning"), session.account()
        assert session.stop() == 0
        check_stream(session)


def test_another_way_to_watch_is_taken_while_hotrun_runs(tmp_path: Path) -> None:
    root = make(tmp_path, "never")
    with running(root) as session:
        assert session.wait_for("watching")["backend"] == "watchfiles"
        mark = session.mark
        session.write("hotrun.toml", CONFIG.format(poll="always"))
        assert session.wait_for("watching", since=mark)["backend"] == "poll"
        mark = session.mark
        (root / "src" / "a.txt").write_text("1\n")
        session.wait_for("output", since=mark, text="sees a.txt=1 deep/b.txt=two")
