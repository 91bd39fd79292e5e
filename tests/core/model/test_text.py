"""Values as people read them."""

from __future__ import annotations

import pytest

from hotrun.core.model.text import closest, count, did_you_mean, duration, exit_code_hint, listed


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "0ms"), (85, "85ms"), (1000, "1s"), (1400, "1.4s"), (59_999, "60s"), (125_000, "2m 05s")]
)
def test_a_duration_has_the_unit_that_fits(ms: int, text: str) -> None:
    assert duration(ms) == text


def test_a_plural_is_a_plural() -> None:
    assert [count(number, "error") for number in (0, 1, 2)] == ["0 errors", "1 error", "2 errors"]
    assert [count(number, "process", "processes") for number in (1, 2)] == ["1 process", "2 processes"]


def test_names_beyond_the_limit_are_counted() -> None:
    assert listed(["a", "b", "c"]) == "a, b, c"
    assert listed(["a", "b", "c", "d"]) == "a, b, c and 1 more"


def test_the_closest_name_is_suggested_whatever_its_case() -> None:
    assert closest("WBE", ["web", "worker"]) == "web"
    assert closest("nothing", ["web"]) is None
    assert did_you_mean("wbe", ["web"]) == 'did you mean "web"?'
    assert did_you_mean("nothing", ["web"]) is None


def test_only_the_exit_codes_of_a_shell_have_a_hint() -> None:
    assert exit_code_hint(127) == "command not found"
    assert exit_code_hint(1) is None
    assert exit_code_hint(None) is None
