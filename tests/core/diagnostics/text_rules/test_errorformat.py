"""Vim's errorformat strings find the same problems as in Vim."""

from __future__ import annotations

import pytest

from hotrun.core.diagnostics.parser import Parser
from hotrun.core.diagnostics.text_rules.errorformat import InvalidErrorformat, formats
from hotrun.core.diagnostics.text_rules.rules import ErrorformatRule, RuleTable
from hotrun.core.model.finding import Finding
from tests.core.diagnostics.reading import Brief, brief, table


def found(errorformat: str | tuple[str, ...], text: str) -> list[Finding]:
    texts = (errorformat,) if isinstance(errorformat, str) else errorformat
    reader = Parser(RuleTable(rules=(ErrorformatRule(name="mine", errorformat=texts),)), ("mine",))
    lines = text.split("\n")
    return [finding for line in lines for finding in reader.feed("stdout", line)] + reader.finish()


@pytest.mark.parametrize(
    ("errorformat", "text", "expected"),
    [
        ("%f:%l:%c: %m", "a.c:3:4: oops", ("a.c", 3, 4, "error", None, "oops")),
        ("%f:%l: %m", "my file.c:3: oops: again", ("my file.c", 3, None, "error", None, "oops: again")),
        ("%f %l %m", "a.c 3 oops", ("a.c", 3, None, "error", None, "oops")),
        ("%f(%l\\,%v): %trror %n: %m", "a.cs(3,4): error 123: oops", ("a.cs", 3, 4, "error", "123", "oops")),
        ("%f:%l: %t%*[^:]: %m", "a.c:3: warning: oops", ("a.c", 3, None, "warning", None, "oops")),
        ("%f:%l:%c:%e:%k: %m", "a.c:3:4:5:6: oops", ("a.c", 3, 4, "error", None, "oops")),
        ("%W%f:%l: %m", "a.c:3: oops", ("a.c", 3, None, "warning", None, "oops")),
        ("%I%f:%l: %m", "a.c:3: oops", ("a.c", 3, None, "info", None, "oops")),
        ("%N%f:%l: %m", "a.c:3: oops", ("a.c", 3, None, "note", None, "oops")),
        ("%f:%l:%\\s%#%m", "a.c:3:   oops", ("a.c", 3, None, "error", None, "oops")),
        ("%f:%\\\\d%\\\\+:%l: %m", "a.c:77:3: oops", ("a.c", 3, None, "error", None, "oops")),
        ("%f:%*\\d:%l: %m", "a.c:77:3: oops", ("a.c", 3, None, "error", None, "oops")),
        ("%f:%l: %\\%(see%\\|read%\\): %m", "a.c:3: read: oops", ("a.c", 3, None, "error", None, "oops")),
        ("100%% in %f:%l %m", "100% in a.c:3 oops", ("a.c", 3, None, "error", None, "oops")),
        ("%.%#|%f|%l|%m", "x|a.c|3|oops", ("a.c", 3, None, "error", None, "oops")),
        ("%+G%.%#FAIL%.%#", "one FAIL two", (None, None, None, "error", None, "one FAIL two")),
        (("%f+%l %m", "%f-%l %m"), "a.c-3 oops", ("a.c", 3, None, "error", None, "oops")),
        ("%o: %m", "my.module: oops", ("my.module", None, None, "error", None, "oops")),
        ("%EError in %f:,%Z  line %l: %m", "Error in a.x:\n  line 3: bad", ("a.x", 3, None, "error", None, "bad")),
        (
            "%A%f:%l: %m,%-Z%p^,%-C%.%#",
            "a.java:3: ';' expected\n  int x\n       ^",
            ("a.java", 3, 8, "error", None, "';' expected"),
        ),
        (
            '%A  File "%f"\\, line %l%.%#,%C    %.%#,%Z%m',
            '  File "a.py", line 3, in x\n    foo()\nKeyError: 3',
            ("a.py", 3, None, "error", None, "KeyError: 3"),
        ),
    ],
)
def test_one_problem(errorformat: str | tuple[str, ...], text: str, expected: Brief) -> None:
    assert [brief(finding) for finding in found(errorformat, text)] == [expected]


def test_the_first_format_that_matches_wins_and_hidden_lines_are_no_problems() -> None:
    lines = "a.c:1: note: nothing\na.c:2: oops"
    assert [f.line for f in found("%-G%f:%l: note: %m,%f:%l: %m", lines)] == [2]
    assert [f.line for f in found("%f:%l: %m,%-G%f:%l: note: %m", lines)] == [1, 2]


def test_further_messages_of_a_long_problem_are_its_detail() -> None:
    [finding] = found("%E%f:%l: %m,%C+ %m,%Zend", "a.c:3: oops\n+ because\n+ of this\nend")
    assert (finding.message, finding.detail) == ("oops", ("because", "of this", "end"))


def test_a_line_that_matches_no_format_ends_a_long_problem() -> None:
    assert [f.line for f in found("%E%f:%l: %m,%C+ %m", "a.c:3: oops\nnothing\n+ because")] == [3]
    assert found("%E%f:%l: %m,%C+ %m", "+ because") == []


def test_a_hidden_long_problem_hides_all_its_lines() -> None:
    assert found("%-Anote: %m,%C+ %m,%Zend,%f:%l: %m", "note: no\n+ more\nend") == []


def test_directories_that_are_entered_and_left() -> None:
    text = "enter /p/s\na.c:1: x\nenter deep\na.c:2: x\nleave\na.c:3: x\nleave\na.c:4: x"
    directories = [finding.directories for finding in found("%Denter %f,%Xleave,%f:%l: %m", text)]
    assert directories == [("/p/s",), ("/p/s", "deep"), ("/p/s",), ()]


def test_a_format_that_repeats_is_tried_first_on_the_next_line() -> None:
    text = "errors in a.c\n3: one\n4: two\nelse"
    assert [f.line for f in found("%-Gerrors in %f,%>%l: %m", text)] == [3, 4]


def test_other_rules_get_the_lines_that_match_no_format() -> None:
    mine = ErrorformatRule(name="mine", always=True, errorformat=("%f@%l %m", "%-G%.%#"))
    both = RuleTable(rules=(mine, *table().rules), programs=table().programs)
    for program in ("", "gcc", "go"):
        reader = Parser(both, ("auto",), program)
        reader.feed("stdout", "a.x@3 oops")
        reader.feed("stdout", "a.go:3:4: oops")
        tools = {finding.tool for finding in reader.collected.findings}
        reader.finish()
        assert {"mine"} <= tools
        assert "go" in {finding.tool for finding in reader.collected.findings} or program == "gcc"


@pytest.mark.parametrize(
    ("errorformat", "said"),
    [
        ("", "no format"),
        ("%f:%l", "no %m and no %+"),
        ("%y: %m", "%y: %m: %y is not supported"),
        ("%P%f: %m", "%P%f: %m: %P is not supported"),
        ("%-x %m", "%-x %m: %- must come before one of A E W I N C Z D X G"),
        ("%f %f %m", "%f %f %m: the file occurs twice"),
        ("%m %", "%m %: ends with %"),
        ("%*x %m", "%*x %m: %* must come before [ or \\"),
        ("%*[^: %m", "%*[^: %m: %*[ without ]"),
        ("%\\@= %m", "%\\@= %m: %\\@ is not supported"),
        ("%\\( %m", "%\\( %m: missing ), unterminated subpattern at position 0"),
    ],
)
def test_an_invalid_format_is_named(errorformat: str, said: str) -> None:
    with pytest.raises(InvalidErrorformat) as caught:
        formats((errorformat,))
    assert str(caught.value) == said
