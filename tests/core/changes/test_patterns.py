"""Which paths a list of patterns names: the last one that names the path, or a folder it lies in, decides."""

from __future__ import annotations

import random

import pytest

from hotrun.core.changes.patterns import Patterns


@pytest.mark.parametrize(
    ("patterns", "named", "not_named"),
    [
        (["*.go"], ["a.go", "x/a.go", "x.go/a"], ["a.c", "a.go2"]),
        (["*.go", "!vendor/"], ["a.go", "x/a.go"], ["vendor/a.go", "x/vendor/deep/a.go"]),
        (["*.go", "!/vendor/"], ["a.go", "x/vendor/a.go"], ["vendor/a.go"]),
        (["*.go", "!vendor/", "/vendor/ours/"], ["a.go", "vendor/ours/a.go"], ["vendor/a.go"]),
        (["src/"], ["src/a", "src/deep/a", "x/src/a"], ["src", "other/a"]),
        (["src/", "!*.md"], ["src/a.c"], ["src/a.md", "src/deep/a.md"]),
        (["!*.md", "docs/"], ["docs/a.md"], ["a.md", "x/b.c"]),
        (["src/**", "!src/gen/**"], ["src/a", "src/x/a"], ["src/gen/a", "src/gen/deep/a"]),
        (["**"], ["a", "x/a"], []),
        (["*", "!*"], [], ["a", "x/a"]),
        (["!x"], [], ["x", "a"]),
        ([], [], ["a"]),
    ],
)
def test_the_last_pattern_that_matches_decides(patterns: list[str], named: list[str], not_named: list[str]) -> None:
    names = Patterns(patterns)
    assert [path for path in named + not_named if names.matches(path)] == named


PATTERNS = "*.c x /x src/ /src/ a/b a/* **/b a/** b/**/c /* * ?.c [ab]* !* \\!x".split()
PATHS = [
    "/".join(path) for path in (["x"], ["a.c"], ["src", "x"], ["a", "b"], ["a", "b", "c"], ["b", "q", "c"], ["!x", "b"])
]


@pytest.mark.parametrize("seed", range(200))
def test_matching_is_asking_each_pattern_about_the_path_and_each_folder_above(seed: int) -> None:
    rng = random.Random(seed)
    lines = [rng.choice(("", "", "!")) + rng.choice(PATTERNS) for _ in range(rng.randint(1, 6))]
    patterns = Patterns(lines)
    for path in PATHS:
        parts = path.split("/")
        places = [path, *("/".join(parts[:depth]) + "/" for depth in range(1, len(parts)))]
        deciding = [
            number
            for number, line in enumerate(lines)
            if any(Patterns([line]).verdict(place) is not None for place in places)
        ]
        takes = bool(deciding) and Patterns([lines[deciding[-1]]]).verdict(_named(lines[deciding[-1]], places)) is True
        assert patterns.matches(path) == takes, (lines, path)
        assert patterns.reason(path) == (deciding[-1] if takes else None)


def _named(line: str, places: list[str]) -> str:
    return next(place for place in places if Patterns([line]).verdict(place) is not None)


@pytest.mark.parametrize("line", ["", "# words", "!", "/", "[z-a]", "[", "a\\", "[[z]", "[y--z]"])
@pytest.mark.filterwarnings("error")
def test_a_line_that_is_no_pattern_names_nothing_and_breaks_nothing(line: str) -> None:
    patterns = Patterns(["*.c", line])
    assert (patterns.matches("a.c"), patterns.matches("b")) == (True, False)
    assert (patterns.verdict("a.c"), patterns.verdict("b")) == (True, None)
    assert (patterns.reason("a.c"), patterns.deciding("a.c")) == (0, 0)
