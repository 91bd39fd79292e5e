"""Real output of real tools: all problems are found, and no others."""

# ruff: noqa: RUF001 (the quotes are those that gcc prints)

from __future__ import annotations

import re

import pytest

from tests.core.diagnostics import expected_json, expected_native, expected_python, expected_web
from tests.core.diagnostics.reading import SAMPLES, brief, read, sample

EXPECTED = {**expected_json.EXPECTED, **expected_native.EXPECTED, **expected_python.EXPECTED, **expected_web.EXPECTED}


def test_every_sample_has_its_expected_findings() -> None:
    assert sorted(EXPECTED) == sorted(path.stem for path in SAMPLES.glob("*.txt"))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_all_findings_of_a_sample_and_no_others(name: str) -> None:
    expected = EXPECTED[name]
    found = [brief(finding) for finding in read(sample(name))]
    assert [
        (*full[:-1], full[-1][: len(begin)]) for full, (*_, begin) in zip(found, expected, strict=False)
    ] == expected
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    ("name", "total"),
    [
        ("clang", r"(\d+) warnings and (\d+) errors generated"),
        ("eslint", r"(\d+) problems"),
        ("esbuild", r"(\d+) error$"),
        ("flake8", None),
        ("javac", r"(\d+) error"),
        ("javac-lint", r"(\d+) warnings"),
        ("javac-symbol", r"(\d+) errors"),
        ("jest", r"Tests: +(\d+) failed"),
        ("mypy", r"Found (\d+) errors"),
        ("pytest-short", r"=+ (\d+) failed, \d+ passed, (\d+) error"),
        ("pytest-long", r"=+ (\d+) failed, \d+ passed, (\d+) error"),
        ("pytest-line", r"=+ (\d+) failed, \d+ passed, (\d+) error"),
        ("pytest-deep", r"(\d+) failed"),
        ("ruff-concise", r"Found (\d+) errors"),
        ("ruff-full", r"Found (\d+) errors"),
        ("tsc-pretty", r"Found (\d+) errors"),
        ("unittest", r"FAILED \(failures=(\d+), errors=(\d+)\)"),
    ],
)
def test_as_many_findings_as_the_tool_counts_itself(name: str, total: str | None) -> None:
    lines = sample(name)
    if total is None:
        counted = len(lines)  # one line each
    else:
        [found] = [match for line in lines if (match := re.match(rf".*?{total}", line))]
        counted = sum(map(int, found.groups()))
    assert len(read(lines)) == counted


def test_colors_change_nothing() -> None:
    for colored, plain in (("cargo-check-color", "cargo-check"), ("pytest-short-color", "pytest-short")):
        assert [brief(f) for f in read(sample(colored))] == [brief(f) for f in read(sample(plain))]


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("gcc", "gcc"),
        ("/usr/bin/gcc-12", "ld-multiple"),
        ("clang", "clang"),
        ("g++", "gxx"),
        ("go", "go-build"),
        ("go", "go-test"),
        ("go", "go-run-panic"),
        ("cargo", "cargo-check"),
        ("cargo", "cargo-link"),
        ("cargo", "cargo-test"),
        ("make", "make"),
        ("cmake", "cmake"),
        ("javac", "javac-lint"),
        ("java", "java-exception"),
        ("python3.11", "py-chained"),
        ("pytest", "pytest-short"),
        ("pytest", "pytest-long"),
        ("mypy", "mypy"),
        ("ruff", "ruff-full"),
        ("ruff", "ruff-concise"),
        ("flake8", "flake8"),
        ("pylint", "pylint"),
        ("black", "black"),
        ("tsc", "tsc"),
        ("eslint", "eslint"),
        ("stylelint", "stylelint"),
        ("biome", "biome-check"),
        ("prettier", "prettier"),
        ("jest", "jest"),
        ("node", "node-stack"),
        ("shellcheck", "shellcheck-gcc"),
        ("yamllint", "yamllint"),
        ("mvn", "maven-compile"),
        ("mvn", "maven-test"),
        ("./gradlew", "gradle-java"),
        ("gradle", "gradle-kotlin"),
        ("gradle", "gradle-script"),
        ("gradle", "gradle-test"),
        ("kotlinc", "kotlinc"),
        ("dotnet", "dotnet-build"),
        ("dotnet", "dotnet-run"),
        ("dotnet", "dotnet-test"),
        ("swift", "swift-6"),
        ("php", "php-run"),
        ("phpunit", "phpunit"),
        ("ruby", "ruby-cause"),
        ("ruby", "ruby-syntax"),
        ("shellcheck", "shellcheck"),
        ("templ", "templ"),
        ("vitest", "vitest"),
        ("cargo", "cargo-check-json"),
        ("ruff", "ruff-sarif"),
    ],
)
def test_the_rules_of_a_program_find_what_all_rules_find(program: str, name: str) -> None:
    assert [brief(f) for f in read(sample(name), program=program)] == [brief(f) for f in read(sample(name))]


