"""Random configurations are a project or an error with a line, never a traceback.

The seeds are fixed, so a failure can be reproduced.
"""

from __future__ import annotations

import copy
import random
import re
from typing import Any

import msgspec
import pytest
import tomli
from pathspec.patterns.gitignore.base import GitIgnorePatternError
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from hotrun.config.loading.collect import collect
from hotrun.config.loading.load import parse
from hotrun.config.loading.problems import Findings, InvalidConfig
from hotrun.config.tables.invalid_value import InvalidValue
from hotrun.config.tables.model import Config
from hotrun.config.tables.pattern import check_pattern
from hotrun.config.tables.values import dec_hook
from hotrun.core.model.project import Project
from tests.support.repository import REPOSITORY

pytestmark = pytest.mark.slow

EXAMPLE = (REPOSITORY / "hotrun.toml.example").read_text()
ALL_OPTIONS = re.sub(r"(?m)^#(?=\[|[a-z_]+ = )", "", EXAMPLE)

VALUES = [
    "5", "-1", "1.5", "nan", "inf", "true", "false", '""', '" "', '"x"', '"\\u0000"', '"5s"', '"0s"', '"-5s"',
    "'('", '"!"', '"["', '"auto"', '"SIGKILL"', '"127.0.0.1:0"', '"[::1]:80"', "[]", "{}", '["x"]', "[[]]",
    '"127.0.0.1:{port}"', '"http://a:{port}/"', '"unix:a"', '"unix:"', '["a:80", "unix:a/b"]', '["a:80", "A:80"]',
    '["", 5]', '{ tcp = "x" }', "{ a = { b = 1 } }", "1979-05-27", "07:32:00", "9" * 30, '"\\ud7ff"',
    '"""\n"""', "[{}]", '"app"', '["app", "web"]',
]  # fmt: skip
WORDS = [
    "app",
    "web",
    "build",
    "run",
    "profile",
    "command",
    "needs",
    "ready",
    "tcp",
    "env",
    "x",
    '"a b"',
    '""',
    "paths",
]
LINES = [
    "[run.web]",
    "[build]",
    "[[run]]",
    "[profile.dev.run.web]",
    "[profile]",
    "profile.release = 1",
    "]",
    '"""',
    "\x00",
]


def check_problems(problems: tuple[str, ...], text: str, filename: str) -> None:
    """Check that each problem is one printable line and names a line of the text."""
    assert problems
    for problem in problems:
        place = re.match(rf"{re.escape(filename)}:(\d+)(:\d+)?: .", problem)
        assert place, problem
        assert 1 <= int(place[1]) <= text.count("\n") + 1
        assert problem.isprintable()


def check_answer(text: str, filename: str = "hotrun.toml") -> bool:
    """Parse `text`. Return True for a project, False for an error in which each problem has a line."""
    try:
        loaded = parse(
            text, filename, "/project", random.Random(len(text)).choice([None, None, "release", "no"]), lambda: ["go"]
        )
    except InvalidConfig as error:
        check_problems(error.problems, text, filename)
        return False
    assert isinstance(loaded.project, Project)
    msgspec.json.encode(loaded.project)
    return True


def mutated(rng: random.Random, text: str) -> str:
    """Return `text` with a few changed lines, keys, values or characters."""
    lines = text.split("\n")
    for _ in range(rng.randint(1, 2)):
        at = rng.randrange(len(lines))
        key, equals, _ = lines[at].partition(" = ")
        match rng.randrange(7):
            case 0:
                lines[at] = key + " = " + rng.choice(VALUES)
            case 1 if equals:
                lines[at] = rng.choice(WORDS) + lines[at][len(key) :]
            case 2:
                lines[at] = re.sub(r"\w+", lambda _: rng.choice(WORDS), lines[at], count=1)
            case 3:
                lines.insert(at, rng.choice(LINES))
            case 4:
                del lines[at : at + rng.randint(1, 3)]
                lines = lines or [""]
            case 5:
                lines.insert(at, rng.choice(lines))
            case _:
                place = rng.randint(0, len(lines[at]))
                lines[at] = (
                    lines[at][:place] + rng.choice("\"'[]{}=.,#\\ \tx5") + lines[at][place + rng.randint(0, 1) :]
                )
    return "\n".join(lines)


