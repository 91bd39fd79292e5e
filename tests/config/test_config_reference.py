"""The example, the docs and the JSON Schema agree with the model, key by key."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import jsonschema  # type: ignore[import-untyped]  # it has no types of its own
import msgspec
import pytest
import tomli

from hotrun.config.loading.load import load, parse
from hotrun.config.loading.problems import InvalidConfig
from hotrun.config.tables.common import Table
from hotrun.config.tables.model import BuildOptions, Config
from hotrun.config.writing.expand import to_toml
from hotrun.config.writing.keys import keys_of
from hotrun.config.writing.schema import json_schema
from tests.config.example import EXAMPLE, example_with_all_options, loadable_example
from tests.support.repository import REPOSITORY
from tools.generate import COMMAND, files

DOCS = (REPOSITORY / "docs" / "config.md").read_text()


# "build" stands for [build.NAME], "parser" for each [[parser]].
SECTIONS = {
    "Config": "",
    "WatchTable": "watch",
    "BuildOptions": "build",
    "BuildStep": "build.NAME",
    "RunProcess": "run.NAME",
    "ReadyTable": "run.NAME.ready",
    "ReloadTable": "run.NAME.reload",
    "Go": "go",
    "GoHost": "go.host",
    "GoPlugin": "go.plugin",
    "Proxy": "proxy",
    "ParserTable": "parser",
    "ExampleTable": "parser.examples",
    "UiTable": "ui",
    "ExportTable": "exports.NAME",
}


def struct_in(annotation: Any) -> type[Table] | None:
    """Return the table in an annotation, through Annotated, "or None" and dict[str, ...]."""
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return annotation
    inner = get_args(annotation)[:1] if get_origin(annotation) is Annotated else get_args(annotation)
    return next((struct for kind in inner if (struct := struct_in(kind)) is not None), None)


def tables(table: type[Table] = Config) -> Iterator[type[Table]]:
    """Return the table and all tables in it."""
    yield table
    for field in msgspec.structs.fields(table):
        if field.name == "build":  # besides the steps, [build] has keys of its own
            yield BuildOptions
        inner = struct_in(field.type)
        if inner is not None:
            yield from tables(inner)


KEYS = [(table.__name__, field.name) for table in tables() for field in msgspec.structs.fields(table)]


def keys_in(table: dict[str, Any], kind: type[msgspec.Struct] = Config) -> Iterator[tuple[str, str]]:
    """Return the keys of the model in a parsed file, each with the name of its table."""
    for field in msgspec.structs.fields(kind):
        if field.name not in table:
            continue
        yield kind.__name__, field.name
        inner = struct_in(field.type)
        if inner is not None:
            value = table[field.name]
            if field.name == "build":
                yield from keys_in(value, BuildOptions)
                value = {name: step for name, step in value.items() if isinstance(step, dict)}
            named = field.name in ("build", "run", "exports")
            for one in value.values() if named else value if isinstance(value, list) else [value]:
                yield from keys_in(one, inner)


def schema_error(text: str) -> str | None:
    """Return the path of the key that the schema rejects in a file, or None."""
    validator = jsonschema.Draft202012Validator(json_schema())
    error = jsonschema.exceptions.best_match(validator.iter_errors(tomli.loads(text)))
    return None if error is None else error.json_path


def test_the_model_has_the_tables_of_the_reference() -> None:
    assert {table.__name__ for table in tables()} == set(SECTIONS)


def test_the_example_loads_without_a_problem_or_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "hotrun.toml"
    path.write_text(EXAMPLE.read_text())
    for profile in (None, "release"):
        loaded = load(str(path), profile, known_parsers=lambda: ["go"])
        assert loaded.warnings == ()
        assert list(loaded.project.steps) == ["generate", "app"]


def test_the_example_with_all_options_on_loads() -> None:
    assert list(parse(loadable_example(), "hotrun.toml", "/project").project.processes) == ["web"]


def test_the_expanded_example_is_the_same_project() -> None:
    loaded = parse(loadable_example(), "hotrun.toml", "/project")
    assert parse(to_toml(loaded), "hotrun.toml", "/project").project == loaded.project


@pytest.mark.parametrize("kind", ["tcp", "http", "log", "notify", "exec"])
def test_each_readiness_probe_in_the_example_is_valid(kind: str) -> None:
    loaded = parse(loadable_example(kind), "hotrun.toml", "/project")
    assert getattr(loaded.config.run["web"].ready, kind)
    assert loaded.project.processes["web"].ready.by == kind


def test_every_key_of_the_model_is_in_the_example() -> None:
    assert set(keys_in(tomli.loads(example_with_all_options()))) == set(KEYS)


def test_generated_files_are_up_to_date() -> None:
    """tools.generate writes the tables in the docs and the example."""
    differing = [path.name for path, text in files() if path.read_text(encoding="utf-8") != text]
    assert differing == [], f"run `{COMMAND}`"


def test_every_table_is_documented_in_its_section() -> None:
    for name, section in SECTIONS.items():
        title = f"[{section}]" if section else "Top level"
        part = f"[{section}]" if section else "top level"
        assert re.search(rf"(?ms)^##+ {re.escape(title)}$(?:(?!^#).)*<!-- generated: {re.escape(part)} -->", DOCS), name
    for key in keys_of(Config):
        assert key == "env_files" or re.search(rf"(?m)^## \[{key}(\.NAME)?\]$", DOCS), key


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_a_description_is_a_sentence_of_at_most_20_words_that_starts_with_a_verb(table: str, key: str) -> None:
    said = next(keys_of(kind)[key] for kind in tables() if kind.__name__ == table)
    assert re.fullmatch(r"[A-Z][a-z]+ .+\.", said.description)
    assert len(said.description.split()) <= 20
    assert said.description.split()[0] not in ("The", "A", "How", "What", "When", "Whether")
    assert len(said.default.split()) <= 8


@pytest.mark.parametrize("text", re.findall(r"(?s)```toml\n(.*?)```", DOCS))
def test_the_documented_examples_load(text: str) -> None:
    filename = "pyproject.toml" if "tool.hotrun" in text else "hotrun.toml"
    assert parse(text, filename, "/project").warnings == ()


def test_the_documented_messages_are_real() -> None:
    (shown,) = re.findall(r"(?s)```text\n(.*?)```", DOCS)
    with pytest.raises(InvalidConfig) as caught:
        parse('[build.app]\ncomand = "make"\ntimeout = 30\n', "hotrun.toml", "/project")
    assert caught.value.message.splitlines() == shown.splitlines()


def test_the_schema_is_valid_and_is_json() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(schema)) == schema


def test_every_key_in_the_schema_has_a_title_and_a_description() -> None:
    definitions = json_schema()["$defs"]
    bare = [
        (table, key)
        for table, definition in definitions.items()
        for key, schema in definition["properties"].items()
        if not schema.get("title") or not schema.get("description")
    ]
    assert bare == []
    assert all(definition["additionalProperties"] is False for definition in definitions.values())


def test_the_schema_accepts_the_example() -> None:
    assert schema_error(EXAMPLE.read_text()) is None
    assert schema_error(loadable_example()) is None


def test_the_schema_accepts_the_documented_examples() -> None:
    texts = [text for text in re.findall(r"(?s)```toml\n(.*?)```", DOCS) if "tool.hotrun" not in text]
    assert texts
    assert [schema_error(text) for text in texts] == [None] * len(texts)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("biuld = {}", "$"),
        ('[build.app]\ncomand = "x"', "$.build.app"),
        ("[build.app]", "$.build.app"),
        ("[build]\njobs = 0", "$.build.jobs"),
        ('[build.jobs]\ncommand = "x"', "$.build.jobs"),
        ("profile.dev.build.jobs = 257", "$.profile.dev.build.jobs"),
        ('[build."a b"]\ncommand = "x"', "$.build"),
        ('[build.app]\ncommand = "x"\ntimeout = 5', "$.build.app.timeout"),
        ('[build.app]\ncommand = "x"\ntimeout = "0s"', "$.build.app.timeout"),
        ('[build.app]\ncommand = "x"\ntimeout = "5 s"', "$.build.app.timeout"),
        ('[build.app]\ncommand = "x"\non_busy = "wait"', "$.build.app.on_busy"),
        ("[build.app]\ncommand = 5", "$.build.app.command"),
        ('[watch]\ndebounce = "fast"', "$.watch.debounce"),
        ("[env]\nPORT = 8000", "$.env.PORT"),
        ('[run.web]\ncommand = "x"\nready = { http = "localhost" }', "$.run.web.ready.http"),
        ('[run.web]\ncommand = "x"\nready = { tcp = "127.0.0.1:{prot}" }', "$.run.web.ready.tcp"),
        ('[run.web]\ncommand = "x"\nready = { status = 99 }', "$.run.web.ready.status"),
        ('[run.web]\ncommand = "x"\nlisten = ["8000"]', "$.run.web.listen[0]"),
        ('[run.web]\ncommand = "x"\nlisten = ["unix:"]', "$.run.web.listen[0]"),
        ('[run.web]\ncommand = "x"\nlisten = ["127.0.0.1:{port}"]', "$.run.web.listen[0]"),
        ('[exports.a]\npath = "a"', "$.exports.a"),
        ('[exports.a]\npath = "a"\nformat = ""', "$.exports.a.format"),
        ('[proxy]\nlisten = "127.0.0.1:1"', "$.proxy"),
        ('[ui]\ntitle = "x"', "$.ui.title"),
        ('[ui.keys]\nrestrat = "x"', "$.ui.keys"),
        ("[ui.keys]\nrestart = 5", "$.ui.keys.restart"),
        ("profile.dev = 5", "$.profile.dev"),
        ('profile.dev.build.app.comand = "x"', "$.profile.dev.build.app"),
        ("profile.dev.profile.x = {}", "$.profile.dev"),
    ],
)
def test_the_schema_rejects_wrong_files(text: str, path: str) -> None:
    assert schema_error(text) == path


@pytest.mark.parametrize(
    "keys",
    [
        'listen = ["127.0.0.1:8000", "[::1]:8000", "localhost:8001", "unix:run/app.sock", "unix:/run/app.sock"]',
        'ready = { tcp = "127.0.0.1:{port}" }',
        'ready = { http = "http://[::1]:{port}/health", status = 204 }',
    ],
)
def test_the_schema_accepts_what_hotrun_accepts(keys: str) -> None:
    text = f'[run.web]\ncommand = "x --port {{port}}"\n{keys}'
    assert schema_error(text) is None
    assert parse(text, "hotrun.toml", "/project").warnings == ()


def test_the_schema_accepts_a_part_of_a_step_in_a_profile() -> None:
    assert schema_error('profile.dev.build.app.timeout = "5s"') is None


def test_the_schema_has_defaults_as_the_file_has_them() -> None:
    definitions = json_schema()["$defs"]
    assert definitions["RunProcess"]["properties"]["stop_timeout"]["default"] == "5s"
    assert definitions["RunProcess"]["properties"]["stop_signal"]["default"] == "SIGTERM"
    assert definitions["WatchTable"]["properties"]["debounce"]["default"] == "auto"
    assert definitions["WatchTable"]["properties"]["paths"]["default"] == ["."]
    assert "default" not in definitions["WatchTableInProfile"]["properties"]["paths"]


def test_loading_a_configuration_only_reads_files() -> None:
    banned = {"subprocess", "socket", "asyncio", "threading", "multiprocessing", "watchfiles"}
    for module in sorted((REPOSITORY / "hotrun" / "config").glob("*.py")):
        for node in ast.walk(ast.parse(module.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not banned & {name.split(".")[0] for name in names}, module.name


def test_a_valid_file_loads_without_the_code_for_wrong_files(tmp_path: Path) -> None:
    """Each import here delays every start. Messages, the line locator and the schema are not needed then."""
    (tmp_path / "hotrun.toml").write_text('[build.app]\ncommand = "x"\ntimeout = "5s"\n')
    code = """
import sys
from hotrun.config.loading.load import load
load(sys.argv[1])
print("\\n".join(sys.modules))
"""
    command = [sys.executable, "-c", code, str(tmp_path / "hotrun.toml")]
    imported = set(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split())
    needless = {"difflib", "pathspec", "pathlib", "rich", "typer", "asyncio", "shlex", "jsonschema", "dotenv"}
    needless |= {f"hotrun.config.{name}" for name in ("collect", "locate", "pattern", "schema", "narrow")}
    assert "hotrun.config.loading.load" in imported
    assert imported & needless == set()
