"""Every setting of each tool has its place in the converted hotrun.toml."""

from __future__ import annotations

import pytest

from hotrun.config.importers import Imported
from hotrun.config.importers.written import to_toml
from hotrun.config.loading.problems import InvalidConfig
from tests.config.importers.sample_configs import (
    AIR,
    BACON,
    BEE,
    COMMANDS,
    FRESH,
    GOWATCH,
    MODD,
    NODEMON,
    PROCESS_COMPOSE,
    PROCFILE,
    REALIZE,
    REFLEX,
    SAMPLES,
    converted,
    from_command,
)


def note_on(imported: Imported, key: str) -> str:
    """The only note about a key."""
    [why] = [note.why for note in imported.notes if note.key.startswith(key)]
    return why


# --- air ---------------------------------------------------------------------------------------------------------


def test_air_s_defaults_apply() -> None:
    config = converted(".air.toml", "").config
    assert config.build["compile"].command == "go build -o ./tmp/main ."
    assert config.build["compile"].paths == ["*.go", "*.tpl", "*.tmpl", "*.html"]
    assert config.run["app"].command == ["./tmp/main"]
    assert set(config.watch.exclude) == {"/assets/", "/tmp/", "/vendor/", "/testdata/", ".*/", "*_test.go*"}


def test_every_key_of_air_has_its_place() -> None:
    imported = converted(".air.toml", AIR)
    config = imported.config
    assert config.env_files == [".env", ".env.local"]
    assert list(config.build) == ["pre", "pre-2", "compile", "css"]
    assert config.build["pre"].outputs == ["*_templ.go"]
    assert config.build["compile"].needs == ["pre-2"]
    assert config.build["compile"].command == "go build -tags linux -o ./tmp/main ."
    assert config.build["compile"].outputs == ["/tmp/main"]
    assert "/cmd/**/*.go" in (config.build["compile"].paths or [])
    assert "../shared/**/*.html" in (config.build["compile"].paths or [])
    assert config.build["css"].paths == ["/web/**/*.scss", "/theme.css", "!*_old.scss"]
    app = config.run["app"]
    assert app.command == ["./tmp/main", "-port", "8080"]
    assert app.env == {"APP_ENV": "dev", "APP_USER": "a b"}
    assert (app.stop_signal, app.stop_timeout, app.on_exit, app.on_failed_build) == ("SIGINT", 1500, "restart", "stop")
    assert app.ready is not None
    assert (app.ready.tcp, app.ready.timeout) == ("127.0.0.1:8080", 2000)
    assert config.proxy is not None
    assert (config.proxy.listen, config.proxy.target) == ("127.0.0.1:8090", "app")
    assert (config.watch.poll, config.watch.poll_interval, config.watch.follow_symlinks) == ("always", 500, True)
    assert {"/web/dist/", "/*.pb.go", "web/skip.go", "*_templ.go"} <= set(config.watch.exclude)
    assert "(?i)odd" in next(note.key for note in imported.notes if "exclude_regex" in note.key)


def test_needs_use_the_names_that_hotrun_has_changed() -> None:
    text = "processes: {a b: {command: x}, c: {command: y, depends_on: {a b: {condition: process_healthy}}}}"
    config = converted("process-compose.yaml", text).config
    assert list(config.run) == ["a-b", "c"]
    assert config.run["c"].needs == ["a-b"]


def test_air_s_table_for_the_current_system_is_used() -> None:
    imported = converted(".air.toml", AIR, system="darwin")
    assert imported.config.build["compile"].command == "go build -tags mac -o ./tmp/main ."
    assert "only used on linux" in note_on(imported, "build.linux.cmd")


def test_air_s_program_is_an_output_only_if_the_step_builds_it() -> None:
    script = converted(".air.toml", '[build]\ncmd = "make"\nbin = "./run.sh"\n')
    assert script.config.build["compile"].outputs == []
    debugger = converted(".air.toml", '[build]\nfull_bin = "dlv exec ./tmp/main --headless"\n')
    assert debugger.config.build["compile"].outputs == []
    assert debugger.config.run["app"].command == ["dlv", "exec", "./tmp/main", "--headless"]


