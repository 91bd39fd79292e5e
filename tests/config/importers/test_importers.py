"""A converted configuration loads, means the same, and lists the settings that were skipped."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator

import pytest
import tomli
import yaml

from hotrun.config.importers import IMPORTERS, recognize
from hotrun.config.importers.written import to_toml
from hotrun.config.loading.load import parse
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


def leaves(value: object, above: str = "") -> Iterator[tuple[str, str]]:
    """The leaf keys of a decoded document, each with its parent key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            below = list(leaves(inner, key))
            yield from below or [(above, key)]
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, above)


# --- all of them -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "text"), SAMPLES.values(), ids=SAMPLES)
def test_the_written_file_loads_as_the_imported_configuration(name: str, text: str) -> None:
    imported = converted(name, text)
    loaded = parse(to_toml(imported), "hotrun.toml", "/shop")
    assert loaded.config == imported.config
    assert loaded.project.steps or loaded.project.processes


@pytest.mark.parametrize("line", COMMANDS)
def test_the_file_written_for_a_command_line_loads_as_the_imported_configuration(line: str) -> None:
    imported = from_command(line)
    assert parse(to_toml(imported), "hotrun.toml", "/shop").config == imported.config
    assert not [note for note in imported.notes if "unknown" in note.why]


@pytest.mark.parametrize(("name", "text"), SAMPLES.values(), ids=SAMPLES)
def test_every_key_is_named_with_its_new_place_or_the_reason_for_skipping_it(name: str, text: str) -> None:
    imported = converted(name, text)
    written = to_toml(imported)
    assert not [note for note in imported.notes if "unknown" in note.why]
    named = set(re.findall(r"[\w-]+", written))
    missing = {key for above, key in keys_of(name, text) if key not in named and above not in OPAQUE}
    assert missing == set()


# Tables that are reported as a whole, because users choose their keys.
OPAQUE = ("http_get", "execMap", "watch")


def keys_of(name: str, text: str) -> set[tuple[str, str]]:
    if name.endswith(".toml"):
        return set(leaves(tomli.loads(text)))
    if name.endswith((".yml", ".yaml")) or name == "Beefile":
        return set(leaves(yaml.safe_load(text)))
    if name == "package.json":
        return set(leaves(json.loads(text)["nodemonConfig"]))
    if name.endswith(".json"):
        return set(leaves(json.loads(text)))
    if name == "runner.conf":
        return {("", line.split(":")[0]) for line in text.splitlines() if ":" in line}
    return set()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".air.toml", '[build]\nnonsense = 1\n[nonsense]\n"odd key" = 2\n'),
        ("runner.conf", "nonsense: 1\n"),
        ("gowatch.yml", "nonsense: 1\n"),
        ("bee.json", '{"nonsense": 1}'),
        ("nodemon.json", '{"nonsense": 1}'),
        ("bacon.toml", "nonsense = 1\n[jobs.check]\nnonsense = 2\n"),
        ("process-compose.yaml", "nonsense: 1\nprocesses: {a: {command: b, nonsense: 2}}\n"),
        (".realize.yaml", "nonsense: 1\nschema: [{name: a, commands: {run: true}, nonsense: 2}]\n"),
    ],
)
def test_an_unknown_key_is_reported(name: str, text: str) -> None:
    unknown = [note.key for note in converted(name, text).notes if "unknown" in note.why]
    assert len([key for key in unknown if "nonsense" in key]) == text.count("nonsense")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (".air.toml", "[build\n", ".air.toml:1:7: expected"),
        ("runner.conf", "root: .\nnonsense\n", 'runner.conf:2: expected "key: value"'),
        ("gowatch.yml", "a: 1\nb: [\n", "gowatch.yml:3: invalid YAML"),
        ("gowatch.yml", "- a\n", "gowatch.yml:1: expected a table of keys"),
        ("gowatch.yml", "a: !!python/object:os.system {}\n", "gowatch.yml:1: invalid YAML"),
        ("bee.json", '{\n "a": 1,,\n}', "bee.json:2: invalid JSON"),
        ("Beefile", "a: b: c\n", "Beefile:1: invalid YAML"),
        ("nodemon.json", "[]", "nodemon.json:1: expected an object"),
        ("bacon.toml", "x = \n", "bacon.toml:1:"),
        ("modd.conf", "**/*.go {\n  prep: x\n", "modd.conf:1: unclosed block, expected }"),
        ("modd.conf", "*.go {\n  prop: x\n}\n", "modd.conf:2: expected prep:, daemon: or indir:"),
        ("modd.conf", "*.go\n", "modd.conf:2: expected patterns and a block"),
        ("reflex.conf", "\n-r 'a -- b\n", "reflex.conf:2: unclosed quote"),
        ("Procfile", "web: a\nnonsense\n", 'Procfile:2: expected "name: command"'),
        ("process-compose.yaml", "processes:\n\t- a\n", "process-compose.yaml:2: invalid YAML"),
        ("process-compose.yaml", "processes: {}\n", "process-compose.yaml:1: nothing to run in this configuration"),
    ],
)
def test_a_malformed_file_is_one_error_with_its_line(name: str, text: str, message: str) -> None:
    with pytest.raises(InvalidConfig) as caught:
        converted(name, text)
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith(message)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "text"), SAMPLES.values(), ids=SAMPLES)
def test_values_of_a_wrong_type_are_reported_and_never_crash(name: str, text: str) -> None:
    """Replaces the value of each key in the structured formats by a table, a list, a number and others."""
    if not name.endswith((".yml", ".yaml", "bee.json", "nodemon.json")):
        return
    found = yaml.safe_load(text)
    for key in found:
        for odd in ({"x": [1]}, [[1]], 7, None, "a: b", True):
            try:
                imported = converted(name, json.dumps({**found, key: odd}))
            except InvalidConfig:
                continue  # nothing is left to run
            assert parse(to_toml(imported), "hotrun.toml", "/shop").config == imported.config


