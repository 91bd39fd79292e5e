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


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "1 error", "2 errors". `plural`: if an "s" at the end is not enough."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def listed(names: Sequence[str], limit: int = 3) -> str:
    """Names with commas. Beyond `limit`, the rest is counted."""
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


def exit_code_hint(code: int | None) -> str | None:
    """What a shell means by this exit code, if it has a meaning."""
    return {126: "command not executable", 127: "command not found"}.get(code or 0)


def quote(text: str) -> str:
    """`text` in quotes, with escapes for characters that a terminal would not show."""
    return '"' + "".join(map(_escaped, text)) + '"'


def closest(word: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `word` is probably meant to be, whatever its case, or None."""
    import difflib  # 3 ms, only for mistakes

    by_lower = {name.lower(): name for name in known}
    matches = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[matches[0]] if matches else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint with the closest known word, if there is one."""
    meant = closest(word, known)
    return f'did you mean "{meant}"?' if meant else None


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    return {"\n": "\\n", "\t": "\\t"}.get(char, f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}")