@pytest.mark.parametrize("base", [EXAMPLE, ALL_OPTIONS], ids=["as shipped", "all options on"])
def test_a_mutated_example_loads_or_is_refused_with_a_line(base: str) -> None:
    rng = random.Random(1)
    without_comments = "\n".join(line for line in base.split("\n") if line and not line.startswith("#"))
    answers = [check_answer(mutated(rng, without_comments)) for _ in range(1_500)]
    assert answers.count(False) > 300
    assert base is ALL_OPTIONS or answers.count(True) > 60


def test_a_mutated_pyproject_loads_or_is_refused_with_a_line() -> None:
    rng = random.Random(2)
    text = '[project]\nname = "x"\n[tool.hotrun.build.app]\ncommand = "x"\n'
    text += '[tool.hotrun.run.web]\ncommand = "y"\nneeds = ["app"]'
    answers = [check_answer(mutated(rng, text), "pyproject.toml") for _ in range(500)]
    assert {True, False} == set(answers)


def test_any_cut_of_the_example_loads_or_is_refused_with_a_line() -> None:
    """hotrun may read a file while an editor writes it."""
    answers = [check_answer(EXAMPLE[:end]) for end in range(0, len(EXAMPLE), 13)]
    assert {True, False} == set(answers)


def random_value(rng: random.Random, depth: int = 0) -> Any:
    match rng.randrange(8 if depth < 4 else 6):
        case 0:
            return rng.choice([0, 1, -5, 10**30, 1.5, True, False])
        case 1 | 2 | 3 | 4 | 5:
            return rng.choice(
                [
                    "",
                    "x",
                    "app",
                    "web",
                    "5s",
                    "0s",
                    "auto",
                    "keep",
                    "SIGINT",
                    "a:80",
                    "a:{port}",
                    "unix:a",
                    "unix:",
                    "[:]:80",
                    "http://a",
                    "http://a:{port}",
                    "*.go",
                    "\0",
                    "[",
                ]
            )
        case 6:
            return [random_value(rng, depth + 1) for _ in range(rng.randrange(3))]
        case _:
            return {rng.choice(["a", "b c", "tcp", "log", "command"]): random_value(rng, depth + 1) for _ in range(2)}


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every container in a document with each of its keys."""
    items = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [(value, key) for key, _ in items] + [place for _, inner in items for place in places(inner)]


def test_the_slow_reader_agrees_with_the_fast_one() -> None:
    """It finds a problem only if msgspec finds one, and otherwise returns the same values."""
    rng = random.Random(3)
    original = tomli.loads(ALL_OPTIONS)
    del original["profile"], original["build"]["jobs"]  # which are taken out before it reads the rest
    refused = 0
    for _ in range(1_000):
        raw = copy.deepcopy(original)
        for _ in range(rng.randint(0, 2)):
            container, key = rng.choice(places(raw))
            container[key] = random_value(rng)
        findings = Findings()
        collected = collect(raw, Config, findings)
        try:
            config = msgspec.convert(raw, Config, dec_hook=dec_hook)
        except msgspec.ValidationError:
            refused += 1
            assert findings.by_path, raw
        else:
            assert not findings.by_path, raw
            assert collected == config
    assert 250 < refused < 950


def matcher_ignores(pattern: str) -> bool:
    """Return whether the matcher ignores a pattern or cannot read it."""
    try:
        return GitIgnoreSpecPattern(pattern).regex is None
    except (GitIgnorePatternError, re.error):
        return True


@pytest.mark.filterwarnings("ignore:Possible:FutureWarning")
def test_each_pattern_that_the_matcher_would_ignore_is_refused() -> None:
    rng = random.Random(4)
    passed = 0
    for _ in range(10_000):
        pattern = "".join(rng.choices("ab[]!^-\\/*?#. {,}", k=rng.randint(1, 7)))
        if pattern.strip() == "":
            continue
        try:
            check_pattern(pattern)
        except InvalidValue:
            continue
        passed += 1
        assert not matcher_ignores(pattern), pattern
    assert passed > 1_000


@pytest.mark.parametrize(
    "pattern",
    [
        "*.go", "**/*.go", "/main.go", "src/", "!x", "a/**/b", "[abc]", "[a-z]*", "[!a]", "[^a]", "[]a]",
        "[]-a]", "\\[a", "\\#x", "\\!x", "a\\ ", "x{a}y", "\\{a,b}", "{{cookiecutter.name}}/",
        "(group)/[id]/page.ts", "../lib/**", ".env", ".../x", "a,b",
    ],
)  # fmt: skip
def test_a_pattern_that_can_match_is_accepted(pattern: str) -> None:
    check_pattern(pattern)
    assert not matcher_ignores(pattern)
