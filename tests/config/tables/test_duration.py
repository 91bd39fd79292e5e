"""Durations such as "1.5s", to and from milliseconds."""

from __future__ import annotations

import pytest

from hotrun.config.tables.duration import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("0s", 0),
        ("300ms", 300),
        ("5s", 5_000),
        ("1.5s", 1_500),
        ("2m", 120_000),
        ("0.5m", 30_000),
        ("1h", 3_600_000),
        ("0.0004s", 0),
        ("0.0006s", 1),
        ("999999999h", 3_599_999_996_400_000),
    ],
)
def test_a_number_with_a_unit_is_read_as_milliseconds(text: str, ms: int) -> None:
    assert parse_duration(text) == ms


@pytest.mark.parametrize(
    "text", ["", "5", "s", "-5s", "+5s", "5 s", " 5s", "5s ", "5s\n", "5S", "5sec", "1h30m", ".5s", "5.s", "1e3s", "٣s"]
)
def test_any_other_text_is_not_a_duration(text: str) -> None:
    assert parse_duration(text) is None


def test_a_number_with_too_many_digits_is_not_a_duration() -> None:
    assert parse_duration("9" * 10 + "h") is None


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "0s"), (500, "500ms"), (5_000, "5s"), (1_500, "1500ms"), (90_000, "90s"), (7_200_000, "2h")]
)
def test_milliseconds_are_written_with_the_largest_unit_that_is_exact(ms: int, text: str) -> None:
    assert format_duration(ms) == text
    assert parse_duration(text) == ms
