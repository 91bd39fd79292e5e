"""Convert durations such as "300ms", "1.5s", "2m" and "1h" to whole milliseconds and back."""

from __future__ import annotations

import re

# Nine digits of hours are 114,000 years, and the milliseconds still fit into 64 bits.
DURATION_PATTERN = r"^[0-9]{1,9}(\.[0-9]{1,9})?(ms|s|m|h)$"

_UNIT_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h)", re.ASCII)


def parse_duration(text: str) -> int | None:
    """Return `text` in milliseconds, rounded to a whole number, or None if it is not a duration."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    number, unit = match.groups()
    return round(float(number) * _UNIT_MS[unit])


def format_duration(ms: int) -> str:
    """Return the shortest duration that is exactly `ms` milliseconds. `ms` must not be negative."""
    if ms == 0:
        return "0s"
    unit = next(unit for unit in ("h", "m", "s", "ms") if ms % _UNIT_MS[unit] == 0)
    return f"{ms // _UNIT_MS[unit]}{unit}"
