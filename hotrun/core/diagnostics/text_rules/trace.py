"""Read a stack trace, or a chain of them, and pick the frame in the project's code."""

from __future__ import annotations

import re
from collections import deque
from typing import Final

from hotrun.core.diagnostics.model.draft import Draft, file_name, number
from hotrun.core.diagnostics.text_rules.readers import Outcome
from hotrun.core.diagnostics.text_rules.rules import TraceRule, compiled
from hotrun.core.model.finding import MAX_DETAIL, Place

# Frames without a file.
_PSEUDO = re.compile(r"<|node:|internal/")
_PREFIX: Final = " |+"


class TracePart:
    """One trace of a chain."""

    def __init__(self, message: str | None = None) -> None:
        self.message = message
        self.rank = 0
        self.frames = 0
        self.in_project: re.Match[str] | None = None
        self.other: re.Match[str] | None = None  # the frame to report if none is in the project


class Trace:
    """An open trace. `begin`: its first line. `lead`: the groups of a place that was printed above it."""

    def __init__(self, rule: TraceRule, begin: re.Match[str], draft: Draft, lead: dict[str, str] | None = None) -> None:
        self.rule = rule
        self._draft = draft
        self._lead = lead
        groups = begin.groupdict()
        self._cut = len(groups.get("prefix") or "")
        self._code = groups.get("code")
        self._title = self._code or begin.string.strip()
        self._parts = [TracePart(groups.get("message"))]
        self._ended = self._muted = False
        self._slack = rule.slack
        # The end of a trace matters if its last frame does, otherwise its beginning.
        self._tail: deque[str] = deque(maxlen=MAX_DETAIL)
        self._keep(begin.string)
        self._add_mentioned(begin)

    @property
    def is_frameless(self) -> bool:
        """Whether it has no frame yet."""
        return not self._parts[0].frames

    def feed(self, line: str) -> Outcome:
        rule = self.rule
        if self._cut:
            if line[: self._cut].strip(_PREFIX):
                return "closed"
            line = line[self._cut :]
        if rule.stop and compiled(rule.stop).match(line):
            return "closed"
        if self._muted:
            return "taken"
        if rule.mute and compiled(rule.mute).match(line):
            self._muted = True
            return "taken"
        if self._take_chain(line):
            return "taken"
        if self._ended:
            return "closed" if line or not rule.chain else "taken"
        if self._take_line(line):
            self._keep(line)
            return "taken"
        return self._feed_other(line)

    def close(self) -> Draft | None:
        """The finding, or None if this was not a trace."""
        parts = [part for part in self._parts if part.frames or (part.message and self._ended)]
        if not parts:
            return None
        reported = parts.pop(-1 if self.rule.report == "last" else 0)
        groups = self._draft.groups
        groups.update(self._where(reported))
        if self._code:
            groups["code"] = self._code
        groups["message"] = reported.message or self._title
        for part in parts:
            self._relate(part)
        self._draft.detail = list(self._tail)
        return self._draft

    def _take_chain(self, line: str) -> bool:
        rule, part = self.rule, self._parts[-1]
        if rule.chain and (found := compiled(rule.chain).match(line)):
            self._parts.append(TracePart(found.groupdict().get("message")))
            self._add_mentioned(found)
        elif not (len(self._parts) > 1 and not part.frames and not self._ended and self._opens(line)):
            return False
        self._ended = False
        self._keep(line)
        return True

    def _opens(self, line: str) -> bool:
        """Whether the line is between the link of a chain and the frames of the next trace."""
        return not line or compiled(self.rule.begin).match(line) is not None

    def _take_line(self, line: str) -> bool:
        rule, part = self.rule, self._parts[-1]
        for pattern in rule.frame:
            if found := compiled(pattern).match(line):
                self._add_frame(part, found, line)
                return True
        for rank, pattern in enumerate(rule.messages, start=1):
            if found := compiled(pattern).match(line):
                if not part.rank or rank < part.rank:
                    part.rank, part.message = rank, found["message"]
                return True
        if rule.end and (found := compiled(rule.end).match(line)):
            part.message = found["message"]
            self._ended = True
            return True
        return bool(rule.other and compiled(rule.other).match(line))

    def _feed_other(self, line: str) -> Outcome:
        if self.rule.loose:
            return "passed"
        if not self.is_frameless or self._slack <= 0:
            return "closed"
        self._slack -= 1
        self._keep(line)
        return "passed"

    def _add_mentioned(self, found: re.Match[str]) -> None:
        """Add the place of the first line as a frame, if it has one."""
        if "file" in found.re.groupindex and found["file"] is not None:
            self._add_frame(self._parts[-1], found, found.string)

    def _add_frame(self, part: TracePart, found: re.Match[str], line: str) -> None:
        part.frames += 1
        file = found["file"]
        if file is None or _PSEUDO.match(file):
            return
        is_in_project = not (self.rule.foreign and compiled(self.rule.foreign).search(line))
        if is_in_project and (part.in_project is None or self.rule.pick == "last"):
            part.in_project = found
        if part.other is None or self.rule.pick == "last":
            part.other = found

    def _where(self, part: TracePart) -> dict[str, str]:
        """The groups of the place: a frame in the project, the line above, a place in the message, or any frame."""
        if part.in_project:
            found = part.in_project
        elif self._lead:
            return self._lead
        elif self.rule.mention and part.message and (mentioned := compiled(self.rule.mention).search(part.message)):
            found = mentioned
        elif part.other:
            found = part.other
        else:
            return {}
        return {name: text for name, text in found.groupdict().items() if text is not None and name != "message"}

    def _relate(self, part: TracePart) -> None:
        groups = self._where(part)
        if "file" in groups:
            line, column = number(groups.get("line")), number(groups.get("column"))
            self._draft.add_related(Place(file_name(groups["file"]), line, column, (part.message or "").strip()))

    def _keep(self, line: str) -> None:
        if self.rule.pick == "last" or len(self._tail) < MAX_DETAIL:
            self._tail.append(line)
