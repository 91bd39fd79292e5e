"""What a change triggers in a detected project: a build, only a restart, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotrun.config.detect import detect
from hotrun.core.changes.patterns import Patterns
from tests.config.detect.sample_folders import FASTAPI, FLASK, GO_MAIN, RUST_MAIN, SAMPLES, crate, lay_out, only


def triggers(patterns: tuple[str, ...] | None, *paths: str) -> list[str]:
    assert patterns is not None
    matcher = Patterns(patterns)
    return [path for path in paths if matcher.matches(path)]


@pytest.fixture(autouse=True)
def without_cargo_target_dir(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CARGO_TARGET_DIR", raising=False)


def test_go_builds_for_the_files_of_go_list(tmp_path: Path) -> None:
    step = only(tmp_path, {"go.mod": "module shop\n", "cmd/shop/main.go": GO_MAIN}).steps[0]
    assert (step.inputs, step.paths) == (("go:./cmd/shop",), None)


def test_a_go_workspace_without_a_program_builds_for_all_its_modules(tmp_path: Path) -> None:
    files = {"go.work": "use (\n./a\n./b\n)\n", "a/go.mod": "module a\n", "b/go.mod": "module b\n"}
    assert only(tmp_path, files).steps[0].inputs == ("go:./a/... ./b/...",)


def test_go_templates_restart_without_a_build_unless_they_are_embedded(tmp_path: Path) -> None:
    files = {"go.mod": "module shop\n", "main.go": GO_MAIN, "templates/a.html": "", "views/b.tpl": ""}
    files["main_test.go"] = "package main\n\n//go:embed views\n"
    assert only(tmp_path, files).processes[0].paths == ("templates/**", "views/**")
    files["main.go"] = GO_MAIN + "\n//go:embed templates/*\nvar templates embed.FS\n"
    assert only(tmp_path, files).processes[0].paths == ("views/**",)


def test_a_beego_app_restarts_for_its_configuration_and_views(tmp_path: Path) -> None:
    files, _ = SAMPLES["a Beego app"]
    assert only(tmp_path, files).processes[0].paths == ("conf/**", "views/**")


def test_a_go_program_s_note_on_gitignore_disappears_with_its_line(tmp_path: Path) -> None:
    files, _ = SAMPLES["a Go program"]
    assert any("tmp/" in note for note in only(tmp_path, files).notes)
    assert only(tmp_path, {**files, ".gitignore": "/tmp/\n"}).notes == ()


def test_cargo_ignores_the_package_s_tests(tmp_path: Path) -> None:
    files = {"Cargo.toml": crate("shop"), "src/main.rs": RUST_MAIN, "src/tests/mod.rs": "", "tests/api.rs": ""}
    step = only(tmp_path, files).steps[0]
    assert triggers(step.paths, "src/main.rs", "src/tests/mod.rs", "Cargo.toml", "tests/api.rs", "target/x.d") == [
        "src/main.rs",
        "src/tests/mod.rs",
        "Cargo.toml",
    ]


@pytest.mark.parametrize(("library", "builds"), [("askama", True), ("tera", False)])
def test_cargo_builds_for_compiled_templates_and_restarts_for_others(
    tmp_path: Path, library: str, builds: bool
) -> None:
    manifest = crate("shop", f'[dependencies]\n{library} = "1"\n')
    candidate = only(tmp_path, {"Cargo.toml": manifest, "src/main.rs": RUST_MAIN, "templates/a.html": ""})
    assert triggers(candidate.steps[0].paths, "templates/a.html") == (["templates/a.html"] if builds else [])
    assert candidate.processes[0].paths == (() if builds else ("templates/**",))


def test_a_member_of_a_cargo_workspace_is_run_from_the_workspace_s_target_folder(tmp_path: Path) -> None:
    lay_out(tmp_path, {"Cargo.toml": '[workspace]\nmembers = ["api"]\nexclude = ["old"]\n'})
    lay_out(tmp_path, {"api/Cargo.toml": crate("api"), "api/src/main.rs": RUST_MAIN})
    lay_out(tmp_path, {"old/Cargo.toml": crate("old"), "old/src/main.rs": RUST_MAIN})
    (member,), (stranger,) = detect(str(tmp_path / "api")), detect(str(tmp_path / "old"))
    assert member.processes[0].command == "../target/debug/api"
    assert member.steps[0].outputs == ()
    assert stranger.processes[0].command == "target/debug/old"


def test_cargo_target_dir_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, _ = SAMPLES["a Cargo package"]
    monkeypatch.setenv("CARGO_TARGET_DIR", str(tmp_path / "made"))
    candidate = only(tmp_path, files)
    assert candidate.processes[0].command == "made/debug/shop"
    assert candidate.exclude == ("/made/",)
    monkeypatch.setenv("CARGO_TARGET_DIR", "/elsewhere")
    assert only(tmp_path, files).processes[0].command == "/elsewhere/debug/shop"


@pytest.mark.parametrize(
    "script",
    [
        "vite",
        "vite dev --host",
        "next dev",
        "NODE_ENV=development nodemon --inspect src/x.js",
        "tsx watch src/x.ts",
        "node --watch src/x.js",
        "node --watch-path=src x.js",
        "ng serve",
        "webpack serve --open",
        "tsc -p . -w",
        "bun --hot x.ts",
        "concurrently 'npm:watch-*'",
        "run-p watch-a",
        "npm run watch-a && true",
    ],
)
def test_a_script_that_watches_the_sources_is_only_restarted_for_its_package(tmp_path: Path, script: str) -> None:
    package = f'{{"scripts": {{"dev": "{script}", "watch-a": "nodemon a.js"}}}}'
    (process,) = only(tmp_path, {"package.json": package, "package-lock.json": "{}", "src/x.js": ""}).processes
    assert process.paths == ("/package.json", "/package-lock.json")
    assert any("watches" in comment for comment in process.comments)


@pytest.mark.parametrize(
    "script", ["node src/x.js", "vite preview", "vite build", "./vite.sh", "tsc -p w", "next build"]
)
def test_a_script_that_does_not_watch_is_restarted_for_the_sources(tmp_path: Path, script: str) -> None:
    package = f'{{"scripts": {{"dev": "{script}"}}}}'
    (process,) = only(tmp_path, {"package.json": package, "src/x.js": "", "src/y.tsx": ""}).processes
    changed = ("src/x.js", "src/y.tsx", "package.json")
    assert triggers(process.paths, *changed, "src/x.test.js", "README.md", "db.json") == [*changed]


def test_the_outputs_of_the_build_script_do_not_trigger_it(tmp_path: Path) -> None:
    files, _ = SAMPLES["a package with build and start"]
    step = only(tmp_path, files).steps[0]
    assert step.outputs == ("dist/**",)
    assert triggers(step.paths, "src/main.ts", "dist/main.ts") == ["src/main.ts"]


def test_missing_dependencies_are_noted(tmp_path: Path) -> None:
    files = {"package.json": '{"scripts": {"dev": "vite"}, "devDependencies": {"vite": "5"}}', "pnpm-lock.yaml": ""}
    assert only(tmp_path, files).notes == ("run `pnpm install` first (node_modules is missing)",)
    assert only(tmp_path, {**files, "node_modules/vite/x": ""}).notes == ()


def test_python_tests_neither_check_nor_restart(tmp_path: Path) -> None:
    files, _ = SAMPLES["a FastAPI application"]
    step = only(tmp_path, files).steps[0]
    assert triggers(step.paths, "main.py", "a/b.py", "test_main.py", "tests/conftest.py") == ["main.py", "a/b.py"]


def test_templates_of_a_web_application_restart_it(tmp_path: Path) -> None:
    candidate = only(tmp_path, {"app/main.py": FASTAPI, "app/templates/a.html": "", "pyproject.toml": ""})
    assert candidate.processes[0].paths == ("app/templates/**",)


def test_a_web_application_s_default_port_is_noted(tmp_path: Path) -> None:
    candidate = only(tmp_path, {"app.py": FLASK})
    assert candidate.processes[0].port == 5000
    assert any("--port" in note for note in candidate.notes)


def test_python_in_src_is_imported_from_there(tmp_path: Path) -> None:
    files, _ = SAMPLES["a FastAPI application under src/"]
    assert only(tmp_path, files).processes[0].env == {"PYTHONPATH": "src"}


def test_deep_applications_need_a_manifest_in_the_root(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a/b/main.py": FASTAPI})
    assert detect(str(tmp_path)) == ()
    lay_out(tmp_path, {"requirements.txt": "fastapi\n"})
    assert [each.kind for each in detect(str(tmp_path))] == ["python-fastapi"]


def test_a_build_folder_is_excluded_unless_gitignore_has_it(tmp_path: Path) -> None:
    files, _ = SAMPLES["a CMake project"]
    assert only(tmp_path, files).exclude == ("/build/",)
    assert only(tmp_path, {**files, ".gitignore": "build\n"}).exclude == ()
