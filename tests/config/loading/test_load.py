"""Load a valid file as a project: defaults, absolute paths, environments, profiles, pyproject.toml, warnings."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from hotrun.config.loading.load import load, parse
from hotrun.config.loading.problems import InvalidConfig
from hotrun.core.model.project import Process, Program, Project, Step, Watch

ROOT = "/project"


def project_of(text: str, profile: str | None = None) -> Project:
    return parse(text, "hotrun.toml", ROOT, profile).project


def problems_of(text: str, profile: str | None = None, filename: str = "hotrun.toml") -> list[str]:
    with pytest.raises(InvalidConfig) as caught:
        parse(text, filename, ROOT, profile)
    return list(caught.value.problems)


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


PROFILES = """
[env]
A = "1"
B = "1"
[watch]
exclude = ["x", "y"]
[build.app]
command = "make"
timeout = "1s"
[run.web]
command = "app"
ready = { tcp = "127.0.0.1:80", timeout = "9s" }
[profile.dev]
env.B = "2"
watch = { exclude = ["z"] }
build.app.timeout = "2s"
run.web.ready.http = "http://localhost"
run.extra.command = "extra"
[profile.other]
env.C = "3"
"""


def test_a_profile_merges_tables_and_replaces_values_and_arrays() -> None:
    plain, dev = project_of(PROFILES), project_of(PROFILES, "dev")
    assert plain.processes["web"].program.env == {"A": "1", "B": "1"}
    assert dev.processes["web"].program.env == {"A": "1", "B": "2"}
    assert (plain.watch.exclude, dev.watch.exclude) == (("x", "y"), ("z",))
    assert (plain.steps["app"].timeout_ms, dev.steps["app"].timeout_ms) == (1_000, 2_000)
    assert dev.steps["app"].program.argv == ("sh", "-c", "make")
    assert list(plain.processes) == ["web"]
    assert list(dev.processes) == ["web", "extra"]


def test_a_profile_can_change_the_kind_of_readiness_check() -> None:
    ready = parse(PROFILES, "hotrun.toml", ROOT, "dev").config.run["web"].ready
    assert ready is not None
    assert (ready.tcp, ready.http, ready.timeout) == (None, "http://localhost", 9_000)


def test_a_profile_can_be_the_whole_file() -> None:
    text = '[profile.dev.run.web]\ncommand = "x"\n'
    assert list(project_of(text, "dev").processes) == ["web"]
    assert problems_of(text) == ["hotrun.toml:1: nothing to do, expected a [build.NAME] or [run.NAME] table"]


def test_an_unknown_profile_is_refused_with_the_available_ones() -> None:
    assert problems_of(PROFILES, "dve") == ['hotrun.toml:13: profile: unknown profile "dve", did you mean "dev"?']
    assert problems_of(PROFILES, "x") == ['hotrun.toml:13: profile: unknown profile "x" (available: dev, other)']
    assert problems_of('[run.web]\ncommand = "x"', "dev") == ['hotrun.toml:1: profile: unknown profile "dev"']


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


PENDING = """
[run.web]
command = "x"
overlap = true
ready = { tcp = "127.0.0.1:8000" }
[proxy]
listen = "127.0.0.1:3000"
target = "web"
[profile.dev]
proxy.target = "127.0.0.1:9000"
proxy.listen = "127.0.0.1:3000"
[profile.blue.run.web]
overlap = true
"""


def warnings_of(text: str, profile: str | None = None) -> list[str]:
    return [warning.removeprefix("hotrun.toml:") for warning in parse(text, "hotrun.toml", ROOT, profile).warnings]


def test_each_key_without_effect_is_one_warning_in_the_order_of_the_file() -> None:
    assert warnings_of(PENDING) == [
        "4: run.web.overlap: the old and the new run both need port 8000, use {port} or listen",
        "6: proxy: not yet supported, ignored",
    ]


def test_a_warning_about_a_profiles_key_names_the_profile() -> None:
    assert warnings_of(PENDING, "dev")[-1] == "10: profile.dev.proxy: not yet supported, ignored"
    assert warnings_of(PENDING, "blue")[-1].startswith("13: profile.blue.run.web.overlap: the old and the new run both")


BOTH = "the old and the new run both need port"


@pytest.mark.parametrize(
    ("keys", "warning"),
    [
        ('overlap = true\nready.tcp = "127.0.0.1:8000"', f"overlap: {BOTH} 8000, use {{port}} or listen"),
        ('overlap = true\nready.http = "http://x/"', f"overlap: {BOTH} 80, use {{port}} or listen"),
        ('overlap = true\nready.http = "https://[::1]/"', f"overlap: {BOTH} 443, use {{port}} or listen"),
        ('overlap = true\nready.http = "http://x:81/?at=http://y:82/"', f"overlap: {BOTH} 81, use {{port}} or listen"),
        (
            'overlap = true\nlisten = ["127.0.0.1:8000"]\nready.tcp = "127.0.0.1:9000"',
            f"overlap: {BOTH} 9000, use {{port}} or listen",
        ),
        (
            'listen = ["127.0.0.1:8000"]\nready.tcp = "localhost:8000"',
            "ready.tcp: the socket that hotrun keeps open always answers here, use http, log, notify or exec",
        ),
        (
            'listen = ["127.0.0.1:8000"]\noverlap = true\nready.http = "http://127.0.0.1:8000/"',
            "ready.http: the old run may answer here too, use log, notify or exec",
        ),
        (
            'overlap = true\nready.http = "http://127.0.0.1:8000/"\nenv.PORT = "{port}"',
            "ready.http: the old run answers here, use {port}",
        ),
        (
            'ready.tcp = "127.0.0.1:{port}"',
            "ready: {port} is used only here, also pass it to the program in command or env",
        ),
        (
            'ready.exec = "curl localhost:{port}"',
            "ready: {port} is used only here, also pass it to the program in command or env",
        ),
        ("overlap = true", None),
        ('overlap = true\nready.log = "up"', None),
        ('ready.tcp = "127.0.0.1:8000"', None),
        ('overlap = true\nready.tcp = "127.0.0.1:{port}"\nenv.PORT = "{port}"', None),
        ('listen = ["127.0.0.1:8000"]\nready.http = "http://127.0.0.1:8000/"', None),
        ('listen = ["unix:a.sock"]\noverlap = true\nready.notify = true', None),
    ],
)
def test_a_likely_mistake_is_a_warning_that_says_what_to_change(keys: str, warning: str | None) -> None:
    found = warnings_of(f'[run.web]\ncommand = "x"\n{keys}')
    assert [line.partition(": run.web.")[2] for line in found] == ([] if warning is None else [warning])


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


def test_another_readiness_check_in_a_profile_drops_the_status_of_the_file() -> None:
    text = '[run.web]\ncommand = "x"\nready = { http = "http://a/", status = 204, timeout = "5s" }\n'
    text += '[profile.dev]\nrun.web.ready.log = "up"\n[profile.any]\nrun.web.ready.status = 200'
    ready = project_of(text, "dev").processes["web"].ready
    assert (ready.by, ready.status, ready.timeout_ms) == ("log", None, 5000)
    ready = project_of(text, "any").processes["web"].ready
    assert (ready.by, ready.status) == ("http", 200)


def test_a_file_without_such_keys_has_no_warnings() -> None:
    assert parse('[run.web]\ncommand = "x"', "hotrun.toml", ROOT).warnings == ()


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