@pytest.mark.parametrize(
    ("delay", "ms"), [('"2s"', 2000), ("500", 500), ("1000000000", 1000), ('"1m30s"', 90_000), ('"500ms"', 500)]
)
def test_air_s_kill_delay_is_read_as_in_air(delay: str, ms: int) -> None:
    text = f"[build]\nsend_interrupt = true\nkill_delay = {delay}\n"
    assert converted(".air.toml", text).config.run["app"].stop_timeout == ms


def test_a_command_for_the_shell_stays_a_string() -> None:
    full = converted(".air.toml", "[build]\nfull_bin = 'PORT=$PORT ./tmp/main | tee log'\n")
    assert full.config.run["app"].command == "PORT=$PORT ./tmp/main | tee log"
    assert full.config.run["app"].env == {}


# --- the others for Go -------------------------------------------------------------------------------------------


def test_fresh_only_restarts_for_templates() -> None:
    config = converted("runner.conf", FRESH).config
    assert config.build["compile"].command == "go build -o ./tmp/runner-build ."
    assert config.build["compile"].paths == ["*.go"]
    assert config.run["app"].paths == ["*.tpl", "*.tmpl", "*.html"]
    assert {"/assets/", "/node_modules/"} <= set(config.watch.exclude)


def test_gowatch_builds_its_package_with_its_flags() -> None:
    config = converted("gowatch.yml", GOWATCH).config
    assert config.build["compile"].command == "go build -race -tags dev -o ./tmp/shop ./cmd/shop"
    assert config.build["compile"].needs == ["before"]
    assert config.build["compile"].env == {"GOGC": "off"}
    assert config.run["app"].command == "./tmp/shop serve -port 8080"
    assert config.run["app"].env == {"A": "b c"}
    assert config.run["app"].paths == ["*.yaml"]
    assert config.watch.paths == [".", "../shared"]


def test_bee_names_the_program_after_the_folder() -> None:
    config = converted("bee.json", BEE).config
    assert config.build["compile"].command == "go build -o ./shop"
    assert config.run["app"].command == ["./shop", "-x", "a b"]
    assert (config.run["app"].stop_signal, config.run["app"].stop_timeout) == ("SIGINT", 10_000)


def test_realize_builds_in_the_folder_of_its_project() -> None:
    config = converted(".realize.yaml", REALIZE).config
    assert config.build["compile"].cwd == "coin"
    assert config.build["compile"].outputs == ["/coin/tmp/coin"]
    assert config.build["vet"].command == "staticcheck ./..."
    assert "test" not in config.build
    assert config.run["coin"].command == "./tmp/coin --verbose"
    assert config.run["coin"].env == {"LEVEL": "high"}


# --- the others --------------------------------------------------------------------------------------------------


def test_modd_s_blocks_become_chains_of_steps_and_processes() -> None:
    imported = converted("modd.conf", MODD)
    config = imported.config
    assert config.build["go-build"].command == "go build -o tmp/shop ."
    assert config.build["go-build"].paths == ["**/*.go", "!**/*_test.go", "!docs/**"]
    assert config.build["go-test"].needs == ["go-build"]
    assert config.run["shop"].needs == ["go-test"]
    assert config.run["shop"].command == "tmp/shop -v # served"
    assert (config.run["shop"].stop_signal, config.run["shop"].on_exit) == ("SIGINT", "restart")
    assert config.build["npx-eslint"].paths == ["web/**/*.js", "web/**/*.css"]
    assert config.run["serve"].cwd == "conf"
    assert config.run["serve"].command == "serve --conf ../app.ini"
    assert config.run["serve"].reload is not None
    assert config.run["serve"].reload.signal == "SIGUSR1"
    assert config.run["redis-server"].paths == []
    assert config.run["redis-server"].stop_signal == "SIGHUP"
    assert "HOTRUN_CHANGED" in note_on(imported, "line 6: @dirmods")


