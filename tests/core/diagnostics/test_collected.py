"""The findings of a run: each problem once, up to a limit."""

from __future__ import annotations

from hotrun.core.diagnostics.collected import MAX_FINDINGS, Collected
from hotrun.core.model.events import Severity
from hotrun.core.model.finding import Finding


def finding(line: int, severity: Severity = "error", file: str = "a.c") -> Finding:
    return Finding(severity=severity, message="oops", tool="gnu", file=file, line=line)


def test_a_repetition_is_counted_and_not_new() -> None:
    collected = Collected()
    assert collected.add(finding(1))
    assert not collected.add(finding(1))
    assert collected.add(finding(2))
    assert (collected.count(finding(1)), collected.count(finding(2)), collected.count(finding(3))) == (2, 1, 0)
    assert list(collected.findings) == [finding(1), finding(2)]


def test_the_same_place_under_another_spelling_is_the_same_problem() -> None:
    collected = Collected()
    assert collected.add(finding(1, file="./a.c"))
    assert not collected.add(finding(1, file="a.c"))
    assert collected.add(finding(1, file="sub/a.c"))


def test_a_warning_is_not_the_error_in_the_same_place() -> None:
    collected = Collected()
    assert collected.add(finding(1, "warning"))
    assert collected.add(finding(1, "error"))
    assert collected.errors == 1


def test_warnings_are_limited_and_leave_room_for_an_error() -> None:
    collected = Collected()
    for line in range(1, MAX_FINDINGS + 11):
        collected.add(finding(line, "warning"))
    assert (len(collected.findings), collected.dropped) == (MAX_FINDINGS, 10)
    assert collected.add(finding(1, "error"))
    assert not collected.add(finding(MAX_FINDINGS + 5, "warning"))
    assert collected.count(finding(1, "warning")) == 1
