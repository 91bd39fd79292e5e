"""Patterns of the configuration: in the syntax of `re`, with a time limit."""

from __future__ import annotations

import re
import time

import pytest

from hotrun.core.diagnostics.custom_pattern import MAX_S, CustomPattern, as_re_reads

LINES = [
    "",
    "src/a.c:12:5: error: 'x' undeclared [-Wfoo]",
    "ERR a.x@3: oops",
    "WARN  (main) main.go 12 col 4 - bad {e} thing",
    "foo{e}",
    "foox",
    "fox",
    "a{1,",
    "xx{2}",
    "aaa",
    "[ERROR] /w/pom.xml:[3,4] no",
    "\ttab",
    "日本.c:1: ä ERROR é",
    "a]b",
    "\x00",
]
PATTERNS = [
    r"(?P<file>\S+?):(?P<line>\d+):(?P<column>\d+): (?P<severity>\w+): (?P<message>.+?)(?: \[(?P<code>.+)\])?$",
    r"(?P<severity>ERR|WRN) (?P<file>\S+)@(?P<line>\d+): (?P<message>.+)$",
    r"foo{e}",
    r"foo{i<=1}",
    r"foo{s,d}|fo{1}x",
    r"{e}|a{1,",
    r"a{,2}$|a{3}",
    r"x{2,}\{2\}",
    r"[[:alpha:]]+",
    r"[]a]+b",
    r"[^]]+",
    r"[a{2}]+",
    r"\[(?P<severity>[A-Z]+)\] (?P<file>[^\[]+):\[(?P<line>\d+),(?P<column>\d+)\] (?P<message>.*)",
    r"(?i)error|WARN",
    r"(?P<q>['\"])(?P<name>.*?)(?P=q)",
    r"\S+(?<=c):(?=\d)",
    r"(?>a+)b|(?:a++)$",
    r"(a)?(?(1)a|f)oo?",
    r"\bERROR\b|\A\t|\W\Z",
    r"\N{LATIN SMALL LETTER A}+",
    r"(?x) a+ # {e} [ comment",
    r"a(?=a{2})|\\{2}",
    r"[\w.-]+\.c:\d+",
    r"[a-z&&b]+|[+--]",
]


def shown(found: re.Match[str] | None) -> object:
    return None if found is None else (found.span(), found.groupdict())


@pytest.mark.filterwarnings("ignore:Possible")
@pytest.mark.parametrize("text", PATTERNS)
def test_it_matches_like_re(text: str) -> None:
    expected, pattern = re.compile(text), CustomPattern(text)
    for line in LINES:
        assert shown(pattern.match(line)) == shown(expected.match(line)), line
        assert shown(pattern.search(line)) == shown(expected.search(line)), line


def test_a_match_has_its_groups_and_position() -> None:
    found = CustomPattern(r" *(?P<caret>\^)(?P<other>x)?").match("   ^")
    assert found is not None
    assert (found["caret"], found["other"], found.start("caret"), found.string) == ("^", None, 3, "   ^")
    assert dict(found.re.groupindex) == {"caret": 1, "other": 2}


@pytest.mark.parametrize("text", ["(", "[a", "(?P<x>a)(?P<x>b)", r"\p{L}", "(?<=a+)b", "a**"])
def test_a_pattern_that_re_rejects_is_rejected(text: str) -> None:
    with pytest.raises(re.error):
        CustomPattern(text)


def test_a_plain_pattern_stays_unchanged() -> None:
    assert as_re_reads(r"(?P<file>\S+):(?P<line>\d{1,9})[^\]]$") == r"(?P<file>\S+):(?P<line>\d{1,9})[^\]]$"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (r"(?:a|aa)+$", "a" * 1500 + "b"),
        (r"(x+x+)+y", "x" * 2000),
        (r"(.*?,){11}P", "1,2,3,4,5,6,7,8,9,10,11,12,13," * 60),
        (r"(.*)(.*)(.*)(.*)(.*)[^\w]$", "a1" * 900),
    ],
)
def test_a_catastrophic_pattern_is_interrupted_and_switched_off(text: str, line: str) -> None:
    pattern = CustomPattern(text)
    began = time.process_time()
    assert pattern.match(line) is None
    took = time.process_time() - began
    assert pattern.is_off
    assert MAX_S * 0.9 < took < 10 * MAX_S
    began = time.process_time()
    assert pattern.search("aa") is None, "it is asked no more"
    assert time.process_time() - began < MAX_S
