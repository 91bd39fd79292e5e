"""Load a valid file as a project: defaults, absolute paths, environments, profiles, pyproject.toml, warnings."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from hotrun.config.loading.load import load, parse
from hotrun.config.loading.problems import InvalidConfig
from hotrun.core.model.project import Process, Program, Project, Step, Watch
from tests.config.loading.loaded import ROOT, problems_of, project_of


def test_the_smallest_file_gets_every_default() -> None:
    project = project_of('[run.web]\ncommand = "python app.py"')
    assert project == Project(
        root=ROOT,
        config="/project/hotrun.toml",
        watch=Watch(roots=(ROOT,), exclude=(), gitignore=True, debounce_ms=None, poll="auto", poll_interval_ms=500),
        steps={},
        processes={
            "web": Process(
                name="web",
                program=Program(argv=("sh", "-c", "python app.py"), cwd=ROOT, env={}, env_files=()),
                paths=None,
                needs=(),
                stop_signal="SIGTERM",
                stop_timeout_ms=5_000,
                on_exit="wait",
                on_failed_build="keep",
            )
        },
    )


def test_steps_without_processes_are_a_project() -> None:
    project = project_of('[build.app]\ncommand = ["make", "-j2"]')
    assert project.processes == {}
    assert project.steps == {
        "app": Step(
            name="app",
            program=Program(argv=("make", "-j2"), cwd=ROOT),
            paths=None,
            needs=(),
            outputs=(),
            timeout_ms=None,
            parsers=("auto",),
            on_busy="cancel",
        )
    }


def test_every_key_of_a_step_arrives() -> None:
    project = project_of("""
        [build.gen]
        command = "true"
        [build.app]
        command = "make"
        shell = "bash"
        cwd = "sub/.."
        env = { A = "1" }
        env_files = ["a.env"]
        paths = ["**/*.go", "!x_test.go"]
        needs = ["gen"]
        outputs = ["tmp/app"]
        timeout = "1.5m"
        parsers = ["go", "gcc"]
        on_busy = "finish"
    """)
    assert project.steps["app"] == Step(
        name="app",
        program=Program(("bash", "-c", "make"), ROOT, {"A": "1"}, ("/project/a.env",)),
        paths=("**/*.go", "!x_test.go"),
        needs=("gen",),
        outputs=("tmp/app",),
        timeout_ms=90_000,
        parsers=("go", "gcc"),
        on_busy="finish",
    )


def test_every_key_of_a_process_and_of_watch_arrives() -> None:
    project = project_of("""
        [watch]
        paths = ["src", "../lib"]
        exclude = ["docs/"]
        gitignore = false
        debounce = "250ms"
        [build.app]
        command = "make"
        [run.db]
        command = "db"
        [run.web]
        command = "tmp/app"
        needs = ["app", "db"]
        paths = []
        stop_signal = "int"
        stop_timeout = "0s"
        on_exit = "quit"
        on_failed_build = "stop"
    """)
    assert project.watch == Watch(("/project/src", "/lib"), ("docs/",), gitignore=False, debounce_ms=250)
    assert project.processes["web"] == Process(
        name="web",
        program=Program(("sh", "-c", "tmp/app"), ROOT),
        paths=(),
        needs=("app", "db"),
        stop_signal="SIGINT",
        stop_timeout_ms=0,
        on_exit="quit",
        on_failed_build="stop",
    )


@pytest.mark.parametrize(
    ("keys", "paths"),
    [("", None), ('needs = ["db"]', ()), ("paths = []", ()), ('needs = ["db"]\npaths = ["*.html"]', ("*.html",))],
)
def test_a_process_without_paths_follows_all_files_unless_it_needs_something(
    keys: str, paths: tuple[str, ...] | None
) -> None:
    project = project_of(f'[run.db]\ncommand = "db"\n[run.web]\ncommand = "x"\n{keys}')
    assert project.processes["web"].paths == paths


@pytest.mark.parametrize("written", ["SIGKILL", "KILL", "sigkill", "kill"])
def test_a_signal_may_be_written_in_any_way(written: str) -> None:
    project = project_of(f'[run.web]\ncommand = "x"\nstop_signal = "{written}"')
    assert project.processes["web"].stop_signal == "SIGKILL"


def test_the_projects_strings_are_plain() -> None:
    """Adapters compare and encode exact types, so no type that checks a value may reach them."""
    text = '[build.a]\ncommand = "x"\npaths = ["*.c"]\ntimeout = "1s"\n[run.web]\ncommand = "x"\nstop_signal = "INT"'
    project = project_of(text)
    assert type(project.steps["a"].timeout_ms) is int
    assert type(project.processes["web"].stop_timeout_ms) is int
    assert type(project.processes["web"].stop_signal) is str
    assert [type(path) for path in project.steps["a"].paths or ()] == [str]
    assert msgspec.json.decode(msgspec.json.encode(project), type=Project) == project


def test_the_environment_of_a_process_wins_and_its_files_come_last() -> None:
    project = project_of("""
        env_files = [".env", "/etc/app.env"]
        [env]
        A = "all"
        B = "all"
        [run.web]
        command = "x"
        env = { B = "web" }
        env_files = ["web.env"]
        [run.other]
        command = "y"
    """)
    web, other = project.processes["web"].program, project.processes["other"].program
    assert web.env == {"A": "all", "B": "web"}
    assert web.env_files == ("/project/.env", "/etc/app.env", "/project/web.env")
    assert (other.env, other.env_files) == ({"A": "all", "B": "all"}, ("/project/.env", "/etc/app.env"))


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    project = project_of(
        'env_files = ["~/x.env"]\n[watch]\npaths = ["~"]\n[run.web]\ncommand = "ls ~"\ncwd = "~/src"\n'
    )
    assert project.watch.roots == ("/home/me",)
    assert project.processes["web"].program == Program(
        ("sh", "-c", "ls ~"), "/home/me/src", env_files=("/home/me/x.env",)
    )


def test_a_missing_folder_is_not_a_problem_of_the_file() -> None:
    assert project_of('[run.web]\ncommand = "x"\ncwd = "no/such"').processes["web"].program.cwd == "/project/no/such"


def test_a_problem_has_the_place_of_its_value() -> None:
    text = """
