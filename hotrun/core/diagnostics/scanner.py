"""One stream of one run: offers each line to what is open, then to the rules that may begin with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from hotrun.core.diagnostics.draft import Draft, place
from hotrun.core.diagnostics.finding import Place
from hotrun.core.diagnostics.readers import Block, Lead, Reader, Sticky, Tail
from hotrun.core.diagnostics.rules import AnyRule, BlockRule, LineRule, LocatedRule, StickyRule, TraceRule, compiled
from hotrun.core.diagnostics.trace import Trace

_MOST_CONTEXT = 8
_MOST_COMBINATIONS = 500


class Gate:
    """Tells at the cost of one search that a line is of no interest, and otherwise which rules may begin with it."""

    def __init__(self, rules: Sequence[AnyRule], more: Sequence[str] = ()) -> None:
        self._rules = rules
        self._clues = tuple(dict.fromkeys(clue for rule in rules for clue in rule.clues))
        every = (*self._clues, *more)
        self._search = re.compile("|".join(map(re.escape, every)) if every else r"\b\B").search
        self._is_open = any(not rule.clues for rule in rules)
        self._by_clues: dict[tuple[str, ...], tuple[AnyRule, ...]] = {}

    def passes(self, line: str) -> bool:
        """Whether any rule may begin with this line."""
        return self._is_open or self._search(line) is not None

    def rules(self, line: str) -> tuple[AnyRule, ...]:
        """The rules with a clue in this line, in table order."""
        clues = tuple([clue for clue in self._clues if clue in line])
        rules = self._by_clues.get(clues)
        if rules is None:
            if len(self._by_clues) >= _MOST_COMBINATIONS:
                self._by_clues.clear()
            rules = tuple(rule for rule in self._rules if not rule.clues or not set(clues).isdisjoint(rule.clues))
            self._by_clues[clues] = rules
        return rules


class Scanner:
    """The state of one stream. Finished drafts go to `emit`, in the order in which they are known to be complete."""

    def __init__(self, gate: Gate, directories: list[str], emit: Callable[[Draft], None]) -> None:
        self.open: list[Reader] = []
        self.previous = ""
        self._gate = gate
        self._directories = directories
        self._emit = emit
        self._context: list[Place] = []

    def feed(self, line: str) -> None:
        """Read one plain line."""
        if not (self.open and self._offer(line)):
            rules = self._gate.rules(line)
            if rules and not self._match(line, rules):
                self._begin(line, rules)
        self.previous = line

    def finish(self) -> None:
        """The stream has ended: let go of all that is open."""
        for reader in self.open[:]:
            self._close(reader)

    def _offer(self, line: str) -> bool:
        """Whether something open took the line; the innermost has the first word."""
        for reader in self.open[::-1]:
            outcome = reader.take(line)
            if outcome == "passed":
                continue
            if outcome == "taken":
                return True
            self.open.remove(reader)
            if isinstance(reader, Block):
                if outcome == "done":
                    self._found(reader.rule, reader.draft)
                    return True
            elif draft := reader.close():
                self._emit(draft)
        return False

    def _match(self, line: str, rules: Sequence[AnyRule]) -> bool:
        """Whether a rule found something complete in this line, or a header."""
        for rule in rules:
            if isinstance(rule, LineRule):
                if found := compiled(rule.match).match(line):
                    draft = self._draft(rule)
                    draft.absorb(found)
                    self._found(rule, draft)
                    return True
                if rule.context and (found := compiled(rule.context).match(line)):
                    self._context.append(place(found))
                    del self._context[:-_MOST_CONTEXT]
                    return True
            elif isinstance(rule, StickyRule) and self._stick(line, rule):
                return True
        return False

    def _stick(self, line: str, rule: StickyRule) -> bool:
        header = compiled(rule.header).match(line)
        is_item = not header and compiled(rule.item).match(line)
        if is_item:
            header = compiled(rule.header).match(self.previous)
        if not header:
            return False
        self._settle(rule)
        sticky = Sticky(rule, header, lambda: self._draft(rule), self._emit)
        self.open.append(sticky)
        if is_item:
            sticky.take(line)
        return True

    def _begin(self, line: str, rules: Sequence[AnyRule]) -> None:
        """Open what may begin here. More than one may: the first that is complete wins."""
        for rule in rules:
            if isinstance(rule, BlockRule):
                if found := compiled(rule.start).match(line):
                    draft = self._draft(rule)
                    draft.absorb(found)
                    self.open = [other for other in self.open if not (isinstance(other, Block) and other.rule is rule)]
                    self.open.append(Block(rule, draft))
            elif isinstance(rule, TraceRule):
                if found := compiled(rule.begin).match(line):
                    self.open.append(Trace(rule, found, self._draft(rule), self._lead(rule)))
                elif rule.lead and (found := compiled(rule.lead).match(line)):
                    self._lead(rule)
                    self.open.append(Lead(rule, found))

    def _lead(self, rule: TraceRule) -> dict[str, str] | None:
        """The place above the trace, if one was printed; it serves once."""
        for reader in self.open:
            if isinstance(reader, Lead) and reader.rule is rule:
                self.open.remove(reader)
                return reader.groups
        return None

    def _draft(self, rule: AnyRule) -> Draft:
        return Draft(rule, tuple(self._directories))

    def _found(self, rule: LocatedRule, draft: Draft) -> None:
        """Something is complete: half-open blocks were no blocks, and the finding before it has no more to come."""
        self._settle(rule)
        if isinstance(rule, LineRule) and rule.context:
            for other in self._context:
                draft.add_related(other)
            self._context.clear()
        if rule.cont or rule.caret or rule.note:
            self.open.append(Tail(draft, rule, self._context))
        else:
            self._emit(draft)

    def _settle(self, rule: AnyRule) -> None:
        """Make room for a complete finding or a header of `rule`."""
        self.open = [reader for reader in self.open if not isinstance(reader, Block)]
        for reader in self.open[:]:
            if isinstance(reader, Tail) or (isinstance(reader, Sticky) and reader.rule is rule):
                self._close(reader)

    def _close(self, reader: Reader) -> None:
        self.open.remove(reader)
        if draft := reader.close():
            self._emit(draft)
