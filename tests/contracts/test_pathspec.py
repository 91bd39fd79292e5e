"""What hotrun/core/changes/patterns.py relies on in pathspec, whose translations to regular expressions it edits.

When one of these fails with a new version of pathspec, change patterns.py before the cap in pyproject.toml is raised.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from hotrun.core.changes import patterns
from hotrun.core.changes.patterns import Patterns

FOLDER, EITHER, ANYWHERE = "(?P<ps_d>/)", "(?:(?P<ps_d>/)|$)", "^(?:.+/)?"
IMPORTS = r"(?m)^\s*(import|from) pathspec\b"


def translated(pattern: str) -> tuple[str | None, bool | None]:
    """The regular expression and whether it includes what it matches."""
    expression, includes = GitIgnoreSpecPattern.pattern_to_regex(pattern)
    return expression, includes


def test_patterns_expects_these_beginnings_and_ends() -> None:
    assert (patterns._FOLDER, patterns._EITHER, patterns._ANYWHERE) == (FOLDER, EITHER, ANYWHERE)


@pytest.mark.parametrize(
    ("pattern", "expression"),
    [
        ("main.go", rf"{ANYWHERE}main\.go{EITHER}"),
        ("*.go", rf"{ANYWHERE}[^/]*\.go{EITHER}"),
        ("x?.go", rf"{ANYWHERE}x[^/]\.go{EITHER}"),
        ("[ab].go", rf"{ANYWHERE}[ab]\.go{EITHER}"),
        ("[!ab].go", rf"{ANYWHERE}[^ab]\.go{EITHER}"),
        ("build/", f"{ANYWHERE}build{FOLDER}"),
        ("/build", f"^build{EITHER}"),
        ("/build/", f"^build{FOLDER}"),
        ("a/b.go", rf"^a/b\.go{EITHER}"),
        ("a/*/b", f"^a/[^/]+/b{EITHER}"),
        ("a/**/b", f"^a(?:/.+)?/b{EITHER}"),
        ("**/b", f"{ANYWHERE}b{EITHER}"),
        ("a/**", "^a/"),
        ("*", "."),
        ("**", "."),
        ("*/", f"{FOLDER}"),
        ("**/", f"{FOLDER}"),
    ],
)
def test_the_text_of_an_expression_has_the_shape_that_is_edited(pattern: str, expression: str) -> None:
    assert translated(pattern) == (expression, True)
    assert translated(f"!{pattern}") == (expression, False), "an exclamation mark turns the meaning, nothing else"


@pytest.mark.parametrize("pattern", ["main.go", "build/", "/a", "a/*/b", "a/**/b", "**/b", "a/**", "*", "*/", "[!a]b"])
def test_every_edited_expression_compiles_and_has_no_groups(pattern: str) -> None:
    """Many are joined by "|" to one expression, in which a group would bear the same name twice."""
    text, _ = translated(pattern)
    assert text is not None
    for edited in (patterns._or_within(text), patterns._whole(text)):
        assert re.compile(edited).groups == 0, edited
        re.compile(f"{edited}|{edited}")


@pytest.mark.parametrize("pattern", ["", "# comment", "   ", "/"])
def test_a_line_that_is_no_pattern_has_no_expression(pattern: str) -> None:
    assert translated(pattern) == (None, None)


@pytest.mark.parametrize("pattern", ["!", "a\\"])
def test_an_invalid_pattern_is_a_value_error(pattern: str) -> None:
    with pytest.raises(ValueError, match="Invalid"):
        translated(pattern)
    assert Patterns([pattern]).verdict("a") is None


def test_a_range_that_python_refuses_is_not_noticed_by_pathspec() -> None:
    text, _ = translated("[z-a]")
    assert text is not None
    with pytest.raises(re.error):
        re.compile(text)


def test_only_patterns_uses_pathspec() -> None:
    package = Path(patterns.__file__).parents[2]
    users = {str(path.relative_to(package)) for path in package.rglob("*.py") if re.search(IMPORTS, path.read_text())}
    assert users == {"core/changes/patterns.py", "core/late_imports.py"}  # the second one only loads it