def test_reflex_s_services_are_processes_and_the_rest_steps() -> None:
    config = converted("reflex.conf", REFLEX).config
    assert config.build["protoc"].command == ["protoc", "."]
    assert config.build["protoc"].paths == ["/*.proto"]
    assert config.build["make-two"].command == ["make", "two words"]
    [service] = config.run.values()
    assert service.command == "go build -o tmp/shop . && ./tmp/shop"
    assert service.paths == ["*.go", "*.tmpl", "!*_test.go"]
    assert (service.stop_signal, service.stop_timeout) == ("SIGINT", 2000)


def test_nodemon_runs_its_script_with_its_program() -> None:
    config = converted("nodemon.json", NODEMON).config
    app = config.run["app"]
    assert app.command == "ts-node src/index.ts --port '8 0'"
    assert app.env == {"NODE_ENV": "development", "PORT": "8080"}
    assert app.paths is not None
    assert {"/src/**/*.ts", "/src/**/*.json", "/*.env"} <= set(app.paths)
    assert (app.cwd, app.stop_signal) == ("app", "SIGTERM")
    assert {"*.test.ts", "dist/"} <= set(config.watch.exclude)


def test_nodemon_without_a_script_runs_the_one_in_package_json() -> None:
    assert converted("nodemon.json", "{}").config.run["app"].command == "node ."
    assert converted(*SAMPLES["nodemon in package.json"]).config.run["app"].command == "node server.js"
    python = '{"script": "app.py", "execMap": {"py": "python3 -u"}}'
    assert converted("nodemon.json", python).config.run["app"].command == "python3 -u app.py"


def test_bacon_s_default_job_is_converted_and_the_others_are_reported() -> None:
    imported = converted("bacon.toml", BACON)
    assert imported.config.run["serve"].command == ["cargo", "run", "--", "a b"]
    assert imported.config.run["serve"].env == {"RUST_LOG": "debug", "PORT": "8080"}
    assert imported.config.build == {}
    assert "serve is the default" in note_on(imported, "jobs.check.command")
    check = converted("bacon.toml", '[jobs.check]\ncommand = ["cargo", "check"]\n')
    assert check.config.build["check"].command == ["cargo", "check"]


def test_a_procfile_s_processes_have_separate_ports_and_stop_together() -> None:
    config = converted("Procfile", PROCFILE, siblings=frozenset([".env"])).config
    assert list(config.run) == ["web", "worker"]
    assert config.run["web"].command == "BIND=127.0.0.1 gunicorn app:app --bind $BIND:$PORT"
    assert config.run["web"].env == {"PORT": "5000"}
    assert config.run["worker"].env == {"PORT": "5100", "LEVEL": "high"}
    assert config.run["worker"].command == "python -m worker 'two words'"
    assert {process.on_exit for process in config.run.values()} == {"quit"}
    assert config.env_files == [".env"]


def test_process_compose_s_dependencies_and_probes_are_kept() -> None:
    imported = converted("process-compose.yaml", PROCESS_COMPOSE)
    config = imported.config
    assert list(config.build) == ["migrate"]
    web, db = config.run["web"], config.run["db"]
    assert web.needs == ["migrate", "db"]
    assert (web.on_exit, web.shell, web.paths) == ("restart", "bash", ["web/**/*.py", "!*.tmp"])
    assert web.ready is not None
    assert db.ready is not None
    assert (web.ready.http, web.ready.status) == ("http://127.0.0.1:8080/health", 204)
    assert (db.ready.exec, db.ready.timeout) == ("pg_isready", 11_000)
    assert (db.stop_signal, db.stop_timeout, db.cwd) == ("SIGINT", 10_000, "data")
    assert config.run["tail"].ready is not None
    assert config.run["tail"].command == ["tail", "-f", "a b"]
    assert "idle" not in config.run


# --- command lines -----------------------------------------------------------------------------------------------


def test_wgo_run_is_a_build_and_a_process() -> None:
    config = from_command(COMMANDS[0]).config
    assert config.build["compile"].command == "go build -tags dev -o ./tmp/app ./cmd/shop"
    assert config.build["compile"].paths == ["*.go", "/go.mod", "/go.sum", "!*_test.go", "!*_templ.go"]
    assert config.run["app"].command == ["./tmp/app", "-port", "8080"]


