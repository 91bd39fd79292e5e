"""Values as a person reads them: durations, counts, lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def duration(ms: int) -> str:
    """Milliseconds as "85ms", "1.4s", "2m 05s"."""
    if ms < 1000:
        return f"{ms}ms"
    if ms < 60_000:
        return f"{ms / 1000:.3g}s" if ms % 1000 else f"{ms // 1000}s"
    return f"{ms // 60_000}m {ms % 60_000 // 1000:02}s"


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 error", "2 errors"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Sequence[str], limit: int = 3) -> str:
    """Names with commas. Beyond `limit`, the rest is counted."""
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


def exit_code_hint(code: int | None) -> str | None:
    """What a shell means by this exit code, if it has a meaning."""
    return {126: "command not executable", 127: "command not found"}.get(code or 0)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint with the nearest known word, if one is near."""
    import difflib  # 3 ms, for mistakes only

    near = difflib.get_close_matches(word, list(known), n=1)
    return f'did you mean "{near[0]}"?' if near else None
