"""A failed step without findings still has an error."""

from __future__ import annotations

from hotrun.core.diagnostics.model.failure import failure


def test_it_is_an_error_without_a_place_and_with_the_given_message() -> None:
    finding = failure("app", "step app failed (exit 2)", ["one", "two"])
    assert (finding.severity, finding.message, finding.tool) == ("error", "step app failed (exit 2)", "app")
    assert (finding.file, finding.line) == (None, None)
    assert finding.detail == ("one", "two")


def test_the_detail_is_the_last_twenty_plain_lines_without_blank_ends() -> None:
    tail = [f"\x1b[31mline {number}\x1b[0m" for number in range(100)]
    assert failure("app", "failed", [*tail, "", " "]).detail == tuple(f"line {number}" for number in range(80, 100))
    assert failure("app", "failed", ["", "", "only", ""]).detail == ("only",)


def test_no_output_is_no_detail() -> None:
    assert failure("app", "failed", []).detail == ()
    assert failure("app", "failed", ["", ""]).detail == ()
