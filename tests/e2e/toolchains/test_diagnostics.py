"""What a person has of the diagnostics: custom parsers, and places in files that are really there."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.e2e.command import lay_out, run
from tests.e2e.running import Running, check_stream

OWN = """
[build.app]
command = "printf 'ERR a.x@3: one\\nERR a.x@3: one\\nBAD b.y:7\\n  and: two\\n'; exit 1"

[[parser]]
name = "mytool"
match = '(?P<severity>ERR|WRN) (?P<file>\\S+)@(?P<line>\\d+): (?P<message>.+)$'
examples = [{ text = "ERR a.x@3: one", line = 3 }]

[[parser]]
name = "othertool"
errorformat = '%EBAD %f:%l,%Z  and: %m'
"""

FINDS_BAD = '''
[build.app]
command = """
grep -Hn bad a.x b.x | sed -E 's/^([^:]*:[0-9]+):(.*)/\\\\1:1: error: \\\\2/'
! grep -q bad a.x b.x
"""
'''


def diagnostics(folder: Path) -> list[dict[str, Any]]:
    done = run(folder, "--once", "--ui", "json")
    assert done.returncode == 1, done.stdout + done.stderr
    return [event for event in map(json.loads, done.stdout.splitlines()) if event["type"] == "diagnostic"]


def test_parsers_of_ones_own_read_a_step(tmp_path: Path) -> None:
    lay_out(tmp_path, {"hotrun.toml": OWN, "a.x": "", "sub/b.y": ""})
    assert run(tmp_path, "check").returncode == 0
    found = diagnostics(tmp_path)
    counts = {(d["path"], d["line"], d["tool"], d["message"]): d["count"] for d in found}
    assert counts == {("a.x", 3, "mytool", "one"): 2, ("sub/b.y", 7, "othertool", "two"): 1}
    assert {d["file"] for d in found} == {str(tmp_path / "a.x"), str(tmp_path / "sub" / "b.y")}


def test_an_example_that_is_not_read_so_is_an_error_of_check(tmp_path: Path) -> None:
    lay_out(tmp_path, {"hotrun.toml": OWN.replace("line = 3 }", "line = 4 }")})
    done = run(tmp_path, "check")
    assert done.returncode == 2
    assert done.stderr == "error: hotrun.toml:8: parser[0].examples[0].line: expected 4, got 3\n"


def test_a_pattern_that_takes_too_long_is_found_by_check_and_switched_off_where_it_is_used(tmp_path: Path) -> None:
    slow = "[[parser]]\nname = 'slow'\nmatch = '(?:a|aa)+(?P<message>$)'\n"
    script = "import sys; print('a' * 1000 + '!'); print('c.x:1:2: error: oops'); sys.exit(1)"
    lay_out(tmp_path, {"hotrun.toml": f'[build.app]\ncommand = ["{sys.executable}", "-c", """{script}"""]\n' + slow})
    done = run(tmp_path, "check")
    what = "takes more than 50 ms on some lines, and would be switched off"
    assert (done.returncode, done.stderr) == (2, f"error: hotrun.toml:5: parser[0].match: {what}\n")
    said = run(tmp_path, "--once").stdout
    assert "c.x:1:2: error: oops" in said
    place = "hotrun.toml:5: parser[0].match"
    assert said.count(f"{place}: pattern switched off, it took more than 50 ms on one line") == 1


def test_a_file_that_is_not_there_has_no_path(tmp_path: Path) -> None:
    script = "printf 'java.lang.IllegalStateException: no\\n\\tat app.%s.run(%s.java:3)\\n' Here Here; exit 1"
    lay_out(tmp_path, {"hotrun.toml": f'[build.app]\ncommand = """{script}"""\n'})
    [lost] = diagnostics(tmp_path)
    assert (lost["file"], lost["path"], lost["line"]) == ("Here.java", None, 3)
    said = run(tmp_path, "--once").stdout
    assert "Here.java:3: error: java.lang.IllegalStateException: no" in said
    lay_out(tmp_path, {"src/main/app/Here.java": "", "src/test/other/Here.java": ""})
    [found] = diagnostics(tmp_path)
    assert found["path"] == "src/main/app/Here.java"


def test_the_source_is_shown_as_it_was_built_with_a_caret(tmp_path: Path) -> None:
    script = "printf 'src/a.x:2:3: error: no such word [E7]\\nb.x:9:1: error: far\\n'; exit 1"
    lay_out(tmp_path, {"hotrun.toml": f'[build.app]\ncommand = """{script}"""\n', "b.x": "one line\n"})
    lay_out(tmp_path, {"src/a.x": "first\n日\tretrn\nthird\n"})
    found, far = diagnostics(tmp_path)
    assert found["source"] == {"line": 1, "lines": ["first", "日\tretrn", "third"]}
    assert far["source"] is None, "it has no such line"
    said = run(tmp_path, "--once").stdout
    assert (
        "  src/a.x:2:3: error: no such word [E7]\n"
        "      1 │ first\n"
        "    > 2 │ 日  retrn\n"
        "        │     ^\n"
        "      3 │ third\n"
        "  b.x:9:1: error: far\n"
    ) in said


def test_a_file_that_the_step_itself_changes_has_no_source_to_show(tmp_path: Path) -> None:
    script = "echo other > a.x; printf 'a.x:1:1: error: no\\nb.x:1:1: error: no\\n'; exit 1"
    lay_out(tmp_path, {"hotrun.toml": f'[build.app]\ncommand = """{script}"""\n', "a.x": "one\n", "b.x": "two\n"})
    sources = {found["path"]: found["source"] for found in diagnostics(tmp_path)}
    assert sources == {"a.x": None, "b.x": {"line": 1, "lines": ["two"]}}


def test_a_session_says_what_is_new_and_what_is_fixed_and_shows_what_was_just_saved(tmp_path: Path) -> None:
    root = (tmp_path / "project").resolve()
    lay_out(root, {"hotrun.toml": FINDS_BAD, "a.x": "bad one\n", "b.x": "ok\n"})
    with Running(root) as session:
        first = session.wait_for("build.finished", build=1)
        assert (first["status"], first["new"], first["fixed"]) == ("failed", 1, 0)
        session.wait_for("up_to_date", build=1)
        edits: list[tuple[str, str, int, list[str]]] = [
            ("b.x", "x\nbad two\n", 1, []),
            ("a.x", "\n\nbad one\n", 0, []),
            ("a.x", "", 0, ["bad one"]),
        ]
        for build, (file, text, new, fixed) in enumerate(edits, 2):
            session.write(file, text)
            result = session.wait_for("build.finished", build=build)
            assert (result["new"], [found["message"] for found in result["fixed_problems"]]) == (new, fixed)
            session.wait_for("up_to_date", build=build)
        [saved] = session.seen("diagnostic", build=2, path="b.x")
        assert (saved["new"], saved["source"]) == (True, {"line": 1, "lines": ["x", "bad two"]})
        session.stop()
        check_stream(session)


def test_a_problem_that_is_reported_twice_counts_once(tmp_path: Path) -> None:
    script = "printf 'a.c:1:2: error: no\\n./a.c:1:2: error: no\\n'; exit 1"
    lay_out(tmp_path, {"hotrun.toml": f'[build.app]\ncommand = """{script}"""\n', "a.c": ""})
    *_, last = diagnostics(tmp_path)
    assert (last["path"], last["count"]) == ("a.c", 2)
    assert "1 error" in run(tmp_path, "--once").stdout
