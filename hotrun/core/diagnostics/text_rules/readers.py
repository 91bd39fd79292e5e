"""State between lines: the tail of a finding, an incomplete block, a header, the line above a trace.

A reader gets each line of its stream, and returns what it did with it. It never decides about other readers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, Protocol

from hotrun.core.diagnostics.model.draft import Draft, place
from hotrun.core.diagnostics.text_rules.rules import BlockRule, LineRule, LocatedRule, StickyRule, TraceRule, compiled
from hotrun.core.model.finding import Place

# taken: used, no other reader gets it. done: used, and the reader is complete
# passed: not used, the reader stays open. closed: not used, and the reader is over
Outcome = Literal["taken", "passed", "closed", "done"]

_CARETS = re.compile(r"\s*[\^~][\^~ ]*$")
_MAX_WAITING = 1000
_LINES_AFTER_LEAD = 6


class RuleReader(Protocol):
    """An open reader. After "closed" or "done", `close` is called once to emit the result."""

    def feed(self, line: str) -> Outcome: ...

    def close(self) -> Draft | None: ...


class Tail:
    """Reads the lines after a finding: its detail, the source line with carets, notes. Takes none for a fallback."""

    def __init__(self, draft: Draft, rule: LocatedRule, context: list[Place]) -> None:
        self.draft = draft
        self._rule = rule
        self._context = context  # cleared by a note, because the context of a note is not that of the next finding
        self._source: list[str] = []
        self._in_note = False
        self._note: str | None = None

    def feed(self, line: str) -> Outcome:
        rule = self._rule
        if self._take(line):
            return "passed" if rule.fallback else "taken"
        if isinstance(rule, LineRule) and any(compiled(pattern).match(line) for pattern in rule.context):
            return "passed"  # gcc prints "In file included from" before a note, and before the next error
        if len(self._source) < rule.caret:
            self._source.append(line)
            return "passed"
        return "closed"

    def close(self) -> Draft:
        return self.draft

    def _take(self, line: str) -> bool:
        rule = self._rule
        if rule.note and self._take_note(line):
            return True
        if rule.caret and _CARETS.match(line):
            self._take_carets(line)
            return True
        self._note = None
        found = rule.compiled(rule.continuation).match(line) if rule.continuation else None
        if found is None:
            return False
        if not self._in_note:
            self.draft.add_detail(line)
            self.draft.complete(found)
        return True

    def _take_note(self, line: str) -> bool:
        rule = self._rule
        if self._note is not None and rule.note_at and (found := compiled(rule.note_at).match(line)):
            self.draft.add_related(place(found, self._note))
            self.draft.add_detail(line)
            self._note = None
            return True
        found = compiled(rule.note).match(line)
        if not found:
            return False
        if rule.note_at:
            self._note = found["message"]
            self.draft.add_detail(line)
        else:
            self.draft.add_related(place(found))
            self._in_note = True
            self._context.clear()
        self._source.clear()
        return True

    def _take_carets(self, line: str) -> None:
        if not self._in_note:
            if self._rule.wrapped:
                self._unwrap()
            for text in (*self._source, line):
                self.draft.add_detail(text)
            if self._rule.caret_column and "^" in line:
                self.draft.groups.setdefault("column", str(line.index("^") + 1))
        self._source.clear()

    def _unwrap(self) -> None:
        """Restore the other lines of a wrapped message: those above the source line."""
        groups = self.draft.groups
        message = " ".join([groups.get("message", ""), *(text.strip() for text in self._source[:-1])])
        del self._source[:-1]
        if found := compiled(self._rule.wrapped).match(message):
            self.draft.absorb(found)


class BlockReader:
    """Waits for the lines that complete a block."""

    def __init__(self, rule: BlockRule, draft: Draft) -> None:
        self.rule = rule
        self.draft = draft
        self._lines_left = rule.max_lines
        self._stage = 0

    def feed(self, line: str) -> Outcome:
        self._lines_left -= 1
        found = self.rule.compiled(self.rule.match_next[self._stage]).match(line)
        if found:
            self.draft.absorb(found)
            self._stage += 1
            if self._stage == len(self.rule.match_next):
                return "done"
        if self._lines_left <= 0:
            return "closed"
        self.draft.add_detail(line)
        return "passed"  # the block may stay incomplete, so other rules get the line, too

    def close(self) -> Draft | None:
        return self.draft if self._stage == len(self.rule.match_next) else None


class Sticky:
    """Reads the items under a header."""

    def __init__(
        self, rule: StickyRule, header: re.Match[str], new: Callable[[], Draft], emit: Callable[[Draft], None]
    ) -> None:
        self.rule = rule
        self._new = new
        self._emit = emit
        self._item: Draft | None = None
        self._waiting: dict[str, list[Draft]] = {}
        self._enter(header)

    def feed(self, line: str) -> Outcome:
        rule = self.rule
        if found := compiled(rule.item).match(line):
            self._flush()
            self._item = self._new()
            self._item.absorb(self._header)
            self._item.absorb(found)
            return "taken"
        if header := compiled(rule.header).match(line):
            self._flush()
            self._enter(header)
            return "taken"
        if self._item and rule.continuation and compiled(rule.continuation).match(line):
            self._item.add_detail(line)
            return "taken"
        self._flush()
        return "closed" if compiled(rule.until).match(line) else "passed"

    def close(self) -> None:
        self._flush()  # items that still wait were never reported as failures

    def _enter(self, header: re.Match[str]) -> None:
        self._header = header
        if not self.rule.verdict:
            return
        verdict, code = header["verdict"], header["code"]
        if verdict is not None:
            waiting = self._waiting.pop(code, ())
            for draft in waiting if verdict == self.rule.verdict else ():
                self._emit(draft)

    def _flush(self) -> None:
        """Finish the last item: emit it, or keep it until its verdict is known."""
        draft, self._item = self._item, None
        if draft is None:
            return
        verdict = self._header["verdict"] if self.rule.verdict else ""
        if verdict is None:
            waiting = self._waiting.setdefault(draft.groups["code"], [])
            if len(waiting) < _MAX_WAITING:
                waiting.append(draft)
        elif verdict == self.rule.verdict:
            self._emit(draft)


class Lead:
    """Remembers the place above a trace for a few lines. Carets below its source line give the column."""

    def __init__(self, rule: TraceRule, found: re.Match[str]) -> None:
        self.rule = rule
        self.groups = {name: text for name, text in found.groupdict().items() if text is not None}
        self._lines_left = _LINES_AFTER_LEAD

    def feed(self, line: str) -> Outcome:
        self._lines_left -= 1
        if _CARETS.match(line):
            self.groups.setdefault("column", str(line.index(line.lstrip()[0]) + 1))
        return "passed" if self._lines_left > 0 else "closed"

    def close(self) -> None:
        return None
