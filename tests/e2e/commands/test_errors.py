"""What is wrong, for editors, scripts, CI: files at each result, `hotrun errors`, and `--once` as GitHub sees it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from hotrun.client import Client
from tests.e2e.command import lay_out, run
from tests.e2e.running import Running, check_stream

CHECK = """\
import pathlib, sys
words = pathlib.Path("a.txt").read_text().split()
for number, word in enumerate(words, 1):
    if word != "good":
        print(f"a.txt:{number}:2: {'warning' if word == 'odd' else 'error'}: {word} word")
sys.exit("bad" in words)
"""
CONFIG = f"""\
[build.app]
command = "'{sys.executable}' check.py"
parsers = "gnu"

[exports.places]
path = "out/places.txt"
format = "{{kind}} {{path}}:{{line}}:{{column}} {{message}} #{{build}}"
"""
WEB = f"""
[run.web]
command = "'{sys.executable}' web.py"
paths = ["web.py"]
needs = ["app"]
"""
FILES = {"hotrun.toml": CONFIG, "check.py": CHECK, "a.txt": "good bad"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "my project").mkdir()
    return lay_out(tmp_path.resolve() / "my project", FILES)


def files_of(root: Path) -> tuple[str, str]:
    """The errors file and the exported one."""
    return (root / ".hotrun" / "errors.txt").read_text(), (root / "out" / "places.txt").read_text()


# --- files ---------------------------------------------------------------------------------------------------------


def test_the_files_are_new_when_a_build_result_is_told_and_never_trigger(root: Path) -> None:
    with Running(root) as session:
        session.wait_for("build.finished", build=1)
        error = f"{root}/a.txt:2:2: error: bad word [gnu]\n"
        assert files_of(root) == (error, "error a.txt:2:2 bad word #1\n")
        session.wait_for("up_to_date", build=1)
        session.write("a.txt", "odd good bad")
        session.wait_for("build.finished", build=2)
        lines = {f"{root}/a.txt:1:2: warning: odd word [gnu]", f"{root}/a.txt:3:2: error: bad word [gnu]"}
        assert set(files_of(root)[0].splitlines()) == lines
        session.write("a.txt", "good")
        session.wait_for("build.finished", build=3)
        assert files_of(root) == ("", "")
        session.wait_for("up_to_date", build=3)
        assert len(session.seen("build.started")) == 3
        assert os.listdir(root / "out") == ["places.txt"]
        assert session.stop() == 0
    check_stream(session)
    assert files_of(root) == ("", "")


def test_a_crash_is_in_the_errors_file_until_the_process_starts_again(root: Path) -> None:
    lay_out(root, {"hotrun.toml": CONFIG + WEB, "a.txt": "good", "web.py": "raise ValueError('boom')\n"})
    with Running(root) as session:
        session.wait_for("diagnostic", process="web")
        assert files_of(root)[0] == f"{root}/web.py:1:1: error: ValueError: boom [python]\n"
        mark = session.mark
        session.write("web.py", "import time; time.sleep(1000)\n")
        session.wait_for("process.starting", since=mark)
        assert files_of(root)[0] == ""


def test_a_canceled_build_leaves_the_files_as_they_were(root: Path) -> None:
    with Running(root) as session:
        session.wait_for("build.finished", build=1)
        before = files_of(root)
        mark = session.mark
        session.write("check.py", "import time; time.sleep(1000)\n")
        session.wait_for("step.started", since=mark)
        assert run(root, "errors").stdout == "a.txt:2:2: error: bad word [gnu]\n"
        assert session.stop() == 0
        assert session.seen("build.finished", since=mark)[0]["status"] == "canceled"
    assert files_of(root) == before


def test_a_file_that_cannot_be_written_is_one_warning(root: Path) -> None:
    lay_out(root, {"out": "a file where the folder should be"})
    with Running(root) as session:
        session.wait_for("build.finished", build=1)
        session.wait_for("up_to_date", build=1)
        session.write("a.txt", "bad")
        session.wait_for("build.finished", build=2)
        session.wait_for("up_to_date", build=2)
        warnings = [event["text"] for event in session.seen("message", level="warning")]
        assert [text for text in warnings if "places.txt" in text] == [
            f"cannot write {root}/out/places.txt: file exists"
        ]
        assert (root / ".hotrun" / "errors.txt").read_text() == f"{root}/a.txt:1:2: error: bad word [gnu]\n"


def test_a_single_build_says_which_files_it_could_not_write(root: Path) -> None:
    """Though it is over when that turns out."""
    lay_out(root, {"out": "a file where the folder should be", ".hotrun": "no folder either"})
    done = run(root, "--once", "--ui", "json")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    warnings = [event["text"] for event in told if event["type"] == "message" and event["level"] == "warning"]
    assert [text for text in warnings if "app.log" not in text] == [
        f"cannot write {root}/.hotrun/errors.txt: file exists",
        f"cannot write {root}/out/places.txt: file exists",
    ]
    assert (told[-1]["type"], done.returncode, done.stderr) == ("session.ended", 1, "")
    assert f"cannot write {root}/out/places.txt" in run(root, "--once").stdout


def test_exports_follow_the_configuration(root: Path) -> None:
    with Running(root) as session:
        session.wait_for("up_to_date", build=1)
        session.edit("hotrun.toml", "out/places.txt", "other.txt")
        session.wait_for("config.reloaded")
        session.write("a.txt", "worse bad")
        session.wait_for("build.finished", build=2)
        assert "a.txt:1:2 worse word" in (root / "other.txt").read_text()
        session.wait_for("up_to_date", build=2)
        assert len(session.seen("build.started")) == 2


def test_an_export_over_a_folder_is_an_error_at_the_start(root: Path) -> None:
    (root / "out" / "places.txt").mkdir(parents=True)
    done = run(root, "check")
    assert done.returncode == 2
    said = f"hotrun.toml:6: exports.places.path: {root}/out/places.txt is a folder, expected a file"
    assert said in done.stderr


def test_once_writes_the_files_too(root: Path) -> None:
    assert run(root, "--once").returncode == 1
    assert files_of(root)[1] == "error a.txt:2:2 bad word #1\n"


def test_a_second_hotrun_in_the_same_root_leaves_the_files_alone(root: Path) -> None:
    with Running(root) as session:
        session.wait_for("build.finished", build=1)
        before = files_of(root)
        with Running(root, arguments=["--build", "true", "--", "sleep", "1000"]) as other:
            other.wait_for("build.finished", build=1)
            assert files_of(root) == before


# --- hotrun errors -------------------------------------------------------------------------------------------------


def test_errors_are_printed_in_every_form(root: Path) -> None:
    lay_out(root, {"a.txt": "good bad odd"})
    with Running(root) as session:
        session.wait_for("build.finished", build=1)
        error, warning = "a.txt:2:2: error: bad word [gnu]", "a.txt:3:2: warning: odd word [gnu]"
        done = run(root, "errors")
        assert (done.returncode, done.stdout, done.stderr) == (1, f"{error}\n{warning}\n", "")
        (root / "below").mkdir()
        assert run(root / "below", "errors").stdout == f"{root}/{error}\n{root}/{warning}\n"
        assert run(root.parent, "errors", "-C", str(root)).stdout == f"my project/{error}\nmy project/{warning}\n"
        assert run(root, "errors", "--vim").stdout == files_of(root)[0] == f"{root}/{error}\n{root}/{warning}\n"
        told = json.loads(run(root, "errors", "--json").stdout)
        envelope = ("v", "seq", "t")
        assert told == [
            {key: value for key, value in event.items() if key not in envelope} for event in session.seen("diagnostic")
        ]
        assert run(root, "errors", "--github").stdout.splitlines() == [
            "::error file=a.txt,line=2,col=2,title=gnu::bad word",
            "::warning file=a.txt,line=3,col=2,title=gnu::odd word",
        ]
        document = json.loads(run(root, "errors", "--sarif").stdout)
        assert [result["message"]["text"] for result in document["runs"][0]["results"]] == ["bad word", "odd word"]


def test_n_limits_what_is_printed_and_not_the_exit_code(root: Path) -> None:
    lay_out(root, {"a.txt": "bad bad bad"})
    with Running(root) as session:
        session.wait_for("build.finished", build=1)
        done = run(root, "errors", "-n", "1")
        assert (done.returncode, done.stdout) == (1, "a.txt:1:2: error: bad word [gnu]\nand 2 more\n")
        done = run(root, "errors", "-n", "2", "--json")
        assert (len(json.loads(done.stdout)), done.stderr) == (2, "and 1 more\n")
        assert run(root, "errors", "-n", "0").returncode == 1


def test_warnings_alone_are_printed_and_are_no_errors(root: Path) -> None:
    lay_out(root, {"a.txt": "odd"})
    with Running(root) as session:
        session.wait_for("build.finished", build=1)
        done = run(root, "errors")
        assert (done.returncode, done.stdout) == (0, "a.txt:1:2: warning: odd word [gnu]\n")
        session.write("a.txt", "good")
        session.wait_for("build.finished", build=2)
        done = run(root, "errors")
        assert (done.returncode, done.stdout) == (0, "no problems (build #2)\n")
        assert run(root, "errors", "--json").stdout == "[]\n"


def test_a_root_whose_name_looks_like_a_place_is_taken_for_none(tmp_path: Path) -> None:
    root = tmp_path.resolve() / "a:1:2: ü"
    root.mkdir()
    lay_out(root, FILES)
    with Running(root) as session:
        session.wait_for("build.finished", build=1)
        assert files_of(root)[0] == f'  File "{root}/a.txt", line 2: error: bad word [gnu]\n'
        assert run(root, "errors", "--vim").stdout == files_of(root)[0]
        assert run(root, "errors").stdout == "a.txt:2:2: error: bad word [gnu]\n"


def test_errors_where_none_runs_is_3_and_two_forms_are_refused(root: Path) -> None:
    done = run(root, "errors")
    assert (done.returncode, done.stdout) == (3, "")
    done = run(root, "errors", "--vim", "--json")
    assert (done.returncode, "--json cannot be combined with --vim" in done.stderr) == (2, True)


def test_the_answer_says_of_which_build_it_is_and_which_one_runs(root: Path) -> None:
    with Running(root) as session:
        session.wait_for("build.finished", build=1)
        mark = session.mark
        session.write("check.py", "import time; time.sleep(1000)\n")
        session.wait_for("step.started", since=mark)
        with Client(str(root)) as client:
            answer: dict[str, Any] = client.ask("errors")
        assert (answer["build"], answer["building"], len(answer["diagnostics"])) == (1, 2, 1)
        assert run(root, "errors").stderr == "build #2 is running: these are the problems of build #1\n"


def test_errors_loads_neither_the_parser_of_options_nor_the_watcher(root: Path) -> None:
    with Running(root) as session:
        session.wait_for("build.finished", build=1)
        for form in ("", "--vim", "--json", "--github", "--sarif"):
            done = run(root, "errors", *([form] if form else []), PYTHONPROFILEIMPORTTIME="1")
            loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
            assert "hotrun.cli.errors" in loaded
            assert not {"typer", "rich", "watchfiles", "pathspec", "asyncio"} & loaded


# --- GitHub --------------------------------------------------------------------------------------------------------


def test_once_in_a_job_of_github_annotates_and_is_safe_from_its_children(root: Path) -> None:
    lay_out(root, {"check.py": 'print("::error::mine")\nprint("##[error]mine")\n' + CHECK})
    summary = root.parent / "summary.md"
    env = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(root.parent), "GITHUB_STEP_SUMMARY": str(summary)}
    done = run(root, "--once", **env)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    (token,) = {line.removeprefix("::stop-commands::") for line in lines if line.startswith("::stop-commands::")}
    assert len(token) >= 32
    obeyed, stopped = [], False
    for line in lines:
        if line in (f"::stop-commands::{token}", f"::{token}::"):
            stopped = line.startswith("::stop-commands::")
        elif not stopped:
            obeyed.append(line)
    assert not stopped
    annotation = "::error file=my project/a.txt,line=2,col=2,title=gnu::bad word"
    assert obeyed == ["::group::hotrun --once", "::endgroup::", annotation]
    assert any(line.endswith("##[error]mine") for line in lines)
    assert summary.read_text().startswith("### hotrun: failed in ")
    assert "| app | failed (exit 1) in " in summary.read_text()


def test_once_elsewhere_says_the_build_result_alone(root: Path) -> None:
    done = run(root, "--once")
    assert "::" not in done.stdout
    *_, step, result, error, finished, _ = done.stdout.splitlines()
    assert step.startswith("✗ app  failed (exit 1) in ")
    assert result.startswith("✗ build #1 failed in ")
    assert error == "  a.txt:2:2: error: bad word"
    assert finished == "[hotrun] build #1 finished: failed, 1 errors, 0 warnings"
