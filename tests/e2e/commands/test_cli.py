"""The command line as a person uses it: commands, options, completion, `init`, detection, schemas, the demo's check."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types of its own

from hotrun import __version__
from hotrun.cli.command_table import COMMANDS
from hotrun.cli.demo import wait_for
from hotrun.cli.parameters import FLAGS
from hotrun.config.loading.load import load
from hotrun.config.loading.profile import Tables
from tests.e2e.command import HOTRUN, PROJECTS, SCRIPTS, good, lay_out, run
from tests.e2e.running import Running
from tests.support.repository import REPOSITORY
from tests.support.toolchains import unavailable

COMMANDS_PAGE = REPOSITORY / "docs" / "commands.md"
OPTIONS = (*(flag for flag in FLAGS.values() if not flag.startswith("-- ")), "--version", "--help")

SLEEPER = '[run.{name}]\ncommand = ["sleep", "1000"]\n'
STEPS = """
[build.one]
command = "echo one"
[build.two]
command = "echo two"
[profile.release]
build.one.command = "echo released"
"""


def events_of(done: subprocess.CompletedProcess[str], kind: str) -> list[dict[str, Any]]:
    return [event for event in map(json.loads, good(done).splitlines()) if event["type"] == kind]


# --- commands and options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [HOTRUN, (sys.executable, "-m", "hotrun"), (os.path.join(SCRIPTS, "hotrun"),)],
    ids=["-P", "-m", "hotrun"],
)
def test_the_version_is_told_by_the_module_and_by_the_installed_command(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    if not shutil.which(command[0]):
        unavailable(f"hotrun is not installed: there is no {command[0]}")
    assert good(run(tmp_path, "--version", command=command)) == f"hotrun {__version__}\n"


def test_the_help_names_every_command_and_every_option(tmp_path: Path) -> None:
    said = good(run(tmp_path, "--help"))
    assert said == good(run(tmp_path, "-h"))
    words = set(re.findall(r"[-\w]+", said))
    assert words >= {*COMMANDS, *OPTIONS}


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_each_help_is_as_docs_commands_md_shows_it(name: str, tmp_path: Path) -> None:
    """`python -m tools.generate` writes that part; review what changes there."""
    text = (
        COMMANDS_PAGE.read_text(encoding="utf-8").partition("<!-- generated: help pages -->")[2].partition("\n```\n")[0]
    )
    pages = re.split(r"(?m)^\$ (.*) --help\n", text)
    page = dict(zip(pages[1::2], pages[2::2], strict=True))[f"hotrun {name}".rstrip()]
    said = good(run(tmp_path, *name.split(), "--help"))
    assert said.rstrip() == page.rstrip()
    assert good(run(tmp_path, "help", *name.split())) == said


# --- check -----------------------------------------------------------------------------------------------------


def test_check_warns_of_each_pattern_that_matches_no_watched_file(tmp_path: Path) -> None:
    parts = '[build.app]\ncommand = "true"\npaths = [\n  "**/*.go",\n  "**/*.gp",\n  "!x",\n  "dist/*.js",\n]\n'
    lay_out(tmp_path, {"hotrun.toml": parts, "a.go": "", "dist/a.js": "", ".gitignore": "dist/\n"})
    said = good(run(tmp_path, "check"))
    assert said.splitlines() == [
        'warning: hotrun.toml:5: build.app.paths[1]: "**/*.gp" matches no watched file',
        'warning: hotrun.toml:7: build.app.paths[3]: "dist/*.js" matches no watched file',
        f"{tmp_path.resolve()}/hotrun.toml: ok, 1 step, 0 processes",
    ]


def test_check_looks_at_what_the_profile_and_the_command_line_watch(tmp_path: Path) -> None:
    parts = '[build.app]\ncommand = "true"\npaths = ["*.go"]\n[profile.c.build.app]\npaths = ["*.c"]\n'
    lay_out(tmp_path, {"hotrun.toml": parts, "a.go": "", "deep/x": ""})
    assert "warning" not in good(run(tmp_path, "check"))
    assert 'hotrun.toml:5: profile.c.build.app.paths[0]: "*.c" matches' in good(
        run(tmp_path, "check", "--profile", "c")
    )
    assert 'hotrun.toml:3: build.app.paths[0]: "*.go" matches' in good(run(tmp_path, "-w", "deep", "check"))


def test_check_without_patterns_walks_nothing(tmp_path: Path) -> None:
    lay_out(tmp_path, {"hotrun.toml": STEPS})
    code = "import sys; from hotrun.cli.entry import main; main(['check']); print(*sys.modules)"
    loaded = good(run(tmp_path, command=[sys.executable, "-P", "-c", code])).split()
    assert not {"pathspec", "hotrun.adapters.files.tree", "hotrun.inspect.scan", "typer", "asyncio"} & set(loaded)


# --- completion ------------------------------------------------------------------------------------------------


def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    if shutil.which("bash") is None:
        unavailable("not installed: bash")
    script = """
        source <(hotrun --show-completion)
        for line in "hotrun ch" "hotrun demo --ch" "hotrun --prof"; do
            COMP_WORDS=($line); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
            $(complete -p hotrun | sed 's/.*-F \\([^ ]*\\).*/\\1/') hotrun
            echo "$line: ${COMPREPLY[*]}"
        done
    """
    said = good(run(tmp_path, command=["bash", "-c", script]))
    assert said.splitlines() == ["hotrun ch: check", "hotrun demo --ch: --check", "hotrun --prof: --profile"]


@pytest.mark.parametrize(
    ("shell", "asked", "answer"),
    [
        ("bash", {"COMP_WORDS": "hotrun ch", "COMP_CWORD": "1"}, "check\n"),
        ("zsh", {"_TYPER_COMPLETE_ARGS": "hotrun ch"}, '_arguments \'*: :(("check":'),
        ("fish", {"_TYPER_COMPLETE_ARGS": "hotrun ch", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}, "check\t"),
    ],
)
def test_each_shell_gets_a_script_that_asks_and_an_answer(
    shell: str, asked: dict[str, str], answer: str, tmp_path: Path
) -> None:
    script = good(run(tmp_path, _HOTRUN_COMPLETE=f"source_{shell}"))
    assert f"_HOTRUN_COMPLETE=complete_{shell}" in script
    assert good(run(tmp_path, _HOTRUN_COMPLETE=f"complete_{shell}", **asked)).startswith(answer)
    if shutil.which(shell) is not None:
        (tmp_path / "script").write_text(script)
        good(run(tmp_path, command=[shell, "-n", "script"]))


# --- schemas ---------------------------------------------------------------------------------------------------


def schema(folder: Path, *kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(good(run(folder, "schema", *kind)))
    Draft202012Validator.check_schema(found)
    return found


def test_the_schema_of_the_configuration_is_valid_and_accepts_what_hotrun_accepts(tmp_path: Path) -> None:
    import tomli

    validator = Draft202012Validator(schema(tmp_path, "config"))
    assert validator.schema == schema(tmp_path), "without a word it is the configuration's"
    for path in [REPOSITORY / "hotrun.toml.example", *REPOSITORY.glob("examples/*/hotrun.toml")]:
        tables: Tables = tomli.loads(path.read_text(encoding="utf-8"))
        validator.validate(tables)
    assert not validator.is_valid({"run": {"web": {"comand": "x"}}})


def test_the_schema_of_the_events_is_valid_and_every_event_follows_it(tmp_path: Path) -> None:
    validator = Draft202012Validator(schema(tmp_path, "events"))
    lay_out(tmp_path, {"hotrun.toml": STEPS.replace("echo two", "echo a.c:1:2: error: no; exit 1")})
    done = run(tmp_path, "--once", "--ui", "json")
    assert (done.returncode, done.stderr) == (1, "")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"session.started", "output", "diagnostic", "build.finished", "session.ended"} <= {
        event["type"] for event in events
    }
    for event in events:
        validator.validate(event)
    assert not validator.is_valid({**events[0], "type": "no such event"})


# --- the demo --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [("process.started", "watching"), ("watching", "process.started")])
def test_the_demo_waits_for_the_process_and_the_watcher_in_any_order(order: tuple[str, str]) -> None:
    lines = "".join(f'{{"type": "{kind}"}}\n' for kind in ("state", *order))
    with subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.stdout.write({lines!r})"], stdout=subprocess.PIPE
    ) as session:
        assert wait_for(session, "process.started", "watching")["type"] == order[1]


def test_the_demo_proves_the_installation_says_how_long_it_took_and_leaves_nothing(tmp_path: Path) -> None:
    said = good(run(tmp_path, "demo", "--check", TMPDIR=str(tmp_path)))
    assert re.fullmatch(r"demo: passed, edit to page \d\S*m?s \(build \d\S*m?s\)\n", said), said
    runtime = tmp_path / f"hotrun-{os.getuid()}"  # stays, for the next session
    assert list(tmp_path.iterdir()) in ([], [runtime])
    assert not runtime.exists() or list(runtime.iterdir()) == []


# --- which project, which part of it ---------------------------------------------------------------------------


def test_the_configuration_is_found_here_above_by_folder_and_by_name(tmp_path: Path) -> None:
    project = lay_out(tmp_path / "project", {"hotrun.toml": STEPS, "deep/er/x.txt": ""}).resolve()
    other = lay_out(tmp_path / "other", {"pyproject.toml": '[tool.hotrun.build.three]\ncommand = "pwd"\n'}).resolve()
    by_file, by_table = project / "hotrun.toml", other / "pyproject.toml"
    ways: list[tuple[Path, Path, tuple[str, ...]]] = [
        (by_file, project, ()),
        (by_file, project / "deep" / "er", ()),
        (by_file, tmp_path, ("-C", "project")),
        (by_table, other, ()),
        (by_table, project, ("-C", "../other")),
        (by_table, tmp_path, ("-c", "other/pyproject.toml")),
    ]
    for config, folder, arguments in ways:
        [started] = events_of(run(folder, *arguments, "--once", "--ui", "json"), "session.started")
        assert (started["root"], started["config"]) == (str(config.parent), str(config)), arguments


def test_a_command_of_a_configuration_elsewhere_runs_in_its_folder(tmp_path: Path) -> None:
    lay_out(tmp_path, {"other/my.toml": '[build.where]\ncommand = "pwd"\n'})
    [output] = events_of(run(tmp_path, "-c", "other/my.toml", "--once", "--ui", "json"), "output")
    assert output["text"] == str(tmp_path.resolve() / "other")


def test_a_profile_is_laid_over_the_file(tmp_path: Path) -> None:
    lay_out(tmp_path, {"hotrun.toml": STEPS})
    plain = run(tmp_path, "--once", "--ui", "json")
    released = run(tmp_path, "--profile", "release", "--once", "--ui", "json")
    assert sorted(event["text"] for event in events_of(plain, "output")) == ["one", "two"]
    assert sorted(event["text"] for event in events_of(released, "output")) == ["released", "two"]
    assert ": ok, 2 steps" in good(run(tmp_path, "check", "--profile", "release"))


@pytest.mark.parametrize(
    "arguments", [["run", "two", "--once", "--ui", "json"], ["--once", "--ui", "json", "run", "two"]], ids=str
)
def test_run_runs_only_the_named_parts_wherever_the_options_stand(arguments: list[str], tmp_path: Path) -> None:
    lay_out(tmp_path, {"hotrun.toml": STEPS})
    [finished] = events_of(run(tmp_path, *arguments), "build.finished")
    assert (finished["status"], finished["steps"]) == ("passed", ["two"])


def test_a_process_may_have_the_name_of_a_command(tmp_path: Path) -> None:
    lay_out(tmp_path, {"hotrun.toml": SLEEPER.format(name="check") + SLEEPER.format(name="web")})
    with Running(tmp_path, arguments=["run", "check"]) as session:
        assert session.wait_for("session.started")["processes"] == ["check"]


def test_watched_is_what_the_command_line_says_instead_of_the_file(tmp_path: Path) -> None:
    root = lay_out(
        tmp_path / "project",
        {"hotrun.toml": SLEEPER.format(name="web") + '[watch]\npaths = ["docs"]\n', "docs/x": "", "src/x": "", "x": ""},
    )
    with Running(root, arguments=["-w", "src", "-w", "x", "-x", "*.tmp"]) as session:
        session.wait_for("watching")
        session.wait_for("process.started")
        mark = session.mark
        for ignored in ("docs/x", "src/y.tmp"):
            (root / ignored).write_text("2")
        (root / "src" / "x").write_text("2")
        session.wait_for("process.started", since=mark)
        mark_of_file = session.mark
        (root / "x").write_text("2")
        session.wait_for("process.started", since=mark_of_file)
        changed = [path["path"] for event in session.seen("changes.detected", since=mark) for path in event["paths"]]
    assert changed == ["src/x", "x"]


def test_the_file_of_init_describes_the_very_project_that_was_detected(tmp_path: Path) -> None:
    lay_out(tmp_path, PROJECTS["Python"][0])
    [detected] = events_of(run(tmp_path, "--once", "--ui", "json"), "step.started")
    good(run(tmp_path, "init"))
    [written] = events_of(run(tmp_path, "--once", "--ui", "json"), "step.started")
    assert written["argv"] == detected["argv"]
    assert load(str(tmp_path / "hotrun.toml")).project.processes.keys() == {"main"}
