"""[[parser]] tables: the messages about wrong ones, with line and key, and the examples in the docs."""

from __future__ import annotations

import pytest
import tomli

from hotrun.config.loading.load import parse
from hotrun.config.loading.problems import InvalidConfig
from hotrun.core.model.project import CustomParser, ParserExample, Project
from hotrun.session.parsers import wrong_examples
from tests.config.example import loadable_example
from tests.support.repository import REPOSITORY

STEP = '[build.app]\ncommand = "x"\n'
MATCH = "match = '(?P<file>.+): (?P<message>.+)'"


def project(text: str) -> Project:
    return parse(STEP + text, "hotrun.toml", "/project", known_parsers=lambda: ["go", "tsc"]).project


def test_missing_keys_have_their_defaults() -> None:
    [parser] = project(f'[[parser]]\nname = "mine"\n{MATCH}\nkind = "block"\nmatch_next = ["a", "b"]').parsers
    match = "(?P<file>.+): (?P<message>.+)"
    assert parser == CustomParser("mine", match=match, match_next=("a", "b"), max_lines=2)


def test_one_errorformat_or_several() -> None:
    text = '[[parser]]\nname = "one"\nerrorformat = "%f:%m"\n[[parser]]\nname = "two"\nerrorformat = ["%f:%m", "%f-%m"]'
    assert [parser.errorformat for parser in project(text).parsers] == [("%f:%m",), ("%f:%m", "%f-%m")]


def test_a_severity_or_a_table_of_them_and_examples() -> None:
    text = f"""
        [[parser]]
        name = "one"
        {MATCH}
        severity = "hint"
        examples = [{{ text = "a: b", file = "a" }}]
        [[parser]]
        name = "two"
        {MATCH}
        severity = {{ BAD = "error" }}
        """
    one, two = project(text).parsers
    assert (one.severity, two.severity) == ("hint", {"BAD": "error"})
    assert one.examples == (ParserExample("a: b", file="a"),)


def test_a_step_can_name_the_parser_or_its_tool() -> None:
    text = f'parsers = ["mine", "tool", "go"]\n[[parser]]\nname = "mine"\ntool = "tool"\n{MATCH}'
    assert project(text).steps["app"].parsers == ("mine", "tool", "go")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('parser = "x"', ['3: build.app.parser: unknown key, did you mean "parsers"?']),
        ("[parser]\nname = 'x'", ["3: parser: expected an array of tables, got a table"]),
        (
            f"[[parser]]\n{MATCH}",
            ['3: parser[0].name: missing, expected a name of letters, digits, "_", "." and "-"'],
        ),
        (
            '[[parser]]\nname = "x"',
            ["3: parser[0]: missing match or errorformat"],
        ),
        (
            f'[[parser]]\nname = "x"\n{MATCH}\nerrorformat = "%m"',
            ["3: parser[0]: match and errorformat exclude each other"],
        ),
        (
            '[[parser]]\nname = "x"\nmatch = "("',
            ["5: parser[0].match: invalid regular expression (missing ), unterminated subpattern at position 0)"],
        ),
        (
            '[[parser]]\nname = "x"\nmatch = "(?P<file>a)"',
            ["5: parser[0].match: missing the group (?P<message>...)"],
        ),
        (
            '[[parser]]\nname = "x"\nkind = "block"\nmatch = "(?P<message>a)"\nmatch_next = ["(?P<col>a)"]',
            ['7: parser[0].match_next[0]: unknown group "col", did you mean "column"?'],
        ),
        (
            '[[parser]]\nname = "x"\nerrorformat = "%f:%y"',
            ["5: parser[0].errorformat: invalid errorformat (%f:%y: %y is not supported)"],
        ),
        (
            '[[parser]]\nname = "x"\nerrorformat = "%m"\ncontinuation = "a"',
            ["6: parser[0].continuation: applies only with match, not with errorformat"],
        ),
        (
            f'[[parser]]\nname = "x"\n{MATCH}\nmax_lines = 3',
            ['6: parser[0].max_lines: applies only if kind is "block"'],
        ),
        (
            f'[[parser]]\nname = "x"\n{MATCH}\nkind = "block"',
            ['3: parser[0].match_next: missing, kind "block" needs at least one pattern'],
        ),
        (f'[[parser]]\nname = "x"\n{MATCH}\ncolumn_base = 2', ["6: parser[0].column_base: expected 0 or 1, got 2"]),
        (
            f'[[parser]]\nname = "x"\n{MATCH}\nseverity = "bad"',
            [
                '6: parser[0].severity: expected a severity such as "warning", or a table such as { WRN = "warning" }, '
                'got "bad"'
            ],
        ),
        (
            f'[[parser]]\nname = "x"\n{MATCH}\nexamples = [{{ file = "a" }}]',
            ["6: parser[0].examples[0].text: missing, expected a text"],
        ),
        (
            f'[[parser]]\nname = "x"\n{MATCH}\n[[parser]]\nname = "x"\n{MATCH}',
            ['7: parser[1].name: "x" is already the name of a parser'],
        ),
        (
            f'[[parser]]\nname = "go"\n{MATCH}',
            ['4: parser[0].name: "go" is already the name of a parser'],
        ),
        (
            f'parsers = "mien"\n[[parser]]\nname = "mine"\n{MATCH}',
            ['3: build.app.parsers: unknown parser "mien", did you mean "mine"?'],
        ),
    ],
)
def test_each_problem_has_its_line_and_key(text: str, expected: list[str]) -> None:
    with pytest.raises(InvalidConfig) as caught:
        project(text)
    assert [problem.removeprefix("hotrun.toml:") for problem in caught.value.problems] == expected


def test_the_parsers_in_the_example_file_pass_their_examples() -> None:
    shown = parse(loadable_example(), "hotrun.toml", "/project").project
    assert len(shown.parsers) == 2
    assert wrong_examples(shown) == []


@pytest.mark.parametrize("page", ["config.md", "diagnostics.md"])
def test_the_parsers_in_the_docs_pass_their_examples(page: str) -> None:
    import re

    text = (REPOSITORY / "docs" / page).read_text()
    blocks = [block for block in re.findall(r"(?s)```toml\n(.*?)```", text) if "[[parser]]" in block]
    assert blocks
    for block in blocks:
        assert any("examples" in parser for parser in tomli.loads(block)["parser"])
        assert wrong_examples(parse(block, "hotrun.toml", "/project").project) == []