[build.app]
command = "make"
timeout = 1
on_busy = "x"

[profile.dev.build.app]
timeout = 2

[profile.dev.run.web]
needs = ["app"]
"""
    assert problems_of(text, "dev") == [
        'hotrun.toml:5: build.app.on_busy: expected "cancel" or "finish", got "x"',
        'hotrun.toml:8: profile.dev.build.app.timeout: expected a duration such as "30s", got 2, did you mean "2s"?',
        "hotrun.toml:10: profile.dev.run.web.command: "
        'missing, expected a command such as "make -j2" or ["make", "-j2"]',
    ]


def test_in_a_pyproject_the_keys_are_below_tool_hotrun() -> None:
    text = '[project]\nname = "x"\n[tool.ruff]\nfoo = 1\n[tool.hotrun.run.web]\ncommand = "x"\n'
    loaded = parse(text, "pyproject.toml", ROOT)
    assert loaded.project.config == "/project/pyproject.toml"
    assert list(loaded.project.processes) == ["web"]
    wrong = text + "tty = 1\n[tool.hotrun]\nenvfiles = []\n"
    assert problems_of(wrong, filename="sub/pyproject.toml") == [
        "sub/pyproject.toml:7: tool.hotrun.run.web.tty: expected true or false, got 1",
        'sub/pyproject.toml:9: tool.hotrun.envfiles: unknown key, did you mean "env_files"?',
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1: missing the table [tool.hotrun]"),
        ("[tool.black]\nx = 1", "1: missing the table [tool.hotrun]"),
        ("\ntool = 5", "2: tool: expected a table, got 5"),
        ("[tool]\nhotrun = []", "2: tool.hotrun: expected a table, got an empty array"),
        (
            "[tool.x]\n[tool.hotrun]",
            "2: tool.hotrun: nothing to do, expected a [build.NAME] or [run.NAME] table",
        ),
    ],
)
def test_a_pyproject_without_a_usable_table_is_refused(text: str, problem: str) -> None:
    assert problems_of(text, filename="pyproject.toml") == [f"pyproject.toml:{problem}"]


@pytest.mark.parametrize(
    "text",
    [
        'command = "serve --port {port}"\nready.tcp = "127.0.0.1:{port}"',
        'command = ["serve", "{port}"]',
        'command = "serve"\nenv.PORT = "{port}"\nready.http = "http://127.0.0.1:{port}/health"',
    ],
)
def test_each_run_gets_a_port_if_any_text_names_it(text: str) -> None:
    process = project_of(f"[run.web]\n{text}").processes["web"]
    assert process.wants_port


def test_the_path_of_a_unix_socket_becomes_absolute_and_other_addresses_stay() -> None:
    text = '[run.web]\ncommand = "x"\nlisten = ["unix:run/../app.sock", "unix:/run/a.sock", "[::1]:80", "localhost:80"]'
    assert project_of(text).processes["web"].listen == (
        "unix:/project/app.sock",
        "unix:/run/a.sock",
        "[::1]:80",
        "localhost:80",
    )


def test_parser_names_are_not_checked_without_the_known_ones() -> None:
    text = '[build.app]\ncommand = "x"\nparsers = "mine"'
    assert project_of(text).steps["app"].parsers == ("mine",)
    assert parse(text, "hotrun.toml", ROOT, known_parsers=lambda: ["mine"]).warnings == ()


def test_the_folder_of_the_file_is_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sub" / "dev.toml"
    file.parent.mkdir()
    file.write_text('[run.web]\ncommand = "x"\n')
    monkeypatch.chdir(tmp_path)
    loaded = load("sub/dev.toml")
    assert loaded.project.root == os.path.join(os.getcwd(), "sub")
    assert loaded.project.config == os.path.join(os.getcwd(), "sub", "dev.toml")


def test_messages_name_the_file_as_seen_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hotrun.toml").write_text("x = 1\n")
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    with pytest.raises(InvalidConfig) as caught:
        load(str(tmp_path / "hotrun.toml"))
    assert caught.value.message.startswith("../hotrun.toml:1: x: unknown key")
