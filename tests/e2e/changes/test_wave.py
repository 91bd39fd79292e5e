"""The wave of work through the graph, with the real command: it stops where a step makes what it made before."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.running import Running

CONFIG = """
[build.gen]
command = "grep -v '^#' api.txt > gen/api.txt"
paths = ["api.txt"]
outputs = ["gen/"]

[build.app]
command = "cat gen/api.txt main.txt > app.out"
paths = ["main.txt"]
needs = ["gen"]
outputs = ["/app.out"]

[run.web]
command = "cat app.out; exec sleep 1000"
needs = ["app"]
"""


def test_a_comment_in_the_source_stops_at_the_generator_and_an_edit_goes_all_the_way(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "gen").mkdir(parents=True)
    (root / "hotrun.toml").write_text(CONFIG)
    (root / "api.txt").write_text("call one\n")
    (root / "main.txt").write_text("main\n")
    with Running(root) as session:
        session.wait_for("up_to_date")
        mark = session.mark
        session.write("api.txt", "# said in other words\ncall one\n")
        fresh = session.wait_for("process.up_to_date", since=mark)
        assert (fresh["process"], fresh["build"]) == ("web", 2)
        assert session.wait_for("build.finished", since=mark)["status"] == "passed"
        assert [event["step"] for event in session.seen("step.started", since=mark)] == ["gen"]
        assert session.seen("step.finished", since=mark)[0]["unchanged"] is True
        session.wait_for("up_to_date", since=mark)
        assert session.seen("process.stopping", since=mark) == []

        mark = session.mark
        session.write("api.txt", "call two\n")
        session.wait_for("process.started", since=mark)
        session.wait_for("output", since=mark, source="run:web")
        assert [event["step"] for event in session.seen("step.started", since=mark)] == ["gen", "app"]
        assert (root / "app.out").read_text() == "call two\nmain\n"
