"""[[parser]] tables: what is wrong with one is named by its line and key, and what the documents show holds."""

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


def test_what_is_left_out_has_its_default() -> None:
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


def test_a_step_may_name_it_or_its_tool() -> None:
    text = f'parsers = ["mine", "tool", "go"]\n[[parser]]\nname = "mine"\ntool = "tool"\n{MATCH}'
    assert project(text).steps["app"].parsers == ("mine", "tool", "go")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('parser = "x"', ['3: build.app.parser: unknown key, did you mean "parsers"?']),
        ("[parser]\nname = 'x'", ["3: parser: expected an array of tables, got a table"]),
        (
            f"[[parser]]\n{MATCH}",
            ['3: parser[0].name: expected a name of letters, digits, "_", "." and "-", got nothing'],
        ),
        ('[[parser]]\nname = "x"', ["3: parser[0]: expected exactly one of match, errorformat, got none of them"]),
        (
            f'[[parser]]\nname = "x"\n{MATCH}\nerrorformat = "%m"',
            ["3: parser[0]: expected exactly one of match, errorformat, got both"],
        ),
        (
            '[[parser]]\nname = "x"\nmatch = "("',
            [
                "5: parser[0].match: expected a regular expression (missing ), unterminated subpattern at position 0), "
                'got "("'
            ],
        ),
        (
            '[[parser]]\nname = "x"\nmatch = "(?P<file>a)"',
            ["5: parser[0].match: expected a group (?P<message>...), got none"],
        ),
        (
            '[[parser]]\nname = "x"\nkind = "block"\nmatch = "(?P<message>a)"\nmatch_next = ["(?P<col>a)"]',
            [
                "7: parser[0].match_next[0]: expected a named group (file, line, column, end_line, end_column, "
                'severity, code, message), got "col", did you mean "column"?'
            ],
        ),
        (
            '[[parser]]\nname = "x"\nerrorformat = "%f:%y"',
            [
                "5: parser[0].errorformat: expected an errorformat as Vim has it, got one that is wrong: "
                "%f:%y: %y is not supported"
            ],
        ),
        (
            '[[parser]]\nname = "x"\nerrorformat = "%m"\ncontinuation = "a"',
            ["6: parser[0].continuation: expected only beside match, not beside errorformat"],
        ),
        (
            f'[[parser]]\nname = "x"\n{MATCH}\nmax_lines = 3',
            ['6: parser[0].max_lines: expected only where kind is "block"'],
        ),
        (
            f'[[parser]]\nname = "x"\n{MATCH}\nkind = "block"',
            ['3: parser[0].match_next: expected at least one pattern for the kind "block", got none'],
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
            ["6: parser[0].examples[0].text: expected a text, got nothing"],
        ),
        (
            f'[[parser]]\nname = "x"\n{MATCH}\n[[parser]]\nname = "x"\n{MATCH}',
            ['7: parser[1].name: expected a name that no other parser has, got "x"'],
        ),
        (
            f'[[parser]]\nname = "go"\n{MATCH}',
            ['4: parser[0].name: expected a name that no other parser has, got "go"'],
        ),
        (
            f'parsers = "mien"\n[[parser]]\nname = "mine"\n{MATCH}',
            ['3: build.app.parsers: expected the name of a parser (go, tsc, mine), got "mien", did you mean "mine"?'],
        ),
    ],
)
def test_what_is_wrong_is_named(text: str, expected: list[str]) -> None:
    with pytest.raises(InvalidConfig) as caught:
        project(text)
    assert [problem.removeprefix("hotrun.toml:") for problem in caught.value.problems] == expected


def test_the_parsers_of_the_example_file_read_their_examples() -> None:
    shown = parse(loadable_example(), "hotrun.toml", "/project").project
    assert len(shown.parsers) == 2
    assert wrong_examples(shown) == []


@pytest.mark.parametrize("page", ["config.md", "diagnostics.md"])
def test_the_parsers_in_the_documents_read_their_examples(page: str) -> None:
    import re

    text = (REPOSITORY / "docs" / page).read_text()
    blocks = [block for block in re.findall(r"(?s)```toml\n(.*?)```", text) if "[[parser]]" in block]
    assert blocks
    for block in blocks:
        assert any("examples" in parser for parser in tomli.loads(block)["parser"])
        assert wrong_examples(parse(block, "hotrun.toml", "/project").project) == []
