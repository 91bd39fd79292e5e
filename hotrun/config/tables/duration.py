"""Durations as people write them ("300ms", "1.5s", "2m", "1h"), to and from whole milliseconds."""

from __future__ import annotations

import re

# Nine digits of hours are 114,000 years: enough, and the milliseconds still fit into 64 bits.
DURATION_PATTERN = r"^[0-9]{1,9}(\.[0-9]{1,9})?(ms|s|m|h)$"

_UNIT_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
_WRITTEN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h)", re.ASCII)


def parse_duration(text: str) -> int | None:
    """Return the milliseconds that `text` stands for, rounded to whole ones, or None where it is no duration."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    number, unit = match.groups()
    return round(float(number) * _UNIT_MS[unit])


def format_duration(ms: int) -> str:
    """Return the shortest exact way to write `ms` (not negative) as a duration."""
    if ms == 0:
        return "0s"
    unit = next(unit for unit in ("h", "m", "s", "ms") if ms % _UNIT_MS[unit] == 0)
    return f"{ms // _UNIT_MS[unit]}{unit}"