# --- which tool --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "text"), SAMPLES.values(), ids=SAMPLES)
def test_a_file_is_recognized_by_its_name(name: str, text: str) -> None:
    importer = recognize(f"some/where/{name}", text)
    assert importer is not None
    assert name in importer.files


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        (AIR, "air"),
        (FRESH, "fresh"),
        (GOWATCH, "gowatch"),
        (BEE, "bee"),
        (REALIZE, "realize"),
        (MODD, "modd"),
        (REFLEX, "reflex"),
        (NODEMON, "nodemon"),
        (BACON, "bacon"),
        (PROCFILE, "foreman"),
        (PROCESS_COMPOSE, "process-compose"),
    ],
)
def test_a_file_with_another_name_is_recognized_by_its_contents(text: str, tool: str) -> None:
    importer = recognize("dev.conf", text)
    assert importer is not None
    assert importer.tool == tool


def test_a_file_that_resembles_a_procfile_is_not_recognized() -> None:
    assert recognize("docker-compose.yml", "version: '3'\nservices:\n  web:\n    image: x\n") is None


@pytest.mark.parametrize(
    "text", ["\n" * 100_000 + "!", " \n" * 50_000, "#\n" * 50_000 + "x", "-" * 100_000, "a: " * 50_000]
)
def test_a_large_odd_text_is_not_recognized(text: str) -> None:
    assert recognize("odd", text) is None or text.startswith("a: ")


def test_a_package_json_is_recognized_only_with_a_nodemon_config() -> None:
    assert recognize("package.json", '{"name": "shop"}') is None


def test_an_unknown_file_is_refused_with_the_supported_tools() -> None:
    with pytest.raises(InvalidConfig) as caught:
        converted("notes.txt", "buy milk\n")
    assert caught.value.hint is not None
    assert all(importer.tool in caught.value.hint for importer in IMPORTERS)


# --- anything at all ---------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("name", "text"), SAMPLES.values(), ids=SAMPLES)
def test_a_damaged_file_is_an_error_or_loads(name: str, text: str) -> None:
    """A hundred texts with characters removed, doubled or replaced: an error with its line, or a file that loads."""
    chance = random.Random(name)
    for _ in range(100):
        damaged = list(text)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(damaged))
            damaged[at] = chance.choice(["", damaged[at] * 2, *"\"'{}[]:=,#\\\n\t\x00é*!$"])
        try:
            imported = converted(name, "".join(damaged))
        except InvalidConfig as error:
            assert re.match(rf"{re.escape(name)}:\d+:", error.problems[0]), error.problems  # noqa: PT017 - not always raised
            continue
        assert parse(to_toml(imported), "hotrun.toml", "/shop").config == imported.config


@pytest.mark.parametrize("number", ["inf", "nan", "-1", "9" * 400, "0x" + "f" * 5000, "1979-05-27", "1e308"])
def test_an_odd_number_is_reported_or_loads(number: str) -> None:
    names = "delay poll_interval kill_delay rerun_delay cmd bin include_ext".split()
    flags = "poll = true\nsend_interrupt = true\n"
    for name in names:
        text = (
            f"[build]\n{flags}{name} = {number}\n[proxy]\nenabled = true\nproxy_port = {number}\napp_port = {number}\n"
        )
        imported = converted(".air.toml", text)
        assert parse(to_toml(imported), "hotrun.toml", "/shop").config == imported.config
    compose = f"processes: {{a: {{command: b, shutdown: {{signal: {number}, timeout_seconds: {number}}}}}}}\n"
    assert converted("process-compose.yaml", compose).config.run["a"].command == "b"


@pytest.mark.parametrize("line", COMMANDS)
def test_a_damaged_command_line_is_an_error_or_loads(line: str) -> None:
    chance = random.Random(line)
    for _ in range(50):
        words = line.split(" ")
        words[chance.randrange(len(words))] = chance.choice(
            ["", "-", "--", "=", "::", "-x", "'", "a\x00b", "-\u00e9=1"]
        )
        try:
            imported = from_command(" ".join(words))
        except InvalidConfig as error:
            assert error.problems[0].startswith("command line:1: ")  # noqa: PT017 - not always raised
            continue
        assert parse(to_toml(imported), "hotrun.toml", "/shop").config == imported.config
