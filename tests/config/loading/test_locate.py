"""The line of each key, in difficult TOML by hand, and in random TOML compared with the parser."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli

from hotrun.config.loading import problems
from hotrun.config.loading.locate import line_of, lines_of_keys

NASTY = (Path(__file__).parent / "nasty.toml").read_text()


def line_with(fragment: str) -> int:
    """Return the number of the only line with `fragment`."""
    (line,) = (number for number, line in enumerate(NASTY.split("\n"), 1) if fragment in line)
    return line


@pytest.mark.parametrize(
    ("path", "fragment"),
    [
        (("top",), "top = 1"),
        (("quoted key",), '"quoted key"'),
        (("literal.key",), "literal.key"),
        (("a",), "a.b . "),
        (("a", "b"), "a.b . "),
        (("a", "b", "c d"), "a.b . "),
        (("a", "b", "c d", 1), "1, 2,"),
        (("a", "b", "c d", 2, 1), "x]"),
        (("a", "b", "c d", 3), "k ="),
        (("a", "b", "c d", 3, "l", "m"), "k ="),
        (("text",), "one"),
        (("literal",), "literal = "),
        (("table", "sub.table"), "sub.table"),
        (("table", "sub.table", "date"), "1979"),
        (("table", "sub.table", "n"), "n = 0x"),
        (("run", 0, "name"), "first"),
        (("run", 0, "env", "A"), "A = 1"),
        (("run", 1, "name"), "second"),
        (("run", 1, "deep", 0, "x"), "x = 1"),
        (("run", 1, "deep", 1, "x"), "x = 2"),
        (("run", 1, "deep", 1, "er", "y", "z"), "TOML 1.1"),
        (("late",), "[late]"),
        (("late", "inner"), "[late.inner]"),
        (("late", "after"), "after"),
    ],
)
def test_a_key_is_found_in_its_line(path: problems.Path, fragment: str) -> None:
    assert lines_of_keys(NASTY)[path] == line_with(fragment)


def test_every_key_of_the_difficult_file_is_found() -> None:
    assert set(paths_in(tomli.loads(NASTY))) == set(lines_of_keys(NASTY))


def test_keys_in_strings_and_comments_are_ignored() -> None:
    assert not [path for path in lines_of_keys(NASTY) if path[0] in ("not", "fake", "two", "inline")]


def test_a_missing_key_has_the_line_of_the_innermost_table_around_it() -> None:
    lines = lines_of_keys("x = 1\n\n[run.web]\ncommand = 'x'\n")
    assert line_of(lines, ("run", "web", "ready", "tcp")) == 3
    assert line_of(lines, ("watch", "paths")) == 1


def test_windows_line_ends_count_as_one_line_each() -> None:
    assert lines_of_keys('a = """\r\nx\r\n"""\r\nb = 1\r\n')[("b",)] == 4


def test_escapes_in_a_quoted_key_are_decoded() -> None:
    assert lines_of_keys('"\\u0041\\"." = 1\n') == {('A".',): 1}


def paths_in(value: Any, above: problems.Path = ()) -> Iterator[problems.Path]:
    """Return every key path of a parsed document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*above, key)
        yield from paths_in(inner, (*above, key))


PIECES = [
    "a", "b", '"c d"', "'e.f'", ".", "=", " = ", "1", '"x"', "'y'", '"""m\n"""', "'''n\n'''", "[", "]", "[[",
    "]]", "{", "}", ", ", "\n", "\n", "#c\n", " ", "true", "1.5", "k = 1\n", "[t]\n", "[[u]]\n", "[t.v]\n",
    "z = [1, [2]]\n", "w = {q = 1}\n",
]  # fmt: skip


@pytest.mark.slow
def test_every_key_that_the_parser_finds_in_random_text_has_a_line() -> None:
    rng = random.Random(7)
    valid = 0
    for _ in range(20_000):
        text = "".join(rng.choices(PIECES, k=rng.randint(1, 12)))
        lines = lines_of_keys(text)  # ends without an error on text that is not TOML, too
        try:
            document = tomli.loads(text)
        except tomli.TOMLDecodeError:
            continue
        valid += document != {}
        assert set(paths_in(document)) == set(lines), text
        assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())
    assert valid > 300
