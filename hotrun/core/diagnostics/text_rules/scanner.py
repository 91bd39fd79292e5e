"""One stream of one run: passes each line to the open readers, then to the rules that may begin with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hotrun.core.diagnostics.model.draft import Draft, place
from hotrun.core.diagnostics.text_rules.directories import Directories
from hotrun.core.diagnostics.text_rules.errorformat_reader import ErrorformatReader
from hotrun.core.diagnostics.text_rules.prefilter import Prefilter
from hotrun.core.diagnostics.text_rules.readers import BlockReader, Lead, RuleReader, Sticky, Tail
from hotrun.core.diagnostics.text_rules.rules import (
    AnyRule,
    BlockRule,
    ErrorformatRule,
    LineRule,
    LocatedRule,
    Rule,
    StickyRule,
    TraceRule,
    compiled,
)
from hotrun.core.diagnostics.text_rules.trace import Trace
from hotrun.core.model.finding import Place

_MAX_CONTEXT = 8
_MAX_WAITING = 2000


class Scanner:
    """The state of one stream. Complete drafts go to `emit`, in the order of their completion."""

    def __init__(
        self,
        gate: Prefilter,
        directories: Directories,
        emit: Callable[[Draft], None],
        near: tuple[str, ...] = (),
    ) -> None:
        """`near`: the package that prints the lines, if known."""
        self.open: list[RuleReader] = []
        self._previous = ""
        self._prefilter = gate
        self._directories = directories
        self._emit_now = emit
        self._near = near
        self._formats: dict[str, ErrorformatReader] = {}
        self._waiting: list[Draft] = []
        self._reports_directories = False  # make reports its directories on this stream
        self._context: list[Place] = []

    def feed(self, line: str) -> None:
        """Read one plain line."""
        if self._waiting:
            self._look_for_owner(line)
        is_taken = (self.open and self._offer(line)) or (self._prefilter.always and self._match_always(line))
        if self._reports_directories:
            self._directories.remember(line)
        if not is_taken and self._prefilter.passes(line):
            self._reports_directories |= self._directories.follow(line)
            rules = self._prefilter.rules(line)
            if rules and not self._match(line, rules):
                self._begin(line, rules)
        self._previous = line

    def finish(self) -> None:
        """The stream has ended: finish all open readers."""
        for reader in self.open[:]:
            self._close(reader)
        for formats in self._formats.values():
            formats.close()
        self._release(())

    def _emit(self, draft: Draft) -> None:
        """Emit a finding, or let it wait for its owner. Findings after a waiting one wait, too."""
        if not self._reports_directories and "file" in draft.groups:
            named = self._directories.of_command_for(draft.groups["file"])
            draft.directories = draft.directories if named is None else named
        if (draft.rule.owner or self._waiting) and len(self._waiting) < _MAX_WAITING:
            self._waiting.append(draft)
        else:
            self._emit_now(draft)

    def _look_for_owner(self, line: str) -> None:
        found = compiled(self._waiting[0].rule.owner).match(line)
        if found:
            # Open findings belong above this line.
            for reader in self.open[:]:
                self._close(reader)
            self._release((found["package"],))

    def _release(self, near: tuple[str, ...]) -> None:
        waiting, self._waiting = self._waiting, []
        for draft in waiting:
            if draft.rule.owner:
                draft.near = (*near, *draft.near)
            self._emit_now(draft)

    def _offer(self, line: str) -> bool:
        """Pass the line to the open readers, the innermost first. Returns whether one used it."""
        for reader in self.open[::-1]:
            outcome = reader.feed(line)
            if outcome == "passed":
                continue
            if outcome == "taken":
                return True
            self.open.remove(reader)
            if isinstance(reader, BlockReader):
                if outcome == "done" and reader.rule.fallback:
                    self.open.append(Tail(reader.draft, reader.rule, []))
                elif outcome == "done":
                    self._found(reader.rule, reader.draft)
                    return True
            elif draft := reader.close():
                self._emit(draft)
        return False

    def _match_always(self, line: str) -> bool:
        """Try the rules without literals. Returns whether one used the line."""
        return any(self._try(line, rule) for rule in self._prefilter.always)

    def _try(self, line: str, rule: AnyRule) -> bool:
        if not isinstance(rule, ErrorformatRule):
            if self._match(line, (rule,)):
                return True
            self._begin(line, (rule,))
            return False
        reader = self._formats.get(rule.name)
        if reader is None:
            reader = self._formats[rule.name] = ErrorformatReader(rule, lambda: self._draft(rule), self._emit)
        return reader.feed(line)

    def _match(self, line: str, rules: Sequence[AnyRule]) -> bool:
        """Try rules for complete findings and headers. Returns whether one used the line."""
        for rule in rules:
            if isinstance(rule, LineRule):
                if self._match_line(line, rule) or self._match_context(line, rule):
                    return True
            elif isinstance(rule, StickyRule) and self._stick(line, rule):
                return True
        return False

    def _match_line(self, line: str, rule: LineRule) -> bool:
        found = rule.compiled(rule.match).match(line)
        if not found:
            return False
        above = compiled(rule.above).match(self._previous) if rule.above else None
        if rule.above and not above:
            return False
        draft = self._draft(rule)
        if above:
            draft.absorb(above)
        draft.absorb(found)
        if rule.fallback:
            self.open.append(Tail(draft, rule, []))
            return False  # a fallback: other rules may use the line
        self._found(rule, draft)
        return True

    def _match_context(self, line: str, rule: LineRule) -> bool:
        for pattern in rule.context:
            if found := compiled(pattern).match(line):
                self._context.append(place(found))
                del self._context[:-_MAX_CONTEXT]
                return True
        return False

    def _stick(self, line: str, rule: StickyRule) -> bool:
        header = compiled(rule.header).match(line)
        is_item = not header and compiled(rule.item).match(line)
        if is_item:
            header = compiled(rule.header).match(self._previous)
        if not header:
            return False
        self._settle(rule)
        sticky = Sticky(rule, header, lambda: self._draft(rule), self._emit)
        self.open.append(sticky)
        if is_item:
            sticky.feed(line)
        return True

    def _begin(self, line: str, rules: Sequence[AnyRule]) -> None:
        """Open all readers that may begin here. The first complete one wins."""
        for rule in rules:
            if isinstance(rule, BlockRule):
                if found := rule.compiled(rule.match).match(line):
                    draft = self._draft(rule)
                    draft.absorb(found)
                    self.open = [
                        other for other in self.open if not (isinstance(other, BlockReader) and other.rule is rule)
                    ]
                    self.open.append(BlockReader(rule, draft))
            elif isinstance(rule, TraceRule):
                if found := compiled(rule.begin).match(line):
                    lead = self._lead(rule)
                    self._drop_frameless(rule)
                    self.open.append(Trace(rule, found, self._draft(rule), lead))
                elif rule.lead and (found := compiled(rule.lead).match(line)):
                    self._lead(rule)
                    self.open.append(Lead(rule, found))

    def _drop_frameless(self, rule: TraceRule) -> None:
        """Drop open traces without frames, so that a log full of "Error: ..." does not fill the memory."""
        self.open = [
            reader
            for reader in self.open
            if not (isinstance(reader, Trace) and reader.rule is rule and reader.is_frameless)
        ]

    def _lead(self, rule: TraceRule) -> dict[str, str] | None:
        """The place above the trace, if printed. It is used once."""
        for reader in self.open:
            if isinstance(reader, Lead) and reader.rule is rule:
                self.open.remove(reader)
                return reader.groups
        return None

    def _draft(self, rule: AnyRule) -> Draft:
        return Draft(rule, self._directories.current, self._near or self._directories.near)

    def _found(self, rule: LocatedRule, draft: Draft) -> None:
        """A finding is complete: drop incomplete blocks, and finish the finding before it."""
        self._settle(rule)
        if isinstance(rule, LineRule) and rule.context:
            for other in self._context:
                draft.add_related(other)
            self._context.clear()
        if rule.continuation or rule.caret or rule.note:
            self.open.append(Tail(draft, rule, self._context))
        else:
            self._emit(draft)

    def _settle(self, rule: Rule) -> None:
        """Finish open readers before a complete finding or a header of `rule`."""
        self.open = [reader for reader in self.open if not isinstance(reader, BlockReader)]
        for reader in self.open[:]:
            if isinstance(reader, Tail) or (isinstance(reader, Sticky) and reader.rule is rule):
                self._close(reader)

    def _close(self, reader: RuleReader) -> None:
        self.open.remove(reader)
        if draft := reader.close():
            self._emit(draft)