def test_a_chain_of_wgo_becomes_steps_and_a_final_process() -> None:
    config = from_command(COMMANDS[1]).config
    assert config.build["npx-sass"].command == ["npx", "sass"]
    assert config.run["app"].needs == ["npx-sass"]
    assert config.run["app"].command == ["./serve", "two words"]
    assert config.run["app"].on_exit == "quit"
    assert config.run["app-2"].needs == ["compile"]


def test_compile_daemon_builds_and_runs() -> None:
    config = from_command(COMMANDS[2]).config
    assert config.build["compile"].command == "go build -o app ."
    assert config.build["compile"].paths == ["*.go", "*.c"]
    assert (config.run["app"].command, config.run["app"].stop_timeout) == ("./app -x", 3000)


def test_watchexec_restarts_or_runs_again() -> None:
    restarted = from_command(COMMANDS[3]).config.run["app"]
    assert restarted.command == "cargo run"
    assert restarted.paths == ["/src/**/*.rs", "/src/**/*.toml"]
    assert (restarted.stop_signal, restarted.stop_timeout, restarted.env) == ("SIGINT", 2000, {"A": "b"})
    again = from_command(COMMANDS[4]).config.build["app"]
    assert (again.command, again.on_busy) == (["make", "test"], "finish")


def test_gow_run_is_a_build_and_a_process_and_gow_test_a_step() -> None:
    config = from_command(COMMANDS[5]).config
    assert config.build["compile"].command == "go build -race -o ./tmp/app ."
    assert config.run["app"].command == ["./tmp/app", "a", "b"]
    assert from_command(COMMANDS[6]).config.build["test"].command == ["go", "test", "./..."]


def test_the_command_that_pipes_into_entr_selects_the_files() -> None:
    config = from_command(COMMANDS[10]).config
    [process] = config.run.values()
    assert (process.command, process.paths) == ("make && ./app", ["*.c", "*.h"])
    [step] = from_command(COMMANDS[11]).config.build.values()
    assert (step.command, step.paths) == (["python3", "check.py"], ["/*.py"])


@pytest.mark.parametrize(
    ("imported", "ui"),
    [
        (converted(".air.toml", AIR), {"clear": True}),
        (converted(".air.toml", "[screen]\nclear_on_rebuild = false\n"), {}),
        (converted("bee.json", BEE), {"notify": True}),
        (from_command("gow -c run ."), {"clear": True}),
        (from_command("ls *.py | entr -c python3 check.py"), {"clear": True}),
        (from_command("watchexec -c -N --bell -r make"), {"clear": True, "notify": True, "bell": True}),
        (from_command("watchexec -r make"), {}),
    ],
)
def test_what_the_terminal_shows_is_taken_over(imported: Imported, ui: dict[str, bool]) -> None:
    assert imported.tables.get("ui", {}) == ui
    assert "[ui]" in to_toml(imported) or not ui


def test_variables_and_runners_before_a_tool_are_split_off() -> None:
    config = from_command(COMMANDS[7]).config
    assert config.env == {"A": "1"}
    assert config.run["app"].command == "ts-node src/index.ts --port 1"
    assert from_command(COMMANDS[9]).config.run["go-run"].command == ["go", "run", "."]


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("wgoo run .", 'cannot convert "wgoo" command lines', 'did you mean "wgo"?'),
        ("sleep 1", 'cannot convert "sleep" command lines', "supported tools: "),
        ("wgo 'run", "unclosed quote", "close it"),
        ("", 'cannot convert "" command lines', "supported tools: "),
        ("reflex -s", "nothing to run in this configuration of reflex", "hotrun init"),
        ("wgo", "nothing to run in this configuration of wgo", "hotrun init"),
        ("watchmedo tricks", "watchmedo tricks: not supported", "use the command line of auto-restart"),
    ],
)
def test_a_command_line_that_cannot_be_converted_is_one_error(line: str, message: str, hint: str) -> None:
    with pytest.raises(InvalidConfig) as caught:
        from_command(line)
    [problem] = caught.value.problems
    assert problem.startswith(f"command line:1: {message}")
    assert hint in (caught.value.hint or "")


def test_an_unknown_flag_is_reported() -> None:
    imported = from_command("watchexec --no-such-flag -r -- app")
    assert "unknown" in note_on(imported, "--no-such-flag")
