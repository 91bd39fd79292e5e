"""Reads a run's output line by line and says each problem in it once. Never looks at the disk or the clock."""

from __future__ import annotations

from collections.abc import Sequence

from hotrun.core.diagnostics.collected import Collected
from hotrun.core.diagnostics.draft import Draft
from hotrun.core.diagnostics.finding import Finding
from hotrun.core.diagnostics.rules import DirectoryRule, RuleTable, compiled, known_parsers
from hotrun.core.diagnostics.scanner import Gate, Scanner
from hotrun.core.diagnostics.text import plain

__all__ = ["Parser", "known_parsers"]

_MOST_DIRECTORIES = 32


class Parser:
    """The diagnostics of one run. Streams are read apart, so that their interleaving does not matter.

    A finding comes out when its last line is known, which is a line or more after its first: `finish` when the run is
    over. `collected` knows how often each was said; `directories` is where the tool says it works.
    """

    def __init__(self, rules: RuleTable, names: tuple[str, ...] = ("auto",), program: str = "") -> None:
        """`names` choose the rules, as in RuleTable.select; `program` is the command's (see programs.program_of)."""
        chosen = rules.select(names, program)
        self.collected = Collected()
        self.directories: list[str] = []
        self._directory_rules = rules.directories if chosen else ()
        self._gate = Gate(chosen, [rule.clue for rule in self._directory_rules])
        self._is_idle = not chosen
        self._scanners: dict[str, Scanner] = {}
        self._found: list[Finding] = []
        self._fallback: Finding | None = None
        self._summaries: list[Finding] = []

    def feed(self, stream: str, line: str) -> list[Finding]:
        """Read one line of `stream`, without its line end; returns what is now known, mostly nothing."""
        if self._is_idle:
            return []
        text = plain(line)
        scanner = self._scanners.get(stream) or self._new_scanner(stream)
        if not scanner.open and not self._gate.passes(text):
            scanner.previous = text
            return []
        self._follow_directory(text)
        scanner.feed(text)
        return self._taken()

    def finish(self) -> list[Finding]:
        """The run is over: what was still open, and the findings that count only for want of better ones."""
        for scanner in self._scanners.values():
            scanner.finish()
        said = [text for finding in self.collected.findings for text in (finding.code, finding.message) if text]
        for summary in self._summaries:
            if not _is_said(summary, said):
                self._add(summary)
        self._summaries.clear()
        if self._fallback and not self.collected.errors:
            self._add(self._fallback)
        return self._taken()

    def _new_scanner(self, stream: str) -> Scanner:
        scanner = self._scanners[stream] = Scanner(self._gate, self.directories, self._accept)
        return scanner

    def _follow_directory(self, line: str) -> None:
        for rule in self._directory_rules:
            if rule.clue in line:
                self._enter_or_leave(rule, line)

    def _enter_or_leave(self, rule: DirectoryRule, line: str) -> None:
        if found := compiled(rule.enter).match(line):
            self.directories.append(found["directory"])
            del self.directories[:-_MOST_DIRECTORIES]
        elif rule.leave and self.directories and compiled(rule.leave).match(line):
            self.directories.pop()

    def _accept(self, draft: Draft) -> None:
        finding = draft.finding()
        if draft.rule.fallback:
            self._fallback = self._fallback or finding  # later ones are its echo: make fails once at each level
        elif draft.rule.summary:
            self._summaries.append(finding)
        else:
            self._add(finding)

    def _add(self, finding: Finding) -> None:
        if self.collected.add(finding):
            self._found.append(finding)

    def _taken(self) -> list[Finding]:
        if not self._found:
            return []
        found, self._found = self._found, []
        return found


def _is_said(summary: Finding, said: Sequence[str]) -> bool:
    """Whether another finding has the code of `summary` (a test's name) or says its message, which may be cut short."""
    code = _test_name(summary.code or summary.file or "")
    message = summary.message.removesuffix("...").rstrip()
    return any(_test_name(text) == code or text.startswith(message) for text in said)


def _test_name(text: str) -> str:
    """A test's name as pytest's headings print it: Class.test, where its summary has Class::test."""
    return text.replace("::", ".")
