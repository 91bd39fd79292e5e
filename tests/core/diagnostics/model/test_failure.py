"""A failed step that named no problem still says what can be said."""

from __future__ import annotations

from hotrun.core.diagnostics.model.failure import failure


def test_it_is_an_error_without_a_place_in_the_words_of_the_caller() -> None:
    finding = failure("app", "step app failed (exit 2)", ["one", "two"])
    assert (finding.severity, finding.message, finding.tool) == ("error", "step app failed (exit 2)", "app")
    assert (finding.file, finding.line) == (None, None)
    assert finding.detail == ("one", "two")


def test_the_detail_is_the_last_twenty_lines_plain_and_without_blank_ends() -> None:
    tail = [f"\x1b[31mline {number}\x1b[0m" for number in range(100)]
    assert failure("app", "failed", [*tail, "", " "]).detail == tuple(f"line {number}" for number in range(80, 100))
    assert failure("app", "failed", ["", "", "only", ""]).detail == ("only",)


def test_no_output_is_no_detail() -> None:
    assert failure("app", "failed", []).detail == ()
    assert failure("app", "failed", ["", ""]).detail == ()
