"""Parse a run's output line by line, and report each problem once. It uses neither the disk nor the clock."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

import msgspec

from hotrun.core.diagnostics.collected import MAX_FINDINGS, MAX_PRINTED, Collected, printed_key
from hotrun.core.diagnostics.json_formats.formats import Recognizer, select_formats
from hotrun.core.diagnostics.json_formats.report import Report
from hotrun.core.diagnostics.model.draft import Draft
from hotrun.core.diagnostics.model.text_lines import MAX_CHARACTERS, plain
from hotrun.core.diagnostics.stream import Pieces, Stream
from hotrun.core.diagnostics.text_rules.directories import Directories
from hotrun.core.diagnostics.text_rules.prefilter import Prefilter
from hotrun.core.diagnostics.text_rules.rules import RuleTable, known_parsers
from hotrun.core.diagnostics.text_rules.scanner import Scanner
from hotrun.core.model.finding import MAX_DETAIL, Finding

__all__ = ["Parser", "known_parsers"]


class Parser:
    """The parser of one run. It reads streams separately, so that their interleaving does not matter.

    A finding is returned once its last line is known, at least a line after its first. At the end of the run, `finish`
    returns the rest, and again those that were reported several times, with their counts.
    """

    def __init__(self, rules: RuleTable, names: tuple[str, ...] = ("auto",), program: str = "") -> None:
        """`names`: select the rules, see RuleTable.select. `program`: that of the command, see programs.program_of."""
        selected = rules.select(names, program)
        formats = select_formats(names)
        self.collected = Collected(printed_key, MAX_PRINTED)
        self._is_idle = not selected and not formats
        self._rules = rules
        self._prefilter = Prefilter(selected, [literal for rule in rules.directories for literal in rule.literals])
        self._recognizer = Recognizer(formats) if formats else None
        self._directories = Directories(rules.directories)
        self._streams: dict[str, Stream] = {}
        self._printed: Pieces | None = None
        self._found: list[Finding] = []
        self._fallback: Finding | None = None
        self._summaries: list[Finding] = []

    def feed(self, stream: str, line: str) -> list[Finding]:
        """Read one line of `stream` without its line end. Returns the findings that are complete now, mostly none."""
        if self._is_idle:
            return []
        (self._streams.get(stream) or self._new_stream(stream)).feed(line)
        return self._taken() if self._found else []

    def finish(self) -> list[Finding]:
        """The run is over: returns the open findings, and fallbacks if there are no others."""
        for stream in self._streams.values():
            stream.finish()
        if self._printed is not None:
            self._printed.finish()
        for summary in _unreported(self._summaries, self.collected.findings):
            self._add(summary)
        self._summaries.clear()
        if self._fallback and not self.collected.errors:
            self._add(self._fallback)
            self._fallback = None
        return self._with_counts(self._taken())

    def _with_counts(self, found: list[Finding]) -> list[Finding]:
        """The findings that were reported again, then `found`, all with their counts."""
        now = {id(finding) for finding in found}
        repeated = [finding for finding in self.collected.drain_repeated() if id(finding) not in now]
        return [self.collected.counted(finding) for finding in (*repeated, *found)]

    def _new_stream(self, name: str) -> Stream:
        scanner = Scanner(self._prefilter, self._directories, self._accept)
        stream = self._streams[name] = Stream(scanner, self._recognizer, self._report)
        return stream

    def _report(self, reports: list[Report]) -> None:
        """Add the findings of a document. Text in it goes to the text rules."""
        for report in reports:
            if isinstance(report, Finding):
                self._add(_in_plain_lines(report))
            else:
                self._pieces().feed(report)

    def _pieces(self) -> Pieces:
        if self._printed is None:
            # Only go's JSON contains text.
            gate = Prefilter(self._rules.select(("auto",), "go"))
            self._printed = Pieces(lambda near: Scanner(gate, Directories(()), self._accept, near))
        return self._printed

    def _accept(self, draft: Draft) -> None:
        finding = draft.finding()
        if draft.rule.fallback:
            self._fallback = self._fallback or finding  # later ones repeat it: make fails once at each level
        elif draft.rule.summary:
            if len(self._summaries) < MAX_FINDINGS:
                self._summaries.append(finding)
        else:
            self._add(finding)

    def _add(self, finding: Finding) -> None:
        if self.collected.add(finding):
            self._found.append(finding)

    def _taken(self) -> list[Finding]:
        found, self._found = self._found, []
        return found


def _in_plain_lines(finding: Finding) -> Finding:
    """The finding of a document with plain texts: in one line, without terminal sequences."""
    if finding.message.isprintable() and len(finding.message) <= MAX_CHARACTERS:
        return finding
    first, *rest = finding.message.strip().split("\n")
    detail = (*map(plain, rest), *finding.detail)[:MAX_DETAIL]
    return msgspec.structs.replace(finding, message=plain(first) or finding.tool, detail=detail)


def _unreported(summaries: Sequence[Finding], findings: Sequence[Finding]) -> list[Finding]:
    """The summaries whose test has no finding, and whose message, maybe cut short, begins no finding's message."""
    codes = {_test_name(finding.code) for finding in findings if finding.code}
    # Also without the name of the exception, which pytest omits in the summary of a plain assertion.
    messages = sorted({text for finding in findings for text in (finding.message, finding.message.partition(": ")[2])})

    def is_said(summary: Finding) -> bool:
        if _test_name(summary.code or summary.file or "") in codes:
            return True
        begin = summary.message.removesuffix("...")
        at = bisect.bisect_left(messages, begin)
        return at < len(messages) and messages[at].startswith(begin)

    return [summary for summary in summaries if not is_said(summary)]


def _test_name(text: str) -> str:
    """The name of a test in pytest's headings: Class.test instead of Class::test."""
    return text.replace("::", ".")
