"""Read lines with Vim's 'errorformat', including multi-line findings and directories."""

from __future__ import annotations

from collections.abc import Callable

from hotrun.core.diagnostics.model.draft import Draft
from hotrun.core.diagnostics.text_rules.errorformat import ErrorformatPattern, formats
from hotrun.core.diagnostics.text_rules.rules import ErrorformatRule
from hotrun.core.model.events import Severity

_MAX_DIRECTORIES = 32
_SEVERITIES: dict[str, Severity] = {"e": "error", "w": "warning", "i": "info", "n": "note"}
_BEGINNINGS = ("A", "E", "W", "I", "N")


class ErrorformatReader:
    """The state of one rule in one stream. Finished findings go to `emit`.

    As in Vim, the first format that matches a line decides: A, E, W, I, N begin a finding, C continues it, Z ends it,
    D and X enter and leave a directory.
    """

    def __init__(self, rule: ErrorformatRule, new: Callable[[], Draft], emit: Callable[[Draft], None]) -> None:
        """`new`: makes an empty finding with the tool's directories."""
        self._rule = rule
        self._formats = [format for format in formats(rule.errorformat) if not self._hides_all(format)]
        self._new = new
        self._emit = emit
        self._open: Draft | None = None
        self._is_hidden = False  # the open finding is hidden
        self._from = 0
        self._directories: tuple[str, ...] = ()

    def feed(self, line: str) -> bool:
        """Read a line. Returns whether no other rule needs it."""
        start, self._from = self._from, 0
        for at in range(start, len(self._formats)):
            format = self._formats[at]
            if format.kind in ("C", "Z") and self._open is None and not self._is_hidden:
                continue
            found = self._rule.compiled(format.pattern).match(line)
            if found is None:
                continue
            if format.repeats:
                self._from = at
            self._take(format, line, {name: text for name, text in found.groupdict().items() if text is not None})
            return True
        self.close()
        return self.feed(line) if start else False

    def close(self) -> None:
        """Emit the open finding."""
        draft, self._open = self._open, None
        self._is_hidden = False
        if draft is not None:
            self._emit(draft)

    def _hides_all(self, format: ErrorformatPattern) -> bool:
        """Whether it hides every line. In Vim it ends a list, here it would hide lines from other rules."""
        hides = format.hidden and format.kind == "G"
        return hides and self._rule.compiled(format.pattern).match("") is not None

    def _take(self, format: ErrorformatPattern, line: str, groups: dict[str, str]) -> None:
        if format.kind in ("C", "Z"):
            if self._open is not None:
                _go_on(self._open, line, groups, is_shown=not format.hidden)
            if format.kind == "Z":
                self.close()
        elif format.kind in ("D", "X"):
            self._walk(format.kind, groups.get("file"))
        else:
            self.close()
            self._begin(format, line, groups)

    def _begin(self, format: ErrorformatPattern, line: str, groups: dict[str, str]) -> None:
        is_long = format.kind in _BEGINNINGS
        if format.hidden:
            self._is_hidden = is_long
            return
        if format.kind == "G" and not format.whole and "message" not in groups:
            return
        draft = self._new()
        draft.directories = (*draft.directories, *self._directories)
        # As in Vim, a letter in the line wins over the kind of the format.
        word = groups.pop("severity", "") or (format.kind if format.kind in "EWIN" else "")
        draft.severity = _SEVERITIES.get(word.lower()) if word else None
        if format.whole:
            groups["message"] = line
        _absorb(draft, groups)
        if is_long:
            self._open = draft
        else:
            self._emit(draft)

    def _walk(self, kind: str, directory: str | None) -> None:
        if kind == "D" and directory is not None:
            self._directories = (*self._directories, directory)[-_MAX_DIRECTORIES:]
        else:
            self._directories = self._directories[:-1]


def _absorb(draft: Draft, groups: dict[str, str]) -> None:
    """Add missing groups."""
    if "pointer" in groups:
        groups.setdefault("column", str(len(groups["pointer"]) + 1))
    for name, text in groups.items():
        if name not in ("pointer", "text", "module"):
            draft.groups.setdefault(name, text)
    if "module" in groups:
        draft.groups.setdefault("file", groups["module"])


def _go_on(draft: Draft, line: str, groups: dict[str, str], is_shown: bool) -> None:
    severity = groups.pop("severity", "")
    if severity and draft.severity is None:
        draft.severity = _SEVERITIES.get(severity.lower())
    if is_shown and "message" in draft.groups:
        draft.add_detail(groups.get("message", line))
    _absorb(draft, groups)