def test_the_sources_and_notes_around_a_finding_are_kept() -> None:
    found = {finding.message: finding for finding in read(sample("gcc"))}
    few = found["too few arguments to function ‘add’"]
    assert few.detail == ("    8 |     return add(1)", "      |            ^~~")
    assert [(r.file, r.line, r.column, r.message) for r in few.related] == [("bad.c", 3, 5, "declared here")]
    expected = found["expected expression before ‘;’ token"]
    assert [(r.file, r.line, r.message) for r in expected.related] == [("bad.c", 2, "included from")]
    unknown = found["‘c’ undeclared (first use in this function)"]
    assert unknown.related == ()  # "each undeclared identifier is reported only once" is no information


def test_an_error_in_a_system_header_names_the_project_s_line() -> None:
    for finding in read(sample("gxx"))[1:]:
        assert finding.file is not None
        assert finding.file.startswith("/usr/include/")
        assert ("tmpl.cpp", 5, 41) in [(r.file, r.line, r.column) for r in finding.related]
    # The context of a note of the previous error does not belong to this one.
    assert all(r.line != 67 for finding in read(sample("gxx")) for r in finding.related)


def test_rustc_notes_with_a_place_are_related() -> None:
    *_, arguments = read(sample("cargo-check"))
    assert [(r.file, r.line, r.column, r.message) for r in arguments.related] == [
        ("src/util.rs", 1, 8, "function defined here")
    ]
    assert arguments.detail[2] == "  |     ^^^^^^^^ - unexpected argument of type `{integer}`"
    assert arguments.detail[4:6] == ("note: function defined here", " --> src/util.rs:1:8")


def test_a_cargo_failure_without_a_place_is_only_found_for_cargo() -> None:
    assert read(sample("cargo-manifest")) == []  # "error: ..." alone is not enough
    [finding] = read(sample("cargo-manifest"), program="cargo")
    assert finding.message.startswith("failed to get `foo` as a dependency")
    assert finding.file is None
    assert finding.detail[-1] == "  No such file or directory (os error 2)"


def test_the_further_lines_of_a_go_error_are_its_detail() -> None:
    *_, returns = read(sample("go-build"))
    assert returns.detail == ("\thave (number)", "\twant ()")
    redeclared = read(sample("go-dup"))[0]
    assert [(r.file, r.line, r.column, r.message) for r in redeclared.related] == [
        ("./a.go", 3, 6, "other declaration of f")
    ]


def test_both_definitions_of_a_symbol_are_named() -> None:
    twice = read(sample("ld-debug"))[0]
    assert [(r.file, r.line, r.message) for r in twice.related] == [("/home/dev/project/a.c", 2, "first defined here")]


def test_make_reports_the_directory_of_the_compiler() -> None:
    [finding] = read(sample("make-recursive"))
    assert finding.directories == ("/home/dev/project/sub",)


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("py-chained", ("/home/dev/project/tb.py", 3, None)),
        ("py-context", ("/home/dev/project/tb2.py", 3, None)),
        ("node-stack", ("/home/dev/project/js/src/boom.mjs", 1, 26)),
        ("java-exception", ("Boom.java", 3, None)),
    ],
)
def test_the_cause_of_an_exception_is_related(name: str, cause: tuple[str, int, int | None]) -> None:
    [finding] = read(sample(name))
    assert [(r.file, r.line, r.column) for r in finding.related] == [cause]


def test_wrapped_messages_are_joined() -> None:
    lines = {finding.message for finding in read(sample("mypy-pretty"))}
    assert lines == {finding.message for finding in read(sample("mypy-notes"))}
    override = next(finding for finding in read(sample("mypy-pretty")) if finding.code == "override")
    assert override.detail == (
        '        def m(self) -> str: return ""',
        "        ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~",
    )
