"""Converted patterns match the same paths as the other tool's expressions."""

from __future__ import annotations

import re

import pytest

from hotrun.config.importers import patterns, regexes, words
from hotrun.config.tables.pattern import check_pattern
from hotrun.core.changes.patterns import Patterns

PATHS = [
    "main.go",
    "main_test.go",
    "a/b/main_test.go",
    "a/x_templ.go",
    "x_templ.go.bak",
    "web/app.js",
    "web/app.jsx",
    "web/src/app.ts",
    "vendor/lib/x.go",
    "a/vendor/x.go",
    "docs/a.md",
    "assets/deep/x.go",
    "myassets/x.go",
    "go.mod",
    "a/go.mod",
    "gen/a.gen.go",
    "b.c",
    "b.cpp",
    "README.md",
    "v1/x",
]


@pytest.mark.parametrize(
    "text",
    [
        r"_test\.go",
        r"_test\.go$",
        r"\.go$",
        r"\.(go|mod)$",
        r"\.jsx?$",
        r"\.(?:ts|js)$",
        r"^vendor/",
        r"vendor/",
        r"(^|/)vendor/",
        r"^go\.mod$",
        r"^docs",
        r"assets/.*\.go$",
        r"^assets/.*",
        r".*_templ\.go$",
        r"(.+\.go|.+\.c)$",
        r"^[^/]+\.go$",
        r"\.[ch]$",
        r"gen/a\.gen\.go",
        r"v\d/",
        r"",
    ],
)
def test_a_regular_expression_becomes_patterns_for_the_same_paths(text: str) -> None:
    found = regexes.patterns(text, rooted=True)
    assert found is not None
    for pattern in found:
        check_pattern(pattern)
    matches = Patterns(found).matches
    assert [path for path in PATHS if matches(path)] == [path for path in PATHS if re.search(text, path)]


@pytest.mark.parametrize("text", [r"(?i)x", r"a{2}", r"x+", r"(a", r"a)", r"\bx", r"(?=x)", r"[", "*", "(" * 2000])
def test_an_expression_without_an_equivalent_pattern_is_refused(text: str) -> None:
    assert regexes.patterns(text, rooted=True) is None


def test_the_start_of_an_absolute_path_has_no_pattern() -> None:
    assert regexes.patterns("^vendor", rooted=False) is None
    assert regexes.patterns("^.*_test.go", rooted=False) == ["*_test.go*"]


@pytest.mark.parametrize(
    ("glob", "found"),
    [
        ("*.go", ["/*.go"]),
        ("**/*.go", ["**/*.go"]),
        ("src/*.{js,ts}", ["src/*.js", "src/*.ts"]),
        ("{a,b}/{c,d}", ["a/c", "a/d", "b/c", "b/d"]),
        ("./x/*.go", ["/x/*.go"]),
        ("**", ["**"]),
        ("/", []),
    ],
)
def test_a_glob_from_the_root_is_anchored(glob: str, found: list[str]) -> None:
    assert patterns.rooted(glob) == found


def test_a_glob_with_too_many_alternatives_stays_unchanged() -> None:
    glob = "{a,b}" * 9
    assert patterns.braces(glob) == [glob]


def test_extensions_may_have_dots_commas_and_spaces() -> None:
    assert patterns.extensions([".go, .tpl", "html", "js,mjs"]) == ["*.go", "*.tpl", "*.html", "*.js", "*.mjs"]
    assert patterns.extensions(["*"]) == ["**"]


def test_wildcards_in_an_exact_path_are_characters() -> None:
    assert patterns.folder("./a[b]*") == r"/a\[b\]\*/"
    assert Patterns([patterns.file("a[b].c")]).matches("a[b].c")


@pytest.mark.parametrize(
    ("text", "written"),
    [("1.5s", "1500ms"), ("1m30s", "90s"), ("0", "0s"), ("250ms", "250ms"), ("2h", "2h"), ("soon", None), ("", None)],
)
def test_go_durations_are_converted(text: str, written: str | None) -> None:
    assert words.go_duration(text) == written


@pytest.mark.parametrize(
    ("line", "variables", "rest"),
    [
        ("A=1 B='x y' ./app -v", {"A": "1", "B": "x y"}, "./app -v"),
        ("A=$B ./app", {}, "A=$B ./app"),
        ("./app A=1", {}, "./app A=1"),
        ("A=1", {}, "A=1"),
    ],
)
def test_variables_before_a_command_are_split_off(line: str, variables: dict[str, str], rest: str) -> None:
    assert words.without_variables(line) == (variables, rest)
