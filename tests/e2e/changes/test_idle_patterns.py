"""Patterns that match nothing, told by a running hotrun: with their place, once."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.running import Running

CONFIG = """\
[build.app]
command = "true"
paths = ["**/*.go", "**/*.gp"]

[run.web]
command = "sleep 1000"
paths = ["tpl/*.html"]
"""


def told(session: Running, since: int = 0) -> list[str]:
    return [event["text"] for event in session.seen("message", since=since, level="warning")]


def test_a_pattern_that_matches_nothing_is_told_after_the_walk_once_and_again_only_when_it_is_new(
    tmp_path: Path,
) -> None:
    root = tmp_path.resolve() / "project"
    (root / "tpl").mkdir(parents=True)
    (root / "hotrun.toml").write_text(CONFIG)
    (root / "main.go").write_text("")
    (root / "tpl" / "a.html").write_text("")
    with Running(root) as session:
        watching = session.wait_for("watching")
        warning = session.wait_for("message", level="warning")
        assert warning["seq"] > watching["seq"]
        assert warning["text"] == 'hotrun.toml:3: build.app.paths[1]: "**/*.gp" matches no watched file'
        mark = session.mark
        (root / "hotrun.toml").write_text(CONFIG.replace("true", ":").replace("tpl/*", "tlp/*"))
        again = session.wait_for("message", since=mark, level="warning")
        assert again["text"] == 'hotrun.toml:7: run.web.paths[0]: "tlp/*.html" matches no watched file'
        session.wait_for("up_to_date", since=mark)
        assert told(session) == [warning["text"], again["text"]]


def test_where_every_pattern_matches_nothing_is_said(tmp_path: Path) -> None:
    root = tmp_path.resolve() / "project"
    root.mkdir()
    (root / "hotrun.toml").write_text(CONFIG.replace(', "**/*.gp"', "").replace("tpl/*.html", "hotrun.toml"))
    (root / "main.go").write_text("")
    with Running(root) as session:
        session.wait_for("up_to_date")
        session.stop()
        assert told(session) == []
